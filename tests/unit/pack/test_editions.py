"""Editions: one manifest and one root, what each opens and what it keeps to itself, and what is shown later."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pikepdf
import pypdfium2
import pytest

from evidence.core import canonical
from evidence.core.disclosure import Tier
from evidence.core.statements.base import Basis
from evidence.errors import PackError, UsageError
from evidence.pack.checking.verdict import PackReport, Verdict
from evidence.pack.form import layout
from evidence.pack.form.carried import manifest_rows
from evidence.pack.form.tables import LEAST
from evidence.pack.gathered import editions as editions_module
from evidence.pack.gathered.editions import Edition, edition_of, view
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.request import read_request
from evidence.pack.productions.build import build
from evidence.pack.productions.gathering import gather_at
from evidence.pack.productions.making import Wanted
from evidence.pack.productions.rebuild import rebuild
from tests.unit.pack.averaged_home import make as make_averaged
from tests.unit.pack.editions_home import PRICE, S01, Editions, said_in
from tests.unit.pack.specimen_home import SECRET_FIGURE, UNUSED_PRICE, make

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
NAMES = ("authority", "producer", "importer", "sealed")
OF_OTHERS = (
    "SUP-1", "SUP-2", "Cobre", "BAT-1", "BRK-1", "SD-1", "INV-1", "INV-2", "purchases", "invoice.pdf",
    "certifications.csv", "another customer",
)  # fmt: skip
OF_IMPORTER = ("SPC-1", "CI-1", "2400", "12-3456789", "BL-1", "3SPEC0000000000A1", "Laredo")


def names(report: PackReport, verdict: Verdict = Verdict.FAILED) -> set[str]:
    return {item.name for item in report.of(verdict)}


def reason(report: PackReport, name: str) -> str:
    (found,) = [item.reason for item in report.items if item.name == name]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_edition_passes_in_every_item_as_folder_and_as_archive(editions: Editions, name: str) -> None:
    for path in (editions.packs[name].folder, editions.packs[name].archive):
        report = editions.check(path)
        assert {item.verdict for item in report.items} == {Verdict.PASSED}
        assert report.status == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_shell_script_passes_every_edition(editions: Editions, name: str) -> None:
    command = ["bash", "verify.sh", str(editions.trust), "--proofs"]
    ran = subprocess.run(command, cwd=editions.folder(name), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_all_editions_have_one_number_one_manifest_and_one_root(editions: Editions) -> None:
    assert len({editions.packs[name].number for name in NAMES}) == 1
    assert len({(editions.folder(name) / layout.MANIFEST).read_bytes() for name in NAMES}) == 1
    assert len({(editions.folder(name) / layout.CHECKPOINT).read_bytes() for name in NAMES}) == 1
    assert len({editions.record(name).seed for name in NAMES[:3]}) == 1
    assert [editions.folder(name).name for name in NAMES[:3]] == ["S01", "S01-producer", "S01-importer"]


@pytest.mark.parametrize("name", NAMES)
def test_manifest_and_disclosures_fit_their_published_schemas(editions: Editions, name: str) -> None:
    for file, schema in ((layout.MANIFEST, "pack-manifest-2"), (layout.DISCLOSURES, "pack-disclosures-2")):
        wanted = json.loads((SCHEMAS / f"{schema}.json").read_bytes())
        jsonschema.Draft202012Validator(wanted).validate(json.loads((editions.folder(name) / file).read_bytes()))


def test_the_manifest_tells_no_names_sizes_or_counts(editions: Editions) -> None:
    manifest = json.loads((editions.folder("importer") / layout.MANIFEST).read_bytes())
    assert set(manifest) == {
        "format", "pack", "shipment", "customs_entry", "supersedes", "ledger", "tables",
    }  # fmt: skip
    sizes = {name: table["size"] for name, table in manifest["tables"].items()}
    assert sizes == LEAST


def test_a_document_is_the_importers_by_what_it_stands_behind_and_not_by_what_it_is_called(editions: Editions) -> None:
    facts = gather_at(editions.handle, S01, editions.record("importer").as_of)

    def called(exhibit: ExhibitFact, *relates_to: str) -> ExhibitFact:
        role = {"role": "certification of origin", "relates_to": relates_to}
        return replace(exhibit, receipt=replace(exhibit.receipt, value=exhibit.receipt.value.model_copy(update=role)))

    def carried(exhibit: ExhibitFact) -> bool:
        return bool(view(replace(facts, exhibits=[exhibit]), Edition.IMPORTER).facts.exhibits)

    behind = {
        facts.entries[int(ref[1:])].kind: each for each in facts.exhibits for ref in each.supports if ":" not in ref
    }
    declared, certified = behind["supplier-declaration"], behind["certification-of-origin"]
    assert carried(called(certified))
    assert carried(called(certified, "certification:COO-1", "shipment:S01", "claim:SPC-1"))
    assert not carried(called(declared))
    assert not carried(replace(called(certified), supports=(*certified.supports, *declared.supports)))
    assert not carried(called(certified, "certification:COO-1", "certification:COO-7"))
    assert not carried(called(certified, "shipment:S02"))


def test_the_importers_edition_does_not_tell_whom_else_a_certification_was_given_to(editions: Editions) -> None:
    (page,) = report_of(editions, "importer")["certifications"]
    assert page["recipients"] == ["The recipients are withheld in this edition."]
    assert report_of(editions, "producer")["certifications"][0]["recipients"] == ["SPEC-US"]
    assert "goods" in opened_in(editions, "importer")
    assert "recipients" not in opened_in(editions, "importer")


def test_no_restricted_edition_names_the_message_in_which_a_document_came(editions: Editions) -> None:
    named = {name: "contained_in" in opened_in(editions, name) for name in NAMES}
    assert named == {"authority": True, "producer": False, "importer": False, "sealed": False}


def opened_in(editions: Editions, name: str) -> set[str]:
    """The names of all fields that an edition opens."""
    return {field for disclosed in editions.opening(name)["statements"].values() for _salt, field, _value in disclosed}


@pytest.mark.parametrize("name", ["authority", "producer"])
def test_the_size_of_a_secret_document_is_not_printed(editions: Editions, name: str) -> None:
    rows = report_of(editions, name)["exhibits"]
    (row,) = [row for row in rows if row["name"] == "sealed.pdf"]
    assert (row["size"], row["sha256"], row["path"]) == (None, "", "")
    assert all(row["size"] for row in rows if not row["withheld"])


def test_a_copy_of_a_secret_document_does_not_name_it_by_its_digest(editions: Editions) -> None:
    facts = gather_at(editions.handle, S01, editions.record("authority").as_of)
    (copied,) = [exhibit for exhibit in facts.exhibits if exhibit.redacted is not None]
    assert "document" in view(facts, Edition.AUTHORITY).fields[editions.copy.entry]
    secret = copied.receipt.value.model_copy(update={"tier": Tier.SECRET})
    facts.exhibits[facts.exhibits.index(copied)] = replace(copied, receipt=replace(copied.receipt, value=secret))
    assert "document" not in view(facts, Edition.AUTHORITY).fields[editions.copy.entry]


def test_an_edition_that_was_issued_with_more_opened_is_found_on_record_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make(tmp_path / "home") as handle:
        with monkeypatch.context() as before:
            before.setitem(importers_fields(), "certification-of-origin", frozenset())  # its recipients were opened
            build(handle, S01, tmp_path / "packs", Wanted(Edition.IMPORTER))
        again = rebuild(handle, "EP-S01-1", "importer")
    assert {item.name: item.verdict for item in again.items} == {
        layout.MANIFEST: Verdict.PASSED,
        layout.DISCLOSURES: Verdict.UNDETERMINED,
    }
    assert "as the ledger has them" in reason(again, layout.DISCLOSURES)


def importers_fields() -> dict[str, frozenset[str]]:
    """The fields of each kind that the importer's edition withholds, to alter them as another version has them."""
    found = editions_module._IMPORTERS_KINDS
    assert isinstance(found, dict)
    return found


