"""One writer at a time: a lock on a file of the home, which the kernel frees however the process ends.

Held for one batch, so that a second command waits its turn instead of being turned away. On PostgreSQL the row lock on
`head` does the same among machines.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evidence.errors import RefusesToSign

_PAUSE_S = 0.02


@contextmanager
def writing_turn(path: Path, wait_s: float, tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock at `path`; waits up to `wait_s` seconds for another process, telling so once.

    Raises:
        RefusesToSign: another process holds it all that time, or the lock file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RefusesToSign(f"The lock {path} cannot be taken ({error.strerror}); nothing was recorded.") from error
    try:
        _take(handle, path, wait_s, tell)
        yield
    finally:
        with suppress(OSError):  # whatever it says, the lock is free; the batch has its own outcome
            os.close(handle)


def _take(handle: int, path: Path, wait_s: float, tell: Callable[[str], None] | None) -> None:
    deadline, told = time.monotonic() + wait_s, False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise RefusesToSign(
                    f"Another process has been writing for {wait_s:.0f} s and holds {path}; nothing was recorded. "
                    "Run the command again when it is done."
                ) from error
        except OSError as error:
            raise RefusesToSign(f"The lock {path} cannot be taken ({error.strerror}); nothing was recorded.") from error
        if tell is not None and not told:
            tell("Another command is recording; waiting for it.")
            told = True
        time.sleep(_PAUSE_S)
