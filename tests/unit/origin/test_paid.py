"""What a bought material is worth: units by recorded conversions, credit and debit notes, assists."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.assist import AssistKind, AssistLine, AssistSpread
from evidence.core.statements.base import Basis
from evidence.core.statements.purchase import AdjustmentKind, PurchaseAdjustmentLine
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.origin.question import Event, Question
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.small_company import (
    FIRST,
    LAST,
    LAW,
    OWNER,
    Company,
    cell,
    material,
    named,
    rate,
    result,
    small_company,
)
from tests.unit.origin.small_home import load, make_home, record, record_company


def conversion(from_unit: str, to_unit: str, factor: str, part: str | None = "STEEL") -> UnitConversionLine:
    return UnitConversionLine(
        owner=OWNER if part else None, part=part, from_unit=from_unit, to_unit=to_unit, factor=Decimal(factor),
        applies_from=date(2023, 1, 1), shown_by="weighing",
    )  # fmt: skip


def note(part: str, amount: str, **update: Any) -> PurchaseAdjustmentLine:
    values: dict[str, Any] = {
        "seller": f"S-{part}",
        "invoice": f"INV-{part}",
        "invoice_line": 1,
        "adjustment": "CN-1",
        "adjustment_kind": AdjustmentKind.CREDIT_NOTE,
        "dated_on": date(2023, 8, 1),
        "booked_on": date(2023, 8, 3),
        "amount": amount,
        "currency": "USD",
        "reason": "agreed",
        **update,
    }
    return PurchaseAdjustmentLine(**values)


def assist(**update: Any) -> AssistLine:
    values: dict[str, Any] = {
        "reference": "TOOL-1",
        "owner": OWNER,
        "part": "RADIO",
        "giver": OWNER,
        "receiver": "S-RADIO",
        "assist_kind": AssistKind.TOOLS,
        "value": "24000",
        "currency": "USD",
        "given_on": date(2023, 3, 1),
        "spread_over": AssistSpread.ANTICIPATED,
        "spread_quantity": "1200",
        "period_from": date(2023, 4, 1),
        "period_to": date(2024, 3, 31),
        **update,
    }
    return AssistLine(**values)


def with_notes(*notes: PurchaseAdjustmentLine) -> Company:
    company = small_company()
    for each in notes:
        company.add("adjustments", each, "adjustments-1")
    return company


def with_assists(*assists: AssistLine) -> Worksheet:
    company = small_company()
    for number, each in enumerate(assists):
        company.add("assists", each, f"assists-{number}")
    return result(company)


def kilograms(*conversions: UnitConversionLine, **update: Any) -> Worksheet:
    """The small company with 2,500 kg of sheet at 20, and the conversions on file."""
    company = small_company()
    bought = {"unit": "KGM", "quantity": Decimal(2500), "price": Decimal(20), **update}
    company.change("purchases", lambda line: line.part == "STEEL", **bought)
    for each in conversions:
        company.add("unit_conversions", each, "unit-conversions-1")
    return result(company)


def test_a_unit_is_converted_by_a_recorded_conversion_that_the_value_then_rests_on() -> None:
    worksheet = kilograms(conversion("EA", "KGM", "25"))
    row = material(worksheet, "STEEL")
    assert row.unit_value == Decimal(500)
    assert "1 KGM is 0.04 EA" in row.reason
    assert {known.ref for known in worksheet.inputs if known.kind == "unit_conversions"} <= set(row.rests_on)
    assert row.support[0].quantity == Decimal(100)
    assert row.support[0].value == Decimal(50000)


def test_conversions_of_every_part_join_those_of_one() -> None:
    pounds = {"unit": "LBR", "quantity": Decimal(2500), "price": Decimal(20)}
    sheet = kilograms(conversion("EA", "KGM", "12.5"), conversion("LBR", "KGM", "0.5", None), **pounds)
    assert material(sheet, "STEEL").unit_value == Decimal(500)


def test_a_unit_without_a_conversion_leaves_the_good_not_determinable() -> None:
    worksheet = kilograms()
    assert worksheet.outcome is Outcome.NOT_DETERMINABLE
    assert "bought per KGM and used per EA; record it in one unit" in material(worksheet, "STEEL").reason


def test_conversions_that_disagree_give_no_value() -> None:
    row = material(kilograms(conversion("EA", "KGM", "25"), conversion("KGM", "EA", "0.05")), "STEEL")
    assert row.unit_value is None
    assert "disagree" in row.reason


def test_a_price_per_another_unit_than_the_quantity_is_converted_too() -> None:
    worksheet = kilograms(conversion("EA", "KGM", "25"), unit="EA", quantity=Decimal(100), price_unit="KGM")
    assert material(worksheet, "STEEL").unit_value == Decimal(500)
    missing = kilograms(unit="EA", quantity=Decimal(100), price_unit="KGM")
    assert "bought per EA and priced per KGM" in material(missing, "STEEL").reason


def test_a_credit_note_booked_later_lowers_the_value_in_the_period_of_its_invoice() -> None:
    company = with_notes(note("SEAT", "-3000"))
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    worksheet = result(company)
    row = material(worksheet, "SEAT")
    assert row.unit_value == Decimal(120)
    assert row.counted == Decimal(240)
    assert "credit note CN-1 of 2023-08-01 counted with invoice INV-SEAT (-3000 USD)" in row.reason
    (adjustment,) = company.facts["adjustments"]
    assert adjustment.ref in row.rests_on
    assert adjustment.ref in {each.ref for each in worksheet.inputs}


def test_what_a_credit_takes_from_the_bill_and_not_from_the_books_still_counts() -> None:
    worksheet = result(with_notes(note("SEAT", "-3000")))
    assert cell(worksheet, "tie.shortfall") == Decimal(600)
    assert cell(worksheet, "vnm.unit") == Decimal(1060)


def test_a_decrease_after_importation_is_left_out_and_an_increase_is_not() -> None:
    less = material(result(with_notes(note("RADIO", "-10000"))), "RADIO")
    assert less.unit_value == Decimal(1000)
    assert "left out: a decrease after importation" in less.reason
    more = note("RADIO", "10000", adjustment_kind=AdjustmentKind.DEBIT_NOTE)
    assert material(result(with_notes(more)), "RADIO").unit_value == Decimal(1100)


def test_goods_sent_back_leave_quantity_and_value() -> None:
    row = material(result(with_notes(note("RADIO", "-40000", quantity_change="-40"))), "RADIO")
    assert row.unit_value == Decimal(1000)
    assert row.support[0].quantity == Decimal(60)


def test_of_imported_goods_sent_back_no_more_than_their_price_is_taken_off() -> None:
    row = material(result(with_notes(note("RADIO", "-90000", quantity_change="-40"))), "RADIO")
    assert row.unit_value == Decimal(1000)
    assert "left out: a decrease after importation" in row.reason


def test_a_decrease_agreed_before_the_goods_came_counts() -> None:
    early = note("RADIO", "-10000", dated_on=date(2023, 4, 12))
    assert material(result(with_notes(early)), "RADIO").unit_value == Decimal(900)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"amount": "-100000", "quantity_change": "-100"}, "all of RADIO", id="all-sent-back"),
        pytest.param({"amount": "-1", "quantity_change": "-101"}, "less than nothing", id="more-than-there-was"),
        pytest.param({"amount": "-1", "currency": "EUR"}, "no rate of EUR into USD", id="no-rate"),
    ],
)
def test_an_adjustment_that_leaves_no_value_says_why(change: dict[str, str], words: str) -> None:
    row = material(result(with_notes(note("RADIO", **change))), "RADIO")
    assert row.unit_value is None
    assert words in row.reason


def test_a_note_is_converted_at_the_rate_of_its_invoice() -> None:
    company = with_notes(note("SEAT", "-5100", currency="MXN"))
    company.add("rates", rate("MXN", date(2023, 4, 10), "0.05"), "rates-1")
    company.add("rates", rate("MXN", date(2023, 8, 1), "0.06"), "rates-1")
    assert material(result(company), "SEAT").unit_value == Decimal("147.45")


def test_an_assist_adds_its_share_to_what_its_receiver_sold() -> None:
    worksheet = with_assists(assist())
    assert material(worksheet, "RADIO").unit_value == Decimal(1020)
    assert cell(worksheet, "content") == Decimal("79.6")


def test_an_assist_booked_twice_counts_once_by_its_larger_share_and_is_pointed_out() -> None:
    worksheet = with_assists(assist(revision="A"), assist(value="36000"))
    assert material(worksheet, "RADIO").unit_value == Decimal(1030)
    (gap,) = [gap for gap in worksheet.gaps if "TOOL-1" in gap.what]
    assert gap.open
    assert "is booked 2 times" in gap.what


def test_two_assists_count_both() -> None:
    assert material(with_assists(assist(), assist(reference="TOOL-2")), "RADIO").unit_value == Decimal(1040)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"receiver": "S-OTHER"}, id="another-seller"),
        pytest.param({"revision": "B"}, id="another-revision"),
        pytest.param({"period_from": date(2023, 4, 13)}, id="from-the-day-after"),
        pytest.param({"period_to": date(2023, 4, 11)}, id="to-the-day-before"),
    ],
)
def test_an_assist_for_other_goods_adds_nothing(change: dict[str, Any]) -> None:
    assert material(with_assists(assist(**change)), "RADIO").unit_value == Decimal(1000)


@pytest.mark.parametrize(
    "days",
    [
        pytest.param({}, id="of-these-days"),
        pytest.param({"period_from": date(2023, 1, 1), "period_to": date(2023, 3, 31)}, id="of-earlier-days"),
    ],
)
def test_an_assist_spread_over_the_first_shipment_leaves_the_value_open(days: dict[str, Any]) -> None:
    """Booked whole on January to March, what is bought in April would carry nothing of it."""
    found = with_assists(assist(spread_over=AssistSpread.FIRST_SHIPMENT, **days))
    row = material(found, "RADIO")
    assert row.unit_value is None
    assert "is spread over the first shipment, which Schedule III does not allow" in row.reason
    assert found.outcome is Outcome.NOT_DETERMINABLE


def test_a_purchase_that_names_an_assist_not_on_record_has_no_known_value() -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", assist_reference="TOOL-9")
    assert "assist TOOL-9 of invoice INV-RADIO is not on record" in material(result(company), "RADIO").reason


QUESTION = Question(
    owner=OWNER, part="EV1", plant="P-MX", period_from=FIRST, period_to=LAST, basis=Basis.ACTUAL, event=Event.PRODUCTION
)


def merge(number: int, party: str, other: str) -> SameAs:
    return SameAs(id=named("same", str(number)), issuer="self", party=party, other=other, ground="one EIN", by="desk")


def test_what_changed_a_value_is_gathered_and_an_earlier_snapshot_replays_to_the_same_bytes(tmp_path: Path) -> None:
    with make_home(tmp_path / "home") as handle:
        record_company(handle, small_company())
        before = record_snapshot(handle, determine_in(handle, QUESTION, LAW, "1"), handle.clock.now())
        others = [note("SEAT", "-3000"), note("RADIO", "5", invoice="ANOTHER")]
        record(handle, load(handle, "adjustments", "adjustments-1", others))
        record(handle, load(handle, "assists", "assists-1", [assist(), assist(part="EV1")]))
        record(handle, load(handle, "unit_conversions", "units-1", [conversion("EA", "KGM", "25")]))
        record(handle, merge(1, "S-SEAT", "S-SEAT-2"), merge(2, "S-SEAT-2", "S-SEAT-3"), merge(3, "X", "Y"))
        after = determine_in(handle, QUESTION, LAW, "1")
        assert [fact.value.amount for fact in after.inputs.adjustments] == [Decimal(-3000)]
        assert [fact.value.part for fact in after.inputs.assists] == ["RADIO"]
        assert after.inputs.unit_conversions == ()
        assert [fact.value.other for fact in after.inputs.same_as] == ["S-SEAT-2", "S-SEAT-3"]
        kept = record_snapshot(handle, after, handle.clock.now())
        assert replay(handle, before.snapshot, LAW, "1").same
        assert replay(handle, kept.snapshot, LAW, "1").same
