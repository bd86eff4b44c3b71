"""What a question about a vehicle rests on besides its bill: metal, labor, its programme and how it is staged."""

from collections.abc import Iterable
from datetime import date, timedelta

from evidence.core.statements.certification import VehicleCertification
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.labour import LabourInputLine
from evidence.core.statements.metal import MetalPurchaseLine
from evidence.core.statements.programme import ProgrammeLine
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.site import SiteLine
from evidence.core.statements.use import UseClass, UseLine
from evidence.core.statements.wage import WageCertificate
from evidence.core.values import Period
from evidence.origin.facts import FactFile, in_order
from evidence.origin.inputs import Fact
from evidence.origin.other_vehicle import programmes_wanted
from evidence.origin.question import Question

YEAR = timedelta(days=366)
"""How far back a purchase of the same fiscal year can be."""


class VehicleFacts:
    """Reads from the register what only a vehicle needs; of another good, nothing."""

    def __init__(self, facts: FactFile, question: Question) -> None:
        self._facts = facts
        self._asked = question

    def metals(self, made: set[tuple[str, str, str]]) -> tuple[Fact[MetalPurchaseLine], ...]:
        """Of a vehicle, the metal that its producer bought in any period that may count: up to two years back."""
        asked, plants = self._asked, {plant for _, _, plant in made}
        if not self.is_vehicle():
            return ()
        forms = [fact.value for fact in self._facts.statements(VehicleCertification, owner=asked.owner)]
        forms = [form for form in forms if asked.part in form.parts]
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
        forms = [fact.value for fact in self._facts.statements(VehicleCertification, owner=asked.owner)]
        certified = [form.calculated_from for form in forms if asked.part in form.parts]
        first, last = min([asked.period_from - 2 * YEAR, *certified]), asked.period_to
        lines = self._facts.lines(LabourInputLine)
        return tuple(fact for fact in lines if first <= fact.value.period_to and fact.value.period_from <= last)

    def wage_certificates(self, labor: Iterable[Fact[LabourInputLine]]) -> tuple[Fact[WageCertificate], ...]:
        """The wage certificates that figures name, of whichever plant."""
        named = sorted({fact.value.wage_certificate for fact in labor if fact.value.wage_certificate})
        return in_order(fact for number in named for fact in self._facts.statements(WageCertificate, number=number))

    def is_vehicle(self) -> bool:
        """Whether the good is recorded for use as a vehicle."""
        uses = self._facts.of_parts(UseLine, [(self._asked.owner, self._asked.part)])
        return any(fact.value.use is UseClass.VEHICLE for fact in uses)

    def stated(self, metals: Iterable[Fact[MetalPurchaseLine]]) -> tuple[Fact[SupplierDeclaration], ...]:
        """The declarations that purchases of metal name."""
        named = sorted({fact.value.origin_statement for fact in metals if fact.value.origin_statement})
        return in_order(fact for name in named for fact in self._facts.statements(SupplierDeclaration, reference=name))

    def programmes(self) -> tuple[Fact[ProgrammeLine], ...]:
        """The vehicle programmes that the recorded uses of the good name, in force on a day of the period."""
        uses = self._facts.of_parts(UseLine, [(self._asked.owner, self._asked.part)])
        wanted = programmes_wanted(fact.value for fact in uses)
        found = self._facts.lines(ProgrammeLine) if wanted else ()
        return tuple(
            fact
            for fact in found
            if fact.value.programme in wanted
            and meets(fact.value.applies_from, fact.value.applies_to, self._asked.period)
        )

    def authorisations(self) -> tuple[Fact[StagingAuthorisation], ...]:
        """Of a vehicle, the authorisations of alternative staging on record for its maker."""
        if not self.is_vehicle():
            return ()
        makers = {self._asked.owner, *(fact.value.producer for fact in self.programmes())}
        return tuple(fact for fact in self._facts.statements(StagingAuthorisation) if fact.value.producer in makers)


def meets(first: date, last: date | None, period: Period) -> bool:
    """Whether something from `first` to `last`, or still open, is in force on a day of the period."""
    return first <= period.last and (last is None or period.first <= last)
