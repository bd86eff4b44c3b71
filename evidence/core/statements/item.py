"""Items: parts and goods as their owner numbers them (RECORDS.md 6). A part is (owner, number, revision)."""

from enum import StrEnum
from typing import ClassVar

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Code, Text


class Nature(StrEnum):
    """How the rules treat an item."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    PACKING = "packing"
    RETAIL_PACKAGING = "retail packaging"
    ACCESSORY = "accessory"
    SET = "set"


class ItemLine(Record):
    """One part or good."""

    owner: Code
    part: Code
    revision: Code
    description: Text
    unit: Code
    nature: Nature = Nature.DIRECT
    core_group: Text | None = None
    """The Table A.2 column 1 group that this part is, as original equipment: engine, transmission, body and chassis,
    axle, suspension, steering, advanced battery."""
    core_component: Text | None = None
    """The Table A.2 column 2 component that this part is."""


class Items(Load):
    """A load of items."""

    kind: ClassVar[str] = "item"
    line: ClassVar[type[Record]] = ItemLine
