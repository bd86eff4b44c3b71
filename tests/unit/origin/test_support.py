"""Whether a declaration covers a purchase: each condition, on its bound and a step past it."""

from datetime import date

import pytest

from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.declaration import DeclarationForm, DeclarationState, Request, Silence
from evidence.core.statements.same_as import SameAs
from evidence.origin.determine import determine
from evidence.origin.gaps import missing_declarations
from evidence.origin.inputs import SupportingDocument
from evidence.origin.worksheet import MaterialRow, Status
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import Company, material, named, small_company

LAW = RuleSet.load()
RECEIVED = date(2023, 4, 12)
"""The day on which the seats of the small company came."""


def company_with(**update: object) -> Company:
    """The small company whose seats rest on one declaration, changed by `update`."""
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    company.declare("SEAT", **update)
    return company


def seat(company: Company) -> MaterialRow:
    return material(determine(company.inputs(), LAW), "SEAT")


@pytest.mark.parametrize(
    ("update", "covers", "words"),
    [
        pytest.param({}, True, "originating", id="as-it-should-be"),
        pytest.param({"valid_from": RECEIVED}, True, "originating", id="first-day"),
        pytest.param({"valid_from": date(2023, 4, 13)}, False, "2023-04-12 is outside it", id="a-day-late"),
        pytest.param({"valid_to": RECEIVED}, True, "originating", id="last-day"),
        pytest.param(
            {"valid_from": date(2022, 4, 1), "valid_to": date(2023, 4, 11)}, False, "to 2023-04-11", id="expired"
        ),
        pytest.param({"valid_to": None}, False, "no window", id="no-end"),
        pytest.param({"plant": "W-US"}, False, "is for plant W-US, the goods came from W-MX", id="wrong-plant"),
        pytest.param({"plant": None}, False, "names no plant", id="no-plant"),
        pytest.param({"signatory": None}, False, "not signed", id="no-signatory"),
        pytest.param({"signed_on": None}, False, "not signed", id="no-day-of-signing"),
        pytest.param({"accept": False}, False, "not yet reviewed", id="not-yet-reviewed"),
        pytest.param({"revision": "B"}, False, "revision B", id="another-revision"),
        pytest.param({"revision": "A"}, True, "originating", id="its-revision"),
        pytest.param({"supplier": "S-OTHER"}, False, "No declaration on file", id="another-supplier"),
        pytest.param({"form": DeclarationForm.NOT_ORIGINATING}, False, "declared not", id="not-originating"),
    ],
)
def test_a_purchase_is_covered_only_by_a_declaration_that_fits_it(
    update: dict[str, object], covers: bool, words: str
) -> None:
    row = seat(company_with(**update))
    assert row.support[0].covers is covers
    assert (row.counted == 0) is covers
    assert words in row.reason


@pytest.mark.parametrize("state", [DeclarationState.WITHDRAWN, DeclarationState.EXPIRED, DeclarationState.SUPERSEDED])
@pytest.mark.parametrize(
    ("effective", "covers"),
    [
        pytest.param(date(2023, 4, 13), True, id="from-the-day-after"),
        pytest.param(RECEIVED, False, id="from-the-day-itself"),
    ],
)
def test_what_ends_a_declaration_counts_from_its_effective_day(
    state: DeclarationState, effective: date, covers: bool
) -> None:
    company = company_with()
    company.event(company.facts["declarations"][-1].value.id, state, effective, "notice of the supplier")
    row = seat(company)
    assert row.support[0].covers is covers
    if not covers:
        assert f"{state.value} with effect from {effective}" in row.reason


def test_a_withdrawal_leaves_earlier_purchases_and_takes_later_ones() -> None:
    company = company_with()
    company.purchase("SEAT", 100, invoice="INV-2", received_on=date(2023, 6, 1))
    company.event(company.facts["declarations"][-1].value.id, DeclarationState.WITHDRAWN, date(2023, 5, 15), "notice")
    row = seat(company)
    assert [support.covers for support in row.support] == [True, False]
    assert row.counted == 300  # worst case: the one uncovered purchase makes all of it count


