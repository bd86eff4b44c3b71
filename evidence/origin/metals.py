"""The steel and aluminum limbs of a vehicle, computed from the purchases on file.

19 CFR 182 App A s.17; SOR/2020-155 s.17. Every purchase of the producer in the period counts, whatever its form; what
no accepted declaration of its seller supports stays in the denominator (RECORDS.md, last section), and so does what
nobody says was bought for covered vehicles (s.17(4)). Estimates stand for a period to date alone (s.17(8)), in an
estimated determination, and are worked out anew from actual costs (s.17(11)). Period and scope
are the producer's elections (``steel period``, ``steel scope`` and the same of aluminum); without an election the
period is the one that the certification on file was calculated over, and without that the previous calendar year.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evidence.core.crosswalk.declared import covers
from evidence.core.statements.base import Basis
from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.declaration import (
    DeclarationEvent,
    DeclarationForm,
    DeclarationState,
    SupplierDeclaration,
)
from evidence.core.statements.metal import Metal, MetalPurchaseLine, MetalPurpose
from evidence.core.statements.use import VehicleClass
from evidence.core.values import Period
from evidence.errors import MalformedValue, RuleError
from evidence.origin.choices import Choices
from evidence.origin.codes import CodeFile
from evidence.origin.days import under_one_law
from evidence.origin.fiscal import fiscal_year
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.limbs import certified
from evidence.origin.merged import Merged
from evidence.origin.money import RateFile
from evidence.origin.question import Event
from evidence.origin.support import ended
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, undetermined
from evidence.rules.metal_periods import CITATION as PERIOD_CITATION
from evidence.rules.metal_periods import ESTIMATES_CITATION, TO_DATE, MetalPeriod, estimate_may_stand, metal_period
from evidence.rules.periods import FiscalYear, Permitted, vehicle_periods
from evidence.rules.roll_up import Origin
from evidence.rules.ruleset import RuleSet
from evidence.rules.steel_aluminum import (
    MELT_CHOICE,
    MELT_SERIES,
    SERIES,
    MetalContent,
    MetalPurchase,
    Purpose,
    Scope,
    content,
)

KINDS = {VehicleCertificationKind.STEEL: Metal.STEEL, VehicleCertificationKind.ALUMINUM: Metal.ALUMINUM}
PREFIXES = {
    VehicleClass.PASSENGER_VEHICLE: "PV",
    VehicleClass.LIGHT_TRUCK: "LT",
    VehicleClass.HEAVY_TRUCK: "HT",
}
ALL_VEHICLES, ONE_PLANT, PROGRAMME = "all vehicles", "plant", "programme "
_SCOPE_CITATION = "19 CFR 182 App A s.17(9)-(10); SOR/2020-155 s.17(9)-(10)"
_AS_CERTIFIED = "as certified"
_PURPOSES = {
    MetalPurpose.COVERED_VEHICLES: Purpose.COVERED_VEHICLES,
    MetalPurpose.OTHER_VEHICLES: Purpose.OTHER_VEHICLES,
    MetalPurpose.TOOLS: Purpose.TOOLS,
}


@dataclass(frozen=True, slots=True)
class MetalSheet:
    """One metal as computed; `content` is None where the period or the figures could not be told.

    `estimated` has the keys of the purchases in the total whose value is an estimate or a standard.
    """

    metal: Metal
    period: Period | None
    currency: str
    content: MetalContent | None
    finding: Finding
    estimated: frozenset[str] = frozenset()


class MetalFile:
    """The purchases of metal on file, ready to be tested for one class of vehicle."""

    def __init__(
        self, inputs: Inputs, codes: CodeFile, rates: RateFile, choices: Choices, law: RuleSet, currency: str
    ) -> None:
        self._inputs, self._codes, self._rates, self._law = inputs, codes, rates, law
        self._choices, self._same = choices, Merged(inputs.same_as)
        self._countries = {site.value.site: site.value.country for site in inputs.sites}
        self._declared: dict[str, list[Fact[SupplierDeclaration]]] = defaultdict(list)
        for declaration in inputs.declarations:
            self._declared[declaration.value.reference].append(declaration)
        self._events: dict[str, list[Fact[DeclarationEvent]]] = defaultdict(list)
        for event in inputs.events:
            self._events[event.value.declaration].append(event)
        self._lines = _each_once(inputs.metal_purchases)
        used = {fact.value.currency for fact in self._lines}
        self._currency = used.pop() if len(used) == 1 else currency

    def sheet(self, kind: VehicleCertificationKind, vehicle: VehicleClass, days: tuple[date, ...]) -> MetalSheet | None:
        """One metal under the law of `days`; None for labour value, and where no purchase of the metal is on file."""
        metal = KINDS.get(kind)
        lines = [fact for fact in self._lines if metal is not None and fact.value.metal.value == metal.value]
        if metal is None or not lines:
            return None
        test = f"{metal.value} purchases that originate"
        try:
            period, elected = self._period(kind, metal, vehicle)
        except (RuleError, MalformedValue) as missing:
            finding = undetermined(test, str(missing), citations=(PERIOD_CITATION,))
            return MetalSheet(metal, None, self._currency, None, finding)
        scope = self._choices.open_to_producer(
            f"{metal.value} scope", ALL_VEHICLES, (ALL_VEHICLES, ONE_PLANT, f"{PROGRAMME}NAME"), _SCOPE_CITATION
        )
        purchases = [self._purchase(fact, scope) for fact in lines if fact.value.purchased_on in period]
        reading = self._choices.reading(MELT_CHOICE) if metal is Metal.STEEL else ""
        threshold = self._law.series(f"{PREFIXES[vehicle]}-{SERIES[metal]}")
        found: list[MetalContent] = []

        def on(day: date) -> Finding:
            melt = self._law.series(MELT_SERIES)
            how = {"reading": reading} if reading else {}
            found.append(
                content(metal, purchases, self._law.tables, threshold, melt, day, region=self._law.region, **how)
            )
            return found[-1].finding

        finding = under_one_law(test, days, on)
        if not found:
            return MetalSheet(metal, period, self._currency, None, finding)
        sorts = {_key(fact.value): fact.value.figures or Basis.ACTUAL for fact in lines}
        counted = [line.purchase.key for line in found[-1].lines if line.counts]
        estimated = frozenset(key for key in counted if sorts[key] is not Basis.ACTUAL)
        finding = self._standing(finding, estimated, elected)
        return MetalSheet(metal, period, self._currency, found[-1], finding, estimated)

    def _standing(self, finding: Finding, estimated: frozenset[str], elected: MetalPeriod | None) -> Finding:
        """The finding, or why it cannot stand on purchases that are estimated (s.17(8))."""
        if not estimated:
            return finding
        some = f"{min(estimated)}" + (f" and {len(estimated) - 1} more" if len(estimated) > 1 else "")
        told = ""
        if self._inputs.question.basis is Basis.ACTUAL:
            told = f"{some}: the value is no actual one, and actual figures are asked"
        elif elected is None:
            told = f"{some}: the value is estimated, and no period to date is elected for which an estimate may stand"
        elif not (may := estimate_may_stand(elected)).met:
            told = f"{some}: the value is estimated; {may.reason}"
        if not told:
            return replace(finding, citations=(*finding.citations, ESTIMATES_CITATION))
        return undetermined(finding.test, told, citations=(ESTIMATES_CITATION,), rests_on=finding.rests_on)

    def _period(
        self, kind: VehicleCertificationKind, metal: Metal, vehicle: VehicleClass
    ) -> tuple[Period, MetalPeriod | None]:
        """The days whose purchases count, with their name: as elected, of the previous calendar year, or as certified,
        which has none.

        Raises:
            RuleError: the election names no period of the law, or its days cannot be told.
        """
        form = certified(self._inputs, kind, self._law)[1]
        default = MetalPeriod.PREVIOUS_CALENDAR_YEAR.value if form is None else _AS_CERTIFIED
        known = (*(each.value for each in MetalPeriod), _AS_CERTIFIED)
        elected = self._choices.open_to_producer(f"{metal.value} period", default, known, PERIOD_CITATION)
        if elected == _AS_CERTIFIED and form is not None:
            return Period(form.value.calculated_from, form.value.calculated_to), None
        if elected not in known[:-1]:
            raise RuleError(f"{metal.value} period: {elected} is elected; the law has {', '.join(known[:-1])}.")
        chosen, asked = MetalPeriod(elected), self._inputs.question
        if chosen in TO_DATE:
            day = asked.on if asked.event is not Event.PRODUCTION and asked.on is not None else asked.period_to
            return metal_period(chosen, day, self._year_of), chosen
        both = [self._days_of(chosen, day, vehicle) for day in (asked.period_from, asked.period_to)]
        if both[0] != both[1]:
            raise RuleError(f"{elected}: {asked.period} runs across two of them; ask for a period on either side.")
        return both[0], chosen

    def _days_of(self, chosen: MetalPeriod, day: date, vehicle: VehicleClass) -> Period:
        optional: tuple[Permitted, ...] = ()
        if chosen is MetalPeriod.TRANSITIONAL:
            heavy = vehicle is VehicleClass.HEAVY_TRUCK
            optional = vehicle_periods([self._year_of(day)], self._law, heavy=heavy)
        return metal_period(chosen, day, self._year_of, optional)

    def _year_of(self, day: date) -> FiscalYear:
        return fiscal_year(self._inputs, day)

    def _purchase(self, fact: Fact[MetalPurchaseLine], scope: str) -> MetalPurchase:
        line = fact.value
        code = self._codes.read(line.tariff_code, line.hs_edition)
        rate = self._rates.on(line.currency, self._currency, line.purchased_on)
        origin, told, refs = self._origin(line)
        shown = line.mill_certificate is not None

        def worth(amount: Decimal | None) -> Decimal | None:
            if amount is None or rate.rate is None:
                return None
            with exactly():
                return amount * rate.rate

        return MetalPurchase(
            key=_key(line),
            metal=line.metal,
            form=line.metal_form,
            code=code.rule_code,
            value=worth(line.value),
            origin=origin,
            bought_on=line.purchased_on,
            within_part=worth(line.value_within_part),
            received_in=self._countries.get(line.plant or ""),
            melted_in=line.melt_country if shown else None,
            poured_in=line.pour_country if shown else None,
            finished_in=line.mill_country if shown else None,
            contract=line.directed_buy_contract is not None,
            purpose=self._purpose(line),
            scope=self._scope(line, scope),
            told=told,
            rests_on=tuple(dict.fromkeys((fact.ref, *code.rests_on, *rate.rests_on, *refs))),
        )

    def _purpose(self, line: MetalPurchaseLine) -> Purpose | None:
        """What the line says that it was bought for; None where it says nothing, or is left out as bought for something
        else although it names a programme of the very vehicle.
        """
        if line.purpose is None:
            return None
        of_vehicle = {fact.value.programme for fact in self._inputs.programmes}
        if line.purpose is not MetalPurpose.COVERED_VEHICLES and line.programme in of_vehicle:
            return None
        return _PURPOSES[line.purpose]

    def _scope(self, line: MetalPurchaseLine, scope: str) -> Scope:
        if scope == ALL_VEHICLES:
            return Scope.WITHIN
        if scope == ONE_PLANT:
            told, wanted = line.plant, self._inputs.question.plant
        elif scope.startswith(PROGRAMME):
            told, wanted = line.programme, scope.removeprefix(PROGRAMME)
        else:
            return Scope.NOT_KNOWN
        if told is None:
            return Scope.NOT_KNOWN
        return Scope.WITHIN if told == wanted else Scope.OUTSIDE

    def _origin(self, line: MetalPurchaseLine) -> tuple[Origin, str, tuple[str, ...]]:
        """What the declaration that the purchase names shows, with why; without one the origin is undetermined."""
        if line.origin_statement is None:
            return Origin.UNDETERMINED, "it names no declaration of its seller", ()
        name = f"declaration {line.origin_statement}"
        told, refs, originates = f"{name} of {line.seller} is not on file", [], False
        for fact in self._declared.get(line.origin_statement, ()):
            declaration, events = fact.value, self._events[fact.value.id]
            if self._same.kept(declaration.supplier) != self._same.kept(line.seller):
                continue
            refs += [fact.ref, *(event.ref for event in events)]
            failed = _uncovered(declaration, events, line)
            if failed:
                told = f"{name} {failed}"
            elif declaration.form is DeclarationForm.NOT_ORIGINATING:
                return Origin.NON_ORIGINATING, f"{name} declares it not originating", tuple(refs)
            elif declaration.form is DeclarationForm.ORIGINATING:
                originates = True
            else:
                told = f"{name} does not say that it originates"
        return (Origin.ORIGINATING, "", tuple(refs)) if originates else (Origin.UNDETERMINED, told, tuple(refs))


def _uncovered(
    declaration: SupplierDeclaration, events: Iterable[Fact[DeclarationEvent]], line: MetalPurchaseLine
) -> str:
    """Why a declaration does not cover a purchase, in the order in which a person would ask; empty where it does."""
    events = tuple(events)
    if line.part is not None and (declaration.owner, declaration.part) != (line.owner, line.part):
        return f"is for {declaration.part}, and {line.part} was bought"
    one_edition = declaration.hs_edition == line.hs_edition
    if one_edition and declaration.hs_code[:6] != line.tariff_code[:6]:
        return f"is for {declaration.hs_code[:6]}, and {line.tariff_code[:6]} was bought"
    held = covers(declaration, line.purchased_on, came_under=(line.invoice,))
    if not held.matched:
        return held.why
    if declaration.signatory is None or declaration.signed_on is None:
        return "is not signed"
    end = ended(events, line.purchased_on)
    if end is not None:
        return f"was {end.state.value} with effect from {end.effective_from} ({end.reason})"
    accepted = any(event.value.state is DeclarationState.ACCEPTED for event in events)
    return "" if accepted else f"was received on {declaration.received_on} and is not yet reviewed"


def _key(line: MetalPurchaseLine) -> str:
    return f"{line.seller} {line.invoice} line {line.invoice_line}"


def _each_once(facts: Iterable[Fact[MetalPurchaseLine]]) -> tuple[Fact[MetalPurchaseLine], ...]:
    """Purchases without those that an earlier line states word for word; two that differ both stay, and are found."""
    once: dict[str, Fact[MetalPurchaseLine]] = {}
    for fact in facts:
        once.setdefault(fact.value.model_dump_json(), fact)
    return tuple(once.values())
