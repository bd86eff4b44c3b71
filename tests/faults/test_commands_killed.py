"""A command killed at any moment leaves a ledger that checks clean, and run again it ends as if nothing had happened.

Real processes, a real SIGKILL. Random moments are spread over the whole run: its time is cut into as many slices as
there are kills, one moment in each. Random moments seldom hit the few milliseconds in which a file gets its name, so a
second test has the process kill itself right before each rename and hard link beneath its home and its output.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.cli.demo import COMPANY, Story
from evidence.cli.opening import opened
from evidence.store.resources import folder

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = folder("examples") / COMPANY
SHIPMENT = "S01"
OUT = "OUT"  # in the arguments of a command: the folder beside the home that receives what goes out
SALTED = {"id", "nonce", "seed", "view_root", "worksheet_root"}  # random in every run
MINTED = re.compile(r"\b([a-z]+)-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")

# hands the command to the program, and kills the process before the n-th name that it puts in place
ARMED = """
import os, signal, sys
place, number, seen = sys.argv[1], int(sys.argv[2]), 0
def hook(event, arguments):
    global seen
    if event in ("os.rename", "os.link") and str(arguments[1]).startswith(place):
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
from evidence.cli import main
status = main(sys.argv[3:])
print(seen, file=sys.stderr)
sys.exit(status)
"""


@dataclass(frozen=True)
class Job:
    """A command, the home before it, and what it does when nobody kills it."""

    before: Path
    arguments: tuple[str, ...]
    seconds: float
    recorded: list[tuple[str, str]]
    written: dict[str, int]


def recorded_in(home: Path) -> list[tuple[str, str]]:
    """Kind and statement of every entry, sorted, but for what is random in every run."""
    with opened(home) as handle:
        known = [(entry.kind, entry.statement) for entry in handle.ledger.entries()]
    return sorted((kind, _without_salt({} if of is None else of.model_dump(mode="json"))) for kind, of in known)


def _without_salt(body: dict[str, Any]) -> str:
    kept = {name: value for name, value in body.items() if name not in SALTED}
    return MINTED.sub(r"\1-minted", json.dumps(kept, sort_keys=True))


def written_in(place: Path) -> dict[str, int]:
    """Every file that went out, hidden ones too, and its size."""
    out = place / OUT
    return {path.relative_to(out).as_posix(): path.stat().st_size for path in out.rglob("*") if path.is_file()}


def arguments_of(arguments: tuple[str, ...], place: Path) -> list[str]:
    return [str(place / OUT) if one == OUT else one for one in arguments] + ["--home", str(place / "home")]


def start(arguments: tuple[str, ...], place: Path, *prefix: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("EVIDENCE_")}
    command = [sys.executable, *(prefix or ("-m", "evidence")), *arguments_of(arguments, place)]
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=env, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a command that must succeed; what it said on the side."""
    with process:
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


class Stages:
    """The sample company's story, told on demand and once; a copy of the home as it stands before each step."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._story = Story(SAMPLES, place / "home", place / "packs")
        self._story.begin()
        self._told = 0

    def before(self, wanted: Callable[[dict[str, Any]], bool]) -> Path:
        """The folder with the home before the first step that is `wanted`, or after the last where none is."""
        steps = [dict(step) for step in self._story.steps(1)]
        at = next((number for number, step in enumerate(steps) if wanted(step)), len(steps))
        for step in steps[self._told : at]:
            self._story.play(step)
        self._told = max(self._told, at)
        kept = self._place / f"before-{at}"
        if not kept.exists():
            assert self._told == at, "stages are asked for in the order of the story"
            shutil.copytree(self._place / "home", kept / "home")
        return kept


def _declarations(step: dict[str, Any]) -> bool:
    return step["do"] == "import" and "declarations-2023" in step["folder"]


def _determination(step: dict[str, Any]) -> bool:
    return bool(step["do"] == "determine")


def _nothing(step: dict[str, Any]) -> bool:
    return False


JOBS: dict[str, tuple[Callable[[dict[str, Any]], bool], tuple[str, ...]]] = {
    "import": (_declarations, ("import", str(SAMPLES / "2023-04-18-declarations-2023"))),
    "determine": (
        _determination,
        (
            *("determine", "ARROYO-E1", "--plant", "MX-SAL", "--period", "2023-01-01..2023-03-31"),
            *("--basis", "actual", "--event", "production", "--on", "2023-05-15", "--into", "US"),
        ),
    ),
    "build": (_nothing, ("pack", "build", SHIPMENT, "--out", OUT)),
}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module", params=list(JOBS))
def job(request: pytest.FixtureRequest, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A command, run to its end once: how long it takes, and what it leaves."""
    wanted, arguments = JOBS[request.param]
    before, place = stages.before(wanted), tmp_path_factory.mktemp("whole") / "place"
    shutil.copytree(before, place)
    began = time.monotonic()
    finish(start(arguments, place))
    seconds = time.monotonic() - began
    recorded = recorded_in(place / "home")
    assert len(recorded) > len(recorded_in(before / "home"))
    return Job(before, arguments, seconds, recorded, written_in(place))


def assert_sound(home: Path) -> None:
    assert main(["ledger", "check", "--home", str(home)]) == 0
    assert main(["register", "check", "--home", str(home)]) == 0


def assert_as_if_never_killed(job: Job, place: Path) -> None:
    """After the kill sound as it lies; run again, the same record, the same files, and nothing beside them."""
    assert_sound(place / "home")
    assert main(arguments_of(job.arguments, place)) == 0
    assert_sound(place / "home")
    assert recorded_in(place / "home") == job.recorded
    assert written_in(place) == job.written
    assert sorted(path.name for path in (place / "home").glob("*.new")) == []
    if (place / OUT / SHIPMENT).exists():
        pack = place / OUT / f"{SHIPMENT}.zip"
        assert main(["pack", "check", str(pack), "--trust", str(place / "home" / "trust")]) == 0


@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=pytest.mark.full)])
def test_a_command_killed_at_a_random_moment_is_finished_by_running_it_again(
    job: Job, kills: int, tmp_path: Path
) -> None:
    chance, killed = random.Random(kills), 0
    for number in range(kills):
        place = tmp_path / str(number)
        shutil.copytree(job.before, place)
        process = start(job.arguments, place)
        time.sleep((number + chance.random()) / kills * job.seconds)
        process.kill()
        with process:
            process.communicate(timeout=120)
        killed += process.returncode == -signal.SIGKILL
        assert_as_if_never_killed(job, place)
        shutil.rmtree(place)
    assert killed >= kills // 2  # the machine may be quicker than it was when the run was measured


@pytest.mark.parametrize("last", [2, pytest.param(1000, marks=pytest.mark.full)], ids=["the-last-two", "all"])
def test_a_command_killed_right_before_it_puts_a_file_in_place_is_finished_by_running_it_again(
    job: Job, last: int, tmp_path: Path
) -> None:
    place = tmp_path / "whole"
    shutil.copytree(job.before, place)
    names = int(finish(start(job.arguments, place, "-c", ARMED, str(place), "0")).split()[-1])
    assert names > 1
    for number in range(max(1, names - last + 1), names + 1):
        place = tmp_path / str(number)
        shutil.copytree(job.before, place)
        with start(job.arguments, place, "-c", ARMED, str(place), str(number)) as process:
            process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        assert_as_if_never_killed(job, place)
        shutil.rmtree(place)
