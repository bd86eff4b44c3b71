"""Amounts that a division does not end: carried at ten decimals, to the side that hurts the claim."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from evidence.rules.exact import exactly

PLACES = 10


def up(value: Fraction) -> Decimal:
    """`value` at ten decimals, rounded up, without trailing zeros.

    >>> up(Fraction(1, 3)), up(Fraction(2500))
    (Decimal('0.3333333334'), Decimal('2500'))
    """
    return _plain(ceil(value * 10**PLACES))


def down(value: Fraction) -> Decimal:
    """As `up`, rounded down."""
    return _plain(floor(value * 10**PLACES))


def _plain(units: int) -> Decimal:
    with exactly():
        value = Decimal(units).scaleb(-PLACES).normalize()
        return value if int(value.as_tuple().exponent) <= 0 else value.quantize(Decimal(1))
