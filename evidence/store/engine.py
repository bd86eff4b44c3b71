"""Database connections, set so that what is acknowledged is on the disk and nothing slips past the triggers.

SQLite: write-ahead log with ``synchronous=FULL`` (NORMAL loses acknowledged commits on power loss), foreign keys on,
``recursive_triggers`` on (else REPLACE passes the append-only triggers), ``secure_delete`` on (what a disposal deletes
is overwritten), and the driver's own transactions switched off, so that a transaction begins where this module says.
The values are read back on every connection, since another library may override them. PostgreSQL: READ COMMITTED with a
row lock on the head, ``synchronous_commit`` on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from evidence.errors import SettingsError, StoreError

_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "secure_delete": 1}
_BUSY_TIMEOUT_MS = 30_000


def open_engine(url: str) -> Engine:
    """An engine for the database at `url`: ``sqlite:///PATH`` or ``postgresql://…`` (by psycopg).

    Raises:
        SettingsError: the address is of another kind or unreadable.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise SettingsError("The database address cannot be read; wanted sqlite:///PATH or postgresql://…") from error
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
        try:
            engine = create_engine(address, isolation_level="READ COMMITTED", pool_size=4)
        except (ImportError, NoSuchModuleError) as error:
            raise SettingsError("PostgreSQL needs the psycopg driver: install evidence[postgres].") from error
        event.listen(engine, "connect", _set_up_postgresql)
        return engine
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        raise SettingsError(
            f"The database address names {address.get_backend_name()}; wanted sqlite:///PATH or postgresql://…"
        )
    engine = create_engine(address.set(drivername="sqlite"), connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for name, wanted in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {wanted}").fetchall()
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != wanted:
            raise StoreError(
                f"SQLite would not set {name} to {wanted!r} (it says {found!r}), so acknowledged entries could be "
                "lost. Keep the database on a local disk."
            )


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("evidence_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _set_up_postgresql(connection: object, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DBAPI connection has no common type
    try:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET TIME ZONE 'UTC'")
    finally:
        cursor.close()
    connection.commit()  # type: ignore[attr-defined]


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database from its first statement on; what it changes is undone."""
    with _named_errors(), engine.connect() as opened:
        one_state = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        connection = opened.execution_options(**one_state)
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in one write transaction, committed at the end and rolled back whole on any error.

    On SQLite the write lock is taken at once (``BEGIN IMMEDIATE``): a transaction that reads first and writes later
    can be refused half-way through.
    """
    with _named_errors(), engine.connect() as connection:
        writer = connection.execution_options(evidence_writes=True)
        with writer.begin():
            yield writer


def truncate_log(engine: Engine) -> bool:
    """Bring SQLite's write-ahead log into the database and empty it, so that nothing deleted is left there.

    False where a reader is in the way, so that it has to be done again; PostgreSQL has no such file.
    """
    if engine.dialect.name != "sqlite":
        return True
    with _named_errors():
        raw = engine.raw_connection()
        try:
            busy, _, _ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            raise StoreError(f"The database's log could not be emptied: {error}.") from error
        finally:
            raw.close()
    return not busy


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StoreError(
            f"The database cannot be used: {_first_line(error)}. Check that it is there and free."
        ) from error
    except SQLAlchemyError as error:
        raise StoreError(f"The database refused: {_first_line(error)}.") from error


def _first_line(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0].rstrip(".")
