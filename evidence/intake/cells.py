"""Reads one cell as what its column wants, or says what was wanted. Nothing is repaired, and nothing is guessed."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo

from evidence.errors import MalformedValue
from evidence.intake.faults import shown
from evidence.intake.table import Cell, Typed
from evidence.intake.templates import Column, Sort

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""Days outside are slips of the pen: the agreement and the records it asks for lie well within."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile("-?(0|[1-9][0-9]{0,17})")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""Control characters but tab and line feed, and marks that turn text round: they make a cell look like another."""

_WORDS = {
    "^[A-Z]{2}$": "a country as two capital letters (ISO 3166), such as MX",
    "^[A-Z]{3}$": "a currency as three capital letters (ISO 4217), such as USD",
    "^HS(2007|2012|2017|2022)$": "an edition: HS2007, HS2012, HS2017 or HS2022",
    "^[0-9]{6}([0-9]{2}){0,2}$": "a tariff code of 6, 8 or 10 digits, without dots",
    "^[0-9a-f]{64}$": "a SHA-256 as 64 lower-case hexadecimal digits",
    "^[0-9]{4}-(0[1-9]|1[0-2])$": "a month such as 2023-04",
    "^[A-E]$": "a letter from A to E",
    "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$": "a month and day such as 04-01",
    r"^[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}$": "a code of at most 64 letters, digits and . _ / + -",
}
_TARIFF = "^[0-9]{6}([0-9]{2}){0,2}$"


class NotACell(Exception):
    """The cell holds what its column does not take; carries what was found, as a fault says it."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


def read_cell(column: Column, cell: Cell) -> Any:
    """The value of a cell, or None where it is empty; the model has the last word on it.

    Raises:
        NotACell: it cannot be read as what the column holds.
    """
    text = (cell if isinstance(cell, str) else _typed(column, cell)).strip()
    if not text:
        return None
    if unseen := _UNSEEN.search(text):
        raise NotACell(f"{shown(text)}, with the unprintable character U+{ord(unseen[0]):04X}")
    if column.sort is Sort.DATE:
        return _day(text)
    if column.sort is Sort.WHOLE:
        if _WHOLE.fullmatch(text) is None:
            raise NotACell(shown(text))
        return int(text)
    return text


def _typed(column: Column, cell: Typed) -> str:
    """A spreadsheet's typed cell as text, where its type is what the column holds."""
    number = {Sort.WHOLE, Sort.AMOUNT}
    fits = (cell.sort == "number" and column.sort in number) or (cell.sort, column.sort) in {
        ("date", Sort.DATE),
        ("flag", Sort.FLAG),
    }
    # a lost leading zero leaves a tariff code with an odd number of digits, which its pattern refuses
    if fits or (cell.sort == "number" and column.pattern == _TARIFF):
        return cell.text
    if cell.sort == "refused":
        raise NotACell(cell.text)
    raise NotACell(f"{cell.text} in a cell formatted as a {cell.sort}, not as text")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise NotACell(shown(text))
    return day


def wanted(column: Column) -> str:
    """What a column takes, in words."""
    if column.choices:
        return f"one of: {', '.join(column.choices)}"
    return {
        Sort.DATE: f"a date such as 2023-04-01, from {FIRST_DAY.year} to {LAST_DAY.year}",
        Sort.WHOLE: f"a whole number {column.bound}".rstrip(),
        Sort.AMOUNT: f"a decimal {column.bound}".rstrip() + ", such as 1250.50",
        Sort.FLAG: "yes or no",
        Sort.LIST: "values separated by semicolons",
        Sort.TEXT: "text of 1 to 4000 characters",
        Sort.CODE: _WORDS.get(column.pattern or "", f"text of the form {column.pattern}"),
    }[column.sort]


def refused(column: Column, value: Any) -> bool:
    """Whether the model of the column's field refuses this value alone."""
    try:
        _alone(_ByIdentity(column.info)).model_validate({"value": value})
    except (ValidationError, MalformedValue):
        return True
    return False


@dataclass(frozen=True, eq=False)
class _ByIdentity:
    """Carries a field, which has no hash of its own, to a cache."""

    info: FieldInfo

    def __hash__(self) -> int:
        return id(self.info)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.info is self.info


@cache
def _alone(field: _ByIdentity) -> type[BaseModel]:
    annotation: Any = field.info.annotation
    return create_model("Cell", value=(annotation, field.info))
