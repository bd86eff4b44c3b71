"""Unit conversions that are on record: kilograms to pieces for one part, pounds to kilograms for all (RECORDS.md 7)."""

from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Text
from evidence.errors import MalformedValue


class UnitConversionLine(Record):
    """One `from_unit` is `factor` of `to_unit`, for one part, or for every part where none is named."""

    owner: Code | None = None
    """The party whose part number it is; empty with part empty."""
    part: Code | None = None
    """Empty where the conversion holds for every part, as for two units of weight."""
    from_unit: Code
    """The unit converted."""
    to_unit: Code
    """The unit it is converted into."""
    factor: Annotated[Amount, Field(gt=0)]
    """How many to_unit one from_unit is."""
    applies_from: date
    """The first day of the conversion."""
    applies_to: date | None = None
    """The last day of it; empty while it holds."""
    shown_by: Text
    """What shows it: the drawing, a weighing, the definition of the unit."""

    @model_validator(mode="after")
    def _whole_part(self) -> Self:
        if (self.owner is None) != (self.part is None):
            raise MalformedValue("unit conversion", "an owner or a part alone", "both of them, or neither")
        return self


class UnitConversions(Load):
    """A load of unit conversions."""

    kind: ClassVar[str] = "unit-conversion"
    line: ClassVar[type[Record]] = UnitConversionLine
