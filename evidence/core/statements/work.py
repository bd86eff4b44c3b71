"""Work items: what intake could not settle, with an owner; an unmatched line is one of these, never a dropped row."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.values import Sha256, StatementId, Text


class WorkTopic(StrEnum):
    """What kind of question it is."""

    UNMATCHED_PART = "unmatched part"
    UNMATCHED_PARTY = "unmatched party"
    TARIFF_CODE = "tariff code differs"
    UNMATCHED_REFERENCE = "unmatched reference"
    UNIT = "unit differs"
    CURRENCY = "currency without a rate"
    ROW_LEFT_OUT = "row left out"
    COUNTED_TWICE = "counted twice"
    NEAR_DUPLICATE = "near duplicate"
    NOT_OF_ORIGIN = "not a statement of origin"
    UNREAD = "unread document"
    AUTHORITY = "authority unknown"
    OTHER = "other"


class WorkItem(Statement):
    """One question that waits for a person."""

    kind: ClassVar[str] = "work-item"
    prefix: ClassVar[str] = "work"

    topic: WorkTopic
    """What kind of question it is."""
    about: Text
    """What it is about, ``kind:reference``."""
    question: Text
    """What has to be settled."""
    owner: Text
    """Who has to settle it."""
    due_on: date | None = None
    """The day by which it has to be settled."""
    document: Sha256 | None = None
    """The document that raised it."""
    place: Text | None = None
    """Where in that document: sheet, row, column."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("about", self.document),) if self.document else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("about", self.about))


class WorkItemClosed(Statement):
    """That a work item is settled, and how."""

    kind: ClassVar[str] = "work-item-closed"
    prefix: ClassVar[str] = "workend"

    work_item: Annotated[StatementId, Tier.OPEN]
    """The work item, by its id."""
    outcome: Text
    """How it was settled."""
    closed_on: date
    """The day of it."""
    by: Text
    """Who settled it."""
    resolved_by: Text | None = None
    """The statement that settles it, by its id."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        resolved = (("resolved by", self.resolved_by),) if self.resolved_by else ()
        return (*super().relations(), ("closes", self.work_item), *resolved)
