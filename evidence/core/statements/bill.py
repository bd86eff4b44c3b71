"""Bills of materials, dated and for one plant (RECORDS.md 12)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.load import LATER, Load
from evidence.core.values import Amount, Code, Text


class MakeOrBuy(StrEnum):
    """Whether the parent's maker makes the child or buys it."""

    MAKE = "make"
    BUY = "buy"


class BillLine(Record):
    """One child of one parent: `quantity` in `unit` per unit of the parent."""

    owner: Code
    """The party whose part numbers these are."""
    parent: Code
    """The part or good that is made."""
    parent_revision: Code
    """Its revision."""
    plant: Code
    """The plant that makes the parent."""
    effective_from: date
    """The first day of production that the line holds for."""
    effective_to: date | None = None
    """The last day of production that the line holds for; empty while it holds."""
    child: Code
    """The part that goes into it."""
    child_revision: Code
    """The child's revision."""
    quantity: Annotated[Amount, Field(gt=0)]
    """How many of the child go into one parent."""
    unit: Code
    """The unit of the quantity."""
    make_or_buy: MakeOrBuy
    """Whether the parent's maker makes the child or buys it."""
    made_at: Code | None = None
    """The plant that makes the child, where it is made and not bought."""
    standard_value: Annotated[Amount, Field(ge=0)] | None = None
    """Standard value of one unit of a bought child, for estimates."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    """The currency of the standard value."""
    scrap: Annotated[Annotated[Amount, Field(ge=0)] | None, LATER] = None
    """Planned scrap per unit of the parent, in the same unit and beyond the quantity."""
    alternate_group: Annotated[Text | None, LATER] = None
    """Children with one group under one parent take each other's place."""
    split: Annotated[Annotated[Amount, Field(ge=0, le=100)] | None, LATER] = None
    """Percent of the parents that are built with this child, among the children of its group."""
    serial_from: Annotated[Text | None, LATER] = None
    """The first serial number or VIN of the parent that has this child, where effectivity goes by serials."""
    serial_to: Annotated[Text | None, LATER] = None
    """The last such serial number or VIN."""


class Bills(Load):
    """A load of bill lines; one load may hold the whole tree."""

    kind: ClassVar[str] = "bill-of-materials"
    line: ClassVar[type[Record]] = BillLine
