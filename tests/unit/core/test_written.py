"""Records written straight from their values: the same bytes as by way of JSON values, or the same refusal."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.bill import BillLine, MakeOrBuy
from evidence.core.statements.load import Load
from evidence.core.statements.registry import KINDS
from evidence.core.statements.snapshot import WORKSHEET_TABLES, WrittenWorksheet, worksheet_lines
from evidence.core.statements.written import records_bytes
from evidence.core.values import Amount
from evidence.errors import MalformedJson
from tests.unit.core.line_samples import LINES
from tests.unit.core.samples import sample

_LINES = {kind.line: LINES[kind.kind] for kind in KINDS.values() if issubclass(kind, Load) and kind.kind in LINES}
_BILL = BillLine(
    owner="SPEC", parent="EV-1", parent_revision="A", plant="MX-1", effective_from=date(2023, 1, 1), child="INV-2",
    child_revision="A", quantity=Decimal("1.50"), unit="EA", make_or_buy=MakeOrBuy.BUY,
)  # fmt: skip


def _plain_way(record: Record) -> bytes:
    return canonical.dumps(record.model_dump(mode="json"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_a_statement_is_written_as_its_json_values_are(kind: type[Statement]) -> None:
    statement = sample(kind)
    assert records_bytes([statement]) == [_plain_way(statement)]


@pytest.mark.parametrize("line", _LINES, ids=lambda line: line.__name__)
def test_a_line_is_written_as_its_json_values_are(line: type[Record]) -> None:
    filled = line.model_validate(_LINES[line])
    empty = {name: None for name, field in line.model_fields.items() if not field.is_required()}
    assert records_bytes([filled]) == [_plain_way(filled)]
    unfilled = line.model_validate(_LINES[line]).model_copy(
        update={name: value for name, value in empty.items() if line.model_fields[name].default is None}
    )
    assert records_bytes([filled, unfilled]) == [_plain_way(filled), _plain_way(unfilled)]


def test_a_field_that_came_later_stands_only_where_it_is_filled() -> None:
    (without,) = records_bytes([_BILL])
    (filled,) = records_bytes([_BILL.model_copy(update={"scrap": Decimal("0.10")})])
    assert b'"scrap"' not in without
    assert b'"scrap":"0.1"' in filled
    assert b'"quantity":"1.5"' in filled


def test_records_of_several_kinds_come_back_in_their_order() -> None:
    some = [_BILL, sample(next(iter(KINDS.values()))), _BILL]
    assert records_bytes(some) == [_plain_way(each) for each in some]


def test_text_that_no_canonical_json_carries_is_refused_as_ever() -> None:
    with pytest.raises(MalformedJson, match="lone surrogate"):
        records_bytes([_BILL.model_copy(update={"unit": "\ud800"})])


class _Odd(Record):
    """A kind whose figure is no amount, so that orjson would not be asked."""

    figure: Decimal
    share: Amount


def test_a_kind_of_other_values_goes_the_plain_way() -> None:
    odd = _Odd(figure=Decimal("1.50"), share=Decimal("0.20"))
    assert records_bytes([odd]) == [_plain_way(odd)] == [b'{"figure":"1.50","share":"0.2"}']


def test_a_worksheet_put_together_of_its_rows_is_the_document_and_its_lines() -> None:
    head: dict[str, JsonValue] = {
        "schema_version": 1,
        "plant": "MX-1",
        "good": {"part": "EV-1", "owner": "SPEC"},
        "as_of": 7,
    }
    rows: dict[str, Sequence[JsonValue]] = {
        name: [{"b": 1, "a": name}, {"a": "Querétaro ],[", "b": None}] for name in WORKSHEET_TABLES
    }
    rows["views"] = []
    written = WrittenWorksheet(head, {name: canonical.dumps_each(some) for name, some in rows.items()})
    assert written.document() == canonical.dumps(head | rows)
    assert written.document(as_of=9) == canonical.dumps(head | rows | {"as_of": 9})
    assert written.lines() == [canonical.dumps(line) for line in worksheet_lines(head | rows)]
