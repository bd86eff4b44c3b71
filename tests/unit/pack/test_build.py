"""Building packs: what goes in, what stays out, and that the same facts give the same pack."""

import hashlib
import io
import json
import re
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from evidence.core import canonical
from evidence.core.identifiers import mint
from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.own import PackBuilt, PackReleased
from evidence.errors import LedgerError, PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.production import same_production
from evidence.pack.form import layout
from evidence.pack.form.carried import is_carried, manifest_rows
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from evidence.pack.productions.gathering import gather_at
from evidence.pack.productions.making import Wanted, parts_of
from evidence.pack.productions.on_record import packs_of
from evidence.pack.productions.release import described, listed, release
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import SECRET_FIGURE, START, UNUSED_PRICE, make

S01 = Subject(shipment="S01")
DIGEST = re.compile("[0-9a-f]{32,}")  # random, so that any few digits may stand in one


def report_of(folder: Path) -> dict[str, dict[str, object]]:
    found = json.loads((folder / layout.report_data_path("en")).read_bytes())["report"]
    assert isinstance(found, dict)
    return found


def recorded(handle: HomeHandle) -> PackBuilt:
    return packs_of(handle, S01)[-1].value


def test_building_appends_one_entry_that_says_what_was_built(issued: Issued) -> None:
    built = recorded(issued.handle)
    assert built.number == issued.pack.number == "EP-S01-1"
    assert built.as_of == issued.size
    assert built.archive == hashlib.sha256(issued.pack.archive.read_bytes()).hexdigest()
    assert built.report_signed == hashlib.sha256(issued.pack.report.read_bytes()).hexdigest()
    assert built.report_unsigned != built.report_signed
    kept = dict(built.stored)
    assert {layout.report_path("en"), layout.SUMS_SIGNATURE, layout.ASIC_SIGNATURE, layout.MANIFEST} <= kept.keys()
    assert not any(name.startswith(("entries/", "exhibits/")) for name in kept)  # those lie in the ledger and the store


def test_building_again_gives_the_same_bytes_and_appends_nothing(issued: Issued, tmp_path: Path) -> None:
    before = issued.handle.ledger.size()
    again = build(issued.handle, S01, tmp_path)
    assert not again.new
    assert again.archive.read_bytes() == issued.pack.archive.read_bytes()
    assert issued.handle.ledger.size() == before
    in_place = build(issued.handle, S01, issued.place / "packs")
    assert (in_place.folder, in_place.new) == (issued.pack.folder, False)


def test_the_unsigned_report_is_made_again_byte_for_byte_from_the_ledger(issued: Issued) -> None:
    """Signed bytes cannot be made again; what was signed can, from the statements alone."""
    from evidence.pack.bundling.bundle import embedded
    from evidence.pack.typesetting.render import render_report

    handle, built = issued.handle, recorded(issued.handle)
    facts = gather_at(handle, S01, built.as_of)
    parts = parts_of(handle, facts, same_production(built, handle.documents), Wanted())
    report = render_report(parts.contents["en"], embedded(parts, "en"))
    assert hashlib.sha256(report).hexdigest() == built.report_unsigned
    assert built.unsigned == ((layout.report_path("en"), built.report_unsigned),)
    assert hashlib.sha256(parts.manifest).hexdigest() == built.manifest


def test_page_one_states_claim_result_and_gaps(issued: Issued) -> None:
    opening = report_of(issued.pack.folder)["opening"]
    claim, result = opening["claims"][0], opening["results"][0]  # type: ignore[index]
    assert (claim["state"], claim["customs_entry"], claim["position"]) == ("CLAIMED", "SPC-1", "#28")
    assert (result["outcome"], result["bar"]["content"], result["bar"]["threshold"]) == ("met", "80", "72")
    assert [gap["kind"] for gap in opening["gaps"]] == ["missing", "missing", "late", "withheld", "withheld"]  # type: ignore[union-attr]


def test_each_unit_is_followed_from_its_building_to_the_customs_entry_line(issued: Issued) -> None:
    rows = report_of(issued.pack.folder)["crosswalk"]["rows"]
    assert [row["unit"] for row in rows] == ["3SPEC0000000000A1", "3SPEC0000000000A2"]  # type: ignore[union-attr]
    assert {row["broken"] for row in rows} == {None}  # type: ignore[union-attr]
    row = rows[0]  # type: ignore[index]
    assert (row["built_on"], row["plant"], row["subheading"]) == ("2023-05-02", "MX-1", "8703.80")
    assert row["bill"].startswith("revision A, 2023-01-01 to open")
    assert row["certification"]["text"] == "COO-1, line 1"
    assert (row["invoice"], row["customs_line"]) == ("CI-1, line 1", "SPC-1, line 1")


