"""Templates as files: what is written can be filled, read back and recorded, and says what a person needs to know."""

import csv
import io
import shutil
import tomllib
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from evidence.errors import UsageError
from evidence.intake import template_help
from evidence.intake.drafts import ImportPlan
from evidence.intake.template_files import EXAMPLE_SAYS, template_csv, write_template, write_templates
from evidence.intake.template_help import column_help, kind_help, worked_rows
from evidence.intake.templates import Sort, template, templates
from tests.unit.intake.making import empty_register, faults, plan_of

PAPERS = Path(__file__).resolve().parents[3] / "examples" / "kinds" / "papers"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every template in both forms, as ``--template all`` writes them."""
    out = tmp_path_factory.mktemp("templates") / "all"
    assert len(write_templates("all", out)) == 2 * len(templates())
    return out


def planned(folder: Path, place: Path) -> ImportPlan:
    shutil.copytree(PAPERS, folder / "papers")
    with empty_register(place) as register:
        return plan_of(register, folder)


def fill(path: Path) -> None:
    """Type the examples of a workbook into its first sheet, as a person would: figures as numbers, days as days."""
    book = openpyxl.load_workbook(path)
    table, example = book.worksheets[0], book["Example"]
    names, *rows = zip(*example.iter_rows(min_row=2, values_only=True), strict=True)
    assert [cell.value for cell in table[1]] == list(names)
    figures = {each.name for each in template(path.stem).columns.values() if each.sort in (Sort.AMOUNT, Sort.WHOLE)}
    for number, row in enumerate(rows, 2):
        for column, (name, value) in enumerate(zip(names, row, strict=True), 1):
            table.cell(row=number, column=column, value=float(value) if value and name in figures else value)
    book.save(path)


def test_every_csv_as_written_would_be_recorded_as_it_is(written: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for path in written.glob("*.csv"):
        shutil.copy(path, tmp_path / "in")
    found = planned(tmp_path / "in", tmp_path)
    assert faults(found) == []
    assert len(found.files) == len(templates()) + len(list(PAPERS.iterdir()))


def test_every_workbook_is_recorded_once_its_example_stands_on_the_first_sheet(written: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for path in written.glob("*.xlsx"):
        fill(Path(shutil.copy(path, tmp_path / "in")))
    found = planned(tmp_path / "in", tmp_path)
    assert faults(found) == []
    assert len(found.files) == len(templates()) + len(list(PAPERS.iterdir()))


@pytest.mark.parametrize("name", list(templates()))
def test_a_template_prints_its_header_and_one_worked_row(name: str) -> None:
    header, row = csv.reader(io.StringIO(template_csv(template(name))))
    of = template(name)
    assert set(header) == set(of.columns)
    assert {each for each, cell in zip(header, row, strict=True) if cell} == set(worked_rows(of)[0])


@pytest.mark.parametrize("name", list(templates()))
def test_worked_rows_name_columns_of_their_kind_only(name: str) -> None:
    of = template(name)
    assert [set(row) - set(of.columns) for row in worked_rows(of) if set(row) - set(of.columns)] == []


@pytest.mark.parametrize("name", list(templates()))
def test_every_column_of_every_template_is_explained(name: str) -> None:
    assert [each.name for each in column_help(template(name)) if not each.help] == []


def test_no_words_for_a_column_are_kept_that_no_template_prints() -> None:
    path = Path(template_help.__file__).parent / "data" / "column_words.toml"
    kept = set(tomllib.loads(path.read_text(encoding="utf-8")).values())
    printed = {each.help for of in templates().values() for each in column_help(of)}
    assert kept - printed == set()


def test_a_column_may_have_a_text_of_its_own_behind_it() -> None:
    laws = {each.name: each.law for each in column_help(template("customs-entry"))}
    assert (laws["zone_status"], laws["port"]) == ("19 CFR part 146", kind_help(template("customs-entry")).law)


@pytest.mark.parametrize("name", list(templates()))
def test_every_kind_says_what_asks_for_it_and_under_which_text(name: str) -> None:
    about = kind_help(template(name))
    assert all((about.title, about.asks, about.law))
    assert all(each.takes and each.tier and each.law for each in column_help(template(name)))


def test_a_workbook_has_the_table_first_then_the_columns_then_the_example(written: Path) -> None:
    book = openpyxl.load_workbook(written / "purchase.xlsx")
    assert book.sheetnames == ["purchase", "Columns", "Example"]
    table = book["purchase"]
    assert table.freeze_panes == "A2"
    assert table.max_row == 1
    assert book["Example"]["A1"].value == EXAMPLE_SAYS


def test_each_heading_carries_its_help(written: Path) -> None:
    table = openpyxl.load_workbook(written / "purchase.xlsx")["purchase"]
    comments = {cell.value: cell.comment.text for cell in table[1]}
    assert comments["price_per"].startswith("Needed: yes.\nTakes a decimal above 0")
    assert comments["price_per"].endswith("How many units the price is for: 1, 100, 1000.")


def test_needed_columns_look_otherwise_than_those_that_may_be_left_out(written: Path) -> None:
    table = openpyxl.load_workbook(written / "purchase.xlsx")["purchase"]
    bold = {cell.value for cell in table[1] if cell.font.bold}
    assert bold == template("purchase").needed


def test_codes_have_the_text_format_so_that_a_leading_zero_stays(written: Path) -> None:
    of = template("classification")
    table = openpyxl.load_workbook(written / "classification.xlsx")["classification"]
    formats: dict[int, str] = {}
    for each in table.column_dimensions.values():  # neighbours alike stand under the first of them
        formats |= dict.fromkeys(range(each.min, each.max + 1), each.number_format)
    codes = [column.name for column in of.columns.values() if column.sort in (Sort.CODE, Sort.TEXT, Sort.LIST)]
    assert {cell.value: formats[cell.column] for cell in table[1] if cell.value in codes} == dict.fromkeys(codes, "@")


def test_a_closed_list_is_a_drop_down_list_with_exactly_its_values(written: Path) -> None:
    book = openpyxl.load_workbook(written / "use.xlsx")
    table, columns = book["use"], book["Columns"]
    letter = next(cell.column_letter for cell in table[1] if cell.value == "use")
    rule = next(each for each in table.data_validations.dataValidation if f"{letter}2" in str(each.sqref))
    assert rule.type == "list"
    cells = columns[rule.formula1.removeprefix("Columns!").replace("$", "")]
    assert tuple(cell.value for cell in cells[0]) == template("use").columns["use"].choices


def test_days_are_typed_as_days(written: Path) -> None:
    example = openpyxl.load_workbook(written / "purchase.xlsx")["Example"]
    cells = {row[0].value: row[1].value for row in example.iter_rows()}
    assert cells["invoiced_on"] == datetime(2024, 1, 22)  # noqa: DTZ001 (as workbooks have it)


def test_the_columns_are_told_with_need_bound_list_tier_and_text(written: Path) -> None:
    sheet = openpyxl.load_workbook(written / "wage-certificate.xlsx")["Columns"]
    head, about, *rows = sheet.iter_rows(values_only=True)
    assert head[:7] == ("column", "needed", "what it takes", "bound", "help", "who sees it", "law")
    assert (about[0], about[2]) == ("(wage-certificate)", "that a plant pays the high wage over a period")
    told = {row[0]: row for row in rows}
    assert told["base_wages"][1:4] == ("yes", "a decimal of at least 0, such as 1250.50", "of at least 0")
    assert told["base_wages"][5] == "sealed under its own key, since it is personal; others see a commitment only"
    assert told["scope"][7:10] == template("wage-certificate").columns["scope"].choices
    assert "29 CFR 810.105-810.135" in told["scope"][6]


def test_a_column_says_what_stands_under_its_field() -> None:
    told = {each.name: each.help for each in column_help(template("purchase-adjustment"))}
    assert told["amount"] == "What the value of the invoice line changes by: below zero for a credit."
    assert told["adjustment_kind"] == "What changed the purchase."


def test_a_column_of_a_contact_is_needed_only_where_the_contact_is_given() -> None:
    told = {each.name: each.needed for each in column_help(template("certification-of-origin"))}
    assert (told["certifier.name"], told["exporter.name"]) == ("yes", "where another column of exporter is filled")
    assert told["exporter.email"] == "no"


def test_an_example_is_never_taken_in(written: Path, tmp_path: Path) -> None:
    with empty_register(tmp_path) as register:
        found = plan_of(register, written / "purchase.xlsx")
    assert [(fault.sheet, fault.found) for fault in found.faults] == [("purchase", "a header and no rows")]


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    write_template(template("item"), tmp_path / "item.csv")
    with pytest.raises(UsageError, match="is there already"):
        write_template(template("item"), tmp_path / "item.csv")
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "item.xlsx").write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        write_templates("all", tmp_path / "all")
    assert [path.name for path in (tmp_path / "all").iterdir()] == ["item.xlsx"]


def test_a_template_is_written_as_csv_or_workbook_and_as_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv or \.xlsx"):
        write_template(template("item"), tmp_path / "item.ods")


def test_a_template_written_twice_has_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_template(template("item"), tmp_path / f"{name}.xlsx") for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
