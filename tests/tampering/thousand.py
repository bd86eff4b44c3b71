"""A ledger of a thousand entries of every sort, with its export; made once, and altered in copies or in place."""

import atexit
import functools
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Table
from sqlmodel import SQLModel

from evidence.core.canonical import dumps
from evidence.core.disclosure import LineTree
from evidence.core.identifiers import mint
from evidence.core.statements.item import Items
from evidence.ledger import anchors, tables
from evidence.ledger.anchors import HolderKind
from evidence.ledger.check import check_ledger
from evidence.ledger.check_export import check_export
from evidence.ledger.dispose import carry_out
from evidence.ledger.export import export_log
from evidence.ledger.findings import CheckReport
from evidence.ledger.found import HomeHandle, open_home
from evidence.ledger.trust import read_verifiers
from evidence.register.project import forget
from evidence.store.base import table_of
from tests.homes import ORIGIN, START, a_disposal, record_holds, record_with_document
from tests.stamped import stamping_company
from tests.timestamps import new_office

SIZE = 1000
TABLES: tuple[Table, ...] = tuple(
    table_of(found)
    for found in vars(tables).values()
    if isinstance(found, type) and issubclass(found, SQLModel) and found.__dict__.get("__table__") is not None
)
"""Every table of the ledger, whichever there are."""


@functools.cache
def _made() -> Path:
    place = Path(tempfile.mkdtemp(prefix="evidence-thousand-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    with stamping_company(place, new_office(place / "office")) as company:
        handle = company.handle
        record_holds(handle, 254, batch=127)
        letters = [record_with_document(handle, b"letter %d in support of shipment S%d" % (i, i)) for i in range(12)]
        handle.signer().record([(_load(handle), ())])
        for targets in ([f"#{letters[2][0]}:statement", f"#{letters[2][0]}:received"], [f"#{letters[5][0]}:received"]):
            carry_out(handle, handle.record(a_disposal(*targets)).seq, forget)
        company.stamp()
        size = handle.ledger.size()
        witnessed = anchors.want(handle.engine, size, HolderKind.WITNESS, "auditor.example/w1", START)
        anchors.missed(handle.engine, witnessed.id, "nobody answered", START)
        anchors.want(handle.engine, size, HolderKind.EXTERNAL, "counsel.example", START)
        record_holds(handle, 40)
        record_holds(handle, SIZE - handle.ledger.size(), batch=256)
        export_log(handle.ledger, place / "export", with_statements=True, with_documents=True)
    return place


def _load(handle: HomeHandle) -> Items:
    line, seed = dumps({"part": "P-1"}), bytes(range(32))
    grown = LineTree(seed, Items.line_prefix())
    grown.add([line])
    return Items(
        id=mint("load", START, handle.random),
        issuer="self",
        received=handle.documents.put(b"a file of parts").sha256,
        view=handle.documents.put(line + b"\n").sha256,
        view_root=grown.root(),
        seed=handle.documents.put(seed).sha256,
        parser="by hand",
        lines=1,
    )


@dataclass(frozen=True)
class Thousand:
    """A copy that may be altered: the home with its database, and the export."""

    place: Path
    handle: HomeHandle
    database: sqlite3.Connection
    held: bytes

    @property
    def home(self) -> Path:
        return self.place / "home"

    @property
    def export(self) -> Path:
        return self.place / "export"

    def check(self) -> CheckReport:
        trust = self.home / "trust"
        return check_ledger(
            self.handle.engine,
            self.handle.documents,
            read_verifiers(trust),
            held=[self.held],
            origin=ORIGIN,
            trust=trust,
        )

    def check_export(self) -> CheckReport:
        trust = self.home / "trust"
        return check_export(self.export, read_verifiers(trust), trust=trust)

    @contextmanager
    def unguarded(self) -> Iterator[sqlite3.Connection]:
        """The database in the hands of its owner, who takes its triggers out and puts them back when he is done."""
        run = self.database.execute
        triggers = run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        run("BEGIN IMMEDIATE")
        try:
            for name, _ in triggers:
                run(f"DROP TRIGGER {name}")
            yield self.database
            for _, sql in triggers:
                run(sql)
            run("COMMIT")
        finally:
            if self.database.in_transaction:
                run("ROLLBACK")


@contextmanager
def thousand(folder: Path) -> Iterator[Thousand]:
    """A copy in `folder`."""
    made = _made()
    for name in ("home", "export"):
        shutil.copytree(made / name, folder / name)
    held = (folder / "home" / "checkpoint").read_bytes()
    with (
        open_home(folder / "home", {}) as handle,
        closing(sqlite3.connect(folder / "home" / "evidence.db")) as database,
    ):
        database.isolation_level = None
        for setting in ("foreign_keys = OFF", "ignore_check_constraints = ON", "synchronous = OFF"):
            database.execute(f"PRAGMA {setting}")
        yield Thousand(folder, handle, database, held)
