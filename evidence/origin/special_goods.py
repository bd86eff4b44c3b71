"""Goods whose origin does not turn on their product rule alone: sets, and goods that share a heading with their parts.

A good whose item is recorded with nature `set` originates as its goods do (HTSUS GN 11(i); USMCA art. 4.17). A good
whose classification records one of the roles of `SAME_HEADING` may originate by a content of its own besides its rule
(19 CFR 182 App A s.3(4); SOR/2020-155 s.3(4)). The automotive tables leave no room for that, so that it is open to
aftermarket goods and goods for no vehicle only.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from evidence.core.statements.item import ItemLine, Nature
from evidence.core.statements.use import UseClass, UseLine
from evidence.origin.codes import RecordedCode
from evidence.origin.inputs import Fact
from evidence.origin.money import tidy
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, Outcome, any_of, undetermined
from evidence.rules.roll_up import Contribution, Origin, RollUp, Treatment
from evidence.rules.roll_up import Nature as RuleNature
from evidence.rules.routes import GoodFigures
from evidence.rules.ruleset import RuleSet
from evidence.rules.sets import InSet, NoChange, same_heading, set_originates

SAME_HEADING = {
    "s.3(4): unassembled": NoChange.UNASSEMBLED,
    "s.3(4): heading": NoChange.SAME_HEADING,
    "s.3(4): subheading": NoChange.SAME_SUBHEADING,
}
_OPEN_TO = (UseClass.AFTERMARKET, UseClass.STATIONARY_STORAGE)
_ORIGINATES = (Treatment.ROLLED_UP, Treatment.INTERMEDIATE)


def is_set(item: Fact[ItemLine] | None) -> bool:
    """Whether the good is put up in a set."""
    return item is not None and item.value.nature is Nature.SET


def set_rule(law: RuleSet, rolled: RollUp, good: GoodFigures, units: Decimal | None, day: date) -> Finding:
    """Whether the set originates, with its total cost as its value; its goods are the first level of its bill."""
    if units is None or good.total_cost is None:
        return undetermined("set", "what the set costs is not known", rests_on=good.rests_on)
    return set_originates(law, _goods(rolled, units), good.total_cost, day, rests_on=good.rests_on)


def _goods(rolled: RollUp, units: Decimal) -> Iterator[InSet]:
    for each in rolled.contributions:
        if each.level == 1 and each.material.nature is RuleNature.DIRECT:
            with exactly():
                value = None if each.value is None else tidy(each.value * units)
            yield InSet(each.key, value, _origin(each))


def _origin(each: Contribution) -> Finding | None:
    """The origin of one good of the set; None where it is not established, as of what is made but not designated."""
    if each.treatment in _ORIGINATES:
        outcome = Outcome.MET
    elif each.material.origin is Origin.NON_ORIGINATING:
        outcome = Outcome.NOT_MET
    else:
        return None
    return Finding(f"origin of {each.key}", outcome, None, None, each.treatment.value, (), each.treatment.value)


def or_same_heading(
    law: RuleSet,
    rule: Finding,
    code: RecordedCode,
    use: UseLine | None,
    good: GoodFigures,
    in_region: Finding,
    day: date,
) -> Finding:
    """The product rule, or where a role of s.3(4) is recorded its content besides as one more alternative.

    Args:
        rule: the finding of the product rule, whose parts are its alternatives.
        in_region: whether the good was produced in the region.
    """
    roles = [why for role, why in SAME_HEADING.items() if role in code.roles]
    if not roles or use is None or use.use not in _OPEN_TO:
        return rule
    produced = None if in_region.outcome is Outcome.NOT_DETERMINABLE else in_region.met
    found: Iterable[Finding] = (same_heading(law, good, why, day, produced_in_region=produced) for why in roles)
    return any_of(rule.test, [*(rule.parts or (rule,)), *found], citations=rule.citations)
