"""Values of materials for which no price serves: what each method of Schedule VI gives (Uniform Regulations s.8(4))."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Flag
from evidence.core.statements.load import Load
from evidence.core.values import Amount, Code, Currency, Text


class ValuationMethod(StrEnum):
    """The methods of Schedule VI, in the order in which they are tried."""

    IDENTICAL = "transaction value of identical materials"
    SIMILAR = "transaction value of similar materials"
    DEDUCTIVE = "deductive value"
    COMPUTED = "computed value"
    REASONABLE = "reasonable means on data of the region"


class MaterialValueLine(Record):
    """What one method gives for one material over some days; of the deductive value, one price at which it was sold."""

    owner: Code
    part: Code
    """The material."""
    revision: Code | None = None
    """Empty for every revision."""
    plant: Code
    """The plant that uses it."""
    period_from: date
    """The first day of receipt that the value is for."""
    period_to: date
    """The last day of receipt that the value is for."""
    method: ValuationMethod
    """By which method; a line for each method tried before one that gives a value."""
    value: Annotated[Amount, Field(ge=0)] | None = None
    """The value of one unit; of the deductive value, a unit price; empty where the method was tried and gives none."""
    unit: Code
    """The unit that the value is for."""
    currency: Currency
    units_sold: Annotated[Amount, Field(gt=0)] | None = None
    """Of the deductive value, how many units one sale at that price was of (Schedule VI s.8(3))."""
    sales: Annotated[int, Field(ge=1)] | None = None
    """How many such sales there were; empty for one."""
    deductions: Annotated[Amount, Field(ge=0)] | None = None
    """Of the deductive value, what comes off the unit price: usual profit, transport, duties in the region."""
    computed_first: Flag = False
    """Whether the producer asks for the computed value before the deductive one."""
    shown_by: Text
    """What shows the value, or that there is none: the comparison, the study, the cost sheet."""


class MaterialValues(Load):
    """A load of values by Schedule VI."""

    kind: ClassVar[str] = "material-value"
    line: ClassVar[type[Record]] = MaterialValueLine
