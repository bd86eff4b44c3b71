"""The producer's loans against Schedule IX: how much of their interest in a period net cost must leave out.

19 CFR 182 App A s.1(1), s.7(14), Schedule IX by way of `rules.interest`. The interest of a period is worked out from
the loan itself: principal outstanding on each day, at the rate of that day, over the days of that year. A loan that
cannot be tested leaves the excluded costs unknown, and so does interest above the limit that is not booked as excluded.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from evidence.core.statements.loan import Loan, RateKind
from evidence.core.values import Period, add_months
from evidence.errors import MalformedValue, NoValueInForce
from evidence.origin.citations import citation
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import PLACES, RateFile, carried, tidy
from evidence.origin.worksheet import Cell
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, undetermined
from evidence.rules.interest import CITATION, Debt, GovernmentYield, Interest, Repayment, non_allowable_interest
from evidence.rules.ruleset import RuleSet

LIMB = "net cost"
_DAY = timedelta(days=1)
_MATURITY = "sum of principal x years / loan, to one decimal, a midpoint upwards; or as recorded"
_LIMIT = "loan.{number}.yield + the spread of INTEREST-SPREAD"
_ACCRUED = "sum over the days of principal outstanding x rate / days of that year"


@dataclass(frozen=True, slots=True)
class TestedLoan:
    """One rate of one loan over the days of the period on which it is in force.

    Attributes:
        fact: the recorded loan.
        days: the days of the period on which this rate is in force.
        finding: met where all of the interest is allowable.
        interest: figures of the test; None where it could not be made.
        accrued: interest of `days`, in the loan's currency.
    """

    fact: Fact[Loan]
    days: Period
    finding: Finding
    interest: Interest | None = None
    accrued: Decimal | None = None


class LoanFile:
    """The loans in force in the period, each tested once."""

    def __init__(self, inputs: Inputs, law: RuleSet, rates: RateFile) -> None:
        self._spread = law.series("INTEREST-SPREAD")
        self._rates = rates
        self._period = inputs.question.period
        self._countries = {site.value.site: site.value.country for site in inputs.sites}
        self._parties = {site.value.site: site.value.party for site in inputs.sites}
        self._owner = inputs.question.owner
        self._plant = inputs.question.plant
        by_number: dict[tuple[str, str], dict[date, Fact[Loan]]] = defaultdict(dict)
        for fact in inputs.loans:
            by_number[fact.value.borrower, fact.value.number][fact.value.rate_from] = fact
        self.tested = tuple(test for rates_of in by_number.values() for test in self._test(rates_of))

    def found(self) -> Iterator[tuple[str, Finding]]:
        """Each test with the name of what it is about, as the worksheet prints it."""
        return ((LIMB, test.finding) for test in self.tested)

    def cells(self) -> Iterator[Cell]:
        """The figures of each test that could be made."""
        for number, test in enumerate(self.tested, start=1):
            loan, found = test.fact.value, test.interest
            if found is None or found.comparable is None or found.limit is None or test.accrued is None:
                continue
            of, refs = f"loan {loan.number}, {test.days}", (test.fact.ref,)
            limit = f"loan.{number}.limit"
            accrued = f"loan.{number}.interest"
            rows: list[tuple[str, str, Decimal, str, str, tuple[str, ...]]] = [
                (f"loan.{number}.maturity", "Average principal maturity", found.maturity, "years", _MATURITY, refs),
                (f"loan.{number}.yield", "Government yield", found.comparable, "%", "as recorded", refs),
                (
                    limit,
                    "Limit of Schedule IX",
                    found.limit,
                    "%",
                    _LIMIT.format(number=number),
                    (f"loan.{number}.yield",),
                ),
                (accrued, "Interest of these days", test.accrued, loan.currency, _ACCRUED, refs),
            ]
            if found.non_allowable is not None:
                formula = f"{accrued} x (rate - {limit}) / rate where the rate is above the limit, else nothing"
                name = f"loan.{number}.non_allowable"
                rows.append(
                    (name, "Non-allowable interest", found.non_allowable, loan.currency, formula, (accrued, limit))
                )
            for id_, label, value, unit, formula, rests_on in rows:
                yield Cell(
                    id=id_,
                    label=f"{label}, {of}",
                    value=tidy(value),
                    unit=unit,
                    formula=formula,
                    rests_on=rests_on,
                    citation=citation(id_),
                )

    def missing(self, plant: str, booked: Decimal, share: Decimal | None, currency: str) -> tuple[str, tuple[str, ...]]:
        """Why the non-allowable interest of a good made at `plant` is not known, with what says so; empty where it is.

        Args:
            booked: what is booked for the good under that heading, in `currency`.
            share: the good's recorded share of the interest, from 0 to 1; None where none is, so that the whole counts.
        """
        owed, refs = Fraction(0), list[str]()
        for test in self.tested:
            loan = test.fact.value
            if not self._of(test, plant) or test.finding.met:
                continue
            non_allowable = test.interest.non_allowable if test.interest is not None else None
            if non_allowable is None:
                return f"whether interest of loan {loan.number} is allowable: {test.finding.reason}", (test.fact.ref,)
            rate = self._rates.on(loan.currency, currency, self._period.last)
            if rate.rate is None:
                return f"non-allowable interest of loan {loan.number}: {rate.reason}", (test.fact.ref,)
            owed += Fraction(non_allowable) * Fraction(rate.rate)
            refs += [test.fact.ref, *rate.rests_on]
        owed *= Fraction(1 if share is None else share)
        if owed - Fraction(booked) < Fraction(1, 100):
            return "", tuple(refs)
        of = "the whole, no share being recorded" if share is None else f"{share} of the whole"
        reason = (
            f"{carried(owed)} {currency} of interest is above the limit of Schedule IX ({of}), and {booked} is booked "
            "as non-allowable interest; book it under that heading, or record the good's share"
        )
        return reason, tuple(refs)

    def _of(self, test: TestedLoan, plant: str) -> bool:
        """Whether the loan is on the books of the producer at `plant` (s.7(13))."""
        party = self._parties.get(plant)
        return test.fact.value.borrower in ((party,) if party is not None else (self._owner, "self"))

    def _test(self, rates: dict[date, Fact[Loan]]) -> Iterator[TestedLoan]:
        """Each rate of one loan that is in force on a day of the period, and the days for which none is on file."""
        starts = sorted(rates)
        first = rates[starts[0]]
        from_day = max(first.value.drawn_on, self._period.first)
        to_day = min(first.value.matures_on - _DAY, starts[0] - _DAY, self._period.last)
        if from_day <= to_day:
            gap = Period(from_day, to_day)
            yield TestedLoan(first, gap, self._undetermined(first, f"no rate of it is on file for {gap}"))
        for start, following in zip(starts, [*starts[1:], None], strict=True):
            fact = rates[start]
            ends = min(fact.value.matures_on, following or fact.value.matures_on) - _DAY
            begins = max(start, fact.value.drawn_on)
            if ends < begins or ends < self._period.first or self._period.last < begins:
                continue
            days = Period(max(begins, self._period.first), min(ends, self._period.last))
            yield self._tested(fact, days, following)

    def _tested(self, fact: Fact[Loan], days: Period, following: date | None) -> TestedLoan:
        loan = fact.value
        country = self._countries.get(self._plant) if loan.borrower == self._parties.get(self._plant) else None
        if country is not None and country != loan.country:
            reason = f"its yield is of government debt of {loan.country}, and the producer is in {country}"
            return TestedLoan(fact, days, self._undetermined(fact, reason))
        try:
            debt, accrued = _debt(loan, days, following)
            maturity = loan.average_maturity_years if not debt.repayments else None
            years = maturity if maturity is not None else debt.average_maturity
            # the yield is recorded as that of like maturity, so that nothing is left to interpolate
            yields = (GovernmentYield(years, loan.government_yield_percent),)
            found = non_allowable_interest(debt, yields, self._spread, days.last, maturity=years, rests_on=(fact.ref,))
        except (MalformedValue, NoValueInForce) as fault:
            return TestedLoan(fact, days, self._undetermined(fact, str(fault)))
        return TestedLoan(fact, days, found.finding, found, accrued)

    def _undetermined(self, fact: Fact[Loan], reason: str) -> Finding:
        test = f"interest of loan {fact.value.number} within the limit of Schedule IX"
        return undetermined(test, reason, citations=(CITATION,), rests_on=(fact.ref,))


def _debt(loan: Loan, days: Period, following: date | None) -> tuple[Debt, Decimal]:
    """The loan as Schedule IX looks at it, and the interest that accrues on `days`.

    Of a variable rate whose end is not on file the repayments cannot be weighed, and its recorded maturity is used.

    Raises:
        MalformedValue: a repayment that cannot be read, or repayments that do not come to the loan.
    """
    repayments = _schedule(loan)
    variable = loan.rate_kind is RateKind.VARIABLE
    start = loan.rate_from if variable else loan.drawn_on
    until = following if variable else loan.matures_on
    with exactly():
        before = sum((paid for day, paid in repayments if variable and day <= start), Decimal(0))
        balance = loan.principal - before
    counted = [(day, paid) for day, paid in repayments if not variable or (until and start < day <= until)]
    debt = Debt(
        name=loan.number,
        rate_percent=loan.rate_percent,
        balance=balance,
        repayments=tuple(Repayment(_years(start, day), paid) for day, paid in counted if day > start),
        rate_years=_years(start, until) if variable and until else None,
    )
    accrued = carried(_accrued(loan, repayments, days))
    return Debt(debt.name, debt.rate_percent, debt.balance, debt.repayments, debt.rate_years, accrued), accrued


def _schedule(loan: Loan) -> list[tuple[date, Decimal]]:
    found: list[tuple[date, Decimal]] = []
    for each in loan.schedule:
        day, _, principal = each.partition(":")
        try:
            found.append((date.fromisoformat(day), Decimal(principal)))
        except (ValueError, InvalidOperation) as error:
            raise MalformedValue(
                f"repayment of loan {loan.number}", each, "a day and an amount, 2026-06-30:250000"
            ) from error
    return sorted(found)


def _accrued(loan: Loan, repayments: list[tuple[date, Decimal]], days: Period) -> Fraction:
    """Interest of `days`: what is outstanding on each, at a year's rate over the days of that year."""
    interest = Fraction(0)
    for day in days.days():
        outstanding = Fraction(loan.principal) - sum(
            (Fraction(paid) for when, paid in repayments if when <= day), Fraction(0)
        )
        of_year = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
        interest += max(outstanding, Fraction(0)) * Fraction(loan.rate_percent) / 100 / of_year
    return interest


def _years(start: date, day: date) -> Decimal:
    """From `start` to `day` in years: whole years, and days of the year begun."""
    whole = 0
    while add_months(start, 12 * (whole + 1)) <= day:
        whole += 1
    begun = add_months(start, 12 * whole)
    part = Fraction((day - begun).days, (add_months(start, 12 * (whole + 1)) - begun).days)
    return max(carried(whole + part), Decimal(1).scaleb(-PLACES))
