"""A PostgreSQL server for one test module: Debian's own binaries, a temporary folder, the loopback interface."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

OWNER = "evidence"


def _binaries() -> Path:
    """Where initdb is: on the path, or where Debian puts it."""
    named = shutil.which("initdb")
    found = (
        [Path(named).resolve().parent]
        if named
        else sorted(
            (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
            key=lambda place: int(place.parent.name.partition(".")[0]),
        )
    )
    if not found:
        raise RuntimeError("PostgreSQL's initdb is not installed: run `make test` once, or install postgresql.")
    return found[-1]


def _user() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as the account that its package makes."""
    if os.geteuid() != 0:
        return None
    pwd.getpwnam("postgres")
    return "postgres"


@contextmanager
def server() -> Iterator[str]:
    """A running server; gives its address up to the database's name."""
    binaries, user = _binaries(), _user()
    place = Path(tempfile.mkdtemp(prefix="evidence-pg-"))
    if user is not None:
        shutil.chown(place, user)
    try:
        subprocess.run(
            [binaries / "initdb", "-D", place / "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True,
            capture_output=True,
            user=user,
            cwd=place,
        )
        port = _free_port()
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", str(place), "-c", "fsync=off"]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", place / "data", *options], user=user, cwd=place, stderr=log, stdout=log
            )
        try:
            _wait(port, process, place / "log")
            yield f"postgresql://{OWNER}@127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def new_database(address: str, name: str) -> str:
    """An empty database on the server; gives its address."""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{address}/{name}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"postgresql://{OWNER}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-800:]}") from None
            time.sleep(0.05)
        else:
            return
