"""Asks others, over the network, beside a process that records, and never in its way.

The asking runs in a thread of its own; the process calls `turn` between two batches, which returns at once: it starts
a round where one is due, or records what the last one brought. Somebody who hangs holds the thread and no more.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 15.0


class Clerk:
    """One for a serving process, and for one kind of what is asked for.

    `ask` asks for all that is due and says whether anything came that is to be recorded; it runs in the thread, where
    nobody would hear of an error, so that it tells of those itself. `record` puts what came on record; it is called
    from `turn`, so in the thread of the writer.
    """

    def __init__(
        self, name: str, ask: Callable[[], bool], record: Callable[[], object], every_s: float = EVERY_S
    ) -> None:
        self._name, self._ask, self._record, self._every_s = name, ask, record, every_s
        self._thread: threading.Thread | None = None
        self._had = True  # a process before this one may have ended between an answer and its entry
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
        if self.asking:
            return
        if self._had:
            self._had = False
            self._record()
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every_s
            self._thread = threading.Thread(target=self._round, name=self._name, daemon=True)
            self._thread.start()

    def _round(self) -> None:
        if self._ask():
            self._had = True
