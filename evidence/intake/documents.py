"""Documents as they are known: received how, checked and read by whom, with what derived from them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.derived import DerivedDocument, DerivedPurpose
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.reading import Reading
from evidence.core.statements.signature_check import SignatureCheck
from evidence.errors import UsageError
from evidence.intake.scans import PICTURES
from evidence.intake.signed_pdf import changed_since
from evidence.register.queries import Known, Register

S = TypeVar("S", DerivedDocument, Reading, SignatureCheck)

_SHORTEST_DIGEST = 8
_DIGEST = re.compile(f"[0-9a-f]{{{_SHORTEST_DIGEST},64}}")
_TEXTS = (DerivedPurpose.OCR_TEXT, DerivedPurpose.TEXT)


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A received document and what is recorded of it."""

    receipt: Known[DocumentReceived]
    derived: tuple[Known[DerivedDocument], ...]
    readings: tuple[Known[Reading], ...]
    signatures: tuple[Known[SignatureCheck], ...]

    @property
    def is_scan(self) -> bool:
        """Whether it is a picture of a document: a person has to say what it reads."""
        return _is_scan(self.receipt.value, self.derived)

    @property
    def text(self) -> Known[DerivedDocument] | None:
        """The latest text derived from it."""
        return next((each for each in reversed(self.derived) if each.value.purpose in _TEXTS), None)


def documents(register: Register) -> list[KnownDocument]:
    """Every document received, in the order of their receipts."""
    derived = _by_document(register.statements(DerivedDocument))
    readings = _by_document(register.statements(Reading))
    signatures = _by_document(register.statements(SignatureCheck))
    return [
        KnownDocument(
            receipt,
            tuple(derived.get(receipt.value.document, ())),
            tuple(readings.get(receipt.value.document, ())),
            tuple(signatures.get(receipt.value.document, ())),
        )
        for receipt in register.statements(DocumentReceived)
    ]


def find(register: Register, named: str) -> Known[DocumentReceived]:
    """The receipt of a document called by its entry (``#12``), its digest or the digest's beginning.

    Raises:
        UsageError: none is called so, or several are.
    """
    receipts = register.statements(DocumentReceived)
    if named.startswith("#"):
        found = [each for each in receipts if each.ref == named]
    elif _DIGEST.fullmatch(named):
        found = [each for each in receipts if each.value.document.startswith(named)]
    else:
        found = [each for each in receipts if each.statement_id == named]
    if not found:
        raise UsageError(
            f"No document is called {named!r}: wanted the entry of its receipt (#12), or its SHA-256 "
            f"({_SHORTEST_DIGEST} digits or more). See 'evidence documents list'."
        )
    if len({each.value.document for each in found}) > 1:
        raise UsageError(f"{named!r} may be any of {', '.join(each.ref for each in found)}. Give more digits.")
    return found[0]


def known(register: Register, receipt: Known[DocumentReceived]) -> KnownDocument:
    """One document with what is recorded of it."""
    digest = receipt.value.document
    return KnownDocument(
        receipt,
        tuple(register.statements(DerivedDocument, document=digest)),
        tuple(register.statements(Reading, document=digest)),
        tuple(register.statements(SignatureCheck, document=digest)),
    )


def is_scan(register: Register, receipt: DocumentReceived) -> bool:
    """Whether a received document is a picture, as far as is recorded."""
    return _is_scan(receipt, register.statements(DerivedDocument, document=receipt.document))


def in_words(check: SignatureCheck) -> str:
    """The four findings on a signature in a line."""
    intact = "intact" if check.intact else "NOT INTACT"
    trusted = {None: "trust not judged", True: "trusted", False: "NOT trusted"}[check.trusted]
    since = "CHANGED since" if changed_since(check.modification_level) else "added since"
    return f"{intact}; {trusted}; covers: {check.coverage}; {since}: {check.modification_level}"


def _is_scan(receipt: DocumentReceived, derived: Iterable[Known[DerivedDocument]]) -> bool:
    return (
        receipt.document_class is EvidenceClass.SCAN
        or receipt.media_type in PICTURES
        or any(each.value.purpose is DerivedPurpose.OCR_TEXT for each in derived)
    )


def _by_document(statements: list[Known[S]]) -> dict[str, list[Known[S]]]:
    found: dict[str, list[Known[S]]] = {}
    for each in statements:
        found.setdefault(each.value.document, []).append(each)
    return found
