"""Identifiers of vehicle certifications: asked of what was submitted to the United States from 2025-05-19 on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.origin.determine import determine
from evidence.origin.limbs import IDENTIFIER_SERIES, certified
from evidence.origin.worksheet import Outcome
from evidence.rules.finding import Finding
from evidence.rules.finding import Outcome as Found
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import small_company

LAW = RuleSet.load()
STEEL = VehicleCertificationKind.STEEL
BEFORE = replace(LAW, parameters={name: one for name, one in LAW.parameters.items() if name != IDENTIFIER_SERIES})
"""A rule set made before the figure was: what snapshots of that time are replayed under."""


def on_file(law: RuleSet = LAW, **update: object) -> Finding:
    """The small company's steel certification, without an identifier and changed by `update`."""
    company = small_company()
    company.change("vehicle_certifications", lambda form: form.certification_kind is STEEL, identifier=None, **update)
    return certified(company.inputs(), STEEL, law)[0]


@pytest.mark.parametrize(
    ("submitted", "outcome", "asked"),
    [
        pytest.param(date(2020, 6, 30), Found.MET, Decimal(0), id="before-the-agreement"),
        pytest.param(date(2022, 12, 1), Found.MET, Decimal(0), id="years-before"),
        pytest.param(date(2025, 5, 18), Found.MET, Decimal(0), id="the-day-before"),
        pytest.param(date(2025, 5, 19), Found.NOT_DETERMINABLE, None, id="the-first-day"),
        pytest.param(date(2025, 5, 20), Found.NOT_DETERMINABLE, None, id="the-day-after"),
    ],
)
def test_an_identifier_is_asked_of_what_was_submitted_from_its_first_day_on(
    submitted: date, outcome: Found, asked: Decimal | None
) -> None:
    found = on_file(submitted_on=submitted)
    assert found.outcome is outcome
    assert [(law.name, law.amount) for law in found.law] == ([] if asked is None else [(IDENTIFIER_SERIES, asked)])
    if outcome is Found.MET:
        assert found.reason.endswith("it bears no identifier, and none was asked for then")
    else:
        assert f"submitted on {submitted} has no identifier" in found.reason


def test_no_text_read_asks_for_an_identifier_of_what_was_submitted_to_another_country() -> None:
    found = on_file(submitted_on=date(2025, 6, 1), authority="CA")
    assert found.met
    assert found.law == ()
    assert "no text read asks for one there" in found.reason


def test_a_rule_set_from_before_the_figure_asks_as_it_did() -> None:
    assert on_file(BEFORE).outcome is Found.NOT_DETERMINABLE


def test_a_look_back_without_identifiers_is_determined_and_the_worksheet_says_why() -> None:
    company = small_company()
    company.change("vehicle_certifications", lambda form: True, identifier=None)
    found = determine(company.inputs(), LAW)
    assert found.outcome is Outcome.MET
    rows = [row for row in found.findings if row.test.endswith(": certification on file") or row.limb in ("steel",)]
    assert rows
    assert any("CBP Dec. 24-18" in law.source for row in rows for law in row.law)
