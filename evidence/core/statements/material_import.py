"""Materials that the producer imports, with what may be taken off their value (RECORDS.md 16; Uniform Regulations s.8).

The value of an imported material is its transaction value at importation with the cost of international shipment in it
(s.8(1)(a)). From the value of a non-originating material, or one of undetermined origin, s.8(2) lets four costs be
taken off, each only where a document shows it (s.8(3)); so each deduction has a field for its document.
"""

from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Flag
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Country, Currency, HsEdition, TariffCode, Text
from evidence.errors import MalformedValue

_Cost = Annotated[Amount, Field(ge=0)]
DEDUCTIONS = ("inland_transport", "regional_duties", "regional_brokerage", "waste_and_spoilage")
"""The fields that s.8(2)(a) to (d) let be taken off, each with its document in ``<name>_document``."""


class MaterialImportLine(Record):
    """One line of a customs entry by which a material came in; all amounts are for the whole line, in `currency`."""

    customs_entry: Text
    """The number of the customs entry."""
    customs_line: Annotated[int, Field(ge=1)]
    """The line of the customs entry."""
    country: Country
    """The country that it was imported into."""
    importer: Code
    """The importer of record."""
    imported_on: date
    """The day of importation."""
    plant: Code
    """The plant that uses the material."""
    seller: Code
    """The party that sold it."""
    invoice: Text | None = None
    """The seller's invoice number."""
    invoice_line: Annotated[int, Field(ge=1)] | None = None
    """The line of that invoice."""
    owner: Code
    """The party whose part number it is."""
    part: Code
    """The material."""
    revision: Code | None = None
    origin_country: Country | None = None
    """Country of origin as declared."""
    tariff_item: TariffCode
    """The tariff item declared."""
    hs_edition: HsEdition
    quantity: Annotated[Amount, Field(gt=0)]
    """How many were imported."""
    unit: Code
    value: _Cost
    """The transaction value at importation as declared."""
    currency: Currency
    """The currency of every amount of the line."""
    international_freight: _Cost | None = None
    """Freight, insurance and packing up to the importing country: part of the value (s.8(1)(a))."""
    freight_in_value: Flag
    """Whether the value above holds the international freight already."""
    freight_document: Text | None = None
    """What shows the international freight."""
    inland_transport: _Cost | None = None
    """Freight, insurance, packing and other transport to the producer's location, s.8(2)(a)."""
    inland_transport_document: Text | None = None
    """What shows it; without a document nothing is taken off (s.8(3))."""
    regional_duties: _Cost | None = None
    """Duties and taxes paid in the region and neither refunded nor recoverable, s.8(2)(b)."""
    regional_duties_document: Text | None = None
    """What shows it."""
    regional_brokerage: _Cost | None = None
    """Customs brokerage in the region, s.8(2)(c)."""
    regional_brokerage_document: Text | None = None
    """What shows it."""
    waste_and_spoilage: _Cost | None = None
    """Cost of waste and spoilage less the value of reusable scrap, s.8(2)(d)."""
    waste_and_spoilage_document: Text | None = None
    """What shows it."""

    @model_validator(mode="after")
    def _shown(self) -> Self:
        for name in DEDUCTIONS:
            if getattr(self, name) and getattr(self, f"{name}_document") is None:
                raise MalformedValue(f"{name}_document", "nothing", f"the document that shows {name} (s.8(3))")
        return self


class MaterialImports(Load):
    """A load of imported materials."""

    kind: ClassVar[str] = "material-import"
    line: ClassVar[type[Record]] = MaterialImportLine
