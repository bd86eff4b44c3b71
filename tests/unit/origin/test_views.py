"""What a worksheet shows besides its result: other readings, each input's tariff change, the lines behind a figure."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.origin.worksheet import Outcome, ShiftTest, Worksheet
from tests.unit.origin.small_company import limb, material, result, small_company
from tests.unit.origin.test_determine_parts import aftermarket, brake

CERTIFIED = tuple(kind.value for kind in VehicleCertificationKind)


def view(worksheet: Worksheet, name: str) -> tuple[str, Outcome, str]:
    found = next(each for each in worksheet.views if each.name.startswith(name))
    return found.option, found.outcome, found.shown


def test_limbs_on_certifications_are_told_apart_from_what_is_computed() -> None:
    found = result(small_company())
    assert found.summary == (
        "Regional value content 80.00 % (at least 72 %). Met on computation: tariff change, regional value content, "
        "core parts. Met on the producer's certifications on file, not computed here: labour value content, steel, "
        "aluminum."
    )
    for name in CERTIFIED:
        assert limb(found, name).reason.startswith("on the producer's certification on file, not computed here")


@pytest.mark.parametrize(
    ("into", "said"), [(None, False), ("US", False), ("CA", True)], ids=["no-country", "its-own", "another"]
)
def test_a_certification_submitted_elsewhere_is_an_open_reading_not_a_failed_limb(into: str | None, said: bool) -> None:
    found = result(small_company(), importing_country=into)
    assert found.outcome is Outcome.MET
    open_views = [each for each in found.views if "importing country's authority" in each.name]
    assert len(open_views) == (3 if said else 0)
    assert all(each.outcome is Outcome.NOT_DETERMINABLE for each in open_views)
    assert ("vehicle-certification-addressee" in {choice.name for choice in found.choices}) is said
    for name in CERTIFIED:
        assert limb(found, name).outcome is Outcome.MET
        assert ("submitted to US, and none filed with CA is on record" in limb(found, name).reason) is said


def test_before_they_were_in_force_the_sections_on_certifications_are_not_cited_as_binding() -> None:
    sources = [law.source for law in limb(result(small_company()), "steel").law]
    assert sources == [
        "19 USC 4532(c) [K]; 19 CFR 182 App A s.17; SOR/2020-155 s.17 (19 CFR 182.92(b), 182.96 from 2025-03-18 on)"
    ]


def test_the_panels_reading_of_core_parts_is_shown_and_equal_where_each_passes_on_all_its_materials() -> None:
    option, outcome, shown = view(result(small_company()), "Core parts in the content")
    assert (option, outcome) == ("the panel's reading", Outcome.MET)
    assert shown == "80.00 % (at least 72 %); equal: every core part originates on all its own materials (I-ALL)"


def test_where_a_core_part_fails_by_every_way_both_readings_are_worked_out_and_equal() -> None:
    company = small_company()
    company.drop("declarations", lambda one: one.part == "CASE")
    option, outcome, shown = view(result(company), "Core parts in the content")
    # 1000 of the radio, 200 of the cells and 300 of the case, of 5000
    assert (option, outcome) == ("the panel's reading", Outcome.NOT_MET)
    assert shown == (
        "70.00 % (at least 72 %); equal: no core part originates by another way than I-ALL or its own rule"
    )


def test_the_other_reading_of_cells_has_no_effect_where_the_content_decides() -> None:
    found = result(small_company())
    assert view(found, "Subheading of lithium-ion cells") == (
        "8507.60", Outcome.MET, "worked out again: no effect on the result",
    )  # fmt: skip
    assert "cells-classification" in {choice.name for choice in found.choices}


def test_a_good_that_does_not_originate_has_no_criterion() -> None:
    company = small_company()
    company.drop("vehicle_certifications", lambda form: True)
    assert (result(small_company()).criterion, result(company).criterion) == ("B", "none")


def test_each_booked_cost_names_the_lines_that_it_sums() -> None:
    cells = {cell.id: cell for cell in result(small_company()).cells}
    refs = [cells[f"cost.{name}"].rests_on for name in ("material", "labour", "overhead", "period")]
    assert [len(each) for each in refs] == [1, 1, 1, 2]
    assert len({ref for each in refs for ref in each}) == 5
    assert set(cells["excluded.sales_promotion"].rests_on) < set(cells["cost.period"].rests_on)
    assert cells["excluded.royalties"].rests_on == ()


def test_what_counts_in_a_part_tested_by_itself_can_be_added_up_from_its_lines() -> None:
    found = result(small_company())
    cells = {cell.id: cell.value for cell in found.cells}
    pack = material(found, "PACK").id
    inside = [row for row in found.materials if row.within == pack]
    assert {row.part: row.counted_within for row in inside} == {"CELL": Decimal(200), "CASE": Decimal(0)}
    assert sum((row.counted_within or Decimal(0) for row in inside), Decimal(0)) == cells[f"{pack}.vnm.unit"] == 200
    assert cells[f"{pack}.vnm"] == 2000


def did(test: ShiftTest) -> dict[str, str]:
    return {row.part: row.shifts for row in test.rows}


def test_both_alternatives_of_a_heavy_truck_rule_are_shown_with_their_figures() -> None:
    found = result(brake("400"), part="PACK", plant="P-CA")
    (test,) = found.shifts
    assert (test.id, test.decides, test.outcome) == ("shift.1", False, Outcome.NOT_MET)
    assert did(test) == {"CELL": "does not shift", "CASE": "originates: need not shift"}
    assert (test.missed, test.base) == (4000, 8000)
    assert test.shown == "50.00 % (at most 10 %)"
    cells = {cell.id: cell for cell in found.cells}
    assert cells["shift.1.share"].value == 50
    assert cells["shift.1.missed"].rests_on == (material(found, "CELL").id,)
    shown = next(each.shown for each in found.views if each.option == "shift-suffices")
    assert shown == (
        "alternative 1 not met: tariff change, of which not shifting 50.00 % (at most 10 %); "
        "alternative 2 not met: content 50.00 % (at least 60 %)"
    )


def test_de_minimis_names_the_figures_that_it_rests_on() -> None:
    company = aftermarket("870880")
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(8))
    company.change("costs", lambda line: line.part == "PACK" and line.element == "material", amount=Decimal(3800))
    company.change("costs", lambda line: line.part == "PACK" and line.element == "overhead", amount=Decimal(3200))
    found = result(company, part="PACK", plant="P-CA")
    rows = [row for row in found.findings if row.test.startswith("de minimis")]
    assert rows
    for row in rows:
        assert "total_cost" in row.rests_on
        assert any(name.endswith(".missed") for name in row.rests_on)
    tests = [test for test in found.shifts if did(test)["CELL"] == "does not shift"]
    assert {(test.missed, test.base) for test in tests} == {(800, 8000)}


def test_a_good_without_a_rule_has_no_tariff_change_to_show() -> None:
    company = small_company()
    company.drop("uses", lambda use: True)
    assert result(company).shifts == ()


def test_a_day_that_decides_nothing_is_no_event_day() -> None:
    found = result(small_company(), on=date(2023, 7, 20))
    assert (found.event, found.event_day, found.other_day) == ("production", None, date(2023, 7, 20))
    assert view(found, "threshold on 2023-07-20, the day of export or entry given")[0] == "2023-07-20"
