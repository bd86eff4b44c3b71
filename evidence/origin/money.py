"""Amounts as a worksheet carries them: ten decimals where a division does not end, converted by recorded rates.

19 CFR 182 App A s.2: the rate used to record the purchase, otherwise one used within thirty days. What a division
leaves over is rounded up, which for the value of a material is the side that hurts the claim.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

from evidence.core.statements.purchase import RateLine
from evidence.origin.inputs import Fact
from evidence.rules.exact import exactly

PLACES = 10
OLDEST_RATE = timedelta(days=30)


def carried(value: Fraction) -> Decimal:
    """`value` at ten decimals, rounded up; exact where it ends before.

    >>> carried(Fraction(1, 3))
    Decimal('0.3333333334')
    """
    with exactly():
        return tidy(Decimal(ceil(value * 10**PLACES)).scaleb(-PLACES))


def tidy(value: Decimal) -> Decimal:
    """The same amount without trailing zeros after the point, and without an exponent.

    >>> tidy(Decimal("12.500"))
    Decimal('12.5')
    >>> tidy(Decimal("1E+3"))
    Decimal('1000')
    """
    with exactly():
        plain = value.normalize()
        return plain if int(plain.as_tuple().exponent) <= 0 else plain.quantize(Decimal(1))


@dataclass(frozen=True, slots=True)
class Converted:
    """One unit of a currency in another; `rate` is None where no recorded rate is near enough."""

    rate: Decimal | None
    rests_on: tuple[str, ...]
    reason: str = ""


class RateFile:
    """The recorded exchange rates."""

    def __init__(self, rates: Iterable[Fact[RateLine]]) -> None:
        self._rates = tuple(rates)

    def on(self, currency: str, into: str, day: date) -> Converted:
        """The latest rate on or before `day`, at most thirty days old; of one day the last recorded."""
        if currency == into:
            return Converted(Decimal(1), ())
        found = [
            fact
            for fact in self._rates
            if (fact.value.currency, fact.value.into) == (currency, into) and day - OLDEST_RATE <= fact.value.day <= day
        ]
        if not found:
            return Converted(
                None, (), f"no rate of {currency} into {into} is on file for {day} or the thirty days before"
            )
        latest = max(found, key=lambda fact: (fact.value.day, fact.seq))
        return Converted(latest.value.rate, (latest.ref,))
