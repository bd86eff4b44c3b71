"""What is known, and what was known: the questions that the layers above ask of the register.

A `Register` answers as of a ledger size: with `as_of` N it knows entries 0 to N - 1 and nothing later, whatever was
recorded since. Answers come in ledger order, so that equal knowledge gives equal answers. A line is known through each
entry whose view has it; lines of a load that a later one supersedes are left out unless they are asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import repeat
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, literal, select

from evidence.core import canonical
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.declaration import DeclarationEvent, DeclarationState
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.registry import KINDS
from evidence.core.values import ON_RECORD
from evidence.errors import RegisterError
from evidence.register.line_rows import unscaled
from evidence.register.made import made
from evidence.register.tables import (
    EDGES,
    EMPTIED,
    KIND_TABLES,
    LINE_TABLES,
    LOAD_KINDS,
    LOADS,
    STATEMENTS,
    is_figure,
    plain_fields,
)
from evidence.store.driver import Driver

T = TypeVar("T", bound=Record)
S = TypeVar("S", bound=Statement)
_number = itemgetter(1)
_BY_KIND = {kind.kind: kind for kind in KINDS.values()}
_SUPERSEDED: Final = "SELECT to_id FROM register_edge WHERE to_id IN {0} AND role = 'supersedes'"
_AT_ONCE: Final = 2_000
"""Values of one column that are looked up with one question; both engines take far more."""
_BEFORE_LINE: Final = 2
"""Columns before the fields of a line: view and number."""
_BEFORE_STATEMENT: Final = 1
"""The same before those of a statement: its entry."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """Something known, and since when: entry `seq` at `recorded_at`; `line` where it is a line of a load."""

    value: T
    seq: int
    statement_id: str
    recorded_at: datetime
    line: int | None = None

    @property
    def ref(self) -> str:
        """``#12`` or ``#12:345``: the entry, and the line in it."""
        return f"#{self.seq}" if self.line is None else f"#{self.seq}:{self.line}"


@dataclass(frozen=True, slots=True)
class Edge:
    """One statement rests on, or is about, another thing."""

    seq: int
    from_id: str
    role: str
    to_id: str


