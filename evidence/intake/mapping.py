"""Lays a saved mapping over a table of foreign headings, and shows what it does before it is used.

`parse_mapping` (in `mapping_document`) reads the document of a mapping. Rows keep their numbers, and every column of
ours knows the one of the file that it was filled from, so that a fault names the place as the file's reader sees it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from evidence.intake.cells import NotACell, read_cell
from evidence.intake.faults import Faults, shown
from evidence.intake.mapping_document import Filling, Mapping, Where, parse_mapping
from evidence.intake.mapping_values import Fill, filler, original
from evidence.intake.table import Cell, Row, Rows, Table, column_index, heading, letter
from evidence.intake.templates import template

__all__ = ["Mapping", "apply", "describe", "lacking", "parse_mapping", "say_beside"]

_AT_ONCE = 1_000
"""Rows turned into ours together."""
_MOST_KNOWN = 20_000
"""Different cells of a column that are remembered."""
_MOST_NAMED = 10
"""Rows left out that a notice names by number."""


def lacking(mapping: Mapping, table: Table) -> list[str]:
    """The columns that a mapping speaks of and a table does not have, by heading or by letter."""
    return [name for name in mapping.headings if name not in table.header] + [
        f"column {name}"
        for name in mapping.letters
        if not 0 <= column_index(name) - table.first_column < len(table.header)
    ]


def apply(mapping: Mapping, table: Table, faults: Faults) -> Table:
    """The table in our columns. Columns that the mapping does not speak of are faults; rows that it leaves out, told.

    Args:
        mapping: one that fits the table.
        table: as read, with the headings of the file.
        faults: takes what is wrong with the header. A cell that is not as the mapping says is refused in its place.
    """
    _check_header(mapping, table, faults)
    of = template(mapping.template)
    fillings = mapping.columns
    fills = tuple(
        _Fill(filler(of.columns[name], filling, mapping.tables), _sources(filling, table))
        for name, filling in fillings.items()
    )
    skip, stop = (_rules(rules, table) for rules in (mapping.skip_where, mapping.stop_where))
    rows = MappedRows(table.rows, fills, skip, stop, mapping.first_row or 0)
    return replace(
        table,
        header=tuple(fillings),
        rows=rows,
        parser=f"{table.parser}; mapping {mapping.name} {mapping.sha256[:16]}",
        places=tuple(_place(filling, table) for filling in fillings.values()),
        notices=(*table.notices, *_left_out(mapping, rows)),
        theirs=table,
    )


def describe(mapping: Mapping, table: Table) -> list[tuple[str, str, str]]:
    """How each column of ours is filled: its name, what from, and an example cell with what it becomes."""
    filled = apply(mapping, table, Faults(""))
    told: dict[str, str] = {}
    raw = {row.number: row for row in islice(table.rows, 200)}
    for row in islice(filled.rows, 100):
        for (name, filling), cell in zip(mapping.columns.items(), row.cells, strict=True):
            if name not in told and filling.constant is None and (text := _becomes(mapping, name, cell)):
                told[name] = text
        if len(told) == len(mapping.columns) or row.number not in raw:
            break
    lines = [(name, _theirs(filling, table), told.get(name, "")) for name, filling in mapping.columns.items()]
    lines += [("(ignored)", name, "") for name in mapping.ignore]
    return lines + [("(ignored)", f"column {name}", "") for name in mapping.ignore_letters]


def _becomes(mapping: Mapping, name: str, cell: Cell) -> str:
    """An example: what the file has, and what is read of it; empty where the cell is."""
    if isinstance(cell, str):
        return f"{shown(cell.strip())}, as it stands" if cell.strip() else ""
    try:
        value = read_cell(template(mapping.template).columns[name], cell)
    except NotACell as fault:
        return f"{fault.found} -> refused: {fault.wanted or 'not what the column takes'}"
    return f"{shown(original(cell))} -> {value}" if value is not None else ""


@dataclass(frozen=True, slots=True)
class _Fill:
    """One of our columns: what makes its cell, and which cells of the file's row it is made of."""

    make: Fill
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    where: Where
    index: int

    def holds(self, row: Row) -> bool:
        return self.where.holds(original(row.cells[self.index]).strip())


class _Column:
    """One of our columns while rows are gone through: each different cell of the file is turned into ours once."""

    def __init__(self, fill: _Fill) -> None:
        self._make, self._sources = fill.make, fill.sources
        self._known: dict[Cell | tuple[Cell, ...], Cell] = {}

    def cells(self, theirs: Sequence[tuple[Cell, ...]], rows: int) -> list[Cell]:
        """Ours, made of the columns of some rows of the file."""
        if not self._sources:
            return [self._make(())] * rows
        known, single = self._known, len(self._sources) == 1
        found: Sequence[Cell | tuple[Cell, ...]]
        found = theirs[self._sources[0]] if single else list(zip(*[theirs[i] for i in self._sources], strict=True))
        fresh = set(found).difference(known)
        if len(known) + len(fresh) > _MOST_KNOWN:
            known.clear()
            fresh = set(found)
        known.update((each, self._make((each,) if single else each)) for each in fresh)  # type: ignore[arg-type]
        return list(map(known.__getitem__, found))


