"""What another party makes counts by its own materials only where its producer says so for the good (s.9(2)(a))."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.declaration import DeclarationForm, DeclarationState
from evidence.origin.gaps import missing_declarations
from evidence.origin.worksheet import Outcome, Status, Worksheet
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import (
    BOUGHT,
    Company,
    bill_line,
    cell,
    core,
    limb,
    material,
    result,
    rvc,
    small_company,
)
from tests.unit.origin.test_missing_counts_against import improvements

LAW = RuleSet.load()
PACK = ("800", "P-MX", "OTHER-CA", "P-CA", True)
BOOKED = {"net_cost": 800, "non_originating_value": 200}
"""What the books of the pack say of one: its maker states the same."""


def company_with(monkeypatch: pytest.MonkeyPatch, **declared: Any) -> Company:
    """The small company with its pack made by another party, which states what `declared` says; nothing if empty."""
    monkeypatch.setitem(BOUGHT, "PACK", PACK)
    company = small_company()
    company.drop("purchases", lambda line: line.part == "PACK")
    company.drop("declarations", lambda one: one.part == "PACK")
    company.change("sites", lambda site: site.site == "P-CA", party="OTHER-CA")
    if declared:
        figures = {} if "form" in declared else {"form": DeclarationForm.ACCUMULATION_COST, **BOOKED}
        company.state("PACK", **{"revision": "A", **figures, **declared})
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
    figures = BOOKED if form is DeclarationForm.ACCUMULATION_COST else {}
    found = result(company_with(monkeypatch, form=form, **figures))
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
    assert [(gap.part, gap.failed) for gap in missing_declarations(company.inputs(), LAW)] == [
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


@pytest.mark.parametrize(
    ("update", "figures"),
    [
        # 30 of each pack are booked above what its maker states: 4970 net, 1000 foreign
        pytest.param({"net_cost": 770}, (49700, 10000), id="a-net-cost-under-the-books"),
        pytest.param({"net_cost": 900}, (50000, 10000), id="a-net-cost-above-the-books"),
    ],
)
def test_the_stated_net_cost_takes_the_place_of_the_books_of_what_another_party_makes(
    monkeypatch: pytest.MonkeyPatch, update: dict[str, Any], figures: tuple[int, int]
) -> None:
    company = company_with(monkeypatch, **update)
    company.change("items", lambda item: item.part == "PACK", core_group=None)
    company.change("classifications", lambda line: line.part == "PACK", table_role="A.2:none")
    found = result(company)
    assert (cell(found, "net_cost"), cell(found, "vnm")) == (figures[0], figures[1] + 2000)


def test_what_a_maker_states_beyond_its_books_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = result(company_with(monkeypatch, non_originating_value=260))
    # (800 - 260) / 800 = 67.5 %: the pack fails, and the good holds 1260 of 5000
    assert core(found, "PACK").content.startswith("67.50 %")
    assert (cell(found, "vnm.unit"), rvc(found).figure) == (1260, Decimal("74.8"))


def test_a_core_part_is_tested_on_the_net_cost_that_its_maker_states(monkeypatch: pytest.MonkeyPatch) -> None:
    # (700 - 200) / 700 = 71.42 % is under 72, although the books say 800
    found = result(company_with(monkeypatch, net_cost=700))
    assert (core(found, "PACK").outcome, core(found, "PACK").net_cost) == (Outcome.NOT_MET, 7000)
    assert (cell(found, "M0003.accumulated"), cell(found, "accumulated")) == (1000, 1000)


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"net_cost": None}, id="no-net-cost"),
        pytest.param({"non_originating_value": None}, id="no-value"),
        pytest.param(
            {"currency": "USD", "net_cost": Decimal(800), "non_originating_value": Decimal(200)}, id="in-dollars"
        ),
    ],
)
def test_a_statement_that_does_not_hold_counts_the_made_part_whole_and_stays_open(
    monkeypatch: pytest.MonkeyPatch, update: dict[str, Any]
) -> None:
    company = company_with(monkeypatch, **{name: each for name, each in update.items() if name != "currency"})
    if "currency" in update:
        company.change("declarations", lambda each: each.part == "PACK", **update)
    found = result(company)
    counted_whole(found)
    assert any(gap.open and "does not hold" in gap.what for gap in found.gaps)


def seats(**stated: Any) -> Company:
    """Two seats at 150 from Mexico by the figures that their maker states."""
    company = small_company()
    company.drop("declarations", lambda each: each.part == "SEAT")
    company.state("SEAT", **{"form": DeclarationForm.ACCUMULATION_COST, **stated})
    return company


def test_a_stated_net_cost_takes_the_place_of_the_price_in_the_buyers_net_cost() -> None:
    company = seats(net_cost=50, non_originating_value=45)
    # other costs 300 more and the radio too: 5310 booked; 5310 - 2 x (150 - 50) = 5110, 1090 of it foreign
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 38000, amount=Decimal(41100))
    company.change("purchases", lambda line: line.part == "RADIO", price=Decimal(1310))
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 7000, amount=Decimal(3900))
    found = result(company)
    assert (cell(found, "accumulated"), cell(found, "net_cost"), cell(found, "vnm")) == (2000, 48000, 14000)
    # 3400 of 4800 is 70.83 %, and with the booked 5000 it would have been 72
    assert (rvc(found).figure, rvc(found).outcome) == (Decimal("70.8333"), Outcome.NOT_MET)
    row = next(each for each in found.cells if each.id == "net_cost")
    assert row.formula == "total_cost - excluded - accumulated"


def test_the_rings_of_the_regulations_come_to_72_7_percent_by_full_accumulation() -> None:
    """UR s.9(8) ex.1 B: a bearing whose rings cost 1.40 net, 0.75 of it foreign, bought at 1.50: net cost 2.75."""
    company = small_company()
    company.drop("declarations", lambda each: each.part == "SEAT")
    company.drop("bills", lambda line: line.parent == "EV1" and line.child != "SEAT")
    company.change("bills", lambda line: line.child == "SEAT", quantity=Decimal(1))
    company.change("purchases", lambda line: line.part == "SEAT", price=Decimal("1.50"))
    company.drop("costs", lambda line: line.part == "EV1")
    # materials 1.95 with the rings, other product costs 0.75, period 0.15 of which 0.05 excluded, other 0.05
    for element, amount, exclusion in (
        ("material", "1.95", "none"), ("labour", "0.75", "none"), ("period", "0.10", "none"),
        ("period", "0.05", "royalties"), ("other", "0.05", "none"),
    ):  # fmt: skip
        company.cost("EV1", "P-MX", element, Decimal(amount) * 10, exclusion)
    company.purchase("STEEL", 10, plant="P-MX", price=Decimal("0.45"))
    company.add("bills", bill_line("EV1", "P-MX", "STEEL", 1, None), "bill-EV1")
    company.state("SEAT", form=DeclarationForm.ACCUMULATION_COST, net_cost="1.40", non_originating_value="0.75")
    found = result(company)
    assert (cell(found, "net_cost"), cell(found, "vnm")) == (Decimal("27.5"), Decimal("7.5"))
    assert rvc(found).figure == Decimal("72.7272")


@pytest.mark.parametrize(
    ("update", "said"),
    [
        pytest.param({"non_originating_value": 1}, "does not state net cost", id="no-net-cost"),
        pytest.param({"net_cost": 170, "non_originating_value": 160}, "at most the material's value", id="above-it"),
        pytest.param(
            {"form": DeclarationForm.ACCUMULATION_VALUE, "amount_free_of_vnm": 900}, "at most the material's value",
            id="more-free-than-it-is-worth",
        ),
    ],
)  # fmt: skip
def test_a_statement_that_does_not_hold_counts_the_whole_value_and_stays_open(
    update: dict[str, Any], said: str
) -> None:
    found = result(seats(**update))
    assert (material(found, "SEAT").counted, cell(found, "net_cost")) == (300, 50000)
    assert any(gap.open and said in gap.what for gap in found.gaps)


def test_a_statement_in_another_currency_than_its_givers_counts_for_nothing() -> None:
    company = seats(net_cost=140, non_originating_value=10)
    assert material(result(company), "SEAT").counted == 20
    company.change("declarations", lambda each: each.part == "SEAT", currency="USD")
    found = result(company)
    assert material(found, "SEAT").counted == 300
    assert any(gap.open and "it is in USD, not MXN" in gap.what for gap in found.gaps)


@pytest.mark.parametrize("first", [10, 130], ids=["the-lower-first", "the-higher-first"])
def test_of_figures_that_contradict_each_other_the_greatest_counts_and_a_person_must_decide(first: int) -> None:
    company = seats(net_cost=140, non_originating_value=first, reference="OLD")
    company.state(
        "SEAT", form=DeclarationForm.ACCUMULATION_COST, net_cost=140, non_originating_value=140 - first, reference="NEW"
    )
    found = result(company)
    assert material(found, "SEAT").counted == 2 * max(first, 140 - first)
    assert [gap.open for gap in found.gaps if "OLD and NEW" in gap.what] == [True]
    assert [gap.failed for gap in missing_declarations(company.inputs(), LAW)] == ["contradicted"]


def test_of_the_two_forms_of_one_producer_the_one_by_which_less_counts_is_chosen() -> None:
    company = seats(net_cost=140, non_originating_value=40)
    company.state("SEAT", form=DeclarationForm.ACCUMULATION_VALUE, amount_free_of_vnm=90)
    found = result(company)
    # by the first 40 of 140 net, by the second 60 of 150
    assert (material(found, "SEAT").counted, cell(found, "accumulated")) == (80, 200)
    assert found.gaps == ()
