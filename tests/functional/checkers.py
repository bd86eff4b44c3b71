"""The three checkers of packs at hand: a page in a browser, the script as it is published, and what a forger has.

`evidence pack check` is called as it is. Shared by the tests that hold the three against each other.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.pack.bundling.verifiers import verifiers
from evidence.pack.form import layout
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from tests.altered_packs import Means
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import make
from tests.verify_page import Page, opened_page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened_page(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture(scope="session")
def means(issued: Issued, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Means]:
    place = tmp_path_factory.mktemp("others")
    with make(place / "other") as handle:
        other = build(handle, Subject(shipment="S01"), place / "packs")
        ledger = issued.handle.ledger
        size = max(each for each in ledger.checkpoint_sizes() if each < issued.size)
        yield Means(issued.handle.organisation(), handle.organisation(), ledger.checkpoint_at(size), other.folder)


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`verify.sh` as it is published apart from packs: the one in an altered pack may be altered with it."""
    path = tmp_path_factory.mktemp("checkers") / layout.VERIFY
    path.write_bytes(verifiers()[layout.VERIFY])
    return path


def said_by(script: Path, pack: Path, trust: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the script says of a pack."""
    return subprocess.run(
        ["bash", str(script), str(trust), f"--pack={pack}", *words],
        capture_output=True, text=True, errors="replace", check=False, timeout=120,
    )  # fmt: skip
