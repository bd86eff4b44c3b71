"""What a witness knows, in an SQLite file of its own: the logs it watches, every head it cosigned, and what it refused.

A head is written, durably, before anybody is told of it, and one log's heads only grow: the comparison with the last
one and the insertion are one transaction, under a lock that also holds between processes, and triggers refuse what
would go back. So two roots of one size are never cosigned, also where the process dies between writing and answering.
After a transaction that failed nobody knows what is on the disk: the same process begins no other one.

What a log signed and this witness refused is kept with the head it stands against: two checkpoints of one size and
different roots, both signed, are the evidence of a split view.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Text,
    func,
    select,
    type_coerce,
)
from sqlalchemy.schema import CreateTable

from evidence.core.tree import HASH_SIZE
from evidence.core.values import moment_from_text
from evidence.errors import DatabaseBusy, MalformedValue, ProofError, StoreError
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.lock import writing_turn
from evidence.ledger.note import Verifier, parse_note
from evidence.store.base import UtcText, as_bytes
from evidence.store.durable import sync_folder
from evidence.store.engine import open_engine, reading, writing

FILE_NAME: Final = "witness.db"
_LOCK, _WAIT_S = "witness.lock", 30.0
_MOST_REFUSED = 1_000  # of one log: who holds its key must not be able to fill the disk
_BROKEN = (ProofError, MalformedValue, ValueError, TypeError)  # what reading an altered row comes to

_META = MetaData()
_KEY = Table("log_key", _META, Column("vkey", Text, primary_key=True), Column("origin", Text, nullable=False))
_HEAD = Table(
    "head",
    _META,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(HASH_SIZE), nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("cosigned_at", UtcText, nullable=False),
)
_REFUSED = Table(
    "refused",
    _META,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(HASH_SIZE), primary_key=True),
    Column("why", String(32), nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("old", BigInteger, nullable=False),
    Column("proof", LargeBinary, nullable=False),
    Column("known_note", LargeBinary, nullable=False),
    Column("first_at", UtcText, nullable=False),
    Column("last_at", UtcText, nullable=False),
    Column("times", Integer, nullable=False),
)
_TRIGGERS = (
    ("head", "UPDATE", "1"),
    ("head", "DELETE", "1"),
    ("head", "INSERT", "EXISTS (SELECT 1 FROM head WHERE origin = NEW.origin AND size >= NEW.size)"),
    ("refused", "DELETE", "1"),
)


class Why(StrEnum):
    """Why a checkpoint that its log signed was refused."""

    SPLIT_VIEW = "split view"
    """Another root was cosigned for the same size."""
    NOT_A_CONTINUATION = "not a continuation"
    """The proof given does not lead from the last head to it."""
    BEHIND = "behind"
    """It is smaller than the last head, and was never seen before."""


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint of a log that was cosigned, as its log signed it, and when."""

    origin: str
    size: int
    root: bytes
    note: bytes
    cosigned_at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """A log that is watched: its keys, and the last head cosigned (None where there is none yet)."""

    origin: str
    keys: tuple[Verifier, ...]
    last: Head | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A checkpoint that its log signed and that was refused; `known_note` is what it stands against.

    `old` and `proof` are what came with it: a proof that leads to its root from another root of size `old` than the
    one cosigned shows the split view by itself.
    """

    origin: str
    size: int
    root: bytes
    why: Why
    note: bytes
    old: int
    proof: tuple[bytes, ...]
    known_note: bytes
    first_at: datetime
    last_at: datetime
    times: int


class WitnessStore:
    """The records of a witness in `folder`; made on first use."""

    def __init__(self, folder: Path) -> None:
        self._engine = open_engine(f"sqlite:///{folder / FILE_NAME}")
        self._lock_file, self._one_at_a_time = folder / _LOCK, threading.Lock()
        self._failed = False
        with writing(self._engine) as connection:
            for table in _META.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
            for table_name, moment, condition in _TRIGGERS:
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {table_name}_{moment.lower()} BEFORE {moment} ON {table_name} "
                    f"WHEN {condition} BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END"
                )
        sync_folder(folder)

    def trust(self, log: Verifier) -> None:
        """Watch a log by this key; a second key of the same log counts beside the first."""
        with writing(self._engine) as connection:
            if connection.execute(select(_KEY.c.vkey).where(_KEY.c.vkey == log.vkey)).first() is None:
                connection.execute(_KEY.insert(), {"vkey": log.vkey, "origin": log.name})

    def keys(self, origin: str) -> tuple[Verifier, ...]:
        """The keys of a log; none where it is not watched."""
        with reading(self._engine) as connection:
            return _keys(connection, origin)

    def logs(self) -> list[Watched]:
        """Every log watched, by origin."""
        with reading(self._engine) as connection:
            origins = connection.execute(select(_KEY.c.origin).distinct().order_by(_KEY.c.origin)).scalars().all()
            return [Watched(name, _keys(connection, name), _last(connection, name)) for name in map(str, origins)]

    def refused(self) -> list[Refused]:
        """What was refused, by log and time."""
        query = _stored(_REFUSED).order_by(_REFUSED.c.origin, _REFUSED.c.first_at, _REFUSED.c.size)
        with reading(self._engine) as connection:
            return [_refused(row) for row in connection.execute(query)]

    @contextmanager
    def turn(self) -> Iterator["Turn"]:
        """One transaction in which a head is compared and added; durable at the end of the block, or not there.

        Raises:
            RefusesToSign: another process holds the lock for too long.
            StoreError: the database cannot be used, or does not hold what was written to it, now or in a turn before.
        """
        with self._one_at_a_time:
            if self._failed:
                raise StoreError(
                    f"{FILE_NAME} failed in a turn before this, and what is on the disk is not known; nothing was "
                    "cosigned. See to the disk, then start the witness again."
                )
            with writing_turn(self._lock_file, _WAIT_S):
                try:
                    with writing(self._engine) as connection:
                        yield Turn(connection)
                except DatabaseBusy:  # another program's lock: nothing was tried
                    raise
                except BaseException:
                    self._failed = True
                    raise

    def close(self) -> None:
        self._engine.dispose()


@dataclass(frozen=True, slots=True)
class Turn:
    """A write transaction of the store."""

    connection: Connection

    def last(self, origin: str) -> Head | None:
        """The last head cosigned of a log."""
        return _last(self.connection, origin)

    def at(self, origin: str, size: int) -> Head | None:
        """The head of exactly that size, where one was cosigned."""
        row = self.connection.execute(_stored(_HEAD).where(_HEAD.c.origin == origin, _HEAD.c.size == size)).first()
        return None if row is None else _head(row)

    def add(self, checkpoint: Checkpoint, note: bytes, now: datetime) -> None:
        """Make this the last head of its log; the database refuses one that is not larger than all before."""
        values = {"size": checkpoint.size, "root": checkpoint.root, "note": note, "cosigned_at": now}
        self.connection.execute(_HEAD.insert(), {"origin": checkpoint.origin, **values})

    def refuse(
        self,
        checkpoint: Checkpoint,
        note: bytes,
        why: Why,
        against: Head,
        old: int,
        proof: Sequence[bytes],
        now: datetime,
    ) -> None:
        """Keep a refused checkpoint with what it stands against; seen again, it is counted."""
        same = (
            (_REFUSED.c.origin == checkpoint.origin)
            & (_REFUSED.c.size == checkpoint.size)
            & (_REFUSED.c.root == checkpoint.root)
        )
        again = _REFUSED.update().where(same).values(times=_REFUSED.c.times + 1, last_at=now)
        if self.connection.execute(again).rowcount:
            return
        count = select(func.count()).select_from(_REFUSED).where(_REFUSED.c.origin == checkpoint.origin)
        if self.connection.execute(count).scalar_one() >= _MOST_REFUSED:
            return
        place = {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root, "why": why.value}
        found = {"note": note, "old": old, "proof": b"".join(proof), "known_note": against.note}
        self.connection.execute(_REFUSED.insert(), {**place, **found, "first_at": now, "last_at": now, "times": 1})


def _keys(connection: Connection, origin: str) -> tuple[Verifier, ...]:
    rows = connection.execute(select(_KEY.c.vkey).where(_KEY.c.origin == origin).order_by(_KEY.c.vkey))
    try:
        return tuple(map(Verifier.parse, map(str, rows.scalars())))
    except (ProofError, MalformedValue) as error:
        raise _damaged(origin) from error


def _last(connection: Connection, origin: str) -> Head | None:
    query = _stored(_HEAD).where(_HEAD.c.origin == origin).order_by(_HEAD.c.size.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _head(row)


def _stored(table: Table) -> Select[Any]:
    """The rows of a table with moments as the text they are: one that was altered must be named, by `_damaged`."""
    return select(*[type_coerce(one, String).label(one.name) if one.name.endswith("_at") else one for one in table.c])


def _head(row: Any) -> Head:
    """A stored head, held against the note beside it: a witness must not go on from what the disk made of it."""
    try:
        cosigned_at = moment_from_text(str(row.cosigned_at))
        found = Head(str(row.origin), int(row.size), as_bytes(row.root), as_bytes(row.note), cosigned_at)
        said = Checkpoint.parse(parse_note(found.note).text)
    except _BROKEN as error:
        raise _damaged(row.origin, row.size) from error
    if (said.origin, said.size, said.root) != (found.origin, found.size, found.root):
        raise _damaged(found.origin, found.size)
    return found


def _damaged(origin: object, size: object = None) -> StoreError:
    where = "" if size is None else f" at size {size}"
    return StoreError(
        f"{FILE_NAME} does not hold what was written for {origin}{where}. This witness must not go on: make a new one "
        "with a new key, and give that key to those who rely on it."
    )


def _refused(row: Any) -> Refused:
    proof = as_bytes(row.proof)
    try:
        return Refused(
            str(row.origin),
            int(row.size),
            as_bytes(row.root),
            Why(row.why),
            as_bytes(row.note),
            int(row.old),
            tuple(proof[i : i + HASH_SIZE] for i in range(0, len(proof), HASH_SIZE)),
            as_bytes(row.known_note),
            moment_from_text(str(row.first_at)),
            moment_from_text(str(row.last_at)),
            int(row.times),
        )
    except _BROKEN as error:
        raise _damaged(row.origin, row.size) from error
