"""CSV: encoding and delimiter found out, quoting strict, every row as wide as the header, physical line numbers.

Encodings taken without a word: UTF-8, and UTF-16 with a byte order mark. Any other text is read as Windows-1252, which
is what office programs write in the Americas, and that is told with an example, since any other encoding of one byte a
letter would pass too; a mapping can declare which it is. The csv module of the standard library reads; nothing in a
cell is ever evaluated, so that ``=HYPERLINK(...)`` stays the text it is. Rows are read from the file each time that
they are gone through, and are never all in memory.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from evidence.intake.faults import Faults, shown
from evidence.intake.gather import open_regular
from evidence.intake.layout import Layout, composed
from evidence.intake.limits import Limits
from evidence.intake.table import Row, Table

VERSION = "evidence-csv/2"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 64 * 1024
_CHUNK = 1 << 20
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
"""The five bytes that Windows-1252 leaves undefined."""
_LETTER = re.compile(rb"[\xc0-\xd6\xd8-\xf6\xf8-\xff]")
"""A letter that ASCII lacks; marks such as a euro sign tell a reader less."""
_BETWEEN_WORDS = re.compile(rb"[\s;,\t|\"]")
_BESIDE = 40
"""How much of a word is shown on either side of that letter."""
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
"""A first line that some programs write to say which delimiter follows."""


def read_csv(path: Path, limits: Limits, faults: Faults, layouts: Sequence[Layout] = ()) -> Table | None:
    """The table in a file; None, with faults, where there is none that can be read.

    Args:
        path: the file; it is read again whenever the rows are gone through.
        limits: bounds on rows, columns and cells.
        faults: takes what is wrong, of a row when that row is first gone through.
        layouts: where mappings say that the table stands, the first that fits is taken.
    """
    before, coding = faults.count, _coding(path)
    for layout in (*(each for each in layouts if each.takes_sheet(None)), Layout()):
        chosen = coding if layout.encoding is None else _declared(path, layout.encoding)
        if chosen.faults:
            if layout.encoding is None:
                for found, wanted, row in chosen.faults:
                    faults.add(found, wanted, row=row)
                return None
            continue
        table = _table(path, chosen, layout, limits, faults)
        if table is not None and layout.takes(None, table.header):
            return table
    if faults.count == before:
        faults.add("no header", "a first line with the names of the columns")
    return None


@dataclass(frozen=True, slots=True)
class _Coding:
    """How bytes are letters here, and what keeps them from being so."""

    codec: str
    name: str
    faults: tuple[tuple[str, str, int | None], ...] = ()
    example: tuple[int, str, str] | None = None
    """Where nothing told the encoding, a word that shows it: its line, what stands before it there, and the word."""


def _table(path: Path, coding: _Coding, layout: Layout, limits: Limits, faults: Faults) -> Table | None:
    head, last = _head(path, coding.codec), max(layout.header_rows, default=0)
    told = _SEPARATOR_LINE.match(head)
    delimiter = layout.delimiter or (told[1] if told and told[1] in _DELIMITERS else _delimiter(head, layout))
    rows = CsvRows(path, coding.codec, delimiter, limits, faults, skips=1 if told else 0)
    wanted, found = set(layout.header_rows), []
    try:
        for row in rows.raw():
            if not wanted or row.number in wanted:
                found.append(row)
            if not wanted or row.number >= last:
                break
    except _Unreadable as fault:
        if layout.header_rows:
            return None
        faults.add(fault.found, fault.wanted, row=fault.row)
    if not found:
        return None
    header = composed([[str(cell) for cell in row.cells] for row in found])
    while header and not header[-1]:
        header = header[:-1]  # of a table whose every line ends in delimiters
    rows.width, rows.after = len(header), max(found[-1].number, (layout.first_row or 0) - 1)
    parser = f"{VERSION}; {coding.name}; {_DELIMITERS[delimiter]}"
    notices = (_assumed(coding.example, delimiter, header),) if coding.example else ()
    return Table(None, header, found[-1].number, 0, rows, parser, notices=notices)


def _assumed(example: tuple[int, str, str], delimiter: str, header: Sequence[str]) -> str:
    """What is told of a file that says nothing of its encoding."""
    line, before, word = example
    index = re.sub('"[^"]*("|$)', "", before).count(delimiter)
    column = f", column {header[index]}," if index < len(header) else ""
    return (
        f"not UTF-8, so read as Windows-1252: row {line}{column} then has {shown(word)}; if that is not what was "
        "written, declare the encoding in a mapping"
    )


class _Unreadable(Exception):
    """The rest of the file cannot be read row by row."""

    def __init__(self, row: int, found: str, wanted: str) -> None:
        super().__init__(found)
        self.row, self.found, self.wanted = row, found, wanted


@dataclass(slots=True)
class CsvRows:
    """The rows below the header, read from the file each time; what is wrong with one is said once."""

    path: Path
    codec: str
    delimiter: str
    limits: Limits
    faults: Faults
    skips: int = 0
    """Lines before the first that is CSV."""
    width: int = 0
    after: int = 0
    """The last row that is not data."""
    _said: int = field(default=0, repr=False)
    """The last row of which it was said what is wrong."""

    def __iter__(self) -> Iterator[Row]:
        width, after, most = self.width, self.after, self.limits.rows
        count = 0
        try:
            for row in self.raw():
                number, cells = row
                if number <= after:
                    continue
                if len(cells) != width:
                    if len(cells) < width or any(str(cell).strip() for cell in cells[width:]):
                        self._say(number, f"{len(cells)} cells", f"{width}, as the header has")
                        continue
                    row = Row(number, cells[:width])  # noqa: PLW2901 -- its trailing delimiters taken off
                count += 1
                if count > most:
                    self._say(
                        number, f"more than {most} rows", "fewer; split the file or raise limits.rows", whole=True
                    )
                    return
                yield row
        except _Unreadable as fault:
            self._say(fault.row, fault.found, fault.wanted)

    def as_came(self) -> Iterator[Row]:
        """The rows below the header of whatever width, as far as they can be read; nothing is said of them."""
        with suppress(_Unreadable):
            yield from islice((row for row in self.raw() if row.number > self.after), self.limits.rows)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def _say(self, row: int, found: str, wanted: str, *, whole: bool = False) -> None:
        if row > self._said:
            self._said = row
            self.faults.add(found, wanted, row=None if whole else row)

    def raw(self) -> Iterator[Row]:
        """Every line that holds something, of any width, each with the line it begins on."""
        columns, longest = self.limits.columns, self.limits.cell_characters
        with open_regular(self.path) as file, io.TextIOWrapper(file, self.codec, newline="") as text:
            for _ in range(self.skips):
                text.readline()
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            began, skips = 1 + self.skips, self.skips
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except (csv.Error, UnicodeDecodeError) as error:
                    wanted = "quotes that close, and a quote inside a cell doubled"
                    raise _Unreadable(began, f"a line that is not CSV ({_in_words(error)})", wanted) from error
                together = "".join(cells)
                if together and not together.isspace():
                    if len(cells) > columns:
                        raise _Unreadable(began, f"{len(cells)} cells", f"at most {columns}")
                    if len(together) > longest and (length := max(map(len, cells))) > longest:
                        raise _Unreadable(began, f"a cell of {length} characters", f"at most {longest}")
                    yield Row(began, tuple(cells))
                began = reader.line_num + 1 + skips


def _in_words(error: Exception) -> str:
    """What a reader says, on one line and printable: it quotes the delimiter, which may be a tab."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in str(error))


