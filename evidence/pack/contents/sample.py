"""Samples of a material schedule that anyone can draw again, and the frame that they are drawn from.

Auditors pick materials by value, by volume and at random, and then test invoices and payments. The random draw is of
the lines with the lowest SHA-256 of ``seed:line``, where the seed is the digest of the recorded worksheet: nobody who
chose the lines could choose the seed, and coreutils give the draw again. The frame is the whole schedule as it lies in
the pack, so that no line can be said to be hidden.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from evidence.origin.worksheet import MaterialRow, Worksheet

DRAWN: Final = 5
"""Lines of each draw."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The lines that each draw gives, in its order."""

    seed: str
    by_value: tuple[MaterialRow, ...]
    by_volume: tuple[MaterialRow, ...]
    random: tuple[MaterialRow, ...]

    @property
    def rows(self) -> tuple[MaterialRow, ...]:
        """Every line drawn, each once."""
        return tuple({row.id: row for row in (*self.by_value, *self.by_volume, *self.random)}.values())


def population(sheet: Worksheet) -> tuple[MaterialRow, ...]:
    """The lines that were bought: a made line's value is that of its own materials, which stand beside it."""
    return tuple(row for row in sheet.materials if row.made_at is None)


def population_value(sheet: Worksheet) -> Decimal:
    """What the lines bought come to, of one unit of the good; a value that is not known adds nothing."""
    return sum((row.value or Decimal(0) for row in population(sheet)), Decimal(0))


def sample_of(sheet: Worksheet, seed: str) -> Sample:
    """The samples of a schedule; of a short one, all of it. `seed` is the digest of the worksheet as recorded."""
    lines = population(sheet)

    def drawn(order: Callable[[MaterialRow], object]) -> tuple[MaterialRow, ...]:
        return tuple(sorted(lines, key=order)[:DRAWN])  # type: ignore[arg-type]

    return Sample(
        seed=seed,
        by_value=drawn(lambda row: (row.value is not None, -(row.value or Decimal(0)), row.id)),
        by_volume=drawn(lambda row: (-row.quantity, row.id)),
        random=drawn(lambda row: lot(seed, row.id)),
    )


def lot(seed: str, line: str) -> str:
    """What a line is drawn by: SHA-256 of ``seed:line``, the lowest first."""
    return sha256(f"{seed}:{line}".encode()).hexdigest()


def purchases_of(sheet: Worksheet, row: MaterialRow) -> Iterator[str]:
    """The purchase lines, ``#12:345``, that a material's support rests on."""
    bought = {ref.ref for ref in sheet.inputs if ref.kind == "purchase"}
    named = (*row.rests_on, *(ref for support in row.support for ref in support.rests_on))
    yield from (ref for ref in dict.fromkeys(named) if ref in bought)
