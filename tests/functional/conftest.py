"""The finished demonstration, told once a session and shared by all workers, and a shell to run a document in.

`demo` is for reading only: who records, builds or alters works on a copy (`demo.copy_home`, `demo.copy`).
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.functional.at_hand import at_hand
from tests.unit.pack.issued import issued

__all__ = ["issued"]

ROOT = Path(__file__).resolve().parents[2]
_NOT_INHERITED = ("EVIDENCE_HOME", "EVIDENCE_DATABASE", "EVIDENCE_ANCHOR", "EVIDENCE_PASSPHRASE_FILE", "EVIDENCE_DEBUG")


@dataclass(frozen=True)
class Demo:
    """A finished demonstration: its home, its packs (a folder and a ZIP for each shipment), its closing table."""

    home: Path
    packs: Path
    table: list[dict[str, Any]]

    @property
    def trust(self) -> Path:
        return self.home / "trust"

    def copy_home(self, folder: Path) -> Path:
        """A home of one's own, in `folder`, that may be recorded in."""
        return Path(shutil.copytree(self.home, folder / "home"))

    def copy(self, folder: Path) -> "Demo":
        """Home and packs of one's own, in `folder`, as `make demo` leaves them in ``demo/``."""
        home = self.copy_home(folder)
        return Demo(home, Path(shutil.copytree(self.packs, folder / "packs")), self.table)


def environment() -> dict[str, str]:
    """The environment of a person who has just opened a terminal: nothing of Evidence in it but where the code is."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {**kept, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demonstration, run by the first worker that asks for it; the others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    place, done = shared / "demo", shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            command = [sys.executable, "-m", "evidence", "demo", "--json"]
            command += ["--home", str(place / "home"), "--out", str(place / "packs")]
            ran = subprocess.run(command, cwd=shared, env=environment(), text=True, capture_output=True, check=False)
            assert ran.returncode == 0, f"evidence demo ended with {ran.returncode}:\n{ran.stderr[-2000:]}"
            done.write_text(ran.stdout, encoding="utf-8")
    return Demo(place / "home", place / "packs", json.loads(done.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def program() -> Iterator[str]:
    """The text of a program that is ``evidence``, at once."""
    with at_hand(ROOT, environment()) as text:
        yield text


@pytest.fixture
def desk(tmp_path: Path, program: str) -> Path:
    """A folder as a first-time user has it: the examples, and the program in ``.venv``."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    place = tmp_path / ".venv" / "bin" / "evidence"
    place.parent.mkdir(parents=True)
    place.write_text(program, encoding="utf-8")
    place.chmod(0o755)
    return tmp_path


@pytest.fixture
def checkout(demo: Demo, desk: Path) -> Iterator[Path]:
    """A desk like a checkout after `make demo`: with ``demo/`` to work on."""
    demo.copy(desk / "demo")
    yield desk
    shutil.rmtree(desk / "demo", ignore_errors=True)  # pytest keeps the folders of three runs, and packs are large
