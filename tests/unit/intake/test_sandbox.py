"""What a parser that a hostile file has taken over can still do: nothing beside answering.

Each layer is tried alone, in a process of its own, by what it is to stop; then a parser that tries the same is run
as parsers are. A layer that the system at hand lacks says so when it is asked for, and then there is nothing to try.
"""

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.intake import parser
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.sandbox import DENIED

REPOSITORY = Path(__file__).resolve().parents[3]

SET_UP = """
import ctypes, os, socket, subprocess, sys, threading
from pathlib import Path
from evidence.intake import sandbox
folder = Path(sys.argv[1])
library = ctypes.CDLL(None, use_errno=True)
library.prctl(38, 1, 0, 0, 0)

def told(what):
    try:
        what()
    except OSError as error:
        return error.strerror
    return "done"

def connect():
    with socket.socket() as one:
        one.settimeout(5)
        one.connect(("127.0.0.1", int(sys.argv[2])))
"""

TRIES = {
    "connect": "print(told(connect))",
    "run": "print(told(lambda: subprocess.run(['/bin/true'])))",
    "execute": "print(told(lambda: os.execv('/bin/echo', ['echo', 'another program'])))",
    "fork": "print(told(lambda: os.fork() or os._exit(0)))",
    "write": "print(told(lambda: open(folder.parent / 'outside', 'w')))",
    "make": "print(told(lambda: (folder.parent / 'made').mkdir()))",
    "remove": "print(told(lambda: (folder.parent / 'secret').unlink()))",
    "read": "print(told(lambda: open(folder.parent / 'secret')))",
    "write inside": "print(told(lambda: open(folder / 'inside', 'w')))",
    "thread": "print(told(lambda: threading.Thread(target=int).start()))",
}

NETWORK = "held = library.unshare(0x10000000 | 0x40000000) == 0"
LANDLOCK = "held = sandbox._landlock(library, [], folder, False)"
SECCOMP = "held = sandbox._seccomp(library, False)"
LAYERS = [
    *[pytest.param(NETWORK, what, "Network is unreachable", id=f"namespace-{what}") for what in ("connect",)],
    *[
        pytest.param(LANDLOCK, what, "Permission denied", id=f"landlock-{what}")
        for what in ("connect", "run", "execute", "write", "make", "remove", "read")
    ],
    *[
        pytest.param(SECCOMP, what, "Operation not permitted", id=f"seccomp-{what}")
        for what in ("connect", "run", "execute", "fork")
    ],
    *[
        pytest.param(layer, what, "done", id=f"{name}-leaves-{what.replace(' ', '-')}")
        for name, layer in (("landlock", LANDLOCK), ("seccomp", SECCOMP))
        for what in ("write inside", "thread")
    ],
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "secret").write_text("not for a parser")
    return tmp_path / "own"


@pytest.fixture
def port() -> Iterator[int]:
    """Somebody who listens, so that only the layer can be why nobody gets through."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def run(code: str, folder: Path, port: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", SET_UP + code, str(folder), str(port)],
        env={"PYTHONPATH": str(REPOSITORY)}, cwd="/", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("layer", "what", "says"), LAYERS)
def test_each_layer_alone_stops_what_it_is_for(layer: str, what: str, says: str, folder: Path, port: int) -> None:
    done = run(f"{layer}\nif not held: print('absent'); sys.exit()\n{TRIES[what]}", folder, port)
    assert done.stdout.strip() in (says, "absent"), done


@pytest.mark.parametrize("what", [name for name in TRIES if name not in ("write inside", "thread", "read")])
def test_the_interpreter_itself_ends_a_process_that_tries(what: str, folder: Path, port: int) -> None:
    done = run(f"sys.addaudithook(sandbox._hook(folder, False))\n{TRIES[what]}", folder, port)
    assert (done.returncode, done.stdout) == (DENIED, "")
    assert sorted(path.name for path in folder.parent.iterdir()) == ["own", "secret"]


def test_without_any_layer_all_of_it_would_have_been_done(folder: Path, port: int) -> None:
    for what in ("connect", "run", "fork", "write", "make", "read", "remove"):
        assert run(TRIES[what], folder, port).stdout.splitlines()[-1] == "done", what


EVIL = """
import sys, types
from evidence.intake import worker
evil = types.ModuleType("evidence.intake.evil")
def parse(stream, request, say, fault):
    say({"notice": "began"})
    sys.stdout.flush()
    {TRY}
    say({"notice": "went on"})