class Register:
    """The register as of a ledger size; None is all that is known."""

    def __init__(self, connection: Connection, as_of: int | None = None) -> None:
        """Ask through `connection`.

        Raises:
            RegisterError: an upgrade of the database has emptied the register, and it was not derived again.
        """
        require_derived(connection)
        self.connection = connection
        self.as_of = as_of
        self._asked: dict[tuple[str, bool], Sequence[Any]] = {}

    def lines(self, line: type[T], *, superseded: bool = False, **equals: Any) -> list[Known[T]]:
        """Every line of a kind whose columns equal the values given, in ledger order.

        Those of a load that another one supersedes, as far as is known here, are left out, or with `superseded` in.
        """
        table, kind = LINE_TABLES[line], KIND_TABLES[LOAD_KINDS[line]]
        wanted = _wanted(table, equals)
        if asked := equals.keys() & _shape(line)[1]:
            raise RegisterError(f"{table.name} is not looked up by figures ({', '.join(sorted(asked))}).")
        loads = self._loads(kind, superseded=superseded)
        views = {load.view for load in loads}
        if not views:
            return []
        # Beside other columns the view is written so that no engine looks its lines up by it: they are all of a load's.
        view = table.c.view + literal("") if equals else table.c.view
        wanted += [view.in_(views)] if len(views) <= _AT_ONCE else []
        found: dict[str, list[Any]] = {}
        for row in self.connection.execute(select(*table.c).where(and_(True, *wanted))).all():
            found.setdefault(row[0], []).append(row)
        for some in found.values():
            some.sort(key=_number)
        return [known for load in loads if load.view in found for known in _of_load(line, load, found[load.view])]

    def _loads(self, kind: Table, *, superseded: bool) -> Sequence[Any]:
        """The loads of a kind that are known, in ledger order; those that stand, or with `superseded` all."""
        asked = kind.name, superseded
        found = self._asked.get(asked)
        if found is None:
            query = (
                select(LOADS.c.view, LOADS.c.scale, LOADS.c.seq, STATEMENTS.c.statement_id, STATEMENTS.c.recorded_at)
                .join_from(LOADS, kind, kind.c.seq == LOADS.c.seq)
                .join(STATEMENTS, STATEMENTS.c.seq == LOADS.c.seq)
                .where(and_(True, *(self._known() if superseded else self.standing(kind))))
                .order_by(LOADS.c.seq)
            )
            found = self.connection.execute(query).all()
            if self.as_of is not None:  # all that is known may have grown by the next question
                self._asked[asked] = found
        return found

    def standing(self, kind: Table) -> list[ColumnElement[bool]]:
        """Bounds on a query of lines and their loads (`kind`): known, and superseded by no load that is."""
        later = kind.alias()
        by_then = [later.c.seq < self.as_of] if self.as_of is not None else []
        by = select(later.c.seq).where(later.c.supersedes == kind.c.id, later.c.seq > kind.c.seq, *by_then)
        return [*self._known(), ~exists(by)]

    def _known(self) -> list[ColumnElement[bool]]:
        return [] if self.as_of is None else [LOADS.c.seq < self.as_of]

    def statements(self, kind: type[S], **equals: Any) -> list[Known[S]]:
        """Every statement of a kind whose columns equal the values given, in ledger order."""
        rows = self._rows(KIND_TABLES[kind], equals)
        if not rows:
            return []
        seqs, *columns, ids, moments = zip(*rows, strict=True)
        return list(map(Known, _made(kind, rows, columns), seqs, ids, moments))

    def lines_of(self, line: type[T], column: str, values: Iterable[str], **equals: Any) -> list[Known[T]]:
        """What `lines` gives for every value of one column, by few questions; in ledger order."""
        found = [known for some in _some(values) for known in self.lines(line, **(equals | {column: some}))]
        return sorted(found, key=_place)

    def statements_of(self, kind: type[S], column: str, values: Iterable[str], **equals: Any) -> list[Known[S]]:
        """What `statements` gives for every value of one column, by few questions; in ledger order."""
        found = [known for some in _some(values) for known in self.statements(kind, **(equals | {column: some}))]
        return sorted(found, key=_place)

    def by_id(self, statement_id: str) -> Known[Statement]:
        """The statement with that id.

        Raises:
            RegisterError: none is known by then.
        """
        found = self.connection.execute(
            select(STATEMENTS.c.kind).where(STATEMENTS.c.statement_id == statement_id)
        ).scalar()
        known = self.statements(_BY_KIND[found], id=statement_id) if found else []
        if not known:
            raise RegisterError(f"No statement {statement_id} is known here. List what is with 'evidence status'.")
        return Known(known[0].value, known[0].seq, known[0].statement_id, known[0].recorded_at)

    def by_ids(self, statement_ids: Iterable[str]) -> dict[str, Known[Statement]]:
        """What `by_id` gives for each of several ids, by few questions; those that are not known are left out."""
        kinds: dict[str, list[str]] = {}
        for some in _some(statement_ids):
            query = select(STATEMENTS.c.statement_id, STATEMENTS.c.kind).where(STATEMENTS.c.statement_id.in_(some))
            for statement_id, kind in self.connection.execute(query):
                kinds.setdefault(kind, []).append(statement_id)
        found: dict[str, Known[Statement]] = {}
        for kind, ids in kinds.items():
            for known in self.statements_of(_BY_KIND[kind], "id", ids):
                one: Known[Statement] = Known(known.value, known.seq, known.statement_id, known.recorded_at)
                found.setdefault(known.statement_id, one)
        return found

    def declaration_states(self, declaration_id: str) -> list[Known[DeclarationEvent]]:
        """Every change of a declaration's state, in ledger order."""
        return self.statements(DeclarationEvent, declaration=declaration_id)

    def state_on(
        self, declaration_id: str, day: date
    ) -> tuple[DeclarationState | None, Known[DeclarationEvent] | None]:
        """The state that counts on `day`, and the event that made it so; None where it was received and no more."""
        event = deciding(self.declaration_states(declaration_id), day)
        return (event.value.state, event) if event else (None, None)

    def documents(self, relates_to: str) -> list[Known[DocumentReceived]]:
        """Documents received that relate to something, such as ``shipment:S01``."""
        return self.documents_of([relates_to])

    def documents_of(self, related_to: Iterable[str]) -> list[Known[DocumentReceived]]:
        """Documents received that relate to any of several things; in ledger order."""
        found = {edge.from_id for edge in self._edges_to(related_to, "relates to")}
        return self.statements_of(DocumentReceived, "id", found)

    def documents_by(self, related_to: Iterable[str]) -> dict[str, list[Known[DocumentReceived]]]:
        """What `documents` gives for each of several things that any document relates to, by few questions."""
        edges = list(self._edges_to(related_to, "relates to"))
        receipts = self.statements_of(DocumentReceived, "id", {edge.from_id for edge in edges})
        names: dict[str, set[str]] = {}
        for edge in edges:
            names.setdefault(edge.from_id, set()).add(edge.to_id)
        found: dict[str, list[Known[DocumentReceived]]] = {}
        for known in receipts:
            for target in names[known.statement_id]:
                found.setdefault(target, []).append(known)
        return found

    def superseded(self, statement_ids: Iterable[str]) -> set[str]:
        """Which of the statements another one, known by then, supersedes."""
        driver, by_then = Driver(self.connection), "" if self.as_of is None else f" AND seq < {int(self.as_of)}"
        found = (driver.rows_among(_SUPERSEDED + by_then, sorted(some)) for some in _some(statement_ids))
        return {name for rows in found for (name,) in rows}

    def edges(self, *, from_id: str | None = None, to_id: str | None = None) -> list[Edge]:
        """What something rests on (`from_id`), or what rests on it (`to_id`)."""
        wanted = [EDGES.c.seq < self.as_of] if self.as_of is not None else []
        wanted += [EDGES.c.from_id == from_id] if from_id is not None else []
        wanted += [EDGES.c.to_id == to_id] if to_id is not None else []
        rows = self.connection.execute(select(EDGES).where(and_(True, *wanted)).order_by(EDGES.c.seq, EDGES.c.place))
        return [Edge(row.seq, row.from_id, row.role, row.to_id) for row in rows]

    def _edges_to(self, ids: Iterable[str], role: str) -> Iterator[Edge]:
        known = [EDGES.c.seq < self.as_of] if self.as_of is not None else []
        for some in _some(ids):
            query = select(EDGES).where(and_(EDGES.c.to_id.in_(some), EDGES.c.role == role, *known))
            for row in self.connection.execute(query):
                yield Edge(row.seq, row.from_id, row.role, row.to_id)

    def _rows(self, table: Table, equals: dict[str, Any]) -> Sequence[Any]:
        wanted = _wanted(table, equals)
        if self.as_of is not None:
            wanted.append(table.c.seq < self.as_of)
        query = (
            select(*table.c, STATEMENTS.c.statement_id, STATEMENTS.c.recorded_at)
            .join_from(table, STATEMENTS, table.c.seq == STATEMENTS.c.seq)
            .where(and_(True, *wanted))
            .order_by(table.c.seq)
        )
        return self.connection.execute(query).all()


