"""The workbook that goes back: the rows as they came, each wrong cell marked, and nothing in it that runs."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from evidence.errors import IntakeError
from evidence.intake import marked_up
from evidence.intake.csv_file import read_csv
from evidence.intake.faults import Fault, Faults
from evidence.intake.gather import gather
from evidence.intake.limits import Limits
from evidence.intake.mapping import apply
from evidence.intake.marked_up import write_marked_up
from evidence.intake.read_files import read_file
from evidence.intake.shape import shape
from evidence.intake.table import Row, Table, Typed
from tests.unit.intake import making
from tests.unit.intake.making_mappings import items, sheet

WRONG = "FFFFC7CE"
A_CODE = "a code of at most 64 letters, digits and . _ / + -"


def marked(folder: Path, table: Table | None, *faults: Fault, name: str = "w.xlsx") -> openpyxl.Workbook:
    out = folder / "marked.xlsx"
    write_marked_up(folder / name, [table] if table is not None else [], faults, out)
    return openpyxl.load_workbook(out)


def page(book: openpyxl.Workbook, name: str) -> Worksheet:
    found = book[name]
    assert isinstance(found, Worksheet)
    return found


def wrong(sheet: Worksheet) -> dict[str, str]:
    """The comments of a sheet by address; each stands in a coloured cell."""
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            assert (cell.fill.fgColor.rgb == WRONG) is (cell.comment is not None)
            if cell.comment is not None:
                found[cell.coordinate] = cell.comment.text
    return found


def fault(row: int | None, column: str | None, found: str = "'x'", wanted: str = "y", sheet: str | None = "S") -> Fault:
    return Fault("w.xlsx", sheet, row, column, found, wanted)


def test_a_wrong_cell_is_coloured_and_says_what_was_found_and_wanted(tmp_path: Path) -> None:
    table = sheet(["part", "text"], ["=1+1", "ok"], ["B", "bad"], first_column=1)
    book = marked(tmp_path, table, fault(3, "text (C)", "'bad'", "good"), fault(3, "text (C)", "more", "less"))
    assert book.sheetnames == ["Faults", "S"]
    back = page(book, "S")
    assert [[cell.value for cell in row] for row in back["B1:C3"]] == [["part", "text"], ["=1+1", "ok"], ["B", "bad"]]
    assert {cell.data_type for row in back["B1:C3"] for cell in row} == {"s"}
    assert wrong(back) == {"C3": "Found: 'bad'\nWanted: good\nFound: more\nWanted: less"}


def test_every_fault_is_listed_with_a_way_to_its_cell(tmp_path: Path) -> None:
    table = sheet(["part"], ["A"])
    whole = fault(None, None, "no end", "an end", sheet=None)
    book = marked(tmp_path, table, whole, fault(2, "part (A)", "=cmd|' /C calc'!A0", "text"), name="=list.xlsx")
    rows = [[cell.value for cell in row] for row in page(book, "Faults").iter_rows()]
    assert rows[0][0] == "=list.xlsx: 2 faults"
    assert rows[2][:5] == ["sheet", "row", "column", "found", "wanted"]
    assert rows[3][:5] == [None, None, None, "no end", "an end"]
    assert rows[4] == ["S", "2", "part (A)", "=cmd|' /C calc'!A0", "text", "A2"]
    link = page(book, "Faults")["F5"].hyperlink
    assert link is not None
    assert link.location == "'S'!A2"
    assert page(book, "Faults")["D5"].data_type == "s"


def test_a_fault_of_a_whole_row_stands_at_its_first_cell(tmp_path: Path) -> None:
    table = Table(None, ("a", "b"), 1, 0, [Row(2, ("1", "2")), Row(4, ("3", "4"))], "p")
    book = marked(tmp_path, table, fault(3, None, "1 cells", "2, as the header has", sheet=None), name="f.csv")
    assert book.sheetnames == ["Faults", "f"]
    assert wrong(page(book, "f")) == {"A3": "Found: 1 cells\nWanted: 2, as the header has"}
    assert page(book, "f")["B4"].value == "4"


def test_under_a_mapping_the_file_s_own_columns_go_back(tmp_path: Path) -> None:
    mapping = items("{ from = ['Teil', 'Nr'], join = '-' }", "ignore = 'Preis'")
    table = sheet(["Teil", "Nr", "Text", "Preis"], ["a b", "1", "x", "5,00"], first_column=1)
    faults = Faults("w.xlsx")
    read = apply(mapping, table, faults)
    for name, column in (("part", "Teil (B) + Nr (C)"), ("description", "Text (D)")):
        assert read.column(read.header.index(name)) == column
    book = marked(tmp_path, read, fault(2, "Teil (B) + Nr (C)"), fault(2, "description"))
    back = page(book, "S")
    assert [cell.value for cell in back[2]] == [None, "a b", "1", "x", "5,00"]
    assert wrong(back).keys() == {"B2", "C2", "D2"}


def test_a_typed_cell_goes_back_as_the_text_that_a_fault_shows(tmp_path: Path) -> None:
    table = sheet(["part"], [Typed("12345", "number")], [Typed("a formula", "refused", "the value")])
    back = page(marked(tmp_path, table), "S")
    assert [back["A2"].value, back["A3"].value] == ["12345", "a formula"]


def test_what_an_import_finds_goes_back_cell_by_cell(tmp_path: Path) -> None:
    good = [*making.ITEM.values()]
    path = making.write_xlsx(tmp_path / "w.xlsx", [[*making.ITEM], good, ["VOLTERA", 7, "A", "Frame", "no unit!"]])
    read = read_file(next(iter(gather([path], Limits()).files.values())), Limits(), None)
    for table, of in read.tables:
        shape(table, of, read.faults, making.NOW.date())
    write_marked_up(path, [table for table, _ in read.tables], list(read.faults.all()), tmp_path / "marked.xlsx")
    assert wrong(page(openpyxl.load_workbook(tmp_path / "marked.xlsx"), "Data")) == {
        "B3": f"Found: 7 in a cell formatted as a number, not as text\nWanted: {A_CODE}, typed into a cell formatted "
        "as text: a number loses its leading zeros and the digits past 15",
        "E3": f"Found: 'no unit!'\nWanted: {A_CODE}",
    }


def test_a_form_goes_back_as_one_row(tmp_path: Path) -> None:
    form = Table(None, ("number", "day"), 0, 0, [Row(0, ("1", "x"))], "p", form=True)
    back = page(marked(tmp_path, form, fault(None, "day", sheet=None), name="form.pdf"), "form")
    assert [[cell.value for cell in row] for row in back["A1:B2"]] == [["number", "day"], ["1", "x"]]
    assert wrong(back).keys() == {"B2"}


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        pytest.param(["a/b:c*d?e[f]g\\h"], ["a-b-c-d-e-f-g-h"], id="forbidden-marks"),
        pytest.param(["'x'", "", "\x1b[2J"], ["x", "Rows", "-2J"], id="quotes-nothing-and-control"),
        pytest.param(["x" * 40, "X" * 40], ["x" * 31, "X" * 27 + " (2)"], id="long-and-alike"),
        pytest.param(["Faults", "history"], ["Faults (2)", "history (2)"], id="taken-and-reserved"),
    ],
)
def test_names_of_sheets_are_made_such_as_a_workbook_may_have(
    names: list[str], kept: list[str], tmp_path: Path
) -> None:
    tables = [sheet(["a"], ["1"], name=name) for name in names]
    write_marked_up(tmp_path / "w.xlsx", tables, [], tmp_path / "marked.xlsx")
    assert openpyxl.load_workbook(tmp_path / "marked.xlsx").sheetnames == ["Faults", *kept]


def test_past_some_thousand_comments_the_rest_is_coloured_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marked_up, "MOST_COMMENTS", 3)
    table = sheet(["a"], *([str(number)] for number in range(5)))
    book = marked(tmp_path, table, *(fault(row, "a (A)") for row in range(2, 7)))
    back = page(book, "S")
    assert [back[f"A{row}"].comment is not None for row in range(2, 7)] == [True, True, True, False, False]
    assert {back[f"A{row}"].fill.fgColor.rgb for row in range(2, 7)} == {WRONG}
    assert page(book, "Faults").max_row == 8


def test_of_a_large_table_the_rows_with_faults_go_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked_up, "MOST_ROWS", 2)
    back = page(marked(tmp_path, sheet(["a"], *([str(n)] for n in range(9))), fault(8, "a (A)")), "S")
    assert [back[f"A{row}"].value for row in range(1, 10)] == ["a", "0", "1", None, None, None, None, "6", None]


def test_the_same_faults_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_marked_up(tmp_path / "w.xlsx", [sheet(["a"], ["1"])], [fault(2, "a (A)")], tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"nowhere.* cannot be written"):
        write_marked_up(tmp_path / "w.xlsx", [], [], tmp_path / "nowhere" / "marked.xlsx")


def test_a_row_of_another_width_goes_back_as_it_came(tmp_path: Path) -> None:
    path, faults = tmp_path / "f.csv", Faults("f.csv")
    path.write_text("a,b\n1,2,3\n4\n5,6\n")
    table = read_csv(path, Limits(), faults)
    assert table is not None
    assert len(list(table.rows)) == 1
    back = page(marked(tmp_path, table, *faults.all(), name="f.csv"), "f")
    assert [[cell.value for cell in row] for row in back["A2:C4"]] == [
        ["1", "2", "3"], ["4", None, None], ["5", "6", None],
    ]  # fmt: skip
    assert wrong(back).keys() == {"A2", "A3"}
