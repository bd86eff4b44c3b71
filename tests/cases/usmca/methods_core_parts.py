"""Core parts of Table A.2: four ways, column 2, and the vehicle under both readings (UR s.14(4)-(12))."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.rules.column_two import column_two, place
from evidence.rules.core_parts import (
    Combined,
    CorePart,
    Reading,
    Way,
    all_core_parts,
    by_elected,
    each_by_transaction_value,
    elected_together,
    four_ways,
)
from evidence.rules.core_roll_up import as_counted, outcome_of, turns_on_reading
from evidence.rules.finding import undetermined
from evidence.rules.regional_value import by_net_cost
from evidence.rules.roll_up import Material, Origin, roll_up
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
A2, A2_TV = LAW.series("A2-NC"), LAW.series("A2-TV")


def _figure(value: Any) -> Decimal | None:
    return None if value is None or value == "unknown" else Decimal(value)


def _part(given: Mapping[str, Any]) -> CorePart:
    return CorePart(
        given["name"],
        given["group"],
        _figure(given["net_cost"]),
        _figure(given["vnm_all"]),
        _figure(given.get("vnm_column_2")),
        units=Decimal(given.get("units", 1)),
        per_vehicle=Decimal(given.get("per_vehicle", 1)),
    )


def _material(given: Mapping[str, Any]) -> Material:
    return Material(
        key=given["name"],
        quantity=Decimal(given.get("quantity", 1)),
        unit_value=_figure(given.get("value")),
        origin=Origin(given.get("origin", "undetermined")),
        self_produced=given.get("self_produced", False),
        code=given.get("code"),
        kinds=tuple(given.get("roles", ())),
        children=tuple(map(_material, given.get("contains", ()))),
    )


def _vehicle(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every core part of a vehicle by all four ways, and the limb under the ways elected."""
    parts = [_part(part) for part in given["parts"]]
    ways = four_ways(parts, A2, given["day"])
    elected = {part["name"]: Way(part.get("elected", given.get("elected", "I-ALL"))) for part in given["parts"]}
    combined = Combined(given.get("combined", "each-its-own"))
    found = elected_together(ways, elected, {}, combined)
    return {
        "threshold_percent": A2.on(given["day"]).amount,
        "rvc": {key: {way.value: one.figure for way, one in of.items()} for key, of in ways.items()},
        "outcome": {key: {way.value: one.outcome.value for way, one in of.items()} for key, of in ways.items()},
        "part": {key: one.outcome.value for key, one in found.items()},
        "limb": all_core_parts(
            found.get(key, undetermined(f"core part {key}", "nothing on file determines it"))
            for key in given.get("present", ways)
        ).outcome.value,
    }


def _column_two(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What counts in a core part by all its materials and by its column 2 components."""
    materials = tuple(map(_material, given["bill"]))
    group = given["group"]
    listed = column_two(materials, lambda each: place(LAW.tables, group, each.code, each.kinds))
    return {
        "vnm_all": roll_up(materials).non_originating,
        "vnm_column_2": listed.non_originating,
        "counted": {line.key: line.non_originating for line in listed.lines},
    }


def _by_value(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """One core part by the transaction value method, where its product rule offers it."""
    part = _part(given)
    found = each_by_transaction_value(
        part, _figure(given["transaction_value"]), Way(given["way"]), A2_TV, given["day"], offered=given["offered"]
    )
    return {"rvc": found.figure, "outcome": found.outcome.value}


def _readings(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a vehicle with its core parts counted under the panel's reading and that of the United States."""
    parts = [_part(part) for part in given["parts"]]
    ways = four_ways(parts, A2, given["day"])
    elected = Way(given["elected"])
    materials = tuple(map(_material, given["bill"]))
    outcomes = {key: outcome_of(of, elected) for key, of in ways.items()}
    net_cost = Decimal(given["net_cost"])
    vnm = {reading: roll_up(as_counted(materials, outcomes, reading)).non_originating for reading in Reading}
    content = {
        reading: by_net_cost(net_cost, each, LAW.series(given["series"]), given["day"]) for reading, each in vnm.items()
    }
    core = {key: by_elected(key, of, elected) for key, of in ways.items()}
    return {
        "vnm": {reading.value: each for reading, each in vnm.items()},
        "rvc": {reading.value: each.figure for reading, each in content.items()},
        "outcome": {reading.value: each.outcome.value for reading, each in content.items()},
        "core_parts": all_core_parts(core.values()).outcome.value,
        "depends": content[Reading.US].outcome is not content[Reading.PANEL].outcome,
        "parts_that_differ": len(turns_on_reading(outcomes.values())),
    }


METHODS = {
    "core_parts.vehicle": _vehicle,
    "core_parts.column_two": _column_two,
    "core_parts.by_value": _by_value,
    "core_parts.readings": _readings,
}
