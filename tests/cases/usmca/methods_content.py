"""Regional value content against the figure of law of its day, by net cost and by transaction value (UR s.7, 13-15)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidence.core.statements.use import UseClass
from evidence.rules.core_parts import INDIVIDUAL, CorePart, Way, by_elected, each
from evidence.rules.de_minimis import excuses_content, tolerates_missed_shift
from evidence.rules.regional_value import by_net_cost
from evidence.rules.routes import GoodFigures, originates, routes
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()


def _net_cost(given: Mapping[str, Any]) -> Mapping[str, Any]:
    net_cost, vnm = Decimal(given["net_cost"]), Decimal(given["vnm"])
    found = by_net_cost(net_cost, vnm, LAW.series(given["series"]), given["day"])
    return {
        "threshold_percent": found.bound,
        "rvc_percent": found.figure,
        "rvc_exact": Fraction(net_cost - vnm) * 100 / Fraction(net_cost),
        "outcome": found.outcome.value,
    }


def _product_rule(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part under its own product rule and the table that its use selects."""
    open_routes = routes(LAW, given["code"], UseClass(given["use"]))
    thresholds = {str(method): law.on(given["day"]).amount for route in open_routes for method, law in route.contents}
    net_cost, vnm = Decimal(given["net_cost"]), Decimal(given["vnm"])
    good = GoodFigures(given["code"], net_cost, vnm)
    return {
        "thresholds": thresholds,
        "rvc_percent": Fraction(net_cost - vnm) * 100 / Fraction(net_cost),
        "originating": originates(LAW, open_routes, good, given["day"]).met,
    }


def _core_part(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """One core part by both individual ways."""
    vnm_all, vnm_column_2 = Decimal(given["vnm_all"]), Decimal(given["vnm_column_2"])
    part = CorePart("part", given["group"], Decimal(given["net_cost"]), vnm_all, vnm_column_2)
    limit = LAW.series("A2-NC")
    ways = {way: each(part, way, limit, given["day"]) for way in INDIVIDUAL}
    return {
        "threshold_percent": limit.on(given["day"]).amount,
        "rvc": {way.value: found.figure for way, found in ways.items()},
        "outcome": {way.value: found.outcome.value for way, found in ways.items()},
        "originating": by_elected(part.name, ways, Way.EACH_COLUMN_2).met,
    }


def _missed_shift(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = tolerates_missed_shift(
        Decimal(given["non_shifted"]), Decimal(given["base"]), LAW.series("DEMIN-CTC"), given["day"]
    )
    return {"tolerated": found.met}


def _content_excused(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found = excuses_content(Decimal(given["vnm"]), Decimal(given["base"]), LAW.series("DEMIN-RVC"), given["day"])
    return {"excused": found.met}


METHODS = {
    "content.net_cost": _net_cost,
    "content.product_rule": _product_rule,
    "content.core_part": _core_part,
    "content.missed_shift": _missed_shift,
    "content.excused": _content_excused,
}
