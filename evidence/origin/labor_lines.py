"""The figures on file for labor value content, ready for one period: which lines count, converted, with their wages.

A line counts for a period that holds the whole of it. Of figures for one thing the best sort asked for is taken, never
two at once; two lines that overlap are a fault of the records, since one of them is counted twice. What the certificate
of a plant says of hours and wages is secret and stays here: a finding says only whether the rate is reached.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from evidence.core.statements.base import Basis
from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.labour import LabourInput, LabourInputLine
from evidence.core.statements.use import VehicleClass
from evidence.core.statements.wage import WageCertificate, WageScope
from evidence.core.values import Period
from evidence.errors import MalformedValue, RuleError
from evidence.origin.choices import Choices
from evidence.origin.fiscal import fiscal_year
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.labor_election import elected_average
from evidence.origin.labor_models import Models
from evidence.origin.limbs import certified
from evidence.origin.money import RateFile, tidy
from evidence.rules.exact import exact_sum, exactly
from evidence.rules.finding import Finding, Outcome, all_of, undetermined
from evidence.rules.labor_periods import (
    CERTIFICATE,
    FIRST_CERTIFICATE,
    LaborPeriod,
    certificate_covers,
    first_certificate,
    labor_period,
    whole_months,
)
from evidence.rules.metal_periods import TO_DATE
from evidence.rules.periods import FiscalYear, Permitted, vehicle_periods
from evidence.rules.ruleset import RuleSet
from evidence.rules.wages import CITATION, CURRENCIES, PlantWages, wage_test

PERIOD, FORMULA, LABOR = (
    "labor value content period",
    "labor value content formula",
    "labor costs in the annual formula",
)
"""Names of the elections that choose among what the law leaves to the producer."""
PERIOD_CITATION = "19 CFR 182 App A s.18(17); SOR/2020-155 s.18(17)"
PRODUCTION = (WageScope.DIRECT_PRODUCTION, WageScope.WHOLE_PLANT)
"""Certificates that speak for what a plant makes; for the assembly credit only the second does (29 CFR 810.300(b))."""
AS_CERTIFIED = "as certified"
_OF_THE_PERIOD = frozenset(
    {
        LabourInput.PURCHASES,
        LabourInput.HIGH_WAGE_LABOUR,
        LabourInput.HIGH_WAGE_MATERIAL,
        LabourInput.HIGH_WAGE_TRANSPORT,
    }
)
"""The terms of the formulas; corporate wages are of a year and a capacity of a day, whatever the period."""
_YEAR = 12
_HALF_A_CENT = Decimal("0.005")
"""How far an average written in cents may be from the quotient."""
_YEARS = (AS_CERTIFIED, LaborPeriod.PREVIOUS_FISCAL_YEAR.value, LaborPeriod.PREVIOUS_CALENDAR_YEAR.value)


@dataclass(frozen=True, slots=True)
class LaborLine:
    """One line that is looked at: its amount in the worksheet's currency, None where not known or not to be used."""

    id: str
    fact: Fact[LabourInputLine]
    amount: Decimal | None
    reason: str
    rests_on: tuple[str, ...]
    formula: str = "as recorded"

    @property
    def value(self) -> LabourInputLine:
        return self.fact.value

    @property
    def period(self) -> Period:
        return Period(self.value.period_from, self.value.period_to)


def bearing(inputs: Inputs, models: Models) -> tuple[Fact[LabourInputLine], ...]:
    """The lines that are of the vehicles worked out: of them, or of their programmes where both name one."""
    programmes, parts = models.programmes, {each.part for each in models.covered}
    return tuple(
        fact
        for fact in inputs.labor_inputs
        if not (programmes and fact.value.programme is not None and fact.value.programme not in programmes)
        and (fact.value.vehicle is None or fact.value.vehicle in parts)
    )


