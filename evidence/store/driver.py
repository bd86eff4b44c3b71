"""Fixed SQL through the driver's own cursor, inside SQLAlchemy's transaction: for the few statements of every append.

Composing a statement anew and looking its compiled form up costs more than the database takes to run it. What is run
here is text that never changes, with values that are bound already: bytes, whole numbers and text, as both engines take
them. Whoever listens to the engine for what is run (`before_cursor_execute`, `after_cursor_execute`) hears of these
too, and a fault of the driver is the one that SQLAlchemy would have raised.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

_WORTH_COPYING: Final = 8
"""Rows from which on PostgreSQL's COPY is quicker than inserts."""


class Driver:
    """The cursor of a connection's transaction; placeholders are question marks on both engines."""

    __slots__ = ("_connection", "_cursor", "_heard", "postgresql")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor: Any = connection.connection.cursor()
        told = connection.dispatch
        self._heard = bool(told.before_cursor_execute) or bool(told.after_cursor_execute)
        self.postgresql = connection.dialect.name == "postgresql"

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; gives the number of rows that it touched."""
        self._execute(sql, values)
        return int(self._cursor.rowcount)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query gives."""
        self._execute(sql, values)
        found: list[tuple[Any, ...]] = self._cursor.fetchall()
        return found

    def rows_among(self, sql: str, *among: Sequence[str]) -> list[tuple[Any, ...]]:
        """What a query gives that looks for some of several texts.

        Args:
            sql: the query, with ``IN {0}`` for each list of texts, in their order.
            among: the texts; lists of one length.
        """
        if self.postgresql:
            return self.rows(sql.replace("IN {0}", "= ANY(?)"), [list(texts) for texts in among])
        gaps = f"({','.join('?' * len(among[0]))})"
        return self.rows(sql.format(gaps), [text for texts in among for text in texts])

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows of bound values, in their order."""
        if len(rows) == 1:
            self._execute(_insert(table, tuple(columns)), rows[0])
        elif self.postgresql and len(rows) >= _WORTH_COPYING:
            self._copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows)
        elif rows:
            sql = self._told(_insert(table, tuple(columns)))
            self._announce(sql, rows, many=True)
            with self._named(sql):
                self._cursor.executemany(sql, rows)
            self._tell(sql, rows, many=True)

    def _execute(self, sql: str, values: Sequence[Any]) -> None:
        sql = self._told(sql)
        if self._heard:
            self._announce(sql, values, many=False)
        try:
            self._cursor.execute(sql, values)
        except Exception as error:
            raise self._named_error(sql, error) from error
        if self._heard:
            self._tell(sql, values, many=False)

    def _copy(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._announce(sql, rows, many=True)
        with self._named(sql), self._cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)
        self._tell(sql, rows, many=True)

    def _told(self, sql: str) -> str:
        return _pyformat(sql) if self.postgresql else sql

    def _announce(self, sql: str, values: Sequence[Any], *, many: bool) -> None:
        if self._heard:
            self._connection.dispatch.before_cursor_execute(self._connection, self._cursor, sql, values, None, many)

    def _tell(self, sql: str, values: Sequence[Any], *, many: bool) -> None:
        if self._heard:
            self._connection.dispatch.after_cursor_execute(self._connection, self._cursor, sql, values, None, many)

    @contextmanager
    def _named(self, sql: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise self._named_error(sql, error) from error

    def _named_error(self, sql: str, error: Exception) -> BaseException:
        """The error as SQLAlchemy names it, so that one place (`store.engine`) says what each means."""
        base = self._connection.dialect.loaded_dbapi.Error
        if not isinstance(error, base):
            return error
        return DBAPIError.instance(sql, None, error, base, hide_parameters=True, dialect=self._connection.dialect)


@cache
def _pyformat(sql: str) -> str:
    return sql.replace("?", "%s")


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608


class Bound:
    """A table with its columns, and how a value for each is bound on one engine, as the table's own types say."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self.table = dialect.identifier_preparer.format_table(table)
        self.columns = tuple(dialect.identifier_preparer.quote(column.name) for column in table.columns)
        binds = (column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns)
        self._binds = tuple((at, bind) for at, bind in enumerate(binds) if bind is not None)

    def bind(self, row: list[Any]) -> list[Any]:
        """The row, its values in the order of the columns as the driver takes them; the list itself, changed."""
        for at, bind in self._binds:
            row[at] = bind(row[at])
        return row
