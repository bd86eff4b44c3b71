"""The one writer: puts statements in order, checks the grown tree, signs its head, and only then acknowledges.

The order of a batch follows LEDGER.md section 2.2: documents durable, rows, read back and re-hashed, growth of the tree
checked, signed, committed, acknowledged, published. A signed checkpoint that was never committed must not leave the
process, and after any error whose outcome is unknown the writer stops for good: on Linux a failed sync is not
retryable, and signing twice for one size is a fork. The order within a batch is the order of submission.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DataError, IntegrityError

from evidence.core.statements.base import open_body
from evidence.core.statements.load import Load
from evidence.core.statements.own import Disposal
from evidence.core.tree import Frontier
from evidence.core.values import moment_text
from evidence.errors import (
    DatabaseBusy,
    EvidenceError,
    LedgerError,
    ProofError,
    RefusesToSign,
    StorageUnfit,
    StoreError,
    WriteFailed,
)
from evidence.ledger.actors import Actors
from evidence.ledger.admission import admit, require_disposable, require_documents, require_new
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.clock import Clock
from evidence.ledger.growth import ENTRY, check_growth, insert_full_tiles, stored_reader
from evidence.ledger.head_signer import HeadSigner
from evidence.ledger.heads import PUBLISHED, publish, publish_shared, read_held, require_not_behind
from evidence.ledger.key_history import RECORDED
from evidence.ledger.leaf import LeafMaker
from evidence.ledger.lines import Take
from evidence.ledger.lock import writing_turn
from evidence.ledger.note import Verifier
from evidence.ledger.rows import insert_batch, read_back
from evidence.ledger.stored import LEAF_COLUMNS, leaf_of
from evidence.ledger.submission import Appended, Prepared, ProjectedEntry, Submission, prepare
from evidence.ledger.succession import Predecessor, require_none_begun, require_succession
from evidence.ledger.tables import CheckpointRow, DisposalTargetRow, StatementRow
from evidence.ledger.targets import STATEMENT
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.driver import Driver
from evidence.store.durable import sync_folder
from evidence.store.engine import writing

Projector = Callable[[Connection, ProjectedEntry], None]


@runtime_checkable
class Stages(Protocol):
    """A projector that takes the lines of loads before the writer's turn, so that the lock is short."""

    def staging(self, engine: Engine, tell: Callable[[str], None] | None) -> AbstractContextManager[Take]:
        """Until this ends, what it gives may be handed loads with their lines; an append then makes them visible."""
        ...


@runtime_checkable
class Batches(Protocol):
    """A projector that takes the entries of a batch together; the rows are those that it gives for each alone."""

    def batch(self, connection: Connection, entries: Sequence[ProjectedEntry]) -> None:
        """Index the entries, in their order."""
        ...


CLOCK_PATIENCE = timedelta(seconds=5)
"""A clock that is back by this much is waited for; by more, the ledger refuses (LEDGER.md, trap 32)."""
WAIT_S = 60.0
LEFTOVER_AGE = timedelta(days=1)

_STATEMENT, _CHECKPOINT = table_of(StatementRow), table_of(CheckpointRow)
_TARGET = table_of(DisposalTargetRow)
_HEAD = "SELECT size, root, frontier, epoch, closed FROM head WHERE id = 1"
_LOCK_HEAD = (
    "SELECT size, root, frontier, epoch, closed, set_config('enable_seqscan', 'off', true) "
    "FROM head WHERE id = 1 FOR UPDATE"
)
"""On PostgreSQL the guards' plans are made once a session, often while the tables are small: a plan that reads a table
through would be kept as it grows. What the transaction looks up, it has indexes for."""
_ODD_KINDS = (
    "SELECT seq FROM ledger_entry WHERE kind >= x'' UNION ALL SELECT seq FROM ledger_entry WHERE kind < '' LIMIT 1"
)
"""In SQLite's order, numbers come before text and bytes after it, so that the index on the kind tells."""
_MOVE = "UPDATE head SET size = ?, root = ?, frontier = ?, epoch = ? WHERE id = 1 AND epoch = ? AND size = ?"


