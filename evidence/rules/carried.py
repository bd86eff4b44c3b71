"""Amounts that a division does not end: carried at ten decimals, to the side that hurts the claim."""

from decimal import Decimal
from fractions import Fraction

from evidence.rules.exact import exactly

PLACES = 10


def up(value: Fraction) -> Decimal:
    """`value` at ten decimals, rounded up, without trailing zeros.

    >>> up(Fraction(1, 3)), up(Fraction(2500))
    (Decimal('0.3333333334'), Decimal('2500'))
    """
    return _plain(-(-value.numerator * 10**PLACES // value.denominator))


def down(value: Fraction) -> Decimal:
    """As `up`, rounded down."""
    return _plain(value.numerator * 10**PLACES // value.denominator)


def _plain(units: int) -> Decimal:
    with exactly():
        value = Decimal(units).scaleb(-PLACES).normalize()
        return value if int(value.as_tuple().exponent) <= 0 else value.quantize(Decimal(1))
