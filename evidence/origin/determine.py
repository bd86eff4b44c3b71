"""`determine`: from inputs to a worksheet. Pure: equal inputs and an equal rule set give equal bytes.

The steps, in the order of the law: the good and its rule, the bill and what each line is worth, what of it is
supported, the parts tested by themselves, the roll-up, and then each limb. The arithmetic of the law is that of
`evidence.rules`; what is missing makes a limb not determinable or counts against it, never for it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from evidence.core.statements.use import UseClass, UseLine, VehicleClass
from evidence.errors import MalformedValue, OriginError, RuleError
from evidence.origin import rows, summary, views
from evidence.origin.bill import Bill, Explosion
from evidence.origin.choices import EVENT, Choices
from evidence.origin.codes import CodeFile, RecordedCode
from evidence.origin.costs import CostFile, CostSheet
from evidence.origin.counted import Counting, Tie, shortfall
from evidence.origin.days import under_one_law
from evidence.origin.gaps import gap_rows
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.limbs import CERTIFIED, SCOPES, CoreResult, certified, core_limb, core_results
from evidence.origin.money import RateFile
from evidence.origin.question import Event
from evidence.origin.shifts import shift_tests
from evidence.origin.summary import CONTENT, CORE, PRODUCT_RULE, TARIFF_CHANGE, Limbs
from evidence.origin.support import SupportFile
from evidence.origin.tested import PROPULSION_BATTERY, Tested, figures, test_made_parts
from evidence.origin.worksheet import Cell, Good, Outcome, ShiftTest, View, Worksheet
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, all_of, undetermined
from evidence.rules.product_rules import Use
from evidence.rules.regional_value import percent
from evidence.rules.roll_up import RollUp, roll_up
from evidence.rules.routes import GoodFigures, Route, originates, routes
from evidence.rules.ruleset import RuleSet

_ELECTRIC, _CONCORDANCE = "870380", "ev-concordance"
_TABLE_CHOICES = ("table-d-tariff-shift", "table-e-tariff-shift")
_SHIFT_SUFFICES = "shift-suffices"
_USE, _USE_CITATION = "use asked about", "19 CFR 182 App A s.13, s.14(18); SOR/2020-155 s.13, s.14(18)"
_LATER_STAGE = timedelta(days=366)
"""How far ahead a change of threshold is shown as a second view: a good made before it may be entered after it."""


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

    def __post_init__(self) -> None:
        asked = self.inputs.question
        self.choices = Choices(self.inputs, self.law)
        self.rates = RateFile(self.inputs.rates)
        self.costs = CostFile(self.inputs, self.rates)
        self.codes = CodeFile(self.inputs)
        self.currency = self.costs.currency(asked.owner, asked.part, asked.plant) or "USD"
        self.days = asked.law_days
        self.use, self.use_missing = self._use()

    @property
    def vehicle(self) -> VehicleClass | None:
        return self.use.value.vehicle_class if self.use and self.use.value.use is UseClass.VEHICLE else None

    @property
    def light_vehicle(self) -> bool:
        return self.vehicle in (VehicleClass.PASSENGER_VEHICLE, VehicleClass.LIGHT_TRUCK)

    @cached_property
    def code(self) -> RecordedCode:
        return self.codes.of(self.inputs.question.owner, self.inputs.question.part)

    @cached_property
    def explosion(self) -> Explosion:
        return Explosion(self.inputs, self.codes, self.costs, self.rates, self.currency)

    @cached_property
    def bill(self) -> Bill:
        return self.explosion.explode()

    @cached_property
    def counting(self) -> Counting:
        several = self.choices.several_suppliers()
        return Counting(self.inputs, SupportFile(self.inputs), self.rates, self.currency, several)

    @cached_property
    def sheet(self) -> CostSheet:
        asked = self.inputs.question
        return self.costs.sheet(asked.owner, asked.part, asked.plant, self.currency)

    @cached_property
    def tie(self) -> Tie:
        return self.counting.tie(self.bill.lines, self.sheet)

    @cached_property
    def tested(self) -> dict[str, Tested]:
        return test_made_parts(
            self.bill, self.counting, self.choices, self.law, self.days, self._use_of_parts(), core=self.light_vehicle
        )

    @cached_property
    def rolled(self) -> RollUp:
        verdicts = {key: each.finding for key, each in self.tested.items()}
        materials = self.counting.materials(self.bill.lines, verdicts)
        if self.sheet.known is not None:
            materials += shortfall("the good", self.tie)
        return roll_up(materials)

    @cached_property
    def good(self) -> GoodFigures:
        part = figures(self.code.rule_code or "", "the good", self.sheet, self.rolled, self.sheet.cost_refs)
        rests_on = (*self.sheet.cost_refs, "net_cost", "vnm")
        vnm = None if self.bill.fault else part.non_originating
        return GoodFigures(part.code, part.net_cost, vnm, part.total_cost, None, part.materials, rests_on)

    @cached_property
    def core(self) -> tuple[CoreResult, ...]:
        return core_results(self.bill, self.counting, self.tested) if self.light_vehicle else ()

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
        use = Use(self.use.value.use.value)
        scopes = self.code.roles
        if use is Use.VEHICLE and self.vehicle is not None:
            scopes = (*scopes, *SCOPES[self.vehicle])
        if use is Use.OE_LIGHT and self.code.rule_code.startswith("850760"):
            scopes = (*scopes, PROPULSION_BATTERY)
        names = _TABLE_CHOICES if use is Use.OE_HEAVY else ()
        taken = [(name, elected.get(name) or self.choices.reading(name)) for name in names]
        return routes(self.law, self.code.rule_code, use, scopes=scopes, table_roles=scopes, choices=taken)

    def product_rule(self, days: Iterable[date], **elected: str) -> Finding:
        """The good under its product rule on `days`."""
        test = "product rule of origin"
        if self.bill.fault:
            return undetermined(test, self.bill.fault)
        try:
            open_routes = self.open_routes(**elected)
        except RuleError as missing:
            return undetermined(test, str(missing))
        return under_one_law(test, days, lambda day: originates(self.law, open_routes, self.good, day, test=test))

    def limbs(self) -> Iterator[tuple[str, Finding]]:
        """Every limb with its name: product rule first, then what a vehicle needs besides."""
        rule = self.product_rule(self.days)
        parts = rule.parts[0].parts if self.light_vehicle and len(rule.parts) == 1 else ()
        if len(parts) == 2:
            yield TARIFF_CHANGE, parts[0]
            yield CONTENT, parts[1]
        else:
            yield PRODUCT_RULE, rule
        if self.light_vehicle:
            yield CORE, core_limb(self.bill, self.core)
        if self.vehicle is not None:
            for kind in CERTIFIED:
                yield kind.value, certified(self.inputs, kind)[0]

    def worksheet(self) -> Worksheet:
        asked = self.inputs.question
        with exactly():
            limbs = list(self.limbs())
        whole = all_of("the good originates", [finding for _, finding in limbs])
        self.choices.reading(EVENT, asked.event.value)
        if self.light_vehicle:
            self.choices.note(
                "core-part way", "I-ALL", ("I-ALL", "I-COL2", "S-ALL", "S-COL2"), "19 CFR 182 App A s.14(7)-(10)"
            )
            self.choices.reading(views.CORE_READING)
            if views.has_cells(self.bill):
                self.choices.reading(views.CELLS)
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
            summary=summary.summary(limbs, whole),
            choices=self.choices.used(),
            cells=tuple(self._cells()),
            findings=rows.with_shifts(
                (row for name, finding in limbs for row in rows.finding_rows(name, finding)), self.shifts
            ),
            materials=tuple(rows.material_rows(self.bill.all(), self.counting, self.rolled, self.tested)),
            core_parts=tuple(summary.core_part(result) for result in self.core),
            shifts=self.shifts,
            gaps=gap_rows(self.inputs, self.bill, self.counting, self.sheet, self.rolled, limbs, self.core),
            views=tuple(self._views(limbs, whole)),
            inputs=self.inputs.references(),
        )

    def _good(self) -> Good:
        asked = self.inputs.question
        item = self.explosion.item(asked.owner, asked.part, self.bill.revision)
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
            each = self.tested.get(line.id)
            if each is not None and each.vnm is not None and line.sheet is not None and line.sheet.units:
                inside = [key.split(" ")[0] for key, amount in each.counted.items() if amount]
                cells.of_content(each.vnm_unit, line.sheet.units, inside, f"{line.id}.", f" of {line.key}")
        return cells.found

    def _views(self, limbs: Limbs, whole: Finding) -> Iterator[View]:
        """The product rule under other days and other readings than the ones that decide."""
        asked = self.inputs.question
        days: dict[str, date] = {}
        if asked.event is Event.PRODUCTION and asked.on is not None:
            days[f"threshold on {asked.on}, the day of export or entry given"] = asked.on
        if asked.event is not Event.PRODUCTION:
            days[f"threshold on {asked.period_to}, the end of production"] = asked.period_to
        change = self._next_stage()
        if change is not None:
            days[f"threshold from {change} on"] = change
        choice = self.law.choice(EVENT, asked.event.value)
        for name, day in days.items():
            finding = self.product_rule((day,))
            yield summary.view(name, day.isoformat(), finding, f"{choice.source} [{choice.confidence}]")
        if self.use is not None and self.use.value.use is UseClass.OE_HEAVY:
            for name in _TABLE_CHOICES:
                for option in self.law.choices[name].options:
                    if option.name == self.choices.reading(name) or not self._turns_on(name):
                        continue
                    finding = self.product_rule(self.days, **{name: option.name})
                    citation = f"{option.source} [{option.confidence}]"
                    yield summary.view(self.law.choices[name].title, option.name, finding, citation)
        if self.light_vehicle:
            content = summary.content_of(limbs)
            yield from views.panel_view(self.law, self.choices.reading(views.CORE_READING), self.core, content)
            taken = self.choices.reading(views.CELLS) if views.has_cells(self.bill) else ""
            yield from views.cells_view(self.law, taken, self.bill, self.core, whole)
        if self.vehicle is not None:
            yield from views.certification_views(self.inputs)

    def _turns_on(self, choice: str) -> bool:
        try:
            return any(choice in reading for route in self.open_routes() for reading in route.readings)
        except RuleError:
            return False

    def _next_stage(self) -> date | None:
        """The next day, within a year after the last day of law, on which a percentage of an open route changes."""
        try:
            percentages = [each for route in self.open_routes() for _, each in route.contents]
        except RuleError:
            return None
        last = self.days[-1]
        later = {law.first for each in percentages for law in each.values if last < law.first <= last + _LATER_STAGE}
        return min(later, default=None)

    def _use(self) -> tuple[Fact[UseLine] | None, str]:
        asked = self.inputs.question
        found = [
            fact
            for fact in self.inputs.uses
            if (fact.value.owner, fact.value.part) == (asked.owner, asked.part)
            and fact.value.applies_from <= asked.period_from
            and (fact.value.applies_to is None or asked.period_to <= fact.value.applies_to)
        ]
        uses = tuple(sorted({fact.value.use.value for fact in found}))
        if asked.use is not None:
            found = [fact for fact in found if fact.value.use is asked.use]
        if asked.use is not None and not found:
            known = ", ".join(uses) or "none"
            raise OriginError(
                f"{asked.part} is not recorded for the use {asked.use.value} over {asked.period}; recorded: {known}. "
                "Ask about one of these, or record the use."
            )
        if not found:
            return (
                None,
                f"no use of {asked.part} is on file over {asked.period}; record what it is for, and what shows it",
            )
        if asked.use is None and len(uses) > 1:
            return (
                None,
                f"{asked.part} is recorded for several uses ({', '.join(uses)}); record one, or one part a use",
            )
        if len(uses) > 1:
            self.choices.note(_USE, found[-1].value.use.value, uses, _USE_CITATION)
        if found[-1].value.use is UseClass.VEHICLE and found[-1].value.vehicle_class is None:
            return (
                None,
                f"{asked.part} is recorded as a vehicle of no class; record whether it is a passenger vehicle or truck",
            )
        return found[-1], ""

    def _use_of_parts(self) -> Use | None:
        """What the parts of the good are used for: original equipment of what it is, or the good's own use."""
        if self.vehicle is VehicleClass.HEAVY_TRUCK:
            return Use.OE_HEAVY
        if self.light_vehicle:
            return Use.OE_LIGHT
        return Use(self.use.value.use.value) if self.use is not None else None