def test_each_material_shows_its_declaration_grade_and_exhibits_and_nothing_of_other_purchases(issued: Issued) -> None:
    lines = report_of(issued.pack.folder)["schedules"][0]["lines"]  # type: ignore[index]
    names = {row["number"]: row["name"] for row in report_of(issued.pack.folder)["exhibits"]}  # type: ignore[union-attr]
    covered, bare = lines
    assert (covered["part"], covered["support"][0]["declaration"], covered["support"][0]["grade"]) == (
        "BAT-1",
        "SD-1",
        "document-backed",
    )
    assert [names[link["text"]] for link in covered["support"][0]["exhibits"]] == [
        "sealed.pdf",
        "SD-1.pdf",
        "purchases.csv",
        "invoice.pdf",
    ]
    assert [names[link["text"]] for link in bare["support"][0]["exhibits"]] == ["purchases.csv"]


def test_what_is_secret_and_what_is_not_used_stays_out_of_the_pack(issued: Issued) -> None:
    sealed = next(row for row in report_of(issued.pack.folder)["exhibits"] if row["name"] == "sealed.pdf")  # type: ignore[union-attr]
    assert sealed["path"] == sealed["sha256"] == ""
    for path in issued.pack.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert SECRET_FIGURE.encode() not in content, path
            assert UNUSED_PRICE.encode() not in content, path
            assert b"sealed costs" not in content, path


def test_the_report_is_pdf_a_3a_with_its_data_inside(issued: Issued) -> None:
    with pikepdf.open(issued.pack.report) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        assert str(pdf.Root.OutputIntents[0].S) == "/GTS_PDFA1"
        inside = {name: found.get_file().read_bytes() for name, found in pdf.attachments.items()}
        listed_names = [str(name) for name in pdf.Root.Names.EmbeddedFiles.Names][::2]
        assert listed_names == sorted(listed_names)
        fonts = {
            str(font.get("/BaseFont"))
            for page in pdf.pages
            for font in page.get("/Resources", {}).get("/Font", {}).values()
        }
    assert inside[layout.MANIFEST] == (issued.pack.folder / layout.MANIFEST).read_bytes()
    assert set(inside) == {layout.MANIFEST, layout.report_data_path("en"), "worksheet-1.json"}
    families = {font.split("+")[-1].split("-")[0].strip(",") for font in fonts}
    assert families == {"Text", "Head", "Digits", "Signs", "East"}  # a supplier's name in Chinese is among the facts


def test_the_manifest_holds_commitments_and_no_value(issued: Issued) -> None:
    content = (issued.pack.folder / layout.MANIFEST).read_bytes()
    manifest = canonical.loads_canonical(content)
    assert isinstance(manifest, dict)
    opening = json.loads((issued.pack.folder / layout.DISCLOSURES).read_bytes())
    shown = manifest_rows(manifest, opening)["exhibits"].lines
    assert len(shown) == 11
    for exhibit in shown:
        if is_carried(exhibit, manifest, opening):
            plain = hashlib.sha256((issued.pack.folder / exhibit["path"]).read_bytes()).hexdigest()
            assert plain.encode() not in content
    said = DIGEST.sub("", content.decode())
    for word in ("COO-1", "Specimen", "2400", "BAT-1"):
        assert word not in said


def test_the_workbook_agrees_with_the_worksheet_to_the_cent_and_its_formulas_are_live(issued: Issued) -> None:
    path = issued.pack.folder / "worksheets" / "worksheet-1.xlsx"
    values = openpyxl.load_workbook(path, data_only=True)["Materials"]
    formulas = openpyxl.load_workbook(path)["Materials"]
    assert (formulas["K2"].value, values["K2"].value) == ("=H2*J2", 600)
    assert (formulas["M4"].value, values["M4"].value) == ("=SUM(M2:M3)", 200)
    assert zipfile.ZipFile(path).infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_new_facts_give_a_new_pack_that_supersedes_and_keeps_the_numbers(tmp_path: Path) -> None:
    with make(tmp_path / "home") as handle:
        first = build(handle, S01, tmp_path / "packs")
        claim = _latest_claim(handle)
        corrected = claim.model_copy(
            update={
                "id": mint(Claim.prefix, START, handle.random),
                "action": ClaimAction.CORRECTED,
                "reason": "BAT-1 was withdrawn.",
                "supersedes": claim.id,
            }
        )
        handle.record(corrected)
        second = build(handle, S01, tmp_path / "packs")
        assert (second.number, second.new, second.folder.name) == ("EP-S01-2", True, "S01-2")
        assert recorded(handle).supersedes_pack == first.number
        numbers = [
            {row["number"]: row["name"] for row in report_of(pack.folder)["exhibits"]}  # type: ignore[union-attr]
            for pack in (first, second)
        ]
        assert numbers[0] == numbers[1]
        assert report_of(second.folder)["opening"]["claims"][0]["state"] == "CORRECTED"  # type: ignore[index]

        earlier = build(handle, S01, tmp_path / "again", at=first.as_of)
        assert (earlier.number, earlier.new) == (first.number, False)
        assert earlier.archive.read_bytes() == first.archive.read_bytes()


def _latest_claim(handle: HomeHandle) -> Claim:
    with reading(handle.engine) as connection:
        return Register(connection).statements(Claim)[-1].value


