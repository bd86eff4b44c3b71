"""What people do with what is on record: review, deliver, hand over, look at, anchor (RECORDS.md 36)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Code, LedgerPlace, Sha256, StatementId, Text


class ReviewOutcome(StrEnum):
    """What a reviewer came to."""

    AGREED = "agreed"
    AGREED_WITH_NOTES = "agreed with notes"
    OBJECTED = "objected"


class Review(Statement):
    """A person's review of a statement on record; it changes nothing by itself."""

    kind: ClassVar[str] = "review"
    prefix: ClassVar[str] = "review"

    of: Annotated[StatementId, Tier.OPEN]
    """The statement reviewed, by its id."""
    outcome: ReviewOutcome
    """What the reviewer came to."""
    reviewed_on: date
    by: Text
    """The reviewer, by function."""
    looked_at: Listed = ()
    """What was compared: the drawing, the invoices, the second source."""
    notes: Annotated[Text | None, Tier.SECRET] = None
    """What the reviewer found."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("reviews", self.of))


class DeliveryState(StrEnum):
    """How far a message came."""

    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"


class Delivery(Statement):
    """That something was sent to somebody, or how far it came: a request, a certification, a notice of change.

    Each state is a statement of its own, with its own proof.
    """

    kind: ClassVar[str] = "delivery"
    prefix: ClassVar[str] = "deliv"

    of: Text
    """What was sent: a statement's id, or ``kind:number``."""
    to: Code
    """The party that it was sent to."""
    address: Annotated[Text | None, Tier.SECRET_PERSONAL] = None
    """The mailbox or postal address used."""
    channel: Text
    """How it was sent."""
    state: DeliveryState
    """How far it came."""
    state_on: date
    """The day of that."""
    proof: Text | None = None
    """What shows it: message id, courier number, portal log."""
    document: Sha256 | None = None
    """The proof, where it is a document."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("proof", self.document),) if self.document else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("delivers", self.of), ("to", f"party:{self.to}"))


class HandedOver(Statement):
    """That a pack left the house: which edition, to whom, by what channel."""

    kind: ClassVar[str] = "handed-over"
    prefix: ClassVar[str] = "hand"
    version: ClassVar[int] = 2

    pack: Text
    """The number of the pack."""
    edition: Text
    """Which edition: the authority's, the importer's."""
    archive: Sha256
    """Digest of the very file that was handed over; of volumes, of the archive that they were made from."""
    to: Text
    """Who received it: the authority's office, or a party."""
    handed_on: date
    """The day of handing over."""
    channel: Text
    """How it was handed over."""
    purpose: Text
    """Why: the notice answered, the importer's own file."""
    receipt: Text | None = None
    """The recipient's number for it."""
    by: Text
    """Who handed it over."""
    receipt_document: Sha256 | None = None
    """The recipient's receipt, as it came."""
    files: tuple[tuple[Text, Sha256], ...] = ()
    """Where volumes were handed over and not the archive: each file of them by its name, with its digest."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("receipt", self.receipt_document),) if self.receipt_document else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("hands over", f"pack:{self.pack}"))


class AccessAction(StrEnum):
    """What was done with a confidential item."""

    VIEWED = "viewed"
    EXPORTED = "exported"
    PRINTED = "printed"
    UNSEALED = "unsealed"


class Access(Statement):
    """That somebody opened what is secret: which item, which fields of it, what for."""

    kind: ClassVar[str] = "access"
    prefix: ClassVar[str] = "access"

    item: Annotated[LedgerPlace, Tier.OPEN]
    """What was opened, by its place in the ledger: ``#12``, ``#12:statement``, ``#12:received``."""
    fields: Listed = ()
    """Of a statement, the fields that were opened; empty for all of them."""
    tier: Tier
    """The tier of what was opened, the highest of several."""
    action: AccessAction
    """What was done with it."""
    accessed_on: date
    """The day of it."""
    by: Annotated[Text, Tier.SECRET_PERSONAL]
    """Who opened it."""
    purpose: Text
    """What for."""
    granted_by: Text | None = None
    """Who allowed it."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("opens", self.item))


class AnchorKind(StrEnum):
    """What holds the ledger's head outside it."""

    TIME_STAMP = "tsa"
    WITNESS = "witness"
    EXTERNAL = "external"


class Anchor(Statement):
    """That a checkpoint of this ledger is held or stamped by somebody else: from then on it cannot be rewritten unseen.

    Nothing in it is confidential: a checkpoint is made to be shown.
    """

    kind: ClassVar[str] = "anchor"
    prefix: ClassVar[str] = "anchor"
    version: ClassVar[int] = 2

    size: Annotated[Annotated[int, Field(ge=1)], Tier.OPEN]
    """How many entries the checkpoint covers."""
    root: Annotated[Sha256, Tier.OPEN]
    """The tree's root at that size."""
    anchor_kind: Annotated[AnchorKind, Tier.OPEN]
    """What sort of holder it is."""
    held_by: Text
    """The time-stamping authority, the witness, or the place of the copy."""
    anchored_on: date
    """The day from which it holds it."""
    token: Sha256 | None = None
    """The answer of the time-stamping authority, or the checkpoint with the witnesses' signatures."""
    renews: Annotated[Sha256 | None, Tier.OPEN] = None
    """The earlier token that this one is over, instead of the checkpoint: stamped anew before it weakened."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("token", self.token),) if self.token else ()))
