"""Core parts: the four ways, the limb of the whole vehicle, and the two readings of roll-up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from evidence.errors import MalformedValue
from evidence.rules.core_parts import (
    CorePart,
    Reading,
    Way,
    advanced_battery,
    all_core_parts,
    by_any_way,
    counts_as_regional,
    each,
    super_core,
)
from evidence.rules.finding import Outcome, all_of, any_of, undetermined
from evidence.rules.ruleset import RuleSet

A2 = RuleSet.load().series("A2-NC")
DAY = date(2024, 1, 15)
GOOD = CorePart("axle-1", "axle", Decimal(1000), Decimal(250), Decimal(100), ("bill-1",))
POOR = CorePart("steering-1", "steering_system", Decimal(1000), Decimal(400), Decimal(300), ("bill-2",))


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
    found = {part.key: by_any_way(part, A2, DAY) for part in (GOOD, POOR)}
    assert all_core_parts(found, ["axle-1"]).met
    assert all_core_parts(found, ["axle-1", "steering-1"]).outcome is Outcome.NOT_MET
    assert all_core_parts(found, ["axle-1", "battery-1"]).outcome is Outcome.NOT_DETERMINABLE
    assert all_core_parts(found, []).outcome is Outcome.NOT_DETERMINABLE
    assert "steering system" in all_core_parts(found, ["steering-1"]).reason


def test_an_advanced_battery_originates_by_shift_or_by_content() -> None:
    met, failed = each(GOOD, Way.EACH_ALL, A2, DAY), each(POOR, Way.EACH_ALL, A2, DAY)
    assert advanced_battery(met, failed).met
    assert advanced_battery(failed, met).met
    assert advanced_battery(failed, failed).outcome is Outcome.NOT_MET
    assert by_any_way(POOR, A2, DAY, own_rule=advanced_battery(met, failed)).met


def test_only_the_panel_counts_a_part_regional_that_passes_by_another_way_than_all_materials() -> None:
    failed, met = each(POOR, Way.EACH_ALL, A2, DAY), each(GOOD, Way.EACH_COLUMN_2, A2, DAY)
    assert counts_as_regional(Reading.PANEL, failed, met)
    assert not counts_as_regional(Reading.US, failed, met)
    assert counts_as_regional(Reading.US, failed, own_rule=met)
    assert counts_as_regional(Reading.US, met)
    assert not counts_as_regional(Reading.PANEL, failed)


def test_a_way_is_refused_where_it_does_not_belong() -> None:
    with pytest.raises(MalformedValue):
        each(GOOD, Way.SUPER_ALL, A2, DAY)
    with pytest.raises(MalformedValue):
        super_core((GOOD,), Way.EACH_ALL, A2, DAY)
    with pytest.raises(MalformedValue):
        super_core((), Way.SUPER_ALL, A2, DAY)
    with pytest.raises(MalformedValue):
        replace(GOOD, group="wheels")


def test_combined_findings_are_against_the_claim_where_evidence_is_missing() -> None:
    met, failed, open_ = each(GOOD, Way.EACH_ALL, A2, DAY), each(POOR, Way.EACH_ALL, A2, DAY), undetermined("x", "y")
    assert all_of("t", [met, open_, failed]).outcome is Outcome.NOT_MET
    assert all_of("t", [met, open_]).outcome is Outcome.NOT_DETERMINABLE
    assert any_of("t", [failed, open_]).outcome is Outcome.NOT_DETERMINABLE
    assert any_of("t", []).outcome is Outcome.NOT_DETERMINABLE
    assert any_of("t", [failed, met]).rests_on == ("bill-2", "bill-1")
