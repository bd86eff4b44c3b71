"""Allocation: methods and costs that may not be used, ratios, and the three routes to net cost."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.core.statements.cost import AllocationGround, AllocationMethod
from evidence.errors import MalformedValue
from evidence.rules.allocation import CostPool, DirectCosts, Method, PoolKind, allocable, allowed, shared_once
from evidence.rules.finding import Outcome
from evidence.rules.net_cost import (
    CostElements,
    ExcludedCosts,
    Pool,
    allocate,
    allocate_each,
    allocate_then_deduct,
    deduct_then_allocate,
)

HUNDRED = CostElements(Decimal(0), Decimal(0), Decimal(100), Decimal(0), Decimal(0))
HOURS = Method("labor hours", AllocationMethod.COST_RATIO, only_to_qualify=False)
money = st.decimals(min_value=0, max_value=10**9, places=2)
names = st.sampled_from("ABCD")
bases = st.dictionaries(names, money, min_size=1).filter(lambda found: sum(found.values()) > 0)


def test_a_management_method_that_rests_on_a_ground_must_be_used() -> None:
    own = Method("machine hours", AllocationMethod.OWN, frozenset({AllocationGround.CAUSE}), only_to_qualify=False)
    found = allowed(HOURS, internal=own, in_year=())
    assert found.outcome is Outcome.NOT_MET
    assert "machine hours" in found.reason
    assert allowed(own, internal=own, in_year=("machine hours",)).met


def test_what_nobody_has_said_about_a_method_is_not_determinable_and_never_met() -> None:
    found = allowed(Method("labor hours", AllocationMethod.COST_RATIO), internal=None, in_year=())
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any("Sched V s.8" in text for text in found.texts())


@pytest.mark.parametrize("kind", [kind for kind in PoolKind if kind is not PoolKind.ORDINARY])
def test_a_cost_of_a_kind_that_is_not_allocated_is_left_out_with_its_reason(kind: PoolKind) -> None:
    pools = [CostPool("rent", Decimal(10)), CostPool("other", Decimal(-3), kind)]
    found = allocable(pools)
    assert (found.total, found.pools) == (Decimal(10), (pools[0],))
    assert found.left_out == ((pools[1], kind.value),)


@pytest.mark.parametrize(
    ("amount", "excluded"), [pytest.param(-1, 0, id="below-zero"), pytest.param(5, 6, id="excludes-more-than-it-is")]
)
def test_an_ordinary_cost_is_not_below_zero_and_excludes_no_more_than_itself(amount: int, excluded: int) -> None:
    with pytest.raises(MalformedValue):
        CostPool("rent", Decimal(amount), excluded=Decimal(excluded))


def test_appendix_c_counts_direct_overhead_and_appendix_b_does_not() -> None:
    costs = DirectCosts(Decimal(5), Decimal(10), Decimal(8))
    assert (costs.base(AllocationMethod.LABOR_AND_MATERIAL), costs.base(AllocationMethod.DIRECT_COST)) == (
        Decimal(15),
        Decimal(23),
    )
    with pytest.raises(MalformedValue, match="Appendix B or Appendix C"):
        costs.base(AllocationMethod.COST_RATIO)


def test_shares_of_one_cost_that_pass_the_whole_are_found() -> None:
    shares = {"A": Decimal("0.7"), "B": Decimal("0.3")}
    assert shared_once(shares, "power").met
    over = shared_once({**shares, "C": Decimal("0.0001")}, "power", rests_on=("#7:2",))
    assert over.outcome is Outcome.NOT_MET
    assert over.rests_on == ("#7:2",)
    with pytest.raises(MalformedValue, match="from 0 to 1"):
        shared_once({"A": Decimal("1.01")}, "power")


@given(total=money, labor=st.dictionaries(names, money, min_size=1).filter(lambda found: sum(found.values()) > 0))
def test_what_an_appendix_shares_ties_to_the_whole(total: Decimal, labor: dict[str, Decimal]) -> None:
    goods = {name: DirectCosts(amount, Decimal(0)) for name, amount in labor.items()}
    for ratio in (AllocationMethod.LABOR_AND_MATERIAL, AllocationMethod.DIRECT_COST):
        assert sum(allocate(total, {name: costs.base(ratio) for name, costs in goods.items()}).values()) == total


@given(costs=st.tuples(*[money] * 5), part=st.integers(0, 100), shares=bases)
def test_all_goods_together_have_one_net_cost_by_every_route(
    costs: tuple[Decimal, Decimal, Decimal, Decimal, Decimal], part: int, shares: dict[str, Decimal]
) -> None:
    excluded = (costs[2] * part / 100).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    elements = CostElements(*costs, excluded=ExcludedCosts(royalties=excluded))
    parts = [elements.originating_materials, elements.non_originating_materials, elements.period_costs]
    pools = [Pool(str(number), cost, shares) for number, cost in enumerate([*parts, elements.other_costs])]
    pools.append(Pool("product", elements.other_product_costs, shares, excluded))
    assert sum(deduct_then_allocate(elements, shares).values()) == elements.net_cost
    assert sum(allocate_each(pools).values()) == elements.net_cost
    assert sum(allocate_each(reversed(pools)).values()) == elements.net_cost
    assert allocate_then_deduct(elements, shares) == deduct_then_allocate(elements, shares)


def test_excluded_costs_that_pass_what_a_good_bears_are_refused() -> None:
    costs = replace(HUNDRED, excluded=ExcludedCosts(royalties=Decimal(60)))
    with pytest.raises(MalformedValue, match="of B"):
        allocate_then_deduct(costs, {"A": Decimal(9), "B": Decimal(1)}, {"A": Decimal(0), "B": Decimal(1)})


def test_the_goods_of_both_shares_are_the_same() -> None:
    with pytest.raises(MalformedValue, match="the same goods"):
        allocate_then_deduct(HUNDRED, {"A": Decimal(9)}, {"B": Decimal(1)})


def test_a_pool_excludes_no_more_than_it_is() -> None:
    with pytest.raises(MalformedValue, match="at most 10"):
        Pool("rent", Decimal(10), {"A": Decimal(1)}, Decimal(11))
