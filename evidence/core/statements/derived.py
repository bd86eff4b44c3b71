"""Derived documents: what a program made of a received one and is kept beside it (DESIGN.md section 4)."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Sha256, Text

REDACTION_TOOL: Final = "evidence redaction"
"""The tool of a derived document that is a redacted copy: pages as pictures, what is hidden painted over."""


class DerivedPurpose(StrEnum):
    """What was made."""

    OCR_TEXT = "ocr text"
    TEXT = "text"
    PAGE_PICTURES = "page pictures"
    OTHER = "other"


class DerivedDocument(Statement):
    """One derived document; the original is what counts, and nothing is decided by text that a program recognised."""

    kind: ClassVar[str] = "derived-document"
    prefix: ClassVar[str] = "deriv"

    evidence_class: Annotated[EvidenceClass, Tier.OPEN] = EvidenceClass.DERIVED
    document: Sha256
    """The original."""
    derived: Sha256
    """What was made of it."""
    purpose: DerivedPurpose
    """What that is."""
    tool: Text
    """The program that made it."""
    tool_version: Text
    """That program's version."""
    languages: Listed = ()
    """The languages that the tool was told to expect."""
    pages: Annotated[int, Field(ge=1)] | None = None
    """How many pages it was made of."""
    note: Text | None = None
    """What went wrong with it, or is doubtful."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("original", self.document), ("derived", self.derived))
