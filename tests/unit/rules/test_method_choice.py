"""Choice of method, period of total cost and exchange rate: each bound the day before, of and after."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.core.values import Period
from evidence.errors import MalformedValue
from evidence.rules.cost_period import cost_period, periods_bound
from evidence.rules.currency import Rate, RateKind, conversion
from evidence.rules.finding import Outcome
from evidence.rules.method_choice import Chosen, Notice, may_use
from evidence.rules.periods import FiscalYear
from evidence.rules.product_rules import Method
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
DAYS = LAW.series("RECALCULATION-DAYS")
WITHIN = LAW.series("CURRENCY-DAYS").on(date(2024, 3, 31))
BOTH = (Method.NET_COST, Method.TRANSACTION_VALUE)


@pytest.mark.parametrize(
    ("on", "met"),
    [
        pytest.param(date(2024, 3, 30), True, id="the-day-before"),
        pytest.param(date(2024, 3, 31), True, id="the-last-day"),
        pytest.param(date(2024, 4, 1), False, id="the-day-after"),
    ],
)
def test_net_cost_may_be_turned_to_within_thirty_days_of_the_notice(on: date, met: bool) -> None:
    chosen = Chosen(Method.NET_COST, on, Method.TRANSACTION_VALUE, Notice(date(2024, 3, 1)))
    found = may_use(chosen, BOTH, DAYS)
    assert found.met is met
    assert found.parts[-1].bound == 30
    assert found.parts[-1].law[0].name == "RECALCULATION-DAYS"


def test_customs_never_shortens_the_time_by_an_earlier_day() -> None:
    assert Notice(date(2024, 3, 1), date(2024, 3, 10)).due(DAYS) == date(2024, 3, 31)
    with pytest.raises(MalformedValue, match="2024-03-01 on"):
        Notice(date(2024, 3, 1), date(2024, 2, 10))


def test_a_rule_without_any_content_offers_no_method() -> None:
    found = may_use(Chosen(Method.NET_COST, date(2024, 1, 15)), (), DAYS)
    assert found.outcome is Outcome.NOT_DETERMINABLE


def test_a_content_by_net_cost_found_short_closes_the_transaction_value_from_that_day_on() -> None:
    for on, met in ((date(2024, 1, 31), True), (date(2024, 2, 1), False), (date(2024, 2, 2), False)):
        chosen = Chosen(Method.TRANSACTION_VALUE, on, Method.NET_COST, found_short_on=date(2024, 2, 1))
        assert may_use(chosen, BOTH, DAYS).met is met


def test_a_choice_of_three_months_binds_the_rest_of_the_fiscal_year() -> None:
    year = FiscalYear.containing(date(2024, 10, 1), "04-01")
    bound = periods_bound(Period.parse("2024-10-01..2024-12-31"), year)
    assert [str(each) for each in bound] == ["2024-10-01..2024-12-31", "2025-01-01..2025-03-31"]
    assert periods_bound(year.span, year) == (year.span,)
    for number, each in enumerate(bound):
        assert cost_period(each, year, bound[:number]).met
    with pytest.raises(MalformedValue, match="2 months"):
        periods_bound(Period.parse("2024-04-01..2024-05-31"), year)


def test_a_period_that_leaves_a_gap_after_the_one_chosen_must_still_be_one_of_those_it_binds() -> None:
    year, chosen = FiscalYear.containing(date(2024, 1, 1), "01-01"), [Period.parse("2024-01-01..2024-03-31")]
    assert cost_period(Period.parse("2024-07-01..2024-09-30"), year, chosen).met
    assert not cost_period(Period.parse("2024-07-01..2024-12-31"), year, chosen).met
    assert not cost_period(Period.parse("2024-03-01..2024-03-31"), year, chosen).met  # it overlaps


def test_what_an_earlier_period_that_the_law_does_not_know_binds_is_nothing_that_may_follow() -> None:
    year, chosen = FiscalYear.containing(date(2024, 1, 1), "01-01"), [Period.parse("2024-01-01..2024-02-29")]
    assert not cost_period(Period.parse("2024-04-01..2024-06-30"), year, chosen).met


def rate(day: date, worth: str, kind: RateKind) -> Rate:
    return Rate("CAD", "USD", day, Decimal(worth), kind, ref=f"#{day}")


@pytest.mark.parametrize(
    ("day", "found"),
    [
        pytest.param(date(2024, 2, 13), None, id="thirty-one-days-before"),
        pytest.param(date(2024, 2, 14), Decimal("0.7"), id="thirty-days-before"),
        pytest.param(date(2024, 4, 14), Decimal("0.7"), id="thirty-days-after"),
        pytest.param(date(2024, 4, 15), None, id="thirty-one-days-after"),
    ],
)
def test_another_recorded_rate_serves_within_thirty_days(day: date, found: Decimal | None) -> None:
    rates = [rate(day, "0.7", RateKind.ANOTHER)]
    got = conversion(rates, "CAD", "USD", WITHIN, acquired_on=date(2024, 3, 15))
    assert got.rate == found
    assert got.finding.met is (found is not None)


def test_of_two_rates_as_near_the_earlier_day_s_is_taken_and_of_one_day_the_last() -> None:
    near = [
        rate(date(2024, 3, 17), "0.1", RateKind.ANOTHER),
        rate(date(2024, 3, 13), "0.2", RateKind.ANOTHER),
        rate(date(2024, 3, 13), "0.3", RateKind.ANOTHER),
    ]
    got = conversion(near, "CAD", "USD", WITHIN, acquired_on=date(2024, 3, 15))
    assert got.rate == Decimal("0.3")
    assert got.finding.rests_on == ("#2024-03-13",)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(MalformedValue):
        rate(date(2024, 3, 15), "0", RateKind.RECORDED)
