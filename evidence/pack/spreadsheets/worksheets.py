"""A worksheet as a spreadsheet: the same figures with live formulas, and as plain CSV.

The workbook shows what the snapshot recorded, in the language in force; its formulas (`formulas`) let a reader
calculate it again with their own program, from booked sums and material values to the content. A spreadsheet holds
binary fractions, so that it agrees to the cent and not beyond; the JSON beside it is exact. Materials have the numbers
of the bill, as in the report. The CSV is for machines: exact, and in English whatever the language of the report.
"""

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from evidence.core.values import decimal_to_text
from evidence.origin.worksheet import FindingRow, LawRef, MaterialRow, Worksheet
from evidence.pack.contents import names
from evidence.pack.spreadsheets.formulas import Place, formulas
from evidence.pack.spreadsheets.workbooks import Book, Value
from evidence.pack.words.language import _, marked, spoken
from evidence.pack.words.recorded import recorded

_COLUMNS: Final = (
    marked("No."), marked("Material"), marked("Level"), marked("Part of"), marked("Description"), marked("Code"),
    marked("Made at"), marked("Quantity"), marked("Unit"), marked("Unit value"), marked("Value"), marked("Status"),
    marked("Counted"), marked("Tested within"), marked("Counted within, per unit of that part"), marked("Suppliers"),
    marked("Declarations"), marked("Support grade"), marked("Reason"),
    marked("Counted within as a column 2 component, per unit of that part"),
)  # fmt: skip
_MONEY: Final = (9, 10, 12, 14, 19)
_NOTE: Final = marked("Shown to the cent; the JSON is exact.")


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
    """The workbook, in the language in force: figures that calculate, tests, tariff changes, core parts, the schedule.

    Text of law stands in the language of its source, codes and names as they were recorded.
    """
    book = opened(title)
    _figures(book, sheet)
    write_tests(book, sheet.findings, [(0, 2, 24), (3, 5, 48)], _law)
    _shifts(book, sheet)
    _core_parts(book, sheet)
    _materials(book, sheet)
    return book.done()


def opened(title: str) -> Book:
    """A workbook of a worksheet or an average, empty."""
    return Book(title, _(_NOTE))


def said(text: str, how: Callable[[str], str] = recorded) -> str:
    """What the records call by a short name: in English as recorded, in other languages in words."""
    return text if spoken() == "en" else how(text.replace("_", " "))


def _law(law: LawRef) -> str:
    return f"{law.text} ({law.source})"


def _figures(book: Book, sheet: Worksheet) -> None:
    heads = (_("Cell"), _("Figure"), _("Value"), _("Unit"), _("How it came about"), _("Text of law"))
    page = book.sheet(_("Figures"), heads, [(0, 0, 16), (1, 1, 44), (2, 3, 18), (4, 5, 60)])
    place = Place(
        {cell.id: n for n, cell in enumerate(sheet.cells, 2)},
        {row.id: n for n, row in enumerate(ranked(sheet), 2)},
        1 + sum(len(test.rows) for test in sheet.shifts),
        _("Materials"),
        _("Tariff change"),
    )
    live = formulas(sheet, place)
    for n, cell in enumerate(sheet.cells, 1):
        shown = book.money if cell.unit == sheet.currency else None
        page.write_string(n, 0, cell.id)
        page.write_string(n, 1, recorded(cell.label), book.wrap)
        if cell.id in live:
            page.write_formula(n, 2, live[cell.id], shown, cell.value)
        else:
            page.write_number(n, 2, cell.value, shown)
        page.write_string(n, 3, recorded(cell.unit))
        page.write_string(n, 4, names.formula_by_cells(cell, sheet.cells), book.wrap)
        page.write_string(n, 5, cell.citation, book.wrap)


