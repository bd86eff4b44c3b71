"""XLSX workbooks, read inside the bounded process (`worker`).

The archive is measured before anything is opened: members, declared size, ratio, archives within; then each member is
inflated against its declared size, so that a directory that lies is found out. Cells are read by python-calamine with
their true addresses. A number in a workbook is a binary fraction: what has more digits than such a number carries is
damaged already and is marked so. A formula's stored result is not a value that somebody entered: it is marked too, and
taken only where a mapping says so. Macros and links to other files are told of; nothing is run and nothing followed.
"""

import datetime
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from typing import Any, BinaryIO
from xml.parsers import expat

from evidence.intake.layout import Layout, composed
from evidence.intake.spooled import typed
from evidence.intake.table import Typed, column_index, letter
from evidence.intake.xlsx_marks import (
    ERROR,
    FORMULA,
    PERCENT,
    Marks,
    TooFarOut,
    UnreadableSheet,
    Workbook,
    marks,
    workbook,
)

VERSION = "evidence-xlsx/2"
_CHUNK = 1 << 20
_BATCH = 500
"""Rows in one line of the answer."""
_DEEPEST_HEADER = 1000
_NESTED = (".zip", ".gz", ".7z", ".rar", ".xlsx", ".docx")
_MOST_NAMED = 10
_ANEW = "an XLSX workbook; open it and save it anew"
_COMPACT = "a sheet without stray cells; delete the empty rows and columns round the table, and save it anew"
_BYTES_A_CELL = 32
"""What the reader takes at least for each cell of the grid that a sheet's cells span, the empty ones too."""
_TYPED_IN = "the value typed in; or a mapping that says formulas = 'cached'"

Say = Callable[[Any], None]
Fault = Callable[..., None]
Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]


