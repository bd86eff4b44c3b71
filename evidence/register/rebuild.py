"""Deriving the register again from the ledger, and comparing what stands with what should.

A rebuild is one transaction: either every table is the projection of the whole ledger, or nothing has changed. The
comparison projects into a database of its own and names every row that differs, so that a register edited by hand is
found though no entry was touched. Lines that are staged, or were left behind by an import that was killed, are no
fault: no question sees them. What claims to be visible is compared.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, String, Table, select

from evidence.errors import EvidenceError
from evidence.ledger.read import Ledger
from evidence.ledger.submission import ProjectedEntry
from evidence.register.project import Projector
from evidence.register.tables import ALL_TABLES, EMPTIED, LINE_TABLES, LOADS, OWN_TABLES
from evidence.store.base import Base
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine, reading, writing


class Advance(Protocol):
    """Counts entries done; the number of all entries is told as soon as it is known."""

    def __call__(self, steps: int = 1, total: int | None = None) -> None: ...


_MOST_NAMED = 20
_AT_ONCE = 2_000


def rebuild(engine: Engine, ledger: Ledger, documents: DocumentStore, advance: Advance) -> int:
    """Empty the register and derive it again; gives the number of entries projected."""
    with writing(engine) as connection:
        for table in (*ALL_TABLES, *OWN_TABLES):
            connection.execute(table.delete())
        return _project_all(connection, ledger, documents, advance)


def emptied(engine: Engine) -> bool:
    """Whether a revision of the database has emptied the register, and it waits for a rebuild."""
    with reading(engine) as connection:
        return connection.execute(select(EMPTIED)).first() is not None


def compare(engine: Engine, ledger: Ledger, documents: DocumentStore, advance: Advance) -> list[str]:
    """What in the register is not what the ledger says, one line each; empty where they agree."""
    with tempfile.TemporaryDirectory(prefix="evidence-register-") as folder:
        fresh = open_engine(f"sqlite:///{Path(folder) / 'register.db'}")
        try:
            Base.metadata.create_all(fresh, tables=[*ALL_TABLES, *OWN_TABLES])
            with writing(fresh) as connection:
                _project_all(connection, ledger, documents, advance)
            with reading(engine) as found, reading(fresh) as wanted:
                if found.execute(select(EMPTIED)).first() is not None:
                    return ["the register was emptied by an upgrade of the database; run `evidence register rebuild`"]
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
    have, want = (_in_order(side, table) for side in (found, wanted))
    named = count = 0
    standing, wished = next(have, None), next(want, None)
    while standing is not None or wished is not None:
        if standing is None or (wished is not None and wished[:keys] < standing[:keys]):
            key, what = wished[:keys] if wished else (), "is missing"
            wished = next(want, None)
        elif wished is None or standing[:keys] < wished[:keys]:
            key, what = standing[:keys], "has no entry in the ledger"
            standing = next(have, None)
        else:
            key, what = standing[:keys], "" if standing == wished else "differs from what the ledger says"
            standing, wished = next(have, None), next(want, None)
        if what:
            count += 1
            if count <= _MOST_NAMED:
                named += 1
                yield f"{table.name} row {'/'.join(map(str, key))} {what}"
    if count > named:
        yield f"{table.name}: {count} rows differ in all; run `evidence register rebuild`"


def _in_order(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in the order of its key, streamed; of lines, those whose view a load has made visible."""
    collation = "C" if connection.dialect.name == "postgresql" else "BINARY"  # as Python compares
    order: list[ColumnElement[Any]] = [
        column.collate(collation) if isinstance(column.type, String) else column for column in table.primary_key.columns
    ]
    query = select(table).order_by(*order)
    if table in LINE_TABLES.values():
        query = query.where(table.c.view.in_(select(LOADS.c.view)))
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
        yield tuple(row)
