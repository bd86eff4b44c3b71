"""One design under the rule of each use: original equipment, other vehicle, aftermarket (UR s.13, s.14(18), s.15)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.core.statements.use import UseClass
from evidence.rules.routes import GoodFigures, originates, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import TariffInput

LAW = RuleSet.load()


def _by_use(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The percentages of each alternative, and the outcome, in each use named."""
    materials = tuple(
        TariffInput(row["name"], row["code"], Decimal(row["value"])) for row in given.get("materials", ())
    )
    value = Decimal(given["transaction_value"]) if "transaction_value" in given else None
    good = GoodFigures(
        given["code"], Decimal(given["net_cost"]), Decimal(given["vnm"]), Decimal(given["total_cost"]), value, materials
    )
    result: dict[str, Any] = {}
    for use in given["uses"]:
        open_routes = routes(LAW, given["code"], UseClass(use), scopes=given.get("scopes", ()))
        result[use] = {
            "percentages": [
                {str(method): law.on(given["day"]).amount for method, law in route.contents} for route in open_routes
            ],
            "outcome": originates(LAW, open_routes, good, given["day"]).outcome.value,
        }
    return result


METHODS = {"aftermarket.by_use": _by_use}
