"""Templates as files: a CSV with a worked row, a workbook with lists and help, or both for every kind at once.

A workbook is made so that a spreadsheet program does the least harm: codes and text have the text format, so that a
leading zero stays; days have one date format; closed lists are drop-down lists. Its sheet "Example" has the columns one
below the other, so that it fits no template and nothing on it is ever taken in.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from evidence.errors import IntakeError, UsageError
from evidence.intake.cells import FIRST_DAY, LAST_DAY
from evidence.intake.table import letter
from evidence.intake.template_help import (
    EXAMPLE_SAYS,
    HELP_HEADER,
    ColumnHelp,
    column_help,
    kind_help,
    ordered,
    worked_rows,
)
from evidence.intake.templates import Column, Sort, Template, template, templates

_FIRST_HELP_ROW = 2
_FLAG, _YES_OR_NO = "yes or no", ("yes", "no")
_LONGEST_COMMENT = 1500
_ROWS = 10_000
"""Rows below the header that have lists and formats."""
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 (the format has no zone; a fixed day keeps the bytes the same)


def template_csv(of: Template, rows: Sequence[dict[str, str]] | None = None) -> str:
    """The header and rows as CSV: the worked row where none are given."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [column.name for column in ordered(of)]
    writer.writerow(names)
    for row in worked_rows(of)[:1] if rows is None else rows:
        writer.writerow([row.get(name, "") for name in names])
    return out.getvalue()


def write_template(of: Template, path: Path) -> Path:
    """Write a template to `path`, as its ending says: ``.csv`` or ``.xlsx``. An existing file is left alone.

    Raises:
        UsageError: another ending, or the file is there.
        IntakeError: it cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise UsageError(f"{path} ends in {suffix or 'nothing'}. Give --out a name that ends in .csv or .xlsx.")
    if path.exists():
        raise UsageError(f"{path} is there already. Give --out another name.")
    try:
        if suffix == ".csv":
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(template_csv(of))
        else:
            _write_workbook(of, path)
    except (OSError, XlsxWriterException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise IntakeError(f"{path} cannot be written ({reason}). Name a folder that is there, with room.") from error
    return path


def write_templates(name: str, out: Path) -> list[Path]:
    """What ``--template NAME --out OUT`` writes: one file, or for ``all`` both forms of every kind into a folder.

    Raises:
        UsageError: no such template, or a file is there already.
        IntakeError: a file cannot be written.
    """
    if name != "all":
        return [write_template(template(name), out)]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IntakeError(f"{out} cannot be made ({error.strerror}). Name another folder.") from error
    paths = [out / f"{each}.{suffix}" for each in templates() for suffix in ("csv", "xlsx")]
    if there := [path for path in paths if path.exists()]:
        raise UsageError(f"{there[0]} is there already. Give --out an empty folder.")
    return [write_template(template(path.stem), path) for path in paths]


def _write_workbook(of: Template, path: Path) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": f"{of.name}: {kind_help(of).title}", "created": _MADE})
        formats = _Formats(book)
        columns, told = ordered(of), column_help(of)
        _table(book.add_worksheet(of.name[:31]), columns, told, formats)
        _help(book.add_worksheet("Columns"), of, told, formats)
        _example(book.add_worksheet("Example"), of, columns, formats)


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: Any) -> None:
        self.needed = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "num_format": "@"})
        self.optional = book.add_format({"italic": True, "bg_color": "#D9E1F2", "num_format": "@"})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.whole = book.add_format({"num_format": "0"})
        self.amount = book.add_format()
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.loud = book.add_format({"bold": True, "num_format": "@"})

    def of(self, column: Column) -> Any:
        """The format of a column's cells."""
        return {Sort.DATE: self.day, Sort.WHOLE: self.whole, Sort.AMOUNT: self.amount}.get(column.sort, self.text)


