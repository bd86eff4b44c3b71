"""Reads one file as tables, and finds the template of each table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from evidence.errors import IntakeError
from evidence.intake import parser
from evidence.intake.csv_file import read_csv
from evidence.intake.faults import Faults, shown
from evidence.intake.gather import Found, gather, open_regular
from evidence.intake.layout import Layout
from evidence.intake.limits import Limits
from evidence.intake.mapping import Mapping, apply, lacking, say_beside
from evidence.intake.shape import header_fits
from evidence.intake.sniff import CSV, OLD_SPREADSHEETS, PDF, PLAIN, XLSX, XML, claimed_type, unopened
from evidence.intake.table import Table
from evidence.intake.template_help import explains_a_template
from evidence.intake.templates import DOCUMENT, Near, Template, match, near, template, templates

_PARSED = {XLSX: "xlsx", PDF: "pdf", XML: "xml"}
"""The parser of the bounded process for each type."""
_HIDDEN = ("a hidden sheet with rows", "it shown or taken out; or a mapping that names the sheet")

_FORM_MARKS = (b"/AcroForm", b"/ObjStm")
"""A PDF without either has no form: its catalogue stands in clear and names none."""
_PIECE = 1 << 20
_OPENED = "an archive or a mail that can be opened; or --kind document, or its name in a document index, to keep it so"


@dataclass(frozen=True, slots=True)
class Stray:
    """A table that fits neither a template nor a mapping, and what keeps it from that."""

    table: Table
    near: bool
    """Whether it is plainly meant to be one of ours."""
    mapped: bool
    """Whether it is meant to be one of those that a mapping is for."""
    found: str
    wanted: str


@dataclass(slots=True)
class ReadFile:
    """A file and the tables in it that fit a template; none for a file that is only kept."""

    found: Found
    faults: Faults
    tables: list[tuple[Table, Template]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    """Tables that fit no template: faults, unless an index names the file as an exhibit."""
    mapped: list[Mapping] = field(default_factory=list)
    """The mappings that its tables were read by."""
    closed: str | None = None
    """What it was said to be that would have been opened: a fault, unless an index names the file as an exhibit."""

    @property
    def rank(self) -> tuple[int, str]:
        """Plain documents come first, then what is named before what names it, then by name."""
        order = list(templates())
        return (max((order.index(each.name) + 1 for _, each in self.tables), default=0), self.found.name)

    def settle(self, is_exhibit: bool) -> None:
        """Turn the tables that fit no template into faults or, in an exhibit, into a notice."""
        if self.closed is not None and not is_exhibit and not self.faults.count:
            self.faults.add(self.closed, _OPENED)
        for stray in self.strays:
            if is_exhibit and not self.tables:
                continue
            table, hidden = stray.table, "hidden " if stray.table.hidden else ""
            if stray.near or not self.tables:
                found = f"on a hidden sheet {stray.found}" if hidden else stray.found
                self.faults.add(found, stray.wanted, sheet=table.sheet, row=table.header_row)
            elif not explains_a_template(table.sheet, table.header):
                self.notices.append(f"{hidden}sheet {table.sheet} fits no template; its rows are not read")


def read_file(
    found: Found, limits: Limits, kind: str | None, mappings: Sequence[Mapping] = (), said: str | None = None
) -> ReadFile:
    """The tables of a file.

    Args:
        found: the file.
        limits: bounds on what is read.
        kind: the template that its user says it has, or ``document``.
        mappings: what may turn foreign headings into a template's; of several that fit a table, the first.
        said: the type that the mail it came in says it has.
    """
    read = ReadFile(found, Faults(found.name))
    if kind == DOCUMENT:
        return read
    offered = [each for each in mappings if kind is None or each.template == kind]
    tables = _tables(found, limits, read, [each.layout for each in offered], asked=kind is not None)
    read.faults.order(table.sheet for table in tables)
    read.closed = None if tables else unopened(found.media_type, claimed_type(found.name), said)
    for table in tables:
        mapping = next((each for each in offered if each.fits(table)), None)
        if mapping is not None:
            read.mapped += [] if mapping in read.mapped else [mapping]
            if table.hidden and mapping.sheets is None:
                read.faults.add(*_HIDDEN, sheet=table.sheet)
            else:
                _take(read, apply(mapping, table, read.faults), template(mapping.template))
        else:
            _take_ours(read, table, kind, offered)
    if kind is not None and not read.tables and not read.strays and not read.faults.count:
        read.faults.add(f"a file of type {found.media_type}", f"a table of kind {kind}, as CSV, XLSX or fillable PDF")
    return read


def read_tables(path: Path, limits: Limits, layout: Layout) -> tuple[list[Table], ReadFile]:
    """Every table of one file with the headings that it has, of no template yet; faults and notices beside.

    Raises:
        IntakeError: it cannot be opened.
    """
    gathered = gather([path], limits)
    (found,) = gathered.files.values() or (None,)
    read = ReadFile(found, Faults(path.name)) if found is not None else None
    if read is None:
        raise IntakeError(f"{gathered.faults[0]}." if gathered.faults else f"{path} is no file.")
    return _tables(read.found, limits, read, [layout], asked=True), read


def _take_ours(read: ReadFile, table: Table, kind: str | None, offered: Sequence[Mapping]) -> None:
    """A table in the columns of a template, or a stray."""
    fits = _fit(table, kind)
    if not table.form and (isinstance(fits, Template) or not offered) and not header_fits(table, read.faults):
        return
    if not isinstance(fits, Template):
        stray = _stray(table, fits, offered)
        foreign_form = table.form and (fits is None or (kind is None and not _shares_most(table, fits)))
        only_kept = foreign_form or (read.found.media_type in (PLAIN, XML) and kind is None and not stray.mapped)
        if not only_kept:
            read.strays.append(stray)
    elif table.hidden:
        read.faults.add(*_HIDDEN, sheet=table.sheet)
    else:
        say_beside(table, read.faults)
        _take(read, table, fits)


def _take(read: ReadFile, table: Table, fits: Template) -> None:
    read.tables.append((table, fits))
    read.notices += table.notices


def _tables(found: Found, limits: Limits, read: ReadFile, layouts: Sequence[Layout], *, asked: bool) -> list[Table]:
    if found.media_type in OLD_SPREADSHEETS:
        read.notices.append("a spreadsheet of a sort whose rows are not read; save it as XLSX or CSV for that")
    if found.media_type == CSV or (found.media_type == PLAIN and layouts):
        table = read_csv(found.held, limits, read.faults if found.media_type == CSV else Faults(found.name), layouts)
        return [table] if table is not None else []
    if found.media_type not in _PARSED or (found.media_type == XML and not asked and not layouts):
        return []
    with open_regular(found.held) as file:
        if found.media_type == PDF and not _may_hold_a_form(file):
            return []
        file.seek(0)
        ask = {"layouts": [asdict(layout) for layout in layouts]}
        parsed = parser.parse(_PARSED[found.media_type], file, limits, read.faults, ask=ask)
        read.notices += parsed.notices
        return parsed.tables


def _may_hold_a_form(file: BinaryIO) -> bool:
    """Whether a mark of a form stands anywhere in a PDF; pieces overlap, so that none is cut in two."""
    end = b""
    while piece := file.read(_PIECE):
        if any(mark in end + piece for mark in _FORM_MARKS):
            return True
        end = piece[-max(map(len, _FORM_MARKS)) :]
    return False


def _fit(table: Table, kind: str | None) -> Template | Near | None:
    if kind is None:
        return match(table.header)
    wanted = template(kind)
    return near(wanted, table.header) or wanted


def _shares_most(table: Table, nearest: Near) -> bool:
    """Whether a form is plainly meant to be ours: most of its fields are columns of the nearest template."""
    return len(nearest.unknown) * 2 < len(table.header)


def _stray(table: Table, nearest: Near | None, offered: Sequence[Mapping]) -> Stray:
    """What keeps a table from its mapping where one is offered that it comes near to, else from its template."""
    meant = min(offered, key=lambda each: len(lacking(each, table)), default=None)
    if meant is not None and len(missing := lacking(meant, table)) * 2 <= len(meant.headings):
        found = f"a header without {', '.join(map(shown, missing))}" if missing else f"the sheet {shown(table.sheet)}"
        return Stray(table, True, True, found, f"the columns and sheets of mapping {meant.name}")
    if nearest is None:
        found = f"the columns {shown(', '.join(table.header))}"
        wanted = (
            "those of one template, see 'evidence import --template'; or a mapping of them, see 'evidence mapping "
            "draft'; or the file named in a document index"
        )
        return Stray(table, False, False, found, wanted)
    parts = [f"without {', '.join(nearest.missing)}"] if nearest.missing else []
    parts += [f"with unknown {', '.join(map(shown, nearest.unknown))}"] if nearest.unknown else []
    name = nearest.template.name
    wanted = f"the columns of {name}; see 'evidence import --template {name}'"
    return Stray(table, True, False, f"a header {' and '.join(parts)}", wanted)
