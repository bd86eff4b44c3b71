"""Purchases of steel and aluminum, for the two tests of 70 percent (RECORDS.md 27; Uniform Regulations s.17)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Basis, Record
from evidence.core.statements.load import LATER, Load
from evidence.core.values import Amount, Code, Country, Currency, HsEdition, TariffCode, Text


class Metal(StrEnum):
    """Which of the two tests the purchase is in."""

    STEEL = "steel"
    ALUMINUM = "aluminum"


class MetalForm(StrEnum):
    """How the producer buys it (s.17(3)): each counts at corporate level, whoever takes delivery."""

    DIRECT = "direct"
    SERVICE_CENTRE = "service centre"
    DIRECTED_BUY = "directed buy"
    MAJOR_STAMPING = "major stamping"


class MetalPurpose(StrEnum):
    """What the metal was bought for (s.17(4)): only covered vehicles are tested."""

    COVERED_VEHICLES = "covered vehicles"
    OTHER_VEHICLES = "other vehicles"
    TOOLS = "tools, dies or moulds"


class MetalValueBasis(StrEnum):
    """How the value was found (s.17(6))."""

    PRICE_PAID = "price paid or payable"
    NET_COST_AT_IMPORTATION = "net cost at importation"
    VALUE_AT_IMPORTATION = "transaction value at importation"
    COST_PLUS_PROFIT = "cost plus usual profit"


class MetalPurchaseLine(Record):
    """One purchase of a good of Table S. Where the metal was melted and poured is kept now, for the rule of 2027."""

    producer: Code
    """The vehicle producer whose purchase it counts as."""
    buyer: Code
    """The party that bought it: the producer, or the parts maker of a directed buy."""
    seller: Code
    """The party that sold it."""
    invoice: Text
    """The seller's invoice number."""
    invoice_line: Annotated[int, Field(ge=1)]
    """The line of that invoice."""
    purchased_on: date
    """The day that decides the period it falls in."""
    plant: Code | None = None
    """The plant that received it."""
    metal: Metal
    """Which of the two tests it is in."""
    metal_form: MetalForm
    """How the producer buys it."""
    tariff_code: TariffCode
    """The Table S code of what was bought."""
    hs_edition: HsEdition
    """The edition of the nomenclature that the code is of."""
    owner: Code | None = None
    """The party whose part number it is."""
    part: Code | None = None
    """The part number, of a stamping or of a part that holds the metal."""
    revision: Code | None = None
    quantity: Annotated[Amount, Field(gt=0)]
    unit: Code
    value: Annotated[Amount, Field(ge=0)]
    """The value of the whole line."""
    currency: Currency
    value_basis: MetalValueBasis
    """How that value was found."""
    value_within_part: Annotated[Amount, Field(ge=0)] | None = None
    """Of a part of 8708.29 or 8708.99, the value of the listed steel or aluminum in it: only that counts (s.17(2))."""
    mill: Code | None = None
    """The steel mill or aluminum smelter."""
    mill_country: Country | None = None
    """The country of the mill or smelter."""
    heat: Text | None = None
    """Heat, cast or lot number, as on the mill certificate."""
    melt_country: Country | None = None
    """Where it was first melted and mixed (s.17(5)); empty where it is not known, which counts against."""
    pour_country: Country | None = None
    """Where it was poured or cast."""
    mill_certificate: Text | None = None
    """The number of the mill certificate."""
    origin_statement: Text | None = None
    """The reference of the supplier's declaration that it originates; without one it does not count as originating."""
    programme: Text | None = None
    """The vehicle programme that it was bought for, where the scope is narrower than the corporation (s.17(9))."""
    directed_buy_contract: Text | None = None
    """Of a directed buy, the contract in which the producer names supplier and terms."""
    purpose: Annotated[MetalPurpose | None, LATER] = None
    """What it was bought for (s.17(4)); empty where nobody recorded it: it is in the total and supports nothing."""
    figures: Annotated[Basis | None, LATER] = None
    """Whether the value is an estimate or a standard instead of what was invoiced; empty for an actual purchase."""


class MetalPurchases(Load):
    """A load of steel and aluminum purchases."""

    kind: ClassVar[str] = "metal-purchase"
    line: ClassVar[type[Record]] = MetalPurchaseLine
