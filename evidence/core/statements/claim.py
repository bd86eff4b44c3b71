"""Claims to preference, each on one line of a customs entry (RECORDS.md 31)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record, Statement
from evidence.core.values import Code, Text


class ClaimAction(StrEnum):
    """What was done about preference on a line."""

    MADE = "made"
    NOT_MADE = "not made"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


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

    customs_entry: Code
    line: Annotated[int, Field(ge=1)]
    action: ClaimAction
    decided_on: date
    certification: Text | None = None
    snapshot: Text | None = None
    reason: Text | None = None
    gate: tuple[GateCheck, ...] = ()
    by: Text

    def relations(self) -> tuple[tuple[str, str], ...]:
        rests_on = (("certification", self.certification), ("snapshot", self.snapshot))
        return (
            *super().relations(),
            ("claims on", f"customs-entry:{self.customs_entry}"),
            *((role, target) for role, target in rests_on if target),
        )
