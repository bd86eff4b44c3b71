"""An average as a spreadsheet: its goods with their figures, sums and content calculated live; the goods as plain CSV.

What a good comes to for the units counted was taken from recorded determinations and stands as a number. The sums over
the category, and every content, calculate. Equal averages give equal bytes.
"""

import io
from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final

import xlsxwriter

from evidence.origin.averages import AverageSheet, MemberRow
from evidence.pack.bundling.worksheets import CREATED, as_csv, as_text, stored

_COLUMNS: Final = (
    "No.", "Good", "Plant", "Model line", "Class", "Made", "Counted", "Net cost of the units counted",
    "Non-originating value of the units counted", "Content by itself, %", "Held to", "Rests on: analyses, volumes",
    "What is not known",
)  # fmt: skip
_NET_COST, _VNM, _OWN, _HELD_TO = "H", "I", "J", "K"
_MONEY: Final = (7, 8)
_SUM, _CONTENT = "Sum of the category", "Average content, %"


def goods_csv(sheet: AverageSheet) -> bytes:
    """The goods, exact, in the order of the average."""
    rows = [[as_text(value) for value in _row(number, member)] for number, member in enumerate(sheet.members, 1)]
    return as_csv(_COLUMNS, rows)


def average_workbook(sheet: AverageSheet, title: str) -> bytes:
    """The workbook: the goods with sums that calculate, the tests, the terms and readings."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": title, "created": CREATED, "comments": "Shown to the cent; the JSON is exact."})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    money = book.add_format({"num_format": "#,##0.00"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    _goods(book, bold, money, sheet)
    _table(book, "Tests", ("Condition", "Test", "Outcome", "Figures compared", "Reason", "Text"), _tests(sheet), wrap)
    _table(book, "Terms", ("What", "As asked, taken or noted", "Text"), _terms(sheet), wrap)
    book.close()
    return stored(out.getvalue())


def _goods(book: xlsxwriter.Workbook, bold: object, money: object, sheet: AverageSheet) -> None:
    page = book.add_worksheet("Goods")
    page.write_row(0, 0, _COLUMNS, bold)
    for n, member in enumerate(sheet.members, 1):
        for column, value in enumerate(_row(n, member)):
            if isinstance(value, Decimal | int):
                page.write_number(n, column, value, money if column in _MONEY else None)
            elif value is not None:
                page.write_string(n, column, value)
        if member.content is not None and member.net_cost:
            page.write_formula(n, 9, _content(n + 1), None, member.content)
    at = len(sheet.members) + 1
    for label, criteria, members in _sums(sheet):
        page.write_string(at, 1, label, bold)
        net_cost, vnm = (_sum(members, name) for name in ("net_cost", "non_originating"))
        page.write_formula(at, 7, _over(_NET_COST, criteria, len(sheet.members)), money, net_cost)
        page.write_formula(at, 8, _over(_VNM, criteria, len(sheet.members)), money, vnm)
        if net_cost:
            page.write_string(at, 8 + 2, _CONTENT)
            page.write_formula(at, 9, _content(at + 1), None, _percent(net_cost, vnm))
        at += 1
    page.set_column(0, 0, 6)
    page.set_column(1, 4, 20)
    page.set_column(5, 6, 10)
    page.set_column(7, 8, 20)
    page.set_column(9, 10, 18)
    page.set_column(11, 12, 44)
    page.freeze_panes(1, 2)


def _sums(sheet: AverageSheet) -> list[tuple[str, str, Sequence[MemberRow]]]:
    """Each sum that is averaged, with what tells its goods from others: one, or one for each required percentage."""
    if not sheet.question.separately:
        return [(_SUM, "", sheet.members)]
    held_to = dict.fromkeys(member.requirement for member in sheet.members)
    return [
        (f"{_SUM}, {name}", name, [member for member in sheet.members if member.requirement == name])
        for name in held_to
    ]


def _over(column: str, criteria: str, goods: int) -> str:
    span = f"{column}2:{column}{goods + 1}"
    return f'=SUMIFS({span},{_HELD_TO}2:{_HELD_TO}{goods + 1},"{criteria}")' if criteria else f"=SUM({span})"


def _content(row: int) -> str:
    """A content as the worksheet of a good has it: rounded at nine decimals before it is cut at four."""
    net_cost, vnm = f"{_NET_COST}{row}", f"{_VNM}{row}"
    return f"=ROUNDDOWN(ROUND(({net_cost}-{vnm})/{net_cost}*100,9),4)"


def _sum(members: Iterable[MemberRow], name: str) -> Decimal:
    """What the formula shows once it is calculated again; a figure that is not known adds nothing."""
    return sum((getattr(member, name) or Decimal(0) for member in members), Decimal(0))


def _percent(net_cost: Decimal, vnm: Decimal) -> Decimal:
    return ((net_cost - vnm) / net_cost * 100).quantize(Decimal("0.0001"), ROUND_FLOOR)


def _row(number: int, member: MemberRow) -> tuple[str | int | Decimal | None, ...]:
    return (
        number,
        member.part,
        member.plant,
        member.model_line,
        member.vehicle_class,
        member.made,
        member.counted,
        member.net_cost,
        member.non_originating,
        member.content,
        member.requirement,
        "; ".join((*member.snapshots, *(ref for ref in member.rests_on if ":" in ref))),
        member.reason,
    )


def _tests(sheet: AverageSheet) -> list[tuple[str, ...]]:
    return [
        (
            *(row.limb, row.test, row.outcome.value, row.shown, row.reason),
            "; ".join(f"{law.text} ({law.source})" if law.text else law.source for law in row.law),
        )
        for row in sheet.findings
    ]


def _terms(sheet: AverageSheet) -> list[tuple[str, ...]]:
    asked = sheet.question
    rows = [
        ("Averaged as", f"{sheet.regime.value}: {asked.category.value}", ""),
        ("Units that count", " ".join((asked.basis.value, *asked.aim)), ""),
        ("Period", f"{asked.period_from} to {asked.period_to}", ""),
        ("Figures", asked.figures.value + (f", actual ones due from {sheet.due} on" if sheet.due else ""), ""),
        ("Currency", sheet.currency, ""),
        ("Formula", sheet.formula, ""),
        ("Rule set", sheet.rule_set, ""),
    ]
    rows += [("Within the period", step, "") for step in sheet.steps]
    rows += [(choice.name, choice.choice, choice.citation) for choice in sheet.choices]
    return [*rows, *(("Note", note, "") for note in sheet.notes)]


def _table(
    book: xlsxwriter.Workbook, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]], wrap: object
) -> None:
    page = book.add_worksheet(name)
    page.write_row(0, 0, columns, book.add_format({"bold": True, "bottom": 1}))
    for n, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            page.write_string(n, column, value, wrap)
    page.set_column(0, len(columns) - 1, 40)
    page.freeze_panes(1, 0)
