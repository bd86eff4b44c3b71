"""A process that is killed at a chosen step of its own work: a fork whose every change of a file is counted.

The interpreter's own audit events tell of a file opened to be written, renamed, made or removed; at the chosen one the
process kills itself with SIGKILL, so that nothing is tidied up.
"""

import os
import signal
import sys
from collections.abc import Callable

_CHANGES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link"})
_WRITES = os.O_WRONLY | os.O_RDWR


def dies_at(step: int, work: Callable[[], object], steps: Callable[[Callable[[], None]], None] | None = None) -> bool:
    """Do `work` in a process that dies at change number `step`, from 0; whether it did die before the end.

    `steps` is handed a function that counts a step too: for what changes no file by the interpreter's own hand.
    """
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return True
        assert os.waitstatus_to_exitcode(status) == 0, f"it ended with {status} before step {step}"
        return False
    left = step

    def count() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def heard(event: str, arguments: tuple[object, ...]) -> None:
        if event in _CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES):
            count()

    status = 1
    try:
        sys.addaudithook(heard)
        if steps is not None:
            steps(count)
        work()
        status = 0
    finally:
        os._exit(status)