class _Head(NamedTuple):
    """The row of `head`, as it stands."""

    size: int
    root: object
    frontier: object
    epoch: int
    closed: str | None


@dataclass(frozen=True)
class _State:
    """Where the ledger stands, as far as this process has made sure of it."""

    frontier: Frontier
    root: bytes
    epoch: int
    last: datetime | None
    actors: Actors
    note: bytes | None
    disposed: frozenset[str]
    """The digests of the statements that disposals have named."""

    @property
    def size(self) -> int:
        return self.frontier.size


class Writer:
    """Appends to the ledger `origin` of a home. Several may be open; each takes its turn, batch by batch."""

    def __init__(
        self,
        engine: Engine,
        documents: DocumentStore,
        signer: HeadSigner,
        clock: Clock,
        *,
        home: Path,
        projector: Projector | None = None,
        anchor: Path | None = None,
        wait_s: float = WAIT_S,
        tell: Callable[[str], None] | None = None,
        succeeds: Predecessor | None = None,
    ) -> None:
        self._engine, self._documents, self._signer = engine, documents, signer
        self._origin, self._clock, self._projector = signer.origin, clock, projector
        self._home, self._anchor, self._wait_s, self._tell = home, anchor, wait_s, tell
        self._succeeds = succeeds
        told: object = projector
        self._in_batches = told if isinstance(told, Batches) else None
        # What is kept outside is of the origin that ended, and ahead: whoever opens the new one has compared it.
        self._kept = tuple(place for place in (home / PUBLISHED, anchor) if place is not None and succeeds is None)
        self._leaves = LeafMaker()
        self._state: _State | None = None
        self._stopped: str | None = None

    def append(self, submissions: Sequence[Submission | Prepared]) -> list[Appended]:
        """Record a batch, whole or not at all, in the order given; returns once it is durable and published.

        Args:
            submissions: statements as bytes from anywhere, every check of which is made here; or such as this process
                has built and signed itself (`prepare_here`).

        Raises:
            LedgerError: a submission cannot be recorded as it is; nothing was recorded.
            DocumentDamaged: a named document has other bytes than its digest says; nothing was recorded.
            RefusesToSign: signing now could fork, roll back or misdate the ledger, or this writer has stopped.
            NotPublished: the batch IS recorded, but its checkpoint could not be written out.
            WriteFailed: the database failed; the writer stops, and a new one finds out what became of the batch.
        """
        if self._stopped is not None:
            raise RefusesToSign(f"This writer stopped after an error ({self._stopped}). Run the command again.")
        prepared = [one if isinstance(one, Prepared) else prepare(one) for one in submissions]
        if not prepared:
            return []
        with self._staging(prepared) as take:
            sizes = require_documents(prepared, self._documents, take)
            with writing_turn(self._home / "writer.lock", self._wait_s, self._tell):
                state, appended, note_bytes = self._commit(prepared, sizes)
                self._publish(note_bytes, self._kept)
                self._state = state  # known only now: whatever ends this before, the next batch compares all anew
        return appended

    def _staging(self, prepared: Sequence[Prepared]) -> AbstractContextManager[Take | None]:
        """Where the lines of loads go before the lock is taken; None where there are none, or nobody wants them."""
        if any(isinstance(item.statement, Load) for item in prepared):
            projector: object = self._projector
            if isinstance(projector, Stages):
                return projector.staging(self._engine, self._tell)
        return nullcontext()

    def _publish(self, note_bytes: bytes, places: Sequence[Path]) -> None:
        self._state = None  # what is kept outside may be behind from here on
        for place in places:
            if place == self._anchor and self._engine.dialect.name == "postgresql":
                publish_shared(place, note_bytes, self._wait_s)
            else:
                publish(place, note_bytes)

    def verify_head(self) -> int:
        """Run the checks that come before a signature, without signing; gives the size of the ledger.

        A checkpoint that was committed and not published, because the process was killed between, is published now.

        Raises:
            RefusesToSign: the ledger is not what was signed last.
        """
        with writing_turn(self._home / "writer.lock", self._wait_s, self._tell), writing(self._engine) as connection:
            state = self._settle(connection, Driver(connection))
            self._sync_home()
            self._documents.clear_incoming(datetime.now(UTC) - LEFTOVER_AGE)  # the files' clock, not the ledger's
            last = connection.execute(select(_CHECKPOINT.c.note).where(_CHECKPOINT.c.size == state.size)).scalar()
            if last is not None:
                note_bytes = as_bytes(last)
                self._publish(note_bytes, [place for place in self._kept if read_held(place) != note_bytes])
            return state.size

    def _sync_home(self) -> None:
        """Make the name of SQLite's log durable: SQLite goes on where its own sync of the folder fails, and commits are
        then synced into a file that a power failure takes away.

        Raises:
            RefusesToSign: the disk refused.
        """
        try:
            sync_folder(self._home)
        except OSError as error:
            raise RefusesToSign(
                f"{self._home} cannot be synced to its disk ({error.strerror}), so acknowledged entries could be lost. "
                "Nothing was signed. Check the disk."
            ) from error

    def _commit(self, prepared: Sequence[Prepared], sizes: Mapping[str, int]) -> tuple[_State, list[Appended], bytes]:
        begun = sealed = False
        try:
            with writing(self._engine) as connection:
                old = self._settle(connection, Driver(connection))
                begun = True
                done = self._sequence(connection, old, prepared, sizes)
                sealed = True
        except BaseException as error:
            self._state = None
            if not begun and isinstance(error, DatabaseBusy):
                raise  # the lock was another's all the time: nothing was tried
            if not sealed and isinstance(error.__cause__, (DataError, IntegrityError)):
                said = str(error.__cause__.orig).partition("\n")[0]
                raise LedgerError(  # it refuses these rows and works on: all of it is undone
                    f"The database does not take this batch ({said}); nothing was recorded. Look for what is odd in "
                    "its text and figures, and run `evidence ledger check`."
                ) from error
            if sealed or isinstance(error, (StoreError, OSError)) or not isinstance(error, EvidenceError):
                self._stopped = str(error) or type(error).__name__
                self._engine.dispose()
            if isinstance(error, OSError) or type(error) in (StoreError, StorageUnfit):
                cause = getattr(error.__cause__, "orig", None) or error  # the driver's own words say it shortest
                raise WriteFailed(str(cause).partition("\n")[0]) from error
            raise
        return done

    def _sequence(
        self, connection: Connection, old: _State, prepared: Sequence[Prepared], sizes: Mapping[str, int]
    ) -> tuple[_State, list[Appended], bytes]:
        """What is written of a batch, all in its transaction; gives the state after it and the signed checkpoint."""
        driver = Driver(connection)
        require_new(driver, prepared, old.disposed)
        require_disposable(connection, old.size, prepared)
        require_succession(prepared, old.size, old.root, self._origin, self._succeeds)
        now = self._moment(old.last)
        actors, make = old.actors.copy(), self._leaves.make
        leaves = []
        for seq, item in enumerate(prepared, old.size):
            admit(seq, item, actors)
            leaves.append(make(item.envelope, item.digest, kind=item.kind, recorded_at=now, actor=item.actor))
        insert_batch(driver, old.size, prepared, leaves, now, self._documents, sizes)
        self._project(connection, [_projected(seq, item, now) for seq, item in enumerate(prepared, old.size)])
        hashes = read_back(driver, old.size, prepared, leaves, now)
        frontier = old.frontier.copy()
        frontier.extend(hashes)
        root = frontier.root()
        check_growth(old.frontier, hashes, root)
        insert_full_tiles(connection, old.frontier, hashes)
        note_bytes = self._signer.sign(Checkpoint(self._origin, frontier.size, root), actors)
        driver.insert(
            "checkpoint", ("size", "root", "note", "created_at"), [(frontier.size, root, note_bytes, moment_text(now))]
        )
        moved = driver.run(_MOVE, (frontier.size, root, frontier.to_bytes(), old.epoch + 1, old.epoch, old.size))
        if moved != 1:
            raise RefusesToSign("The head moved while a batch was being written; nothing was recorded. Run it again.")
        appended = [Appended(seq, item.digest, now) for seq, item in enumerate(prepared, old.size)]
        disposed = old.disposed
        if any(item.kind == Disposal.kind for item in prepared):
            disposed = read_disposed(connection)
        return _State(frontier, root, old.epoch + 1, now, actors, note_bytes, disposed), appended, note_bytes

    def _project(self, connection: Connection, entries: Sequence[ProjectedEntry]) -> None:
        if self._in_batches is not None:
            self._in_batches.batch(connection, entries)
        elif self._projector is not None:
            for entry in entries:
                self._projector(connection, entry)

    def _settle(self, connection: Connection, driver: Driver) -> _State:
        """Lock the head and make sure that the ledger is where it was last signed, unless this process knows.

        Raises:
            RefusesToSign: head, last checkpoint, published checkpoint and anchor do not agree.
        """
        if self._succeeds is None:
            require_none_begun(self._home)  # a process that was open before it would sign on under the old name
        found = driver.rows(_LOCK_HEAD if driver.postgresql else _HEAD)
        if not found:
            empty = Frontier()
            first = (1, 0, empty.root(), empty.to_bytes(), 0)
            driver.insert("head", ("id", "size", "root", "frontier", "epoch"), [first])
            found = driver.rows(_HEAD)
        row = _Head(*found[0][:5])
        if row.closed is not None:
            raise RefusesToSign(f"This database signs nothing any more: {row.closed} Nothing was signed.")
        known = self._state
        if known is not None and (known.size, known.root, known.epoch) == (row.size, as_bytes(row.root), row.epoch):
            self._require_own_last(connection, known)
            return known
        if known is not None and row.size < known.size:
            raise RefusesToSign(
                f"The ledger holds {row.size} entries where this process has signed for {known.size}: the database was "
                "replaced by an older one. Nothing was signed."
            )
        _require_kinds_in_text(driver)
        actors = read_actors(connection)
        ours = self._signer.verifiers(actors)
        frontier, signed = self._verified_head(connection, row.size, as_bytes(row.root), as_bytes(row.frontier), ours)
        last = connection.execute(select(*LEAF_COLUMNS).where(ENTRY.c.seq == row.size - 1)).one_or_none()
        recorded = None if last is None else leaf_of(last).recorded_at
        disposed = read_disposed(connection)
        return _State(frontier, as_bytes(row.root), row.epoch, recorded, actors, signed, disposed)

    def _require_own_last(self, connection: Connection, known: _State) -> None:
        """Refuse when the checkpoints kept outside are not what this process published last, though the database is.

        Then somebody has signed on from a copy of this home, or put an older file there. Only at an anchor shared by
        several machines over PostgreSQL may another's last checkpoint be found for a moment, and never one ahead.

        Raises:
            RefusesToSign: one is gone, or another one.
        """
        for held in self._kept:
            if known.note is None or read_held(held) == known.note:
                continue
            if held == self._anchor and connection.dialect.name == "postgresql":
                get_hash = stored_reader(connection, known.size)
                verifiers = self._signer.verifiers(known.actors)
                require_not_behind(held, self._origin, verifiers, known.size, known.root, get_hash, anchor=True)
                continue
            raise RefusesToSign(
                f"The checkpoint kept at {held} is not the one that this process published last: a copy of this home "
                "may have been written to, or the file was changed. Nothing was signed. Find out which ledger was "
                "handed out, then run the command again."
            )

    def _verified_head(
        self, connection: Connection, size: int, root: bytes, edge: bytes, ours: Sequence[Verifier]
    ) -> tuple[Frontier, bytes | None]:
        try:
            frontier = Frontier.from_bytes(edge)
            if frontier.size != size or frontier.root() != root:
                raise ProofError("The head's frontier does not give its root.")
            rows = connection.execute(select(func.max(ENTRY.c.seq))).scalar()
            if (rows + 1 if rows is not None else 0) != size:
                raise ProofError(f"The head says {size} entries, the last has seq {rows}.")
            last = connection.execute(select(_CHECKPOINT.c.note).order_by(_CHECKPOINT.c.size.desc()).limit(1)).scalar()
            if last is not None:
                before = self._succeeds or Predecessor(self._origin, tuple(ours))
                signed = open_checkpoint(as_bytes(last), before.verifiers, origin=before.origin)
                if (signed.size, signed.root) != (size, root):
                    raise ProofError(f"The last checkpoint is for {signed.size} entries, the head for {size}.")
            elif size:
                raise ProofError(f"The head says {size} entries, and no checkpoint is there.")
        except ProofError as error:
            raise RefusesToSign(f"{error} Nothing was signed. Run `evidence ledger check`.") from error
        get_hash = stored_reader(connection, size)
        for held in self._kept:
            require_not_behind(held, self._origin, ours, size, root, get_hash, anchor=held == self._anchor)
        return frontier, None if last is None else as_bytes(last)

    def _moment(self, last: datetime | None) -> datetime:
        """Our time of recording, never before that of the last entry.

        Raises:
            RefusesToSign: the clock is back by more than five seconds, or does not catch up.
        """
        now = self._clock.now()
        if last is not None and now < last <= now + CLOCK_PATIENCE:
            time.sleep((last - now).total_seconds())
            now = self._clock.now()
        if last is not None and now < last:
            raise RefusesToSign(
                f"The clock says {now.isoformat()}, but the last entry was recorded at {last.isoformat()}. "
                "Nothing was signed. Set the clock right."
            )
        return now


