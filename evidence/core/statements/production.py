"""Production: what was built where, when and to which bill (RECORDS.md 13), and how much of it (14)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Country, Text


class ProductionLine(Record):
    """One vehicle by VIN, one serial, or one lot."""

    owner: Code
    part: Code
    revision: Code
    plant: Code
    unit_id: Text
    """The VIN, serial number or lot."""
    quantity: Annotated[Amount, Field(gt=0)]
    built_on: date
    market: Country | None = None
    lots_consumed: Text | None = None


class Production(Load):
    """A load of production records."""

    kind: ClassVar[str] = "production"
    line: ClassVar[type[Record]] = ProductionLine


class VolumeLine(Record):
    """Units of one good made at one plant in one month."""

    owner: Code
    part: Code
    plant: Code
    month: Annotated[str, Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")]
    made: Annotated[Amount, Field(ge=0)]


class Volumes(Load):
    """A load of monthly volumes."""

    kind: ClassVar[str] = "volume"
    line: ClassVar[type[Record]] = VolumeLine
