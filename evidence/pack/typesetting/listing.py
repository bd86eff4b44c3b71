"""Long listings as pages: rows of text in columns of equal characters, one box a row, which is what makes them quick.

What breaks where is worked out here and not by the type-setter: so the number of pages is known beforehand, and where
each row lies on its page, and links need no boxes of their own. A listing is cut into parts that are set apart from
each other. Where it is cut depends on the rows beside the cut alone: a row more at the front leaves later parts as they
were, and these need not be set again.
"""

import hashlib
import html
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evidence.pack.contents.contents import Link
from evidence.pack.words.glyphs import printable

# Millimetres, as in templates/style/listing.css; Letter lies on its side.
PAGE_WIDTH, PAGE_HEIGHT = 279.4, 215.9
LEFT, TOP = 25.0, 18.0
_LINE, _AROUND, _TITLE, _BELOW_HEADS = 3.0, 0.9, 5.0, 1.0
_ROOM: Final = 160.0
"""For the rows of a page: forty of one line each."""
_MOST_LINES: Final = 30
POINT: Final = 25.4 / 72
CHARACTER: Final = 6.2 * 0.6 * POINT
CHARACTERS: Final = 183
_GAP: Final = 2
_LEAST, _MOST = 500, 3_000  # rows of a part
_CUT: Final = 1_000  # one row in so many is where a part may end


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, and how many characters it is wide."""

    head: str
    width: int
    right: bool = False


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row; the text of a link stands in one of the cells."""

    cells: tuple[str, ...]
    anchor: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A table too long for the report itself."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[ListedRow, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A rectangle on a page, millimetres from its left and top, and the anchor that is there or that it leads to."""

    to: str
    text: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page: what lies where on it."""

    first: str
    """The first cell of its first row, for the bookmarks."""
    anchors: tuple[Spot, ...]
    links: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Pages that are set in one go."""

    html: str
    pages: tuple[ListedPage, ...]


def parts(listing: Listing) -> Iterator[Part]:
    """The parts of a listing, in order."""
    head = _head(listing)
    for rows in _runs(listing.rows):
        pages, boxes = [], []
        for page in _pages(listing, rows):
            pages.append(_looked_over(page, head.height))
            boxes.append(f"<section>{head.html}{''.join(row.html for row in page)}</section>")
        yield Part(_DOCUMENT.format(title=html.escape(printable(listing.title)), body="".join(boxes)), tuple(pages))


_DOCUMENT: Final = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<link rel="stylesheet" href="style/listing.css"></head><body>{body}</body></html>'
)


