"""Tries a mapping on a file before it is used: nothing is recorded, and everything is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from evidence.intake.cells import NotACell, read_cell
from evidence.intake.faults import Faults, shown
from evidence.intake.limits import Limits
from evidence.intake.mapping import Mapping, apply, describe, lacking
from evidence.intake.read_files import ReadFile, read_tables
from evidence.intake.shape import shape
from evidence.intake.table import Table
from evidence.intake.templates import Template, template

ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """One sheet as a mapping reads it: how each column is filled, and the first rows."""

    sheet: str | None
    columns: Sequence[tuple[str, str, str]]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notices: Sequence[str]


def check_sample(mapping: Mapping, path: Path, limits: Limits, today: date) -> tuple[list[Checked], ReadFile]:
    """Each sheet that the mapping fits; every fault that its rows have by themselves, and notices, beside.

    Args:
        mapping: the mapping.
        path: a file of its source.
        limits: bounds on what is read.
        today: the day after which nothing was received.

    Raises:
        IntakeError: the file cannot be opened.
    """
    tables, read = read_tables(path, limits, mapping.layout)
    faults = read.faults
    fitting = [table for table in tables if mapping.fits(table)]
    for table in tables if not fitting else ():
        missing = ", ".join(map(shown, lacking(mapping, table)))
        found = f"a header without {missing}" if missing else f"the sheet {shown(table.sheet)}"
        wanted = f"the columns and sheets of mapping {mapping.name}"
        faults.add(found, wanted, sheet=table.sheet, row=table.header_row)
    if not tables and not faults.count:
        faults.add("no table", f"one with the columns of mapping {mapping.name}")
    return [_checked(mapping, table, faults, today) for table in fitting], read


def _checked(mapping: Mapping, table: Table, faults: Faults, today: date) -> Checked:
    of = template(mapping.template)
    read = apply(mapping, table, faults)
    shape(read, of, faults, today)
    return Checked(table.sheet, describe(mapping, table), ("row", *read.header), _first_rows(read, of), read.notices)


def _first_rows(table: Table, of: Template) -> list[list[str]]:
    rows = []
    columns = [of.columns[name] for name in table.header]
    for row in islice(table.rows, ROWS_SHOWN):
        cells = [str(row.number)]
        for column, cell in zip(columns, row.cells, strict=True):
            try:
                value = read_cell(column, cell)
            except NotACell:
                value = "(refused)"
            cells.append("" if value is None else str(value))
        rows.append(cells)
    return rows
