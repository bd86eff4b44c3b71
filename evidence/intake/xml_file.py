"""XML documents as tables, read inside the bounded process (`worker`).

A document type, entities and references to other files are refused, since records need none: what they are used for is
to make a small file large and to read what lies elsewhere. Each element that holds others, or comes more than once, is
a row of the table called by its path; the columns are paths too:

- ``.`` its own text, ``@currency`` an attribute, ``Price`` and ``Price@currency`` what stands once beneath it;
- ``../Number`` what stands once in the element around it, so that a line knows its invoice.

What comes more than once beneath an element is a table of its own. Names are without their namespace. Rows carry the
line in the file where their element begins.
"""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

VERSION = "evidence-xml/1"
_CHUNK = 1 << 20
_DEEPEST = 64
_MOST_TABLES = 200
_MOST_CELLS = 20_000_000
_INCLUDE = "http://www.w3.org/2001/XInclude"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

Say = Callable[[Any], None]
Fault = Callable[..., None]
Path = tuple[str, ...]


class _Refused(Exception):
    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(found)
        self.found, self.wanted = found, wanted


class _Element:
    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.attributes, self.line = name, attributes, line
        self.text = ""
        self.children: list[_Element] = []


def parse(stream: BinaryIO, request: dict[str, Any], say: Say, fault: Fault) -> None:
    """Answer with a table for each sort of element, or with what is wrong."""
    reader = _Reader(request)
    try:
        while chunk := stream.read(_CHUNK):
            reader.expat.Parse(chunk, False)
        reader.expat.Parse(b"", True)
        if reader.root is not None:
            _Tables(reader.root, request, say).say_all()
    except _Refused as refused:
        fault(refused.found, refused.wanted, row=reader.expat.CurrentLineNumber)
    except expat.ExpatError as error:
        found = f"XML that is not well-formed ({expat.ErrorString(error.code)})"
        fault(found, "a document that an XML reader opens", row=error.lineno)
    except (ValueError, LookupError) as error:  # an encoding that is none
        fault(f"XML that cannot be decoded ({type(error).__name__})", "UTF-8, or the encoding that it declares")


