"""Inventory methods (UR Schedules VII and VIII): what the case files of topic ``inventory`` are worked out with."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from evidence.rules.inventory import Issue, Kind, Method, Movement, Printed, Used, issues, one_method

_METHODS = {"FIFO": Method.FIFO, "LIFO": Method.LIFO, "average": Method.AVERAGE, "specific": Method.SPECIFIC}


def _movements(inputs: Mapping[str, Any]) -> list[Movement]:
    """``movements`` in the order booked, each with ``day`` and ``in`` or ``out`` (or ``missing``) as its units."""
    found = []
    for line in inputs["movements"]:
        kind = Kind.RECEIPT if "in" in line else Kind.ISSUE if "out" in line else Kind.MISSING
        units = line.get("in", line.get("out", line.get("missing")))
        unit_value = Decimal(line["unit_cost"]) if "unit_cost" in line else None
        origin = line.get("origin", "N")
        found.append(Movement(kind, line["day"], Decimal(units), origin == "O", unit_value, line.get("lot", "")))
    return found


def _by_day(found: tuple[Issue, ...], value: Callable[[Issue], Any]) -> dict[date, Any]:
    return {each.movement.day: value(each) for each in found}


def identical(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """VNM of each shipment of a stock of identical non-originating materials (Schedule VII)."""
    found = issues(_movements(inputs), _METHODS[inputs["inventory_method"]])
    return {"vnm": _by_day(found, lambda each: each.value_non_originating)}


def fungible(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Origin and VNM of each shipment of a stock of fungible materials or goods (Schedule VIII).

    With ``rounded_to`` the ratio and the unit value are rounded to so many decimals, as the printed example does.
    """
    places = inputs.get("rounded_to")
    printed = None if places is None else Printed(int(places), int(places))
    found = issues(_movements(inputs), _METHODS[inputs["inventory_method"]], printed)
    return {
        "by_shipment": _by_day(
            found,
            lambda each: {
                "O": each.originating,
                "N": each.non_originating,
                "ratio_N": each.ratio_non_originating,
                "unit_value": each.unit_value,
                "vnm": each.value_non_originating,
            },
        ),
        "remaining_after": _by_day(found, lambda each: {"O": each.left_originating, "N": each.left_non_originating}),
    }


def fixed(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether the stocks of a group are told by one method through a fiscal year."""
    found = one_method(
        Used(line["stock"], line["group"], line["from"], line["to"], line["method"]) for line in inputs["used"]
    )
    return {"outcome": str(found.outcome)}


METHODS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "inventory.identical": identical,
    "inventory.fungible": fungible,
    "inventory.fixed": fixed,
}
