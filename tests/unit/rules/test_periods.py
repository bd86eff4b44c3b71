"""Periods of averaging and of total cost: which are allowed, and for whom."""

from datetime import date

import pytest

from evidence.core.values import Period
from evidence.errors import MalformedValue
from evidence.rules.finding import Outcome
from evidence.rules.periods import (
    FiscalYear,
    Kind,
    dividing_periods,
    is_permitted,
    other_vehicle_part_periods,
    other_vehicle_periods,
    part_periods,
    same_for_the_rest,
    vehicle_periods,
)
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
CALENDAR = FiscalYear.containing(date(2024, 5, 1), "01-01")
APRIL = FiscalYear.containing(date(2024, 5, 1), "04-01")
QUARTER = Period(date(2024, 4, 1), date(2024, 6, 30))


def test_a_fiscal_year_holds_the_day_it_was_asked_for() -> None:
    assert APRIL.span == Period(date(2024, 4, 1), date(2025, 3, 31))
    assert FiscalYear.containing(date(2024, 3, 31), "04-01").span.last == date(2024, 3, 31)
    assert FiscalYear.containing(date(2024, 2, 29), "01-31").span.first == date(2024, 1, 31)


@pytest.mark.parametrize("starts", ["02-29", "13-01", "4", ""])
def test_a_fiscal_year_begins_on_a_day_that_every_year_has(starts: str) -> None:
    with pytest.raises(MalformedValue, match="first day of the fiscal year"):
        FiscalYear.containing(date(2024, 5, 1), starts)


def test_a_year_of_weeks_has_the_months_that_its_books_have() -> None:
    ends = [date(2024, 1, 28), date(2024, 2, 25), date(2024, 3, 31), date(2024, 4, 28)]
    year = FiscalYear.of_month_ends(date(2024, 1, 1), ends)
    assert year.span == Period(date(2024, 1, 1), date(2024, 4, 28))
    threes = [span for count, span in year.dividing() if count == 3]
    assert threes == [Period(date(2024, 1, 29), date(2024, 4, 28))]  # 3 of the 4 months left do not divide evenly


def test_months_that_leave_a_gap_or_are_too_many_are_refused() -> None:
    january, march = Period(date(2024, 1, 1), date(2024, 1, 31)), Period(date(2024, 3, 1), date(2024, 3, 31))
    with pytest.raises(MalformedValue, match="day on day"):
        FiscalYear((january, march))
    with pytest.raises(MalformedValue, match="0 months"):
        FiscalYear(())


def test_a_vehicle_is_averaged_over_the_fiscal_year_and_not_over_a_quarter() -> None:
    allowed = vehicle_periods([CALENDAR], LAW, heavy=False)
    assert is_permitted(CALENDAR.span, allowed).met
    found = is_permitted(QUARTER, allowed)
    assert found.outcome is Outcome.NOT_MET
    assert "2024-01-01..2024-12-31 (fiscal year)" in found.reason
    assert is_permitted(QUARTER, ()).outcome is Outcome.NOT_DETERMINABLE


def test_an_optional_period_says_which_dated_figure_allows_it() -> None:
    allowed = vehicle_periods([CALENDAR], LAW, heavy=False)
    found = is_permitted(Period(date(2021, 7, 1), date(2022, 6, 30)), allowed)
    assert [law.name for law in found.law] == ["AVG-LIGHT-PERIOD"]


def test_a_part_is_averaged_over_months_quarters_and_either_fiscal_year() -> None:
    kinds = {each.period: each.kind for each in part_periods([CALENDAR], [APRIL], LAW)}
    assert kinds[APRIL.span] is Kind.BUYERS_YEAR
    assert kinds[CALENDAR.span] is Kind.YEAR
    assert kinds[QUARTER] is Kind.QUARTER
    assert kinds[Period(date(2024, 4, 1), date(2024, 4, 30))] is Kind.MONTH


def test_the_own_fiscal_year_of_an_other_vehicles_part_is_for_the_aftermarket() -> None:
    original = {each.period for each in other_vehicle_part_periods([CALENDAR], [APRIL], aftermarket=False)}
    aftermarket = {each.period for each in other_vehicle_part_periods([CALENDAR], [APRIL], aftermarket=True)}
    assert aftermarket - original == {CALENDAR.span}


def test_an_other_vehicle_has_its_fiscal_year_and_the_optional_periods() -> None:
    kinds = {each.kind for each in other_vehicle_periods([CALENDAR], LAW)}
    assert kinds == {Kind.YEAR, Kind.TRANSITIONAL}


def test_another_good_is_averaged_over_half_a_year_that_divides_what_is_left() -> None:
    allowed = dividing_periods(CALENDAR)
    assert is_permitted(Period(date(2024, 7, 1), date(2024, 12, 31)), allowed).met
    assert not is_permitted(Period(date(2024, 4, 1), date(2024, 9, 30)), allowed).met


def test_nothing_used_binds_to_nothing() -> None:
    assert same_for_the_rest([], CALENDAR).outcome is Outcome.NOT_DETERMINABLE
