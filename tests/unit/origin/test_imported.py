"""Imported materials: what belongs to their value, what their documents let be taken off, and what never is."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.declaration import DeclarationForm
from evidence.core.statements.material_import import MaterialImportLine
from evidence.core.statements.material_value import ValuationMethod
from evidence.origin.choices import PRORATION, SEVERAL_SUPPLIERS
from evidence.origin.determine import determine
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.origin.worksheet import MaterialRow, Outcome, Worksheet
from tests.unit.origin.small_company import LAW, OWNER, Company, cell, material, rate, small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_missing_counts_against import improvements
from tests.unit.origin.test_valued import company_with, value

ON = date(2023, 4, 11)


def came(company: Company, part: str = "RADIO", **update: Any) -> None:
    """The entry by which the 100 radios of 1000 each came in: 5000 of freight in their value, shown by a document."""
    values: dict[str, Any] = {
        "customs_entry": "E-1",
        "customs_line": 1,
        "country": "MX",
        "importer": OWNER,
        "imported_on": ON,
        "plant": "P-MX",
        "seller": f"S-{part}",
        "invoice": f"INV-{part}",
        "invoice_line": 1,
        "owner": OWNER,
        "part": part,
        "tariff_item": "852721",
        "hs_edition": "HS2012",
        "quantity": 100,
        "unit": "EA",
        "value": Decimal(100000),
        "currency": "USD",
        "international_freight": Decimal(5000),
        "freight_in_value": True,
        "freight_document": "Freight invoice OF-1 (SPECIMEN)",
        **update,
    }
    company.add("material_imports", MaterialImportLine(**values), "imports-1")


def radio(company: Company) -> MaterialRow:
    return material(worked_out(company), "RADIO")


def worked_out(company: Company) -> Worksheet:
    return determine(company.inputs(), LAW)


def test_documented_freight_in_the_value_comes_off_what_counts_and_not_off_the_value() -> None:
    company = small_company()
    came(company)
    found = worked_out(company)
    row = material(found, "RADIO")
    assert (row.unit_value, row.counted) == (Decimal(1000), Decimal(950))
    assert "5000 USD may be taken off: freight" in row.reason
    assert cell(found, "vnm.unit") == 950
    assert "#" in " ".join(row.rests_on)


@pytest.mark.parametrize(
    ("update", "value", "counted"),
    [
        pytest.param({"freight_document": None}, 1000, 1000, id="in-the-value-without-a-document"),
        pytest.param({"freight_in_value": False}, 1000, 1000, id="beside-the-value-with-a-document"),
        pytest.param({"freight_in_value": False, "freight_document": None}, 1050, 1050, id="beside-without-a-document"),
        pytest.param(
            {"value": Decimal(105000)}, 1000, 1000, id="a-price-below-the-declared-value-has-no-freight-in-it"
        ),
        pytest.param({"quantity": 200, "value": Decimal(200000)}, 1000, 975, id="an-entry-of-more-than-the-invoice"),
        pytest.param({"invoice": "OTHER"}, 1000, 1000, id="another-invoice"),
        pytest.param({"seller": "OTHER"}, 1000, 1000, id="another-seller"),
        pytest.param({"plant": "P-CA"}, 1000, 1000, id="another-plant"),
    ],
)
def test_freight_counts_unless_a_document_shows_it(update: dict[str, Any], value: int, counted: int) -> None:
    company = small_company()
    came(company, **update)
    row = radio(company)
    assert (row.unit_value, row.counted) == (Decimal(value), Decimal(counted))


@pytest.mark.parametrize(
    ("purchase", "entry", "value", "counted"),
    [
        # 100 radios at 1000; 50000 is 500 for each, 20000 is 200
        pytest.param({"freight": Decimal(50000)}, None, 1500, 1500, id="on-the-invoice-line"),
        pytest.param({"freight": Decimal(0)}, None, 1000, 1000, id="none"),
        pytest.param({"freight": Decimal(50000), "shipped_from": "W-MX"}, None, 1000, 1000, id="within-one-country"),
        pytest.param({"freight": Decimal(50000), "shipped_from": "W-US"}, None, 1500, 1500, id="from-the-next-country"),
        pytest.param({"freight": Decimal(50000), "shipped_from": None}, None, 1500, 1500, id="from-nobody-knows-where"),
        pytest.param(
            {"freight": Decimal(50000)},
            {"freight_in_value": False, "freight_document": None, "international_freight": Decimal(20000)},
            1500,
            1500,
            id="the-same-freight-on-the-entry-counts-once",
        ),
        pytest.param(
            {"freight": Decimal(50000)},
            {"freight_in_value": False, "international_freight": Decimal(20000)},
            1300,
            1300,
            id="without-what-a-document-shows",
        ),
        pytest.param(
            {"freight": Decimal(50000)},
            {"value": Decimal(150000), "international_freight": Decimal(20000)},
            1500,
            1300,
            id="in-the-declared-value-and-shown",
        ),
        pytest.param(
            {"freight": Decimal(50000)},
            {"freight_in_value": False, "international_freight": None},
            1500,
            1500,
            id="not-on-the-entry",
        ),
    ],
)
def test_freight_of_the_invoice_line_belongs_to_the_value_of_what_was_imported(
    purchase: dict[str, Any], entry: dict[str, Any] | None, value: int, counted: int
) -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", incoterm="FCA Osaka", **purchase)
    if entry is not None:
        came(company, **entry)
    row = radio(company)
    assert (row.unit_value, row.counted) == (Decimal(value), Decimal(counted))


BESIDE: dict[str, Any] = {"freight_in_value": False, "freight_document": None, "international_freight": Decimal(50000)}


@pytest.mark.parametrize(
    "term",
    [
        pytest.param("FCA Osaka", id="free-carrier"),
        pytest.param("FOB Kobe", id="on-board"),
        pytest.param(None, id="none"),
    ],
)
def test_withholding_an_import_or_its_freight_improves_no_limb(term: str | None) -> None:
    """500 of freight on each radio: 70 percent, not met. Without it there would be 80, so its value is not known."""
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", incoterm=term)
    came(company, **BESIDE)
    whole = worked_out(company)
    assert cell(whole, "vnm") == 15000
    assert whole.outcome is Outcome.NOT_MET
    for name in company.statements():
        assert improvements(whole, determine(company.inputs(name), LAW)) == [], name
    without = determine(company.inputs("imports-1"), LAW)
    assert without.outcome is Outcome.NOT_DETERMINABLE
    assert any(
        "nothing says whether the price of RADIO holds the international freight" in gap.what for gap in without.gaps
    )


def test_goods_from_nobody_knows_where_on_no_known_terms_leave_a_question_open() -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", shipped_from=None, incoterm=None)
    assert any("counted as if the price held all freight" in gap.what and gap.open for gap in worked_out(company).gaps)


def test_freight_beside_a_material_without_a_price_counts_too() -> None:
    """Valued at 1000 by Schedule VI, and 500 of freight that no document shows: 15000, 70 percent."""
    company = company_with(value(ValuationMethod.IDENTICAL, 1000))
    came(company, **BESIDE)
    found = worked_out(company)
    assert cell(found, "vnm") == 15000
    assert found.outcome is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("incoterm", "counted"),
    [
        pytest.param("DDP Puebla", 936, id="delivered-duty-paid"),
        pytest.param("DAP Puebla", 946, id="delivered"),
        pytest.param("FCA Osaka", 949, id="free-carrier"),
        pytest.param(None, 949, id="no-term"),
    ],
)
def test_transport_duties_and_brokerage_come_off_where_the_terms_put_them_in_the_price(
    incoterm: str | None, counted: int
) -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", incoterm=incoterm)
    papers = {f"{name}_document": "paper" for name in ("inland_transport", "regional_duties", "regional_brokerage")}
    amounts: dict[str, Any] = {"inland_transport": 300, "regional_duties": 900, "regional_brokerage": 100}
    came(company, **amounts, **papers, waste_and_spoilage=100, waste_and_spoilage_document="scrap report")
    assert radio(company).counted == counted


@pytest.mark.parametrize(
    ("update", "why"),
    [
        pytest.param(
            {"international_freight": None, "freight_in_value": False}, "no international freight", id="freight"
        ),
        pytest.param({"unit": "KGM"}, "counts in KGM", id="unit"),
        pytest.param({"currency": "JPY"}, "no rate of JPY", id="rate"),
    ],
)
def test_what_is_not_known_leaves_the_value_open(update: dict[str, Any], why: str) -> None:
    company = small_company()
    came(company, **update)
    row = radio(company)
    assert row.unit_value is None
    assert why in row.reason


def test_amounts_in_another_currency_are_converted_at_the_day_of_importation() -> None:
    company = small_company()
    came(company, currency="JPY", value=Decimal(10000000), international_freight=Decimal(500000))
    company.add("rates", rate("JPY", ON, "0.01"), "rates-1")
    assert radio(company).counted == 950


def test_nothing_is_taken_off_a_material_that_originates_or_is_counted_by_a_statement() -> None:
    company = small_company()
    came(company, "SEAT", value=Decimal(15000), international_freight=Decimal(1000))
    assert material(worked_out(company), "SEAT").counted == 0
    company.drop("declarations", lambda each: each.part == "SEAT")
    company.state("SEAT", form=DeclarationForm.ACCUMULATION_COST, net_cost=145, non_originating_value=140)
    assert material(worked_out(company), "SEAT").counted == 280


def test_by_proration_the_least_deduction_of_the_uncovered_purchases_is_taken() -> None:
    company = small_company()
    company.elect(SEVERAL_SUPPLIERS, PRORATION)
    came(company)
    company.purchase("RADIO", 100, invoice="INV-2")
    company.declare("RADIO", plant="W-US")
    company.purchase("RADIO", 200, invoice="INV-3", shipped_from="W-US")
    assert radio(company).counted == 500  # half of the radios, 1000 each, since nothing is shown for the second invoice


def test_withholding_the_entries_never_lowers_what_counts() -> None:
    company = small_company()
    came(company)
    before, after = (material(determine(company.inputs(without=name), LAW), "RADIO") for name in (None, "imports-1"))
    assert before.counted is not None
    assert after.counted is not None
    assert after.counted >= before.counted


def test_entries_are_gathered_and_a_snapshot_replays_to_the_same_bytes(tmp_path: Path) -> None:
    company = small_company()
    came(company)
    came(company, customs_line=2, invoice="ANOTHER")
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
        kept = record_snapshot(handle, found, handle.clock.now())
        assert replay(handle, kept.snapshot, LAW, "1").same
    assert [fact.value.customs_line for fact in found.inputs.material_imports] == [1]
    assert material(found.worksheet, "RADIO").counted == 950
