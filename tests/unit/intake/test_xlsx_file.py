"""Workbooks as they come: read where that is safe; each mess caught at its cell, with what happened and what to do."""

import datetime
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from evidence.intake.gather import gather
from evidence.intake.limits import Limits
from evidence.intake.mapping import Mapping, parse_mapping
from evidence.intake.read_files import ReadFile, read_file
from evidence.intake.shape import shape
from evidence.intake.xlsx_marks import reach
from tests.unit.intake import making
from tests.unit.intake.making_mappings import ITEM, document, items

HEADER = list(making.ITEM)
GOOD = list(making.ITEM.values())
A_CODE = "a code of at most 64 letters, digits and . _ / + -"
AS_TEXT = f"{A_CODE}, typed into a cell formatted as text"


def read(
    path: Path, *mappings: Mapping, kind: str | None = None
) -> tuple[ReadFile, list[dict[str, object]], list[str]]:
    """The file as read, the values of its rows, and every fault as a line."""
    found = next(iter(gather([path], Limits()).files.values()))
    came = read_file(found, Limits(), kind, mappings)
    came.settle(is_exhibit=False)
    shaped = [each for table, of in came.tables for each in shape(table, of, came.faults, making.NOW.date())]
    return came, [each.values for each in shaped], [str(fault) for fault in came.faults.all()]


def book(folder: Path, *rows: Sequence[object], date_1904: bool = False, **formats: str) -> Path:
    """A workbook whose sheet S has our item columns; a format by the address of its cell."""
    path = folder / "w.xlsx"
    options = {"strings_to_formulas": False, "strings_to_urls": False, "date_1904": date_1904}
    with xlsxwriter.Workbook(path, options) as made:
        page = made.add_worksheet("S")
        for number, row in enumerate([HEADER, *rows]):
            for column, value in enumerate(row):
                name = formats.get(f"{'ABCDEFGH'[column]}{number + 1}")
                style = made.add_format({"num_format": name}) if name else None
                if isinstance(value, str) and value.startswith("="):
                    page.write_formula(number, column, value, style, "FRM-201")
                else:
                    page.write(number, column, value, style)
    return path


def typed(folder: Path, part: object, name: str | None = None) -> list[str]:
    """The faults of a workbook whose part in row 2 is typed so."""
    formats = {"B2": name} if name else {}
    return read(book(folder, ["VOLTERA", part, "A", "Frame", "PCE"], **formats))[2]


@pytest.mark.parametrize(
    ("part", "name", "says"),
    [
        pytest.param(
            12345,
            None,
            f"found 12345 in a cell formatted as a number, not as text, wanted {AS_TEXT}: a number loses "
            "its leading zeros and the digits past 15",
            id="leading-zeros-may-be-gone",
        ),
        pytest.param(
            123456789012345678,
            None,
            "found the number 1.234567890123457e+17, damaged by the spreadsheet (more than 15 digits), wanted it as "
            "text, from where it was whole: a number carries 15 digits",
            id="18-digits",
        ),
        pytest.param(
            datetime.date(2023, 3, 1),
            "mmm-yy",
            f"found 2023-03-01 in a cell formatted as a date, not as text, wanted {AS_TEXT}: the spreadsheet makes a "
            "date of a code such as MAR-1 or 1-2",
            id="a-date-made-of-mar-1",
        ),
        pytest.param(
            datetime.datetime(2023, 3, 1, 14, 3),  # noqa: DTZ001 -- as a spreadsheet has it
            "dd.mm.yyyy hh:mm",
            f"found the moment 2023-03-01 14:03:00, wanted {A_CODE}; a mapping declares that the time is left out, see "
            "'evidence mapping draft'",
            id="a-moment",
        ),
        pytest.param(
            datetime.time(14, 3), "hh:mm", f"found a time of day or a span (14:03:00), wanted {A_CODE}", id="a-time"
        ),
        pytest.param(
            True,
            None,
            f"found yes in a cell formatted as a flag, not as text, wanted {AS_TEXT}: the spreadsheet makes a "
            "yes or no of a word",
            id="a-truth",
        ),
        pytest.param(
            0.45,
            "0.0%",
            f"found 0.45, shown as 45 %, wanted {A_CODE}; a mapping declares percentages, see 'evidence mapping draft'",
            id="a-percentage",
        ),
        pytest.param(
            "=B9",
            None,
            "found a formula, wanted the value typed in; or a mapping that says formulas = 'cached'",
            id="a-formula",
        ),
        pytest.param(
            "1.23457E+17",
            None,
            f"found '1.23457E+17', which a spreadsheet may have made of another code, wanted {AS_TEXT}: "
            "a number loses its digits past 15, and a code such as MAR-1 or 1-2 becomes a date",
            id="scientific-text",
        ),
        pytest.param("", None, f"found nothing, wanted {A_CODE}", id="nothing"),
        pytest.param("FRM\u00a0201", None, f"found 'FRM\\xa0201', wanted {A_CODE}", id="a-blank-within"),
    ],
)
def test_a_damaged_part_number_is_caught_and_never_guessed(
    part: object, name: str | None, says: str, tmp_path: Path
) -> None:
    assert typed(tmp_path, part, name) == [f"w.xlsx, sheet S, row 2, column part (B): {says}"]


