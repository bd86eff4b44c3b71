"""The days of labor value content: which wages a plant's certificate may rest on and for how long, and the election.

19 CFR 182 App A s.18(5), (15)-(19); SOR/2020-155 s.18(5), (15)-(19). The periods of the calculation itself are those of
s.17(7) (`metal_periods`): a previous year, or a month, quarter or year to date, of production or export (s.18(17)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evidence.core.values import Period, add_months
from evidence.errors import MalformedValue
from evidence.rules.finding import Finding, Outcome, judged, undetermined
from evidence.rules.metal_periods import MetalPeriod, metal_period
from evidence.rules.parameters import ENTRY_INTO_FORCE
from evidence.rules.ruleset import RuleSet

CERTIFICATE = "19 CFR 182 App A s.18(5); SOR/2020-155 s.18(5)"
ELECTION = "19 CFR 182 App A s.18(15)-(19); SOR/2020-155 s.18(15)-(19)"
FIRST_CERTIFICATE = "first-wage-certificate"
"""The choice whether a plant's first certificate also covers the period that its wages are of."""
_DAY = timedelta(days=1)
_FIRST = tuple(Period(ENTRY_INTO_FORCE, last) for last in (date(2020, 12, 31), date(2021, 6, 30)))

LaborPeriod = MetalPeriod
"""The periods of s.18(17), which are worded as those of s.17(7)."""
labor_period = metal_period


def whole_months(period: Period) -> int | None:
    """The number of months that the period is long, or None where it ends within one.

    >>> whole_months(Period(date(2023, 1, 15), date(2023, 4, 14)))
    3
    """
    for months in range(1, 25):
        if add_months(period.first, months) - _DAY == period.last:
            return months
    return None


def first_certificate(wages: Period) -> bool:
    """Whether wages of a period are those of a plant's first certificate, of which the texts leave a question open."""
    return wages in _FIRST


def certificate_window(wages: Period, law: RuleSet, reading: str | None = None) -> Period:
    """The days on which a plant certified on the wages of a period may be relied on (s.18(5)).

    Twelve months after a period of twelve; after a shorter one the next period of equal length, in months where it is
    of whole months and otherwise in days. `reading` is that of `first-wage-certificate`.

    Raises:
        MalformedValue: the period is longer than twelve months, or begins before the agreement.
        RuleError: there is no such reading.
    """
    if wages.first < ENTRY_INTO_FORCE:
        raise MalformedValue("wages of a certificate", str(wages), f"a period from {ENTRY_INTO_FORCE} on")
    if wages.last >= add_months(wages.first, 12):
        raise MalformedValue("wages of a certificate", str(wages), "a period of twelve months at most")
    months = whole_months(wages)
    first = wages.last + _DAY
    last = add_months(first, months) - _DAY if months else first + (wages.last - wages.first)
    own_too = law.choice(FIRST_CERTIFICATE, reading).name == "own-period-too" and first_certificate(wages)
    return Period(wages.first if own_too else first, last)


def certificate_covers(
    plant: str,
    wages: Period,
    days: Period,
    law: RuleSet,
    reading: str | None = None,
    *,
    stated: Period | None = None,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether a plant's certificate may be relied on over the whole of `days`.

    Args:
        plant: the plant, as the finding names it.
        wages: the period that the certified wages are of.
        days: the days of production, or of purchase, that rely on it.
        law: the rule set.
        reading: that of `first-wage-certificate`.
        stated: the window that the certificate states; where it goes past that of the law, the law's holds.
        rests_on: identifiers of the certificate.

    Raises:
        MalformedValue: as `certificate_window` has it.
    """
    test, window = f"wage certificate of {plant}: window", certificate_window(wages, law, reading)
    if stated is not None:
        first, last = max(window.first, stated.first), min(window.last, stated.last)
        if last < first:
            shown = f"stated {stated}, by law {window}"
            reason = f"the window that the certificate states, {stated}, has no day of the law's, {window}"
            return judged(test, reason, CERTIFICATE, met=False, shown=shown, rests_on=rests_on)
        window = Period(first, last)
    met = window.first <= days.first and days.last <= window.last
    reason = f"on wages of {wages} it is valid for {window}, " + ("which covers" if met else "not for the whole of")
    return judged(test, f"{reason} {days}", CERTIFICATE, met=met, shown=f"{window}", rests_on=rests_on)


@dataclass(frozen=True, slots=True)
class LaborElection:
    """An election to average labor value content, with what it must state (s.18(15)-(19)); None where it does not.

    Attributes:
        category: model line, class and plant, as s.16(1) has them.
        basis: all vehicles of the category, or those exported to one or more of the other countries.
        producer: name and address.
        period: the period elected, in words of `LaborPeriod` or a transitional one of s.16(5).
        estimate: the labor value content expected, in percent.
        signed_on: the day of signing.
        filed_on: the day on which each importing country's customs had it, by country.
        year_from: the first day of the fiscal year that it is for.
    """

    category: str | None
    basis: str | None
    producer: str | None
    period: str | None
    estimate: Decimal | None
    signed_on: date | None
    filed_on: Mapping[str, date]
    year_from: date


def election_in_order(
    election: LaborElection, importing: str, law: RuleSet, *, rests_on: tuple[str, ...] = ()
) -> Finding:
    """Whether an election states all that it must and was with the importing customs in time (s.18(16), (18)).

    Raises:
        NoValueInForce: no notice binds on the first day of the year.
    """
    test = f"election to average labor value content from {election.year_from}"
    notice = law.series("LVC-ELECTION-DAYS").on(election.year_from)
    stated = ("category", "basis", "producer", "period", "estimate", "signed_on")
    absent = [name.replace("_", " ") for name in stated if getattr(election, name) in (None, "")]
    if absent:
        reason = f"it does not state its {', '.join(absent)}"
        return undetermined(test, reason, citations=(notice.source, ELECTION), rests_on=rests_on)
    filed = election.filed_on.get(importing)
    due = election.year_from - timedelta(days=int(notice.amount))
    if filed is None:
        reason = f"no filing with the customs of {importing} is on record; due by {due}"
        return undetermined(test, reason, citations=(notice.source, ELECTION), rests_on=rests_on)
    met = filed <= due
    days = Decimal((election.year_from - filed).days)
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=days,
        bound=notice.amount,
        shown=f"filed {filed}, due by {due}",
        law=(notice,),
        reason=f"filed with {importing} on {filed}, {'not later' if met else 'later'} than {due}",
        rests_on=rests_on,
        citations=(ELECTION,),
    )
