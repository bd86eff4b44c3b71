"""How the time stamps stand: what each says, until when it can be relied on, and which are to be renewed.

A token can be verified for as long as its certificate stands, and its hashes do. Beyond that it holds through another
one that was made in time (the idea of RFC 4998): one that stamps the token itself, or one over a later checkpoint,
whose tree holds the entry with the token's digest. So most stamps are renewed by those that come after them, and asking
for a renewal is only needed for the last of an authority, or of a ledger at rest.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from evidence.errors import ProofError
from evidence.ledger import anchors
from evidence.ledger.anchors import Anchored, AnchorState, HolderKind
from evidence.ledger.stamping import Stamper
from evidence.ledger.time_stamps import HASHES, TimeStamp, read

RENEW_BEFORE = timedelta(days=365)
"""How long before a certificate ends its token is to be renewed."""
_CARRIERS = 32  # of the stamps over larger checkpoints, how many are looked at: each counts what carries it in turn


@dataclass(frozen=True, slots=True)
class StampStanding:
    """One stamp, wanted or had. `stamp` is there where it was had and can be read; `entry` is the position of its
    `anchor` entry; `holds_until` is when the last of the tokens that carry it can no longer be verified; `to_renew`
    says why it is to be renewed, or nothing.
    """

    anchor: Anchored
    stamp: TimeStamp | None = None
    entry: int | None = None
    holds_until: datetime | None = None
    to_renew: str = ""


def standings(connection: Connection, now: datetime) -> list[StampStanding]:
    """Every stamp on the queue, by size, those of one checkpoint in the order they were had.

    Raises:
        LedgerError: a row of the queue is not as this program writes it.
    """
    listed = [_read(connection, one) for one in anchors.anchors_in(connection, HolderKind.TSA)]
    until = _held(listed)
    done = []
    for one in sorted(listed, key=lambda each: (each.anchor.size, _when(each), each.anchor.id)):
        holds = until.get(one.anchor.id)
        done.append(StampStanding(one.anchor, one.stamp, one.entry, holds, _why(one, holds, now)))
    return done


def want_renewals(stamper: Stamper, listed: Iterable[StampStanding], name: str | None = None) -> list[Anchored]:
    """Put a renewal on the queue for each stamp that is to be renewed: by its own authority, or by the one named.

    Raises:
        SettingsError: the authority is not in the settings.
    """
    wanted = []
    for one in listed:
        if one.to_renew:
            by = stamper.authority(name or one.anchor.name)
            wanted.append(
                anchors.want(stamper.engine, one.anchor.size, HolderKind.TSA, by.name, stamper.now(), one.anchor)
            )
    return wanted


def _read(connection: Connection, one: Anchored) -> StampStanding:
    if one.token is None:
        return StampStanding(one)
    entries = anchors.entries_of(connection, str(one.token_sha256))
    try:
        stamp = read(one.token)
    except ProofError:
        return StampStanding(one, None, min(entries, default=None))
    return StampStanding(one, stamp, min(entries, default=None))


def _when(one: StampStanding) -> datetime:
    return one.anchor.got_at or datetime.max.replace(tzinfo=one.stamp.gen_time.tzinfo if one.stamp else None)


def _held(listed: Sequence[StampStanding]) -> dict[str, datetime]:
    """Until when each stamp holds, by the id of its row: by itself, or by one that carries it and was made in time.

    The largest checkpoints come first, and of one checkpoint the renewals before what they renew, so that whatever can
    carry a stamp is settled when its turn comes.
    """
    until: dict[str, datetime] = {}
    by_id = {one.anchor.id: one for one in listed}
    renewals: dict[str, list[StampStanding]] = {}
    for one in listed:
        if one.anchor.renews is not None:
            renewals.setdefault(one.anchor.renews, []).append(one)
    larger: list[StampStanding] = []  # of checkpoints, settled, the largest first
    sizes: list[int] = []  # theirs, negated
    for one in sorted(listed, key=lambda each: (-each.anchor.size, -_depth(each.anchor, by_id))):
        if one.stamp is None:
            continue
        place = 0 if one.entry is None else bisect_left(sizes, -one.entry)
        carriers = [*renewals.get(one.anchor.id, ()), *larger[max(place - _CARRIERS, 0) : place]]
        ends = one.stamp.ends
        in_time = [each.anchor.id for each in carriers if each.stamp is not None and each.stamp.gen_time <= ends]
        until[one.anchor.id] = max([ends, *(until[key] for key in in_time)])
        if one.anchor.renews is None:
            larger.append(one)
            sizes.append(-one.anchor.size)
    return until


def _depth(one: Anchored, by_id: dict[str, StampStanding]) -> int:
    """How many renewals lie between a stamp and the checkpoint."""
    count, seen = 0, {one.id}
    while one.renews is not None and one.renews in by_id and one.renews not in seen:
        one = by_id[one.renews].anchor
        seen.add(one.id)
        count += 1
    return count


def _why(one: StampStanding, holds: datetime | None, now: datetime) -> str:
    if one.anchor.state != AnchorState.DONE:
        return ""
    if one.stamp is None or holds is None:
        return "it cannot be read"
    if one.stamp.hash_name not in HASHES or one.stamp.signer_digest not in HASHES:
        return f"it rests on {one.stamp.hash_name} and {one.stamp.signer_digest}, which are weak"
    if holds <= now:
        return f"its certificate ended on {holds:%Y-%m-%d}, and no later stamp carries it"
    if holds - now < RENEW_BEFORE:
        return f"its certificate ends on {holds:%Y-%m-%d}, and no later stamp carries it beyond"
    return ""
