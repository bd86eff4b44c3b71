"""A fixture that tests in several folders share: a home, its pack as issued, and its trust folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.ledger.found import HomeHandle
from evidence.pack.checking.check import check_pack
from evidence.pack.checking.verdict import PackReport
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import BuiltPack, build
from tests.unit.pack.specimen_home import make

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Issued:
    """A pack that was issued; tests read it, and alter copies of it."""

    handle: HomeHandle
    place: Path
    pack: BuiltPack
    size: int

    @property
    def trust(self) -> Path:
        return self.place / "home" / "trust"

    def check(self, path: Path, *, trusting: bool = True) -> PackReport:
        return check_pack(path, NOW, self.trust if trusting else None)


@pytest.fixture(scope="session")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    place = tmp_path_factory.mktemp("issued")
    with make(place / "home") as handle:
        size = handle.ledger.size()
        pack = build(handle, Subject(shipment="S01"), place / "packs")
        yield Issued(handle, place, pack, size)