def test_the_importer_is_told_what_the_average_came_to_and_not_of_which_goods_it_is_made(tmp_path: Path) -> None:
    with make_averaged(tmp_path / "home", Basis.ESTIMATE) as handle:
        folder = build(handle, S01, tmp_path / "packs", Wanted(Edition.IMPORTER)).folder
    opening = json.loads((folder / layout.report_data_path("en")).read_bytes())["report"]["opening"]
    (result,), (average,) = opening["results"], opening["averages"]
    assert (result["good"], result["outcome"], result["averaged"]) == ("EV1", "not_met", average["position"])
    assert (average["outcome"], average["claims"], average["bar"]) == ("met", "CE-1, line 1", None)
    assert "EV2" not in said_in(folder)
    manifest, opened = (json.loads((folder / name).read_bytes()) for name in (layout.MANIFEST, layout.DISCLOSURES))
    kinds = [row["kind"] for row in manifest_rows(manifest, opened)["entries"].lines]
    assert (kinds.count("snapshot"), kinds.count("average")) == (1, 1)
    disclosed = opened["statements"][average["position"][1:]]
    assert {name for _salt, name, _value in disclosed} == {"issuer", "basis", "period_from", "period_to", "outcome"}


def test_the_importers_edition_says_nothing_of_suppliers_costs_or_their_documents(editions: Editions) -> None:
    said = said_in(editions.folder("importer"))
    for word in (*OF_OTHERS, SECRET_FIGURE, UNUSED_PRICE, PRICE, editions.priced):
        assert word not in said, word
    for word in ("SPC-1", "COO-1", "Electric car", "CLAIMED"):
        assert word in said, word


