"""What labour value content is worked out from (RECORDS.md 26; Uniform Regulations s.18; 29 CFR 810.200, 810.300)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from evidence.core.statements.base import Basis, Record
from evidence.core.statements.cells import Flag
from evidence.core.statements.load import LATER, Load
from evidence.core.values import Amount, Code, Currency, Text
from evidence.errors import MalformedValue


class LabourInput(StrEnum):
    """The terms of the formulas of s.18(6), and what the two credits rest on."""

    HIGH_WAGE_LABOUR = "high-wage labour cost of the vehicle"
    HIGH_WAGE_MATERIAL = "high-wage material"
    HIGH_WAGE_TRANSPORT = "high-wage transport"
    PURCHASES = "annual purchases"
    RESEARCH_WAGES = "research and development wages"
    IT_WAGES = "information technology wages"
    PRODUCTION_WAGES = "production wages"
    ASSEMBLY_CAPACITY = "assembly plant capacity"


class AssemblyGood(StrEnum):
    """What a plant of the assembly credit makes (s.18(12)-(13))."""

    ENGINES = "engines"
    TRANSMISSIONS = "transmissions"
    BATTERY_PACKS = "advanced battery packs"


class LabourInputLine(Record):
    """One figure over one period. A capacity stands in `capacity` and `assembles`, every other figure in `amount`."""

    labour_input: LabourInput
    """Which term of the formulas, or which basis of a credit, the figure is."""
    entity: Code
    """The party whose figure it is: the vehicle producer, or the supplier of the material."""
    plant: Code | None = None
    """The plant that pays the high wage; empty for figures of the whole corporation."""
    period_from: date
    """The first day of the period."""
    period_to: date
    """The last day of the period."""
    amount: Annotated[Amount, Field(ge=0)] | None = None
    """The figure over the whole period, of a money figure."""
    currency: Currency | None = None
    owner: Code | None = None
    """The party whose part number it is."""
    part: Code | None = None
    """The material, of a high-wage material; the good transported, of high-wage transport."""
    revision: Code | None = None
    nested_in_owner: Code | None = None
    """The party whose part number that is."""
    nested_in_part: Code | None = None
    """The part that the material is in, where it is counted inside another (s.18(7)-(8)): counted once only."""
    in_annual_purchases: Flag = False
    """Whether the amount is also in the annual purchase value that it is divided by."""
    wage_certificate: Text | None = None
    """The number of the plant's wage certificate; without one the plant does not count as high-wage."""
    programme: Text | None = None
    """The vehicle programme, where the figure is of one."""
    vehicle: Annotated[Code | None, LATER] = None
    """The vehicle's part number, where the figure is of one vehicle of its programme or plant alone."""
    assembles: AssemblyGood | None = None
    """What the plant makes, of a capacity."""
    capacity: Annotated[Amount, Field(ge=0)] | None = None
    """Units a year that the plant can make (s.18(12)-(13); 29 CFR 810.300)."""
    originating_capacity: Annotated[Annotated[Amount, Field(ge=0)] | None, LATER] = None
    """Of these, the units that originate; empty where nobody recorded it."""
    contract: Text | None = None
    """Of a plant that is not the producer's own, the contract with it, which runs for three years or more."""
    contract_from: date | None = None
    """The first day of the contract."""
    contract_to: date | None = None
    """The last day of the contract."""
    figures: Basis
    """Whether the figure is actual, an estimate or a standard."""
    shown_by: Text
    """What shows it: payroll summary, purchase ledger, capacity study."""

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        wanted, other = ("amount", "currency"), ("capacity", "assembles")
        if self.labour_input is LabourInput.ASSEMBLY_CAPACITY:
            wanted, other = other, wanted
        for name in wanted:
            if getattr(self, name) is None:
                raise MalformedValue(name, "nothing", f"a value for {self.labour_input}")
        for name in other:
            if getattr(self, name) is not None:
                raise MalformedValue(name, "a value", f"nothing for {self.labour_input}")
        if self.originating_capacity is not None and self.originating_capacity > (self.capacity or 0):
            raise MalformedValue(
                "originating_capacity", str(self.originating_capacity), f"at most {self.capacity or 0}"
            )
        return self


class LabourInputs(Load):
    """A load of figures for labour value content."""

    kind: ClassVar[str] = "labour-value-input"
    line: ClassVar[type[Record]] = LabourInputLine
