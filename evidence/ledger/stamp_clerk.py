"""Asks for time stamps beside a process that records (see `evidence.ledger.clerk`)."""

from collections.abc import Callable
from typing import Final

from evidence.errors import EvidenceError
from evidence.ledger import anchors
from evidence.ledger.anchors import AnchorState, HolderKind
from evidence.ledger.clerk import EVERY_S, Clerk
from evidence.ledger.stamping import Stamper, ask_all, want_when_due

THREAD: Final = "time stamps"


def stamp_clerk(
    stamper: Stamper, record: Callable[[], object], tell: Callable[[str], None], every_s: float = EVERY_S
) -> Clerk:
    """One that asks the authorities of `stamper`.

    Args:
        stamper: what asking needs.
        record: puts the tokens that were had on record.
        tell: given a line for each stamp that was had or missed, from the clerk's thread.
        every_s: how long between two rounds.
    """

    def ask() -> bool:
        had = False
        try:
            want_when_due(stamper)
            for one in ask_all(stamper, anchors.due(stamper.engine, stamper.now(), HolderKind.TSA)):
                if one.state == AnchorState.DONE:
                    had = True
                    tell(f"{one.id}: stamped")
                else:
                    tell(f"{one.id}: no stamp ({one.told}); asked again at {one.next_at:%Y-%m-%d %H:%M}Z")
        except EvidenceError as error:
            tell(f"No time stamps were asked for: {error}")
        return had

    return Clerk(THREAD, ask, record, every_s)
