"""An older copy of a ledger, restored against its anchor, is refused before anything is signed: each time.

Copies are taken at a hundred moments of a ledger that grows on; each is put in the place of the latest, alone or with
the home that it was of, whose own checkpoint is then as old as the copy. Only the anchor knows better.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, text

from evidence.errors import RefusesToSign
from evidence.ledger.tables import CheckpointRow, HeadRow, LedgerEntryRow
from evidence.store.base import table_of
from evidence.store.engine import open_engine, reading
from tests.faults.places import Made, Place, make
from tests.homes import a_hold, record_holds
from tests.postgresql import drop_database, new_database, new_server

COPIES, SAMPLED = 100, 10


@dataclass(frozen=True)
class Copies:
    """A ledger grown to its end, and how it was at earlier moments.

    `restored` puts the copy of that number beside the anchor that is there now, with its whole home or only the
    database in the present one, and gives the place.
    """

    count: int
    latest: Place
    restored: Callable[[int, bool, Path], Place]
    remove: Callable[[Place], None]


def _grow(place: Place, chance: Random) -> None:
    with place.open() as handle:
        record_holds(handle, chance.randrange(1, 6), batch=chance.choice((1, 3)))


def _back_up(database: Path, to: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def _grown_on_sqlite(made: Made, folder: Path, count: int) -> Copies:
    place, chance = made.place, Random(count)
    for number in range(count):
        _grow(place, chance)
        copy = folder / str(number)
        shutil.copytree(place.home, copy, ignore=shutil.ignore_patterns("evidence.db*"))
        _back_up(place.home / "evidence.db", copy / "evidence.db")
    _grow(place, chance)

    def restored(number: int, whole: bool, to: Path) -> Place:
        shutil.copytree(folder / str(number) if whole else place.home, to / "home")
        for name in ("evidence.db-wal", "evidence.db-shm"):
            (to / "home" / name).unlink(missing_ok=True)
        shutil.copy(folder / str(number) / "evidence.db", to / "home" / "evidence.db")
        return _anchored(place, to)

    return Copies(count, place, restored, lambda _: None)


def _grown_on_postgresql(made: Made, folder: Path, count: int, address: str) -> Copies:
    place, chance = made.place, Random(count)
    for number in range(count):
        _grow(place, chance)
        shutil.copytree(place.home, folder / str(number))
        new_database(address, f"copy_{number}", "made")
    _grow(place, chance)

    def restored(number: int, whole: bool, to: Path) -> Place:
        shutil.copytree(folder / str(number) if whole else place.home, to / "home")
        there = _anchored(place, to)
        there.environ["EVIDENCE_DATABASE"] = new_database(address, "restored", f"copy_{number}")
        return there

    return Copies(count, place, restored, lambda _: drop_database(address, "restored"))


def _anchored(latest: Place, to: Path) -> Place:
    """The anchor as it is now, of its own so that it can be looked at afterwards."""
    shutil.copy(latest.anchor, to / "anchor")
    return Place(to / "home", {"EVIDENCE_ANCHOR": str(to / "anchor")})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return request.param, tmp_path_factory.mktemp(request.param)


@pytest.fixture(
    scope="module", params=[SAMPLED, pytest.param(COPIES, marks=pytest.mark.full)], ids=lambda count: f"{count}-copies"
)
def copies(request: pytest.FixtureRequest, folder: tuple[str, Path]) -> Iterator[Copies]:
    engine, place = folder
    place = place / str(request.param)
    place.mkdir()
    if engine == "sqlite":
        yield _grown_on_sqlite(make(place / "made"), place, request.param)
        return
    with new_server() as server:
        yield _grown_on_postgresql(make(place / "made", server.address), place, request.param, server.address)


def _signed(place: Place) -> object:
    """All that a signature would show in: the entries, the head, every checkpoint, in the database and outside."""
    url = place.environ.get("EVIDENCE_DATABASE", f"sqlite:///{place.home / 'evidence.db'}")
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            tables = [table_of(row) for row in (LedgerEntryRow, CheckpointRow, HeadRow)]
            rows = [connection.execute(select(table).order_by(text("1"))).all() for table in tables]
    finally:
        engine.dispose()
    return rows, place.notes()


def test_every_older_copy_is_refused_before_anything_is_signed(copies: Copies, tmp_path: Path) -> None:
    refused = 0
    for number in range(copies.count):
        whole = number % 2 == 0
        place = copies.restored(number, whole, tmp_path / str(number))
        before = _signed(place)
        with pytest.raises(RefusesToSign, match=r"older than what was handed out.* `evidence ledger succeed"):
            place.open()
        assert _signed(place) == before
        copies.remove(place)
        shutil.rmtree(tmp_path / str(number))
        refused += 1
    assert refused == copies.count


def test_the_latest_copy_is_not_refused(copies: Copies) -> None:
    with copies.latest.open() as handle:
        size = handle.ledger.size()
        assert handle.record(a_hold()).seq == size
