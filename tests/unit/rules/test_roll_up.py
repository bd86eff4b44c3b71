"""VNM over a multi-level bill: each treatment, exactness, and that no missing support ever helps."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import MalformedValue
from evidence.rules.roll_up import (
    Accumulation,
    AccumulationForm,
    Material,
    Nature,
    Origin,
    Treatment,
    roll_up,
    tariff_inputs,
)

ONE = Decimal(1)
FOREIGN = Material("foreign", Decimal(2), Decimal("3.50"), Origin.NON_ORIGINATING, code="853710")


@pytest.mark.parametrize(
    ("material", "counted", "treatment"),
    [
        pytest.param(FOREIGN, "7.00", Treatment.COUNTED, id="bought-non-originating"),
        pytest.param(
            replace(FOREIGN, origin=Origin.UNDETERMINED), "7.00", Treatment.COUNTED_UNDETERMINED, id="undetermined"
        ),
        pytest.param(replace(FOREIGN, origin=Origin.ORIGINATING), "0", Treatment.ROLLED_UP, id="bought-originating"),
        pytest.param(
            replace(FOREIGN, deductions=Decimal("0.50")), "6.00", Treatment.COUNTED, id="documented-deductions"
        ),
        pytest.param(replace(FOREIGN, nature=Nature.INDIRECT), "0", Treatment.INDIRECT, id="indirect"),
        pytest.param(replace(FOREIGN, nature=Nature.SHIPPING_PACKING), "0", Treatment.IGNORED, id="packing"),
        pytest.param(
            replace(FOREIGN, nature=Nature.RETAIL_PACKAGING), "7.00", Treatment.COUNTED, id="retail-packaging"
        ),
        pytest.param(
            replace(FOREIGN, accumulation=Accumulation(AccumulationForm.NET_COST_AND_VNM, Decimal("1.25"))),
            "2.50",
            Treatment.ACCUMULATED,
            id="accumulated-9(2)(a)",
        ),
        pytest.param(
            replace(FOREIGN, accumulation=Accumulation(AccumulationForm.AMOUNT_FREE_OF_VNM, Decimal("1.25"))),
            "4.50",
            Treatment.ACCUMULATED,
            id="accumulated-9(2)(b)",
        ),
        pytest.param(
            replace(FOREIGN, self_produced=True),
            "7.00",
            Treatment.COUNTED_WITHOUT_BILL,
            id="self-produced-without-a-bill",
        ),
    ],
)
def test_each_kind_of_material_counts_as_its_text_says(material: Material, counted: str, treatment: Treatment) -> None:
    found = roll_up((material,))
    assert found.non_originating == Decimal(counted)
    assert [line.treatment for line in found.contributions] == [treatment]


def module(origin: Origin, *, designated: bool) -> Material:
    return Material(
        "module", Decimal(4), Decimal(50), origin, self_produced=True, designated=designated, children=(FOREIGN,)
    )


@pytest.mark.parametrize(
    ("origin", "designated", "counted"),
    [
        pytest.param(Origin.ORIGINATING, True, "0", id="designated-and-originating"),
        pytest.param(Origin.NON_ORIGINATING, True, "28.00", id="designated-but-not-originating"),
        pytest.param(Origin.UNDETERMINED, True, "28.00", id="designated-but-undetermined"),
        pytest.param(Origin.ORIGINATING, False, "28.00", id="originating-but-not-designated"),
    ],
)
def test_a_self_produced_material_is_traced_unless_it_is_designated_and_originates(
    origin: Origin, designated: bool, counted: str
) -> None:
    assert roll_up((module(origin, designated=designated),)).non_originating == Decimal(counted)


def test_the_schedule_shows_each_line_with_its_path_quantity_and_share() -> None:
    found = roll_up((module(Origin.UNDETERMINED, designated=False),))
    parent, child = found.contributions
    assert (parent.path, parent.treatment, parent.non_originating) == (("module",), Treatment.TRACED, Decimal(0))
    assert (child.path, child.level, child.quantity) == (("module", "foreign"), 2, Decimal(8))
    assert (child.value, child.non_originating) == (Decimal("28.00"), Decimal("28.00"))


def test_an_unknown_value_that_counts_leaves_the_total_unknown_and_is_named() -> None:
    found = roll_up((replace(FOREIGN, unit_value=None), replace(FOREIGN, key="other")))
    assert found.non_originating is None
    assert found.unknown == ("foreign",)
    assert roll_up((replace(FOREIGN, unit_value=None, origin=Origin.ORIGINATING),)).non_originating == 0


def test_sums_are_exact_past_28_digits() -> None:
    fine = replace(FOREIGN, quantity=Decimal("1e-20"), unit_value=Decimal("1.00000000000000000001"))
    found = roll_up((replace(FOREIGN, unit_value=Decimal(10) ** 12), fine)).non_originating
    assert found == Decimal("2000000000000.0000000000000000000100000000000000000001")


def test_the_tariff_shift_sees_what_counts_and_no_packaging() -> None:
    packaging = replace(FOREIGN, key="box", nature=Nature.RETAIL_PACKAGING)
    regional = replace(FOREIGN, key="regional", origin=Origin.ORIGINATING)
    seen = tariff_inputs(roll_up((module(Origin.UNDETERMINED, designated=False), packaging, regional)).contributions)
    assert [(line.key, line.code, line.value) for line in seen] == [("module/foreign", "853710", Decimal("28.00"))]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"quantity": Decimal(-1)}, id="a-negative-quantity"),
        pytest.param({"unit_value": Decimal("NaN")}, id="no-number"),
        pytest.param({"deductions": Decimal(4)}, id="deductions-above-the-value"),
        pytest.param(
            {"accumulation": Accumulation(AccumulationForm.AMOUNT_FREE_OF_VNM, Decimal(-1))}, id="a-negative-statement"
        ),
    ],
)
def test_a_material_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedValue):
        replace(FOREIGN, **change)


def test_a_statement_above_the_value_of_the_material_is_refused() -> None:
    statement = Accumulation(AccumulationForm.AMOUNT_FREE_OF_VNM, Decimal("3.51"))
    with pytest.raises(MalformedValue, match="free of VNM"):
        roll_up((replace(FOREIGN, accumulation=statement),))


def test_a_bill_deeper_than_fifty_levels_is_refused() -> None:
    bill = FOREIGN
    for level in range(50):
        bill = Material(f"level {level}", ONE, ONE, Origin.UNDETERMINED, self_produced=True, children=(bill,))
    with pytest.raises(MalformedValue, match="50 levels"):
        roll_up((bill,))


money = st.decimals(min_value=0, max_value=10**6, places=2)


def materials(depth: int = 3) -> st.SearchStrategy[Material]:
    children = st.just(()) if depth == 0 else st.lists(materials(depth - 1), max_size=3).map(tuple)
    return st.builds(
        Material,
        key=st.text("abc", min_size=1, max_size=3),
        quantity=st.decimals(min_value=0, max_value=20, places=1),
        unit_value=money,
        origin=st.sampled_from(Origin),
        self_produced=st.booleans(),
        designated=st.booleans(),
        nature=st.sampled_from(Nature),
        children=children,
    )


def withdrawn(bill: tuple[Material, ...], index: int) -> tuple[tuple[Material, ...], int]:
    """The bill with its `index`-th material, counted depth first, made non-originating; and how many were passed."""
    changed: list[Material] = []
    for material in bill:
        if index == 0:
            material = replace(material, origin=Origin.NON_ORIGINATING)
        children, index = withdrawn(material.children, index - 1)
        changed.append(replace(material, children=children))
    return tuple(changed), index


@settings(max_examples=150, deadline=None)
@given(bill=st.lists(materials(), min_size=1, max_size=4).map(tuple), data=st.data())
def test_making_any_one_material_non_originating_never_lowers_vnm(
    bill: tuple[Material, ...], data: st.DataObject
) -> None:
    index = data.draw(st.integers(min_value=0, max_value=30))
    before = roll_up(bill).non_originating
    after = roll_up(withdrawn(bill, index)[0]).non_originating
    assert before is not None
    assert after is not None
    assert after >= before


@settings(max_examples=100, deadline=None)
@given(bill=st.lists(materials(), max_size=4).map(tuple))
def test_the_total_is_the_sum_of_what_the_lines_contribute(bill: tuple[Material, ...]) -> None:
    found = roll_up(bill)
    assert found.non_originating == sum(
        (line.non_originating or Decimal(0) for line in found.contributions), Decimal(0)
    )
