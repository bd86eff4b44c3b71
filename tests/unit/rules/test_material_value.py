"""Values of materials: what is refused, and that no deduction raises or hides anything."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.core.statements.assist import AssistSpread
from evidence.errors import MalformedValue
from evidence.rules import carried, material_value
from evidence.rules.material_value import (
    ASSIST_CITATION,
    DEDUCTION_CITATION,
    NO_PRICE_CITATION,
    UNIT_PRICE_CITATION,
    VALUE_CITATION,
    Deductible,
    Deduction,
    Sales,
    assist_share,
    deduct,
    imported,
    unit_price,
)
from evidence.rules.roll_up import Origin
from evidence.rules.ruleset import RuleSet

LOCATION = RuleSet.load().series("LOCATION-KM").on(date(2024, 2, 1))
FREIGHT = Deduction(Deductible.INBOUND, Decimal(10), included=True, document="freight invoice")


def test_each_value_names_the_text_that_it_follows() -> None:
    assert imported(Decimal(1), None, included=True).citation == VALUE_CITATION
    assert deduct(Decimal(20), Origin.NON_ORIGINATING, [FREIGHT], LOCATION).citation == DEDUCTION_CITATION
    assert unit_price([Sales(Decimal(1), Decimal(1))]).citation == UNIT_PRICE_CITATION
    assert all("Sched" in text for text in (ASSIST_CITATION, NO_PRICE_CITATION, UNIT_PRICE_CITATION))


def test_the_first_shipment_is_no_basis_for_an_assist() -> None:
    with pytest.raises(MalformedValue, match="all units anticipated"):
        assist_share(Fraction(6), Decimal(1), AssistSpread.FIRST_SHIPMENT)
    with pytest.raises(MalformedValue, match="above zero"):
        assist_share(Fraction(6), Decimal(0), AssistSpread.MADE_SO_FAR)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param(lambda: imported(Decimal(-1), None, included=True), "importation", id="a-value-below-zero"),
        pytest.param(lambda: replace(FREIGHT, amount=Decimal(-1)), "freight", id="a-deduction-below-zero"),
        pytest.param(lambda: replace(FREIGHT, got_back=Decimal(11)), "at most 10", id="more-back-than-paid"),
        pytest.param(lambda: unit_price([]), "at least one unit", id="no-sales"),
        pytest.param(lambda: Sales(Decimal(1), Decimal(1), 0), "number of sales", id="no-number-of-sales"),
        pytest.param(
            lambda: deduct(Decimal(9), Origin.NON_ORIGINATING, [FREIGHT], LOCATION), "at most its value", id="too-much"
        ),
    ],
)
def test_bad_input_is_refused_and_named(made: object, said: str) -> None:
    assert callable(made)
    with pytest.raises(MalformedValue, match=said):
        made()


@given(
    st.lists(
        st.builds(
            Deduction,
            st.sampled_from(Deductible),
            st.decimals(0, 100, places=2),
            included=st.booleans(),
            document=st.sampled_from(["", "paper"]),
            got_back=st.sampled_from([None, Decimal(0)]),
            in_region=st.booleans(),
        ),
        max_size=6,
    ),
    st.sampled_from(Origin),
)
def test_withholding_a_document_never_lowers_what_counts(listed: list[Deduction], origin: Origin) -> None:
    value = Decimal(1000)
    found = deduct(value, origin, listed, LOCATION)
    assert 0 <= found.counted <= value
    assert len(found.allowed) + len(found.refused) == len(listed)
    for at, each in enumerate(listed):
        without = [*listed[:at], replace(each, document=""), *listed[at + 1 :]]
        assert deduct(value, origin, without, LOCATION).counted >= found.counted


@given(st.fractions(0, 10**6))
def test_what_is_carried_stands_on_either_side_of_the_fraction(value: Fraction) -> None:
    assert Fraction(carried.down(value)) <= value <= Fraction(carried.up(value))
    assert Fraction(carried.up(value)) - Fraction(carried.down(value)) <= Fraction(1, 10**carried.PLACES)


def test_the_worked_figures_in_the_docstrings_hold() -> None:
    import doctest

    from evidence.rules import metal_periods

    assert all(doctest.testmod(module).failed == 0 for module in (carried, material_value, metal_periods))
