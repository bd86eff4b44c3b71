"""Gives a file back as a workbook with a comment in each cell that is wrong, for whoever is to put it right.

Rows stand where they stand in the file, as text: nothing in them is a formula, a number or a link, so that a part
number stays as it came and nothing runs when the workbook is opened. A first sheet lists every fault.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from evidence.errors import IntakeError
from evidence.intake.csv_file import CsvRows
from evidence.intake.faults import Fault
from evidence.intake.mapping_values import original
from evidence.intake.table import Row, Table, letter

MOST_COMMENTS = 2000
"""A workbook with more opens slowly; the faults past them are coloured and listed."""
MOST_ROWS = 20_000
"""Past this many rows of a sheet only those with faults are given back."""

_LAST_ROW = 1_048_576
_LONGEST_NAME = 31
_LONGEST_CELL = 32_767
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
_FAULTS = "Faults"
_HEADINGS = ("sheet", "row", "column", "found", "wanted")
_WIDTHS = (18, 8, 28, 48, 70)
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands as the day of making, so that the same faults give the same bytes."""

_Place = tuple[int, int]
"""Row and column of a cell, counted from 0."""


def write_marked_up(source: Path, tables: Sequence[Table], faults: Sequence[Fault], out: Path) -> None:
    """Write the workbook.

    Args:
        source: the file as received; its name stands over the list of faults.
        tables: its tables as read; of one that a mapping was laid over, the file's own columns are given back.
        faults: what is wrong with it.
        out: where to; a file there is replaced.

    Raises:
        IntakeError: it cannot be written.
    """
    shown = [(table.theirs or table, table) for table in tables]
    names = _sheet_names([theirs.sheet if theirs.sheet is not None else source.stem for theirs, _ in shown])
    with _workbook(out) as book:
        styles = {
            "heading": book.add_format({"bold": True, "bottom": 1}),
            "wrong": book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"}),
            "plain": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        first = book.add_worksheet(_FAULTS)
        cells: dict[int, tuple[str, _Place]] = {}
        left = MOST_COMMENTS
        for (theirs, ours), name in zip(shown, names, strict=True):
            found = _placed(theirs, ours, faults)
            cells |= {number: (name, places[0]) for number, places in found.items()}
            left -= _Page(book.add_worksheet(name), theirs, styles, faults, found).write(left)
        _list(first, source, faults, cells, styles)


@contextmanager
def _workbook(out: Path) -> Iterator[Any]:
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    try:
        book = xlsxwriter.Workbook(str(out), options)
        book.set_properties({"created": _MADE, "title": "Faults found", "author": "evidence"})
        yield book
        book.close()
    except (OSError, XlsxWriterException) as error:
        raise IntakeError(f"{out} cannot be written ({error}). Close it where it is open, or name another.") from error


def _placed(theirs: Table, ours: Table, faults: Sequence[Fault]) -> dict[int, list[_Place]]:
    """The cells that each fault of this table is about, by the fault's position; of a whole row its first cell."""
    columns: dict[str, list[int]] = {}
    for index, name in enumerate(theirs.header):
        columns.setdefault(name, []).append(index)
        columns[theirs.column(index)] = [index]
    if ours is not theirs:
        for name, place in zip(ours.header, ours.places, strict=True):
            joined = columns.get(place) or [i for each in place.split(" + ") for i in columns.get(each, ())]
            columns[name] = columns[place] = joined
    found = {}
    for number, fault in enumerate(faults):
        if fault.sheet != theirs.sheet or (fault.row is None and not theirs.form):
            continue
        row = fault.row if fault.row is not None else _below_header(theirs)
        indexes = columns.get(fault.column or "") or [0]
        if row <= _LAST_ROW:
            found[number] = [(row - 1, theirs.first_column + index) for index in indexes]
    return found


def _below_header(table: Table) -> int:
    """The row under the header; of a form, which has no rows, the second."""
    return max(table.header_row, 1) + 1


class _Page:
    """One sheet of the workbook, written from the top."""

    def __init__(
        self,
        sheet: Any,
        table: Table,
        styles: Mapping[str, Any],
        faults: Sequence[Fault],
        places: Mapping[int, list[_Place]],
    ) -> None:
        self._sheet, self._table, self._styles = sheet, table, styles
        self._wrong: dict[int, dict[int, list[Fault]]] = {}
        for number, cells in places.items():
            for row, column in cells:
                self._wrong.setdefault(row, {}).setdefault(column, []).append(faults[number])

    def write(self, comments: int) -> int:
        """Write header and rows; how many of at most `comments` comments were used."""
        table, used = self._table, 0
        self._sheet.set_column(table.first_column, table.first_column + len(table.header) - 1, 18)
        self._sheet.freeze_panes(_below_header(table) - 1, 0)
        waiting = sorted(self._wrong)
        for row in self._rows():
            at = row.number - 1
            while waiting and waiting[0] < at:
                used += self._row(waiting.pop(0), (), comments - used)
            if waiting and waiting[0] == at:
                waiting.pop(0)
            used += self._row(at, row.cells, comments - used)
        for at in waiting:
            used += self._row(at, (), comments - used)
        return used

    def _rows(self) -> Iterator[Row]:
        """The header and the rows that are given back, each where it stands; the one row of a form under its header."""
        table = self._table
        yield Row(_below_header(table) - 1, table.header)
        rows = table.rows.as_came() if isinstance(table.rows, CsvRows) else table.rows
        for count, row in enumerate(rows):
            number = row.number or _below_header(table)
            if number > _LAST_ROW:
                return
            if count < MOST_ROWS or number - 1 in self._wrong:
                yield Row(number, row.cells)

    def _row(self, at: int, cells: Sequence[Any], comments: int) -> int:
        wrong, first, used = self._wrong.get(at, {}), self._table.first_column, 0
        heading = self._styles["heading"] if at == _below_header(self._table) - 2 else None
        width = max(len(cells), *(column - first + 1 for column in wrong)) if wrong else len(cells)
        for index in range(width):
            text = original(cells[index]) if index < len(cells) else ""
            column = first + index
            if column in wrong:
                self._sheet.write_string(at, column, text[:_LONGEST_CELL], self._styles["wrong"])
                if used < comments:
                    self._sheet.write_comment(at, column, _comment(wrong[column]), {"x_scale": 2.2, "author": ""})
                    used += 1
            elif text:
                self._sheet.write_string(at, column, text[:_LONGEST_CELL], heading)
        return used


def _comment(faults: Sequence[Fault]) -> str:
    return "\n".join(f"Found: {fault.found}\nWanted: {fault.wanted}" for fault in faults[:5])[:4000]


def _list(
    sheet: Any,
    source: Path,
    faults: Sequence[Fault],
    cells: Mapping[int, tuple[str, _Place]],
    styles: Mapping[str, Any],
) -> None:
    """Every fault, each with a way to its cell where it has one."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 0)
    count = f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"
    sheet.write_string(0, 0, f"{source.name}: {count}", styles["heading"])
    for column, text in enumerate(_HEADINGS):
        sheet.write_string(2, column, text, styles["heading"])
    for number, fault in enumerate(faults):
        told = (fault.sheet or "", str(fault.row or ""), fault.column or "", fault.found, fault.wanted)
        for column, text in enumerate(told):
            if text:
                sheet.write_string(3 + number, column, text[:_LONGEST_CELL], styles["plain"])
        if number in cells and number < MOST_COMMENTS:
            name, (row, column) = cells[number]
            quoted = name.replace("'", "''")
            way = f"internal:'{quoted}'!{letter(column)}{row + 1}"
            sheet.write_url(3 + number, len(_HEADINGS), way, None, f"{letter(column)}{row + 1}")


def _sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that a workbook may have, each once, as near as can be to those wanted."""
    taken = {_FAULTS.casefold(), "history"}
    names = []
    for text in wanted:
        plain = "".join(each for each in text if each.isprintable()).translate(_FORBIDDEN).strip("' ") or "Rows"
        name, count = plain[:_LONGEST_NAME].rstrip("' "), 1
        while name.casefold() in taken:
            count += 1
            end = f" ({count})"
            name = plain[: _LONGEST_NAME - len(end)].rstrip("' ") + end
        taken.add(name.casefold())
        names.append(name)
    return names
