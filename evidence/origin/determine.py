"""`determine`: from inputs to a worksheet. Pure: equal inputs and an equal rule set give equal bytes.

The steps, in the order of the law: the good and its rule, the bill and what each line is worth, what of it is
supported, the parts tested by themselves, the roll-up, and then each limb. The arithmetic of the law is that of
`evidence.rules`; what is missing makes a limb not determinable or counts against it, never for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.item import ItemLine
from evidence.core.statements.use import UseClass, VehicleClass
from evidence.errors import MalformedValue, RuleError
from evidence.origin import conditions, other_vehicle, rows, special_goods, summary, views
from evidence.origin.bill import Bill, Explosion
from evidence.origin.choices import EVENT, Choices
from evidence.origin.codes import CodeFile, RecordedCode
from evidence.origin.core_limb import core_limb
from evidence.origin.costs import CostFile, CostSheet
from evidence.origin.counted import Counting, Tie, shortfall
from evidence.origin.days import days_besides, under_one_law
from evidence.origin.gaps import gap_rows
from evidence.origin.heavy_credit import with_credit
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.labor import Labor
from evidence.origin.labor_rows import labor_cells, labor_gaps, labor_views
from evidence.origin.limbs import CERTIFIED, SCOPES, with_computed
from evidence.origin.loans import LoanFile
from evidence.origin.metal_rows import add_cells, metal_gaps, metal_views
from evidence.origin.metals import MetalFile, MetalSheet
from evidence.origin.money import RateFile
from evidence.origin.other_vehicle import OtherVehicle
from evidence.origin.parts import Parts
from evidence.origin.question import Event
from evidence.origin.recorded_use import recorded_use, use_of_parts
from evidence.origin.shifts import shift_tests
from evidence.origin.staged_vehicle import StagedVehicle, staged_view
from evidence.origin.summary import CONTENT, CORE, PRODUCT_RULE, TARIFF_CHANGE, Limbs
from evidence.origin.support import SupportFile
from evidence.origin.tested import figures
from evidence.origin.worksheet import Cell, Good, Outcome, ShiftTest, View, Worksheet
from evidence.origin.year_end_views import year_end_views
from evidence.rules import batteries
from evidence.rules.core_parts import Reading
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, all_of, undetermined
from evidence.rules.parameters import Parameter
from evidence.rules.product_rules import Use
from evidence.rules.regional_value import percent
from evidence.rules.roll_up import RollUp, roll_up
from evidence.rules.routes import GoodFigures, Route, originates, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tariff_shift import BATTERY_CELLS

_ELECTRIC, _CONCORDANCE = "870380", "ev-concordance"
_TABLE_CHOICES = ("table-d-tariff-shift", "table-e-tariff-shift")
_EXCUSE = "de-minimis-content-scope"
_SHIFT_SUFFICES = "shift-suffices"


def determine(inputs: Inputs, law: RuleSet, program: str = "not named") -> Worksheet:
    """The worksheet of the question in `inputs`, under `law`, saying which version of the program worked it out.

    Raises:
        OriginError: the bill holds a part inside itself, or is deeper than it may be; or the good is not recorded for
            the use asked about.
        RuleError: an election on file names a reading that the rule set does not have.
    """
    return _Determination(inputs, law, program).worksheet()


@dataclass
class _Determination:
    """One determination being worked out; each figure once, when it is first wanted."""

    inputs: Inputs
    law: RuleSet
    program: str
    cells: str = ""
    """The reading of `cells-classification` that a second view stands under; empty for the one taken."""
    vnm: str = ""
    """The same of `other-vehicle-vnm`."""

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
        return Explosion(self.inputs, self.codes, self.costs, self.rates, self.currency)

    @cached_property
    def bill(self) -> Bill:
        return self.explosion.explode()

    @cached_property
    def counting(self) -> Counting:
        several = self.choices.several_suppliers()
        listed = self.other.table if self.other is not None and self.other.traced() else None
        return Counting(
            self.inputs, SupportFile(self.inputs), self.rates, self.currency, several, listed=listed, codes=self.codes
        )

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

    @cached_property
    def tie(self) -> Tie:
        return self.counting.tie(self.bill.lines, self.sheet)

    @cached_property
    def parts(self) -> Parts:
        use = use_of_parts(self.use, other=self.other is not None)
        return Parts(
            self.bill, self.counting, self.choices, self.law, self.days, use, self.light_vehicle,
            self.rates, self.currency, self.cells_taken,
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
            besides = self.open_routes(**dict.fromkeys(_TABLE_CHOICES, _SHIFT_SUFFICES))
            limit, day = self.law.series("DEMIN-CTC"), self.days[-1]
            return tuple(shift_tests(taken, besides, self.good, self.rolled, self.sheet.units, limit, day))
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
        use = Use(self.use.value.use.value)
        scopes = self.code.roles
        if use is Use.VEHICLE and self.vehicle is not None:
            scopes = (*scopes, *SCOPES[self.vehicle])
        if views.is_cell(self.item):
            scopes = (*scopes, BATTERY_CELLS)
        scopes = batteries.scopes(self.code.rule_code, use, scopes)
        names = _TABLE_CHOICES if use is Use.OE_HEAVY else ()
        taken = [(name, elected.get(name) or self.choices.reading(name)) for name in names]
        if self.choices.elected(_EXCUSE) is not None:
            taken.append((_EXCUSE, self.choices.reading(_EXCUSE)))
        return routes(self.law, self.code.rule_code, use, scopes=scopes, table_roles=scopes, choices=taken)

    @cached_property
    def rule(self) -> Finding:
        """The good under its product rule, under the readings taken."""
        return self.product_rule(self.days)

    def product_rule(
        self, days: Iterable[date], elected: Mapping[str, str] | None = None, good: GoodFigures | None = None
    ) -> Finding:
        """The good under its product rule on `days`; under other readings or with other figures where given."""
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

        def on(day: date) -> Finding:
            rule = originates(self.law, open_routes, tried, day, test=test)
            use, made = self.use.value if self.use is not None else None, conditions.production(self.inputs)
            rule = special_goods.or_same_heading(self.law, rule, self.code, use, tried, made, day)
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

    @cached_property
    def staged_limbs(self) -> Limbs:
        if self.staged is None:
            return []
        self.staged.note()
        rule = self.rule
        change = rule.parts[0].parts[0] if len(rule.parts) == 1 and rule.parts[0].parts else rule
        return self.staged.limbs(change, self.good)

    def limbs(self) -> Iterator[tuple[str, Finding]]:
        """Every limb with its name: product rule first, then what a vehicle needs besides."""
        if self.staged is not None and self.staged.elected:
            yield from self.staged_limbs
            yield conditions.GENERAL, conditions.general(conditions.conditions(self.inputs))
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
            yield CORE, core_limb(self.bill, self.parts.core)
        if self.vehicle is not None:
            for kind in CERTIFIED:
                computed: MetalSheet | Labor | None = self.metals.get(kind)
                if kind is VehicleCertificationKind.LABOUR_VALUE:
                    computed = self.labor
                finding = None if computed is None else computed.finding
                yield kind.value, with_computed(kind, self.inputs, finding)
        yield conditions.GENERAL, conditions.general(conditions.conditions(self.inputs))

    def worksheet(self) -> Worksheet:
        asked = self.inputs.question
        with exactly():
            limbs = list(self.limbs())
        other = self.other is not None and self.other.is_vehicle
        whole = conditions.whole(limbs, self.vehicle, other=other, inputs=self.inputs)
        self.choices.reading(EVENT, asked.event.value)
        if self.light_vehicle:
            self.choices.reading(views.CORE_READING)
        if self.vehicle is not None and views.certified_elsewhere(self.inputs):
            options = (views.ADDRESSEE_TAKEN, views.ADDRESSEE_OTHER)
            self.choices.note(views.ADDRESSEE, options[0], options, views.ADDRESSEE_CITATION)
        site = next((fact.value for fact in self.inputs.sites if fact.value.site == asked.plant), None)
        return Worksheet(
            good=self._good(),
            plant=asked.plant,
            plant_country=site.country if site is not None else "",
            period_from=asked.period_from,
            period_to=asked.period_to,
            basis=asked.basis.value,
            event=asked.event.value,
            event_day=None if asked.event is Event.PRODUCTION else asked.on,
            other_day=asked.on if asked.event is Event.PRODUCTION else None,
            importing_country=asked.importing_country,
            currency=self.currency,
            as_of=self.inputs.as_of,
            rule_set=self.law.content_hash,
            program=self.program,
            outcome=Outcome(whole.outcome.value),
            criterion="B" if whole.met else "none",
            method=summary.method(limbs),
            summary=self._summary([each for each in limbs if each[0] != conditions.GENERAL or not each[1].met], whole),
            choices=self.choices.used(),
            cells=tuple(self._cells()),
            findings=rows.with_shifts(
                (row for name, finding in [*limbs, *self.loans.found()] for row in rows.finding_rows(name, finding)),
                self.shifts,
            ),
            materials=tuple(rows.material_rows(self.bill.all(), self.counting, self.rolled, self.parts.tested)),
            core_parts=tuple(summary.core_part(result) for result in self.parts.core),
            shifts=self.shifts,
            gaps=(
                *gap_rows(self.inputs, self.bill, self.counting, self.sheet, self.rolled, limbs, self.parts.core),
                *(gap for sheet in self.metals.values() for gap in metal_gaps(sheet)),
                *(labor_gaps(self.labor) if self.labor is not None else ()),
            ),
            views=tuple(self._views(limbs, whole)),
            inputs=self.inputs.references(),
        )

    def _summary(self, limbs: Limbs, whole: Finding) -> str:
        said = summary.summary(limbs, whole)
        if not self.light_vehicle:
            return said
        warning = views.reading_warning(self.parts.reading, self.rule, self.under_other_reading)
        return f"{said} {warning}" if warning else said

    def _good(self) -> Good:
        asked, item = self.inputs.question, self.item
        return Good(
            owner=asked.owner,
            part=asked.part,
            revision=self.bill.revision,
            description=item.value.description if item is not None else "no item on file",
            hs_edition=self.code.edition,
            code=self.code.code,
            rule_edition="HS2012",
            rule_code=self.code.rule_code or "",
            concordance=self.code.by or None,
            use=self.use.value.use.value if self.use is not None else "",
            vehicle_class=self.vehicle.value if self.vehicle is not None else None,
        )

    def _cells(self) -> list[Cell]:
        cells = rows.Cells(self.currency)
        cells.of_sheet(self.sheet, self.tie, self.bill.lines, "", "")
        cells.found += self.loans.cells()
        if not self.bill.fault:
            counted = [each.key.split(" ")[0] for each in self.rolled.contributions if each.non_originating]
            ids = [each for each in counted if each.startswith("M")]
            cells.of_content(self.rolled.non_originating, self.sheet.units, ids, "", "")
        net_cost, vnm = self.good.net_cost, self.good.non_originating
        if net_cost is not None and vnm is not None and net_cost > 0:
            formula = "(net_cost - vnm) / net_cost x 100, cut after four decimals"
            label = "Regional value content, net cost method"
            cells.add("content", label, percent(net_cost, vnm), formula, ("net_cost", "vnm"), "%")
        for test in self.shifts:
            cells.of_shift(test)
        for line in self.bill.all():
            if line.sheet is not None:
                tie = self.counting.tie(line.children, line.sheet)
                cells.of_sheet(line.sheet, tie, line.children, f"{line.id}.", f" of {line.key}")
            each = self.parts.tested.get(line.id)
            if each is not None and each.vnm is not None and line.sheet is not None and line.sheet.units:
                inside = [key.split(" ")[0] for key, amount in each.counted.items() if amount]
                cells.of_content(each.vnm_unit, line.sheet.units, inside, f"{line.id}.", f" of {line.key}")
                cells.of_core(each)
        self.parts.add_cells(cells)
        for sheet in self.metals.values():
            add_cells(cells, sheet)
        if self.labor is not None:
            labor_cells(cells, self.labor)
        return cells.found

    def _views(self, limbs: Limbs, whole: Finding) -> Iterator[View]:
        """The product rule under other days and other readings than the ones that decide."""
        choice = self.law.choice(EVENT, self.inputs.question.event.value)
        for name, day in days_besides(self.inputs.question, self._percentages()).items():
            finding = self.product_rule((day,))
            yield summary.view(name, day.isoformat(), finding, f"{choice.source} [{choice.confidence}]")
        if self.use is not None and self.use.value.use is UseClass.OE_HEAVY:
            for name in _TABLE_CHOICES:
                for option in self.law.choices[name].options:
                    if option.name == self.choices.reading(name) or not self._turns_on(name):
                        continue
                    finding = self.product_rule(self.days, {name: option.name})
                    citation = f"{option.source} [{option.confidence}]"
                    yield summary.view(self.law.choices[name].title, option.name, finding, citation)
        yield from self._reading_views(limbs, whole)
        for sheet in self.metals.values():
            yield from metal_views(sheet, self.days[-1], self.law)
        if self.labor is not None:
            yield from labor_views(self.labor, self.law)
        yield from year_end_views(self.inputs)

    def _reading_views(self, limbs: Limbs, whole: Finding) -> Iterator[View]:
        """The good under the other readings of open questions, and under certifications read otherwise."""
        if self.light_vehicle:
            yield views.reading_view(self.law, self.parts.reading, self.parts.core, self.under_other_reading)
            yield from views.way_views(self.bill, self.parts.core, self.choices)
        if self.cell_codes:
            yield views.cells_view(self.law, self.cells_taken, whole, self.under_other_cells(limbs))
        if self.staged is not None and not self.staged.elected:
            yield from staged_view(self.staged_limbs)
        if self.other is not None:
            yield from other_vehicle.views(self.other, lambda name: replace(self, vnm=name).product_rule(self.days))
        if self.vehicle is not None:
            yield from views.certification_views(self.inputs)

    @cached_property
    def under_other_reading(self) -> Finding:
        """The product rule with the core parts counted under the reading that is not taken."""
        if not self.parts.turns_on_reading:
            return self.rule
        return self.product_rule(self.days, good=self.good_of(self.rolled_under(self.parts.other_reading)))

    def under_other_cells(self, limbs: Limbs) -> Finding:
        """The whole with cells in the subheading that is not taken; limbs that look at no cell stay as they are."""
        other = next(name for name in batteries.CELLS_CODE if name != self.cells_taken)
        again = replace(self, cells=other)
        for name in ("explosion", "bill", "item", "counting", "sheet", "tie", "recorded_code"):
            again.__dict__[name] = getattr(self, name)
        core = [core_limb(again.bill, again.parts.core)] if self.light_vehicle else []
        same = [finding for name, finding in limbs if name not in (TARIFF_CHANGE, CONTENT, PRODUCT_RULE, CORE)]
        return all_of("the good originates", [again.rule, *core, *same])

    def _turns_on(self, choice: str) -> bool:
        try:
            return any(choice in reading for route in self.open_routes() for reading in route.readings)
        except RuleError:
            return False

    def _percentages(self) -> list[Parameter]:
        """The dated percentages of the open routes; none where no route can be had."""
        try:
            return [each for route in self.open_routes() for _, each in route.contents]
        except RuleError:
            return []
