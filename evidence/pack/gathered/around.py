"""What is on record around a claim besides what it rests on: letters of customs and their answers, what was learned,
who was sent the certification, reconciliations, translations, and documents on the good and its plant.

These belong to the history that a reader asks for (19 CFR 182.11(c), 182.124; 19 USC 1592(f)). What was learned and
found to be no reason to believe a claim wrong stays with the company, as its opinions do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from evidence.core.statements.base import Statement
from evidence.core.statements.case import Extension, Notice, Reply, SubmissionReceipt
from evidence.core.statements.handling import Delivery
from evidence.core.statements.knowledge import KnowledgeEvent
from evidence.core.statements.opinion import Translation
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.purchase import PurchaseLine, Purchases
from evidence.core.statements.reconciliation import Reconciliation
from evidence.core.statements.use import UseLine
from evidence.pack.gathered.asked_items import documents_of
from evidence.pack.gathered.exhibits import Shelf
from evidence.pack.words.language import marked
from evidence.register.queries import Known, Register

if TYPE_CHECKING:
    from evidence.pack.gathered.facts import Facts

S = TypeVar("S", bound=Statement)
_TITLES: dict[type[Statement], str] = {
    Notice: marked("letter of customs"),
    Reply: marked("answer to customs"),
    Extension: marked("more time for an answer"),
    SubmissionReceipt: marked("handed in at customs"),
    KnowledgeEvent: marked("what was learned"),
    Delivery: marked("delivery of the certification"),
    Reconciliation: marked("reconciliation to actual figures"),
    Translation: marked("translation of a document"),
}


@dataclass(frozen=True, slots=True)
class Around:
    """All of it, each list in ledger order; superseded statements are left out."""

    notices: tuple[Known[Notice], ...] = ()
    replies: tuple[Known[Reply], ...] = ()
    extensions: tuple[Known[Extension], ...] = ()
    receipts: tuple[Known[SubmissionReceipt], ...] = ()
    learned: tuple[Known[KnowledgeEvent], ...] = ()
    deliveries: tuple[Known[Delivery], ...] = ()
    reconciliations: tuple[Known[Reconciliation], ...] = ()
    translations: tuple[Known[Translation], ...] = ()
    uses: tuple[Known[UseLine], ...] = ()
    """The recorded uses of the goods: not taken into the pack, but telling what they are where no analysis does."""
    purchases: tuple[Known[PurchaseLine], ...] = ()
    """The purchase lines that the analyses use, which are in the pack already."""

    def every(self) -> Iterator[Known[Statement]]:
        """Each statement, to be taken into the pack."""
        letters: tuple[Sequence[Known[Any]], ...] = (self.notices, self.replies, self.extensions, self.receipts)
        others: tuple[Sequence[Known[Any]], ...] = (self.learned, self.deliveries, self.reconciliations)
        for some in (*letters, *others, self.translations):
            yield from (Known(known.value, known.seq, known.statement_id, known.recorded_at) for known in some)


@dataclass(frozen=True, slots=True)
class _Concerned:
    """What a pack is about, as records name it: ``kind:reference`` and ids of statements."""

    names: frozenset[str]
    certifications: frozenset[str]
    snapshots: frozenset[str]
    goods: frozenset[tuple[str, str]]
    plants: frozenset[str]
    spans: tuple[tuple[date, date], ...]
    """The periods of the analyses."""
    documents: frozenset[str]
    """Digests of documents that may be in another language."""


def around(register: Register, facts: "Facts", shelf: Shelf, purchases: Sequence[Known[PurchaseLine]]) -> Around:
    """What is on record around the claims of a pack; its documents go to the shelf."""
    it = _concerned(facts)
    notices = [known for known in register.statements(Notice) if _about(known.value, it.names)]
    numbers = {known.value.number for known in notices}
    replies = register.statements_of(Reply, "notice", numbers)
    handed_in = {f"reply:{known.value.number}" for known in replies}
    learned = [
        known
        for known in register.statements(KnowledgeEvent)
        if known.value.reason_to_believe and it.names & set(known.value.about)
    ]
    reconciled = [known for known in register.statements(Reconciliation) if _reconciles(known.value, it)]
    uses = [use for owner, part in sorted(it.goods) for use in register.lines(UseLine, owner=owner, part=part)]
    found = Around(
        notices=_standing(register, notices),
        replies=_standing(register, replies),
        extensions=_standing(register, register.statements_of(Extension, "notice", numbers)),
        receipts=_standing(register, register.statements_of(SubmissionReceipt, "of", handed_in)),
        learned=_standing(register, learned),
        deliveries=_standing(register, register.statements_of(Delivery, "of", it.certifications)),
        reconciliations=_standing(register, reconciled),
        translations=_standing(register, register.statements_of(Translation, "document", it.documents)),
        uses=tuple(uses),
        purchases=tuple(purchases),
    )
    for known in found.every():
        shelf.named(known, _TITLES[type(known.value)])
    if facts.shipments:
        _on_goods(shelf, register, it, facts.shipments[0].ref)
    return found


def purchases_used(register: Register, facts: "Facts") -> list[Known[PurchaseLine]]:
    """The purchase lines that the analyses use."""
    sheets = [fact.worksheet for fact in facts.snapshots]
    used = {ref.ref for sheet in sheets for ref in sheet.inputs if ref.kind == Purchases.kind}
    parts = {row.part for sheet in sheets for row in sheet.materials}
    found = [line for line in register.lines_of(PurchaseLine, "part", parts) if line.ref in used] if used else []
    if len(found) < len(used):  # of a part that no bill names, or of a load that a later one supersedes
        found = [line for line in register.lines(PurchaseLine) if line.ref in used]
    return found


def _concerned(facts: "Facts") -> _Concerned:
    certifications = {known.statement_id for known in facts.certifications}
    certifications |= {f"certification-of-origin:{known.value.number}" for known in facts.certifications}
    names = {f"shipment:{known.value.number}" for known in facts.shipments} | certifications
    for line in facts.lines:
        number = line.entry.value.number
        names |= {f"customs-entry:{number}", f"claim:{number}", *(claim.statement_id for claim in line.claims)}
    for known in facts.vehicle_certifications:
        names |= {known.statement_id, f"vehicle-certification:{known.value.identifier}"}
    for declared in facts.declarations.values():
        reference = declared.value.reference
        names |= {declared.statement_id, f"declaration:{reference}", f"supplier-declaration:{reference}"}
        names.add(f"supplier-declaration:{declared.value.supplier}:{reference}")
    goods = {(line.invoice_line.owner, line.invoice_line.part) for line in facts.lines if line.invoice_line}
    snapshots = {fact.snapshot.statement_id for fact in facts.snapshots}
    sources = [known.value.source for known in facts.certifications]
    sources += [known.value.source for known in facts.declarations.values()]
    return _Concerned(
        names=frozenset(names | snapshots | {f"part:{part}" for _, part in goods}),
        certifications=frozenset(certifications),
        snapshots=frozenset(snapshots),
        goods=frozenset(goods),
        plants=frozenset(fact.worksheet.plant for fact in facts.snapshots),
        spans=tuple((fact.worksheet.period_from, fact.worksheet.period_to) for fact in facts.snapshots),
        documents=frozenset(source.document for source in sources if source is not None),
    )


def _reconciles(form: Reconciliation, it: _Concerned) -> bool:
    """Whether it is of an analysis of the pack, or of the good in the fiscal year of one."""
    of_good = any((form.owner, part) in it.goods for part in form.parts)
    of_year = any(form.year_from <= last and first <= form.year_to for first, last in it.spans)
    return bool(it.snapshots & {form.estimated_snapshot, form.actual_snapshot}) or (of_good and of_year)


def _on_goods(shelf: Shelf, register: Register, it: _Concerned, stands: str) -> None:
    """Documents that relate to a good or its plant and are by their role what the checklist knows, as a flow chart.

    Others on the same good may be opinions, which no one asked for.
    """
    targets = [f"{kind}:{part}" for _, part in sorted(it.goods) for kind in ("part", "item")]
    targets += [f"site:{plant}" for plant in sorted(it.plants)]
    related = register.documents_by(targets)
    for target in targets:
        others = {known.value.document for known in related.get(target, ()) if not _asked_for(known.value)}
        shelf.related(target, marked("document on the good"), stands, frozenset(others))


def _asked_for(receipt: DocumentReceived) -> bool:
    return bool(documents_of(receipt.role or ""))


def _about(notice: Notice, names: frozenset[str]) -> bool:
    return any(target in names for _, target in notice.relations())


def _standing(register: Register, found: Sequence[Known[S]]) -> tuple[Known[S], ...]:
    """Those that no other statement supersedes."""
    gone = register.superseded(known.statement_id for known in found)
    return tuple(known for known in found if known.statement_id not in gone)
