"""Sets of goods (GN 11(i)), and goods that share a heading with their parts or come unassembled (UR s.3(4))."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.rules.finding import Finding, Outcome
from evidence.rules.routes import GoodFigures
from evidence.rules.ruleset import RuleSet
from evidence.rules.sets import InSet, NoChange, same_heading, set_originates

LAW = RuleSet.load()
_WHY = {"unassembled": NoChange.UNASSEMBLED, "heading": NoChange.SAME_HEADING, "subheading": NoChange.SAME_SUBHEADING}


def _figure(given: Mapping[str, Any], name: str) -> Decimal | None:
    value = given.get(name, "unknown")
    return None if value == "unknown" else Decimal(value)


def _origin(row: Mapping[str, Any]) -> Finding | None:
    if "originates" not in row:
        return None
    outcome = Outcome.MET if row["originates"] else Outcome.NOT_MET
    return Finding(row["name"], outcome, None, None, "", (), "as given")


def _set(given: Mapping[str, Any]) -> Mapping[str, Any]:
    goods = [InSet(row["name"], _figure(row, "value"), _origin(row)) for row in given["goods"]]
    found = set_originates(LAW, goods, _figure(given, "value"), given["day"])
    return {"outcome": found.outcome.value, "share": found.parts[1].figure}


def _same_heading(given: Mapping[str, Any]) -> Mapping[str, Any]:
    good = GoodFigures(
        given["code"], _figure(given, "net_cost"), _figure(given, "vnm"), None, _figure(given, "transaction_value")
    )
    why = _WHY[given["why"]] if "why" in given else None
    found = same_heading(LAW, good, why, given["day"], produced_in_region=given.get("produced_in_region"))
    return {"outcome": found.outcome.value}


METHODS = {"sets.set": _set, "sets.same_heading": _same_heading}
