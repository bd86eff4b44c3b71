"""Fiscal years of parties, by the calendars on file (19 CFR 182 App A s.16(1), s.1(7))."""

from collections.abc import Iterable
from datetime import date

from evidence.core.statements.calendar import FiscalCalendar
from evidence.rules.periods import FiscalYear


def year_in(calendar: FiscalCalendar, day: date) -> FiscalYear | None:
    """The fiscal year that holds `day`, by a calendar that is in force on it; None where it is not.

    A calendar with the ends of its periods is one year of weeks, from the day that it is valid from on; any other is
    one of calendar months, of every year in which it is valid.

    Raises:
        MalformedValue: the year begins on a day that not every year has, or its periods are none.
    """
    begun = calendar.valid_from is None or calendar.valid_from <= day
    if not begun or (calendar.valid_to is not None and calendar.valid_to < day):
        return None
    if calendar.period_ends and calendar.valid_from is not None:
        return FiscalYear.of_month_ends(calendar.valid_from, map(date.fromisoformat, calendar.period_ends))
    return FiscalYear.containing(day, calendar.year_starts)


def fiscal_years(
    calendars: Iterable[FiscalCalendar], parties: Iterable[str], days: Iterable[date]
) -> tuple[FiscalYear, ...]:
    """The fiscal years of `parties` that hold `days`, in order, each once.

    Raises:
        MalformedValue: as `year_in` has it.
    """
    wanted, days = frozenset(parties), tuple(days)
    found: dict[date, FiscalYear] = {}
    for calendar in (each for each in calendars if each.party in wanted):
        for day in days:
            if (year := year_in(calendar, day)) is not None:
                found[year.span.first] = year
    return tuple(found[first] for first in sorted(found))
