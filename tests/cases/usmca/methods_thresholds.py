"""The dated percentages of UR s.13-15, s.17-20 on the day before, the day of and the day after each step."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidence.core.statements.metal import Metal
from evidence.errors import NoValueInForce
from evidence.rules.de_minimis import excuses_content, tolerates_missed_shift
from evidence.rules.finding import Finding, Outcome
from evidence.rules.labor_credits import Credit
from evidence.rules.labor_value import Formula, LaborShare, labor_value
from evidence.rules.regional_value import by_net_cost, by_transaction_value
from evidence.rules.ruleset import RuleSet
from evidence.rules.steel_aluminum import share

LAW = RuleSet.load()
_CONTENTS = {"rvc_net_cost": by_net_cost, "rvc_transaction_value": by_transaction_value}


def _days(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What binds on each day: the comparison and the percentage, or ``none``."""
    series = LAW.series(given["series"])
    found = []
    for day in given["days"]:
        try:
            law = series.on(day)
        except NoValueInForce:
            found.append("none")
        else:
            found.append(f"{law.comparator} {law.amount} {law.unit}")
    return {"binds": found}


def _content(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A content of `base` with each value of non-originating materials on each day."""
    series = LAW.series(given["series"])
    test, base = _CONTENTS[series.measure], Decimal(given["base"])
    return {"outcomes": [test(base, Decimal(vnm), series, day).outcome.value for day, vnm in given["rows"]]}


def _de_minimis(given: Mapping[str, Any]) -> Mapping[str, Any]:
    series, base = LAW.series(given["series"]), Decimal(given["base"])
    test = excuses_content if series.name == "DEMIN-RVC" else tolerates_missed_shift
    return {"outcomes": [test(Decimal(part), base, series, day).outcome.value for day, part in given["rows"]]}


def _metals(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Purchases of `base`, with each originating value on each day."""
    series, base, metal = LAW.series(given["series"]), Decimal(given["base"]), Metal(given["metal"])
    return {
        "outcomes": [share(metal, base, Decimal(part), series.on(day)).outcome.value for day, part in given["rows"]]
    }


def _labor(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """High-wage value of a net cost of `base`, on each day, with the credits named."""
    base = Decimal(given["base"])
    earned = [_credit(given["credits"][name]) for name in ("technology", "assembly")]
    found = []
    for day, part in given["rows"]:
        first = LaborShare(Formula.NET_COST, Decimal(part), base)
        found.append(labor_value(first, earned[0], earned[1], given["class"], LAW, day).finding.outcome.value)
    return {"outcomes": found}


def _credit(points: int) -> Credit:
    as_given = Finding("credit", Outcome.MET, None, None, "", (), "as the case has it")
    return Credit(Fraction(points), Fraction(points), as_given)


METHODS = {
    "thresholds.days": _days,
    "thresholds.content": _content,
    "thresholds.de_minimis": _de_minimis,
    "thresholds.metals": _metals,
    "thresholds.labor": _labor,
}
