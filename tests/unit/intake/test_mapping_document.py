"""A mapping's document is taken strictly: what it says amiss is named by its key, and nothing is filled in for it."""

from pathlib import Path

import pytest

from evidence.errors import IntakeError
from evidence.intake.mapping import parse_mapping
from evidence.intake.mapping_document import LARGEST, Filling, Mapping
from tests.unit.intake.making_mappings import ITEM, RATE, document, items, rates


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"name = ", "The mapping is not TOML: ", id="no-toml"),
        pytest.param(b"name = '\xff'", "The mapping is not UTF-8 text.", id="no-utf-8"),
        pytest.param(b"#" * (LARGEST + 1), f"at most {LARGEST} are taken", id="too-large"),
        pytest.param(b"name = 'm'\nof_source = 's'\ntemplate = 'item'", "found no columns, wanted it", id="no-columns"),
        pytest.param(document("item", ITEM, "nmae = 'x'"), "nmae: found a key that is not known", id="unknown-key"),
        pytest.param(document("items", ITEM), "template: No template is called 'items'", id="unknown-template"),
        pytest.param(document("item", {**ITEM, "weight": '"kg"'}), "columns.weight: found a column", id="not-ours"),
        pytest.param(document("item", {"part": '"T"'}), "nothing for description, owner", id="needed-column-missing"),
        pytest.param(document("item", ITEM, "decimal = ';'"), "decimal: found ';', wanted '.' or ','", id="mark"),
        pytest.param(
            document("item", ITEM, "decimal = ','", "grouping = ','"), "grouping: found ','", id="marks-alike"
        ),
        pytest.param(document("item", ITEM, "encoding = 'rot13'"), "encoding: found 'rot13'", id="encoding"),
        pytest.param(document("item", ITEM, "date = 'DD.MM'"), "date: wanted a date form", id="date-without-year"),
        pytest.param(document("item", ITEM, "date = 'DD.MM.YY'"), "date: wanted century", id="year-of-two-digits"),
        pytest.param(
            document("item", ITEM, "header_rows = [3, 2]"), "header_rows: found [3, 2]", id="rows-upside-down"
        ),
        pytest.param(
            document("item", ITEM, "header_rows = [3]", "first_row = 3"), "first_row: found 3", id="first-row"
        ),
        pytest.param(document("item", ITEM, tail="[tables.x]\na = 'b'"), "tables.x: found a table", id="unused-table"),
        pytest.param(
            document("item", ITEM, "skip_where = { column = 'Pos' }"),
            "skip_where.0: wanted one of equals",
            id="no-test",
        ),
        pytest.param(
            document("item", ITEM, "skip_where = { colunm = 'Pos', empty = true }"), "skip_where.0.colunm", id="its-key"
        ),
    ],
)
def test_what_is_amiss_is_named_by_its_key(data: bytes, says: str) -> None:
    with pytest.raises(IntakeError) as caught:
        parse_mapping(data)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        pytest.param("{ form = 'Teil' }", "columns.part.form: found a key that is not known, wanted one of: century"),
        pytest.param("{ from = 'a', letter = 'B' }", "columns.part: wanted one of from, letter and constant"),
        pytest.param("{ constant = 'a', split = '/' }", "columns.part: wanted a constant alone"),
        pytest.param("{ from = ['a', 'b'] }", "columns.part: wanted join where, and only where, several columns"),
        pytest.param("{ from = 'a', split = '/' }", "columns.part: wanted split and part together"),
        pytest.param("{ from = 'a', missing = 'A' }", "columns.part: wanted missing only with split"),
        pytest.param("{ from = 'a', decimal = ',' }", "columns.part.decimal: found it on a column of code"),
        pytest.param("{ from = 'a', times = '2' }", "columns.part.times: found it on a column of code"),
        pytest.param("{ from = 'a', separator = ',' }", "columns.part.separator: found it on a column of code"),
        pytest.param("{ from = 'a', table = 'none' }", "columns.part.table: found 'none'"),
        pytest.param("{ constant = 'not a code' }", "columns.part.constant: found 'not a code', wanted a code"),
        pytest.param("{ constant = 5 }", "columns.part.constant: found 5, wanted a valid string"),
        pytest.param("{ from = 'a', part = 0, split = '/' }", "columns.part.part: found 0"),
        pytest.param("{ letter = 'c' }", "columns.part.letter.0: found 'c'"),
        pytest.param("5", "columns.part: found 5"),
    ],
)
def test_a_column_that_is_filled_amiss_is_named(way: str, says: str) -> None:
    with pytest.raises(IntakeError) as caught:
        items(way)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("way", "says"),
    [
        pytest.param("{ from = 'a', without = ',' }", "columns.rate.without: found it on a column of amount"),
        pytest.param("{ from = 'a', numbers = 'whole' }", "columns.rate.numbers: found it on a column of amount"),
        pytest.param("{ from = 'a', times = 0.01 }", "columns.rate.times: found 0.01"),
        pytest.param("{ from = 'a', times = '-1' }", "columns.rate: wanted times above zero"),
        pytest.param("{ from = 'a', times = '1,5' }", "columns.rate: wanted times as a decimal in quotes"),
        pytest.param("{ from = 'a', grouping = '.' }", "columns.rate: wanted a decimal mark beside a grouping"),
        pytest.param("{ from = 'a', date = 'YYYY-MM' }", "columns.rate.date: found it on a column of amount"),
        pytest.param("{ from = 'a', empty = 'none' }", "columns.rate.empty: found 'none', wanted a decimal above 0"),
    ],
)
def test_a_figure_that_is_read_amiss_is_named(way: str, says: str) -> None:
    with pytest.raises(IntakeError) as caught:
        rates(way)
    assert says in str(caught.value)


