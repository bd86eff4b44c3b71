"""Altered packs before the three checkers: `evidence pack check`, `verify.sh` and `verify.html` in Chromium.

More than six hundred changes over every kind of file. None passes any of the three; program and page agree in every
item, and the script in those that it shares with them. A day's run takes every twelfth or so, `-m full` all of them;
the first hundred changes of a folder stand in test_verify_page.
"""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import PackError
from evidence.pack.checking.check import check_pack
from evidence.pack.form import layout
from tests.altered_archives import ARCHIVES
from tests.altered_documents import DOCUMENTS
from tests.altered_editions import EDITED, RICH
from tests.altered_files import BACKSLASHED, FILES, FOLDERS, LINKS
from tests.altered_packs import ARCHIVE, FOLDER, Means
from tests.functional.checkers import means, page, said_by, script
from tests.functional.rich_pack import Rich, rich
from tests.unit.pack.editions_home import Editions, editions
from tests.unit.pack.issued import Issued
from tests.verify_page import Page, Said, failed, verdicts

__all__ = ["editions", "means", "page", "rich", "script"]

EVERY = 12
_WALKED = re.compile("insider|leaf|proof|statement|entry|opened|disclosures|manifest")
"""Changes before which the script walks the entries: the others have to be found without."""


def some(changes: Mapping[str, object], every: int = EVERY) -> list[Any]:
    """All of them, and for a day's run one of so many."""
    return [
        name if at % every == 0 else pytest.param(name, marks=pytest.mark.full, id=name)
        for at, name in enumerate(changes)
    ]


def script_finds(script: Path, pack: Path, trust: Path, items: dict[str, str], name: str) -> None:
    """That the script fails the pack, and agrees with the others on what it shares with them."""
    done = said_by(script, pack, trust, *(["--proofs"] if _WALKED.search(name) else []))
    assert done.returncode == 1, done.stdout + done.stderr
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
    wrong = set(re.findall(r"^FAILED +((?:entry|exhibit|worksheet|table of|lines of entry) \S+):", done.stdout, re.M))
    assert wrong <= failed(items) | {item for item in wrong if item not in items}, (wrong, items)


def program_and_page(page: Page, pack: Path, trust: Path) -> dict[str, str]:
    """What both say of every item, once it is shown that they say the same and pass nothing."""
    said: Said = page.under(trust).checks(pack)
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
    script_finds(script, pack, issued.trust, program_and_page(page, pack, issued.trust), name)


@pytest.mark.parametrize("name", some(EDITED, 6))
def test_no_checker_passes_an_altered_edition_and_they_agree(
    page: Page, editions: Editions, script: Path, tmp_path: Path, name: str
) -> None:
    edition, alter = EDITED[name]
    pack = Path(shutil.copytree(editions.folder(edition), tmp_path / "pack"))
    alter(pack, editions)
    script_finds(script, pack, editions.trust, program_and_page(page, pack, editions.trust), name)


@pytest.mark.parametrize("name", some(RICH, 4))
def test_no_checker_passes_altered_stamps_or_previews_and_they_agree(
    page: Page, rich: Rich, script: Path, tmp_path: Path, name: str
) -> None:
    """The page has no certificates of authorities, and leaves open whose a stamp is that is over the right bytes."""
    pack = Path(shutil.copytree(rich.folder, tmp_path / "pack"))
    RICH[name](pack, rich)
    said = page.under(rich.trust).checks(pack)
    report = check_pack(pack, datetime.now(UTC), rich.trust)
    ours = verdicts(report)
    differing = {item for item in ours.keys() | said.verdicts().keys() if said.verdicts().get(item) != ours.get(item)}
    assert all(item.startswith("time stamp ") for item in differing), differing
    assert {said.verdicts()[item] for item in differing} <= {"undetermined"}
    assert report.status == 1
    assert said.state in ("failed", "undetermined")
    assert said.state == "failed" or failed(ours) <= differing
    script_finds(script, pack, rich.trust, ours, name)


@pytest.mark.parametrize("name", LINKS)
def test_links_and_pipes_are_refused(issued: Issued, means: Means, script: Path, tmp_path: Path, name: str) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    LINKS[name](pack, means)
    with pytest.raises(PackError, match="neither a file nor a folder"):
        check_pack(pack, datetime.now(UTC), issued.trust)
    done = said_by(script, pack, issued.trust)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("FAILED        neither a file nor a folder")


@pytest.mark.parametrize("name", [*BACKSLASHED, *FOLDERS])
def test_what_a_browser_hands_to_no_page_fails_elsewhere(
    issued: Issued, means: Means, script: Path, tmp_path: Path, name: str
) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))
    {**BACKSLASHED, **FOLDERS}[name](pack, means)
    assert failed(verdicts(check_pack(pack, datetime.now(UTC), issued.trust)))
    assert said_by(script, pack, issued.trust).returncode == 1


@pytest.mark.parametrize("name", some(ARCHIVES, 6))
def test_no_checker_passes_an_altered_archive_and_they_agree(
    page: Page, issued: Issued, script: Path, tmp_path: Path, name: str
) -> None:
    path = Path(shutil.copy(issued.pack.archive, tmp_path / "pack.zip"))
    ARCHIVES[name](path)
    said = page.under(issued.trust).checks(path)
    try:
        report = check_pack(path, datetime.now(UTC), issued.trust)
    except PackError:
        assert said.state in ("refused", "failed")
    else:
        assert said.verdicts() == verdicts(report)
        assert said.state in ("refused", "failed")
        assert report.status == 1
    unpacked_is_issued_or_fails(script, path, issued, tmp_path / "unpacked")


def unpacked_is_issued_or_fails(script: Path, path: Path, issued: Issued, place: Path) -> None:
    """What comes out of the archive is the pack as issued, byte for byte, or the script fails it."""
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(place)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, IndexError):
        return
    same = subprocess.run(["diff", "-r", str(place), str(issued.pack.folder)], capture_output=True, check=False)
    done = said_by(script, place, issued.trust)
    assert (done.returncode == 0) is (same.returncode == 0), (done.stdout, same.stdout)


def test_there_are_more_than_two_hundred_kinds_of_change() -> None:
    kinds = [*FOLDER, *FILES, *DOCUMENTS, *EDITED, *RICH, *LINKS, *BACKSLASHED, *FOLDERS, *ARCHIVE, *ARCHIVES]
    assert len(set(kinds)) > 650
    bases = {re.sub("-(listed-anew|signed-by-insider|signed-by-an-outsider)$", "", kind) for kind in kinds}
    assert len(bases) > 400, "by whoever made the lists that cover it, a change is one kind"