def _table(sheet: Any, columns: list[Column], told: list[ColumnHelp], formats: _Formats) -> None:
    """The sheet to be filled: its header, help on each heading, lists and formats beneath."""
    sheet.freeze_panes(1, 0)
    for index, (column, about) in enumerate(zip(columns, told, strict=True)):
        sheet.set_column(index, index, _width(column), formats.of(column))
        sheet.write_string(0, index, column.name, formats.needed if column.required else formats.optional)
        sheet.write_comment(0, index, _comment(about), {"x_scale": 2.2, "y_scale": 1.6})
        if rule := _rule(column, about, index):
            sheet.data_validation(1, index, _ROWS, index, rule)
    sheet.activate()


def _width(column: Column) -> int:
    least = {Sort.TEXT: 22, Sort.LIST: 22, Sort.DATE: 12}.get(column.sort, 10)
    return min(40, max(least, len(column.name) + 4, *(len(each) + 2 for each in column.choices), 0))


def _comment(about: ColumnHelp) -> str:
    lines = [f"Needed: {about.needed}.", f"Takes {about.takes}.", about.help]
    return "\n".join(line for line in lines if line)[:_LONGEST_COMMENT]


def _rule(column: Column, about: ColumnHelp, index: int) -> dict[str, Any] | None:
    """What the spreadsheet program itself holds a cell to; the import has the last word."""
    said = {"error_title": column.name[:32], "error_message": f"Wanted: {about.takes}"[:255]}
    if column.choices or column.sort is Sort.FLAG:
        # the list stands beside the column's line on the sheet Columns: a list within a rule holds 255 characters only
        row, first = index + _FIRST_HELP_ROW + 1, len(HELP_HEADER)
        last = first + len(column.choices or _YES_OR_NO) - 1
        span = f"${letter(first)}${row}:${letter(last)}${row}"
        return {"validate": "list", "source": f"=Columns!{span}", **said}
    if column.sort is Sort.DATE:
        return {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY, **said}
    if column.sort is Sort.WHOLE:
        return {"validate": "integer", "criteria": ">=", "value": -(10**15), **said}
    return None


def _help(sheet: Any, of: Template, told: list[ColumnHelp], formats: _Formats) -> None:
    """What each column is, and beside it its closed list. Every column of the sheet has a heading, as a table has."""
    about = kind_help(of)
    lists = [each.choices or (_YES_OR_NO if each.takes == _FLAG else ()) for each in told]
    header = (*HELP_HEADER, *(f"value {number}" for number in range(1, max(map(len, lists), default=0) + 1)))
    for index, name in enumerate(header):
        sheet.write_string(0, index, name, formats.needed)
    first = (f"({of.name})", "", about.title, "", f"What asks for it: {about.asks}", "", about.law)
    for index, text in enumerate(first):
        sheet.write_string(1, index, text, formats.loud)
    for row, (each, choices) in enumerate(zip(told, lists, strict=True), _FIRST_HELP_ROW):
        cells = (each.name, each.needed, each.takes, each.bound, each.help, each.tier, each.law)
        for index, text in enumerate((*cells, *choices)):
            sheet.write_string(row, index, text, formats.wrapped)
    for index, width in enumerate((26, 18, 40, 14, 60, 36, 36)):
        sheet.set_column(index, index, width)
    sheet.freeze_panes(1, 1)


def _example(sheet: Any, of: Template, columns: list[Column], formats: _Formats) -> None:
    """Worked rows, stood upright: a table that no import takes for one, and that a person can read at a glance."""
    sheet.write_string(0, 0, EXAMPLE_SAYS, formats.needed)
    rows = worked_rows(of)
    for number, row in enumerate(rows, 1):
        sheet.write_string(0, number, f"row {number}", formats.needed)
        for index, column in enumerate(columns, 1):
            cell = row.get(column.name, "")
            if cell and column.sort is Sort.DATE:
                sheet.write_datetime(index, number, date.fromisoformat(cell), formats.day)
            elif cell:
                sheet.write_string(index, number, cell, formats.text)
    for index, column in enumerate(columns, 1):
        sheet.write_string(index, 0, column.name, formats.loud if column.required else formats.text)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(rows), 44)
    sheet.freeze_panes(1, 1)
