"""Stamping checkpoints: what is wanted of which authority, asking for it, and recording what was had.

Three steps, each durable before the next: a row on the queue (`anchors`), the token in that row, the `anchor` entry
with the token as its document. A process that ends between two is caught up with by the next that comes by. Asking
needs no key and no writer's turn, so it happens beside appends and never before them; recording is an append like any
other.

A checkpoint is not stamped for the sake of `anchor` entries alone: recording a stamp makes one, and would go on for
ever.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from evidence.core.identifiers import Random, mint
from evidence.core.statements.handling import Anchor, AnchorKind
from evidence.core.values import legal_day
from evidence.errors import LedgerError, NoAnswer, ProofError, SettingsError
from evidence.ledger import anchors
from evidence.ledger.anchors import Anchored, AnchorState, HolderKind
from evidence.ledger.asking import Transport
from evidence.ledger.found import HomeHandle
from evidence.ledger.growth import ENTRY
from evidence.ledger.stamp_trust import Trusted, read_trusted
from evidence.ledger.submission import Appended, DocumentLink
from evidence.ledger.tables import AnchorRow, CheckpointRow
from evidence.ledger.time_stamps import QUERY, REPLY, TimeStamp, read, request, verify
from evidence.settings import Authority
from evidence.store.base import as_bytes, table_of
from evidence.store.engine import reading

SKEW = timedelta(minutes=5)
"""How far an authority's clock and ours may be apart before a stamp from before its checkpoint is no longer theirs."""

_CHECKPOINT, _ANCHOR = table_of(CheckpointRow), table_of(AnchorRow)


