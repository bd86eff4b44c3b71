"""Which files are read as tables, and by what."""

import io
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from evidence.errors import IntakeError
from evidence.intake import read_files
from evidence.intake.gather import gather
from evidence.intake.layout import Layout
from evidence.intake.limits import Limits
from evidence.intake.mapping import Mapping
from evidence.intake.read_files import ReadFile, read_file, read_tables
from evidence.intake.template_files import write_template
from evidence.intake.templates import template
from tests.unit.intake import making
from tests.unit.intake.making_mappings import items

XML = b"<list supplier='S1'><item><Teil>A</Teil><Text>x</Text></item><item><Teil>B</Teil><Text>y</Text></item></list>"


def read(path: Path, *mappings: Mapping, kind: str | None = None) -> tuple[ReadFile, list[str]]:
    found = next(iter(gather([path], Limits()).files.values()))
    came = read_file(found, Limits(), kind, mappings)
    came.settle(is_exhibit=False)
    return came, [str(fault) for fault in came.faults.all()]


def test_text_of_any_name_is_a_table_where_a_mapping_fits_it(tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_text("Teil|Text\nA|x\n")
    assert read(path)[0].tables == read(path, items("'Nr'"))[0].tables == []
    came, faults = read(path, items("'Teil'"))
    assert ([of.name for _, of in came.tables], faults) == (["item"], [])


def test_a_letter_is_kept_and_no_fault_though_a_mapping_is_offered(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all,\n\nplease find our list.\n")
    assert read(path, items("'Teil'"))[1] == []


def test_xml_is_a_document_until_a_mapping_names_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "list.xml"
    path.write_bytes(XML)
    assert (read(path)[0].tables, read(path)[1]) == ([], [])
    came, faults = read(path, items("'Teil'", "ignore = '../@supplier'"))
    assert faults == []
    ((table, _),) = came.tables
    assert [row.cells[1] for row in table.rows] == ["A", "B"]


def test_a_mapping_of_another_template_than_the_one_asked_for_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Teil,Text\nA,x\n")
    came, faults = read(path, items("'Teil'"), kind="party")
    assert came.tables == []
    assert "the columns of party" in faults[0]


def test_a_header_of_nobody_s_says_all_the_ways_there_are(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Teil,Text\nA,x\n")
    assert read(path)[1] == [
        "list.csv, row 1: found the columns 'Teil, Text', wanted those of one template, see 'evidence import "
        "--template'; or a mapping of them, see 'evidence mapping draft'; or the file named in a document index"
    ]


def test_tables_of_no_template_are_read_for_a_draft(tmp_path: Path) -> None:
    path = making.write_xlsx(tmp_path / "w.xlsx", [["Title", ""], ["Teil", "Text"], ["A", "x"]])
    (table,), came = read_tables(path, Limits(), Layout(header_rows=(2,)))
    assert (table.header, came.faults.count) == (("Teil", "Text"), 0)
    (tmp_path / "none.csv").touch()
    with pytest.raises(IntakeError, match=r"none\.csv: found an empty file"):
        read_tables(tmp_path / "none.csv", Limits(), Layout())


def test_a_form_whose_objects_are_packed_together_is_read(tmp_path: Path) -> None:
    plain = making.write_form(tmp_path / "plain.pdf", making.DECLARATION)
    packed = tmp_path / "packed.pdf"
    with pikepdf.open(plain) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/AcroForm" not in packed.read_bytes()
    came, faults = read(packed)
    assert (len(came.tables), faults) == (1, [])


@pytest.mark.parametrize("at", [0, 5, (1 << 20) - 5, (1 << 20) - 1, 1 << 20, 3 << 20])
def test_the_mark_of_a_form_is_found_wherever_pieces_are_cut(at: int) -> None:
    assert read_files._may_hold_a_form(io.BytesIO(bytes(at) + b"/AcroForm" + bytes(7)))
    assert read_files._may_hold_a_form(io.BytesIO(bytes(at) + b"/ObjStm"))
    assert not read_files._may_hold_a_form(io.BytesIO(bytes(at) + b"/AcroFor"))


@pytest.mark.parametrize("name", ["letters.zip", "letters.eml"])
def test_what_is_called_an_archive_or_a_mail_and_is_none_is_a_fault_unless_it_is_an_exhibit(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"%PDF-1.7\n")
    assert "but its bytes are application/pdf" in read(tmp_path / name)[1][0]
    assert read(tmp_path / name, kind="document")[1] == []
    found = next(iter(gather([tmp_path / name], Limits()).files.values()))
    exhibit = read_file(found, Limits(), None)
    exhibit.settle(is_exhibit=True)
    assert exhibit.faults.count == 0


def test_what_its_mail_calls_an_archive_and_is_none_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("no archive")
    found = next(iter(gather([tmp_path / "part"], Limits()).files.values()))
    for said, count in (("application/zip", 1), ("text/plain", 0), (None, 0)):
        came = read_file(found, Limits(), None, said=said)
        came.settle(is_exhibit=False)
        assert came.faults.count == count


def test_what_a_template_has_beside_its_table_is_not_worth_a_note(tmp_path: Path) -> None:
    path = write_template(template("item"), tmp_path / "item.xlsx")
    book = openpyxl.load_workbook(path)
    page = book["item"]
    headings = [cell.value for cell in page[1]]
    for name, value in making.ITEM.items():
        page.cell(2, headings.index(name) + 1, value)
    book.create_sheet("Example 2").append(["mine", "too"])
    book.save(path)
    came, faults = read(path)
    assert (faults, came.notices) == ([], ["sheet Example 2 fits no template; its rows are not read"])


def test_a_hidden_sheet_that_fits_no_template_is_called_hidden(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, other = book.active, book.create_sheet("Old")
    assert first is not None
    for row in ([*making.ITEM], [*making.ITEM.values()]):
        first.append(row)
    other.append(["x", "y"])
    other.append(["1", "2"])
    other.sheet_state = "hidden"
    book.save(tmp_path / "w.xlsx")
    came, faults = read(tmp_path / "w.xlsx")
    assert (faults, came.notices) == ([], ["hidden sheet Old fits no template; its rows are not read"])
    first.delete_rows(1, 9)
    book.save(tmp_path / "w.xlsx")
    assert "sheet Old, row 1: found on a hidden sheet the columns 'x, y'" in read(tmp_path / "w.xlsx")[1][0]