def test_the_importers_edition_does_not_tell_which_file_and_row_a_statement_was_read_from(editions: Editions) -> None:
    for disclosed in editions.opening("importer")["statements"].values():
        assert not {"source", "supersedes_reason"} & {name for _salt, name, _value in disclosed}


def test_the_producers_edition_says_nothing_of_the_importers_file(editions: Editions) -> None:
    said = said_in(editions.folder("producer"))
    for word in (*OF_IMPORTER, SECRET_FIGURE, UNUSED_PRICE):
        assert word not in said, word
    for word in ("SUP-1", "BAT-1", "SD-1", "COO-1"):
        assert word in said, word


def test_an_edition_carries_the_entries_that_it_opens_and_no_other(editions: Editions) -> None:
    manifest = json.loads((editions.folder("importer") / layout.MANIFEST).read_bytes())
    for name in NAMES:
        shown = [row["index"] for row in manifest_rows(manifest, editions.opening(name))["entries"].lines]
        there = {int(path.stem) for path in (editions.folder(name) / "entries").glob("*.leaf")}
        assert there == set(shown)
    kinds = {row["kind"] for row in manifest_rows(manifest, editions.opening("importer"))["entries"].lines}
    assert kinds == {
        "shipment", "customs-entry", "claim", "certification-of-origin", "snapshot", "key", "document-received",
        "derived-document",
    }  # fmt: skip


def test_what_an_analysis_came_to_is_told_to_the_importer_without_its_figures(editions: Editions) -> None:
    report = report_of(editions, "importer")
    (result,) = report["opening"]["results"]
    assert (result["outcome"], result["good"], result["bar"]) == ("met", "EV-1", None)
    assert report["worksheets"] == report["schedules"] == []
    assert not (editions.folder("importer") / "worksheets").exists()


def test_the_importers_report_prints_the_shipment_and_the_producers_none(editions: Editions) -> None:
    for name, printed in (("importer", True), ("producer", False)):
        assert (report_of(editions, name)["transport"] is not None) is printed
    (units,) = report_of(editions, "importer")["transport"]["units"]
    assert "3SPEC0000000000A1" in units["units"].split(", ")


@pytest.mark.parametrize("name", ["importer", "producer"])
def test_the_contents_and_the_bookmarks_of_a_restricted_report_lead_to_each_of_its_parts(
    editions: Editions, name: str
) -> None:
    with pikepdf.open(editions.folder(name) / layout.report_path("en")) as pdf, pdf.open_outline() as outline:
        titles = [str(each.title) for each in outline.root]
        first = titles[0], [str(each.title) for each in outline.root[0].children]
    listed = {"Contents", "Exhibits index", "Annex: custody, signatures, how to check, limits"}
    assert first[0] == "What this edition opens"
    assert listed <= {*titles, *first[1]}
    assert ("The shipment and its customs entry" in {*titles, *first[1]}) is (name == "importer")


def report_of(editions: Editions, name: str) -> Any:
    """What the report of an edition prints."""
    return json.loads((editions.folder(name) / layout.report_data_path("en")).read_bytes())["report"]


def test_building_an_edition_again_gives_the_same_bytes_and_appends_nothing(editions: Editions, tmp_path: Path) -> None:
    before = editions.handle.ledger.size()
    for edition in Edition:
        again = build(editions.handle, S01, tmp_path, Wanted(edition))
        assert (again.new, again.number) == (False, editions.packs[edition.value].number)
        assert again.archive.read_bytes() == editions.packs[edition.value].archive.read_bytes()
    assert editions.handle.ledger.size() == before


def test_an_edition_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(UsageError, match="authority, producer, importer"):
        edition_of("supplier")


# --- altered -------------------------------------------------------------------------------------------------------


def altered(editions: Editions, place: Path, name: str, change: Callable[[Any], None]) -> PackReport:
    """The check of an edition whose disclosures were changed."""
    copy = Path(shutil.copytree(editions.folder(name), place / "copy"))
    opening = editions.opening(name)
    change(opening)
    (copy / layout.DISCLOSURES).write_bytes(canonical.dumps(opening))
    return editions.check(copy)


