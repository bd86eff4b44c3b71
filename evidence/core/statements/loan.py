"""Loans: interest is left out of net cost only so far as it passes the bound of Schedule IX (RECORDS.md 21)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.values import Amount, Code, Country, Currency, Text


class RateKind(StrEnum):
    """Whether the loan's rate may change."""

    FIXED = "fixed"
    VARIABLE = "variable"


class Loan(Statement):
    """One loan of the producer, and the government yield of like maturity that its rate is compared with.

    Interest above that yield plus 700 basis points is not allowable (Uniform Regulations s.1(1), Schedule IX).
    """

    kind: ClassVar[str] = "loan"
    prefix: ClassVar[str] = "loan"

    number: Code
    """The loan's own number."""
    borrower: Code
    """The producer that owes it."""
    lender: Code
    """The party that lent it."""
    lender_related: Flag = False
    """Whether borrower and lender are related persons."""
    country: Country
    """The borrower's country, whose government's yield counts."""
    currency: Currency
    principal: Annotated[Annotated[Amount, Field(gt=0)], Tier.SECRET]
    """The amount lent."""
    rate_kind: RateKind
    """Whether the rate may change."""
    rate_percent: Annotated[Annotated[Amount, Field(ge=0)], Tier.SECRET]
    """Interest a year, in percent of the principal; of a variable rate, the one in force from rate_from."""
    rate_from: date
    """The first day of that rate: its yield is the one of like maturity on that day."""
    drawn_on: date
    """The day on which it was paid out."""
    matures_on: date
    """The day of the last repayment."""
    schedule: Annotated[Listed, Tier.SECRET] = ()
    """Repayments of principal, ``2026-06-30:250000`` each, from which the average maturity follows."""
    average_maturity_years: Annotated[Annotated[Amount, Field(gt=0)] | None, Tier.SECRET] = None
    """Weighted average principal maturity in years, rounded to one decimal (Schedule IX)."""
    government_yield_percent: Annotated[Amount, Field(ge=0)]
    """Yield of the government debt of the nearest maturity."""
    government_issue: Text
    """Which debt of the national government that is."""
    yield_on: date
    """The day of that yield."""
    yield_published_by: Text
    """Who published that yield."""
