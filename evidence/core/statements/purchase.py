"""Purchases: order to payment for each invoice line (RECORDS.md 15)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Flag
from evidence.core.statements.load import LATER, Load
from evidence.core.values import Amount, Code, Country, Currency, Text


class PurchaseLine(Record):
    """One invoice line. `price` is for `price_per` units, in `currency`."""

    plant: Code
    """The plant that received and uses the material."""
    order: Text
    """The purchase order."""
    invoice: Text
    """The seller's invoice number."""
    invoice_line: Annotated[int, Field(ge=1)]
    """The line's number on the invoice."""
    invoiced_on: date
    """The day on the invoice."""
    received_on: date
    """The day that the plant received the goods."""
    seller: Code
    """The party that sold it."""
    shipped_from: Code | None = None
    """The seller's plant or site."""
    owner: Code
    """The party whose part number it is."""
    part: Code
    """The part as our numbers have it."""
    revision: Code
    """The revision bought."""
    origin_country: Country | None = None
    """Country of production as invoiced; not origin under the agreement."""
    quantity: Annotated[Amount, Field(gt=0)]
    """How many were bought."""
    unit: Code
    """The unit that the quantity is counted in."""
    price: Annotated[Amount, Field(ge=0)]
    """What price_per units cost."""
    price_per: Annotated[Amount, Field(gt=0)]
    """How many units the price is for: 1, 100, 1000."""
    currency: Currency
    """The currency of price and freight."""
    incoterm: Text | None = None
    """Term and place of delivery, as FCA Monterrey."""
    related: Flag | None = None
    """Whether buyer and seller are related persons; empty where that is not stated, which stays an open question."""
    payment_reference: Text | None = None
    """The payment's own number at the bank."""
    paid_on: date | None = None
    """The day of payment."""
    receipt: Annotated[Text | None, LATER] = None
    """The number of the goods receipt."""
    freight: Annotated[Annotated[Amount, Field(ge=0)] | None, LATER] = None
    """Freight and insurance paid for this line and not in its price, in the same currency; 0 where there is none."""
    assist_reference: Annotated[Text | None, LATER] = None
    """The assist that the buyer gave for these goods, by its reference."""
    price_unit: Annotated[Code | None, LATER] = None
    """The unit that the price is for, where it is not the one that the quantity is counted in."""
    influenced: Annotated[Flag | None, LATER] = None
    """Of related persons, whether that influenced the price, so that it is no acceptable value (s.8(4))."""
    not_influenced_shown_by: Annotated[Text | None, LATER] = None
    """What shows that it did not: a test value, the study of the price."""


class Purchases(Load):
    """A load of purchase lines."""

    kind: ClassVar[str] = "purchase"
    line: ClassVar[type[Record]] = PurchaseLine


class AdjustmentKind(StrEnum):
    """What changed a purchase after its invoice."""

    CREDIT_NOTE = "credit note"
    DEBIT_NOTE = "debit note"
    REBATE = "rebate"
    RETROACTIVE_PRICE = "retroactive price"


class PurchaseAdjustmentLine(Record):
    """One change of one invoice line that is on record, or of part of it; the invoice line itself stays as it is."""

    seller: Code
    """The party that sold it."""
    invoice: Text
    """The invoice that is changed."""
    invoice_line: Annotated[int, Field(ge=1)]
    """The line of it that is changed."""
    adjustment: Text
    """The adjustment's own number, as on the credit note."""
    adjustment_kind: AdjustmentKind
    """What changed the purchase."""
    dated_on: date
    """The day on the credit or debit note, or on the agreement."""
    booked_on: date
    """The day it was booked, which decides the fiscal year that it falls in."""
    amount: Amount
    """What the value of the invoice line changes by: below zero for a credit."""
    currency: Currency
    """The currency of the amount."""
    quantity_change: Amount | None = None
    """What the quantity changes by: below zero for goods sent back; empty where only the price changes."""
    reason: Text
    """Why it was changed."""


class PurchaseAdjustments(Load):
    """A load of credit notes, debit notes, rebates and retroactive prices."""

    kind: ClassVar[str] = "purchase-adjustment"
    line: ClassVar[type[Record]] = PurchaseAdjustmentLine


class RateRoute(StrEnum):
    """Which of the rates that Uniform Regulations s.2 names this one is."""

    BOOKED = "rate used to record the purchase"
    WITHIN_30_DAYS = "rate used within 30 days"
    OFFICIAL = "official rate of the shipment date"


class RateLine(Record):
    """One unit of `currency` is worth `rate` of `into`, as used to record purchases on and from `day`."""

    currency: Currency
    """The currency converted."""
    into: Currency
    """The currency it is converted into."""
    day: date
    """The day of the rate."""
    rate: Annotated[Amount, Field(gt=0)]
    """How much of the second one unit of the first is."""
    published_by: Text
    """Who published it: the central bank, or the company's own rate table."""
    purpose: Text
    """What it is used for: recording purchases, declared values, costs."""
    route: Annotated[RateRoute | None, LATER] = None
    """Which of the rates that the regulations allow it is (Uniform Regulations s.2)."""


class Rates(Load):
    """A load of exchange rates."""

    kind: ClassVar[str] = "exchange-rate"
    line: ClassVar[type[Record]] = RateLine
