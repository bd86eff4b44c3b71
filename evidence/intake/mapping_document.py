"""The document of a column mapping: TOML that a person writes and reads, taken strictly.

It says how each column of a template is filled from the columns of one source's files. What it does not say is not
done: a figure with a decimal comma, a date of another form, a unit of another name are faults until it declares them
(docs/decisions/0029).
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping as Named
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evidence.core.values import Code, Text, decimal_from_text
from evidence.errors import IntakeError, MalformedValue, UsageError
from evidence.intake.cells import NotACell, read_cell, refused, wanted
from evidence.intake.faults import shown
from evidence.intake.layout import Layout
from evidence.intake.table import Table, column_index, heading
from evidence.intake.templates import Column, Sort, Template, template

LARGEST = 256 * 1024
"""Bytes of a mapping's document; one that a person wrote is far smaller."""

ENCODINGS = (
    "utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
    "iso-8859-1", "iso-8859-2", "iso-8859-9", "iso-8859-15", "cp437", "cp850", "cp852", "mac-roman", "shift_jis",
    "euc-kr", "gb18030",
)  # fmt: skip

_FIGURES = {Sort.AMOUNT, Sort.WHOLE}
_DATE_TOKEN = re.compile("YYYY|YY|MMM|MM|M|DD|D|hh|mm|ss")
_LETTERS = "^[A-Z]{1,3}$"

Letters = Annotated[str, Field(pattern=_LETTERS)]
One = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Where(_Part):
    """A rule that tells rows which hold no data: by what one column of the file holds."""

    column: One
    """The heading, as the file has it."""
    equals: tuple[One, ...] | None = None
    starts_with: One | None = None
    empty: Literal[True] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return _listed(value, "equals")

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if sum(test is not None for test in (self.equals, self.starts_with, self.empty)) != 1:
            raise ValueError("one of equals, starts_with and empty")
        return self

    def holds(self, text: str) -> bool:
        """Whether a row with this text in the column is meant."""
        if self.equals is not None:
            return text in self.equals
        return text.startswith(self.starts_with) if self.starts_with is not None else not text

    def __str__(self) -> str:
        if self.equals is not None:
            return f"{self.column} is {' or '.join(map(shown, self.equals))}"
        return f"{self.column} begins with {shown(self.starts_with)}" if self.starts_with else f"{self.column} is empty"


class Filling(_Part):
    """How one of our columns is filled. The steps are done in the order of the fields."""

    of: tuple[One, ...] = Field(default=(), alias="from")
    """Headings in the file, of one column or of several that are joined."""
    letter: tuple[Letters, ...] = ()
    """The same by letter, as a spreadsheet shows it, for a column without a heading of its own."""
    constant: str | None = None
    """What every row has; the file is not asked."""
    join: str | None = None
    """What stands between the cells of several columns."""
    gaps: bool = False
    """Whether an empty one among them is left out."""
    split: One | None = None
    """What cuts the cell into parts."""
    part: Annotated[int, Field(ge=1, le=20)] | None = None
    """Which part is taken, counted from 1."""
    missing: str | None = None
    """What stands where the cell has no such part; otherwise that is a fault."""
    leading: tuple[One, ...] = ()
    """Marks of which one may stand before the value and is taken off."""
    trailing: tuple[One, ...] = ()
    """Marks of which one may stand after it."""
    empty: str | None = None
    """What an empty cell stands for; otherwise it is empty."""
    table: str | None = None
    """The name of a table under [tables] in which the value is looked up; a value that it lacks is a fault."""
    decimal: Literal[".", ","] | None = None
    grouping: Literal[".", ",", " ", "'", "’"] | None = None
    negative: Literal["before", "after", "brackets"] | None = None
    """Where the minus of a figure stands; before it where nothing is said."""
    times: str | None = None
    """What a figure is multiplied by, such as 0.01 where the file has cents."""
    percent: Literal["share", "hundredths"] | None = None
    """What a cell shown as 45 % is: the share 0.45, or 45."""
    date: str | None = None
    """The form of a date, of YYYY YY MM M MMM DD D hh mm ss; hours, minutes and seconds are read and left out."""
    century: Annotated[str, Field(pattern="^(19|20)$")] | None = None
    """The first two digits of a year of two."""
    months: tuple[One, ...] | None = None
    """Twelve names, for MMM."""
    time: Literal["left out"] | None = None
    """Whether the time of day in a spreadsheet's cell is left out."""
    without: str = ""
    """Characters that are taken out of a code, such as the dots of a tariff code."""
    separator: One | None = None
    """What separates the values of a list in the file; ours are separated by semicolons."""
    numbers: Literal["whole"] | None = None
    """Whether a cell that a spreadsheet holds as a whole number is a code: none begins with a zero."""

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"from": value}
        return _listed(value, "from", "letter", "leading", "trailing", "months")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        ways = [bool(self.of), bool(self.letter), self.constant is not None]
        if sum(ways) != 1:
            raise ValueError("one of from, letter and constant")
        if self.constant is not None and len(self.model_fields_set) > 1:
            raise ValueError("a constant alone: nothing else is done to it")
        if (len(self.of or self.letter) > 1) != (self.join is not None):
            raise ValueError("join where, and only where, several columns are named")
        if (self.split is None) != (self.part is None):
            raise ValueError("split and part together")
        if self.missing is not None and self.split is None:
            raise ValueError("missing only with split")
        if self.decimal is not None and self.decimal == self.grouping:
            raise ValueError("a grouping mark other than the decimal mark")
        if self.grouping == "." and self.decimal is None:
            raise ValueError("a decimal mark beside a grouping by points")
        if self.times is not None:
            _positive(self.times)
        if self.date is not None:
            _date_form(self.date, self.century, self.months)
        return self

    @property
    def factor(self) -> Decimal | None:
        """`times` as a figure."""
        return None if self.times is None else decimal_from_text(self.times)

    @property
    def theirs(self) -> str:
        """What it is filled from, in words."""
        if self.constant is not None:
            return f"always {shown(self.constant)}"
        return " + ".join(self.of or [f"column {each}" for each in self.letter])


