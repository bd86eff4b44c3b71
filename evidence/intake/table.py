"""A table as it was read: header and rows of cells, each with the place it has in its file."""

from dataclasses import dataclass
from typing import NamedTuple


class Typed(NamedTuple):
    """A spreadsheet cell that is not text. `sort` is number, date, flag or refused (then `text` says why)."""

    text: str
    sort: str


Cell = str | Typed
"""A cell: text as it stands, or a typed value of a spreadsheet."""


class Row(NamedTuple):
    """One row; `number` as the file's own program counts, the header's row being counted too; 0 in a form."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet or one CSV file. `first_column` counts from 0; `form` says a PDF form with one row of values."""

    sheet: str | None
    header: tuple[str, ...]
    header_row: int
    first_column: int
    rows: list[Row]
    parser: str
    hidden: bool = False
    form: bool = False

    def column(self, index: int) -> str:
        """A column as a fault names it: its header, with the letter a spreadsheet shows."""
        if index >= len(self.header):
            return letter(self.first_column + index) if self.sheet is not None else str(index + 1)
        return (
            f"{self.header[index]} ({letter(self.first_column + index)})"
            if self.sheet is not None
            else self.header[index]
        )


def letter(index: int) -> str:
    """The letters of a spreadsheet column counted from 0.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
