"""The act that opens a new origin for a ledger whose end was lost (DESIGN.md section 3, LEDGER.md section 2.3)."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.values import Sha256, Text

Origin = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]{0,199}$")]
"""The name of a log: the first line of its checkpoints, and the name of its key."""
NoteLine = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00-\x1f]*$")]
"""A line of a signed note, to the letter; the one before the signatures is empty."""


class Succession(Statement):
    """That a ledger was restored short of what had been signed, and goes on under another origin from this entry on.

    All that a checker needs stands in clear; only who did it, and the words for why, are withheld. Nothing in it may be
    disposed of.
    """

    kind: ClassVar[str] = "succession"
    prefix: ClassVar[str] = "succ"

    origin: Annotated[Origin, Tier.OPEN]
    """The origin under which this entry and all after it are signed."""
    key: Annotated[Text, Tier.OPEN]
    """The ledger's key under that origin, as a verifier key; no other origin has used it."""
    predecessor: Annotated[Origin, Tier.OPEN]
    """The origin under which the entries before this one were signed."""
    checkpoint: Annotated[Annotated[tuple[NoteLine, ...], Field(min_length=5, max_length=200)], Tier.OPEN]
    """The last checkpoint that is known of what went before, line by line: what was signed for and is not all there."""
    size: Annotated[Annotated[int, Field(ge=1)], Tier.OPEN]
    """How many entries were restored."""
    root: Annotated[Sha256, Tier.OPEN]
    """The tree's root at that size."""
    lost_from: Annotated[int, Tier.OPEN]
    """The first entry that is lost."""
    lost_to: Annotated[int, Tier.OPEN]
    """The last entry that is known to be lost."""
    reason: Text
    """What happened."""
    by: Text
    """Who decided to go on."""

    @model_validator(mode="after")
    def _lost_follows_restored(self) -> Self:
        if self.lost_from != self.size or self.lost_to < self.lost_from:
            raise ValueError("what is lost begins where what was restored ends")
        if self.origin in (self.predecessor, self.checkpoint[0]):
            raise ValueError("the new origin has a name of its own")
        return self

    @property
    def note(self) -> bytes:
        """The checkpoint as it was signed."""
        return "".join(f"{line}\n" for line in self.checkpoint).encode()
