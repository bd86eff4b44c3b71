"""Having the ledger's checkpoints cosigned by the witnesses of a policy.

What is wanted, what came back and what did not stands in the queue of anchors, so that no append waits for a witness,
and one that does not answer is asked again later. Where a quorum of the policy is reached, the checkpoint with its
cosignatures becomes the document of an `anchor` entry. A witness that holds more than the ledger, or something else, is
told of loudly: that is what witnesses are for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence.core.identifiers import mint
from evidence.core.statements.handling import Anchor, AnchorKind
from evidence.core.values import legal_day
from evidence.errors import NoAnswer, WitnessContradicts
from evidence.ledger import anchors
from evidence.ledger.anchors import TOKEN_ROLE, Anchored, AnchorState, HolderKind
from evidence.ledger.asking import Transport
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.found import HomeHandle
from evidence.ledger.note import parse_note
from evidence.ledger.policy import Policy, PolicyWitness
from evidence.ledger.read import Ledger
from evidence.ledger.submission import Appended, DocumentLink
from evidence.ledger.witness_client import cosignature_from

_NOTE_TYPE = "text/plain"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of asking one witness, by its name in the policy: its cosignature is kept, or why not."""

    name: str
    size: int
    cosigned: bool
    why: str = ""
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A checkpoint with all cosignatures that are kept for it: by whom, and whether the policy's quorum is met."""

    size: int
    root: bytes
    cosigned_by: tuple[str, ...]
    quorum_met: bool
    note: bytes


def ask_all(
    handle: HomeHandle, policy: Policy, post: Transport, now: datetime, *, only_due: bool = False
) -> tuple[Standing, list[Told]]:
    """Ask the witnesses that have an address for the latest checkpoint, and keep what they give.

    Nothing new is asked for where only `anchor` entries came since a checkpoint that a quorum has cosigned: recording a
    quorum makes an entry itself, and would go on for ever.

    Args:
        handle: the open home; to read is enough.
        policy: whom to ask.
        post: the call over the network.
        now: for the queue.
        only_due: leave out those that failed and are not due to be asked again yet.

    Raises:
        LedgerError: the queue is not what was written, or no checkpoint was signed yet.
    """
    size = size_to_ask(handle.ledger, policy, kept_cosignatures(handle))
    note = handle.ledger.checkpoint_at(size)
    asked = {queue_name(witness): witness for witness in policy.witnesses if witness.url}
    for name in asked:
        anchors.want(handle.engine, size, HolderKind.WITNESS, name, now)
    told = []
    chosen = anchors.due(handle.engine, now, HolderKind.WITNESS) if only_due else _wanted(handle)
    for one in chosen:
        if one.size == size and one.name in asked:
            told.append(_ask_one(handle, asked[one.name], one, note, post, now))
        else:
            anchors.missed(handle.engine, one.id, f"given up for the checkpoint of {size} entries", now, final=True)
    return standing_at(handle.ledger, policy, kept_cosignatures(handle), size), told


def queue_name(witness: PolicyWitness) -> str:
    """The name of a witness in the queue: that of its key, and the key's id, since names may be used again."""
    return f"{witness.key.name}+{witness.key.key_id.hex()}"


def last_standing(handle: HomeHandle, policy: Policy) -> Standing:
    """The largest checkpoint that a quorum has cosigned; where there is none, the largest that any witness has, or the
    latest.

    Raises:
        LedgerError: no checkpoint was signed yet.
        ProofError: a cosignature that is kept does not verify.
    """
    kept = kept_cosignatures(handle)
    found = _last_met(handle.ledger, policy, kept)
    if found is None:
        largest = max((one.size for one in kept), default=None)
        found = standing_at(handle.ledger, policy, kept, largest)
    return found


