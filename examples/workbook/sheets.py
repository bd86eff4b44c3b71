"""A sheet of a workbook as a table: rows under headings, each column to be named in formulas of other sheets."""

import csv
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXT = {"code", "hs_code", "tariff_code", "tariff_item", "account", "invoice", "from_code", "to_code", "month"}
"""Columns whose digits are a name and no amount."""
_MOST = 60

Row = dict[str, str]


class Table:
    """One sheet with a heading line and `count` rows; formulas name a column of it, or its cell in one row."""

    def __init__(self, book: Workbook, title: str, headings: Iterable[str], count: int) -> None:
        self.title, self.headings, self.count = title, tuple(headings), max(count, 1)
        self._sheet = book.create_sheet(title)
        self._sheet.append(self.headings)
        self._sheet.freeze_panes = "B2"
        for cell in self._sheet[1]:
            cell.font = Font(bold=True)
            self._sheet.column_dimensions[cell.column_letter].width = 18

    def add(self, values: Iterable[object]) -> None:
        """One more row; text that begins with an equals sign is a formula."""
        self._sheet.append(list(values))

    def column(self, heading: str) -> str:
        """The whole column, for sums and searches."""
        letter = self._letter(heading)
        return f"'{self.title}'!${letter}$2:${letter}${self.count + 1}"

    def at(self, heading: str, row: int) -> str:
        """The cell of one row, the first being 1."""
        return f"'{self.title}'!${self._letter(heading)}${row + 1}"

    def _letter(self, heading: str) -> str:
        return get_column_letter(self.headings.index(heading) + 1)


def read(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """The headings and the rows of a file of the example."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return tuple(reader.fieldnames or ()), list(reader)


def copied(book: Workbook, title: str, headings: tuple[str, ...], rows: list[Row]) -> Table:
    """A file as it is, a sheet of its own: amounts as numbers, days as days."""
    table = Table(book, title, headings, len(rows))
    for row in rows:
        table.add(_value(heading, text) for heading, text in row.items())
    return table


def worked_out(book: Workbook, title: str, count: int, columns: dict[str, Callable[["Table", int], Any]]) -> Table:
    """A sheet of formulas: each column is written by a function of the sheet itself and the row."""
    table = Table(book, title, columns, count)
    for row in range(1, count + 1):
        table.add(write(table, row) for write in columns.values())
    return table


def _value(heading: str, text: str) -> object:
    if text == "":
        return None
    if heading in _TEXT or len(text) > _MOST:
        return text
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else text
