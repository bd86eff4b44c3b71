"""Prints of exhibits whose form an authority does not take: tables as workbooks, other text as PDF.

A print is made for reading and is evidence of nothing: it names the original and its SHA-256, and the original is in
the pack. Cells are written as text, so that a formula from outside stays the text that it was.
"""

import csv
import io
from typing import Final

from evidence.pack.handover.letters import About, ListedFile
from evidence.pack.spreadsheets.workbooks import Book
from evidence.pack.typesetting.pages_html import templates
from evidence.pack.typesetting.typeset import Sheet, typeset
from evidence.pack.words.glyphs import printable
from evidence.pack.words.language import _

Print = tuple[str, bytes, str]
"""The suffix of its file, its bytes, and what it is."""
_TABLES: Final = (".csv", ".tsv")
_MOST_ROWS: Final = 1_000_000
_MOST_COLUMNS: Final = 16_000
_MOST_CELL: Final = 32_000
_MOST_TEXT: Final = 400_000  # characters: about a hundred pages


def printed(content: bytes, exhibit: ListedFile, about: About) -> Print | None:
    """A print of a document; None where it is no text that can be read as such."""
    text = _text(content)
    if text is None:
        return None
    if exhibit.file.endswith(_TABLES):
        made = _workbook(text, exhibit, about)
        return None if made is None else ("xlsx", made, _("a print of the table as a workbook, its cells as text"))
    if len(text) > _MOST_TEXT:
        return None
    html = templates().get_template("letters/print.html").render(text=text, exhibit=exhibit, about=about)
    return (
        "pdf",
        typeset(Sheet(html, f"{about.number}-{exhibit.number}", about.moment)),
        _("a print of the text as PDF"),
    )


def _text(content: bytes) -> str | None:
    """The document as text: in UTF-8, with no control characters but breaks and tabs."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text if all(c >= " " or c in "\t\r\n" for c in text) else None


def _workbook(text: str, exhibit: ListedFile, about: About) -> bytes | None:
    first = text.partition("\n")[0]
    delimiter = max((",", ";", "\t", "|"), key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return None
    if len(rows) > _MOST_ROWS or any(len(row) > _MOST_COLUMNS or any(len(c) > _MOST_CELL for c in row) for row in rows):
        return None
    book = Book(_("{number}, {exhibit}: print", number=about.number, exhibit=exhibit.number))
    head = book.bare(_("Original"))
    for n, line in enumerate(_head(exhibit, about)):
        book.row(head, n, (line,))
    head.set_column(0, 0, 100)
    page = book.bare(_("Print"))
    for n, row in enumerate(rows):
        book.row(page, n, map(printable, row))
    return book.done()


def _head(exhibit: ListedFile, about: About) -> list[str]:
    return [
        _("Print of exhibit {exhibit} of evidence pack {number}", exhibit=exhibit.number, number=about.number),
        _("The original is {file} in the pack, SHA-256 {sha256}.", file=exhibit.file, sha256=exhibit.sha256),
        _("A print is made for reading; the original is the evidence."),
    ]
