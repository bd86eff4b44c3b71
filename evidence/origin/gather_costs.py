"""Gathering the costs of all goods, of which net cost takes a share, and values of materials without a price."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from evidence.core.statements.cost import AllocationBaseLine, CostPoolLine
from evidence.core.statements.material_value import MaterialValueLine
from evidence.core.statements.relationship import Relationship
from evidence.origin.facts import FactFile, in_order
from evidence.origin.inputs import Fact
from evidence.origin.merged import Merged
from evidence.origin.question import Question

_YEAR = timedelta(days=366)
"""How far around the period costs of all goods count: one method holds for a whole fiscal year (Schedule V s.6)."""
_Places = Iterable[tuple[str, str, str]]
"""Owner, part number and plant."""


def of_costs(
    facts: FactFile, asked: Question, made: _Places, bought: _Places, parties: Iterable[str], same: Merged
) -> dict[str, tuple[Fact[Any], ...]]:
    """The fields of `Inputs` that costs and values turn on beside what is booked for each good and bought.

    Args:
        parties: who sold to the producer, and bought from it.
    """
    pools = cost_pools(facts, asked, made)
    return {
        "cost_pools": pools,
        "allocation_bases": allocation_bases(facts, asked, pools),
        "material_values": material_values(facts, asked, bought),
        "relationships": relationships(facts, {same.kept(party) for party in parties}, same),
    }


def cost_pools(
    facts: FactFile, asked: Question, made: Iterable[tuple[str, str, str]]
) -> tuple[Fact[CostPoolLine], ...]:
    """The costs of all goods of the plants in which the good and what goes into it are made."""
    plants = {(owner, plant) for owner, _, plant in made}
    first, last = asked.period_from - _YEAR, asked.period_to + _YEAR
    return in_order(
        fact
        for owner in sorted({owner for owner, _ in plants})
        for fact in facts.lines(CostPoolLine, owner=owner)
        if fact.value.plant is None or (owner, fact.value.plant) in plants
        if first <= fact.value.period_to and fact.value.period_from <= last
    )


def allocation_bases(
    facts: FactFile, asked: Question, pools: Iterable[Fact[CostPoolLine]]
) -> tuple[Fact[AllocationBaseLine], ...]:
    """What every good is weighed by in the allocation of the pools of the period."""
    period = asked.period
    mine = [pool.value for pool in pools if pool.value.period_from in period and pool.value.period_to in period]
    days = {(pool.owner, pool.period_from, pool.period_to) for pool in mine}
    return in_order(
        fact
        for owner in sorted({owner for owner, _, _ in days})
        for fact in facts.lines(AllocationBaseLine, owner=owner)
        if (owner, fact.value.period_from, fact.value.period_to) in days
    )


def material_values(
    facts: FactFile, asked: Question, bought: Iterable[tuple[str, str, str]]
) -> tuple[Fact[MaterialValueLine], ...]:
    """The values by Schedule VI of what the bill buys, of a day of the period or of the year before."""
    first, last = asked.period_from - _YEAR, asked.period_to
    lines = facts.of_places(MaterialValueLine, bought)
    return tuple(fact for fact in lines if first <= fact.value.period_to and fact.value.period_from <= last)


def relationships(facts: FactFile, parties: Collection[str], same: Merged) -> tuple[Fact[Relationship], ...]:
    """The relationships that one of the parties is in."""
    return tuple(
        fact
        for fact in facts.statements(Relationship)
        if {same.kept(fact.value.party), same.kept(fact.value.other_party)} & set(parties)
    )
