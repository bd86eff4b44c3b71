"""Deriving the register again from the ledger, and comparing what stands with what should.

A rebuild is one transaction: either every table is the projection of the whole ledger, or nothing has changed. The
comparison projects into a database of its own and names every row that differs, so that a register edited by hand is
found though no entry was touched.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, Table, select

from evidence.errors import EvidenceError
from evidence.ledger.read import Ledger
from evidence.ledger.submission import ProjectedEntry
from evidence.register.project import Projector
from evidence.register.tables import ALL_TABLES
from evidence.store.base import Base
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine, reading, writing


class Advance(Protocol):
    """Counts entries done; the number of all entries is told as soon as it is known."""

    def __call__(self, steps: int = 1, total: int | None = None) -> None: ...


_MOST_NAMED = 20


def rebuild(engine: Engine, ledger: Ledger, documents: DocumentStore, advance: Advance) -> int:
    """Empty the register and derive it again; gives the number of entries projected."""
    with writing(engine) as connection:
        for table in ALL_TABLES:
            connection.execute(table.delete())
        return _project_all(connection, ledger, documents, advance)


def compare(engine: Engine, ledger: Ledger, documents: DocumentStore, advance: Advance) -> list[str]:
    """What in the register is not what the ledger says, one line each; empty where they agree."""
    with tempfile.TemporaryDirectory(prefix="evidence-register-") as folder:
        fresh = open_engine(f"sqlite:///{Path(folder) / 'register.db'}")
        try:
            Base.metadata.create_all(fresh, tables=list(ALL_TABLES))
            with writing(fresh) as connection:
                _project_all(connection, ledger, documents, advance)
            with reading(engine) as found, reading(fresh) as wanted:
                return [fault for table in ALL_TABLES for fault in _compared(table, found, wanted)]
        finally:
            fresh.dispose()


def _project_all(connection: Connection, ledger: Ledger, documents: DocumentStore, advance: Advance) -> int:
    """Project every entry; one whose statement is unread, or was disposed of, leaves no row."""
    project = Projector(documents, rebuilding=True)
    size = ledger.size()
    for entry in ledger.entries():
        if entry.statement is not None:
            project(
                connection,
                ProjectedEntry(
                    seq=entry.seq,
                    kind=entry.leaf.kind,
                    recorded_at=entry.leaf.recorded_at,
                    actor=entry.leaf.actor,
                    statement=entry.statement,
                    statement_digest=entry.leaf.payload_sha256,
                    documents=entry.documents,
                ),
            )
        advance(1, size)
    return size


def _compared(table: Table, found: Connection, wanted: Connection) -> list[str]:
    try:
        return list(_differences(table, found, wanted))
    except (ValueError, EvidenceError):  # a column holds what its type cannot even read
        return [f"{table.name} holds a value that no projection writes; run `evidence register rebuild`"]


def _differences(table: Table, found: Connection, wanted: Connection) -> Iterator[str]:
    """Rows in ledger order on both sides, so that one pass finds what is missing, extra or changed."""
    keys = len(table.primary_key.columns)
    query = select(table).order_by(*table.primary_key.columns)
    have = {tuple(row[:keys]): tuple(row) for row in found.execute(query)}
    named = 0
    for row in wanted.execute(query):
        key = tuple(row[:keys])
        standing = have.pop(key, None)
        if standing == tuple(row):
            continue
        what = "is missing" if standing is None else "differs from what the ledger says"
        named += 1
        if named <= _MOST_NAMED:
            yield f"{table.name} row {'/'.join(map(str, key))} {what}"
    for key in list(have)[: max(0, _MOST_NAMED - named)]:
        yield f"{table.name} row {'/'.join(map(str, key))} has no entry in the ledger"
    if named + len(have) > _MOST_NAMED:
        yield f"{table.name}: {named + len(have)} rows differ in all; run `evidence register rebuild`"
