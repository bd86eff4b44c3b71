"""Self-produced parts that are tested by themselves: core parts, and materials designated as intermediate.

Of a core part its figures are worked out, by all its non-originating materials and by its column 2 components (19 CFR
182 App A s.14(7), (11)); `core_limb` tests it by them. An advanced battery is tested by its own rule besides, tariff
shift or content (s.14(3), (6)). A designated material is tested by its own product rule for its use. What originates
counts as nothing in the good (s.14(1), s.8(6)).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from evidence.core.statements.use import UseClass
from evidence.errors import RuleError
from evidence.origin.bill import Bill, Line
from evidence.origin.bought import kinds
from evidence.origin.choices import Choices
from evidence.origin.costs import CostSheet
from evidence.origin.counted import Counting
from evidence.origin.days import under_one_law
from evidence.origin.money import tidy
from evidence.origin.nested import without_content
from evidence.origin.recovered import RecoveredFile
from evidence.rules import batteries
from evidence.rules.column_two import ColumnTwo, Place, column_two, place
from evidence.rules.core_parts import BATTERY_CITATION, CorePart
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, undetermined
from evidence.rules.roll_up import Material, Origin, RollUp, roll_up, tariff_inputs
from evidence.rules.routes import HEAVY_SERIES, GoodFigures, originates, routes, two_series
from evidence.rules.ruleset import RuleSet
from evidence.rules.tables import GROUPS
from evidence.rules.tariff_shift import TariffInput

BATTERY = "advanced_battery"
_SHORT_NAMES = {"suspension": "suspension_system", "steering": "steering_system"}


@dataclass(frozen=True, slots=True)
class Tested:
    """One self-produced part as tested: its figures for all units made, and the finding.

    Attributes:
        finding: of a designated material its own rule; of a core part, once all of them are tested, its result.
        own: the own product rule of an advanced battery of 8507.60.
        part: the figures of a core part as the four ways take them; None where its bill or group is not known.
        col2: what its column 2 components come to, for one unit.
        components: the components made within it that were tested by their own rule (s.14(11)), by line number.
        regional: whether nothing of it counts in the good, under the reading taken.
    """

    line: Line
    group: str
    net_cost: Decimal | None
    vnm: Decimal | None
    finding: Finding
    rests_on: tuple[str, ...]
    rolled: RollUp | None = None
    own: Finding | None = None
    part: CorePart | None = None
    col2: ColumnTwo | None = None
    components: dict[str, Finding] = field(default_factory=dict)
    regional: bool = False

    @property
    def vnm_unit(self) -> Decimal | None:
        """What counts as non-originating in one unit of it."""
        return None if self.rolled is None or self.vnm is None else self.rolled.non_originating

    @property
    def counted(self) -> dict[str, Decimal | None]:
        """What of each line within it counts in one unit of it, by the line's key."""
        return {} if self.rolled is None else counted_by_line(self.rolled)

    @property
    def counted_column_2(self) -> dict[str, Decimal | None]:
        """What of each line within it counts by the column 2 ways in one unit of it, by the line's key."""
        found: dict[str, Decimal | None] = {}
        with exactly():
            for each in self.col2.lines if self.col2 is not None else ():
                so_far, adds = found.get(each.key, Decimal(0)), each.non_originating
                found[each.key] = None if so_far is None or adds is None else so_far + adds
        return found


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
        net_cost = None if sheet.net_cost is None else tidy(sheet.net_cost - rolled.less * units)
    materials = scaled(rolled, units)
    return GoodFigures(code, net_cost, total, sheet.total_cost, materials=materials, rests_on=(line_key, *rests_on))


