"""Steel and aluminum purchases: what counts, what stays in the denominator, and what never improves a share."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.core.statements.metal import Metal, MetalForm
from evidence.errors import MalformedValue, NoValueInForce
from evidence.rules.finding import Outcome
from evidence.rules.metal_periods import MetalPeriod, metal_period
from evidence.rules.periods import FiscalYear
from evidence.rules.roll_up import Origin
from evidence.rules.ruleset import RuleSet
from evidence.rules.steel_aluminum import (
    BY_DAY_OF_PURCHASE,
    MELT_CITATION,
    CountedPurchase,
    MetalContent,
    MetalPurchase,
    Purpose,
    Scope,
    content,
    count,
    share,
)

LAW = RuleSet.load()
DAY = date(2024, 2, 1)
COIL = MetalPurchase(
    "coil",
    Metal.STEEL,
    MetalForm.DIRECT,
    "720827",
    Decimal(100),
    Origin.ORIGINATING,
    date(2023, 5, 1),
    received_in="MX",
    melted_in="US",
    poured_in="US",
    finished_in="MX",
    rests_on=("#1:1",),
)


def of(purchases: list[MetalPurchase], day: date = DAY, metal: Metal = Metal.STEEL, **how: str) -> MetalContent:
    series = "PV-STEEL" if metal is Metal.STEEL else "PV-ALUM"
    return content(metal, purchases, LAW.tables, LAW.series(series), LAW.series("STEEL-MELT"), day, **how)


def counted(**changed: object) -> CountedPurchase:
    return count(replace(COIL, **changed), LAW.tables)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("originating", "total", "met"),
    [
        pytest.param("70", "100", True, id="at-seventy"),
        pytest.param("69.99", "100", False, id="a-cent-under"),
        pytest.param("699999999999.99", "1000000000000", False, id="a-cent-under-of-very-much"),
    ],
)
def test_the_share_is_compared_exactly(originating: str, total: str, met: bool) -> None:
    law = LAW.series("HT-STEEL").on(DAY)
    found = share(Metal.STEEL, Decimal(total), Decimal(originating), law)
    assert found.met is met
    assert found.figure is not None
    assert (found.figure >= law.amount) is met


def test_the_two_metals_are_told_apart_though_they_come_in_one_list() -> None:
    sheet = replace(COIL, key="sheet", metal=Metal.ALUMINUM, code="760612", origin=Origin.UNDETERMINED)
    assert of([COIL, sheet]).finding.figure == 100
    assert of([COIL, sheet], metal=Metal.ALUMINUM).finding.figure == 0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        pytest.param({"purpose": Purpose.TOOLS}, "tools", id="tools"),
        pytest.param({"purpose": Purpose.OTHER_VEHICLES}, "other vehicles", id="other-vehicles"),
        pytest.param({"received_in": "JP"}, "outside the region", id="another-country"),
        pytest.param({"scope": Scope.OUTSIDE}, "outside the scope", id="another-scope"),
        pytest.param({"code": "721710"}, "not in Table S", id="another-code"),
    ],
)
def test_what_the_law_does_not_count_is_left_out_with_its_reason(changed: dict[str, object], why: str) -> None:
    line = counted(**changed)
    assert not line.counts
    assert why in line.reason


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        pytest.param({"origin": Origin.UNDETERMINED}, "undetermined", id="no-declaration"),
        pytest.param({"origin": Origin.NON_ORIGINATING}, "non-originating", id="declared-against"),
        pytest.param({"received_in": None}, "received", id="no-place"),
        pytest.param({"scope": Scope.NOT_KNOWN}, "not shown to be within", id="no-scope"),
        pytest.param({"form": MetalForm.DIRECTED_BUY}, "no contract", id="directed-buy-without-contract"),
        pytest.param({"code": "870829", "within_part": Decimal(40)}, "only some goods", id="a-part-not-told"),
    ],
)
def test_what_is_not_shown_stays_in_the_total_and_supports_nothing(changed: dict[str, object], why: str) -> None:
    line = counted(**changed)
    assert line.counts
    assert not line.originating
    assert not line.melted_and_poured
    assert why in line.reason


def test_of_a_stamping_only_the_metal_in_it_counts() -> None:
    panel = replace(COIL, code="8708.29", form=MetalForm.MAJOR_STAMPING, within_part=Decimal(30))
    assert count(panel, LAW.tables).value == 30
    assert of([panel]).total == 30
    assert of([replace(panel, within_part=None)]).finding.outcome is Outcome.NOT_DETERMINABLE


@pytest.mark.parametrize("changed", [{"code": None}, {"value": None}])
def test_a_code_or_value_that_is_not_known_leaves_the_share_open(changed: dict[str, object]) -> None:
    other = replace(COIL, key="other", **changed)  # type: ignore[arg-type]
    found = of([COIL, other])
    assert found.finding.outcome is Outcome.NOT_DETERMINABLE
    assert found.total is None


@pytest.mark.parametrize("step", ["melted_in", "poured_in", "finished_in"])
@pytest.mark.parametrize("country", ["BR", None])
def test_every_step_of_steelmaking_is_in_the_region_or_not_shown(step: str, country: str | None) -> None:
    line = counted(**{step: country})
    assert line.originating
    assert not line.melted_and_poured


def test_aluminum_stands_under_no_rule_of_melting() -> None:
    ingot = replace(COIL, metal=Metal.ALUMINUM, code="760120", melted_in=None, poured_in=None, finished_in=None)
    found = of([ingot], date(2027, 8, 1), Metal.ALUMINUM)
    assert found.finding.met
    assert not found.views


def test_the_finding_names_the_steelmaking_rule_only_where_it_binds() -> None:
    assert MELT_CITATION not in of([COIL]).finding.citations
    assert MELT_CITATION in of([COIL], date(2027, 7, 1)).finding.citations


def test_purchases_older_than_the_agreement_stand_under_no_rule_of_melting_by_their_own_day() -> None:
    old = replace(COIL, bought_on=date(2019, 11, 1), melted_in=None)
    assert of([old], date(2020, 12, 1), reading=BY_DAY_OF_PURCHASE).finding.met


def test_a_day_before_the_agreement_has_no_threshold() -> None:
    with pytest.raises(NoValueInForce):
        of([COIL], date(2020, 6, 30))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param(lambda: of([COIL, COIL]), "twice", id="a-purchase-twice"),
        pytest.param(lambda: counted(value=Decimal(-1)), "value of coil", id="a-value-below-zero"),
        pytest.param(lambda: counted(within_part=Decimal(101)), "at most the value", id="more-metal-than-part"),
        pytest.param(lambda: counted(code="760612"), "listed for aluminum", id="the-other-metal"),
        pytest.param(lambda: counted(code="72"), "tariff code", id="no-code"),
        pytest.param(lambda: of([COIL], reading="never"), "test or purchase", id="no-reading"),
        pytest.param(
            lambda: share(Metal.STEEL, Decimal(1), Decimal(2), LAW.series("PV-STEEL").on(DAY)), "total", id="too-much"
        ),
    ],
)
def test_bad_input_is_refused_and_named(made: object, said: str) -> None:
    assert callable(made)
    with pytest.raises(MalformedValue, match=said):
        made()


@pytest.mark.parametrize("kind", [kind for kind in MetalPeriod if kind is not MetalPeriod.TRANSITIONAL])
@pytest.mark.parametrize("start", ["01-01", "04-01", "11-28"])
def test_a_period_to_date_holds_its_day_and_an_earlier_year_ends_before_it(kind: MetalPeriod, start: str) -> None:
    for day in (date(2024, 1, 1) + timedelta(days=step) for step in range(0, 800, 13)):
        found = metal_period(kind, day, lambda when: FiscalYear.containing(when, start))
        assert (found.last == day) if "to date" in kind.value else (found.last < day)
        assert found.first <= found.last


def test_a_month_to_date_of_a_year_of_weeks_begins_with_that_month() -> None:
    ends = [date(2024, 1, 27), date(2024, 2, 24), date(2024, 3, 30)]
    year = FiscalYear.of_month_ends(date(2023, 12, 31), ends)
    found = metal_period(MetalPeriod.MONTH_TO_DATE, date(2024, 2, 1), lambda _: year)
    assert (found.first, found.last) == (date(2024, 1, 28), date(2024, 2, 1))
    assert metal_period(MetalPeriod.QUARTER_TO_DATE, date(2024, 2, 1), lambda _: year).first == date(2023, 12, 31)


WITHHELD: list[Callable[[MetalPurchase], MetalPurchase]] = [
    lambda each: replace(each, origin=Origin.UNDETERMINED),
    lambda each: replace(each, received_in=None),
    lambda each: replace(each, melted_in=None),
    lambda each: replace(each, poured_in=None),
    lambda each: replace(each, finished_in=None),
    lambda each: replace(each, contract=False),
    lambda each: replace(each, value=None),
    lambda each: replace(each, code=None),
    lambda each: replace(each, scope=Scope.NOT_KNOWN),
]
VALUES = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
PURCHASES = st.lists(
    st.builds(
        lambda value, origin, where, melted, form, contract: replace(
            COIL, value=value, origin=origin, received_in=where, melted_in=melted, form=form, contract=contract
        ),
        VALUES,
        st.sampled_from(Origin),
        st.sampled_from(["MX", None]),
        st.sampled_from(["US", "BR", None]),
        st.sampled_from([MetalForm.DIRECT, MetalForm.DIRECTED_BUY]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
).map(lambda found: [replace(each, key=f"P{number}") for number, each in enumerate(found)])


@given(PURCHASES, st.data())
def test_withholding_what_supports_a_purchase_never_improves_the_outcome(
    purchases: list[MetalPurchase], data: st.DataObject
) -> None:
    which = data.draw(st.integers(0, len(purchases) - 1))
    withheld = data.draw(st.sampled_from(WITHHELD))
    fewer = [withheld(each) if at == which else each for at, each in enumerate(purchases)]
    for day in (date(2027, 6, 30), date(2027, 7, 1)):
        before, after = of(purchases, day).finding, of(fewer, day).finding
        assert not (after.met and not before.met)


@given(PURCHASES, st.randoms(use_true_random=False))
def test_the_order_of_purchases_does_not_matter(purchases: list[MetalPurchase], random: object) -> None:
    mixed = list(purchases)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    for day in (DAY, date(2027, 7, 1)):
        assert of(mixed, day).finding.figure == of(purchases, day).finding.figure


@given(PURCHASES, st.integers(2, 5))
def test_a_purchase_split_into_lines_counts_as_the_joined_one(purchases: list[MetalPurchase], parts: int) -> None:
    first = purchases[0]
    assert first.value is not None
    each = (first.value / parts).quantize(Decimal("0.01"))
    rest = first.value - each * (parts - 1)
    if rest < 0:
        return
    split = [replace(first, key=f"{first.key}/{number}", value=each if number else rest) for number in range(parts)]
    joined, apart = of(purchases), of([*split, *purchases[1:]])
    assert (apart.total, apart.originating) == (joined.total, joined.originating)
    assert apart.finding.figure == joined.finding.figure
