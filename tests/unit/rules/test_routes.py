"""Product rules and routes: which alternatives are open in which use, and with which dated percentage."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.use import UseClass
from evidence.errors import NoRule
from evidence.rules.finding import Outcome
from evidence.rules.routes import GoodFigures, Route, originates, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import BATTERY_CELLS, TariffInput

LAW = RuleSet.load()
DAY = date(2024, 5, 1)
PROPULSION = ["main propulsion battery of an electric vehicle"]


def contents(route: Route, day: date = DAY) -> dict[str, str]:
    return {str(method): str(percentage.on(day).amount) for method, percentage in route.contents}


def test_a_passenger_vehicle_needs_a_tariff_change_and_its_dated_content() -> None:
    (route,) = routes(LAW, "870390", UseClass.VEHICLE, scopes=["passenger vehicle"])
    assert route.rule.from_ == "any other heading"
    assert contents(route) == {"NC": "75"}
    assert contents(route, date(2023, 6, 30)) == {"NC": "72"}


def test_a_rule_that_differs_by_kind_of_goods_asks_for_the_kind() -> None:
    with pytest.raises(NoRule, match="passenger vehicle; any other good"):
        routes(LAW, "870390", UseClass.VEHICLE)


@pytest.mark.parametrize(
    ("day", "percentage"),
    [pytest.param(date(2024, 6, 30), "60", id="before"), pytest.param(date(2024, 7, 1), "64", id="after")],
)
def test_a_truck_brake_is_held_to_table_d_by_default(day: date, percentage: str) -> None:
    (route,) = routes(LAW, "8708.30", UseClass.OE_HEAVY)
    assert contents(route, day) == {"NC": percentage}
    assert "table-d-tariff-shift=rvc-required" in route.readings[0]


def test_under_the_other_reading_a_truck_brake_may_shift_alone() -> None:
    open_routes = routes(LAW, "870830", UseClass.OE_HEAVY, choices=[("table-d-tariff-shift", "shift-suffices")])
    assert [contents(route) for route in open_routes] == [{}, {"NC": "60"}]


def test_a_gear_box_for_a_heavy_truck_never_shifts_alone() -> None:
    open_routes = routes(LAW, "870840", UseClass.OE_HEAVY, choices=[("table-d-tariff-shift", "shift-suffices")])
    assert [contents(route) for route in open_routes] == [{"NC": "60"}]


def test_a_starter_with_a_rule_of_shift_only_needs_table_d_content_besides() -> None:
    (route,) = routes(LAW, "8511.40", UseClass.OE_HEAVY)
    assert route.rule.change
    assert contents(route) == {"NC": "60"}
    (aftermarket,) = routes(LAW, "8511.40", UseClass.AFTERMARKET)
    assert contents(aftermarket) == {}


def test_original_equipment_percentages_do_not_reach_aftermarket_parts() -> None:
    kinds = ["other goods"]
    shift_only, with_content = routes(LAW, "870830", UseClass.AFTERMARKET, scopes=kinds)
    assert contents(shift_only) == {}
    assert contents(with_content) == {"NC": "50"}
    pump = routes(LAW, "841330", UseClass.AFTERMARKET)
    assert contents(pump[1]) == {"NC": "50", "TV": "60"}


def test_light_original_equipment_takes_the_percentage_of_its_table() -> None:
    assert contents(routes(LAW, "841330", UseClass.OE_LIGHT)[1]) == {"NC": "70", "TV": "80"}  # Table B
    assert contents(routes(LAW, "848180", UseClass.OE_LIGHT)[1]) == {"NC": "65", "TV": "75"}  # Table C
    assert contents(routes(LAW, "840734", UseClass.OE_LIGHT)[0]) == {"NC": "75"}  # Table A.1, net cost only


def test_a_code_listed_in_part_asks_for_the_role() -> None:
    with pytest.raises(NoRule, match="C:catalytic converters"):
        routes(LAW, "842139", UseClass.OE_LIGHT)
    listed = routes(LAW, "842139", UseClass.OE_LIGHT, table_roles=["C:catalytic converters"])
    assert contents(listed[1]) == {"NC": "65", "TV": "75"}
    unlisted = routes(LAW, "842139", UseClass.OE_LIGHT, table_roles=["C:none"])
    assert contents(unlisted[1]) == {"NC": "50", "TV": "60"}


def test_other_vehicles_take_the_sixty_per_cent_of_table_f() -> None:
    assert contents(routes(LAW, "870830", UseClass.OTHER_VEHICLE, scopes=["other goods"])[1]) == {"NC": "60"}
    with pytest.raises(NoRule, match=r"62\.5 or 60"):
        routes(LAW, "840734", UseClass.OTHER_VEHICLE)


@pytest.mark.parametrize(
    ("code", "use", "edition"),
    [
        pytest.param("390120", UseClass.OE_LIGHT, "HS2012", id="a-code-without-a-rule"),
        pytest.param("870830", UseClass.VEHICLE, "HS2012", id="a-part-as-a-vehicle"),
        pytest.param("870380", UseClass.VEHICLE, "HS2012", id="a-later-code-inside-a-printed-range"),
        pytest.param("870390", UseClass.VEHICLE, "HS2022", id="a-later-edition"),
    ],
)
def test_what_no_rule_covers_has_no_rule(code: str, use: UseClass, edition: str) -> None:
    with pytest.raises(NoRule):
        routes(LAW, code, use, scopes=["passenger vehicle"], edition=edition)


def battery(*materials: TariffInput, non_originating: str) -> GoodFigures:
    return GoodFigures("850760", Decimal(8000), Decimal(non_originating), Decimal(8200), materials=materials)


@pytest.mark.parametrize(
    ("material", "non_originating", "outcome"),
    [
        pytest.param(TariffInput("case", "761699", Decimal(4000)), "4000", Outcome.MET, id="by-its-shift"),
        pytest.param(
            TariffInput("cells", "850790", Decimal(2000), (BATTERY_CELLS,)), "2000", Outcome.MET, id="by-its-content"
        ),
        pytest.param(
            TariffInput("cells", "850790", Decimal(4000), (BATTERY_CELLS,)), "4000", Outcome.NOT_MET, id="by-neither"
        ),
    ],
)
def test_a_propulsion_battery_originates_by_shift_or_by_content(
    material: TariffInput, non_originating: str, outcome: Outcome
) -> None:
    open_routes = routes(LAW, "8507.60", UseClass.OE_LIGHT, scopes=PROPULSION)
    found = originates(LAW, open_routes, battery(material, non_originating=non_originating), DAY)
    assert found.outcome is outcome
    assert len(found.parts) == 2
    assert "HTSUS GN 11(o) ch. 85 rule 17 [transcribed]" in found.texts()


def test_a_rule_whose_text_is_cut_short_is_not_determinable() -> None:
    open_routes = routes(LAW, "841459", UseClass.OE_HEAVY, table_roles=["D:turbochargers and superchargers"])
    good = GoodFigures("841459", Decimal(100), Decimal(10), Decimal(100))
    found = originates(LAW, open_routes, good, DAY)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "cut short" in found.reason


def test_an_aftermarket_part_originates_by_its_tariff_shift_alone() -> None:
    open_routes = routes(LAW, "870830", UseClass.AFTERMARKET, scopes=["mounted brake linings"])
    lining = TariffInput("lining", "681381", Decimal(60))
    good = GoodFigures("870830", Decimal(100), Decimal(60), Decimal(110), materials=(lining,))
    found = originates(LAW, open_routes, good, DAY)
    assert found.met
    back_plate = TariffInput("back plate", "870830", Decimal(30))
    other = GoodFigures("870830", Decimal(100), Decimal(90), Decimal(110), materials=(lining, back_plate))
    assert not originates(LAW, open_routes, other, DAY).met
