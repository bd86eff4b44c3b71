"""What a pack of a subject rests on at a checkpoint, for a build, a rebuild and a plan alike."""

from evidence.errors import LedgerError
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.production import numbering
from evidence.pack.gathered.facts import Facts, Subject, gather
from evidence.pack.gathered.request import Request
from evidence.pack.gathered.witnessed import latest
from evidence.pack.productions.on_record import packs_of
from evidence.register.queries import Register
from evidence.store.engine import reading


def gather_at(
    handle: HomeHandle, subject: Subject, as_of: int, request: Request | None = None, *, ahead: bool = False
) -> Facts:
    """What a pack of the subject rests on, as known at a checkpoint.

    Raises:
        PackError: no such shipment or customs entry is on record by then.
    """
    with reading(handle.engine) as connection:
        register = Register(connection, as_of)
        return gather(register, handle.ledger, handle.documents, subject, as_of, request, ahead=ahead)


def planned(handle: HomeHandle, subject: Subject, at: int | None = None) -> tuple[Facts, dict[int, int]]:
    """What a pack of the subject would rest on, and the numbers that its exhibits would bear; nothing is built.

    Raises:
        PackError: no such shipment or customs entry is on record by then.
        LedgerError: no checkpoint was signed at that size.
    """
    facts = gather_at(handle, subject, position(handle, at), ahead=True)
    return facts, numbering(facts, packs_of(handle, subject), handle.documents)


def position(handle: HomeHandle, at: int | None) -> int:
    """The size of the checkpoint that a pack is built at: the one named, else the latest that serves.

    Raises:
        LedgerError: no checkpoint was signed at that size.
    """
    if at is None:
        return latest(handle)
    sizes = handle.ledger.checkpoint_sizes()
    if at in sizes:
        return at
    below = max((size for size in sizes if size < at), default=None)
    nearest = f"the first is {sizes[0]}" if below is None else f"the nearest below is {below}"
    raise LedgerError(
        f"No checkpoint was signed at size {at}; {nearest}. Build with --at {sizes[0] if below is None else below}."
    )
