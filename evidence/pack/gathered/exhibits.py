"""Which documents on file are exhibits of a pack, in the order in which a reader wants them numbered.

Shipment and customs first, then certifications, then the suppliers' declarations with what came beside them, then the
company's own loads (bills, purchases, costs), then documents on the purchases used. Every one is a document whose
receipt is recorded and which a recorded link ties to a statement that the pack uses.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evidence.core.disclosure import SEALED
from evidence.core.statements.base import Statement
from evidence.core.statements.certification import CertificationOfOrigin, VehicleCertification
from evidence.core.statements.declaration import DeclarationEvent, SupplierDeclaration
from evidence.core.statements.derived import REDACTION_TOOL, DerivedDocument
from evidence.core.statements.load import Load
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.pack.words.language import marked
from evidence.register.queries import Known, Register

_LEADS = frozenset({"received", "source"})
_TITLES = {
    "supplier-declaration": marked("supplier's declaration"),
    "declaration-state": marked("state of a supplier's declaration"),
    "request": marked("requests sent to suppliers"),
    "silence": marked("requests left unanswered"),
    "election": marked("elections made"),
    "item": marked("item master"),
    "classification": marked("tariff classifications"),
    "use": marked("uses of goods"),
    "volume": marked("monthly volumes"),
    "cost": marked("cost lines"),
    "purchase": marked("purchases"),
    "site": marked("sites"),
    "calendar": marked("fiscal calendars"),
    "concordance": marked("tariff concordances"),
    "exchange-rate": marked("exchange rates"),
    "production": marked("production records"),
    "party": marked("parties"),
    "bill-of-materials": marked("bills of materials"),
    "certification-of-origin": marked("certification of origin, its data"),
    "vehicle-certification": marked("vehicle certifications, their data"),
    "shipment": marked("shipment, its data"),
    "customs-entry": marked("customs entry, its data"),
}
"""Kinds of statements as an index of exhibits calls the files that they came in."""


@dataclass(frozen=True, slots=True)
class ExhibitFact:
    """A document on file, by the entry of its receipt.

    `supports` lists what it stands behind: entries (``#12``), and lines of loads (``#12:345``).
    """

    receipt: Known[DocumentReceived]
    title: str
    supports: tuple[str, ...]
    redacted: Known[DerivedDocument] | None = None
    """The last redacted copy of it, where one is on record."""

    @property
    def withheld(self) -> bool:
        """Whether this edition leaves the document out and names it by its commitment alone."""
        return self.receipt.value.tier in SEALED


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of the receipts on record: those that relate to `target`, but for some, or that of a document."""

    title: str
    supports: str
    target: str = ""
    but: frozenset[str] = frozenset()
    document: str = ""


class Shelf:
    """Collects exhibits; one that several statements rest on is taken once. All are looked up together, at the end."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._asked: list[_Asked] = []

    def related(self, target: str, title: str, supports: str, but: frozenset[str] = frozenset()) -> None:
        """Documents whose receipt says that they relate to `target`, such as ``shipment:S01``; those in `but` not."""
        self._asked.append(_Asked(title, supports, target, but))

    def named(self, known: Known[Statement], title: str) -> None:
        """Documents that a statement names itself: the file it was read from, the notice it rests on."""
        for role, sha256 in known.value.documents():
            words = title if role in _LEADS else f"{title}, {role}"
            self._asked.append(_Asked(words, known.ref, document=sha256))

    def exhibits(self) -> list[ExhibitFact]:
        """What was collected, in the order in which it was met."""
        found: dict[int, tuple[Known[DocumentReceived], str, dict[str, None]]] = {}
        for asked, receipt in self._receipts():
            title = _title(receipt.value.role) or asked.title
            found.setdefault(receipt.seq, (receipt, title, {}))[2][asked.supports] = None
        copies = self._redacted({receipt.value.document for receipt, _title, _supports in found.values()})
        return [
            ExhibitFact(receipt, title[:1].upper() + title[1:], tuple(supports), copies.get(receipt.value.document))
            for receipt, title, supports in found.values()
        ]

    def _receipts(self) -> Iterator[tuple[_Asked, Known[DocumentReceived]]]:
        """The receipts that answer each question."""
        related = self._register.documents_by(asked.target for asked in self._asked if asked.target)
        received: dict[str, Known[DocumentReceived]] = {}
        documents = {asked.document for asked in self._asked if asked.document}
        for known in self._register.statements_of(DocumentReceived, "document", documents):
            received.setdefault(known.value.document, known)
        for asked in self._asked:
            if asked.target:
                found = related.get(asked.target, ())
                yield from ((asked, receipt) for receipt in found if receipt.value.document not in asked.but)
            elif asked.document in received:
                yield asked, received[asked.document]

    def _redacted(self, documents: set[str]) -> dict[str, Known[DerivedDocument]]:
        """The last redacted copy of each document that has one."""
        copies = self._register.statements_of(DerivedDocument, "document", documents)
        return {known.value.document: known for known in copies if known.value.tool == REDACTION_TOOL}


def of_shipping(shelf: Shelf, shipments: list[Known[Shipment]], entries: list[Known[CustomsEntry]]) -> None:
    """Documents of the shipments, the customs entries and the claims on them."""
    for shipment in shipments:
        shelf.related(f"shipment:{shipment.value.number}", marked("Shipping document"), shipment.ref)
        shelf.named(_plain(shipment), marked("Shipment data"))
    for entry in entries:
        shelf.related(f"customs-entry:{entry.value.number}", marked("Customs document"), entry.ref)
        shelf.named(_plain(entry), marked("Customs entry data"))
        shelf.related(f"claim:{entry.value.number}", marked("Document on the claim"), entry.ref)


def of_certifications(
    shelf: Shelf, certifications: list[Known[CertificationOfOrigin]], vehicle: list[Known[VehicleCertification]]
) -> None:
    """Certifications of origin, then the producer's vehicle certifications."""
    for known in certifications:
        shelf.related(f"certification:{known.value.number}", marked("Certification of origin"), known.ref)
        shelf.named(_plain(known), marked("Certification of origin"))
    for filed in vehicle:
        if filed.value.identifier:
            shelf.related(f"vehicle-certification:{filed.value.identifier}", marked("Vehicle certification"), filed.ref)
        shelf.named(_plain(filed), marked("Vehicle certification"))


def of_inputs(
    shelf: Shelf, register: Register, inputs: list[Known[Statement]], purchases: Iterable[Known[PurchaseLine]]
) -> None:
    """What the snapshots rest on; `purchases` are the purchase lines used."""
    declared = [known.value.id for known in inputs if isinstance(known.value, SupplierDeclaration)]
    noticed = _notices(register, declared)
    for known in inputs:
        if isinstance(known.value, SupplierDeclaration):
            notices = noticed.get(known.value.id, frozenset())
            shelf.related(f"declaration:{known.value.reference}", marked("Supplier's declaration"), known.ref, notices)
            shelf.related(f"declaration:{known.value.id}", marked("Supplier's declaration"), known.ref, notices)
        if not isinstance(known.value, Load | DocumentReceived):
            shelf.named(known, _words(known.value))
    for known in inputs:
        if isinstance(known.value, Load):
            shelf.named(known, f"{_words(known.value)} data")
    for line in purchases:
        shelf.related(f"purchase:{line.value.invoice}", marked("Purchase document"), line.ref)


def _notices(register: Register, declarations: Iterable[str]) -> dict[str, frozenset[str]]:
    """Notices of a state of each declaration: they stand behind that event and not behind the declaration."""
    found: dict[str, set[str]] = {}
    for event in register.statements_of(DeclarationEvent, "declaration", declarations):
        if event.value.notice:
            found.setdefault(event.value.declaration, set()).add(event.value.notice)
    return {declaration: frozenset(notices) for declaration, notices in found.items()}


def _words(statement: Statement) -> str:
    return _title(statement.kind) or statement.kind


def _title(role: str | None) -> str | None:
    """A role or kind as a reader says it."""
    return None if role is None else _TITLES.get(role, role.replace("-", " "))


def _plain(
    known: Known[Shipment] | Known[CustomsEntry] | Known[CertificationOfOrigin] | Known[VehicleCertification],
) -> Known[Statement]:
    return Known(known.value, known.seq, known.statement_id, known.recorded_at)
