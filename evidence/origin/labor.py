"""Labor value content of the vehicle asked about, from the figures and wage certificates on file.

19 CFR 182 App A s.18; SOR/2020-155 s.18; 29 CFR 810: the arithmetic is that of `evidence.rules.labor_value`. Over the
days asked about the net cost formula is used, since their net cost is worked out here; over every other period, and
where elected, that of annual purchases. What is missing counts as nothing, and a denominator that is not known leaves
the content not determinable. It stands beside the certification, which the law wants as well (19 CFR 182.95).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType

from evidence.core.statements.bill import MakeOrBuy
from evidence.core.statements.labour import AssemblyGood, LabourInput
from evidence.core.statements.use import VehicleClass
from evidence.core.statements.wage import WageScope
from evidence.core.values import Period
from evidence.origin.choices import Choices
from evidence.origin.costs import CostSheet
from evidence.origin.days import under_one_law
from evidence.origin.fiscal import producers
from evidence.origin.inputs import Inputs
from evidence.origin.labor_election import election_finding
from evidence.origin.labor_lines import FORMULA, LABOR, PRODUCTION, LaborLine, LaborLines
from evidence.origin.money import RateFile
from evidence.rules.exact import exact_sum
from evidence.rules.finding import Finding, all_of, undetermined
from evidence.rules.high_wage import TRANSPORT, Counted, HighWage, HighWageMaterial, HighWageTransport, Place, gather
from evidence.rules.labor_credits import (
    CAPACITY,
    AssemblyPlant,
    WageBill,
    WageBillKind,
    assembly_credit,
    technology_credit,
)
from evidence.rules.labor_value import (
    SERIES,
    Formula,
    LaborShare,
    LaborValue,
    by_annual_purchases,
    by_net_cost,
    labor_value,
    sum_of,
)
from evidence.rules.ruleset import RuleSet
from evidence.rules.wages import CURRENCIES

TEST = "labor value content"
FORMULA_CITATION = "19 CFR 182 App A s.18(6); SOR/2020-155 s.18(6)"
_BOTH, _NEITHER = "in both terms", "in neither term"
_BILLS = {
    LabourInput.RESEARCH_WAGES: WageBillKind.RESEARCH,
    LabourInput.IT_WAGES: WageBillKind.INFORMATION_TECHNOLOGY,
    LabourInput.PRODUCTION_WAGES: WageBillKind.PRODUCTION,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line with what of it counts, why, and the records it rests on; `within` where others count its value."""

    line: LaborLine
    counted: Decimal
    reason: str
    rests_on: tuple[str, ...]
    within: bool = False


@dataclass(frozen=True, slots=True)
class LaborFigures:
    """What goes into the formulas, whatever the day of the threshold."""

    period: Period
    share: LaborShare
    labor: tuple[Told, ...]
    materials: tuple[Told, ...]
    transport: tuple[Told, ...]
    purchases: tuple[LaborLine, ...]
    wages: tuple[LaborLine, ...]
    capacities: tuple[LaborLine, ...]
    with_labor: bool
    net_cost: Decimal | None = None
    """The vehicle's own, as booked."""
    beside: tuple[tuple[str, CostSheet], ...] = ()
    """The other vehicles that net cost is averaged over, with their cost sheets."""