@dataclass(frozen=True, slots=True)
class Testing:
    """What every self-produced part of one bill is tested under; `cells` is the reading of `cells-classification`."""

    bill: Bill
    counting: Counting
    choices: Choices
    law: RuleSet
    days: tuple[date, ...]
    use: UseClass | None
    core: bool
    cells: str
    recovered: RecoveredFile | None = None
    _places: dict[tuple[str, str | None, tuple[str, ...]], Place] = field(default_factory=dict)

    def parts(self) -> dict[str, Tested]:
        """Every self-produced part of the bill that is a core part (of a vehicle) or designated, by line number."""
        found: dict[str, Tested] = {}
        for line in reversed(self.bill.all()):  # what is inside comes before what holds it
            apart = self.counting.apart(line)
            if line.made_at is None or (apart is not None and apart.whole):
                continue
            group = core_group(line) if self.core else ""
            designated = self.choices.designated(line.bill.value.child, line.made_at)
            recovered = self.recovered.made(line) if self.recovered is not None else None
            if recovered is not None and recovered.met:
                refs = line.code.rests_on
                found[line.id] = Tested(line, "", None, None, recovered, refs, regional=True)
            elif group:
                found[line.id] = self._core(line, group)
            elif designated is not None:
                found[line.id] = self._designated(line, designated.ref, found)
        return dict(reversed(found.items()))

    def _designated(self, line: Line, ref: str, inside: Mapping[str, Tested]) -> Tested:
        """A designated material by its own rule, with those designated inside it that it may hold (`nested`)."""
        below = [inside[each.id] for each in line.all()[1:] if each.id in inside]
        nested = {each.line.id: each.finding for each in below if not each.group and each.regional}
        free = {key: finding for key, finding in nested.items() if without_content(finding)}
        test = f"intermediate {line.key}"
        if len(free) < len(nested):
            _, rolled, part = self._figures(line, (ref,), nested)
            by_change = under_one_law(
                test, self.days, lambda day: self._own_rule(line, part, day, self.use, content=False)
            )
            if by_change.met:
                return Tested(
                    line, "", part.net_cost, part.non_originating, by_change, part.rests_on[1:], rolled, regional=True
                )
        _, rolled, part = self._figures(line, (ref,), free)
        if line.fault:
            return Tested(line, "", part.net_cost, None, undetermined(test, line.fault), part.rests_on[1:])
        finding = under_one_law(test, self.days, lambda day: self._own_rule(line, part, day, self.use))
        finding = with_reason(finding, line, part.net_cost)
        return Tested(
            line, "", part.net_cost, part.non_originating, finding, part.rests_on[1:], rolled, regional=finding.met
        )

    def _core(self, line: Line, group: str) -> Tested:
        whole, rolled, part = self._figures(line, ())
        test, refs = f"core {line.key}", part.rests_on[1:]
        if line.fault:
            return Tested(line, group, part.net_cost, None, undetermined(test, line.fault), refs)
        if group not in GROUPS:
            known = ", ".join(GROUPS)
            reason = f"its group is recorded as {group!r}, which Table A.2 does not have; record one of {known}"
            return Tested(line, group, part.net_cost, part.non_originating, undetermined(test, reason), refs)
        col2, components = self._column_two(line, group, whole)
        units = line.sheet.units if line.sheet is not None else None
        with exactly():
            known_units = units if units else Decimal(1)
            vnm_col2 = None if not units or col2.non_originating is None else tidy(col2.non_originating * units)
        core = CorePart(
            line.key, group, part.net_cost, part.non_originating, vnm_col2, part.rests_on, known_units, line.quantity
        )
        own = self._battery(line, part) if group == BATTERY and part.code.startswith(batteries.BATTERIES) else None
        waiting = undetermined(test, "not yet tested with the other core parts")
        return Tested(
            line, group, part.net_cost, part.non_originating, waiting, refs, rolled, own, core, col2, components
        )

    def _figures(
        self, line: Line, refs: tuple[str, ...], nested: Mapping[str, Finding] = MappingProxyType({})
    ) -> tuple[Material, RollUp, GoodFigures]:
        """A made line as a material, the roll-up of one unit of it, and its figures for all units made; inside it only
        what is in `nested` counts as an intermediate material.
        """
        (whole,) = batteries.under_reading(self.counting.materials((line,), nested), self.cells)
        rolled = roll_up(whole.children)
        rests_on = (*(line.sheet.rests_on if line.sheet is not None else ()), *line.code.rests_on, *refs)
        code = batteries.cell_code(line.code.rule_code, kinds(line), self.cells) or ""
        part = figures(code, line.key, line.sheet, rolled, rests_on)
        units = line.sheet.units if line.sheet is not None else None
        if whole.less and part.net_cost is not None and whole.unit_value is not None and units is not None:
            with exactly():
                stated = tidy((whole.unit_value - whole.less) * units)
            part = replace(part, net_cost=min(part.net_cost, stated))
        return whole, rolled, replace(part, non_originating=None if line.fault else part.non_originating)

    def _battery(self, line: Line, part: GoodFigures) -> Finding:
        """The own rule of an advanced battery of 8507.60, to which alone s.14(3) and (6) leave its tariff shift."""
        own = under_one_law(
            f"own product rule of {line.key}", self.days, lambda day: self._own_rule(line, part, day, UseClass.OE_LIGHT)
        )
        return replace(with_reason(own, line, part.net_cost), citations=(*own.citations, BATTERY_CITATION))

    def _own_rule(
        self,
        line: Line,
        part: GoodFigures,
        day: date,
        use: UseClass | None,
        recorded: tuple[str, ...] = (),
        *,
        content: bool = True,
    ) -> Finding:
        """The part under its own product rule as original equipment (or as a part of what the good is); without
        `content` only by the routes that ask none.
        """
        if line.code.rule_code is None:
            return undetermined("own product rule", line.code.reason)
        used = use or UseClass.OE_LIGHT
        scopes = batteries.scopes(part.code, used, (*kinds(line), *recorded))
        names = ("table-d-tariff-shift", "table-e-tariff-shift") if use is UseClass.OE_HEAVY else ()
        names = (*names, HEAVY_SERIES) if two_series(part.code, used, scopes) else names
        try:
            taken = [(name, self.choices.reading(name)) for name in names]
            open_routes = routes(self.law, part.code, used, scopes=scopes, table_roles=scopes, choices=taken)
        except RuleError as missing:
            return undetermined("own product rule", str(missing))
        taken_routes = tuple(route for route in open_routes if content or not route.contents)
        return originates(self.law, taken_routes, part, day, test=f"own product rule of {line.key}")

    def _column_two(self, line: Line, group: str, whole: Material) -> tuple[ColumnTwo, dict[str, Finding]]:
        """The column 2 components of one unit of a core part; those made within it by their own rule (s.14(11))."""
        lines = {below.key: below for below in line.all()[1:]}
        placed = {key: self._place(below, group) for key, below in lines.items()}
        components: dict[str, Finding] = {}
        for key, below in lines.items():
            if below.made_at is not None and placed[key] is not Place.NOT_LISTED and not below.fault:
                components[key] = self._component(below)
        materials = tuple(_as_component(each, lines, components) for each in whole.children)
        found = column_two(materials, lambda each: placed.get(each.key, Place.NOT_RECORDED))
        return found, {lines[key].id: finding for key, finding in components.items()}

    def _component(self, line: Line) -> Finding:
        _, _, part = self._figures(line, ())
        of_a_battery = (batteries.OTHER_BATTERY,)  # a cell or module propels nothing by itself
        return under_one_law(
            f"component {line.key}",
            self.days,
            lambda day: self._own_rule(line, part, day, UseClass.OE_LIGHT, of_a_battery),
        )

    def _place(self, line: Line, group: str) -> Place:
        """Where column 2 has a line; of a line without an item it is not known what it is."""
        if line.item is None:
            return Place.NOT_RECORDED
        component = line.item.value.core_component
        roles = (*line.code.roles, *((f"A.2:{group}:{component}",) if component else ()))
        key = (group, line.code.rule_code, roles)
        if key not in self._places:
            self._places[key] = place(self.law.tables, *key)
        return self._places[key]


def _as_component(material: Material, lines: Mapping[str, Line], met: Mapping[str, Finding]) -> Material:
    """A material of a core part as column 2 sees it: one that meets its own rule originates, designated or not.

    Without books of its own a made component has no value that counts: its labour is booked with what it goes into.
    """
    line, finding = lines.get(material.key), met.get(material.key)
    if finding is not None and finding.met:
        return replace(material, origin=Origin.ORIGINATING)
    if not material.self_produced:
        return material
    children = tuple(_as_component(each, lines, met) for each in material.children)
    without_books = line is not None and line.sheet is None
    return replace(material, unit_value=None if without_books else material.unit_value, children=children)


def with_reason(finding: Finding, line: Line, net_cost: Decimal | None) -> Finding:
    """With why its books do not give its cost, where that is what keeps it open."""
    reason = line.sheet.reason if line.sheet is not None else ""
    if finding.parts or net_cost is not None or not reason:
        return finding
    return replace(finding, reason=f"{finding.reason}: {reason}")
