"""Recovered materials in remanufactured goods (UR s.4): `recovered`."""

from collections.abc import Mapping
from typing import Any

from evidence.rules.recovered import recovered, remanufactured
from evidence.rules.ruleset import RuleSet

_REGION = RuleSet.load().region


def _material(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`country` is where the material was recovered; `into` the code of a remanufactured good, left out for another."""
    into = remanufactured(given["into"]) if "into" in given else None
    found = recovered(given["material"], given.get("country"), _REGION, into)
    return {"outcome": found.outcome.value}


METHODS = {"recovered.material": _material}
