"""A test under the law of every day that could decide: one answer, or none where the law changes between them."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise

from evidence.errors import MalformedValue, RuleError
from evidence.rules.finding import Finding, undetermined
from evidence.rules.parameters import Law


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


def _laws(finding: Finding) -> frozenset[Law]:
    return frozenset((*finding.law, *(law for part in finding.parts for law in _laws(part))))
