"""Calendars: where a party's fiscal year begins (RECORDS.md 4)."""

from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Statement
from evidence.core.values import Code


class FiscalCalendar(Statement):
    """One party's fiscal year: the month and day it begins."""

    kind: ClassVar[str] = "calendar"
    prefix: ClassVar[str] = "cal"

    party: Code
    year_starts: Annotated[str, Field(pattern="^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