def write_tests(
    book: Book,
    findings: Sequence[FindingRow],
    widths: Sequence[tuple[int, int, int]],
    law: Callable[[LawRef], str],
    head: object = None,
) -> None:
    """The sheet of tests, of a worksheet or an average; `law` words a text of law as applied."""
    heads = (_("Condition"), _("Test"), _("Outcome"), _("Figures compared"), _("Reason"), _("Text"))
    page = book.sheet(_("Tests"), heads, widths, head=head)
    for n, row in enumerate(findings, 1):
        told = (recorded(row.limb), recorded(row.test), said(row.outcome.value), recorded(row.shown))
        book.row(page, n, (*told, recorded(row.reason), "; ".join(map(law, row.law))), book.wrap)


def _shifts(book: Book, sheet: Worksheet) -> None:
    heads = (_("Test"), _("No."), _("Input"), _("Code"), _("Origin"), _("Value, all units"), _("Tariff change"))
    page = book.sheet(_("Tariff change"), (*heads, _("Alternative")), [(0, 4, 16), (5, 7, 24)])
    rows = [(test, row) for test in sheet.shifts for row in test.rows]
    for n, (test, row) in enumerate(rows, 1):
        told = (recorded(row.shifts), recorded(test.alternative))
        values = (test.id, row.material, row.part, row.code, recorded(row.status.value), row.value, *told)
        book.row(page, n, values, money=(5,))


def _core_parts(book: Book, sheet: Worksheet) -> None:
    """Each core part by the way that decided, and by each of the four ways; nothing of a good without core parts."""
    if not sheet.core_parts:
        return
    ways = tuple(dict.fromkeys(way.way for part in sheet.core_parts for way in part.ways))
    heads = (_("Group"), _("Part"), _("Description"), _("Column"), _("Way"), _("Net cost"), _("Non-originating"))
    rest = (_("Content"), _("Outcome"), _("Reason"))
    page = book.sheet(_("Core parts"), (*heads, *rest, *ways), [(0, 8, 20), (9, 9 + len(ways), 40)], kept=2)
    for n, part in enumerate(sheet.core_parts, 1):
        by_way = {
            way.way: _("{outcome}: {shown}", outcome=said(way.outcome.value), shown=recorded(way.shown))
            for way in part.ways
        }
        values = (
            *(said(part.group), part.part, part.description, recorded(part.column), recorded(part.way)),
            *(part.net_cost, part.non_originating),
            *(recorded(part.content), said(part.outcome.value), recorded(part.reason)),
        )
        book.row(page, n, (*values, *(by_way.get(way, "") for way in ways)), book.wrap, money=(5, 6))


def _materials(book: Book, sheet: Worksheet) -> None:
    widths = [(1, 1, 18), (4, 4, 40), (9, 14, 14), (15, 18, 30), (19, 19, 14)]
    page = book.sheet(_("Materials"), [_(column) for column in _COLUMNS], widths, kept=2)
    rows = ranked(sheet)
    for n, row in enumerate(rows, 1):
        book.row(page, n, _row(row, recorded, _("none")), money=_MONEY)
        if row.value is not None and row.unit_value is not None:
            page.write_formula(n, 10, f"=H{n + 1}*J{n + 1}", book.money, row.value)
    last = len(rows) + 1
    counted = sum((row.counted or Decimal(0) for row in rows), Decimal(0))  # what the formula shows once recalculated
    page.write_string(last, 4, _("Counted as non-originating, per unit of the good"), book.bold)
    page.write_formula(last, 12, f"=SUM(M2:M{last})" if rows else "=0", book.money, counted)


def _row(row: MaterialRow, words: Callable[[str], str] = str, none: str = "none") -> tuple[Value, ...]:
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
        words(row.status.value),
        row.counted,
        row.within,
        row.counted_within,
        "; ".join(support.supplier for support in row.support),
        "; ".join(support.reference or none for support in row.support),
        "; ".join(words(support.grade) for support in row.support),
        words(row.reason),
        row.counted_column_2,
    )


def as_text(value: Value) -> str:
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
