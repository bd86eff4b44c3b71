"""Averages: the content of a category of goods, worked out of recorded snapshots and recorded (RECORDS.md 31-32).

Where a producer averages, the average of the category decides and not the content of one good (Uniform Regulations
s.16(1), s.14(12), s.7(15)). So a claim can rest on a recorded average, which names every snapshot that it was made of.
"""

from datetime import date
from typing import Annotated, ClassVar

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Code, Sha256, Text


class Average(Statement):
    """The average content of one category over one period, with its worksheet; the latest of a category stands."""

    kind: ClassVar[str] = "average"
    prefix: ClassVar[str] = "avg"

    evidence_class: Annotated[EvidenceClass, Tier.OPEN] = EvidenceClass.DERIVED
    owner: Code
    """The party whose part numbers the goods have."""
    part: Code
    """The good that the category was asked of."""
    plant: Code
    """The plant that makes it."""
    category: Text
    """The category, as the law names it."""
    counts: Text
    """Which units count: all, those exported to some countries, those sold to one buyer."""
    aim: Listed = ()
    """The countries, or the buyer."""
    period_from: date
    """The first day averaged over."""
    period_to: date
    """The last day averaged over."""
    members: Listed
    """The goods of the category, ``part at plant`` each."""
    snapshots: Listed
    """The determinations that its figures are of: ids of snapshots."""
    elections: Listed = ()
    """The elections to average that it was held against, by their entries."""
    outcome: Text
    """What it came to, its period and its election among what was tested."""
    due: date | None = None
    """Of estimates, the first day on which actual figures are owed."""
    worksheet: Sha256
    """Canonical JSON of the average's worksheet."""
    rule_set: Annotated[Sha256, Tier.OPEN]
    """The rule set that it was worked out under."""
    program: Annotated[Text, Tier.OPEN]
    """The version of the code that worked it out."""
    as_of: Annotated[int, Tier.OPEN]
    """How many ledger entries were known: entries 0 to as_of - 1."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("worksheet", self.worksheet))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), *(("averages", snapshot) for snapshot in self.snapshots))
