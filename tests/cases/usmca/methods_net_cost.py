"""Net cost, what it leaves out and how it is shared: the figures of UR s.7(22), s.8(28), s.9(8) and Schedule V."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidence.rules.net_cost import (
    CostElements,
    ExcludedCosts,
    after_exchange,
    allocate,
    deduct_then_allocate,
)
from evidence.rules.parameters import Law, Parameter
from evidence.rules.regional_value import by_net_cost
from tests.unit.origin.cost_books import book
from tests.unit.origin.small_company import cell, material, result, small_company
from tests.unit.origin.test_booked import mould

PERIOD = date(2021, 3, 1)
"""A day in the period that the printed examples suppose."""

_HEADINGS = ("sales_marketing_after_sales", "royalties", "shipping_packing", "non_allowable_interest")


def elements(given: Mapping[str, Any]) -> CostElements:
    """The costs of a case; what it does not name is nothing. `excluded` is one amount, or an amount a heading."""
    excluded = given.get("excluded", 0)
    headings = excluded if isinstance(excluded, Mapping) else {"royalties": excluded}
    return CostElements(
        Decimal(given.get("originating_materials", 0)),
        Decimal(given.get("non_originating_materials", 0)),
        Decimal(given.get("other_product_costs", 0)),
        Decimal(given.get("period_costs", 0)),
        Decimal(given.get("other_costs", 0)),
        ExcludedCosts(**{name: Decimal(headings.get(name, 0)) for name in _HEADINGS}),
    )


def required(percent: object) -> Parameter:
    """The content that an example supposes, as a figure of law in force throughout."""
    law = Law(
        "example", Decimal(str(percent)), "percent", "UR s.7(22)", date(2020, 7, 1), None, PERIOD, "verified", ">="
    )
    return Parameter("example", "general", "rvc_net_cost", "percent", (law,))


def _unit(given: Mapping[str, Any]) -> Mapping[str, Any]:
    costs = elements(given)
    content = by_net_cost(
        costs.net_cost, costs.non_originating_materials, required(given.get("threshold_percent", 50)), PERIOD
    )
    exact = Fraction(costs.net_cost - costs.non_originating_materials) * 100 / Fraction(costs.net_cost)
    return {
        "total_cost": costs.total_cost,
        "excluded_total": costs.excluded.total,
        "net_cost": costs.net_cost,
        "rvc_percent": content.figure,
        "rvc_exact": exact,
        "originating": content.met,
    }


def _each_cost(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = {name: _unit(costs) for name, costs in given.items()}
    net = {name: one["net_cost"] for name, one in found.items()}
    return {
        "net_cost": {**net, "together": sum(net.values(), Decimal(0))},
        "rvc_exact": {name: one["rvc_exact"] for name, one in found.items()},
    }


def _deduct_then_allocate(given: Mapping[str, Any]) -> Mapping[str, Any]:
    costs = elements(given)
    bases = {name: Decimal(base) for name, base in given["bases"].items()}
    return {
        "total_cost": costs.total_cost,
        "net_cost_to_allocate": costs.net_cost,
        "allocated": deduct_then_allocate(costs, bases),
    }


def _assist(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A mould lent free to the maker of a material, or kept, as the determination of the good that it goes into has it.

    `price` is that of one unit of the material, `share` what the mould adds to it, `units` the units in the one good
    made, and `other_costs` all that the good costs beside that material, of which `booked` is the mould.
    """
    price, share, units, booked, other = (
        Decimal(str(given[name])) for name in ("price", "share", "units", "booked", "other_costs")
    )
    company = small_company()
    company.drop("bills", lambda line: line.parent == "EV1" and line.child != "RADIO")
    company.change("bills", lambda line: line.child == "RADIO", quantity=units)
    company.change("volumes", lambda line: line.part == "EV1", made=Decimal(0))
    company.change("volumes", lambda line: line.part == "EV1" and line.month == "2023-04", made=Decimal(1))
    company.change("purchases", lambda line: line.part == "RADIO", price=price, quantity=units)
    if given["material_originates"]:
        company.declare("RADIO")
    lent = given["supplied_free"]
    if lent:
        mould(company, "RADIO", "S-RADIO", value=share * units, spread_quantity=units)
    company.drop("costs", lambda line: line.part == "EV1")
    company.cost("EV1", "P-MX", "material", price * units)
    company.cost("EV1", "P-MX", "overhead", other - booked)
    book(company, booked, "overhead", assist_reference="MOULD" if lent else None)
    found = result(company)
    value = (material(found, "RADIO").unit_value or Decimal(0)) * units
    net_cost, vnm = cell(found, "net_cost"), cell(found, "vnm")
    separate = net_cost - value - (other - booked)
    return {
        "value_of_material": value,
        "separate_cost": separate,
        "net_cost": net_cost,
        "vnm": vnm,
        "in_value_of_material": value > price * units,
        "separately_in_net_cost": separate > 0,
        "in_vnm": vnm > price * units,
    }


def _exchange(given: Mapping[str, Any]) -> Mapping[str, Any]:
    before, gain, loss = (Decimal(given[name]) for name in ("total_cost", "gain_related", "loss_related"))
    after = after_exchange(before, gain, loss)
    return {"total_cost": after, "net_related_gain": before - after}


def _overhead(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`bases` is an amount a good, or several amounts a good that are added (Appendices B and C)."""
    bases = {
        name: sum(map(Decimal, base.values()), Decimal(0)) if isinstance(base, Mapping) else Decimal(base)
        for name, base in given["bases"].items()
    }
    total, ratio_places = Decimal(given["amount"]), given.get("ratio_places")
    return {
        "ratio": allocate(Decimal(1), bases, ratio_places=ratio_places, places=6),
        "allocated": allocate(total, bases, ratio_places=ratio_places),
        "unrounded": allocate(total, bases),
    }


METHODS = {
    "net_cost.unit": _unit,
    "net_cost.each_cost": _each_cost,
    "net_cost.deduct_then_allocate": _deduct_then_allocate,
    "net_cost.assist": _assist,
    "net_cost.exchange": _exchange,
    "net_cost.overhead": _overhead,
}
