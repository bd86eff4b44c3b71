"""Alternative staging: what an approval must say, and where its figures come from."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.errors import MalformedValue, NoValueInForce, RuleError
from evidence.rules.finding import Outcome
from evidence.rules.ruleset import RuleSet
from evidence.rules.staged import labor_reached, requirement
from evidence.rules.staging import (
    Authorisation,
    BaseVolume,
    Requirement,
    StagedClass,
    Terms,
    standing,
    within_share,
)

LAW = RuleSet.load()
DAY = date(2024, 5, 1)
CAR = StagedClass.PASSENGER_VEHICLE


def terms(since: date = date(2020, 7, 1), last: date | None = None, **figures: Decimal) -> Terms:
    return Terms("A-1", since, last, ("ONE",), {Requirement[name]: figure for name, figure in figures.items()})


def approval(*of: Terms) -> Authorisation:
    return Authorisation("SPECIMEN MOTORS", "the approving authority", date(2020, 6, 1), of or (terms(),))


def test_the_figure_of_an_approval_is_cited_as_recorded_from_it() -> None:
    found = requirement(LAW, approval(terms(CONTENT=Decimal(64))), CAR, Requirement.CONTENT, DAY).on(DAY)
    assert found.amount == 64
    assert "approval A-1" in found.source
    assert found.confidence == "transcribed"


def test_without_a_figure_of_its_own_the_regime_s_applies_with_its_own_source() -> None:
    found = requirement(LAW, approval(), CAR, Requirement.CONTENT, DAY).on(DAY)
    assert found.amount == Decimal("62.5")
    assert found.source == "19 CFR 182 App A s.19; SOR/2020-155 s.19"


def test_after_the_regime_ended_there_is_no_figure() -> None:
    with pytest.raises(NoValueInForce):
        requirement(LAW, approval(), CAR, Requirement.CONTENT, date(2025, 7, 1)).on(date(2025, 7, 1))


def test_an_approval_that_runs_on_keeps_the_last_figure_and_says_whose_it_is() -> None:
    found = requirement(LAW, approval(terms(last=date(2026, 6, 30))), CAR, Requirement.STEEL, date(2026, 1, 1))
    assert found.on(date(2026, 1, 1)).amount == 70
    assert "as recorded" in found.on(date(2026, 1, 1)).source


def test_before_its_first_day_an_approval_asks_for_nothing_and_gives_no_standing() -> None:
    early = date(2020, 6, 30)
    with pytest.raises(RuleError, match="No terms"):
        requirement(LAW, approval(), CAR, Requirement.CONTENT, early)
    found = standing(LAW, approval(), CAR, early, producer="SPECIMEN MOTORS", model_line="ONE", used_units=None)
    assert not found.met


def test_labor_value_without_the_high_wage_materials_is_not_determinable() -> None:
    needed = {what: requirement(LAW, approval(), CAR, what, DAY).on(DAY) for what in Requirement}
    found = labor_reached(None, None, needed)
    assert (found.outcome, found.reason) == (Outcome.NOT_DETERMINABLE, "the high-wage materials are not known")


@pytest.mark.parametrize(
    ("build", "wanted"),
    [
        pytest.param(lambda: terms(last=date(2020, 1, 1)), "an end after its start", id="period"),
        pytest.param(lambda: terms(CONTENT=Decimal(101)), "0 to 100", id="percentage"),
        pytest.param(lambda: Terms("A", DAY, None, (), {}, cap_units=Decimal(-1)), "zero or more", id="cap"),
        pytest.param(lambda: Authorisation("P", "A", DAY, ()), "in order", id="no-terms"),
        pytest.param(lambda: approval(terms(DAY), terms(date(2020, 7, 1))), "in order", id="order"),
        pytest.param(lambda: approval(terms(DAY), terms(DAY)), "each once", id="twice"),
    ],
)
def test_an_approval_that_cannot_be_one_is_refused(build: object, wanted: str) -> None:
    assert callable(build)
    with pytest.raises(MalformedValue, match=wanted):
        build()


def test_a_producer_without_production_has_no_share() -> None:
    none = BaseVolume(Decimal(0), Decimal(0))
    assert not within_share(LAW, Decimal(1), none, DAY, credible_plan=False).met
    assert within_share(LAW, Decimal(0), none, DAY).met
