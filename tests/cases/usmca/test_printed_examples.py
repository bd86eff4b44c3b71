"""The numeric examples that the regulations print, against the figures that they print.

Each case carries the identifier of the example in README.md of this folder. A printed percentage has one decimal and
mixes rounding with truncation, so it is allowed 0.1; every other figure must agree to the last digit.
"""

from datetime import date
from decimal import Decimal

import pytest

from evidence.rules.finding import Outcome
from evidence.rules.net_cost import (
    CostElements,
    ExcludedCosts,
    after_exchange,
    allocate,
    deduct_then_allocate,
    place_assist,
)
from evidence.rules.parameters import Law, Parameter
from evidence.rules.product_rules import Use
from evidence.rules.regional_value import by_net_cost, percent
from evidence.rules.roll_up import (
    Accumulation,
    AccumulationForm,
    Material,
    Origin,
    nested_designations,
    roll_up,
)
from evidence.rules.routes import GoodFigures, originates, routes
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
DAY = date(2021, 3, 1)
FIFTY = Parameter(
    "example",
    "general",
    "rvc_net_cost",
    "percent",
    (Law("example", Decimal(50), "percent", "UR s.7(22)", date(2020, 7, 1), None, DAY, "verified", ">="),),
)
"""The requirement of fifty per cent that the examples of s.7, s.8 and s.9 suppose."""


def costs(
    originating: str, non_originating: str, product: str, period: str, other: str, excluded: str = "0"
) -> CostElements:
    return CostElements(
        Decimal(originating),
        Decimal(non_originating),
        Decimal(product),
        Decimal(period),
        Decimal(other),
        ExcludedCosts(royalties=Decimal(excluded)),
    )


def bought(key: str, value: str, origin: Origin, accumulation: Accumulation | None = None) -> Material:
    return Material(key, Decimal(1), Decimal(value), origin, accumulation=accumulation)


def near(reached: Decimal | None, stated: str) -> bool:
    return reached is not None and abs(reached - Decimal(stated)) <= Decimal("0.1")


def test_ur_4_ex1_a_remanufactured_water_pump_originates_under_table_b() -> None:
    elements = costs("620", "280", "100", "0", "0")  # 600 recovered and 20 other originating materials
    assert elements.net_cost == Decimal(1000)
    open_routes = routes(LAW, "8413.30", Use.OE_LIGHT)
    day = date(2023, 7, 15)
    bounds = {str(method): law.on(day).amount for route in open_routes for method, law in route.contents}
    assert bounds == {"NC": Decimal(70), "TV": Decimal(80)}
    good = GoodFigures("8413.30", elements.net_cost, elements.non_originating_materials)
    content = by_net_cost(good.net_cost, good.non_originating, LAW.series("B-NC"), day)
    assert content.met
    assert content.figure == Decimal(72)
    assert originates(LAW, routes(LAW, "841330", Use.OE_LIGHT), good, day).met


@pytest.mark.parametrize(
    ("elements", "total", "net", "stated", "originates"),
    [
        pytest.param(
            CostElements(
                Decimal("30.00"),
                Decimal("40.00"),
                Decimal("20.00"),
                Decimal("10.00"),
                Decimal("0.00"),
                ExcludedCosts(Decimal("5.00"), Decimal("2.50"), Decimal("3.00"), Decimal("1.50")),
            ),
            "100.00",
            "88.00",
            "54.5",
            True,
            id="UR-7-EX4",
        ),
        pytest.param(
            costs("11.00", "5.50", "6.50", "0.50", "0.10", "0.20"), "23.60", "23.40", "76.5", True, id="UR-8-EX3-A"
        ),
        pytest.param(
            costs("0.45", "1.50", "0.75", "0.15", "0.05", "0.05"), "2.90", "2.85", "47.4", False, id="UR-9-EX1-A"
        ),
        pytest.param(
            costs("0.60", "0.75", "1.10", "0.30", "0.10", "0.10"), "2.85", "2.75", "72.7", True, id="UR-9-EX1-B"
        ),
    ],
)
def test_net_cost_and_content_agree_with_the_printed_figures(
    elements: CostElements, total: str, net: str, stated: str, originates: bool
) -> None:
    assert elements.total_cost == Decimal(total)
    assert elements.net_cost == Decimal(net)
    found = by_net_cost(elements.net_cost, elements.non_originating_materials, FIFTY, DAY)
    assert near(found.figure, stated)
    assert found.outcome is (Outcome.MET if originates else Outcome.NOT_MET)


