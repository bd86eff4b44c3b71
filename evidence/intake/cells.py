"""Reads one cell as what its column wants, or says what was wanted. Nothing is repaired, and nothing is guessed."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo

from evidence.core.statements.declaration import DeclarationForm
from evidence.errors import MalformedValue
from evidence.intake.faults import shown
from evidence.intake.table import Cell, Typed
from evidence.intake.templates import Column, Sort

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""Days outside are slips of the pen: the agreement and the records it asks for lie well within."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile("-?(0|[1-9][0-9]{0,17})")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control characters but tab and line feed, blanks without width, and marks that turn text round: they make a cell look
like another."""

_OTHER_MARKS = re.compile(r"[(-]?[0-9]{1,3}([.,' \u00a0\u202f’]?[0-9]{3})*([.,][0-9]+)?[-)]?|-?[0-9]+,[0-9]+")
"""Figures as others write them: with groups, with a comma, with the minus behind. Ours are among them."""
_OURS = re.compile(r"-?[0-9]+(\.[0-9]+)?")

_ERROR = re.compile("#¡?[A-ZÀ-Ý]+(/0)?[!?]|#DIV/0!|#N/A|#NV|##+")
"""What a spreadsheet shows where a formula failed or a column is too narrow, in the languages of its menus."""
_DAMAGED = re.compile(
    r"[1-9](\.[0-9]+)?E\+[0-9]{2,3}"
    "|[0-9]{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-[0-9]{2})?"
    "|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-[0-9]{2}"
)
"""What a spreadsheet leaves in a CSV file of a code of many digits, or of one such as MAR-1 or 1-2."""

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


_NO_DECLARATION = "; a letter that declares none of these is kept with 'evidence declarations letter'"


class NotACell(Exception):
    """The cell holds what its column does not take; carries what was found, as a fault says it.

    `wanted` is what a fault says was wanted, where that is more than what the column takes.
    """

    def __init__(self, found: str, wanted: str = "") -> None:
        super().__init__(found)
        self.found, self.wanted = found, wanted


def read_cell(column: Column, cell: Cell) -> Any:
    """The value of a cell, or None where it is empty; the model has the last word on it.

    Raises:
        NotACell: it cannot be read as what the column holds.
    """
    text = (cell if isinstance(cell, str) else _typed(column, cell)).strip()
    if not text:
        return None
    if cell.__class__ is str and column.sort is Sort.CODE and _DAMAGED.fullmatch(text):
        raise NotACell(f"{shown(text)}, which a spreadsheet may have made of another code", _as_text(column, "either"))
    try:
        return _read(column, text)
    except NotACell as fault:
        if isinstance(cell, str) or not cell.was:
            raise
        raise NotACell(found_in(cell, text), fault.wanted) from fault


def _read(column: Column, text: str) -> Any:
    if unseen := _UNSEEN.search(text):
        raise NotACell(f"{shown(text)}, with the unprintable character U+{ord(unseen[0]):04X}")
    if text[0] == "#" and _ERROR.fullmatch(text):
        raise NotACell(f"the error value {text}", f"{wanted(column)}; put the cell right where it was made")
    if column.sort is Sort.DATE:
        return _day(text)
    if column.sort is Sort.WHOLE:
        if _WHOLE.fullmatch(text) is None:
            raise NotACell(shown(text), _declared(column, text))
        return int(text)
    if column.sort is Sort.AMOUNT and _OURS.fullmatch(text) is None and (declared := _declared(column, text)):
        raise NotACell(shown(text), declared)
    return text


def _declared(column: Column, text: str) -> str:
    """What is wanted of a figure that plainly has other marks than ours; empty where it is no such figure."""
    other = _OTHER_MARKS.fullmatch(text) is not None and _OURS.fullmatch(text) is None
    return f"{wanted(column)}; {_declares('other marks')}" if other else ""


def _declares(what: str) -> str:
    return f"a mapping declares {what}, see 'evidence mapping draft'"


def found_in(cell: Cell, value: object) -> str:
    """What a fault says was found in a cell: the file's own text, and what was read of it where that differs."""
    if isinstance(cell, str) or not cell.was:
        return shown(str(value))
    was = cell.was.strip()
    return shown(was) if was == str(value) else f"{shown(was)}, read as {value}"


def _typed(column: Column, cell: Typed) -> str:
    """A spreadsheet's typed cell as text, where its type is what the column holds."""
    number = {Sort.WHOLE, Sort.AMOUNT}
    fits = (cell.sort == "number" and column.sort in number) or (cell.sort, column.sort) in {
        ("date", Sort.DATE),
        ("flag", Sort.FLAG),
    }
    # a lost leading zero leaves a tariff code with an odd number of digits, which its pattern refuses
    if fits or cell.sort == "text" or (cell.sort == "number" and column.pattern == _TARIFF):
        return cell.text
    if cell.sort == "refused":
        raise NotACell(cell.text, cell.wanted)
    if cell.sort == "percent":
        shown_as = format(Decimal(cell.text).scaleb(2).normalize(), "f")
        raise NotACell(f"{cell.text}, shown as {shown_as} %", f"{wanted(column)}; {_declares('percentages')}")
    if cell.sort == "moment":
        raise NotACell(f"the moment {cell.text}", f"{wanted(column)}; {_declares('that the time is left out')}")
    raise NotACell(f"{cell.text} in a cell formatted as a {cell.sort}, not as text", _as_text(column, cell.sort))


def _as_text(column: Column, sort: str) -> str:
    """What to do where a spreadsheet has made something else of what was typed."""
    if column.sort not in (Sort.CODE, Sort.TEXT, Sort.LIST, Sort.FILE):
        return ""
    damage = {
        "number": "a number loses its leading zeros and the digits past 15",
        "date": "the spreadsheet makes a date of a code such as MAR-1 or 1-2",
        "flag": "the spreadsheet makes a yes or no of a word",
        "either": "a number loses its digits past 15, and a code such as MAR-1 or 1-2 becomes a date",
    }.get(sort, "")
    return f"{wanted(column)}, typed into a cell formatted as text: {damage}" if damage else ""


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
        other = _NO_DECLARATION if DeclarationForm.ORIGINATING in column.choices else ""
        return f"one of: {', '.join(column.choices)}{other}"
    return {
        Sort.DATE: f"a date such as 2023-04-01, from {FIRST_DAY.year} to {LAST_DAY.year}",
        Sort.WHOLE: f"a whole number {column.bound}".rstrip(),
        Sort.AMOUNT: f"a decimal {column.bound}".rstrip() + ", such as 1250.50",
        Sort.FLAG: "yes or no",
        Sort.LIST: "values separated by semicolons",
        Sort.TEXT: "text of 1 to 4000 characters",
        Sort.FILE: "the name of a file beside this one, or the SHA-256 of a document on record",
        Sort.CODE: _WORDS.get(column.pattern or "", f"text of the form {column.pattern}"),
    }[column.sort]


def refused(column: Column, value: Any) -> bool:
    """Whether the model of the column's field refuses this value alone. What a file's name means is found later."""
    if column.sort is Sort.FILE:
        return False
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
