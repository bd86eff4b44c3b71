"""A second process of our own: a module of this package, run beside this one over a file that is open here.

It sees nothing of the environment, starts in the root folder and in a session of its own. What it says on standard
error is dropped: whoever started it goes on without it where it does not answer.
"""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

_PACKAGE_PARENT = Path(__file__).resolve().parent.parent.parent


def started(
    module: str, file: BinaryIO, *arguments: str, told: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes] | None":
    """Start a module with the number of an open file as its first argument; None where no process is to be had.

    Args:
        module: such as ``evidence.ledger.ahead``; its `main` is run.
        file: stays open in the process whatever becomes of it here.
        arguments: what else it is told; nothing confidential, since any user may read it.
        told: its standard input, as `subprocess` has it.
    """
    with contextlib.suppress(OSError):
        return subprocess.Popen(  # noqa: S603 -- our own module, the interpreter that runs us
            [sys.executable, "-P", "-B", "-m", module, str(file.fileno()), *arguments],
            stdin=told,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": str(_PACKAGE_PARENT), "LC_ALL": "C.UTF-8", "PATH": os.defpath},
            pass_fds=(file.fileno(),),
            start_new_session=True,
        )
    return None


def stop(running: "subprocess.Popen[bytes]") -> None:
    """End it at once, if it has not ended, and leave nothing of it behind."""
    running.kill()
    for pipe in (running.stdin, running.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    running.wait()
