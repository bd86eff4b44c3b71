"""Core parts of a vehicle by the four ways, as elected, and the vehicle's content under both readings of roll-up.

Every expected figure is worked out by hand from the company of `small_company`: the pack costs 800, holds cells of 200
and a case of 300; the vehicle costs 5000 net, of which a radio of 1000 is foreign.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.declaration import DeclarationForm
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import Powertrain, ProgrammeLine, RoadUse
from evidence.core.statements.use import UseClass
from evidence.errors import RuleError
from evidence.origin.choices import CORE_WAY
from evidence.origin.worksheet import Outcome, View, Worksheet
from tests.unit.origin.small_company import (
    FIRST,
    MADE,
    OWNER,
    UNITS,
    Company,
    bill_line,
    cell,
    code_line,
    core,
    item_line,
    limb,
    material,
    result,
    rvc,
    small_company,
)

READING = "core-roll-up-reading"


def without_the_case() -> Company:
    """The pack fails on all its materials, (800 - 500) / 800, and passes by its cells alone, (800 - 200) / 800."""
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "CASE")
    return company


def view(worksheet: Worksheet, name: str) -> View:
    return next(each for each in worksheet.views if each.name == name)


def ways(worksheet: Worksheet, part: str) -> dict[str, str]:
    return {each.way: each.shown for each in core(worksheet, part).ways}


def test_both_individual_ways_are_worked_out_whatever_is_elected() -> None:
    found = result(without_the_case())
    assert ways(found, "PACK")["I-ALL"] == "37.50 % (at least 72 %)"
    assert ways(found, "PACK")["I-COL2"] == "75.00 % (at least 72 %)"
    assert cell(found, "M0003.col2") == 2000
    assert (cell(found, "M0003.content.vnm"), cell(found, "M0003.content.col2")) == (Decimal("37.5"), 75)
    assert material(found, "CELL").counted_column_2 == 200
    assert material(found, "CASE").counted_column_2 == 0


def test_without_an_election_a_part_is_tested_on_all_its_materials_and_the_other_way_is_a_view() -> None:
    found = result(without_the_case())
    assert limb(found, "core parts").outcome is Outcome.NOT_MET
    assert (core(found, "PACK").way, core(found, "PACK").outcome) == ("I-ALL", Outcome.NOT_MET)
    assert view(found, "Core parts by I-COL2").outcome is Outcome.MET
    assert {each.name: each.is_default for each in found.choices}[CORE_WAY]


@pytest.mark.parametrize("part", ["PACK", "EV1", None], ids=["for-the-part", "for-the-vehicle", "for-every-vehicle"])
def test_the_way_elected_decides_the_core_part(part: str | None) -> None:
    company = without_the_case()
    company.elect(CORE_WAY, "I-COL2", part)
    found = result(company)
    assert limb(found, "core parts").outcome is Outcome.MET
    row = core(found, "PACK")
    assert (row.way, row.content, row.non_originating) == ("I-COL2", "75.00 % (at least 72 %)", 2000)


def test_a_way_elected_for_another_good_or_plant_decides_nothing() -> None:
    company = without_the_case()
    company.elect(CORE_WAY, "I-COL2", "EV2")
    company.elect(CORE_WAY, "I-COL2", "PACK")
    company.change("elections", lambda election: election.part == "PACK", plant="P-MX-2")
    assert limb(result(company), "core parts").outcome is Outcome.NOT_MET
    company.change("elections", lambda election: election.part == "PACK", plant="P-CA")
    assert limb(result(company), "core parts").outcome is Outcome.MET


@pytest.mark.parametrize(("choice", "part"), [("I-COL3", None), ("S-ALL", "PACK")], ids=["unknown", "all-for-one"])
def test_a_way_that_cannot_be_elected_is_refused(choice: str, part: str | None) -> None:
    company = small_company()
    company.elect(CORE_WAY, choice, part)
    with pytest.raises(RuleError, match="wanted one of I-ALL, I-COL2"):
        result(company)


def test_a_part_by_another_way_rolls_up_for_the_panel_only_and_both_results_are_shown() -> None:
    company = without_the_case()
    company.elect(CORE_WAY, "I-COL2")
    found = result(company)
    # United States: radio 1000, cells 200, case 300 of 5000; panel: the radio alone
    assert (rvc(found).figure, rvc(found).outcome) == (Decimal(70), Outcome.NOT_MET)
    other = view(found, "Core parts in the content of the vehicle")
    assert (other.option, other.outcome) == ("the panel's reading", Outcome.MET)
    assert other.shown.startswith("80.00 % (at least 72 %); M0003 PACK originates by I-COL2 only")
    assert found.summary.endswith("Under the panel's reading of core parts the content would be reached.")
    assert "only I-ALL makes it regional" in material(found, "PACK").reason


def test_a_vehicle_that_passes_under_the_panel_s_reading_alone_says_so() -> None:
    company = without_the_case()
    company.elect(CORE_WAY, "I-COL2")
    company.elect(READING, "panel")
    found = result(company)
    assert (rvc(found).figure, found.outcome) == (Decimal(80), Outcome.MET)
    assert "Reached only under the panel's reading of core parts" in found.summary
    assert view(found, "Core parts in the content of the vehicle").outcome is Outcome.NOT_MET
    assert material(found, "CASE").reason.endswith("which originates, so that nothing of it counts.")


def stated(company: Company, part: str, net_cost: int, non_originating: int) -> None:
    company.drop("declarations", lambda declaration: declaration.part == part)
    company.state(
        part, form=DeclarationForm.ACCUMULATION_COST, net_cost=net_cost, non_originating_value=non_originating
    )


def with_statements() -> Company:
    """The axle at (380 - 200) / 380 = 47.36 %; super-core (800 + 800 + 380 + 280 + 190 - 470) / 2450 = 80.81 %."""
    company = small_company()
    stated(company, "AXLE", 380, 200)
    stated(company, "SUSP", 280, 50)
    stated(company, "STEER", 190, 20)
    return company


def test_the_super_core_carries_a_bought_part_by_the_figures_that_its_maker_states() -> None:
    company = with_statements()
    assert limb(result(company), "core parts").outcome is Outcome.NOT_MET
    company.elect(CORE_WAY, "S-ALL")
    found = result(company)
    assert limb(found, "core parts").outcome is Outcome.MET
    assert (core(found, "AXLE").way, core(found, "AXLE").content) == ("S-ALL", "80.81 % (at least 72 %)")
    assert (cell(found, "super_core.vnm.net_cost"), cell(found, "super_core.vnm.counted")) == (2450, 470)
    # the axle counts by its statement for the United States, 1200 of 4980 since it costs 20 less; nothing for the panel
    assert (cell(found, "accumulated"), cell(found, "net_cost"), cell(found, "vnm")) == (200, 49800, 12000)
    assert rvc(found).figure == Decimal("75.9036")
    assert view(found, "Core parts in the content of the vehicle").shown.startswith("80.00 %")


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"accept": False}, id="not-accepted"),
        pytest.param({"valid_to": FIRST}, id="lapsed"),
        pytest.param({"signatory": None}, id="unsigned"),
        pytest.param({"plant": "W-MX"}, id="of-another-plant"),
    ],
)
def test_figures_of_a_statement_that_does_not_cover_the_purchase_carry_no_core_part(update: dict[str, Any]) -> None:
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "STEER")
    figures = {"form": DeclarationForm.ACCUMULATION_COST, "net_cost": 200, "non_originating_value": 20}
    company.declare("STEER", currency="USD", **figures)
    assert core(result(company), "STEER").outcome is Outcome.MET
    company.drop("declarations", lambda declaration: declaration.part == "STEER")
    company.declare("STEER", currency="USD", **figures, **update)
    found = result(company)
    assert (core(found, "STEER").outcome, core(found, "STEER").ways) == (Outcome.NOT_MET, ())
    assert material(found, "STEER").counted == 200
    assert limb(found, "core parts").outcome is Outcome.NOT_MET


def test_column_2_of_a_bought_part_is_not_known_from_its_maker_s_total() -> None:
    found = result(with_statements())
    assert ways(found, "AXLE")["I-COL2"] == "not determinable"
    by_components = view(found, "Core parts by S-COL2")
    assert by_components.outcome is Outcome.NOT_DETERMINABLE
    assert "M0006 AXLE" in by_components.shown


def test_a_super_core_with_a_part_of_no_figures_names_it() -> None:
    found = view(result(small_company()), "Core parts by S-ALL")
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "M0006 AXLE" in found.shown


def test_a_core_part_within_another_is_not_counted_twice() -> None:
    company = with_statements()
    company.change("items", lambda item: item.part == "CASE", core_group="body and chassis")
    stated(company, "CASE", 250, 10)
    found = view(result(company), "Core parts by S-ALL")
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "M0005 CASE is inside another core part" in found.shown


@pytest.mark.parametrize("field", [pytest.param("classifications", id="no-code"), pytest.param("items", id="no-item")])
def test_a_material_that_nothing_places_counts_as_if_column_2_listed_it(field: str) -> None:
    company = without_the_case()
    company.drop(field, lambda line: line.part == "CASE")
    assert ways(result(company), "PACK")["I-COL2"] == "37.50 % (at least 72 %)"


def test_a_code_of_column_2_without_a_role_counts_and_with_none_recorded_does_not() -> None:
    company = without_the_case()
    company.change("classifications", lambda line: line.part == "CASE", code="850790")
    assert ways(result(company), "PACK")["I-COL2"] == "37.50 % (at least 72 %)"
    company.change("classifications", lambda line: line.part == "CASE", table_role="A.2:none")
    assert ways(result(company), "PACK")["I-COL2"] == "75.00 % (at least 72 %)"


def with_modules() -> Company:
    """Ten cells of 20 in one module that the pack's plant makes for 400; the case is foreign."""
    company = without_the_case()
    company.drop("bills", lambda line: line.child == "CELL")
    company.add("bills", bill_line("PACK", "P-CA", "MODULE", 1, "P-CA"), "bill-PACK")
    company.add("bills", bill_line("MODULE", "P-CA", "CELL", 10, None), "bill-MODULE")
    company.add("items", item_line("MODULE", "module", None, "modules/arrays"), "items-1")
    company.add("classifications", code_line("MODULE", "850760"), "classifications-1")
    for month, made in MADE.items():
        volume = VolumeLine(owner=OWNER, part="MODULE", plant="P-CA", month=month, made=made)
        company.add("volumes", volume, "volumes-1")
    for element, amount in (("material", 200), ("labour", 200)):
        company.cost("MODULE", "P-CA", element, Decimal(amount) * UNITS)
    company.change("costs", lambda line: line.part == "PACK" and line.element == "material", amount=Decimal(7000))
    return company


