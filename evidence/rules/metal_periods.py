"""The periods and scopes over which steel and aluminum purchases may be calculated, and where estimates may stand.

19 CFR 182 App A s.17(7)-(11); SOR/2020-155 s.17(7)-(11). Steel and aluminum may use different ones (s.17(10)). Periods
"to date" run to the day of export. A year's figures by estimate are checked against actual costs at its end (s.17(11)).
The transitional periods of s.16(5) are those of the vehicle averages.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import StrEnum

from evidence.core.values import Period
from evidence.errors import RuleError
from evidence.rules.finding import Finding, Outcome
from evidence.rules.periods import FiscalYear, Kind, Permitted

CITATION = "19 CFR 182 App A s.17(7), (10); SOR/2020-155 s.17(7), (10)"
ESTIMATES_CITATION = "19 CFR 182 App A s.17(8), (11); SOR/2020-155 s.17(8), (11)"
_DAY = timedelta(days=1)


class MetalPeriod(StrEnum):
    """The periods of s.17(7)."""

    PREVIOUS_FISCAL_YEAR = "previous fiscal year"
    PREVIOUS_CALENDAR_YEAR = "previous calendar year"
    QUARTER_TO_DATE = "quarter to date"
    MONTH_TO_DATE = "month to date"
    FISCAL_YEAR_TO_DATE = "fiscal year to date"
    CALENDAR_YEAR_TO_DATE = "calendar year to date"
    TRANSITIONAL = "transitional period"


TO_DATE = frozenset(
    {
        MetalPeriod.QUARTER_TO_DATE,
        MetalPeriod.MONTH_TO_DATE,
        MetalPeriod.FISCAL_YEAR_TO_DATE,
        MetalPeriod.CALENDAR_YEAR_TO_DATE,
    }
)


def metal_period(
    kind: MetalPeriod, day: date, year_of: Callable[[date], FiscalYear], optional: Iterable[Permitted] = ()
) -> Period:
    """The days whose purchases count for a vehicle of `day` (of production for a period that is over, else of export).

    Args:
        kind: the period elected.
        day: the day.
        year_of: the producer's fiscal year that holds a day; quarters and months are those of that year.
        optional: the periods of `vehicle_periods`, among them the transitional ones.

    Raises:
        RuleError: no transitional period holds `day`.

    >>> april = lambda day: FiscalYear.containing(day, "04-01")
    >>> str(metal_period(MetalPeriod.PREVIOUS_FISCAL_YEAR, date(2026, 5, 10), april))
    '2025-04-01..2026-03-31'
    """
    if kind is MetalPeriod.PREVIOUS_CALENDAR_YEAR:
        return Period(date(day.year - 1, 1, 1), date(day.year - 1, 12, 31))
    if kind is MetalPeriod.CALENDAR_YEAR_TO_DATE:
        return Period(date(day.year, 1, 1), day)
    if kind is MetalPeriod.TRANSITIONAL:
        for each in optional:
            if each.kind is Kind.TRANSITIONAL and day in each.period:
                return each.period
        raise RuleError(f"No transitional period of s.16(5) holds {day}; elect another period of s.17(7).")
    year = year_of(day)
    if kind is MetalPeriod.PREVIOUS_FISCAL_YEAR:
        return year_of(year.span.first - _DAY).span
    if kind is MetalPeriod.FISCAL_YEAR_TO_DATE:
        return Period(year.span.first, day)
    step = 3 if kind is MetalPeriod.QUARTER_TO_DATE else 1
    return Period(max(month.first for month in year.months[::step] if month.first <= day), day)


def estimate_may_stand(kind: MetalPeriod) -> Finding:
    """Whether figures of `kind` may be estimated: only of a period to date, and then checked at the year's end."""
    met = kind in TO_DATE
    told = "a period to date may be estimated" if met else "a period that is over rests on actual figures"
    after = "; at the end of the fiscal year the figures are worked out anew from actual costs" if met else ""
    return Finding(
        test="steel and aluminum purchases: estimates",
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=None,
        bound=None,
        shown=kind.value,
        law=(),
        reason=f"{kind.value}: {told}{after}",
        citations=(ESTIMATES_CITATION,),
    )
