"""Rule sets: which law was in use from when, with every file of it, so that a determination can be made again."""

from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Record, Statement
from evidence.core.values import Sha256, Text


class RuleFile(Record):
    """One data file of a rule set, kept as a document."""

    name: Text
    """Its name in the listing that gives the rule set its own."""
    document: Sha256
    """The file."""


class RuleSetInUse(Statement):
    """A rule set that this organisation works under, the packaged law with what was added; the latest one is in use."""

    kind: ClassVar[str] = "rule-set"
    prefix: ClassVar[str] = "rules"

    rule_set: Annotated[Sha256, Tier.OPEN]
    """The SHA-256 over the listing of its files, as snapshots name it."""
    files: Annotated[tuple[RuleFile, ...], Field(min_length=1)]
    """All of its files; what was added has names that begin with added/."""
    change: Text
    """What was added or withdrawn."""
    reason: Text
    """Why."""
    by: Text
    """Who decided it."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((file.name, file.document) for file in self.files))
