"""An average as a spreadsheet: its goods with their figures, sums and content calculated live; the goods as plain CSV.

What a good comes to for the units counted was taken from recorded determinations and stands as a number. The sums over
the category, and every content, calculate. Equal averages give equal bytes.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from evidence.origin.averages import AverageSheet, MemberRow
from evidence.origin.worksheet import LawRef
from evidence.pack.contents import names
from evidence.pack.spreadsheets.workbooks import Book, Value, criterion
from evidence.pack.spreadsheets.worksheets import as_csv, as_text, opened, said, write_tests
from evidence.pack.words.language import _, joined, marked
from evidence.pack.words.recorded import recorded

_COLUMNS: Final = (
    marked("No."), marked("Good"), marked("Plant"), marked("Model line"), marked("Class"), marked("Made"),
    marked("Counted"), marked("Net cost of the units counted"), marked("Non-originating value of the units counted"),
    marked("Content by itself, %"), marked("Held to"), marked("Rests on: analyses, volumes"),
    marked("What is not known"),
)  # fmt: skip
_NET_COST, _VNM, _OWN, _HELD_TO = "H", "I", "J", "K"
_MONEY: Final = (7, 8)


def goods_csv(sheet: AverageSheet) -> bytes:
    """The goods, exact, in the order of the average."""
    rows = [[as_text(value) for value in _row(number, member)] for number, member in enumerate(sheet.members, 1)]
    return as_csv(_COLUMNS, rows)


def average_workbook(sheet: AverageSheet, title: str) -> bytes:
    """The workbook, in the language in force: the goods with sums that calculate, the tests, the terms and readings."""
    book = opened(title)
    _goods(book, sheet)
    write_tests(book, sheet.findings, [(0, 5, 40)], _law, book.head)
    heads = (_("What"), _("As asked, taken or noted"), _("Text"))
    page = book.sheet(_("Terms"), heads, [(0, 2, 40)], head=book.head)
    for n, row in enumerate(_terms(sheet), 1):
        book.row(page, n, row, book.wrap)
    return book.done()


def _goods(book: Book, sheet: AverageSheet) -> None:
    widths = [(0, 0, 6), (1, 4, 20), (5, 6, 10), (7, 8, 20), (9, 10, 18), (11, 12, 44)]
    page = book.sheet(_("Goods"), [_(column) for column in _COLUMNS], widths, kept=2)
    for n, member in enumerate(sheet.members, 1):
        book.row(page, n, _row(n, member, said), money=_MONEY)
        if member.content is not None and member.net_cost:
            page.write_formula(n, 9, _content(n + 1), None, member.content)
    at = len(sheet.members) + 1
    for label, held_to, members in _sums(sheet):
        page.write_string(at, 1, label, book.bold)
        net_cost, vnm = (_sum(members, name) for name in ("net_cost", "non_originating"))
        page.write_formula(at, 7, _over(_NET_COST, held_to, len(sheet.members)), book.money, net_cost)
        page.write_formula(at, 8, _over(_VNM, held_to, len(sheet.members)), book.money, vnm)
        if net_cost:
            page.write_string(at, 8 + 2, _("Average content, %"))
            page.write_formula(at, 9, _content(at + 1), None, _percent(net_cost, vnm))
        at += 1


def _sums(sheet: AverageSheet) -> list[tuple[str, str, Sequence[MemberRow]]]:
    """Each sum that is averaged, with what tells its goods from others: one, or one for each required percentage."""
    if not sheet.question.separately:
        return [(_("Sum of the category"), "", sheet.members)]
    required = dict.fromkeys(member.requirement for member in sheet.members)
    return [
        (
            _("Sum of the category, {held_to}", held_to=said(name)),
            said(name),
            [member for member in sheet.members if member.requirement == name],
        )
        for name in required
    ]


def _over(column: str, held_to: str, goods: int) -> str:
    span = f"{column}2:{column}{goods + 1}"
    if not held_to:
        return f"=SUM({span})"
    return f"=SUMIFS({span},{_HELD_TO}2:{_HELD_TO}{goods + 1},{criterion(held_to)})"


def _content(row: int) -> str:
    """A content as the worksheet of a good has it: rounded at nine decimals before it is cut at four."""
    net_cost, vnm = f"{_NET_COST}{row}", f"{_VNM}{row}"
    return f"=ROUNDDOWN(ROUND(({net_cost}-{vnm})/{net_cost}*100,9),4)"


def _sum(members: Iterable[MemberRow], name: str) -> Decimal:
    """What the formula shows once it is calculated again; a figure that is not known adds nothing."""
    return sum((getattr(member, name) or Decimal(0) for member in members), Decimal(0))


def _percent(net_cost: Decimal, vnm: Decimal) -> Decimal:
    return ((net_cost - vnm) / net_cost * 100).quantize(Decimal("0.0001"), ROUND_FLOOR)


def _row(number: int, member: MemberRow, words: Callable[[str], str] = str) -> tuple[Value, ...]:
    return (
        number,
        member.part,
        member.plant,
        member.model_line,
        words(member.vehicle_class),
        member.made,
        member.counted,
        member.net_cost,
        member.non_originating,
        member.content,
        words(member.requirement),
        "; ".join((*member.snapshots, *(ref for ref in member.rests_on if ":" in ref))),
        words(member.reason),
    )


def _law(law: LawRef) -> str:
    return f"{law.text} ({law.source})" if law.text else law.source


def _terms(sheet: AverageSheet) -> list[tuple[str, ...]]:
    asked = sheet.question
    figures = recorded(asked.figures.value)
    if sheet.due:
        figures = _("{figures}, actual ones due from {due} on", figures=figures, due=sheet.due)
    regime = _("{what}: {said}", what=recorded(sheet.regime.value), said=recorded(asked.category.value))
    rows = [
        (_("Averaged as"), regime),
        (_("Units that count"), joined(" ", (recorded(asked.basis.value), *asked.aim))),
        (_("Period"), _("{first} to {last}", first=asked.period_from, last=asked.period_to)),
        (_("Figures"), figures),
        (_("Currency"), sheet.currency),
        (_("Formula"), recorded(sheet.formula)),
        (_("Rule set"), sheet.rule_set),
    ]
    rows += [(_("Within the period"), recorded(step)) for step in sheet.steps]
    taken = [
        (said(choice.name, names.choice), said(choice.choice, names.option), choice.citation)
        for choice in sheet.choices
    ]
    return [*((*row, "") for row in rows), *taken, *((_("Note"), recorded(note), "") for note in sheet.notes)]
