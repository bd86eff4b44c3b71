"""What a workbook's own XML says of its cells and the reader of cells does not: formulas, errors, percentages, hiding.

The reader gives a formula's stored result as if somebody had entered it, an error as an empty cell, and 45 % as 0.45.
A sheet whose bytes show no trace of such a thing is not looked into further; one that does is read a second time, by a
parser of XML that takes no document type, cell by cell.
"""

import re
import zipfile
from collections.abc import Container
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from evidence.intake.faults import shown
from evidence.intake.table import column_index, letter

FORMULA, FORMULA_WITHOUT_RESULT, ERROR, PERCENT = "formula", "formula without a result", "error", "percent"

_CHUNK = 1 << 20
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROOT = re.compile(rb"<worksheet\b[^>]*?\bxmlns=\"([^\"]+)\"")
_OTHER_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
_FORMULA_OR_ERROR = (re.compile(b"<f"), re.compile(b'"e"'))
_TWO_LETTERS, _THREE_LETTERS = re.compile(rb' r="[A-Z]{2}'), re.compile(rb' r="[A-Z]{3}')
_ADDRESS, _WIDE = (re.compile(rb' r="([A-Z]{%d,3})([0-9]{1,7})"' % letters) for letters in (1, 2))
_ROWS = re.compile(rb'<row r="([0-9]{1,7})"')
_LETTERS, _TWO_LETTERS_WIDE, _LAST_ROW = 26, 702, 1_048_576
_HIDDEN = re.compile(rb"hidden\s*=\s*\"[1t]")
_PERCENT_STYLES = {9, 10}
"""Number formats 0% and 0.00%, which no workbook spells out."""
_QUOTED = re.compile(r'"[^"]*"|\\.')


class UnreadableSheet(Exception):
    """The XML of a workbook is written in a way that is not taken; carries what was found."""


