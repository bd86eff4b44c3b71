"""The program at hand for a shell: each command is a process of its own, but none waits for the imports again.

A document has fifty commands, and most of what one costs is loading the same modules. So a server loads them once and
forks for each command; what the shell finds in ``.venv/bin/evidence`` hands its arguments, environment, folder and
open files over, and ends as that process ends. Run with the path of its socket, this module is that server.
"""

import gc
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

_LARGEST = 1 << 18  # bytes of a command with its environment
_CLIENT = """#!{python} -IS
import json, os, socket, sys
umask = os.umask(0)
os.umask(umask)
said = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd(), "umask": umask}}
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, {largest})
    server.connect({place!r})
    socket.send_fds(server, [json.dumps(said).encode()], [0, 1, 2])
    answer = server.recv(4)
sys.exit(int(answer) if answer else 137)  # killed
"""


@contextmanager
def at_hand(root: Path, environment: dict[str, str]) -> Iterator[str]:
    """The text of a program that is ``evidence`` of the checkout at `root`, for as long as this lasts."""
    with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
        place = str(Path(folder, "at-hand"))
        server = subprocess.Popen(
            [sys.executable, "-P", __file__, place],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        with server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline() == b"ready\n"
                yield _CLIENT.format(python=sys.executable, largest=_LARGEST, place=place)
            finally:
                server.terminate()


def _serve(place: str) -> None:
    import evidence

    for module in pkgutil.walk_packages(evidence.__path__, "evidence."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):  # the command that wants it will say so
                import_module(module.name)
    import_module("weasyprint")
    signal.signal(signal.SIGCHLD, _reap)
    gc.collect()
    gc.freeze()
    gc.disable()  # so that a command, which ends soon, does not copy all this to find no garbage in it
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(place)
        listening.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                said, files, _, _ = socket.recv_fds(connection, _LARGEST, 3)
                connection.send(b"%d" % _command(json.loads(said), files))
                os._exit(0)
            connection.close()


def _reap(*_: object) -> None:
    """Commands have ended; what they say of it goes to who gave them."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _command(said: dict[str, Any], files: list[int]) -> int:
    for at, file in enumerate(files):
        os.dup2(file, at)
        os.close(file)
    # the streams know of the server's own files whether they are terminals and can be wound back
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.umask(said["umask"])
    os.chdir(said["folder"])
    os.environ.clear()
    os.environ.update(said["environment"])
    from evidence.cli import main

    try:
        status = main(said["arguments"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    _serve(sys.argv[1])
