"""Averages of parts over the units that go into vehicles of one category (s.16(10) with the categories of s.16(1)).

EV1 of the small range as a part: 10 made in a quarter at a net cost of 5000, 1000 of each not originating. 4 went into
HATCH, 3 into SEDAN, which is of the same class and plant, and 3 into LORRY.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.programme import Powertrain, ProgrammeClass, ProgrammeLine, RoadUse
from evidence.core.statements.use import UseClass, UseLine
from evidence.errors import MalformedValue, UsageError
from evidence.origin.average_inputs import AverageQuestion
from evidence.origin.averages import AverageSheet, work_out
from evidence.origin.worksheet import Outcome
from evidence.rules.averaging import Basis, Category, Regime, Terms
from tests.unit.origin.small_company import LAW, OWNER
from tests.unit.origin.small_range import QUARTERS, QUESTION, averaged, election, fact, site, snapshot, use, worksheet

FIRST, LAST = QUARTERS[0]
ASKED: dict[str, Any] = {"category": Category.PLANT, "period_from": FIRST, "period_to": LAST, "programme": "HATCH"}


def programme(name: str, line: str, **update: Any) -> ProgrammeLine:
    values: dict[str, Any] = {
        "programme": name, "producer": OWNER, "plant": "P-MX", "model_line": line,
        "programme_class": ProgrammeClass.PASSENGER_VEHICLE, "road_use": RoadUse.ON_ROAD,
        "powertrain": Powertrain.ELECTRIC, "model_years": ("2023",), "applies_from": date(2023, 1, 1),
        "shown_by": "production plan", **update,
    }  # fmt: skip
    return ProgrammeLine(**values)


def into(name: str | None, quantity: int | None, **update: Any) -> UseLine:
    said: dict[str, Any] = {"applies_from": FIRST, "applies_to": LAST, "programme": name, "quantity": quantity}
    return use("EV1", use=UseClass.OE_LIGHT, vehicle_class=None, unit="EA", **{**said, **update})


USES = (into("HATCH", 4, channel="B-1"), into("SEDAN", 3), into("LORRY", 3))
PROGRAMMES = (
    programme("HATCH", "SMALL"),
    programme("SEDAN", "LARGE"),
    programme("LORRY", "HEAVY", programme_class=ProgrammeClass.LIGHT_TRUCK),
)


def sheet(vehicles: Category, uses: tuple[UseLine, ...] = USES, **update: Any) -> AverageSheet:
    asked: dict[str, Any] = {name: update.pop(name) for name in ("basis", "aim", "programme") if name in update}
    values: dict[str, Any] = {
        "question": QUESTION.model_copy(update={**ASKED, "vehicles": vehicles, **asked}),
        "uses": tuple(fact(line, 2) for line in uses),
        "programmes": tuple(fact(line, 7) for line in PROGRAMMES),
        "snapshots": (snapshot(10, worksheet(period_from=FIRST, period_to=LAST)),),
        "elections": (),
        **update,
    }
    return work_out(averaged(**values), LAW)


@pytest.mark.parametrize(
    ("vehicles", "counted"),
    [
        pytest.param(Category.LINE_CLASS_PLANT, 4, id="model-line-class-and-plant"),
        pytest.param(Category.CLASS_PLANT, 7, id="class-and-plant"),
        pytest.param(Category.LINE_COUNTRY, 4, id="model-line-in-a-country"),
        pytest.param(Category.CLASS_COUNTRY, 7, id="class-in-a-country"),
    ],
)
def test_only_the_units_for_vehicles_of_the_category_are_counted(vehicles: Category, counted: int) -> None:
    found = sheet(vehicles)
    assert (found.regime, found.outcome) == (Regime.PARTS, Outcome.MET)
    assert found.members[0].counted == counted
    assert (found.net_cost, found.non_originating) == (Decimal(5000 * counted), Decimal(1000 * counted))
    assert f"for vehicles of the {vehicles.value}" in found.findings[0].test


def test_of_these_only_what_one_buyer_took_may_be_counted() -> None:
    assert sheet(Category.CLASS_PLANT, basis=Basis.BUYER, aim=("B-1",)).members[0].counted == 4


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        pytest.param((*USES[:2], into(None, 3)), "what goes into no programme", id="no-programme"),
        pytest.param((*USES[:2], into("ODD", 3)), "what goes into ODD", id="a-programme-not-on-record"),
        pytest.param((into("HATCH", None),), "how many went into HATCH", id="no-quantity"),
        pytest.param((into("HATCH", 4, applies_to=None),), "how many went into HATCH", id="no-last-day"),
        pytest.param((into("HATCH", 11),), "11 units are recorded", id="more-than-were-made"),
    ],
)
def test_units_of_which_the_vehicle_is_not_known_leave_the_average_open(uses: tuple[UseLine, ...], said: str) -> None:
    found = sheet(Category.CLASS_PLANT, uses)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert said in found.members[0].reason


def test_a_programme_of_two_plants_does_not_tell_which_plant_the_units_are_for() -> None:
    two = (*PROGRAMMES, programme("SEDAN", "LARGE", plant="P-US"))
    found = sheet(Category.CLASS_PLANT, programmes=tuple(fact(line, 7) for line in two))
    assert "what goes into SEDAN" in found.members[0].reason


def test_a_vehicle_programme_that_is_not_on_record_opens_nothing() -> None:
    assert "no vehicle programme ODD" in sheet(Category.CLASS_PLANT, programme="ODD").members[0].reason


def test_a_plant_in_no_known_country_leaves_a_category_of_one_country_open() -> None:
    assert sheet(Category.CLASS_COUNTRY, sites=()).outcome is Outcome.NOT_DETERMINABLE
    assert sheet(Category.CLASS_PLANT, sites=()).outcome is Outcome.MET
    assert sheet(Category.CLASS_COUNTRY, sites=(fact(site(), 3),)).outcome is Outcome.MET


def test_an_election_of_other_vehicles_is_not_the_one_asked_about() -> None:
    terms = "regime=automotive parts; category=plant; basis=all"
    span: dict[str, Any] = {"valid_from": FIRST, "valid_to": LAST}
    same = fact(election(choice=f"{terms}; vehicles=b", **span), 5)
    assert sheet(Category.CLASS_PLANT, elections=(same,)).outcome is Outcome.MET
    other = fact(election(choice=terms, **span), 5)
    assert sheet(Category.CLASS_PLANT, elections=(other,)).outcome is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        pytest.param((Regime.VEHICLES, Category.CLASS_PLANT, Basis.ALL), "s.16(10)", id="of-vehicles"),
        pytest.param((Regime.PARTS, Category.PLANT, Basis.EXPORTED), "exported units only", id="exported"),
    ],
)
def test_goods_that_the_law_does_not_average_so_are_refused(terms: tuple[Regime, Category, Basis], said: str) -> None:
    regime, category, basis = terms
    with pytest.raises(MalformedValue) as refused:
        Terms(regime, category, basis, QUESTION.period, aim=("US",), vehicles=Category.CLASS_PLANT)
    assert said in str(refused.value)


def test_the_category_is_asked_with_a_programme_of_it() -> None:
    with pytest.raises(UsageError):
        AverageQuestion.model_validate({**QUESTION.model_dump(), "vehicles": Category.CLASS_PLANT})


def test_an_average_without_vehicles_is_written_as_before() -> None:
    assert not {"vehicles", "programme"} & QUESTION.model_dump(mode="json").keys()