def test_a_later_acceptance_lifts_a_refusal_and_no_withdrawal() -> None:
    company = company_with(accept=False)
    number = company.facts["declarations"][-1].value.id
    company.event(number, DeclarationState.REFUSED, date(2023, 3, 8))
    assert not seat(company).support[0].covers
    company.event(number, DeclarationState.ACCEPTED, date(2023, 3, 20))
    assert seat(company).support[0].covers
    company.event(number, DeclarationState.WITHDRAWN, date(2023, 4, 1))
    company.event(number, DeclarationState.ACCEPTED, date(2023, 4, 2))
    assert not seat(company).support[0].covers


def test_declarations_that_contradict_each_other_count_against_and_wait_for_a_person() -> None:
    company = company_with()
    company.declare("SEAT", form=DeclarationForm.NOT_ORIGINATING)
    found = determine(company.inputs(), LAW)
    assert material(found, "SEAT").counted == 300
    assert [gap.open for gap in found.gaps] == [True]


def test_a_supplier_who_never_answered_is_named_and_the_gap_is_closed() -> None:
    company = company_with(accept=False)
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    silence = Silence(
        id=named("silence", "1"),
        issuer="self",
        request="REQ-1",
        supplier="S-SEAT",
        parts=("SEAT",),
        until=date(2023, 3, 31),
        reminders=2,
    )
    company.add("silences", silence)
    found = determine(company.inputs(), LAW)
    assert "had not answered by 2023-03-31" in material(found, "SEAT").reason
    assert [(gap.owner, gap.open) for gap in found.gaps] == [("S-SEAT", False)]


def test_a_request_under_way_is_an_open_gap_with_its_due_day() -> None:
    company = company_with(accept=False)
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    request = Request(
        id=named("req", "1"),
        issuer="self",
        number="REQ-1",
        supplier="S-SEAT",
        parts=("SEAT",),
        sent_on=date(2023, 4, 1),
        due_on=date(2023, 5, 1),
        channel="e-mail",
    )
    company.add("requests", request)
    assert [(gap.due, gap.open) for gap in determine(company.inputs(), LAW).gaps] == [(date(2023, 5, 1), True)]


def test_what_comes_from_outside_the_region_undeclared_is_no_gap() -> None:
    found = determine(small_company().inputs(), LAW)
    assert material(found, "RADIO").status is Status.NON_ORIGINATING
    assert found.gaps == ()


def test_support_is_graded_by_the_documents_on_file() -> None:
    company = small_company()
    assert seat(company).support[0].grade == "self-stated"
    company.change("declarations", lambda declaration: True, evidence_class=EvidenceClass.NATIVE)
    assert seat(company).support[0].grade == "signed"
    invoice = SupportingDocument(document="0" * 64, role="commercial invoice", relates_to=("purchase:INV-SEAT",))
    company.add("documents", invoice, "doc-1")
    assert seat(company).support[0].grade == "document-backed"
    payment = SupportingDocument(document="1" * 64, role="proof of payment", relates_to=("purchase:INV-SEAT",))
    company.add("documents", payment, "doc-2")
    assert seat(company).support[0].grade == "payment-backed"
    assert material(determine(company.inputs(), LAW), "RADIO").support[0].grade == "none"


def test_gaps_name_each_material_and_source_without_cover() -> None:
    company = company_with(accept=False)
    company.drop("declarations", lambda declaration: declaration.part == "CASE")
    found = missing_declarations(company.inputs(), LAW)
    assert [(gap.part, gap.supplier, gap.failed, gap.open) for gap in found] == [
        ("CASE", "S-CASE", "none", False),
        ("SEAT", "S-SEAT", "not reviewed", True),
    ]


def test_a_gap_names_who_sold_it_although_its_price_cannot_be_worked_out() -> None:
    company = company_with(supplier="S-OTHER")
    company.change("purchases", lambda line: line.part == "SEAT", currency="JPY")  # no rate on file
    (gap,) = missing_declarations(company.inputs(), LAW)
    assert (gap.part, gap.supplier, gap.first) == ("SEAT", "S-SEAT", RECEIVED)


