"""Other vehicles of s.20: a bus of the small company, and an engine for one.

The car's books made a bus of 30 persons: net cost 5000 of one unit. RADIO 1000 is of Table F and declared not to
originate, with 400 inside; AXLE 400, SUSP 300 and STEER 200 are not declared, and the 10 CELL at 20 neither:

    with tracing      400 + 400 + 300 + 200 + 200 = 1500:  70 %
    by whole values  1000 + 400 + 300 + 200 + 200 = 2100:  58 %
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from evidence.core.statements.base import Basis
from evidence.core.statements.claim import GateOutcome
from evidence.core.statements.declaration import DeclarationForm
from evidence.core.statements.programme import Powertrain, ProgrammeClass, ProgrammeLine, RoadUse
from evidence.core.statements.use import UseClass
from evidence.origin.question import Event, Question
from evidence.origin.snapshot import determine_in
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.small_company import FIRST, LAST, LAW, OWNER, Company, material, result, rvc, small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_gate import CASE, check
from tests.unit.origin.test_missing_counts_against import improvements
from tests.unit.origin.test_staged_vehicle import APPROVAL, staged

NOT_DECLARED = ("AXLE", "SUSP", "STEER")


def programme(**update: Any) -> ProgrammeLine:
    values: dict[str, Any] = {
        "programme": "BUS-SPECIMEN",
        "producer": OWNER,
        "plant": "P-MX",
        "model_line": "SPECIMEN BUS",
        "programme_class": ProgrammeClass.OTHER_S20_3,
        "road_use": RoadUse.ON_ROAD,
        "powertrain": Powertrain.ELECTRIC,
        "persons": 30,
        "model_years": ("2023",),
        "applies_from": date(2023, 1, 1),
        "shown_by": "production plan",
        **update,
    }
    return ProgrammeLine(**values)


def bus(inside: str | None = "400", **update: Any) -> Company:
    company = small_company()
    company.change("classifications", lambda line: line.part == "EV1", code="870210", hs_edition="HS2012")
    company.change("uses", lambda line: True, vehicle_class=None, programme="BUS-SPECIMEN")
    company.add("programmes", programme(**update), "programmes-1")
    company.drop("declarations", lambda declaration: declaration.part in NOT_DECLARED)
    if inside is not None:
        company.declare(
            "RADIO", form=DeclarationForm.NOT_ORIGINATING, non_originating_value=Decimal(inside), currency="USD"
        )
    return company


def view(worksheet: Worksheet, option: str) -> Outcome:
    return next(view.outcome for view in worksheet.views if view.option == option)


def test_a_bus_needs_sixty_percent_and_no_core_part_steel_aluminum_or_labor() -> None:
    found = result(bus())
    assert found.outcome is Outcome.MET
    assert (rvc(found).figure, rvc(found).bound) == (Decimal(70), Decimal(60))
    assert {row.limb for row in found.findings} == {"product rule", "general conditions"}
    assert found.core_parts == ()


def test_a_material_of_table_f_counts_with_what_its_producer_states_inside_it() -> None:
    row = material(result(bus()), "RADIO")
    assert row.counted == 400
    assert "Table F or G" in row.reason


def test_the_reading_by_whole_values_is_shown_beside_it_and_fails() -> None:
    found = result(bus())
    assert view(found, "whole-values") is Outcome.NOT_MET
    choice = next(choice for choice in found.choices if choice.name == "other-vehicle-vnm")
    assert (choice.choice, choice.is_default) == ("traced", True)


def test_the_reading_by_whole_values_decides_where_it_is_elected() -> None:
    company = bus()
    company.elect("other-vehicle-vnm", "whole-values")
    found = result(company)
    assert found.outcome is Outcome.NOT_MET
    assert rvc(found).figure == 58
    assert material(found, "RADIO").counted == 1000
    assert view(found, "traced") is Outcome.MET


def test_without_a_statement_of_what_is_inside_the_value_counts() -> None:
    found = result(bus(inside=None))
    assert found.outcome is Outcome.NOT_MET
    assert material(found, "RADIO").counted == 1000


def test_a_statement_of_more_than_the_value_counts_as_the_value() -> None:
    assert material(result(bus(inside="1200")), "RADIO").counted == 1000


def test_a_material_of_no_table_is_not_traced() -> None:
    company = bus()
    company.change("classifications", lambda line: line.part == "RADIO", code="852210")
    assert material(result(company), "RADIO").counted == 1000


def test_a_passenger_vehicle_is_never_traced_so() -> None:
    company = small_company()
    company.declare("RADIO", form=DeclarationForm.NOT_ORIGINATING, non_originating_value=Decimal(400), currency="USD")
    assert material(result(company), "RADIO").counted == 1000


@pytest.mark.parametrize(
    ("update", "said"),
    [
        pytest.param({"persons": 12}, "it carries 12", id="persons"),
        pytest.param({"programme_class": ProgrammeClass.LIGHT_TRUCK}, "vehicle of no class", id="class"),
        pytest.param({"plant": "P-CA"}, "vehicle of no class", id="plant"),
        pytest.param({"applies_from": date(2023, 5, 1)}, "vehicle of no class", id="from-later"),
    ],
)
def test_a_programme_that_does_not_fit_leaves_the_rule_open(update: dict[str, Any], said: str) -> None:
    found = result(bus(**update))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert said in found.findings[0].reason


NEW_PLANT: dict[str, Any] = {"prototype_on": date(2022, 6, 1)}
REFIT: dict[str, Any] = {"refit_on": date(2022, 6, 1), "closed_from": date(2021, 11, 1), "closed_to": date(2022, 1, 31)}


@pytest.mark.parametrize(
    ("election", "choice", "update", "bound"),
    [
        pytest.param("new plant", "new class", NEW_PLANT, 50, id="new-plant"),
        pytest.param("refit", "new marque", REFIT, 50, id="refit"),
        pytest.param("refit", "new marque", REFIT | {"refit_on": date(2021, 6, 2), "closed_from": date(2021, 1, 1),
                     "closed_to": date(2021, 5, 31)}, 60, id="over"),
        pytest.param("new plant", "new size category and underbody", NEW_PLANT, 60, id="size-of-a-bus"),
        pytest.param("refit", "new class", REFIT | {"closed_to": None}, 60, id="closure-not-recorded"),
    ],
)  # fmt: skip
def test_fifty_percent_binds_where_the_elected_case_holds(
    election: str, choice: str, update: dict[str, Any], bound: int
) -> None:
    company = bus(**update)
    company.elect(f"reduced content, {election}", choice)
    found = result(company)
    assert rvc(found).bound == bound
    reduced = [row.limb for row in found.findings if row.limb.startswith("50 percent")]
    shown = [view.name for view in found.views if view.name.startswith("50 percent")]
    assert bool(reduced) is (bound == 50)
    assert bool(shown) is (bound == 60)


def test_without_the_producers_election_a_new_plant_changes_nothing() -> None:
    assert rvc(result(bus(**NEW_PLANT))).bound == 60


def test_a_prototype_made_while_the_plant_was_closed_opens_no_reduced_percentage() -> None:
    company = bus(refit_on=date(2022, 1, 31), closed_from=date(2021, 11, 1), closed_to=date(2022, 1, 31))
    company.elect("reduced content, refit", "new marque")
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "ends before the prototype" in found.findings[0].reason


@pytest.mark.parametrize(
    ("election", "choice", "said"),
    [
        pytest.param("new plant", "new colour", "wanted one of", id="an-unknown-case"),
        pytest.param("refit", "new class", "no day of the first prototype", id="no-day"),
    ],
)
def test_an_election_that_cannot_be_worked_out_is_named(election: str, choice: str, said: str) -> None:
    company = bus(**NEW_PLANT)
    company.elect(f"reduced content, {election}", choice)
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert said in found.findings[0].reason


def engine(code: str = "840820", **update: Any) -> Company:
    """PACK's books for an engine: net cost 800 of one unit, of which the cells' 200 do not originate: 75 percent."""
    company = bus(**update)
    company.change("classifications", lambda line: line.part == "PACK", code=code, table_role="gear boxes")
    company.change("uses", lambda line: True, part="PACK", use=UseClass.OTHER_VEHICLE, vehicle_class=None)
    company.change("items", lambda item: item.part == "PACK", core_group=None)
    return company


@pytest.mark.parametrize(
    ("group", "bound"),
    [
        pytest.param(ProgrammeClass.OTHER_S20_2, Decimal("62.5"), id="s20-2"),
        pytest.param(ProgrammeClass.OTHER_S20_3, Decimal(60), id="s20-3"),
    ],
)
def test_an_engine_needs_the_content_of_the_vehicle_that_it_goes_into(group: ProgrammeClass, bound: Decimal) -> None:
    found = result(engine(programme_class=group), part="PACK", plant="P-CA")
    assert found.outcome is Outcome.MET
    assert (rvc(found).figure, rvc(found).bound) == (Decimal(75), bound)


def test_an_engine_for_a_vehicle_of_no_programme_is_not_determinable() -> None:
    company = engine()
    company.drop("programmes", lambda line: True)
    found = result(company, part="PACK", plant="P-CA")
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "vehicle programme" in found.findings[0].reason


def test_an_engine_for_two_groups_of_vehicles_is_not_determinable() -> None:
    company = engine()
    company.add("programmes", programme(programme_class=ProgrammeClass.OTHER_S20_2), "programmes-1")
    found = result(company, part="PACK", plant="P-CA")
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "one of s.20(2) and s.20(3)" in found.findings[0].reason


def test_withholding_any_one_statement_of_the_bus_improves_nothing() -> None:
    better = {Outcome.NOT_MET: 0, Outcome.NOT_DETERMINABLE: 1, Outcome.MET: 2}
    for company in (bus(), bus("700"), engine()):
        part = company.facts["uses"][0].value.part
        plant = "P-MX" if part == "EV1" else "P-CA"
        whole = better[result(company, part=part, plant=plant).outcome]
        for statement in company.statements():
            without = result(company, statement, part=part, plant=plant)
            assert better[without.outcome] <= max(whole, 1), statement


def test_a_vehicle_of_8703_10_is_under_its_own_rule_and_needs_no_programme() -> None:
    company = bus()
    company.drop("programmes", lambda line: True)
    company.change("classifications", lambda line: line.part == "EV1", code="870310", hs_edition="HS2012")
    found = result(company)
    assert found.outcome is Outcome.MET
    assert rvc(found).bound == 50
    assert material(found, "RADIO").counted == 1000


@pytest.mark.parametrize("build", [pytest.param(bus, id="bus"), pytest.param(staged, id="alternative-staging")])
def test_a_determination_from_a_home_finds_programme_and_authorisation(
    build: Callable[[], Company], tmp_path: Path
) -> None:
    asked = Question(
        owner=OWNER, part="EV1", plant="P-MX", period_from=FIRST, period_to=LAST, basis=Basis.ACTUAL,
        event=Event.PRODUCTION,
    )  # fmt: skip
    by_hand = result(build())
    with make_home(tmp_path / "home") as handle:
        handle.documents.put(APPROVAL)
        record_company(handle, build())
        from_home = determine_in(handle, asked, LAW, "1").worksheet
    assert from_home.outcome is by_hand.outcome
    assert rvc(from_home).shown == rvc(by_hand).shown
    assert [(view.name, view.outcome) for view in from_home.views] == [
        (view.name, view.outcome) for view in by_hand.views
    ]


def test_a_claim_that_rests_on_tracing_is_warned_about_at_the_gate() -> None:
    outcome, found = check(replace(CASE, worksheet=result(bus())), 9)
    assert outcome is GateOutcome.WARNING
    assert "by s.20(5): 58.00 %" in found


@some.composite
def buses(draw: some.DrawFn) -> Company:
    """Buses with other declarations of what is inside, other statements, readings and reduced percentages."""
    company = bus(inside=None, **draw(some.sampled_from([{}, NEW_PLANT, REFIT])))
    for part in draw(some.lists(some.sampled_from(["RADIO", "AXLE", "STEER", "SEAT", "CELL"]), max_size=5)):
        inside = draw(some.none() | some.integers(0, 600))
        form = draw(some.sampled_from([DeclarationForm.NOT_ORIGINATING, DeclarationForm.ACCUMULATION_COST]))
        figures = {} if inside is None else {"non_originating_value": Decimal(inside), "currency": "USD"}
        company.declare(part, form=form, accept=draw(some.booleans()), **figures)
    if draw(some.booleans()):
        company.elect("other-vehicle-vnm", "whole-values")
    if draw(some.booleans()):
        company.elect(f"reduced content, {draw(some.sampled_from(['new plant', 'refit']))}", "new class")
    return company


@settings(max_examples=60)
@given(buses(), some.data())
def test_withholding_any_one_supporting_statement_of_a_bus_never_improves_any_limb(
    company: Company, data: some.DataObject
) -> None:
    """A declaration that a part does not originate speaks against it where another covers it: it is not withheld."""
    kept = {fact.statement for fact in company.facts.get("elections", [])}
    kept |= {
        fact.statement for fact in company.facts["declarations"] if fact.value.form is DeclarationForm.NOT_ORIGINATING
    }
    accepted = {fact.value.declaration: fact.statement for fact in company.facts["events"]}
    kept |= {accepted[name] for name in kept if name in accepted}
    withheld = data.draw(some.sampled_from([name for name in company.statements() if name not in kept]))
    assert improvements(result(company), result(company, withheld)) == []
