"""Stocks of materials that take each other's place: what of a material's use does not originate, by its inventory.

19 CFR 182 App A s.8(18)-(22), Schedule VIII; SOR/2020-155 s.8(18)-(22), Schedule VIII. With the election ``several
suppliers: inventory method`` a material with a pool on file counts by what the pool's method issued in the period. A
receipt originates where it is booked so and the purchase it names is covered; an opening layer, whose purchases are of
an earlier year, counts as non-originating unless the purchase it names is on file and covered. With ``several
suppliers: actual lots`` only a pool that is kept by specific identification, lot by lot, says anything.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.inventory import InventoryLine, InventoryMethod, StockOrigin
from evidence.core.statements.inventory import Movement as Booked
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.values import decimal_to_text
from evidence.errors import MalformedValue
from evidence.origin.bill import Line
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import RateFile
from evidence.rules.carried import up
from evidence.rules.exact import exactly
from evidence.rules.inventory import Issue, Kind, Method, Movement, Used, issues, one_method

CITATION = "19 CFR 182 App A s.8(18)-(22), Sched VIII; SOR/2020-155 s.8(18)-(22), Sched VIII"
_METHODS = {
    InventoryMethod.SPECIFIC: Method.SPECIFIC,
    InventoryMethod.FIFO: Method.FIFO,
    InventoryMethod.LIFO: Method.LIFO,
    InventoryMethod.AVERAGE: Method.AVERAGE,
}
_KINDS = {
    Booked.OPENING: Kind.RECEIPT,
    Booked.RECEIPT: Kind.RECEIPT,
    Booked.ISSUE: Kind.ISSUE,
    Booked.COUNT: Kind.MISSING,
}


@dataclass(frozen=True, slots=True)
class Pooled:
    """What a pool says of one material over the period.

    Attributes:
        share: of the units issued, the part that does not originate; None where the pool decides nothing.
        unit_value: of one such unit; None where the pool does not tell it.
        reason: in words; why it decides nothing, where it does not.
    """

    share: Fraction | None
    unit_value: Decimal | None
    reason: str
    rests_on: tuple[str, ...]


class PoolFile:
    """The inventories on file, ready to be asked about one material at one plant."""

    def __init__(
        self, inputs: Inputs, rates: RateFile, currency: str, originates: Callable[[Fact[PurchaseLine]], bool]
    ) -> None:
        self._rates, self._currency, self._period = rates, currency, inputs.question.period
        self._originates = originates
        self._pools: dict[tuple[str, str], list[Fact[InventoryLine]]] = defaultdict(list)
        for fact in inputs.inventories:
            if fact.value.year_from <= self._period.first and self._period.last <= fact.value.year_to:
                self._pools[fact.value.plant, fact.value.pool].append(fact)
        self._bought: dict[tuple[str, str, str], list[Fact[PurchaseLine]]] = defaultdict(list)
        for purchase in inputs.purchases:
            of = purchase.value
            for number in {of.receipt, of.invoice} - {None}:
                self._bought[of.owner, of.part, str(number)].append(purchase)

    def of(self, line: Line, *, lots: bool = False) -> Pooled | None:
        """What the pool of a material says; None where no pool of the period holds it. `lots`: only lot by lot."""
        bill = line.bill.value
        for (plant, name), facts in self._pools.items():
            if plant == line.plant and any(_part(fact) == (bill.owner, bill.child) for fact in facts):
                ordered = sorted(facts, key=lambda fact: fact.value.position)
                refs = tuple(fact.ref for fact in ordered)
                try:
                    return self._told(name, ordered, bill.unit, refs, lots=lots)
                except MalformedValue as wrong:
                    return Pooled(None, None, f"Pool {name} decides nothing: {wrong}", refs)
        return None

    def _told(
        self, name: str, facts: list[Fact[InventoryLine]], unit: str, refs: tuple[str, ...], *, lots: bool
    ) -> Pooled:
        first = facts[0].value
        units = {fact.value.unit for fact in facts}
        if units != {unit}:
            raise MalformedValue("unit of the pool", ", ".join(sorted(units)), f"{unit}, in which the bill counts")
        positions = [fact.value.position for fact in facts]
        if len(set(positions)) < len(positions):
            raise MalformedValue("positions of the pool", "one of them twice", "each position once")
        used = [
            Used(f"{fact.ref}", name, fact.value.year_from, fact.value.year_to, fact.value.method.value)
            for fact in facts
        ]
        fixed = one_method({each.method: each for each in used}.values())
        if not fixed.met:
            raise MalformedValue("method of the pool", fixed.reason, "one method for the fiscal year (s.8(21))")
        if lots and first.method is not InventoryMethod.SPECIFIC:
            raise MalformedValue("method of the pool", first.method.value, "specific identification, for actual lots")
        if first.method not in _METHODS:
            raise MalformedValue("method of the pool", first.method.value, "a method of Schedule VIII")
        found = issues([self._movement(fact) for fact in facts], _METHODS[first.method])
        within = [issue for issue in found if issue.movement.day in self._period]
        return self._of_issues(name, first.method, within, refs)

    def _of_issues(self, name: str, method: InventoryMethod, within: list[Issue], refs: tuple[str, ...]) -> Pooled:
        with exactly():
            foreign = sum((issue.non_originating for issue in within), Decimal(0))
            issued = foreign + sum((issue.originating for issue in within), Decimal(0))
        if not issued:
            return Pooled(None, None, f"Pool {name} decides nothing: nothing was issued in the period.", refs)
        values = [issue.value_non_originating for issue in within if issue.non_originating]
        known = [value for value in values if value is not None]
        worth = None
        if foreign and len(known) == len(values):
            worth = up(sum(map(Fraction, known), Fraction(0)) / Fraction(foreign))
        reason = (
            f"By pool {name}, {method.value}: {decimal_to_text(foreign)} of {decimal_to_text(issued)} units issued in "
            "the period do not originate."
        )
        return Pooled(Fraction(foreign) / Fraction(issued), worth, reason, refs)

    def _movement(self, fact: Fact[InventoryLine]) -> Movement:
        line, kind = fact.value, _KINDS[fact.value.movement]
        value = None
        if kind is Kind.RECEIPT and line.unit_value is not None and line.currency is not None:
            rate = self._rates.on(line.currency, self._currency, line.moved_on).rate
            with exactly():
                value = None if rate is None else line.unit_value * rate
        return Movement(kind, line.moved_on, line.quantity, self._is_covered(line), value, line.lot or "", fact.ref)

    def _is_covered(self, line: InventoryLine) -> bool:
        """Whether a layer is booked as originating, and each purchase that it names is covered."""
        if line.origin is not StockOrigin.ORIGINATING or line.document is None:
            return False
        named = self._bought.get((line.owner, line.part, line.document), [])
        return bool(named) and all(map(self._originates, named))


def _part(fact: Fact[InventoryLine]) -> tuple[str, str]:
    return fact.value.owner, fact.value.part


def in_pools(facts: Iterable[Fact[InventoryLine]], parts: Iterable[tuple[str, str]]) -> list[Fact[InventoryLine]]:
    """The lines of every pool that holds one of the parts."""
    facts, wanted = tuple(facts), set(parts)
    pools = {(fact.value.plant, fact.value.pool) for fact in facts if _part(fact) in wanted}
    return [fact for fact in facts if (fact.value.plant, fact.value.pool) in pools]