class _Reader:
    """The elements of a document as a tree, within bounds."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.root: _Element | None = None
        self.open: list[_Element] = []
        self.texts: list[list[str]] = []
        self.lengths: list[int] = []
        self.count = 0
        self.expat = expat.ParserCreate(namespace_separator=" ")
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._data
        self.expat.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise _Refused("a document type (DOCTYPE), which may hold entities", "XML without one")

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        space, _, name = full.rpartition(" ")
        if space == _INCLUDE:
            raise _Refused("a reference to another file (XInclude)", "XML that stands by itself")
        self.count += 1
        if self.count > self.request["rows"]:
            raise _Refused(f"more than {self.request['rows']} elements", "fewer; split the file or raise limits.rows")
        if len(self.open) >= _DEEPEST:
            raise _Refused(f"elements more than {_DEEPEST} deep", "records, which are not nested so deep")
        kept = {key.rpartition(" ")[2]: value for key, value in attributes.items() if not key.startswith(_INSTANCE)}
        self._short(max(map(len, kept.values()), default=0))
        element = _Element(name, kept, self.expat.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.texts.append([])
        self.lengths.append(0)

    def _end(self, _: str) -> None:
        self.lengths.pop()
        self.open.pop().text = "".join(self.texts.pop()).strip()

    def _data(self, text: str) -> None:
        self.lengths[-1] += len(text)
        self._short(self.lengths[-1] if text.strip() else 0)
        self.texts[-1].append(text)

    def _short(self, length: int) -> None:
        if length > self.request["cell_characters"]:
            raise _Refused(f"a value of {length} characters", f"at most {self.request['cell_characters']}")


class _Tables:
    """A tree as tables: which paths are rows is told by the whole document, since one that repeats may do so once."""

    def __init__(self, root: _Element, request: dict[str, Any], say: Say) -> None:
        self.root, self.request, self.say = root, request, say
        self.rows: dict[Path, list[tuple[_Element, tuple[_Element, ...]]]] = {}
        self.repeats: set[Path] = set()
        complex_paths: set[Path] = set()
        for path, element, around in _walk(root):
            self.rows.setdefault(path, []).append((element, around))
            if element.children or not around or (element.attributes and not element.text):
                complex_paths.add(path)
            counted: set[str] = set()
            for child in element.children:
                if child.name in counted:
                    self.repeats.add((*path, child.name))
                counted.add(child.name)
        self.rows = {path: rows for path, rows in self.rows.items() if path in complex_paths | self.repeats}
        self.cells = 0
        self.known: dict[tuple[_Element, str], dict[str, str]] = {}

    def say_all(self) -> None:
        if len(self.rows) > _MOST_TABLES:
            told = f"XML with {len(self.rows)} sorts of elements, more than records have: kept as a document"
            self.say({"notice": told})
            return
        for path, rows in self.rows.items():
            self._table(path, rows)

    def _table(self, path: Path, rows: list[tuple[_Element, tuple[_Element, ...]]]) -> None:
        header: dict[str, int] = {}
        read = []
        for element, around in rows:
            values = self._values(path, element, around)
            for column in values:
                header.setdefault(column, len(header))
            if len(header) > self.request["columns"]:
                told = f"<{path[-1]}> has more than {self.request['columns']} values: it is not read as a table"
                self.say({"notice": told})
                return
            self.cells += len(header)
            if self.cells > _MOST_CELLS:
                raise _Refused(f"more than {_MOST_CELLS} values", "fewer; split the file")
            read.append((element.line, values))
        if not header:
            return
        table = {"sheet": "/".join(path), "header": list(header), "header_row": 0, "first_column": 0}
        self.say({"table": {**table, "parser": f"{VERSION}; {expat.EXPAT_VERSION}", "hidden": False, "form": False}})
        for line, values in read:
            self.say([line, [values.get(column, "") for column in header]])

    def _values(self, path: Path, element: _Element, around: tuple[_Element, ...]) -> dict[str, str]:
        values: dict[str, str] = {}
        if element.text:
            values["."] = element.text
        values |= self._beneath(element, path, "")
        for up in range(1, len(around) + 1):
            above = path[: len(path) - up]
            for name, value in self._around(around[-up], above, path[len(above)]).items():
                values["../" * up + name] = value
        return values

    def _around(self, element: _Element, path: Path, without: str) -> dict[str, str]:
        """The same for an element around: asked for each row in it, so that it is worked out once."""
        found = self.known.get((element, without))
        if found is None:
            if len(self.known) > _DEEPEST:
                self.known.clear()
            found = self.known[element, without] = self._beneath(element, path, without)
        return found

    def _beneath(self, element: _Element, path: Path, without: str) -> dict[str, str]:
        """What stands once beneath an element: attributes, and elements that come once, with what is beneath them."""
        values = {f"@{name}": value for name, value in element.attributes.items()}
        for child in element.children:
            if child.name != without:
                self._once(child, (*path, child.name), child.name, values)
        return values

    def _once(self, element: _Element, path: Path, shown: str, values: dict[str, str]) -> None:
        if path in self.repeats:
            return
        if element.text or not element.children:
            values[shown] = element.text
        for name, value in element.attributes.items():
            values[f"{shown}@{name}"] = value
        for child in element.children:
            self._once(child, (*path, child.name), f"{shown}/{child.name}", values)


def _walk(root: _Element) -> Iterator[tuple[Path, _Element, tuple[_Element, ...]]]:
    """Every element in the order of the file, with its path and the elements around it."""
    waiting: list[tuple[Path, _Element, tuple[_Element, ...]]] = [((root.name,), root, ())]
    while waiting:
        path, element, around = waiting.pop()
        yield path, element, around
        inner = (*around, element)
        waiting += [((*path, child.name), child, inner) for child in reversed(element.children)]
