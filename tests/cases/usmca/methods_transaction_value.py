"""Transaction value, Schedule III: `sale` takes the price, what is added and the costs of shipment."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from evidence.rules.regional_value import by_transaction_value
from evidence.rules.ruleset import RuleSet
from evidence.rules.transaction_value import (
    Addition,
    AdditionKind,
    Sale,
    Shipment,
    ShipmentCost,
    Terms,
    transaction_value,
)

_LAW = RuleSet.load()
_DAY = date(2024, 1, 15)


def _figure(given: Mapping[str, Any], name: str = "amount") -> Decimal | None:
    return Decimal(str(given[name])) if name in given else None


def _sale(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`terms` are those of Schedule III s.2; a term, an amount or an `in_price` that is left out is not known.

    `vnm` is compared with what Table A.1 asks by this method on 15 January 2024: 85 per cent.
    """
    found = transaction_value(
        Sale(
            price=_figure(given, "price"),
            terms=Terms(**given.get("terms", {})),
            additions=tuple(
                Addition(AdditionKind[kind], _figure(each), each.get("in_price", False), each.get("shown_by", ""))
                for kind, each in given.get("additions", {}).items()
            ),
            shipment=tuple(
                Shipment(ShipmentCost[cost], _figure(each), each.get("in_price"))
                for cost, each in given.get("shipment", {}).items()
            ),
            discounts=Decimal(str(given.get("discounts", 0))),
        )
    )
    content = by_transaction_value(found.adjusted, _figure(given, "vnm"), _LAW.series("A1-TV"), _DAY)
    return {
        "outcome": found.finding.outcome.value,
        "value": found.value,
        "adjusted": found.adjusted,
        "rvc_percent": content.figure,
        "content": content.outcome.value,
    }


METHODS = {"transaction_value.sale": _sale}
