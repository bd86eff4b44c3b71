"""Intake killed at any moment, by every way in and on both engines: nothing lost, nothing doubled.

Real processes, a real SIGKILL. The files come by a folder imported, by items of the inbox taken, and by a folder that
is watched and served. A run is killed, and given again, until it ends by itself; what it then has recorded is held
against a run that nobody killed. Half of the kills come at a random moment; the other half right before a chosen step:
a file getting or losing its name beneath the home or the watched folder, a commit of a database. The usual sample is of
at least 12 kills, two to a run, the full one of at least 216 more, four to a run.
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest

from evidence.cli import main
from evidence.cli.opening import opened
from evidence.ledger.inbox import Inbox, State
from evidence.store.documents import DocumentStore
from tests.postgresql import server
from tests.unit.intake import making

REPOSITORY = Path(__file__).resolve().parents[2]
SALTED = {"id", "nonce", "seed", "view_root"}
MINTED = re.compile(r"\b([a-z]+)-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
WAYS = ("import", "take", "serve")
_PATIENCE_S = 120

# hands the command to the program, and kills the process before the n-th step; says at its end how many there were
ARMED = """
import os, signal, sys
from sqlalchemy import Engine, event
places, number, seen = sys.argv[1].split(os.pathsep), int(sys.argv[2]), 0
def step():
    global seen
    seen += 1
    if seen == number:
        os.kill(os.getpid(), signal.SIGKILL)
def hook(what, arguments):
    if what in ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"):
        named = arguments[1] if what in ("os.rename", "os.link") else arguments[0]
        if str(named).startswith(tuple(places)):
            step()
sys.addaudithook(hook)
event.listen(Engine, "commit", lambda _: step())
from evidence.cli import main
status = main(sys.argv[3:])
print("steps:", seen, file=sys.stderr)
sys.exit(status)
"""


@dataclass(frozen=True)
class Place:
    """A home of one's own with the files that come in, and the database that it has."""

    home: Path
    files: Path
    database: str | None

    def environ(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("EVIDENCE_")}
        return env | ({"EVIDENCE_DATABASE": self.database} if self.database else {})


@dataclass(frozen=True)
class Made:
    """A home as it is before anything comes in, and how to make more of it."""

    folder: Path
    address: str | None

    def copy(self, to: Path, way: str) -> Place:
        shutil.copytree(self.folder, to)
        database = None
        if self.address is not None:
            name = f"home_{hashlib.sha256(str(to).encode()).hexdigest()[:12]}"
            with psycopg.connect(f"{self.address}/postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE made".encode())
            database = f"{self.address}/{name}"
        if way != "take":
            shutil.rmtree(to / "home" / "inbox")
            for leftover in (to / "home").glob("inbox.db*"):
                leftover.unlink()
        return Place(to / "home", to / "files", database)


def write_files(folder: Path) -> None:
    """Files of every sort, in the order of their names; one comes twice."""
    folder.mkdir()
    (folder / "1-items.csv").write_text(making.csv_text(making.ITEM))
    for number in (1, 2):
        rows = [{**making.DECLARATION, "reference": f"OD-{number}-{row}"} for row in range(3)]
        (folder / f"2-declarations-{number}.csv").write_text(making.csv_text(*rows))
    making.write_xlsx(folder / "3-purchases.xlsx", [list(making.PURCHASE), list(making.PURCHASE.values())])
    making.write_form(folder / "4-form.pdf", {**making.DECLARATION, "reference": "OD-FORM"})
    for name in ("5-letter.txt", "6-the-same-letter.txt"):
        (folder / name).write_text("We withdraw our declaration. SPECIMEN\n")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "desk@supplier.example", "desk@arroyo.example", "An invoice"
    mail["Date"], mail["Message-ID"] = "Mon, 03 Jun 2024 10:00:00 +0000", "<1@supplier.example>"
    mail.set_content("Please find our invoice. SPECIMEN")
    mail.add_attachment(b"invoice 1, SPECIMEN", maintype="text", subtype="plain", filename="invoice-1.txt")
    mail.add_attachment(b"invoice 2, SPECIMEN", maintype="text", subtype="plain", filename="invoice-2.txt")
    (folder / "7-mail.eml").write_bytes(mail.as_bytes())
    with zipfile.ZipFile(folder / "8-papers.zip", "w") as papers:
        for number in range(3):
            papers.writestr(f"paper-{number}.txt", f"paper {number}, SPECIMEN")


