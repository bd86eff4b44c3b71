"""Production: what was built where, when and to which bill (RECORDS.md 13), and how much of it (14)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Listed
from evidence.core.statements.load import LATER, Load
from evidence.core.statements.use import VehicleClass
from evidence.core.values import Amount, Code, Country, Text


class ProductionLine(Record):
    """One vehicle by VIN, one serial, or one lot."""

    owner: Code
    part: Code
    """The good that was built."""
    revision: Code
    """The revision of the bill that it was built to."""
    plant: Code
    """The plant that built it."""
    unit_id: Text
    """The VIN, serial number or lot."""
    quantity: Annotated[Amount, Field(gt=0)]
    """One for a serial number or VIN; of a lot, its size."""
    built_on: date
    """The day on which it was finished."""
    market: Country | None = None
    """The country that it was built for."""
    lots_consumed: Text | None = None
    """The lots of materials that went into it."""
    core_parts: Annotated[Listed | None, LATER] = None
    """Serialised core parts built in, ``part:serial`` each (Uniform Regulations Table A.2)."""
    rework: Annotated[Text | None, LATER] = None
    """What was taken out or exchanged after building, and when."""


class Production(Load):
    """A load of production records."""

    kind: ClassVar[str] = "production"
    line: ClassVar[type[Record]] = ProductionLine


class VolumeLine(Record):
    """Units of one good made at one plant in one month."""

    owner: Code
    part: Code
    plant: Code
    """The plant that made them."""
    month: Annotated[str, Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")]
    """Year and month, as 2023-04."""
    made: Annotated[Amount, Field(ge=0)]
    """How many units were made."""
    exported: Annotated[Listed | None, LATER] = None
    """Of those made, how many were exported to each country, ``US:120`` each."""
    vehicle_class: Annotated[VehicleClass | None, LATER] = None
    """Of vehicles, the class that averaging goes by (Uniform Regulations s.16(1))."""
    model_line: Annotated[Text | None, LATER] = None
    """Of vehicles, the model line that averaging goes by."""


class Volumes(Load):
    """A load of monthly volumes."""

    kind: ClassVar[str] = "volume"
    line: ClassVar[type[Record]] = VolumeLine
