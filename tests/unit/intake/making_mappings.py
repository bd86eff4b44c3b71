"""Makes mappings and the tables that they are laid over."""

from collections.abc import Mapping as Named
from collections.abc import Sequence

from evidence.intake.faults import Faults
from evidence.intake.mapping import Mapping, apply, parse_mapping
from evidence.intake.shape import shape
from evidence.intake.table import Cell, Row, Table
from evidence.intake.templates import template
from tests.unit.intake.making import NOW

ITEM = {
    "owner": '{ constant = "VOLTERA" }',
    "part": '"Teil"',
    "revision": '{ constant = "A" }',
    "description": '"Text"',
    "unit": '{ constant = "PCE" }',
}
"""The columns of an item mapping, as TOML; `document` lays others over them."""

RATE = {
    "currency": '{ constant = "EUR" }',
    "into": '{ constant = "USD" }',
    "day": '{ constant = "2023-05-02" }',
    "rate": '"Kurs"',
    "published_by": '{ constant = "Specimen bank" }',
    "purpose": '{ constant = "booking" }',
}


def document(template: str, columns: Named[str, str], *head: str, tail: str = "") -> bytes:
    """A mapping called m as its document has it."""
    lines = ['name = "m"', 'of_source = "SUP-1"', f'template = "{template}"', *head, "[columns]"]
    return "\n".join([*lines, *(f"{name} = {way}" for name, way in columns.items()), tail]).encode()


def items(part: str, *head: str, tail: str = "") -> Mapping:
    """A mapping of items whose part is filled so."""
    return parse_mapping(document("item", {**ITEM, "part": part}, *head, tail=tail))


def rates(rate: str, *head: str, tail: str = "") -> Mapping:
    """A mapping of exchange rates whose figure is filled so."""
    return parse_mapping(document("exchange-rate", {**RATE, "rate": rate}, *head, tail=tail))


def sheet(header: Sequence[str], *rows: Sequence[Cell], name: str | None = "S", first_column: int = 0) -> Table:
    """A table whose header stands in row 1."""
    numbered = [Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]
    return Table(name, tuple(header), 1, first_column, numbered, "p")


def values(mapping: Mapping, table: Table, column: str) -> tuple[list[object], list[str]]:
    """What a column of ours comes to, row by row, and every fault as a line."""
    faults = Faults("f.xlsx")
    read = apply(mapping, table, faults)
    shaped = shape(read, template(mapping.template), faults, NOW.date()) if not faults.count else []
    return [each.values[column] for each in shaped], [str(fault) for fault in faults.all()]
