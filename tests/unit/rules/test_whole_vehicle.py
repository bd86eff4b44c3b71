"""The whole vehicle, its transit, and sets: the tree of findings, and that a withheld finding never helps."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evidence.core.statements.shipment import TransitOperation
from evidence.errors import MalformedValue
from evidence.rules.finding import Finding, Outcome
from evidence.rules.ruleset import RuleSet
from evidence.rules.sets import InSet, set_originates
from evidence.rules.transit import REGION, Stay, transit
from evidence.rules.whole_vehicle import GENERAL, Limb, VehicleKind, limbs_of, made_in_region, whole_vehicle

LAW = RuleSet.load()
DAY = date(2024, 5, 1)
BETTER = {Outcome.NOT_MET: 0, Outcome.NOT_DETERMINABLE: 1, Outcome.MET: 2}

kinds = some.sampled_from(list(VehicleKind))
outcomes = some.sampled_from(list(Outcome))


def finding(outcome: Outcome, name: str = "test") -> Finding:
    return Finding(name, outcome, None, None, outcome.value, (), outcome.value, (name,), (f"text of {name}",))


def all_met(kind: VehicleKind) -> dict[Limb, Finding]:
    return {limb: finding(Outcome.MET, limb.value) for limb in limbs_of(kind)}


def test_every_text_and_source_of_the_tests_reaches_the_whole() -> None:
    whole = whole_vehicle(VehicleKind.PASSENGER_VEHICLE, all_met(VehicleKind.PASSENGER_VEHICLE))
    assert [part.test for part in whole.parts][-1] == "general conditions"
    assert "text of core parts" in whole.texts()
    assert set(whole.rests_on) == {limb.value for limb in limbs_of(VehicleKind.PASSENGER_VEHICLE)}


def test_a_test_that_nothing_determines_is_named_with_its_text() -> None:
    found = all_met(VehicleKind.HEAVY_TRUCK)
    del found[Limb.STEEL]
    whole = whole_vehicle(VehicleKind.HEAVY_TRUCK, found)
    assert whole.outcome is Outcome.NOT_DETERMINABLE
    assert "steel: nothing on file determines it" in whole.reason
    assert "19 CFR 182 App A s.17; SOR/2020-155 s.17" in whole.texts()


@pytest.mark.parametrize(
    ("kind", "limb"),
    [
        pytest.param(VehicleKind.HEAVY_TRUCK, Limb.CORE_PARTS, id="core-parts-of-a-heavy-truck"),
        pytest.param(VehicleKind.OTHER, Limb.LABOR, id="labor-of-another-vehicle"),
    ],
)
def test_a_test_that_the_vehicle_does_not_have_is_refused(kind: VehicleKind, limb: Limb) -> None:
    with pytest.raises(MalformedValue, match=limb.value):
        whole_vehicle(kind, {**all_met(kind), limb: finding(Outcome.MET)})


def test_staging_stands_in_place_of_the_tests_and_never_beside_them() -> None:
    staged = finding(Outcome.MET, "staging")
    with pytest.raises(MalformedValue, match="replaces"):
        whole_vehicle(VehicleKind.LIGHT_TRUCK, all_met(VehicleKind.LIGHT_TRUCK), staged=staged)
    with pytest.raises(MalformedValue, match="other vehicle"):
        whole_vehicle(VehicleKind.OTHER, {}, staged=staged)
    general = {limb: finding(Outcome.MET) for limb in GENERAL}
    assert whole_vehicle(VehicleKind.LIGHT_TRUCK, general, staged=staged).met


@given(kinds, some.data())
def test_the_whole_is_met_only_where_every_test_is(kind: VehicleKind, data: some.DataObject) -> None:
    found = {limb: finding(data.draw(outcomes)) for limb in limbs_of(kind)}
    reached = whole_vehicle(kind, found).outcome
    assert BETTER[reached] == min(BETTER[each.outcome] for each in found.values())


@given(kinds, some.data())
def test_a_withheld_finding_never_turns_a_vehicle_originating(kind: VehicleKind, data: some.DataObject) -> None:
    found = {limb: finding(data.draw(outcomes)) for limb in limbs_of(kind)}
    for limb in found:
        rest = {other: each for other, each in found.items() if other is not limb}
        assert not whole_vehicle(kind, rest).met


def test_a_plant_outside_the_region_or_unknown_is_told() -> None:
    assert made_in_region({"P1": "MX", "P2": "US"}, REGION).met
    assert made_in_region({"P1": "MX", "P2": "BR"}, REGION).outcome is Outcome.NOT_MET
    assert made_in_region({"P1": "MX", "P2": None}, REGION).outcome is Outcome.NOT_DETERMINABLE
    assert made_in_region({}, REGION).outcome is Outcome.NOT_DETERMINABLE


def test_a_region_of_two_parties_is_another_set_of_data() -> None:
    assert made_in_region({"P1": "MX"}, frozenset({"US", "CA"})).outcome is Outcome.NOT_MET


def test_an_operation_that_the_text_read_does_not_name_is_left_open() -> None:
    stay = Stay("PA", True, (TransitOperation.UNLOADING, TransitOperation.STORING), ("TRANSIT-1",))
    found = transit(["MX", "PA", "US"], [stay])
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "storing" in found.reason


def test_a_stay_is_judged_also_where_the_route_does_not_name_its_country() -> None:
    assert transit(["MX", "US"], [Stay("PA", False, (), ("TRANSIT-1",))]).outcome is Outcome.NOT_MET


def test_an_empty_set_and_a_set_of_no_value_are_refused() -> None:
    with pytest.raises(MalformedValue, match="no good"):
        set_originates(LAW, [], Decimal(1), DAY)
    with pytest.raises(MalformedValue, match="above zero"):
        set_originates(LAW, [InSet("a", Decimal(1), None)], Decimal(0), DAY)


goods = some.lists(
    some.tuples(some.none() | some.decimals(min_value=0, max_value=100, places=2), some.none() | outcomes),
    min_size=1,
    max_size=5,
)


@given(goods, some.decimals(min_value=1, max_value=500, places=2))
def test_withholding_the_origin_of_a_good_never_improves_the_set(
    found: list[tuple[Decimal | None, Outcome | None]], value: Decimal
) -> None:
    def outcome(of: list[tuple[Decimal | None, Outcome | None]]) -> int:
        listed = [InSet(f"{n}", worth, finding(out) if out else None) for n, (worth, out) in enumerate(of)]
        return BETTER[set_originates(LAW, listed, value, DAY).outcome]

    for index, (worth, origin) in enumerate(found):
        if origin is Outcome.MET:
            assert outcome([*found[:index], (worth, None), *found[index + 1 :]]) <= outcome(found)
