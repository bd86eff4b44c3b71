"""A table as it was read: header and rows of cells, each with the place it has in its file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Typed(NamedTuple):
    """A cell that is not plain text.

    `sort` is number, date, flag, percent or moment as a spreadsheet typed it; ``text`` for text that a mapping made of
    what the file has; ``refused`` for what cannot be read, and then `text` is what a fault says was found.
    """

    text: str
    sort: str
    wanted: str = ""
    """What a fault says was wanted, where that is more than what the column takes."""
    was: str = ""
    """The text in the file, where a mapping made `text` of it."""


Cell = str | Typed
"""A cell: text as it stands, or a typed value."""


class Row(NamedTuple):
    """One row; `number` as the file's own program counts, the header's row being counted too; 0 in a form."""

    number: int
    cells: tuple[Cell, ...]


class Rows(Protocol):
    """Rows that can be gone through any number of times and are true where there is one; not always all in memory."""

    def __iter__(self) -> Iterator[Row]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet or one CSV file. `first_column` counts from 0; `form` says a PDF form with one row of values."""

    sheet: str | None
    header: tuple[str, ...]
    header_row: int
    first_column: int
    rows: Rows
    parser: str
    hidden: bool = False
    form: bool = False
    places: tuple[str, ...] = ()
    """The column of the file that each of ours was filled from, as a fault names it; empty where they are the same."""
    notices: tuple[str, ...] = ()
    """What is worth telling of how it was read."""
    beside: tuple[int, str] | None = None
    """Row and column of the first value that stands outside the columns of the header, where there is one."""
    theirs: "Table | None" = None
    """The table in the file's own columns, where a mapping was laid over it."""

    def column(self, index: int) -> str:
        """A column as a fault names it: its header, with the letter a spreadsheet shows."""
        if index < len(self.places):
            return self.places[index]
        name = self.header[index] if index < len(self.header) else ""
        if self.sheet is None:
            return name or str(index + 1)
        place = letter(self.first_column + index)
        return f"{name} ({place})" if name else place


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


def column_index(letters: str) -> int:
    """The column, counted from 0, that a spreadsheet shows as `letters`.

    >>> column_index("A"), column_index("Z"), column_index("AA")
    (0, 25, 26)
    """
    index = 0
    for each in letters:
        index = index * 26 + ord(each) - ord("A") + 1
    return index - 1


def heading(text: str) -> str:
    """A heading without what no reader sees: blanks of any sort at its ends, and more than one within.

    >>> heading("  Part   no. ")
    'Part no.'
    """
    return " ".join(text.split())
