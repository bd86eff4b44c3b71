"""One pack in all its editions, made once for the tests that read them: a home, and what was built of it."""

import base64
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from reportlab.pdfgen import canvas

from evidence.core import canonical
from evidence.core.disclosure import Tier
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.own import DocumentReceived, PackBuilt
from evidence.intake.limits import Limits
from evidence.intake.redaction import Box, Redacted, redact
from evidence.ledger.found import HomeHandle
from evidence.pack.checking.check import check_pack
from evidence.pack.checking.verdict import PackReport
from evidence.pack.disclosing.envelope import read_recipient
from evidence.pack.disclosing.sealing import Sealing
from evidence.pack.form import layout
from evidence.pack.form.container import Folder, read
from evidence.pack.gathered.editions import Edition
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import BuiltPack, build
from evidence.pack.productions.making import Wanted
from evidence.pack.productions.on_record import packs_of
from evidence.register.queries import Known, Register
from evidence.store.engine import reading
from tests.unit.pack.specimen_home import START, make
from tests.unit.pack.test_envelope import Recipient, recipient

NOW = datetime(2026, 11, 1, tzinfo=UTC)
S01 = Subject(shipment="S01")
PRICE = "A-PRICE-OF-600"
_RANDOM = re.compile(r"[0-9a-f]{32,}|[A-Za-z0-9+/_-]{22,}={0,2}")
"""Digests, salts, seeds and keys: any few letters may stand in one."""


@dataclass(frozen=True)
class Editions:
    """A pack in its editions; tests read them, and alter copies of them."""

    handle: HomeHandle
    trust: Path
    packs: Mapping[str, BuiltPack]
    """By the edition's name; `sealed` is the importer's with envelopes."""
    authority: Recipient
    copy: Redacted
    priced: str
    """SHA-256 of the document that was redacted."""
    place: Path

    def folder(self, name: str) -> Path:
        return self.packs[name].folder

    def record(self, edition: str) -> PackBuilt:
        return next(known.value for known in packs_of(self.handle, S01) if known.value.edition.startswith(edition))

    def opening(self, name: str) -> dict[str, Any]:
        found = json.loads((self.folder(name) / layout.DISCLOSURES).read_bytes())
        assert isinstance(found, dict)
        return found

    def check(self, path: Path, *beside: Path) -> PackReport:
        return check_pack(path, NOW, self.trust, beside=beside)


def priced(handle: HomeHandle) -> Known[DocumentReceived]:
    """A supplier's invoice on file, a PDF with a price on it."""
    drawn = io.BytesIO()
    page = canvas.Canvas(drawn, pagesize=(595, 842), invariant=True)
    page.drawString(72, 700, "Invoice INV-2 (SPECIMEN)")
    page.drawString(72, 650, PRICE)
    page.showPage()
    page.save()
    _received(handle, drawn.getvalue(), "INV-2.pdf", "application/pdf", "supplier's invoice", "purchase:INV-2")
    with reading(handle.engine) as connection:
        return Register(connection).documents("purchase:INV-2")[0]


def _received(handle: HomeHandle, content: bytes, name: str, media_type: str, role: str, about: str) -> None:
    stored = handle.documents.put(content)
    handle.record(
        DocumentReceived(
            id=mint(DocumentReceived.prefix, START, handle.random), issuer="self", document=stored.sha256,
            size=stored.size, name=name, media_type=media_type, document_class=EvidenceClass.NATIVE,
            tier=Tier.RESTRICTED, personal=False, channel="import", holder="trade compliance", location="documents",
            received_on=date(2023, 4, 3), received_basis="mail header", role=role, relates_to=(about,),
        )
    )  # fmt: skip


@pytest.fixture(scope="session")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editions]:
    place = tmp_path_factory.mktemp("editions")
    authority = recipient(place / "authority", ec.generate_private_key(ec.SECP256R1()))
    with make(place / "home") as handle:
        receipt = priced(handle)
        others = b"COO-1,...\nCOO-7,of another customer\n"  # read for the certification of this one as well
        _received(handle, others, "certifications.csv", "text/csv", "certification-of-origin", "certification:COO-1")
        copy = redact(handle, receipt, [Box(1, 200, 620, 1200, 80)], "The price.", Limits())
        packs = {each.value: build(handle, S01, place / "packs", Wanted(each)) for each in Edition}
        sealing = Sealing(read_recipient(authority.certificate, NOW))
        packs["sealed"] = build(handle, S01, place / "packs", Wanted(Edition.IMPORTER, sealing=sealing))
        yield Editions(handle, place / "home" / "trust", packs, authority, copy, receipt.value.document, place)


def said_in(folder: Path) -> str:
    """Every text of an edition: its files, the statements in its envelopes, the pages and the files inside the PDF."""
    files = Folder(folder)
    found = []
    for name in files.names():
        content = read(files, name)
        if name.endswith(".dsse"):
            found.append(str(canonical.loads(_payload(content))))
        elif name.endswith(".pdf") and name.startswith("report-"):
            document = pypdfium2.PdfDocument(content)
            found += [page.get_textpage().get_text_range() for page in document]
            with pikepdf.open(folder / name) as pdf:
                found += [each.get_file().read_bytes().decode() for each in pdf.attachments.values()]
        elif not name.startswith(("sealed/", "verify", "certificates/")):
            found.append(f"{name}\n{content.decode('latin-1')}")
    return _RANDOM.sub("", "\n".join(found))


def _payload(dsse: bytes) -> bytes:
    return base64.b64decode(json.loads(dsse)["payload"])
