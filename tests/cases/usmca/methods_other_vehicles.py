"""Other vehicles of UR s.20: which group, which percentage, and their content with and without tracing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.rules.finding import Finding
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
from evidence.rules.routes import GoodFigures, originates
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import TariffInput
from evidence.rules.tracing import CountedBy, ListedMaterial, content, trace

LAW = RuleSet.load()
_GROUPS = {"s.20(2)": Group.S20_2, "s.20(3)": Group.S20_3, "8703.10": Group.OWN_RULE, "covered": Group.COVERED}
_NAMES = {found: name for name, found in _GROUPS.items()}
_FACTS = ("persons", "diesel", "off_road", "special", "covered_chassis")


def _figure(given: Mapping[str, Any], name: str) -> Decimal | None:
    """A figure of the case; ``"unknown"`` and a figure that is not there are None."""
    value = given.get(name, "unknown")
    return None if value == "unknown" else Decimal(value)


def _group(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The group of a vehicle by its code and what is recorded of it."""
    facts = VehicleFacts(given["code"], **{name: given[name] for name in _FACTS if name in given})
    found = group(LAW, facts, given["day"])
    return {"group": _NAMES[found.group] if found.group is not None else "unknown"}


def _materials(given: Mapping[str, Any]) -> list[ListedMaterial]:
    return [
        ListedMaterial(
            key=row["name"],
            quantity=Decimal(row.get("quantity", 1)),
            unit_value=_figure(row, "value"),
            originates=row.get("originates", False),
            table=row["table"] if "table" in row else tracing_table(LAW, row["code"], row.get("roles", ())),
            inside=_figure(row, "inside"),
            elected=CountedBy(row["elected"]) if "elected" in row else None,
        )
        for row in given["materials"]
    ]


def _vehicle(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a vehicle, or with ``part = true`` of a part, under both readings of s.20(4)-(5)."""
    vnm = trace(_materials(given))
    threshold = percentage(LAW, _GROUPS[given["group"]])
    is_vehicle = not given.get("part", False)
    net_cost = _figure(given, "net_cost")
    found = content(LAW, net_cost, vnm, threshold, given["day"], is_vehicle=is_vehicle, reading=given.get("reading"))
    return {
        "vnm": {"traced": vnm.traced, "whole": vnm.whole},
        "threshold_percent": threshold.on(given["day"]).amount,
        "rvc": {found.reading: found.taken.figure, found.other_reading: found.other.figure},
        "outcome": found.taken.outcome.value,
        "outcome_under_the_other_reading": found.other.outcome.value,
        "turns_on_the_reading": found.taken.outcome is not found.other.outcome,
    }


def _reduced_finding(given: Mapping[str, Any]) -> Finding:
    novelty = Novelty(**given.get("new", {}))
    found, day = _GROUPS[given["group"]], given["day"]
    if given["case"] == "new plant":
        return new_plant(
            LAW, found, given["prototype_on"], new_building=given.get("new_building"),
            new_machinery=given.get("new_machinery"), novelty=novelty, day=day,
        )  # fmt: skip
    return refit(
        LAW, found, given["prototype_on"], closed_from=given.get("closed_from"), closed_to=given.get("closed_to"),
        novelty=novelty, day=day,
    )  # fmt: skip


def _reduced(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether 50 percent is enough on a day, and the percentage that then binds."""
    finding = _reduced_finding(given)
    needed = percentage(LAW, _GROUPS[given["group"]], finding)
    return {"reduced": finding.outcome.value, "threshold_percent": needed.on(given["day"]).amount}


def _product_rule(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A vehicle, or a part for one, under its product rule: the percentages of its routes, and whether one is met."""
    found = _GROUPS.get(given["group"])
    chosen = [(name, reading) for name, reading in given.get("choices", {}).items()]
    scopes = given.get("scopes", ())
    if given.get("part", False):
        open_routes = part_routes(LAW, given["code"], found, scopes=scopes, choices=chosen)
    else:
        assert found is not None, given["group"]
        open_routes = vehicle_routes(LAW, given["code"], found, scopes=scopes)
    materials = tuple(
        TariffInput(row["name"], row.get("code"), _figure(row, "value")) for row in given.get("materials", ())
    )
    net_cost, vnm = _figure(given, "net_cost"), _figure(given, "vnm")
    good = GoodFigures(given["code"], net_cost, vnm, _figure(given, "total_cost"), None, materials)
    return {
        "percentages": [
            {str(method): law.on(given["day"]).amount for method, law in route.contents} for route in open_routes
        ],
        "outcome": originates(LAW, open_routes, good, given["day"]).outcome.value,
    }


METHODS = {
    "other_vehicles.group": _group,
    "other_vehicles.content": _vehicle,
    "other_vehicles.reduced": _reduced,
    "other_vehicles.product_rule": _product_rule,
}
