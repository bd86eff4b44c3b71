"""The core parts of a vehicle: each by the four ways, the ways elected, and the limb that all of them make.

19 CFR 182 App A s.14(4)-(12) by way of `rules.core_parts`. A self-produced part is tested by its books. A bought part
stands on its maker's declaration, and on the net cost and non-originating value that its maker states, where he does.
All four ways are worked out and shown; a way other than I-ALL decides where it is elected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from evidence.origin.bill import Bill, Line
from evidence.origin.bought import NOT_ORIGINATING, Bought
from evidence.origin.choices import Choices
from evidence.origin.core_averages import AVERAGED, CoreAverages, member
from evidence.origin.counted import Counting
from evidence.origin.days import under_one_law
from evidence.origin.money import RateFile, carried
from evidence.origin.powered import Powered
from evidence.origin.support import Counts
from evidence.origin.tested import Tested, core_group, with_reason
from evidence.origin.ties import NOT_TIED
from evidence.rules.core_parts import (
    CITATION,
    CORE_LIMB,
    INDIVIDUAL,
    Combined,
    CorePart,
    Way,
    all_core_parts,
    by_elected,
    each,
    elected_together,
    super_core,
)
from evidence.rules.core_roll_up import CoreOutcome, outcome_of
from evidence.rules.finding import Finding, Outcome, any_of, undetermined
from evidence.rules.parameters import Parameter
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import GROUPS, WHOLE_PART, Tables

COMBINED = "core-ways-combined"
DECLARED = "supplier's declaration"


@dataclass(frozen=True, slots=True)
class CoreResult:
    """One core part of the vehicle.

    Attributes:
        way: by which way it originates, or was tested.
        finding: whether it originates by the way elected, or by its own rule or its maker's declaration.
        tested: its own figures, where it is self-produced.
        ways: its finding by each way; empty where no figures of it are on file.
        outcome: what the two readings of roll-up look at.
        part: its figures as the ways take them.
    """

    line: Line
    group: str
    way: str
    finding: Finding
    tested: Tested | None
    outcome: CoreOutcome
    ways: Mapping[Way, Finding] = field(default_factory=dict)
    part: CorePart | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A core part before the ways are elected: its figures, and what stands by itself."""

    line: Line
    group: str
    part: CorePart | None
    own: Finding | None
    tested: Tested | None


def core_results(
    bill: Bill,
    counting: Counting,
    tested: Mapping[str, Tested],
    choices: Choices,
    law: RuleSet,
    days: Iterable[date],
    rates: RateFile,
    currency: str,
    averages: CoreAverages | None = None,
) -> tuple[CoreResult, ...]:
    """Every part of the bill recorded as a core part, by the four ways, the way elected and the averages recorded.

    Raises:
        RuleError: an election on file names a way that there is not.
    """
    found = [
        _found(line, group, counting, tested, rates, currency) for line in bill.all() if (group := core_group(line))
    ]
    ways = _ways(found, law, tuple(days))
    elected = {one.line.key: choices.core_way(one.line.bill.value.child, one.line.made_at) for one in found}
    decided = _decided(found, ways, elected, choices)
    results = (_result(one, ways[one.line.key], elected[one.line.key], decided[one.line.key]) for one in found)
    every = frozenset(
        member(one.line.bill.value.child, one.line.made_at) if one.line.made_at is not None else None for one in found
    )
    return tuple(_averaged(result, averages, every) for result in results)


def _averaged(result: CoreResult, averages: CoreAverages | None, every: frozenset[str | None]) -> CoreResult:
    """The part with what a recorded average says of it (s.14(12)); one that originates by itself stands as it is.

    A part without figures of its own for the period is in no average that could be checked.
    """
    line = result.line
    if result.finding.met or averages is None or not result.ways:
        return result
    said = averages.of(line.bill.value.child, line.made_at, every)
    if said is None:
        return result
    finding = any_of(f"core part {line.key}", [result.finding, said], citations=(CITATION,))
    outcome = replace(result.outcome, elected=(*result.outcome.elected, said))
    return replace(result, finding=finding, outcome=outcome, way=AVERAGED if said.met else result.way)


def _found(
    line: Line, group: str, counting: Counting, tested: Mapping[str, Tested], rates: RateFile, currency: str
) -> _Found:
    if line.id in tested:
        made = tested[line.id]
        own = made.own if made.part is not None else made.finding
        return _Found(line, group, made.part, own, made)
    bought = counting.apart(line) or counting.bought(line)
    refs = tuple(dict.fromkeys(ref for row in bought.support for ref in row.rests_on))
    declared = Finding(
        f"core part {line.key} ({group.replace('_', ' ')}), {DECLARED}",
        Outcome.MET if bought.originates else Outcome.NOT_MET,
        None, None, bought.status.value, (), bought.reason, (line.key, *refs), (CITATION,),
    )  # fmt: skip
    return _Found(line, group, _stated(line, group, bought, rates, currency), declared, None)


