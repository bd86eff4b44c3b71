"""From an entry to the rows that index it, in the same transaction as the append.

The projection is a pure function of the entry and of the documents it names: replaying the ledger gives equal rows.
Lines of loads alone are written before: they are staged, and their entry makes them visible (`staging`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, exists, select
from sqlalchemy.engine import Dialect

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Statement
from evidence.core.statements.load import Load
from evidence.core.statements.snapshot import Snapshot
from evidence.errors import EvidenceError
from evidence.ledger.lines import Take, view_lines
from evidence.ledger.submission import ProjectedEntry
from evidence.register.staging import Staging, Tell, make_visible, project_lines, staging_turn
from evidence.register.tables import EDGES, KIND_TABLES, LINE_TABLES, LOADS, STATEMENTS, plain_fields, storable
from evidence.store.documents import DocumentStore
from evidence.store.driver import Bound, Driver

RESTS_ON = "rests on"


class Projector:
    """Writes the register's rows of one entry; what the writer and a rebuild both call."""

    def __init__(self, documents: DocumentStore, *, rebuilding: bool = False) -> None:
        """Read views from `documents`; when `rebuilding`, one that is gone (disposed of, or lost) projects no lines."""
        self._documents, self._rebuilding = documents, rebuilding
        self._forms: dict[str, _Forms] = {}

    def __call__(self, connection: Connection, entry: ProjectedEntry) -> None:
        """Index `entry`.

        Raises:
            RegisterError: a load's parsed view is not what its statement says.
        """
        self.batch(connection, (entry,))

    def batch(self, connection: Connection, entries: Sequence[ProjectedEntry]) -> None:
        """Index entries in their order, table by table; the rows are those that each alone would give.

        Raises:
            RegisterError: a load's parsed view is not what its statement says.
        """
        forms = self._forms.get(connection.dialect.name)
        if forms is None:
            forms = self._forms[connection.dialect.name] = _Forms(connection.dialect)
        statements, edges = forms.statements, forms.edges
        listed: list[Sequence[Any]] = []
        rows: dict[Bound, list[Sequence[Any]]] = {statements: listed}
        for entry in entries:
            seq, statement = entry.seq, entry.statement
            listed.append(statements.bind([seq, statement.id, statement.kind, entry.actor, entry.recorded_at]))
            form = forms.of(type(statement))
            rows.setdefault(form.bound, []).append(form.row(seq, statement))
            found = [
                edges.bind(storable([seq, place, statement.id, role, target]))
                for place, (role, target) in enumerate(self._edges(entry, statement))
            ]
            if found:
                rows.setdefault(edges, []).extend(found)
        driver = Driver(connection)
        for bound, values in rows.items():
            driver.insert(bound.table, bound.columns, values)
        for entry in entries:
            if isinstance(entry.statement, Load):
                self._lines(connection, entry, entry.statement)

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
        document = self._documents.read(snapshot.worksheet)
        worksheet = canonical.loads_written(document)
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


class _RowForm:
    """How a statement of one kind becomes its row on one engine."""

    def __init__(self, kind: type[Statement], dialect: Dialect) -> None:
        self.bound = Bound(KIND_TABLES[kind], dialect)
        fields = plain_fields(kind)
        self._get = attrgetter(*fields)  # a statement has many fields, so that this gives a tuple
        self._whole = [(at, name) for at, (name, scalar) in enumerate(fields.items(), 1) if not scalar]

    def row(self, seq: int, statement: Statement) -> Sequence[Any]:
        """The row of the statement of entry `seq`: scalars as they are, everything else as canonical JSON."""
        row = [seq, *self._get(statement)]
        filled = [(at, name) for at, name in self._whole if row[at] is not None]
        if filled:
            plain = statement.model_dump(mode="json", include={name for _, name in filled})
            for at, name in filled:
                row[at] = None if plain[name] is None else canonical.dumps(plain[name]).decode()
        return self.bound.bind(storable(row))


class _Forms:
    """How rows are made on one engine; a kind's when it is first met."""

    def __init__(self, dialect: Dialect) -> None:
        self.statements, self.edges = Bound(STATEMENTS, dialect), Bound(EDGES, dialect)
        self._dialect = dialect
        self._kinds: dict[type[Statement], _RowForm] = {}

    def of(self, kind: type[Statement]) -> _RowForm:
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = _RowForm(kind, self._dialect)
        return found
