"""Rows that are lines of a load: checked column by column, and written to the parsed view as they are checked.

A file may have a million rows, so they are never all in memory. A row goes on to the view when every one of its cells
is what its column takes; each different cell of a column is looked at once, since a column says the same things over
and over. A row with anything wrong in it is looked at again by itself (`shape.read_row`), which names each cell. What
tells one row from every other is remembered by its hash alone, and where two are equal the rows are read once more.
"""

import re
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from operator import lt
from pathlib import Path
from typing import Any, BinaryIO, Final

from evidence.core import canonical
from evidence.core.bulk import many_rows
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE
from evidence.core.identifiers import Random
from evidence.core.statements.base import Record
from evidence.core.statements.line_form import MOST_KEPT, FieldForm, Refusals, field_forms, separable
from evidence.intake.cells import NotACell, read_cell
from evidence.intake.faults import Faults
from evidence.intake.shape import SPANS, UNIQUE, again, read_row
from evidence.intake.table import Cell, Row, Table
from evidence.intake.templates import Column, Sort, Template
from evidence.ledger.ahead import Ahead
from evidence.register.line_rows import MAX_DIGITS
from evidence.register.tables import is_figure

MAX_DECIMALS: Final = 12
"""The most that a load's scale may be (`Load.scale`)."""
_AT_ONCE = 2_000
_MANY: Final = 10_000
"""Lines from which on a second process is worth its start."""
_WRONG: Final = "\0"
"""Stands for a cell that its column does not take; no JSON is like it."""
_RECEIVED: Final = "received_on"
_CODE: Final = re.compile("[A-Za-z][A-Za-z0-9._/ -]{6,}[A-Za-z0-9]|[0-9][A-Za-z0-9._/ -]{8,}[A-Za-z0-9]").fullmatch
_PLAIN: Final[dict[Sort, Callable[[str], object]]] = {
    Sort.CODE: _CODE,
    Sort.TEXT: _CODE,
    Sort.AMOUNT: re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch,
}
"""What `read_cell` gives as it stands: no blanks about it, nothing unprintable, and too long to be a damaged code."""

Key = tuple[JsonValue, ...]


@dataclass(frozen=True, slots=True)
class ShapedLines:
    """The lines of one table: their parsed view, canonical JSON one a line, and the row of the file that each was."""

    view: Path
    rows: "array[int]"
    scale: int
    """The most decimals that any figure of theirs has."""
    currency: str | None
    """The one currency of their figures, where there is one."""
    hashes: set[int] = field(default_factory=set, repr=False)
    """Of what tells each from every other (`UNIQUE`); two that are equal are to be compared."""
    ahead: Ahead | None = field(default=None, compare=False, repr=False)
    """The process that derives their tree meanwhile, where they are many."""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Each row's number, and its line of the view."""
        with self.view.open("rb") as view:
            for row, line in zip(self.rows, view, strict=True):
                yield row, line.removesuffix(b"\n")

    def keys(self, names: Sequence[str], among: Collection[int] | None = None) -> Iterator[tuple[int, Key]]:
        """Each row's number, and the values of some of its fields as the view has them; `among` some hashes only."""
        for row, line in self:
            value: Any = canonical.loads(line)
            key = tuple([value.get(name) for name in names])
            if among is None or hash(tuple(map(_text, key))) in among:
                yield row, key


def shape_lines(
    table: Table, template: Template, faults: Faults, today: date, view: Path, random: Random | None = None
) -> ShapedLines:
    """The rows of a table as lines of a load, written to `view`, a file that is not there yet.

    Every row that is not as its kind has it leaves a fault for each cell that is wrong, and no line. Nothing was
    received after `today`. Where `random` is given, the tree of many lines is derived while they are made.
    """
    before = faults.count
    ahead: Ahead | None = None
    with many_rows(), view.open("xb") as out:
        making = _Making(table, template, faults, today, out)
        source = iter(table.rows)
        empty = True
        while chunk := list(islice(source, _AT_ONCE)):
            empty = False
            making.take(chunk)
            if ahead is None and random is not None and len(making.rows) > _MANY and faults.count == before:
                load: Any = template.kind  # whose rows are its lines
                ahead = Ahead(view, random(SEED_SIZE), load.line_prefix())
            if ahead is not None:
                out.flush()
                ahead.grow(out.tell())
    if empty and faults.count == before:
        faults.add("a header and no rows", "at least one row", sheet=table.sheet)
    made = ShapedLines(view, making.rows, making.scale, making.currency, making.hashes, ahead)
    if faults.count == before:
        making.digits_fit(made)
    if faults.count == before and making.doubtful:
        seen: dict[Key, int] = {}
        for row, key in made.keys(making.key, making.doubtful):
            if key in seen:
                again(table, key, making.key, row, seen[key], faults)
            seen.setdefault(key, row)
    return made


