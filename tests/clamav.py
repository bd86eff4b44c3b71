"""A ClamAV daemon for one test module: Debian's own, with a signature file of ours, on the loopback interface.

Its real signatures cannot be had without a network, so it knows one text, which `VIRUS` holds in two halves.
"""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAME = "Specimen.Virus.UNOFFICIAL"  # what clamd calls a finding of a signature that is not ClamAV's
VIRUS = b"a harmless text that our signature file " + b"calls a virus, SPECIMEN 7f2c"
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Daemon:
    """A running clamd, by its port and by its socket."""

    tcp: str
    path: str


@contextmanager
def daemon() -> Iterator[Daemon]:
    """A running clamd; stopped by its own process at the end."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/bin:/sbin:/usr/local/sbin")
    if program is None:
        raise RuntimeError("clamd is not installed: run `make test` once, or install clamav-daemon.")
    place = Path(tempfile.mkdtemp(prefix="evidence-clamd-"))
    try:
        (place / "db").mkdir()
        (place / "db" / "ours.ndb").write_text(f"Specimen.Virus:0:*:{VIRUS.hex()}\n")
        port = _free_port()
        config = {
            "Foreground": "yes", "DatabaseDirectory": place / "db", "TemporaryDirectory": place, "TCPSocket": port,
            "TCPAddr": "127.0.0.1", "LocalSocket": place / "clamd.sock", "StreamMaxLength": MOST_BYTES,
            "LogFile": place / "log", "FixStaleSocket": "yes", "ExitOnOOM": "yes", "MaxThreads": 2,
        }  # fmt: skip
        (place / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in config.items()))
        process = subprocess.Popen(
            [program, "--config-file", place / "clamd.conf"], cwd=place,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(port, process, place / "log")
            yield Daemon(f"127.0.0.1:{port}", str(place / "clamd.sock"))
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                connection.sendall(b"zPING\0")
                if connection.recv(5) == b"PONG\0":
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace")[-800:] if log.exists() else "nothing"
            raise RuntimeError(f"clamd did not start: {said}")
        time.sleep(0.05)
