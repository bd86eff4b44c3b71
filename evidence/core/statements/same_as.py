"""That two party numbers are one party (RECORDS.md 1; DESIGN.md section 3): merged by a statement, never by an edit."""

from typing import ClassVar

from evidence.core.statements.base import Statement
from evidence.core.values import Code, Text


class SameAs(Statement):
    """`other` is the party that `party` is, from `valid_from` on; both numbers go on standing where they stand."""

    kind: ClassVar[str] = "same-as"
    prefix: ClassVar[str] = "same"

    party: Code
    """The number that is kept."""
    other: Code
    """The number that is merged into it."""
    ground: Text
    """What shows it: an identifier that both have, the merger's deed."""
    by: Text
    """Who decided it."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("keeps", f"party:{self.party}"), ("merges", f"party:{self.other}"))
