"""Witnesses for tests: ``evidence witness serve`` as a process of its own, on loopback, stopped by its own id."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from evidence.cli import main
from evidence.ledger.check_witness import check_witnesses
from evidence.ledger.cosignature import Witness, cosignatures
from evidence.ledger.findings import CheckReport
from evidence.ledger.found import HomeHandle
from evidence.ledger.note import parse_note
from evidence.ledger.policy import Policy
from evidence.store.engine import reading
from tests.functional.conftest import ROOT, environment
from tests.homes import new_home


@dataclass(frozen=True)
class Served:
    """A witness that is running: its folder, its address, its key."""

    folder: Path
    url: str
    key: Witness
    process: "subprocess.Popen[bytes]"

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, trust_env=False, timeout=30)

    def ask(self, body: bytes) -> httpx2.Response:
        with self.client() as client:
            return client.post("/add-checkpoint", content=body)

    def listed(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "evidence", "witness", "list", str(self.folder), "--json"]
        ran = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, check=False)
        found: dict[str, Any] = json.loads(ran.stdout)
        assert ran.returncode == (1 if found["refused"] else 0), ran.stderr
        return found

    def cosigns(self, answer: httpx2.Response, note: bytes) -> bool:
        return answer.status_code == 200 and len(cosignatures(parse_note(note + answer.content), [self.key])) == 1


@pytest.fixture
def passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("a witness's own\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("EVIDENCE_PASSPHRASE_FILE", str(path))
    return path


def made(folder: Path, *logs: str, name: str = "auditor.example/w1") -> Path:
    assert main(["witness", "init", str(folder), "--name", name]) == 0
    for vkey in logs:
        assert main(["witness", "trust", str(folder), vkey]) == 0
    return folder


def started(folder: Path, passphrase: Path) -> Served:
    command = [sys.executable, "-m", "evidence", "witness", "serve", str(folder), "--port", "0"]
    env = {**environment(), "EVIDENCE_PASSPHRASE_FILE": str(passphrase)}
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=said, stdin=subprocess.DEVNULL)
    while (found := re.search(r"listens on (http://\S+)", log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        time.sleep(0.02)
    return Served(folder, found[1], Witness.parse((folder / "witness.vkey").read_text().strip()), process)


@contextmanager
def serving(folder: Path, passphrase: Path) -> Iterator[Served]:
    served = started(folder, passphrase)
    try:
        yield served
    finally:
        served.process.terminate()
        assert served.process.wait(20) == 0


def vkey(home: Path) -> str:
    return (home / "trust" / "log.vkey").read_text().strip()


def policy_of(home: Path, *witnesses: tuple[str, Served], quorum: str) -> Path:
    """The home's own policy, with these witnesses."""
    lines = [f"log {vkey(home)}", *(f"witness {name} {each.key.vkey} {each.url}" for name, each in witnesses), quorum]
    path = home / "trust" / "policy"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def witnessed(home: Path, *options: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    status = main(["ledger", "witness", "--home", str(home), "--json", *options])
    said = capsys.readouterr()
    return status, json.loads(said.out) if said.out else {}, said.err


@pytest.fixture
def watched(tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Served]]:
    """A home and a witness that watches it, and that its policy names."""
    home = new_home(tmp_path)
    folder = made(tmp_path / "auditor", vkey(home))
    monkeypatch.delenv("EVIDENCE_PASSPHRASE_FILE")
    with serving(folder, passphrase) as served:
        policy_of(home, ("auditor", served), quorum="quorum auditor")
        yield home, served


def check(handle: HomeHandle, policy: Policy | None) -> CheckReport:
    report = CheckReport()
    sizes = handle.ledger.checkpoint_sizes()
    notes = {size: handle.ledger.checkpoint_at(size) for size in sizes}
    with reading(handle.engine) as connection:
        check_witnesses(connection, report, notes.get, policy)
    return report
