"""Two packs of one shipment, the second after another document came in; and copies of that home to record in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from evidence.core.disclosure import Tier
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.own import DocumentReceived
from evidence.ledger.found import HomeHandle, open_home
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import BuiltPack, build
from evidence.register.project import Projector
from evidence.store.documents import DocumentStore
from tests.unit.pack.specimen_home import make

S01 = Subject(shipment="S01")
TABLE = b"bank,amount\nSPECIMEN,=1+1\n"


@dataclass(frozen=True)
class Produced:
    """A home with two packs; for reading only."""

    handle: HomeHandle
    place: Path
    first: BuiltPack
    second: BuiltPack

    @contextmanager
    def copy(self, folder: Path) -> Iterator[HomeHandle]:
        """The same home elsewhere, open to record in."""
        with opened(Path(shutil.copytree(self.place / "home", folder / "home"))) as handle:
            yield handle


def opened(home: Path) -> HomeHandle:
    return open_home(home, {}, sign=True, projector=Projector(DocumentStore(home / "documents")))


@pytest.fixture(scope="session")
def produced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Produced]:
    place = tmp_path_factory.mktemp("produced")
    with make(place / "home", claimed=False) as handle:
        first = build(handle, S01, place / "packs")
        keep(handle, "payment.csv", TABLE, "proof of payment")
        keep(handle, "photo.heic", b"\x00\x00\x00\x18ftypheic\x00\x00", "photograph")
        second = build(handle, S01, place / "packs")
        yield Produced(handle, place, first, second)


def keep(handle: HomeHandle, name: str, content: bytes, role: str) -> None:
    """Keep a document on the shipment, and record its receipt."""
    stored = handle.documents.put(content)
    now = handle.clock.now()
    handle.record(
        DocumentReceived(
            id=mint(DocumentReceived.prefix, now, handle.random),
            issuer="self",
            document=stored.sha256,
            size=stored.size,
            name=name,
            media_type="application/octet-stream",
            document_class=EvidenceClass.NATIVE,
            tier=Tier.RESTRICTED,
            personal=False,
            channel="import",
            holder="trade compliance",
            location="documents",
            received_on=date(2023, 4, 3),
            received_basis="mail header",
            role=role,
            relates_to=("shipment:S01",),
        )
    )