@dataclass(slots=True)
class Marks:
    """What one sheet's XML says. Cells by their address, such as B2."""

    cells: dict[str, str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The parts of a workbook's archive that bear on its sheets."""

    parts: dict[str, str]
    """The member that holds each sheet, by the sheet's name."""
    percent_styles: frozenset[int]
    macros: bool
    external_links: int
    embedded: int
    """Objects of other programs within it."""


def workbook(archive: zipfile.ZipFile) -> Workbook:
    """What the archive says of its sheets.

    Raises:
        UnreadableSheet: its XML has a document type, or names a part twice.
    """
    names = archive.namelist()
    targets: dict[str, str] = {}
    parts: dict[str, str] = {}
    for tag, attributes in _elements(archive.read("xl/_rels/workbook.xml.rels")):
        if tag == "Relationship":
            _once(attributes.get("Id", ""), targets)
            targets[attributes.get("Id", "")] = attributes.get("Target", "")
    for tag, attributes in _elements(archive.read("xl/workbook.xml")):
        if tag == "sheet":
            target = targets.get(attributes.get(_RELATION, ""), "")
            _once(attributes.get("name", ""), parts)
            parts[attributes.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    styles = _percent_styles(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
    return Workbook(
        parts,
        styles,
        macros=any(name.lower().endswith("vbaproject.bin") for name in names),
        external_links=sum(name.startswith("xl/externalLinks/externalLink") for name in names),
        embedded=sum(name.startswith("xl/embeddings/") for name in names),
    )


def _once(name: str, known: Container[str]) -> None:
    """Refuse a name given twice: the reader of cells might take the other."""
    if name in known:
        raise UnreadableSheet(f"a workbook that has the part {shown(name)} twice")


class TooFarOut(Exception):
    """A sheet has cells so far apart that what lies between them cannot be held; carries what was found."""


def marks(member: IO[bytes], percent_styles: frozenset[int], most_cells: int) -> Marks:
    """The marks of one sheet, from its XML.

    Raises:
        UnreadableSheet: the XML has a document type or another encoding.
        TooFarOut: its cells span a grid of more than `most_cells`.
    """
    xml = member.read()
    if b"\x00" in xml[:4] or _OTHER_ENCODING.match(xml[:200]):
        raise UnreadableSheet("a sheet whose XML is not in UTF-8")
    if (far := reach(xml, most_cells)) is not None:
        raise TooFarOut(f"cells as far out as {far}")
    return _Looking(percent_styles).of(xml) if _has_traces(xml, percent_styles) else Marks()


def reach(xml: bytes, most: int) -> str | None:
    """The corner of the grid that the cells of a sheet span, where that is of more than `most` cells.

    The cells' own addresses tell it: what a sheet says of its size may be anything. Each look is dearer than the one
    before it and is taken only where those leave it open: most sheets have no column with two letters, and can have
    any number of rows then; few are so long that a column with two letters is too wide; none has one with three.
    """
    narrow = _TWO_LETTERS.search(xml) is None
    if narrow and most >= _LETTERS * _LAST_ROW:
        return None
    last = max(map(int, _ROWS.findall(xml)), default=1)
    if (_LETTERS if narrow else _TWO_LETTERS_WIDE) * last <= most and _THREE_LETTERS.search(xml) is None:
        return None
    columns: set[bytes] = set()
    for address in (_ADDRESS if narrow else _WIDE).finditer(xml):
        columns.add(address[1])
        last = max(last, int(address[2]))
    outermost = max(columns, key=lambda each: (len(each), each), default=b"A").decode()
    return f"{outermost}{last}" if (column_index(outermost) + 1) * last > most else None


def _has_traces(xml: bytes, percent_styles: frozenset[int]) -> bool:
    """Whether the bytes may hold a mark. XML as no office program writes it, so that this cannot tell, counts as such.

    Few passes over the bytes, each for the shortest text without which there is no mark of its sort.
    """
    root = _ROOT.search(xml[:4096])
    if root is None or b"'" in xml or (b"&" in xml and b"&#" in xml):
        return True
    if xml.find(root[1], root.end()) >= 0:  # the namespace under another prefix
        return True
    if _FORMULA_OR_ERROR[0].search(xml) or _FORMULA_OR_ERROR[1].search(xml) or _HIDDEN.search(xml):
        return True
    return any(re.search(f'"{style}"'.encode(), xml) for style in percent_styles)


def _percent_styles(xml: bytes) -> frozenset[int]:
    """The cell styles that show a number as a percentage."""
    formats, found, within, count = set(_PERCENT_STYLES), set(), False, 0
    for tag, attributes in _elements(xml, ends=True):
        if tag == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
            formats.add(int(attributes.get("numFmtId", "-1")))
        elif tag in ("cellXfs", "/cellXfs"):
            within = tag == "cellXfs"
        elif tag == "xf" and within:
            if int(attributes.get("numFmtId", "0")) in formats:
                found.add(count)
            count += 1
    return frozenset(found)


def _elements(xml: bytes, *, ends: bool = False) -> list[tuple[str, dict[str, str]]]:
    """Each element's local name and attributes, in order; ends of elements as ``/name`` where they are asked for."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: found.append((_local(name), attributes))
    if ends:
        parser.EndElementHandler = lambda name: found.append((f"/{_local(name)}", {}))
    parser.Parse(xml, True)
    return found


def _parser() -> Any:
    parser = expat.ParserCreate(namespace_separator="}")

    def no_document_type(*_: object) -> None:
        raise UnreadableSheet("a workbook whose XML has a document type")

    parser.StartDoctypeDeclHandler = no_document_type
    return parser


def _local(name: str) -> str:
    return name.rpartition("}")[2]


class _Looking:
    """Goes through the cells of one sheet."""

    def __init__(self, percent_styles: frozenset[int]) -> None:
        self._percent = {str(style) for style in percent_styles}
        self._found = Marks()
        self._row, self._column, self._address = 0, -1, ""
        self._formula = self._result = self._text = False
        self._parser = _parser()

    def of(self, xml: bytes) -> Marks:
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.Parse(xml, True)
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        if tag == "c":
            self._cell(attributes)
        elif tag == "f":
            self._formula = True
        elif tag == "v":
            self._result = self._result or self._text  # of a text, an empty result is one
            self._parser.CharacterDataHandler = self._value
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), -1
            if attributes.get("hidden") in ("1", "true"):
                self._found.hidden_rows.append(self._row)
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            shown = letter(first - 1) if first == last else f"{letter(first - 1)} to {letter(last - 1)}"
            self._found.hidden_columns.append(shown)

    def _value(self, text: str) -> None:
        self._result = self._result or bool(text.strip())

    def _cell(self, attributes: dict[str, str]) -> None:
        self._formula = self._result = False
        self._text = attributes.get("t") == "str"
        address = attributes.get("r")
        if address is None:
            self._column += 1
            address = f"{letter(self._column)}{self._row}"
        else:
            self._column = column_index(address.rstrip("0123456789"))
        self._address = address
        if attributes.get("t") == "e":
            self._found.cells[address] = ERROR
        elif attributes.get("s") in self._percent and attributes.get("t", "n") == "n":
            self._found.cells[address] = PERCENT

    def _end(self, name: str) -> None:
        self._parser.CharacterDataHandler = None
        if self._formula and _local(name) == "c":
            self._formula = False
            if self._found.cells.get(self._address) != ERROR or not self._result:
                self._found.cells[self._address] = FORMULA if self._result else FORMULA_WITHOUT_RESULT
