"""Lines of loads, staged: written before the entry that makes them visible, outside the writer's turn.

A million lines take seconds, and nobody else may record while the writer's lock is held. So the lines of a view go in
piece by piece, each piece a short transaction of its own, and the append inserts one row. Until then no question sees
them. Stagings take turns among themselves (`staging_turn`), from the first line to the end of the append; so whatever
is staged when a turn begins was left by a process that was killed, and is cleared.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, select, text

from evidence.core.bulk import many_rows
from evidence.core.statements.load import Load
from evidence.errors import RefusesToSign, RegisterError
from evidence.ledger.lines import Lines, StoredLines
from evidence.ledger.lock import writing_turn
from evidence.register.line_rows import LineRows, Row
from evidence.register.rows_beside import MANY, rows_beside
from evidence.register.tables import KIND_TABLES, LINE_TABLES, LOAD_KINDS, LOADS, STAGING
from evidence.store.engine import reading, writing

LOCK = "staging.lock"
_WAIT_S = 1800.0
_ADVISORY = 0x65766964  # "evid": PostgreSQL's own lock of this program, by number
_OWN_LOCK = ":number, hashtext(current_schema())"  # of one schema: another home may share the database
_PAUSE_S = 0.05
_PIECE = 2_000
"""Rows of one transaction: few enough that it is over well within the 100 ms for which anybody may have to wait."""

Tell = Callable[[str], None]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows in the order of the table's columns, by the quickest way that the driver has."""
    if not rows:
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608


