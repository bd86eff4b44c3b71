"""An older database put in the place of a newer one, on either engine, as a restored backup does it."""

import atexit
import functools
import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from evidence.core.tree import Frontier
from evidence.ledger.found import HomeHandle, found, open_home
from evidence.register.project import Projector
from evidence.register.rebuild import rebuild
from evidence.store.documents import DocumentStore
from tests.homes import COMPANY, ORIGIN, START, new_home, record_holds, signing
from tests.postgresql import drop_database, new_database

_names = itertools.count()


class Place:
    """A home on one engine, its anchor beside it, whose database can be kept and put back."""

    def __init__(self, folder: Path, address: str | None) -> None:
        self.folder, self.home, self.anchor = folder, folder / "home", folder / "elsewhere" / "anchor"
        self.anchor.parent.mkdir()
        self._address, self._database = address, ""
        if address is None:
            new_home(folder)
            with open_home(self.home, {}) as handle:  # the home that is copied was founded without a register
                rebuild(handle.engine, handle.ledger, handle.documents, lambda _steps=1, _total=None: None)
        else:
            template, database = _founded(address)
            self._database = f"life{next(_names)}"
            new_database(address, self._database, template=database)
            shutil.copytree(template, self.home)
        self.anchor.write_bytes((self.home / "checkpoint").read_bytes())

    @property
    def projector(self) -> Projector:
        return Projector(DocumentStore(self.home / "documents"))

    @property
    def environ(self) -> dict[str, str]:
        there = {"EVIDENCE_ANCHOR": str(self.anchor)}
        return there if self._address is None else there | {"EVIDENCE_DATABASE": f"{self._address}/{self._database}"}

    @contextmanager
    def signing(self) -> Iterator[HomeHandle]:
        with signing(self.home, self.environ, self.projector) as handle:
            yield handle

    def keep(self) -> str:
        """Keep a copy of the database as it is; gives its name."""
        name = f"kept{next(_names)}"
        if self._address is None:
            _copy(self.home / "evidence.db", self.folder / name)
        else:
            new_database(self._address, name, template=self._database)
        return name

    def restore(self, name: str) -> None:
        """Put a copy in the place of the database; the home's own last checkpoint is as old as the copy."""
        if self._address is None:
            for beside in ("", "-wal", "-shm"):
                (self.home / f"evidence.db{beside}").unlink(missing_ok=True)
            _copy(self.folder / name, self.home / "evidence.db")
        else:
            drop_database(self._address, self._database)
            new_database(self._address, self._database, template=name)
        for path in self.home.glob("checkpoint*"):
            path.unlink()

    def lose(self, count: int = 2) -> bytes:
        """Record, keep a copy, record `count` more, and restore the copy; gives the checkpoint that is ahead."""
        with self.signing() as handle:
            record_holds(handle, 3)
        kept = self.keep()
        with self.signing() as handle:
            record_holds(handle, count)
        self.restore(kept)
        return self.anchor.read_bytes()


@functools.cache
def _founded(address: str) -> tuple[Path, str]:
    """A home on PostgreSQL and its database, to be copied: making keys takes a second."""
    place = Path(tempfile.mkdtemp(prefix="evidence-template-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    new_database(address, "template_of_lives")
    found(
        place / "home",
        organisation=COMPANY,
        person="Records desk (role)",
        passphrase=b"a passphrase",
        now=START,
        random=os.urandom,
        demo=True,
        origin=ORIGIN,
        environ={"EVIDENCE_DATABASE": f"{address}/template_of_lives"},
        projector=Projector(DocumentStore(place / "home" / "documents")),
    )
    return place / "home", "template_of_lives"


def _copy(origin: Path, to: Path) -> None:
    with closing(sqlite3.connect(origin)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def cut_back(home: Path, size: int) -> None:
    """Make a home's SQLite database what it was when it held `size` entries: a checkpoint was signed there.

    Its register is for a rebuild. Nothing is kept outside of what was cut off, but what the caller has.
    """
    with closing(sqlite3.connect(home / "evidence.db")) as database:
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for delete in (
            "DELETE FROM disclosure WHERE seq >= ?",
            "DELETE FROM statement WHERE seq >= ?",
            "DELETE FROM entry_document WHERE seq >= ?",
            "DELETE FROM disposal_target WHERE seq >= ?",
            "DELETE FROM ledger_entry WHERE seq >= ?",
            "DELETE FROM checkpoint WHERE size > ?",
            "DELETE FROM tile WHERE (n + 1) * (CASE level WHEN 0 THEN 256 ELSE 65536 END) > ?",
        ):
            database.execute(delete, (size,))
        database.execute("DELETE FROM document WHERE sha256 NOT IN (SELECT sha256 FROM entry_document)")
        frontier = Frontier()
        for (leaf_hash,) in database.execute("SELECT leaf_hash FROM ledger_entry ORDER BY seq"):
            frontier.append(leaf_hash)
        (epoch,) = database.execute("SELECT count(*) FROM checkpoint").fetchone()
        values = (size, frontier.root(), frontier.to_bytes(), epoch)
        database.execute("UPDATE head SET size = ?, root = ?, frontier = ?, epoch = ?", values)
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
