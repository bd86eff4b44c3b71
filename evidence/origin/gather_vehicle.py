"""What a question about a vehicle rests on besides its bill: metal, labor, its programme and how it is staged."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from evidence.core.statements.average import Average
from evidence.core.statements.bill import BillLine
from evidence.core.statements.certification import VehicleCertification
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.cost import CostLine
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.labour import LabourInputLine
from evidence.core.statements.metal import MetalPurchaseLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import ProgrammeLine
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.site import SiteLine
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.use import UseClass, UseLine
from evidence.core.statements.wage import WageCertificate
from evidence.core.values import Period
from evidence.origin.core_averages import CATEGORIES, member
from evidence.origin.facts import FactFile, in_order
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.labor_election import AVERAGING
from evidence.origin.labor_models import may_be_vehicle
from evidence.origin.other_vehicle import programmes_wanted
from evidence.origin.question import Question

YEAR = timedelta(days=366)
"""How far back a purchase of the same fiscal year can be."""


class VehicleFacts:
    """Reads from the register what only a vehicle needs; of another good, nothing."""

    def __init__(self, facts: FactFile, question: Question) -> None:
        self._facts = facts
        self._asked = question

    @cached_property
    def uses(self) -> tuple[Fact[UseLine], ...]:
        """What the good is recorded to be used for."""
        return self._facts.of_parts(UseLine, [(self._asked.owner, self._asked.part)])

    @cached_property
    def certifications(self) -> tuple[Fact[VehicleCertification], ...]:
        """The owner's certifications that name the good."""
        asked = self._asked
        found = self._facts.statements(VehicleCertification, owner=asked.owner)
        return tuple(fact for fact in found if asked.part in fact.value.parts)

    def metals(self, made: set[tuple[str, str, str]]) -> tuple[Fact[MetalPurchaseLine], ...]:
        """Of a vehicle, the metal that its producer bought in any period that may count: up to two years back."""
        asked, plants = self._asked, {plant for _, _, plant in made}
        if not self.is_vehicle():
            return ()
        forms = [fact.value for fact in self.certifications]
        parties = {fact.value.party for fact in self._facts.lines(SiteLine) if fact.value.site in plants}
        parties |= {asked.owner, *(form.producer for form in forms)}
        first = min([asked.period_from - 2 * YEAR, *(form.calculated_from for form in forms)])
        last = max([asked.period_to, asked.on or asked.period_to, *(form.calculated_to for form in forms)])
        return in_order(
            fact
            for party in sorted(parties)
            for fact in self._facts.lines(MetalPurchaseLine, producer=party)
            if first <= fact.value.purchased_on <= last
        )

    def labor(self) -> tuple[Fact[LabourInputLine], ...]:
        """Of a vehicle, the figures for labor value content of any period that may count: up to two years back."""
        if not self.is_vehicle():
            return ()
        asked = self._asked
        certified = [fact.value.calculated_from for fact in self.certifications]
        first, last = min([asked.period_from - 2 * YEAR, *certified]), asked.period_to
        lines = self._facts.lines(LabourInputLine)
        return tuple(fact for fact in lines if first <= fact.value.period_to and fact.value.period_from <= last)

    def wage_certificates(self, labor: Iterable[Fact[LabourInputLine]]) -> tuple[Fact[WageCertificate], ...]:
        """The wage certificates that figures name, of whichever plant."""
        named = sorted({fact.value.wage_certificate for fact in labor if fact.value.wage_certificate})
        return in_order(fact for number in named for fact in self._facts.statements(WageCertificate, number=number))

    def with_plant(self, inputs: Inputs) -> Inputs:
        """Where labor figures are on file, the inputs with the other vehicles of the plant, which these may be of.

        Their costs are looked for only where an election averages over them.
        """
        facts, asked = self._facts, self._asked
        if not inputs.labor_inputs:
            return inputs
        months = {day.isoformat()[:7] for day in asked.period.days()}
        inside = {(asked.owner, asked.part)} | {(fact.value.owner, fact.value.child) for fact in inputs.bills}
        here = [fact for fact in facts.lines(VolumeLine, plant=asked.plant) if fact.value.month in months]
        goods = {_good(fact) for fact in here} - inside
        uses = [*facts.of_parts(UseLine, sorted(goods)), *facts.lines(UseLine, use=UseClass.VEHICLE.value)]
        uses = [fact for fact in uses if meets(fact.value.applies_from, fact.value.applies_to, asked.period)]
        codes = facts.of_parts(ClassificationLine, sorted(goods))
        goods |= {_good(fact) for fact in uses} - inside
        said = [fact.value for fact in uses], [fact.value for fact in codes], [fact.value for fact in here]
        vehicles = {good for good in goods if may_be_vehicle(good, *said)}
        anywhere = facts.of_parts(VolumeLine, sorted(vehicles))
        # Volumes of another plant, whatever their months, tell where a vehicle is made; none at all tell nothing.
        vehicles -= {_good(fact) for fact in anywhere} - {
            _good(fact) for fact in anywhere if fact.value.plant == asked.plant
        }
        known = {fact.ref for fact in inputs.programmes}
        averaged = any(fact.value.election == AVERAGING for fact in inputs.elections)
        places = [(*good, asked.plant) for good in sorted(vehicles)] if averaged else []
        named = {
            (line.owner, line.part) for line in (fact.value for fact in inputs.labor_inputs) if line.owner and line.part
        }
        return inputs.model_copy(
            update={
                "labor_bills": tuple(
                    fact
                    for owner, part in sorted(named)
                    for fact in facts.lines(BillLine, owner=owner, child=part)
                    if (fact.value.owner, fact.value.parent) not in inside
                    and meets(fact.value.effective_from, fact.value.effective_to, asked.period)
                ),
                "plant_volumes": tuple(fact for fact in anywhere if fact.value.month in months),
                "plant_uses": in_order(fact for fact in uses if _good(fact) in vehicles),
                "plant_codes": tuple(fact for fact in codes if _good(fact) in vehicles),
                "plant_programmes": tuple(
                    fact
                    for fact in facts.lines(ProgrammeLine)
                    if fact.ref not in known and meets(fact.value.applies_from, fact.value.applies_to, asked.period)
                ),
                "plant_costs": tuple(
                    fact
                    for fact in facts.of_places(CostLine, places)
                    if asked.period_from <= fact.value.period_from and fact.value.period_to <= asked.period_to
                ),
            }
        )

    def is_vehicle(self) -> bool:
        """Whether the good is recorded for use as a vehicle."""
        return any(fact.value.use is UseClass.VEHICLE for fact in self.uses)

    def stated(self, metals: Iterable[Fact[MetalPurchaseLine]]) -> tuple[Fact[SupplierDeclaration], ...]:
        """The declarations that purchases of metal name."""
        named = sorted({fact.value.origin_statement for fact in metals if fact.value.origin_statement})
        return in_order(fact for name in named for fact in self._facts.statements(SupplierDeclaration, reference=name))

    def programmes(self) -> tuple[Fact[ProgrammeLine], ...]:
        """The vehicle programmes that the recorded uses of the good name, in force on a day of the period."""
        wanted = programmes_wanted(fact.value for fact in self.uses)
        wanted |= self._fitted() if self.authorisations() else set()
        found = self._facts.lines(ProgrammeLine) if wanted else ()
        return tuple(
            fact
            for fact in found
            if fact.value.programme in wanted
            and meets(fact.value.applies_from, fact.value.applies_to, self._asked.period)
        )

    def authorisations(self) -> tuple[Fact[StagingAuthorisation], ...]:
        """Of a vehicle, the authorisations of alternative staging on record for its maker; of a part for one, those of
        the maker of the programme that it goes into.
        """
        forms = self._facts.statements(StagingAuthorisation)
        if not forms:
            return ()
        fitted = self._fitted()
        lines = [fact.value for fact in self._facts.lines(ProgrammeLine) if fact.value.programme in fitted]
        period = self._asked.period
        makers = {line.producer for line in lines if meets(line.applies_from, line.applies_to, period)}
        if self.is_vehicle():
            makers |= {self._asked.owner}
        return tuple(fact for fact in forms if fact.value.producer in makers)

    def _fitted(self) -> set[str]:
        """The programmes that the good is a vehicle of, or original equipment for a light vehicle of."""
        wanted = (UseClass.VEHICLE, UseClass.OE_LIGHT)
        return {fact.value.programme for fact in self.uses if fact.value.programme and fact.value.use in wanted}

    def recorded(self, made: set[tuple[str, str, str]]) -> dict[str, tuple[Fact[Any], ...]]:
        """The programme of the vehicle, how it is staged and the averages of its parts, by their names in `Inputs`."""
        return {"programmes": self.programmes(), "authorisations": self.authorisations(), **self._averages(made)}

    def _averages(self, made: set[tuple[str, str, str]]) -> dict[str, tuple[Fact[Any], ...]]:
        """Of a vehicle, the averages on record that core parts may stand on, and what was determined of them since."""
        asked = self._asked
        if not self.is_vehicle():
            return {}
        goods = {(owner, member(part, plant)) for owner, part, plant in made}
        averages = [
            fact
            for owner in sorted({owner for owner, _ in goods})
            for fact in self._facts.statements(Average, owner=owner)
            if fact.value.category in CATEGORIES
            and any((owner, each) in goods for each in fact.value.members)
            and fact.value.period_from <= asked.period_from
            and asked.period_to <= fact.value.period_to
        ]
        if not averages:
            return {}
        of_these = {(fact.value.owner, each) for fact in averages for each in fact.value.members}
        since = min(fact.value.as_of for fact in averages)
        later = [
            fact
            for owner in sorted({owner for owner, _ in of_these})
            for fact in self._facts.statements(Snapshot, owner=owner)
            if fact.seq >= since and (owner, member(fact.value.part, fact.value.plant)) in of_these
        ]
        return {"core_averages": in_order(averages), "core_determinations": in_order(later)}


def meets(first: date, last: date | None, period: Period) -> bool:
    """Whether something from `first` to `last`, or still open, is in force on a day of the period."""
    return first <= period.last and (last is None or period.first <= last)


def _good(fact: Fact[VolumeLine] | Fact[UseLine] | Fact[ClassificationLine]) -> tuple[str, str]:
    return fact.value.owner, fact.value.part