def standing_at(ledger: Ledger, policy: Policy, kept: Iterable[Anchored], size: int | None) -> Standing:
    """The checkpoint at a size (the latest where none is given) with the cosignatures that are kept for it.

    Raises:
        LedgerError: no checkpoint was signed at that size.
        ProofError: a cosignature of a witness of the policy does not verify.
    """
    note = ledger.checkpoint_at(size)
    checkpoint = Checkpoint.parse(parse_note(note).text)
    note += b"".join(one.token for one in kept if one.size == checkpoint.size and one.token is not None)
    cosigned = {name for name, _ in policy.cosigners(note)}
    names = tuple(witness.name for witness in policy.witnesses if witness.name in cosigned)
    return Standing(checkpoint.size, checkpoint.root, names, bool(names) and policy.met_by(names), note)


def record_quorum(handle: HomeHandle, standing: Standing) -> Appended | None:
    """Record the anchor entry of a quorum, once; None where there is no quorum, or it is on record.

    Raises:
        SettingsError: the home was opened for reading only.
        RefusesToSign: the ledger is not a continuation of its last checkpoint.
    """
    if not standing.quorum_met or any(_speaks_of(entry, standing) for entry in _anchors_since(handle, standing.size)):
        return None
    stored, now = handle.documents.put(standing.note), handle.clock.now()
    statement = Anchor(
        id=mint(Anchor.prefix, now, handle.random),
        issuer="self",
        size=standing.size,
        root=standing.root.hex(),
        anchor_kind=AnchorKind.WITNESS,
        held_by=", ".join(standing.cosigned_by),
        anchored_on=legal_day(now, handle.settings.zone),
        token=stored.sha256,
    )
    return handle.record(statement, DocumentLink(stored.sha256, TOKEN_ROLE, _NOTE_TYPE))


def kept_cosignatures(handle: HomeHandle) -> list[Anchored]:
    """What the queue holds of witnesses' cosignatures, by size."""
    return [one for one in anchors.anchors(handle.engine, HolderKind.WITNESS) if one.state == AnchorState.DONE]


def _wanted(handle: HomeHandle) -> tuple[Anchored, ...]:
    return anchors.wanted(handle.engine, HolderKind.WITNESS)


def _last_met(ledger: Ledger, policy: Policy, kept: Sequence[Anchored]) -> Standing | None:
    by_size: dict[int, list[Anchored]] = {}
    for one in kept:
        by_size.setdefault(one.size, []).append(one)
    for size in sorted(by_size, reverse=True):
        found = standing_at(ledger, policy, by_size[size], size)
        if found.quorum_met:
            return found
    return None


def size_to_ask(ledger: Ledger, policy: Policy, kept: Sequence[Anchored]) -> int:
    """The size to ask about: the latest, or that of the last quorum where only anchors were recorded since."""
    latest = Checkpoint.parse(parse_note(ledger.checkpoint_at()).text).size
    before = _last_met(ledger, policy, kept)
    if before is None or any(entry.kind != Anchor.kind for entry in ledger.entries(before.size, latest)):
        return latest
    return before.size


def _ask_one(
    handle: HomeHandle, witness: PolicyWitness, wanted: Anchored, note: bytes, post: Transport, now: datetime
) -> Told:
    known = max((one.size for one in kept_cosignatures(handle) if one.name == wanted.name), default=0)
    try:
        line = cosignature_from(witness, note, known, handle.ledger.consistency_proof, post)
    except (NoAnswer, WitnessContradicts) as error:
        anchors.missed(handle.engine, wanted.id, str(error), now)
        return Told(witness.name, wanted.size, False, str(error), isinstance(error, WitnessContradicts))
    anchors.got(handle.engine, wanted.id, line, now)
    return Told(witness.name, wanted.size, True)


def _anchors_since(handle: HomeHandle, size: int) -> Iterable[Anchor]:
    """The anchors on record about a checkpoint of that size: none can stand before it."""
    for entry in handle.ledger.entries(size, kind=Anchor.kind):
        if isinstance(entry.statement, Anchor):
            yield entry.statement


def _speaks_of(statement: Anchor, standing: Standing) -> bool:
    same = statement.size == standing.size and statement.root == standing.root.hex()
    return same and statement.anchor_kind == AnchorKind.WITNESS