class Mapping(_Part):
    """A column mapping. Two with the same bytes are the same."""

    name: Code
    of_source: Text
    """The party or system whose files these are."""
    template: One
    sheets: tuple[One, ...] | None = Field(default=None, alias="sheet")
    """The sheets it is for; None: any sheet that has the headings, and a file without sheets."""
    header_rows: tuple[Annotated[int, Field(ge=1)], ...] = ()
    first_row: Annotated[int, Field(ge=2)] | None = None
    encoding: Literal[ENCODINGS] | None = None  # type: ignore[valid-type]
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    formulas: Literal["cached"] | None = None
    decimal: Literal[".", ","] | None = None
    grouping: Literal[".", ",", " ", "'", "’"] | None = None
    negative: Literal["before", "after", "brackets"] | None = None
    date: str | None = None
    century: Annotated[str, Field(pattern="^(19|20)$")] | None = None
    months: tuple[One, ...] | None = None
    ignore: tuple[One, ...] = ()
    """Headings of columns that are not wanted."""
    ignore_letters: tuple[Letters, ...] = ()
    skip_where: tuple[Where, ...] = ()
    """Rows that are left out."""
    stop_where: tuple[Where, ...] = ()
    """The row from which on nothing is data."""
    columns: dict[str, Filling]
    tables: dict[str, dict[str, str]] = Field(default_factory=dict)
    note: str | None = None
    """For the reader; nothing is done with it."""
    document: bytes = b""

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        value = _listed(value, "sheet", "header_rows", "months", "ignore", "ignore_letters", "skip_where", "stop_where")
        if isinstance(value, dict) and value.get("sheet") == ("*",):
            value = {key: each for key, each in value.items() if key != "sheet"}
        return value

    @property
    def sha256(self) -> str:
        """Of its document."""
        return hashlib.sha256(self.document).hexdigest()

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that a file has to have."""
        named = [each for filling in self.columns.values() for each in filling.of]
        named += [rule.column for rule in (*self.skip_where, *self.stop_where)]
        return tuple(dict.fromkeys(map(heading, named)))

    @property
    def letters(self) -> tuple[str, ...]:
        """Every column that a file has to have by its letter."""
        return tuple(dict.fromkeys(each for filling in self.columns.values() for each in filling.letter))

    def fits(self, table: Table) -> bool:
        """Whether a table has the sheet and every column that the mapping speaks of."""
        last = table.first_column + len(table.header)
        lettered = all(table.first_column <= column_index(each) < last for each in self.letters)
        return not table.form and lettered and self.layout.takes(table.sheet, table.header)

    @property
    def layout(self) -> Layout:
        """What the readers of files are told."""
        return Layout(
            sheets=self.sheets,
            header_rows=self.header_rows,
            first_row=self.first_row,
            headings=self.headings,
            cached_formulas=self.formulas == "cached",
            encoding=self.encoding,
            delimiter=self.delimiter,
        )


def parse_mapping(data: bytes) -> Mapping:
    """The mapping that a document writes.

    Raises:
        IntakeError: it is not TOML, has a key that is not known, or says something that cannot be done.
    """
    if len(data) > LARGEST:
        raise IntakeError(f"The mapping has {len(data)} bytes; at most {LARGEST} are taken. It is not a mapping.")
    try:
        written = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise IntakeError("The mapping is not UTF-8 text. Save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise IntakeError(f"The mapping is not TOML: {error}. Put the line right.") from error
    try:
        mapping = Mapping.model_validate(written)
    except ValidationError as error:
        found = sorted(error.errors(), key=lambda each: each["type"] != "extra_forbidden")  # a slip of the pen first
        first = found[0]
        raise _complaint(first["loc"], first["type"], first["msg"], first["input"]) from error
    mapping = mapping.model_copy(update={"document": data})
    _check_against(mapping, _template_of(mapping))
    return mapping.model_copy(update={"columns": _with_defaults(mapping)})


def _template_of(mapping: Mapping) -> Template:
    try:
        return template(mapping.template)
    except UsageError as error:
        raise IntakeError(f"Mapping {mapping.name}, template: {error}") from error


def _with_defaults(mapping: Mapping) -> dict[str, Filling]:
    """Each column with the marks and the form of dates that the document gives for all of them."""
    known = _template_of(mapping).columns
    filled = {}
    for name, filling in mapping.columns.items():
        of_all: dict[str, Any] = {}
        if known[name].sort in _FIGURES and filling.table is None:
            of_all = {"decimal": mapping.decimal, "grouping": mapping.grouping, "negative": mapping.negative}
            if filling.decimal is not None and filling.grouping is None:
                del of_all["grouping"]  # the marks of one column are said together
        elif known[name].sort is Sort.DATE and filling.date is None and filling.table is None:
            of_all = {"date": mapping.date, "century": mapping.century, "months": mapping.months}
        told = {key: value for key, value in of_all.items() if getattr(filling, key) is None and value is not None}
        filled[name] = filling.model_copy(update=told) if told and filling.constant is None else filling
    return filled


def _check_against(mapping: Mapping, of: Template) -> None:
    """Hold a mapping against its template: columns, and what is written as ours."""
    say = _Say(mapping.name)
    if mapping.date is not None:
        say.on_value_error("date", lambda: _date_form(mapping.date or "", mapping.century, mapping.months))
    if mapping.decimal is not None and mapping.decimal == mapping.grouping:
        say.no("grouping", shown(mapping.grouping), "a mark other than the decimal mark")
    for name, filling in mapping.columns.items():
        column = of.columns.get(name)
        if column is None:
            say.no(f"columns.{name}", "a column that the template lacks", f"one of: {', '.join(of.columns)}")
        else:
            _check_filling(say, f"columns.{name}", column, filling, mapping.tables)
    if lacking := sorted(of.needed - mapping.columns.keys()):
        say.no("columns", f"nothing for {', '.join(lacking)}", f"every column that {of.name} needs")
    used = {filling.table for filling in mapping.columns.values()}
    if unused := sorted(mapping.tables.keys() - used):
        say.no(f"tables.{unused[0]}", "a table that no column uses", "a column with its name, or the table gone")
    if mapping.first_row is not None and mapping.first_row <= max(mapping.header_rows, default=1):
        say.no("first_row", str(mapping.first_row), "a row below the heading")
    if tuple(sorted(set(mapping.header_rows))) != mapping.header_rows:
        say.no("header_rows", str(list(mapping.header_rows)), "each row once, from the top")


def _check_filling(
    say: "_Say", key: str, column: Column, filling: Filling, tables: Named[str, Named[str, str]]
) -> None:
    figures_only = {"decimal", "grouping", "negative", "times", "percent"} & filling.model_fields_set
    if figures_only and column.sort not in _FIGURES:
        say.no(f"{key}.{min(figures_only)}", "it on a column of " + column.sort.value, "it on a column of figures")
    codes_only = {"without", "numbers"} & filling.model_fields_set
    if codes_only and column.sort not in {Sort.CODE, Sort.TEXT, Sort.LIST}:
        say.no(f"{key}.{min(codes_only)}", "it on a column of " + column.sort.value, "it on a column of codes or text")
    if filling.date is not None and column.sort in (_FIGURES | {Sort.FLAG, Sort.LIST}):
        say.no(f"{key}.date", "it on a column of " + column.sort.value, "it on a column of dates")
    if filling.separator is not None and column.sort is not Sort.LIST:
        say.no(f"{key}.separator", "it on a column of " + column.sort.value, "it on a column of lists")
    ours = {"constant": filling.constant, "missing": filling.missing, "empty": filling.empty}
    table = tables.get(filling.table or "")
    if filling.table is not None and table is None:
        say.no(f"{key}.table", shown(filling.table), "the name of a table under [tables]")
    values = {f"{key}.{name}": value for name, value in ours.items() if value}
    values |= {f"tables.{filling.table}.{theirs}": value for theirs, value in (table or {}).items() if value}
    for place, value in values.items():
        try:
            sound = not refused(column, read_cell(column, value))
        except NotACell:
            sound = False
        if not sound:
            say.no(place, shown(value), wanted(column))


class _Say:
    """Raises what is wrong with a mapping, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def no(self, key: str, found: str, wanted: str) -> None:
        raise IntakeError(f"Mapping {self._name}, {key}: found {found}, wanted {wanted}.")

    def on_value_error(self, key: str, check: Any) -> None:
        try:
            check()
        except ValueError as error:
            raise IntakeError(f"Mapping {self._name}, {key}: wanted {error}.") from error


