"""Amounts as a worksheet carries them: ten decimals where a division does not end, converted by recorded rates.

19 CFR 182 App A s.2 by way of `rules.currency`: the rate used to record the purchase goes first. What a division
leaves over is rounded up, which for the value of a material is the side that hurts the claim.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.purchase import RateLine, RateRoute
from evidence.errors import NoValueInForce
from evidence.origin.inputs import Fact
from evidence.rules.currency import Rate, RateKind, conversion
from evidence.rules.exact import exactly
from evidence.rules.ruleset import RuleSet

PLACES = 10
FARTHEST_RATE = timedelta(days=30)
"""No rate farther from the day asked about is one that s.2 names; which of these is, `rules.currency` decides."""


def carried(value: Fraction) -> Decimal:
    """`value` at ten decimals, rounded up; exact where it ends before.

    >>> carried(Fraction(1, 3))
    Decimal('0.3333333334')
    """
    with exactly():
        return tidy(Decimal(-(-value.numerator * 10**PLACES // value.denominator)).scaleb(-PLACES))


def tidy(value: Decimal) -> Decimal:
    """The same amount without trailing zeros after the point, and without an exponent.

    >>> tidy(Decimal("12.500"))
    Decimal('12.5')
    >>> tidy(Decimal("1E+3"))
    Decimal('1000')
    """
    text = str(value)
    if "E" not in text and (text[-1] != "0" or "." not in text):
        return value  # as it is: most figures of a bill
    with exactly():
        plain = value.normalize()
        return plain if int(plain.as_tuple().exponent) <= 0 else plain.quantize(Decimal(1))


@dataclass(frozen=True, slots=True)
class Converted:
    """One unit of a currency in another; `rate` is None where no recorded rate is near enough."""

    rate: Decimal | None
    rests_on: tuple[str, ...]
    reason: str = ""


_ITSELF = Converted(Decimal(1), ())
"""One unit of a currency in itself."""

_KINDS = {
    None: RateKind.RECORDED,
    RateRoute.BOOKED: RateKind.RECORDED,
    RateRoute.WITHIN_30_DAYS: RateKind.ANOTHER,
    RateRoute.OFFICIAL: RateKind.OFFICIAL,
}
"""A rate of which nothing is said is one of the company's own table, from which its purchases are recorded."""


class RateFile:
    """The recorded exchange rates, each question of them answered once."""

    def __init__(self, rates: Iterable[Fact[RateLine]], law: RuleSet, day: date) -> None:
        """`day` is the one whose law applies."""
        self._within, self._day = law.series("CURRENCY-DAYS"), day
        self._rates: dict[tuple[str, str], list[Rate]] = defaultdict(list)
        for fact in sorted(rates, key=lambda each: each.seq):
            line = fact.value
            rate = Rate(line.currency, line.into, line.day, line.rate, _KINDS[line.route], fact.ref)
            self._rates[line.currency, line.into].append(rate)
        self._found: dict[tuple[str, str, date], Converted] = {}

    def on(self, currency: str, into: str, day: date) -> Converted:
        """What one unit of `currency` is worth for something acquired on `day`, by the rate that s.2 names first."""
        if currency == into:
            return _ITSELF
        asked = currency, into, day
        if asked not in self._found:
            self._found[asked] = self._convert(*asked)
        return self._found[asked]

    def _convert(self, currency: str, into: str, day: date) -> Converted:
        rates = self._rates.get((currency, into), ())
        try:
            within = self._within.on(self._day)
        except NoValueInForce as missing:
            return Converted(None, (), str(missing))
        found = conversion(rates, currency, into, within, acquired_on=day, shipped_on=day)
        if found.rate is None:
            reason = f"no rate of {currency} into {into} is on file for {day} or within {within.amount} days of it"
            return Converted(None, (), reason)
        return Converted(found.rate, found.finding.rests_on)
