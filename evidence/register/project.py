"""From an entry to the rows that index it, in the same transaction as the append.

The projection is a pure function of the entry and of the documents it names: replaying the ledger gives equal rows.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.load import Load
from evidence.core.statements.snapshot import Snapshot
from evidence.errors import RegisterError
from evidence.ledger.submission import ProjectedEntry
from evidence.register.tables import ALL_TABLES, EDGES, KIND_TABLES, LINE_TABLES, STATEMENTS, is_scalar
from evidence.store.documents import DocumentStore

_BATCH = 5_000
RESTS_ON = "rests on"


class Projector:
    """Writes the register's rows of one entry; what the writer and a rebuild both call."""

    def __init__(self, documents: DocumentStore, *, rebuilding: bool = False) -> None:
        """Read views from `documents`; when `rebuilding`, one that is gone (disposed of, or lost) projects no lines."""
        self._documents, self._rebuilding = documents, rebuilding

    def __call__(self, connection: Connection, entry: ProjectedEntry) -> None:
        """Index `entry`.

        Raises:
            RegisterError: a load's parsed view is not what its statement says.
        """
        statement = entry.statement
        connection.execute(
            STATEMENTS.insert(),
            {
                "seq": entry.seq,
                "statement_id": statement.id,
                "kind": statement.kind,
                "actor": entry.actor,
                "recorded_at": entry.recorded_at,
            },
        )
        connection.execute(KIND_TABLES[type(statement)].insert(), {"seq": entry.seq, **row_values(statement)})
        edges = [
            {"seq": entry.seq, "place": place, "from_id": statement.id, "role": role, "to_id": target}
            for place, (role, target) in enumerate(self._edges(entry, statement))
        ]
        if edges:
            connection.execute(EDGES.insert(), edges)
        if isinstance(statement, Load):
            self._lines(connection, entry, statement)

    def _gone(self, entry: ProjectedEntry, role: str, digest: str) -> bool:
        """Whether a rebuild finds the document gone: disposed of at this entry, though another may keep its bytes."""
        linked = any((link.sha256, link.role) == (digest, role) for link in entry.documents)
        return self._rebuilding and not (linked and self._documents.has(digest))

    def _lines(self, connection: Connection, entry: ProjectedEntry, load: Load) -> None:
        if self._gone(entry, "view", load.view):
            return
        seq = entry.seq
        table = LINE_TABLES[type(load).line]
        rows: list[dict[str, Any]] = []
        count = 0
        for count, line in enumerate(read_view(self._documents.read(load.view), type(load).line), start=1):
            rows.append({"seq": seq, "line_number": count, **row_values(line)})
            if len(rows) == _BATCH:
                connection.execute(table.insert(), rows)
                rows.clear()
        if rows:
            connection.execute(table.insert(), rows)
        if count != load.lines:
            raise RegisterError(f"The view of {load.id} holds {count} lines, its statement says {load.lines}.")

    def _edges(self, entry: ProjectedEntry, statement: Statement) -> Iterator[tuple[str, str]]:
        """What `statement` rests on or is about, as (role, id); documents as ``sha256:…``."""
        yield from ((role, f"sha256:{digest}") for role, digest in statement.documents())
        yield from statement.relations()
        if isinstance(statement, Snapshot):
            yield from self._snapshot_edges(entry, statement)

    def _snapshot_edges(self, entry: ProjectedEntry, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
        if self._gone(entry, "worksheet", snapshot.worksheet):
            return
        worksheet = canonical.loads(self._documents.read(snapshot.worksheet))
        inputs = worksheet.get("inputs", ()) if isinstance(worksheet, dict) else ()
        named = dict.fromkeys(
            str(item["statement"]) for item in _records(inputs) if isinstance(item.get("statement"), str)
        )
        for statement in named:
            yield RESTS_ON, statement


def forget(connection: Connection, seq: int, role: str) -> None:
    """Delete what the register derived from what a disposal lets go of the entry at `seq`.

    That is every row of the entry where its statement goes, the lines where a load's view goes, and what it rests on
    where a snapshot's worksheet goes. A rebuild leaves out the same.
    """
    if role == "statement":
        for table in ALL_TABLES:
            connection.execute(table.delete().where(table.c.seq == seq))
    elif role == "view":
        for table in LINE_TABLES.values():
            connection.execute(table.delete().where(table.c.seq == seq))
    elif role == "worksheet":
        connection.execute(EDGES.delete().where(EDGES.c.seq == seq, EDGES.c.role == RESTS_ON))


def _records(value: JsonValue) -> Sequence[Mapping[str, JsonValue]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def row_values(record: Record) -> dict[str, Any]:
    """The columns of a record: scalars as they are, everything else as canonical JSON."""
    plain = record.model_dump(mode="json")
    return {
        name: getattr(record, name)
        if is_scalar(field.annotation)
        else None
        if plain[name] is None
        else canonical.dumps(plain[name]).decode()
        for name, field in type(record).model_fields.items()
    }


def read_view(view: bytes, line: type[Record]) -> Iterator[Record]:
    """The lines of a parsed view: canonical JSON, one object a line, in order."""
    for text in io.BytesIO(view):
        yield line.model_validate(canonical.loads_canonical(text.rstrip(b"\n")))
