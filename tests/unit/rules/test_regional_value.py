"""Content and de minimis: exact at the bound, a step past it, and what is unknown or out of range."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import MalformedValue, NoValueInForce
from evidence.rules.de_minimis import excuses_content, tolerates_missed_shift
from evidence.rules.finding import Outcome
from evidence.rules.net_cost import CostElements, ExcludedCosts, allocate
from evidence.rules.regional_value import by_net_cost, by_transaction_value, percent
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
DAY = date(2024, 1, 15)
money = st.decimals(min_value=0, max_value=10**9, places=4)


@pytest.mark.parametrize(
    ("net_cost", "non_originating", "outcome"),
    [
        pytest.param("100", "25", Outcome.MET, id="at-the-bound"),
        pytest.param("100", "25.0000000000000000000000000000000000000001", Outcome.NOT_MET, id="past-28-digits"),
        pytest.param("100", "0", Outcome.MET, id="nothing-non-originating"),
        pytest.param("100", "130", Outcome.NOT_MET, id="more-than-net-cost"),
        pytest.param("0", "0", Outcome.NOT_DETERMINABLE, id="no-net-cost"),
        pytest.param("-5", "0", Outcome.NOT_DETERMINABLE, id="a-negative-net-cost"),
    ],
)
def test_content_is_compared_exactly(net_cost: str, non_originating: str, outcome: Outcome) -> None:
    found = by_net_cost(Decimal(net_cost), Decimal(non_originating), LAW.series("PV-RVC"), DAY)
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("net_cost", "non_originating"),
    [pytest.param(None, Decimal(1), id="net-cost"), pytest.param(Decimal(1), None, id="non-originating")],
)
def test_an_unknown_figure_is_not_determinable(net_cost: Decimal | None, non_originating: Decimal | None) -> None:
    found = by_net_cost(net_cost, non_originating, LAW.series("PV-RVC"), DAY, rests_on=("load-1",))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "not known" in found.reason
    assert found.rests_on == ("load-1",)
    assert found.texts()


def test_a_finding_says_its_figures_its_bound_and_its_text() -> None:
    found = by_transaction_value(Decimal(30000), Decimal(7501), LAW.series("A1-TV"), DAY)
    assert (found.figure, found.bound) == (Decimal("74.9966"), Decimal(85))
    assert found.shown == "74.99 % (at least 85 %)"
    assert found.law[0].name == "A1-TV"
    assert "s.14(13)" in found.texts()[0]
    assert dict(found.inputs)["transaction value"] == Decimal(30000)


def test_a_content_before_the_agreement_has_no_law() -> None:
    with pytest.raises(NoValueInForce):
        by_net_cost(Decimal(1), Decimal(0), LAW.series("PV-RVC"), date(2019, 12, 31))


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity"])
def test_a_value_of_materials_out_of_range_is_refused(amount: str) -> None:
    with pytest.raises(MalformedValue):
        by_net_cost(Decimal(100), Decimal(amount), LAW.series("PV-RVC"), DAY)


@given(net_cost=money.filter(lambda value: value > 0), non_originating=money)
def test_the_figure_shown_never_contradicts_the_exact_comparison(net_cost: Decimal, non_originating: Decimal) -> None:
    found = by_net_cost(net_cost, non_originating, LAW.series("B-NC"), date(2022, 7, 1))
    assert found.figure is not None
    assert found.bound is not None
    assert (found.figure >= found.bound) is found.met
    assert percent(net_cost, non_originating, 2) <= found.figure


@given(part=money, base=money.filter(lambda value: value > 0))
def test_the_share_shown_never_contradicts_the_de_minimis_comparison(part: Decimal, base: Decimal) -> None:
    found = tolerates_missed_shift(part, base, LAW.series("DEMIN-CTC"), DAY)
    assert found.figure is not None
    assert found.bound is not None
    assert (found.figure <= found.bound) is found.met


def test_de_minimis_without_a_base_is_not_determinable() -> None:
    assert excuses_content(Decimal(1), None, LAW.series("DEMIN-RVC"), DAY).outcome is Outcome.NOT_DETERMINABLE


def test_excluded_costs_above_the_booked_ones_are_refused() -> None:
    nothing = Decimal(0)
    with pytest.raises(MalformedValue, match="excluded costs"):
        CostElements(Decimal(50), Decimal(50), nothing, nothing, nothing, ExcludedCosts(Decimal(1)))


@given(
    total=money,
    bases=st.dictionaries(st.sampled_from("ABCDE"), money, min_size=1).filter(lambda bases: sum(bases.values()) > 0),
)
def test_allocated_parts_tie_to_what_was_allocated(total: Decimal, bases: dict[str, Decimal]) -> None:
    assert sum(allocate(total, bases).values()) == total


def test_nothing_can_be_allocated_over_no_base() -> None:
    with pytest.raises(MalformedValue, match="bases"):
        allocate(Decimal(1), {"A": Decimal(0)})
