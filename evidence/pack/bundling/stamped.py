"""The time stamps that go into a pack: those on record over its checkpoint, byte for byte."""

from evidence.errors import LedgerError, ProofError
from evidence.ledger.anchors import Anchored, HolderKind, anchors
from evidence.ledger.found import HomeHandle
from evidence.ledger.time_stamps import read, require_about
from evidence.pack.form import layout


def stamps_on_record(handle: HomeHandle, note: bytes, size: int) -> dict[str, bytes]:
    """The responses over this very note, by their names in a pack: ``ledger/checkpoint.NAME.tst``.

    One over the checkpoint with other cosignatures is over other bytes, and is left out; an export has it.
    """
    try:
        had = anchors(handle.engine, HolderKind.TSA)
    except LedgerError:  # a queue that is bent is for `evidence ledger check` to name; it holds up no pack
        return {}
    fits = (one for one in had if one.size == size and one.renews is None and _is_over(one, note))
    return {f"{layout.CHECKPOINT}.{one.name}{layout.STAMP}": one.token or b"" for one in fits}


def _is_over(one: Anchored, note: bytes) -> bool:
    try:
        require_about(read(one.token or b""), note)
    except ProofError:
        return False
    return True
