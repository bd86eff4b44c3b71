"""Column mappings: how one source's headings become a template's columns, as somebody decided once."""

from typing import ClassVar

from evidence.core.statements.base import Statement
from evidence.core.values import Code, Sha256, Text


class ColumnMapping(Statement):
    """One saved mapping; a later one of the same name supersedes it, and files read before keep the one they had."""

    kind: ClassVar[str] = "column-mapping"
    prefix: ClassVar[str] = "map"

    name: Code
    """The mapping's own name."""
    of_source: Text
    """The party or system whose files it is for."""
    template: Text
    """The template whose columns it fills."""
    mapping: Sha256
    """The mapping itself, a TOML document."""
    by: Text
    """Who decided it."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("mapping", self.mapping))
