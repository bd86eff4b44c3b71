"""Labor value content: each material once, both conditions exactly, and nothing that is missing helps."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.core.statements.labour import AssemblyGood
from evidence.core.values import Period
from evidence.errors import MalformedValue, NoValueInForce, RuleError
from evidence.rules.finding import Finding, Outcome
from evidence.rules.high_wage import HighWage, HighWageMaterial, HighWageTransport, gather
from evidence.rules.labor_credits import (
    AssemblyPlant,
    Credit,
    WageBill,
    WageBillKind,
    assembly_credit,
    technology_credit,
)
from evidence.rules.labor_periods import certificate_covers, certificate_window
from evidence.rules.labor_value import (
    Formula,
    LaborShare,
    by_annual_purchases,
    by_net_cost,
    heavy_truck_credit,
    labor_value,
    sum_of,
    with_heavy_truck_credit,
)
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
DAY = date(2024, 2, 1)
PAYS = Finding("wage", Outcome.MET, None, None, "", (), "21 an hour", ("wage-1",))
SHORT = Finding("wage", Outcome.NOT_MET, None, None, "", (), "12 an hour", ("wage-2",))
NONE = Credit(Fraction(0), Fraction(0), SHORT)
money = st.decimals(min_value=0, max_value=10**6, places=2)


def material(key: str, value: str | None, within: str | None = None, wages: Finding = PAYS) -> HighWageMaterial:
    return HighWageMaterial(key, key, None if value is None else Decimal(value), wages, within=within)


def share(high_wage: str, whole: str) -> LaborShare:
    return by_net_cost(Decimal(whole), None, HighWage(Decimal(high_wage)), rests_on=("cost-1",))


def test_a_finding_says_both_conditions_with_figures_law_and_sources() -> None:
    found = labor_value(share("12000", "30000"), NONE, NONE, "PV", LAW, DAY).finding
    total, least = found.parts
    assert (total.figure, total.bound, total.law[0].name) == (Decimal(40), Decimal(40), "PV-LVC")
    assert (least.figure, least.bound, least.law[0].name) == (Decimal(40), Decimal(25), "PV-LVCMM")
    assert total.shown == "40.00 % (at least 40 %)"
    assert "40.00 of material and manufacturing, 0.00 of technology, 0.00 of assembly" in total.reason
    assert dict(least.inputs)["net cost"] == 30000
    assert found.rests_on == ("cost-1",)
    assert any("s.18(3), (6)" in text for text in found.texts())


@pytest.mark.parametrize(
    ("high_wage", "outcome"),
    [
        pytest.param("12000", Outcome.MET, id="at-the-bound"),
        pytest.param("11999.9999999999999999999999999999999999", Outcome.NOT_MET, id="past-28-digits"),
    ],
)
def test_the_total_is_compared_exactly(high_wage: str, outcome: Outcome) -> None:
    assert labor_value(share(high_wage, "30000"), NONE, NONE, "PV", LAW, DAY).finding.outcome is outcome


def test_a_share_and_a_credit_that_do_not_end_meet_the_total_exactly() -> None:
    # 100/3 of material and 20/3 of technology are 40 and nothing less
    third = by_net_cost(Decimal(3), None, HighWage(Decimal(1)))
    technology = technology_credit(
        [
            WageBill("lab", WageBillKind.RESEARCH, True, Decimal(2)),
            WageBill("lines", WageBillKind.PRODUCTION, True, Decimal(30)),
        ],
        "PV",
        LAW,
        DAY,
    )
    found = labor_value(third, technology, NONE, "PV", LAW, DAY)
    assert found.total == 40
    assert found.finding.met


def test_what_is_wanting_would_meet_the_conditions_and_a_cent_less_would_not() -> None:
    found = labor_value(share("9000", "30001"), NONE, NONE, "PV", LAW, DAY)
    assert found.wanting == Decimal("3000.40")
    for more, met in ((Decimal("3000.40"), True), (Decimal("3000.39"), False)):
        again = labor_value(share(str(9000 + more), "30001"), NONE, NONE, "PV", LAW, DAY)
        assert again.finding.met is met


def test_no_threshold_binds_before_the_agreement() -> None:
    with pytest.raises(NoValueInForce):
        labor_value(share("1", "2"), NONE, NONE, "PV", LAW, date(2020, 6, 30))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda: material("A", "-1"), "value of A", id="a-negative-value"),
        pytest.param(
            lambda: HighWageMaterial("A", "A", Decimal(1), PAYS, freight_from_outside=Decimal(2)),
            "at most its value", id="more-freight-than-value",
        ),
        pytest.param(lambda: HighWageTransport("T", Decimal(-1), PAYS), "transport T", id="negative-transport"),
        pytest.param(lambda: gather([material("A", "1"), material("A", "2")], [], LAW), "each line once", id="twice"),
        pytest.param(
            lambda: gather([material("A", "1", "B"), material("B", "1", "A")], [], LAW),
            "no material inside itself", id="a-circle",
        ),
        pytest.param(
            lambda: gather([material("A", "5"), material("B", "6", "A")], [], LAW),
            "at most its own value, 5", id="more-inside-than-it-is-worth",
        ),
        pytest.param(
            lambda: gather([material(f"N{n}", "1", f"N{n + 1}") for n in range(60)], [], LAW),
            "at most 50", id="sixty-levels",
        ),
        pytest.param(lambda: by_net_cost(Decimal(1), Decimal(-1), HighWage()), "labor costs", id="negative-labor"),
        pytest.param(
            lambda: by_annual_purchases(Decimal(5), None, HighWage(Decimal(6))),
            "at most 5", id="more-high-wage-purchases-than-purchases",
        ),
        pytest.param(lambda: sum_of([]), "no share", id="an-average-of-nothing"),
        pytest.param(
            lambda: sum_of([share("1", "2"), by_annual_purchases(Decimal(2), None, HighWage())]),
            "one formula", id="an-average-over-two-formulas",
        ),
        pytest.param(
            lambda: AssemblyPlant("P", "US", AssemblyGood.ENGINES, Decimal(5), Decimal(6), True, None, PAYS),
            "at most 5", id="more-originating-than-all",
        ),
        pytest.param(
            lambda: WageBill("lab", WageBillKind.RESEARCH, True, Decimal(-1)), "wages, lab", id="negative-wages"
        ),
        pytest.param(
            lambda: certificate_window(Period(date(2023, 1, 1), date(2024, 1, 1)), LAW), "twelve months", id="too-long"
        ),
        pytest.param(
            lambda: certificate_window(Period(date(2020, 1, 1), date(2020, 12, 31)), LAW), "2020-07-01", id="too-early"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_name(make: object, said: str) -> None:
    with pytest.raises(MalformedValue, match=said):
        make()  # type: ignore[operator]


def test_a_reading_that_nobody_knows_is_refused() -> None:
    with pytest.raises(RuleError, match="labor-transport"):
        gather([], [HighWageTransport("T", Decimal(1), PAYS)], LAW, "both")


def test_one_material_inside_two_others_counts_apart_in_each() -> None:
    chips = [
        HighWageMaterial("1", "chip", Decimal(5), PAYS, within="radio"),
        HighWageMaterial("2", "chip", Decimal(7), PAYS, within="dash"),
    ]
    found = gather([material("radio", "90"), material("dash", "80", wages=SHORT), *chips], [], LAW)
    assert {line.key: line.counted for line in found.lines} == {"radio": 90, "dash": 0, "1": 0, "2": 7}


def test_a_window_is_never_wider_than_the_law_or_the_certificate() -> None:
    wages = Period(date(2023, 1, 1), date(2023, 12, 31))
    year, half = Period(date(2024, 1, 1), date(2024, 12, 31)), Period(date(2024, 1, 1), date(2024, 6, 30))
    longer, other = Period(date(2024, 1, 1), date(2026, 12, 31)), Period(date(2025, 1, 1), date(2025, 12, 31))
    assert certificate_covers("P", wages, year, LAW, stated=longer).met
    assert not certificate_covers("P", wages, longer, LAW, stated=longer).met
    assert not certificate_covers("P", wages, year, LAW, stated=half).met
    assert not certificate_covers("P", wages, other, LAW, stated=other).met


def test_a_credited_content_names_its_floor_and_its_reading() -> None:
    credit = heavy_truck_credit(Fraction(33), Fraction(48), True, LAW, date(2025, 3, 1))
    found = with_heavy_truck_credit(Decimal(100), Decimal(39), credit, LAW.series("HT-RVC"), LAW, date(2025, 3, 1))
    assert [law.name for law in found.law] == ["HT-RVC", "HT-CREDIT-FLOOR"]
    assert found.shown == "61.00 % and 3.00 points (at least 64 %)"
    assert any("[inference]" in text for text in found.texts())


def test_a_credited_content_without_figures_is_not_determinable() -> None:
    credit = (Fraction(4), "")
    found = with_heavy_truck_credit(None, Decimal(1), credit, LAW.series("HT-RVC"), LAW, DAY)
    assert found.outcome is Outcome.NOT_DETERMINABLE


@st.composite
def nests(draw: st.DrawFn) -> list[HighWageMaterial]:
    """Materials up to three deep, whose parts never come to more than the whole."""
    found: list[HighWageMaterial] = []

    def grow(name: str, value: Decimal, within: str | None, depth: int) -> None:
        wages = draw(st.sampled_from([PAYS, SHORT]))
        found.append(HighWageMaterial(name, name, value, wages, within=within))
        left = value
        for number in range(draw(st.integers(0, 2)) if depth else 0):
            inner = draw(st.decimals(min_value=0, max_value=left, places=2))
            left -= inner
            grow(f"{name}.{number}", inner, name, depth - 1)

    for number in range(draw(st.integers(1, 3))):
        grow(str(number), draw(money), None, 2)
    return found


@given(nests(), st.data())
def test_withholding_a_material_or_its_wages_never_counts_more(
    found: list[HighWageMaterial], data: st.DataObject
) -> None:
    before = gather(found, [], LAW).materials
    at = data.draw(st.integers(0, len(found) - 1))
    kept = [line for line in found if line is not found[at]]
    assert gather(kept, [], LAW).materials <= before
    one = found[at]
    short = HighWageMaterial(one.key, one.material, one.value, SHORT, within=one.within)
    assert gather([short if line is one else line for line in found], [], LAW).materials <= before


@given(nests())
def test_what_counts_is_never_more_than_the_outermost_values(found: list[HighWageMaterial]) -> None:
    outermost = sum((line.value or Decimal(0) for line in found if line.within is None), Decimal(0))
    assert gather(found, [], LAW).materials <= outermost


@given(nests(), st.permutations(range(20)))
def test_the_order_of_lines_does_not_matter(found: list[HighWageMaterial], order: list[int]) -> None:
    shuffled = sorted(found, key=lambda line: order[found.index(line) % 20])
    one, other = gather(found, [], LAW), gather(shuffled, [], LAW)
    assert {line.key: line.counted for line in one.lines} == {line.key: line.counted for line in other.lines}


@given(money, money, st.decimals(min_value=1, max_value=10**6, places=2), money)
def test_a_line_split_in_two_counts_as_the_joined_line(
    one: Decimal, other: Decimal, net_cost: Decimal, labor: Decimal
) -> None:
    joined = gather([material("A", str(one + other))], [], LAW)
    lines = [HighWageMaterial(str(n), "A", value, PAYS) for n, value in enumerate((one, other))]
    assert by_net_cost(net_cost, labor, gather(lines, [], LAW)).points == by_net_cost(net_cost, labor, joined).points


@given(money, money, money)
def test_labor_in_both_terms_never_lowers_the_share(high_wage: Decimal, rest: Decimal, labor: Decimal) -> None:
    counted, purchases = HighWage(high_wage), high_wage + rest
    without = by_annual_purchases(purchases, labor, counted, with_labor=False).points
    including = by_annual_purchases(purchases, labor, counted).points
    assert without is None or (including is not None and including >= without)


def test_an_average_keeps_its_formula_and_the_sum_of_its_terms() -> None:
    found = sum_of([share("10", "100"), share("30", "100")])
    assert (found.formula, found.points) == (Formula.NET_COST, Fraction(20))
    assert dict(found.inputs) == {
        "high-wage labor costs": 0, "high-wage materials": 40, "high-wage transport": 0, "net cost": 200,
    }  # fmt: skip


def test_a_plant_counted_for_its_materials_may_carry_the_credit_too() -> None:
    plant = AssemblyPlant("P", "US", AssemblyGood.ENGINES, Decimal(100000), None, True, None, PAYS, ("cap-1",))
    found = assembly_credit([plant], "PV", LAW, DAY)
    assert found.counted == 5
    assert found.finding.rests_on == ("cap-1", "wage-1")