class _Making:
    """The lines of one table while they are made."""

    def __init__(self, table: Table, template: Template, faults: Faults, today: date, out: BinaryIO) -> None:
        self._table, self._template, self._faults, self._today, self._out = table, template, faults, today, out
        self.rows, self.scale, self.hashes = array("L"), 0, set[int]()
        self.key = UNIQUE.get(template.name, ())
        """The fields that tell a row from every other, none where rows may be alike."""
        self.doubtful = set[int]()
        """Hashes of keys that came twice."""
        self._currencies, self._whole = set[str](), 0
        self._columns = [template.columns[name] for name in table.header]
        self._bound = _text(today.isoformat())
        line: type[Record] = template.model  # type: ignore[assignment]  # a load's rows are its lines
        forms = field_forms(line)
        left_out = {name: form for name, form in forms.items() if name not in table.header and not form.later}
        self._fixed = {name: _text(form.default) for name, form in left_out.items() if not form.required}
        self._figures = [name for name, info in line.model_fields.items() if is_figure(info.annotation)]
        by_column = separable(line) and len(self._fixed) == len(left_out)
        self._cells = [_Cells(column, forms[column.field], self) for column in self._columns] if by_column else []
        self._always = min(name for name, form in forms.items() if not form.later)
        shown = [name for name in sorted(forms) if not forms[name].later or name in table.header]
        self._form = "{" + "".join(self._place(name, forms[name]) for name in shown) + "}\n"

    @property
    def currency(self) -> str | None:
        return next(iter(self._currencies)) if len(self._currencies) == 1 else None

    def _place(self, name: str, form: FieldForm) -> str:
        """Where a field stands in a line; one that came later brings its name along, or is not there at all."""
        if form.later:
            return "%s"
        return self.member(name, self._fixed[name].replace("%", "%%") if name in self._fixed else "%s")

    def member(self, name: str, text: str) -> str:
        """A member of a line's object, with the comma between it and the one field that always stands."""
        ends = ("", "") if name == self._always else ("", ",") if name < self._always else (",", "")
        return f'{ends[0]}"{name}":{text}{ends[1]}'

    def take(self, chunk: Sequence[Row]) -> None:
        """Check some rows, and write those that are lines."""
        if not self._cells:
            for row in chunk:
                self._alone(row)
            return
        cells = zip(*[row.cells for row in chunk], strict=True)
        texts = {each.column.name: each.texts(of) for each, of in zip(self._cells, cells, strict=True)}
        doubted = self._doubted(texts)
        lines = list(map(self._form.__mod__, zip(*[texts[name] for name in sorted(texts)], strict=True)))
        if not doubted:
            self._write([row.number for row in chunk], lines, texts)
            return
        for index, (row, line) in enumerate(zip(chunk, lines, strict=True)):
            if index in doubted:
                self._alone(row)
            else:
                self._write([row.number], [line], {name: [column[index]] for name, column in texts.items()})

    def _doubted(self, texts: Mapping[str, list[str]]) -> set[int]:
        """Rows with a cell that is not what its column takes, or whose days may not be in order."""
        found = {index for column in texts.values() if _WRONG in column for index in _where(column, _WRONG.__eq__)}
        for first, last in SPANS:
            if first in texts and last in texts:
                found.update(_where(map(lt, texts[last], texts[first]), bool))
        if _RECEIVED in texts:
            ahead = {day for day in set(texts[_RECEIVED]) - {"null"} if day > self._bound}
            found.update(_where(texts[_RECEIVED], ahead.__contains__) if ahead else ())
        return found

    def _alone(self, row: Row) -> None:
        """Look at one row by itself; it leaves faults, or is a line after all."""
        before = self._faults.count
        shaped = read_row(self._table, row, self._columns, self._template, self._faults, self._today)
        if shaped is None or shaped.model is None:
            return
        value: dict[str, JsonValue] = shaped.model.model_dump(mode="json")
        for name in self._figures:
            if value.get(name) is not None and not self.figure(str(value[name])):
                wanted = f"at most {MAX_DECIMALS} decimals, and {MAX_DIGITS} digits in all"
                place = self._table.column(self._table.header.index(name))
                self._faults.add(str(value[name]), wanted, sheet=self._table.sheet, row=row.number, column=place)
        if self._faults.count == before:
            self.currency_seen(value.get("currency"))
            texts = {name: [_text(value[name])] for name in value}
            self._write([row.number], [canonical.dumps(value).decode() + "\n"], texts)

    def _write(self, rows: list[int], lines: list[str], texts: Mapping[str, list[str]]) -> None:
        self._out.write("".join(lines).encode())
        self.rows.extend(rows)
        if self.key:
            columns = [texts.get(name) or [self._fixed.get(name, "null")] * len(rows) for name in self.key]
            hashes = list(map(hash, zip(*columns, strict=True)))
            fresh = set(hashes)
            if len(fresh) < len(hashes) or not self.hashes.isdisjoint(fresh):
                for one in hashes:
                    if one in self.hashes:
                        self.doubtful.add(one)
                    self.hashes.add(one)
            self.hashes |= fresh

    def figure(self, text: str) -> bool:
        """Take note of a figure; whether the register can hold one like it."""
        whole, _, part = text.removeprefix("-").partition(".")
        decimals, digits = len(part), len(whole)
        if decimals > MAX_DECIMALS or digits + decimals > MAX_DIGITS:
            return False
        if decimals > self.scale:
            self.scale = decimals
        if digits > self._whole:
            self._whole = digits
        return True

    def figures(self, texts: Sequence[str]) -> bool:
        """As `figure`, of many at once; takes note of none where the register cannot hold one of them."""
        parts = {(len(whole), len(part)) for whole, _, part in (text.lstrip("-").partition(".") for text in texts)}
        fit = all(part <= MAX_DECIMALS and whole + part <= MAX_DIGITS for whole, part in parts)
        if fit:
            self._whole = max(self._whole, *(whole for whole, _ in parts), 0)
            self.scale = max(self.scale, *(part for _, part in parts), 0)
        return fit

    def currency_seen(self, value: JsonValue) -> None:
        """Take note of what the figures of a row are in."""
        if isinstance(value, str):
            self._currencies.add(value)

    def digits_fit(self, made: ShapedLines) -> None:
        """Fault a file whose figures, written with the decimals of the finest, pass what the register holds."""
        if self._whole + self.scale <= MAX_DIGITS:
            return
        for row, key in made.keys(self._figures):
            for name, value in zip(self._figures, key, strict=True):
                if value is not None and len(str(value).lstrip("-").partition(".")[0]) == self._whole:
                    wanted = (
                        f"at most {MAX_DIGITS} digits, counting the {self.scale} decimals that others in the file have"
                    )
                    place = self._table.column(self._table.header.index(name))
                    self._faults.add(str(value), wanted, sheet=self._table.sheet, row=row, column=place)
                    return


