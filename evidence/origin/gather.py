"""Gathering: from the register, as of a ledger size, everything that a question rests on.

Equal knowledge gives equal inputs, in ledger order. What a later statement supersedes is left out, and so is what no
step of a determination could look at: other plants, other periods, parts that are not in the bill.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from evidence.core.statements.assist import AssistLine
from evidence.core.statements.bill import BillLine, MakeOrBuy
from evidence.core.statements.calendar import FiscalCalendar
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
from evidence.core.statements.purchase import PurchaseAdjustmentLine, PurchaseLine, RateLine
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.site import SiteLine
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.errors import OriginError
from evidence.origin import gather_costs, gather_method
from evidence.origin.choices import ACTUAL_LOTS, INVENTORY
from evidence.origin.facts import FactFile, in_order
from evidence.origin.gather_vehicle import YEAR, VehicleFacts, meets
from evidence.origin.inputs import Fact, Inputs, SupportingDocument
from evidence.origin.merged import Merged
from evidence.origin.money import FARTHEST_RATE
from evidence.origin.pools import in_pools
from evidence.origin.question import Question
from evidence.register.queries import Register
from evidence.rules.roll_up import MOST_LEVELS


def gather(register: Register, question: Question) -> Inputs:
    """The inputs of `question` as of the ledger size that the register answers for.

    A register of all that is known gives inputs that no snapshot may name, since their ledger size is not pinned: 0.

    Raises:
        OriginError: the bill is deeper than it may be.
    """
    gatherer = _Gatherer(register, question)
    return gatherer.of_vehicle.with_plant(gatherer.inputs(register.as_of or 0))


def gather_known(register: Register, question: Question) -> Inputs:
    """What `gather` gives of a good on record, so that nothing is said of a misspelt number.

    Raises:
        OriginError: no such good, owner or plant is on record, or the bill is deeper than it may be.
    """
    inputs, good = gather(register, question), (question.owner, question.part)
    if not any((fact.value.owner, fact.value.part) == good for fact in inputs.items):
        raise OriginError(f"No item {':'.join(good)} is on record. Import it first, or correct its number.")
    if not any(fact.value.site == question.plant for fact in inputs.sites):
        raise OriginError(f"No site {question.plant} is on record. Import it first, or correct its name.")
    return inputs


class _Gatherer:
    def __init__(self, register: Register, question: Question) -> None:
        self._facts = FactFile(register)
        self._asked = question
        self.of_vehicle = VehicleFacts(self._facts, question)

    def inputs(self, as_of: int) -> Inputs:
        asked, owner, facts = self._asked, self._asked.owner, self._facts
        bills = self._bills()
        made = {(owner, asked.part, asked.plant)}
        made |= {(fact.value.owner, fact.value.child, _maker(fact.value)) for fact in bills if _is_made(fact.value)}
        bought = {(fact.value.owner, fact.value.child, fact.value.plant) for fact in bills if not _is_made(fact.value)}
        parts = sorted({(whose, part) for whose, part, _ in made | bought})
        inventories = self._inventories(bought)
        purchases = in_order([*self._purchases(bought), *self._pooled(inventories)])
        theirs = {(fact.value.owner, fact.value.child) for fact in bills if _maker(fact.value) != fact.value.plant}
        declared = sorted({(whose, part) for whose, part, _ in bought} | theirs)
        declarations = facts.statements_on(SupplierDeclaration, declared)
        names = {part for _, part in declared}
        paid_for = {(fact.value.owner, fact.value.part) for fact in purchases}
        assists = tuple(fact for fact in facts.lines(AssistLine) if (fact.value.owner, fact.value.part) in paid_for)
        metals, labor, imports = self.of_vehicle.metals(made), self.of_vehicle.labor(), self._imports(purchases)
        moved = [fact.value.imported_on for fact in imports] + [fact.value.moved_on for fact in inventories]
        of_method = gather_method.of_method(facts, asked)
        moved += [fact.value.sold_on for fact in of_method["sales"]]
        sites = self._sites(made, purchases, metals, labor)
        declarations = in_order([*declarations, *self.of_vehicle.stated(metals)])
        traders = [fact.value.seller for fact in purchases] + [fact.value.buyer for fact in of_method["sales"]]
        merges = self._merges(
            *traders,
            *(fact.value.supplier for fact in declarations),
            *(fact.value.party for fact in sites),
            *(fact.value.receiver for fact in assists),
            *(fact.value.seller for fact in metals),
        )
        return Inputs(
            question=asked,
            as_of=as_of,
            items=facts.of_parts(ItemLine, parts),
            classifications=facts.of_parts(ClassificationLine, parts),
            concordances=facts.statements(Concordance),
            uses=self.of_vehicle.uses,
            bills=bills,
            volumes=self._volumes(made),
            costs=self._costs(made),
            purchases=purchases,
            rates=self._rates(purchases, declarations, assists, metals, labor, moved),
            sites=sites,
            calendars=facts.statements(FiscalCalendar),
            declarations=declarations,
            events=facts.statements_of(
                DeclarationEvent, "declaration", (declaration.value.id for declaration in declarations)
            ),
            requests=tuple(fact for fact in facts.statements(Request) if names & set(fact.value.parts)),
            silences=tuple(fact for fact in facts.statements(Silence) if names & set(fact.value.parts)),
            vehicle_certifications=self.of_vehicle.certifications,
            documents=self._documents(purchases),
            adjustments=self._adjustments(purchases, Merged(merges)),
            assists=assists,
            unit_conversions=self._conversions(bills, purchases),
            same_as=merges,
            metal_purchases=metals,
            material_imports=imports,
            inventories=inventories,
            labor_inputs=labor,
            wage_certificates=self.of_vehicle.wage_certificates(labor),
            loans=self._loans(made, sites),
            **gather_costs.of_costs(facts, asked, made, bought, traders, Merged(merges)),
            **of_method,
            **self.of_vehicle.recorded(made),
        )

    def _bills(self) -> tuple[Fact[BillLine], ...]:
        """Every bill line beneath the good that is in force on a day of the period."""
        asked, period = self._asked, self._asked.period
        found: list[Fact[BillLine]] = []
        seen: set[tuple[str, str, str]] = set()
        level = {(asked.owner, asked.part, asked.plant)}
        for _ in range(MOST_LEVELS + 1):
            below: set[tuple[str, str, str]] = set()
            lines = self._facts.of_places(BillLine, level - seen, "parent")
            meeting = [fact for fact in lines if meets(fact.value.effective_from, fact.value.effective_to, period)]
            found += meeting
            below |= {
                (fact.value.owner, fact.value.child, _maker(fact.value)) for fact in meeting if _is_made(fact.value)
            }
            seen |= level
            level = below
            if not level - seen:
                return in_order(found)
        deepest = next(fact for fact in reversed(found) if _is_made(fact.value))
        raise OriginError(
            f"The bill of {asked.part} is deeper than {MOST_LEVELS} levels at {deepest.value.child}, entry "
            f"{deepest.ref}; correct the bill and load it again."
        )

    def _purchases(self, bought: set[tuple[str, str, str]]) -> tuple[Fact[PurchaseLine], ...]:
        """What was received in the period; of a part of which nothing was, what came on the latest day of the year
        before.
        """
        period, earliest = self._asked.period, self._asked.period_from - YEAR
        alike: dict[tuple[str, str, str, str], list[Fact[PurchaseLine]]] = {}
        for fact in self._facts.of_places(PurchaseLine, bought):
            of = fact.value
            alike.setdefault((of.owner, of.part, of.plant, of.revision), []).append(fact)
        found: list[Fact[PurchaseLine]] = []
        for mine in alike.values():
            within = [fact for fact in mine if fact.value.received_on in period]
            before = [fact for fact in mine if earliest <= fact.value.received_on < period.first]
            latest = max((fact.value.received_on for fact in before), default=None)
            found += within or [fact for fact in before if fact.value.received_on == latest]
        return in_order(found)

    def _volumes(self, made: set[tuple[str, str, str]]) -> tuple[Fact[VolumeLine], ...]:
        months = {day.isoformat()[:7] for day in self._asked.period.days()}
        return tuple(fact for fact in self._facts.of_places(VolumeLine, made) if fact.value.month in months)

    def _costs(self, made: set[tuple[str, str, str]]) -> tuple[Fact[CostLine], ...]:
        first, last = self._asked.period_from, self._asked.period_to
        return tuple(
            fact
            for fact in self._facts.of_places(CostLine, made)
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
        return tuple(fact for fact in self._facts.lines(RateLine) if fact.value.day in near)

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
        return tuple(fact for fact in self._facts.lines(SiteLine) if fact.value.site in names)

    def _imports(self, purchases: Iterable[Fact[PurchaseLine]]) -> tuple[Fact[MaterialImportLine], ...]:
        """The customs entries by which the purchases came in."""
        invoices = {(fact.value.owner, fact.value.part, fact.value.invoice) for fact in purchases}
        lines = self._facts.of_parts(MaterialImportLine, {(owner, part) for owner, part, _ in invoices})
        return tuple(fact for fact in lines if (fact.value.owner, fact.value.part, fact.value.invoice) in invoices)

    def _inventories(self, bought: set[tuple[str, str, str]]) -> tuple[Fact[InventoryLine], ...]:
        """Where stocks decide what counts, the pools of the fiscal year that hold what the bill uses."""
        asked, owner = self._asked, self._asked.owner
        if not any(
            fact.value.choice in (ACTUAL_LOTS, INVENTORY) for fact in self._facts.statements(Election, owner=owner)
        ):
            return ()
        plants = sorted({plant for _, _, plant in bought})
        lines = [fact for plant in plants for fact in self._facts.lines(InventoryLine, plant=plant)]
        of_year = (
            fact
            for fact in lines
            if fact.value.year_from <= asked.period_from and asked.period_to <= fact.value.year_to
        )
        return in_order(in_pools(of_year, {(whose, part) for whose, part, _ in bought}))

    def _pooled(self, inventories: Iterable[Fact[InventoryLine]]) -> tuple[Fact[PurchaseLine], ...]:
        """The purchases that layers of the pools name, of whatever day."""
        named: dict[tuple[str, str, str], set[str]] = {}
        for fact in inventories:
            of = fact.value
            if of.document is not None:
                named.setdefault((of.owner, of.part, of.plant), set()).add(of.document)
        return tuple(
            fact
            for fact in self._facts.of_places(PurchaseLine, named)
            if named[fact.value.owner, fact.value.part, fact.value.plant] & {fact.value.invoice, fact.value.receipt}
        )

    def _adjustments(
        self, purchases: Iterable[Fact[PurchaseLine]], same: Merged
    ) -> tuple[Fact[PurchaseAdjustmentLine], ...]:
        """Every credit and debit note on an invoice line that counts, whenever it was booked."""
        lines = {(same.kept(fact.value.seller), fact.value.invoice, fact.value.invoice_line) for fact in purchases}
        return tuple(
            fact
            for fact in self._facts.lines(PurchaseAdjustmentLine)
            if (same.kept(fact.value.seller), fact.value.invoice, fact.value.invoice_line) in lines
        )

    def _loans(self, made: set[tuple[str, str, str]], sites: Iterable[Fact[SiteLine]]) -> tuple[Fact[Loan], ...]:
        """Loans of the producers that are outstanding on a day of the period, with every rate they have had."""
        period, plants = self._asked.period, {plant for _, _, plant in made}
        borrowers = {self._asked.owner, "self", *(site.value.party for site in sites if site.value.site in plants)}
        return tuple(
            fact
            for fact in self._facts.statements(Loan)
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
        return tuple(
            fact for fact in self._facts.lines(UnitConversionLine) if (fact.value.owner, fact.value.part) in needed
        )

    def _merges(self, *parties: str) -> tuple[Fact[SameAs], ...]:
        """The merges that any of the parties is in, directly or through others."""
        waiting = self._facts.statements(SameAs)
        reached = set(parties)
        found: list[Fact[SameAs]] = []
        while near := [fact for fact in waiting if {fact.value.party, fact.value.other} & reached]:
            found += near
            waiting = tuple(fact for fact in waiting if fact not in near)
            reached |= {party for fact in near for party in (fact.value.party, fact.value.other)}
        return in_order(found)

    def _documents(self, purchases: Iterable[Fact[PurchaseLine]]) -> tuple[Fact[SupportingDocument], ...]:
        """Documents on file that relate to the invoices, with no more of them than a determination looks at."""
        invoices = {f"purchase:{fact.value.invoice}" for fact in purchases}
        return tuple(
            Fact[SupportingDocument](
                ref=known.ref,
                seq=known.seq,
                statement=known.statement_id,
                kind=known.value.kind,
                value=SupportingDocument(
                    document=known.value.document, role=known.value.role, relates_to=tuple(known.value.relates_to)
                ),
            )
            for known in self._facts.register.documents_of(invoices)
        )


def _is_made(line: BillLine) -> bool:
    return line.make_or_buy is MakeOrBuy.MAKE


def _maker(line: BillLine) -> str:
    return line.made_at or line.plant