def parse(stream: BinaryIO, request: dict[str, Any], say: Say, fault: Fault) -> None:
    """Answer with each sheet that holds anything, its rows and what is wrong with them.

    Args:
        stream: the workbook.
        request: the limits, and under ``layouts`` what mappings say of where tables stand.
        say: takes tables, rows and notices.
        fault: takes what is wrong.
    """
    if not _measured(stream, request, fault):
        return
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    layouts = [_layout(each) for each in request.get("layouts", ())]
    stream.seek(0)
    content = stream.read()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = workbook(archive)
            _tell_of(parts, say)
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            for meta in book.sheets_metadata:
                try:
                    with archive.open(parts.parts[meta.name]) as member:
                        found = marks(member, parts.percent_styles, request["parser_bytes"] // _BYTES_A_CELL)
                except TooFarOut as far:
                    fault(str(far), _COMPACT, sheet=meta.name)
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                if sheet.total_height > request["rows"]:
                    fault(f"{sheet.total_height} rows", f"at most {request['rows']}", sheet=meta.name)
                    continue
                if sheet.start is None:
                    if found.cells:
                        fault("a sheet of formulas without stored results", "the values typed in", sheet=meta.name)
                    continue
                of = _Sheet(
                    meta.name,
                    sheet.start[1],
                    sheet.merged_cell_ranges or [],
                    found,
                    hidden=meta.visible != SheetVisibleEnum.Visible,
                    widest=request["columns"],
                )
                of.answer(sheet.iter_rows(), layouts, say, fault)
    except UnreadableSheet as error:
        fault(str(error), _ANEW)
    except (zipfile.BadZipFile, zlib.error) as error:
        fault(f"a damaged archive ({type(error).__name__})", _ANEW)
    except (CalamineError, expat.ExpatError, LookupError, OverflowError, ValueError) as error:
        fault(f"a workbook that cannot be read ({type(error).__name__})", _ANEW)


def _measured(stream: BinaryIO, limits: dict[str, Any], fault: Fault) -> bool:
    """Whether the archive is within bounds, by its directory and then by inflating it."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            declared = sum(member.file_size for member in members)
            packed = max(1, sum(member.compress_size for member in members))
            if len(members) > limits["archive_members"]:
                fault(f"an archive of {len(members)} members", f"at most {limits['archive_members']}")
            elif declared > packed * limits["archive_ratio"]:
                fault(f"an archive that grows {declared // packed} times", f"at most {limits['archive_ratio']} times")
            elif declared > limits["parser_bytes"]:
                fault(f"an archive of {declared} bytes unpacked", f"at most {limits['parser_bytes']}")
            elif nested := next((m.filename for m in members if m.filename.lower().endswith(_NESTED)), None):
                fault(f"an archive within the archive ({nested!r})", "a workbook without embedded files")
            elif len({member.filename.casefold() for member in members}) < len(members):
                fault("an archive that has a member twice", _ANEW)
            elif any(member.flag_bits & 1 for member in members):
                fault("an encrypted workbook", "one that opens without a password")
            else:
                for member in members:
                    with archive.open(member) as inflated:
                        while inflated.read(_CHUNK):
                            pass  # the checksum at the end fails where the declared size lied
                return True
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        fault(f"a damaged archive ({type(error).__name__})", _ANEW)
    return False


def _layout(of: dict[str, Any]) -> Layout:
    return Layout(
        sheets=None if of["sheets"] is None else tuple(of["sheets"]),
        header_rows=tuple(of["header_rows"]),
        first_row=of["first_row"],
        headings=tuple(of["headings"]),
        cached_formulas=of["cached_formulas"],
    )


def _tell_of(book: Workbook, say: Say) -> None:
    if book.macros:
        say({"notice": "the workbook holds macros; they were not run"})
    if book.external_links:
        say({"notice": f"the workbook refers to {book.external_links} other files; none was opened"})
    if book.embedded:
        say({"notice": f"the workbook holds {book.embedded} embedded objects; none was opened"})


@dataclass(slots=True)
class _Header:
    """The heading of a table: its cells, and where it stands."""

    cells: tuple[str, ...]
    row: int
    first: int
    after: int
    """The last row that is not data."""
    layout: Layout


@dataclass(slots=True)
class _Sheet:
    """One sheet on its way into the answer. `left` is the first column that the reader gives."""

    name: str
    left: int
    merged: Merged
    marks: Marks
    hidden: bool
    widest: int

    def answer(self, rows: Iterable[list[Any]], layouts: Sequence[Layout], say: Say, fault: Fault) -> None:
        """Say the table of this sheet and its rows, in the layout of the first mapping that fits, or in ours."""
        rest = iter(rows)
        head: list[list[Any]] = []
        header = None
        for layout in (*(each for each in layouts if each.takes_sheet(self.name)), Layout()):
            header = self._header(layout, head, rest)
            if header is not None and layout.takes(self.name, header.cells):
                break
        if header is None:
            return
        if len(header.cells) > self.widest:
            fault(f"{len(header.cells)} columns", f"at most {self.widest}", sheet=self.name)
            return
        cached = ", stored results of formulas" if header.layout.cached_formulas else ""
        say(
            {
                "table": {
                    "sheet": self.name,
                    "header": list(header.cells),
                    "header_row": header.row,
                    "first_column": header.first,
                    "parser": f"{VERSION}; python-calamine {version('python-calamine')}{cached}",
                    "hidden": self.hidden,
                    "form": False,
                }
            }
        )
        self._tell(header, say)
        self._rows(header, chain(head, rest), say)

    def _header(self, layout: Layout, head: list[list[Any]], rest: Iterator[list[Any]]) -> _Header | None:
        """The heading that a layout speaks of; `head` holds the rows read for that so far."""
        numbers = layout.header_rows
        if not numbers:
            found = next((i for i, row in enumerate(head) if any(map(_filled, row))), None)
            while found is None and (row := next(rest, None)) is not None:
                head.append(row)
                found = len(head) - 1 if any(map(_filled, row)) else None
            if found is None:
                return None
            numbers = (found + 1,)
        if numbers[-1] > _DEEPEST_HEADER and layout.header_rows:
            return None
        while len(head) < numbers[-1] and (row := next(rest, None)) is not None:
            head.append(row)
        if len(head) < numbers[-1]:
            return None
        lines = [[_heading(cell) for cell in head[number - 1]] for number in numbers]
        if layout.header_rows:
            self._spread(lines, numbers)
        filled = [i for line in lines for i, text in enumerate(line) if text]
        if not filled:
            return None
        first, last = min(filled), max(filled)
        cells = composed([line[first : last + 1] for line in lines])
        after = max(numbers[-1], (layout.first_row or 1) - 1)
        return _Header(cells, numbers[-1], first + self.left, after, layout)

    def _spread(self, lines: list[list[str]], numbers: Sequence[int]) -> None:
        """Give every cell of a merged heading the text of its first."""
        for (top, left), (bottom, right) in self.merged:
            here = [i for i, number in enumerate(numbers) if top <= number - 1 <= bottom]
            if not here or top + 1 != numbers[here[0]]:
                continue
            text = lines[here[0]][left - self.left] if 0 <= left - self.left < len(lines[0]) else ""
            for i in here:
                for column in range(max(left - self.left, 0), min(right - self.left + 1, len(lines[i]))):
                    lines[i][column] = text

    def _tell(self, header: _Header, say: Say) -> None:
        """Notices: merged cells, hidden rows and columns, formulas taken."""
        merged = [
            f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
            for (top, left), (bottom, right) in sorted(self.merged)
            if bottom >= header.after or (bottom >= header.row - 1 and not header.layout.header_rows)
        ]
        if merged:
            say({"notice": f"sheet {self.name}: merged cells ({_few(merged)}); only the first of each has a value"})
        hidden = [str(row) for row in self.marks.hidden_rows if row > header.after]
        for what, names in (("rows", hidden), ("columns", self.marks.hidden_columns)):
            if names:
                say({"notice": f"sheet {self.name}: hidden {what} ({_few(names)}); they are read like the others"})
        taken = sum(mark == FORMULA for mark in self.marks.cells.values())
        if header.layout.cached_formulas and taken:
            text = f"sheet {self.name}: {taken} formulas; the results stored for them are taken, as the mapping says"
            say({"notice": text})

    def _rows(self, header: _Header, rows: Iterable[list[Any]], say: Say) -> None:
        first = header.first - self.left
        end = first + len(header.cells)
        marked = self._by_row(header.layout.cached_formulas)
        batch: list[Any] = []
        outside, whole = False, None
        empty: list[Any] = [""] * end
        last = 0
        for number, row in enumerate(rows, 1):
            last = number
            if number <= header.after:
                continue
            whole = first == 0 and end == len(row) if whole is None else whole
            odd = marked.get(number)
            if odd is None and not any(row) and not any(map(_filled, row)):
                continue
            cells = row if whole else row[first:end]
            if odd is not None:
                cells = [_odd(cell, odd.get(i + header.first)) for i, cell in enumerate(cells)]
            elif not whole and not any(map(_filled, cells)):
                continue
            if not whole and not outside and (at := self._outside(row, first, end)):
                outside = True  # said once: a title over the table says it for every row
                say({"beside": [number, at]})
            batch.append((number, cells))
            if len(batch) == _BATCH:
                say({"rows": batch})
                batch = []
        for number in sorted(marked):  # rows of formulas alone, where the reader sees nothing
            if number > max(last, header.after):
                odd = marked[number]
                batch.append((number, [_odd(cell, odd.get(i + header.first)) for i, cell in enumerate(empty[first:])]))
        if batch:
            say({"rows": batch})

    def _outside(self, row: list[Any], first: int, end: int) -> str | None:
        """The first column outside the header's that holds something."""
        at = next((i for i, cell in enumerate(row) if not first <= i < end and _filled(cell)), None)
        return None if at is None else letter(at + self.left)

    def _by_row(self, cached: bool) -> dict[int, dict[int, str]]:
        """Marks by row and column, those left out that the layout takes as they are."""
        found: dict[int, dict[int, str]] = {}
        for address, mark in self.marks.cells.items():
            if mark == FORMULA and cached:
                continue
            name = address.rstrip("0123456789")
            found.setdefault(int(address[len(name) :]), {})[column_index(name)] = mark
        return found


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _filled(cell: Any) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _heading(cell: Any) -> str:
    """A heading as text, whatever its cell was typed as."""
    if isinstance(cell, str):
        return cell.strip()
    read = typed(cell if isinstance(cell, float | int) else untold(cell))
    return read if isinstance(read, str) else read.text


def _odd(cell: Any, mark: str | None) -> Any:
    """A cell with what its sheet's XML says of it."""
    if mark is None:
        return cell
    if mark == PERCENT:
        read = typed(cell) if isinstance(cell, float) else None
        return [read.text, "percent"] if isinstance(read, Typed) and read.sort == "number" else cell
    if mark == ERROR:
        return ["an error value", "refused", "a value; put the cell right where it was made"]
    found = "a formula" if mark == FORMULA else "a formula without a stored result"
    return [found, "refused", _TYPED_IN if mark == FORMULA else "the value typed in"]


def untold(value: Any) -> Any:
    """A cell that JSON has no word for, as the answer carries it: [text, sort]."""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return [value.date().isoformat(), "date"] if midnight else [value.isoformat(" "), "moment"]
    if isinstance(value, datetime.date):
        return [value.isoformat(), "date"]
    return [f"a time of day or a span ({value})", "refused"]
