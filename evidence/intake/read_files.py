"""Reads one file as tables, and finds the template of each table."""

from dataclasses import dataclass, field

from evidence.intake import parser
from evidence.intake.csv_file import read_csv
from evidence.intake.faults import Faults, shown
from evidence.intake.gather import Found, open_regular
from evidence.intake.limits import Limits
from evidence.intake.shape import header_fits
from evidence.intake.sniff import CSV, OLD_SPREADSHEETS, PDF, XLSX
from evidence.intake.table import Table
from evidence.intake.templates import DOCUMENT, Near, Template, match, near, template, templates

_FORM_MARKS = (b"/AcroForm", b"/ObjStm")
"""A PDF without either has no form: its catalogue stands in clear and names none."""


@dataclass(slots=True)
class ReadFile:
    """A file and the tables in it that fit a template; none for a file that is only kept."""

    found: Found
    faults: Faults
    tables: list[tuple[Table, Template]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    strays: list[tuple[Table, Near | None]] = field(default_factory=list)
    """Tables that fit no template, with the nearest: faults, unless an index names the file as an exhibit."""

    @property
    def rank(self) -> tuple[int, str]:
        """Plain documents come first, then what is named before what names it, then by name."""
        order = list(templates())
        return (max((order.index(each.name) + 1 for _, each in self.tables), default=0), self.found.name)

    def settle(self, is_exhibit: bool) -> None:
        """Turn the tables that fit no template into faults or, in an exhibit, into a notice."""
        for table, nearest in self.strays:
            if is_exhibit and not self.tables:
                continue
            if nearest is None and self.tables:
                self.notices.append(f"sheet {table.sheet} fits no template; its rows are not read")
            else:
                _stray(table, nearest, self.faults)
        self.strays.clear()


def read_file(found: Found, limits: Limits, kind: str | None) -> ReadFile:
    """The tables of a file; `kind` is the template that its user says it has, or ``document``."""
    read = ReadFile(found, Faults(found.name))
    if kind == DOCUMENT:
        return read
    tables = _tables(found, limits, read)
    for table in tables:
        if not table.form and not header_fits(table, read.faults):
            continue
        fits = _fit(table, kind)
        if not isinstance(fits, Template):
            foreign_form = table.form and (fits is None or (kind is None and not _shares_most(table, fits)))
            if not foreign_form:
                read.strays.append((table, fits))
        elif table.hidden:
            read.faults.add("a hidden sheet with rows", "it shown or taken out", sheet=table.sheet)
        else:
            read.tables.append((table, fits))
    if kind is not None and not read.tables and not read.strays and not read.faults.count:
        read.faults.add(f"a file of type {found.media_type}", f"a table of kind {kind}, as CSV, XLSX or fillable PDF")
    return read


def _tables(found: Found, limits: Limits, read: ReadFile) -> list[Table]:
    if found.media_type in OLD_SPREADSHEETS:
        read.notices.append("a spreadsheet of a sort whose rows are not read; save it as XLSX or CSV for that")
    if found.media_type not in (CSV, XLSX, PDF):
        return []
    with open_regular(found.path) as file:
        if found.media_type == CSV:
            if found.size > limits.parser_bytes // 4:
                read.faults.add(f"a table of {found.size} bytes", f"at most {limits.parser_bytes // 4}; split it")
                return []
            table = read_csv(file.read(), limits, read.faults)
            return [table] if table is not None else []
        if found.media_type == PDF and not any(mark in (content := file.read()) for mark in _FORM_MARKS):
            del content
            return []
        parsed = parser.parse("xlsx" if found.media_type == XLSX else "pdf", file, limits, read.faults)
        read.notices += parsed.notices
        return parsed.tables


def _fit(table: Table, kind: str | None) -> Template | Near | None:
    if kind is None:
        return match(table.header)
    wanted = template(kind)
    return near(wanted, table.header) or wanted


def _shares_most(table: Table, nearest: Near) -> bool:
    """Whether a form is plainly meant to be ours: most of its fields are columns of the nearest template."""
    return len(nearest.unknown) * 2 < len(table.header)


def _stray(table: Table, nearest: Near | None, faults: Faults) -> None:
    if nearest is None:
        found = f"the columns {shown(', '.join(table.header))}"
        wanted = "those of one template; see 'evidence import --template', or name the file in a document index"
    else:
        parts = [f"without {', '.join(nearest.missing)}"] if nearest.missing else []
        parts += [f"with unknown {', '.join(map(shown, nearest.unknown))}"] if nearest.unknown else []
        found = f"a header {' and '.join(parts)}"
        wanted = f"the columns of {nearest.template.name}; see 'evidence import --template {nearest.template.name}'"
    faults.add(found, wanted, sheet=table.sheet, row=table.header_row)
