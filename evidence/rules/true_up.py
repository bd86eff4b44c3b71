"""The year-end true-up: estimates held against actual figures, and who must be told when those fail.

19 CFR 182 App A s.16(9), s.17(11), s.18(15)-(19), s.7(20); the same of SOR/2020-155; 19 CFR 182.102. Whoever worked a
content out on estimates, averaged or not, works it out again on actual figures at the end of the fiscal year. Where
these fail, the good does not originate, and everybody who was given a certification or a statement is told: at once,
or, of covered vehicles imported into the United States, within the days of the series TRUE-UP-US-NOTICE, customs too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from evidence.core.values import Period
from evidence.errors import MalformedValue, NoValueInForce
from evidence.rules.finding import Finding, Outcome
from evidence.rules.parameters import Law
from evidence.rules.ruleset import RuleSet

US_CITATION = "19 CFR 182.102"


class Figure(StrEnum):
    """What is trued up."""

    REGIONAL_VALUE = "regional value content"
    LABOR_VALUE = "labour value content"
    STEEL = "steel"
    ALUMINUM = "aluminum"


_TEXTS = {
    Figure.REGIONAL_VALUE: "19 CFR 182 App A s.16(9); SOR/2020-155 s.16(9)",
    Figure.LABOR_VALUE: "19 CFR 182 App A s.18(15)-(19); SOR/2020-155 s.18(15)-(19)",
    Figure.STEEL: "19 CFR 182 App A s.17(11); SOR/2020-155 s.17(11)",
    Figure.ALUMINUM: "19 CFR 182 App A s.17(11); SOR/2020-155 s.17(11)",
}
_OTHER_GOODS_TEXT = "19 CFR 182 App A s.7(20); SOR/2020-155 s.7(20)"


class Result(StrEnum):
    """What the actual figures make of the estimate."""

    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    IMPROVED = "better than estimated"
    STILL_SHORT = "short as estimated"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class TrueUp:
    """One figure of one good or category over one fiscal year, on estimates and on actual figures.

    `actual` is None until it is worked out. `covered` is for passenger vehicles, light trucks and heavy trucks, which
    alone 19 CFR 182.102 names.
    """

    figure: Figure
    subject: str
    year: Period
    estimated: Finding
    actual: Finding | None
    covered: bool

    @property
    def result(self) -> Result:
        """What became of the estimate; open while the actual figures decide nothing."""
        if self.actual is None or self.actual.outcome is Outcome.NOT_DETERMINABLE:
            return Result.OPEN
        if self.actual.met:
            return Result.CONFIRMED if self.estimated.met else Result.IMPROVED
        return Result.OVERTURNED if self.estimated.met else Result.STILL_SHORT

    @property
    def due(self) -> date:
        """The first day on which the fiscal year is over, from which the analysis is owed; no text gives it longer."""
        return self.year.last + timedelta(days=1)

    @property
    def citations(self) -> tuple[str, ...]:
        """The texts that ask for it."""
        text = _TEXTS[self.figure] if self.covered else _OTHER_GOODS_TEXT
        return (text, f"{US_CITATION}(a)") if self.covered else (text,)

    def finding(self, today: date) -> Finding:
        """Whether the claim made on estimates stands, as of `today`.

        An estimate alone counts until the fiscal year is over; after it, only actual figures do.
        """
        test = f"{self.figure.value} of {self.subject}, year-end true-up for {self.year}"
        result, inside = self.result, tuple(each for each in (self.estimated, self.actual) if each is not None)
        if result is Result.OPEN and today < self.due:
            outcome = self.estimated.outcome
            reason = f"an estimate; actual figures are due from {self.due} on"
        elif result is Result.OPEN:
            outcome = Outcome.NOT_DETERMINABLE
            why = "are not worked out" if self.actual is None else f"decide nothing: {self.actual.reason}"
            reason = f"the fiscal year ended on {self.year.last}, and the actual figures {why}"
        else:
            met = result in (Result.CONFIRMED, Result.IMPROVED)
            outcome = Outcome.MET if met else Outcome.NOT_MET
            assert self.actual is not None
            reason = f"{result.value} by the actual figures: {self.actual.reason}"
        return Finding(
            test, outcome, None, None, result.value, (), reason,
            tuple(dict.fromkeys(source for each in inside for source in each.rests_on)), self.citations, parts=inside,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who was given a certification or a statement that the good originates.

    `country` is the country that they import into, empty where it is not known; `papers` name what they were given.
    """

    party: str
    country: str
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice that is due. `by` is its last day; `at_once` where the text gives no days."""

    to: str
    country: str
    customs: bool
    by: date
    at_once: bool
    papers: tuple[str, ...]
    citation: str
    law: tuple[Law, ...] = ()


def notices(
    done: TrueUp, recipients: Iterable[Recipient], countries: Iterable[str], determined_on: date, law: RuleSet
) -> tuple[Notice, ...]:
    """The notices that a true-up sets off: none unless the actual figures fail.

    A recipient whose country is not known is told at once, since one of the texts may ask it.

    Args:
        recipients: everybody who was given a certification or statement for the goods, each party once.
        countries: the countries into which the goods went with a claim; customs of the United States is told.
        determined_on: the day on which the producer determined that the actual figures fail.

    Raises:
        MalformedValue: a day of determination before the year is over.
    """
    if done.result not in (Result.OVERTURNED, Result.STILL_SHORT):
        return ()
    if determined_on < done.due:
        raise MalformedValue(
            "day of the true-up", str(determined_on), f"one after {done.year.last}, when the year ends"
        )
    recipients = tuple(recipients)
    us = _us_figure(done, determined_on, law)
    found: list[Notice] = []
    if us is not None and "US" in {*countries, *(each.country for each in recipients)}:
        papers = tuple(paper for each in recipients if each.country == "US" for paper in each.papers)
        found.append(_in_days("customs of US", "US", True, determined_on, papers, f"{US_CITATION}(b)(1)", us))
    for each in recipients:
        if us is not None and each.country == "US":
            found.append(_in_days(each.party, "US", False, determined_on, each.papers, f"{US_CITATION}(b)(2)", us))
        else:
            text = done.citations[0]
            found.append(Notice(each.party, each.country, False, determined_on, True, each.papers, text))
    return tuple(sorted(found, key=lambda notice: (notice.by, not notice.customs, notice.to)))


def cost_submission_due(year: Period, asked_on: date | None, law: RuleSet) -> tuple[date, tuple[Law, ...]]:
    """The last day to give CBP the costs of an averaged fiscal year, and the figures applied (19 CFR 182.100).

    The later of 180 days after the year and 60 days after a request.

    Raises:
        NoValueInForce: the year ended before the section bound.
    """
    after = law.series("TRUE-UP-US-COSTS").on(year.last)
    due = year.last + timedelta(days=int(after.amount))
    if asked_on is None:
        return due, (after,)
    asked = law.series("TRUE-UP-US-COSTS-ASKED").on(asked_on)
    return max(due, asked_on + timedelta(days=int(asked.amount))), (after, asked)


def _us_figure(done: TrueUp, day: date, law: RuleSet) -> Law | None:
    """The days of 19 CFR 182.102(b); None where it does not apply: another good, or a day before it bound."""
    if not done.covered:
        return None
    try:
        return law.series("TRUE-UP-US-NOTICE").on(day)
    except NoValueInForce:
        return None


def _in_days(
    to: str, country: str, customs: bool, day: date, papers: tuple[str, ...], citation: str, figure: Law
) -> Notice:
    by = day + timedelta(days=int(figure.amount))
    return Notice(to, country, customs, by, False, papers, citation, (figure,))
