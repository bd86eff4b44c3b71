"""A bill as columns of whole numbers, for ranges of millions of lines: what `roll_up` gives, by a quicker way.

Figures are integers with the point moved (`quantity_scale`, `value_scale`), as the register keeps them; Python's
integers have no bound, so that every sum is exact. Only sums are made here: what a line counts for was decided before,
by the same text (19 CFR 182 App A s.7(4)-(5), s.8), and the comparison with the law is that of `regional_value`, in
`Decimal`. A property test holds `totals` against `roll_up`.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import compress
from operator import mul
from typing import Final

from evidence.core.values import decimal_to_text
from evidence.errors import MalformedValue
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding
from evidence.rules.parameters import Parameter
from evidence.rules.regional_value import by_net_cost
from evidence.rules.roll_up import MOST_LEVELS, Material, Treatment, decided

TREATMENTS: Final = tuple(Treatment)
"""What the bytes of `BillColumns.treatments` stand for, by place."""
TRACED: Final = TREATMENTS.index(Treatment.TRACED)
_MASKS: Final = tuple(bytes(code == each for each in range(256)) for code in range(len(TREATMENTS)))
COUNTS: Final = frozenset(
    TREATMENTS.index(each)
    for each in (
        Treatment.COUNTED,
        Treatment.COUNTED_UNDETERMINED,
        Treatment.COUNTED_WITHOUT_BILL,
        Treatment.ACCUMULATED,
        Treatment.LISTED,
    )
)
"""The treatments whose lines count in VNM by themselves."""


@dataclass(frozen=True, slots=True)
class BillColumns:
    """One good's bill, the lines of each parent together; parent 0 is the good, the others its traced lines.

    Attributes:
        quantity_scale: decimals of the quantities. value_scale: of the values.
        starts: where the lines of each parent begin, and behind the last one how many lines there are.
        traced: the line that each parent but the good is, in their order; it stands among the lines of an earlier one.
        quantities: units of each line in one unit of its parent.
        values: the value of one unit; 0 where it is not known.
        treatments: how each line counts, as its place in `TREATMENTS`.
        stated: what of one unit counts, of the lines that count with another amount than their value (documented
            deductions, statements of producers), by line.
        unknown: the lines whose value counts and is not known.
    """

    quantity_scale: int
    value_scale: int
    starts: Sequence[int]
    traced: Sequence[int]
    quantities: Sequence[int]
    values: Sequence[int]
    treatments: bytes
    stated: Mapping[int, int] = field(default_factory=dict)
    unknown: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        lines = len(self.quantities)
        alike = len(self.values) == len(self.treatments) == lines
        if not alike or not self.starts or self.starts[0] != 0 or self.starts[-1] != lines:
            raise MalformedValue("columns of a bill", f"{lines} quantities", "as many of every column, from line 0 on")
        if len(self.traced) != len(self.starts) - 2 or self.treatments.count(TRACED) != len(self.traced):
            raise MalformedValue("traced lines of a bill", len(self.traced), "one for each parent but the good")
        if any(min(column, default=0) < 0 for column in (self.quantities, self.values, self.stated.values())):
            raise MalformedValue("columns of a bill", "a figure below zero", "figures of zero or more")
        for parent, line in enumerate(self.traced, 1):
            if not 0 <= line < self.starts[parent] or self.treatments[line] != TRACED:
                raise MalformedValue("traced line of a bill", line, "a traced line of an earlier parent")

    def levels(self) -> list[int]:
        """How deep each parent is; the good is at 0.

        Raises:
            MalformedValue: the bill is deeper than 50 levels.
        """
        found = [0]
        for line in self.traced:
            found.append(found[bisect_right(self.starts, line) - 1] + 1)
        if max(found) >= MOST_LEVELS:
            raise MalformedValue("bill of materials", f"{max(found) + 1} levels", f"at most {MOST_LEVELS} levels")
        return found


@dataclass(frozen=True, slots=True)
class BillTotals:
    """What a bill comes to, for one unit of the good.

    Attributes:
        materials: the value of its first level.
        non_originating: VNM; None where what counts is not known.
        within: VNM in one unit of each traced line, in the order of `BillColumns.traced`.
        by_treatment: the value of the lines of every level that count alike; those traced are in their own lines.
    """

    materials: Decimal
    non_originating: Decimal | None
    within: tuple[Decimal, ...]
    by_treatment: Mapping[Treatment, Decimal]


def totals(bill: BillColumns) -> BillTotals:
    """The sums of a worksheet over one bill, exactly.

    Raises:
        MalformedValue: the bill is deeper than 50 levels.
    """
    levels, starts, unit = bill.levels(), bill.starts, 10**bill.quantity_scale
    deepest = max(levels)
    codes = [code for code in range(len(TREATMENTS)) if code != TRACED and code in bill.treatments]
    masks = [bill.treatments.translate(_MASKS[code]) for code in codes]
    counting = [place for place, code in enumerate(codes) if code in COUNTS]
    worth = list(map(mul, bill.quantities, bill.values))
    stated = [0] * len(levels)  # what statements change in the sum of each parent's lines
    for line, counted in bill.stated.items():
        if bill.treatments[line] in COUNTS:
            stated[bisect_right(starts, line) - 1] += bill.quantities[line] * (counted - bill.values[line])
    inner: list[list[int]] = [[]] * len(levels)  # by treatment, and what counts at the end
    beneath: list[list[int]] = [[] for _ in levels]
    for parent in reversed(range(len(levels))):
        first, last = starts[parent], starts[parent + 1]
        lines = worth[first:last]
        sums = [sum(compress(lines, mask[first:last])) for mask in masks]
        sums.append(sum([sums[place] for place in counting]) + stated[parent])
        if levels[parent] < deepest:
            # A sum one level higher has one more quantity multiplied in: all get the decimals of their level
            aligned = unit ** (deepest - levels[parent])
            sums = [mine * aligned for mine in sums]
            quantities = [bill.quantities[bill.traced[child - 1]] for child in beneath[parent]]
            if quantities:
                each_sum = zip(*map(inner.__getitem__, beneath[parent]), strict=True)
                sums = [mine + sum(map(mul, quantities, more)) for mine, more in zip(sums, each_sum, strict=True)]
        inner[parent] = sums
        if parent:
            beneath[bisect_right(starts, bill.traced[parent - 1]) - 1].append(parent)
    scales = [bill.value_scale + bill.quantity_scale * (deepest + 1 - level) for level in levels]
    with exactly():
        within = tuple(Decimal(sums[-1]).scaleb(-scale) for sums, scale in zip(inner, scales, strict=True))
        by_treatment = {
            TREATMENTS[code]: Decimal(total).scaleb(-scales[0])
            for code, total in zip(codes, inner[0], strict=False)  # what counts is behind them
        }
        materials = Decimal(sum(worth[: starts[1]])).scaleb(-bill.value_scale - bill.quantity_scale)
    return BillTotals(materials, None if bill.unknown else within[0], within[1:], by_treatment)


@dataclass(frozen=True, slots=True)
class RangeGood:
    """One good of a range: its bill, and its booked net cost for all units made."""

    name: str
    bill: BillColumns
    units: Decimal
    net_cost: Decimal | None


def contents(
    goods: Iterable[RangeGood], threshold: Parameter, day: date
) -> Iterable[tuple[RangeGood, BillTotals, Finding]]:
    """Each good of a range with its totals and its content by the net cost method, held against the law of `day`.

    Raises:
        NoValueInForce: the threshold has no value on `day`.
        MalformedValue: a bill is deeper than 50 levels.
    """
    for good in goods:
        found = totals(good.bill)
        with exactly():
            vnm = None if found.non_originating is None else found.non_originating * good.units
        yield good, found, by_net_cost(good.net_cost, vnm, threshold, day, rests_on=(good.name,))


def columns(materials: Iterable[Material]) -> BillColumns:
    """The columns of a bill whose lines are at hand as `roll_up` takes them.

    Raises:
        MalformedValue: as `roll_up` has it.
    """
    starts, traced = [0], list[int]()
    lines: list[tuple[Decimal, Decimal, Decimal]] = []
    waiting = [(tuple(materials), Decimal(1), 0)]
    treatments, unknown = bytearray(), list[int]()
    with exactly():
        for some, units, level in waiting:  # grows while it is gone through: the lines of each parent are together
            if level >= MOST_LEVELS:
                raise MalformedValue("bill of materials", f"{level + 1} levels", f"at most {MOST_LEVELS} levels")
            for material in some:
                of_good = units * material.quantity
                treatment, counted, known = decided(material, of_good)
                if not known:
                    unknown.append(len(lines))
                if treatment is Treatment.TRACED:
                    waiting.append((material.children, of_good, level + 1))
                    traced.append(len(lines))
                lines.append((material.quantity, material.unit_value or Decimal(0), counted))
                treatments.append(TREATMENTS.index(treatment))
            starts.append(len(lines))
    quantities, values, counts = zip(*lines, strict=True) if lines else ((), (), ())
    of_quantities, of_values = _decimals(quantities), _decimals((*values, *counts))
    whole = _whole(values, of_values)
    each = enumerate(zip(_whole(counts, of_values), whole, treatments, strict=True))
    stated = {line: count for line, (count, value, code) in each if code in COUNTS and count != value}
    return BillColumns(
        of_quantities, of_values, starts, traced, _whole(quantities, of_quantities), whole, bytes(treatments), stated,
        tuple(unknown),
    )  # fmt: skip


def _decimals(figures: Iterable[Decimal]) -> int:
    """The most decimals that any figure has."""
    return max((len(decimal_to_text(figure).partition(".")[2]) for figure in figures), default=0)


def _whole(figures: Iterable[Decimal], scale: int) -> list[int]:
    with exactly():
        return [int(figure.scaleb(scale)) for figure in figures]
