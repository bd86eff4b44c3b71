"""Costs on the producer's books, by good, plant and period (RECORDS.md 20; Uniform Regulations s.7(11)-(14))."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from evidence.core.statements.base import Basis, Record
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Currency, Text


class CostElement(StrEnum):
    """Product cost by kind, period cost, other cost: together the total cost."""

    MATERIAL = "material"
    LABOUR = "labour"
    OVERHEAD = "overhead"
    PERIOD = "period"
    OTHER = "other"


class Exclusion(StrEnum):
    """The four headings left out of net cost, and none of them."""

    NONE = "none"
    SALES_PROMOTION = "sales promotion, marketing and after-sales service"
    ROYALTIES = "royalties"
    SHIPPING_PACKING = "shipping and packing"
    INTEREST = "non-allowable interest"


class CostLine(Record):
    """One account of one good at one plant over one period."""

    owner: Code
    part: Code
    plant: Code
    period_from: date
    period_to: date
    account: Text
    description: Text
    element: CostElement
    exclusion: Exclusion = Exclusion.NONE
    amount: Amount
    currency: Currency
    figures: Basis


class Costs(Load):
    """A load of cost lines."""

    kind: ClassVar[str] = "cost"
    line: ClassVar[type[Record]] = CostLine
