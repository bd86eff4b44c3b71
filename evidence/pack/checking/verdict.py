"""What a check says: one verdict for each thing looked at, with its reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from evidence.errors import EvidenceError


class Verdict(StrEnum):
    """Three answers and no fourth: what could not be decided is never shown as passed."""

    PASSED = "passed"
    FAILED = "failed"
    UNDETERMINED = "undetermined"


MALFORMED: Final = (EvidenceError, LookupError, ValueError, TypeError, AttributeError)
"""What reading something not of its form comes to: a refusal of ours, or a member missing or of another kind."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    reason: str


@dataclass(slots=True)
class PackReport:
    """Everything that was looked at, in order. A check goes on to the end whatever it finds."""

    items: list[Item] = field(default_factory=list)

    def passed(self, name: str, reason: str = "") -> None:
        self.items.append(Item(name, Verdict.PASSED, reason))

    def failed(self, name: str, reason: str) -> None:
        self.items.append(Item(name, Verdict.FAILED, reason))

    def undetermined(self, name: str, reason: str) -> None:
        self.items.append(Item(name, Verdict.UNDETERMINED, reason))

    @contextmanager
    def judging(self, name: str) -> Iterator[None]:
        """What is found wanting inside fails `name`, and the check goes on."""
        try:
            yield
        except EvidenceError as error:
            self.failed(name, str(error))

    def of(self, verdict: Verdict) -> list[Item]:
        return [item for item in self.items if item.verdict is verdict]

    @property
    def verdict(self) -> Verdict:
        """Of the whole: failed where anything failed, else undetermined where anything is."""
        if self.of(Verdict.FAILED):
            return Verdict.FAILED
        return Verdict.UNDETERMINED if self.of(Verdict.UNDETERMINED) or not self.items else Verdict.PASSED

    @property
    def status(self) -> int:
        """The exit status (DESIGN.md section 8)."""
        return {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.UNDETERMINED: 3}[self.verdict]
