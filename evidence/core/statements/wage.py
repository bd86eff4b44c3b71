"""Wage certificates: that a plant pays the high wage over a period (RECORDS.md 25; 29 CFR 810.105-810.135).

The plant keeps its payroll. What leaves it is the result and who keeps the proof; hours, wages and the custodian's name
are secret and personal, and the payroll itself is only committed to. Each certificate is a statement of its own.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.values import Amount, Code, Country, Currency, Sha256, Text


class WageScope(StrEnum):
    """Whose wages the average is over."""

    DIRECT_PRODUCTION = "direct production"
    TRANSPORT = "transport and logistics"
    WHOLE_PLANT = "whole assembly plant"


class PayConversion(StrEnum):
    """How pay for a period became pay for an hour (29 CFR 810.125)."""

    HOURLY = "paid by the hour"
    WEEKLY = "period pay over the hours of the period"
    SEMI_MONTHLY = "semi-monthly pay times 24 over 52"
    MONTHLY = "monthly pay times 12 over 52"


_Figure = Annotated[Amount, Field(ge=0)]


class WageCertificate(Statement):
    """One plant's average base hourly wage over one period.

    `valid_from` to `valid_to` is the window in which it may be relied on: twelve months after a period of twelve, the
    next period of equal length after a shorter one (Uniform Regulations s.18(5)).
    """

    kind: ClassVar[str] = "wage-certificate"
    prefix: ClassVar[str] = "wage"

    number: Code
    """The certificate's own number."""
    plant: Code
    """The plant, by its site number."""
    operator: Code
    """The party that runs the plant."""
    country: Country
    """The plant's country, whose rate counts."""
    scope: WageScope
    """Whose wages the average is over."""
    period_from: date
    """The first day that hours and wages are of."""
    period_to: date
    """The last day that they are of."""
    meets_rate: Flag
    """Whether the average is at or above the rate: all that a buyer need see."""
    rate: Annotated[Amount, Field(gt=0)]
    """The wage of the plant's country that it is held against: USD 16, CAD 20.88 or MXN 294.22."""
    currency: Currency
    """The currency of rate and wages."""
    direct_hours: Annotated[_Figure, Tier.SECRET_PERSONAL]
    """Direct production hours of the period, agency hours in them."""
    base_wages: Annotated[_Figure, Tier.SECRET_PERSONAL]
    """Base wages for those hours, without benefits, bonuses, premiums and incentive pay."""
    average_wage: Annotated[_Figure, Tier.SECRET_PERSONAL]
    """Base wages over hours, as worked out by the plant."""
    workers: Annotated[Annotated[int, Field(ge=0)] | None, Tier.SECRET_PERSONAL] = None
    """How many workers the hours are of."""
    workers_over_85_percent: Annotated[Annotated[int, Field(ge=0)] | None, Tier.SECRET_PERSONAL] = None
    """How many of them spend 85 percent of their time or more on direct production: all their hours count."""
    agency_hours: Annotated[_Figure | None, Tier.SECRET_PERSONAL] = None
    """Of the hours, those of agency, contract and temporary staff."""
    agency_wages: Annotated[_Figure | None, Tier.SECRET_PERSONAL] = None
    """Of the wages, what those workers were paid, not what the agency charged."""
    exclusions: Listed = ()
    """What was left out: kinds of pay (overtime premium), kinds of worker (interns, managers, engineers)."""
    pay_conversion: PayConversion
    """How pay for a period became pay for an hour."""
    payroll_custodian: Annotated[Text, Tier.SECRET_PERSONAL]
    """Who keeps the payroll and answers the authority: name or function, and where."""
    payroll_commitment: Sha256 | None = None
    """Commitment to the payroll extract that the plant keeps; the extract itself is not here."""
    certified_by: Annotated[Text, Tier.SECRET_PERSONAL]
    """Who signs for the plant, with title."""
    certified_on: date
    """The day of signing."""
    received_on: date
    """The day it came in."""
    received_basis: Text
    """Why that day is believed: mail header, portal log."""
    consents_to_authority: Flag
    """Whether the plant will answer the authority directly (29 CFR 810.600(d))."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("about", f"site:{self.plant}"))
