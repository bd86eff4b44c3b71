"""Averages: sums that are exact, and what a category may not hold together."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.core.values import Period
from evidence.errors import MalformedValue, NoValueInForce, RuleError
from evidence.rules.averaging import Average, Basis, Category, Member, Regime, Terms, average, strictest
from evidence.rules.finding import Outcome
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
TERMS = Terms(Regime.VEHICLES, Category.CLASS_PLANT, Basis.ALL, YEAR)
EXPORTED = replace(TERMS, basis=Basis.EXPORTED, aim=("US",))


def member(key: str, net_cost: str | None, vnm: str | None, made: str = "1", counted: str | None = None) -> Member:
    return Member(
        key=key,
        requirement="PV-RVC",
        net_cost=None if net_cost is None else Decimal(net_cost),
        non_originating=None if vnm is None else Decimal(vnm),
        made=Decimal(made),
        counted=Decimal(made if counted is None else counted),
        model_line="LINE",
        vehicle_class="d",
        plant="P-1",
        country="MX",
        rests_on=(key,),
    )


def only(found: tuple[Average, ...]) -> Average:
    (one,) = found
    return one


def test_a_vehicle_below_the_percentage_is_carried_by_one_above_it() -> None:
    found = only(average([member("EV1", "100", "30"), member("EV2", "100", "20")], TERMS, LAW))
    assert found.finding.met
    assert found.finding.figure == 75
    assert found.finding.rests_on == ("EV1", "EV2")
    assert found.finding.inputs == (
        ("net cost", Decimal(200)),
        ("value of non-originating materials", Decimal(50)),
    )


def test_a_third_of_the_units_is_kept_exactly() -> None:
    shares = [member(f"EV{n}", "100", "25", made="3", counted="1") for n in range(3)]
    found = only(average(shares, EXPORTED, LAW))
    assert found.finding.met
    assert (found.net_cost, found.non_originating) == (Decimal(100), Decimal(25))
    over = [*shares[1:], member("EV0", "100", "25.0000000001", made="3", counted="1")]
    assert only(average(over, EXPORTED, LAW)).finding.outcome is Outcome.NOT_MET


def test_sums_are_shown_cut_towards_the_side_that_hurts() -> None:
    found = only(average([member("EV1", "100", "20", made="3", counted="1")], EXPORTED, LAW))
    assert found.net_cost == Decimal("33.3333333333")
    assert found.non_originating == Decimal("6.6666666667")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("plant", "P-2", id="another-plant"),
        pytest.param("vehicle_class", "c", id="another-class"),
        pytest.param("plant", "", id="no-plant"),
    ],
)
def test_a_good_that_the_category_does_not_hold_is_refused(name: str, value: str) -> None:
    other = replace(member("EV2", "100", "20"), **{name: value})
    with pytest.raises(MalformedValue, match=name.removeprefix("vehicle_")):
        average([member("EV1", "100", "20"), other], TERMS, LAW)


def test_a_model_line_may_differ_where_class_and_plant_decide() -> None:
    other = replace(member("EV2", "100", "20"), model_line="ANOTHER")
    assert only(average([member("EV1", "100", "20"), other], TERMS, LAW)).finding.met


def test_a_good_without_figures_leaves_the_average_open_and_is_named() -> None:
    found = only(average([member("EV1", "100", "20"), member("EV2", "100", None)], TERMS, LAW)).finding
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "EV2" in found.reason
    unknown = replace(member("EV3", "100", "20"), counted=None)
    found = only(average([member("EV1", "100", "20"), unknown], EXPORTED, LAW)).finding
    assert "how many units of EV3" in found.reason


def test_a_category_of_which_no_unit_counts_has_no_average() -> None:
    found = only(average([member("EV1", "100", "20", counted="0")], EXPORTED, LAW)).finding
    assert found.outcome is Outcome.NOT_DETERMINABLE


def test_an_agreed_category_needs_the_text_that_agrees_it() -> None:
    terms = replace(TERMS, category=Category.AGREED)
    goods = [member("EV1", "100", "20"), replace(member("EV2", "100", "20"), plant="P-2")]
    assert only(average(goods, terms, LAW)).finding.outcome is Outcome.NOT_DETERMINABLE
    assert only(average(goods, replace(terms, agreement="a decision"), LAW)).finding.met


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"category": Category.SIMILAR}, "category of vehicles", id="another-regimes-category"),
        pytest.param({"basis": Basis.BUYER, "aim": ("B-1",)}, "basis of vehicles", id="another-regimes-basis"),
        pytest.param({"basis": Basis.EXPORTED}, "basis exported", id="no-countries"),
        pytest.param({"separately": True}, "separate averages", id="separately-in-one-plant"),
    ],
)
def test_terms_that_the_law_does_not_have_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(MalformedValue, match=said):
        replace(TERMS, **change)


def test_a_good_stands_once_in_a_category_and_there_is_one() -> None:
    with pytest.raises(MalformedValue, match="EV1 twice"):
        average([member("EV1", "100", "20"), member("EV1", "100", "20")], TERMS, LAW)
    with pytest.raises(MalformedValue, match="no good"):
        average([], TERMS, LAW)


@pytest.mark.parametrize(
    ("net_cost", "vnm", "made", "counted"),
    [
        pytest.param("-1", "0", "1", "1", id="net-cost-below-zero"),
        pytest.param("1", "-1", "1", "1", id="vnm-below-zero"),
        pytest.param("1", "0", "0", "0", id="no-unit-made"),
        pytest.param("1", "0", "1", "2", id="more-counted-than-made"),
        pytest.param("NaN", "0", "1", "1", id="no-number"),
    ],
)
def test_figures_out_of_range_are_refused(net_cost: str, vnm: str, made: str, counted: str) -> None:
    with pytest.raises(MalformedValue):
        member("EV1", net_cost, vnm, made, counted)


def test_a_day_without_a_percentage_is_an_error() -> None:
    with pytest.raises(NoValueInForce):
        average([member("EV1", "100", "20")], replace(TERMS, period=Period(date(2020, 6, 1), date(2021, 5, 31))), LAW)
    gone = Period(date(2025, 1, 1), date(2025, 12, 31))
    with pytest.raises(NoValueInForce):
        strictest(LAW.series("ASR-PV-RVC"), gone)
    with pytest.raises(RuleError, match="no reading"):
        average([member("EV1", "100", "20")], TERMS, LAW, readings={"averaging-across-a-step": "lowest"})


def test_every_percentage_of_a_long_period_is_found_the_highest_first() -> None:
    found = strictest(LAW.series("PV-RVC"), Period(date(2021, 6, 30), date(2023, 7, 1)))
    assert [law.amount for law in found] == [75, 72, 69, 66]


FIGURES = st.decimals(min_value=0, max_value=10**7, places=2)
GOODS = st.lists(st.tuples(FIGURES, FIGURES, st.integers(1, 50)), min_size=1, max_size=6)


def made_of(goods: list[tuple[Decimal, Decimal, int]], order: list[int] | None = None) -> list[Member]:
    members = [member(f"EV{n}", str(nc), str(vnm), str(units)) for n, (nc, vnm, units) in enumerate(goods)]
    return [members[n] for n in order] if order else members


@given(GOODS, st.randoms())
def test_the_order_of_the_goods_does_not_matter(goods: list[tuple[Decimal, Decimal, int]], random: object) -> None:
    order = list(range(len(goods)))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = only(average(made_of(goods), TERMS, LAW)), only(average(made_of(goods, order), TERMS, LAW))
    assert (one.finding.outcome, one.finding.figure) == (other.finding.outcome, other.finding.figure)


@given(GOODS)
def test_a_material_that_turns_non_originating_never_raises_the_average(
    goods: list[tuple[Decimal, Decimal, int]],
) -> None:
    net_cost, vnm, units = goods[0]
    worse = [(net_cost, vnm + 1, units), *goods[1:]]
    before, after = only(average(made_of(goods), TERMS, LAW)), only(average(made_of(worse), TERMS, LAW))
    if before.finding.figure is not None:
        assert after.finding.figure is not None
        assert after.finding.figure <= before.finding.figure
        assert before.finding.met or not after.finding.met


@given(GOODS)
def test_a_good_split_into_two_lots_gives_the_average_of_the_whole(goods: list[tuple[Decimal, Decimal, int]]) -> None:
    (net_cost, vnm, units), rest = goods[0], made_of(goods)[1:]
    halves = [
        member("first lot", str(net_cost / 2), str(vnm / 2), str(units)),
        member("second lot", str(net_cost - net_cost / 2), str(vnm - vnm / 2), str(units)),
    ]
    whole, split = only(average(made_of(goods), TERMS, LAW)), only(average([*halves, *rest], TERMS, LAW))
    assert (whole.net_cost, whole.non_originating) == (split.net_cost, split.non_originating)
    assert whole.finding.outcome is split.finding.outcome
