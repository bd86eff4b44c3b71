"""Parts of Table A.1 under alternative staging (s.19): those of a staged vehicle, and one determined by itself.

The small company's car, whose body is made of 300 of undeclared sheet in a net cost of 800: 62.5 %, where 72 is wanted
without the regime. With the radio 1300 of 5000 do not originate, 74 %; where the body originates, 1000, 80 %.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.use import UseClass
from evidence.origin.worksheet import FindingRow, Outcome, View, Worksheet
from tests.unit.origin.small_company import Company, limb, material, result, rvc, small_company
from tests.unit.origin.test_staged_vehicle import authorised, regime, staged

BODY = "M0001 BODY under alternative staging"


def company(sheet: str = "300") -> Company:
    """The company with a body of so much undeclared sheet, at a net cost of 800."""
    found = small_company()
    found.drop("declarations", lambda line: line.part == "STEEL")
    found.change("purchases", lambda line: line.part == "STEEL", price=Decimal(sheet))
    rest = {"material": Decimal(sheet) * 10, "labour": 8000 - Decimal(sheet) * 10, "overhead": Decimal(0)}
    for element, amount in rest.items():
        found.change("costs", _booked("BODY", element), amount=amount)
    return found


def _booked(part: str, element: str) -> Callable[[Any], bool]:
    return lambda line: line.part == part and line.element == element


def elected(sheet: str = "300", **update: Any) -> Company:
    found = staged(company(sheet), **update)
    found.elect("alternative staging", "used")
    return found


def parts(worksheet: Worksheet) -> dict[str, FindingRow]:
    rows = [row for row in worksheet.findings if row.limb == "parts of Table A.1 under alternative staging"]
    return {row.test: row for row in reversed(rows)}


def test_a_part_that_reaches_the_percentage_of_the_regime_counts_as_nothing() -> None:
    assert rvc(result(company())).figure == 74
    found = result(elected())
    assert rvc(found).figure == 80
    assert (parts(found)[BODY].outcome, material(found, "BODY").status.value) == (Outcome.MET, "originating")
    inside = [row for row in found.findings if row.test.startswith("regional value content") and row.figure == 62.5]
    assert inside[0].bound == Decimal("62.5")


@pytest.mark.parametrize(
    ("sheet", "update", "content"),
    [
        pytest.param("300.08", {}, Decimal("73.9984"), id="short-of-62.5"),
        pytest.param("300", {"parts_value_percent": Decimal(63)}, Decimal(74), id="short-of-what-the-approval-sets"),
        pytest.param("320", {"parts_value_percent": Decimal(60)}, Decimal(80), id="at-what-the-approval-sets"),
        pytest.param("300", {"models": ("SPECIMEN TWO",)}, Decimal(74), id="a-vehicle-that-it-does-not-cover"),
    ],
)
def test_a_part_short_of_the_percentage_counts_by_its_materials(
    sheet: str, update: dict[str, Any], content: Decimal
) -> None:
    assert rvc(result(elected(sheet, **update))).figure == content


def test_a_battery_needs_only_the_change_from_any_other_subheading() -> None:
    # cells at 30: 300 of the pack's net cost of 800, short of its own rule and of 72; they are of 8507.90
    found = small_company()
    found.change("purchases", lambda line: line.part == "CELL", price=Decimal(30))
    found = staged(found)
    assert rvc(result(found)).figure == 74
    found.elect("alternative staging", "used")
    assert rvc(result(found)).figure == 80


def test_without_the_election_the_view_alone_takes_the_percentage_of_the_regime() -> None:
    # the approval asks for 75 of the vehicle: 74 with the body's sheet, 80 without
    found = result(staged(company(), regional_value_percent=Decimal(75)))
    assert rvc(found).figure == 74
    assert regime(found).outcome is Outcome.MET
    assert parts(found) == {}


# --- the cap and the share of regional production ---


YEAR, THREE_YEARS = (date(2019, 7, 1), date(2020, 6, 30)), (date(2017, 7, 1), date(2020, 6, 30))


def volumes(cap: int, base: int, days: tuple[date, date]) -> dict[str, Any]:
    first, last = days
    return {"cap_units": Decimal(cap), "base_volume": Decimal(base), "base_from": first, "base_to": last}


@pytest.mark.parametrize(
    ("cap", "base", "days", "plan", "outcome"),
    [
        pytest.param(100, 1000, YEAR, None, Outcome.MET, id="a-tenth"),
        pytest.param(101, 1000, YEAR, None, Outcome.NOT_DETERMINABLE, id="above-it-the-three-years-not-on-record"),
        pytest.param(100, 3000, THREE_YEARS, None, Outcome.MET, id="a-tenth-of-the-average"),
        pytest.param(101, 1000, YEAR, "credible plan accepted", Outcome.MET, id="with-a-plan"),
        pytest.param(
            10, 1000, (date(2019, 1, 1), date(2019, 12, 31)), None, Outcome.NOT_DETERMINABLE, id="of-other-days"
        ),
    ],
)
def test_the_cap_is_held_against_the_recorded_production(
    cap: int, base: int, days: tuple[date, date], plan: str | None, outcome: Outcome
) -> None:
    found = staged(company("0.01"), **volumes(cap, base, days))
    found.elect("alternative staging, vehicles so far", "1")
    if plan:
        found.elect("alternative staging, larger share", plan)
    assert regime(result(found)).outcome is outcome


def test_with_both_volumes_a_cap_above_the_greater_tenth_fails_without_a_plan() -> None:
    earlier: dict[str, Any] = {"authorised_on": date(2020, 5, 1), "valid_from": date(2020, 5, 1)}
    found = authorised(
        staged(company("0.01"), **volumes(101, 1000, YEAR)), **volumes(101, 3000, THREE_YEARS), **earlier
    )
    found.elect("alternative staging, vehicles so far", "1")
    assert "whether one was accepted" in regime(result(found)).shown
    found.elect("alternative staging, larger share", "no plan accepted")
    assert regime(result(found)).outcome is Outcome.NOT_MET


# --- a part determined by itself ---


def body(found: Company) -> Worksheet:
    return result(found, part="BODY", plant="P-MX")


def shown(worksheet: Worksheet) -> View:
    return next(view for view in worksheet.views if view.name == "Under alternative staging")


def made(sheet: str = "300", **update: Any) -> Company:
    found = staged(company(sheet), **update)
    found.change("uses", lambda use: True, part="BODY", use=UseClass.OE_LIGHT, vehicle_class=None)
    return found


def test_a_part_for_such_a_vehicle_is_shown_under_the_regime_beside_its_own_rule() -> None:
    found = body(made())
    assert (found.outcome, rvc(found).bound) == (Outcome.NOT_MET, Decimal(72))
    assert shown(found).outcome is Outcome.MET


def test_elected_the_regime_makes_the_part_originate() -> None:
    found = made()
    found.elect("alternative staging", "used", part="BODY")
    sheet = body(found)
    assert sheet.outcome is Outcome.MET
    assert limb(sheet, "product rule").outcome is Outcome.MET
    assert next(choice for choice in sheet.choices if choice.name == "alternative staging").choice == "used"


@pytest.mark.parametrize(
    ("update", "outcome"),
    [
        pytest.param({"models": ("SPECIMEN TWO",)}, Outcome.NOT_MET, id="model"),
        pytest.param({"producer": "ANOTHER"}, Outcome.NOT_MET, id="producer"),
        pytest.param({"parts_value_percent": Decimal(63)}, Outcome.NOT_MET, id="percentage"),
    ],
)
def test_a_part_for_a_vehicle_that_is_not_covered_stands_by_its_own_rule(
    update: dict[str, Any], outcome: Outcome
) -> None:
    assert shown(body(made(**update))).outcome is outcome


def test_a_part_without_a_programme_on_record_is_not_determinable_under_the_regime() -> None:
    found = made()
    found.drop("programmes", lambda line: True)
    assert "which one vehicle programme" in shown(body(found)).shown


def test_a_part_that_table_a1_does_not_list_has_no_such_view() -> None:
    found = made()
    found.change("classifications", lambda line: line.part == "BODY", code="870829")
    assert not [view for view in body(found).views if view.name == "Under alternative staging"]
