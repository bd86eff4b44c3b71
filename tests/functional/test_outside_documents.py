"""Documents from outside of every kind go through a pack byte for byte; previews are drawn within limits, or not."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest

from evidence.intake.limits import Limits
from evidence.intake.previews import ALL_SECONDS, PAGES, Preview, Previewer
from evidence.pack.bundling.sign import PackSigner
from evidence.pack.checking.check import Verdict, check_pack
from evidence.pack.gathered.facts import Subject
from evidence.pack.handover.deliver import deliver
from evidence.pack.productions.build import BuiltPack, build
from evidence.pack.productions.making import Wanted
from evidence.pack.productions.rebuild import rebuild
from tests import outside
from tests.unit.pack.specimen_home import START, Making, made

S01 = Subject(shipment="S01")
DRAWN = {
    "signed.pdf": (1, "1"), "program.pdf": (1, "1"), "scan.pdf": (PAGES, "300"), "costs.xlsx": (1, ""),
    "letter.eml": (1, "1"), "photo.heic": (1, "1"), "photo.jpg": (1, "1"), "label.png": (1, "1"),
    "fax.tif": (PAGES, ""),
}  # fmt: skip
NOT_DRAWN = {
    "encrypted.pdf": "a PDF that is encrypted", "broken.pdf": "a PDF that cannot be read", "slow.pdf": "a parser that",
    "broken.xlsx": "", "costs.csv": "text/csv: not drawn", "bomb.png": "pages that cannot be drawn",
    "order.xml": "application/xml: not drawn", "empty.dat": "not drawn", "unknown.bin": "not drawn",
}  # fmt: skip


@dataclass(frozen=True)
class Received:
    making: Making
    pack: BuiltPack
    documents: dict[str, bytes]

    def row(self, name: str) -> dict[str, str]:
        """The line of a document in the list of previews."""
        rows = csv.DictReader(io.StringIO((self.pack.folder / "previews/index.csv").read_text(encoding="utf-8")))
        return next(row for row in rows if row["sha256"] == self.digest(name))

    def digest(self, name: str) -> str:
        return sha256(self.documents[name]).hexdigest()


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Received]:
    place = tmp_path_factory.mktemp("outside")
    making = made(place / "home")
    with making.handle as handle:
        signed = PackSigner(handle.organisation()).sign_report(outside.pdf("SPECIMEN, signed"), "Agreed", START)
        documents = {**outside.documents(), "signed.pdf": signed}
        for name, content in documents.items():
            making.receive(name, content, f"specimen {name.replace('.', ' ')}", "shipment:S01")
        patient, strict = Previewer(handle.documents, Limits()), Previewer(handle.documents, Limits(parser_seconds=1))
        slow = sha256(documents["slow.pdf"]).hexdigest()

        def draw(digest: str, name: str) -> Preview:
            return strict(digest, name) if digest == slow else patient(digest, name)

        yield Received(making, build(handle, S01, place / "packs", Wanted(draw=draw)), documents)


@pytest.mark.parametrize("name", [*DRAWN, *NOT_DRAWN])
def test_a_document_is_in_the_pack_byte_for_byte(received: Received, name: str) -> None:
    path, content = received.row(name)["exhibit"], received.documents[name]
    assert (received.pack.folder / path).read_bytes() == content
    with zipfile.ZipFile(received.pack.archive) as archive:
        assert archive.read(path) == content


@pytest.mark.parametrize("name", DRAWN)
def test_a_document_that_can_be_drawn_has_its_first_pages_as_pictures_and_nothing_else(
    received: Received, name: str
) -> None:
    row = received.row(name)
    assert (int(row["pages shown"]), row["pages"]) == DRAWN[name]
    with pikepdf.open(received.pack.folder / row["preview"]) as preview:
        assert len(preview.pages) == DRAWN[name][0]
        assert set(preview.Root.keys()) == {"/Type", "/Pages"}
        for page in preview.pages:
            assert set(page.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
            assert set(page.Resources.keys()) == {"/XObject"}


@pytest.mark.parametrize("name", NOT_DRAWN)
def test_a_document_that_cannot_be_drawn_has_no_preview_and_the_reason_is_listed(received: Received, name: str) -> None:
    row = received.row(name)
    assert (row["preview"], row["pages shown"]) == ("", "0")
    assert NOT_DRAWN[name] in row["note"] != ""


def test_the_pack_passes_and_its_manifest_is_made_again_without_the_previews(received: Received) -> None:
    home = received.making.handle.settings.home
    report = check_pack(received.pack.archive, datetime(2026, 11, 1, tzinfo=UTC), home / "trust")
    assert report.verdict is Verdict.PASSED
    again = rebuild(received.making.handle, received.pack.number, whole=True)
    assert [item.name for item in again.items if item.name.startswith("previews/")] == []
    assert Verdict.FAILED not in {item.verdict for item in again.items}


def test_the_pack_is_written_out_again_with_the_previews_as_they_were_issued(
    received: Received, tmp_path: Path
) -> None:
    again = build(received.making.handle, S01, tmp_path)
    assert not again.new
    assert again.archive.read_bytes() == received.pack.archive.read_bytes()


def test_volumes_hold_the_preview_of_what_has_no_other_printed_form(received: Received, tmp_path: Path) -> None:
    done = deliver(received.making.handle, received.pack.number, tmp_path, 100)
    row = received.row("photo.heic")
    (shown,) = done.folder.rglob("*photo-heic-preview.pdf")
    assert shown.read_bytes() == (received.pack.folder / row["preview"]).read_bytes()
    assert list(done.folder.rglob("*label-png-preview.pdf")) == []  # a picture goes as it is
    with pikepdf.open(next(done.folder.rglob("0000-transmittal-*.pdf"))) as index:
        assert len(index.pages) > 0


def test_previews_take_no_more_than_their_time_however_many_documents_there_are(received: Received) -> None:
    moments = iter([0.0, 0.0, ALL_SECONDS + 1.0])
    draw = Previewer(received.making.handle.documents, Limits(), elapsed=lambda: next(moments))
    assert draw(received.digest("label.png"), "label.png").shown == 1
    assert draw(received.digest("label.png"), "label.png").shown == 1  # made once
    assert draw(received.digest("fax.tif"), "fax.tif") == Preview(None, why="the 120 s for all previews were over")
