"""Which intermediate materials may be designated once customs has found one non-originating: `designations`."""

from collections.abc import Mapping
from typing import Any

from evidence.rules.designations import Rescission, may_designate
from evidence.rules.ruleset import RuleSet

_DAYS = RuleSet.load().series("REDESIGNATION-DAYS")


def _another(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`rescinded` is a list of tables: `material`, `on`, `notified` and `determined`, the last two if known."""
    rescinded = [
        Rescission(each["material"], each["on"], each.get("notified"), each.get("determined"))
        for each in given.get("rescinded", ())
    ]
    found = may_designate(given["material"], given["on"], rescinded, _DAYS)
    return {"outcome": found.outcome.value}


METHODS = {"designations.another": _another}
