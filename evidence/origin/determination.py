"""One determination being worked out: the good and its rule, its bill, what counts of it, and each limb.

The arithmetic of the law is that of `evidence.rules`; what is missing makes a limb not determinable or counts against
it, never for it. `determine` writes the worksheet from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.item import ItemLine
from evidence.core.statements.use import UseClass, VehicleClass
from evidence.errors import MalformedValue, RuleError
from evidence.origin import conditions, special_goods, views
from evidence.origin.allocated import EACH_COST, ROUTE, ROUTE_CITATION, ROUTES
from evidence.origin.bill import Bill, Explosion
from evidence.origin.choices import Choices
from evidence.origin.codes import CodeFile, RecordedCode
from evidence.origin.core_averages import CoreAverages
from evidence.origin.core_limb import CoreResult, core_limb
from evidence.origin.costs import CostFile, CostSheet
from evidence.origin.counted import Counting
from evidence.origin.days import under_one_law
from evidence.origin.heavy_credit import with_credit
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.labor import Labor
from evidence.origin.limbs import CERTIFIED, SCOPES, with_computed
from evidence.origin.loans import LIMB, LoanFile
from evidence.origin.metals import MetalFile, MetalSheet
from evidence.origin.method import MethodUsed, method_used
from evidence.origin.money import RateFile
from evidence.origin.other_vehicle import OtherVehicle
from evidence.origin.parts import Parts
from evidence.origin.powered import powered
from evidence.origin.recorded_use import recorded_use, use_of_parts
from evidence.origin.recovered import RecoveredFile
from evidence.origin.sales import Sales
from evidence.origin.shifts import shift_tests
from evidence.origin.staged_parts import PartsOfStaged, StagedGood
from evidence.origin.staged_vehicle import StagedVehicle
from evidence.origin.summary import CONTENT, CORE, PRODUCT_RULE, TARIFF_CHANGE, Limbs
from evidence.origin.support import SupportFile
from evidence.origin.tested import figures
from evidence.origin.ties import Tie, shortfall, tie
from evidence.origin.worksheet import ShiftTest
from evidence.rules import batteries
from evidence.rules.core_parts import Reading
from evidence.rules.finding import Finding, all_of, any_of, undetermined
from evidence.rules.parameters import Parameter
from evidence.rules.product_rules import Method
from evidence.rules.roll_up import RollUp, roll_up
from evidence.rules.routes import HEAVY_SERIES, GoodFigures, Route, originates, routes, two_series
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import BATTERY_CELLS

_ELECTRIC, _CONCORDANCE = "870380", "ev-concordance"
TABLE_CHOICES = ("table-d-tariff-shift", "table-e-tariff-shift")
_EXCUSE = "de-minimis-content-scope"
_SHIFT_SUFFICES = "shift-suffices"


@dataclass
class Determination:
    """One determination being worked out; each figure once, when it is first wanted."""

    inputs: Inputs
    law: RuleSet
    program: str
    cells: str = ""
    """The reading of `cells-classification` that a second view stands under; empty for the one taken."""
    vnm: str = ""
    """The same of `other-vehicle-vnm`."""
    staged_parts: bool = False
    """Whether parts of Table A.1 stand under alternative staging though it is not elected: for a second view."""

    def __post_init__(self) -> None:
        asked = self.inputs.question
        self.choices = Choices(self.inputs, self.law)
        self.rates = RateFile(self.inputs.rates, self.law, asked.period_to)
        self.loans = LoanFile(self.inputs, self.law, self.rates)
        self.costs = CostFile(self.inputs, self.rates, self.loans)
        self.codes = CodeFile(self.inputs, self.law.items)
        self.currency = self.costs.currency(asked.owner, asked.part, asked.plant) or "USD"
        self.days = asked.law_days
        self.use, self.use_missing = recorded_use(self.inputs, self.choices)

    @property
    def vehicle(self) -> VehicleClass | None:
        return self.use.value.vehicle_class if self.use and self.use.value.use is UseClass.VEHICLE else None

    @property
    def light_vehicle(self) -> bool:
        return self.vehicle in (VehicleClass.PASSENGER_VEHICLE, VehicleClass.LIGHT_TRUCK)

    @cached_property
    def recorded_code(self) -> RecordedCode:
        return self.codes.of(self.inputs.question.owner, self.inputs.question.part)

    @cached_property
    def item(self) -> Fact[ItemLine] | None:
        asked = self.inputs.question
        return self.explosion.item(asked.owner, asked.part, self.bill.revision)

    @cached_property
    def cell_codes(self) -> tuple[str | None, ...]:
        """The codes of the battery cells that the good has or is."""
        own = (self.recorded_code.rule_code,) if views.is_cell(self.item) else ()
        return (*own, *views.cell_codes(self.bill))

    @cached_property
    def cells_taken(self) -> str:
        return self.cells or views.cells_taken(self.choices, self.cell_codes)

    @cached_property
    def code(self) -> RecordedCode:
        """The good's code; of a battery cell under the reading taken."""
        found = self.recorded_code
        if not views.is_cell(self.item):
            return found
        return replace(found, rule_code=batteries.cell_code(found.rule_code, (BATTERY_CELLS,), self.cells_taken))

    @cached_property
    def explosion(self) -> Explosion:
        return Explosion(self.inputs, self.codes, self.costs, self.rates, self.currency, self.law.region)

    @cached_property
    def bill(self) -> Bill:
        return self.explosion.explode()

    @cached_property
    def counting(self) -> Counting:
        listed = self.other.table if self.other is not None and self.other.traced() else None
        support = SupportFile(self.inputs, self.law.region)
        return Counting(
            self.inputs, support, self.rates, self.currency, self.choices, listed=listed, codes=self.codes,
            recovered=self.recovered,
        )  # fmt: skip

    @cached_property
    def recovered(self) -> RecoveredFile:
        """The recovered materials of the bill, and whether the good is remanufactured."""
        return RecoveredFile(self.inputs, self.bill, self.recorded_code, self.law.region)

    @cached_property
    def other(self) -> OtherVehicle | None:
        """The good as an other vehicle of s.20, or as a part for one; None where it is neither."""
        if self.use is None:
            return None
        return OtherVehicle.of(self.inputs, self.law, self.choices, self.code, self.use.value, self.days, self.vnm)

    @cached_property
    def sheet(self) -> CostSheet:
        asked = self.inputs.question
        return self.costs.sheet(asked.owner, asked.part, asked.plant, self.currency)

    def allocations(self) -> list[tuple[str, Finding]]:
        """How the costs of all goods are allocated to the good, noting its route; nothing where none are."""
        found = self.sheet.allocated
        if found is None:
            return []
        self.choices.open_to_producer(ROUTE, EACH_COST, ROUTES, ROUTE_CITATION)
        return [(LIMB, finding) for finding in found.findings]

    @cached_property
    def tie(self) -> Tie:
        return tie(self.bill.lines, self.sheet)

    @cached_property
    def parts(self) -> Parts:
        use = use_of_parts(self.use, other=self.other is not None)
        return Parts(
            self.bill, self.counting, self.choices, self.law, self.days, use, self.light_vehicle,
            self.rates, self.currency, self.cells_taken,
            CoreAverages(self.inputs, self.law, self.use.value.programme if self.use is not None else None),
            self.parts_of_staged, self.recovered,
        )  # fmt: skip

    @cached_property
    def rolled(self) -> RollUp:
        return self.rolled_under(self.parts.reading)

    def rolled_under(self, reading: Reading) -> RollUp:
        """The good's materials, and the shortfall of its bill, with its core parts counted under `reading`."""
        short = shortfall("the good", self.tie) if self.sheet.known is not None else []
        return roll_up([*self.parts.materials(reading), *short])

    @cached_property
    def good(self) -> GoodFigures:
        return self.good_of(self.rolled)

    def good_of(self, rolled: RollUp) -> GoodFigures:
        """The good's figures with its materials rolled up as given."""
        code = self.code.rule_code or ""
        part = figures(code, "the good", self.sheet, rolled, self.sheet.cost_refs)
        rests_on = (*self.sheet.cost_refs, "net_cost", "vnm")
        vnm = None if self.bill.fault else part.non_originating
        return GoodFigures(part.code, part.net_cost, vnm, part.total_cost, None, part.materials, rests_on)

    @cached_property
    def shifts(self) -> tuple[ShiftTest, ...]:
        """The tariff change of each alternative, input by input; empty where no rule is known."""
        if self.bill.fault:
            return ()
        try:
            taken = self.open_routes()
            besides = self.open_routes(**dict.fromkeys(TABLE_CHOICES, _SHIFT_SUFFICES))
            limit, day = self.law.series("DEMIN-CTC"), self.days[-1]
            good = self.method.figures(self.good)
            return tuple(shift_tests(taken, besides, good, self.rolled, self.sheet.units, limit, day))
        except (RuleError, MalformedValue):
            return ()

    def open_routes(self, **elected: str) -> tuple[Route, ...]:
        """The routes open to the good, under the readings elected on file or those given.

        Raises:
            RuleError: the code, the use or the kind of goods leads to none.
        """
        if self.use is None:
            raise RuleError(self.use_missing)
        if self.code.rule_code is None:
            raise RuleError(self.code.reason)
        if self.code.by and self.code.code.startswith(_ELECTRIC) and self.choices.reading(_CONCORDANCE) == "none":
            raise RuleError(
                f"{self.code.code} of {self.code.edition} is elected to have no rule until one is confirmed"
            )
        if self.other is not None:
            return self.other.open_routes()
        use = self.use.value.use
        scopes = self.code.roles
        if use is UseClass.VEHICLE and self.vehicle is not None:
            scopes = (*scopes, *SCOPES[self.vehicle])
        if views.is_cell(self.item):
            scopes = (*scopes, BATTERY_CELLS)
        scopes = batteries.scopes(self.code.rule_code, use, scopes)
        names = TABLE_CHOICES if use is UseClass.OE_HEAVY else ()
        names = (*names, HEAVY_SERIES) if two_series(self.code.rule_code, use, scopes) else names
        taken = [(name, elected.get(name) or self.choices.reading(name)) for name in names]
        if self.choices.elected(_EXCUSE) is not None:
            taken.append((_EXCUSE, self.choices.reading(_EXCUSE)))
        return routes(self.law, self.code.rule_code, use, scopes=scopes, table_roles=scopes, choices=taken)

    @cached_property
    def rule(self) -> Finding:
        """The good under its product rule, under the readings taken."""
        return self.product_rule(self.days)

    @cached_property
    def method(self) -> MethodUsed:
        """The method that the content is worked out by."""
        try:
            offered = {method for route in self.open_routes() for method, _ in route.contents}
        except RuleError:
            offered = set()
        sales = Sales(self.inputs, self.rates, self.currency, self.sheet.units)
        return method_used(self.inputs, self.choices, self.law, sales, offered)

    def product_rule(
        self,
        days: Iterable[date],
        elected: Mapping[str, str] | None = None,
        good: GoodFigures | None = None,
        method: Method | None = None,
    ) -> Finding:
        """The good under its product rule on `days`; under other readings, figures or by another method where given."""
        test = "product rule of origin"
        if self.bill.fault:
            return undetermined(test, self.bill.fault)
        tried, asked = self.good if good is None else good, self.inputs.question
        if special_goods.is_set(self.explosion.item(asked.owner, asked.part, self.bill.revision)):
            units = self.sheet.units
            return under_one_law(test, days, lambda on: special_goods.set_rule(self.law, self.rolled, tried, units, on))
        try:
            open_routes = self.open_routes(**(elected or {}))
        except RuleError as missing:
            return undetermined(test, str(missing))
        used = self.method if method is None else self.method.by(method)
        tried = used.figures(tried)

        def on(day: date) -> Finding:
            rule = used.applied(originates(self.law, used.routes(open_routes), tried, day, test=test))
            use = self.use.value if self.use is not None else None
            made = conditions.production(self.inputs, self.law.region)
            rule = special_goods.or_same_heading(self.law, rule, self.code, use, tried, made, day)
            if self.staged_good is not None and self.staged_good.elected:
                staged = self.staged_good.finding(tried)
                rule = any_of(rule.test, [*(rule.parts or (rule,)), staged], citations=rule.citations)
            if self.vehicle is not VehicleClass.HEAVY_TRUCK or self.labor is None:
                return rule
            return with_credit(rule, self.labor, tried, self.choices, self.law, day)

        return under_one_law(test, days, on)

    @cached_property
    def labor(self) -> Labor | None:
        """Labor value content as computed from the figures on file; None where none is."""
        if self.vehicle is None or not self.inputs.labor_inputs:
            return None
        found = Labor(self.inputs, self.choices, self.rates, self.law, self.vehicle, self.sheet, self.days)
        return found if found.lines.any else None

    @cached_property
    def metals(self) -> dict[VehicleCertificationKind, MetalSheet]:
        """Steel and aluminum as computed from the purchases on file; without those where none is."""
        if self.vehicle is None or not self.inputs.metal_purchases:
            return {}
        file = MetalFile(self.inputs, self.codes, self.rates, self.choices, self.law, self.currency)
        sheets = {kind: file.sheet(kind, self.vehicle, self.days) for kind in CERTIFIED}
        return {kind: sheet for kind, sheet in sheets.items() if sheet is not None}

    @cached_property
    def staged(self) -> StagedVehicle | None:
        """The vehicle under alternative staging; None where none is on record for its maker, and none elected."""
        if self.use is None or self.vehicle is None:
            return None
        found = StagedVehicle(self.inputs, self.law, self.choices, self.use.value, self.vehicle)
        return found if found.elected or self.inputs.authorisations else None

    @property
    def parts_of_staged(self) -> PartsOfStaged | None:
        """The vehicle's parts under alternative staging; None where it does not stand under it here."""
        if not self.light_vehicle or self.staged is None or not (self.staged_parts or self.staged.elected):
            return None
        return PartsOfStaged(self.law, self.staged, self.days)

    @cached_property
    def staged_good(self) -> StagedGood | None:
        """The good as a part of Table A.1 for a vehicle under alternative staging; None where it is none."""
        if self.use is None:
            return None
        found = StagedGood.of(self.inputs, self.law, self.choices, self.code, self.use.value, self.days)
        if found is not None:
            found.note()
        return found

    @cached_property
    def staged_limbs(self) -> Limbs:
        if self.staged is None:
            return []
        self.staged.note()
        good = self.good if self.staged.elected or not self.light_vehicle else self._again(staged_parts=True).good
        rule = self.rule
        change = rule.parts[0].parts[0] if len(rule.parts) == 1 and rule.parts[0].parts else rule
        return self.staged.limbs(change, good, self.metals, self.labor)

    def limbs(self) -> Iterator[tuple[str, Finding]]:
        """Every limb with its name: product rule first, then what a vehicle needs besides."""
        if self.staged is not None and self.staged.elected:
            yield from self.staged_limbs
            yield conditions.GENERAL, conditions.general(conditions.conditions(self.inputs, self.law.region))
            return
        rule = self.rule
        parts = rule.parts[0].parts if self.light_vehicle and len(rule.parts) == 1 else ()
        if len(parts) == 2:
            yield TARIFF_CHANGE, parts[0]
            yield CONTENT, parts[1]
        else:
            yield PRODUCT_RULE, rule
        lower = self.other.lower() if self.other is not None else None
        if lower is not None and lower.met:
            yield lower.test, lower
        if self.light_vehicle:
            yield CORE, self.core_limb(self.parts.core)
        if self.vehicle is not None:
            for kind in CERTIFIED:
                computed: MetalSheet | Labor | None = self.metals.get(kind)
                if kind is VehicleCertificationKind.LABOUR_VALUE:
                    computed = self.labor
                finding = None if computed is None else computed.finding
                yield kind.value, with_computed(kind, self.inputs, self.law, finding)
        yield conditions.GENERAL, conditions.general(conditions.conditions(self.inputs, self.law.region))

    def core_limb(self, results: Iterable[CoreResult]) -> Finding:
        """The core parts of the vehicle, with what drives it and what its bill may hold besides those recorded."""
        driven = powered(self.inputs, self.use.value if self.use is not None else None, self.recorded_code)
        return core_limb(self.bill, results, self.law.tables, driven)

    @cached_property
    def under_other_reading(self) -> Finding:
        """The product rule with the core parts counted under the reading that is not taken."""
        if not self.parts.turns_on_reading:
            return self.rule
        return self.product_rule(self.days, good=self.good_of(self.rolled_under(self.parts.other_reading)))

    def under_other_cells(self, limbs: Limbs) -> Finding:
        """The whole with cells in the subheading that is not taken; limbs that look at no cell stay as they are."""
        other = next(name for name in batteries.CELLS_CODE if name != self.cells_taken)
        again = self._again(cells=other)
        core = [again.core_limb(again.parts.core)] if self.light_vehicle else []
        same = [finding for name, finding in limbs if name not in (TARIFF_CHANGE, CONTENT, PRODUCT_RULE, CORE)]
        return all_of("the good originates", [again.rule, *core, *same])

    def _again(self, **other: Any) -> "Determination":
        """The same good under another reading; its bill, books and purchases are not worked out anew."""
        again = replace(self, **other)
        for name in ("explosion", "bill", "item", "counting", "sheet", "tie", "recorded_code"):
            again.__dict__[name] = getattr(self, name)
        return again

    def turns_on(self, choice: str) -> bool:
        try:
            return any(choice in reading for route in self.open_routes() for reading in route.readings)
        except RuleError:
            return False

    def percentages(self) -> list[Parameter]:
        """The dated percentages of the open routes; none where no route can be had."""
        try:
            return [each for route in self.open_routes() for _, each in route.contents]
        except RuleError:
            return []
