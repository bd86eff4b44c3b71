"""Non-allowable interest: what is paid above the government's yield of like maturity plus 700 basis points.

19 CFR 182 App A s.1(1) ("non-allowable interest costs"), s.7(14), Schedule IX; the same of SOR/2020-155. The contract's
rate is compared with the yield of federal government debt, of the country where the producer is, whose maturity is the
weighted average principal maturity of the loan; between two maturities the yield is interpolated on a straight line.
Only what is above the limit is non-allowable, and so an excluded cost of net cost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exact_sum, exactly
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import Law, Parameter

CITATION = "19 CFR 182 App A s.1(1), s.7(14), Sched IX; SOR/2020-155 s.1(1), s.7(14), Sched IX"
_ROUNDED_ROW = Fraction(1, 100)
"""How far a row of a repayment table may be off that is rounded to cents: Schedule IX's own table is off by one."""
_PLACES = 10


@dataclass(frozen=True, slots=True, order=True)
class Repayment:
    """Principal repaid, so many years after the loan began, or after the rate's own period began."""

    years: Decimal
    principal: Decimal

    def __post_init__(self) -> None:
        amount("years to a repayment", self.years, above_zero=True)
        amount("principal repaid", self.principal)


@dataclass(frozen=True, slots=True, order=True)
class GovernmentYield:
    """The yield, in percent a year, of federal government debt of one maturity in years."""

    years: Decimal
    percent: Decimal

    def __post_init__(self) -> None:
        amount("maturity of government debt", self.years, above_zero=True)
        amount("yield of government debt", self.percent, may_be_negative=True)


@dataclass(frozen=True, slots=True)
class Debt:
    """One loan over the time in which one rate is in force.

    Attributes:
        name: the loan's own number.
        rate_percent: the contract's rate a year; None if it is not known.
        balance: the sum lent, or for a variable rate what is outstanding when the rate's period begins.
        repayments: of principal, in any order; of a variable rate those within the rate's period. None of a fixed rate
            where they are not known.
        rate_years: how long the rate is in force where it is variable; what is then still outstanding counts as
            repaid at its end. None where the rate is fixed.
        interest: the interest cost on the producer's books for the period in question; None if it is not known.
    """

    name: str
    rate_percent: Decimal | None
    balance: Decimal
    repayments: tuple[Repayment, ...]
    rate_years: Decimal | None = None
    interest: Decimal | None = None

    def __post_init__(self) -> None:
        amount(f"balance of loan {self.name}", self.balance, above_zero=True)
        for what, figure in (("rate", self.rate_percent), ("interest cost", self.interest)):
            if figure is not None:
                amount(f"{what} of loan {self.name}", figure)
        if self.rate_years is not None:
            amount(f"years of the rate of loan {self.name}", self.rate_years, above_zero=True)
            late = [each for each in self.repayments if each.years > self.rate_years]
            if late:
                wanted = f"repayments within the {self.rate_years} years of the rate"
                raise MalformedValue(f"repayment of loan {self.name}", f"{late[0].years} years", wanted)
        repaid = sum((Fraction(each.principal) for each in self.repayments), Fraction(0))
        off = repaid - Fraction(self.balance)
        bound = _ROUNDED_ROW * max(len(self.repayments), 1)
        whole = self.rate_years is None and bool(self.repayments)
        if off > bound or (whole and -off > bound):
            found = f"{_decimal(repaid)} repaid of {self.balance}"
            wanted = "at most the balance" if self.rate_years is not None else "repayments that come to the balance"
            raise MalformedValue(f"repayments of loan {self.name}", found, wanted)

    @property
    def weights(self) -> tuple[Decimal, ...]:
        """Principal times years for each repayment, in order of years, with what is outstanding at the rate's end."""
        rows = sorted(self.repayments)
        with exactly():
            found = [each.principal * each.years for each in rows]
            outstanding = self.balance - sum((each.principal for each in rows), Decimal(0))
            if self.rate_years is not None and outstanding > 0:
                found.append(outstanding * self.rate_years)
        return tuple(found)

    @property
    def average_maturity(self) -> Decimal:
        """Weighted average principal maturity in years, to one decimal, a midpoint upwards (Schedule IX s.1).

        ``sum of (principal x years) / balance``: the one figure that the regulations round.

        Raises:
            MalformedValue: no repayment is known.

        >>> Debt("A", None, Decimal(100), (Repayment(Decimal(1), Decimal(85)), Repayment(Decimal(2), Decimal(15)))
        ...     ).average_maturity
        Decimal('1.2')
        """
        if not self.weights:
            raise MalformedValue(f"repayments of loan {self.name}", "none", "the repayments, or its average maturity")
        weighted = exact_sum(self.weights)
        tenths = floor(Fraction(weighted) * 10 / Fraction(self.balance) + Fraction(1, 2))
        with exactly():
            return Decimal(tenths).scaleb(-1)