def _stated(line: Line, group: str, bought: Bought, rates: RateFile, currency: str) -> CorePart | None:
    """A bought part by the net cost and non-originating value that its maker states for one unit (s.9(2)(a), (4)).

    Of several statements the least net cost and the greatest non-originating value; None where a purchase has none, or
    has one that does not cover it: not accepted, lapsed, withdrawn or contradicted.
    """
    costs: list[Decimal] = []
    values: list[Decimal] = []
    refs: list[str] = [line.key]
    for covered in bought.covered:
        coverage = covered.coverage
        if coverage.counts is Counts.WHOLE and coverage.failed != NOT_ORIGINATING:
            return None
        several = [fact.value for fact in coverage.stated if fact.value.net_cost is not None]
        if not several and covered.declaration is not None:
            several = [covered.declaration]
        if not several:
            return None
        for by in several:
            if by.currency is None or by.net_cost is None or by.non_originating_value is None:
                return None
            rate = rates.on(by.currency, currency, by.signed_on or by.received_on)
            if rate.rate is None:
                return None
            costs.append(-carried(-Fraction(by.net_cost) * Fraction(rate.rate)))
            values.append(carried(Fraction(by.non_originating_value) * Fraction(rate.rate)))
            refs += rate.rests_on
        refs += coverage.rests_on
    if not costs or group not in GROUPS:
        return None
    return CorePart(
        line.key, group, min(costs), max(values), None, tuple(dict.fromkeys(refs)), per_vehicle=line.quantity
    )


def _ways(found: Iterable[_Found], law: RuleSet, days: tuple[date, ...]) -> dict[str, dict[Way, Finding]]:
    """The finding of each core part by each way, by its number; the super-core's stands for every part with figures."""
    found = tuple(found)
    together = {way: _together(found, way, law, days) for way in Way if way.of_all_parts}
    ways: dict[str, dict[Way, Finding]] = {}
    for one in found:
        part = one.part
        of = ways[one.line.key] = {}
        if part is not None:
            threshold = law.phased("A2-NC", one.line.code.rule_code)
            of |= {way: _alone(one, part, way, threshold, days) for way in INDIVIDUAL} | together
    return ways


def _alone(one: _Found, part: CorePart, way: Way, threshold: Parameter, days: tuple[date, ...]) -> Finding:
    found = under_one_law(f"{part.name}, {way.value}", days, lambda day: each(part, way, threshold, day))
    return found if one.tested is None else with_reason(found, one.line, part.net_cost)


def _together(found: tuple[_Found, ...], way: Way, law: RuleSet, days: tuple[date, ...]) -> Finding:
    test = f"super-core of {len(found)} core parts, {way.value}"
    without = [one.line.key for one in found if one.part is None]
    if without:
        reason = f"no net cost and non-originating value are on file of {', '.join(without)}"
        return undetermined(test, reason, citations=(CITATION,))
    inside = {below.id for one in found for below in one.line.all()[1:]}
    nested = [one.line.key for one in found if one.line.id in inside]
    if nested:
        reason = f"{', '.join(nested)} is inside another core part, whose net cost holds its own already"
        return undetermined(test, reason, citations=(CITATION,))
    parts = [one.part for one in found if one.part is not None]
    return under_one_law(test, days, lambda day: super_core(parts, way, law.series("A2-NC"), day))


def _decided(
    found: Iterable[_Found], ways: Mapping[str, Mapping[Way, Finding]], elected: Mapping[str, Way], choices: Choices
) -> dict[str, Finding]:
    """The finding of each part under the ways elected; one without figures stands on what is declared of it."""
    own = {one.line.key: one.own for one in found if one.own is not None}
    with_figures = {key: of for key, of in ways.items() if of}
    combined = Combined.EACH_ITS_OWN
    if len({elected[key] for key in with_figures}) > 1:
        combined = Combined(choices.reading(COMBINED))
    return own | elected_together(with_figures, elected, own, combined)


def _result(one: _Found, ways: Mapping[Way, Finding], elected: Way, finding: Finding) -> CoreResult:
    if not ways:
        own = one.own if one.own is not None else finding
        way = Way.EACH_ALL.value if one.tested is not None else DECLARED
        return CoreResult(one.line, one.group, way, finding, one.tested, CoreOutcome(own), {}, one.part)
    outcome = outcome_of(ways, elected, one.own)
    by = _by(one, ways, elected, finding)
    return CoreResult(one.line, one.group, by, finding, one.tested, outcome, ways, one.part)


