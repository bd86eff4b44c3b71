"""Values of materials, deductions, Schedule VI and assists: what cases of topic ``materials`` are worked out with."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidence.core.statements.assist import AssistSpread
from evidence.core.statements.material_value import ValuationMethod
from evidence.errors import MalformedValue
from evidence.rules.carried import up
from evidence.rules.material_value import (
    Deductible,
    Deduction,
    Sales,
    assist_share,
    bought,
    deduct,
    imported,
    self_produced,
    unit_price,
    without_price,
)
from evidence.rules.roll_up import Origin
from evidence.rules.ruleset import RuleSet

_LAW = RuleSet.load()
_KINDS = {
    "inbound": Deductible.INBOUND,
    "duties": Deductible.DUTIES,
    "brokerage": Deductible.BROKERAGE,
    "waste": Deductible.WASTE,
}


def _figure(inputs: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(inputs[name]) if name in inputs and inputs[name] != "unknown" else None


def value(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The value of a material by how it was acquired: ``imported``, ``bought`` or ``self-produced``."""
    if inputs["acquired"] == "imported":
        included = inputs["international_costs_included"]
        found = imported(_figure(inputs, "price"), _figure(inputs, "international_costs"), included=included)
    elif inputs["acquired"] == "bought":
        found = bought(_figure(inputs, "price"), earliest=_figure(inputs, "earliest_price"))
    else:
        found = self_produced(
            _figure(inputs, "production_costs"), _figure(inputs, "general_expenses"), _figure(inputs, "usual_profit")
        )
    return {"value": found.value, "by": found.by.value}


def deductions(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What counts of a material after its deductions; each has amount, included, document and what else it says."""
    listed = {
        name: Deduction(
            kind=_KINDS[each["kind"]],
            amount=Decimal(each["amount"]),
            included=each.get("included", True),
            document=each.get("document", ""),
            got_back=None if each.get("got_back") == "unknown" else Decimal(each.get("got_back", 0)),
            in_region=each.get("in_region", True),
            from_warehouse_km=_figure(each, "from_warehouse_km"),
        )
        for name, each in inputs["deductions"].items()
    }
    location = _LAW.series("LOCATION-KM").on(inputs["date"])
    found = deduct(Decimal(inputs["value"]), Origin(inputs["origin"]), listed.values(), location)
    refused = [each for each, _ in found.refused]
    return {
        "counted": found.counted,
        "refused": [name for name, each in listed.items() if each in refused],
        "location_km": location.amount,
    }


def greatest_quantity(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The unit price of the deductive value, from ``list`` (sales as [number, units]) and from ``second``."""
    listed = unit_price(
        Sales(Decimal(row["price"]), Decimal(units), int(number))
        for row in inputs["list"]
        for number, units in row["sales"]
    )
    second = unit_price(Sales(Decimal(row["price"]), Decimal(row["units"])) for row in inputs["second"])
    return {
        "totals": list(listed.totals.values()),
        "unit_price": listed.price,
        "second_unit_price": second.price,
    }


def no_price(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first value of Schedule VI that can be found."""
    values = {ValuationMethod(name): Decimal(figure) for name, figure in inputs["values"].items()}
    found = without_price(values, computed_first=inputs.get("computed_first", False))
    return {"by": None, "value": None} if found is None else {"by": found[0].value, "value": found[1]}


def assist(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The units that an assist may be spread over, and what one unit carries of it where a value is given."""
    units = {
        AssistSpread.ANTICIPATED: Decimal(inputs["contract_units"]),
        AssistSpread.MADE_SO_FAR: Decimal(inputs["produced_at_first_shipment"]),
        AssistSpread.FIRST_SHIPMENT: Decimal(inputs["first_shipment_units"]),
    }
    shares: dict[AssistSpread, Fraction] = {}
    for basis, number in units.items():
        with suppress(MalformedValue):
            shares[basis] = assist_share(Fraction(inputs.get("value", 0)), number, basis)
    result: dict[str, Any] = {
        "allowed_bases": sorted(units[basis] for basis in shares),
        "not_allowed": [number for basis, number in units.items() if basis not in shares],
    }
    if "value" in inputs:
        result["per_unit"] = {basis.value: up(share) for basis, share in shares.items()}
    return result


METHODS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "materials.value": value,
    "materials.deductions": deductions,
    "materials.greatest_quantity": greatest_quantity,
    "materials.no_price": no_price,
    "materials.assist": assist,
}
