"""Costs on the producer's books, by good, plant and period (RECORDS.md 20; Uniform Regulations s.7(11)-(14))."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Basis, Record
from evidence.core.statements.cells import Flag
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


class CostNature(StrEnum):
    """What a booked amount is, where it is no ordinary cost: a currency gain or loss (s.1(6)), or what Schedule V s.7
    does not let be allocated.
    """

    ORDINARY = "ordinary cost"
    EXCHANGE_GAIN = "currency gain"
    EXCHANGE_LOSS = "currency loss"
    UNRELATED_SERVICE = "service to another that is unrelated to the good"
    DISCONTINUED = "gain or loss of a discontinued operation"
    ACCOUNTING_CHANGE = "cumulative effect of a change of accounting"
    CAPITAL_ASSET = "gain or loss of the sale of a capital asset"


class PaidFor(StrEnum):
    """What a payment under an intellectual property agreement is for (s.1(1) "royalties", s.7(13)(c))."""

    USE = "the use of intellectual property"
    TRAINING = "the training of personnel"
    TECHNICAL_SERVICE = "engineering, tooling, die-setting, software design and similar services"
    RESEARCH = "research and development"


class AllocationMethod(StrEnum):
    """The ways of Schedule V, and the producer's own."""

    COST_RATIO = "Appendix A, cost ratio"
    LABOR_AND_MATERIAL = "Appendix B, direct labor and direct material"
    DIRECT_COST = "Appendix C, direct costs"
    OWN = "a method of the producer"


class AllocationGround(StrEnum):
    """What a method of the producer's own rests on (Schedule V)."""

    BENEFIT = "benefit"
    CAUSE = "cause"
    ABILITY = "ability to bear"


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
    nature: Annotated[CostNature | None, LATER] = None
    """What it is, where it is no ordinary cost: a currency gain or loss, or what may not be allocated."""
    production_related: Annotated[Flag | None, LATER] = None
    """Of a currency gain or loss, whether it is related to the production of the good (s.1(6))."""
    paid_for: Annotated[PaidFor | None, LATER] = None
    """Of a payment under an intellectual property agreement, what it is for."""
    performed_in_region: Annotated[Flag | None, LATER] = None
    """Of such a payment for research or services, whether they were performed in the region (s.7(13)(c))."""
    assist_reference: Annotated[Text | None, LATER] = None
    """The assist that it is the cost of, by its reference, where the maker of a material had it free."""


class Costs(Load):
    """A load of cost lines."""

    kind: ClassVar[str] = "cost"
    line: ClassVar[type[Record]] = CostLine


class CostPoolLine(Record):
    """One account of the books for all goods together, and how it is to be allocated to them (s.7(11), Schedule V)."""

    owner: Code
    plant: Code | None = None
    """The plant whose goods share it; empty for the goods of every plant."""
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
    """The whole amount booked over the period for all goods; below zero only where it may not be allocated."""
    currency: Currency
    figures: Basis
    """Whether the amount is actual, an estimate or a standard."""
    nature: CostNature = CostNature.ORDINARY
    """What it is, where it is no ordinary cost."""
    production_related: Flag | None = None
    """Of a currency gain or loss, whether it is related to the production of the goods (s.1(6))."""
    paid_for: PaidFor | None = None
    """Of a payment under an intellectual property agreement, what it is for."""
    performed_in_region: Flag | None = None
    """Of such a payment for research or services, whether they were performed in the region (s.7(13)(c))."""
    method: AllocationMethod
    """Which way of Schedule V it is allocated by, or the producer's own."""
    allocation_base: Text
    """What the goods are weighed by, as the lines of kind allocation-base name it: machine hours, direct labor cost."""
    base_total: Annotated[Amount, Field(gt=0)]
    """That base for all goods together; the goods' own must come to it."""
    excluded_base: Text | None = None
    """What an excluded cost is weighed by when allocated cost is deducted (s.7(11)(b)), where it is another base."""
    excluded_base_total: Annotated[Amount, Field(gt=0)] | None = None
    """That base for all goods together."""
    ground: AllocationGround | None = None
    """What a method of the producer's own rests on."""
    management_base: Text | None = None
    """The base by which the producer allocates it for its own management on such a ground; empty where by none."""
    to_qualify: Flag
    """Whether the method was taken up solely so that a good originates (Schedule V s.8)."""
    trial_balance_account: Text | None = None
    """The account of the trial balance that the amount ties to."""
    books_total: Amount | None = None
    """What the books come to for all accounts of the plant and period, gains taken off: the lines must add up to it."""


class CostPools(Load):
    """A load of costs of all goods together."""

    kind: ClassVar[str] = "cost-pool"
    line: ClassVar[type[Record]] = CostPoolLine


class AllocationBaseLine(Record):
    """What one good is weighed by in the allocation of costs over one period."""

    owner: Code
    part: Code
    """The good."""
    plant: Code
    """The plant that makes it."""
    period_from: date
    """The first day of the period."""
    period_to: date
    """The last day of the period."""
    base: Text
    """The base, as the cost pool names it; of Appendices B and C: direct labor, direct material, direct overhead."""
    amount: Annotated[Amount, Field(ge=0)]
    """How much of it the good has, for all units made."""
    unit: Text
    """What it is counted in: hours, units, a currency."""
    figures: Basis
    """Whether it is actual, an estimate or a standard."""
    shown_by: Text | None = None
    """What shows it: the machine log, the payroll, the books."""


class AllocationBases(Load):
    """A load of what goods are weighed by."""

    kind: ClassVar[str] = "allocation-base"
    line: ClassVar[type[Record]] = AllocationBaseLine
