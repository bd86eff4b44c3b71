"""Editions of a pack in the page that checks packs: what is withheld, opened later or sealed, as the program has it."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from evidence.core import canonical
from evidence.pack.checking.check import check_pack
from evidence.pack.disclosing.open_field import open_fields, opening_of_exhibit, origin_of
from evidence.pack.disclosing.sealing import Sealing
from evidence.pack.form import layout
from evidence.pack.gathered.editions import Edition
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from evidence.pack.productions.making import Wanted
from evidence.pack.productions.on_record import packs_of
from tests.altered_openings import ALTERED, FORGED, Change
from tests.altered_packs import listed_anew, reshape
from tests.unit.pack.specimen_home import make
from tests.verify_page import Page, Said, failed, opened_page, verdicts


@dataclass(frozen=True)
class Editions:
    """One pack in three editions, one of them with sealed exhibits; and openings of it."""

    trust: Path
    authority: Path
    importer: Path
    producer: Path
    sealed: Path
    of_exhibit: Path
    """An opening of an exhibit that the importer's edition does not carry."""
    of_line: Path


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editions]:
    place = tmp_path_factory.mktemp("editions")
    subject, out = Subject(shipment="S01"), place / "packs"
    with make(place / "home") as handle:
        made = {each: build(handle, subject, out, Wanted(each)).folder for each in Edition}
        trust = place / "home" / "trust"
        recipient = x509.load_pem_x509_certificate((trust / "organisation.pem").read_bytes())
        sealed = build(handle, subject, out, Wanted(Edition.IMPORTER, sealing=Sealing(recipient)))
        was = next(known.value for known in packs_of(handle, subject) if known.value.edition == Edition.IMPORTER)
        opening, line = place / "opening.json", place / "line.json"
        opening.write_bytes(opening_of_exhibit(handle, origin_of(was, handle.documents), "E007"))
        line.write_bytes(open_fields(handle, was, ["14:1"]))
        yield Editions(
            trust, made[Edition.AUTHORITY], made[Edition.IMPORTER], made[Edition.PRODUCER], sealed.folder, opening, line
        )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, editions: Editions) -> Iterator[Page]:
    with opened_page(tmp_path_factory.mktemp("browser")) as found:
        found.trusts(editions.trust)
        yield found


def agrees(page: Page, pack: Path, trust: Path, *beside: Path) -> Said:
    """That page and program say the same of every item; what the page says."""
    said = page.checks(pack)
    if beside:
        said = page.besides(*beside)
    report = check_pack(pack, datetime.now(UTC), trust, beside=beside)
    assert said.verdicts() == verdicts(report)
    assert said.state == report.verdict.value
    return said


@pytest.mark.parametrize("name", ["authority", "importer", "producer", "sealed"])
def test_every_edition_passes_in_every_item(page: Page, editions: Editions, name: str) -> None:
    said = agrees(page, getattr(editions, name), editions.trust)
    assert said.state == "passed"
    whole = {row["code"] for row in said.items if row["kind"] == "table"}
    assert whole == ({"table-whole"} if name == "authority" else {"table-part"})
    assert any(row["kind"] == "sealed" for row in said.items) is (name == "sealed")


def test_what_an_opening_opens_leads_to_the_same_root(page: Page, editions: Editions) -> None:
    said = agrees(page, editions.importer, editions.trust, editions.of_exhibit)
    assert said.state == "passed"
    assert said.codes("exhibit E007") == {"exhibit-opened"}
    document = editions.authority / "exhibits" / "E007-supplier-s-declaration.pdf"
    said = agrees(page, editions.importer, editions.trust, editions.of_exhibit, document)
    assert said.codes("exhibit E007") == {"exhibit-beside"}
    said = agrees(page, editions.importer, editions.trust, editions.of_line)
    assert said.codes("lines of entry 14") == {"lines-good"}


