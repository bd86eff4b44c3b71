"""The costs of all goods on the books, before they are allocated: whether they may be, and what is put together.

19 CFR 182 App A s.7(11), Schedule V s.6-7; the same of SOR/2020-155. A cost is booked once, for days within the period
asked about, and for one plant or for all of them; where the books say what they come to, the lines must come to it.
What two loads state word for word is one cost.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from evidence.core.statements.base import Record
from evidence.core.statements.cost import CostElement, CostLine, CostNature, CostPoolLine, Exclusion
from evidence.core.values import Period
from evidence.origin.booked import NOT_ALLOCABLE
from evidence.origin.inputs import Fact
from evidence.origin.weights import NotKnown
from evidence.rules.allocation import CostPool, PoolKind
from evidence.rules.exact import exactly
from evidence.rules.net_cost import CostElements, ExcludedCosts

_Line = TypeVar("_Line", bound=Record)


@dataclass(frozen=True, slots=True)
class BookedPool:
    """One pool in the currency of the sheet."""

    fact: Fact[CostPoolLine]
    amount: Decimal
    heading: Exclusion
    refs: tuple[str, ...]

    @property
    def line(self) -> CostPoolLine:
        return self.fact.value

    @property
    def name(self) -> str:
        return f"account {self.line.account}, {self.line.description}"


def each_once(facts: Iterable[Fact[_Line]]) -> list[Fact[_Line]]:
    """Lines without those that an earlier load states word for word; one load may book the same amount twice."""
    facts = list(facts)
    if len({fact.statement for fact in facts}) < 2:
        return facts
    by_load: dict[str, dict[str, list[Fact[_Line]]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        by_load[fact.value.model_dump_json()][fact.statement].append(fact)
    kept = {fact.ref for loads in by_load.values() for fact in max(loads.values(), key=len)}
    return [fact for fact in facts if fact.ref in kept]


def require_whole(pools: Iterable[Fact[CostPoolLine]], own: Iterable[CostLine], period: Period) -> None:
    """Each pool lies within the period, is booked once, and is not booked for the good alone besides.

    Raises:
        NotKnown: one does not.
    """
    by_account: dict[tuple[str, ...], dict[tuple[str | None, Period], Fact[CostPoolLine]]] = defaultdict(dict)
    for fact in pools:
        line = fact.value
        days = Period(line.period_from, line.period_to)
        if days.first < period.first or period.last < days.last:
            beyond = f"account {line.account} is on the books of all goods for {days}, which reaches beyond"
            raise NotKnown(f"{beyond} {period} (entry {fact.ref})")
        alike = by_account[line.account, line.description, line.element, line.exclusion, line.nature]
        for (plant, other), earlier in alike.items():
            if (plant, other) != (line.plant, days) and days.first <= other.last and other.first <= days.last:
                over = "over days that overlap" if plant == line.plant else "for one plant and for all plants"
                twice = f"account {line.account} of all goods is booked {over}"
                raise NotKnown(f"{twice} (entries {earlier.ref} and {fact.ref}); take one of them back")
        alike[line.plant, days] = fact
    accounts = {fact.value.account for fact in pools}
    for each in own:
        if each.account in accounts and (each.allocation_base is not None or each.allocation_ratio is not None):
            raise NotKnown(f"account {each.account} is allocated to the good already, and on the books of all goods")


def require_complete(pools: Iterable[Fact[CostPoolLine]]) -> None:
    """The lines of a plant and period come to what its books are said to come to; a gain is taken off.

    Raises:
        NotKnown: they do not.
    """
    sums: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    with exactly():
        for fact in pools:
            line = fact.value
            key = (line.plant, line.period_from, line.period_to, line.currency)
            sums[key] += -line.amount if line.nature is CostNature.EXCHANGE_GAIN else line.amount
    for fact in pools:
        line = fact.value
        found = sums[line.plant, line.period_from, line.period_to, line.currency]
        if line.books_total not in (None, found):
            said = f"come to {found} {line.currency}, and the books to {line.books_total}"
            raise NotKnown(f"the costs of all goods on file {said} (entry {fact.ref})")


def account(line: CostPoolLine) -> tuple[object, ...]:
    """What tells an account of all goods from another."""
    return line.owner, line.plant, line.account, line.description


def as_rule(pool: BookedPool) -> CostPool:
    kind = NOT_ALLOCABLE.get(pool.line.nature, PoolKind.ORDINARY)
    return CostPool(pool.name, pool.amount, kind)


def one_a_method(pools: Iterable[BookedPool]) -> list[BookedPool]:
    """The first pool of each way in which an account is allocated."""
    found: dict[tuple[object, ...], BookedPool] = {}
    for pool in pools:
        line = pool.line
        key = (line.plant, line.account, line.description, line.allocation_base, line.method, line.ground)
        found.setdefault((*key, line.management_base, line.to_qualify), pool)
    return list(found.values())


def by_pool(pools: Iterable[BookedPool]) -> Iterator[tuple[str, list[BookedPool]]]:
    """Each cost by itself (s.7(11)(c))."""
    for pool in pools:
        yield pool.name, [pool]


def by_base(pools: Iterable[BookedPool]) -> Iterator[tuple[str, list[BookedPool]]]:
    """All costs of one period that are weighed by one base, together (s.7(11)(a)-(b))."""
    groups: dict[tuple[object, ...], list[BookedPool]] = defaultdict(list)
    for pool in pools:
        line = pool.line
        key = (line.plant, line.period_from, line.period_to, line.method, line.allocation_base, line.base_total)
        groups[key].append(pool)
    for group in groups.values():
        yield f"costs of all goods by {group[0].line.allocation_base}", group


def elements(pools: Iterable[BookedPool]) -> CostElements:
    """The pools as the costs of all goods."""
    elements: dict[CostElement, Decimal] = defaultdict(Decimal)
    excluded = Decimal(0)
    with exactly():
        for pool in pools:
            elements[pool.line.element] += pool.amount
            excluded += pool.amount if pool.heading is not Exclusion.NONE else 0
        product = elements[CostElement.LABOUR] + elements[CostElement.OVERHEAD]
    return CostElements(
        originating_materials=Decimal(0),
        non_originating_materials=elements[CostElement.MATERIAL],
        other_product_costs=product,
        period_costs=elements[CostElement.PERIOD],
        other_costs=elements[CostElement.OTHER],
        excluded=ExcludedCosts(royalties=excluded),
    )
