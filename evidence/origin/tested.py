"""Self-produced parts that are tested by themselves: core parts, and materials designated as intermediate.

A core part is tested on all its own non-originating materials (the way I-ALL) at the percentage of Table A.2; a
propulsion battery of 8507.60 by its own rule besides, tariff shift or content (19 CFR 182 App A s.14(4)-(6)). A
designated material is tested by its own product rule for its use. What originates counts as nothing in the good
(s.14(1), s.8(6)).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evidence.errors import RuleError
from evidence.origin.bill import Bill, Line
from evidence.origin.choices import Choices
from evidence.origin.costs import CostSheet
from evidence.origin.counted import Counting, kinds
from evidence.origin.days import under_one_law
from evidence.origin.money import tidy
from evidence.rules import core_parts
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, undetermined
from evidence.rules.product_rules import Use
from evidence.rules.roll_up import RollUp, roll_up, tariff_inputs
from evidence.rules.routes import GoodFigures, originates, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import GROUPS
from evidence.rules.tariff_shift import TariffInput

PROPULSION_BATTERY = "main propulsion battery of an electric vehicle"
_SHORT_NAMES = {"suspension": "suspension_system", "steering": "steering_system"}


@dataclass(frozen=True, slots=True)
class Tested:
    """One self-produced part as tested: its figures for all units made, and the finding."""

    line: Line
    group: str
    net_cost: Decimal | None
    vnm: Decimal | None
    finding: Finding
    rests_on: tuple[str, ...]
    rolled: RollUp | None = None

    @property
    def vnm_unit(self) -> Decimal | None:
        """What counts as non-originating in one unit of it."""
        return None if self.rolled is None or self.vnm is None else self.rolled.non_originating

    @property
    def counted(self) -> dict[str, Decimal | None]:
        """What of each line within it counts in one unit of it, by the line's key."""
        return {} if self.rolled is None else counted_by_line(self.rolled)


def counted_by_line(rolled: RollUp) -> dict[str, Decimal | None]:
    """What each line adds, by its key; None where it counts and is not known."""
    counted: dict[str, Decimal | None] = {}
    with exactly():
        for each in rolled.contributions:
            so_far, adds = counted.get(each.key, Decimal(0)), each.non_originating
            counted[each.key] = None if so_far is None or adds is None else so_far + adds
    return counted


def core_group(line: Line) -> str:
    """The Table A.2 group that the part is recorded to be, as the rules name it; empty for none."""
    named = (line.item.value.core_group if line.item is not None else None) or ""
    name = named.strip().lower().replace(" ", "_")
    return _SHORT_NAMES.get(name, name)


def scaled(rolled: RollUp, units: Decimal) -> tuple[TariffInput, ...]:
    """The non-originating materials of a roll-up for all units made, named by their own line."""
    with exactly():
        return tuple(
            replace(
                each,
                key=each.key.rpartition("/")[2],
                value=None if each.value is None else tidy(each.value * units),
            )
            for each in tariff_inputs(rolled.contributions)
        )


def figures(
    code: str, line_key: str, sheet: CostSheet | None, rolled: RollUp, rests_on: tuple[str, ...]
) -> GoodFigures:
    """A part's figures for all units made; unknown where its books or its bill do not give them."""
    units = sheet.units if sheet is not None else None
    if sheet is None or units is None:
        return GoodFigures(code, None, None, materials=scaled(rolled, Decimal(1)), rests_on=(line_key, *rests_on))
    vnm = rolled.non_originating
    with exactly():
        total = None if vnm is None else tidy(vnm * units)
    return GoodFigures(
        code, sheet.net_cost, total, sheet.total_cost, materials=scaled(rolled, units), rests_on=(line_key, *rests_on)
    )


def test_made_parts(
    bill: Bill, counting: Counting, choices: Choices, law: RuleSet, days: Iterable[date], use: Use | None, *, core: bool
) -> dict[str, Tested]:
    """Every self-produced part of the bill that is a core part (of a vehicle, `core`) or designated, by line id."""
    found: dict[str, Tested] = {}
    for line in bill.all():
        apart = counting.apart(line)
        if line.made_at is None or (apart is not None and apart.whole):
            continue
        group = core_group(line) if core else ""
        designated = choices.designated(line.bill.value.child, line.made_at)
        if group or designated is not None:
            refs = (designated.ref,) if designated is not None else ()
            found[line.id] = _test(line, group, counting, choices, law, tuple(days), use, refs)
    return found


def _test(
    line: Line,
    group: str,
    counting: Counting,
    choices: Choices,
    law: RuleSet,
    days: tuple[date, ...],
    use: Use | None,
    refs: tuple[str, ...],
) -> Tested:
    whole = counting.materials((line,), {}, designations=False)[0]
    rolled = roll_up(whole.children)
    sheet = line.sheet
    rests_on = (*(sheet.rests_on if sheet is not None else ()), *line.code.rests_on, *refs)
    part = figures(line.code.rule_code or "", line.key, sheet, rolled, rests_on)
    vnm = None if line.fault else part.non_originating
    part = replace(part, non_originating=vnm)
    test = f"{'core' if group else 'intermediate'} {line.key}"
    if line.fault:
        return Tested(line, group, part.net_cost, None, undetermined(test, line.fault), rests_on)
    if group and group not in GROUPS:
        known = ", ".join(GROUPS)
        reason = f"its group is recorded as {group!r}, which Table A.2 does not have; record one of {known}"
        return Tested(line, group, part.net_cost, vnm, undetermined(test, reason), rests_on)
    finding = under_one_law(test, days, lambda day: _on(line, group, part, choices, law, day, use))
    if finding.parts == () and part.net_cost is None and sheet is not None and sheet.reason:
        finding = replace(finding, reason=f"{finding.reason}: {sheet.reason}")
    return Tested(line, group, part.net_cost, vnm, finding, rests_on, rolled)


def _on(
    line: Line, group: str, part: GoodFigures, choices: Choices, law: RuleSet, day: date, use: Use | None
) -> Finding:
    if not group:
        return _own_rule(line, part, choices, law, day, use)
    one = core_parts.CorePart(line.key, group, part.net_cost, part.non_originating, None, part.rests_on)
    content = core_parts.each(one, core_parts.Way.EACH_ALL, law.series("A2-NC"), day)
    if group != "advanced_battery" or not (line.code.rule_code or "").startswith("850760"):
        return content
    shift = _own_rule(line, part, choices, law, day, Use.OE_LIGHT)
    return core_parts.advanced_battery(shift, content)


def _own_rule(line: Line, part: GoodFigures, choices: Choices, law: RuleSet, day: date, use: Use | None) -> Finding:
    """The part under its own product rule as original equipment (or as a part of what the good is)."""
    if line.code.rule_code is None:
        return undetermined("own product rule", line.code.reason)
    scopes = kinds(line)
    if line.code.rule_code.startswith("850760") and use is Use.OE_LIGHT:
        scopes = (*scopes, PROPULSION_BATTERY)
    try:
        taken = [
            (name, choices.reading(name))
            for name in ("table-d-tariff-shift", "table-e-tariff-shift")
            if use is Use.OE_HEAVY
        ]
        open_routes = routes(
            law, line.code.rule_code, use or Use.OE_LIGHT, scopes=scopes, table_roles=scopes, choices=taken
        )
    except RuleError as missing:
        return undetermined("own product rule", str(missing))
    return originates(law, open_routes, part, day, test=f"own product rule of {line.key}")