class LaborLines:
    """The lines of one question and the period that they are worked out over.

    `taken` overrides elections and readings by name, for a second view.
    """

    def __init__(
        self,
        inputs: Inputs,
        choices: Choices,
        rates: RateFile,
        law: RuleSet,
        currency: str,
        taken: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._inputs, self._choices, self._rates, self._law = inputs, choices, rates, law
        self._currency, self._taken = currency, taken
        self.models = Models(inputs, rates, law, currency)
        self._facts = bearing(inputs, self.models)
        self._names = {fact.ref: f"L{number:04}" for number, fact in enumerate(self._facts, start=1)}
        self._certificates: dict[tuple[str, str], Fact[WageCertificate]] = {
            (fact.value.number, fact.value.plant): fact for fact in inputs.wage_certificates
        }

    @property
    def any(self) -> bool:
        """Whether anything is on file to work labor value content out from."""
        return bool(self._facts)

    def elected(self, name: str, default: str, known: tuple[str, ...], citation: str) -> str:
        """What is elected of `name`, or `default`.

        Raises:
            RuleError: the election on file names none of `known`.
        """
        option = self._taken.get(name) or self._choices.open_to_producer(name, default, known, citation)
        if option not in known:
            raise RuleError(f"the {name} elected on file is {option!r}; elect one of {', '.join(known)}")
        return option

    def reading(self, name: str) -> str:
        """The reading taken of an open question of the law."""
        return self._taken.get(name) or self._choices.reading(name)

    @cached_property
    def period(self) -> Period:
        """The period elected; without an election as certified, or else the first of the law's with figures on file.

        Raises:
            RuleError: an election names none of the periods, its days cannot be told, or no line is of any of them.
            MalformedValue: an election to average cannot be read.
        """
        known = (AS_CERTIFIED, *(kind.value for kind in LaborPeriod))
        with_lines = [
            name
            for name, period in self._open.items()
            if any(fact.value.labour_input in _OF_THE_PERIOD for fact in self._in(period))
        ]
        average = elected_average(self._inputs)
        default = average.election.period if average is not None else None
        name = self.elected(PERIOD, default or (with_lines or list(self._open))[0], known, PERIOD_CITATION)
        wanted = "; ".join(f"{each}, {period}" for each, period in self._open.items())
        if name not in self._open:
            raise RuleError(f"the days of the {name} cannot be told; those that can are {wanted}")
        if not with_lines:
            raise RuleError(f"the figures on file are of none of the periods that may be used: {wanted}")
        return self._open[name]

    @property
    def years(self) -> tuple[Period, ...]:
        """The years whose corporate wages may be used: the period itself, where it is a year, or the one before."""
        found = [self.period, *(self._open[name] for name in _YEARS if name in self._open)]
        return tuple(dict.fromkeys(period for period in found if whole_months(period) == _YEAR))

    @cached_property
    def _open(self) -> dict[str, Period]:
        """The periods that may be used for the days asked about, by name."""
        asked, found = self._inputs.question, dict[str, Period]()
        form = certified(self._inputs, VehicleCertificationKind.LABOUR_VALUE, self._law)[1]
        if form is not None and form.value.calculated_from <= form.value.calculated_to:
            found[AS_CERTIFIED] = Period(form.value.calculated_from, form.value.calculated_to)
        for kind in LaborPeriod:
            try:
                last = self._days_of(kind, asked.period_to)
                first = last if kind in TO_DATE else self._days_of(kind, asked.period_from)
            except RuleError:
                continue
            if first == last:  # a period asked about that runs across two years has no one year before it
                found[kind.value] = last
        return found

    def _days_of(self, kind: LaborPeriod, day: date) -> Period:
        optional: tuple[Permitted, ...] = ()
        if kind is LaborPeriod.TRANSITIONAL:
            uses = {fact.value.vehicle_class for fact in self._inputs.uses}
            optional = vehicle_periods([self._year_of(day)], self._law, heavy=VehicleClass.HEAVY_TRUCK in uses)
        return labor_period(kind, day, self._year_of, optional)

    def _year_of(self, day: date) -> FiscalYear:
        return fiscal_year(self._inputs, day)

    def _in(self, period: Period) -> Iterator[Fact[LabourInputLine]]:
        for fact in self._facts:
            if period.first <= fact.value.period_from and fact.value.period_to <= period.last:
                yield fact

    def of(self, *kinds: LabourInput, period: Period | None = None) -> list[LaborLine]:
        """The lines of `kinds` within the period, converted, in ledger order.

        Raises:
            RuleError: two lines of one thing overlap.
        """
        period = self.period if period is None else period
        found = [fact for fact in self._in(period) if fact.value.labour_input in kinds]
        _refuse_overlaps(found := self._best_sort(found))
        return [self._line(fact) for fact in found]

    def standing(self, kind: LabourInput) -> list[LaborLine]:
        """The lines of `kind` whose period holds the last day asked about: a capacity, which is no sum over days."""
        day = self._inputs.question.period_to
        found = [
            fact
            for fact in self._facts
            if fact.value.labour_input is kind and fact.value.period_from <= day <= fact.value.period_to
        ]
        return [self._line(fact) for fact in self._best_sort(found)]

    def whole(self, lines: Iterable[LaborLine], what: str, period: Period | None = None) -> tuple[Decimal | None, str]:
        """The sum of lines that must cover every day of the period, or why it is not known."""
        period = self.period if period is None else period
        lines = tuple(lines)
        if missing := next((line for line in lines if line.amount is None), None):
            return None, f"{what} of {missing.fact.ref}: {missing.reason}"
        spans = [line.period for line in lines]
        for day in period.days():
            if not any(day in span for span in spans):
                return None, f"{what} for {day} are not on file"
        return tidy(exact_sum(line.amount or Decimal(0) for line in lines)), ""

    def wages(self, line: LaborLine, scopes: tuple[WageScope, ...]) -> Finding:
        """Whether the certificate that a line names shows the rate at its plant, over the whole of its period."""
        value = line.value
        test = f"high wage at {value.plant or 'no plant'}"
        if value.plant is None or value.wage_certificate is None:
            missing = "plant" if value.plant is None else "wage certificate"
            return undetermined(test, f"{line.fact.ref} names no {missing}", citations=(CITATION,))
        fact = self._certificates.get((value.wage_certificate, value.plant))
        if fact is None:
            reason = f"no wage certificate {value.wage_certificate} of {value.plant} is on file"
            return undetermined(test, reason, citations=(CITATION,))
        certificate = fact.value
        if certificate.scope not in scopes:
            reason = f"{certificate.number} is of {certificate.scope.value}, wanted {scopes[-1].value}"
            return undetermined(test, reason, citations=(CITATION,), rests_on=(fact.ref,))
        try:
            return all_of(test, [self._rate(fact), self._window(fact, line)], citations=(CITATION,))
        except (MalformedValue, RuleError) as fault:
            return undetermined(test, str(fault), citations=(CITATION,), rests_on=(fact.ref,))

    def country(self, line: LaborLine) -> str:
        """The country of a line's plant, as the site on file has it, or else its certificate; empty where not known."""
        plant = line.value.plant or ""
        site = next((fact.value.country for fact in self._inputs.sites if fact.value.site == plant), "")
        fact = self._certificates.get((line.value.wage_certificate or "", plant))
        return site or (fact.value.country if fact is not None else "")

    def _rate(self, fact: Fact[WageCertificate]) -> Finding:
        """The wage test on the certified hours and wages, without them."""
        form = fact.value
        site = next((each.value for each in self._inputs.sites if each.value.site == form.plant), None)
        country = form.country if site is None else site.country
        if fault := _contradiction(form, self._law):
            return undetermined(f"average base hourly wage of {form.plant}", fault, citations=(CITATION,))
        paid = PlantWages.of_totals(form.direct_hours, form.base_wages)
        found = wage_test(form.plant, country, form.currency, paid, self._law, form.period_to, rests_on=(fact.ref,))
        if found.met and not form.meets_rate:
            return replace(_without_wages(found, form), outcome=Outcome.NOT_MET, reason=f"{form.number} says it is not")
        return _without_wages(found, form) if found.law else found

    def _window(self, fact: Fact[WageCertificate], line: LaborLine) -> Finding:
        form = fact.value
        wages = Period(form.period_from, form.period_to)
        both = form.valid_from is not None and form.valid_to is not None
        stated = Period(form.valid_from, form.valid_to) if both and form.valid_from and form.valid_to else None
        reading = self.reading(FIRST_CERTIFICATE) if first_certificate(wages) else None
        days = line.period
        if line.value.labour_input is LabourInput.ASSEMBLY_CAPACITY:
            days = self._inputs.question.period
        return certificate_covers(form.plant, wages, days, self._law, reading, stated=stated, rests_on=(fact.ref,))

    def _best_sort(self, found: list[Fact[LabourInputLine]]) -> list[Fact[LabourInputLine]]:
        """Of each thing the lines of one sort: actual figures alone, or for an estimate the first sort there is."""
        if self._inputs.question.basis is Basis.ACTUAL:
            return found
        sorts = (Basis.ESTIMATE, Basis.STANDARD, Basis.ACTUAL)
        best: dict[tuple[object, ...], int] = {}
        for fact in found:
            at = sorts.index(fact.value.figures)
            best[_thing(fact.value)] = min(at, best.get(_thing(fact.value), at))
        return [fact for fact in found if sorts.index(fact.value.figures) == best[_thing(fact.value)]]

    def _line(self, fact: Fact[LabourInputLine]) -> LaborLine:
        value = fact.value
        name = self._names[fact.ref]
        if self._inputs.question.basis is Basis.ACTUAL and value.figures is not Basis.ACTUAL:
            return LaborLine(
                name, fact, None, f"it is {value.figures.value}, and actual figures are asked", (fact.ref,)
            )
        if value.amount is None or value.currency is None:
            return LaborLine(name, fact, value.capacity, "", (fact.ref,))
        converted = self._rates.on(value.currency, self._currency, value.period_to)
        if converted.rate is None:
            return LaborLine(name, fact, None, converted.reason, (fact.ref,))
        with exactly():
            amount = tidy(value.amount * converted.rate)
        refs = (fact.ref, *converted.rests_on)
        if value.currency == self._currency:
            return LaborLine(name, fact, amount, "", refs)
        return LaborLine(name, fact, amount, "", refs, f"{value.amount} {value.currency} x {converted.rate}")


def _contradiction(form: WageCertificate, law: RuleSet) -> str:
    """Why a certificate contradicts itself or the law, without its hours and wages; empty where it does not."""
    with exactly():
        apart = abs(form.average_wage * form.direct_hours - form.base_wages)
        rounding = form.direct_hours * _HALF_A_CENT
    if apart > rounding:
        return f"the average that {form.number} states is not its wages over its hours"
    if form.country in CURRENCIES and form.rate != law.series(f"WAGE-{form.country}").on(form.period_to).amount:
        return f"{form.number} is held against {form.rate} {form.currency}, which is not the rate of {form.country}"
    return ""


def _without_wages(found: Finding, form: WageCertificate) -> Finding:
    """What a reader of the worksheet may see of a wage test: whether the rate is reached."""
    rate = f"{found.bound} {form.currency} an hour"
    said = {Outcome.MET: f"not less than {rate}", Outcome.NOT_MET: f"less than {rate}"}.get(found.outcome, "not known")
    reason = f"by {form.number} the average over {form.period_from} to {form.period_to} is {said}"
    return replace(found, figure=None, shown=said, reason=reason, inputs=(), citations=(CITATION, CERTIFICATE))


def _thing(value: LabourInputLine) -> tuple[object, ...]:
    return (
        value.labour_input, value.entity, value.plant, value.owner, value.part, value.revision,
        value.nested_in_owner, value.nested_in_part, value.wage_certificate, value.programme, value.vehicle,
        value.assembles,
    )  # fmt: skip


def _refuse_overlaps(found: Iterable[Fact[LabourInputLine]]) -> None:
    by_thing: dict[tuple[object, ...], list[Fact[LabourInputLine]]] = defaultdict(list)
    for fact in found:
        by_thing[*_thing(fact.value), fact.value.figures].append(fact)
    for facts in by_thing.values():
        facts.sort(key=lambda fact: fact.value.period_from)
        for one, other in pairwise(facts):
            if other.value.period_from <= one.value.period_to:
                raise RuleError(
                    f"{one.ref} and {other.ref} are both {one.value.labour_input.value} of {one.value.entity} for "
                    f"{other.value.period_from}; supersede the one that is wrong"
                )
