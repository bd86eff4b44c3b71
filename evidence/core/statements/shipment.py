"""Shipments and customs entries (RECORDS.md 29, 30). Shipment, invoice line and entry line are many-to-many."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Amount, Code, Country, Currency, HsEdition, TariffCode, Text


class InvoiceLine(Record):
    """One line of the commercial invoice, with the VINs, serials or lots it holds."""

    invoice: Text
    invoiced_on: date
    line: Annotated[int, Field(ge=1)]
    owner: Code
    part: Code
    revision: Code
    description: Text
    quantity: Annotated[Amount, Field(gt=0)]
    unit: Code
    unit_value: Annotated[Amount, Field(ge=0)]
    currency: Currency
    units: Listed


class Shipment(Statement):
    """Goods that left together."""

    kind: ClassVar[str] = "shipment"
    prefix: ClassVar[str] = "ship"

    number: Code
    exporter: Code
    consignee: Code
    shipped_from: Code
    export_country: Country
    import_country: Country
    exported_on: date
    legs: Listed
    """``from > to, carrier`` each, in order."""
    transport_document: Text
    invoice_lines: tuple[InvoiceLine, ...]


class CustomsEntryLine(Record):
    """One line of a customs entry, and the invoice line it enters."""

    line: Annotated[int, Field(ge=1)]
    shipment: Code
    invoice: Text
    invoice_line: Annotated[int, Field(ge=1)]
    tariff_item: TariffCode
    hs_edition: HsEdition
    preference_code: Text | None = None
    value: Annotated[Amount, Field(ge=0)]
    currency: Currency
    quantity: Annotated[Amount, Field(gt=0)]
    labour_value_id: Text | None = None
    steel_id: Text | None = None
    aluminum_id: Text | None = None


class CustomsEntry(Statement):
    """A filing with customs: never called just an entry, which is the ledger's word."""

    kind: ClassVar[str] = "customs-entry"
    prefix: ClassVar[str] = "centry"

    number: Code
    country: Country
    entry_type: Text
    filer: Text
    importer: Code
    importer_number: Text
    port: Text
    imported_on: date
    entered_on: date
    summary_on: date | None = None
    lines: tuple[CustomsEntryLine, ...]

    def relations(self) -> tuple[tuple[str, str], ...]:
        numbers = dict.fromkeys(line.shipment for line in self.lines)
        return (*super().relations(), *(("enters", f"shipment:{number}") for number in numbers))
