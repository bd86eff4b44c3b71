"""A workbook of a pack, as all of them are made: equal contents give equal bytes, and text is never run as a formula.

Dates are fixed and members are stored, in order, so that neither a clock nor a compressor's version shows in the bytes.
"""

import io
import re
import zipfile
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter

from evidence.pack.form.container import EPOCH

Value = str | int | Decimal | None
"""What a cell holds; None leaves it empty."""
_CREATED: Final = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the library wants a naive moment
_MOST_NAME: Final = 31
_PLAIN: Final = re.compile("[A-Za-z]+")


class Book:
    """A workbook while it is written, with the formats that its sheets share."""

    def __init__(self, title: str, comments: str = "") -> None:
        self._out = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._out, {"in_memory": True})
        noted = {"comments": comments} if comments else {}
        self._book.set_properties({"title": title, "created": _CREATED, **noted})
        self.bold = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.head = self._book.add_format({"bold": True, "bottom": 1})
        self.money = self._book.add_format({"num_format": "#,##0.00"})
        self.wrap = self._book.add_format({"text_wrap": True, "valign": "top"})

    def sheet(
        self,
        name: str,
        heads: Sequence[str],
        widths: Iterable[tuple[int, int, int]],
        *,
        kept: int = 0,
        head: object = None,
    ) -> Any:
        """A sheet of that name with its heads, which stay in sight, as do its first `kept` columns.

        `widths` has the first and the last column of a span, and the width of each in it.
        """
        page = self._book.add_worksheet(named(name))
        page.write_row(0, 0, heads, head or self.bold)
        for first, last, width in widths:
            page.set_column(first, last, width)
        page.freeze_panes(1, kept)
        return page

    def bare(self, name: str) -> Any:
        """A sheet of that name without heads."""
        return self._book.add_worksheet(named(name))

    def row(self, page: Any, at: int, values: Iterable[Value], text: object = None, money: Container[int] = ()) -> None:
        """One row; figures in the columns of `money` are shown as amounts, texts in the format of `text`."""
        for column, value in enumerate(values):
            if isinstance(value, Decimal | int):
                page.write_number(at, column, value, self.money if column in money else None)
            elif value is not None:
                page.write_string(at, column, value, text)

    def done(self) -> bytes:
        """Its bytes; nothing can be written to it any more."""
        self._book.close()
        return _stored(self._out.getvalue())


def named(name: str) -> str:
    """The name of a sheet: as many whole words as a spreadsheet takes.

    >>> named("Changement de classement tarifaire")
    'Changement de classement'
    """
    while len(name) > _MOST_NAME:
        name = name.rpartition(" ")[0] or name[:_MOST_NAME]
    return name


def in_formula(name: str) -> str:
    """The name of a sheet as a formula has it.

    >>> in_formula("Changement de classement tarifaire"), in_formula("Materials")
    ("'Changement de classement'", 'Materials')
    """
    name = named(name)
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def criterion(text: str) -> str:
    """A text as a formula compares with it."""
    return '"' + text.replace('"', '""') + '"'


def _stored(workbook: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as read, zipfile.ZipFile(out, "w") as written:
        for info in read.infolist():
            member = zipfile.ZipInfo(info.filename, EPOCH)
            member.create_system = 3
            member.external_attr = 0o100644 << 16
            written.writestr(member, read.read(info))
    return out.getvalue()
