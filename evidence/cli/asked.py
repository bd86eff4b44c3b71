"""A question of origin from the options of a command."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from evidence.core.statements.use import UseClass
from evidence.core.values import Period
from evidence.errors import MalformedValue, UsageError
from evidence.origin.question import Event, Question

_Asked = TypeVar("_Asked", bound=BaseModel)
FIRST_YEAR, LAST_YEAR = 1994, 2099  # from the first agreement on; days before and after a period are counted too


def days_of(text: str, option: str = "--period") -> Period:
    """The days that an option names.

    Raises:
        UsageError: they are no days, or none that anything was traded under the agreements on.
    """
    try:
        span = Period.parse(text)
    except MalformedValue as error:
        raise UsageError(f"{option}: {error}") from error
    if not FIRST_YEAR <= span.first.year <= span.last.year <= LAST_YEAR:
        raise UsageError(f"{option} {text}: wanted days from {FIRST_YEAR} to {LAST_YEAR}.")
    return span


def span_of(period: str, basis: str, event: str, use: str | None) -> Period:
    """The period asked about, once every option that can be told by itself is found to be one.

    Raises:
        UsageError: an option is not what it has to be.
    """
    span = days_of(period)
    if basis not in ("actual", "estimate") or event not in tuple(Event):
        raise UsageError(f"--basis {basis} --event {event}: wanted actual or estimate; production, export or entry.")
    if use is not None and use not in tuple(UseClass):
        raise UsageError(f"--use {use}: wanted one of {', '.join(UseClass)}.")
    return span


def question_of(
    good: str,
    plant: str,
    period: str,
    *,
    whose: str,
    basis: str,
    event: str,
    on: datetime | None,
    into: str | None,
    use: str | None,
) -> Question:
    """The question; `good` is a part number, of `whose` numbers unless it is OWNER:PART.

    Raises:
        UsageError: an option is not what it has to be.
    """
    span = span_of(period, basis, event, use)
    owner, _, part = good.rpartition(":")
    asked = {
        "owner": owner or whose, "part": part, "plant": plant, "period_from": span.first, "period_to": span.last,
        "basis": basis, "event": event, "on": on.date() if on else None, "importing_country": into, "use": use,
    }  # fmt: skip
    return valid(Question, asked)


def valid(kind: type[_Asked], asked: Mapping[str, object]) -> _Asked:
    """The question of this kind, or what of it cannot be asked.

    Raises:
        UsageError: an option is not what it has to be.
    """
    try:
        return kind.model_validate(asked)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{first['loc'][0]} {str(first['input'])[:60]!r}: {first['msg']}.") from error
