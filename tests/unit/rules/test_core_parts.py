"""Core parts: the four ways, the limb of the whole vehicle, and the two readings of roll-up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import MalformedValue
from evidence.rules.core_parts import (
    INDIVIDUAL,
    Combined,
    CorePart,
    Reading,
    Way,
    advanced_battery,
    all_core_parts,
    by_elected,
    counts_as_regional,
    each,
    each_by_transaction_value,
    elected_together,
    four_ways,
    super_core,
)
from evidence.rules.finding import Finding, Outcome, all_of, any_of, undetermined
from evidence.rules.ruleset import RuleSet

A2 = RuleSet.load().series("A2-NC")
DAY = date(2024, 1, 15)
GOOD = CorePart("axle-1", "axle", Decimal(1000), Decimal(250), Decimal(100), ("bill-1",))
POOR = CorePart("steering-1", "steering_system", Decimal(1000), Decimal(400), Decimal(300), ("bill-2",))


def individually(part: CorePart) -> dict[Way, Finding]:
    return {way: each(part, way, A2, DAY) for way in INDIVIDUAL}


def test_each_part_is_tested_at_the_bound_and_a_cent_past_it() -> None:
    assert each(GOOD, Way.EACH_ALL, A2, DAY).met
    assert not each(replace(GOOD, vnm_all=Decimal("250.01")), Way.EACH_ALL, A2, DAY).met


def test_the_super_core_sums_net_costs_and_non_originating_values() -> None:
    parts = (GOOD, POOR)
    found = super_core(parts, Way.SUPER_ALL, A2, DAY)
    assert found.figure == Decimal("67.5")  # (2000 - 650) / 2000
    assert found.rests_on == ("bill-1", "bill-2")
    assert super_core(parts, Way.SUPER_COLUMN_2, A2, DAY).figure == Decimal(80)  # (2000 - 400) / 2000


def test_one_unknown_figure_leaves_the_super_core_undetermined() -> None:
    found = super_core((GOOD, replace(POOR, vnm_all=None)), Way.SUPER_ALL, A2, DAY)
    assert found.outcome is Outcome.NOT_DETERMINABLE


def test_every_core_part_that_the_vehicle_has_must_originate() -> None:
    good, poor = (by_elected(part.name, individually(part), Way.EACH_COLUMN_2) for part in (GOOD, POOR))
    missing = undetermined("core part battery-1", "nothing on file determines it")
    assert all_core_parts([good]).met
    assert all_core_parts([good, poor]).outcome is Outcome.NOT_MET
    assert all_core_parts([good, missing]).outcome is Outcome.NOT_DETERMINABLE
    assert all_core_parts([]).outcome is Outcome.NOT_DETERMINABLE
    assert "steering system" in all_core_parts([poor]).reason


def test_an_advanced_battery_originates_by_shift_or_by_content() -> None:
    met, failed = each(GOOD, Way.EACH_ALL, A2, DAY), each(POOR, Way.EACH_ALL, A2, DAY)
    assert advanced_battery(met, failed).met
    assert advanced_battery(failed, met).met
    assert advanced_battery(failed, failed).outcome is Outcome.NOT_MET
    assert by_elected(POOR.name, individually(POOR), Way.EACH_COLUMN_2, advanced_battery(met, failed)).met


def test_only_the_panel_counts_a_part_regional_that_passes_by_another_way_than_all_materials() -> None:
    failed, met = each(POOR, Way.EACH_ALL, A2, DAY), each(GOOD, Way.EACH_COLUMN_2, A2, DAY)
    assert counts_as_regional(Reading.PANEL, failed, met)
    assert not counts_as_regional(Reading.US, failed, met)
    assert counts_as_regional(Reading.US, failed, own_rule=met)
    assert counts_as_regional(Reading.US, met)
    assert not counts_as_regional(Reading.PANEL, failed)


def test_a_super_core_of_uneven_books_is_compared_exactly() -> None:
    # three axles for 1000 and 250, seven steerings for 1000 and 250: 75 % of one vehicle, in no finite decimals
    parts = (replace(GOOD, units=Decimal(3)), replace(GOOD, key="s", group="steering_system", units=Decimal(7)))
    found = super_core(parts, Way.SUPER_ALL, A2, DAY)
    assert (found.outcome, found.figure) == (Outcome.MET, Decimal(75))
    assert found.test.endswith("figures of 21 vehicles")
    assert found.inputs[0] == ("net cost", Decimal(10000))  # 21 x (1000 / 3 + 1000 / 7)
    worse = (parts[0], replace(parts[1], vnm_all=Decimal("250.0000000000000000000001")))
    assert super_core(worse, Way.SUPER_ALL, A2, DAY).outcome is Outcome.NOT_MET


def test_four_ways_give_every_part_its_own_findings_and_the_super_core_s() -> None:
    found = four_ways((GOOD, POOR), A2, DAY)
    assert list(found) == ["axle-1", "steering-1"]
    assert all(list(ways) == list(Way) for ways in found.values())
    assert found["axle-1"][Way.SUPER_ALL] is found["steering-1"][Way.SUPER_ALL]
    assert four_ways((), A2, DAY) == {}
    with pytest.raises(MalformedValue, match="axle-1 twice"):
        four_ways((GOOD, GOOD), A2, DAY)


def test_all_materials_are_open_whatever_way_is_elected() -> None:
    ways = four_ways((replace(GOOD, vnm_col2=Decimal(900)),), A2, DAY)["axle-1"]
    assert by_elected("axle", ways, Way.EACH_COLUMN_2).met
    assert by_elected("axle", ways) is ways[Way.EACH_ALL]


def test_one_way_for_all_parts_is_the_one_by_which_most_originate() -> None:
    only_all = replace(GOOD, vnm_col2=Decimal(400))
    only_components = replace(POOR, vnm_col2=Decimal(100))
    ways = four_ways((only_all, only_components), A2, DAY)
    elected = {"axle-1": Way.EACH_ALL, "steering-1": Way.EACH_COLUMN_2}
    mixed = elected_together(ways, elected, {}, Combined.EACH_ITS_OWN)
    one = elected_together(ways, elected, {}, Combined.ONE_WAY)
    assert [found.met for found in mixed.values()] == [True, True]
    assert [found.met for found in one.values()] == [True, False]
    with_rule = elected_together(ways, elected, {"steering-1": mixed["axle-1"]}, Combined.ONE_WAY)
    assert all(found.met for found in with_rule.values())


def test_a_transaction_value_serves_only_where_the_product_rule_offers_the_method() -> None:
    limit = RuleSet.load().series("A2-TV")
    worth = Decimal(2000)
    assert each_by_transaction_value(POOR, worth, Way.EACH_COLUMN_2, limit, DAY, offered=True).met  # 1700 / 2000
    assert not each_by_transaction_value(POOR, worth, Way.EACH_COLUMN_2, limit, DAY, offered=False).met
    with pytest.raises(MalformedValue, match="sums net costs"):
        each_by_transaction_value(POOR, worth, Way.SUPER_ALL, limit, DAY, offered=True)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 12), st.integers(1, 9)), min_size=1, max_size=4))
def test_a_super_core_is_the_sum_of_its_parts_in_one_vehicle_in_any_order(
    given_parts: list[tuple[int, int, int]],
) -> None:
    parts = [
        CorePart(f"p{number}", "axle", Decimal(cost), Decimal(vnm), None, units=Decimal(units))
        for number, (cost, vnm, units) in enumerate(given_parts)
    ]
    found = super_core(parts, Way.SUPER_ALL, A2, DAY)
    net_cost = sum(Fraction(cost, units) for cost, _, units in given_parts)
    vnm = sum(Fraction(vnm, units) for _, vnm, units in given_parts)
    assert found.met is ((net_cost - vnm) * 100 >= 75 * net_cost)
    assert super_core(parts[::-1], Way.SUPER_ALL, A2, DAY).figure == found.figure
    halves = [replace(part, key=f"{part.key}{half}", per_vehicle=Decimal("0.5")) for part in parts for half in "ab"]
    assert super_core(halves, Way.SUPER_ALL, A2, DAY).figure == found.figure
    raised = [replace(parts[0], vnm_all=(parts[0].vnm_all or Decimal(0)) + 1), *parts[1:]]
    assert (super_core(raised, Way.SUPER_ALL, A2, DAY).figure or 0) <= (found.figure or 0)


def test_a_way_is_refused_where_it_does_not_belong() -> None:
    with pytest.raises(MalformedValue):
        each(GOOD, Way.SUPER_ALL, A2, DAY)
    with pytest.raises(MalformedValue):
        super_core((GOOD,), Way.EACH_ALL, A2, DAY)
    with pytest.raises(MalformedValue):
        super_core((), Way.SUPER_ALL, A2, DAY)
    with pytest.raises(MalformedValue):
        replace(GOOD, group="wheels")
    with pytest.raises(MalformedValue, match="units of axle-1"):
        replace(GOOD, units=Decimal(0))
    with pytest.raises(MalformedValue, match="axle-1 in one vehicle"):
        replace(GOOD, per_vehicle=Decimal(-1))


def test_combined_findings_are_against_the_claim_where_evidence_is_missing() -> None:
    met, failed, open_ = each(GOOD, Way.EACH_ALL, A2, DAY), each(POOR, Way.EACH_ALL, A2, DAY), undetermined("x", "y")
    assert all_of("t", [met, open_, failed]).outcome is Outcome.NOT_MET
    assert all_of("t", [met, open_]).outcome is Outcome.NOT_DETERMINABLE
    assert any_of("t", [failed, open_]).outcome is Outcome.NOT_DETERMINABLE
    assert any_of("t", []).outcome is Outcome.NOT_DETERMINABLE
    assert any_of("t", [failed, met]).rests_on == ("bill-2", "bill-1")
