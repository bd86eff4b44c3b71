"""A command killed at any moment leaves a ledger that checks clean, and run again it ends as if nothing had happened.

Real processes, a real SIGKILL. Random moments are spread over the whole run, whose time is cut into slices with one
moment in each. They seldom hit the few milliseconds in which a file gets its name, so a second test has the process
kill itself right before a rename or hard link beneath its home or its output. The usual sample is of three moments
(one of a build, which test_kill_build hits as well) and the last names; the full one of sixty more and every name, and
builds the pack of a claim where the sample builds that of a shipment without one, which is quicker to set in type.
"""

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.cli.demo import COMPANY, Story
from evidence.cli.opening import opened
from evidence.ledger.clock import SIMULATED_CLOCK, SimulatedClock
from evidence.pack.form import layout
from evidence.store.resources import folder

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = folder("examples") / COMPANY
SHIPMENT = "S01"
OUT = "OUT"  # in the arguments of a command: the folder beside the home that receives what goes out
SLICES, KILLS = 60, 4  # of a run; in one test of the full sample
# what no two runs have alike: ids, salts and what is salted, and what comes of a signature over a PDF
SALTED = {
    *("id", "nonce", "seed", "view_root", "worksheet_root", "report_signed", "archive", "stored"),
    *("manifest", "report_unsigned", "unsigned"),
}
SIGNED = {
    *(layout.MANIFEST, layout.DISCLOSURES, layout.report_data_path("en")),
    *(layout.report_path("en"), layout.SUMS, layout.SUMS_SIGNATURE, layout.SIGNATURES),
    *(layout.ASIC_MANIFEST, layout.ASIC_SIGNATURE),
}
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
    names: int
    recorded: list[tuple[str, str]]
    written: dict[str, str]


def recorded_in(home: Path) -> list[tuple[str, str]]:
    """Kind and statement of every entry, sorted, but for what is random in every run."""
    with opened(home) as handle:
        known = [(entry.kind, entry.statement) for entry in handle.ledger.entries()]
    return sorted((kind, _without_salt({} if of is None else of.model_dump(mode="json"))) for kind, of in known)


def _without_salt(body: dict[str, Any]) -> str:
    kept = {name: value for name, value in body.items() if name not in SALTED}
    return MINTED.sub(r"\1-minted", json.dumps(kept, sort_keys=True))


def written_in(out: Path) -> dict[str, str]:
    """Every file that went out, hidden ones too, by name, with the digest of what is alike in every run."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: "" if _is_signed(name) else _digest(path) for name, path in sorted(found.items())}


def _is_signed(name: str) -> bool:
    return name.partition("/")[2] in SIGNED or name.endswith(".zip")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def arguments_of(arguments: tuple[str, ...], place: Path) -> list[str]:
    return [str(place / OUT) if one == OUT else one for one in arguments] + ["--home", str(place / "home")]


def start(arguments: tuple[str, ...], place: Path, *prefix: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("EVIDENCE_")}
    env["TMPDIR"] = str(place.parent)  # what a killed render leaves goes with the test
    command = [sys.executable, *(prefix or ("-m", "evidence")), *arguments_of(arguments, place)]
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=env, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def wait_for(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Status and what was said on the side; a negative status is the signal that ended it."""
    with process:
        _, said = process.communicate(timeout=120)
    return process.returncode, said


