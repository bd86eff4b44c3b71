"""Shipments and customs entries (RECORDS.md 29, 30). Shipment, invoice line and entry line are many-to-many."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.values import Amount, Code, Country, Currency, HsEdition, TariffCode, Text
from evidence.errors import MalformedValue

NOTHING_DONE = "nothing"
"""Stands for what was done where nothing was."""
_OF_COUNTRY = re.compile("([A-Z]{2}):(.+)")


class TransitOperation(StrEnum):
    """What was done to goods in a country that they passed through (Uniform Regulations s.10)."""

    UNLOADING = "unloading"
    RELOADING = "reloading"
    PRESERVING = "preserving it in good condition"
    TRANSPORTING = "transporting it to the region"
    SEPARATING = "separation from a bulk shipment"
    STORING = "storing"
    LABELLING = "labelling or marking that the importing country requires"
    PRODUCTION = "further production"
    OTHER = "any other operation"


def of_country(text: str) -> tuple[str, str]:
    """A cell such as ``PA:unloading`` as its country and what is said of it.

    Raises:
        MalformedValue: it does not begin with a country of two letters and a colon.
    """
    found = _OF_COUNTRY.fullmatch(text)
    if found is None:
        raise MalformedValue("transit", text, "a country and what is said of it, as PA:unloading")
    return found[1], found[2].strip()


def _controls(cells: tuple[str, ...]) -> tuple[str, ...]:
    return _said("transit control", cells, ("yes", "no"))


def _operations(cells: tuple[str, ...]) -> tuple[str, ...]:
    return _said("transit operation", cells, (NOTHING_DONE, *(each.value for each in TransitOperation)))


def _said(what: str, cells: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    for cell in cells:
        if of_country(cell)[1] not in known:
            raise MalformedValue(what, cell, f"a country, a colon and one of: {', '.join(known)}")
    return cells


TransitControls = Annotated[Listed, AfterValidator(_controls)]
TransitOperations = Annotated[Listed, AfterValidator(_operations)]


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
    version: ClassVar[int] = 3

    number: Code
    """The shipment's own number."""
    exporter: Code
    """The party that exports."""
    consignee: Code
    """The party that receives."""
    shipped_from: Code
    """The site that it leaves."""
    export_country: Country
    import_country: Country
    exported_on: date
    """The day of export."""
    legs: Listed
    """``from > to, carrier`` each, in order."""
    transport_document: Text
    """The number of the bill of lading, waybill or manifest."""
    invoice_lines: tuple[InvoiceLine, ...]
    transit_countries: Listed = ()
    """Countries outside the agreement that the goods passed through, as JP;CN (Uniform Regulations s.10)."""
    transit_documents: Listed = ()
    """The documents that show it, by number; ``PA:NUMBER`` where one is of one of the countries alone."""
    transit_control: TransitControls = ()
    """Whether they stayed under customs control there all the time, as those documents say: ``PA:yes;JP:no``."""
    transit_operations: TransitOperations = ()
    """What was done to them there, as those documents say, ``PA:unloading;PA:reloading``; or ``PA:nothing``."""


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
    related: Flag = False
    """Whether buyer and seller are declared as related."""
    duties: Listed = ()
    """What was charged on the line, ``measure:amount`` each, in the line's currency."""


class CustomsEntry(Statement):
    """A filing with customs: never called just an entry, which is the ledger's word."""

    kind: ClassVar[str] = "customs-entry"
    prefix: ClassVar[str] = "centry"
    version: ClassVar[int] = 2

    number: Code
    """The entry's own number."""
    country: Country
    entry_type: Text
    """Customs' code for the type of entry."""
    filer: Text
    """Who filed it: the broker's filer code."""
    importer: Code
    """The importer of record."""
    importer_number: Text
    """The importer's number with customs."""
    port: Text
    """The port of entry."""
    imported_on: date
    """The day of importation."""
    entered_on: date
    """The day of entry."""
    summary_on: date | None = None
    """The day of the entry summary."""
    lines: tuple[CustomsEntryLine, ...]
    zone: Code | None = None
    """The foreign-trade or bonded zone that the goods were entered from: a site's number."""
    zone_status: Text | None = None
    """The status that the goods had in the zone, as privileged foreign (19 CFR part 146)."""
    zone_admitted_on: date | None = None
    """The day on which the goods were admitted to the zone."""
    drawback: Flag = False
    """Whether duty on it was or will be claimed back or deferred."""
    reconciliation_flag: Text | None = None
    """What was left open at entry for reconciliation, in customs' own code."""
    liquidated_on: date | None = None
    """The day of liquidation."""
    liquidation_status: Text | None = None
    """Where liquidation stands: unliquidated, extended, suspended, liquidated, reliquidated."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        numbers = dict.fromkeys(line.shipment for line in self.lines)
        return (*super().relations(), *(("enters", f"shipment:{number}") for number in numbers))
