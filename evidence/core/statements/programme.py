"""Vehicle programmes: what is built where, on which platform, from when (RECORDS.md 11; Uniform Regulations s.20)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Listed
from evidence.core.statements.load import Load
from evidence.core.values import Code, Text


class ProgrammeClass(StrEnum):
    """The classes of s.12, and the two groups of other vehicles of s.20."""

    PASSENGER_VEHICLE = "passenger_vehicle"
    LIGHT_TRUCK = "light_truck"
    HEAVY_TRUCK = "heavy_truck"
    OTHER_S20_2 = "other vehicle s.20(2)"
    OTHER_S20_3 = "other vehicle s.20(3)"


class RoadUse(StrEnum):
    """Where it drives: off-road vehicles and motorhomes are no passenger vehicles or light trucks."""

    ON_ROAD = "on-road"
    OFF_ROAD = "off-road"
    MOTORHOME = "motorhome"
    AMBULANCE = "ambulance, hearse or prison van"


class Powertrain(StrEnum):
    """What drives it: a diesel as primary motor takes a car out of the passenger vehicles."""

    SPARK_IGNITION = "spark ignition"
    DIESEL = "diesel"
    HYBRID_SPARK = "spark ignition and electric"
    HYBRID_DIESEL = "diesel and electric"
    PLUG_IN_SPARK = "spark ignition and electric, plug-in"
    PLUG_IN_DIESEL = "diesel and electric, plug-in"
    ELECTRIC = "electric"
    FUEL_CELL = "fuel cell"
    OTHER = "other"


class ProgrammeLine(Record):
    """One programme at one plant, from one day on."""

    programme: Text
    """The programme's own name or number."""
    producer: Code
    """The party that builds it."""
    plant: Code
    """The assembly plant."""
    model_line: Text
    """Vehicles with one platform or model name (Uniform Regulations s.12): what averaging goes by."""
    platform: Text | None = None
    """The platform, where it is named apart from the model line."""
    marque: Text | None = None
    """The brand."""
    programme_class: ProgrammeClass
    """The vehicle class, or the group of other vehicles."""
    road_use: RoadUse
    """Where it drives."""
    powertrain: Powertrain
    """What drives it."""
    persons: Annotated[int, Field(ge=1)] | None = None
    """How many persons it carries, of vehicles of heading 87.02: up to 15 or more (s.20(2)-(3))."""
    prototype_on: date | None = None
    """When the first prototype came out of a new plant: five years at 50 percent run from it (s.20(8))."""
    refit_on: date | None = None
    """When the first prototype came out of a refitted plant: two years at 50 percent run from it (s.20(8))."""
    closed_from: date | None = None
    """Of a refit, the first day that the plant was closed; at least three months are needed."""
    closed_to: date | None = None
    """Of a refit, the last day that the plant was closed."""
    size_category: Text | None = None
    """The size category, where a new plant or refit turns on it."""
    underbody: Text | None = None
    """The underbody, where a new plant or refit turns on it."""
    model_years: Listed
    """The model years built, as 2023;2024."""
    applies_from: date
    """The first day of building."""
    applies_to: date | None = None
    """The last day of building; empty while it goes on."""
    shown_by: Text
    """What shows it: the production plan, the certificate of conformity."""


class Programmes(Load):
    """A load of vehicle programmes."""

    kind: ClassVar[str] = "vehicle-programme"
    line: ClassVar[type[Record]] = ProgrammeLine
