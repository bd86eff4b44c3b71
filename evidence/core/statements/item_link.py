"""Item links: one party's part number beside another's, or beside the number that took its place (RECORDS.md 7)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Text
from evidence.errors import MalformedValue


class LinkRelation(StrEnum):
    """What the other number is to the first."""

    SUPPLIERS_NUMBER = "supplier's number"
    CUSTOMERS_NUMBER = "customer's number"
    SUPERSEDED_BY = "superseded by"
    ALTERNATE = "alternate"


class ItemLinkLine(Record):
    """One part and the other number that it has, from one day on.

    `factor` is needed where the two are counted in different units, and stands with both units or not at all.
    """

    owner: Code
    """The party whose number the first is."""
    part: Code
    """The first number."""
    revision: Code | None = None
    """Empty where the link holds for every revision."""
    relation: LinkRelation
    """What the other number is: the supplier's or customer's number for it, what supersedes it, or an alternate."""
    other_owner: Code
    """The party whose number the other is."""
    other_part: Code
    """The other number."""
    other_revision: Code | None = None
    """Empty where the link holds for every revision."""
    factor: Annotated[Amount, Field(gt=0)] | None = None
    """How many other_unit make one unit, where the two count in different units."""
    unit: Code | None = None
    """The unit that the first is counted in."""
    other_unit: Code | None = None
    """The unit that the other is counted in."""
    applies_from: date
    """The first day of the link."""
    applies_to: date | None = None
    """The last day of the link; empty while it holds."""
    shown_by: Text
    """What shows it: the supply contract, the engineering change, the supplier's price list."""

    @model_validator(mode="after")
    def _whole_factor(self) -> Self:
        if len({self.factor is None, self.unit is None, self.other_unit is None}) > 1:
            raise MalformedValue("item link", "part of factor, unit, other_unit", "all three of them, or none")
        return self


class ItemLinks(Load):
    """A load of item links."""

    kind: ClassVar[str] = "item-link"
    line: ClassVar[type[Record]] = ItemLinkLine