def test_blanks_round_cells_and_headings_are_no_part_of_them(tmp_path: Path) -> None:
    path = making.write_xlsx(
        tmp_path / "w.xlsx", [[f"\u00a0{name} " for name in HEADER], [f" {value}\u00a0" for value in GOOD]]
    )
    assert read(path)[1:] == ([dict(zip(HEADER, GOOD, strict=True))], [])


def test_a_number_stored_as_text_is_taken_where_it_is_a_figure_of_ours(tmp_path: Path) -> None:
    header, row = list(making.PURCHASE), [*making.PURCHASE.values()]
    row[header.index("price")] = "412.50"
    assert read(making.write_xlsx(tmp_path / "a.xlsx", [header, row]))[2] == []
    row[header.index("price")] = "412,50"
    assert read(making.write_xlsx(tmp_path / "b.xlsx", [header, row]))[2] == [
        "b.xlsx, sheet Data, row 2, column price (M): found '412,50', wanted a decimal of at least 0, such as 1250.50; "
        "a mapping declares other marks, see 'evidence mapping draft'"
    ]


@pytest.mark.parametrize("date_1904", [False, True], ids=["1900", "1904"])
def test_a_day_is_the_same_in_both_date_systems(tmp_path: Path, date_1904: bool) -> None:
    header = [*HEADER, "valid_from"]
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as made:
        page = made.add_worksheet("S")
        page.write_row(0, 0, header)
        page.write_row(1, 0, GOOD)
        page.write_datetime(1, 5, datetime.date(2023, 5, 2), made.add_format({"num_format": "dd/mm/yyyy"}))
    ways = {name: f'"{name}"' for name in HEADER} | {"part": '"valid_from"'}
    came, _, _ = read(path, parse_mapping(document("item", ways, "ignore = 'part'")))
    ((table, _),) = came.tables
    (row,) = table.rows
    assert row.cells[1] == ("2023-05-02", "date", "", "")


def test_formulas_are_taken_only_where_a_mapping_says_so_and_told(tmp_path: Path) -> None:
    path = book(tmp_path, ["VOLTERA", "=B9", "A", "Frame", "PCE"])
    mapping = parse_mapping(document("item", {name: f'"{name}"' for name in HEADER}, "formulas = 'cached'"))
    came, values, faults = read(path, mapping)
    assert ([each["part"] for each in values], faults) == (["FRM-201"], [])
    assert came.notices == ["sheet S: 1 formulas; the results stored for them are taken, as the mapping says"]
    assert ", stored results of formulas; mapping m " in came.tables[0][0].parser


def test_a_formula_without_a_stored_result_is_caught_even_where_results_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    made = openpyxl.Workbook()  # writes formulas without results, as programs do that calculate nothing
    page = _page(made)
    page.append(HEADER)
    page.append(["VOLTERA", "=C2", "A", "Frame", "PCE"])
    page.append(["=A2", "=B2", "=C2", "=D2", "=E2"])
    made.save(path)
    ours = parse_mapping(document("item", {name: f'"{name}"' for name in HEADER}, "formulas = 'cached'"))
    for mappings in ((), (ours,)):
        faults = read(path, *mappings)[2]
        assert [fault.partition(": ")[0] for fault in faults] == [
            "w.xlsx, sheet S, row 2, column part (B)",
            *(f"w.xlsx, sheet S, row 3, column {name} ({place})" for name, place in zip(HEADER, "ABCDE", strict=True)),
        ]
        assert {fault.partition(": ")[2] for fault in faults} == {
            "found a formula without a stored result, wanted the value typed in"
        }