def _require_kinds_in_text(driver: Driver) -> None:
    """Refuse where a kind is stored as no text: no query for keys, holds or disposals would find its entry.

    Raises:
        RefusesToSign: one is.
    """
    odd = [] if driver.postgresql else driver.rows(_ODD_KINDS)
    if odd:
        raise RefusesToSign(
            f"Entry {odd[0][0]} does not have its kind as text: the database was altered. Nothing was signed. "
            "Run `evidence ledger check`."
        )


def _projected(seq: int, item: Prepared, now: datetime) -> ProjectedEntry:
    return ProjectedEntry(seq, item.kind, now, item.actor, item.statement, item.digest, item.documents)


def read_actors(connection: Connection) -> Actors:
    """The keys, from the entries on record.

    Raises:
        LedgerError: a key statement cannot be read.
    """
    actors = Actors()
    rows = connection.execute(
        select(ENTRY.c.seq, _STATEMENT.c.payload)
        .join(_STATEMENT, _STATEMENT.c.seq == ENTRY.c.seq)
        .where(ENTRY.c.kind.in_(RECORDED))
        .order_by(ENTRY.c.seq)
    )
    for row in rows:
        actors.take(row.seq, open_body(as_bytes(row.payload), ()))
    return actors


def read_disposed(connection: Connection) -> frozenset[str]:
    """The digests of the statements that disposals on record name; they are not recorded again."""
    rows = connection.execute(
        select(ENTRY.c.statement_digest)
        .join(_TARGET, _TARGET.c.target_seq == ENTRY.c.seq)
        .where(_TARGET.c.role == STATEMENT)
    )
    return frozenset(rows.scalars())