def _head(path: Path, codec: str) -> str:
    """The beginning of the text."""
    with open_regular(path) as file, io.TextIOWrapper(file, codec, errors="replace", newline="") as text:
        return text.read(_HEAD)


def _coding(path: Path) -> _Coding:
    """How the bytes of a file are letters, as far as they say so themselves."""
    with open_regular(path) as file:
        start = file.read(2)
    if start in _UTF16:
        return _declared(path, "utf-16")
    told = _declared(path, "utf-8")
    if not told.faults or "NUL" in told.faults[0][0]:
        return told
    line = 1
    example: tuple[int, str, str] | None = None
    with open_regular(path) as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            if bad := _UNDEFINED.search(chunk):
                row = line + chunk.count(b"\n", 0, bad.start())
                found = shown(bad[0])
                wanted = "UTF-8 or Windows-1252; a mapping declares another encoding, see 'evidence mapping draft'"
                return _Coding("cp1252", "windows-1252", ((found, wanted, row),))
            if example is None and (letter := _LETTER.search(chunk)):
                example = _example(chunk, letter.start(), line)
            line += chunk.count(b"\n")
    return _Coding("cp1252", "windows-1252", example=example)


def _example(chunk: bytes, at: int, line: int) -> tuple[int, str, str]:
    """The word round a letter as a `_Coding` shows it; `line` is the one that the chunk begins in."""
    start = at - len(_BETWEEN_WORDS.split(chunk[max(0, at - _BESIDE) : at])[-1])
    word = chunk[start:at] + _BETWEEN_WORDS.split(chunk[at : at + _BESIDE], maxsplit=1)[0]
    before = chunk[chunk.rfind(b"\n", 0, start) + 1 : start]
    return line + chunk.count(b"\n", 0, at), before.decode("cp1252", "replace"), word.decode("cp1252", "replace")


def _declared(path: Path, encoding: str) -> _Coding:
    """The encoding named, and whether all of the file is text in it."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    decoder = codecs.getincrementaldecoder(codec)()
    line = 1
    with open_regular(path) as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                at = error.start if isinstance(error, UnicodeDecodeError) else 0
                row = line + chunk.count(b"\n", 0, at)
                found = shown(chunk[at : at + 1]) if chunk else "an end in the middle of a letter"
                return _Coding(codec, encoding, ((found, f"text in {encoding}", row),))
            if (nul := text.find("\x00")) >= 0:
                row = line + text.count("\n", 0, nul)
                return _Coding(codec, encoding, (("a NUL character", "text only", row),))
            if not chunk:
                return _Coding(codec, encoding)
            line += text.count("\n")


def _delimiter(head: str, layout: Layout) -> str:
    """The delimiter that cuts the line of the header into most cells outside quotes; a comma where none does."""
    lines = head.splitlines()
    if layout.header_rows:
        lines = lines[layout.header_rows[-1] - 1 : layout.header_rows[-1]]
    line = next((line for line in lines if line.strip() and not line.startswith("sep=")), "")
    bare = re.sub(r'"[^"]*"', "", line)
    return max(_DELIMITERS, key=lambda mark: (bare.count(mark), mark == ","))
