"""Altered packs before the three checkers: `evidence pack check`, `verify.sh` and `verify.html` in Chromium.

More than six hundred changes over every kind of file. None passes any of the three; program and page agree in every
item, and the script in those that it shares with them. A day's run takes every seventh or so, `-m full` all of them.
"""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import PackError
from evidence.pack import layout
from evidence.pack.build import build
from evidence.pack.check import check_pack
from evidence.pack.facts import Subject
from evidence.pack.verifiers import verifiers
from tests.altered_archives import ARCHIVES
from tests.altered_documents import DOCUMENTS
from tests.altered_files import FILES, LINKS
from tests.altered_packs import ARCHIVE, FOLDER, Means
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import make
from tests.verify_page import Page, Said, failed, opened_page, verdicts

EVERY = 9
_OUT_OF_REACH = re.compile("-signed-by-insider$|^report-of-another-company$")
"""Changes that the company's own key signed: the script has no reader for what some of them break."""
BEYOND_THE_SCRIPT = frozenset[str]()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, issued: Issued) -> Iterator[Page]:
    with opened_page(tmp_path_factory.mktemp("browser")) as found:
        found.trusts(issued.trust)
        yield found


@pytest.fixture(scope="module")
def means(issued: Issued, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Means]:
    place = tmp_path_factory.mktemp("others")
    with make(place / "other") as handle:
        other = build(handle, Subject(shipment="S01"), place / "packs")
        ledger = issued.handle.ledger
        size = max(each for each in ledger.checkpoint_sizes() if each < issued.size)
        yield Means(issued.handle.organisation(), handle.organisation(), ledger.checkpoint_at(size), other.folder)


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`verify.sh` as it is published apart from packs: the one in an altered pack may be altered with it."""
    path = tmp_path_factory.mktemp("checkers") / layout.VERIFY
    path.write_bytes(verifiers()[layout.VERIFY])
    return path


def some(changes: Mapping[str, object], every: int = EVERY) -> list[Any]:
    """All of them, and for a day's run one of so many."""
    return [
        name if at % every == 0 else pytest.param(name, marks=pytest.mark.full, id=name)
        for at, name in enumerate(changes)
    ]


def said_by(script: Path, pack: Path, trust: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(script), str(trust), f"--pack={pack}", *words],
        capture_output=True, text=True, errors="replace", check=False, timeout=120,
    )  # fmt: skip


def script_finds(script: Path, pack: Path, trust: Path, items: dict[str, str], name: str) -> None:
    """That the script fails the pack, and agrees with the others on what it shares with them."""
    done = said_by(script, pack, trust, "--proofs")
    assert done.returncode in (0, 1), done.stderr
    assert (done.returncode == 1) is (name not in BEYOND_THE_SCRIPT), done.stdout
    assert [line for line in done.stderr.splitlines() if not line.startswith("walking proofs: ")] == []
    passed = {line.split()[1].rstrip(":") for line in done.stdout.splitlines() if line.startswith("passed ")}
    shared = {
        layout.SUMS_SIGNATURE: f"signature {layout.SUMS_SIGNATURE}",
        layout.CHECKPOINT: layout.CHECKPOINT,
        "report-en.pdf": "signature in report-en.pdf",
    }
    for own, item in shared.items():
        if item in items:
            assert (own in passed) is (items[item] == "passed"), (item, done.stdout)
    wrong = set(re.findall(r"^FAILED +(entry [0-9]+):", done.stdout, re.MULTILINE))
    assert wrong <= failed(items) | {item for item in wrong if item not in items}, (wrong, items)


def _program_and_page(page: Page, pack: Path, trust: Path) -> dict[str, str]:
    said: Said = page.checks(pack)
    report = check_pack(pack, datetime.now(UTC), trust)
    found = verdicts(report)
    assert said.verdicts() == found
    assert (said.state, report.status) == ("failed", 1)
    return found


@pytest.mark.parametrize("name", some({**FILES, **DOCUMENTS}))
def test_no_checker_passes_an_altered_folder_and_they_agree(
    page: Page, issued: Issued, means: Means, script: Path, tmp_path: Path, name: str
) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    {**FILES, **DOCUMENTS}[name](pack, means)
    script_finds(script, pack, issued.trust, _program_and_page(page, pack, issued.trust), name)


@pytest.mark.parametrize("name", some(FOLDER))
def test_the_script_passes_none_of_the_first_hundred_either(
    issued: Issued, means: Means, script: Path, tmp_path: Path, name: str
) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    FOLDER[name](pack, means)
    script_finds(script, pack, issued.trust, verdicts(check_pack(pack, datetime.now(UTC), issued.trust)), name)


@pytest.mark.parametrize("name", LINKS)
def test_links_and_pipes_are_refused(issued: Issued, means: Means, script: Path, tmp_path: Path, name: str) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    LINKS[name](pack, means)
    with pytest.raises(PackError, match="neither a file nor a folder"):
        check_pack(pack, datetime.now(UTC), issued.trust)
    done = said_by(script, pack, issued.trust)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("FAILED        neither a file nor a folder")


@pytest.mark.parametrize("name", some(ARCHIVES, 5))
def test_no_checker_passes_an_altered_archive_and_they_agree(
    page: Page, issued: Issued, script: Path, tmp_path: Path, name: str
) -> None:
    path = Path(shutil.copy(issued.pack.archive, tmp_path / "pack.zip"))
    ARCHIVES[name](path)
    said = page.checks(path)
    try:
        report = check_pack(path, datetime.now(UTC), issued.trust)
    except PackError:
        assert said.state in ("refused", "failed")
    else:
        assert said.verdicts() == verdicts(report)
        assert (said.state, report.status) == ("failed", 1)
    unpacked_is_issued_or_fails(script, path, issued, tmp_path / "unpacked")


def unpacked_is_issued_or_fails(script: Path, path: Path, issued: Issued, place: Path) -> None:
    """What comes out of the archive is the pack as issued, byte for byte, or the script fails it."""
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(place)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return
    same = subprocess.run(["diff", "-r", str(place), str(issued.pack.folder)], capture_output=True, check=False)
    done = said_by(script, place, issued.trust)
    assert (done.returncode == 0) is (same.returncode == 0), (done.stdout, same.stdout)


def test_there_are_more_than_two_hundred_kinds_of_change() -> None:
    kinds = [*FOLDER, *FILES, *DOCUMENTS, *LINKS, *ARCHIVE, *ARCHIVES]
    assert len(set(kinds)) > 600
    bases = {re.sub("-(listed-anew|signed-by-insider|signed-by-an-outsider)$", "", kind) for kind in kinds}
    assert len(bases) > 400, "by whoever made the lists that cover it, a change is one kind"
