"""CSV: encoding and delimiter found out, quoting strict, every row as wide as the header, physical line numbers.

Encodings taken: UTF-8 with or without a byte order mark, then Windows-1252, which is what office programs write in the
Americas. Anything that claims UTF-16 is refused with the way out. The csv module of the standard library reads; nothing
in a cell is ever evaluated, so that ``=HYPERLINK(...)`` stays the text it is.
"""

import csv
import io
import re
from collections.abc import Iterator

from evidence.intake.faults import Faults, shown
from evidence.intake.limits import Limits
from evidence.intake.table import Row, Table

VERSION = "evidence-csv/1"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 64 * 1024


def read_csv(data: bytes, limits: Limits, faults: Faults) -> Table | None:
    """The table in `data`; None, with faults, where there is none that can be read."""
    decoded = _decode(data, faults)
    if decoded is None:
        return None
    text, encoding = decoded
    if (nul := text.find("\x00")) >= 0:
        faults.add("a NUL character", "text only", row=text.count("\n", 0, nul) + 1)
        return None
    delimiter = _delimiter(text[:_HEAD])
    parser = f"{VERSION}; {encoding}; {_DELIMITERS[delimiter]}"
    table: Table | None = None
    try:
        for row in _rows(text, delimiter, limits):
            if table is None:
                table = Table(None, tuple(str(cell).strip() for cell in row.cells), row.number, 0, [], parser)
                continue
            if len(row.cells) != len(table.header):
                faults.add(f"{len(row.cells)} cells", f"{len(table.header)}, as the header has", row=row.number)
                continue
            table.rows.append(row)
            if len(table.rows) > limits.rows:
                faults.add(f"more than {limits.rows} rows", "fewer; split the file or raise limits.rows")
                return None
    except _Unreadable as fault:
        faults.add(fault.found, fault.wanted, row=fault.row)
        return None
    if table is None:
        faults.add("no header", "a first line with the names of the columns")
    return table


class _Unreadable(Exception):
    """The rest of the file cannot be read row by row."""

    def __init__(self, row: int, found: str, wanted: str) -> None:
        super().__init__(found)
        self.row, self.found, self.wanted = row, found, wanted


def _rows(text: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    """Rows that hold something, each with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            wanted = "quotes that close, and a quote inside a cell doubled"
            raise _Unreadable(began, f"a line that is not CSV ({error})", wanted) from error
        if any(cell.strip() for cell in cells):
            if len(cells) > limits.columns:
                raise _Unreadable(began, f"{len(cells)} cells", f"at most {limits.columns}")
            longest = max(len(cell) for cell in cells)
            if longest > limits.cell_characters:
                raise _Unreadable(began, f"a cell of {longest} characters", f"at most {limits.cell_characters}")
            yield Row(began, tuple(cells))
        began = reader.line_num + 1


def _decode(data: bytes, faults: Faults) -> tuple[str, str] | None:
    if data.startswith(_UTF16):
        faults.add("UTF-16 text", "UTF-8; save the file as CSV UTF-8")
        return None
    for codec, name in (("utf-8-sig", "utf-8"), ("cp1252", "windows-1252")):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    bad = re.search(rb"[\x81\x8d\x8f\x90\x9d]", data)  # the five bytes that Windows-1252 leaves undefined
    row = data.count(b"\n", 0, bad.start()) + 1 if bad else None
    faults.add(shown(data[bad.start() : bad.start() + 1]) if bad else "other bytes", "UTF-8 or Windows-1252", row=row)
    return None


def _delimiter(head: str) -> str:
    """The delimiter that cuts the first line into most cells outside quotes; a comma where none does."""
    line = next((line for line in head.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda mark: (bare.count(mark), mark == ","))
