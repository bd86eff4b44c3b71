"""Batteries of 8507.60: the kind that a use tells, the code of cells, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.use import UseClass
from evidence.errors import MalformedValue
from evidence.rules.batteries import OTHER_BATTERY, Level, Stage, cell_code, chain, scopes, under_reading
from evidence.rules.finding import Outcome
from evidence.rules.roll_up import Material, Origin
from evidence.rules.routes import PROPULSION_BATTERY, GoodFigures, originates, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import BATTERY_CELLS, TariffInput

LAW = RuleSet.load()
DAY = date(2024, 1, 15)


@pytest.mark.parametrize(
    ("code", "use", "recorded", "kinds"),
    [
        pytest.param("850760", UseClass.OE_LIGHT, (), (PROPULSION_BATTERY,), id="light-vehicle"),
        pytest.param(
            "850760", UseClass.OE_LIGHT, (OTHER_BATTERY,), (OTHER_BATTERY,), id="light-vehicle-not-propulsion"
        ),
        pytest.param("850760", UseClass.OE_LIGHT, (BATTERY_CELLS,), (BATTERY_CELLS, OTHER_BATTERY), id="cells"),
        pytest.param("850760", UseClass.OE_HEAVY, (), (OTHER_BATTERY,), id="heavy-truck"),
        pytest.param("850760", UseClass.STATIONARY_STORAGE, (), (OTHER_BATTERY,), id="stationary-storage"),
        pytest.param("850780", UseClass.OE_LIGHT, (), (), id="another-battery-than-lithium-ion"),
    ],
)
def test_the_use_tells_the_kind_of_battery_where_none_is_recorded(
    code: str, use: UseClass, recorded: tuple[str, ...], kinds: tuple[str, ...]
) -> None:
    assert scopes(code, use, recorded) == kinds


@pytest.mark.parametrize(
    ("code", "kinds", "by_first", "by_second"),
    [
        pytest.param("8507.90", (BATTERY_CELLS,), "850790", "850760", id="cells"),
        pytest.param("850760", (BATTERY_CELLS,), "850790", "850760", id="cells-recorded-in-the-other"),
        pytest.param("850790", (), "850790", "850790", id="not-recorded-to-be-cells"),
        pytest.param("854190", (BATTERY_CELLS,), "854190", "854190", id="another-code"),
        pytest.param(None, (BATTERY_CELLS,), None, None, id="no-code"),
    ],
)
def test_a_reading_moves_the_cells_and_nothing_else(
    code: str | None, kinds: tuple[str, ...], by_first: str | None, by_second: str | None
) -> None:
    assert [cell_code(code, kinds, reading) for reading in ("8507.90", "8507.60")] == [by_first, by_second]


def test_cells_deep_in_a_bill_are_moved_too() -> None:
    cells = Material("c", Decimal(1), Decimal(1), Origin.NON_ORIGINATING, code="850790", kinds=(BATTERY_CELLS,))
    module = Material("m", Decimal(1), Decimal(1), Origin.UNDETERMINED, self_produced=True, children=(cells,))
    assert under_reading((module,), "8507.60")[0].children[0].code == "850760"


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(MalformedValue, match=r"8507\.90"):
        cell_code("850790", (BATTERY_CELLS,), "8506.50")


def test_stages_run_from_cell_to_pack() -> None:
    cell = Stage(Level.CELL, "cell", "850790", "J", Decimal(20), Decimal(20))
    with pytest.raises(MalformedValue, match="before cell"):
        Stage(Level.CELL, "other", "850790", "J", Decimal(20), Decimal(20), inner=cell)


def test_a_stage_without_a_code_is_refused() -> None:
    with pytest.raises(MalformedValue, match="code of pack"):
        chain(LAW, Stage(Level.PACK, "pack", None, "P", Decimal(1), Decimal(1)), UseClass.OE_LIGHT, DAY, "8507.90")


def test_unknown_costs_of_a_stage_count_against_the_next() -> None:
    cells = Material("e", Decimal(1), Decimal(9), Origin.NON_ORIGINATING, code="850790", kinds=("not battery cells",))
    inner = Stage(Level.CELL, "cell", "850790", "J", None, None, (cells,))
    pack = Stage(
        Level.PACK, "pack", "850760", "P", Decimal(1000), Decimal(1000), inner=inner, inner_quantity=Decimal(20),
        inner_value=Decimal(30),
    )  # fmt: skip
    first, last = chain(LAW, pack, UseClass.OE_LIGHT, DAY, "8507.90")
    assert first.rule.outcome is Outcome.NOT_DETERMINABLE
    assert (last.rolled.non_originating, last.rule.outcome) == (Decimal(600), Outcome.NOT_MET)


def test_only_the_propulsion_battery_stands_under_table_a1() -> None:
    # 8507.60 as original equipment that propels no vehicle keeps the 60 and 50 of its own rule
    for kind, percentages in ((PROPULSION_BATTERY, {75, 85}), (OTHER_BATTERY, {50, 60})):
        found = routes(LAW, "850760", UseClass.OE_LIGHT, scopes=(kind,))
        assert {each.on(DAY).amount for route in found for _, each in route.contents} == percentages


def test_every_other_part_of_table_a1_needs_its_content() -> None:
    for row in LAW.tables.rows:
        if row.table != "A.1" or row.code == "8507.60":
            continue
        kinds = {rule.scope for rule in LAW.product_rules.rules if rule.scope and UseClass.OE_LIGHT in rule.uses}
        open_routes = routes(LAW, row.code, UseClass.OE_LIGHT, scopes=(*kinds, row.role), table_roles=(row.role,))
        assert open_routes
        assert all(route.contents for route in open_routes), row.code


def test_the_rule_of_cells_is_read_by_its_words() -> None:
    # "any other heading except US items … (battery waste)": a change of heading that waste of 8548.10 does not make
    good = GoodFigures("850790", None, None, Decimal(100), materials=(TariffInput("powder", "284190", Decimal(60)),))
    assert originates(LAW, routes(LAW, "850790", UseClass.OE_LIGHT), good, DAY).met
    waste = TariffInput("waste", "854810", Decimal(60), ("8548.10.05",))
    bad = GoodFigures("850790", Decimal(100), Decimal(60), Decimal(100), materials=(waste,))
    assert originates(LAW, routes(LAW, "850790", UseClass.OE_LIGHT), bad, DAY).outcome is Outcome.NOT_MET
