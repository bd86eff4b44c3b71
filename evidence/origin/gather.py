"""Gathering: from the register, as of a ledger size, everything that a question rests on.

Equal knowledge gives equal inputs, in ledger order. What a later statement supersedes is left out, and so is what no
step of a determination could look at: other plants, other periods, parts that are not in the bill.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, TypeVar

from evidence.core.statements.assist import AssistLine
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.bill import BillLine, MakeOrBuy
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.certification import VehicleCertification
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.cost import CostLine
from evidence.core.statements.declaration import DeclarationEvent, Request, Silence, SupplierDeclaration
from evidence.core.statements.election import Election
from evidence.core.statements.inventory import InventoryLine
from evidence.core.statements.item import ItemLine
from evidence.core.statements.labour import LabourInputLine
from evidence.core.statements.loan import Loan
from evidence.core.statements.material_import import MaterialImportLine
from evidence.core.statements.metal import MetalPurchaseLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import ProgrammeLine
from evidence.core.statements.purchase import PurchaseAdjustmentLine, PurchaseLine, RateLine
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.site import SiteLine
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.core.statements.use import UseClass, UseLine
from evidence.core.statements.wage import WageCertificate
from evidence.core.values import Period
from evidence.errors import OriginError
from evidence.origin.choices import INVENTORY
from evidence.origin.inputs import Fact, Inputs, SupportingDocument
from evidence.origin.merged import Merged
from evidence.origin.money import FARTHEST_RATE
from evidence.origin.other_vehicle import programmes_wanted
from evidence.origin.pools import in_pools
from evidence.origin.question import Question
from evidence.register.queries import Known, Register
from evidence.rules.roll_up import MOST_LEVELS

T = TypeVar("T", bound=Record)
S = TypeVar("S", bound=Statement)
_YEAR = timedelta(days=366)
"""How far back a purchase of the same fiscal year can be."""


def gather(register: Register, question: Question) -> Inputs:
    """The inputs of `question` as of the ledger size that the register answers for.

    A register of all that is known gives inputs that no snapshot may name, since their ledger size is not pinned: 0.

    Raises:
        OriginError: the bill is deeper than it may be.
    """
    return _Gatherer(register, question).inputs(register.as_of or 0)


class _Gatherer:
    def __init__(self, register: Register, question: Question) -> None:
        self._register = register
        self._asked = question
        self._superseded: dict[str, bool] = {}

    def inputs(self, as_of: int) -> Inputs:
        asked, owner = self._asked, self._asked.owner
        bills = self._bills()
        made = {(owner, asked.part, asked.plant)}
        made |= {(fact.value.owner, fact.value.child, _maker(fact.value)) for fact in bills if _is_made(fact.value)}
        bought = {(fact.value.owner, fact.value.child, fact.value.plant) for fact in bills if not _is_made(fact.value)}
        parts = sorted({(whose, part) for whose, part, _ in made | bought})
        inventories = self._inventories(bought)
        purchases = _in_order([*self._purchases(bought), *self._pooled(inventories)])
        theirs = {(fact.value.owner, fact.value.child) for fact in bills if _maker(fact.value) != fact.value.plant}
        declared = sorted({(whose, part) for whose, part, _ in bought} | theirs)
        declarations = _in_order(
            fact for whose, part in declared for fact in self._statements(SupplierDeclaration, owner=whose, part=part)
        )
        names = {part for _, part in declared}
        paid_for = {(fact.value.owner, fact.value.part) for fact in purchases}
        assists = tuple(fact for fact in self._lines(AssistLine) if (fact.value.owner, fact.value.part) in paid_for)
        metals, labor, imports = self._metals(made), self._labor(), self._imports(purchases)
        moved = [fact.value.imported_on for fact in imports] + [fact.value.moved_on for fact in inventories]
        sites = self._sites(made, purchases, metals, labor)
        declarations = _in_order([*declarations, *self._stated(metals)])
        merges = self._merges(
            *(fact.value.seller for fact in purchases),
            *(fact.value.supplier for fact in declarations),
            *(fact.value.party for fact in sites),
            *(fact.value.receiver for fact in assists),
            *(fact.value.seller for fact in metals),
        )
        return Inputs(
            question=asked,
            as_of=as_of,
            items=self._of_parts(ItemLine, parts),
            classifications=self._of_parts(ClassificationLine, parts),
            concordances=self._statements(Concordance),
            uses=self._of_parts(UseLine, [(owner, asked.part)]),
            bills=bills,
            volumes=self._volumes(made),
            costs=self._costs(made),
            purchases=purchases,
            rates=self._rates(purchases, declarations, assists, metals, labor, moved),
            sites=sites,
            calendars=self._statements(FiscalCalendar),
            declarations=declarations,
            events=_in_order(
                fact
                for declaration in declarations
                for fact in self._statements(DeclarationEvent, declaration=declaration.value.id)
            ),
            requests=tuple(fact for fact in self._statements(Request) if names & set(fact.value.parts)),
            silences=tuple(fact for fact in self._statements(Silence) if names & set(fact.value.parts)),
            elections=self._statements(Election, owner=owner),
            vehicle_certifications=tuple(
                fact for fact in self._statements(VehicleCertification, owner=owner) if asked.part in fact.value.parts
            ),
            documents=self._documents(purchases),
            adjustments=self._adjustments(purchases, Merged(merges)),
            assists=assists,
            unit_conversions=self._conversions(bills, purchases),
            same_as=merges,
            metal_purchases=metals,
            material_imports=imports,
            inventories=inventories,
            labor_inputs=labor,
            wage_certificates=self._wage_certificates(labor),
            loans=self._loans(made, sites),
            programmes=self._programmes(),
            authorisations=self._authorisations(),
        )

    def _bills(self) -> tuple[Fact[BillLine], ...]:
        """Every bill line beneath the good that is in force on a day of the period."""
        asked, period = self._asked, self._asked.period
        found: list[Fact[BillLine]] = []
        seen: set[tuple[str, str, str]] = set()
        level = {(asked.owner, asked.part, asked.plant)}
        for _ in range(MOST_LEVELS + 1):
            below: set[tuple[str, str, str]] = set()
            for owner, parent, plant in sorted(level - seen):
                lines = self._lines(BillLine, owner=owner, parent=parent, plant=plant)
                meeting = [fact for fact in lines if _meets(fact.value.effective_from, fact.value.effective_to, period)]
                found += meeting
                below |= {
                    (fact.value.owner, fact.value.child, _maker(fact.value)) for fact in meeting if _is_made(fact.value)
                }
            seen |= level
            level = below
            if not level - seen:
                return _in_order(found)
        raise OriginError(
            f"The bill of {asked.part} is deeper than {MOST_LEVELS} levels; correct the bill and load it again."
        )

    def _purchases(self, bought: set[tuple[str, str, str]]) -> tuple[Fact[PurchaseLine], ...]:
        """What was received in the period; of a part of which nothing was, what came on the latest day of the year
        before.
        """
        period, earliest = self._asked.period, self._asked.period_from - _YEAR
        found: list[Fact[PurchaseLine]] = []
        for owner, part, plant in sorted(bought):
            lines = self._lines(PurchaseLine, owner=owner, part=part, plant=plant)
            for revision in sorted({fact.value.revision for fact in lines}):
                mine = [fact for fact in lines if fact.value.revision == revision]
                within = [fact for fact in mine if fact.value.received_on in period]
                before = [fact for fact in mine if earliest <= fact.value.received_on < period.first]
                latest = max((fact.value.received_on for fact in before), default=None)
                found += within or [fact for fact in before if fact.value.received_on == latest]
        return _in_order(found)

    def _volumes(self, made: set[tuple[str, str, str]]) -> tuple[Fact[VolumeLine], ...]:
        months = {day.isoformat()[:7] for day in self._asked.period.days()}
        return _in_order(
            fact
            for owner, part, plant in sorted(made)
            for fact in self._lines(VolumeLine, owner=owner, part=part, plant=plant)
            if fact.value.month in months
        )

    def _costs(self, made: set[tuple[str, str, str]]) -> tuple[Fact[CostLine], ...]:
        first, last = self._asked.period_from, self._asked.period_to
        return _in_order(
            fact
            for owner, part, plant in sorted(made)
            for fact in self._lines(CostLine, owner=owner, part=part, plant=plant)
            if first <= fact.value.period_from and fact.value.period_to <= last
        )

    def _rates(
        self,
        purchases: Iterable[Fact[PurchaseLine]],
        declarations: Iterable[Fact[SupplierDeclaration]],
        assists: Iterable[Fact[AssistLine]],
        metals: Iterable[Fact[MetalPurchaseLine]],
        labor: Iterable[Fact[LabourInputLine]],
        moved: Iterable[date],
    ) -> tuple[Fact[RateLine], ...]:
        """Rates near a day on which something is converted: an invoice, a declaration's signing, the giving of an
        assist, the period's ends, and the days on which materials `moved`: into a country, or through a stock.
        """
        days = {fact.value.invoiced_on for fact in purchases} | {self._asked.period_from, self._asked.period_to}
        days |= {fact.value.signed_on or fact.value.received_on for fact in declarations if fact.value.currency}
        days |= {fact.value.given_on for fact in assists} | {fact.value.purchased_on for fact in metals}
        days |= {fact.value.period_to for fact in labor} | set(moved)
        reach = FARTHEST_RATE.days
        near = {day + timedelta(days=off) for day in days for off in range(-reach, reach + 1)}
        return tuple(fact for fact in self._lines(RateLine) if fact.value.day in near)

    def _sites(
        self,
        made: set[tuple[str, str, str]],
        purchases: Iterable[Fact[PurchaseLine]],
        metals: Iterable[Fact[MetalPurchaseLine]],
        labor: Iterable[Fact[LabourInputLine]],
    ) -> tuple[Fact[SiteLine], ...]:
        names = {plant for _, _, plant in made} | {
            fact.value.shipped_from for fact in purchases if fact.value.shipped_from
        }
        names |= {fact.value.plant for fact in metals if fact.value.plant}
        names |= {fact.value.plant for fact in labor if fact.value.plant}
        return tuple(fact for fact in self._lines(SiteLine) if fact.value.site in names)

    def _metals(self, made: set[tuple[str, str, str]]) -> tuple[Fact[MetalPurchaseLine], ...]:
        """Of a vehicle, the metal that its producer bought in any period that may count: up to two years back."""
        asked, plants = self._asked, {plant for _, _, plant in made}
        if not self._is_vehicle():
            return ()
        forms = [fact.value for fact in self._statements(VehicleCertification, owner=asked.owner)]
        forms = [form for form in forms if asked.part in form.parts]
        parties = {fact.value.party for fact in self._lines(SiteLine) if fact.value.site in plants}
        parties |= {asked.owner, *(form.producer for form in forms)}
        first = min([asked.period_from - 2 * _YEAR, *(form.calculated_from for form in forms)])
        last = max([asked.period_to, asked.on or asked.period_to, *(form.calculated_to for form in forms)])
        return _in_order(
            fact
            for party in sorted(parties)
            for fact in self._lines(MetalPurchaseLine, producer=party)
            if first <= fact.value.purchased_on <= last
        )

    def _labor(self) -> tuple[Fact[LabourInputLine], ...]:
        """Of a vehicle, the figures for labor value content of any period that may count: up to two years back."""
        if not self._is_vehicle():
            return ()
        asked = self._asked
        forms = [fact.value for fact in self._statements(VehicleCertification, owner=asked.owner)]
        certified = [form.calculated_from for form in forms if asked.part in form.parts]
        first, last = min([asked.period_from - 2 * _YEAR, *certified]), asked.period_to
        lines = self._lines(LabourInputLine)
        return tuple(fact for fact in lines if first <= fact.value.period_to and fact.value.period_from <= last)

    def _wage_certificates(self, labor: Iterable[Fact[LabourInputLine]]) -> tuple[Fact[WageCertificate], ...]:
        """The wage certificates that figures name, of whichever plant."""
        named = sorted({fact.value.wage_certificate for fact in labor if fact.value.wage_certificate})
        return _in_order(fact for number in named for fact in self._statements(WageCertificate, number=number))

    def _is_vehicle(self) -> bool:
        uses = self._of_parts(UseLine, [(self._asked.owner, self._asked.part)])
        return any(fact.value.use is UseClass.VEHICLE for fact in uses)

    def _imports(self, purchases: Iterable[Fact[PurchaseLine]]) -> tuple[Fact[MaterialImportLine], ...]:
        """The customs entries by which the purchases came in."""
        invoices = {(fact.value.owner, fact.value.part, fact.value.invoice) for fact in purchases}
        return _in_order(
            fact
            for owner, part in sorted({(owner, part) for owner, part, _ in invoices})
            for fact in self._lines(MaterialImportLine, owner=owner, part=part)
            if (owner, part, fact.value.invoice) in invoices
        )

    def _inventories(self, bought: set[tuple[str, str, str]]) -> tuple[Fact[InventoryLine], ...]:
        """Where the inventory method is elected, the pools of the fiscal year that hold what the bill uses."""
        asked, owner = self._asked, self._asked.owner
        if not any(fact.value.choice == INVENTORY for fact in self._statements(Election, owner=owner)):
            return ()
        plants = sorted({plant for _, _, plant in bought})
        lines = [fact for plant in plants for fact in self._lines(InventoryLine, plant=plant)]
        of_year = (
            fact
            for fact in lines
            if fact.value.year_from <= asked.period_from and asked.period_to <= fact.value.year_to
        )
        return _in_order(in_pools(of_year, {(whose, part) for whose, part, _ in bought}))

    def _pooled(self, inventories: Iterable[Fact[InventoryLine]]) -> tuple[Fact[PurchaseLine], ...]:
        """The purchases that layers of the pools name, of whatever day."""
        named: dict[tuple[str, str, str], set[str]] = {}
        for fact in inventories:
            of = fact.value
            if of.document is not None:
                named.setdefault((of.owner, of.part, of.plant), set()).add(of.document)
        return tuple(
            fact
            for (owner, part, plant), documents in sorted(named.items())
            for fact in self._lines(PurchaseLine, owner=owner, part=part, plant=plant)
            if documents & {fact.value.invoice, fact.value.receipt}
        )

    def _stated(self, metals: Iterable[Fact[MetalPurchaseLine]]) -> tuple[Fact[SupplierDeclaration], ...]:
        """The declarations that purchases of metal name."""
        named = sorted({fact.value.origin_statement for fact in metals if fact.value.origin_statement})
        return _in_order(fact for name in named for fact in self._statements(SupplierDeclaration, reference=name))

    def _programmes(self) -> tuple[Fact[ProgrammeLine], ...]:
        """The vehicle programmes that the recorded uses of the good name, in force on a day of the period."""
        uses = self._of_parts(UseLine, [(self._asked.owner, self._asked.part)])
        wanted = programmes_wanted(fact.value for fact in uses)
        found = self._lines(ProgrammeLine) if wanted else ()
        return tuple(
            fact
            for fact in found
            if fact.value.programme in wanted
            and _meets(fact.value.applies_from, fact.value.applies_to, self._asked.period)
        )

    def _authorisations(self) -> tuple[Fact[StagingAuthorisation], ...]:
        """Of a vehicle, the authorisations of alternative staging on record for its maker."""
        if not self._is_vehicle():
            return ()
        makers = {self._asked.owner, *(fact.value.producer for fact in self._programmes())}
        return tuple(fact for fact in self._statements(StagingAuthorisation) if fact.value.producer in makers)

    def _adjustments(
        self, purchases: Iterable[Fact[PurchaseLine]], same: Merged
    ) -> tuple[Fact[PurchaseAdjustmentLine], ...]:
        """Every credit and debit note on an invoice line that counts, whenever it was booked."""
        lines = {(same.kept(fact.value.seller), fact.value.invoice, fact.value.invoice_line) for fact in purchases}
        return tuple(
            fact
            for fact in self._lines(PurchaseAdjustmentLine)
            if (same.kept(fact.value.seller), fact.value.invoice, fact.value.invoice_line) in lines
        )

    def _loans(self, made: set[tuple[str, str, str]], sites: Iterable[Fact[SiteLine]]) -> tuple[Fact[Loan], ...]:
        """Loans of the producers that are outstanding on a day of the period, with every rate they have had."""
        period, plants = self._asked.period, {plant for _, _, plant in made}
        borrowers = {self._asked.owner, "self", *(site.value.party for site in sites if site.value.site in plants)}
        return tuple(
            fact
            for fact in self._statements(Loan)
            if fact.value.borrower in borrowers
            and fact.value.drawn_on <= period.last
            and period.first <= fact.value.matures_on
        )

    def _conversions(
        self, bills: Iterable[Fact[BillLine]], purchases: Iterable[Fact[PurchaseLine]]
    ) -> tuple[Fact[UnitConversionLine], ...]:
        """Conversions for parts that are bought, priced and used in different units, with those for every part."""
        used: dict[tuple[str, str], set[str]] = {}
        for bill in bills:
            used.setdefault((bill.value.owner, bill.value.child), set()).add(bill.value.unit)
        needed: set[tuple[str | None, str | None]] = set()
        for fact in purchases:
            key = (fact.value.owner, fact.value.part)
            if len({fact.value.unit, fact.value.price_unit or fact.value.unit, *used.get(key, ())}) > 1:
                needed |= {key, (None, None)}
        if not needed:
            return ()
        return tuple(fact for fact in self._lines(UnitConversionLine) if (fact.value.owner, fact.value.part) in needed)

    def _merges(self, *parties: str) -> tuple[Fact[SameAs], ...]:
        """The merges that any of the parties is in, directly or through others."""
        waiting = self._statements(SameAs)
        reached = set(parties)
        found: list[Fact[SameAs]] = []
        while near := [fact for fact in waiting if {fact.value.party, fact.value.other} & reached]:
            found += near
            waiting = tuple(fact for fact in waiting if fact not in near)
            reached |= {party for fact in near for party in (fact.value.party, fact.value.other)}
        return _in_order(found)

    def _documents(self, purchases: Iterable[Fact[PurchaseLine]]) -> tuple[Fact[SupportingDocument], ...]:
        """Documents on file that relate to the invoices, with no more of them than a determination looks at."""
        found: dict[str, Fact[SupportingDocument]] = {}
        for invoice in dict.fromkeys(fact.value.invoice for fact in purchases):
            for known in self._register.documents(f"purchase:{invoice}"):
                receipt = known.value
                document = SupportingDocument(
                    document=receipt.document, role=receipt.role, relates_to=tuple(receipt.relates_to)
                )
                found[known.ref] = Fact[SupportingDocument](
                    ref=known.ref, seq=known.seq, statement=known.statement_id, kind=receipt.kind, value=document
                )
        return _in_order(found.values())

    def _of_parts(self, line: type[T], parts: Iterable[tuple[str, str]]) -> tuple[Fact[T], ...]:
        return _in_order(fact for owner, part in parts for fact in self._lines(line, owner=owner, part=part))

    def _lines(self, line: type[T], **equals: Any) -> tuple[Fact[T], ...]:
        return tuple(self._facts(self._register.lines(line, **equals), line.__name__))

    def _statements(self, kind: type[S], **equals: str) -> tuple[Fact[S], ...]:
        return tuple(self._facts(self._register.statements(kind, **equals), kind.kind))

    def _facts(self, known: Iterable[Known[T]], kind: str) -> Iterator[Fact[T]]:
        for one in known:
            if not self._is_superseded(one.statement_id):
                yield Fact(
                    ref=one.ref, seq=one.seq, statement=one.statement_id, kind=_KINDS.get(kind, kind), value=one.value
                )

    def _is_superseded(self, statement: str) -> bool:
        if statement not in self._superseded:
            edges = self._register.edges(to_id=statement)
            self._superseded[statement] = any(edge.role == "supersedes" for edge in edges)
        return self._superseded[statement]


_KINDS = {
    "ItemLine": "item",
    "ClassificationLine": "classification",
    "UseLine": "use",
    "BillLine": "bill-of-materials",
    "VolumeLine": "volume",
    "CostLine": "cost",
    "PurchaseLine": "purchase",
    "PurchaseAdjustmentLine": "purchase-adjustment",
    "AssistLine": "assist",
    "InventoryLine": "inventory",
    "MetalPurchaseLine": "metal-purchase",
    "MaterialImportLine": "material-import",
    "LabourInputLine": "labour-value-input",
    "UnitConversionLine": "unit-conversion",
    "RateLine": "exchange-rate",
    "SiteLine": "site",
    "ProgrammeLine": "vehicle-programme",
}


def _is_made(line: BillLine) -> bool:
    return line.make_or_buy is MakeOrBuy.MAKE


def _maker(line: BillLine) -> str:
    return line.made_at or line.plant


def _meets(first: date, last: date | None, period: Period) -> bool:
    return first <= period.last and (last is None or period.first <= last)


def _in_order(facts: Iterable[Fact[T]]) -> tuple[Fact[T], ...]:
    """Each fact once, in ledger order: by entry, then by line."""
    once = {fact.ref: fact for fact in facts}
    return tuple(
        sorted(once.values(), key=lambda fact: (fact.seq, int(fact.ref.rpartition(":")[2]) if ":" in fact.ref else 0))
    )
