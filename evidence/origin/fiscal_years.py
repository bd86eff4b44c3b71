"""Fiscal years of parties, by the calendars on file (19 CFR 182 App A s.16(1), s.1(7))."""

from collections.abc import Iterable
from datetime import date

from evidence.core.statements.calendar import FiscalCalendar
from evidence.rules.periods import FiscalYear


def fiscal_years(
    calendars: Iterable[FiscalCalendar], parties: Iterable[str], days: Iterable[date]
) -> tuple[FiscalYear, ...]:
    """The fiscal years of `parties` that hold `days`, in order, each once.

    A calendar with the ends of its periods is one year of weeks, from the day that it is valid from on; any other is
    one of calendar months, of every year in which it is valid.

    Raises:
        MalformedValue: a calendar's year begins on a day that not every year has, or its periods are none.
    """
    wanted, days = frozenset(parties), tuple(days)
    found: dict[date, FiscalYear] = {}
    for calendar in (each for each in calendars if each.party in wanted):
        for day in days:
            begun = calendar.valid_from is None or calendar.valid_from <= day
            if not begun or (calendar.valid_to is not None and calendar.valid_to < day):
                continue
            if calendar.period_ends and calendar.valid_from is not None:
                ends = [date.fromisoformat(end) for end in calendar.period_ends]
                year = FiscalYear.of_month_ends(calendar.valid_from, ends)
            else:
                year = FiscalYear.containing(day, calendar.year_starts)
            found[year.span.first] = year
    return tuple(found[first] for first in sorted(found))