@dataclass
class Labor:
    """Labor value content of one question; `sheet` has the net cost of the days asked about.

    `taken` overrides elections and readings by name, for a second view.
    """

    inputs: Inputs
    choices: Choices
    rates: RateFile
    law: RuleSet
    vehicle: VehicleClass
    sheet: CostSheet
    days: tuple[date, ...]
    taken: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def lines(self) -> LaborLines:
        return LaborLines(self.inputs, self.choices, self.rates, self.law, self.sheet.currency, self.taken)

    @cached_property
    def finding(self) -> Finding:
        """Both conditions under the law of every day that could decide, and any election to average."""
        worked_out = under_one_law(TEST, self.days, lambda day: self.on(day).finding)
        election = election_finding(self.inputs, self.law)
        return worked_out if election is None else all_of(TEST, [worked_out, election])

    def other(self, name: str, option: str) -> "Labor":
        """The same under another election or reading."""
        return replace(self, taken=MappingProxyType({**self.taken, name: option}))

    def on(self, day: date) -> LaborValue:
        """The content against the law of `day`.

        Raises:
            RuleError: the records let nothing be worked out, or no threshold binds.
            MalformedValue: records that contradict one another.
        """
        found, series = self.figures, SERIES[self.vehicle.value]
        refs = tuple(ref for line in found.wages for ref in line.rests_on)
        plants = tuple(map(self._plant, found.capacities))
        return labor_value(
            found.share,
            technology_credit(self._bills(found.wages), series, self.law, day, rests_on=refs),
            assembly_credit(plants, series, self.law, day, self.lines.reading(CAPACITY) if plants else None),
            series,
            self.law,
            day,
        )

    @cached_property
    def figures(self) -> LaborFigures:
        """What the content is worked out from.

        Raises:
            RuleError: as `on` has it.
            MalformedValue: as `on` has it.
        """
        period = self.lines.period
        formula, with_labor = self._formula(period)
        labor = tuple(self._labor(line, formula) for line in self.lines.of(LabourInput.HIGH_WAGE_LABOUR))
        materials = {line.id: line for line in self.lines.of(LabourInput.HIGH_WAGE_MATERIAL)}
        transport = {line.id: line for line in self.lines.of(LabourInput.HIGH_WAGE_TRANSPORT)}
        made = {key: self._material(line, formula) for key, line in materials.items()}
        carried = {key: self._transport(line, formula) for key, line in transport.items()}
        purchases = self.lines.of(LabourInput.PURCHASES) if formula is Formula.PURCHASES else []
        purchases = [line for line in purchases if line.value.plant in (None, self.inputs.question.plant)]
        reading = self.lines.reading(TRANSPORT) if transport else None
        counted = gather(made.values(), carried.values(), self.law, reading)

        def told(each: Counted) -> Told:
            line = materials.get(each.key) or transport[each.key]
            refs = made[each.key].rests_on if each.key in made else carried[each.key].rests_on
            aside = "" if each.within else self._aside(line, formula)
            return Told(line, each.counted, aside or line.reason or each.reason, refs, each.within)

        beside = self._beside if formula is Formula.NET_COST else ()
        return LaborFigures(
            period=period,
            share=self._share(formula, labor, counted, purchases, with_labor=with_labor),
            labor=labor,
            materials=tuple(told(each) for each in counted.lines if each.key in made),
            transport=tuple(told(each) for each in counted.lines if each.key in carried),
            purchases=tuple(purchases),
            wages=self._annual(),
            capacities=tuple(self.lines.standing(LabourInput.ASSEMBLY_CAPACITY)),
            with_labor=with_labor,
            net_cost=self.sheet.net_cost,
            beside=beside,
        )

    @cached_property
    def _beside(self) -> tuple[tuple[str, CostSheet], ...]:
        return tuple((model.part, sheet) for model, sheet in self.lines.models.sheets())

    def _formula(self, period: Period) -> tuple[Formula, bool]:
        """The formula elected, or the one that the period allows here; and whether labor is in the annual one."""
        default = Formula.NET_COST if period == self.inputs.question.period else Formula.PURCHASES
        names = tuple(formula.value for formula in Formula)
        if self.lines.elected(FORMULA, default.value, names, FORMULA_CITATION) == Formula.NET_COST.value:
            return Formula.NET_COST, True
        labor = self.lines.elected(LABOR, _BOTH, (_BOTH, _NEITHER), FORMULA_CITATION)
        return Formula.PURCHASES, labor == _BOTH

    def _share(
        self,
        formula: Formula,
        labor: Iterable[Told],
        counted: HighWage,
        purchases: Iterable[LaborLine],
        *,
        with_labor: bool,
    ) -> LaborShare:
        labor = tuple(labor)
        wages = exact_sum(each.counted for each in labor)
        refs = tuple(ref for each in labor for ref in each.rests_on)
        if formula is Formula.NET_COST:
            period, missing = self.lines.period, self.sheet.reason or self.lines.models.lacking
            if period != self.inputs.question.period:
                missing = f"the net cost of {period} is not worked out here; ask about that period"
            net_cost = None if missing else self.sheet.net_cost
            found = by_net_cost(net_cost, wages, counted, rests_on=(*refs, *self.sheet.cost_refs))
            beside = [sheet for _, sheet in self._beside]
            others = [by_net_cost(sheet.net_cost, None, HighWage(), rests_on=sheet.cost_refs) for sheet in beside]
            found = sum_of([found, *others]) if others else found
            missing = missing or next((sheet.reason for sheet in beside if sheet.reason), "")
        else:
            purchases = tuple(purchases)
            whole, missing = self.lines.whole(purchases, "total annual purchases")
            refs = (*refs, *(ref for line in purchases for ref in line.rests_on))
            found = by_annual_purchases(whole, wages, counted, with_labor=with_labor, rests_on=refs)
        return replace(found, reason=missing) if missing else found

    def _aside(self, line: LaborLine, formula: Formula) -> str:
        """Why a line is no part of the formula, whatever is paid at its plant; empty where it may be.

        Over annual purchases, it is none of them; over net cost, it may be of vehicles whose net cost is not in it.
        """
        value = line.value
        if formula is Formula.NET_COST:
            return self.lines.models.also_of(value)
        bought = value.labour_input is not LabourInput.HIGH_WAGE_MATERIAL or value.in_annual_purchases
        return "" if bought else f"{line.fact.ref} is not recorded as part of the annual purchases"

    def _labor(self, line: LaborLine, formula: Formula) -> Told:
        """What counts of one line of high-wage labor costs: those of the plant asked about, at the rate."""
        plant, wages = self.inputs.question.plant, self.lines.wages(line, PRODUCTION)
        refs, counts, reason = (*line.rests_on, *wages.rests_on), Decimal(0), line.reason
        if line.amount is None:
            pass
        elif line.value.plant != plant:
            reason = f"it is of {line.value.plant or 'no plant'}, not of {plant}"
        elif not wages.met:
            reason = f"not shown to be paid at the rate: {wages.reason}"
        elif aside := self._aside(line, formula):
            reason = aside
        else:
            counts, reason = line.amount, "wages of direct production at a qualifying plant"
        return Told(line, counts, reason, refs)

    def _material(self, line: LaborLine, formula: Formula) -> HighWageMaterial:
        value, wages = line.value, self.lines.wages(line, PRODUCTION)
        if aside := self._aside(line, formula):
            wages = undetermined(wages.test, aside)
        place = Place.SELF_PRODUCED if value.entity in self._producers else Place.BOUGHT
        within = None
        if value.nested_in_part is not None:
            within = f"{value.nested_in_owner or value.owner}/{value.nested_in_part}"
            place = Place.WITHIN_SELF_PRODUCED if within in self._made_parts else Place.WITHIN_BOUGHT
        material = line.fact.ref if value.part is None else f"{value.owner}/{value.part}"
        refs = (*line.rests_on, *wages.rests_on)
        return HighWageMaterial(line.id, material, line.amount, wages, place, within, rests_on=refs)

    def _transport(self, line: LaborLine, formula: Formula) -> HighWageTransport:
        wages = self.lines.wages(line, (WageScope.TRANSPORT,))
        if aside := self._aside(line, formula):
            wages = undetermined(wages.test, aside)
        inside, refs = line.value.in_annual_purchases, (*line.rests_on, *wages.rests_on)
        return HighWageTransport(line.id, line.amount, wages, in_material_value=inside, rests_on=refs)

    def _annual(self) -> tuple[LaborLine, ...]:
        """The corporate wages of the latest year of which they are on file."""
        for period in self.lines.years:
            if found := self.lines.of(*_BILLS, period=period):
                return tuple(found)
        return ()

    def _bills(self, lines: tuple[LaborLine, ...]) -> list[WageBill]:
        """Corporate wages as recorded, each of the country of its site; those without a site are of no known place.

        The credit is for wages that the producer pays: those of anybody else are of no known place, and so count in no
        numerator. Production wages that leave a day of the year open, or of an entity whose research counts and that
        has none on file, are not known: the ratio would come out too high.
        """
        found = []
        producing = {line.value.entity for line in lines if line.value.labour_input is LabourInput.PRODUCTION_WAGES}
        for line in lines:
            country = self._countries.get(line.value.plant or "")
            in_region = country in CURRENCIES if country else None
            if line.value.entity not in self._producers:
                in_region = None
            elif line.value.entity not in producing:
                found.append(WageBill(f"{line.value.entity}, none on file", WageBillKind.PRODUCTION, True, None))
            found.append(WageBill(line.fact.ref, _BILLS[line.value.labour_input], in_region, line.amount))
        production = [line for line in lines if line.value.labour_input is LabourInput.PRODUCTION_WAGES]
        year = next((each for each in self.lines.years if all(_inside(line, each) for line in lines)), None)
        if production and year is not None:
            known, missing = self.lines.whole(production, "production wages", year)
            if known is None:
                found.append(WageBill(missing, WageBillKind.PRODUCTION, True, None))
        return found

    def _plant(self, line: LaborLine) -> AssemblyPlant:
        value, contract = line.value, None
        if value.contract is not None and value.contract_from is not None and value.contract_to is not None:
            contract = Period(value.contract_from, value.contract_to)
        return AssemblyPlant(
            key=value.plant or value.entity,
            country=self.lines.country(line),
            makes=AssemblyGood(str(value.assembles)),
            capacity=line.amount,
            originating_capacity=value.originating_capacity,
            own=value.contract is None and value.entity in self._producers,
            contract=contract,
            wages=self.lines.wages(line, (WageScope.WHOLE_PLANT,)),
            rests_on=line.rests_on,
        )

    @cached_property
    def _countries(self) -> dict[str, str]:
        return {fact.value.site: fact.value.country for fact in self.inputs.sites}

    @cached_property
    def _producers(self) -> frozenset[str]:
        return producers(self.inputs)

    @cached_property
    def _made_parts(self) -> frozenset[str]:
        bills = (fact.value for fact in self.inputs.bills)
        return frozenset(f"{bill.owner}/{bill.child}" for bill in bills if bill.make_or_buy is MakeOrBuy.MAKE)


def _inside(line: LaborLine, year: Period) -> bool:
    return year.first <= line.period.first and line.period.last <= year.last