@dataclass(frozen=True, slots=True)
class Stamper:
    """What asking for stamps needs. `post` is the call over the network; nothing here holds a key."""

    engine: Engine
    authorities: tuple[Authority, ...]
    post: Transport
    now: Callable[[], datetime]
    random: Random

    def authority(self, name: str) -> Authority:
        """The authority of that name.

        Raises:
            SettingsError: the settings have none.
        """
        for one in self.authorities:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.authorities) or "none"
        raise SettingsError(
            f"No time-stamping authority is called {name!r}; known: {known}. Run `evidence ledger authority add`."
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint as it is stored."""

    size: int
    root: bytes
    note: bytes
    created_at: datetime


def stored_checkpoint(connection: Connection, size: int | None = None) -> Stored:
    """The checkpoint signed at `size`, or the latest.

    Raises:
        LedgerError: there is none.
    """
    query = select(_CHECKPOINT).order_by(_CHECKPOINT.c.size.desc()).limit(1)
    row = connection.execute(query if size is None else query.where(_CHECKPOINT.c.size == size)).one_or_none()
    if row is None:
        where = "no checkpoint yet" if size is None else f"no checkpoint of size {size}"
        raise LedgerError(f"The ledger has {where}, so there is nothing to stamp.")
    return Stored(int(row.size), as_bytes(row.root), as_bytes(row.note), row.created_at)


def note_of(connection: Connection) -> Callable[[int], bytes | None]:
    """Gives the checkpoint stored at a size, None where there is none."""

    def found(size: int) -> bytes | None:
        note = connection.execute(select(_CHECKPOINT.c.note).where(_CHECKPOINT.c.size == size)).scalar()
        return None if note is None else as_bytes(note)

    return found


def trusted_of(authority: Authority) -> Trusted:
    """The certificates trusted for an authority.

    Raises:
        SettingsError: its file is not there, or holds no root.
    """
    try:
        return read_trusted(authority.certificates.read_bytes())
    except (OSError, ProofError) as error:
        raise SettingsError(
            f"The certificates of the authority {authority.name}, {authority.certificates}, cannot be used ({error}). "
            "Run `evidence ledger authority add` with --root."
        ) from error


def want_stamps(stamper: Stamper, names: Iterable[str], at: int | None = None) -> list[Anchored]:
    """Put a stamp of the latest checkpoint, or of that of size `at`, on the queue for each authority named.

    For the latest, an authority is left out that has stamped everything but `anchor` entries.

    Raises:
        LedgerError: there is no such checkpoint.
    """
    now, listed = stamper.now(), list(names)
    with reading(stamper.engine) as connection:
        size = stored_checkpoint(connection, at).size
        if at is None:
            listed = [name for name in listed if _is_news(connection, name)]
    return [anchors.want(stamper.engine, size, HolderKind.TSA, name, now) for name in listed]


def want_when_due(stamper: Stamper) -> list[Anchored]:
    """The same, for each authority whose last stamp is old enough and of which nothing is wanted still."""
    now, due = stamper.now(), []
    for authority in stamper.authorities:
        with reading(stamper.engine) as connection:
            rows = connection.execute(select(_ANCHOR.c.state, _ANCHOR.c.got_at).where(*_own(authority.name))).all()
        last = max((row.got_at for row in rows if row.got_at is not None), default=None)
        waits = any(row.state == AnchorState.WANTED.value for row in rows)
        if not waits and (last is None or now - last >= timedelta(minutes=authority.every_minutes)):
            due.append(authority.name)
    return want_stamps(stamper, due) if due else []


def ask(stamper: Stamper, one: Anchored) -> Anchored:
    """Ask the authority of a wanted stamp once; the token, or why there is none, is kept on the queue.

    Raises:
        SettingsError: the authority is not in the settings, or its certificates cannot be used.
    """
    authority = stamper.authority(one.name)
    trusted = trusted_of(authority)
    with reading(stamper.engine) as connection:
        data, checkpoint = stamped_bytes(connection, one), stored_checkpoint(connection, one.size)
    try:
        stamp = _asked(stamper, authority, trusted, data)
        require_after(stamp, checkpoint)
    except (NoAnswer, ProofError) as error:
        return anchors.missed(stamper.engine, one.id, str(error), stamper.now())
    return anchors.got(stamper.engine, one.id, stamp.response, stamper.now())


def ask_all(stamper: Stamper, wanted: Sequence[Anchored]) -> list[Anchored]:
    """Ask for each; one whose authority cannot be asked is told so and the others go on."""
    answered = []
    for one in wanted:
        try:
            answered.append(ask(stamper, one))
        except SettingsError as error:
            answered.append(anchors.missed(stamper.engine, one.id, str(error), stamper.now()))
    return answered


def stamped_bytes(connection: Connection, one: Anchored) -> bytes:
    """What a stamp is over: the whole checkpoint note as stored, or the whole response that it renews.

    Raises:
        LedgerError: that is not there.
    """
    if one.renews is None:
        return stored_checkpoint(connection, one.size).note
    earlier = anchors.anchor_of(connection, one.renews).token
    if earlier is None:
        raise LedgerError(f"Anchor {one.id} renews {one.renews}, which has no token. Run `evidence ledger check`.")
    return earlier


def require_after(stamp: TimeStamp, checkpoint: Stored) -> None:
    """That a stamp is not from before its checkpoint, give or take what clocks differ by.

    Raises:
        ProofError: it is; one of the two clocks is wrong.
    """
    if stamp.gen_time + SKEW < checkpoint.created_at:
        raise ProofError(
            f"The stamp says {stamp.gen_time:%Y-%m-%d %H:%M:%S}Z, its checkpoint was recorded at "
            f"{checkpoint.created_at:%Y-%m-%d %H:%M:%S}Z: the authority's clock or this machine's is wrong."
        )


def record_stamps(handle: HomeHandle) -> list[Appended]:
    """Record every token that was had and is not on record yet, each as an `anchor` entry with it as document.

    Raises:
        EvidenceError: as appending has it; nothing was recorded.
    """
    waiting = anchors.unrecorded(handle.engine, HolderKind.TSA)
    if not waiting:
        return []
    by_id = {one.id: one for one in anchors.anchors(handle.engine, HolderKind.TSA)}
    statements = []
    for one in waiting:
        assert one.token is not None
        with reading(handle.engine) as connection:
            checkpoint = stored_checkpoint(connection, one.size)
        stored = handle.documents.put(one.token)
        statement = Anchor(
            id=mint(Anchor.prefix, handle.clock.now(), handle.random),
            issuer="self",
            size=one.size,
            root=checkpoint.root.hex(),
            anchor_kind=AnchorKind.TIME_STAMP,
            held_by=one.name,
            anchored_on=legal_day(read(one.token).gen_time, handle.settings.zone),
            token=stored.sha256,
            renews=None if one.renews is None else by_id[one.renews].token_sha256,
        )
        statements.append((statement, (DocumentLink(stored.sha256, anchors.TOKEN_ROLE, REPLY),)))
    return handle.signer().record(statements)


def _asked(stamper: Stamper, authority: Authority, trusted: Trusted, data: bytes) -> TimeStamp:
    query = request(data, stamper.random, policy=authority.policy, hash_name=authority.hash)
    answer = stamper.post(authority.url, query.der, {"Content-Type": QUERY, "Accept": REPLY})
    if answer.status != 200:
        raise NoAnswer(f"{authority.url} answered with status {answer.status}; wanted 200.")
    if answer.media_type != REPLY:
        raise NoAnswer(f"{authority.url} answered with {answer.media_type[:60] or 'no media type'}; wanted {REPLY}.")
    stamp = read(answer.body)
    verify(stamp, data, trusted, policy=authority.policy, nonce=query.nonce)
    if stamp.hash_name != authority.hash:
        raise ProofError(f"The stamp is by {stamp.hash_name}; asked for was {authority.hash}.")
    return stamp


def stamp_over(stamper: Stamper, data: bytes) -> TimeStamp:
    """A stamp over any bytes, by the first of the authorities that answers as it should; nothing is queued.

    Raises:
        NoAnswer: none of them does; the message has each one's reason.
    """
    reasons = []
    for authority in stamper.authorities:
        try:
            return _asked(stamper, authority, trusted_of(authority), data)
        except (NoAnswer, ProofError, SettingsError) as error:
            reasons.append(f"{authority.name}: {error}")
    raise NoAnswer("No time-stamping authority answered. " + " ".join(reasons))


def _is_news(connection: Connection, name: str) -> bool:
    """Whether anything but anchors was recorded since the last checkpoint on the queue for this authority."""
    last = connection.execute(select(func.max(_ANCHOR.c.size)).where(*_own(name), _ANCHOR.c.state != "failed")).scalar()
    query = select(ENTRY.c.seq).where(ENTRY.c.seq >= (last or 0), ENTRY.c.kind != Anchor.kind).limit(1)
    return connection.execute(query).first() is not None


def _own(name: str) -> tuple[ColumnElement[bool], ...]:
    return _ANCHOR.c.kind == HolderKind.TSA.value, _ANCHOR.c.name == name, _ANCHOR.c.renews.is_(None)
