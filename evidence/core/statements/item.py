"""Items: parts and goods as their owner numbers them (RECORDS.md 6). A part is (owner, number, revision)."""

from enum import StrEnum
from typing import Annotated, ClassVar

from evidence.core.statements.base import Record
from evidence.core.statements.load import LATER, Load
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
    """The party whose number this is."""
    part: Code
    """The part number, as its owner writes it."""
    revision: Code
    description: Text
    unit: Code
    """The unit that its quantities are counted in."""
    nature: Nature = Nature.DIRECT
    """How the rules treat it: a direct material, an indirect one, packing, an accessory."""
    core_group: Text | None = None
    """The Table A.2 column 1 group that this part is, as original equipment: engine, transmission, body and chassis,
    axle, suspension, steering, advanced battery."""
    core_component: Text | None = None
    """The Table A.2 column 2 component that this part is."""
    formulation: Annotated[Text | None, LATER] = None
    """The formulation or recipe, where a change of it makes another good under the same number."""


class Items(Load):
    """A load of items."""

    kind: ClassVar[str] = "item"
    line: ClassVar[type[Record]] = ItemLine
