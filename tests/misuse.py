"""Running the program wrongly: in a home of the sample company, and what must be true of how it then ends."""

import contextlib
import io
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evidence.cli import main
from evidence.cli.demo import COMPANY, Story
from evidence.store.resources import folder

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLES = folder("examples") / COMPANY
MEGABYTE = 1024**2
PROGRESS = re.compile(
    r".* \.\.\.|.*: [0-9]+( of [0-9]+)?|.*: done.*|gathering what it rests on|setting the report in type \(.+\)|"
    r"signing and bundling|Another command is recording; waiting for it\.|The register was not compared.*"
)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Done:
    """How a run of the program ended, and what it wrote."""

    arguments: tuple[str, ...]
    status: int
    printed: str
    said: str


@dataclass
class Place:
    """A folder with a home of the sample company in it, and a way to run the program there."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None

    @property
    def home(self) -> Path:
        return self.root / "home"

    def run(self, *arguments: str) -> Done:
        """Run the program, apart where something is to happen to its process before."""
        if self.before is not None:
            return self.run_apart("-m", "evidence", *arguments)
        printed, said = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("EVIDENCE_")]:
                patch.delenv(name)
            for name, value in self._all_environment().items():
                patch.setenv(name, value)
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
                status = main(arguments)
        return Done(arguments, status, printed.getvalue(), said.getvalue())

    def run_apart(self, *arguments: str) -> Done:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("EVIDENCE_")}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=inherited | self._all_environment(),
            preexec_fn=self.before,
            text=True,
            errors="backslashreplace",
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Done(arguments, done.returncode, done.stdout, done.stderr)

    def _all_environment(self) -> dict[str, str]:
        return {"EVIDENCE_HOME": str(self.home)} | self.environment

    def write(self, name: str, content: bytes | str, mode: int = 0o600) -> str:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return str(path)

    def replace(self, name: str, content: bytes) -> None:
        """Put other bytes in the place of a file of the home."""
        for path in self.home.glob(f"{name}*"):
            path.unlink()
        (self.home / name).write_bytes(content)


def head_of(home: Path) -> tuple[int, bytes] | None:
    """Size and root of the ledger, read past the program; None where no such database can be read."""
    try:
        with closing(sqlite3.connect(f"file:{home / 'evidence.db'}?mode=ro", uri=True)) as database:
            size, root = database.execute("SELECT size, root FROM head").fetchone()
    except sqlite3.Error:
        return None
    return int(size), bytes(root)


def ends(done: Done, status: int, saying: str) -> None:
    """It ended with `status` and one line beside its progress, which says so."""
    lines = [line for line in done.said.splitlines() if PROGRESS.fullmatch(line) is None]
    assert done.status == status, done
    assert "Traceback" not in done.said + done.printed, done
    assert len(lines) == 1, done
    assert lines[0].startswith("evidence: "), done
    assert saying in lines[0], done
    assert CONTROL.search(done.printed + lines[0]) is None, done


@contextmanager
def a_disk_with_room_for(place: Place, size: int) -> Iterator[None]:
    """No file may grow past `size`, as on a disk that is full: a write fails half-way."""
    place.before = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    yield
    place.before = None


def tell_the_story(place: Path) -> Path:
    """A home in `place` with the records up to the first customs entry; not determined, so that packs build quickly."""
    story = Story(SAMPLES, place / "home", place / "packs")
    story.begin()
    for step in story.steps(1):
        if step["do"] not in {"determine", "claim"}:
            story.play(step)
    return place / "home"


def a_place(told: Path, root: Path) -> Place:
    """A copy of that home, to be used wrongly."""
    shutil.copytree(told, root / "home")
    return Place(root)
