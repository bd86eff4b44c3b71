"""Inventories of fungible materials and goods (RECORDS.md 19; Uniform Regulations s.8(18)-(22), Schedule VIII)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Currency, Text


class InventoryMethod(StrEnum):
    """How what leaves the pool is told: one method for materials and goods of a pool, kept for the fiscal year."""

    SPECIFIC = "specific identification"
    FIFO = "first in, first out"
    LIFO = "last in, first out"
    AVERAGE = "average"
    OTHER = "other accepted method"


class Movement(StrEnum):
    """What happened to the pool."""

    OPENING = "opening layer"
    RECEIPT = "receipt"
    ISSUE = "issue"
    COUNT = "count difference"


class StockOrigin(StrEnum):
    """The origin of what moved, where it is known: what is not known counts as non-originating."""

    ORIGINATING = "originating"
    NON_ORIGINATING = "non-originating"
    NOT_KNOWN = "not known"


class InventoryLine(Record):
    """One movement of one pool, in the order in which it was booked."""

    pool: Text
    """The pool's own name: the materials in it take each other's place."""
    plant: Code
    """The plant whose stock it is."""
    method: InventoryMethod
    """How what leaves the pool is told."""
    year_from: date
    """The first day of the fiscal year that the method is kept for."""
    year_to: date
    """Its last day."""
    position: Annotated[int, Field(ge=1)]
    """The movement's place in the order of the pool, from 1: an opening layer before the first receipt."""
    movement: Movement
    """What happened."""
    moved_on: date
    """The day of the movement."""
    owner: Code
    """The party whose part number it is."""
    part: Code
    """The material or good that moved."""
    revision: Code | None = None
    quantity: Annotated[Amount, Field(ge=0)]
    """Of a count difference, what was missing; what was found too many is a receipt of origin not known."""
    unit: Code
    origin: StockOrigin
    """Of an issue, the origin that the method gives; not known where only the pool knows."""
    unit_value: Annotated[Amount, Field(ge=0)] | None = None
    """The value of one unit, of a layer or a receipt."""
    currency: Currency | None = None
    lot: Text | None = None
    """The lot, where the material is told apart."""
    document: Text | None = None
    """The goods receipt, issue slip or count sheet."""


class Inventories(Load):
    """A load of inventory movements."""

    kind: ClassVar[str] = "inventory"
    line: ClassVar[type[Record]] = InventoryLine
