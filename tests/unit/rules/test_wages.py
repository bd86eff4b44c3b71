"""The wage test: what counts, what is refused, and that a plant cannot gain by leaving a record out."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import MalformedValue, NoValueInForce
from evidence.rules.finding import Outcome
from evidence.rules.ruleset import RuleSet
from evidence.rules.wages import PaidBy, PlantWages, Work, Worker, hourly, plant_wages, wage_test

LAW = RuleSet.load()
DAY = date(2024, 2, 1)


def worker(
    key: str = "W", hours: str = "100", direct: str | None = None, wage: str | None = "16", **other: Work
) -> Worker:
    rate = None if wage is None else Fraction(Decimal(wage))
    return Worker(key, other.get("work", Work.PRODUCTION), Decimal(hours), Decimal(direct or hours), rate)


def test_a_conversion_that_does_not_end_is_still_exact_at_the_rate() -> None:
    # 1,386 2/3 a half month are exactly 16 an hour of 40; 1,386.66 are not
    exact = hourly(Decimal(4160), PaidBy.HALF_MONTH, Decimal(40)) / 3
    short = hourly(Decimal("1386.66"), PaidBy.HALF_MONTH, Decimal(40))
    for wage, outcome in ((exact, Outcome.MET), (short, Outcome.NOT_MET)):
        paid = plant_wages([Worker("W", Work.PRODUCTION, Decimal(100), Decimal(100), wage)], LAW, DAY)
        assert wage_test("P", "US", "USD", paid, LAW, DAY).outcome is outcome


def test_a_plant_names_whom_it_left_out() -> None:
    paid = plant_wages([worker("A"), worker("B", direct="20"), worker("C", work=Work.MANAGER)], LAW, DAY)
    assert paid.left_out == (
        "B: 80 hours that are not direct production",
        "C: manager with final authority to hire or dismiss",
    )
    assert paid.hours == 120


def test_a_plant_without_hours_has_no_average() -> None:
    found = wage_test("P", "US", "USD", plant_wages([], LAW, DAY), LAW, DAY, rests_on=("#4",))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert (found.reason, found.rests_on) == ("direct production hours of P are not known", ("#4",))


def test_a_finding_says_its_figures_its_rate_and_its_text() -> None:
    found = wage_test("P", "MX", "MXN", PlantWages.of_totals(Decimal(3), Decimal(1000)), LAW, DAY)
    assert (found.figure, found.bound) == (Decimal("333.3333"), Decimal("294.22"))
    assert found.shown == "333.33 MXN an hour (at least 294.22 MXN)"
    assert found.law[0].name == "WAGE-MX"
    assert any("810.105" in text for text in found.texts())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda: worker(hours="-1"), "hours of W", id="negative-hours"),
        pytest.param(lambda: worker(wage="-1"), "base wage of W", id="a-negative-wage"),
        pytest.param(lambda: worker(hours="1", direct="2"), "at most 1", id="more-direct-hours-than-hours"),
        pytest.param(lambda: plant_wages([worker(), worker()], LAW, DAY), "each worker once", id="one-worker-twice"),
        pytest.param(lambda: hourly(Decimal(10), PaidBy.MONTH, Decimal(0)), "above zero", id="no-hours"),
        pytest.param(lambda: PlantWages.of_totals(Decimal(1), Decimal("NaN")), "base wages", id="no-number"),
        pytest.param(
            lambda: wage_test("P", "MX", "USD", PlantWages.of_totals(Decimal(1), Decimal(99)), LAW, DAY),
            "MXN, as the rate is",
            id="wages-in-another-currency",
        ),
    ],
)  # fmt: skip
def test_figures_out_of_range_are_refused_with_their_name(make: object, said: str) -> None:
    with pytest.raises(MalformedValue, match=said):
        make()  # type: ignore[operator]


def test_no_rate_binds_before_the_agreement() -> None:
    with pytest.raises(NoValueInForce):
        wage_test("P", "US", "USD", PlantWages.of_totals(Decimal(1), Decimal(20)), LAW, date(2020, 6, 30))


workers = st.builds(
    Worker,
    key=st.uuids().map(str),
    work=st.sampled_from(Work),
    hours=st.just(Decimal(100)),
    direct_hours=st.decimals(min_value=0, max_value=100, places=2),
    hourly_wage=st.fractions(min_value=0, max_value=40),
)


@given(st.lists(workers, min_size=1, max_size=6))
def test_the_order_of_workers_does_not_matter(found: list[Worker]) -> None:
    shuffled = sorted(found, key=lambda each: each.key)
    one, other = plant_wages(found, LAW, DAY), plant_wages(shuffled, LAW, DAY)
    assert (one.hours, one.wages) == (other.hours, other.wages)


@given(workers, st.decimals(min_value=1, max_value=99, places=2))
def test_a_worker_in_two_lines_alike_counts_as_one(found: Worker, part: Decimal) -> None:
    if found.direct_hours != found.hours:
        return
    rest = found.hours - part
    halves = [
        Worker(f"{found.key}-{n}", found.work, hours, hours, found.hourly_wage) for n, hours in enumerate((part, rest))
    ]
    one, other = plant_wages([found], LAW, DAY), plant_wages(halves, LAW, DAY)
    assert (one.hours, one.wages) == (other.hours, other.wages)


@given(st.lists(workers, min_size=1, max_size=6))
def test_a_wage_that_is_not_known_never_helps(found: list[Worker]) -> None:
    blank = [*found[:-1], Worker(found[-1].key, found[-1].work, found[-1].hours, found[-1].direct_hours, None)]
    before = wage_test("P", "US", "USD", plant_wages(found, LAW, DAY), LAW, DAY)
    after = wage_test("P", "US", "USD", plant_wages(blank, LAW, DAY), LAW, DAY)
    assert not after.met or before.met
