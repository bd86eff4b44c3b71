"""The checkpoint of a pack with what witnesses said of it, and the policy that says who they are (C2SP tlog-policy)."""

from collections.abc import Sequence

from evidence.errors import LedgerError
from evidence.ledger.found import TRUST, HomeHandle
from evidence.ledger.note import Verifier
from evidence.ledger.policy import FILE_NAME, for_logs, read_policy
from evidence.ledger.witnessing import kept_cosignatures, size_to_ask, standing_at


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


def witnessed(handle: HomeHandle, verifiers: Sequence[Verifier], size: int) -> tuple[bytes, bytes]:
    """The checkpoint at `size` with the cosignatures held for it, and the policy that it meets.

    Where the home's policy is met there, the pack has its witnesses and quorum, so that a reader who knows only this
    format is told the checkpoint holds. Else it has the ledger's keys and asks for no witness: a pack is built from
    what there is, and one that its own policy refuses would say that something is wrong with it.

    Raises:
        LedgerError: no checkpoint was signed at that size.
    """
    alone = handle.ledger.checkpoint_at(size), for_logs(verifiers)
    try:
        policy = read_policy(handle.settings.home / TRUST)
        if policy is None or not policy.witnesses:
            return alone
        standing = standing_at(handle.ledger, policy, kept_cosignatures(handle), size)
    except LedgerError:  # a policy or queue that is bent is for `evidence ledger check` to name; it holds up no pack
        return alone
    if not standing.quorum_met:
        return alone
    return standing.note, for_logs(verifiers, (handle.settings.home / TRUST / FILE_NAME).read_bytes())
