"""Claims to preference, each on one line of a customs entry (RECORDS.md 31)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record, Statement
from evidence.core.values import Amount, Code, Currency, Text


class ClaimAction(StrEnum):
    """What was done about preference on a line; post-importation is a claim within a year of it (19 USC 1520(d))."""

    MADE = "made"
    NOT_MADE = "not made"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    POST_IMPORTATION = "post-importation"


class GateOutcome(StrEnum):
    """What one check of the gate found."""

    MET = "met"
    BLOCKED = "blocked"
    WARNING = "warning"
    NOT_APPLICABLE = "not applicable"


class GateCheck(Record):
    """One check of the claim gate: what it asked, what it found, which text says so."""

    check: Text
    outcome: GateOutcome
    found: Text
    citation: Text
    mark: Text


class Claim(Statement):
    """What was claimed, or not, on a customs entry line, and the gate's answer when it was decided."""

    kind: ClassVar[str] = "claim"
    prefix: ClassVar[str] = "claim"
    version: ClassVar[int] = 3

    customs_entry: Code
    """The number of the customs entry."""
    line: Annotated[int, Field(ge=1)]
    """The line of it."""
    action: ClaimAction
    """What was done about preference."""
    decided_on: date
    """The day of the decision."""
    certification: Text | None = None
    """The certification of origin relied on: a statement's id."""
    snapshot: Text | None = None
    """The determination relied on: a snapshot's id."""
    average: Text | None = None
    """Where the good is averaged, the average relied on: an average's id."""
    reason: Text | None = None
    """Why, of anything but a claim made."""
    gate: tuple[GateCheck, ...] = ()
    """What each check of the claim gate found."""
    by: Text
    """Who decided."""
    duty: Annotated[Amount, Field(ge=0)] | None = None
    """The duty and fees that the claim saves, or that its correction pays; empty is not computed, not nothing."""
    duty_currency: Currency | None = None
    """The currency of the duty."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        rests_on = (("certification", self.certification), ("snapshot", self.snapshot), ("average", self.average))
        return (
            *super().relations(),
            ("claims on", f"customs-entry:{self.customs_entry}"),
            *((role, target) for role, target in rests_on if target),
        )