class Stages:
    """The sample company's story, told once: the home as it stands before each command, and what that then does."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._jobs: dict[str, Job] = {}
        self._story = Story(SAMPLES, place / "home", place / "packs")
        self._story.begin()
        steps = [dict(step) for step in self._story.steps(1)]
        for step in steps:
            if step["do"] == "import" and "declarations-2023" in step["folder"]:
                self._keep("import")
            if step["do"] == "determine":
                self._keep("determine")
                self._keep("build")
            self._story.play(step)
        self._keep("build-of-a-claim")
        self._bring_in_the_entry(next(step for step in steps if "entry" in step.get("folder", "")))

    def job(self, command: str) -> Job:
        """The command, run to its end once: how long it takes, how many names it gives, and what it leaves."""
        if command not in self._jobs:
            self._jobs[command] = self._run(command)
        return self._jobs[command]

    def _run(self, command: str) -> Job:
        before, place, arguments = self._place / command, self._place / f"{command}-whole", COMMANDS[command]
        shutil.copytree(before, place)
        began = time.monotonic()
        status, said = wait_for(start(arguments, place, "-c", ARMED, str(place), "0"))
        seconds = time.monotonic() - began
        assert status == 0, said
        recorded = recorded_in(place / "home")
        assert len(recorded) > len(recorded_in(before / "home"))
        return Job(before, arguments, seconds, int(said.split()[-1]), recorded, written_in(place / OUT))

    def _keep(self, command: str) -> None:
        shutil.copytree(self._place / "home", self._place / command / "home")

    def _bring_in_the_entry(self, step: dict[str, Any]) -> None:
        """The customs entry comes without a determination, so that the pack says that nothing is claimed."""
        home = self._place / "build" / "home"
        SimulatedClock(home / SIMULATED_CLOCK).set(step["at"])
        assert main(["import", str(SAMPLES / step["folder"]), "--home", str(home)]) == 0


COMMANDS: dict[str, tuple[str, ...]] = {
    "import": ("import", str(SAMPLES / "2023-04-18-declarations-2023")),
    "determine": (
        *("determine", "ARROYO-E1", "--plant", "MX-SAL", "--period", "2023-01-01..2023-03-31"),
        *("--basis", "actual", "--event", "production", "--on", "2023-05-15", "--into", "US"),
    ),
    "build": ("pack", "build", SHIPMENT, "--out", OUT),
    "build-of-a-claim": ("pack", "build", SHIPMENT, "--out", OUT),
}
FULL = ("import", "determine", "build-of-a-claim")


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("story"))


@pytest.fixture
def job(request: pytest.FixtureRequest, stages: Stages) -> Job:
    return stages.job(request.param)


def assert_as_if_never_killed(job: Job, place: Path) -> None:
    """Sound as the kill left it; run again, the same record, the same files, and nothing beside them.

    A check of the ledger compares the register with it as well, and takes the trust folder from another place.
    """
    home, trust = place / "home", str(job.before / "home" / "trust")
    assert main(["ledger", "check", "--home", str(home), "--trust", trust]) == 0
    assert main(arguments_of(job.arguments, place)) == 0
    assert main(["ledger", "check", "--home", str(home), "--trust", trust]) == 0
    assert recorded_in(home) == job.recorded
    assert written_in(place / OUT) == job.written
    assert {path.name for path in home.glob("*.new")} <= {"checkpoint.new"}  # its twin, which stays
    for pack in (place / OUT).glob("*.zip"):
        assert main(["pack", "check", str(pack), "--trust", trust]) == 0
        with zipfile.ZipFile(pack) as members:
            packed = {name: hashlib.sha256(members.read(name)).hexdigest() for name in members.namelist()}
        assert packed == {
            path.relative_to(pack.with_suffix("")).as_posix(): _digest(path)
            for path in pack.with_suffix("").rglob("*")
            if path.is_file()
        }


@pytest.mark.parametrize(
    ("job", "slices"),
    [
        pytest.param("import", range(9, SLICES, 20), id="import"),
        pytest.param("determine", range(9, SLICES, 20), id="determine"),
        pytest.param("build", range(29, 30), id="build"),
        *(
            pytest.param(
                command, range(share, SLICES, SLICES // KILLS), id=f"{command}-{share}", marks=pytest.mark.full
            )
            for command in FULL
            for share in range(SLICES // KILLS)
        ),
    ],
    indirect=["job"],
)
def test_a_command_killed_at_a_random_moment_is_finished_by_running_it_again(
    job: Job, slices: range, tmp_path: Path
) -> None:
    chance = random.Random(slices.start)
    for number in slices:
        wait = (number + chance.random()) / SLICES * job.seconds
        killed = False
        while not killed:  # the machine may be quicker than it was when the run was measured: then again, and sooner
            place = tmp_path / str(number)
            shutil.copytree(job.before, place)
            process = start(job.arguments, place)
            time.sleep(wait)
            process.kill()
            killed = wait_for(process)[0] == -signal.SIGKILL
            assert_as_if_never_killed(job, place)
            shutil.rmtree(place)
            wait *= 0.7


@pytest.mark.parametrize(
    ("job", "last"),
    [
        pytest.param("import", 1, id="import"),
        pytest.param("determine", 1, id="determine"),
        pytest.param("build", 2, id="build"),
        *(pytest.param(command, 1000, id=f"{command}-all", marks=pytest.mark.full) for command in FULL),
    ],
    indirect=["job"],
)
def test_a_command_killed_right_before_it_gives_a_file_its_name_is_finished_by_running_it_again(
    job: Job, last: int, tmp_path: Path
) -> None:
    assert job.names > last or last == 1000
    for number in range(max(1, job.names - last + 1), job.names + 1):
        place = tmp_path / str(number)
        shutil.copytree(job.before, place)
        assert wait_for(start(job.arguments, place, "-c", ARMED, str(place), str(number)))[0] == -signal.SIGKILL
        assert_as_if_never_killed(job, place)
        shutil.rmtree(place)