class _Cells:
    """One column: what stands in it, each different cell looked at once."""

    def __init__(self, column: Column, form: FieldForm, making: _Making) -> None:
        self.column, self._form, self._making = column, form, making
        self._amount, self._currency = column.sort is Sort.AMOUNT, column.name == "currency"
        self._plain = None if self._currency or form.later else _PLAIN.get(column.sort)
        self._kept: dict[Cell, str] = {}

    def texts(self, cells: tuple[Cell, ...]) -> list[str]:
        """The JSON of each cell's value, or `_WRONG` for one that is to be looked at with its row."""
        kept = self._kept
        fresh = set(cells).difference(kept)
        if fresh:
            if len(kept) + len(fresh) > MOST_KEPT:
                kept.clear()
                fresh = set(cells)
            if self._plain is not None:
                plain = [cell for cell in fresh if cell.__class__ is str and self._plain(cell)]
                if texts := self._together(plain):
                    kept.update(zip(plain, texts, strict=True))
                    fresh.difference_update(plain)
            kept.update(self._looked_at(fresh))
        return list(map(kept.__getitem__, cells))

    def _together(self, plain: list[str]) -> list[str]:
        """The JSON of cells that `read_cell` gives as they stand; none where one of them is to be looked at alone."""
        try:
            values = self._form.view_values(plain)
            together = "".join(values)  # type: ignore[arg-type]  # a value that is not text ends it
        except (*Refusals, TypeError):
            return []
        if not (together.isascii() and together.isprintable()) or '"' in together or "\\" in together:
            return []
        if self._amount and not self._making.figures(values):  # type: ignore[arg-type]
            return []
        return [f'"{value}"' for value in values]

    def _looked_at(self, cells: Iterable[Cell]) -> Iterator[tuple[Cell, str]]:
        """As `shape.read_row` reads them, each by itself."""
        read: list[tuple[Cell, Any]] = []
        for cell in cells:
            try:
                value = read_cell(self.column, cell)
            except NotACell:
                yield cell, _WRONG
                continue
            if value is None and not self.column.nullable:
                if self.column.sort is not Sort.LIST:
                    yield cell, _WRONG
                    continue
                value = ""
            if value is None and not self._form.required:
                yield cell, self._shown(self._form.default)
            else:
                read.append((cell, value))
        try:
            plain = self._form.view_values([value for _, value in read])
        except Refusals:
            yield from ((cell, self._tried(value)) for cell, value in read)
        else:
            yield from ((cell, self._shown(value)) for (cell, _), value in zip(read, plain, strict=True))

    def _tried(self, value: Any) -> str:
        try:
            (plain,) = self._form.view_values([value])
        except Refusals:
            return _WRONG
        return self._shown(plain)

    def _shown(self, plain: JsonValue) -> str:
        """A value as its line of the view has it."""
        if self._amount and plain is not None and not self._making.figure(str(plain)):
            return _WRONG
        if self._currency:
            self._making.currency_seen(plain)
        if self._form.later:  # written where it is filled and not otherwise (`load.LATER`)
            return "" if plain is None else self._making.member(self._form.name, _text(plain))
        return _text(plain)


def _text(value: JsonValue) -> str:
    """A value in canonical JSON; text that needs no escape is put in quotes."""
    if type(value) is str and value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return canonical.dumps(value).decode()


def _where(found: Iterable[Any], holds: Callable[[Any], bool]) -> Iterator[int]:
    return (index for index, value in enumerate(found) if holds(value))
