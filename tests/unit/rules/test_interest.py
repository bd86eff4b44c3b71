"""Non-allowable interest: maturity, yield of like maturity, the limit, and tables that do not come to the loan."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import MalformedValue, NoValueInForce
from evidence.rules.finding import Outcome
from evidence.rules.interest import Debt, GovernmentYield, Repayment, comparable_yield, non_allowable_interest
from evidence.rules.ruleset import RuleSet

SPREAD = RuleSet.load().series("INTEREST-SPREAD")
DAY = date(2024, 1, 15)
YIELDS = (GovernmentYield(Decimal(5), Decimal("4.7")), GovernmentYield(Decimal(7), Decimal("5.0")))


def repaid(*rows: tuple[int, str]) -> tuple[Repayment, ...]:
    return tuple(Repayment(Decimal(years), Decimal(principal)) for years, principal in rows)


def debt(rate: str | None = "6", interest: str | None = "60") -> Debt:
    """100 repaid at once after six years: a yield of 4.85 per cent, a limit of 11.85."""
    return Debt(
        "L-1",
        None if rate is None else Decimal(rate),
        Decimal(100),
        repaid((6, "100")),
        interest=None if interest is None else Decimal(interest),
    )


def test_a_rate_that_is_not_known_decides_nothing() -> None:
    found = non_allowable_interest(debt(rate=None), YIELDS, SPREAD, DAY, rests_on=("#4",))
    assert found.finding.outcome is Outcome.NOT_DETERMINABLE
    assert found.non_allowable is None
    assert found.finding.rests_on == ("#4",)


def test_interest_that_is_not_known_is_allowable_where_the_rate_is_within_the_limit_and_unknown_where_it_is_over() -> (
    None
):
    assert non_allowable_interest(debt("11.85", None), YIELDS, SPREAD, DAY).non_allowable == 0
    over = non_allowable_interest(debt("11.86", None), YIELDS, SPREAD, DAY)
    assert over.finding.outcome is Outcome.NOT_MET
    assert over.non_allowable is None


def test_a_finding_says_the_spread_the_bound_and_the_text() -> None:
    found = non_allowable_interest(debt("13"), YIELDS, SPREAD, DAY).finding
    assert (found.figure, found.bound) == (Decimal(815), Decimal(700))
    assert found.law[0].name == "INTEREST-SPREAD"
    assert any("Sched IX" in text for text in found.texts())


def test_what_is_over_the_limit_is_rounded_up_so_that_net_cost_is_never_too_high() -> None:
    found = non_allowable_interest(debt("13", "1"), YIELDS, SPREAD, DAY)
    assert found.non_allowable == Decimal("0.0884615385")  # 1.15 / 13 = 0.08846153846…


def test_below_a_negative_yield_all_of_the_interest_at_most_is_over_the_limit() -> None:
    negative = (GovernmentYield(Decimal(6), Decimal("-9")),)
    assert non_allowable_interest(debt("1", "60"), negative, SPREAD, DAY).non_allowable == 60


@pytest.mark.parametrize(
    ("maturity", "wanted"),
    [
        pytest.param("5", Fraction(47, 10), id="of-that-maturity"),
        pytest.param("6.0", Fraction(97, 20), id="half-way"),
        pytest.param("7", Fraction(5), id="at-the-upper-end"),
        pytest.param("4.9", None, id="shorter-than-any"),
        pytest.param("7.1", None, id="longer-than-any"),
    ],
)
def test_the_yield_is_read_between_the_maturities_on_file_and_never_beyond(
    maturity: str, wanted: Fraction | None
) -> None:
    assert comparable_yield(Decimal(maturity), reversed(YIELDS)) == wanted


def test_two_yields_of_one_maturity_are_refused() -> None:
    with pytest.raises(MalformedValue, match="one yield a maturity"):
        comparable_yield(Decimal(5), (*YIELDS, GovernmentYield(Decimal("5.0"), Decimal(6))))


@pytest.mark.parametrize(
    ("repayments", "rate_years", "said"),
    [
        pytest.param(repaid((1, "60"), (2, "60")), None, "come to the balance", id="more-than-was-lent"),
        pytest.param(repaid((1, "60")), None, "come to the balance", id="less-than-was-lent-at-a-fixed-rate"),
        pytest.param(repaid((1, "101")), Decimal(2), "at most the balance", id="more-than-is-outstanding"),
        pytest.param(repaid((3, "10")), Decimal(2), "within the 2 years", id="after-the-rate-has-changed"),
    ],
)
def test_repayments_that_cannot_be_are_refused(
    repayments: tuple[Repayment, ...], rate_years: Decimal | None, said: str
) -> None:
    with pytest.raises(MalformedValue, match=said):
        Debt("L-1", Decimal(6), Decimal(100), repayments, rate_years)


def test_a_loan_without_repayments_needs_its_average_maturity() -> None:
    alone = Debt("L-1", Decimal(6), Decimal(100), (), interest=Decimal(6))
    assert non_allowable_interest(alone, YIELDS, SPREAD, DAY, maturity=Decimal(6)).finding.met
    with pytest.raises(MalformedValue, match="average maturity"):
        non_allowable_interest(alone, YIELDS, SPREAD, DAY)


@pytest.mark.parametrize(
    ("years", "principal"), [pytest.param("0", "5", id="no-time"), pytest.param("1", "-5", id="below-zero")]
)
def test_a_repayment_is_of_something_at_some_time(years: str, principal: str) -> None:
    with pytest.raises(MalformedValue):
        Repayment(Decimal(years), Decimal(principal))


def test_before_the_agreement_there_is_no_limit() -> None:
    with pytest.raises(NoValueInForce):
        non_allowable_interest(debt(), YIELDS, SPREAD, date(2020, 6, 30))


rows = st.lists(
    st.tuples(st.integers(1, 30), st.decimals(min_value="0.01", max_value=10**6, places=2)), min_size=1, max_size=8
)


@given(rows=rows, at=st.integers(0, 7))
def test_neither_the_order_of_repayments_nor_a_split_of_one_changes_the_maturity(
    rows: list[tuple[int, Decimal]], at: int
) -> None:
    lent = sum((principal for _, principal in rows), Decimal(0))
    plain = tuple(Repayment(Decimal(years), principal) for years, principal in rows)
    years, principal = rows[at % len(rows)]
    cent = Decimal("0.01")
    halves = (Repayment(Decimal(years), cent), Repayment(Decimal(years), principal - cent))
    split = (*halves, *(each for number, each in enumerate(plain) if number != at % len(rows)))
    wanted = Debt("L", Decimal(6), lent, plain).average_maturity
    assert Debt("L", Decimal(6), lent, tuple(reversed(plain))).average_maturity == wanted
    assert Debt("L", Decimal(6), lent, split).average_maturity == wanted


percents = st.decimals(min_value=0, max_value=40, places=2)


@given(low=percents, high=percents, interest=st.decimals(min_value=0, max_value=10**6, places=2))
def test_a_dearer_loan_never_has_less_that_is_over_the_limit(low: Decimal, high: Decimal, interest: Decimal) -> None:
    low, high = sorted((low, high))
    cheap, dear = (
        non_allowable_interest(debt(str(rate), str(interest)), YIELDS, SPREAD, DAY).non_allowable
        for rate in (low, high)
    )
    assert cheap is not None
    assert dear is not None
    assert cheap <= dear <= interest