def _complaint(where: tuple[int | str, ...], kind: str, message: str, found: object) -> IntakeError:
    """What the model refused first, with its key."""
    key = ".".join(map(str, where))
    if kind == "extra_forbidden":
        part: type[_Part] = Mapping if len(where) == 1 else Where if "_where" in str(where[0]) else Filling
        keys = sorted(field.alias or name for name, field in part.model_fields.items() if name != "document")
        return IntakeError(f"Mapping, {key}: found a key that is not known, wanted one of: {', '.join(keys)}.")
    if kind == "missing":
        return IntakeError(f"Mapping: found no {key}, wanted it. See 'evidence mapping draft'.")
    wanted = message.removeprefix("Value error, ").removeprefix("Input should be ")
    if kind == "value_error":
        return IntakeError(f"Mapping, {key}: wanted {wanted}.")
    return IntakeError(f"Mapping, {key}: found {shown(found)}, wanted {wanted}.")


def _listed(value: Any, *keys: str) -> Any:
    """Where one may be written for a list of one, and a list of TOML for a tuple."""
    if not isinstance(value, dict):
        return value
    several = {key: value[key] for key in keys if key in value}
    return value | {key: tuple(each) if isinstance(each, list) else (each,) for key, each in several.items()}


def _positive(text: str) -> None:
    try:
        if decimal_from_text(text) > 0:
            return
    except MalformedValue as error:
        raise ValueError("times as a decimal in quotes, such as '0.01'") from error
    raise ValueError("times above zero")


def _date_form(form: str, century: str | None, months: tuple[str, ...] | None) -> None:
    tokens = _DATE_TOKEN.findall(form)
    parts = [token[0] if token not in {"mm"} else "minute" for token in tokens]
    if parts.count("Y") != 1 or parts.count("M") != 1 or parts.count("D") > 1:
        raise ValueError("a date form with a year, a month and a day once each, such as DD.MM.YYYY")
    if ("YY" in tokens) != (century is not None):
        raise ValueError("century = '20' (or '19') beside a year of two digits, YY, and only there")
    if ("MMM" in tokens) != (months is not None):
        raise ValueError("months = [twelve names] beside MMM, and only there")
    if months is not None and len(set(months)) != 12:
        raise ValueError("twelve different names of months")
