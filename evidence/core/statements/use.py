"""Uses: what a part is for, which decides the rule that applies to it (RECORDS.md 10; RULES.md section 4)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.load import LATER, Load
from evidence.core.values import Amount, Code, Text


class UseClass(StrEnum):
    """What a part is for: original equipment of a class of vehicle, or aftermarket (Uniform Regulations ss.12-15).

    A battery sold for stationary storage is in no vehicle, and so under none of the vehicle tables.
    """

    VEHICLE = "vehicle"
    OE_LIGHT = "oe-light"
    OE_HEAVY = "oe-heavy"
    OTHER_VEHICLE = "other-vehicle"
    AFTERMARKET = "aftermarket"
    STATIONARY_STORAGE = "stationary-storage"


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
    """What the part is for, which chooses its rule."""
    vehicle_class: VehicleClass | None = None
    """Of a vehicle, its class."""
    programme: Text | None = None
    """The vehicle programme that the part goes into."""
    shown_by: Text
    """The contract or the customer's statement that shows this use."""
    applies_from: date
    """The first day of this use."""
    applies_to: date | None = None
    """The last day of it; empty while it holds."""
    quantity: Annotated[Annotated[Amount, Field(ge=0)] | None, LATER] = None
    """How many went to this use from applies_from to applies_to, where one part has several."""
    unit: Annotated[Code | None, LATER] = None
    """The unit of the quantity."""
    channel: Annotated[Text | None, LATER] = None
    """The sales channel or customer that the quantity went to."""


class Uses(Load):
    """A load of uses."""

    kind: ClassVar[str] = "use"
    line: ClassVar[type[Record]] = UseLine
