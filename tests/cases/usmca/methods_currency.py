"""Which exchange rate applies, UR s.2: `rate` takes the rates on file and the days of a purchase."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from evidence.rules.currency import Rate, RateKind, conversion
from evidence.rules.ruleset import RuleSet

_WITHIN = RuleSet.load().series("CURRENCY-DAYS").on(date(2024, 3, 31))


def _rate(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`kind` of a rate is recorded, another or official."""
    rates = [
        Rate(each["currency"], each["into"], each["day"], Decimal(str(each["rate"])), RateKind[each["kind"].upper()])
        for each in given["rates"]
    ]
    found = conversion(
        rates,
        given["currency"],
        given["into"],
        _WITHIN,
        acquired_on=given["acquired_on"],
        shipped_on=given.get("shipped_on"),
    )
    return {
        "outcome": found.finding.outcome.value,
        "rate": found.rate,
        "converted": found.of(Decimal(str(given["amount"]))),
        "kind": found.used.kind.name.lower() if found.used else "",
    }


METHODS = {"currency.rate": _rate}