class Staging:
    """What one process stages, from its first line to the end of its append. Use it in a `staging_turn`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._staged: dict[tuple[str, str], int] = {}
        """The scale of each view staged in this turn, by kind: two equal sheets of one workbook share their lines."""

    def take(self, load: Load, pieces: Iterable[Lines]) -> None:
        """Stage the lines of a load, unless its view's lines are there already.

        Raises:
            RegisterError: a line is not of its kind, or a figure does not fit the scale that the load states.
        """
        table = LINE_TABLES[type(load).line]
        with reading(self._engine) as connection:
            if is_there(connection, load):
                return
        staged = self._staged.get((load.kind, load.view))
        if staged is not None and staged != load.scale:
            raise RegisterError(f"{load.id} states scale {load.scale}, another load of its view {staged}. State one.")
        if staged is not None:
            return
        make, count, begun = LineRows(type(load).line, load.view, load.scale), 0, False
        last: list[Row] = []
        with many_rows():
            for piece in _in_pieces(_rows(make, load, pieces)):
                if count:
                    self._write(table, load, last, begun)
                    begun = True
                last, count = piece, count + len(piece)
        self._write(table, load, last, begun, count)
        self._staged[load.kind, load.view] = load.scale

    def _write(self, table: Table, load: Load, rows: Sequence[Row], begun: bool, end: int | None = None) -> None:
        """One piece, in a transaction of its own; the last one says how many lines there are."""
        with writing(self._engine) as connection:
            if not begun:
                _begin(connection, load)
            insert_rows(connection, table, rows)
            if end is not None:
                _end(connection, load, end)

    def clear(self) -> None:
        """Delete every line that is staged and was not made visible, a piece at a time."""
        with reading(self._engine) as connection:
            left = connection.execute(select(STAGING.c.view, STAGING.c.kind)).all()
        for view, kind in left:
            table = _lines_of(kind)
            while table is not None:
                with writing(self._engine) as connection:
                    if not _delete_some(connection, table, view):
                        break
            with writing(self._engine) as connection:
                connection.execute(STAGING.delete().where(STAGING.c.view == view, STAGING.c.kind == kind))


_ELSEWHERE = "What was being staged was cleared by another command; nothing was recorded. Run the import again."


def _begin(connection: Connection, load: Load) -> None:
    connection.execute(STAGING.insert(), {"view": load.view, "kind": load.kind})


def _end(connection: Connection, load: Load, lines: int) -> None:
    ended = STAGING.update().where(_of(load)).values(lines=lines, scale=load.scale)
    if connection.execute(ended).rowcount != 1:
        raise RegisterError(_ELSEWHERE)


def _of(load: Load) -> ColumnElement[bool]:
    return and_(STAGING.c.view == load.view, STAGING.c.kind == load.kind)


def _rows(make: LineRows, load: Load, pieces: Iterable[Lines]) -> Iterator[list[Row]]:
    if load.lines > MANY and isinstance(pieces, StoredLines):
        return rows_beside(make, load, pieces)
    return map(make.rows, pieces)


def _in_pieces(pieces: Iterator[list[Row]]) -> Iterator[list[Row]]:
    for rows in pieces:
        for at in range(0, len(rows), _PIECE):
            yield rows[at : at + _PIECE]


def _lines_of(kind: str) -> Table | None:
    return next((LINE_TABLES[line] for line, load in LOAD_KINDS.items() if load.kind == kind), None)


def _delete_some(connection: Connection, table: Table, view: str) -> int:
    first = select(table.c.line_number).where(table.c.view == view).order_by(table.c.line_number).limit(_PIECE)
    numbers = connection.execute(first).scalars().all()
    if numbers:
        connection.execute(table.delete().where(table.c.view == view, table.c.line_number <= numbers[-1]))
    return len(numbers)


def is_there(connection: Connection, load: Load) -> bool:
    """Whether a recorded load of the same kind has this view, so that its lines are in the register.

    Raises:
        RegisterError: that one states another scale, in which the lines would read differently.
    """
    kind = KIND_TABLES[type(load)]
    query = select(LOADS.c.scale).join(kind, kind.c.seq == LOADS.c.seq).where(LOADS.c.view == load.view).limit(1)
    scale = connection.execute(query).scalar()
    if scale is not None and scale != load.scale:
        raise RegisterError(f"{load.id} states scale {load.scale}; its view is on record with {scale}. State that.")
    return scale is not None


def make_visible(connection: Connection, seq: int, load: Load) -> None:
    """Insert the one row that makes a load's lines visible, in the transaction of its entry.

    Raises:
        RegisterError: the lines are not staged, or not as many as the load says.
    """
    if not is_there(connection, load):
        staged = connection.execute(select(STAGING.c.lines).where(_of(load))).scalar()
        if staged is None:
            raise RegisterError(_ELSEWHERE)
        if staged != load.lines:
            raise RegisterError(f"The view of {load.id} holds {staged} lines, its statement says {load.lines}.")
        connection.execute(STAGING.delete().where(_of(load)))
    connection.execute(LOADS.insert(), {"seq": seq, "view": load.view, "lines": load.lines, "scale": load.scale})


def project_lines(connection: Connection, load: Load, pieces: Iterator[Lines]) -> None:
    """Insert a load's lines in the transaction at hand, as a rebuild does; then `make_visible` finds them.

    Raises:
        RegisterError: as `Staging.take` has it.
    """
    if is_there(connection, load):
        return
    make, count = LineRows(type(load).line, load.view, load.scale), 0
    for values in pieces:
        rows = make.rows(values)
        insert_rows(connection, LINE_TABLES[type(load).line], rows)
        count += len(rows)
    _begin(connection, load)
    _end(connection, load, count)


def _take_advisory(connection: Connection, tell: Tell | None) -> None:
    deadline, told = time.monotonic() + _WAIT_S, False
    while not connection.execute(text(f"SELECT pg_try_advisory_lock({_OWN_LOCK})"), {"number": _ADVISORY}).scalar():
        if time.monotonic() >= deadline:
            raise RefusesToSign(
                f"Another process has been staging lines for {_WAIT_S:.0f} s; nothing was recorded. "
                "Run the command again when it is done."
            )
        if tell is not None and not told:
            tell("Another command is staging lines; waiting for it.")
        told = True
        time.sleep(_PAUSE_S)


@contextmanager
def staging_turn(engine: Engine, tell: Tell | None = None) -> Iterator[None]:
    """Wait for the one turn at staging, and keep it: a file's lock beside a SQLite database, else PostgreSQL's own.

    Raises:
        RefusesToSign: another process stages all that time.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _take_advisory(connection, tell)
            try:
                yield
            finally:
                connection.execute(text(f"SELECT pg_advisory_unlock({_OWN_LOCK})"), {"number": _ADVISORY})
        return
    with writing_turn(Path(str(engine.url.database)).parent / LOCK, _WAIT_S, tell):
        yield
