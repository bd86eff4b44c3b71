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
from typing import Protocol, runtime_checkable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, func, select

from evidence.core.statements.base import open_body
from evidence.core.statements.load import Load
from evidence.core.statements.own import Key
from evidence.core.tree import Frontier
from evidence.errors import EvidenceError, NotPublished, ProofError, RefusesToSign, StoreError
from evidence.ledger import ed25519, note
from evidence.ledger.actors import Actors
from evidence.ledger.admission import admit, require_disposable, require_documents, require_new
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.clock import Clock
from evidence.ledger.envelope import Envelope
from evidence.ledger.growth import ENTRY, check_growth, insert_full_tiles, stored_reader
from evidence.ledger.heads import PUBLISHED, publish, read_held, require_not_behind
from evidence.ledger.leaf import Leaf
from evidence.ledger.lines import Take
from evidence.ledger.lock import writing_turn
from evidence.ledger.rows import insert_batch, read_back
from evidence.ledger.submission import Appended, Prepared, ProjectedEntry, Submission, prepare
from evidence.ledger.tables import CheckpointRow, HeadRow, StatementRow
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.engine import writing

Projector = Callable[[Connection, ProjectedEntry], None]


@runtime_checkable
class Stages(Protocol):
    """A projector that takes the lines of loads before the writer's turn, so that the lock is short."""

    def staging(self, engine: Engine, tell: Callable[[str], None] | None) -> AbstractContextManager[Take]:
        """Until this ends, what it gives may be handed loads with their lines; an append then makes them visible."""
        ...


CLOCK_PATIENCE = timedelta(seconds=5)
"""A clock that is back by this much is waited for; by more, the ledger refuses (LEDGER.md, trap 32)."""
WAIT_S = 60.0
LEFTOVER_AGE = timedelta(days=1)

_STATEMENT, _CHECKPOINT, _HEAD = table_of(StatementRow), table_of(CheckpointRow), table_of(HeadRow)


@dataclass(frozen=True)
class _State:
    """Where the ledger stands, as far as this process has made sure of it."""

    frontier: Frontier
    root: bytes
    epoch: int
    last: datetime | None
    actors: Actors
    note: bytes | None

    @property
    def size(self) -> int:
        return self.frontier.size