def _less_of_the_authoritys(opening: Any) -> None:
    opening["tables"]["exhibits"] = {"size": LEAST["exhibits"], "opened": []}


def _called_the_importers(opening: Any) -> None:
    opening["edition"] = "importer"


def _row_of_an_exhibit(opening: Any) -> None:
    next(row for row in opening["tables"]["exhibits"]["lines"] if row)["commitment"] = "ab" * 32


def _document_called_withheld(opening: Any) -> None:
    for disclosed in opening["statements"].values():
        disclosed[:] = [one for one in disclosed if one[1] not in ("document", "size") or one[2] is None]


def _entry_left_out(opening: Any) -> None:
    lines = opening["tables"]["entries"]["lines"]
    lines[next(at for at, row in enumerate(lines) if row)] = None


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_less_of_the_authoritys, "table of exhibits"),
        (_called_the_importers, layout.MANIFEST),
        (_row_of_an_exhibit, "table of exhibits"),
        (_entry_left_out, "table of entries"),
        (_document_called_withheld, "exhibit E001"),
    ],
)
def test_an_authoritys_edition_that_leaves_out_or_alters_a_line_is_named(
    editions: Editions, tmp_path: Path, change: Callable[[Any], None], found: str
) -> None:
    assert found in names(altered(editions, tmp_path, "authority", change))


def test_an_importers_edition_that_passes_for_the_authoritys_is_named(editions: Editions, tmp_path: Path) -> None:
    def change(opening: Any) -> None:
        opening["edition"] = "authority"

    found = names(altered(editions, tmp_path, "importer", change))
    assert {layout.MANIFEST, "table of exhibits", "table of entries"} <= found


def test_a_line_moved_to_another_place_of_its_table_is_named(editions: Editions, tmp_path: Path) -> None:
    def change(opening: Any) -> None:
        opening["tables"]["entries"]["opened"][0]["line"] += 1

    assert "table of entries" in names(altered(editions, tmp_path, "importer", change))


def test_the_disclosures_of_another_edition_do_not_fit(editions: Editions, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(editions.folder("importer"), tmp_path / "copy"))
    shutil.copy(editions.folder("authority") / layout.DISCLOSURES, copy / layout.DISCLOSURES)
    assert layout.MANIFEST in names(editions.check(copy))


# --- redacted ------------------------------------------------------------------------------------------------------


def test_the_importers_edition_shows_the_redacted_copy_in_place_of_the_document(editions: Editions) -> None:
    (copy,) = (editions.folder("importer") / "exhibits").glob("*-redacted.pdf")
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == editions.copy.document
    assert PRICE not in pypdfium2.PdfDocument(copy.read_bytes())[0].get_textpage().get_text_range()
    report = json.loads((editions.folder("importer") / layout.report_data_path("en")).read_bytes())["report"]
    assert [(row["note"], row["sha256"]) for row in report["copies"]] == [("The price.", editions.copy.document)]
    shown = editions.opening("importer")["statements"][str(editions.copy.entry)]
    assert "document" not in {name for _salt, name, _value in shown}
    found = editions.check(editions.folder("importer"))
    assert "unchanged since its receipt" in reason(found, f"exhibit {copy.name[:4]}-redacted")


def test_the_authoritys_edition_has_the_document_and_the_copy(editions: Editions) -> None:
    number = next((editions.folder("authority") / "exhibits").glob("*-redacted.pdf")).name[:4]
    found = sorted(path.name for path in (editions.folder("authority") / "exhibits").glob(f"{number}*"))
    assert len(found) == 2
    assert not list((editions.folder("producer") / "exhibits").glob("*-redacted.pdf"))


def test_an_importers_edition_is_of_the_pack_that_answers_a_request_though_it_does_not_answer_itself(
    tmp_path: Path,
) -> None:
    (tmp_path / "asked.csv").write_text("paragraph,asks,topics\n1,The certification of origin.,certification\n")
    with make(tmp_path / "home") as handle:
        answering = build(handle, S01, tmp_path / "packs", request=read_request(tmp_path / "asked.csv"))
        importers = build(handle, S01, tmp_path / "packs", Wanted(Edition.IMPORTER))
        with pytest.raises(PackError, match="rests on other facts"):
            build(handle, S01, tmp_path / "packs", of=answering.number)
    manifests = [(each.folder / layout.MANIFEST).read_bytes() for each in (answering, importers)]
    assert (importers.number, manifests[0]) == (answering.number, manifests[1])
