"""What no bill of materials may change: by the order of its lines, by splitting one, or by the loss of an origin."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.rules.exact import exactly
from evidence.rules.finding import Outcome
from evidence.rules.regional_value import by_net_cost
from evidence.rules.roll_up import Material, roll_up
from evidence.rules.ruleset import RuleSet
from tests.unit.rules.test_roll_up import materials, withdrawn

PV = RuleSet.load().series("PV-RVC")
DAY = date(2024, 1, 15)
BILLS = st.lists(materials(), min_size=1, max_size=4).map(tuple)
RANK = {Outcome.MET: 2, Outcome.NOT_DETERMINABLE: 1, Outcome.NOT_MET: 0}


def shuffled(bill: tuple[Material, ...], data: st.DataObject) -> tuple[Material, ...]:
    """The lines of every level in another order."""
    mixed = data.draw(st.permutations([replace(line, children=shuffled(line.children, data)) for line in bill]))
    return tuple(mixed)


def total(bill: tuple[Material, ...]) -> Decimal:
    found = roll_up(bill).non_originating
    assert found is not None
    return found


@settings(max_examples=100, deadline=None)
@given(bill=BILLS, data=st.data())
def test_the_order_of_the_lines_does_not_matter(bill: tuple[Material, ...], data: st.DataObject) -> None:
    assert total(shuffled(bill, data)) == total(bill)


@settings(max_examples=100, deadline=None)
@given(bill=BILLS, tenths=st.integers(min_value=0, max_value=10), data=st.data())
def test_a_line_that_is_split_counts_as_the_joined_line(
    bill: tuple[Material, ...], tenths: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(min_value=0, max_value=len(bill) - 1))
    line = bill[index]
    with exactly():
        first = line.quantity * tenths / 10
        parts = (replace(line, quantity=first), replace(line, quantity=line.quantity - first))
    assert total((*bill[:index], *parts, *bill[index + 1 :])) == total(bill)


@settings(max_examples=150, deadline=None)
@given(bill=BILLS, net_cost=st.decimals(min_value=1, max_value=10**7, places=2), data=st.data())
def test_content_never_rises_when_a_material_turns_non_originating(
    bill: tuple[Material, ...], net_cost: Decimal, data: st.DataObject
) -> None:
    worse = withdrawn(bill, data.draw(st.integers(min_value=0, max_value=30)))[0]
    before = by_net_cost(net_cost, total(bill), PV, DAY)
    after = by_net_cost(net_cost, total(worse), PV, DAY)
    assert after.figure is not None
    assert before.figure is not None
    assert after.figure <= before.figure
    assert RANK[after.outcome] <= RANK[before.outcome]


@settings(max_examples=100, deadline=None)
@given(
    net_cost=st.decimals(min_value=1, max_value=10**7, places=2),
    share=st.fractions(min_value=0, max_value=1, max_denominator=10**6),
)
def test_content_agrees_with_the_ratio_of_whole_numbers(net_cost: Decimal, share: Fraction) -> None:
    cents = int(net_cost * 100)
    counted = int(cents * share)
    found = by_net_cost(net_cost, Decimal(counted).scaleb(-2), PV, DAY)
    assert found.met is ((cents - counted) * 100 >= 75 * cents)