def test_a_sheet_of_formulas_alone_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    made = openpyxl.Workbook()
    _page(made).append(["=1+1"])
    made.save(path)
    assert read(path)[2] == [
        "w.xlsx, sheet S: found a sheet of formulas without stored results, wanted the values typed in"
    ]


def _page(made: openpyxl.Workbook) -> Worksheet:
    page = made.active
    assert isinstance(page, Worksheet)
    page.title = "S"
    return page


def test_several_sheets_are_read_and_those_that_are_none_of_ours_told(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for name, rows in (
            ("Cover", [["Hello"]]),
            ("One", [HEADER, GOOD]),
            ("Two", [HEADER, [*GOOD[:1], "B", *GOOD[2:]]]),
        ):
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    came, values, faults = read(path)
    assert ([each["part"] for each in values], faults) == (["FRM-201", "B"], [])
    assert came.notices == ["sheet Cover fits no template; its rows are not read"]


def test_a_hidden_sheet_is_read_only_where_a_mapping_names_it(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("Shown")
        hidden = made.add_worksheet("Hidden")
        hidden.write_row(0, 0, HEADER)
        hidden.write_row(1, 0, GOOD)
        hidden.very_hidden()
    ways = {name: f'"{name}"' for name in HEADER}
    for head, faults in (((), 1), (("sheet = '*'",), 1), (("sheet = 'Hidden'",), 0)):
        told = read(path, parse_mapping(document("item", ways, *head)))[2]
        assert len(told) == faults
    assert told == []
    assert read(path)[2] == [
        "w.xlsx, sheet Hidden: found a hidden sheet with rows, wanted it shown or taken out; or a mapping that names "
        "the sheet"
    ]


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("S")
        page.write_row(0, 0, HEADER)
        for number in range(1, 4):
            page.write_row(number, 0, [GOOD[0], f"P{number}", *GOOD[2:]])
        page.set_row(2, None, None, {"hidden": True})
        page.set_column(2, 3, None, None, {"hidden": True})
    came, values, faults = read(path)
    assert ([each["part"] for each in values], faults) == (["P1", "P2", "P3"], [])
    assert came.notices == [
        "sheet S: hidden rows (3); they are read like the others",
        "sheet S: hidden columns (C to D); they are read like the others",
    ]


def test_a_heading_over_two_rows_is_joined_and_merged_cells_spread(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("Liste")
        page.merge_range(0, 1, 0, 3, "Specimen GmbH, list of parts")
        page.merge_range(2, 1, 3, 1, "Teil")
        page.merge_range(2, 2, 2, 3, "Benennung")
        page.write_row(3, 2, ["deutsch", "English"])
        page.write_row(4, 1, ["FRM-201", "Rahmen", "Frame"])
        page.write_row(5, 1, ["Summe", "", "1"])
    mapping = parse_mapping(
        document(
            "item",
            {**ITEM, "description": '"Benennung / English"'},
            "header_rows = [3, 4]",
            "ignore = 'Benennung / deutsch'",
            "skip_where = { column = 'Teil', equals = 'Summe' }",
        )
    )
    came, values, faults = read(path, mapping)
    assert faults == []
    assert [(each["part"], each["description"]) for each in values] == [("FRM-201", "Frame")]
    assert came.notices == ["mapping m leaves out 1 rows, Teil is 'Summe': row 6"]
    assert read(path)[2] != []


def test_a_fault_under_a_mapping_names_the_column_of_the_file(tmp_path: Path) -> None:
    path = making.write_xlsx(tmp_path / "w.xlsx", [["Teil", "Text"], ["no code", "x"]], sheet="Liste", first_row=4)
    assert read(path, items("'Teil'"))[2] == [
        f"w.xlsx, sheet Liste, row 6, column Teil (A): found 'no code', wanted {A_CODE}"
    ]


def test_a_file_that_lacks_a_column_of_its_mapping_says_which(tmp_path: Path) -> None:
    path = making.write_xlsx(tmp_path / "w.xlsx", [["Teil", "Titel"], ["A", "x"]])
    assert read(path, items("'Teil'"))[2] == [
        "w.xlsx, sheet Data, row 1: found a header without 'Text', wanted the columns and sheets of mapping m"
    ]


def test_what_is_in_our_columns_needs_no_mapping_though_one_is_offered(tmp_path: Path) -> None:
    path = making.write_xlsx(tmp_path / "w.xlsx", [HEADER, GOOD])
    assert [each["part"] for each in read(path, items("'Teil'"))[1]] == ["FRM-201"]


def test_of_several_mappings_the_first_that_fits_is_taken(tmp_path: Path) -> None:
    path = making.write_xlsx(tmp_path / "w.xlsx", [["Title"], ["Teil", "Text"], ["A", "x"]])
    none, first, second = (items("'Nr'"), items("'Teil'", "header_rows = [2]"), items("'Text'", "header_rows = [2]"))
    came, values, _ = read(path, none, first, second)
    assert (came.mapped, [each["part"] for each in values]) == ([first], ["A"])


def test_values_beside_the_table_are_a_fault_said_once(tmp_path: Path) -> None:
    path = making.write_xlsx(tmp_path / "w.xlsx", [HEADER, [*GOOD, "", "x"], [*GOOD[:1], "B", *GOOD[2:], "y"]])
    assert read(path)[2] == [
        "w.xlsx, sheet Data, row 2, column G: found a value outside the columns of the header, wanted none there"
    ]


def test_macros_and_links_to_other_files_are_told_and_left_alone(tmp_path: Path) -> None:
    path = book(tmp_path, GOOD)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", b"<Relationships/>")
    came, values, faults = read(path)
    assert (len(values), faults) == (1, [])
    assert came.notices == [
        "the workbook holds macros; they were not run",
        "the workbook refers to 1 other files; none was opened",
    ]


def by_hand(folder: Path, rows: str, root: str = "worksheet", head: bytes = b"") -> Path:
    """A workbook with a sheet as no program would write it; a prefix for its elements by `root`."""
    path = book(folder, GOOD)
    prefix = root.partition(":")[0] + ":" if ":" in root else ""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    space = f'xmlns:{prefix[:-1]}="{main}"' if prefix else f'xmlns="{main}"'

    def text(at: str, value: str) -> str:
        return f'<{prefix}c r="{at}" t="inlineStr"><{prefix}is><{prefix}t>{value}</{prefix}t></{prefix}is></{prefix}c>'

    first = "".join(text(f"{place}1", name) for place, name in zip("ABCDE", HEADER, strict=True))
    second = text("A2", "VOLTERA") + rows + text("C2", "A") + text("D2", "Frame") + text("E2", "PCE")
    body = "".join(f'<{prefix}row r="{n}">{cells}</{prefix}row>' for n, cells in ((1, first), (2, second)))
    xml = f"<{root} {space}><{prefix}sheetData>{body}</{prefix}sheetData></{root}>".encode()
    with zipfile.ZipFile(path) as before:
        members = {name: before.read(name) for name in before.namelist()}
    members["xl/worksheets/sheet1.xml"] = head + xml
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, content in members.items():
            after.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("cell", "root", "says"),
    [
        pytest.param('<c r="B2" t="str"><f>1</f><v>FRM</v></c>', "worksheet", "a formula", id="formula"),
        pytest.param('<c r="B2" t="str"><v>FRM</v><f>1</f></c>', "worksheet", "a formula", id="formula-last"),
        pytest.param('<c t="str"><f\n>1</f><v>FRM</v></c>', "worksheet", "a formula", id="formula-without-address"),
        pytest.param(
            '<x:c r="B2" t="str"><x:f>1</x:f><x:v>FRM</x:v></x:c>',
            "x:worksheet",
            "a formula",
            id="formula-with-a-prefix",
        ),
        pytest.param('<c r="B2" t = "e"><v>#REF!</v></c>', "worksheet", "an error value", id="error"),
        pytest.param("<c r='B2' t='e'><v>#REF!</v></c>", "worksheet", "an error value", id="error-in-single-quotes"),
        pytest.param(
            '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "worksheet", "an error value", id="failed-formula"
        ),
    ],
)
def test_a_formula_or_an_error_is_seen_however_its_xml_is_written(
    cell: str, root: str, says: str, tmp_path: Path
) -> None:
    (fault,) = read(by_hand(tmp_path, cell, root))[2]
    assert fault.startswith(f"w.xlsx, sheet S, row 2, column part (B): found {says}, wanted ")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        pytest.param(b'<?xml version="1.0" encoding="utf-16"?>', "a sheet whose XML is not in UTF-8", id="encoding"),
        pytest.param(
            b"<!DOCTYPE x [<!ENTITY f '1'>]>", "a workbook whose XML has a document type", id="document-type-in-quotes"
        ),
    ],
)
def test_xml_that_no_office_program_writes_is_refused(head: bytes, says: str, tmp_path: Path) -> None:
    path = by_hand(tmp_path, '<c r="B2" t="str"><f>1</f><v>FRM</v></c>', head=head)
    assert read(path)[2] == [f"w.xlsx: found {says}, wanted an XLSX workbook; open it and save it anew"]


