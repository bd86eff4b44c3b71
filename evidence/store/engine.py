"""Database connections, set so that what is acknowledged is on the disk and nothing slips past the triggers.

SQLite: write-ahead log with ``synchronous=FULL`` (NORMAL loses acknowledged commits on power loss), foreign keys on,
``recursive_triggers`` on (else REPLACE passes the append-only triggers), ``secure_delete`` on (what a disposal deletes
is overwritten), and the driver's own transactions switched off, so that a transaction begins where this module says.
The values are read back on every connection, since another library may override them. The file must lie on a disk of
this machine: over a network neither the locks nor the memory that connections share can be relied on (LEDGER.md, trap
27). PostgreSQL: READ COMMITTED with a row lock on the head, ``synchronous_commit`` on, the register's schema beside the
ledger's, and a server that notices a client which is gone and still holds the lock; nothing is written to one that runs
with ``fsync`` or ``full_page_writes`` off, which a client cannot change.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from evidence.errors import DatabaseBusy, SettingsError, StorageUnfit, StoreError
from evidence.store.driver import Driver
from evidence.store.network import require_local

_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "secure_delete": 1}
_BUSY_TIMEOUT_MS = 30_000
_PATIENCE = "60s"
"""How long PostgreSQL waits for a lock where neither the server nor the address says otherwise."""
_UNSYNCED = "evidence_unsynced"
_LOCK_NOT_AVAILABLE = "55P03"
_DISK = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


def open_engine(url: str) -> Engine:
    """An engine for the database at `url`: ``sqlite:///PATH`` or ``postgresql://…`` (by psycopg).

    Raises:
        SettingsError: the address is of another kind or unreadable.
        StorageUnfit: a SQLite file on a network file system.
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
    require_local(Path(address.database.removeprefix("file:").partition("?")[0]).absolute())
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
            raise StorageUnfit(
                f"SQLite would not set {name} to {wanted!r} (it says {found!r}), so acknowledged entries could be "
                "lost; nothing was signed. Keep the database on a disk of this machine, and its address plain."
            )


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("evidence_writes", False)
    Driver(connection).run("BEGIN IMMEDIATE" if immediate else "BEGIN")


def register_schema(ledger: str) -> str:
    """The schema of the register beside a ledger's: several homes may share a database, each in a schema of its own."""
    return "register" if ledger == "public" else f"{ledger}_register"


def _set_up_postgresql(connection: Any, record: ConnectionPoolEntry) -> None:
    with connection.cursor() as cursor:
        (schema,) = cursor.execute("SELECT current_schema()").fetchone()
        if schema is None:
            raise StorageUnfit("The database has no schema to work in: its search_path names none that is there.")
        path = ", ".join(_quoted(name) for name in (schema, register_schema(schema)))
        cursor.execute(f"SET search_path = {path}")
        cursor.execute("SET synchronous_commit = on")
        settings = {name: cursor.execute(f"SHOW {name}").fetchone()[0] for name in ("fsync", "full_page_writes")}
        record.info[_UNSYNCED] = [f"{name}={value}" for name, value in settings.items() if value != "on"]
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(
            f"SELECT set_config('lock_timeout', '{_PATIENCE}', false) WHERE current_setting('lock_timeout') = '0'"
        )
        # A machine that fell over in the middle of a batch would otherwise hold the lock on the head for two hours.
        for name, seconds in (("idle", 30), ("interval", 10), ("count", 3)):
            cursor.execute(f"SET tcp_keepalives_{name} = {seconds}")
    connection.commit()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


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

    Raises:
        StorageUnfit: a PostgreSQL server that does not sync what it commits, or may leave half a page of it.
        StoreError: the database refused.
    """
    with _named_errors(), engine.connect() as connection:
        if unsynced := connection.info.get(_UNSYNCED):
            raise StorageUnfit(
                f"The PostgreSQL server runs with {' and '.join(unsynced)}, so acknowledged entries could be lost; "
                "nothing was signed. Have that set to on in postgresql.conf, let the server reload it, and give the "
                "command again."
            )
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
        if _is_busy(error):
            raise DatabaseBusy(
                f"Another program has been writing to the database for too long ({_first_line(error)}); nothing was "
                "recorded. Run the command again when it is done, or find out which program it is."
            ) from error
        if _sqlite_code(error) in _DISK:
            raise StorageUnfit(
                f"The disk under the database is full or fails ({_first_line(error)}); nothing was signed. Make room, "
                "or replace the disk, then give the command again."
            ) from error
        raise StoreError(
            f"The database cannot be used: {_first_line(error)}. Check that it is there and free."
        ) from error
    except SQLAlchemyError as error:
        raise StoreError(f"The database refused: {_first_line(error)}.") from error


def _is_busy(error: OperationalError) -> bool:
    """Whether somebody else held a lock for all the time that is waited."""
    return _sqlite_code(error) == sqlite3.SQLITE_BUSY or getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _sqlite_code(error: OperationalError) -> int:
    """SQLite's primary result code; 0 where the error is not SQLite's."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF if isinstance(code, int) else 0


def _first_line(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0].rstrip(".")