def found_home(folder: Path, address: str | None) -> Made:
    folder.mkdir()
    write_files(folder / "files")
    with database(f"{address}/made" if address else None):
        assert main(["init", "--home", str(folder / "home"), "--demo", "--at", "2024-06-03"]) == 0
        for path in sorted((folder / "files").iterdir()):
            assert main(["inbox", "submit", str(path), "--home", str(folder / "home"), "--channel", "mail"]) == 0
    return Made(folder, address)


@contextmanager
def database(url: str | None) -> Iterator[None]:
    """Commands run in this process meanwhile use that database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVIDENCE_DATABASE", raising=False)
        if url is not None:
            patch.setenv("EVIDENCE_DATABASE", url)
        yield


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp(request.param) / "made"
    if request.param == "sqlite":
        yield found_home(folder, None)
        return
    with server() as address:
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute(b"CREATE DATABASE made")
        yield found_home(folder, address)


@dataclass(frozen=True)
class Whole:
    """A run that nobody killed: how long it took, how many steps it had, what it recorded."""

    seconds: float
    steps: int
    recorded: list[tuple[str, str]]


@pytest.fixture(scope="module")
def wholes() -> dict[tuple[Path, str], Whole]:
    return {}


def whole(made: Made, way: str, folder: Path, wholes: dict[tuple[Path, str], Whole]) -> Whole:
    if (made.folder, way) not in wholes:
        place = made.copy(folder / "whole", way)
        began = time.monotonic()
        status, said = run(way, place, armed=10**9)
        assert status == 0, said
        seconds, steps = time.monotonic() - began, int(said.rpartition("steps:")[2])
        wholes[made.folder, way] = Whole(seconds, steps, recorded_in(place))
        assert_settled(way, place)
    return wholes[made.folder, way]


def recorded_in(place: Place) -> list[tuple[str, str]]:
    """Kind and statement of every entry, sorted, but for what is random in every run."""

    def without_salt(body: dict[str, Any]) -> str:
        kept = {name: value for name, value in body.items() if name not in SALTED}
        if (
            "question" in kept
        ):  # names another statement by the file that brings it, or by its entry once it is recorded
            kept["question"] = str(kept["topic"])
        return MINTED.sub(r"\1-minted", json.dumps(kept, sort_keys=True))

    with database(place.database), opened(place.home) as handle:
        known = [(entry.kind, entry.statement) for entry in handle.ledger.entries()]
    return sorted((kind, without_salt({} if of is None else of.model_dump(mode="json"))) for kind, of in known)


def start(way: str, place: Place, armed: int) -> subprocess.Popen[str]:
    arguments = {
        "import": ["import", str(place.files)],
        "take": ["inbox", "take"],
        "serve": ["inbox", "serve", "--watch", str(place.files), "--every", "0.1"],
    }[way]
    places = os.pathsep.join([str(place.home), str(place.files)])
    command = [sys.executable, "-c", ARMED, places, str(armed), *arguments, "--home", str(place.home)]
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=place.environ(), text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def run(way: str, place: Place, *, armed: int = 0, seconds: float | None = None) -> tuple[int, str]:
    """Run until the end, or until it is killed; a server is asked to end once it has dealt with all."""
    process = start(way, place, armed)
    with process:
        if seconds is not None:
            time.sleep(seconds)
            process.kill()
        elif way == "serve":
            until = time.monotonic() + _PATIENCE_S
            while process.poll() is None and not served(place) and time.monotonic() < until:
                time.sleep(0.05)
            process.terminate()
        _, said = process.communicate(timeout=_PATIENCE_S)
    ended_early = way == "serve" and process.returncode == -signal.SIGTERM  # before it had begun: all was served
    return 0 if ended_early else process.returncode, said


def served(place: Place) -> bool:
    """Whether nothing lies in the folder any more, and every receipt has its last word."""
    if any(path.is_file() for path in place.files.iterdir()):
        return False
    told = [json.loads(path.read_bytes()) for path in (place.files / "receipts").glob("*.json")]
    return bool(told) and all(each["state"] in ("recorded", "already recorded") for each in told)


def assert_sound(place: Place, made: Made) -> None:
    """The ledger as the kill left it; the check compares the register with it as well."""
    trust = str(made.folder / "home" / "trust")  # from another place than the home
    with database(place.database):
        assert main(["ledger", "check", "--home", str(place.home), "--trust", trust]) == 0


def assert_settled(way: str, place: Place) -> None:
    """Every file is kept, the inbox is empty, and nothing is left lying about."""
    store = DocumentStore(place.home / "documents")
    kept = place.files / "taken" if way == "serve" else place.files
    files = [path for path in kept.iterdir() if path.is_file()]
    assert len(files) == 9
    assert [path.name for path in files if not store.has(hashlib.sha256(path.read_bytes()).hexdigest())] == []
    assert list((place.home / "scratch").iterdir()) == []
    assert {path.name for path in place.home.glob("*.new")} <= {"checkpoint.new"}  # its twin, which stays
    if way == "import":
        return
    inbox = Inbox(place.home)
    try:
        states = sorted(item.state for item in inbox.items())
        assert states == [State.ALREADY_RECORDED, *[State.RECORDED] * 8]
        inbox.sweep(making.NOW.replace(year=9999))
    finally:
        inbox.close()
    assert [path.name for path in (place.home / "inbox").rglob("*") if path.is_file()] == []
    assert not (place.home / "inbox" / "taking").exists()
    if way == "serve":
        assert len(list((place.files / "receipts").iterdir())) == len(files)


def kill_and_finish(way: str, place: Place, made: Made, like: Whole, chance: random.Random, most: int) -> int:
    """Run it again and again, killed each time but the last, at most so often; gives how often it was."""
    kills = 0
    for number in range(most):
        if number % 2:
            status, said = run(way, place, seconds=chance.uniform(0.3, 1) * like.seconds)
        else:
            status, said = run(way, place, armed=chance.randrange(1, max(2, like.steps // 2)))
        if status == 0:
            break  # what was left to do had fewer steps
        assert status == -signal.SIGKILL, said
        kills += 1
        assert_sound(place, made)
    status, said = run(way, place)
    assert status == 0, said
    return kills


@pytest.mark.parametrize(
    ("way", "seed", "wanted", "most"),
    [
        *(pytest.param(way, 0, 2, 2, id=way) for way in WAYS),
        *(
            pytest.param(way, seed, 12, 4, id=f"{way}-{seed}", marks=pytest.mark.full)
            for way in WAYS
            for seed in (1, 2, 3)
        ),
    ],
)
def test_intake_killed_again_and_again_ends_as_if_it_had_never_been(
    made: Made, way: str, seed: int, wanted: int, most: int, tmp_path: Path, wholes: dict[tuple[Path, str], Whole]
) -> None:
    like, chance, kills, number = whole(made, way, tmp_path, wholes), random.Random(f"{way}-{seed}"), 0, 0
    while kills < wanted:
        place = made.copy(tmp_path / str(number), way)
        kills += kill_and_finish(way, place, made, like, chance, most)
        assert_sound(place, made)
        recorded = recorded_in(place)
        lost = [each for each in like.recorded if each not in recorded]
        added = [each for each in recorded if each not in like.recorded]
        assert (lost, added, len(recorded)) == ([], [], len(like.recorded))
        assert_settled(way, place)
        shutil.rmtree(tmp_path / str(number))
        number += 1
