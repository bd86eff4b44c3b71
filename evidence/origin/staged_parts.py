"""Parts of Table A.1 under alternative staging: those made for a staged vehicle, and one that is determined by itself.

19 CFR 182 App A s.19(3)-(4); SOR/2020-155 s.19(3)-(4). A part for a vehicle under the regime originates at 62.5 percent
by net cost, at 72.5 by transaction value where its rule offers that method, or by what the approval sets; a battery of
8507.60 by its tariff change. What meets its own rule of s.13 originates all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from evidence.core.statements.use import UseClass, UseLine
from evidence.errors import MalformedValue, NoValueInForce, RuleError
from evidence.origin.bought import kinds
from evidence.origin.choices import Choices
from evidence.origin.codes import RecordedCode
from evidence.origin.core_limb import CoreResult
from evidence.origin.days import under_one_law
from evidence.origin.inputs import Inputs
from evidence.origin.other_vehicle import programme_of
from evidence.origin.staged_vehicle import NOT_USED, STAGING, USED, StagedVehicle, recorded_authorisation, used_units
from evidence.origin.tested import Tested, scaled
from evidence.origin.worksheet import Outcome, View
from evidence.rules.batteries import scopes
from evidence.rules.core_roll_up import CoreOutcome
from evidence.rules.finding import Finding, all_of, any_of, undetermined
from evidence.rules.routes import PROPULSION_BATTERY, GoodFigures
from evidence.rules.ruleset import RuleSet
from evidence.rules.staged import parts_requirement, staged_part
from evidence.rules.staging import CITATION, Authorisation, StagedClass, standing
from evidence.rules.tariff_shift import TariffInput

A1_PARTS = "parts of Table A.1 under alternative staging"
_TABLE, _BATTERY = "A.1", "850760"


def of_table(law: RuleSet, code: str | None, roles: Iterable[str]) -> bool:
    """Whether a good of `code` as original equipment of a light vehicle is listed in Table A.1."""
    if code is None:
        return False
    named = scopes(code, UseClass.OE_LIGHT, tuple(roles))
    if code.startswith(_BATTERY):
        return PROPULSION_BATTERY in named
    return _TABLE in law.tables.listing(code, named).tables


@dataclass
class PartsOfStaged:
    """The parts that are made for one staged vehicle."""

    law: RuleSet
    vehicle: StagedVehicle
    days: tuple[date, ...]

    def finding(self, each: Tested) -> Finding | None:
        """A part by the percentage of the regime; None where that is not open to it, or its figures are not known."""
        line, sheet = each.line, each.line.sheet
        authorisation = self._authorisation()
        if authorisation is None or each.rolled is None or sheet is None or not sheet.units or line.fault:
            return None
        if not of_table(self.law, line.code.rule_code, kinds(line)):
            return None
        materials = scaled(each.rolled, sheet.units)
        part = GoodFigures(
            line.code.rule_code or "", each.net_cost, each.vnm, sheet.total_cost, None, materials,
            (line.key, *each.rests_on),
        )  # fmt: skip
        return by_regime(self.law, authorisation, part, self.days, f"{line.key} under alternative staging")

    def counted(self, result: CoreResult) -> CoreResult:
        """A core part that originates by the regime, as one that does so by a rule of its own."""
        found = self.finding(result.tested) if result.tested is not None else None
        if found is None or not found.met:
            return result
        own = result.outcome.own_rule
        by = found if own is None else any_of(own.test, [own, found])
        outcome = CoreOutcome(result.outcome.all_materials, result.outcome.elected, by)
        finding = result.finding if result.finding.met else any_of(result.finding.test, [result.finding, found])
        return replace(result, outcome=outcome, finding=finding)

    def designated(self, each: Tested) -> Tested:
        """A designated material that originates by the regime, as one that does so by its own rule."""
        found = None if each.finding.met else self.finding(each)
        if found is None or not found.met:
            return each
        return replace(each, finding=any_of(each.finding.test, [each.finding, found]), regional=True)

    def _authorisation(self) -> Authorisation | None:
        """The authorisation, where the vehicle may use it."""
        try:
            found = self.vehicle.authorisation()
            return found if self.vehicle.stands(found).met else None
        except (RuleError, MalformedValue):
            return None


def by_regime(
    law: RuleSet, authorisation: Authorisation, part: GoodFigures, days: tuple[date, ...], test: str
) -> Finding:
    """A part of Table A.1 by the percentage of the regime, on every day of law."""
    inputs: tuple[TariffInput, ...] = part.materials

    def on(day: date) -> Finding:
        found = staged_part(
            law, part.code, day, net_cost=part.net_cost, non_originating=part.non_originating,
            total_cost=part.total_cost, transaction_value=part.transaction_value, materials=inputs,
            needed=parts_requirement(law, authorisation, day), rests_on=part.rests_on,
        )  # fmt: skip
        return replace(found, test=test)

    try:
        return under_one_law(test, days, on)
    except (RuleError, NoValueInForce) as missing:
        return undetermined(test, str(missing), citations=(CITATION,))


@dataclass
class StagedGood:
    """The good of a determination where it is a part of Table A.1 for a vehicle whose maker has an authorisation."""

    inputs: Inputs
    law: RuleSet
    choices: Choices
    use: UseLine
    days: tuple[date, ...]

    @classmethod
    def of(
        cls, inputs: Inputs, law: RuleSet, choices: Choices, code: RecordedCode, use: UseLine, days: tuple[date, ...]
    ) -> "StagedGood | None":
        """None for any other good, and where nothing of the regime is on record or elected."""
        if use.use is not UseClass.OE_LIGHT or not of_table(law, code.rule_code, code.roles):
            return None
        found = cls(inputs, law, choices, use, days)
        return found if inputs.authorisations or found.elected else None

    @property
    def elected(self) -> bool:
        """Whether its maker uses the percentages of the regime for it: then they decide."""
        return self.choices.elected(STAGING) == USED

    def note(self) -> None:
        """Notes the choice as used, so that the worksheet prints it."""
        self.choices.open_to_producer(STAGING, NOT_USED, (USED, NOT_USED), CITATION)

    def finding(self, part: GoodFigures) -> Finding:
        """The part by the regime: the vehicle that it goes into may use it, and its content or change is reached."""
        refs = tuple(fact.ref for fact in self.inputs.authorisations)
        try:
            authorisation = recorded_authorisation(self.inputs.authorisations)
        except (RuleError, MalformedValue) as missing:
            return undetermined(STAGING, str(missing), citations=(CITATION,), rests_on=refs)
        programmes = programme_of(self.inputs, self.use, at_plant=False)
        lines = {fact.value.model_line for fact in programmes}
        makers = {fact.value.producer for fact in programmes}
        if len(makers) != 1:
            reason = "which one vehicle programme the part goes into over the whole period is not on record"
            return undetermined(STAGING, reason, citations=(CITATION,), rests_on=refs)
        stands = [
            standing(
                self.law, authorisation, StagedClass.PASSENGER_VEHICLE, day, producer=makers.copy().pop(),
                model_line=lines.copy().pop() if len(lines) == 1 else None, used_units=used_units(self.choices),
                rests_on=refs,
            )
            for day in dict.fromkeys(self.days)
        ]  # fmt: skip
        held = next((one for one in stands if not one.met), stands[-1])
        content = by_regime(self.law, authorisation, part, self.days, "part of Table A.1 under alternative staging")
        return all_of(STAGING, [held, content], citations=(CITATION,))

    def view(self, part: GoodFigures) -> View:
        """The part under the regime, where it is on record and not elected."""
        found = self.finding(part)
        return View(
            name="Under alternative staging", option=USED, outcome=Outcome(found.outcome.value),
            shown="the part reaches what the regime asks" if found.met else found.reason, citation=CITATION,
        )  # fmt: skip