def test_a_made_component_that_meets_its_own_rule_counts_nothing_by_column_2() -> None:
    # the module: a change from 8507.90 with (400 - 200) / 400 = 50 %, which its rule wants
    found = result(with_modules())
    assert material(found, "MODULE").counted_column_2 == 0
    assert material(found, "MODULE").reason.endswith("As a column 2 component, by its own rule, it originates.")
    assert ways(found, "PACK")["I-COL2"] == "100.00 % (at least 72 %)"


def test_a_made_component_that_fails_its_rule_counts_in_full() -> None:
    company = with_modules()
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(21))
    # (400 - 210) / 400 is under 50: the module counts with its whole cost of 400 in the pack's 1000
    found = result(company)
    assert cell(found, "M0003.net_cost") == 10000
    assert ways(found, "PACK")["I-COL2"] == "60.00 % (at least 72 %)"


def test_cells_recorded_in_the_pack_s_own_subheading_are_worked_out_in_the_other_too() -> None:
    company = with_modules()
    company.change("classifications", lambda line: line.part == "CELL", code="850760")
    found = result(company)
    assert {each.name: each.choice for each in found.choices}["cells-classification"] == "8507.60"
    # in one subheading with the module its cells do not shift, so that it counts in full
    assert ways(found, "PACK")["I-COL2"] == "60.00 % (at least 72 %)"
    assert view(found, "Subheading of lithium-ion cells").option == "8507.90"


