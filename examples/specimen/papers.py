"""The papers of a shipment, drawn as a dispatch office would print them."""

from typing import TYPE_CHECKING

from specimen.masterdata import HOUSE
from specimen.pdf import Page, document

if TYPE_CHECKING:
    from specimen.ship import Sent


def _sheet(sent: "Sent", title: str, number: str) -> Page:
    """The head that all papers share."""
    exporter, consignee = HOUSE[sent.row.exporter], HOUSE[sent.row.consignee]
    page = Page()
    page.box(40, 36, 515, 46, 0.93)
    page.text(52, 57, exporter[0], 13, bold=True)
    page.text(52, 72, exporter[2], 8.5)
    page.text(380, 57, title, 13, bold=True)
    page.text(380, 72, number, 9)
    facts = [
        ("Date", str(sent.row.exported_on)),
        ("Shipment", sent.row.shipment),
        ("Consignee", consignee[0]),
        ("Address", consignee[2]),
        ("From", sent.assembly.plant),
        ("Transport", sent.bill_of_lading),
    ]
    for row, (label, value) in enumerate(facts):
        page.text(52, 108 + 15 * row, label, 8.5, grey=0.4)
        page.text(140, 108 + 15 * row, value)
    page.line(40, 206, 555, 206, 1)
    page.text(52, 806, "SPECIMEN - invented company, invented figures.", 8, grey=0.4)
    return page


def _table(page: Page, top: float, places: list[float], rows: list[list[str]]) -> float:
    """Rows with a bold head; the y below them."""
    for number, row in enumerate(rows):
        for x, value in zip(places, row, strict=True):
            page.text(x, top + 15 * number, value, 8.5, bold=number == 0)
        page.line(40, top + 5 + 15 * number, 555, top + 5 + 15 * number, 0.6 if number == 0 else 0.2)
    return top + 15 * len(rows)


def commercial_invoice(sent: "Sent") -> bytes:
    row = sent.row
    page = _sheet(sent, "Commercial invoice", sent.invoice)
    line = ["1", row.good, sent.assembly.description, str(row.units), f"{row.unit_value:,.2f}", f"{sent.value:,.2f}"]
    y = _table(
        page, 222, [52, 75, 160, 370, 410, 480], [["Line", "Part", "Description", "Units", "USD each", "USD"], line]
    )
    page.text(410, y + 4, "Total USD", 9, bold=True)
    page.text(480, y + 4, f"{sent.value:,.2f}", 9, bold=True)
    page.text(52, y + 34, "Vehicles" if row.good == "ARROYO-E1" else "Lots", 9, bold=True)
    for number, unit in enumerate(sent.units):
        page.text(52 + 170 * (number % 3), y + 50 + 14 * (number // 3), unit.unit, 8.5)
    return document(f"Commercial invoice {sent.invoice} (SPECIMEN)", [page])


def packing_list(sent: "Sent") -> bytes:
    page = _sheet(sent, "Packing list", f"PL-{sent.row.shipment}")
    rows = [["No.", "Unit", "Quantity", "Built on"]]
    rows += [
        [str(number), unit.unit, str(unit.quantity), str(unit.built_on)] for number, unit in enumerate(sent.units, 1)
    ]
    _table(page, 222, [52, 90, 260, 340], rows)
    return document(f"Packing list {sent.row.shipment} (SPECIMEN)", [page])


def bill_of_lading(sent: "Sent") -> bytes:
    page = _sheet(sent, "Bill of lading", sent.bill_of_lading)
    rows = [["Leg", "Route and carrier"], *[[str(number), leg] for number, leg in enumerate(sent.legs, 1)]]
    y = _table(page, 222, [52, 90], rows)
    page.text(52, y + 14, f"Goods: {sent.row.units} units {sent.row.good}, {sent.assembly.description}", 9)
    page.text(52, y + 30, "Goods stayed under customs control on the way and were not worked on.", 9)
    page.text(52, y + 60, "For the carrier: Dispatch desk (role)", 9)
    return document(f"Bill of lading {sent.bill_of_lading} (SPECIMEN)", [page])
