"""Altered packs before the three checkers: `evidence pack check`, `verify.sh` and `verify.html` in Chromium.

More than six hundred changes over every kind of file. None passes any of the three; program and page agree in every
item, and the script in those that it shares with them. A day's run takes every twelfth or so, `-m full` all of them.
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
from evidence.pack.bundling import layout
from evidence.pack.bundling.verifiers import verifiers
from evidence.pack.checking.check import check_pack
from evidence.pack.gathered.facts import Subject
from evidence.pack.productions.build import build
from tests.altered_archives import ARCHIVES
from tests.altered_documents import DOCUMENTS
from tests.altered_files import BACKSLASHED, FILES, LINKS
from tests.altered_packs import ARCHIVE, FOLDER, Means
from tests.unit.pack.issued import Issued
from tests.unit.pack.specimen_home import make
from tests.verify_page import Page, Said, failed, opened_page, verdicts

EVERY = 12
_BEYOND = """
    claim-in-the-report-data commitment-in-manifest disclosures-very-deep disclosures-with-a-comma-behind
    disclosures-with-a-member-more disclosures-with-a-member-twice disclosures-with-a-number-for-text
    disclosures-with-a-remark disclosures-with-a-slash-escaped disclosures-with-an-escape
    disclosures-with-another-pack disclosures-with-no-number-at-all disclosures-with-single-quotes
    disclosures-with-text-behind disclosures-without-a-member entry-left-out-of-manifest
    exhibit-left-out-of-manifest exhibit-twice-in-manifest exhibits-exchanged format-of-the-manifest
    kind-of-an-entry manifest-very-deep manifest-with-a-member-more manifest-with-a-table-less
    manifest-with-a-table-of-another-size manifest-with-another-pack manifest-with-another-pack-superseded
    manifest-with-another-shipment manifest-with-key-twice manifest-with-roots-of-tables-exchanged
    manifest-with-the-earlier-format number-of-a-line opened-a-decoy-for-a-line opened-a-field-opened-twice
    opened-a-line-beyond-the-table opened-a-line-of-another-place opened-a-line-of-place-nought
    opened-a-proof-of-a-line-cut-short opened-a-proof-of-a-line-turned opened-a-sealed-file-that-is-not-there
    opened-a-seed-of-a-table opened-a-table-of-another-size opened-a-table-that-is-another
    opened-an-edition-that-is-none opened-an-entry-of-a-fraction opened-an-entry-of-another-kind
    opened-an-exhibit-of-another-path opened-another-edition opened-lines-of-a-table-exchanged
    opened-lines-of-an-entry-that-is-not-there pack-in-the-report-data price-of-a-line report-data-in-another-order
    report-data-in-lines report-data-in-utf-16 report-data-with-a-line-end seed-of-a-worksheet
"""
BEYOND_THE_SCRIPT = frozenset(f"{name}-signed-by-insider" for name in _BEYOND.split())
"""What the script passes once the company's own key has signed it: the lines of tables, the manifest's own lists, the
data of the report, spellings of JSON. It has no reader for these; the two others find every one."""


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
        if item in items and items.get(f"file {own}") == "passed":  # bytes behind it are the lists' to find
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


@pytest.mark.parametrize("name", BACKSLASHED)
def test_a_name_that_only_some_systems_have_fails(
    issued: Issued, means: Means, script: Path, tmp_path: Path, name: str
) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    BACKSLASHED[name](pack, means)
    assert failed(verdicts(check_pack(pack, datetime.now(UTC), issued.trust)))
    assert said_by(script, pack, issued.trust).returncode == 1


UNREAD_BY_THE_PAGE = ("a-member-packed-by-bzip2", "a-member-with-a-zero-in-its-name")
"""The program unpacks the one and reads the other name cut short; the page does neither. All fail the archive."""


@pytest.mark.parametrize("name", some(ARCHIVES, 6))
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
        if name not in UNREAD_BY_THE_PAGE:
            assert said.verdicts() == verdicts(report)
        assert said.state in ("refused", "failed")
        assert report.status == 1
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
    kinds = [*FOLDER, *FILES, *DOCUMENTS, *LINKS, *BACKSLASHED, *ARCHIVE, *ARCHIVES]
    assert len(set(kinds)) > 600
    bases = {re.sub("-(listed-anew|signed-by-insider|signed-by-an-outsider)$", "", kind) for kind in kinds}
    assert len(bases) > 400, "by whoever made the lists that cover it, a change is one kind"
