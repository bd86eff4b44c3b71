"""Accumulation: what is refused, and that an uneven average is cut against the claim."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evidence.errors import MalformedValue
from evidence.rules.accumulation import (
    Average,
    Form,
    Statement,
    by_net_cost,
    by_transaction_value,
    for_tariff_change,
    holds,
)
from evidence.rules.finding import Outcome
from evidence.rules.roll_up import Material, Origin, nested_designations
from evidence.rules.tariff_shift import Shift, TariffInput, read_change

JANUARY = (date(2024, 1, 1), date(2024, 1, 31))
figures = some.decimals(min_value=0, max_value=10**9, places=2)


def stated(form: Form = Form.NET_COST_AND_VNM, **given_figures: object) -> Statement:
    return Statement(form, "S-1", **given_figures)  # type: ignore[arg-type]


def test_an_amount_free_of_vnm_beyond_the_value_is_refused() -> None:
    with pytest.raises(MalformedValue, match="at most the material's value, 10"):
        by_net_cost(stated(Form.AMOUNT_FREE_OF_VNM, free_of_vnm=Decimal("10.01")), Decimal(10))


@pytest.mark.parametrize("form", [Form.TRANSACTION_VALUE, Form.TARIFF_INPUTS])
def test_a_statement_of_another_form_is_no_use_by_net_cost(form: Form) -> None:
    with pytest.raises(MalformedValue, match="net cost method"):
        by_net_cost(stated(form, vnm=Decimal(1)), Decimal(10))


def test_a_statement_of_net_cost_is_no_use_by_transaction_value() -> None:
    with pytest.raises(MalformedValue, match="transaction value method"):
        by_transaction_value(stated(net_cost=Decimal(9), vnm=Decimal(4)))


def test_figures_below_zero_and_averages_of_nothing_are_refused() -> None:
    with pytest.raises(MalformedValue, match="zero or more"):
        stated(vnm=Decimal(-1))
    with pytest.raises(MalformedValue, match="above zero"):
        Average(Decimal(0), 1, *JANUARY)
    with pytest.raises(MalformedValue, match="before its last"):
        Average(Decimal(1), 1, date(2024, 2, 1), date(2024, 1, 1))


def test_an_average_without_the_buyers_fiscal_year_is_not_determinable() -> None:
    of = stated(
        Form.AMOUNT_FREE_OF_VNM, free_of_vnm=Decimal(4), currency="USD", giver_country="US", signed=True,
        average=Average(Decimal(10), 1, *JANUARY),
    )  # fmt: skip
    assert holds(of).outcome is Outcome.NOT_DETERMINABLE


def test_a_statement_of_a_country_outside_the_region_cannot_be_judged_by_its_currency() -> None:
    of = stated(net_cost=Decimal(9), vnm=Decimal(4), currency="JPY", giver_country="JP", signed=True)
    assert holds(of).outcome is Outcome.NOT_DETERMINABLE


@given(figures, figures, some.integers(min_value=1, max_value=999))
def test_an_average_of_one_unit_is_never_better_than_the_sums(net_cost: Decimal, vnm: Decimal, units: int) -> None:
    found = by_net_cost(stated(net_cost=net_cost, vnm=vnm, average=Average(Decimal(units), 1, *JANUARY)), None)
    assert found.base is not None
    assert found.vnm is not None
    assert found.base * units <= net_cost
    assert found.vnm * units >= vnm
    assert net_cost - found.base * units < units
    if found.unrounded:
        assert (found.base * units, found.vnm * units) == (net_cost, vnm)


def test_a_material_shifts_by_its_inputs_only_where_all_of_them_do() -> None:
    change = read_change("any other heading")
    assert change is not None

    def of(*codes: str | None) -> Shift:
        inputs = tuple(TariffInput(f"{code}", code, None) for code in codes)
        return change.of(TariffInput("disc", "870830", None, (), inputs), "870830")

    assert of("732599", "400122") is Shift.SHIFTED
    assert of("732599", "870899") is Shift.MISSED
    assert of("732599", None) is Shift.OPEN
    assert of(None, "870899") is Shift.MISSED


def test_a_statement_of_another_form_leaves_the_material_as_it_is() -> None:
    material = TariffInput("disc", "870830", Decimal(4))
    assert for_tariff_change(material, None) is material
    assert for_tariff_change(material, stated(net_cost=Decimal(9), vnm=Decimal(4))) is material


def test_accumulated_producers_are_one_for_the_limit_on_intermediate_materials() -> None:
    inner = Material("inner", Decimal(1), Decimal(1), Origin.ORIGINATING, True, True, True, "A")
    outer = Material("outer", Decimal(1), Decimal(2), Origin.ORIGINATING, True, True, True, "B", children=(inner,))
    assert nested_designations([outer], "B") == ()
    (found,) = nested_designations([outer], "B", frozenset({"A", "B"}))
    assert (found.outer, found.inner) == ("outer", "inner")