def test_ur_7_ex5_excluded_costs_are_deducted_before_the_costs_of_two_goods_are_allocated() -> None:
    elements = costs("2000", "1000", "2400", "3200", "400", "1200")
    assert elements.total_cost == Decimal(9000)
    assert elements.net_cost == Decimal(7800)
    shares = deduct_then_allocate(elements, {"A": Decimal(2), "B": Decimal(1)})
    assert shares == {"A": Decimal(5200), "B": Decimal(2600)}


def test_ur_7_ex7_each_cost_is_allocated_and_excluded_costs_are_left_out() -> None:
    c = costs("0", "800", "300", "3036", "0", "300")
    d = costs("100", "100", "200", "2643", "0", "120")
    assert (c.net_cost, d.net_cost, c.net_cost + d.net_cost) == (Decimal(3836), Decimal(2923), Decimal(6759))
    assert percent(c.net_cost, Decimal(800)) == Decimal("79.1449")
    assert percent(d.net_cost, Decimal(100)) == Decimal("96.5788")  # 96.57885…, cut and not rounded


def test_ur_7_ex8_an_assist_counts_once_in_the_value_of_the_material() -> None:
    placed = place_assist(supplied_free_to_maker_of_material=True, material_originates=False)
    assert placed.in_material_value
    assert not placed.separately_in_net_cost


def test_ur_7_ex9_currency_gains_related_to_production_lower_total_cost() -> None:
    assert after_exchange(Decimal(45000), Decimal(7000), Decimal(6000)) == Decimal(44000)


def test_ur_8_ex2_a_designated_chainring_counts_whole_as_originating() -> None:
    chainring = costs("1.00", "7.50", "1.50", "0.50", "0.10")  # its royalties of 0.30 are not stripped out
    assert chainring.total_cost == Decimal("10.60")
    ring = Material(
        "chainring",
        Decimal(1),
        chainring.total_cost,
        Origin.ORIGINATING,
        self_produced=True,
        designated=True,
        children=(bought("blank", "7.50", Origin.NON_ORIGINATING),),
    )
    bill = (
        ring,
        bought("other parts", "5.50", Origin.NON_ORIGINATING),
        bought("saddle", "3.00", Origin.ORIGINATING),
    )
    found = roll_up(bill).non_originating
    assert found == Decimal("5.50")
    bicycle = CostElements(
        Decimal("3.00") + chainring.total_cost, found, Decimal("6.50"), Decimal("2.50"), Decimal("0.10")
    )
    assert bicycle.total_cost == Decimal("28.20")


def test_ur_8_ex3_b_a_frame_that_is_not_designated_is_traced_to_what_is_inside_it() -> None:
    frame = costs("1.00", "7.50", "1.50", "0.50", "0.10", "0.20")
    rest = costs("0.00", "5.50", "6.50", "0.50", "0.10", "0.20")
    assert frame.total_cost + rest.total_cost == Decimal("23.20")
    assert frame.excluded.total + rest.excluded.total == Decimal("0.40")
    net_cost = frame.net_cost + rest.net_cost
    assert net_cost == Decimal("22.80")
    made = Material(
        "frame",
        Decimal(1),
        frame.total_cost,
        Origin.ORIGINATING,
        self_produced=True,
        children=(
            bought("tubes", "7.50", Origin.NON_ORIGINATING),
            bought("lugs", "1.00", Origin.ORIGINATING),
        ),
    )
    found = roll_up((made, bought("other parts", "5.50", Origin.NON_ORIGINATING))).non_originating
    assert found == Decimal("13.00")
    content = by_net_cost(net_cost, found, FIFTY, DAY)
    assert near(content.figure, "42.9")
    assert content.outcome is Outcome.NOT_MET


def designated(key: str, producer: str, *children: Material) -> Material:
    return Material(
        key,
        Decimal(1),
        Decimal(10),
        Origin.ORIGINATING,
        self_produced=True,
        designated=True,
        by_content=True,
        producer=producer,
        children=children,
    )


