"""Other vehicles: what is refused, what stays open, and that a withheld statement never helps."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evidence.core.statements.use import UseClass
from evidence.errors import MalformedValue, NoRule, RuleError
from evidence.rules.applies import what_applies
from evidence.rules.finding import Outcome
from evidence.rules.other_vehicles import (
    Group,
    VehicleFacts,
    group,
    part_routes,
    percentage,
    tracing_table,
    vehicle_routes,
)
from evidence.rules.reduced_content import Novelty, new_plant, refit
from evidence.rules.ruleset import RuleSet
from evidence.rules.tracing import ListedMaterial, content, trace

LAW = RuleSet.load()
DAY = date(2024, 5, 1)

amounts = some.decimals(min_value=0, max_value=10**6, places=2)
materials = some.lists(
    some.builds(
        ListedMaterial,
        key=some.text(max_size=3),
        quantity=some.decimals(min_value=0, max_value=20, places=1),
        unit_value=some.none() | amounts,
        originates=some.booleans(),
        table=some.sampled_from(["", "F", "G"]),
        inside=some.none() | amounts,
    ),
    max_size=6,
)


def test_a_car_of_a_later_edition_is_refused_before_a_range_can_take_it() -> None:
    with pytest.raises(NoRule, match="HS2017"):
        group(LAW, VehicleFacts("8703.80", off_road=False, special=False, diesel=False), DAY)


def test_a_part_is_no_vehicle() -> None:
    with pytest.raises(NoRule, match="is no vehicle"):
        group(LAW, VehicleFacts("8708.30"), DAY)


def test_no_vehicle_carries_nobody() -> None:
    with pytest.raises(MalformedValue, match="persons"):
        group(LAW, VehicleFacts("8702.10", persons=0), DAY)


@pytest.mark.parametrize("found", [Group.COVERED, Group.OWN_RULE])
def test_s20_has_no_percentage_for_a_vehicle_of_another_rule(found: Group) -> None:
    with pytest.raises(NoRule, match="its rule of s"):
        percentage(LAW, found)


def test_a_vehicle_of_a_group_of_s20_keeps_the_tariff_change_of_its_rule() -> None:
    (route,) = vehicle_routes(LAW, "8702.10", Group.S20_3)
    assert route.rule.from_ == "any other heading"
    assert [law.name for _, law in route.contents] == ["OV60-RVC"]


def test_an_engine_without_its_vehicle_has_no_percentage() -> None:
    with pytest.raises(NoRule, match="vehicle programme"):
        part_routes(LAW, "8408.20", None)
    with pytest.raises(NoRule, match="under its own rule"):
        part_routes(LAW, "8408.20", Group.OWN_RULE)


def test_a_material_that_table_g_names_in_words_is_listed_by_its_recorded_role_only() -> None:
    assert tracing_table(LAW, "8409.99", ["G:cast block"]) == "F"
    assert tracing_table(LAW, "7325.99", ["G:cast block"]) == "G"
    assert tracing_table(LAW, "7325.99") == ""
    assert tracing_table(LAW, "8408.20") == "F"


def test_the_reduced_percentage_names_the_years_and_where_they_come_from() -> None:
    found = new_plant(
        LAW, Group.S20_2, date(2022, 2, 28), new_building=True, new_machinery=True,
        novelty=Novelty(new_class=True), day=DAY,
    )  # fmt: skip
    assert found.met
    assert found.law[0].name == "OV-NEWPLANT"
    assert found.parts[0].reason == "2024-05-01 is within 2022-02-28 to 2027-02-27"
    assert any("s.20(8)(a)" in text for text in found.texts())


def test_a_prototype_of_the_29th_of_february_has_years_that_end_before_the_28th() -> None:
    def on(day: date) -> Outcome:
        return refit(
            LAW, Group.S20_3, date(2024, 2, 29), closed_from=date(2023, 9, 1), closed_to=date(2023, 11, 30),
            novelty=Novelty(new_marque=True), day=day,
        ).outcome  # fmt: skip

    assert on(date(2026, 2, 27)) is Outcome.MET
    assert on(date(2026, 2, 28)) is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(date(2023, 9, 2), date(2023, 9, 1), id="ends-before-it-begins"),
        pytest.param(date(2024, 5, 2), date(2024, 9, 1), id="after-the-prototype"),
        pytest.param(date(2024, 1, 1), date(2024, 6, 30), id="prototype-within-it"),
        pytest.param(date(2024, 1, 1), DAY, id="prototype-on-its-last-day"),
    ],
)
def test_a_closure_that_cannot_be_one_is_refused(first: date, last: date) -> None:
    with pytest.raises(MalformedValue, match="closure"):
        refit(
            LAW, Group.S20_2, DAY, closed_from=first, closed_to=last, novelty=Novelty(new_class=True), day=DAY
        )  # fmt: skip


def test_a_listed_material_that_no_table_could_list_is_refused() -> None:
    with pytest.raises(MalformedValue, match="F, G or none"):
        ListedMaterial("x", Decimal(1), Decimal(1), False, "B")
    with pytest.raises(MalformedValue, match="zero or more"):
        ListedMaterial("x", Decimal(1), Decimal(-1), False)


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(RuleError, match="choose one of"):
        content(LAW, Decimal(1), trace([]), LAW.series("OV60-RVC"), DAY, is_vehicle=True, reading="neither")


@given(materials)
def test_tracing_never_counts_more_than_whole_values(found: list[ListedMaterial]) -> None:
    vnm = trace(found)
    if vnm.whole is not None:
        assert vnm.traced is not None
        assert vnm.traced <= vnm.whole


@given(materials)
def test_a_withheld_statement_of_what_is_inside_never_lowers_what_counts(found: list[ListedMaterial]) -> None:
    full = trace(found).traced
    for index, material in enumerate(found):
        withheld = ListedMaterial(
            material.key, material.quantity, material.unit_value, material.originates, material.table
        )
        less = trace([*found[:index], withheld, *found[index + 1 :]]).traced
        assert less is None or (full is not None and less >= full)


@given(materials.filter(lambda found: len(found) <= 4))
def test_the_order_of_materials_does_not_matter(found: list[ListedMaterial]) -> None:
    sums = {(trace(order).traced, trace(order).whole) for order in permutations(found)}
    assert len(sums) == 1


@given(materials)
def test_vnm_never_falls_when_a_material_turns_non_originating(found: list[ListedMaterial]) -> None:
    before = trace(found)
    for index, material in enumerate(found):
        turned = ListedMaterial(
            material.key, material.quantity, material.unit_value, False, material.table, material.inside
        )
        after = trace([*found[:index], turned, *found[index + 1 :]])
        assert after.traced is None or (before.traced is not None and after.traced >= before.traced)


def test_what_applies_to_an_engine_is_shown_for_both_groups_of_vehicles() -> None:
    found = what_applies(LAW, "8408.20", DAY, uses=[UseClass.OTHER_VEHICLE], edition="HS2012")
    shown = {each.kind: [needed.law.amount for needed in each.contents if needed.law] for each in found.alternatives}
    assert shown == {
        "for an other vehicle s.20(2)": [Decimal("62.5")],
        "for an other vehicle s.20(3)": [Decimal(60)],
    }
    assert found.unanswered == ()
