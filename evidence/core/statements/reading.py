"""Readings: what a person read on a scan, as that person's testimony (RECORDKEEPING.md section 4)."""

from datetime import date
from typing import Annotated, ClassVar

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.values import Sha256, Text


class Reading(Statement):
    """That somebody read a document and typed what it says. Text that a program recognised is no reading."""

    kind: ClassVar[str] = "reading"
    prefix: ClassVar[str] = "read"

    evidence_class: Annotated[EvidenceClass, Tier.OPEN] = EvidenceClass.TESTIMONY
    document: Sha256
    """The scan."""
    transcript: Sha256
    """What the person typed, a CSV file."""
    reader: Text
    """Who read it."""
    read_on: date
    """The day of the reading."""
    statements: tuple[Text, ...] = ()
    """The ids of the statements made from it."""
    note: Text | None = None
    """What could not be read, or may be read in two ways."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("original", self.document), ("transcript", self.transcript))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), *(("read as", statement) for statement in self.statements))