def switch_assembly() -> Material:
    """B's designated assembly, with A's switches in it, which rest on subassemblies that A designated."""
    switch = Material(
        "switch",
        Decimal(1),
        Decimal(5),
        Origin.ORIGINATING,
        producer="A",
        children=(designated("subassembly", "A"),),
    )
    return designated("switch assembly", "B", switch)


@pytest.mark.parametrize(
    ("bill", "producer", "accumulating", "forbidden"),
    [
        pytest.param((switch_assembly(),), "B", (), [], id="UR-8-EX4-6-two-producers"),
        pytest.param(
            (switch_assembly(),),
            "B",
            ("A",),
            [("switch assembly", "subassembly")],
            id="UR-8-EX4-6-two-producers-that-accumulate",
        ),
        pytest.param(
            (designated("Y", "P", designated("X", "P")),), "P", (), [("Y", "X")], id="UR-8-EX4-6-one-inside-another"
        ),
        pytest.param(
            (designated("A", "P"), designated("B", "P"), designated("C", "P")),
            "P",
            (),
            [],
            id="UR-8-EX4-6-side-by-side",
        ),
    ],
)
def test_the_limit_on_designations_is_on_nesting_within_one_producer(
    bill: tuple[Material, ...], producer: str, accumulating: tuple[str, ...], forbidden: list[tuple[str, str]]
) -> None:
    assert [(fault.outer, fault.inner) for fault in nested_designations(bill, producer, accumulating)] == forbidden


def test_ur_8_ex8_a_mould_supplied_free_is_in_the_value_of_the_non_originating_sensor() -> None:
    placed = place_assist(supplied_free_to_maker_of_material=True, material_originates=False)
    assert placed.in_material_value
    assert placed.in_vnm
    assert not placed.separately_in_net_cost


def test_ur_9_ex1_0_the_rings_of_supplier_a_have_the_printed_net_cost() -> None:
    rings = costs("0.15", "0.75", "0.35", "0.15", "0.05", "0.05")
    assert (rings.total_cost, rings.net_cost) == (Decimal("1.45"), Decimal("1.40"))


def test_ur_9_ex1_a_statement_of_net_cost_and_vnm_brings_only_the_stated_vnm() -> None:
    stated = Accumulation(AccumulationForm.NET_COST_AND_VNM, Decimal("0.75"))
    alone = roll_up((bought("rings", "1.50", Origin.NON_ORIGINATING), bought("balls", "0.45", Origin.ORIGINATING)))
    assert alone.non_originating == Decimal("1.50")  # situation A
    accumulated = roll_up((bought("rings", "1.50", Origin.NON_ORIGINATING, stated),))
    assert accumulated.non_originating == Decimal("0.75")  # situation B
    own = costs("0.45", "0", "0.75", "0.15", "0.05", "0.05")
    assert own.net_cost + Decimal("1.40") == Decimal("2.75")


@pytest.mark.parametrize(
    ("total", "bases", "ratio_places", "stated"),
    [
        pytest.param("6000000", {"A": "5000", "B": "3000"}, None, ("3750000", "2250000"), id="UR-S5-A1"),
        pytest.param("6000000", {"A": "50000", "B": "10000"}, 3, ("4998000", "1002000"), id="UR-S5-A2"),
        pytest.param("6000000", {"A": "50000", "B": "10000"}, None, ("5000000", "1000000"), id="UR-S5-A2-unrounded"),
        pytest.param("6000000", {"A": "100000", "B": "50000"}, 3, ("4002000", "1998000"), id="UR-S5-A3"),
        pytest.param("6000000", {"A": "100000", "B": "50000"}, None, ("4000000", "2000000"), id="UR-S5-A3-unrounded"),
        pytest.param("30", {"A": "15", "B": "10"}, None, ("18.00", "12.00"), id="UR-S5-B1"),
        pytest.param("30", {"A": "23", "B": "12"}, None, ("19.71", "10.29"), id="UR-S5-C1"),
    ],
)
def test_overhead_is_allocated_as_schedule_v_prints(
    total: str, bases: dict[str, str], ratio_places: int | None, stated: tuple[str, str]
) -> None:
    shares = allocate(Decimal(total), {name: Decimal(base) for name, base in bases.items()}, ratio_places=ratio_places)
    assert tuple(shares.values()) == tuple(map(Decimal, stated))
