"""Editions: one manifest and one root, what each opens and what it keeps to itself, and what is shown later."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from evidence.core import canonical
from evidence.core.disclosure import Tier
from evidence.core.statements.handling import Access
from evidence.errors import PackError, UsageError
from evidence.pack.checking.verdict import PackReport, Verdict
from evidence.pack.disclosing.envelope import read_recipient
from evidence.pack.disclosing.open_field import open_fields
from evidence.pack.disclosing.sealing import Sealing
from evidence.pack.form import layout
from evidence.pack.form.carried import manifest_rows
from evidence.pack.gathered.editions import Edition, edition_of
from evidence.pack.gathered.request import read_request
from evidence.pack.productions.build import build
from evidence.pack.productions.making import Wanted
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.pack.editions_home import NOW, PRICE, S01, Editions, editions, said_in
from tests.unit.pack.specimen_home import SECRET_FIGURE, UNUSED_PRICE, make
from tests.unit.pack.test_envelope import recipient

__all__ = ["editions"]

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
    assert sizes == {"entries": 64, "exhibits": 32, "worksheets": 8, "averages": 8}


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
    opening["tables"]["exhibits"] = {"size": 32, "opened": []}


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


# --- opened later --------------------------------------------------------------------------------------------------


def opening_of(editions: Editions, place: Path, *wanted: str) -> Path:
    path = place / "opening.json"
    path.write_bytes(open_fields(editions.handle, editions.record("importer"), wanted))
    return path


def exhibit_of(editions: Editions, name: str) -> tuple[str, Path]:
    """The number of an exhibit of the authority's edition, and its file."""
    (path,) = (editions.folder("authority") / "exhibits").glob(f"*{name}*")
    return path.name[:4], path


def test_an_exhibit_opened_later_is_checked_against_the_same_root(editions: Editions, tmp_path: Path) -> None:
    number, document = exhibit_of(editions, "supplier-s-declaration")
    opening = opening_of(editions, tmp_path, number)
    schema = json.loads((SCHEMAS / "pack-opening-1.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(json.loads(opening.read_bytes()))
    for path in (editions.packs["importer"].folder, editions.packs["importer"].archive):
        report = editions.check(path, opening)
        assert report.status == 0
        assert hashlib.sha256(document.read_bytes()).hexdigest() in reason(report, f"exhibit {number}")
    report = editions.check(editions.folder("importer"), opening, document)
    assert report.status == 0
    assert f"{document.name} beside it is unchanged since receipt" in reason(report, f"exhibit {number}")


def test_a_field_a_line_and_a_figure_opened_later_are_each_in_their_place(editions: Editions, tmp_path: Path) -> None:
    opening = opening_of(editions, tmp_path, "18.supplier", "14:1", "worksheet-1:RVC")
    report = editions.check(editions.folder("importer"), opening)
    assert report.status == 0
    assert reason(report, "lines of entry 14") == "1 of 3 lines shown, each in its place"
    assert reason(report, "lines of entry 22") == "1 of 15 lines shown, each in its place"
    said = opening.read_text()
    assert "SUP-1" in said
    assert '"RVC"' in said
    assert '"VNM"' not in said.replace('"rests_on":["NC","VNM"]', "")  # a figure names those it rests on


def _another_value(opening: Any) -> None:
    opening["statements"]["18"][0][2] = "SUP-9"


def _another_manifest(opening: Any) -> None:
    opening["manifest"] = "ab" * 32


def _another_pack(opening: Any) -> None:
    opening["pack"] = "EP-S02-1"


def _another_leaf(opening: Any) -> None:
    opening["entries"]["18"]["leaf"] = opening["entries"]["14"]["leaf"]


def _another_line(opening: Any) -> None:
    opening["lines"]["14"]["opened"][0]["disclosure"][2]["price"] = "1"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_another_value, "entry 18"),
        (_another_manifest, "opening opening.json"),
        (_another_pack, "opening opening.json"),
        (_another_leaf, "entry 18"),
        (_another_line, "lines of entry 14"),
    ],
)
def test_an_opening_that_was_altered_is_named(
    editions: Editions, tmp_path: Path, change: Callable[[Any], None], found: str
) -> None:
    path = opening_of(editions, tmp_path, "18.supplier", "14:1")
    opening = json.loads(path.read_bytes())
    change(opening)
    path.write_bytes(canonical.dumps(opening))
    assert found in names(editions.check(editions.folder("importer"), path))


def test_a_document_that_no_opened_field_names_is_named(editions: Editions, tmp_path: Path) -> None:
    number, _ = exhibit_of(editions, "supplier-s-declaration")
    opening = opening_of(editions, tmp_path, number)
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4 another\n")
    assert names(editions.check(editions.folder("importer"), opening, tmp_path / "letter.pdf")) == {
        "document letter.pdf"
    }


