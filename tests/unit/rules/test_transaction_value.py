"""Transaction value: what is added and taken out, and what is missing counts against the claim."""

from dataclasses import replace
from decimal import Decimal

import pytest

from evidence.errors import MalformedValue
from evidence.rules.finding import Outcome
from evidence.rules.transaction_value import (
    Addition,
    AdditionKind,
    Sale,
    Shipment,
    ShipmentCost,
    Terms,
    transaction_value,
)

FREE = Terms(sold=True, restricted=False, conditional=False, proceeds_unadjusted=False, related=False, influenced=None)
SALE = Sale(
    price=Decimal(1000),
    terms=FREE,
    additions=(Addition(AdditionKind.ASSIST, Decimal(30), shown_by="tooling order 7"),),
    shipment=(Shipment(ShipmentCost.BEYOND_TRANSPORT, Decimal(80), in_price=True),),
    rests_on=("#3",),
)


def test_the_steps_add_up_to_the_adjusted_value() -> None:
    found = transaction_value(SALE)
    assert (found.value, found.adjusted) == (Decimal(1030), Decimal(950))
    assert [step.change for step in found.steps] == [1000, 30, -80]
    assert found.finding.rests_on == ("#3",)
    assert any("Sched III" in text for text in found.finding.texts())


@pytest.mark.parametrize("term", ["sold", "restricted", "conditional", "proceeds_unadjusted", "related"])
def test_each_term_that_nobody_has_recorded_leaves_the_value_undetermined(term: str) -> None:
    found = transaction_value(replace(SALE, terms=replace(FREE, **{term: None})))
    assert found.finding.outcome is Outcome.NOT_DETERMINABLE
    assert found.adjusted is None


@pytest.mark.parametrize(("term", "bad"), [("sold", False), ("restricted", True), ("conditional", True)])
def test_each_term_that_the_law_refuses_leaves_no_transaction_value(term: str, bad: bool) -> None:
    found = transaction_value(replace(SALE, terms=replace(FREE, **{term: bad})))
    assert found.finding.outcome is Outcome.NOT_MET


def test_related_persons_have_one_only_where_the_price_was_not_influenced() -> None:
    outcomes = [
        transaction_value(replace(SALE, terms=replace(FREE, related=True, influenced=influenced))).finding.outcome
        for influenced in (False, None, True)
    ]
    assert outcomes == [Outcome.MET, Outcome.NOT_DETERMINABLE, Outcome.NOT_MET]


@pytest.mark.parametrize(
    "addition",
    [
        pytest.param(Addition(AdditionKind.ASSIST, Decimal(30)), id="no-data"),
        pytest.param(Addition(AdditionKind.ASSIST, None, shown_by="tooling order 7"), id="no-amount"),
    ],
)
def test_an_addition_without_data_takes_the_transaction_value_away(addition: Addition) -> None:
    found = transaction_value(replace(SALE, additions=(addition,)))
    assert found.finding.outcome is Outcome.NOT_MET
    assert found.value is None


def test_an_addition_that_the_price_holds_needs_no_amount() -> None:
    held = Addition(AdditionKind.ASSIST, None, in_price=True)
    assert transaction_value(replace(SALE, additions=(held,))).value == Decimal(1000)


@pytest.mark.parametrize("cost", list(ShipmentCost))
def test_a_shipment_cost_of_which_nothing_says_whether_the_price_holds_it_never_raises_the_value(
    cost: ShipmentCost,
) -> None:
    without = transaction_value(replace(SALE, shipment=()))
    unsaid = transaction_value(replace(SALE, shipment=(Shipment(cost, Decimal(10), in_price=None),)))
    assert without.adjusted is not None
    assert unsaid.adjusted is not None
    assert unsaid.adjusted <= without.adjusted


def test_a_price_that_is_not_known_decides_nothing() -> None:
    assert transaction_value(replace(SALE, price=None)).finding.outcome is Outcome.NOT_DETERMINABLE


def test_a_value_that_shipment_eats_up_is_no_base_of_a_content() -> None:
    found = transaction_value(replace(SALE, shipment=(Shipment(ShipmentCost.PACKING, Decimal(1030), in_price=True),)))
    assert found.finding.outcome is Outcome.NOT_DETERMINABLE
    assert (found.value, found.adjusted) == (Decimal(1030), None)


def test_amounts_below_zero_and_discounts_over_the_price_are_refused() -> None:
    with pytest.raises(MalformedValue):
        Addition(AdditionKind.ASSIST, Decimal(-1))
    with pytest.raises(MalformedValue):
        Shipment(ShipmentCost.PACKING, Decimal(-1), in_price=True)
    with pytest.raises(MalformedValue, match="at most the price"):
        replace(SALE, discounts=Decimal(1001))
