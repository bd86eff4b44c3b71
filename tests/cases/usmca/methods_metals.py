"""Steel and aluminum purchases (UR s.17): what the case files of topic ``metals`` are worked out with."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from evidence.core.statements.metal import Metal, MetalForm
from evidence.errors import RuleError
from evidence.rules.finding import Finding, all_of
from evidence.rules.metal_periods import MetalPeriod, estimate_may_stand, metal_period
from evidence.rules.periods import FiscalYear, vehicle_periods
from evidence.rules.roll_up import Origin
from evidence.rules.ruleset import RuleSet
from evidence.rules.steel_aluminum import (
    BY_DAY_OF_TEST,
    MELT_SERIES,
    SERIES,
    MetalPurchase,
    Purpose,
    Scope,
    content,
    share,
)

_LAW = RuleSet.load()


def _figure(value: Any) -> Decimal | None:
    return None if value == "unknown" else Decimal(value)


def two_tests(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Totals by metal: steel_total, steel_originating, steel_melted_and_poured (only from the melting rule on needed),
    aluminum_total, aluminum_originating; vehicle is PV, LT or HT.
    """
    day, found = inputs["date"], {}
    for metal in Metal:
        if f"{metal.value}_total" not in inputs:
            continue
        good = inputs[f"{metal.value}_originating"]
        law = _LAW.series(f"{inputs['vehicle']}-{SERIES[metal]}").on(day)
        rule = _LAW.series(MELT_SERIES).on(day)
        if metal is Metal.STEEL and rule.amount:
            good = inputs["steel_melted_and_poured"]
        found[metal.value] = share(metal, _figure(inputs[f"{metal.value}_total"]), _figure(good), law)
    whole = all_of("steel and aluminum", found.values())
    return {
        **{f"{metal}": finding.figure for metal, finding in found.items()},
        **{f"{metal}_threshold": finding.bound for metal, finding in found.items()},
        **{f"{metal}_outcome": str(finding.outcome) for metal, finding in found.items()},
        "pass": whole.met,
    }


def purchases(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lines of purchases, each counted by its metal, form, code, value, origin and what else it says."""
    reading = inputs.get("reading", BY_DAY_OF_TEST)
    lines = [_purchase(key, line, inputs) for key, line in inputs["purchases"].items()]
    result: dict[str, Any] = {}
    for metal in Metal:
        if not any(line.metal is metal for line in lines):
            continue
        threshold = _LAW.series(f"{inputs['vehicle']}-{SERIES[metal]}")
        melt = _LAW.series(MELT_SERIES)
        found = content(metal, lines, _LAW.tables, threshold, melt, inputs["date"], reading=reading)
        result[metal.value] = {
            "total": found.total,
            "originating": found.originating,
            "melted_and_poured": found.melted_and_poured,
            "share": found.finding.figure,
            "outcome": str(found.finding.outcome),
            "other_reading": _share(found.views[0][1]) if found.views else None,
            "left_out": [line.purchase.key for line in found.lines if not line.counts],
        }
    return result


def _share(finding: Finding) -> Decimal | None:
    return finding.figure


def _purchase(key: str, line: Mapping[str, Any], inputs: Mapping[str, Any]) -> MetalPurchase:
    made_in = line.get("made_in", "US")
    return MetalPurchase(
        key=key,
        metal=Metal(line["metal"]),
        form=MetalForm(line.get("form", "direct")),
        code=line["code"] if line["code"] != "unknown" else None,
        value=_figure(line["value"]),
        origin=Origin(line["origin"]),
        bought_on=line.get("bought_on", inputs["date"]),
        within_part=_figure(line["within_part"]) if "within_part" in line else None,
        received_in=line.get("received_in", "MX"),
        melted_in=line.get("melted_in", made_in),
        poured_in=line.get("poured_in", made_in),
        finished_in=line.get("finished_in", made_in),
        contract=line.get("contract", False),
        purpose=_purpose(line.get("purpose", Purpose.COVERED_VEHICLES.value)),
        scope=Scope(line.get("scope", Scope.WITHIN.value)),
    )


def _purpose(said: str) -> Purpose | None:
    return None if said == "not recorded" else Purpose(said)


def period(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The days of each period of s.17(7) for one day and fiscal year, and which of them may be estimated."""
    when: date = inputs["date"]

    def year_of(day: date) -> FiscalYear:
        return FiscalYear.containing(day, inputs["year_starts"])

    optional = vehicle_periods([year_of(when)], _LAW, heavy=inputs.get("heavy", False))
    result: dict[str, Any] = {}
    for kind in MetalPeriod:
        may = estimate_may_stand(kind).met
        try:
            found = metal_period(kind, when, year_of, optional)
        except RuleError:
            result[kind.value] = "none"
        else:
            result[kind.value] = {"first": found.first, "last": found.last, "estimate": may}
    return result


METHODS: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "metals.two_tests": two_tests,
    "metals.purchases": purchases,
    "metals.period": period,
}
