"""Uses: what a part is for, which decides the rule that applies to it (RECORDS.md 10; RULES.md section 4)."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Code, Text


class UseClass(StrEnum):
    """What a part is for: original equipment of a class of vehicle, or aftermarket (Uniform Regulations ss.12-15)."""

    VEHICLE = "vehicle"
    OE_LIGHT = "oe-light"
    OE_HEAVY = "oe-heavy"
    OTHER_VEHICLE = "other-vehicle"
    AFTERMARKET = "aftermarket"


class VehicleClass(StrEnum):
    """Vehicle classes of Uniform Regulations s.12."""

    PASSENGER_VEHICLE = "passenger_vehicle"
    LIGHT_TRUCK = "light_truck"
    HEAVY_TRUCK = "heavy_truck"


class UseLine(Record):
    """One use of one part, with the contract or customer's statement that shows it."""

    owner: Code
    part: Code
    use: UseClass
    vehicle_class: VehicleClass | None = None
    programme: Text | None = None
    shown_by: Text
    applies_from: date
    applies_to: date | None = None


class Uses(Load):
    """A load of uses."""

    kind: ClassVar[str] = "use"
    line: ClassVar[type[Record]] = UseLine
