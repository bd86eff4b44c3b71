"""From an entry to the rows that index it, in the same transaction as the append.

The projection is a pure function of the entry and of the documents it names: replaying the ledger gives equal rows.
Lines of loads alone are written before: they are staged, and their entry makes them visible (`staging`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, exists, select

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.load import Load
from evidence.core.statements.snapshot import Snapshot
from evidence.errors import EvidenceError
from evidence.ledger.lines import Take, view_lines
from evidence.ledger.submission import ProjectedEntry
from evidence.register.staging import Staging, Tell, make_visible, project_lines, staging_turn
from evidence.register.tables import EDGES, KIND_TABLES, LINE_TABLES, LOADS, STATEMENTS, plain_fields
from evidence.store.documents import DocumentStore

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

    @contextmanager
    def staging(self, engine: Engine, tell: Tell | None = None) -> Iterator[Take]:
        """A turn at staging: what it gives takes the lines of loads before their entries are appended.

        Whatever a killed process has left is cleared when it begins, and its own where the append comes to nothing.

        Raises:
            RefusesToSign: another process stages for too long.
        """
        with staging_turn(engine, tell):
            staging = Staging(engine)
            staging.clear()
            try:
                yield staging.take
            except BaseException:
                with suppress(EvidenceError):  # what ended the append is told; the next turn clears what is left
                    staging.clear()
                raise

    def _gone(self, entry: ProjectedEntry, role: str, digest: str) -> bool:
        """Whether a rebuild finds the document gone: disposed of at this entry, though another may keep its bytes."""
        linked = any((link.sha256, link.role) == (digest, role) for link in entry.documents)
        return self._rebuilding and not (linked and self._documents.has(digest))

    def _lines(self, connection: Connection, entry: ProjectedEntry, load: Load) -> None:
        if self._gone(entry, "view", load.view):
            return
        if self._rebuilding:
            self._documents.verify(load.view)
            with self._documents.open(load.view) as view:
                project_lines(connection, load, (values for _, values in view_lines(view, load.view)))
        make_visible(connection, entry.seq, load)

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

    That is every row of the entry where its statement goes, the lines where a load's view goes (unless another load
    has the same view, and keeps it), and what it rests on where a snapshot's worksheet goes. A rebuild leaves out the
    same.
    """
    if role in {"statement", "view"}:
        _forget_lines(connection, seq)
    if role == "statement":
        for table in (STATEMENTS, EDGES, *KIND_TABLES.values()):
            connection.execute(table.delete().where(table.c.seq == seq))
    elif role == "worksheet":
        connection.execute(EDGES.delete().where(EDGES.c.seq == seq, EDGES.c.role == RESTS_ON))


def _forget_lines(connection: Connection, seq: int) -> None:
    view = connection.execute(select(LOADS.c.view).where(LOADS.c.seq == seq)).scalar()
    connection.execute(LOADS.delete().where(LOADS.c.seq == seq))
    for kind, table in KIND_TABLES.items():
        if view is None or not issubclass(kind, Load):
            continue
        shared = exists(select(LOADS.c.seq).join(table, table.c.seq == LOADS.c.seq).where(LOADS.c.view == view))
        lines = LINE_TABLES[kind.line]
        connection.execute(lines.delete().where(lines.c.view == view, ~shared))


def _records(value: JsonValue) -> Sequence[Mapping[str, JsonValue]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def row_values(record: Record) -> dict[str, Any]:
    """The columns of a record: scalars as they are, everything else as canonical JSON."""
    fields = plain_fields(type(record))
    plain = record.model_dump(mode="json", include={name for name, scalar in fields.items() if not scalar})
    return {
        name: getattr(record, name)
        if scalar
        else None
        if plain.get(name) is None
        else canonical.dumps(plain[name]).decode()
        for name, scalar in fields.items()
    }