def _by(one: _Found, ways: Mapping[Way, Finding], elected: Way, finding: Finding) -> str:
    """By which way the part originates; where it does not, the way elected for it."""
    if finding.met:
        for way in (Way.EACH_ALL, elected):
            if ways[way].met:
                return way.value
        return DECLARED if one.tested is None else "own product rule"
    return elected.value


def under_way(result: CoreResult, way: Way) -> CoreResult:
    """A core part as it would stand by `way` alone; one without figures as it stands."""
    if not result.ways:
        return result
    only = {way: result.ways[way]}
    finding = by_elected(f"core part {result.line.key}", only, way, result.outcome.own_rule)
    return replace(result, finding=finding)


def core_limb(bill: Bill, results: Iterable[CoreResult], tables: Tables, powered: Powered) -> Finding:
    """Whether every core part of the vehicle originates, and the bill says which parts those are.

    A vehicle without a body, an axle, a suspension, a steering and what drives it is taken to be one whose core parts
    are not all recorded. A line without an item on file could be one, and so could a line whose code Table A.2 names
    as one, where nothing records that it is none: also inside a recorded core part, unless its code is of that group.

    Args:
        bill: the vehicle's bill.
        results: its recorded core parts.
        tables: those of the rule set.
        powered: which parts what drives it asks for.
    """
    results = tuple(results)
    parts = [result.finding for result in results]
    if bill.fault:
        return undetermined(CORE_LIMB, bill.fault, citations=(CITATION,))
    for group in powered.wanted({result.group for result in results}):
        reason = "no part of the bill is recorded as one, and every such vehicle has it; record its core group"
        parts.append(undetermined(f"core part: {group.replace('_', ' ')}", reason, citations=(CITATION,)))
    if powered.missing:
        parts.append(undetermined("core part: what drives the vehicle", powered.missing, citations=(CITATION,)))
    recorded = {result.line.id for result in results}
    within: dict[str, set[str]] = {}
    for result in results:
        for line in result.line.all():
            within.setdefault(line.id, set()).add(result.group)
    open_lines = [line for line in bill.all() if line.id not in recorded]
    unknown = [line.key for line in bill.all() if line.item is None]
    if unknown:
        reason = f"no item is on file for {_named(unknown)}, so that it is not known whether it is a core part"
        parts.append(undetermined("core parts: items on file", reason, citations=(CITATION,)))
    for groups, keys in _unplaced(open_lines, within, tables).items():
        reason = (
            f"{_named(keys)}: its code is one of those of {groups}; record its core group, or the role A.2:none"
            if groups
            else f"{_named(keys)} has no code, so that it is not known whether it is a core part; classify it"
        )
        parts.append(undetermined("core parts: what Table A.2 could name", reason, citations=(CITATION,)))
    return all_core_parts(parts)


def _unplaced(lines: Iterable[Line], within: Mapping[str, set[str]], tables: Tables) -> dict[str, list[str]]:
    """Lines that may be a core part and are not recorded as one, by the groups that their code names; empty for no
    code. A role of Table A.2 other than that of a whole part says that a line is none, where the table has such a row
    for its code; a line inside a core part is none of the groups that it is inside of.
    """
    found: dict[str, list[str]] = {}
    listed: dict[str, tuple[set[str], list[str]]] = {}
    for line in lines:
        if line.item is None or line.nature in NOT_TIED:
            continue
        roles = [role for role in line.code.roles if role.startswith("A.2:")]
        code = line.code.rule_code
        if code is None:
            if roles and not any(role.endswith(f":{WHOLE_PART}") for role in roles):
                continue
            named: list[str] = []
        else:
            if code not in listed:
                rows = tables.listing(code, ())
                every = (*rows.rows, *rows.undecided)
                whole = [row.group for row in every if row.component == WHOLE_PART]
                listed[code] = {row.group for row in every}, whole
            groups, whole = listed[code]
            named = [group for group in _by_role(roles, groups, whole) if group not in within.get(line.id, ())]
            if not named:
                continue
        found.setdefault(" or ".join(dict.fromkeys(named)).replace("_", " "), []).append(line.key)
    return found


def _by_role(roles: Iterable[str], groups: set[str], whole: list[str]) -> list[str]:
    """The groups that a line may be a core part of: those of its roles, or those that its code names."""
    roles = [role for role in roles if role == "A.2:none" or role.split(":")[1] in groups]
    if not roles:
        return whole
    return [role.split(":")[1] for role in roles if role.endswith(f":{WHOLE_PART}")]


def _named(keys: list[str]) -> str:
    return ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
