"""Accumulation by a producer's statement (UR s.9): net cost, transaction value, averages, tariff change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.rules.accumulation import (
    Average,
    BuyersFiscalYear,
    Form,
    Statement,
    by_net_cost,
    by_transaction_value,
    for_tariff_change,
    holds,
)
from evidence.rules.regional_value import percent
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import TariffInput, tariff_shift

LAW = RuleSet.load()


def _figure(given: Mapping[str, Any], name: str) -> Decimal | None:
    value = given.get(name, "unknown")
    return None if value == "unknown" else Decimal(value)


def _statement(given: Mapping[str, Any]) -> Statement:
    over = given.get("average")
    average = None
    if over is not None:
        average = Average(Decimal(over["units"]), over.get("plants", 1), over["first"], over["last"])
    inputs = None
    if "inputs" in given:
        inputs = tuple(TariffInput(row["name"], row["code"], None) for row in given["inputs"])
    return Statement(
        form=Form(given["form"]),
        reference="S-1",
        net_cost=_figure(given, "net_cost"),
        vnm=_figure(given, "vnm"),
        free_of_vnm=_figure(given, "free_of_vnm"),
        inputs=inputs,
        wholly_in_region=given.get("wholly_in_region", False),
        currency=given.get("currency", "USD"),
        giver_country=given.get("giver_country", "US"),
        signed=given.get("signed", True),
        average=average,
    )


def _net_cost(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What one unit adds to the buyer's net cost and VNM; with the buyer's own figures, his content."""
    stated = _statement(given["statement"])
    besides = Decimal(given.get("costs_besides", 0))
    found = by_net_cost(stated, _figure(given, "value"), costs_besides=besides)
    result: dict[str, Any] = {"base": found.base, "vnm": found.vnm, "comes_out_even": found.unrounded}
    if "own_net_cost" in given and found.base is not None and found.vnm is not None:
        base = Decimal(given["own_net_cost"]) + found.base
        vnm = Decimal(given["own_vnm"]) + found.vnm
        result |= {"net_cost": base, "total_vnm": vnm, "rvc_percent": percent(base, vnm)}
    return result


def _transaction_value(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The content by transaction value of a buyer whose TV is unchanged and whose VNM takes what is stated."""
    found = by_transaction_value(_statement(given["statement"]))
    if found.vnm is None:
        return {"vnm": None}
    value, vnm = Decimal(given["transaction_value"]), Decimal(given["own_vnm"]) + found.vnm
    return {"vnm": vnm, "rvc_percent": percent(value, vnm)}


def _holds(given: Mapping[str, Any]) -> Mapping[str, Any]:
    year = given.get("fiscal_year")
    found = holds(_statement(given["statement"]), BuyersFiscalYear(*year) if year else None)
    return {"outcome": found.outcome.value, "against": [part.test for part in found.parts if not part.met]}


def _tariff_change(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tariff change of a good with one material, and a statement of what that material was made from."""
    of = given["material"]
    material = TariffInput(of["name"], of["code"], _figure(of, "value"))
    stated = _statement(given["statement"]) if "statement" in given else None
    found = tariff_shift(
        given["code"], given["from"], given.get("except", ""), [for_tariff_change(material, stated)],
        base=_figure(given, "base"), limit=LAW.series("DEMIN-CTC"), day=given["day"],
    )  # fmt: skip
    return {"outcome": found.outcome.value}


METHODS = {
    "accumulation.net_cost": _net_cost,
    "accumulation.transaction_value": _transaction_value,
    "accumulation.holds": _holds,
    "accumulation.tariff_change": _tariff_change,
}
