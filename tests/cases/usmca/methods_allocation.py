"""Schedule V and s.7(11): which costs and methods may be allocated, and net cost by each of the three routes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.core.statements.cost import AllocationGround, AllocationMethod, PaidFor
from evidence.rules.allocation import CostPool, DirectCosts, Method, PoolKind, allocable, allowed, shared_once
from evidence.rules.net_cost import Pool, allocate, allocate_each, allocate_then_deduct, royalty_excluded
from tests.cases.usmca.methods_net_cost import elements

_RATIOS = {
    "A": AllocationMethod.COST_RATIO,
    "B": AllocationMethod.LABOR_AND_MATERIAL,
    "C": AllocationMethod.DIRECT_COST,
    "own": AllocationMethod.OWN,
}


def _amounts(given: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(str(one)) for name, one in given.items()}


def _as_method(given: Mapping[str, Any]) -> Method:
    grounds = frozenset(AllocationGround(each) for each in given.get("grounds", ()))
    return Method(given["name"], _RATIOS[given["ratio"]], grounds, given.get("only_to_qualify"))


def _method(given: Mapping[str, Any]) -> Mapping[str, Any]:
    internal = _as_method(given["internal"]) if "internal" in given else None
    found = allowed(_as_method(given["used"]), internal=internal, in_year=given.get("in_year", ()))
    return {"outcome": found.outcome.value, "parts": [part.outcome.value for part in found.parts]}


def _pools(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = allocable(
        CostPool(
            each["name"],
            Decimal(str(each["amount"])),
            PoolKind[each.get("kind", "ordinary").upper()],
            Decimal(str(each.get("excluded", 0))),
        )
        for each in given["pools"]
    )
    return {
        "total": found.total,
        "less_excluded": found.less_excluded,
        "left_out": [pool.name for pool, _ in found.left_out],
    }


def _direct(given: Mapping[str, Any]) -> Mapping[str, Any]:
    goods = {name: DirectCosts(*(Decimal(str(each)) for each in costs)) for name, costs in given["goods"].items()}
    total = Decimal(str(given["amount"]))
    return {
        letter: allocate(total, {name: costs.base(_RATIOS[letter]) for name, costs in goods.items()})
        for letter in ("B", "C")
    }


def _once(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = shared_once(_amounts(given["shares"]), "overhead")
    return {"whole": found.figure, "outcome": found.outcome.value}


def _then_deduct(given: Mapping[str, Any]) -> Mapping[str, Any]:
    costs, bases = elements(given), _amounts(given["bases"])
    apart = _amounts(given["excluded_bases"]) if "excluded_bases" in given else None
    return {"net_cost": allocate_then_deduct(costs, bases, apart), "net_cost_of_all": costs.net_cost}


def _each(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = allocate_each(
        Pool(name, Decimal(str(one["cost"])), _amounts(one["bases"]), Decimal(str(one.get("excluded", 0))))
        for name, one in given["pools"].items()
    )
    return {"net_cost": found, "net_cost_of_all": sum(found.values(), Decimal(0))}


def _royalty(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"excluded": royalty_excluded(PaidFor[given["payment_for"]], in_region=given.get("in_region"))}


METHODS = {
    "allocation.method": _method,
    "allocation.pools": _pools,
    "allocation.direct": _direct,
    "allocation.once": _once,
    "allocation.then_deduct": _then_deduct,
    "allocation.each": _each,
    "allocation.royalty": _royalty,
}
