"""Periods over which contents are averaged: which ones the law allows, for which goods.

19 CFR 182 App A s.7(15)-(20), s.16(1), (4)-(5), (10), s.20(6)-(7); the same of SOR/2020-155; 19 CFR 182.100(a)(2),
182.101. Days are data: the series AVG-FIRST-YEAR, AVG-LIGHT-PERIOD and AVG-HEAVY-PERIOD. Periods of total cost outside
averaging are those of `cost_period`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from evidence.core.values import Period, add_months
from evidence.errors import MalformedValue
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import ENTRY_INTO_FORCE, Law
from evidence.rules.ruleset import RuleSet

VEHICLE_CITATION = "19 CFR 182 App A s.16(1), (4)-(5); SOR/2020-155 s.16(1), (4)-(5); 19 CFR 182.100(a)(2)"
PART_CITATION = "19 CFR 182 App A s.16(5), (10); SOR/2020-155 s.16(5), (10); 19 CFR 182.101(a)"
OTHER_VEHICLE_CITATION = "19 CFR 182 App A s.16(5), s.20(6); SOR/2020-155 s.20(6); 19 CFR 182.101(b)"
OTHER_VEHICLE_PART_CITATION = "19 CFR 182 App A s.20(7); SOR/2020-155 s.20(7)"
OTHER_GOODS_CITATION = "19 CFR 182 App A s.7(15)-(19); SOR/2020-155 s.7(15)-(19)"
HEAVY_READING = "transitional-periods-of-heavy-trucks"

_DAY = timedelta(days=1)
_MOST_MONTHS = 13
_DIVIDING = (1, 3, 6)


class Kind(StrEnum):
    """What sort of period one is."""

    YEAR = "fiscal year"
    FIRST = "first period"
    TRANSITIONAL = "transitional period"
    BUYERS_YEAR = "buyer's fiscal year"
    QUARTER = "quarter"
    MONTH = "month"
    THREE_MONTHS = "three months"
    SIX_MONTHS = "six months"


_BY_MONTHS = {1: Kind.MONTH, 3: Kind.THREE_MONTHS, 6: Kind.SIX_MONTHS}


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """One fiscal year with its months, which need not be those of the calendar: a year of 4-4-5 weeks has its own.

    Raises:
        MalformedValue: no month, more than thirteen, or months that leave a gap or overlap.
    """

    months: tuple[Period, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.months) <= _MOST_MONTHS:
            raise MalformedValue("fiscal year", f"{len(self.months)} months", f"1 to {_MOST_MONTHS} of them")
        for earlier, later in pairwise(self.months):
            if later.first != earlier.last + _DAY:
                raise MalformedValue("fiscal year", f"{earlier} and then {later}", "months that follow day on day")

    @classmethod
    def containing(cls, day: date, starts: str) -> "FiscalYear":
        """The fiscal year of calendar months that holds `day`; `starts` is the month and day it begins, as 04-01.

        Raises:
            MalformedValue: `starts` is no day that every year has.

        >>> str(FiscalYear.containing(date(2023, 5, 9), "04-01").span)
        '2023-04-01..2024-03-31'
        """
        try:
            begun = date.fromisoformat(f"2001-{starts}")  # a year without 29 February
        except ValueError as error:
            raise MalformedValue("first day of the fiscal year", starts, "a month and day such as 04-01") from error
        first = begun.replace(year=day.year)
        first = first if first <= day else first.replace(year=day.year - 1)
        return cls(tuple(Period(add_months(first, n), add_months(first, n + 1) - _DAY) for n in range(12)))

    @classmethod
    def of_month_ends(cls, first: date, ends: Iterable[date]) -> "FiscalYear":
        """The fiscal year that begins on `first` and whose months end on `ends`, in order."""
        months: list[Period] = []
        for end in ends:
            months.append(Period(months[-1].last + _DAY if months else first, end))
        return cls(tuple(months))

    @property
    def span(self) -> Period:
        """From its first day to its last."""
        return Period(self.months[0].first, self.months[-1].last)

    def dividing(self) -> tuple[tuple[int, Period], ...]:
        """Spans of one, three or six months that divide evenly into what is left of the year when they begin."""
        months = len(self.months)
        return tuple(
            (count, Period(self.months[at].first, self.months[at + count - 1].last))
            for count in _DIVIDING
            for at in range(months - count + 1)
            if (months - at) % count == 0
        )


@dataclass(frozen=True, slots=True)
class Permitted:
    """One period that the law allows, with the text and the dated figures that say so."""

    kind: Kind
    period: Period
    citation: str
    law: tuple[Law, ...] = ()


def first_period(year: FiscalYear, law: RuleSet) -> Permitted | None:
    """The longer first period of s.16(4): from entry into force to the end of a fiscal year that begins in the year
    after it. None for any other fiscal year.
    """
    for value in law.series("AVG-FIRST-YEAR").values:
        if value.binds(year.span.first):
            return Permitted(Kind.FIRST, Period(ENTRY_INTO_FORCE, year.span.last), VEHICLE_CITATION, (value,))
    return None


def vehicle_periods(
    years: Iterable[FiscalYear], law: RuleSet, *, heavy: bool, reading: str | None = None
) -> tuple[Permitted, ...]:
    """The periods over which the content of passenger vehicles, light trucks or heavy trucks (`heavy`) is averaged.

    The producer's fiscal year, the first period of s.16(4) and the optional periods of s.16(5). Whether those printed
    for light vehicles serve heavy trucks too is the choice `transitional-periods-of-heavy-trucks`.

    Args:
        years: fiscal years of the producer; the open last period of s.16(5) ends with the one it begins in.
        reading: the reading of that choice; its default where None.
    """
    names: tuple[str, ...] = ("AVG-LIGHT-PERIOD",)
    if heavy:
        both = law.choice(HEAVY_READING, reading).name == "us"
        names = ("AVG-LIGHT-PERIOD", "AVG-HEAVY-PERIOD") if both else ("AVG-HEAVY-PERIOD",)
    return _by_fiscal_year(years, law, names, VEHICLE_CITATION)


def other_vehicle_periods(years: Iterable[FiscalYear], law: RuleSet) -> tuple[Permitted, ...]:
    """As `vehicle_periods`, for the vehicles of s.20(2)-(3)."""
    return _by_fiscal_year(years, law, ("AVG-LIGHT-PERIOD",), OTHER_VEHICLE_CITATION)


def part_periods(own: Iterable[FiscalYear], buyers: Iterable[FiscalYear], law: RuleSet) -> tuple[Permitted, ...]:
    """The periods for goods of Tables A.1, A.2, B, C, D and E (s.16(10)): the buyer's fiscal year, any month or quarter
    of either's year, or the maker's own fiscal year; and the optional periods of s.16(5).
    """
    own, buyers = tuple(own), tuple(buyers)
    found = [Permitted(Kind.BUYERS_YEAR, year.span, PART_CITATION) for year in buyers]
    found += [each for year in (*own, *buyers) for each in _months_and_quarters(year, PART_CITATION)]
    found += _by_fiscal_year(own, law, ("AVG-LIGHT-PERIOD", "AVG-HEAVY-PERIOD"), PART_CITATION)
    return _once(found)


def other_vehicle_part_periods(
    own: Iterable[FiscalYear], buyers: Iterable[FiscalYear], *, aftermarket: bool
) -> tuple[Permitted, ...]:
    """The periods for parts of other vehicles (s.20(7)); the maker's own fiscal year for aftermarket parts only."""
    own, buyers = tuple(own), tuple(buyers)
    citation = OTHER_VEHICLE_PART_CITATION
    found = [Permitted(Kind.BUYERS_YEAR, year.span, citation) for year in buyers]
    found += [each for year in (*own, *buyers) for each in _months_and_quarters(year, citation)]
    found += [Permitted(Kind.YEAR, year.span, citation) for year in own if aftermarket]
    return _once(found)


