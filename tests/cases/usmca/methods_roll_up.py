"""What counts as non-originating in a bill of materials: intermediate materials, tracing, accumulation (UR s.7-9)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidence.rules.net_cost import CostElements
from evidence.rules.regional_value import by_net_cost
from evidence.rules.roll_up import (
    Accumulation,
    AccumulationForm,
    Material,
    Nature,
    Origin,
    nested_designations,
    roll_up,
)
from tests.cases.usmca.methods_net_cost import PERIOD, elements, required


def _material(given: Mapping[str, Any]) -> Material:
    """One line of a case's bill; what it does not name is as in `Material`, with one unit."""
    statement = given.get("statement")
    return Material(
        given["name"],
        Decimal(given.get("quantity", 1)),
        Decimal(given.get("value", 10)),
        Origin(given.get("origin", "originating")),
        self_produced=given.get("self_produced", False),
        designated=given.get("designated", False),
        by_content=given.get("by_content", False),
        producer=given.get("producer", ""),
        nature=Nature(given.get("nature", "direct")),
        accumulation=Accumulation(AccumulationForm(statement["form"]), Decimal(statement["figure"]))
        if statement
        else None,
        children=tuple(map(_material, given.get("contains", ()))),
    )


def _bill(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = roll_up(map(_material, given["bill"]))
    return {"vnm": found.non_originating}


def _intermediate(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A designated material, made of `part`, in a good whose other costs are `good`."""
    part = elements(given["part"])
    bill = [
        *given["other_materials"],
        {
            "name": "designated",
            "value": part.total_cost,
            "self_produced": True,
            "designated": True,
            "contains": [
                {"name": "inside", "value": part.non_originating_materials, "origin": "non-originating"},
            ],
        },
    ]
    lines = tuple(map(_material, bill))
    vnm = roll_up(lines).non_originating
    assert vnm is not None
    bought = sum((line.unit_value or Decimal(0) for line in lines), Decimal(0))
    own = elements(given["good"])
    good = CostElements(bought - vnm, vnm, own.other_product_costs, own.period_costs, own.other_costs)
    return {
        "part_total_cost": part.total_cost,
        "counted_as_originating": lines[-1].unit_value,
        "total_cost": good.total_cost,
        "vnm": vnm,
    }


def _not_designated(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A self-produced `part` that is not designated, in a good whose other costs are `good`."""
    part, good = elements(given["part"]), elements(given["good"])
    made = _material(
        {
            "name": "part",
            "value": part.total_cost,
            "self_produced": True,
            "contains": [
                {"name": "foreign", "value": part.non_originating_materials, "origin": "non-originating"},
                {"name": "regional", "value": part.originating_materials},
            ],
        }
    )
    other = _material({"name": "other", "value": good.non_originating_materials, "origin": "non-originating"})
    vnm = roll_up((made, other)).non_originating
    assert vnm is not None
    net_cost = part.net_cost + good.net_cost
    content = by_net_cost(net_cost, vnm, required(given["threshold_percent"]), PERIOD)
    return {
        "total_cost": part.total_cost + good.total_cost,
        "excluded": part.excluded.total + good.excluded.total,
        "net_cost": net_cost,
        "vnm": vnm,
        "rvc_percent": content.figure,
        "rvc_exact": Fraction(net_cost - vnm) * 100 / Fraction(net_cost),
        "originating": content.met,
    }


def _designations(given: Mapping[str, Any]) -> Mapping[str, Any]:
    faults = nested_designations(map(_material, given["bill"]), given["producer"], given.get("accumulating", ()))
    return {"allowed": not faults, "nested": [[fault.outer, fault.inner] for fault in faults]}


METHODS = {
    "roll_up.bill": _bill,
    "roll_up.intermediate": _intermediate,
    "roll_up.not_designated": _not_designated,
    "roll_up.designations": _designations,
}
