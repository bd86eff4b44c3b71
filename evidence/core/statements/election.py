"""Elections: choices the law leaves to the producer, made once and kept (RECORDS.md 22)."""

from datetime import date
from typing import ClassVar

from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Flag
from evidence.core.values import Code, Text


class Election(Statement):
    """One choice (`election` names what is chosen, `choice` the option) over a scope of goods and plants."""

    kind: ClassVar[str] = "election"
    prefix: ClassVar[str] = "elect"

    election: Text
    """What is chosen: the averaging period, the way to compute core parts, a reading that the law leaves open."""
    choice: Text
    """The option chosen."""
    owner: Code
    part: Code | None = None
    """The good that it is for; empty for every good of the owner."""
    plant: Code | None = None
    """The plant that it is for; empty for every plant."""
    made_on: date
    """The day on which it was made."""
    filed_with: Text | None = None
    """The authority that it was filed with, where it has to be."""
    receipt: Text | None = None
    """That authority's receipt."""
    irrevocable: Flag
    """Whether it may not be taken back."""
    signer: Text
    """Who made it."""