def test_a_shipment_that_is_not_claimed_still_gets_its_pack_which_says_so_first(tmp_path: Path) -> None:
    with make(tmp_path / "home", claimed=False) as handle:
        pack = build(handle, S01, tmp_path / "packs")
    opening = report_of(pack.folder)["opening"]
    assert pack.claim == "not claimed"
    assert opening["claims"][0]["state"] == "NOT CLAIMED"  # type: ignore[index]
    assert opening["claims"][0]["reason"] == "The certification came after the claim."  # type: ignore[index]
    assert opening["gaps"][0]["defeats"] is True  # type: ignore[index]
    assert "late" not in {gap["kind"] for gap in opening["gaps"]}  # type: ignore[union-attr]


def test_a_customs_entry_has_a_pack_of_its_own(issued: Issued, tmp_path: Path) -> None:
    pack = build(issued.handle, Subject(customs_entry="SPC-1"), tmp_path)
    assert (pack.number, pack.claim) == ("EP-SPC-1-1", "claimed")
    assert issued.check(pack.folder).status == 0
    assert packs_of(issued.handle, S01)[-1].value.number == issued.pack.number


def test_an_unknown_shipment_and_a_size_without_checkpoint_are_refused(issued: Issued, tmp_path: Path) -> None:
    with pytest.raises(PackError, match="No shipment S99"):
        build(issued.handle, Subject(shipment="S99"), tmp_path)
    with pytest.raises(LedgerError, match="No checkpoint was signed at size 3; the first is 5"):
        build(issued.handle, S01, tmp_path, at=3)


def test_other_files_where_the_pack_belongs_are_left_as_they_are(issued: Issued, tmp_path: Path) -> None:
    built = build(issued.handle, S01, tmp_path)
    (built.folder / "notes.txt").write_text("mine")
    with pytest.raises(PackError, match="holds other files"):
        build(issued.handle, S01, tmp_path)
    assert (built.folder / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_a_build_that_was_cut_short_is_cleared_away_by_the_next(issued: Issued, tmp_path: Path) -> None:
    left = tmp_path / ".S01.unfinished" / "folder"
    left.mkdir(parents=True)
    (left / "report-en.pdf").write_bytes(b"half")
    assert build(issued.handle, S01, tmp_path).folder.is_dir()
    assert not left.exists()


def test_an_exhibit_that_is_damaged_in_the_store_stops_the_build(tmp_path: Path) -> None:
    from evidence.errors import DocumentDamaged

    with make(tmp_path / "home") as handle:
        digest = hashlib.sha256(b"%PDF-1.4 commercial invoice\n").hexdigest()
        path = tmp_path / "home" / "documents" / digest[:2] / digest[2:4] / digest
        path.chmod(0o644)
        path.write_bytes(b"%PDF-1.4 another invoice\n")
        with pytest.raises(DocumentDamaged):
            build(handle, S01, tmp_path / "packs")
        assert packs_of(handle) == []


def test_a_pack_is_released_once_by_a_named_person_and_listed_so(tmp_path: Path, issued: Issued) -> None:
    with make(tmp_path / "home") as handle:
        pack = build(handle, S01, tmp_path / "packs")
        assert [row.released for row in listed(handle)] == [None]
        (tmp_path / "home" / "clock").write_text((START + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%S.%fZ\n"))
        release(handle, pack.number, "Origin desk (role)", "complete")
        assert described(handle, pack.number)["released"] == "by Origin desk (role) on 2023-06-02: complete"
        with pytest.raises(PackError, match="released already"):
            release(handle, pack.number, "Origin desk (role)", "complete")
        assert not build(handle, S01, tmp_path / "packs").new
        with reading(handle.engine) as connection:
            assert len(Register(connection).statements(PackReleased)) == 1


def test_an_item_that_defeats_a_condition_stops_the_release_until_a_decision_on_it_is_stated(tmp_path: Path) -> None:
    with make(tmp_path / "home", claimed=False) as handle:
        pack = build(handle, S01, tmp_path / "packs")
        with pytest.raises(PackError, match="State a decision that begins with correct, disclose, answer"):
            release(handle, pack.number, "Origin desk (role)", "complete")
        release(handle, pack.number, "Origin desk (role)", "disclose: not claimed, duty paid")


def test_the_archive_can_be_read_by_any_zip_reader_and_begins_as_asic_e_asks(issued: Issued) -> None:
    content = issued.pack.archive.read_bytes()
    assert content[30:38] == b"mimetype"
    assert content[38:69] == b"application/vnd.etsi.asic-e+zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert all(info.flag_bits & 0x08 == 0 for info in archive.infolist())  # no data descriptors


def test_the_folder_and_the_archive_hold_the_same_files(issued: Issued, tmp_path: Path) -> None:
    with zipfile.ZipFile(issued.pack.archive) as archive:
        archive.extractall(tmp_path)
    shutil.rmtree(tmp_path / "never", ignore_errors=True)
    assert issued.check(tmp_path).status == 0
