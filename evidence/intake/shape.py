"""Rows become values of the models, each fault named by its row and column.

Three shapes: a row is a line of a load (`lines` has many of them); a row is a statement; rows with one number are the
lines of one statement. A line is checked whole by its model first; only where that refuses is each cell tried alone, to
say which one it was.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from evidence.errors import MalformedValue
from evidence.intake.cells import NotACell, found_in, read_cell, refused, wanted
from evidence.intake.faults import Faults, shown
from evidence.intake.table import Row, Table
from evidence.intake.templates import Column, Sort, Template

NUMBER = "number"
"""The column whose value rows share when they fold."""

SPANS = (
    ("valid_from", "valid_to"),
    ("effective_from", "effective_to"),
    ("applies_from", "applies_to"),
    ("period_from", "period_to"),
    ("calculated_from", "calculated_to"),
)

UNIQUE: dict[str, tuple[str, ...]] = {
    "party": ("party",),
    "site": ("site",),
    "item": ("owner", "part", "revision"),
    "volume": ("owner", "part", "plant", "month"),
    "purchase": ("seller", "invoice", "invoice_line"),
    "exchange-rate": ("currency", "into", "day", "purpose"),
    "production": ("owner", "part", "plant", "unit_id", "built_on"),
    "cost": ("owner", "part", "plant", "period_from", "period_to", "account", "element", "exclusion", "figures"),
    "cost-pool": (
        *("owner", "plant", "period_from", "period_to", "account", "description", "element", "exclusion", "figures"),
        "nature",
    ),
    "allocation-base": ("owner", "part", "plant", "period_from", "period_to", "base", "figures"),
    "material-value": (
        *("owner", "part", "revision", "plant", "period_from", "period_to", "method", "value", "units_sold", "sales"),
    ),
    "same-as": ("party", "other"),
    "holiday": ("jurisdiction", "region", "day"),
    "item-link": (
        *("owner", "part", "revision", "relation", "other_owner", "other_part", "other_revision", "applies_from"),
    ),
    "unit-conversion": ("owner", "part", "from_unit", "to_unit", "applies_from"),
    "vehicle-programme": ("programme", "plant", "applies_from"),
    "purchase-adjustment": ("seller", "adjustment", "invoice", "invoice_line"),
    "material-import": ("country", "customs_entry", "customs_line", "owner", "part", "revision"),
    "sale": ("owner", "plant", "invoice", "invoice_line"),
    "assist": ("reference", "owner", "part", "revision"),
    "inventory": ("pool", "plant", "year_from", "position"),
    "labour-value-input": (
        *("labour_input", "entity", "plant", "period_from", "period_to", "owner", "part", "revision"),
        *("nested_in_owner", "nested_in_part", "programme", "vehicle", "assembles", "figures"),
    ),
    "metal-purchase": ("seller", "invoice", "invoice_line"),
    "duty-measure": ("country", "tariff_code", "hs_edition", "measure", "origin_country", "applies_from"),
    "other-regime": ("regime", "owner", "part", "plant", "period_from", "period_to", "measure", "figures"),
    "document-index": ("file",),
    "declaration-state": ("supplier", "reference", "state", "effective_from"),
}
"""Columns that tell one row from every other of its file; a second row with the same values is an error of the file."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """Values read from the row (of folded rows, the first) that they stand in; not yet a statement."""

    row: int
    values: dict[str, Any]
    model: BaseModel | None = None
    """The values as the row's own model, where intake resolves it further."""


def header_fits(table: Table, faults: Faults) -> bool:
    """Whether every column has a name of its own."""
    repeated = [name for name, count in Counter(table.header).items() if count > 1 and name]
    for name in repeated:
        faults.add(f"the column {shown(name)} twice", "each column once", sheet=table.sheet, row=table.header_row)
    if "" in table.header:
        column = table.column(table.header.index(""))
        faults.add("a column without a name", "a name", sheet=table.sheet, row=table.header_row, column=column)
    return not repeated and "" not in table.header


def shape(table: Table, template: Template, faults: Faults, today: date) -> list[Shaped]:
    """The rows of a table as values that the template's model has accepted; every other row left a fault.

    Nothing was received after `today`. Rows that are lines of a load go another way (`lines`).
    """
    before = faults.count
    if next(iter(table.rows), None) is None:
        faults.add("a header and no rows", "at least one row", sheet=table.sheet)
        return []
    shaped = _fold(table, template, faults, today) if template.lines else _singles(table, template, faults, today)
    if faults.count == before:
        _twice(table, template, shaped, faults)
    return shaped


def _singles(table: Table, template: Template, faults: Faults, today: date) -> list[Shaped]:
    columns = [template.columns[name] for name in table.header]
    found = (read_row(table, row, columns, template, faults, today) for row in table.rows)
    return [shaped for shaped in found if shaped is not None]


def read_row(
    table: Table, row: Row, columns: list[Column], template: Template, faults: Faults, today: date
) -> Shaped | None:
    """One row as the values that its model accepts; None where it left a fault for each cell that is wrong."""
    values = _values(table, row, columns, template, faults)
    if values is None:
        _complain(table, row, columns, faults)  # of the cells that could be read
        return None
    model = None
    if template.is_load or template.model is not template.kind:
        try:
            model = template.model.model_validate(values)
        except (ValidationError, MalformedValue) as error:
            if not _complain(table, row, columns, faults):
                faults.add(shown(str(error)), "a row that its kind accepts", sheet=table.sheet, row=row.number)
            return None
    elif _complain(table, row, columns, faults):
        return None
    return Shaped(row.number, values, model) if _days(table, row.number, values, faults, today) else None