def test_what_was_given_in_secret_is_opened_for_a_stated_purpose_alone_and_that_is_recorded(
    editions: Editions, tmp_path: Path
) -> None:
    was = editions.record("importer")
    for wanted in ("18.net_cost", exhibit_of_secret(editions)):
        with pytest.raises(PackError, match="--secret-for"):
            open_fields(editions.handle, was, [wanted])
    opening = open_fields(
        editions.handle, was, ["18.net_cost"], secret_for="asked by the authority", by="Origin desk (role)"
    )
    assert SECRET_FIGURE in opening.decode()
    (tmp_path / "secret.json").write_bytes(opening)
    assert editions.check(editions.folder("importer"), tmp_path / "secret.json").status == 0
    with reading(editions.handle.engine) as connection:
        (access,) = Register(connection).statements(Access)
    assert (access.value.item, access.value.fields) == ("#18:statement", ("net_cost",))
    said = {"secret_for": "asked by the authority", "by": "Origin desk (role)"}
    size = editions.handle.ledger.size()
    for beside in ("18.colour", "14:9"):  # the whole is refused, and so nothing was opened that a record could tell of
        with pytest.raises(PackError):
            open_fields(editions.handle, was, ["18.net_cost", beside], **said)
    with pytest.raises(UsageError, match=r"purpose .* cannot be recorded"):
        open_fields(editions.handle, was, ["18.net_cost"], secret_for="\x07", by="Origin desk (role)")
    assert editions.handle.ledger.size() == size
    open_fields(editions.handle, was, [exhibit_of_secret(editions)], **said)
    with reading(editions.handle.engine) as connection:
        (_, access) = Register(connection).statements(Access)
    assert (access.value.fields, access.value.tier) == (("document", "size"), Tier.SECRET)


def exhibit_of_secret(editions: Editions) -> str:
    rows = json.loads((editions.folder("authority") / layout.report_data_path("en")).read_bytes())["report"]["exhibits"]
    return next(str(row["number"]) for row in rows if row["name"] == "sealed.pdf")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("supplier", "names nothing that can be opened"),
        ("18.colour", "has no field 'colour'"),
        ("14:9", "and none 9"),
        ("E999", "no exhibit of this pack"),
        ("worksheet-9:RVC", "not of this pack"),
        ("worksheet-1:XYZ", "no figure or material"),
        ("33.number", "not of pack"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_words(editions: Editions, wanted: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        open_fields(editions.handle, editions.record("importer"), [wanted])


# --- sealed --------------------------------------------------------------------------------------------------------


def test_the_importer_forwards_envelopes_that_the_authority_alone_opens_and_proves(
    editions: Editions, tmp_path: Path
) -> None:
    folder = editions.folder("sealed")
    envelopes = sorted((folder / "sealed").glob("[0-9].p7m"))
    assert len(envelopes) == len(list((folder / "sealed").glob("*-opening.p7m"))) > 0
    said = said_in(folder)
    for word in (*OF_OTHERS, SECRET_FIGURE):
        assert word not in said, word
    for at, envelope in enumerate(envelopes):
        document, opening = tmp_path / f"document-{at}", tmp_path / f"opening-{at}.json"
        assert editions.authority.opens(envelope, document)
        assert editions.authority.opens(envelope.with_name(f"{envelope.stem}-opening.p7m"), opening)
        report = editions.check(editions.packs["sealed"].archive, document, opening)
        assert report.status == 0
        assert any(f"{document.name} beside it is unchanged since receipt" in item.reason for item in report.items)


def test_what_the_authority_opens_can_be_compared_with_any_edition(editions: Editions, tmp_path: Path) -> None:
    document, opening = tmp_path / "document", tmp_path / "opening.json"
    assert editions.authority.opens(editions.folder("sealed") / "sealed/1.p7m", document)
    assert editions.authority.opens(editions.folder("sealed") / "sealed/1-opening.p7m", opening)
    assert editions.check(editions.folder("importer"), opening, document).status == 0


def test_another_key_opens_no_envelope(editions: Editions, tmp_path: Path) -> None:
    other = recipient(tmp_path / "other", ec.generate_private_key(ec.SECP256R1()))
    assert not other.opens(editions.folder("sealed") / "sealed/1.p7m", tmp_path / "out")


@pytest.mark.parametrize("change", ["a bit", "gone", "added", "exchanged"])
def test_an_envelope_that_was_touched_is_named(editions: Editions, tmp_path: Path, change: str) -> None:
    copy = Path(shutil.copytree(editions.folder("sealed"), tmp_path / "copy"))
    one, other = copy / "sealed/1.p7m", copy / "sealed/2.p7m"
    if change == "a bit":
        content = bytearray(one.read_bytes())
        content[-1] ^= 1
        one.write_bytes(content)
    elif change == "gone":
        one.unlink()
    elif change == "added":
        (copy / "sealed/99.p7m").write_bytes(one.read_bytes())
    else:
        first = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(first)
    wanted = "file sealed/99.p7m" if change == "added" else "sealed sealed/1.p7m"
    assert wanted in names(editions.check(copy))


def test_sealing_to_the_same_certificate_again_writes_out_what_was_sealed(editions: Editions, tmp_path: Path) -> None:
    sealing = Sealing(read_recipient(editions.authority.certificate, NOW))
    again = build(editions.handle, S01, tmp_path, Wanted(Edition.IMPORTER, sealing=sealing))
    assert (again.new, again.archive.read_bytes()) == (False, editions.packs["sealed"].archive.read_bytes())


def test_what_cannot_be_sealed_is_refused_in_words(editions: Editions, tmp_path: Path) -> None:
    certificate = read_recipient(editions.authority.certificate, NOW)
    for exhibits, words in ((("E999",), "no exhibit of this pack"), (("E001",), "lies open in the importer's edition")):
        with pytest.raises(PackError, match=words):
            build(editions.handle, S01, tmp_path, Wanted(Edition.IMPORTER, sealing=Sealing(certificate, exhibits)))
    with pytest.raises(PackError, match="withholds no exhibit that can be sealed"):
        build(editions.handle, S01, tmp_path, Wanted(sealing=Sealing(certificate)))


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
