"""Dated figures of law: one parameter has a value for each span of days, and each value its text.

A changed figure is a new value, never an edit. A day that no value covers is an error, never a default.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from evidence.errors import NoValueInForce, RuleError

ENTRY_INTO_FORCE = date(2020, 7, 1)
"""The day from which the tables and product rules of the agreement bind."""

CONFIDENCE = frozenset({"verified", "transcribed", "partial", "inference", "K"})
"""How far a text was read: on a primary page, in a transcription, cut short, drawn by inference, from background."""


@dataclass(frozen=True, slots=True)
class Law:
    """One figure of law as it stands on some day, with the text that says so.

    `last` is the last day it binds, or None while it is open; `checked` is the last day on which the source was read.
    """

    name: str
    amount: Decimal
    unit: str
    source: str
    first: date
    last: date | None
    checked: date
    confidence: str
    comparator: str
    condition: str = ""

    def __post_init__(self) -> None:
        if not self.name or not self.unit or not self.source.strip():
            raise RuleError(f"The value of {self.name or 'a nameless figure'} from {self.first} has no source or unit.")
        if not self.amount.is_finite():
            raise RuleError(f"{self.name} from {self.first}: found {self.amount}, wanted a figure.")
        if self.confidence not in CONFIDENCE:
            marks = ", ".join(sorted(CONFIDENCE))
            raise RuleError(f"{self.name} from {self.first}: found mark {self.confidence!r}, wanted one of {marks}.")
        if self.comparator not in {">=", "<=", "=="}:
            raise RuleError(f"{self.name} from {self.first}: found {self.comparator!r}, wanted >=, <= or ==.")
        if self.last is not None and self.last < self.first:
            raise RuleError(f"{self.name}: its value from {self.first} ends on {self.last}, before it begins.")

    def binds(self, day: date) -> bool:
        """Whether this value is the one for `day`."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure of law through time: its values in order of their days, none overlapping."""

    name: str
    subject: str
    measure: str
    unit: str
    values: tuple[Law, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise RuleError(f"{self.name} has no value at all; give it at least one with its source.")
        for earlier, later in zip(self.values, self.values[1:], strict=False):
            if earlier.last is None or later.first <= earlier.last:
                raise RuleError(f"{self.name}: the value from {later.first} overlaps the one from {earlier.first}.")

    def on(self, day: date) -> Law:
        """The value that binds on `day`.

        Raises:
            NoValueInForce: no value covers that day.
        """
        for law in self.values:
            if law.binds(day):
                return law
        raise NoValueInForce(self.name, day, self.values[0].first)


def read_series(source: str) -> Mapping[str, Parameter]:
    """Every parameter that a TOML text of `[[series]]` with `[[series.value]]` writes, by name.

    Raises:
        RuleError: the text is not such TOML, a value lacks its source, day of checking or mark, or values overlap.
    """
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"The dated figures are not readable TOML: {error}. Correct the file.") from error
    found: dict[str, Parameter] = {}
    for entry in document.get("series", []):
        parameter = parameter_of(entry)
        if parameter.name in found:
            raise RuleError(f"{parameter.name} is there twice; a changed figure is a new value of the same series.")
        found[parameter.name] = parameter
    return MappingProxyType(found)


def parameter_of(entry: Mapping[str, Any]) -> Parameter:
    """One `[[series]]` with its values, as TOML gives it.

    Raises:
        RuleError: something that every series or value must say is missing or is not what it should be.
    """
    name = str(entry.get("name", ""))
    try:
        values = tuple(_law(name, str(entry["unit"]), value) for value in entry.get("value", []))
        return Parameter(name, str(entry["subject"]), str(entry["measure"]), str(entry["unit"]), values)
    except KeyError as error:
        raise RuleError(f"{name or 'A series'} lacks {error.args[0]!r}; every series and value must say it.") from error


def _law(name: str, unit: str, value: Mapping[str, Any]) -> Law:
    if not isinstance(value["amount"], str):
        raise RuleError(f"{name}: found amount {value['amount']!r}, wanted text, since a bare number would be a float.")
    for field in ("from", "checked"):
        if type(value[field]) is not date:
            raise RuleError(f"{name}: found {field} {value[field]!r}, wanted a day such as 2020-07-01.")
    try:
        figure = Decimal(value["amount"])
    except InvalidOperation as error:
        raise RuleError(f"{name}: found amount {value['amount']!r}, wanted a decimal.") from error
    return Law(
        name=name,
        amount=figure,
        unit=unit,
        source=str(value["source"]),
        first=value["from"],
        last=value.get("until"),
        checked=value["checked"],
        confidence=str(value["confidence"]),
        comparator=str(value["comparator"]),
        condition=str(value.get("condition", "")),
    )
