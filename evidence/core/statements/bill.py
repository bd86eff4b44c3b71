"""Bills of materials, dated and for one plant (RECORDS.md 12)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code


class MakeOrBuy(StrEnum):
    """Whether the parent's maker makes the child or buys it."""

    MAKE = "make"
    BUY = "buy"


class BillLine(Record):
    """One child of one parent: `quantity` in `unit` per unit of the parent."""

    owner: Code
    parent: Code
    parent_revision: Code
    plant: Code
    effective_from: date
    effective_to: date | None = None
    child: Code
    child_revision: Code
    quantity: Annotated[Amount, Field(gt=0)]
    unit: Code
    make_or_buy: MakeOrBuy
    made_at: Code | None = None
    """The plant that makes the child, where it is made and not bought."""
    standard_value: Annotated[Amount, Field(ge=0)] | None = None
    """Standard value of one unit of a bought child, for estimates."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None


class Bills(Load):
    """A load of bill lines; one load may hold the whole tree."""

    kind: ClassVar[str] = "bill-of-materials"
    line: ClassVar[type[Record]] = BillLine
