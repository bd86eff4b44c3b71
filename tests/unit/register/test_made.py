"""Rows made into values column by column: what their types would have made of them, and nothing of an altered row."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from evidence.core import canonical
from evidence.core.statements.base import Record
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.values import ON_RECORD
from evidence.register.made import Made, made
from evidence.register.tables import LINE_TABLES, LOAD_KINDS, plain_fields
from tests.unit.core.line_samples import LINES

SCALE = 6
_FILLED = [line for line in LINE_TABLES if LOAD_KINDS[line].kind in LINES]


def _line(line: type[Record]) -> Record:
    return line.model_validate(LINES[LOAD_KINDS[line].kind], context=ON_RECORD)


def _columns(records: list[Record]) -> list[list[Any]]:
    """The columns that a query gives of lines: figures shifted by the scale, lists and records as JSON."""
    fields = plain_fields(type(records[0])).items()
    return [[_stored(record, name, scalar) for record in records] for name, scalar in fields]


def _stored(record: Record, name: str, scalar: bool) -> Any:
    value = getattr(record, name)
    if value is None:
        return None
    if not scalar:
        return canonical.dumps(record.model_dump(mode="json")[name]).decode()
    if isinstance(value, Decimal):
        return int(value.scaleb(SCALE))
    return value.value if isinstance(value, StrEnum) else value


@pytest.mark.parametrize("line", _FILLED, ids=lambda line: line.__name__)
def test_a_row_is_made_into_the_line_that_it_was_made_of(line: type[Record]) -> None:
    lines = [_line(line), _line(line)]
    values = made(line, scaled=True).values(_columns(lines), SCALE)
    assert values == lines
    assert repr(values) == repr(lines)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("part", 7, id="a-number-for-a-text"),
        pytest.param("part", None, id="nothing-where-something-must-stand"),
        pytest.param("received_on", "soon", id="a-word-for-a-day"),
        pytest.param("quantity", "much", id="a-word-for-a-figure"),
    ],
)
def test_of_an_altered_row_no_value_is_made(column: str, value: object) -> None:
    columns = _columns([_line(PurchaseLine)])
    columns[list(plain_fields(PurchaseLine)).index(column)] = [value]
    assert Made(PurchaseLine, scaled=True).values(columns, SCALE) is None