def test_rows_of_a_large_sheet_are_read_from_the_parser_s_answer_each_time(tmp_path: Path) -> None:
    rows = [[f"O{number}", f"P{number}", number, number / 4, "x" * 600] for number in range(8_000)]
    path = making.write_xlsx(tmp_path / "w.xlsx", [["a", "b", "c", "d", "e"], *rows])
    mapping = parse_mapping(document("item", {**ITEM, "part": '"a"', "description": '"b"'}, "ignore = ['c', 'd', 'e']"))
    found = next(iter(gather([path], Limits()).files.values()))
    (table, _), *_ = read_file(found, Limits(), None, [mapping]).tables
    assert table.theirs is not None
    for _ in range(2):
        count = 0
        for expected, row in zip(range(8_000), table.theirs.rows, strict=True):
            assert row.number == expected + 2
            assert row.cells[2] == (str(expected), "number", "", "")
            count += 1
        assert count == 8_000


def test_a_sheet_of_which_the_directory_lies_is_found_out(tmp_path: Path) -> None:
    path = book(tmp_path, *(GOOD for _ in range(50)))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", size - 900)))
    assert read(path)[2] == [
        "w.xlsx: found a damaged archive (BadZipFile), wanted an XLSX workbook; open it and save it anew"
    ]


def test_a_part_named_twice_is_refused_since_two_readers_might_take_different_ones(tmp_path: Path) -> None:
    path = book(tmp_path, GOOD)
    with zipfile.ZipFile(path) as before:
        members = {name: before.read(name) for name in before.namelist()}
    relations = members["xl/_rels/workbook.xml.rels"]
    again = relations.replace(b"</Relationships>", b'<Relationship Id="rId1" Target="x.xml"/></Relationships>')
    with zipfile.ZipFile(path, "w") as after:
        for name, content in {**members, "xl/_rels/workbook.xml.rels": again}.items():
            after.writestr(name, content)
    assert read(path)[2] == [
        "w.xlsx: found a workbook that has the part 'rId1' twice, wanted an XLSX workbook; open it and save it anew"
    ]


