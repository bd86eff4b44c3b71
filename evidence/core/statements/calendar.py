"""Calendars: a party's fiscal year, and the days on which a jurisdiction's offices are closed (RECORDS.md 4)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.cells import Listed
from evidence.core.statements.load import Load
from evidence.core.values import Code, Country, Text


class FiscalCalendar(Statement):
    """One party's fiscal year: the month and day it begins, and where its periods end if not with the month."""

    kind: ClassVar[str] = "calendar"
    prefix: ClassVar[str] = "cal"
    version: ClassVar[int] = 2

    party: Code
    year_starts: Annotated[str, Field(pattern="^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
    """Month and day on which the fiscal year begins, as 04-01."""
    period_ends: Listed = ()
    """The last day of each period from valid_from to valid_to, as 2023-04-29;2023-05-27, where they are weeks counted
    4-4-5; empty for calendar months."""


class HolidayLine(Record):
    """One day that a jurisdiction does not count as a business day."""

    jurisdiction: Country
    """The country whose offices are closed."""
    region: Text | None = None
    """State or province that alone keeps the day; empty for the whole country."""
    day: date
    name: Text
    """The holiday's name."""
    published_by: Text
    """The law or notice that makes it one."""


class Holidays(Load):
    """A load of holidays, for periods that are counted in business days."""

    kind: ClassVar[str] = "holiday"
    line: ClassVar[type[Record]] = HolidayLine
