"""Inventory methods: units and values tie, what is not known hurts, and what cannot be is refused."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import MalformedValue
from evidence.rules.finding import Outcome
from evidence.rules.inventory import Issue, Kind, Method, Movement, issues, one_method

DAY = date(2024, 1, 2)


def receipt(units: str, value: str | None = "1", *, originating: bool = False, lot: str = "") -> Movement:
    unit_value = None if value is None else Decimal(value)
    return Movement(Kind.RECEIPT, DAY, Decimal(units), originating, unit_value, lot)


def issue(units: str, lot: str = "") -> Movement:
    return Movement(Kind.ISSUE, DAY, Decimal(units), lot=lot)


def only(movements: list[Movement], method: Method) -> Issue:
    (found,) = issues(movements, method)
    return found


@pytest.mark.parametrize("method", [Method.FIFO, Method.LIFO, Method.AVERAGE])
def test_everything_that_leaves_at_once_is_the_same_by_every_method(method: Method) -> None:
    found = only([receipt("3", "2", originating=True), receipt("7", "4"), issue("10")], method)
    assert (found.originating, found.non_originating) == (Decimal(3), Decimal(7))
    assert (found.left_originating, found.left_non_originating) == (Decimal(0), Decimal(0))


def test_by_the_average_the_value_of_what_does_not_originate_is_that_of_the_whole_stock() -> None:
    found = only([receipt("5", "1", originating=True), receipt("5", "3"), issue("4")], Method.AVERAGE)
    assert (found.unit_value, found.non_originating, found.value_non_originating) == (
        Decimal(2),
        Decimal(2),
        Decimal(4),
    )


def test_a_third_is_rounded_up_where_it_hurts_and_down_where_it_helps() -> None:
    found = only([receipt("1", originating=True), receipt("2"), issue("1")], Method.AVERAGE)
    assert found.non_originating == Decimal("0.6666666667")
    assert found.originating == Decimal("0.3333333333")


@pytest.mark.parametrize(
    ("method", "known"),
    [(Method.FIFO, True), (Method.LIFO, False), (Method.AVERAGE, False)],
)
def test_a_value_that_is_not_known_leaves_open_what_it_counts_in(method: Method, known: bool) -> None:
    found = only([receipt("1", "5"), receipt("1", None), issue("1")], method)
    assert (found.value_non_originating is not None) is known


def test_an_originating_receipt_of_unknown_value_does_not_matter_where_its_units_are_told_apart() -> None:
    found = only([receipt("1", None, originating=True), receipt("1", "5"), issue("2")], Method.FIFO)
    assert found.value_non_originating == 5


@pytest.mark.parametrize(
    ("movements", "method", "said"),
    [
        pytest.param([receipt("1"), issue("2")], Method.FIFO, "at most the stock", id="more-than-there-is"),
        pytest.param([issue("1")], Method.AVERAGE, "at most the stock", id="nothing-there"),
        pytest.param(
            [receipt("1"), Movement(Kind.MISSING, DAY, Decimal(2))], Method.LIFO, "at most the stock", id="missing"
        ),
        pytest.param([receipt("5", lot="A"), issue("1", "B")], Method.SPECIFIC, "lot B", id="another-lot"),
        pytest.param([receipt("5"), issue("1")], Method.SPECIFIC, "none named", id="no-lot"),
        pytest.param(
            [receipt("5"), replace(issue("1"), day=DAY - timedelta(days=1))], Method.FIFO, "order", id="out-of-order"
        ),
    ],
)
def test_movements_that_cannot_be_are_refused(movements: list[Movement], method: Method, said: str) -> None:
    with pytest.raises(MalformedValue, match=said):
        issues(movements, method)


@pytest.mark.parametrize("units", ["-1", "NaN"])
def test_units_are_nought_or_more(units: str) -> None:
    with pytest.raises(MalformedValue, match="units of the receipt"):
        receipt(units)


def test_no_inventory_is_no_method() -> None:
    assert one_method([]).outcome is Outcome.NOT_DETERMINABLE


STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(1, 50), st.booleans(), st.integers(1, 9)), min_size=1, max_size=12
)


def booked(steps: list[tuple[bool, int, bool, int]]) -> list[Movement]:
    """Receipts, and issues as far as the stock allows."""
    found, stock = [], 0
    for out, units, originating, value in steps:
        if out and stock:
            units = min(units, stock)
            stock -= units
            found.append(issue(str(units)))
        else:
            stock += units
            found.append(receipt(str(units), str(value), originating=originating))
    return found


@given(STEPS, st.sampled_from([Method.FIFO, Method.LIFO, Method.AVERAGE]))
def test_units_in_are_units_out_and_units_left(steps: list[tuple[bool, int, bool, int]], method: Method) -> None:
    movements = booked(steps)
    found = issues(movements, method)
    for each in found:
        assert each.originating + each.non_originating == each.movement.units
    if found:
        last = max(at for at, each in enumerate(movements) if each.kind is Kind.ISSUE)
        received = sum(each.units for each in movements[:last] if each.kind is Kind.RECEIPT)
        left = found[-1].left_originating + found[-1].left_non_originating
        assert left == received - sum(each.movement.units for each in found)


@given(STEPS, st.sampled_from([Method.FIFO, Method.LIFO, Method.AVERAGE]), st.data())
def test_a_receipt_that_turns_non_originating_never_lowers_what_counts(
    steps: list[tuple[bool, int, bool, int]], method: Method, data: st.DataObject
) -> None:
    movements = booked(steps)
    receipts = [at for at, each in enumerate(movements) if each.kind is Kind.RECEIPT]
    which = data.draw(st.sampled_from(receipts))
    turned = [replace(each, originating=False) if at == which else each for at, each in enumerate(movements)]
    before, after = issues(movements, method), issues(turned, method)
    for one, other in zip(before, after, strict=True):
        assert other.non_originating >= one.non_originating
        assert one.value_non_originating is not None
        assert other.value_non_originating is not None
        assert other.value_non_originating >= one.value_non_originating


def test_the_average_of_thousands_of_receipts_stays_above_the_exact_one_and_near_it() -> None:
    movements, stock, worth, foreign = [], Fraction(0), Fraction(0), Fraction(0)
    for number in range(400):
        units, value = 7 + number * 13 % 89, Decimal(101 + number * 7 % 53) / 100
        movements += [receipt(str(units), str(value), originating=number % 3 == 0), issue(str(units // 2 + 1))]
        stock, worth = stock + units, worth + units * Fraction(value)
        foreign += 0 if number % 3 == 0 else units
        left = (stock - (units // 2 + 1)) / stock
        stock, worth, foreign = stock * left, worth * left, foreign * left
    last = issues(movements, Method.AVERAGE)[-1]
    assert last.unit_value is not None
    assert Fraction(0) <= Fraction(last.unit_value) - worth / stock <= Fraction(1, 10**9)
    assert Fraction(0) <= Fraction(last.left_non_originating) - foreign <= Fraction(1, 10**9)
