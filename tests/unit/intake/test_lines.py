"""Lines of a load checked column by column: the same view and the same faults as row by row, in little memory."""

import itertools
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core import canonical
from evidence.intake.faults import Faults
from evidence.intake.lines import ShapedLines, shape_lines
from evidence.intake.shape import again, read_row
from evidence.intake.table import Cell, Row, Table, Typed
from evidence.intake.templates import template
from evidence.register.queries import Register
from tests.unit.intake import making
from tests.unit.intake.making import csv_text, faults, plan_of

TODAY = date(2024, 6, 3)
_numbers = itertools.count()

_CELLS: dict[str, list[Cell]] = {
    "owner": ["SPEC", " SPEC ", "", "nö", Typed("7", "number")],
    "parent": ["A", "B", "C", "\u202eA"],
    "parent_revision": ["A", ""],
    "plant": ["MX-1", "MX 1"],
    "effective_from": ["2023-01-01", "2024-02-30", "1899-01-01", Typed("2023-05-05", "date"), ""],
    "effective_to": ["", "2024-12-31", "2022-12-31", "soon"],
    "child": ["D", "E", "-"],
    "child_revision": ["A"],
    "quantity": ["1", "1.50", "-0", "0", "1e5", "1.000,5", "0.1234567890123", Typed("2.5", "number"), "9" * 19],
    "unit": ["PCE"],
    "make_or_buy": ["make", "buy", "steal", ""],
    "standard_value": ["", "12.50", "0.000125", "-1", "1234567890123.5"],
    "currency": ["", "USD", "MXN", "usd"],
    "scrap": ["", "0.5", "x"],
}


def _table(rows: list[tuple[Cell, ...]], header: tuple[str, ...]) -> Table:
    return Table("Sheet", header, 1, 0, [Row(number, cells) for number, cells in enumerate(rows, 2)], "test/1")


def _by_column(table: Table, name: str, place: Path) -> tuple[list[tuple[int, bytes]], Faults, ShapedLines]:
    found = Faults("f")
    made = shape_lines(table, template(name), found, TODAY, place / f"{next(_numbers)}.view")
    return list(made), found, made


def _by_row(table: Table, name: str) -> tuple[list[tuple[int, bytes]], Faults]:
    found, of = Faults("f"), template(name)
    columns = [of.columns[column] for column in table.header]
    lines = []
    for row in table.rows:
        shaped = read_row(table, row, columns, of, found, TODAY)
        if shaped is not None and shaped.model is not None:
            lines.append((row.number, canonical.dumps(shaped.model.model_dump(mode="json"))))
    return lines, found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_column_by_column_is_row_by_row(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    header = tuple(data.draw(st.permutations(list(_CELLS))))
    if data.draw(st.booleans()):
        header = tuple(name for name in header if name not in {"scrap", "effective_to", "standard_value"})
    cells = st.tuples(*(st.sampled_from(_CELLS[name]) for name in header))
    likely = st.tuples(*(st.just(_CELLS[name][0]) for name in header))
    table = _table(data.draw(st.lists(cells | likely, min_size=1, max_size=8)), header)
    lines, found, _ = _by_column(table, "bill-of-materials", tmp_path_factory.getbasetemp())
    wanted_lines, wanted = _by_row(table, "bill-of-materials")
    too_fine = {fault.row for fault in found.kept if "digits in all" in fault.wanted}
    assert [line for line in wanted_lines if line[0] not in too_fine] == lines
    assert [fault for fault in found.kept if "digits in all" not in fault.wanted] == wanted.kept


def test_the_scale_and_the_currency_of_a_load_are_those_of_its_figures(tmp_path: Path) -> None:
    header = tuple(_CELLS)
    good: dict[str, Cell] = {name: cells[0] for name, cells in _CELLS.items()}

    def rows(*updates: dict[str, Cell]) -> Table:
        return _table([tuple((good | update)[name] for name in header) for update in updates], header)

    one: dict[str, Cell] = {"standard_value": "12.50", "currency": "USD"}
    _, found, made = _by_column(rows(one, {**one, "quantity": "0.125"}, {}), "bill-of-materials", tmp_path)
    assert (found.count, made.scale, made.currency, len(made)) == (0, 3, "USD", 3)
    _, found, made = _by_column(rows(one, {**one, "currency": "MXN"}), "bill-of-materials", tmp_path)
    assert (found.count, made.scale, made.currency) == (0, 1, None)


def test_a_figure_that_no_column_holds_is_a_fault_of_its_cell(folder: Path, register: Register) -> None:
    first = {**making.PURCHASE, "invoice_line": "1", "price": "1234567890.50"}
    second = {**making.PURCHASE, "invoice_line": "2", "price": "0.000000000001"}
    (folder / "p.csv").write_text(csv_text(first, second))
    ((file, _, row, column, found, wanted),) = faults(plan_of(register, folder))
    assert (file, row, column, found) == ("p.csv", 2, "price", "1234567890.5")
    assert "18 digits, counting the 12 decimals" in wanted
    (folder / "p.csv").write_text(csv_text({**first, "price": "0.0000000000001"}))
    ((_, _, row, column, found, wanted),) = faults(plan_of(register, folder))
    assert (row, column, found) == (2, "price", "0.0000000000001")
    assert wanted == "at most 12 decimals, and 18 digits in all"


def test_a_row_said_twice_is_named_with_the_row_that_said_it_first(tmp_path: Path) -> None:
    header = tuple(making.PURCHASE)
    rows = [tuple({**making.PURCHASE, "invoice_line": str(number)}.values()) for number in (1, 2, 3, 2, 1)]
    _, found, _ = _by_column(_table(list(rows), header), "purchase", tmp_path)
    told = Faults("f")
    again(_table([], header), ("SUP-001", "INV-1", 2), ("seller", "invoice", "invoice_line"), 5, 3, told)
    again(_table([], header), ("SUP-001", "INV-1", 1), ("seller", "invoice", "invoice_line"), 6, 2, told)
    assert found.kept == told.kept


def test_more_values_than_are_remembered_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.intake.lines.MOST_KEPT", 3)
    header = tuple(making.ITEM)
    rows = [
        tuple({**making.ITEM, "part": f"P-{number % 17}", "revision": str(number)}.values()) for number in range(5000)
    ]
    lines, found, _ = _by_column(_table(list(rows), header), "item", tmp_path)
    assert (found.count, lines) == (0, _by_row(_table(list(rows), header), "item")[0])
