"""Asks for time stamps beside a process that records, and never in its way.

The asking runs in a thread of its own; the process calls `turn` between two batches, which returns at once: it starts
a round where one is due, or records what the last one brought. An authority that hangs holds the thread and no more.
"""

import threading
import time
from collections.abc import Callable

from evidence.errors import EvidenceError
from evidence.ledger import anchors
from evidence.ledger.anchors import AnchorState, HolderKind
from evidence.ledger.stamping import Stamper, ask_all, want_when_due

EVERY_S = 15.0


class Clerk:
    """One for a serving process.

    `record` puts the tokens that were had on record; it is called from `turn`, so in the thread of the writer. `tell`
    is given a line for each stamp that was had or missed, from either thread.
    """

    def __init__(
        self, stamper: Stamper, record: Callable[[], object], tell: Callable[[str], None], every_s: float = EVERY_S
    ) -> None:
        self._stamper, self._record, self._tell, self._every_s = stamper, record, tell, every_s
        self._thread: threading.Thread | None = None
        self._had = True  # a process before this one may have ended between a token and its entry
        self._next = time.monotonic()

    @property
    def asking(self) -> bool:
        """Whether a round is under way."""
        return self._thread is not None and self._thread.is_alive()

    def turn(self) -> None:
        """Record what was had, and start asking where that is due; nothing is waited for.

        Raises:
            EvidenceError: recording failed, as appending has it.
        """
        if not self._stamper.authorities or self.asking:
            return
        if self._had:
            self._had = False
            self._record()
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every_s
            self._thread = threading.Thread(target=self._round, name="time stamps", daemon=True)
            self._thread.start()

    def _round(self) -> None:
        try:
            want_when_due(self._stamper)
            for one in ask_all(self._stamper, anchors.due(self._stamper.engine, self._stamper.now(), HolderKind.TSA)):
                if one.state == AnchorState.DONE:
                    self._had = True
                    self._tell(f"{one.id}: stamped")
                else:
                    self._tell(f"{one.id}: no stamp ({one.told}); asked again at {one.next_at:%Y-%m-%d %H:%M}Z")
        except EvidenceError as error:  # in a thread nobody would hear of it
            self._tell(f"No time stamps were asked for: {error}")
