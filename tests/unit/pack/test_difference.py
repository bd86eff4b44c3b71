"""What a later pack changes against the one that it supersedes, read from both as they were issued."""

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evidence import cli
from evidence.core.statements.claim import Claim, ClaimAction
from evidence.errors import PackError
from evidence.origin.worksheet import Worksheet
from evidence.pack.handover.difference import Difference, difference, worksheet_changes
from evidence.pack.handover.difference_files import difference_files, write_files
from evidence.pack.productions.build import build
from tests.unit.pack.productions import S01, Produced
from tests.unit.pack.test_letters import say


@pytest.fixture(scope="module")
def changed(produced: Produced) -> Difference:
    return difference(produced.handle, "EP-S01-2")


def test_new_exhibits_are_listed_by_number_with_their_digests(produced: Produced, changed: Difference) -> None:
    printed = json.loads((produced.second.folder / "report-en.json").read_bytes())
    rows = {row["number"]: row for row in printed["report"]["exhibits"]}
    assert [row.what for row in changed.exhibits] == ["Proof of payment", "Photograph"]
    for change in changed.exhibits:
        assert change.before == ""
        assert rows[change.place]["sha256"] in change.after


def test_the_entries_behind_it_are_those_that_the_earlier_pack_does_not_have(changed: Difference) -> None:
    assert [(reason.kind, reason.what) for reason in changed.reasons] == [
        ("document-received", "payment.csv"),
        ("document-received", "photo.heic"),
    ]
    assert changed.gone == ()
    assert (changed.numbers, changed.claims) == ((), ())


def test_a_corrected_claim_is_shown_with_both_states_and_the_reason_on_record(
    produced: Produced, tmp_path: Path
) -> None:
    with produced.copy(tmp_path) as handle:
        say(
            handle, Claim, customs_entry="SPC-1", line=1, action=ClaimAction.WITHDRAWN, decided_on=date(2023, 6, 1),
            reason="Withdrawn after the supplier's notice.", by="Origin desk (role)",
        )  # fmt: skip
        assert build(handle, S01, tmp_path / "packs").number == "EP-S01-3"
        found = difference(handle, "EP-S01-3")
        (state,) = [change for change in found.claims if change.what == "state of the claim"]
        assert (state.place, state.before, state.after) == ("SPC-1, 1", "NOT CLAIMED", "WITHDRAWN")
        (reason,) = [reason for reason in found.reasons if reason.kind == "claim"]
        assert reason.words == "Withdrawn after the supplier's notice."


def test_a_figure_that_differs_is_named_by_its_cell_with_both_values(produced: Produced) -> None:
    before = Worksheet.from_bytes((produced.second.folder / "worksheets" / "worksheet-1.json").read_bytes())
    cell = before.cells[0]
    other = cell.model_copy(update={"value": cell.value + Decimal("0.01")})
    after = before.model_copy(update={"cells": (other, *before.cells[1:])})
    (change,) = worksheet_changes("EV-1", before, after)
    assert cell.id in change.what
    assert (change.before, change.after) == (f"{cell.value:,f} {cell.unit}", f"{other.value:,f} {cell.unit}")


def test_a_pack_that_supersedes_none_is_compared_with_nothing(produced: Produced) -> None:
    with pytest.raises(PackError, match=r"supersedes none\. Name the one to compare it with: --against"):
        difference(produced.handle, "EP-S01-1")


def test_the_report_comes_as_pdf_json_and_text_and_as_the_same_bytes_again(changed: Difference, tmp_path: Path) -> None:
    files = difference_files(changed, "en")
    assert {Path(name).suffix for name in files} == {".pdf", ".json", ".txt"}
    assert difference_files(changed, "en") == files
    paths = write_files(files, tmp_path)
    words = next(path for path in paths if path.suffix == ".txt").read_text()
    assert "Nothing that is claimed has changed." in words
    assert "Proof of payment: nothing -> payment.csv" in words
    assert "no reason is stated" in words
    paths[0].write_bytes(b"another file")
    with pytest.raises(PackError, match="is there already and is another file"):
        write_files(files, tmp_path)


def test_the_command_counts_what_changed(
    produced: Produced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(produced.place / "home", tmp_path / "home")
    arguments = ["pack", "difference", "EP-S01-2", "--language", "fr", "--out", str(tmp_path / "out"), "--json"]
    assert cli.main(["--home", str(tmp_path / "home"), *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["against"], found["exhibits"], found["numbers"]) == ("EP-S01-1", 2, 0)
    assert all(Path(path).is_file() for path in found["files"])
