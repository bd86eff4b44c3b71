"""What goods are weighed by when costs of all of them are allocated: recorded bases, good by good, tied to their whole.

19 CFR 182 App A Schedule V, Appendices A to C; the same of SOR/2020-155. The goods must come to the whole of a base, or
nothing is allocated by it: a good left out would leave the others with too much.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.core.statements.base import Basis
from evidence.core.statements.cost import AllocationBaseLine, AllocationMethod, CostElement, CostPoolLine
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.allocation import DirectCosts
from evidence.rules.exact import exact_sum

DIRECT = ("direct labor", "direct material", "direct overhead")
"""The bases of which Appendices B and C add up a good's direct costs; B without the last."""
_BY_DIRECT_COSTS = (AllocationMethod.LABOR_AND_MATERIAL, AllocationMethod.DIRECT_COST)


class NotKnown(Exception):
    """Why nothing is allocated."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each good has of one base over one period, and the entries that say so."""

    name: str
    of: Mapping[str, Decimal]
    refs: Mapping[str, tuple[str, ...]]

    @property
    def whole(self) -> Decimal:
        return exact_sum(self.of.values())


class WeightFile:
    """The recorded bases of all goods."""

    def __init__(self, inputs: Inputs) -> None:
        self._bases: dict[tuple[str, str, date, date, Basis], list[Fact[AllocationBaseLine]]] = defaultdict(list)
        for fact in inputs.allocation_bases:
            of = fact.value
            self._bases[of.owner, of.base, of.period_from, of.period_to, of.figures].append(fact)
        self._found: dict[tuple[object, ...], Weights] = {}

    def of(self, line: CostPoolLine) -> Weights:
        """What every good has of the base that a pool is allocated by.

        Raises:
            NotKnown: the goods do not come to the whole of it, or it is none of the kind of cost.
        """
        if line.method not in _BY_DIRECT_COSTS:
            return self.base(line, line.allocation_base, line.base_total)
        if line.element in (CostElement.MATERIAL, CostElement.LABOUR):
            raise NotKnown(f"account {line.account} is of direct cost, which {line.method} does not allocate")
        key = _key(line, line.method, line.base_total, line.allocation_base)
        if key not in self._found:
            self._found[key] = self._direct(line)
        return self._found[key]

    def _direct(self, line: CostPoolLine) -> Weights:
        """The direct costs of every good, as Appendix B or C adds them up."""
        labor, material, overhead = (self._lines(line, name) for name in DIRECT)
        every = [fact for each in (labor, material, overhead) for facts in each.values() for fact in facts]
        _in_one_unit(line.allocation_base, every)
        goods = dict.fromkeys([*labor, *material, *overhead])
        if not labor or not material:
            raise NotKnown(f"direct labor and material of the goods are not recorded, for account {line.account}")
        of = {
            good: DirectCosts(*(_amounts(each.get(good, [])) for each in (labor, material, overhead))).base(line.method)
            for good in goods
        }
        refs = {
            good: tuple(fact.ref for each in (labor, material, overhead) for fact in each.get(good, []))
            for good in goods
        }
        return _tied(Weights(line.allocation_base, of, refs), line.base_total)

    def base(self, line: CostPoolLine, name: str, whole: Decimal) -> Weights:
        """What every good has of the base `name` over the period of a pool; `whole` is all of it.

        Raises:
            NotKnown: the goods do not come to the whole.
        """
        key = _key(line, name, whole)
        if key not in self._found:
            lines = self._lines(line, name)
            of = {good: _amounts(facts) for good, facts in lines.items()}
            refs = {good: tuple(fact.ref for fact in facts) for good, facts in lines.items()}
            self._found[key] = _tied(Weights(name, of, refs), whole)
        return self._found[key]

    def _lines(self, line: CostPoolLine, name: str) -> dict[str, list[Fact[AllocationBaseLine]]]:
        found: dict[str, list[Fact[AllocationBaseLine]]] = defaultdict(list)
        for fact in self._bases[line.owner, name, line.period_from, line.period_to, line.figures]:
            if line.plant in (None, fact.value.plant):
                found[good_name(fact.value.part, fact.value.plant)].append(fact)
        _in_one_unit(name, [fact for facts in found.values() for fact in facts])
        return found


def _key(line: CostPoolLine, *what: object) -> tuple[object, ...]:
    return line.owner, line.plant, line.period_from, line.period_to, line.figures, *what


def _tied(weights: Weights, whole: Decimal) -> Weights:
    """The weights, if the goods come to the whole.

    Raises:
        NotKnown: they do not.
    """
    if weights.whole != whole:
        said = f"the goods on file have {weights.whole} of {whole}; record what each good of the plant has"
        raise NotKnown(f"allocation by {weights.name}: {said}")
    return weights


def _in_one_unit(name: str, facts: Iterable[Fact[AllocationBaseLine]]) -> None:
    """Nothing is added up across units.

    Raises:
        NotKnown: a base is recorded in several.
    """
    units: dict[str, str] = {}
    for fact in facts:
        units.setdefault(fact.value.unit, fact.ref)
    if len(units) > 1:
        said = " and ".join(f"{unit} (entry {ref})" for unit, ref in units.items())
        raise NotKnown(f"allocation by {name}: the goods have it in {said}; record all of it in one unit")


def _amounts(facts: Iterable[Fact[AllocationBaseLine]]) -> Decimal:
    return exact_sum(fact.value.amount for fact in facts)


def good_name(part: str, plant: str) -> str:
    return f"{part} at {plant}"
