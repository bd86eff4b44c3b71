"""The period over which total cost is worked out, outside the averaging of vehicles.

19 CFR 182 App A s.1(7)(b), (8), (9); the same of SOR/2020-155: one month, three or six months that divide evenly into
what is left of the producer's fiscal year, or the fiscal year. A choice cannot be taken back, and one of one, three or
six months holds for the rest of the fiscal year.
"""

from collections.abc import Iterable

from evidence.core.values import Period
from evidence.errors import MalformedValue
from evidence.rules.finding import Finding, all_of, both_texts, judged
from evidence.rules.periods import FiscalYear

CITATION = "19 CFR 182 App A s.1(7)-(9); SOR/2020-155 s.1(7)-(9)"


def cost_period(period: Period, year: FiscalYear, chosen: Iterable[Period] = ()) -> Finding:
    """Whether total cost may be worked out over `period`.

    Args:
        period: the one asked about.
        year: the producer's fiscal year in which the period lies, with its months.
        chosen: every period over which the producer has worked out the total cost of the good earlier in that year.
    """
    parts = (_length(period, year), _kept(period, year, tuple(sorted(chosen, key=lambda each: each.first))))
    return all_of(f"total cost over {period}", parts, citations=(CITATION,))


def periods_bound(first: Period, year: FiscalYear) -> tuple[Period, ...]:
    """`first` and every period of its length that follows it to the end of the fiscal year (s.1(9)).

    Raises:
        MalformedValue: `first` is no period over which total cost may be worked out in that year.
    """
    finding = cost_period(first, year)
    if not finding.met:
        raise MalformedValue("period of total cost", str(first), f"a period that s.1(7)(b) allows: {finding.reason}")
    months = _months(first, year)
    left = year.months[year.months.index(months[0]) :]
    return tuple(Period(left[at].first, left[at + len(months) - 1].last) for at in range(0, len(left), len(months)))


def _months(period: Period, year: FiscalYear) -> tuple[Period, ...]:
    """The months of the fiscal year that `period` is made of; empty where it is not made of whole ones."""
    inside = tuple(month for month in year.months if month.first in period and month.last in period)
    whole = bool(inside) and (inside[0].first, inside[-1].last) == (period.first, period.last)
    return inside if whole else ()


def _length(period: Period, year: FiscalYear) -> Finding:
    test = "one, three or six months, or the fiscal year"
    section = both_texts("s.1(7)(b)")
    if period == year.span:
        return judged(test, "it is the fiscal year", section, met=True)
    months = _months(period, year)
    if not months:
        return judged(test, f"it is not of whole months of the fiscal year {year.span}", section, met=False)
    left = sum(month.first >= period.first for month in year.months)
    if any(span == period for _, span in year.dividing()):
        return judged(test, f"{len(months)} months divide evenly into the {left} that are left", section, met=True)
    said = f"it has {len(months)} months, with {left} left of the fiscal year"
    return judged(test, said, section, met=False)


def _kept(period: Period, year: FiscalYear, chosen: tuple[Period, ...]) -> Finding:
    test = "the period chosen is kept for the rest of the fiscal year"
    section = both_texts("s.1(8)-(9)")
    mine = [each for each in chosen if each.first in year.span and each.first <= period.first and each != period]
    if not mine:
        return judged(test, "none was chosen earlier in the year", section, met=True)
    first = mine[0]
    if first == year.span or not cost_period(first, year).met:
        return judged(test, f"{first} was chosen, and a choice cannot be taken back", section, met=False)
    bound = periods_bound(first, year)
    strange = next((each for each in (*mine, period) if each not in bound), None)
    if strange is not None:
        return judged(test, f"{first} was chosen, and {strange} is none of the periods it binds", section, met=False)
    return judged(test, f"as chosen with {first}", section, met=True)
