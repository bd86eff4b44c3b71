"""Which files are read as tables, and by what."""

from pathlib import Path

import pytest

from evidence.errors import IntakeError
from evidence.intake.gather import gather
from evidence.intake.layout import Layout
from evidence.intake.limits import Limits
from evidence.intake.mapping import Mapping
from evidence.intake.read_files import ReadFile, read_file, read_tables
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
