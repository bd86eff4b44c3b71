"""Purchases: order to payment for each invoice line (RECORDS.md 15)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Flag
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Country, Currency, Text


class PurchaseLine(Record):
    """One invoice line. `price` is for `price_per` units, in `currency`."""

    plant: Code
    """The plant that received and uses the material."""
    order: Text
    invoice: Text
    invoice_line: Annotated[int, Field(ge=1)]
    invoiced_on: date
    received_on: date
    seller: Code
    shipped_from: Code | None = None
    """The seller's plant or site."""
    owner: Code
    part: Code
    revision: Code
    origin_country: Country | None = None
    """Country of production as invoiced; not origin under the agreement."""
    quantity: Annotated[Amount, Field(gt=0)]
    unit: Code
    price: Annotated[Amount, Field(ge=0)]
    price_per: Annotated[Amount, Field(gt=0)]
    currency: Currency
    incoterm: Text | None = None
    related: Flag = False
    payment_reference: Text | None = None
    paid_on: date | None = None


class Purchases(Load):
    """A load of purchase lines."""

    kind: ClassVar[str] = "purchase"
    line: ClassVar[type[Record]] = PurchaseLine


class RateLine(Record):
    """One unit of `currency` is worth `rate` of `into`, as used to record purchases on and from `day`."""

    currency: Currency
    into: Currency
    day: date
    rate: Annotated[Amount, Field(gt=0)]
    published_by: Text
    purpose: Text


class Rates(Load):
    """A load of exchange rates."""

    kind: ClassVar[str] = "exchange-rate"
    line: ClassVar[type[Record]] = RateLine
