"""Hitting a process at a call of the kernel, with strace: killed there, or the call fails.

A child opens a home, says that it is ready and waits. Only then strace is attached, so that the calls it counts are
those of the append and nothing before. The child speaks through a pipe with ``writev`` and listens with ``readv``,
which nothing else in an append uses, so that its own talk is told apart. What it says is what a caller of the ledger
would know: acknowledged, or refused and why.
"""

import contextlib
import ctypes
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from evidence.core.statements.base import Statement
from evidence.errors import EvidenceError
from evidence.ledger.submission import Appended
from tests.faults.places import Place

SPEAK, LISTEN = "writev", "readv"
_PR_SET_PTRACER, _ANYBODY = 0x59616D61, -1
_PATH = re.compile(r"[<\"](/[^>\"]*)[>\"]")
_CALL = re.compile(r"(?:\d+ +)?([a-z_0-9]+)\(")


@dataclass(frozen=True)
class Point:
    """A call of the kernel: the `number`-th of that name, from 1, since the child was let go."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number}"


@dataclass
class Outcome:
    """What a child said before it ended, and how it ended.

    `tried` has the statements' ids of each try, `acknowledged` by the statement's id its seq and digest, `refused` the
    error that a try ended with, `alien` an error that is not one of ours. `hit`: the fault was met; `where`: the file
    or folder that the call was for, where it was for one.
    """

    tried: list[list[str]] = field(default_factory=list)
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    alien: str | None = None
    ended: bool = False
    status: int = 0
    hit: bool = False
    where: str = ""

    def hear(self, said: dict[str, Any]) -> None:
        """Take one line of what a child says."""
        match said:
            case {"is": "ready", "tries": tries}:
                self.tried = tries
            case {"is": "acknowledged", "entries": entries}:
                self.acknowledged |= {name: (seq, digest) for name, seq, digest in entries}
            case {"is": "refused", "try": number, "error": name, "says": text}:
                self.refused[number] = (name, text)
            case {"is": "alien", "error": text}:
                self.alien = text
            case {"is": "ended"}:
                self.ended = True


class Voice:
    """A child's end of the pipes."""

    def __init__(self, ears: int, mouth: int) -> None:
        self._ears, self._mouth = ears, mouth

    def say(self, what: str, **more: object) -> None:
        os.writev(self._mouth, [json.dumps({"is": what, **more}).encode() + b"\n"])

    def acknowledge(self, statements: Sequence[Statement], appended: Sequence[Appended]) -> None:
        """Tell that an append has returned; one write, so that it is heard whole or not at all."""
        told = [
            (statement.id, one.seq, one.statement_digest) for statement, one in zip(statements, appended, strict=True)
        ]
        self.say("acknowledged", entries=told)

    def ready(self, tries: Sequence[Sequence[Statement]]) -> None:
        """Say what is going to be recorded, and wait to be let go."""
        self.say("ready", tries=[[statement.id for statement in statements] for statements in tries])
        os.readv(self._ears, [bytearray(1)])


Job = Callable[[Place, Voice], None]


def hit(place: Place, job: Job, strace: Sequence[str] = (), meanwhile: Callable[[], None] = lambda: None) -> Outcome:
    """Run `job` in a child, under strace with these options once it is ready, and hear it to its end.

    Args:
        place: what the child opens.
        job: what it does.
        strace: options that say what to inject; none leaves strace out.
        meanwhile: called when the child is ready, before it is let go.
    """
    outcome = Outcome()
    hear, mouth = os.pipe()
    ears, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        os.close(tell)
        _run(job, place, Voice(ears, mouth))
    os.close(ears)
    os.close(mouth)
    log = place.home.parent / "strace.log"
    with os.fdopen(hear, "rb") as lines, os.fdopen(tell, "wb", buffering=0) as let_go:
        outcome.hear(json.loads(lines.readline() or b'{"is": "gone"}'))
        tracer = _attach(child, log, strace) if strace else None
        meanwhile()
        with contextlib.suppress(BrokenPipeError):
            let_go.write(b"g")
        for line in lines:
            outcome.hear(json.loads(line))
    outcome.status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if tracer is not None:
        tracer.communicate()
        injected = [line for line in log.read_text().splitlines() if "INJECTED" in line]
        outcome.hit = bool(injected) or outcome.status < 0
        named = _PATH.search(injected[0]) if injected else None
        outcome.where = named[1] if named else ""
    return outcome


def _run(job: Job, place: Place, voice: Voice) -> NoReturn:
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY)  # some kernels let only a parent trace its child
        try:
            job(place, voice)
        except BaseException as error:  # noqa: BLE001 -- told to the test, which fails
            voice.say("alien", error=f"{type(error).__name__}: {error}")
        voice.say("ended")
    finally:
        os._exit(0)


def _attach(child: int, log: Path, options: Sequence[str]) -> subprocess.Popen[str]:
    command = ["strace", "-y", "-o", str(log), *options, "-p", str(child)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    assert "attached" in said, said
    return tracer


def rehearse(place: Place, job: Job) -> None:
    """Run `job` in this process, so that what it imports on its way is there, and is not counted among its calls."""
    ears, tell = os.pipe()
    os.write(tell, b"g")
    with open(os.devnull, "wb") as nowhere:
        job(place, Voice(ears, nowhere.fileno()))
    os.close(ears)
    os.close(tell)


def points(place: Place, job: Job) -> list[Point]:
    """Every call that the job makes of the kernel once it is let go, in order."""
    outcome = hit(place, job, ["-e", "trace=all"])
    assert (outcome.ended, outcome.alien, outcome.refused) == (True, None, {})
    seen: Counter[str] = Counter()
    found = []
    for line in (place.home.parent / "strace.log").read_text().splitlines():
        match = _CALL.match(line)
        if match is not None:
            seen[match[1]] += 1
            found.append(Point(match[1], seen[match[1]]))
    return found


def killed_at(point: Point) -> list[str]:
    """The process is killed as it enters the call, which is not made."""
    return _injected(point, f"signal=SIGKILL:when={point.number}")


def failing_at(point: Point, error: str, *, for_good: bool = False) -> list[str]:
    """The call fails with `error`, and is not made; `for_good`, all later ones of its name as well."""
    return _injected(point, f"error={error}:when={point.number}{'+' if for_good else ''}")


def _injected(point: Point, what: str) -> list[str]:
    return ["-e", f"trace={point.call}", "-e", f"inject={point.call}:{what}"]


def recording(
    tries: Callable[[Place], Sequence[Sequence[Statement]]], letter: bytes | None = None, *, opening: bool = False
) -> Job:
    """A job that records a batch; where that is refused it tries the next one, in the same process.

    Args:
        tries: gives the batches.
        letter: kept in the store before each try.
        opening: the home is opened only when the child was let go, so that those calls count as well.
    """

    def job(place: Place, voice: Voice) -> None:
        handle = None if opening else place.open()
        batches = tries(place)
        voice.ready(batches)
        for number, batch in enumerate(batches):
            try:
                handle = handle or place.open()
                if letter is not None:
                    handle.documents.put(letter)
                appended = handle.signer().record([(statement, ()) for statement in batch])
            except EvidenceError as error:
                voice.say("refused", **{"try": number, "error": type(error).__name__, "says": str(error)})
            else:
                voice.acknowledge(batch, appended)
                break
        if handle is not None:
            handle.close()

    return job