def test_the_other_subheading_of_cells_shows_where_it_changes_the_result() -> None:
    company = with_modules()
    company.elect(CORE_WAY, "I-COL2")
    company.elect(READING, "panel")
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 38000, amount=Decimal(40000))
    found = result(company)
    assert found.outcome is Outcome.MET, found.summary
    other = view(found, "Subheading of lithium-ion cells")
    assert (other.option, other.outcome) == ("8507.60", Outcome.NOT_MET)


@pytest.mark.parametrize(
    ("elected", "code", "outcome"),
    [
        pytest.param(None, "850790", Outcome.MET, id="as-recorded"),
        pytest.param("8507.60", "850760", Outcome.NOT_MET, id="as-elected"),
    ],
)
def test_a_module_maker_s_own_good_stands_under_the_code_of_its_cells(
    elected: str | None, code: str, outcome: Outcome
) -> None:
    company = with_modules()
    if elected is not None:
        company.elect("cells-classification", elected)
    for part, asked in (("MODULE", {"part": "MODULE", "plant": "P-CA"}), ("CELL", {"part": "CELL", "plant": "P-CA"})):
        use = company.facts["uses"][0].value.model_copy(
            update={"part": part, "use": UseClass.STATIONARY_STORAGE, "vehicle_class": None}
        )
        company.add("uses", use, "uses-1")
        found = result(company, **asked)
        assert "cells-classification" in {choice.name for choice in found.choices}
        if part == "MODULE":
            assert limb(found, "product rule").outcome is outcome
        else:
            assert found.good.rule_code == code


def test_different_ways_for_different_parts_are_an_open_question_with_a_default() -> None:
    company = without_the_case()
    company.elect(CORE_WAY, "I-COL2", "PACK")
    found = result(company)
    assert {each.name: each.choice for each in found.choices}["core-ways-combined"] == "each-its-own"
    company.elect("core-ways-combined", "one-way")
    assert limb(result(company), "core parts").outcome is Outcome.MET  # all by I-COL2: the body has no component


