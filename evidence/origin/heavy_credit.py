"""A heavy truck's product rule with the points that its labor value content adds to its regional value content.

19 CFR 182 App A s.18(22); SOR/2020-155 s.18(22). The credit is open where the labor value content is both computed here
and certified; it takes the place of no content that is met without it.
"""

from dataclasses import replace
from datetime import date

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.errors import MalformedValue, RuleError
from evidence.origin.choices import Choices
from evidence.origin.labor import Labor
from evidence.origin.limbs import certified
from evidence.rules.finding import Finding, Outcome, all_of, any_of
from evidence.rules.labor_value import FLOOR, HEAVY_CREDIT, heavy_truck_credit, with_heavy_truck_credit
from evidence.rules.parameters import Parameter
from evidence.rules.routes import GoodFigures
from evidence.rules.ruleset import RuleSet

CONTENT = "regional value content"
_SERIES = "HT-RVC"


def with_credit(rule: Finding, labor: Labor, good: GoodFigures, choices: Choices, law: RuleSet, day: date) -> Finding:
    """The finding of the product rule, each alternative's content tried with the credit where it is not met alone.

    Args:
        rule: the product rule on `day`: alternatives, each with its tariff change and its content.
        labor: the labor value content computed here.
        good: the truck's figures.
        choices: the readings taken.
        law: the rule set.
        day: the day of the threshold.
    """
    if rule.outcome is not Outcome.NOT_MET:
        return rule
    try:
        value = labor.on(day)
    except (RuleError, MalformedValue):
        return rule
    on_file = certified(labor.inputs, VehicleCertificationKind.LABOUR_VALUE, law)[0].met
    points, why = heavy_truck_credit(value.material_manufacturing, value.total, on_file, law, day)
    if not points:
        return rule
    reading, threshold = choices.reading(FLOOR), law.series(_SERIES)

    def tried(content: Finding) -> Finding:
        if content.met or not content.test.startswith(CONTENT) or not _is_of(content, threshold):
            return content
        rests_on = (*content.rests_on, *value.share.rests_on, "lvc.share")
        credited = with_heavy_truck_credit(
            good.net_cost, good.non_originating, (points, why), threshold, law, day, reading, rests_on=rests_on
        )
        either = [credited, content] if credited.met else [content, credited]  # what decides stands first
        return any_of("content, alone or with the credit", either, citations=(HEAVY_CREDIT,))

    alternatives = []
    for route in rule.parts:
        parts = [tried(part) for part in route.parts]
        same = all(one is other for one, other in zip(parts, route.parts, strict=True))
        alternatives.append(route if same else all_of(route.test, parts, citations=route.citations))
    return replace(any_of(rule.test, alternatives, citations=rule.citations), law=rule.law)


def _is_of(content: Finding, threshold: Parameter) -> bool:
    return any(law.name == threshold.name for law in content.law)
