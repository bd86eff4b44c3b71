"""The page that checks packs: in Chromium, from disk, it says of every pack what `evidence pack check` says of it.

Item by item, over good packs and over every way of altering one that there is a name for; and `verify.sh` agrees with
both in what it looks at.
"""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import PackError
from evidence.pack.checking.check import check_pack
from evidence.pack.form import layout
from tests.altered_packs import ARCHIVE, FOLDER, Means
from tests.functional.checkers import means, page, said_by, script
from tests.unit.pack.issued import Issued
from tests.verify_page import Page, Said, failed, verdicts

__all__ = ["means", "page", "script"]


@pytest.fixture(scope="module")
def trusting(page: Page, issued: Issued) -> Page:
    """The page under the company's trust folder; tests that give it another trust put this one back."""
    return page.under(issued.trust)


def sampled(name: str) -> Any:
    """Some of a kind are enough for a day: what differs is the file, or who wrote the lists over it."""
    long = name.endswith("-listed-anew") or name.startswith(("bit-in-", "missing-"))
    return pytest.param(name, marks=pytest.mark.full, id=name) if long and name not in _OF_A_KIND else name


_OF_A_KIND = {
    "leaf-of-another-entry-listed-anew",
    "price-of-a-line-listed-anew",
    "added-exhibit-listed-anew",
    *(f"bit-in-{name}" for name in ("report", "exhibit", "disclosures", "leaf", "statement", "checkpoint", "sums")),
    *(f"bit-in-{name}" for name in ("sums-signature", "certificate-in-signature", "signatures", "mimetype")),
    *(f"missing-{name}" for name in ("exhibit", "sums", "sums-signature", "proof", "manifest", "checkpoint")),
}


def now() -> datetime:
    return datetime.now(UTC)


def agrees(said: Said, path: Path, trust: Path | None) -> dict[str, str]:
    """That the page and the program say the same of every item; what they say."""
    report = check_pack(path, now(), trust)
    found = said.verdicts()
    assert found == verdicts(report)
    assert said.state == report.verdict.value
    return found


@pytest.mark.parametrize("form", ["folder", "archive"])
def test_a_pack_as_issued_passes_in_every_item_as_it_does_for_the_program(
    trusting: Page, issued: Issued, form: str
) -> None:
    path: Path = getattr(issued.pack, form)
    found = agrees(trusting.checks(path), path, issued.trust)
    assert set(found.values()) == {"passed"}
    assert {
        "entry 28",
        "exhibit E001",
        "worksheet 1",
        "ledger/checkpoint",
        f"file {layout.VERIFY_PAGE}",
    } <= found.keys()


@pytest.mark.parametrize("name", [sampled(name) for name in FOLDER])
def test_an_altered_folder_is_judged_as_the_program_and_the_script_judge_it(
    trusting: Page, issued: Issued, means: Means, script: Path, tmp_path: Path, name: str
) -> None:
    pack = Path(shutil.copytree(issued.pack.folder, tmp_path / name))
    FOLDER[name](pack, means)
    found = agrees(trusting.checks(pack), pack, issued.trust)
    assert failed(found), "an altered pack passed"
    script_agrees(script, pack, issued.trust, trusting.read())


@pytest.mark.parametrize("name", ARCHIVE)
def test_an_altered_archive_is_judged_as_the_program_judges_it(
    trusting: Page, issued: Issued, tmp_path: Path, name: str
) -> None:
    path = Path(shutil.copy(issued.pack.archive, tmp_path / f"{name}.zip"))
    ARCHIVE[name](path)
    said = trusting.checks(path)
    try:
        report = check_pack(path, now(), issued.trust)
    except PackError:
        assert (said.state, said.items) == ("refused", [])
        return
    assert said.verdicts() == verdicts(report)
    assert said.state == "failed"


def script_agrees(script: Path, pack: Path, trust: Path, said: Said) -> None:
    """That `verify.sh` fails the pack, and says of lists, signature and checkpoint what the page says of them."""
    done = said_by(script, pack, trust, "--proofs")
    assert done.returncode == 1, done.stdout + done.stderr
    passed = {line.split()[1].rstrip(":") for line in done.stdout.splitlines() if line.startswith("passed ")}
    items = said.verdicts()
    for name, item in (
        (layout.SUMS_SIGNATURE, f"signature {layout.SUMS_SIGNATURE}"),
        (layout.CHECKPOINT, layout.CHECKPOINT),
    ):
        assert (name in passed) is (items.get(item) == "passed"), done.stdout
    if not (pack / layout.SUMS).is_file():
        return
    found = re.findall(r"^FAILED +added, in no list: (.*)$", done.stdout, re.MULTILINE)
    own = {*layout.SIGNED_APART, layout.SIGNATURES}
    added = {row["of"] for row in said.items if row["code"] in ("added", "bad-name")} - own
    assert set("".join(found).split()) == {part for name in added for part in name.split()}, done.stdout
    listed = re.findall(
        r"^                (\S.*): FAILED", done.stdout.partition("SIGNATURES.sha256:")[0], re.MULTILINE
    )
    changed = {row["of"] for row in said.items if row["code"] in ("altered", "exchanged", "missing")} - own
    assert set(listed) == changed, done.stdout