def test_a_party_with_two_numbers_is_one_gap() -> None:
    company = company_with(accept=False)
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    (bought,) = [fact.value for fact in company.facts["purchases"] if fact.value.part == "SEAT"]
    later = date(2023, 5, 12)
    again = {"seller": "S-SEAT-OLD", "invoice": "INV-SEAT-2", "received_on": later}
    company.add("purchases", bought.model_copy(update=again), "load-2")
    assert [gap.supplier for gap in missing_declarations(company.inputs(), LAW)] == ["S-SEAT", "S-SEAT-OLD"]
    merged(company)
    (gap,) = missing_declarations(company.inputs(), LAW)
    assert (gap.supplier, gap.first, gap.last) == ("S-SEAT", RECEIVED, later)


def test_every_vehicle_certification_is_asked_for() -> None:
    assert len(VehicleCertificationKind) == 3


def merged(company: Company, valid_from: date | None = None) -> None:
    company.add(
        "same_as",
        SameAs(
            id=named("same", "1"), issuer="self", party="S-SEAT", other="S-SEAT-OLD", ground="one RFC", by="desk",
            valid_from=valid_from,
        ),
    )  # fmt: skip


def test_two_numbers_of_one_supplier_are_one_by_a_recorded_merge_only() -> None:
    company = company_with(supplier="S-SEAT-OLD")
    assert seat(company).support[0].covers is False
    merged(company)
    row = seat(company)
    assert row.support[0].covers is True
    (merge,) = company.facts["same_as"]
    assert merge.ref in row.support[0].rests_on


def test_a_merge_holds_from_its_first_day() -> None:
    company = company_with(supplier="S-SEAT-OLD")
    merged(company, RECEIVED)
    assert seat(company).support[0].covers is True
    company = company_with(supplier="S-SEAT-OLD")
    merged(company, date(2023, 4, 13))
    assert seat(company).support[0].covers is False


@pytest.mark.parametrize(
    ("shipment", "covers", "words"),
    [
        pytest.param("INV-SEAT", True, "covers shipment INV-SEAT from W-MX", id="its-invoice"),
        pytest.param("GR-7", True, "covers shipment GR-7 from W-MX", id="its-receipt"),
        pytest.param("INV-OTHER", False, "is for the single shipment INV-OTHER and covers no other", id="another"),
    ],
)
def test_a_declaration_for_one_shipment_covers_what_came_under_it(shipment: str, covers: bool, words: str) -> None:
    company = company_with(shipment=shipment, valid_from=None, valid_to=None)
    company.change("purchases", lambda line: line.part == "SEAT", receipt="GR-7")
    row = seat(company)
    assert row.support[0].covers is covers
    assert words in row.support[0].reason


def test_a_declaration_that_the_invoice_contradicts_counts_as_nothing_until_a_person_decides() -> None:
    company = company_with()
    company.change("purchases", lambda line: line.part == "SEAT", origin_country="MX")
    assert seat(company).support[0].covers is True
    company.change("purchases", lambda line: line.part == "SEAT", origin_country="CN")
    worksheet = determine(company.inputs(), LAW)
    row = material(worksheet, "SEAT")
    assert row.support[0].covers is False
    assert "its invoice says made in CN; a person must decide" in row.support[0].reason
    assert any(gap.open and "made in CN" in gap.what for gap in worksheet.gaps)


@pytest.mark.parametrize(
    ("figures", "counted"),
    [
        pytest.param({"net_cost": "140", "non_originating_value": "40"}, 80, id="its-value-beside-its-net-cost"),
        pytest.param({"amount_free_of_vnm": "110"}, 80, id="what-is-free-of-it"),
        pytest.param({"non_originating_value": "40"}, 300, id="for-transaction-value-only"),
    ],
)
def test_an_average_counts_like_the_statement_that_it_is_an_average_of(figures: dict[str, str], counted: int) -> None:
    form = DeclarationForm.ACCUMULATION_AVERAGE
    company = company_with(accept=False)
    company.state("SEAT", form=form, averaged_over="2023-04-01..2023-06-30", **figures)
    assert seat(company).counted == counted


def test_a_statement_for_the_transaction_value_method_is_not_counted_by_net_cost() -> None:
    form = DeclarationForm.ACCUMULATION_TRANSACTION_VALUE
    row = seat(company_with(form=form, currency="USD", non_originating_value="40"))
    assert row.counted == 300
    assert "transaction value method (s.9(3))" in row.reason
