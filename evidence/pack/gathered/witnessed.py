"""The checkpoint of a pack with what witnesses said of it, and the policy that says who they are (C2SP tlog-policy)."""

from dataclasses import dataclass

from evidence.errors import LedgerError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.found import TRUST, HomeHandle
from evidence.ledger.policy import FILE_NAME, for_logs, read_policy
from evidence.ledger.succession import Lineage
from evidence.ledger.witnessing import kept_cosignatures, size_to_ask, standing_at
from evidence.store.engine import reading


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint as a pack carries it."""

    head: Checkpoint
    note: bytes
    """The signed note of it, with the cosignatures that are held."""
    policy: bytes
    """The policy that the note meets."""


def latest(handle: HomeHandle) -> int:
    """The size that a pack is built at: that of the latest checkpoint, or, where only `anchor` entries came since, of
    the last that a quorum cosigned. Recording a quorum makes an entry, so that the latest is seldom cosigned itself.
    """
    try:
        policy = read_policy(handle.settings.home / TRUST)
        if policy is not None and policy.witnesses:
            return size_to_ask(handle.ledger, policy, kept_cosignatures(handle))
    except LedgerError:  # as below
        pass
    return handle.ledger.checkpoint_sizes()[-1]


def witnessed(handle: HomeHandle, size: int) -> Witnessed:
    """The checkpoint at `size` with the cosignatures held for it, and the policy that it meets.

    Where the home's policy is met there, the pack has its witnesses and quorum, so that a reader who knows only this
    format is told the checkpoint holds. Else it has the ledger's keys and asks for no witness: a pack is built from
    what there is, and one that its own policy refuses would say that something is wrong with it.

    Raises:
        LedgerError: no checkpoint was signed at that size.
        ProofError: the note that is kept does not verify.
    """
    verifiers = handle.verifiers()
    cosigned = _cosigned(handle, size)
    if cosigned is None:
        note, policy = handle.ledger.checkpoint_at(size), for_logs(verifiers)
    else:
        note, policy = cosigned[0], for_logs(verifiers, cosigned[1])
    with reading(handle.engine) as connection:
        origin = Lineage.of(connection, handle.settings.origin).origin_at(size)
    return Witnessed(open_checkpoint(note, verifiers, origin=origin), note, policy)


def _cosigned(handle: HomeHandle, size: int) -> tuple[bytes, bytes] | None:
    """The note with its cosignatures and the home's policy, where they meet it."""
    try:
        policy = read_policy(handle.settings.home / TRUST)
        if policy is None or not policy.witnesses:
            return None
        standing = standing_at(handle.ledger, policy, kept_cosignatures(handle), size)
    except LedgerError:  # a policy or queue that is bent is for `evidence ledger check` to name; it holds up no pack
        return None
    if not standing.quorum_met:
        return None
    return standing.note, (handle.settings.home / TRUST / FILE_NAME).read_bytes()