@dataclass(frozen=True, slots=True)
class Interest:
    """What Schedule IX finds on one debt.

    Attributes:
        finding: met where all of the interest is allowable; its figures are in basis points.
        maturity: weighted average principal maturity, in years.
        comparable: the government's yield at that maturity, in percent, cut down after ten decimals.
        limit: `comparable` and the spread that the law allows, in percent.
        non_allowable: the part of the interest cost that net cost leaves out, rounded up after ten decimals; None
            where it is not known.
    """

    finding: Finding
    maturity: Decimal
    comparable: Decimal | None
    limit: Decimal | None
    non_allowable: Decimal | None


def comparable_yield(maturity: Decimal, yields: Iterable[GovernmentYield]) -> Fraction | None:
    """The yield at `maturity`, in percent: the one of that maturity, or on the line between the two nearest.

    None where the maturities on file do not enclose it: the schedule does not say how to go beyond them.

    Raises:
        MalformedValue: two yields of one maturity.

    >>> comparable_yield(Decimal("6.0"), (GovernmentYield(Decimal(5), Decimal("4.7")),
    ...     GovernmentYield(Decimal(7), Decimal("5.0"))))
    Fraction(97, 20)
    """
    rows = sorted(yields)
    for earlier, later in pairwise(rows):
        if earlier.years == later.years:
            raise MalformedValue("yields of government debt", f"two of {later.years} years", "one yield a maturity")
    below = [each for each in rows if each.years <= maturity]
    above = [each for each in rows if each.years >= maturity]
    if not below or not above:
        return None
    low, high = below[-1], above[0]
    if low.years == high.years:
        return Fraction(low.percent)
    along = (Fraction(maturity) - Fraction(low.years)) / (Fraction(high.years) - Fraction(low.years))
    return Fraction(low.percent) + (Fraction(high.percent) - Fraction(low.percent)) * along


def non_allowable_interest(
    debt: Debt,
    yields: Iterable[GovernmentYield],
    spread: Parameter,
    day: date,
    *,
    maturity: Decimal | None = None,
    rests_on: tuple[str, ...] = (),
) -> Interest:
    """Whether the interest on `debt` is allowable, and how much of it is not.

    ``interest x (rate - limit) / rate`` where the rate is above the limit; else nothing, whatever the interest is.

    Args:
        yields: of federal government debt of the producer's country; the two nearest maturities are enough.
        spread: the series INTEREST-SPREAD, in basis points.
        day: the day whose law applies.
        maturity: the weighted average principal maturity, where it is recorded and the repayments are not used.
        rests_on: identifiers of what the figures came from.

    Raises:
        NoValueInForce: the spread has no value on `day`.
        MalformedValue: two yields of one maturity, or neither repayments nor a maturity.
    """
    law = spread.on(day)
    years = debt.average_maturity if maturity is None else amount("average maturity", maturity, above_zero=True)
    comparable = comparable_yield(years, yields)
    test = f"interest of loan {debt.name} within the limit of Schedule IX"
    citations = (law.source, CITATION)
    if comparable is None:
        reason = f"no yields of government debt on file enclose its average maturity of {years} years"
        return Interest(undetermined(test, reason, citations=citations, rests_on=rests_on), years, None, None, None)
    limit = comparable + Fraction(law.amount) / 100
    shown = (years, _decimal(comparable), _decimal(limit))
    if debt.rate_percent is None:
        finding = undetermined(test, "its rate is not known", citations=citations, rests_on=rests_on)
        return Interest(finding, *shown, None)
    rate = Fraction(debt.rate_percent)
    finding = _finding(test, debt.rate_percent, comparable, law, rests_on)
    if rate <= limit:
        return Interest(finding, *shown, Decimal(0))
    if debt.interest is None:
        return Interest(finding, *shown, None)
    return Interest(
        finding, *shown, _decimal(Fraction(debt.interest) * min((rate - limit) / rate, Fraction(1)), up=True)
    )


def _finding(test: str, rate: Decimal, comparable: Fraction, law: Law, rests_on: tuple[str, ...]) -> Finding:
    above = (Fraction(rate) - comparable) * 100
    met = above <= Fraction(law.amount)
    points = _decimal(above, up=True)
    relation = "is not more than" if met else "is more than"
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=points,
        bound=law.amount,
        shown=f"{points} basis points (at most {law.amount})",
        law=(law,),
        reason=f"{rate} % is {points} basis points above the government's {_decimal(comparable)} %, "
        f"which {relation} {law.amount}",
        rests_on=rests_on,
        citations=(CITATION,),
        inputs=(("contract rate in percent", rate), ("yield of like maturity in percent", _decimal(comparable))),
    )


def _decimal(value: Fraction, *, up: bool = False) -> Decimal:
    """At ten decimals, cut down or rounded up, without trailing zeros; exact where it ends before."""
    units = ceil(value * 10**_PLACES) if up else floor(value * 10**_PLACES)
    with exactly():
        found = Decimal(units).scaleb(-_PLACES).normalize()
        return found if int(found.as_tuple().exponent) <= 0 else found.quantize(Decimal(1))
