"""Partial imports: the recorded choice to take the sound rows of a file and leave the others."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Statement
from evidence.core.values import Sha256, Text


class PartialImport(Statement):
    """That somebody took part of a file, why, and what was left out; nothing is left out without one."""

    kind: ClassVar[str] = "partial-import"
    prefix: ClassVar[str] = "part"

    document: Sha256
    """The file as received."""
    template: Text
    """The template that it was read by."""
    rows_taken: Annotated[int, Field(ge=0)]
    """How many of its rows were recorded."""
    rows_left: tuple[Text, ...]
    """The faults for which rows were left, a line each, the place first."""
    reason: Text
    """Why part of it was taken."""
    by: Text
    """Who decided it."""
    decided_on: date
    """The day of the decision."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("received", self.document))
