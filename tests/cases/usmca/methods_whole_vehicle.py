"""The conjunction of a finished vehicle (RULES of the agreement, in their order)."""

from collections.abc import Mapping
from typing import Any

from evidence.rules.finding import Finding, Outcome
from evidence.rules.whole_vehicle import Limb, VehicleKind, compare, limbs_of, whole_vehicle


def _found(given: Mapping[str, str]) -> dict[Limb, Finding]:
    return {Limb(name): _finding(name, outcome) for name, outcome in given.items() if outcome != "nothing on file"}


def _finding(name: str, outcome: str) -> Finding:
    return Finding(name, Outcome(outcome), None, None, outcome, (), outcome)


def _whole(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A vehicle whose tests are all met, but for those that `tests` says otherwise of."""
    kind = VehicleKind(given["kind"])
    staged = _finding("alternative staging", given["staged"]) if "staged" in given else None
    limbs = limbs_of(kind) if staged is None else [limb for limb in limbs_of(kind) if limb not in _OWN]
    tests = {limb.value: "met" for limb in limbs} | dict(given.get("tests", {}))
    found = whole_vehicle(kind, _found(tests), staged=staged)
    return {"outcome": found.outcome.value, "tests": [limb.value for limb in limbs_of(kind)]}


_OWN = (Limb.PRODUCT_RULE, Limb.CORE_PARTS, Limb.STEEL, Limb.ALUMINUM, Limb.LABOR)


def _readings(given: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = VehicleKind(given["kind"])
    tests = {limb.value: "met" for limb in limbs_of(kind)} | dict(given.get("tests", {}))
    otherwise = {name: _found(changed) for name, changed in given["otherwise"].items()}
    found = compare(kind, _found(tests), otherwise)
    return {"outcome": found.taken.outcome.value, "turns_on": list(found.turns_on)}


METHODS = {"whole_vehicle.whole": _whole, "whole_vehicle.readings": _readings}
