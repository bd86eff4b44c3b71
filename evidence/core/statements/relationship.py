"""Relationships between parties, and whether one influenced a price (RECORDS.md 2; 19 CFR 152.102(g))."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Flag
from evidence.core.values import Amount, Code, Sha256, Text


class RelationshipGround(StrEnum):
    """Why two persons are related, after 19 CFR 152.102(g); a joint venture falls under several of its heads."""

    FAMILY = "members of one family"
    OFFICER = "officer or director of the other"
    PARTNERS = "partners"
    EMPLOYMENT = "employer and employee"
    HOLDING = "holding of 5 percent or more"
    COMMON_HOLDING = "5 percent or more of both held by one person"
    CONTROL = "control"
    COMMON_CONTROL = "control of both by a third"
    JOINT_CONTROL = "control of a third by both"
    JOINT_VENTURE = "joint venture"


class Relationship(Statement):
    """That two parties are related, from `valid_from` to `valid_to`, and what shows that no price was influenced."""

    kind: ClassVar[str] = "relationship"
    prefix: ClassVar[str] = "relat"

    party: Code
    """One of the two parties."""
    other_party: Code
    """The other of the two; of a holding or of control, the one that is held."""
    ground: RelationshipGround
    """Why they are related."""
    share_percent: Annotated[Annotated[Amount, Field(ge=0, le=100)] | None, Tier.SECRET] = None
    """Percent of the voting stock held, of a holding or a joint venture."""
    price_influenced: Flag | None = None
    """Whether the relationship influenced the price; empty where nobody has looked."""
    price_support: Annotated[Text | None, Tier.SECRET] = None
    """What shows that it did not: circumstances of the sale, test values (19 CFR 152.103(l))."""
    support_document: Sha256 | None = None
    """What shows it, where it is a document."""
    shown_by: Text
    """What shows the relationship: share register, annual report, agreement."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("support", self.support_document),) if self.support_document else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), *(("about", f"party:{party}") for party in (self.party, self.other_party)))