class Writer:
    """Appends to the ledger `origin` of a home. Several may be open; each takes its turn, batch by batch."""

    def __init__(
        self,
        engine: Engine,
        documents: DocumentStore,
        ledger_key: Ed25519PrivateKey,
        origin: str,
        clock: Clock,
        *,
        home: Path,
        projector: Projector | None = None,
        anchor: Path | None = None,
        wait_s: float = WAIT_S,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._engine, self._documents, self._key = engine, documents, ledger_key
        self._origin, self._clock, self._projector = origin, clock, projector
        self._home, self._anchor, self._wait_s, self._tell = home, anchor, wait_s, tell
        self._verifier = note.Verifier(origin, ed25519.public_bytes(ledger_key))
        self._state: _State | None = None
        self._stopped: str | None = None

    def append(self, submissions: Sequence[Submission]) -> list[Appended]:
        """Record a batch, whole or not at all, in the order given; returns once it is durable and published.

        Raises:
            LedgerError: a submission cannot be recorded as it is; nothing was recorded.
            DocumentDamaged: a named document has other bytes than its digest says; nothing was recorded.
            RefusesToSign: signing now could fork, roll back or misdate the ledger, or this writer has stopped.
            NotPublished: the batch IS recorded, but its checkpoint could not be written out.
            StoreError: the database failed; the writer stops, and a new one finds out what became of the batch.
        """
        if self._stopped is not None:
            raise RefusesToSign(f"This writer stopped after an error ({self._stopped}). Run the command again.")
        prepared = [prepare(submission) for submission in submissions]
        if not prepared:
            return []
        with self._staging(prepared) as take:
            sizes = require_documents(prepared, self._documents, take)
            with writing_turn(self._home / "writer.lock", self._wait_s, self._tell):
                appended, note_bytes = self._commit(prepared, sizes)
                self._publish(note_bytes)
        return appended

    def _staging(self, prepared: Sequence[Prepared]) -> AbstractContextManager[Take | None]:
        """Where the lines of loads go before the lock is taken; None where there are none, or nobody wants them."""
        projector: object = self._projector
        if isinstance(projector, Stages) and any(isinstance(item.statement, Load) for item in prepared):
            return projector.staging(self._engine, self._tell)
        return nullcontext()

    def _publish(self, note_bytes: bytes) -> None:
        try:
            for place in (self._home / PUBLISHED, self._anchor):
                if place is not None:
                    publish(place, note_bytes)
        except NotPublished:
            self._state = None  # what is kept outside is behind now, so the next batch compares it anew
            raise

    def verify_head(self) -> int:
        """Run the checks that come before a signature, without signing; gives the size of the ledger.

        A checkpoint that was committed and not published, because the process was killed between, is published now.

        Raises:
            RefusesToSign: the ledger is not what was signed last.
        """
        with writing_turn(self._home / "writer.lock", self._wait_s, self._tell), writing(self._engine) as connection:
            state = self._settle(connection)
            self._documents.clear_incoming(datetime.now(UTC) - LEFTOVER_AGE)  # the files' clock, not the ledger's
            last = connection.execute(select(_CHECKPOINT.c.note).where(_CHECKPOINT.c.size == state.size)).scalar()
            if last is not None:
                self._publish(as_bytes(last))
            return state.size

    def _commit(self, prepared: Sequence[Prepared], sizes: Mapping[str, int]) -> tuple[list[Appended], bytes]:
        sealed = False
        try:
            with writing(self._engine) as connection:
                state, appended, note_bytes = self._sequence(connection, prepared, sizes)
                sealed = True
        except BaseException as error:
            self._state = None
            if sealed or isinstance(error, (StoreError, OSError)) or not isinstance(error, EvidenceError):
                self._stopped = str(error) or type(error).__name__
                self._engine.dispose()
            if isinstance(error, OSError):
                raise StoreError(f"The ledger could not be written ({error}); nothing was acknowledged.") from error
            raise
        self._state = state
        return appended, note_bytes

    def _sequence(
        self, connection: Connection, prepared: Sequence[Prepared], sizes: Mapping[str, int]
    ) -> tuple[_State, list[Appended], bytes]:
        """Everything of a batch that happens in its transaction; gives the state after it and the signed checkpoint."""
        old = self._settle(connection)
        require_new(connection, prepared)
        require_disposable(connection, old.size, prepared)
        now = self._moment(old.last)
        actors = old.actors.copy()
        leaves = []
        for seq, item in enumerate(prepared, old.size):
            admit(seq, item, actors)
            leaves.append(
                Leaf.of(item.envelope, kind=item.submission.kind, recorded_at=now, actor=item.submission.actor)
            )
        insert_batch(connection, old.size, prepared, leaves, self._documents, sizes)
        if self._projector is not None:
            for seq, item in enumerate(prepared, old.size):
                self._projector(connection, _projected(seq, item, now))
        hashes = read_back(connection, old.size, prepared, leaves)
        frontier = old.frontier.copy()
        for value in hashes:
            frontier.append(value)
        root = frontier.root()
        check_growth(old.frontier, hashes, root)
        insert_full_tiles(connection, old.size, frontier.size)
        note_bytes = note.sign(Checkpoint(self._origin, frontier.size, root).format(), self._origin, self._key)
        open_checkpoint(note_bytes, (self._verifier,), origin=self._origin)
        connection.execute(
            _CHECKPOINT.insert(), {"size": frontier.size, "root": root, "note": note_bytes, "created_at": now}
        )
        moved = connection.execute(
            _HEAD.update()
            .where(_HEAD.c.id == 1, _HEAD.c.epoch == old.epoch, _HEAD.c.size == old.size)
            .values(size=frontier.size, root=root, frontier=frontier.to_bytes(), epoch=old.epoch + 1)
        )
        if moved.rowcount != 1:
            raise RefusesToSign("The head moved while a batch was being written; nothing was recorded. Run it again.")
        appended = [Appended(seq, item.digest, now) for seq, item in enumerate(prepared, old.size)]
        return _State(frontier, root, old.epoch + 1, now, actors, note_bytes), appended, note_bytes

    def _settle(self, connection: Connection) -> _State:
        """Lock the head and make sure that the ledger is where it was last signed, unless this process knows.

        Raises:
            RefusesToSign: head, last checkpoint, published checkpoint and anchor do not agree.
        """
        row = connection.execute(select(_HEAD).where(_HEAD.c.id == 1).with_for_update()).one_or_none()
        if row is None:
            empty = Frontier()
            connection.execute(
                _HEAD.insert(), {"id": 1, "size": 0, "root": empty.root(), "frontier": empty.to_bytes(), "epoch": 0}
            )
            row = connection.execute(select(_HEAD).where(_HEAD.c.id == 1)).one()
        known = self._state
        if known is not None and (known.size, known.root, known.epoch) == (row.size, as_bytes(row.root), row.epoch):
            self._require_own_last(connection, known)
            return known
        if known is not None and row.size < known.size:
            raise RefusesToSign(
                f"The ledger holds {row.size} entries where this process has signed for {known.size}: the database was "
                "replaced by an older one. Nothing was signed."
            )
        frontier, signed = self._verified_head(connection, row.size, as_bytes(row.root), as_bytes(row.frontier))
        last = connection.execute(select(ENTRY.c.leaf).where(ENTRY.c.seq == row.size - 1)).scalar()
        recorded = None if last is None else Leaf.parse(as_bytes(last)).recorded_at
        return _State(frontier, as_bytes(row.root), row.epoch, recorded, read_actors(connection), signed)

    def _require_own_last(self, connection: Connection, known: _State) -> None:
        """Refuse when the checkpoints kept outside are not what this process published last, though the database is.

        Then somebody has signed on from a copy of this home, or put an older file there. Only at an anchor shared by
        several machines over PostgreSQL may another's last checkpoint be found for a moment, and never one ahead.

        Raises:
            RefusesToSign: one is gone, or another one.
        """
        for held in (self._home / PUBLISHED, self._anchor):
            if held is None or known.note is None or read_held(held) == known.note:
                continue
            if held == self._anchor and connection.dialect.name == "postgresql":
                get_hash = stored_reader(connection, known.size)
                verifiers = (self._verifier,)
                require_not_behind(held, self._origin, verifiers, known.size, known.root, get_hash, anchor=True)
                continue
            raise RefusesToSign(
                f"The checkpoint kept at {held} is not the one that this process published last: a copy of this home "
                "may have been written to, or the file was changed. Nothing was signed. Find out which ledger was "
                "handed out, then run the command again."
            )

    def _verified_head(
        self, connection: Connection, size: int, root: bytes, edge: bytes
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
                signed = open_checkpoint(as_bytes(last), (self._verifier,), origin=self._origin)
                if (signed.size, signed.root) != (size, root):
                    raise ProofError(f"The last checkpoint is for {signed.size} entries, the head for {size}.")
            elif size:
                raise ProofError(f"The head says {size} entries, and no checkpoint is there.")
        except ProofError as error:
            raise RefusesToSign(f"{error} Nothing was signed. Run `evidence ledger check`.") from error
        get_hash = stored_reader(connection, size)
        for held in (self._home / PUBLISHED, self._anchor):
            if held is not None:
                require_not_behind(
                    held, self._origin, (self._verifier,), size, root, get_hash, anchor=held == self._anchor
                )
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


def _projected(seq: int, item: Prepared, now: datetime) -> ProjectedEntry:
    sent = item.submission
    return ProjectedEntry(seq, sent.kind, now, sent.actor, item.statement, item.digest, item.documents)


def read_actors(connection: Connection) -> Actors:
    """The people's keys, from the `key` entries on record.

    Raises:
        LedgerError: a key statement cannot be read.
    """
    actors = Actors()
    rows = connection.execute(
        select(ENTRY.c.seq, _STATEMENT.c.envelope)
        .join(_STATEMENT, _STATEMENT.c.digest == ENTRY.c.statement_digest)
        .where(ENTRY.c.kind == Key.kind)
        .order_by(ENTRY.c.seq)
    )
    for row in rows:
        actors.take(row.seq, open_body(Envelope.parse(as_bytes(row.envelope)).payload, ()))
    return actors