def dividing_periods(year: FiscalYear) -> tuple[Permitted, ...]:
    """The periods for goods outside the automotive averages (s.7(15)): one month, three or six months that divide
    evenly into the rest of the fiscal year, or the whole of it.
    """
    found = [Permitted(_BY_MONTHS[count], period, OTHER_GOODS_CITATION) for count, period in year.dividing()]
    return _once([*found, Permitted(Kind.YEAR, year.span, OTHER_GOODS_CITATION)])


def is_permitted(period: Period, among: Iterable[Permitted], *, test: str = "averaging period") -> Finding:
    """Whether `period` is one of those that the law allows; of none known, not determinable."""
    among = tuple(among)
    if not among:
        return undetermined(test, "no fiscal year of the producer is on file, so that no period can be told")
    for each in among:
        if each.period == period:
            return Finding(
                test, Outcome.MET, None, None, f"{each.kind.value}, {period}", each.law,
                f"{period} is the {each.kind.value}", citations=(each.citation,),
            )  # fmt: skip
    meeting = [each for each in among if each.period.first <= period.last and period.first <= each.period.last]
    allowed = ", ".join(f"{each.period} ({each.kind.value})" for each in (meeting or list(among))[:6])
    citations = tuple(dict.fromkeys(each.citation for each in among))
    reason = f"{period} is no period that may be used; among those that may: {allowed}"
    return Finding(test, Outcome.NOT_MET, None, None, f"{period}: not allowed", (), reason, citations=citations)


