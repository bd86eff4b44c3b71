"""Units of measure: a factor between two of them, by recorded conversions only.

A conversion of the part itself goes before one of every part. Of several in force the one that began last holds. Steps
chain (a piece is so many kilograms, a kilogram so many pounds); two ways that give different figures give none.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from evidence.core.crosswalk import Answer, Noted, in_force
from evidence.core.statements.unit_conversion import UnitConversionLine

MOST_STEPS = 3

_Pair = tuple[str, str]


class Units:
    """The recorded conversions."""

    def __init__(self, conversions: Iterable[Noted[UnitConversionLine]]) -> None:
        self._by_part: dict[tuple[str | None, str | None], list[Noted[UnitConversionLine]]] = defaultdict(list)
        for each in conversions:
            self._by_part[each.value.owner, each.value.part].append(each)

    def factor(self, owner: str, part: str, from_unit: str, to_unit: str, on: date | None) -> Answer[Fraction]:
        """How many `to_unit` of the part are one `from_unit`, exactly; 1 where the units are the same."""
        if from_unit == to_unit:
            return Answer(Fraction(1), f"{from_unit} on both")
        steps = self._steps(owner, part, on)
        ways: list[tuple[tuple[str, ...], Fraction, tuple[str, ...]]] = [((from_unit,), Fraction(1), ())]
        for _ in range(MOST_STEPS):
            ways = [
                ((*units, there), factor * by, (*refs, *through))
                for units, factor, refs in ways
                for (here, there), (by, through) in steps.items()
                if here == units[-1] and there not in units
            ]
            arrived = [way for way in ways if way[0][-1] == to_unit]
            if not arrived:
                continue
            refs = tuple(dict.fromkeys(ref for way in arrived for ref in way[2]))
            if len({way[1] for way in arrived}) > 1 or any(way[1] == 0 for way in arrived):
                return Answer(None, f"conversions of {from_unit} into {to_unit} disagree for {part}", refs)
            return Answer(arrived[0][1], f"{from_unit} into {to_unit} by {' > '.join(arrived[0][0])}", arrived[0][2])
        return Answer(None, f"no conversion of {from_unit} into {to_unit} is on record for {part}")

    def _steps(self, owner: str, part: str, on: date | None) -> dict[_Pair, tuple[Fraction, tuple[str, ...]]]:
        """Each pair of units with its factor, 0 where two entries of one day contradict each other."""
        steps: dict[_Pair, tuple[Fraction, tuple[str, ...]]] = {}
        for key in ((owner, part), (None, None)):
            here: dict[_Pair, list[tuple[date, Fraction, str]]] = defaultdict(list)
            for each in self._by_part.get(key, ()):
                of = each.value
                if in_force(of.applies_from, of.applies_to, on):
                    factor = Fraction(of.factor)
                    here[of.from_unit, of.to_unit].append((of.applies_from, factor, each.ref))
                    here[of.to_unit, of.from_unit].append((of.applies_from, 1 / factor, each.ref))
            for pair, found in here.items():
                begun = max(first for first, _, _ in found)
                last = [(factor, ref) for first, factor, ref in found if first == begun]
                agreed = last[0][0] if len({factor for factor, _ in last}) == 1 else Fraction(0)
                refs = (last[-1][1],) if agreed else tuple(ref for _, ref in last)
                steps.setdefault(pair, (agreed, refs))
        return steps