@dataclass(frozen=True, slots=True)
class _Head:
    html: str
    height: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as set: its lines, how high it is, and what it leads to."""

    source: ListedRow
    lines: tuple[str, ...]
    html: str
    height: float
    first: bool
    """Whether the row begins here; one that is higher than a page goes on in others."""


def _head(listing: Listing) -> _Head:
    lines = _lines(listing.columns, tuple(column.head for column in listing.columns))
    title = html.escape(printable(listing.title))
    height = _TITLE + len(lines) * _LINE + _BELOW_HEADS
    return _Head(f'<h2>{title}</h2><p style="height: {len(lines) * _LINE}mm">{_marked(lines)}</p>', height)


def _runs(rows: tuple[ListedRow, ...]) -> Iterator[tuple[ListedRow, ...]]:
    begun = 0
    for at, row in enumerate(rows, 1):
        length = at - begun
        if length >= _MOST or (length >= _LEAST and _cuts(row)):
            yield rows[begun:at]
            begun = at
    if begun < len(rows):
        yield rows[begun:]


def _cuts(row: ListedRow) -> bool:
    digest = hashlib.sha256("\x00".join(row.cells).encode()).digest()
    return int.from_bytes(digest[:4], "big") % _CUT == 0


def _pages(listing: Listing, rows: Iterable[ListedRow]) -> Iterator[list[_Row]]:
    page: list[_Row] = []
    left = _ROOM
    for row in rows:
        for made in _set(listing.columns, row):
            if made.height > left and page:
                yield page
                page, left = [], _ROOM
            page.append(made)
            left -= made.height
    if page:
        yield page


def _set(columns: tuple[Column, ...], row: ListedRow) -> Iterator[_Row]:
    lines = _lines(columns, row.cells)
    for at in range(0, len(lines), _MOST_LINES):
        some = lines[at : at + _MOST_LINES]
        height = len(some) * _LINE + _AROUND
        yield _Row(row, tuple(some), f"<div>{_marked(some)}</div>", height, at == 0)


def _lines(columns: tuple[Column, ...], cells: tuple[str, ...]) -> list[str]:
    """The lines of a row, each cell wrapped within its column."""
    wrapped = [_wrapped(printable(cell), column.width) for cell, column in zip(cells, columns, strict=True)]
    made = []
    for at in range(max(len(cell) for cell in wrapped)):
        pieces = (
            _padded(cell[at] if at < len(cell) else "", column) for cell, column in zip(wrapped, columns, strict=True)
        )
        made.append((" " * _GAP).join(pieces).rstrip())
    return made


def _padded(text: str, column: Column) -> str:
    space = " " * (column.width - wide(text))
    return space + text if column.right else text + space


def _wrapped(text: str, width: int) -> list[str]:
    if len(text) <= width and _is_narrow(text) and "\n" not in text:
        return [text]
    made, line, taken = [], "", 0
    for word in text.split():
        length = wide(word)
        if line and taken + 1 + length <= width:
            line, taken = f"{line} {word}", taken + 1 + length
            continue
        if line:
            made.append(line)
        rest = word
        while wide(rest) > width:
            cut = _fitting(rest, width)
            made.append(rest[:cut])
            rest = rest[cut:]
        line, taken = rest, wide(rest)
    return [*made, line] if line or not made else made


def _fitting(word: str, width: int) -> int:
    """How many characters of a word go into a line; one at least."""
    taken = 0
    for at, character in enumerate(word):
        taken += wide(character)
        if taken > width:
            return max(at, 1)
    return len(word)


def wide(text: str) -> int:
    """How many columns a text takes: Han, kana and hangul two a character."""
    if _is_narrow(text):
        return len(text)
    return sum(_columns(character) for character in text)


def _is_narrow(text: str) -> bool:
    """Whether every character takes one column, as all before U+0300 do: nearly every cell, so asked first."""
    return text.isascii() or max(text) < "\u0300"


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _marked(lines: Iterable[str]) -> str:
    """Lines as HTML, runs of wide characters marked so that they take two columns each."""
    text = "\n".join(lines)
    if _is_narrow(text):
        return html.escape(text, quote=False)
    made, run = [], ""
    for character in text:
        if _columns(character) == 2:
            run += character
            continue
        if run:
            made.append(f"<i>{run}</i>")
            run = ""
        made.append(html.escape(character, quote=False))
    return "".join(made) + (f"<i>{run}</i>" if run else "")


def _looked_over(page: list[_Row], head: float) -> ListedPage:
    anchors: list[Spot] = []
    links: list[Spot] = []
    top = TOP + head
    for row in page:
        if row.first and row.source.anchor:
            anchors.append(Spot(row.source.anchor, "", LEFT, top, 0, row.height))
        links.extend(_spots(row, top))
        top += row.height
    return ListedPage(page[0].source.cells[0], tuple(anchors), tuple(links))


def _spots(row: _Row, top: float) -> Iterator[Spot]:
    for link in row.source.links:
        if not link.to:
            continue
        for number, line in enumerate(row.lines):
            at = line.find(link.text)
            if at >= 0:
                left = LEFT + wide(line[:at]) * CHARACTER
                height = top + _AROUND / 2 + number * _LINE
                yield Spot(link.to, link.text, left, height, wide(link.text) * CHARACTER, _LINE)
                break
