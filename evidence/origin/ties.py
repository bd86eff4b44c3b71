"""The tie of a bill to the books: what its lines come to, against the booked material cost of what was made.

A bill that comes to less is short, and the shortfall counts as a non-originating material of unknown code (RECORDS.md,
last section).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.item import Nature
from evidence.origin.bill import Line
from evidence.origin.costs import CostSheet
from evidence.origin.money import carried, tidy
from evidence.rules.exact import exactly
from evidence.rules.roll_up import Material, Origin

NOT_TIED = (Nature.INDIRECT, Nature.PACKING)
"""Booked as overhead or as shipping and packing, and so no part of the booked material cost that a bill comes up to."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A bill against the books of one good: booked material cost, what the bill comes to, and the shortfall."""

    booked: Decimal | None
    by_bill: Decimal | None
    shortfall: Decimal | None
    per_unit: Decimal | None


def tie(lines: Iterable[Line], sheet: CostSheet) -> Tie:
    """What the lines come to for all units made, against the booked material cost of the sheet."""
    if sheet.material is None or sheet.units is None:
        return Tie(None, None, None, None)
    total = Decimal(0)
    with exactly():
        for line in lines:
            if line.nature in NOT_TIED:
                continue
            if line.value.unit_value is None:
                return Tie(sheet.material, None, None, None)
            total += line.value.unit_value * line.per_parent * sheet.units
        short = max(sheet.material - total, Decimal(0))
    return Tie(sheet.material, tidy(total), tidy(short), carried(Fraction(short) / Fraction(sheet.units)))


def shortfall(key: str, tie: Tie) -> list[Material]:
    """The shortfall of a bill as a material: unknown where the tie is, nothing where there is none."""
    if tie.per_unit == 0:
        return []
    return [Material(f"shortfall of the bill of {key}", Decimal(1), tie.per_unit, Origin.UNDETERMINED)]
