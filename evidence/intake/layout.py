"""Where in a foreign file the table stands: what a saved mapping tells the readers of CSV and XLSX before they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from evidence.intake.table import heading

BETWEEN = " / "
"""Stands between the cells of a column whose heading runs over several rows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Of which sheets, in which rows, and how to be read. The default is a table of our own templates."""

    sheets: tuple[str, ...] | None = None
    """Names of sheets; None: any."""
    header_rows: tuple[int, ...] = ()
    """Rows of the heading, as the file's own program counts; empty: the first row that holds anything."""
    first_row: int | None = None
    """The first row of data; None: the row after the heading."""
    headings: tuple[str, ...] = ()
    """Headings that the table has to have."""
    cached_formulas: bool = False
    """Whether the stored result of a formula is taken."""
    encoding: str | None = None
    delimiter: str | None = None

    def takes_sheet(self, sheet: str | None) -> bool:
        """Whether it is a layout of this sheet."""
        return self.sheets is None or sheet in self.sheets

    def takes(self, sheet: str | None, header: Sequence[str]) -> bool:
        """Whether it is the layout of a sheet with this header."""
        return self.takes_sheet(sheet) and set(self.headings) <= set(header)


def composed(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One heading a column from the rows of a header; a cell that repeats the one above it is said once.

    >>> composed([["Part", "Price", "Price"], ["", "EUR", "per"]])
    ('Part', 'Price / EUR', 'Price / per')
    """
    columns = []
    for cells in zip_longest(*rows, fillvalue=""):
        told = [text for text in map(heading, cells) if text]
        columns.append(BETWEEN.join(text for i, text in enumerate(told) if i == 0 or text != told[i - 1]))
    return tuple(columns)
