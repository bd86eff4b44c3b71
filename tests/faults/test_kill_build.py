"""A build that is killed at any moment leaves a ledger that checks clean and a command that can be run again."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from evidence.ledger.check import check_ledger
from evidence.ledger.found import open_home
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from evidence.pack.productions.on_record import packs_of
from evidence.register.project import Projector
from evidence.store.documents import DocumentStore
from tests.unit.pack.issued import NOW
from tests.unit.pack.specimen_home import make

ROOT = Path(__file__).resolve().parents[2]


def _quiet(steps: int = 1, total: int | None = None) -> None:
    del steps, total


@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.full)])
def test_a_build_killed_at_any_moment_can_be_run_again_and_records_one_pack(tmp_path: Path, kills: int) -> None:
    from evidence.pack.checking.check import check_pack

    make(tmp_path / "made").close()
    random = Random(4)
    for number in range(kills):
        home, out = tmp_path / f"home-{number}", tmp_path / f"packs-{number}"
        shutil.copytree(tmp_path / "made", home)
        running = subprocess.Popen(
            [sys.executable, "cli.py", "--home", str(home), "pack", "build", "S01", "--out", str(out)],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={
                "EVIDENCE_PASSPHRASE_FILE": str(home / "keys" / "passphrase"),
                "PATH": "/usr/bin:/bin",
                "TMPDIR": str(home.parent),
            },
        )  # fmt: skip
        try:
            running.wait(timeout=random.randrange(600, 4000) / 1000)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
        passphrase = {"EVIDENCE_PASSPHRASE_FILE": str(home / "keys" / "passphrase")}
        with open_home(home, passphrase, sign=True, projector=Projector(DocumentStore(home / "documents"))) as handle:
            assert check_ledger(handle.engine, handle.documents, handle.verifiers(), _quiet).clean
            built = build(handle, Subject(shipment="S01"), out)
            assert len(packs_of(handle)) == 1
        assert check_pack(built.archive, NOW, home / "trust").status == 0
        assert sorted(path.name for path in out.iterdir()) == ["S01", "S01.zip"]
        shutil.rmtree(home)
