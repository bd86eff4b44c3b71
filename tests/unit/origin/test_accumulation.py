"""What another party makes counts by its own materials only where its producer says so for the good (s.9(2)(a))."""

from datetime import date
from typing import Any

import pytest

from evidence.core.statements.declaration import DeclarationForm, DeclarationState
from evidence.origin.gaps import missing_declarations
from evidence.origin.worksheet import Outcome, Status, Worksheet
from tests.unit.origin.small_company import (
    BOUGHT,
    Company,
    cell,
    core,
    limb,
    material,
    result,
    small_company,
)
from tests.unit.origin.test_missing_counts_against import improvements

PACK = ("800", "P-MX", "OTHER-CA", "P-CA", True)


def company_with(monkeypatch: pytest.MonkeyPatch, **declared: Any) -> Company:
    """The small company with its pack made by another party, which states what `declared` says; nothing if empty."""
    monkeypatch.setitem(BOUGHT, "PACK", PACK)
    company = small_company()
    company.drop("purchases", lambda line: line.part == "PACK")
    company.drop("declarations", lambda one: one.part == "PACK")
    company.change("sites", lambda site: site.site == "P-CA", party="OTHER-CA")
    if declared:
        company.declare("PACK", **{"form": DeclarationForm.ACCUMULATION_COST, "revision": "A", **declared})
    return company


def counted_whole(worksheet: Worksheet) -> None:
    """The pack's 800 count, and as a core part it does not originate."""
    assert cell(worksheet, "vnm.unit") == 1800
    assert material(worksheet, "PACK").counted == 800
    assert material(worksheet, "CELL").counted == 0
    assert core(worksheet, "PACK").outcome is Outcome.NOT_MET
    assert limb(worksheet, "core parts").outcome is Outcome.NOT_MET


@pytest.mark.parametrize("form", [DeclarationForm.ACCUMULATION_COST, DeclarationForm.ORIGINATING])
def test_with_a_statement_of_its_producer_a_part_counts_by_its_own_books(
    monkeypatch: pytest.MonkeyPatch, form: DeclarationForm
) -> None:
    found = result(company_with(monkeypatch, form=form))
    plain = result(small_company())
    assert found.outcome is Outcome.MET
    assert cell(found, "vnm") == cell(plain, "vnm")
    assert core(found, "PACK").outcome is Outcome.MET
    (support,) = material(found, "PACK").support
    assert (support.supplier, support.reference, support.covers, support.grade) == (
        "OTHER-CA", "REF-PACK", True, "self-stated",
    )  # fmt: skip
    assert "counted by its own materials" in support.reason
    assert found.gaps == ()


def test_without_a_statement_its_whole_value_counts_as_undetermined(monkeypatch: pytest.MonkeyPatch) -> None:
    company = company_with(monkeypatch)
    found = result(company)
    counted_whole(found)
    assert material(found, "PACK").status is Status.UNDETERMINED
    assert [gap.owner for gap in found.gaps] == ["OTHER-CA"]
    assert "no statement of it on PACK is on file (s.9(2))" in found.gaps[0].what
    assert [(gap.part, gap.failed) for gap in missing_declarations(company.inputs())] == [
        ("PACK", "no statement of its producer")
    ]


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"valid_to": date(2023, 6, 29)}, id="a-day-short-of-the-period"),
        pytest.param({"valid_from": date(2023, 4, 2)}, id="from-a-day-late"),
        pytest.param({"plant": "W-CA"}, id="for-another-plant"),
        pytest.param({"supplier": "S-CASE"}, id="by-another-party"),
        pytest.param({"revision": "B"}, id="for-another-revision"),
        pytest.param({"signed_on": None}, id="unsigned"),
        pytest.param({"accept": False}, id="not-reviewed"),
        pytest.param({"form": DeclarationForm.NOT_ORIGINATING}, id="declared-not-originating"),
        pytest.param({"form": DeclarationForm.TARIFF_INPUTS}, id="of-tariff-inputs-only"),
    ],
)
def test_a_statement_that_does_not_fit_covers_nothing(monkeypatch: pytest.MonkeyPatch, update: dict[str, Any]) -> None:
    counted_whole(result(company_with(monkeypatch, **update)))


def test_a_statement_withdrawn_within_the_period_covers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    company = company_with(monkeypatch, accept=True)
    (number,) = (fact.value.id for fact in company.facts["declarations"] if fact.value.part == "PACK")
    company.event(number, DeclarationState.WITHDRAWN, date(2023, 6, 30))
    counted_whole(result(company))


def test_a_part_without_books_or_statement_leaves_the_value_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    company = company_with(monkeypatch)
    company.drop("costs", lambda line: line.part == "PACK")
    found = result(company)
    assert material(found, "PACK").counted is None
    assert limb(found, "regional value content").outcome is Outcome.NOT_DETERMINABLE


def test_a_plant_that_is_not_on_record_is_taken_to_be_another_party_s() -> None:
    company = small_company()
    company.drop("sites", lambda site: site.site == "P-CA")
    counted_whole(result(company))


def test_what_the_good_s_own_producer_makes_needs_no_statement() -> None:
    assert material(result(small_company()), "BODY").support == ()


@pytest.mark.parametrize("declared", [True, False], ids=["stated", "not-stated"])
def test_withholding_any_one_statement_never_improves_what_another_party_makes(
    monkeypatch: pytest.MonkeyPatch, declared: bool
) -> None:
    company = company_with(monkeypatch, **({"accept": True} if declared else {}))
    whole = result(company)
    for withheld in company.statements():
        assert improvements(whole, result(company, without=withheld)) == [], withheld
