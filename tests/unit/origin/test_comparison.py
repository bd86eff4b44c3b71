"""Two worksheets compared: every difference by its place, and which other one it follows from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.core import canonical
from evidence.core.statements.snapshot import WORKSHEET_TABLES
from evidence.ledger.found import HomeHandle
from evidence.origin.comparison import _TABLES, Difference, differences
from evidence.origin.determine import determine
from evidence.origin.law import rule_sets
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.origin.worksheet import Worksheet
from evidence.register.queries import Register
from evidence.rules import datafiles
from evidence.rules.ruleset import RuleSet
from evidence.store.engine import reading
from tests.unit.origin.small_company import small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_snapshot import QUESTION

LAW = RuleSet.load()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeHandle]:
    with make_home(tmp_path / "home") as handle:
        record_company(handle, small_company())
        yield handle


def written(worksheet: Worksheet) -> dict[str, Any]:
    found = canonical.loads(worksheet.to_bytes())
    assert isinstance(found, dict)
    return found


def at(found: tuple[Difference, ...], place: str) -> Difference:
    return next(each for each in found if each.place == place)


@pytest.fixture(scope="module")
def higher(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """Another text of the law: its data files with 90 percent where a passenger vehicle of the small company needs
    72.
    """
    folder = tmp_path_factory.mktemp("law")
    in_force = LAW.series("PV-RVC").on(QUESTION.period_to)
    for name, text in datafiles.texts(datafiles.packaged()).items():
        if name == datafiles.STAGES:
            start = text.index('name = "PV-RVC"')
            at = text.index(f"from = {in_force.first}", start)
            changed = text[at:].replace(f'"{in_force.amount}"', '"90"', 1)
            text = text[:at] + changed
        (folder / name).write_text(text, encoding="utf-8")
    return RuleSet.load(folder)


def test_every_table_of_a_worksheet_is_compared() -> None:
    assert set(_TABLES) == set(WORKSHEET_TABLES)


def test_equal_worksheets_have_no_difference_and_rows_in_another_order_have_one(home: HomeHandle) -> None:
    sheet = determine_in(home, QUESTION, LAW, "1").worksheet
    assert differences(written(sheet), written(sheet)) == ()
    turned = written(sheet)
    turned["cells"] = turned["cells"][::-1]
    assert [each.place for each in differences(written(sheet), turned)] == ["order of rows"]


def test_a_changed_figure_is_told_with_all_that_follows_from_it() -> None:
    before = small_company()
    after = small_company()
    after.drop("declarations", lambda declaration: declaration.part == "SEAT")
    found = differences(written(determine(before.inputs(), LAW)), written(determine(after.inputs(), LAW)))
    places = [each.place for each in found]
    vnm, content = at(found, "cells[vnm].value"), at(found, "cells[content].value")
    assert vnm.why == "follows from vnm.unit"
    assert content.why == "follows from vnm"
    assert (content.what, content.recorded, content.again) == (
        "Regional value content, net cost method", "80", "74"
    )  # fmt: skip
    assert places.index("cells[vnm.unit].value") < places.index("cells[content].value")
    seat = next(row["id"] for row in written(determine(after.inputs(), LAW))["materials"] if row["part"] == "SEAT")
    status = at(found, f"materials[{seat}].status")
    assert (status.recorded, status.again) == ("originating", "undetermined, counted as non-originating")
    assert at(found, "cells[vnm.unit].value").why == f"follows from {seat}"
    assert at(found, f"shifts[shift.1].rows[{seat}].shifts").why == f"follows from {seat}"


def test_a_row_only_one_of_them_has_is_told_once() -> None:
    cell = {"id": "x", "label": "A figure", "value": "1", "rests_on": []}
    (found,) = differences({"cells": [cell]}, {"cells": []})
    assert found == Difference("cells[x]", "A figure", "1", "", "only recorded")
    assert str(found) == "cells[x]: 1 recorded, nothing worked out again"


def test_a_field_that_a_later_version_writes_is_one_difference() -> None:
    recorded = {"cells": [{"id": name, "value": "1", "rests_on": []} for name in "xy"]}
    again = {"cells": [{"id": name, "value": "1", "rests_on": [], "mark": "P"} for name in "xy"]}
    (found,) = differences(recorded, again)
    assert (found.place, found.again) == ("cells.mark", "written in 2 rows")


def test_another_formula_and_other_sources_are_told_apart() -> None:
    cell = {"id": "x", "value": "1", "formula": "a", "rests_on": ["#1"]}
    other = differences({"cells": [cell]}, {"cells": [{**cell, "value": "2", "formula": "b"}]})
    assert {each.why for each in other} == {"worked out by another formula"}
    moved = differences({"cells": [cell]}, {"cells": [{**cell, "value": "2", "rests_on": ["#2"]}]})
    assert {each.why for each in moved} == {"rests on other figures or entries"}
    same = differences({"cells": [cell]}, {"cells": [{**cell, "value": "2"}]})
    assert same[0].why == "what it rests on is the same: the program or the law works it out otherwise"


def test_a_replay_under_another_law_names_the_law_and_each_line_that_follows(home: HomeHandle, higher: RuleSet) -> None:
    kept = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    assert replay(home, kept.snapshot, LAW, "1").same
    found = replay(home, kept.snapshot, LAW, "1", higher)
    assert not found.same
    (law,) = found.law
    assert law.name == "PV-RVC"
    assert "90" in law.after
    assert found.differences[0].place == "rule_set"
    assert found.differences[0].why == "another rule set was applied"
    bound = next(each for each in found.differences if each.place.endswith("].bound"))
    assert bound.again == "90"
    assert bound.why.startswith("another text of law was applied: PV-RVC")
    outcome = at(found.differences, "outcome")
    assert (outcome.recorded, outcome.again) == ("met", "not_met")
    assert outcome.why.startswith("follows from regional value content")


def test_a_snapshot_replays_to_the_same_bytes_after_the_packaged_law_has_changed(
    home: HomeHandle, higher: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The law that a later version ships is other data; the first snapshot kept the data of its day."""
    kept = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    monkeypatch.setattr(RuleSet, "load", classmethod(lambda cls, folder=None: higher))
    found = replay(home, kept.snapshot, higher, "2")
    assert found.same
    assert found.note == "recorded by program version 1, replayed by 2"


def test_the_first_snapshot_records_the_rule_set_and_later_ones_do_not(home: HomeHandle) -> None:
    size = home.ledger.size()
    kept = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    assert (kept.seq, home.ledger.size()) == (size + 1, size + 2)
    other = QUESTION.model_copy(update={"importing_country": "US"})
    record_snapshot(home, determine_in(home, other, LAW, "1"), home.clock.now())
    assert home.ledger.size() == size + 3
    with reading(home.engine) as connection:
        (law,) = rule_sets(Register(connection))
    assert law.value.rule_set == LAW.content_hash
    assert law.value.change == "first determination under what program version 1 ships"
    assert {(file.name, file.document) for file in law.value.files} == set(LAW.files)


def test_a_law_that_is_neither_in_use_nor_on_record_is_named_so_on_replay(home: HomeHandle, higher: RuleSet) -> None:
    kept = record_snapshot(home, determine_in(home, QUESTION, higher, "1"), home.clock.now())
    found = replay(home, kept.snapshot, LAW, "1")
    assert "which is not on record, replayed under" in found.note
    assert found.law == ()
    assert at(found.differences, "outcome").again == "met"
