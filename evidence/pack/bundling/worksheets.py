"""A worksheet as a spreadsheet: the same figures with live formulas, and as plain CSV.

The workbook shows what the snapshot recorded; its formulas (`formulas`) let a reader calculate it again with their own
program, from booked sums and material values to the content. A spreadsheet holds binary fractions, so that it agrees
to the cent and not beyond; the JSON beside it is exact. Materials have the numbers of the bill, as in the report. Equal
worksheets give equal bytes: dates are fixed and members are stored.
"""

import csv
import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import xlsxwriter

from evidence.core.values import decimal_to_text
from evidence.origin.worksheet import MaterialRow, Worksheet
from evidence.pack.bundling.container import EPOCH
from evidence.pack.bundling.formulas import Place, formulas

CREATED: Final = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the library wants a naive moment
_COLUMNS: Final = (
    "No.", "Material", "Level", "Part of", "Description", "Code", "Made at", "Quantity", "Unit", "Unit value", "Value",
    "Status", "Counted", "Tested within", "Counted within, per unit of that part", "Suppliers", "Declarations",
    "Support grade", "Reason", "Counted within as a column 2 component, per unit of that part",
)  # fmt: skip
_MONEY: Final = (9, 10, 12, 14, 19)
_CORE_COLUMNS: Final = (
    "Group", "Part", "Description", "Column", "Way", "Net cost", "Non-originating", "Content", "Outcome", "Reason",
)  # fmt: skip
_SHIFT_COLUMNS: Final = ("Test", "No.", "Input", "Code", "Origin", "Value, all units", "Tariff change", "Alternative")


def materials_csv(sheet: Worksheet) -> bytes:
    """The material schedule, exact, by descending value."""
    return as_csv(_COLUMNS, [[as_text(value) for value in _row(row)] for row in ranked(sheet)])


def figures_csv(sheet: Worksheet) -> bytes:
    """The cells, exact, in the worksheet's order."""
    rows = [
        [
            *(cell.id, cell.label, decimal_to_text(cell.value), cell.unit, cell.formula),
            *(" ".join(cell.rests_on), cell.citation),
        ]
        for cell in sheet.cells
    ]
    return as_csv(("Cell", "Figure", "Value", "Unit", "How it came about", "Rests on", "Text of law"), rows)


def ranked(sheet: Worksheet) -> list[MaterialRow]:
    """Materials by descending value, unknown values first."""
    return sorted(sheet.materials, key=lambda row: (row.value is not None, -(row.value or Decimal(0)), row.id))


