"""The rule set: what its name covers, what it refuses, how codes and choices are looked up in it."""

import doctest
import hashlib
import importlib
import shutil
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from evidence.errors import MalformedValue, NoRule, RuleError
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import WHOLE_PART

LAW = RuleSet.load()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packaged data files, to change."""
    source = Path(str(files("evidence.rules") / "data" / "usmca"))
    return Path(shutil.copytree(source, tmp_path / "usmca"))


def test_the_name_is_the_hash_of_the_listing_that_sha256sum_prints(copy: Path) -> None:
    listing = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(copy.iterdir())
    )
    assert LAW.content_hash == hashlib.sha256(listing.encode()).hexdigest()
    assert LAW.name == f"usmca:{LAW.content_hash}"
    assert RuleSet.load(copy).content_hash == LAW.content_hash


@pytest.mark.parametrize("name", ["stages.toml", "tables.csv", "psr_8701_8708.csv", "choices.toml", "concordance.csv"])
def test_any_change_of_a_data_file_gives_another_name(copy: Path, name: str) -> None:
    changed = (copy / name).read_text().replace("2026-08-01", "2026-08-02", 1)
    (copy / name).write_text(changed)
    assert RuleSet.load(copy).content_hash != LAW.content_hash


@pytest.mark.parametrize("name", ["tables.csv", "psr_8701_8708.csv", "psr_other_chapters.csv", "concordance.csv"])
@pytest.mark.parametrize("mark", ["2026-08-01", "citation", "confidence"])
def test_a_row_without_its_text_mark_or_day_of_checking_is_refused(copy: Path, name: str, mark: str) -> None:
    text = (copy / name).read_text()
    if mark == "2026-08-01":
        (copy / name).write_text(text.replace(mark, "", 1))
    else:
        header, _, rest = text.partition("\n")
        (copy / name).write_text(header.replace(mark, "other") + "\n" + rest)
    with pytest.raises(RuleError):
        RuleSet.load(copy)


def test_a_missing_data_file_is_named(copy: Path) -> None:
    (copy / "tables.csv").unlink()
    with pytest.raises(RuleError, match=r"tables\.csv"):
        RuleSet.load(copy)


def test_all_rows_of_all_tables_are_there() -> None:
    counted = Counter(row.table for row in LAW.tables.rows)
    assert counted == {"A.1": 17, "A.2": 70, "B": 38, "C": 27, "D": 35, "E": 15, "F": 84, "G": 33, "S": 64}
    assert len(LAW.product_rules.rules) == 150 + 105


def test_a_code_is_listed_where_the_tables_print_it() -> None:
    assert LAW.tables.listing("8708.30").tables == {"B", "D", "F"}
    assert LAW.tables.listing("87083050").tables == {"B", "D", "F"}
    assert LAW.tables.listing("390120").tables == frozenset()


def test_a_row_for_part_of_a_code_applies_only_with_its_recorded_role() -> None:
    without = LAW.tables.listing("850790")
    assert not without.rows
    assert {row.role for row in without.undecided} == {
        "A.2:advanced_battery:cells",
        "A.2:advanced_battery:modules/arrays",
    }
    cells = LAW.tables.listing("850790", ["A.2:advanced_battery:cells"])
    assert [(row.group, row.component) for row in cells.rows if row.table == "A.2"] == [("advanced_battery", "cells")]
    assert not cells.undecided
    assert not LAW.tables.listing("850790", ["A.2:none"]).undecided


def test_a_whole_core_part_is_not_a_component_of_itself() -> None:
    pack = LAW.tables.listing("850760", ["A.2:advanced_battery:whole part"])
    assert pack.tables == {"A.1", "A.2", "E"}
    assert {row.component for row in pack.rows if row.group == "advanced_battery"} == {WHOLE_PART}


def test_a_code_of_a_later_edition_is_never_looked_up_silently() -> None:
    with pytest.raises(NoRule, match="HS2022"):
        LAW.tables.listing("870830", edition="HS2022")


@pytest.mark.parametrize("edition", ["HS2017", "HS2022"])
def test_an_electric_car_reaches_hs_2012_by_its_cited_row_and_its_mark_is_printed(edition: str) -> None:
    found = LAW.concordance.to_rules("8703.80", edition)
    assert found.digits == "870390"
    assert found.by is not None
    assert found.by.confidence == "K"
    assert "8703.80 of HS2017 or HS2022 read as 8703.90 of HS2012" in found.note
    assert found.note.endswith("[K]")


def test_a_code_without_a_concordance_row_has_no_rule() -> None:
    assert LAW.concordance.to_rules("8708.30", "HS2012").note == ""
    with pytest.raises(NoRule, match="0 concordance rows"):
        LAW.concordance.to_rules("8708.30", "HS2022")


def test_every_choice_has_cited_readings_and_a_default_among_them() -> None:
    assert set(LAW.choices) >= {
        "threshold-date-event",
        "core-roll-up-reading",
        "table-d-tariff-shift",
        "table-e-tariff-shift",
        "cells-classification",
        "ev-concordance",
        "de-minimis-content-scope",
    }
    for choice in LAW.choices.values():
        assert len(choice.options) >= 2
        assert choice.option().name == choice.default
        assert all(option.source for option in choice.options)
    assert LAW.choice("threshold-date-event").name == "production"


def test_a_reading_that_nobody_wrote_down_is_refused() -> None:
    with pytest.raises(RuleError, match="production, export, entry"):
        LAW.choice("threshold-date-event", "payment")
    with pytest.raises(RuleError, match="no choice"):
        LAW.choice("weather")


def test_a_figure_that_is_not_there_is_refused() -> None:
    with pytest.raises(RuleError, match="PV-NOTHING"):
        LAW.series("PV-NOTHING")


@pytest.mark.parametrize("code", ["", "8708", "8708.3", "87083", "870830501234", "٨٧٠٨٣٠", "8708.30;"])
def test_what_is_no_tariff_code_is_refused(code: str) -> None:
    with pytest.raises(MalformedValue):
        LAW.tables.listing(code)


@pytest.mark.parametrize("module", ["allocation", "codes", "exact", "interest", "net_cost", "regional_value"])
def test_the_figures_in_docstrings_are_those_that_the_code_gives(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"evidence.rules.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