def _fold(table: Table, template: Template, faults: Faults, today: date) -> list[Shaped]:
    """Rows with the same number, wherever they stand, as one statement; its head must read the same in each."""
    columns = [template.columns[name] for name in table.header]
    lines = template.lines or ""
    heads: dict[str, Shaped] = {}
    seen: set[tuple[Any, ...]] = set()
    for row in table.rows:
        values = _values(table, row, columns, template, faults)
        if _complain(table, row, columns, faults) or values is None:
            continue
        number, line = values[NUMBER], values.pop(lines)
        first = heads.get(number)
        if first is None:
            if _days(table, row.number, values, faults, today):
                heads[number] = Shaped(row.number, {**values, lines: [line]})
                seen.add((number, *_of_line(line)))
            continue
        _same_head(table, row, columns, first, values, lines, faults)
        if (number, *_of_line(line)) in seen:
            faults.add(f"line {line['line']} of {number} again", "each line once", sheet=table.sheet, row=row.number)
        seen.add((number, *_of_line(line)))
        first.values[lines].append(line)
    return list(heads.values())


def _of_line(line: dict[str, Any]) -> tuple[Any, Any]:
    """What tells a line from the others of its statement: each of a shipment's invoices counts its own."""
    return (line.get("invoice") if "invoiced_on" in line else None, line.get("line"))


def _same_head(
    table: Table,
    row: Row,
    columns: list[Column],
    first: Shaped,
    values: dict[str, Any],
    lines: str,
    faults: Faults,
) -> None:
    for index, column in enumerate(columns):
        if column.part == lines:
            continue
        of_first, of_this = (_at(each, column) for each in (first.values, values))
        if of_first != of_this:
            faults.add(
                shown(str(of_this) if of_this is not None else None),
                f"{shown(str(of_first) if of_first is not None else None)} as in row {first.row}, "
                f"which has the same {NUMBER}",
                sheet=table.sheet,
                row=row.number,
                column=table.column(index),
            )


def _at(values: dict[str, Any], column: Column) -> Any:
    inner = values.get(column.part, {}) if column.part else values
    return inner.get(column.field)


def _values(table: Table, row: Row, columns: list[Column], template: Template, faults: Faults) -> dict[str, Any] | None:
    """A row's cells by field, contacts and lines nested, empty cells left out; None where one cannot be read."""
    values: dict[str, Any] = {template.lines: {}} if template.lines else {}
    sound = True
    for index, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
        try:
            value = read_cell(column, cell)
        except NotACell as fault:
            told = fault.wanted or wanted(column)
            faults.add(fault.found, told, sheet=table.sheet, row=row.number, column=table.column(index))
            sound = False
            continue
        if value is None and not column.nullable and not column.part and column.sort is not Sort.LIST:
            sound = False
            faults.add("nothing", wanted(column), sheet=table.sheet, row=row.number, column=table.column(index))
        if value is None and column.sort is Sort.LIST and not column.nullable:
            value = ""  # no values at all
        must_stand = column.info.is_required() and column.nullable  # empty is told from left out
        if value is not None or (must_stand and not column.part):
            inner = values.setdefault(column.part, {}) if column.part else values
            inner[column.field] = value
    return values if sound and _parts_whole(table, row, columns, values, template, faults) else None


def _parts_whole(
    table: Table, row: Row, columns: list[Column], values: dict[str, Any], template: Template, faults: Faults
) -> bool:
    """Whether each contact is given wholly or not at all, and each line wholly."""
    whole = True
    for index, column in enumerate(columns):
        if not column.part or column.nullable or column.part not in values or column.field in values[column.part]:
            continue
        faults.add("nothing", wanted(column), sheet=table.sheet, row=row.number, column=table.column(index))
        whole = False
    needed = {column.part for column in template.columns.values() if column.part and column.required}
    for part in needed - values.keys():
        faults.add(f"nothing under {part}", "its columns filled", sheet=table.sheet, row=row.number)
        whole = False
    return whole


def _complain(table: Table, row: Row, columns: list[Column], faults: Faults) -> bool:
    """Whether a cell is one that its field refuses; each such cell leaves a fault."""
    before = faults.count
    for index, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
        try:
            value = read_cell(column, cell)
        except NotACell:
            continue  # named already
        if value is not None and refused(column, value):
            place = table.column(index)
            faults.add(found_in(cell, value), wanted(column), sheet=table.sheet, row=row.number, column=place)
    return faults.count > before


def _days(table: Table, row: int, values: dict[str, Any], faults: Faults, today: date) -> bool:
    """Whether every span of days ends on or after the day it begins, and nothing was received in the future."""
    sound = True
    received = values.get("received_on")
    if isinstance(received, date) and received > today:
        faults.add(str(received), f"a day up to today, {today}", sheet=table.sheet, row=row, column="received_on")
        sound = False
    for first, last in SPANS:
        begins, ends = values.get(first), values.get(last)
        if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
            faults.add(str(ends), f"a day on or after {first}, {begins}", sheet=table.sheet, row=row, column=last)
            sound = False
    return sound


def _twice(table: Table, template: Template, shaped: list[Shaped], faults: Faults) -> None:
    key = UNIQUE.get(template.name)
    seen: dict[tuple[Any, ...], int] = {}
    for each in shaped if key else ():
        found = tuple(each.values.get(name) for name in key or ())
        if found in seen:
            again(table, found, key or (), each.row, seen[found], faults)
        seen.setdefault(found, each.row)


def again(table: Table, found: tuple[Any, ...], key: tuple[str, ...], row: int, first: int, faults: Faults) -> None:
    """Fault a row that says again what another row of its file says."""
    faults.add(
        f"{', '.join(map(str, found))} again, as in row {first}",
        f"each {', '.join(key)} once in a file",
        sheet=table.sheet,
        row=row,
    )
