"""Costs on the producer's books, by good, plant and period (RECORDS.md 20; Uniform Regulations s.7(11)-(14))."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Basis, Record
from evidence.core.statements.load import LATER, Load
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
    """The good that the cost is of."""
    plant: Code
    """The plant that bore it."""
    period_from: date
    """The first day of the period."""
    period_to: date
    """The last day of the period."""
    account: Text
    """The account in the producer's ledger."""
    description: Text
    element: CostElement
    """Product cost by its kind, period cost or other cost."""
    exclusion: Exclusion = Exclusion.NONE
    """The heading under which net cost leaves it out, if any."""
    amount: Amount
    """The cost over the whole period, for all units."""
    currency: Currency
    figures: Basis
    """Whether the amount is actual, an estimate or a standard."""
    allocation_base: Annotated[Text | None, LATER] = None
    """What the cost was allocated to the good by: machine hours, direct labour, cost ratio (Schedule V)."""
    allocation_ratio: Annotated[Annotated[Amount, Field(ge=0, le=1)] | None, LATER] = None
    """The good's share of the cost pool, from 0 to 1."""
    trial_balance_account: Annotated[Text | None, LATER] = None
    """The account of the trial balance that the amount ties to."""


class Costs(Load):
    """A load of cost lines."""

    kind: ClassVar[str] = "cost"
    line: ClassVar[type[Record]] = CostLine
