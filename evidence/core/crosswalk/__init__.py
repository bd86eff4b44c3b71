"""Crosswalks: whether two names mean one thing, by recorded entries only.

A part has one number with its maker and another with its buyer, a code one text in each edition of the nomenclature, a
party one number in each system, a quantity one figure in each unit. The modules here hold what was recorded of that
and answer with the entries that an answer rests on, or with the reason why there is none. Nothing is guessed: what no
entry says is not matched, and what two entries say differently is told with both.
"""

from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Noted(Protocol[T_co]):
    """A recorded value and the place that it stands in: ``#12``, ``#12:345``, or a row of the import at hand."""

    @property
    def value(self) -> T_co: ...

    @property
    def ref(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was found, through which entries; None with the reason where nothing was, or more than one thing."""

    found: T | None
    why: str
    through: tuple[str, ...] = ()

    @property
    def matched(self) -> bool:
        return self.found is not None

    def __str__(self) -> str:
        """The reason, and the entries behind it."""
        return f"{self.why} ({', '.join(self.through)})" if self.through else self.why


def in_force(first: date | None, last: date | None, on: date | None) -> bool:
    """Whether a span of days, open at either end, holds the day; every span does where no day is asked for."""
    return on is None or ((first is None or first <= on) and (last is None or on <= last))
