"""Which documents on file are exhibits of a pack, in the order in which a reader wants them numbered.

Shipment and customs first, then certifications, then the suppliers' declarations with what came beside them, then the
company's own loads (bills, purchases, costs), then documents on the purchases used. Every one is a document whose
receipt is recorded and which a recorded link ties to a statement that the pack uses.
"""

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


class Shelf:
    """Collects exhibits; one that several statements rest on is taken once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._found: dict[int, tuple[Known[DocumentReceived], str, list[str]]] = {}

    def related(self, target: str, title: str, supports: str, but: frozenset[str] = frozenset()) -> None:
        """Documents whose receipt says that they relate to `target`, such as ``shipment:S01``; those in `but` not."""
        for receipt in self._register.documents(target):
            if receipt.value.document not in but:
                self._take(receipt, _title(receipt.value.role) or title, supports)

    def named(self, known: Known[Statement], title: str) -> None:
        """Documents that a statement names itself: the file it was read from, the notice it rests on."""
        for role, sha256 in known.value.documents():
            for receipt in self._register.statements(DocumentReceived, document=sha256)[:1]:
                words = title if role in _LEADS else f"{title}, {role}"
                self._take(receipt, _title(receipt.value.role) or words, known.ref)

    def exhibits(self) -> list[ExhibitFact]:
        """What was collected, in the order in which it was met."""
        return [
            ExhibitFact(receipt, title[:1].upper() + title[1:], tuple(supports), self._redacted(receipt.value.document))
            for receipt, title, supports in self._found.values()
        ]

    def _redacted(self, document: str) -> Known[DerivedDocument] | None:
        copies = [
            known
            for known in self._register.statements(DerivedDocument, document=document)
            if known.value.tool == REDACTION_TOOL
        ]
        return copies[-1] if copies else None

    def _take(self, receipt: Known[DocumentReceived], title: str, supports: str) -> None:
        kept = self._found.setdefault(receipt.seq, (receipt, title, []))
        if supports not in kept[2]:
            kept[2].append(supports)


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


def of_inputs(shelf: Shelf, register: Register, inputs: list[Known[Statement]], purchases: frozenset[str]) -> None:
    """What the snapshots rest on; `purchases` are the purchase lines used, as ``#12:345``."""
    for known in inputs:
        if isinstance(known.value, SupplierDeclaration):
            notices = _notices(register, known.value)
            shelf.related(f"declaration:{known.value.reference}", marked("Supplier's declaration"), known.ref, notices)
            shelf.related(f"declaration:{known.value.id}", marked("Supplier's declaration"), known.ref, notices)
        if not isinstance(known.value, Load | DocumentReceived):
            shelf.named(known, _words(known.value))
    for known in inputs:
        if isinstance(known.value, Load):
            shelf.named(known, f"{_words(known.value)} data")
    if purchases:
        for line in register.lines(PurchaseLine):
            if line.ref in purchases:
                shelf.related(f"purchase:{line.value.invoice}", marked("Purchase document"), line.ref)


def _notices(register: Register, declaration: SupplierDeclaration) -> frozenset[str]:
    """Notices of a state of the declaration: they stand behind that event and not behind the declaration."""
    events: list[Known[DeclarationEvent]] = register.declaration_states(declaration.id)
    return frozenset(event.value.notice for event in events if event.value.notice)


def _words(statement: Statement) -> str:
    return _title(statement.kind) or statement.kind


def _title(role: str | None) -> str | None:
    """A role or kind as a reader says it."""
    return None if role is None else _TITLES.get(role, role.replace("-", " "))


def _plain(
    known: Known[Shipment] | Known[CustomsEntry] | Known[CertificationOfOrigin] | Known[VehicleCertification],
) -> Known[Statement]:
    return Known(known.value, known.seq, known.statement_id, known.recorded_at)
