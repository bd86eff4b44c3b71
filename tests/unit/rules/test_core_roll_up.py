"""Core parts in the vehicle's content: the panel's reading and that of the United States."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.core_parts import Reading, Way
from evidence.rules.core_roll_up import CoreOutcome, as_counted, outcome_of, turns_on_reading
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.roll_up import Material, Origin, roll_up


def found(outcome: Outcome) -> Finding:
    return Finding("core part", outcome, None, None, "", (), "")


MET, FAILED, OPEN = found(Outcome.MET), found(Outcome.NOT_MET), undetermined("core part", "nothing")
OUTCOMES = st.sampled_from([MET, FAILED, OPEN])
INSIDE = Material("casting", Decimal(2), Decimal(30), Origin.NON_ORIGINATING)
ENGINE = Material("engine", Decimal(1), Decimal(500), Origin.UNDETERMINED, self_produced=True, children=(INSIDE,))
AXLE = Material("axle", Decimal(2), Decimal(100), Origin.UNDETERMINED)


def vnm(outcomes: dict[str, CoreOutcome], reading: Reading) -> Decimal | None:
    return roll_up(as_counted((ENGINE, AXLE), outcomes, reading)).non_originating


def test_a_part_that_passes_on_all_its_materials_counts_nothing_under_either_reading() -> None:
    outcomes = {"engine": CoreOutcome(MET), "axle": CoreOutcome(MET)}
    assert [vnm(outcomes, reading) for reading in Reading] == [0, 0]
    assert turns_on_reading(outcomes.values()) == ()


def test_another_way_counts_for_the_panel_only() -> None:
    outcomes = {"engine": CoreOutcome(FAILED, (MET,)), "axle": CoreOutcome(FAILED, (MET,))}
    assert vnm(outcomes, Reading.PANEL) == 0
    assert vnm(outcomes, Reading.US) == 260  # 2 x 30 inside the made engine, 2 x 100 of the bought axles
    assert turns_on_reading(outcomes.values()) == tuple(outcomes.values())


def test_a_part_under_its_own_rule_counts_nothing_under_either_reading() -> None:
    assert [vnm({"engine": CoreOutcome(FAILED, (), MET)}, reading) for reading in Reading] == [200, 200]


def test_a_part_within_another_counts_by_its_own_outcome() -> None:
    body = Material("body", Decimal(1), Decimal(900), Origin.UNDETERMINED, self_produced=True, children=(ENGINE,))
    counted = as_counted((body,), {"engine": CoreOutcome(FAILED, (MET,))}, Reading.PANEL)
    assert roll_up(counted).non_originating == 0
    assert roll_up(as_counted((body,), {}, Reading.PANEL)).non_originating == 60


def test_what_holds_no_core_part_is_left_as_it_is() -> None:
    assert as_counted((ENGINE, AXLE), {}, Reading.US)[0] is ENGINE


def test_the_way_elected_is_the_one_that_the_panel_looks_at() -> None:
    ways = dict.fromkeys(Way, FAILED) | {Way.SUPER_COLUMN_2: MET}
    assert outcome_of(ways, Way.SUPER_COLUMN_2).regional(Reading.PANEL)
    assert not outcome_of(ways, Way.EACH_COLUMN_2).regional(Reading.PANEL)
    assert not outcome_of(ways).regional(Reading.PANEL)


@given(OUTCOMES, OUTCOMES, st.one_of(st.none(), OUTCOMES), OUTCOMES, OUTCOMES)
def test_the_panel_never_counts_more_than_the_united_states(
    all_materials: Finding, elected: Finding, own_rule: Finding | None, other_all: Finding, other_elected: Finding
) -> None:
    outcomes = {
        "engine": CoreOutcome(all_materials, (elected,), own_rule),
        "axle": CoreOutcome(other_all, (other_elected,)),
    }
    panel, us = vnm(outcomes, Reading.PANEL), vnm(outcomes, Reading.US)
    assert panel is not None
    assert us is not None
    assert panel <= us
    assert bool(turns_on_reading(outcomes.values())) is (panel < us)
