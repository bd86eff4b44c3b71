"""Loads: many lines that arrive as one act (a bill of materials, a period's purchases or costs).

The statement names the received file, the parsed view (canonical JSON, a line each, with the parser's version) and the
root of the view's salted tree, so that one line can be shown and proved without the others (DESIGN.md section 3). The
seed of the salts is a document of its own, kept apart from the values.
"""

from functools import partial
from operator import is_
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Record, Statement
from evidence.core.values import Currency, Sha256, Text

LATER = Field(exclude_if=partial(is_, None))
"""Marks a field that a line type gained after lines without it were recorded: written only where it is filled.

So a line has one spelling, and one digest, whether its view is older or newer than the field."""


class Load(Statement):
    """One file of lines, recorded whole or not at all."""

    prefix: ClassVar[str] = "load"
    line: ClassVar[type[Record]]
    """The type of one line; its field names are the columns of the intake template."""

    evidence_class: Annotated[EvidenceClass, Tier.OPEN] = EvidenceClass.STRUCTURED
    received: Sha256
    """The file as received."""
    view: Sha256
    """The parsed view: canonical JSON, a line each."""
    view_root: Annotated[Sha256, Tier.OPEN]
    """Root of the salted tree over the view's lines."""
    seed: Sha256
    """What the salts derive from: 32 random bytes, kept apart from the values."""
    parser: Annotated[Text, Tier.OPEN]
    """What read the file, with its version."""
    lines: Annotated[int, Field(ge=0)]
    """How many lines the view has."""
    scale: Annotated[int, Field(ge=0, le=12)] = 0
    """The most decimals that any figure of its lines has."""
    currency: Currency | None = None
    """The one currency of its figures; None where the lines name their own, or have no money in them."""

    @classmethod
    def line_prefix(cls) -> str:
        """What stands before the number, from 0, in the name of each line of the view's salted tree."""
        return f"{cls.kind}/"

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (("received", self.received), ("view", self.view), ("seed", self.seed))
