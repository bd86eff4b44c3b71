"""Which method the content of a good is worked out by: what is elected, and whether that choice is open.

19 CFR 182 App A s.7(1), (6)-(8), (19) by way of `rules.method_choice`. Without an election it is net cost, and the
transaction value is shown besides where sales are on file. An election to change is held against the one before it, and
against the notices of customs on record. Where the product rule offers one method only, that one is used (s.7(6)).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from evidence.core.statements.case import Notice as RecordedNotice
from evidence.core.statements.case import NoticeKind
from evidence.core.statements.election import Election
from evidence.core.values import Period
from evidence.errors import RuleError
from evidence.origin.averaging_elections import read_elections
from evidence.origin.choices import METHOD, METHOD_CITATION, METHODS, Choices
from evidence.origin.fiscal import fiscal_year
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.sales import Sales
from evidence.rules.finding import Finding, all_of, any_of
from evidence.rules.method_choice import Chosen, Notice, may_use
from evidence.rules.product_rules import Method
from evidence.rules.routes import GoodFigures, Route
from evidence.rules.ruleset import RuleSet

CONTENT = "regional value content"
_DAYS = "RECALCULATION-DAYS"
_NAMES = {Method.NET_COST: METHODS[0], Method.TRANSACTION_VALUE: METHODS[1]}


@dataclass(frozen=True, slots=True)
class MethodUsed:
    """The method of one good at one plant over one period.

    Attributes:
        method: the one whose content decides.
        allowed: whether it may be used; None where nothing is elected, so that nothing could bind.
    """

    method: Method
    sales: Sales
    allowed: Finding | None
    both: bool = True
    """Whether the product rule offers both methods."""

    @property
    def base(self) -> str:
        """The cell that de minimis is a share of (s.5(1))."""
        by_value = self.method is Method.TRANSACTION_VALUE and self.sales.value is not None
        return "tv" if by_value else "total_cost"

    def by(self, method: Method) -> "MethodUsed":
        """The same good by a method that does not decide."""
        return replace(self, method=method, allowed=None)

    def routes(self, open_routes: tuple[Route, ...]) -> tuple[Route, ...]:
        """The routes with the contents of the method used; by transaction value those of net cost are not open."""
        if self.method is Method.NET_COST:
            return open_routes
        kept = (
            replace(route, contents=tuple(each for each in route.contents if each[0] is self.method))
            for route in open_routes
            if not route.contents or any(method is self.method for method, _ in route.contents)
        )
        return tuple(kept)

    def figures(self, good: GoodFigures) -> GoodFigures:
        """The good with its transaction value, where that method is used."""
        if self.method is Method.NET_COST:
            return good
        refs = tuple(ref for line in self.sales.lines for ref in line.rests_on)
        rests_on = (*(each for each in good.rests_on if each != "net_cost"), *dict.fromkeys(refs))
        return replace(good, transaction_value=self.sales.value, rests_on=rests_on)

    def applied(self, rule: Finding) -> Finding:
        """The product rule, each content of it resting on the value and on the choice of method."""
        besides = [] if self.method is Method.NET_COST else [self.sales.finding]
        besides += [self.allowed] if self.allowed is not None else []
        if all(each.met for each in besides) and self.allowed is None:
            return rule
        alternatives = [
            all_of(route.test, [_with(part, besides) for part in route.parts], citations=route.citations)
            if any(part.test.startswith(CONTENT) for part in route.parts)
            else route
            for route in rule.parts
        ]
        return any_of(rule.test, alternatives, citations=rule.citations)


def _with(part: Finding, besides: Collection[Finding]) -> Finding:
    if not part.test.startswith(CONTENT):
        return part
    said = [part] if part.figure is not None or part.parts else []
    return all_of(part.test, [*said, *besides] or [part], citations=part.citations)


def method_used(
    inputs: Inputs, choices: Choices, law: RuleSet, sales: Sales, offered: Collection[Method]
) -> MethodUsed:
    """The method that the good's content is worked out by.

    Args:
        inputs: what is on file.
        choices: where the choice is noted.
        law: the rule set.
        sales: the good's sales.
        offered: the methods for which the open routes have a percentage.

    Raises:
        RuleError: the method elected is none of the two.
    """
    made = _elections(inputs)
    if len(set(offered)) < len(METHODS):
        only = next(iter(offered), Method.NET_COST)
        if made and offered:
            choices.note(METHOD, _NAMES[only], METHODS, f"{METHOD_CITATION}; the product rule offers no other")
        return MethodUsed(only, sales, None, both=False)
    choices.open_to_producer(METHOD, METHODS[0], METHODS, METHOD_CITATION)
    if not made:
        return MethodUsed(Method.NET_COST, sales, None)
    latest = made[-1]
    wanted = _method(latest)
    before = next((_method(each) for each in reversed(made[:-1]) if _method(each) is not wanted), None)
    changed = next((fact for fact in made if _method(fact) is wanted and _since(made, fact)), latest)
    chosen = Chosen(
        method=wanted,
        on=changed.value.made_on,
        before=before,
        notice=_adjusting(inputs, changed.value),
        found_short_on=_found_short(inputs),
    )
    findings = [may_use(chosen, offered, law.series(_DAYS))]
    averaged_in = _averaged_in(inputs)
    if averaged_in is not None:
        of_year = Chosen(wanted, inputs.question.period_from, averaged_in=averaged_in)
        findings.append(may_use(of_year, offered, law.series(_DAYS)))
    refs = [fact.ref for fact in made]
    allowed = replace(all_of("choice of method", findings), rests_on=tuple(refs))
    return MethodUsed(wanted, sales, allowed)


def _since(made: list[Fact[Election]], fact: Fact[Election]) -> bool:
    """Whether the method of an election has been kept ever since it."""
    later = made[made.index(fact) :]
    return all(_method(each) is _method(fact) for each in later)


def _elections(inputs: Inputs) -> list[Fact[Election]]:
    """The elections of a method for the good up to the period, the earliest first."""
    asked = inputs.question
    mine = [
        fact
        for fact in inputs.elections
        if fact.value.election == METHOD
        and fact.value.part in (None, asked.part)
        and fact.value.plant in (None, asked.plant)
        and (fact.value.valid_from is None or fact.value.valid_from <= asked.period_from)
    ]
    mine = [fact for fact in mine if fact.value.part == asked.part] or mine
    ordered = sorted(mine, key=lambda fact: (fact.value.made_on, fact.place))
    over = ordered and ordered[-1].value.valid_to is not None and ordered[-1].value.valid_to < asked.period_to
    return [] if over else ordered


def _method(fact: Fact[Election]) -> Method:
    for method, name in _NAMES.items():
        if fact.value.choice == name:
            return method
    wanted = " or ".join(METHODS)
    raise RuleError(f"The {METHOD} elected in {fact.ref} is {fact.value.choice!r}; wanted {wanted}. Elect it again.")


def _adjusting(inputs: Inputs, election: Election) -> Notice | None:
    """The notice that the value must be adjusted on which the producer changed; the first, whose time runs out first.

    A day printed on it later than the one of the law is the longer time that customs allowed.
    """
    found = [each for each in _about(inputs, NoticeKind.VALUE_ADJUSTMENT) if each.received_on <= election.made_on]
    if not found:
        return None
    first = min(found, key=lambda each: each.received_on)
    longer = first.reply_due_on if first.reply_due_on and first.reply_due_on >= first.received_on else None
    return Notice(first.received_on, longer)


def _found_short(inputs: Inputs) -> date | None:
    return min((each.received_on for each in _about(inputs, NoticeKind.CONTENT_SHORT)), default=None)


def _about(inputs: Inputs, kind: NoticeKind) -> list[RecordedNotice]:
    return [fact.value for fact in inputs.notices if fact.value.notice_kind is kind]


def _averaged_in(inputs: Inputs) -> Period | None:
    """The fiscal year in which the good is averaged by net cost, as elected; None where it is not."""
    asked = inputs.question
    read, _ = read_elections(fact for fact in inputs.elections if fact.value.part in (None, asked.part))
    if not any(
        (not each.plants or asked.plant in each.plants)
        and each.period.first <= asked.period_to
        and asked.period_from <= each.period.last
        for each in read
    ):
        return None
    try:
        return fiscal_year(inputs, asked.period_from).span
    except RuleError:
        return None
