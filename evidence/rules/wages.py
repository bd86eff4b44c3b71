"""The wage test of a plant: whether the average base hourly wage of its direct production work reaches the rate.

19 CFR 182 App A s.12 and SOR/2020-155 s.12 (average base hourly wage rate, direct production worker, qualifying
plants); 29 CFR 810.105-810.135. ``average = base wages for direct production hours / those hours``, held against a
fixed amount of the plant's country. It is compared as ``wages >= rate * hours``: no division rounds at the bound.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from evidence.errors import MalformedValue
from evidence.rules.exact import amount, cut_down, exactly
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import Law
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.12; SOR/2020-155 s.12; 29 CFR 810.105"
CONVERSION = "29 CFR 810.125(b)"
WORKERS = "19 CFR 182 App A s.12; SOR/2020-155 s.12; 29 CFR 810.110, 810.120, 810.130, 810.135"
CURRENCIES = {"US": "USD", "CA": "CAD", "MX": "MXN"}
"""The countries that have a rate, and the currency it is fixed in."""
_SHARE = "DIRECT-SHARE"


class Work(StrEnum):
    """What a worker does; only the first six are direct production work (29 CFR 810.110, 810.130, 810.135)."""

    PRODUCTION = "production"
    HANDLING = "material handling"
    INSPECTION = "inspection"
    MAINTENANCE = "set-up and maintenance"
    SKILLED_TRADE = "skilled trade"
    TEAM_LEAD = "team lead who relieves production workers"
    MANAGER = "manager with final authority to hire or dismiss"
    RESEARCH = "research and development"
    ENGINEER = "engineer who does not keep production running"
    TRAINEE = "intern, trainee or student"
    OTHER = "other"


DIRECT = frozenset(
    {Work.PRODUCTION, Work.HANDLING, Work.INSPECTION, Work.MAINTENANCE, Work.SKILLED_TRADE, Work.TEAM_LEAD}
)


class PaidBy(StrEnum):
    """The span that one payment of base pay is for (29 CFR 810.125(b))."""

    HOUR = "hour"
    PERIOD = "week or two weeks"
    HALF_MONTH = "half a month"
    MONTH = "month"


_PAYMENTS_A_YEAR = {PaidBy.HALF_MONTH: 24, PaidBy.MONTH: 12}
_WEEKS_A_YEAR = 52


class Pay(StrEnum):
    """Kinds of pay; only the first is a base wage (29 CFR 810.105(b); s.12)."""

    BASE = "base"
    BENEFIT = "benefit"
    BONUS = "bonus"
    SHIFT_PREMIUM = "shift premium"
    OVERTIME_PREMIUM = "overtime premium"
    HOLIDAY_PREMIUM = "holiday or weekend premium"
    INCENTIVE = "incentive pay"


def hourly(pay: Decimal, paid_by: PaidBy, hours: Decimal = Decimal(1)) -> Fraction:
    """One payment of base pay as pay for an hour, exact (29 CFR 810.125(b)).

    ``pay / hours`` for a week or two weeks; ``pay * 24 / 52 / hours`` for half a month and ``pay * 12 / 52 / hours``
    for a month.

    Args:
        pay: one payment, zero or more.
        paid_by: what span it is for.
        hours: worked in the pay period, of a payment for a week or two weeks; in a week, of one for half a month or a
            month; above zero. Of pay by the hour it is not looked at.

    Raises:
        MalformedValue: a figure outside its range.

    >>> hourly(Decimal(1560), PaidBy.HALF_MONTH, Decimal(40))
    Fraction(18, 1)
    """
    amount("base pay", pay)
    if paid_by is PaidBy.HOUR:
        return Fraction(pay)
    amount("hours that the pay is for", hours, above_zero=True)
    return Fraction(pay) * Fraction(_PAYMENTS_A_YEAR.get(paid_by, 1), _weeks(paid_by)) / Fraction(hours)


def _weeks(paid_by: PaidBy) -> int:
    return _WEEKS_A_YEAR if paid_by in _PAYMENTS_A_YEAR else 1


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker, or several who are paid and work alike, over the period.

    Attributes:
        key: the caller's name for the worker; a payroll number, never a name.
        work: what the worker does.
        hours: all hours worked.
        direct_hours: those of direct production; at most `hours`.
        hourly_wage: base wage an hour, exact (`hourly`); of an agency's worker what the worker gets, not what the
            agency charges. None where it is not known.
    """

    key: str
    work: Work
    hours: Decimal
    direct_hours: Decimal
    hourly_wage: Fraction | None

    def __post_init__(self) -> None:
        amount(f"hours of {self.key}", self.hours)
        amount(f"direct production hours of {self.key}", self.direct_hours)
        if self.direct_hours > self.hours:
            raise MalformedValue(
                f"direct production hours of {self.key}", str(self.direct_hours), f"at most {self.hours}, all hours"
            )
        if self.hourly_wage is not None and self.hourly_wage < 0:
            raise MalformedValue(f"base wage of {self.key}", str(self.hourly_wage), "an amount of zero or more")

    def counted_hours(self, share: Law) -> Decimal:
        """The hours that count: all, where at least `share` percent of them are direct; else the direct ones.

        Nothing for work that is not direct production, however many hours are recorded as such.
        """
        if self.work not in DIRECT:
            return Decimal(0)
        with exactly():
            mostly = self.direct_hours * 100 >= share.amount * self.hours
        return self.hours if mostly else self.direct_hours