def _of_load(line: type[T], load: Any, rows: Sequence[Any]) -> Iterator[Known[T]]:
    """Lines of one load as they are known through it."""
    _, numbers, *columns = zip(*rows, strict=True)
    values = _made(line, rows, columns, load.scale)
    return map(Known, values, repeat(load.seq), repeat(load.statement_id), repeat(load.recorded_at), numbers)


def deciding(events: Sequence[Known[DeclarationEvent]], day: date) -> Known[DeclarationEvent] | None:
    """Of the events of one declaration that are in effect by `day`, the one that decides.

    What ends a declaration outweighs its acceptance, whichever was recorded later; a refusal alone is lifted, by an
    acceptance recorded after it. An event that a later one supersedes counts for nothing.
    """
    gone = {event.value.supersedes for event in events}
    in_effect = [e for e in events if e.value.effective_from <= day and e.statement_id not in gone]
    accepted = [event for event in in_effect if event.value.state is DeclarationState.ACCEPTED]
    lifted = max((event.seq for event in accepted), default=-1)
    ending = [
        event
        for event in in_effect
        if event not in accepted and not (event.value.state is DeclarationState.REFUSED and event.seq < lifted)
    ]
    return max(ending or accepted, key=lambda event: (event.value.effective_from, event.seq), default=None)


def _some(values: Iterable[str]) -> Iterator[frozenset[str]]:
    """The values, each once, in groups that one question takes."""
    each = sorted(set(values))
    return (frozenset(each[at : at + _AT_ONCE]) for at in range(0, len(each), _AT_ONCE))


def _place(known: Known[Any]) -> tuple[int, int]:
    return known.seq, known.line or 0


def require_derived(connection: Connection) -> None:
    """Refuse to answer from a register that a revision of the database has emptied.

    Raises:
        RegisterError: it has.
    """
    if connection.execute(select(EMPTIED.c.revision).limit(1)).scalar() is not None:
        raise RegisterError(
            "The register was emptied by an upgrade of the database and says nothing yet. Run "
            "`evidence register rebuild`; the ledger has everything."
        )


def _wanted(table: Table, equals: dict[str, Any]) -> list[ColumnElement[bool]]:
    unknown = equals.keys() - (set(table.c.keys()) - {"view", "line_number"})
    if unknown:
        raise RegisterError(f"{table.name} has no column {', '.join(sorted(unknown))}.")
    several = (set, frozenset)  # any of some values, as many as the engine takes in one question
    return [table.c[name].in_(v) if isinstance(v, several) else table.c[name] == v for name, v in equals.items()]


def _made(model: type[T], rows: Sequence[Any], columns: Sequence[Sequence[Any]], scale: int | None = None) -> list[T]:
    """Rows as the values they were made of; `columns` are those of the model's fields."""
    values = made(model, scaled=scale is not None).values(columns, scale)
    if values is None:  # an altered row, for the model itself to refuse
        return [_record(model, row, scale) for row in rows]
    return values


def _record(model: type[T], row: Any, scale: int | None = None) -> T:
    """A row as the value it was made of; `row` has its columns behind those of its table's key.

    Of a line `scale` is that of its load, at which its figures stand in the row as whole numbers.
    """
    names, figures, listed = _shape(model)
    values = dict(zip(names, row[_BEFORE_LINE if scale is not None else _BEFORE_STATEMENT :], strict=False))
    if scale is not None:
        for name in figures:
            if (number := values[name]) is not None:
                values[name] = unscaled(number, scale)
    for name in listed:
        if (text := values[name]) is not None:
            values[name] = canonical.loads(text.encode())
    return model.model_validate(values, context=ON_RECORD)


@cache
def _shape(model: type[Record]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The names of a model's fields in the order of its columns, those that are figures, and those kept as JSON."""
    fields = plain_fields(model)
    figures = tuple(name for name in fields if is_figure(model.model_fields[name].annotation))
    return tuple(fields), figures, tuple(name for name, scalar in fields.items() if not scalar)
