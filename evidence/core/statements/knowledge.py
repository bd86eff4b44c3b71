"""Knowledge events: the day somebody here learned something, which starts clocks (RECORDS.md 33; 19 CFR 182.11(c)).

A supplier's e-mail that contradicts a declaration can be reason to believe that a claim is wrong. What was decided
about it, by whom and why is part of the record; "no" needs a reason and a second person.
"""

from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.values import Sha256, Text
from evidence.errors import MalformedValue


class KnowledgeEvent(Statement):
    """That something was learned, when and how, and what followed from it."""

    kind: ClassVar[str] = "knowledge-event"
    prefix: ClassVar[str] = "know"

    what: Text
    """What was learned."""
    about: Listed
    """What it is about, ``kind:reference`` each: supplier-declaration:…, customs-entry:…, certification-of-origin:…"""
    learned_on: date
    """The day on which somebody here learned it."""
    learned_basis: Text
    """Why that day is believed: mail header, portal log, minute."""
    channel: Text
    """How it came: e-mail, telephone, visit, press."""
    from_whom: Annotated[Text, Tier.SECRET_PERSONAL]
    """Who told us: name or function, and party."""
    document: Sha256 | None = None
    """The message, where there is one."""
    consequence: Text
    """What was done about it, or will be."""
    by: Text
    """Who recorded it."""
    reason_to_believe: Flag | None = None
    """Whether it is reason to believe that a claim or certification is wrong; empty while nobody has decided."""
    decision_reason: Annotated[Text | None, Tier.SECRET] = None
    """Why it is reason to believe so, or is not."""
    reviewer: Text | None = None
    """The second person, whom a "no" needs."""
    clocks: Listed = ()
    """The deadlines that it starts, by their ids in the table of deadlines: D-US-10;D-CA-02."""

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.reason_to_believe is False and None in (self.decision_reason, self.reviewer):
            raise MalformedValue("reason_to_believe", "no", "a decision_reason and a reviewer beside it")
        return self

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("message", self.document),) if self.document else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), *(("about", target) for target in self.about))
