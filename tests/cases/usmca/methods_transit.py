"""Transit through countries outside the region (UR s.10), and the condition of UR s.11(b)."""

from collections.abc import Mapping
from typing import Any

from evidence.core.statements.shipment import TransitOperation
from evidence.rules.transit import Stay, no_circumvention, transit


def _transit(given: Mapping[str, Any]) -> Mapping[str, Any]:
    stays = [
        Stay(
            row["country"],
            row.get("under_control"),
            tuple(TransitOperation(each) for each in row["operations"]) if "operations" in row else None,
            tuple(row.get("documents", ())),
        )
        for row in given.get("stays", ())
    ]
    return {"outcome": transit(given["countries"], stays).outcome.value}


def _circumvention(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"outcome": no_circumvention(given.get("shown_by_customs")).outcome.value}


METHODS = {"transit.transit": _transit, "transit.circumvention": _circumvention}
