"""Duty measures: what an import pays with and without the preference (RECORDS.md 34).

They say what is at stake in a claim. A measure without a rate is not computed, never taken as nothing.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Flag
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Country, Currency, HsEdition, TariffCode, Text


class MeasureKind(StrEnum):
    """What is charged."""

    ORDINARY = "ordinary duty"
    PREFERENTIAL = "preferential duty"
    FEE = "fee"
    ADDITIONAL = "additional duty"
    REMEDY = "trade remedy"


class DutyMeasureLine(Record):
    """One charge on one tariff code over one span of days."""

    country: Country
    """The importing country."""
    tariff_code: TariffCode | None = None
    """Empty for a fee on every import."""
    hs_edition: HsEdition | None = None
    """The edition of the nomenclature that the code is of."""
    measure: Text
    """Its name, as customs entries give it."""
    measure_kind: MeasureKind
    """What is charged."""
    origin_country: Country | None = None
    """The country of origin that it falls on; empty for every country."""
    percent: Annotated[Amount, Field(ge=0)] | None = None
    """Percent of the value; empty with specific where it is not computed."""
    specific: Annotated[Amount, Field(ge=0)] | None = None
    """Amount for one unit."""
    specific_currency: Currency | None = None
    """The currency of that amount."""
    specific_unit: Text | None = None
    """The unit that it is for."""
    least: Annotated[Amount, Field(ge=0)] | None = None
    """The least that one entry pays, of a fee."""
    most: Annotated[Amount, Field(ge=0)] | None = None
    """The most that one entry pays, of a fee."""
    lifted_by_claim: Flag
    """Whether a claim to the preference lifts it."""
    condition: Text | None = None
    """What it turns on besides: a quota, an exclusion, the use."""
    applies_from: date
    """The first day of entry that it falls on."""
    applies_to: date | None = None
    """The last such day; empty while it holds."""
    citation: Text
    """The law or notice that sets it."""
    checked_on: date
    """The last day on which somebody read that text."""


class DutyMeasures(Load):
    """A load of duty measures."""

    kind: ClassVar[str] = "duty-measure"
    line: ClassVar[type[Record]] = DutyMeasureLine