def test_a_value_table_is_held_against_the_column_that_it_fills() -> None:
    columns = {**ITEM, "unit": '{ from = "ME", table = "u" }'}
    with pytest.raises(IntakeError, match=r"Mapping m, tables\.u\.kg: found 'kilo gram', wanted a code of at most 64"):
        parse_mapping(document("item", columns, tail="[tables.u]\nkg = 'kilo gram'"))


def test_marks_given_for_all_columns_are_those_of_figures_alone() -> None:
    mapping = parse_mapping(document("exchange-rate", RATE, "decimal = ','", "grouping = '.'", "date = 'DD.MM.YYYY'"))
    assert (mapping.columns["rate"].decimal, mapping.columns["rate"].grouping) == (",", ".")
    assert mapping.columns["purpose"].decimal is None
    own = rates('{ from = "Kurs", decimal = "." }', "decimal = ','", "grouping = '.'")
    assert (own.columns["rate"].decimal, own.columns["rate"].grouping) == (".", None)


def test_a_star_is_every_sheet() -> None:
    assert items('"Teil"', "sheet = '*'").sheets is items('"Teil"').sheets is None
    assert items('"Teil"', "sheet = ['2023', '2024']").sheets == ("2023", "2024")


def test_the_digest_is_that_of_the_document() -> None:
    data = document("item", ITEM)
    assert parse_mapping(data).document == data
    assert parse_mapping(data + b"\n").sha256 != parse_mapping(data).sha256


def test_the_documents_list_every_key_and_show_a_mapping_that_is_one() -> None:
    text = (Path(__file__).parents[3] / "docs" / "mappings.md").read_text(encoding="utf-8")
    file, _, column = text.partition("## A column")
    for model, part in ((Mapping, file), (Filling, column)):
        for name, field in model.model_fields.items():
            if name != "document":
                assert f"`{field.alias or name}`" in part
    example = text.partition("```toml\n")[2].partition("```")[0]
    assert parse_mapping(example.encode()).columns["price"].trailing == ("€", "EUR")
