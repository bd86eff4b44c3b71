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
    choice: Text
    owner: Code
    part: Code | None = None
    plant: Code | None = None
    made_on: date
    filed_with: Text | None = None
    receipt: Text | None = None
    irrevocable: Flag
    signer: Text
