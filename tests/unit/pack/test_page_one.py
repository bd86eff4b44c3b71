"""Page one says what became known after the analysis, what a correction lacks, and what the checklist misses."""

import json
from pathlib import Path
from typing import Any

import pytest

from evidence.core.disclosure import line_disclosures, table_root
from evidence.core.identifiers import mint
from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.declaration import DeclarationEvent, SupplierDeclaration
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.ledger.found import HomeHandle
from evidence.origin.worksheet import Worksheet
from evidence.pack.form import layout
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import START, make

S01 = Subject(shipment="S01")


def report_of(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / layout.report_data_path("en")).read_bytes())["report"]
    return report


def withdraw(handle: HomeHandle, effective_from: str) -> None:
    """Record the supplier's letter, and the withdrawal that it brings."""
    letter = handle.documents.put(b"%PDF-1.4 letter\n")
    with reading(handle.engine) as connection:
        register = Register(connection)
        declaration = register.statements(SupplierDeclaration)[0].value
        receipt = register.statements(DocumentReceived)[0].value
    handle.record(
        receipt.model_copy(
            update={
                "id": mint(DocumentReceived.prefix, START, handle.random), "document": letter.sha256,
                "size": letter.size, "name": "letter.pdf", "role": "letter",
                "relates_to": ("declaration:SD-1",),
            }
        )
    )  # fmt: skip
    handle.record(
        DeclarationEvent.model_validate(
            {
                "id": mint(DeclarationEvent.prefix, START, handle.random), "issuer": "self",
                "declaration": declaration.id, "state": "withdrawn", "effective_from": effective_from,
                "reason": "withdrawn by letter", "by": "Origin desk (role)", "notice": letter.sha256,
            }
        )
    )  # fmt: skip


def test_a_withdrawal_after_the_analysis_makes_a_new_pack_whose_page_one_names_it_as_open(tmp_path: Path) -> None:
    with make(tmp_path / "home") as handle:
        first = build(handle, S01, tmp_path / "packs")
        withdraw(handle, "2023-04-10")
        second = build(handle, S01, tmp_path / "packs")
    assert (second.number, second.new, second.claim) == ("EP-S01-2", True, "claimed")
    report = report_of(second.folder)
    gap = report["opening"]["gaps"][0]
    assert (gap["kind"], gap["defeats"]) == ("open", True)
    assert "SD-1 of SUP-1 was withdrawn with effect from 2023-04-10" in gap["what"]
    headline = report["opening"]["claims"][0]["headline"]
    assert headline == "ONE ITEM OPEN: BAT-1, declaration SD-1 of SUP-1 withdrawn since the analysis"
    letter = next(row for row in report["exhibits"] if row["name"] == "letter.pdf")
    assert (letter["title"], letter["late"]) == ("Letter", True)
    material = report["schedules"][0]["lines"][0]
    assert letter["number"] not in [link["text"] for link in material["support"][0]["exhibits"]]
    assert report_of(first.folder)["opening"]["claims"][0]["headline"] == ""


def test_a_withdrawal_that_takes_effect_after_the_period_changes_nothing_and_its_letter_stays_out(
    tmp_path: Path,
) -> None:
    with make(tmp_path / "home") as handle:
        first = build(handle, S01, tmp_path / "packs")
        withdraw(handle, "2023-07-01")
        again = build(handle, S01, tmp_path / "packs")
    assert (again.number, again.new) == (first.number, False)


@pytest.mark.parametrize(("country", "worksheets"), [("CA", 1), ("US", 2)])
def test_a_later_analysis_belongs_to_the_pack_where_it_is_for_the_country_of_the_entry(
    tmp_path: Path, country: str, worksheets: int
) -> None:
    with make(tmp_path / "home") as handle:
        with reading(handle.engine) as connection:
            snapshot = Register(connection).statements(Snapshot)[0].value
        sheet = Worksheet.from_bytes(handle.documents.read(snapshot.worksheet))
        later = sheet.model_copy(update={"importing_country": country, "as_of": handle.ledger.size()})
        seed = handle.random(32)
        lines = line_disclosures(seed, LINE_PREFIX, worksheet_lines(json.loads(later.to_bytes())))
        handle.record(
            snapshot.model_copy(
                update={
                    "id": mint(Snapshot.prefix, START, handle.random),
                    "worksheet": handle.documents.put(later.to_bytes()).sha256,
                    "worksheet_root": table_root(lines), "worksheet_lines": len(lines),
                    "seed": handle.documents.put(seed).sha256, "as_of": later.as_of,
                }
            )
        )  # fmt: skip
        pack = build(handle, S01, tmp_path / "packs")
    results = report_of(pack.folder)["opening"]["results"]
    assert len(results) == worksheets
    if worksheets == 2:  # the one that decides stands first, the basis of the claim is stamped
        assert [result["worksheet"]["text"] for result in results] == ["Worksheet 2", "Worksheet 1"]
        assert results[1]["stamp"].startswith("SUPERSEDED by Worksheet 2")
        assert "basis of the claim of" in results[1]["stamp"]


def test_a_correction_shows_both_gates_and_names_each_step_that_is_not_on_file(tmp_path: Path) -> None:
    with make(tmp_path / "home") as handle:
        with reading(handle.engine) as connection:
            claim = Register(connection).statements(Claim)[-1].value
        update = {"id": mint(Claim.prefix, START, handle.random), "action": ClaimAction.CORRECTED, "reason": "wrong"}
        handle.record(claim.model_copy(update=update))
        pack = build(handle, S01, tmp_path / "packs")
    opening = report_of(pack.folder)["opening"]
    claim_row = opening["claims"][0]
    assert claim_row["headline"].startswith("in our own records alone")
    assert [gate["title"].partition(",")[0] for gate in claim_row["gates"]] == ["Claim made", "Claim corrected"]
    missing = [gap for gap in opening["gaps"] if gap["what"].startswith("Correction of line 1")]
    assert next(gap["what"].rpartition(" of ")[2] for gap in missing) == "what went to customs."
    assert len(missing) == 4


def test_page_one_says_which_fields_and_documents_this_edition_does_not_open(issued: Issued) -> None:
    withheld = [gap for gap in report_of(issued.pack.folder)["opening"]["gaps"] if gap["kind"] == "withheld"]
    assert "Sealed cost sheet, not in this edition: E" in withheld[0]["what"]
    assert "amount free of vnm, currency, inputs, net cost, non originating value" in withheld[1]["what"]
    assert "whether it is empty or sealed is not said" in withheld[1]["effect"]


def test_the_checklist_shows_what_is_there_and_counts_all_else_as_missing_or_says_why_not(issued: Issued) -> None:
    page = report_of(issued.pack.folder)["checklist"]
    rows = {row["id"]: row for row in page["rows"]}
    assert page["sets"] == ["common", "vehicle rvc", "core part", "lvc", "steel aluminium"]
    assert rows["common-02"]["state"] == rows["common-05"]["state"] == "present"
    assert rows["common-04"]["state"] == "missing"
    assert (rows["common-04"]["note"], rows["common-04"]["due"]) == ("No entry summary is on file.", "2023-05-19")
    assert rows["vehicle_rvc-04"]["state"] == "not applicable"
    assert {row["state"] for row in page["rows"]} == {"present", "missing", "not applicable"}
