"""A test under the law of every day that could decide, and the other days that a second view is shown for."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise

from evidence.errors import MalformedValue, RuleError
from evidence.origin.question import Event, Question
from evidence.rules.finding import Finding, undetermined
from evidence.rules.parameters import Law, Parameter

_LATER_STAGE = timedelta(days=366)
"""How far ahead a change of threshold is shown as a second view: a good made before it may be entered after it."""


def under_one_law(test: str, days: Iterable[date], work: Callable[[date], Finding]) -> Finding:
    """The finding on `days`, if they stand under the same dated figures.

    A period of production that runs across a change of threshold has no one answer here: the texts do not say how its
    units divide, so that the period must be divided first. Where the law has no answer, the finding says why.
    """
    try:
        found = [work(day) for day in dict.fromkeys(days)]
    except (RuleError, MalformedValue) as missing:
        return undetermined(test, str(missing))
    applied = [_laws(finding) for finding in found]
    for earlier, later in pairwise(applied):
        if earlier != later:
            changed = sorted({law.first for law in later ^ earlier if law not in earlier})
            when = f" on {changed[0]}" if changed else ""
            return undetermined(
                test, f"the percentage changes{when}, within the period; ask for a period on either side"
            )
    return found[-1]


def days_besides(asked: Question, percentages: Iterable[Parameter]) -> dict[str, date]:
    """Other days than those that decide, by what they are: the day given of export or entry, the end of production,
    and the next day within a year on which one of `percentages` changes.
    """
    days: dict[str, date] = {}
    if asked.event is Event.PRODUCTION and asked.on is not None:
        days[f"threshold on {asked.on}, the day of export or entry given"] = asked.on
    if asked.event is not Event.PRODUCTION:
        days[f"threshold on {asked.period_to}, the end of production"] = asked.period_to
    last = asked.law_days[-1]
    later = {law.first for each in percentages for law in each.values if last < law.first <= last + _LATER_STAGE}
    if later:
        days[f"threshold from {min(later)} on"] = min(later)
    return days


def _laws(finding: Finding) -> frozenset[Law]:
    return frozenset((*finding.law, *(law for part in finding.parts for law in _laws(part))))
