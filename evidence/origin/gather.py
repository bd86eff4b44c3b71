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
from evidence.core.statements.item import ItemLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.purchase import PurchaseAdjustmentLine, PurchaseLine, RateLine
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.site import SiteLine
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.core.statements.use import UseLine
from evidence.core.values import Period
from evidence.errors import OriginError
from evidence.origin.inputs import Fact, Inputs, SupportingDocument
from evidence.origin.merged import Merged
from evidence.origin.money import OLDEST_RATE
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
        purchases = self._purchases(bought)
        theirs = {(fact.value.owner, fact.value.child) for fact in bills if _maker(fact.value) != fact.value.plant}
        declared = sorted({(whose, part) for whose, part, _ in bought} | theirs)
        declarations = _in_order(
            fact for whose, part in declared for fact in self._statements(SupplierDeclaration, owner=whose, part=part)
        )
        names = {part for _, part in declared}
        paid_for = {(fact.value.owner, fact.value.part) for fact in purchases}
        assists = tuple(fact for fact in self._lines(AssistLine) if (fact.value.owner, fact.value.part) in paid_for)
        sites = self._sites(made, purchases)
        merges = self._merges(
            *(fact.value.seller for fact in purchases),
            *(fact.value.supplier for fact in declarations),
            *(fact.value.party for fact in sites),
            *(fact.value.receiver for fact in assists),
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
            rates=self._rates(purchases, declarations, assists),
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
    ) -> tuple[Fact[RateLine], ...]:
        """Rates near a day on which something is converted: an invoice, a declaration's signing, the giving of an
        assist, the period's ends.
        """
        days = {fact.value.invoiced_on for fact in purchases} | {self._asked.period_from, self._asked.period_to}
        days |= {fact.value.signed_on or fact.value.received_on for fact in declarations if fact.value.currency}
        days |= {fact.value.given_on for fact in assists}
        near = {day - timedelta(days=back) for day in days for back in range(OLDEST_RATE.days + 1)}
        return tuple(fact for fact in self._lines(RateLine) if fact.value.day in near)

    def _sites(
        self, made: set[tuple[str, str, str]], purchases: Iterable[Fact[PurchaseLine]]
    ) -> tuple[Fact[SiteLine], ...]:
        names = {plant for _, _, plant in made} | {
            fact.value.shipped_from for fact in purchases if fact.value.shipped_from
        }
        return tuple(fact for fact in self._lines(SiteLine) if fact.value.site in names)

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
    "UnitConversionLine": "unit-conversion",
    "RateLine": "exchange-rate",
    "SiteLine": "site",
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
