"""Which method and which period of total cost may be chosen: `content` and `period`."""

from collections.abc import Mapping
from typing import Any

from evidence.core.values import Period
from evidence.rules.cost_period import cost_period
from evidence.rules.method_choice import Chosen, Notice, may_use
from evidence.rules.periods import FiscalYear
from evidence.rules.product_rules import Method
from evidence.rules.ruleset import RuleSet

_DAYS = RuleSet.load().series("RECALCULATION-DAYS")


def _content(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`offered`, `method` and `before` are NC or TV; the rest are days, and `averaged_in` a period."""
    notice = Notice(given["notice"], given.get("extended_to")) if "notice" in given else None
    chosen = Chosen(
        method=Method(given["method"]),
        on=given["on"],
        before=Method(given["before"]) if "before" in given else None,
        notice=notice,
        found_short_on=given.get("found_short_on"),
        averaged_in=Period.parse(given["averaged_in"]) if "averaged_in" in given else None,
    )
    found = may_use(chosen, [Method(each) for each in given["offered"]], _DAYS)
    return {"outcome": found.outcome.value, "due": notice.due(_DAYS) if notice else None}


def _period(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`period` and each of `chosen` as 2024-04, 2024 or 2024-04-01..2025-03-31; `year_starts` as 04-01.

    `month_ends` are the last days of the year's months where they are weeks counted 4-4-5.
    """
    period, chosen = Period.parse(given["period"]), [Period.parse(each) for each in given.get("chosen", ())]
    if "month_ends" in given:
        year = FiscalYear.of_month_ends(given["year_begins"], given["month_ends"])
    else:
        year = FiscalYear.containing(period.first, given["year_starts"])
    found = cost_period(period, year, chosen)
    return {"outcome": found.outcome.value}


METHODS = {"method_choice.content": _content, "method_choice.period": _period}
