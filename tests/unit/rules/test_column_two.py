"""Column 2 of Table A.2: what counts, what is disregarded, and that what is missing never helps."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import MalformedValue
from evidence.rules.column_two import ColumnTwo, Place, Treatment, column_two, place
from evidence.rules.roll_up import Material, Nature, Origin
from evidence.rules.ruleset import RuleSet

TABLES = RuleSet.load().tables


@pytest.mark.parametrize(
    ("code", "roles", "where"),
    [
        pytest.param("840991", ["A.2:engine:blocks"], Place.LISTED, id="a-recorded-component"),
        pytest.param("851140", ["A.2:engine:blocks"], Place.LISTED, id="a-recorded-component-of-another-code"),
        pytest.param("840991", ["A.2:none"], Place.NOT_LISTED, id="recorded-to-have-no-role"),
        pytest.param("840991", ["A.2:axle:axle hubs"], Place.NOT_LISTED, id="recorded-for-another-group"),
        pytest.param("840991", ["B:none"], Place.NOT_RECORDED, id="a-role-in-another-table-says-nothing"),
        pytest.param("84099110", [], Place.NOT_RECORDED, id="a-listed-code-without-a-role"),
        pytest.param("851140", [], Place.NOT_LISTED, id="a-code-that-no-row-of-the-group-names"),
        pytest.param("870850", [], Place.NOT_LISTED, id="a-code-of-another-group"),
        pytest.param(None, [], Place.NOT_RECORDED, id="no-code"),
    ],
)
def test_a_material_is_left_out_only_by_its_code_or_a_recorded_role(
    code: str | None, roles: list[str], where: Place
) -> None:
    assert place(TABLES, "engine", code, roles) is where


def counted(*materials: Material) -> ColumnTwo:
    return column_two(materials, lambda each: place(TABLES, "engine", each.code, each.kinds))


BLOCK = Material("block", Decimal(1), Decimal(200), Origin.NON_ORIGINATING, code="840991", kinds=("A.2:engine:blocks",))


def test_a_listed_component_counts_whole_less_its_documented_deductions() -> None:
    assert counted(BLOCK).non_originating == 200
    assert counted(replace(BLOCK, deductions=Decimal(15), quantity=Decimal(2))).non_originating == 370


def test_indirect_materials_and_packing_are_no_components() -> None:
    for nature in (Nature.INDIRECT, Nature.SHIPPING_PACKING):
        assert counted(replace(BLOCK, nature=nature)).lines[0].treatment is Treatment.OUTSIDE


def test_a_made_component_counts_once_whatever_is_inside_it() -> None:
    made = replace(BLOCK, self_produced=True, children=(replace(BLOCK, key="casting"),))
    found = counted(made)
    assert (found.non_originating, [line.key for line in found.lines]) == (Decimal(200), ["block"])


def test_a_made_part_outside_column_2_counts_what_is_inside_it_and_whole_without_a_bill() -> None:
    outside = replace(BLOCK, key="cover", kinds=("A.2:none",), self_produced=True, unit_value=Decimal(90))
    assert counted(replace(outside, children=(BLOCK,))).non_originating == 200
    assert counted(outside).non_originating == 90


def test_an_unknown_value_counts_only_where_the_line_counts() -> None:
    unknown = replace(BLOCK, unit_value=None)
    assert counted(unknown).unknown == ("block",)
    assert counted(unknown).non_originating is None
    assert counted(replace(unknown, kinds=("A.2:none",))).non_originating == 0
    assert counted(replace(unknown, quantity=Decimal(0))).non_originating == 0


def test_a_bill_of_a_hundred_levels_is_refused() -> None:
    deep = replace(BLOCK, kinds=("A.2:none",), self_produced=True)
    for _ in range(100):
        deep = replace(deep, children=(deep,))
    with pytest.raises(MalformedValue, match="50 levels"):
        counted(deep)


CODES = st.sampled_from([None, "840991", "848310", "851140", "870850"])
ROLES = st.sampled_from([(), ("A.2:engine:blocks",), ("A.2:none",), ("A.2:axle:axle hubs",)])


@st.composite
def bills(draw: st.DrawFn, depth: int = 2) -> tuple[Material, ...]:
    return tuple(
        Material(
            key=f"m{number}",
            quantity=Decimal(draw(st.integers(0, 3))),
            unit_value=Decimal(draw(st.integers(0, 500))),
            origin=draw(st.sampled_from(Origin)),
            self_produced=(made := draw(st.booleans())),
            code=draw(CODES),
            kinds=draw(ROLES),
            children=draw(bills(depth - 1)) if made and depth else (),
        )
        for number in range(draw(st.integers(0, 3)))
    )


def value(materials: tuple[Material, ...]) -> Decimal:
    found = counted(*materials).non_originating
    assert found is not None
    return found


@given(bills(), st.data())
def test_a_material_that_turns_non_originating_never_lowers_what_counts(
    materials: tuple[Material, ...], data: st.DataObject
) -> None:
    bought = [each for each in materials if not each.self_produced]
    for each in data.draw(st.lists(st.sampled_from(bought))) if bought else []:
        turned = tuple(replace(one, origin=Origin.NON_ORIGINATING) if one is each else one for one in materials)
        assert value(turned) >= value(materials)


@given(bills())
def test_a_role_that_is_withheld_never_lowers_what_counts(materials: tuple[Material, ...]) -> None:
    bought = tuple(each for each in materials if not each.self_produced and each.kinds == ("A.2:none",))
    assert value(tuple(replace(each, kinds=()) for each in bought)) >= value(bought)
    assert value(tuple(replace(each, kinds=(), code=None) for each in bought)) >= value(bought)


@given(bills())
def test_neither_the_order_of_lines_nor_their_splitting_matters(materials: tuple[Material, ...]) -> None:
    shuffled = tuple(reversed(materials))
    split = tuple(replace(each, quantity=Decimal("0.5") * each.quantity) for each in materials for _ in range(2))
    assert value(shuffled) == value(split) == value(materials)
