"""Arithmetic that never rounds: what is compared with a bound is compared as it is.

No rounding rule exists for regional value content (19 CFR 182 App A s.7 states none, and its printed examples mix
rounding with truncation), so rounding is for display only, and then always towards the side that hurts the claim.
"""

from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, getcontext, setcontext
from fractions import Fraction
from math import ceil, floor
from types import TracebackType

from evidence.errors import MalformedValue, RuleError

_EXACT = Context(prec=2000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])


class exactly:  # noqa: N801  # read as a word: with exactly():
    """Within it a sum or product of decimals is exact or fails; the default context would round at 28 digits.

    A class and no generator, since a large bill enters it a hundred thousand times.

    Raises:
        RuleError: a result needs more digits than any figure of money has.
    """

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        before = self._before = getcontext()
        if before is not _EXACT:
            setcontext(_EXACT)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._before is not _EXACT:
            setcontext(self._before)
        if error is not None and isinstance(error, (Inexact, InvalidOperation)):
            raise RuleError(
                "A figure has too many digits to be worked with exactly; check quantities and values."
            ) from error


def amount(what: str, value: Decimal, *, above_zero: bool = False, may_be_negative: bool = False) -> Decimal:
    """`value`, refused unless it is finite and in range.

    Raises:
        MalformedValue: a NaN or infinity, or a sign that the figure cannot have.
    """
    wanted = "an amount above zero" if above_zero else "any amount" if may_be_negative else "an amount of zero or more"
    if not value.is_finite() or (above_zero and value <= 0) or (value < 0 and not may_be_negative):
        raise MalformedValue(what, str(value), wanted)
    return value


def total_of(figures: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum; None as soon as one is not known."""
    found = Decimal(0)
    with exactly():
        for figure in figures:
            if figure is None:
                return None
            found += figure
    return found


def exact_sum(figures: Iterable[Decimal]) -> Decimal:
    """The exact sum of figures that are all known."""
    with exactly():
        return sum(figures, Decimal(0))


def percent_down(part: Decimal, whole: Decimal, places: int = 4) -> Decimal:
    """``part / whole * 100``, cut downwards after `places` decimals; `whole` is above zero.

    Cut so, it is at or above any bound with as many decimals exactly when the uncut share is.

    >>> percent_down(Decimal(22499), Decimal(30000), 2)
    Decimal('74.99')
    """
    above, below = _over(part, whole)
    return _scaled(above * 10 ** (places + 2) // below, places)


def percent_up(part: Decimal, whole: Decimal, places: int = 4) -> Decimal:
    """As `percent_down`, cut upwards: for a share that may be at most a bound."""
    above, below = _over(part, whole)
    return _scaled(-(-above * 10 ** (places + 2) // below), places)


def cut_down(value: Fraction, places: int = 4) -> Decimal:
    """An exact ratio for display, cut downwards after `places` decimals.

    >>> cut_down(Fraction(97, 6))
    Decimal('16.1666')
    """
    return _scaled(floor(value * 10**places), places)


def cut_up(value: Fraction, places: int = 4) -> Decimal:
    """As `cut_down`, cut upwards."""
    return _scaled(ceil(value * 10**places), places)


def _over(part: Decimal, whole: Decimal) -> tuple[int, int]:
    """A ratio as two whole numbers, the second above zero; not in lowest terms, since that takes longer."""
    (above, by), (beneath, of) = part.as_integer_ratio(), whole.as_integer_ratio()
    return above * of, by * beneath


def _scaled(units: int, places: int) -> Decimal:
    with exactly():
        return Decimal(units).scaleb(-places)
