"""Non-allowable interest, Schedule IX: `loan` takes repayments and yields; gives maturity, limit and what is over."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from evidence.rules.interest import Debt, GovernmentYield, Repayment, non_allowable_interest
from evidence.rules.ruleset import RuleSet

_DAY = date(2024, 1, 15)
_LAW = RuleSet.load()
_CENTS = Decimal("0.05")


def _figure(given: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(given[name])) if name in given else None


def _loan(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`repayments` is principal at the end of year 1, 2, 3…; `rate_years` stands where the rate is variable.

    `printed_weights` is compared row by row, within five cents, and added up as printed.
    """
    paid = [Decimal(str(each)) for each in given["repayments"]]
    repayments = tuple(Repayment(Decimal(year), principal) for year, principal in enumerate(paid, start=1))
    debt = Debt(
        name="of the case",
        rate_percent=_figure(given, "rate_percent"),
        balance=Decimal(str(given["balance"])),
        repayments=repayments,
        rate_years=_figure(given, "rate_years"),
        interest=_figure(given, "interest"),
    )
    yields = [GovernmentYield(Decimal(years), Decimal(str(one))) for years, one in given["government_yields"].items()]
    found = non_allowable_interest(debt, yields, _LAW.series("INTEREST-SPREAD"), _DAY)
    printed = [Decimal(str(each)) for each in given.get("printed_weights", [])]
    near = [abs(own - one) <= _CENTS for own, one in zip(debt.weights, printed, strict=False)]
    return {
        "weighted_sum": sum(debt.weights, Decimal(0)),
        "printed_weighted_sum": sum(printed, Decimal(0)),
        "printed_weights_within_five_cents": len(near) == len(printed) and all(near),
        "maturity": found.maturity,
        "interpolated_yield": found.comparable,
        "limit": found.limit,
        "spread_in_basis_points": found.finding.figure,
        "non_allowable_interest": found.non_allowable,
        "outcome": found.finding.outcome.value,
    }


METHODS = {"interest.loan": _loan}