def workbook(sheet: Worksheet, title: str) -> bytes:
    """The workbook: figures that calculate, tests, tariff changes, core parts, and the schedule."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": title, "created": CREATED, "comments": "Shown to the cent; the JSON is exact."})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    money = book.add_format({"num_format": "#,##0.00"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    _figures(book, bold, money, wrap, sheet)
    _tests(book, bold, wrap, sheet)
    _shifts(book, bold, money, sheet)
    _core_parts(book, bold, money, wrap, sheet)
    _materials(book, bold, money, sheet)
    book.close()
    return stored(out.getvalue())


def _figures(book: xlsxwriter.Workbook, bold: object, money: object, wrap: object, sheet: Worksheet) -> None:
    page = book.add_worksheet("Figures")
    page.write_row(0, 0, ("Cell", "Figure", "Value", "Unit", "How it came about", "Text of law"), bold)
    place = Place(
        {cell.id: n for n, cell in enumerate(sheet.cells, 2)},
        {row.id: n for n, row in enumerate(ranked(sheet), 2)},
        1 + sum(len(test.rows) for test in sheet.shifts),
    )
    live = formulas(sheet, place)
    for n, cell in enumerate(sheet.cells, 1):
        shown = money if cell.unit == sheet.currency else None
        page.write_string(n, 0, cell.id)
        page.write_string(n, 1, cell.label, wrap)
        if cell.id in live:
            page.write_formula(n, 2, live[cell.id], shown, cell.value)
        else:
            page.write_number(n, 2, cell.value, shown)
        page.write_string(n, 3, cell.unit)
        page.write_string(n, 4, cell.formula, wrap)
        page.write_string(n, 5, cell.citation, wrap)
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 44)
    page.set_column(2, 3, 18)
    page.set_column(4, 5, 60)
    page.freeze_panes(1, 0)


def _tests(book: xlsxwriter.Workbook, bold: object, wrap: object, sheet: Worksheet) -> None:
    page = book.add_worksheet("Tests")
    page.write_row(0, 0, ("Condition", "Test", "Outcome", "Figures compared", "Reason", "Text"), bold)
    for n, row in enumerate(sheet.findings, 1):
        law = "; ".join(f"{law.text} ({law.source})" for law in row.law)
        for column, value in enumerate((row.limb, row.test, row.outcome.value, row.shown, row.reason, law)):
            page.write_string(n, column, value, wrap)
    page.set_column(0, 2, 24)
    page.set_column(3, 5, 48)
    page.freeze_panes(1, 0)


def _shifts(book: xlsxwriter.Workbook, bold: object, money: object, sheet: Worksheet) -> None:
    page = book.add_worksheet("Tariff change")
    page.write_row(0, 0, _SHIFT_COLUMNS, bold)
    rows = [(test, row) for test in sheet.shifts for row in test.rows]
    for n, (test, row) in enumerate(rows, 1):
        values = (test.id, row.material, row.part, row.code, row.status.value, row.value, row.shifts, test.alternative)
        for column, value in enumerate(values):
            if isinstance(value, Decimal):
                page.write_number(n, column, value, money)
            elif value is not None:
                page.write_string(n, column, value)
    page.set_column(0, 4, 16)
    page.set_column(5, 7, 24)
    page.freeze_panes(1, 0)


def _core_parts(book: xlsxwriter.Workbook, bold: object, money: object, wrap: object, sheet: Worksheet) -> None:
    """Each core part by the way that decided, and by each of the four ways; nothing of a good without core parts."""
    if not sheet.core_parts:
        return
    page = book.add_worksheet("Core parts")
    ways = tuple(dict.fromkeys(way.way for part in sheet.core_parts for way in part.ways))
    page.write_row(0, 0, (*_CORE_COLUMNS, *ways), bold)
    for n, part in enumerate(sheet.core_parts, 1):
        by_way = {way.way: f"{way.outcome.value}: {way.shown}" for way in part.ways}
        values = (part.group, part.part, part.description, part.column, part.way, part.net_cost, part.non_originating)
        rest = (part.content, part.outcome.value, part.reason, *(by_way.get(way, "") for way in ways))
        for column, value in enumerate((*values, *rest)):
            if isinstance(value, Decimal):
                page.write_number(n, column, value, money)
            elif value is not None:
                page.write_string(n, column, value, wrap)
    page.set_column(0, 8, 20)
    page.set_column(9, 9 + len(ways), 40)
    page.freeze_panes(1, 2)


def _materials(book: xlsxwriter.Workbook, bold: object, money: object, sheet: Worksheet) -> None:
    page = book.add_worksheet("Materials")
    page.write_row(0, 0, _COLUMNS, bold)
    rows = ranked(sheet)
    for n, row in enumerate(rows, 1):
        for column, value in enumerate(_row(row)):
            if isinstance(value, Decimal | int):
                page.write_number(n, column, value, money if column in _MONEY else None)
            elif value is not None:
                page.write_string(n, column, value)
        if row.value is not None and row.unit_value is not None:
            page.write_formula(n, 10, f"=H{n + 1}*J{n + 1}", money, row.value)
    last = len(rows) + 1
    counted = sum((row.counted or Decimal(0) for row in rows), Decimal(0))  # what the formula shows once recalculated
    page.write_string(last, 4, "Counted as non-originating, per unit of the good", bold)
    page.write_formula(last, 12, f"=SUM(M2:M{last})" if rows else "=0", money, counted)
    page.set_column(1, 1, 18)
    page.set_column(4, 4, 40)
    page.set_column(9, 14, 14)
    page.set_column(15, 18, 30)
    page.set_column(19, 19, 14)
    page.freeze_panes(1, 2)


def _row(row: MaterialRow) -> tuple[str | int | Decimal | None, ...]:
    return (
        row.id,
        row.part,
        row.level,
        row.parent,
        row.description,
        row.code,
        row.made_at,
        row.quantity,
        row.unit,
        row.unit_value,
        row.value,
        row.status.value,
        row.counted,
        row.within,
        row.counted_within,
        "; ".join(support.supplier for support in row.support),
        "; ".join(support.reference or "none" for support in row.support),
        "; ".join(support.grade for support in row.support),
        row.reason,
        row.counted_column_2,
    )


def as_text(value: str | int | Decimal | None) -> str:
    """A value as a cell of a CSV file: exact, and never a formula."""
    return decimal_to_text(value) if isinstance(value, Decimal) else "" if value is None else _harmless(str(value))


def _harmless(text: str) -> str:
    """Text that a spreadsheet will not run as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_csv(columns: tuple[str, ...], rows: list[list[str]]) -> bytes:
    """A table as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def stored(workbook_bytes: bytes) -> bytes:
    """The same workbook with members stored, in order and dated 1980: no compressor's version shows in the bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_bytes)) as read, zipfile.ZipFile(out, "w") as written:
        for info in read.infolist():
            member = zipfile.ZipInfo(info.filename, EPOCH)
            member.create_system = 3
            member.external_attr = 0o100644 << 16
            written.writestr(member, read.read(info))
    return out.getvalue()