evil.parse = parse
sys.modules["evidence.intake.evil"] = evil
worker.PARSERS["evil"] = "evil"
worker.main()
"""
ATTEMPTS = {
    "connects": "import socket; socket.socket().connect(('127.0.0.1', 9))",
    "asks-for-a-name": "import socket; socket.getaddrinfo('example.com', 443)",
    "starts-a-program": "import subprocess; subprocess.run(['/bin/true'])",
    "becomes-a-program": "import os; os.execv('/bin/true', ['true'])",
    "calls-the-shell": "import os; os.system('true')",
    "loads-a-library": "import ctypes; ctypes.CDLL('libc.so.6')",
    "writes-elsewhere": "open('/tmp/evidence-outside', 'w')",
    "writes-beside-its-folder": "open(request['into'] + '/../outside', 'w')",
    "removes": "import os; os.remove(request['into'] + '/../secret')",
    "links": "import os; os.symlink('/etc/passwd', request['into'] + '/../link')",
    "signals": "import os; os.kill(os.getppid(), 15)",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_parser_that_tries_is_ended_and_its_file_refused(
    attempt: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser, "_COMMAND", ("-c", EVIL.replace("{TRY}", attempt)))
    faults = Faults("evil.bin")
    with open(folder.parent / "secret", "rb") as file:
        parsed = parser.parse("evil", file, Limits(), faults, into=folder)
    (fault,) = faults.all()
    assert fault.found.startswith("a file that made its parser do what it may not")
    assert parsed == parser.Parsed()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["own", "secret"]


def test_a_parser_that_reads_other_files_finds_them_closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = "say({'notice': open(request['into'] + '/../secret').read()})"
    monkeypatch.setattr(parser, "_COMMAND", ("-c", EVIL.replace("{TRY}", attempt)))
    faults = Faults("evil.bin")
    with open(folder.parent / "secret", "rb") as file:
        parsed = parser.parse("evil", file, Limits(), faults, into=folder)
    assert parsed.notices == ["began"] or not _has_landlock()
    assert faults.count == 1 or not _has_landlock()


def test_a_parser_that_fills_the_disk_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = "open(request['into'] + '/1', 'wb').write(bytes(40_000_000))"
    monkeypatch.setattr(parser, "_COMMAND", ("-c", EVIL.replace("{TRY}", attempt)))
    faults = Faults("evil.bin")
    with open(folder.parent / "secret", "rb") as file:
        parser.parse("evil", file, Limits(unpacked_bytes=20_000_000), faults, into=folder)
    assert faults.count == 1
    assert (folder / "1").stat().st_size <= 20_000_000


def test_a_parser_that_sleeps_is_ended_with_what_it_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 10_000_000 + os.getpid()  # a number that no other process sleeps for
    attempt = f"import subprocess, os; subprocess.Popen(['sleep', '{seconds}']); import time; time.sleep(600)"
    starts = "worker.STARTS_PROGRAMS = {'evil'}\nworker.main()"
    monkeypatch.setattr(parser, "_COMMAND", ("-c", EVIL.replace("{TRY}", attempt).replace("worker.main()", starts)))
    faults = Faults("evil.bin")
    with open(folder.parent / "secret", "rb") as file:
        parser.parse("evil", file, Limits(parser_seconds=1), faults, into=folder)
    (fault,) = faults.all()
    assert fault.found == "a parser that took more than 1 s"
    while b"sleep\x00%d\x00" % seconds in commands():  # it was killed, and goes in its own time
        time.sleep(0.05)


def commands() -> list[bytes]:
    """The command lines of every process that is there."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes())
    return found


def _has_landlock() -> bool:
    return int(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)) > 0
