"""A vehicle under alternative staging, looked back at: the authorisation on record and the limbs that it leads to.

19 CFR 182 App A s.19; 19 CFR 182.106; SOR/2020-155 s.19. An authorisation that covers the vehicle is shown as a second
view; with the election `alternative staging` it decides. Steel, aluminum and labor value want the certifications on
file, and what is computed of them held against the percentages of the regime. Core parts are not tested; parts of Table
A.1 made here originate by the percentage of the regime (`staged_parts`) or by their own rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.use import UseLine, VehicleClass
from evidence.errors import MalformedValue, RuleError
from evidence.origin.choices import Choices
from evidence.origin.days import under_one_law
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.labor import Labor
from evidence.origin.limbs import CERTIFIED, with_computed
from evidence.origin.metals import MetalSheet
from evidence.origin.other_vehicle import programme_of
from evidence.origin.summary import CONTENT, CORE, TARIFF_CHANGE
from evidence.origin.worksheet import Outcome, View
from evidence.rules.finding import Finding, all_of, undetermined
from evidence.rules.routes import GoodFigures
from evidence.rules.ruleset import RuleSet
from evidence.rules.staged import content, exempt, labor_reached, not_tested, requirement
from evidence.rules.staging import (
    CITATION,
    HEAVY_TRUCKS,
    Authorisation,
    BaseVolume,
    Requirement,
    StagedClass,
    Terms,
    standing,
    within_share,
)

STAGING = "alternative staging"
USED_UNITS = "alternative staging, vehicles so far"
USED, NOT_USED = "used", "not used"
LARGER_SHARE = "alternative staging, larger share"
PLAN_ACCEPTED, NO_PLAN = "credible plan accepted", "no plan accepted"
SHARE_CITATION = "19 USC 4532(d)(1)(C)(ii)-(iii), (2)"
_TWELVE_MONTHS = (date(2019, 7, 1), date(2020, 6, 30))
_THIRTY_SIX_MONTHS = (date(2017, 7, 1), date(2020, 6, 30))
"""The two periods before entry into force of which the greater production a year counts."""
_CLASSES = {
    VehicleClass.PASSENGER_VEHICLE: StagedClass.PASSENGER_VEHICLE,
    VehicleClass.LIGHT_TRUCK: StagedClass.LIGHT_TRUCK,
    VehicleClass.HEAVY_TRUCK: StagedClass.HEAVY_TRUCK,
}


@dataclass
class StagedVehicle:
    """The vehicle of a determination whose maker has authorisations on record."""

    inputs: Inputs
    law: RuleSet
    choices: Choices
    use: UseLine
    vehicle: VehicleClass

    @property
    def elected(self) -> bool:
        """Whether the producer uses the regime for this good: then it decides."""
        return self.choices.elected(STAGING) == USED

    def note(self) -> None:
        """Notes the choice as used, so that the worksheet prints it."""
        self.choices.open_to_producer(STAGING, NOT_USED, (USED, NOT_USED), CITATION)
        if self.vehicle is VehicleClass.HEAVY_TRUCK:
            self.choices.reading(HEAVY_TRUCKS)

    def authorisation(self) -> Authorisation:
        """What is on record as one authorisation: the approval, and later terms of its number as amendments.

        Raises:
            RuleError: several authorisations are on record.
            MalformedValue: the terms recorded cannot be.
        """
        return recorded_authorisation(self.inputs.authorisations)

    def limbs(
        self,
        change: Finding,
        good: GoodFigures,
        metals: Mapping[VehicleCertificationKind, MetalSheet],
        labor: Labor | None,
    ) -> list[tuple[str, Finding]]:
        """The limbs of the vehicle under the regime.

        Args:
            change: the tariff change of its product rule, which the regime leaves as it is.
            good: its figures.
            metals: steel and aluminum as computed, whose percentage is the same under the regime.
            labor: labor value content as computed; None where no figure is on file.
        """
        try:
            authorisation = self.authorisation()
        except (RuleError, MalformedValue) as missing:
            return [(STAGING, undetermined(STAGING, str(missing), citations=(CITATION,), rests_on=self.rests_on()))]
        days, vehicle = self.inputs.question.law_days, _CLASSES[self.vehicle]
        stands = self.stands(authorisation)
        of_content = under_one_law(
            "regional value content, net cost method",
            days,
            lambda day: content(
                self.law, authorisation, vehicle, good.net_cost, good.non_originating, day, rests_on=good.rests_on
            ),
        )
        terms = [authorisation.on(day) for day in days]  # exempt on a part of the days is not exempt
        spared = {
            VehicleCertificationKind.STEEL: all(on is not None and on.steel_exempt for on in terms),
            VehicleCertificationKind.ALUMINUM: all(on is not None and on.aluminum_exempt for on in terms),
        }
        return [
            (STAGING, stands),
            (TARIFF_CHANGE, change),
            (CONTENT, of_content),
            (CORE, not_tested()),
            *(
                (
                    kind.value,
                    exempt(kind.value) if spared.get(kind) else with_computed(kind, self.inputs, self.law, one),
                )
                for kind, one in self._computed(authorisation, vehicle, metals, labor).items()
            ),
        ]

    def stands(self, authorisation: Authorisation) -> Finding:
        """Whether the vehicle may use the regime on every day of law, and the cap is within the share of the law."""
        lines = {fact.value.model_line for fact in programme_of(self.inputs, self.use, at_plant=True)}
        vehicle, used = _CLASSES[self.vehicle], used_units(self.choices)
        on_days = [
            standing(
                self.law, authorisation, vehicle, day, producer=authorisation.producer,
                model_line=lines.copy().pop() if len(lines) == 1 else None, used_units=used,
                reading=self.choices.elected(HEAVY_TRUCKS), rests_on=self.rests_on(),
            )
            for day in dict.fromkeys(self.inputs.question.law_days)
        ]  # fmt: skip
        found = next((one for one in on_days if not one.met), on_days[-1])
        share = self._share()
        parts = found.parts or (found,)
        return found if share is None else all_of(found.test, [*parts, share], citations=found.citations)

    def _share(self) -> Finding | None:
        """The cap against the share of regional production; None where no volume is recorded, or of heavy trucks.

        An approval that is on record was given by the authority, which had the volumes; so it is asked about only where
        they are on record. The share of heavy trucks has no line (`heavy-truck-staging`).
        """
        forms = [fact.value for fact in self.inputs.authorisations]
        with_volumes = [form for form in forms if form.base_volume is not None]
        if not with_volumes or self.vehicle is VehicleClass.HEAVY_TRUCK:
            return None
        base = BaseVolume(_volume(with_volumes, _TWELVE_MONTHS), _volume(with_volumes, _THIRTY_SIX_MONTHS))
        cap = with_volumes[-1].cap_units
        plan = self.choices.elected(LARGER_SHARE)
        if plan is not None:
            self.choices.open_to_producer(LARGER_SHARE, NO_PLAN, (PLAN_ACCEPTED, NO_PLAN), SHARE_CITATION)
        accepted = {PLAN_ACCEPTED: True, NO_PLAN: False}.get(plan or "")
        day = self.inputs.question.law_days[-1]
        return replace(within_share(self.law, cap, base, day, credible_plan=accepted), rests_on=self.rests_on())

    def _computed(
        self,
        authorisation: Authorisation,
        vehicle: StagedClass,
        metals: Mapping[VehicleCertificationKind, MetalSheet],
        labor: Labor | None,
    ) -> dict[VehicleCertificationKind, Finding | None]:
        """What is computed beside each certification; None where nothing is."""
        wanted = (Requirement.LABOR, Requirement.LABOR_MATERIALS)

        def on(day: date) -> Finding:
            needed = {what: requirement(self.law, authorisation, vehicle, what, day).on(day) for what in wanted}
            value = labor.on(day) if labor is not None else None
            return labor_reached(
                value.material_manufacturing if value is not None else None,
                value.total if value is not None else None,
                needed,
            )

        found: dict[VehicleCertificationKind, Finding | None] = dict.fromkeys(CERTIFIED)
        found |= {kind: sheet.finding for kind, sheet in metals.items()}
        if labor is not None:
            days = self.inputs.question.law_days
            found[VehicleCertificationKind.LABOUR_VALUE] = under_one_law("labor value content", days, on)
        return found

    def rests_on(self) -> tuple[str, ...]:
        return tuple(fact.ref for fact in self.inputs.authorisations)


def recorded_authorisation(facts: Iterable[Fact[StagingAuthorisation]]) -> Authorisation:
    """What is on record as one authorisation: the approval, and later terms of its number as amendments.

    Raises:
        RuleError: none is on record, or several are.
        MalformedValue: the terms recorded cannot be.
    """
    facts = tuple(facts)
    numbers = sorted({fact.value.number for fact in facts})
    if len(numbers) != 1:
        named = f" ({', '.join(numbers)})" if numbers else ""
        raise RuleError(f"{len(numbers)} authorisations of alternative staging are on record{named}, wanted one")
    by_day = {fact.value.valid_from or fact.value.authorised_on: fact for fact in facts}
    ordered = [by_day[day] for day in sorted(by_day)]
    first = ordered[0].value
    terms = tuple(_terms(fact) for fact in ordered)
    return Authorisation(first.producer, first.authority, first.authorised_on, terms)


def used_units(choices: Choices) -> Decimal | None:
    """How many vehicles have used the regime, as the producer states it; None where that is not recorded."""
    stated = choices.elected(USED_UNITS)
    try:
        return None if stated is None else Decimal(stated)
    except InvalidOperation:
        return None


def _volume(forms: Iterable[StagingAuthorisation], span: tuple[date, date]) -> Decimal | None:
    """The regional production of one of the two periods that the law names, as last recorded."""
    found = [form.base_volume for form in forms if (form.base_from, form.base_to) == span]
    return found[-1] if found else None


def staged_view(limbs: Iterable[tuple[str, Finding]]) -> Iterator[View]:
    """The vehicle under the regime, where it is on record and not elected."""
    whole = all_of(STAGING, [finding for _, finding in limbs], citations=(CITATION,))
    outcome = Outcome(whole.outcome.value)
    shown = "each requirement of the regime is met" if whole.met else whole.reason
    yield View(name="Under alternative staging", option=USED, outcome=outcome, shown=shown, citation=CITATION)


def _terms(fact: Fact[StagingAuthorisation]) -> Terms:
    form = fact.value
    return Terms(
        reference=f"{form.number} ({form.authorised_on})",
        since=form.valid_from or form.authorised_on,
        last=form.valid_to,
        models=tuple(form.models),
        figures={
            Requirement.CONTENT: form.regional_value_percent,
            Requirement.LABOR: form.labour_value_percent,
        },
        steel_exempt=form.steel_exempt,
        aluminum_exempt=form.aluminum_exempt,
        cap_units=form.cap_units,
        parts_percent=form.parts_value_percent,
    )