def same_for_the_rest(used: Iterable[Period], year: FiscalYear) -> Finding:
    """Whether the periods used in one fiscal year are those that the first of them binds the producer to.

    Once chosen, one, three or six months repeat to the end of the year (s.7(18)-(19)); the year itself leaves room for
    nothing else.
    """
    citation = OTHER_GOODS_CITATION
    test = "one period for the rest of the fiscal year"
    used = tuple(sorted(set(used)))
    if not used:
        return undetermined(test, "no period has been used", citations=(citation,))
    lengths = {each.period: each.kind for each in dividing_periods(year)}
    first = used[0]
    if first not in lengths:
        return is_permitted(first, dividing_periods(year), test=test)
    bound = [each for each, kind in lengths.items() if kind is lengths[first] and each.first >= first.first]
    aligned = [each for each in bound if _steps(first, each, bound)]
    strange = [each for each in used if each not in aligned]
    if strange:
        reason = (
            f"{first} was used first, so that {lengths[first].value} bind to the end of the year; "
            f"{', '.join(map(str, strange))} depart from it"
        )
        return Finding(test, Outcome.NOT_MET, None, None, lengths[first].value, (), reason, citations=(citation,))
    reason = f"every period used is of {lengths[first].value} from {first.first} on"
    return Finding(test, Outcome.MET, None, None, lengths[first].value, (), reason, citations=(citation,))


def _steps(first: Period, wanted: Period, among: Iterable[Period]) -> bool:
    """Whether `wanted` is reached from `first` by periods that follow day on day."""
    at: Period | None = first
    begins = {each.first: each for each in among}
    while at is not None and at != wanted:
        at = begins.get(at.last + _DAY)
    return at is not None


def _by_fiscal_year(
    years: Iterable[FiscalYear], law: RuleSet, names: Iterable[str], citation: str
) -> tuple[Permitted, ...]:
    """Fiscal years from entry into force on, the first period, and the optional periods of the series `names`."""
    years = tuple(years)
    found: list[Permitted] = []
    for year in years:
        if year.span.first >= ENTRY_INTO_FORCE:
            found.append(Permitted(Kind.YEAR, year.span, citation))
        longer = first_period(year, law)
        found += [longer] if longer is not None else []
    for value in (value for name in names for value in law.series(name).values):
        if value.last is not None:
            found.append(Permitted(Kind.TRANSITIONAL, Period(value.first, value.last), citation, (value,)))
            continue
        ends = [year.span.last for year in years if value.first in year.span]
        found += [Permitted(Kind.TRANSITIONAL, Period(value.first, end), citation, (value,)) for end in ends]
    return _once(found)


def _months_and_quarters(year: FiscalYear, citation: str) -> list[Permitted]:
    spans = [(Kind.MONTH if count == 1 else Kind.QUARTER, span) for count, span in year.dividing() if count in (1, 3)]
    return [Permitted(kind, span, citation) for kind, span in spans]


def _once(found: Iterable[Permitted]) -> tuple[Permitted, ...]:
    """Each period under its first name, in order of days."""
    by_period: dict[Period, Permitted] = {}
    for each in found:
        by_period.setdefault(each.period, each)
    return tuple(by_period[period] for period in sorted(by_period))