def test_a_document_that_no_opened_field_names_fails(page: Page, editions: Editions, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4 a letter\n")
    said = agrees(page, editions.importer, editions.trust, editions.of_exhibit, tmp_path / "letter.pdf")
    assert said.codes("document letter.pdf") == {"document-unnamed"}


def _value(opening: Any) -> None:
    next(iter(opening["statements"].values()))[0][2] = "another"


def _other_pack(opening: Any) -> None:
    opening["pack"] = "EP-S99-1"


def _other_manifest(opening: Any) -> None:
    opening["manifest"] = "ab" * 32


def _other_size(opening: Any) -> None:
    next(iter(opening["tables"].values()))["size"] *= 2


def _no_statements(opening: Any) -> None:
    del opening["statements"]


@pytest.mark.parametrize("change", [_value, _other_pack, _other_manifest, _other_size, _no_statements])
def test_an_altered_opening_fails(
    page: Page, editions: Editions, tmp_path: Path, change: Callable[[Any], None]
) -> None:
    path = Path(shutil.copy(editions.of_exhibit, tmp_path / "opening.json"))
    reshape(path, change)
    assert agrees(page, editions.importer, editions.trust, path).state == "failed"


@pytest.mark.parametrize("change", ALTERED.values(), ids=ALTERED)
def test_an_opening_with_a_part_that_has_no_place_is_refused_by_its_name(
    page: Page, editions: Editions, tmp_path: Path, change: Change
) -> None:
    (tmp_path / "forged.pdf").write_bytes(FORGED)
    disclosures = canonical.loads((editions.importer / layout.DISCLOSURES).read_bytes())
    path = Path(shutil.copy(editions.of_exhibit, tmp_path / "opening.json"))
    reshape(path, lambda opening: change(opening, disclosures, hashlib.sha256(FORGED).hexdigest()))
    said = agrees(page, editions.importer, editions.trust, path, tmp_path / "forged.pdf")
    assert failed(said.verdicts()) == {"opening opening.json", "document forged.pdf"}


def test_an_opening_says_nothing_otherwise_than_one_before_it(page: Page, editions: Editions, tmp_path: Path) -> None:
    again = Path(shutil.copy(editions.of_exhibit, tmp_path / "again.json"))
    assert agrees(page, editions.importer, editions.trust, editions.of_exhibit, again).state == "passed"
    assert agrees(page, editions.authority, editions.trust, editions.of_exhibit, editions.of_line).state == "passed"
    reshape(again, lambda opening: next(iter(opening["entries"].values())).update(leaf="Zm9yZ2Vk"))
    said = agrees(page, editions.importer, editions.trust, editions.of_exhibit, again)
    assert failed(said.verdicts()) == {"opening again.json"}


@pytest.mark.parametrize(("size", "state"), [(0, "undetermined"), (1, "undetermined")], ids=["its-own", "forged"])
def test_a_size_whose_count_is_not_opened_is_not_believed(
    page: Page, editions: Editions, tmp_path: Path, size: int, state: str
) -> None:
    def change(opening: Any) -> None:
        opening["lines"]["14"]["size"] += size
        opening["statements"]["14"] = []

    path = Path(shutil.copy(editions.of_line, tmp_path / "line.json"))
    reshape(path, change)
    assert agrees(page, editions.importer, editions.trust, path).state == state


def _disclosures_of(one: str) -> Callable[[Path, Editions], None]:
    def change(pack: Path, editions: Editions) -> None:
        shutil.copy(getattr(editions, one) / layout.DISCLOSURES, pack / layout.DISCLOSURES)

    return change


def _called_the_authoritys(pack: Path, editions: Editions) -> None:
    reshape(pack / layout.DISCLOSURES, lambda opening: opening.update(edition=layout.AUTHORITY))


def _a_line_elsewhere(pack: Path, editions: Editions) -> None:
    reshape(pack / layout.DISCLOSURES, lambda opening: opening["tables"]["entries"]["opened"][0].update(line=1))


def _a_line_less(pack: Path, editions: Editions) -> None:
    reshape(pack / layout.DISCLOSURES, lambda opening: opening["tables"]["exhibits"]["opened"].pop())


def _no_table(pack: Path, editions: Editions) -> None:
    reshape(pack / layout.DISCLOSURES, lambda opening: opening["tables"].pop("entries"))


def _an_exhibit_more(pack: Path, editions: Editions) -> None:
    name = "exhibits/E007-supplier-s-declaration.pdf"
    shutil.copy(editions.authority / name, pack / name)


def _an_entry_more(pack: Path, editions: Editions) -> None:
    for part in ("leaf", "dsse", "tlog-proof"):
        shutil.copy(editions.authority / f"entries/18.{part}", pack / f"entries/18.{part}")


def _report_of_the_authority(pack: Path, editions: Editions) -> None:
    for name in ("report-en.pdf", "report-en.json"):
        shutil.copy(editions.authority / name, pack / name)


def _worksheets_of_the_authority(pack: Path, editions: Editions) -> None:
    shutil.copytree(editions.authority / "worksheets", pack / "worksheets", dirs_exist_ok=True)


def _a_salt(pack: Path, editions: Editions) -> None:
    def change(opening: Any) -> None:
        next(fields for fields in opening["statements"].values() if fields)[0][0] = "AAECAwQFBgcICQoLDA0ODw"

    reshape(pack / layout.DISCLOSURES, change)


def _a_field_more(pack: Path, editions: Editions) -> None:
    """A field that the importer's edition withholds, opened with a salt of somebody's own."""

    def change(opening: Any) -> None:
        next(iter(opening["statements"].values())).append(["AAECAwQFBgcICQoLDA0ODw", "basis", "as agreed"])

    reshape(pack / layout.DISCLOSURES, change)


def _a_table_of_another_size(pack: Path, editions: Editions) -> None:
    reshape(pack / layout.DISCLOSURES, lambda opening: opening["tables"]["entries"].update(size=8))


def _count_of_lines_withheld(pack: Path, _editions: Editions) -> None:
    """Lines of an entry whose number is not opened."""

    def change(opening: Any) -> None:
        opening["lines"] = {next(iter(opening["statements"])): {"size": 1, "opened": []}}

    reshape(pack / layout.DISCLOSURES, change)


def _lines_exchanged(pack: Path, editions: Editions) -> None:
    def change(opening: Any) -> None:
        one, other, *_ = opening["tables"]["entries"]["opened"]
        one["disclosure"], other["disclosure"] = other["disclosure"], one["disclosure"]

    reshape(pack / layout.DISCLOSURES, change)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_report_of_the_authority, id="report-of-the-authority"),
        pytest.param(_worksheets_of_the_authority, id="worksheets-of-the-authority"),
        pytest.param(_a_salt, id="a-salt"),
        pytest.param(_a_field_more, id="a-field-more"),
        pytest.param(_a_table_of_another_size, id="a-table-of-another-size"),
        pytest.param(_count_of_lines_withheld, id="a-count-of-lines-withheld"),
        pytest.param(_lines_exchanged, id="lines-exchanged"),
        pytest.param(_disclosures_of("authority"), id="disclosures-of-the-authority"),
        pytest.param(_disclosures_of("producer"), id="disclosures-of-the-producer"),
        pytest.param(_called_the_authoritys, id="called-the-authoritys"),
        pytest.param(_a_line_elsewhere, id="a-line-elsewhere"),
        pytest.param(_a_line_less, id="a-line-less"),
        pytest.param(_no_table, id="no-table"),
        pytest.param(_an_exhibit_more, id="an-exhibit-more"),
        pytest.param(_an_entry_more, id="an-entry-more"),
    ],
)
def test_an_altered_edition_fails_in_the_items_that_the_program_names(
    page: Page, editions: Editions, tmp_path: Path, change: Callable[[Path, Editions], None]
) -> None:
    pack = Path(shutil.copytree(editions.importer, tmp_path / "pack"))
    change(pack, editions)
    listed_anew(pack)
    assert agrees(page, pack, editions.trust).state == "failed"
    assert script_fails(pack, editions.trust)