@dataclass(frozen=True, slots=True)
class PlantWages:
    """Direct production hours of a plant over a period, and the base wages for them; None where not known.

    `left_out` names who and what was left out and why.
    """

    hours: Decimal | None
    wages: Fraction | None
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.hours is not None:
            amount("direct production hours", self.hours)
        if self.wages is not None and self.wages < 0:
            raise MalformedValue("base wages", str(self.wages), "an amount of zero or more")

    @classmethod
    def of_totals(cls, hours: Decimal | None, wages: Decimal | None) -> "PlantWages":
        """As a plant certifies them: totals without the workers behind them."""
        if wages is not None:
            amount("base wages", wages)
        return cls(hours, None if wages is None else Fraction(wages))


def plant_wages(workers: Iterable[Worker], law: RuleSet, day: date) -> PlantWages:
    """Hours and base wages of a plant from its workers (29 CFR 810.105, 810.120-810.135).

    Part-time, temporary, seasonal, contract and agency workers stand among the others. A worker whose wage is not
    known leaves the plant's wages unknown; nobody is dropped for being ill recorded.

    Raises:
        MalformedValue: the same worker twice.
        NoValueInForce: no share binds on `day`.
    """
    share = law.series(_SHARE).on(day)
    hours, wages = Decimal(0), Fraction(0)
    known, seen, left_out = True, set[str](), list[str]()
    for worker in workers:
        if worker.key in seen:
            raise MalformedValue("workers of the plant", worker.key, "each worker once")
        seen.add(worker.key)
        counted = worker.counted_hours(share)
        if worker.work not in DIRECT:
            left_out.append(f"{worker.key}: {worker.work.value}")
        with exactly():
            if worker.work in DIRECT and counted < worker.hours:
                left_out.append(f"{worker.key}: {worker.hours - counted} hours that are not direct production")
            hours += counted
        if counted and worker.hourly_wage is None:
            known = False
        elif worker.hourly_wage is not None:
            wages += Fraction(counted) * worker.hourly_wage
    return PlantWages(hours, wages if known else None, tuple(left_out))


def wage_test(
    plant: str,
    country: str,
    currency: str,
    paid: PlantWages,
    law: RuleSet,
    day: date,
    *,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether a plant's average base hourly wage reaches the rate of its country on `day`.

    The rates are fixed amounts without indexation, each in its own currency; wages are never converted.

    Args:
        plant: the plant, as the finding names it.
        country: its country, two letters; a country outside the region has no rate, and the test is not met.
        currency: the currency of the wages.
        paid: hours and base wages of one period.
        day: the last day of that period.

    Raises:
        MalformedValue: wages in another currency than the rate.
        NoValueInForce: no rate binds on `day`.
    """
    test = f"average base hourly wage of {plant}"
    if country not in CURRENCIES:
        reason = f"{plant} is in {country or 'no recorded country'}, outside the region, which has no rate"
        return Finding(test, Outcome.NOT_MET, None, None, "not met", (), reason, rests_on, (CITATION,))
    if currency != CURRENCIES[country]:
        raise MalformedValue(f"currency of the wages of {plant}", currency, f"{CURRENCIES[country]}, as the rate is")
    rate = law.series(f"WAGE-{country}").on(day)
    missing = "base wages" if paid.wages is None else "direct production hours" if not paid.hours else ""
    if paid.wages is None or not paid.hours:
        reason = f"{missing} of {plant} are not known"
        return undetermined(test, reason, citations=(rate.source, CITATION), rests_on=rests_on)
    met = paid.wages >= Fraction(rate.amount) * Fraction(paid.hours)
    average = average_down(paid)
    said = "is not less than" if met else "is less than"
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=average,
        bound=rate.amount,
        shown=f"{average_down(paid, 2)} {currency} an hour (at least {rate.amount} {currency})",
        law=(rate,),
        reason=f"{average_down(paid, 2)} {currency} an hour {said} {rate.amount}",
        rests_on=rests_on,
        citations=(CITATION,),
        inputs=(("direct production hours", paid.hours), ("base wages, cut at four decimals", cut_down(paid.wages))),
    )


def average_down(paid: PlantWages, places: int = 4) -> Decimal:
    """The average base hourly wage, cut downwards after `places` decimals.

    Raises:
        MalformedValue: hours or wages are not known.

    >>> average_down(PlantWages.of_totals(Decimal(1500), Decimal(24250)))
    Decimal('16.1666')
    """
    if paid.wages is None or not paid.hours:
        raise MalformedValue("plant wages", "not known", "base wages, and hours above zero")
    return cut_down(paid.wages / Fraction(paid.hours), places)
