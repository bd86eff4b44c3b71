"""Reconciliation of estimates to actual figures at the end of the fiscal year (RECORDS.md 32; 19 CFR 182.102)."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Code, Text


class ReconciledFigure(StrEnum):
    """What is reconciled."""

    REGIONAL_VALUE = "regional value content"
    LABOUR_VALUE = "labour value content"
    STEEL = "steel"
    ALUMINUM = "aluminum"


class ReconciliationResult(StrEnum):
    """What the actual figures give."""

    MET = "met"
    NOT_MET = "not met"
    NOT_DETERMINABLE = "not determinable"


class Reconciliation(Statement):
    """One figure of one producer's category over a fiscal year, first on estimates and then on actual figures."""

    kind: ClassVar[str] = "reconciliation"
    prefix: ClassVar[str] = "recon"

    number: Code
    """The reconciliation's own number."""
    producer: Code
    """The vehicle producer."""
    reconciled: ReconciledFigure
    """What is reconciled."""
    category: Text
    """The averaging category, or the good, that it is of."""
    owner: Code
    """The party whose part numbers the vehicles have."""
    parts: Listed
    """The vehicles covered, by part number."""
    plants: Listed
    """The plants covered."""
    year_from: date
    """The first day of the producer's fiscal year."""
    year_to: date
    """The last day of the producer's fiscal year."""
    election: Text | None = None
    """The election that fixed category and period: a statement's id."""
    estimated_snapshot: Text
    """The determination on estimates: a snapshot's id."""
    actual_snapshot: Text | None = None
    """The determination on actual figures: a snapshot's id."""
    result: ReconciliationResult
    """What the actual figures give."""
    completed_on: date
    """The day on which it was done."""
    notify_by: date | None = None
    """Where it fails: the last day to tell customs and all recipients, 30 days on (19 CFR 182.102(b))."""
    notices_due: Listed = ()
    """Who has to be told, ``party:number`` or ``authority:name`` each."""
    notices_sent: Listed = ()
    """The deliveries of those notices, by their ids."""
    by: Text
    """Who did it."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        rests_on = (
            ("election", self.election),
            ("estimated", self.estimated_snapshot),
            ("actual", self.actual_snapshot),
            *(("notice sent", delivery) for delivery in self.notices_sent),
        )
        return (*super().relations(), *((role, target) for role, target in rests_on if target))
