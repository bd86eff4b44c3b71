"""Homes to be hit, on either engine: made once, copied for each fault, each with an anchor beside it."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evidence.ledger.found import HomeHandle, found
from evidence.register.project import Projector
from evidence.store.documents import DocumentStore
from evidence.store.twin import twin_of
from tests.homes import COMPANY, START, record_holds, signing
from tests.postgresql import drop_database, new_database

_WHOLE = re.compile(rb"\S+\n\d+\n[A-Za-z0-9+/]{43}=\n\n\xe2\x80\x94 \S+ [A-Za-z0-9+/=]{90,}\n")
LOG_PAGES = 1000  # SQLite brings its log into the database once a commit leaves this many pages in it
_PAGE, _LOG_HEADER = 4096 + 24, 32


@dataclass(frozen=True)
class Place:
    """A home, and the environment that it is opened in: its anchor, and on PostgreSQL its database."""

    home: Path
    environ: dict[str, str]

    def open(self) -> HomeHandle:
        """Open it to record, with the register kept, as commands do."""
        return signing(self.home, self.environ, Projector(DocumentStore(self.home / "documents")))

    @property
    def anchor(self) -> Path:
        return Path(self.environ["EVIDENCE_ANCHOR"])

    def notes(self) -> list[bytes]:
        """The checkpoints that others can read, those beneath the names of the twins too, so far as they are whole."""
        files = [self.home / "checkpoint", self.anchor]
        published = [path.read_bytes() for path in files if path.exists()]
        beside = [twin_of(path).read_bytes() for path in files if twin_of(path).exists()]
        return published + [note for note in beside if _WHOLE.fullmatch(note)]


@dataclass(frozen=True)
class Made:
    """A home as it is before a fault; `address` is the server that has its database, None for SQLite."""

    place: Place
    address: str | None

    @contextmanager
    def copy(self, to: Path) -> Iterator[Place]:
        """The same home in the folder `to`, with a database of its own; gone at the end."""
        shutil.copytree(self.place.home.parent, to)
        place = Place(to / "home", {"EVIDENCE_ANCHOR": str(to / "anchor")})
        name = f"hit_{os.urandom(6).hex()}"
        if self.address is not None:
            template = self.place.environ["EVIDENCE_DATABASE"].rpartition("/")[2]
            place.environ["EVIDENCE_DATABASE"] = new_database(self.address, name, template)
        yield place
        # not where a test has failed: what it left is kept for whoever looks into it
        shutil.rmtree(to)
        if self.address is not None:
            drop_database(self.address, name)


def make(folder: Path, address: str | None = None, database: str = "made") -> Made:
    """Found a home in `folder`, with its register, and an anchor."""
    folder.mkdir()
    place = Place(folder / "home", {"EVIDENCE_ANCHOR": str(folder / "anchor")})
    if address is not None:
        place.environ["EVIDENCE_DATABASE"] = new_database(address, database)
    found(
        place.home,
        organisation=COMPANY,
        person="Records desk (role)",
        passphrase=b"a passphrase",
        now=START,
        random=os.urandom,
        demo=True,
        environ=place.environ,
        projector=Projector(DocumentStore(place.home / "documents")),
    )
    return Made(place, address)


def with_its_writer_killed(made: Made, folder: Path, pages: int = 1) -> Made:
    """A copy of a home on SQLite whose last writer was killed once the log had that many pages, give or take an append.

    The log is recovered when the home is opened.
    """
    shutil.copytree(made.place.home.parent, folder)
    full = Made(Place(folder / "home", {"EVIDENCE_ANCHOR": str(folder / "anchor")}), None)
    child = os.fork()
    if child == 0:
        try:
            _fill_log(full.place, pages)
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    return full


def _fill_log(place: Place, wanted: int) -> None:
    log, pages, more = place.home / "evidence.db-wal", 0, 0
    handle = place.open()
    while pages + more < wanted:
        record_holds(handle, 1)
        before, pages = pages, (log.stat().st_size - _LOG_HEADER) // _PAGE
        more = pages - before
