"""A PostgreSQL server for one test module: Debian's own binaries, a temporary folder, the loopback interface.

It syncs like any other, since the program signs on no other; its folder lies in memory where that is large enough, so
that this costs next to nothing.
"""

import atexit
import contextlib
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

OWNER = "evidence"
_PATIENCE_S = 120
_MEMORY, _ROOM = "/dev/shm", 2 << 30
_AS_TESTS_WANT_IT = ("-A", "trust", "-E", "UTF8", "--locale=C", "-N")


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


@functools.cache
def _cluster(binaries: Path, user: str | None) -> Path:
    """An empty cluster to copy, made once a process: initdb takes as long as many a test."""
    place = Path(tempfile.mkdtemp(prefix="evidence-pg-empty-", dir=_in_memory()))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    if user is not None:
        shutil.chown(place, user)
    command = [binaries / "initdb", "-D", place / "data", "-U", OWNER, *_AS_TESTS_WANT_IT]
    subprocess.run(command, check=True, capture_output=True, user=user, cwd=place)
    return place / "data"


class Server:
    """A server in a folder of its own, with `settings` besides its own; it may be killed and started again."""

    def __init__(self, place: Path, settings: Sequence[str] = ()) -> None:
        self._place, self._user, self._binaries = place, _user(), _binaries()
        self.port = _free_port()
        self.address = f"postgresql://{OWNER}@127.0.0.1:{self.port}"
        self._options = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(place)]
        for setting in settings:
            self._options += ["-c", setting]
        self._running: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            shutil.chown(place, self._user)
        copy = ["cp", "-a", _cluster(self._binaries, self._user), place / "data"]
        subprocess.run(copy, check=True, capture_output=True, user=self._user, cwd=place)

    def start(self) -> None:
        """Start it, and wait until it answers; what a killed one has left running is waited for."""
        deadline = time.monotonic() + _PATIENCE_S
        while not self._started(deadline):
            time.sleep(0.05)

    def _started(self, deadline: float) -> bool:
        with (self._place / "log").open("ab") as log:
            self._running = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._place / "data", *self._options],
                user=self._user,
                cwd=self._place,
                stderr=log,
                stdout=log,
            )
        while self._running.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(f"{self.address}/postgres", connect_timeout=2).close()
                return True
            time.sleep(0.05)
        if time.monotonic() > deadline:
            said = (self._place / "log").read_text(errors="replace")[-800:]
            raise RuntimeError(f"PostgreSQL did not start: {said}")
        return False

    def wait(self) -> None:
        """Until it answers again, after one of its processes was killed and it has put itself right."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                psycopg.connect(f"{self.address}/postgres", connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def kill_one(self, database: str | None = None) -> None:
        """Kill a process that serves a client, of that database if one is named; the server then puts itself right.

        It ends every other connection for that, and takes new ones when it is done. So one more waits to be ended;
        only then is the server waited for, which until then would answer as if nothing had happened.
        """
        query = b"SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        query += b" AND (%s::text IS NULL OR datname = %s)"
        ended = contextlib.suppress(psycopg.OperationalError, ProcessLookupError)
        with ended, psycopg.connect(f"{self.address}/postgres", autocommit=True) as connection:
            found = connection.execute(query, (database, database)).fetchall()
            if found:
                os.kill(found[0][0], signal.SIGKILL)
                connection.execute(b"SELECT pg_sleep(60)")
        self.wait()

    def kill(self, *, all_of_it: bool = True) -> None:
        """Kill the postmaster, with or without the processes beneath it; it can be started again."""
        assert self._running is not None
        beneath = Path(f"/proc/{self._running.pid}/task/{self._running.pid}/children").read_text().split()
        self._running.kill()
        self._running.wait()
        for pid in beneath if all_of_it else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def stop(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGQUIT)
            self._running.wait(_PATIENCE_S)


@contextmanager
def new_server(*, durable: bool = False, settings: Sequence[str] = ()) -> Iterator[Server]:
    """A running server, stopped and removed at the end; `durable`: on a disk, whatever that costs."""
    place = Path(tempfile.mkdtemp(prefix="evidence-pg-", dir=None if durable else _in_memory()))
    try:
        running = Server(place, settings)
        try:
            running.start()
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _in_memory() -> str | None:
    """A folder in memory with room for a few servers; None where there is none."""
    try:
        roomy = shutil.disk_usage(_MEMORY).free >= _ROOM and os.access(_MEMORY, os.W_OK | os.X_OK)
    except OSError:
        roomy = False
    return _MEMORY if roomy else None


@contextmanager
def server() -> Iterator[str]:
    """A running server; gives its address up to the database's name."""
    with new_server() as running:
        yield running.address


def new_database(address: str, name: str, template: str | None = None) -> str:
    """A database on the server, empty or a copy of another; gives its address."""
    like = f" TEMPLATE {template}" if template else ""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{like}".encode())
    return f"{address}/{name}"


def drop_database(address: str, name: str) -> None:
    """Remove a database, whoever is connected to it."""
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
