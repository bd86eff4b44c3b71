"""What is asked: does this good, made at this plant in this period, originate, on which figures and at which day."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from evidence.core.statements.base import Basis, Record
from evidence.core.statements.use import UseClass
from evidence.core.values import Code, Country, Period
from evidence.errors import UsageError


class Event(StrEnum):
    """Which day selects the dated threshold: the texts leave it open (the choice `threshold-date-event`)."""

    PRODUCTION = "production"
    EXPORT = "export"
    ENTRY = "entry"


class Question(Record):
    """One question of origin. `on` is the day of export or entry; beside production it is shown as a second view.

    `use` says which of several recorded uses is asked about; a good recorded for one use needs none said.
    """

    owner: Code
    part: Code
    plant: Code
    period_from: date
    period_to: date
    basis: Basis
    event: Event
    on: date | None = None
    importing_country: Country | None = None
    use: UseClass | None = None

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if self.event is not Event.PRODUCTION and self.on is None:
            raise UsageError(f"The day of {self.event.value} is wanted when it selects the threshold: give --on DATE.")
        if self.basis is Basis.STANDARD:
            raise UsageError(
                "A determination rests on actual figures or on estimates: give --basis actual or estimate."
            )
        Period(self.period_from, self.period_to)
        return self

    @property
    def period(self) -> Period:
        return Period(self.period_from, self.period_to)

    @property
    def law_days(self) -> tuple[date, ...]:
        """The days whose law must agree: the whole of a period of production, or the one day of export or entry."""
        if self.event is Event.PRODUCTION:
            return (self.period_from, self.period_to)
        return (self.on,) if self.on is not None else ()