def test_a_member_that_an_archive_has_twice_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path, GOOD)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/Sheet1.xml", b"<worksheet/>")
    assert read(path)[2] == [
        "w.xlsx: found an archive that has a member twice, wanted an XLSX workbook; open it and save it anew"
    ]


def test_merged_cells_are_told_once_a_sheet_by_their_addresses(tmp_path: Path) -> None:
    path = book(tmp_path, *[GOOD] * 1)
    made = openpyxl.load_workbook(path)
    for row in range(3, 15):
        made["S"].merge_cells(f"A{row}:B{row}")
    made.save(path)
    (notice,) = read(path)[0].notices
    assert notice.startswith("sheet S: merged cells (A3:B3, A4:B4, ")
    assert notice.endswith("A12:B12 and 2 more); only the first of each has a value")


@pytest.mark.parametrize(
    ("cells", "most", "far"),
    [
        pytest.param("XFD1048576", 50_000_000, "XFD1048576", id="the-last-cell"),
        pytest.param("XFD1 B90000", 50_000_000, "XFD90000", id="wide-and-long"),
        pytest.param("XFD1000", 50_000_000, None, id="wide-only"),
        pytest.param("Z1048576", 50_000_000, None, id="long-only"),
        pytest.param("Z1048576", 20_000_000, "Z1048576", id="long-where-little-can-be-borne"),
        pytest.param("E1048576", 20_000_000, None, id="long-and-narrow"),
        pytest.param("AB70000", 20_000_000, None, id="as-many-real-sheets"),
        pytest.param("", 1, None, id="empty"),
    ],
)
def test_a_grid_that_cannot_be_held_is_told_by_its_corner(cells: str, most: int, far: str | None) -> None:
    rows = "".join(
        f'<row r="{each.lstrip(ascii_uppercase)}"><c r="{each}"><v>1</v></c></row>' for each in cells.split()
    )
    assert reach(f'<sheetData><row r="1"><c r="A1"/></row>{rows}</sheetData>'.encode(), most) == far