def test_a_period_across_a_step_leaves_every_way_open() -> None:
    company = small_company()
    found = result(company, period_from=date(2023, 6, 1), period_to=date(2023, 7, 31))
    assert all(each.outcome is Outcome.NOT_DETERMINABLE for each in core(found, "PACK").ways)


def open_core(company: Company, said: str) -> None:
    """The core parts are not determinable, and a gap says why."""
    found = result(company)
    assert limb(found, "core parts").outcome is Outcome.NOT_DETERMINABLE
    assert any(gap.open and said in gap.what for gap in found.gaps), [gap.what for gap in found.gaps]


def test_a_gear_box_without_a_core_group_leaves_the_core_parts_open() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "RADIO", code="870840")
    open_core(company, "M0010 RADIO: its code is one of those of transmission")
    company.change("classifications", lambda line: line.part == "RADIO", table_role="A.2:transmission:whole part")
    open_core(company, "M0010 RADIO: its code is one of those of transmission")
    company.change("items", lambda item: item.part == "RADIO", core_group="transmission")
    assert limb(result(company), "core parts").outcome is Outcome.NOT_MET


@pytest.mark.parametrize("role", ["A.2:none", "A.2:transmission:gears and gear blanks"])
def test_a_part_recorded_as_no_whole_part_is_no_core_part(role: str) -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "RADIO", code="870840", table_role=role)
    assert limb(result(company), "core parts").outcome is Outcome.MET


def test_a_second_axle_without_a_core_group_is_not_hidden_by_the_first() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "RADIO", code="870850")
    open_core(company, "M0010 RADIO: its code is one of those of axle")


@pytest.mark.parametrize(("part", "key"), [("CASE", "M0005"), ("RADIO", "M0010")])
def test_a_part_without_a_code_could_be_a_core_part_also_inside_one(part: str, key: str) -> None:
    company = small_company()
    company.drop("classifications", lambda line: line.part == part)
    open_core(company, f"{key} {part} has no code")


def test_a_part_inside_a_core_part_could_be_one_of_another_group() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "CASE", code="870850")
    open_core(company, "M0005 CASE: its code is one of those of axle")


def test_a_part_inside_a_core_part_whose_code_is_of_that_group_is_part_of_it() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "CASE", code="850760")
    assert limb(result(company), "core parts").outcome is Outcome.MET


def test_a_role_of_a_group_that_has_no_row_for_the_code_says_nothing() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "RADIO", code="870850", table_role="A.2:engine:heads")
    open_core(company, "M0010 RADIO: its code is one of those of axle")


def test_an_engine_asks_for_a_transmission() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "EV1", code="870323")
    company.change("items", lambda item: item.part == "PACK", core_group="engine")
    company.change("classifications", lambda line: line.part == "PACK", code="840734")
    open_core(company, "core part: transmission")


@pytest.mark.parametrize(
    ("powertrain", "wanted"),
    [
        pytest.param(Powertrain.ELECTRIC, (), id="electric"),
        pytest.param(Powertrain.PLUG_IN_SPARK, ("engine", "transmission"), id="plug-in"),
        pytest.param(Powertrain.DIESEL, ("engine", "transmission"), id="diesel"),
    ],
)
def test_what_drives_the_vehicle_says_which_core_parts_it_has(powertrain: Powertrain, wanted: tuple[str, ...]) -> None:
    company = small_company()
    company.change("uses", lambda use: use.part == "EV1", programme="E-ONE")
    company.change("classifications", lambda line: line.part == "EV1", code="870390")
    open_core(company, "programme E-ONE, which its use names, is not on record")
    line = ProgrammeLine(
        programme="E-ONE", producer=OWNER, plant="P-MX", model_line="EV", programme_class="passenger_vehicle",
        road_use=RoadUse.ON_ROAD, powertrain=powertrain, model_years=("2023",),
        applies_from=date(2023, 1, 1), shown_by="production plan",
    )  # fmt: skip
    company.add("programmes", line, "programmes-1")
    found = {gap.what for gap in result(company).gaps}
    assert {each for each in ("engine", "transmission", "advanced battery") if _asks(found, each)} == set(wanted)


def _asks(gaps: set[str], group: str) -> bool:
    return any(f"core part: {group}: no part of the bill" in gap for gap in gaps)


def test_a_hybrid_by_its_code_has_an_engine_a_transmission_and_a_battery() -> None:
    company = small_company()
    company.change("classifications", lambda line: line.part == "EV1", code="870360")
    found = {gap.what for gap in result(company).gaps}
    assert [_asks(found, each) for each in ("engine", "transmission", "advanced battery")] == [True, True, False]
