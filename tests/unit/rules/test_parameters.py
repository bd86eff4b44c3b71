"""Dated figures: which value binds on which day, and what is refused as law."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.errors import NoValueInForce, RuleError
from evidence.rules.parameters import CONFIDENCE, read_series
from evidence.rules.ruleset import RuleSet

SERIES = RuleSet.load().parameters

SOUND = """
[[series]]
name = "sample"
subject = "sample"
measure = "rvc_net_cost"
unit = "percent"

[[series.value]]
from = 2020-07-01
until = 2021-06-30
amount = "62.5"
comparator = ">="
source = "a text"
confidence = "verified"
checked = 2026-08-01

[[series.value]]
from = 2021-07-01
amount = "65"
comparator = ">="
source = "a text"
confidence = "verified"
checked = 2026-08-01
"""


def test_every_packaged_value_says_its_source_the_day_it_was_checked_and_its_mark() -> None:
    values = [law for parameter in SERIES.values() for law in parameter.values]
    assert len(SERIES) >= 66
    assert len(values) >= 121
    for law in values:
        assert law.source
        assert law.confidence in CONFIDENCE
        assert law.checked >= date(2026, 8, 1)


@pytest.mark.parametrize(
    ("name", "day", "amount"),
    [
        pytest.param("PV-RVC", date(2020, 7, 1), "66", id="first-day-of-the-agreement"),
        pytest.param("PV-RVC", date(2023, 6, 30), "72", id="last-day-of-72"),
        pytest.param("PV-RVC", date(2023, 7, 1), "75", id="first-day-of-75"),
        pytest.param("PV-RVC", date(2040, 1, 1), "75", id="an-open-end-goes-on"),
        pytest.param("D-NC", date(2024, 6, 30), "60", id="table-d-before-the-step"),
        pytest.param("D-NC", date(2024, 7, 1), "64", id="table-d-after-the-step"),
        pytest.param("B-TV", date(2022, 7, 1), "77.5", id="a-half-per-cent"),
        pytest.param("OV-8703.10-NC", date(2024, 1, 1), "50", id="a-name-with-a-code"),
    ],
)
def test_the_value_of_the_day_binds(name: str, day: date, amount: str) -> None:
    assert SERIES[name].on(day).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        pytest.param("PV-RVC", date(2020, 6, 30), id="before-the-agreement"),
        pytest.param("ASR-PV-RVC", date(2025, 7, 1), id="after-the-last-day"),
    ],
)
def test_a_day_that_no_value_covers_is_an_error_that_names_it(name: str, day: date) -> None:
    with pytest.raises(NoValueInForce, match=str(day)) as raised:
        SERIES[name].on(day)
    assert (raised.value.name, raised.value.on, raised.value.first) == (name, day, date(2020, 7, 1))


def test_a_sound_text_is_read() -> None:
    assert read_series(SOUND)["sample"].on(date(2021, 7, 1)).amount == Decimal(65)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('source = "a text"\n', "", id="no-source"),
        pytest.param('source = "a text"', 'source = " "', id="an-empty-source"),
        pytest.param("checked = 2026-08-01\n", "", id="no-day-of-checking"),
        pytest.param("checked = 2026-08-01", 'checked = "soon"', id="a-day-of-checking-that-is-none"),
        pytest.param('confidence = "verified"\n', "", id="no-mark"),
        pytest.param('confidence = "verified"', 'confidence = "sure"', id="a-mark-that-is-none"),
        pytest.param('amount = "65"', "amount = 65.0", id="a-binary-fraction"),
        pytest.param('amount = "65"', 'amount = "NaN"', id="no-number"),
        pytest.param('amount = "65"', 'amount = "sixty-five"', id="words"),
        pytest.param('comparator = ">="', 'comparator = ">"', id="an-unknown-comparator"),
        pytest.param("from = 2021-07-01", "from = 2021-06-30", id="an-overlap"),
        pytest.param("until = 2021-06-30", "until = 2020-06-30", id="an-end-before-the-beginning"),
        pytest.param('unit = "percent"\n', "", id="no-unit"),
        pytest.param("[[series]]", "[[series", id="no-toml"),
    ],
)
def test_a_value_that_is_not_dated_cited_and_marked_is_refused(old: str, new: str) -> None:
    assert old in SOUND
    with pytest.raises(RuleError):
        read_series(SOUND.replace(old, new))


def test_a_series_that_is_there_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="twice"):
        read_series(SOUND + SOUND)