@dataclass(frozen=True, slots=True)
class MappedRows:
    """Rows in our columns, made anew each time that they are gone through."""

    theirs: Rows
    fills: tuple[_Fill, ...]
    skip: tuple[_Rule, ...] = ()
    stop: tuple[_Rule, ...] = ()
    first_row: int = 0

    def __iter__(self) -> Iterator[Row]:
        columns = [_Column(fill) for fill in self.fills]
        kept = (row for row, rule in self.judged() if rule is None) if self.skip or self.stop else self._data()
        while chunk := list(islice(kept, _AT_ONCE)):
            theirs = list(zip(*[row.cells for row in chunk], strict=True))
            ours = zip(*[column.cells(theirs, len(chunk)) for column in columns], strict=True)
            for row, cells in zip(chunk, ours, strict=True):
                yield Row(row.number, cells)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def _data(self) -> Iterator[Row]:
        return (row for row in self.theirs if row.number >= self.first_row)

    def judged(self) -> Iterator[tuple[Row, Where | None]]:
        """Each row of the file from the first of data on, with the rule that leaves it out, if one does."""
        ended: Where | None = None
        for row in self._data():
            if ended is None and self.stop:
                ended = next((rule.where for rule in self.stop if rule.holds(row)), None)
            yield row, ended or next((rule.where for rule in self.skip if rule.holds(row)), None)


def _left_out(mapping: Mapping, rows: MappedRows) -> list[str]:
    """A notice for each rule that left rows out."""
    if not rows.skip and not rows.stop:
        return []
    numbers: dict[str, list[int]] = {}
    for row, rule in rows.judged():
        if rule is not None:
            numbers.setdefault(f"{'from the row on where ' if rule in mapping.stop_where else ''}{rule}", []).append(
                row.number
            )
    told = []
    for rule_text, found in numbers.items():
        named = ", ".join(map(str, found[:_MOST_NAMED])) + (" ..." if len(found) > _MOST_NAMED else "")
        told.append(f"mapping {mapping.name} leaves out {len(found)} rows, {rule_text}: row {named}")
    return told


def _rules(rules: Sequence[Where], table: Table) -> tuple[_Rule, ...]:
    return tuple(_Rule(rule, table.header.index(heading(rule.column))) for rule in rules)


def _sources(filling: Filling, table: Table) -> tuple[int, ...]:
    if filling.of:
        return tuple(table.header.index(heading(name)) for name in filling.of)
    return tuple(column_index(name) - table.first_column for name in filling.letter)


def _place(filling: Filling, table: Table) -> str:
    """The column as the file shows it; of a constant, that it is the mapping's own."""
    if filling.constant is not None:
        return "a constant of the mapping"
    return " + ".join(table.column(index) for index in _sources(filling, table))


def _theirs(filling: Filling, table: Table) -> str:
    return filling.theirs if filling.constant is not None else _place(filling, table)


def say_beside(table: Table, faults: Faults) -> None:
    """Fault a value that stands outside the columns of the header: nothing would ever read it."""
    if table.beside is not None:
        row, column = table.beside
        found = "a value outside the columns of the header"
        faults.add(found, "none there", sheet=table.sheet, row=row, column=column)


def _check_header(mapping: Mapping, table: Table, faults: Faults) -> None:
    """Every column of the file is spoken of, and each that is, is one."""
    say_beside(table, faults)
    wide = range(len(table.header))
    for name in mapping.headings:
        if table.header.count(name) > 1:
            wanted = "each column that the mapping names once; name it by its letter"
            faults.add(f"the column {shown(name)} twice", wanted, sheet=table.sheet, row=table.header_row)
    lettered = {column_index(each) - table.first_column for each in mapping.letters}
    ignored = {column_index(each) - table.first_column for each in mapping.ignore_letters}
    spoken = {*mapping.headings, *map(heading, mapping.ignore)}
    for index in wide:
        if index in lettered | ignored or table.header[index] in spoken:
            continue
        name = letter(table.first_column + index)
        found = shown(table.header[index]) if table.header[index] else f"column {name}, without a heading,"
        wanted = f"it under [columns] or in {'ignore' if table.header[index] else 'ignore_letters'} of the mapping"
        faults.add(
            f"{found}, of which mapping {mapping.name} does not speak".replace(",,", ","),
            wanted,
            sheet=table.sheet,
            row=table.header_row,
            column=table.column(index),
        )
