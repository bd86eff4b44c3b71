"""What outsiders are given: a log of 270 entries in an export, files about it, and their own programs."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.ledger.export import export_log
from tests.homes import new_home, record_holds, signing

HERE = Path(__file__).parent
SHELL = HERE / "verify.sh"
ENTRIES, EARLIER, ENTRY = 270, 130, 7

Verify = Callable[..., subprocess.CompletedProcess[str]]
"""Runs a verifier: its command, then the files it asks for."""


@dataclass(frozen=True)
class HandedOut:
    """A folder with the export ``log/`` and files about it; `vkey` is what the company publishes elsewhere."""

    folder: Path
    vkey: str
    origin: str

    def arguments(self, command: str) -> list[str]:
        """What each command of the verifiers takes."""
        names = {
            "checkpoint": ["log/checkpoint"],
            "entry": ["entry.leaf", "entry.tlog-proof"],
            "consistency": ["consistency", "earlier-checkpoint"],
            "log": ["log"],
        }[command]
        return [*(str(self.folder / name) for name in names), self.vkey]


def _environment(cache: Path) -> dict[str, str]:
    """Nothing of ours: no Python path, and Go's packages only from where Debian puts them."""
    go = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOCACHE": str(cache)}
    return {"PATH": os.environ["PATH"], "HOME": str(cache), **go}


@pytest.fixture(scope="session")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> HandedOut:
    folder = tmp_path_factory.mktemp("handed-out")
    with signing(new_home(folder)) as handle:
        record_holds(handle, EARLIER - handle.ledger.size(), batch=ENTRIES)
        record_holds(handle, ENTRIES - EARLIER, batch=ENTRIES)
        export_log(handle.ledger, folder / "log", with_statements=True)
        (folder / "entry.leaf").write_bytes(handle.ledger.entry(ENTRY).leaf_bytes)
        (folder / "entry.tlog-proof").write_bytes(handle.ledger.tlog_proof(ENTRY))
        (folder / "earlier-checkpoint").write_bytes(handle.ledger.checkpoint_at(EARLIER))
        (folder / "consistency").write_bytes(handle.ledger.consistency_file(EARLIER))
        (vkey,) = (verifier.vkey for verifier in handle.verifiers())
        return HandedOut(folder, vkey, handle.settings.origin)


@pytest.fixture(scope="session")
def by_shell(tmp_path_factory: pytest.TempPathFactory) -> Verify:
    """bash, OpenSSL and coreutils."""
    environment = _environment(tmp_path_factory.mktemp("shell"))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", str(SHELL), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)

    return run


@pytest.fixture(scope="session")
def by_go(tmp_path_factory: pytest.TempPathFactory) -> Verify:
    """golang.org/x/mod/sumdb, as Debian packages it; built once a session."""
    place = tmp_path_factory.mktemp("go")
    environment, program = _environment(place / "cache"), place / "verify"
    command = ["go", "build", "-o", str(program), str(HERE / "verify" / "main.go")]
    built = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    assert built.returncode == 0, f"golang-go and golang-golang-x-mod-dev are needed:\n{built.stderr}"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(program), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)

    return run


@pytest.fixture(params=["by_shell", "by_go"])
def verify(request: pytest.FixtureRequest) -> Verify:
    """Each of the two verifiers in turn."""
    found: Verify = request.getfixturevalue(request.param)
    return found