def script_fails(pack: Path, trust: Path) -> bool:
    """Whether `verify.sh` fails the pack under the trust folder."""
    words = ["bash", str(pack / layout.VERIFY), str(trust), "--proofs"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 1


@pytest.mark.parametrize("name", ["authority", "importer", "producer", "sealed"])
def test_the_script_passes_every_edition_with_its_proofs(editions: Editions, name: str) -> None:
    assert not script_fails(getattr(editions, name), editions.trust)


def _envelopes_exchanged(pack: Path) -> None:
    one, other, *_ = sorted((pack / "sealed").iterdir())
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _envelope_away(pack: Path) -> None:
    sorted((pack / "sealed").iterdir())[0].unlink()


def _envelope_of_another_list(pack: Path) -> None:
    reshape(pack / layout.DISCLOSURES, lambda opening: opening["sealed"].pop())


def _recipient_of_the_envelope(pack: Path) -> None:
    reshape(pack / layout.DISCLOSURES, lambda opening: opening["sealed"][0].update(recipient="CN=Another"))


def _opened_envelope(pack: Path) -> None:
    sorted((pack / "sealed").iterdir())[0].write_bytes(b"%PDF-1.4 a declaration\n")


@pytest.mark.parametrize(
    "change",
    [
        _envelopes_exchanged, _envelope_away, _envelope_of_another_list, _recipient_of_the_envelope, _opened_envelope
    ],
)  # fmt: skip
def test_altered_envelopes_fail(page: Page, editions: Editions, tmp_path: Path, change: Callable[[Path], None]) -> None:
    pack = Path(shutil.copytree(editions.sealed, tmp_path / "pack"))
    change(pack)
    listed_anew(pack)
    assert agrees(page, pack, editions.trust).state == "failed"
    assert script_fails(pack, editions.trust)


def test_an_altered_envelope_fails(page: Page, editions: Editions, tmp_path: Path) -> None:
    pack = Path(shutil.copytree(editions.sealed, tmp_path / "pack"))
    listed = canonical.loads((pack / layout.DISCLOSURES).read_bytes())
    assert isinstance(listed, dict)
    (first, *_) = listed["sealed"]
    path = pack / first["path"]
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    listed_anew(pack)
    said = agrees(page, pack, editions.trust)
    assert said.codes(f"sealed {first['path']}") == {"sealed-other"}
