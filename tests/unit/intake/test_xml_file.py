"""XML as tables: a row for each record, columns by path, lines as the file has them; and what is refused."""

import io
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from evidence.intake import parser, xml_file
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.table import Table

ORDERS = b"""<?xml version="1.0"?>
<Orders xmlns="urn:example" xmlns:x="urn:other">
  <Order no="PO-1">
    <Date>2023-05-02</Date>
    <Buyer><Name>Specimen Motors</Name><Country code="MX"/></Buyer>
    <x:Line no="1"><Part>FRM-201</Part><Price currency="USD">412.50</Price></x:Line>
    <x:Line no="2">
      <Part>FRM-202</Part>
      <Price currency="USD">9.75</Price>
    </x:Line>
  </Order>
  <Order no="PO-2">
    <Date>2023-05-03</Date>
    <x:Line no="1"><Part>FRM-203</Part><Price currency="MXN">1</Price></x:Line>
  </Order>
</Orders>
"""


def read(content: bytes, tmp_path: Path, **limits: int) -> tuple[dict[str | None, Table], list[str], list[str]]:
    """The tables of a document by path, what is wrong with it, and what is told of it."""
    path = tmp_path / "document.xml"
    path.write_bytes(content)
    faults = Faults("document.xml")
    with open(path, "rb") as file:
        parsed = parser.parse("xml", file, Limits(**limits), faults)
    told = [f"{each.row}: {each.found}" for each in faults.all()]
    return {table.sheet: table for table in parsed.tables}, told, parsed.notices


def rows(table: Table) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, dict(zip(table.header, map(str, row.cells), strict=True))) for row in table.rows]


def test_each_record_is_a_row_with_the_line_that_it_begins_on(tmp_path: Path) -> None:
    tables, faults, _ = read(ORDERS, tmp_path)
    assert faults == []
    assert [(line, row["@no"], row["Part"], row["Price"]) for line, row in rows(tables["Orders/Order/Line"])] == [
        (6, "1", "FRM-201", "412.50"),
        (7, "2", "FRM-202", "9.75"),
        (14, "1", "FRM-203", "1"),
    ]


def test_columns_are_paths_with_attributes_and_what_stands_around(tmp_path: Path) -> None:
    tables, _, _ = read(ORDERS, tmp_path)
    assert rows(tables["Orders/Order/Line"])[0][1] == {
        "@no": "1", "Part": "FRM-201", "Price": "412.50", "Price@currency": "USD", "../@no": "PO-1",
        "../Date": "2023-05-02", "../Buyer/Name": "Specimen Motors", "../Buyer/Country": "",
        "../Buyer/Country@code": "MX",
    }  # fmt: skip


def test_what_a_record_lacks_is_an_empty_cell(tmp_path: Path) -> None:
    tables, _, _ = read(ORDERS, tmp_path)
    assert [row["Buyer/Name"] for _, row in rows(tables["Orders/Order"])] == ["Specimen Motors", ""]


def test_a_value_that_comes_more_than_once_is_a_table_and_no_column(tmp_path: Path) -> None:
    content = b"<S><Ship no='1'><Vin>A</Vin><Vin>B</Vin></Ship><Ship no='2'><Vin>C</Vin></Ship></S>"
    tables, _, _ = read(content, tmp_path)
    assert tables["S/Ship"].header == ("@no",)
    assert [(row["."], row["../@no"]) for _, row in rows(tables["S/Ship/Vin"])] == [("A", "1"), ("B", "1"), ("C", "2")]


def test_a_document_with_one_record_has_the_columns_of_one_with_many(tmp_path: Path) -> None:
    one = b"<Orders><Order no='1'><Line><Part>A</Part></Line></Order></Orders>"
    tables, _, _ = read(one, tmp_path)
    assert rows(tables["Orders/Order/Line"]) == [(1, {"Part": "A", "../@no": "1"})]


@pytest.mark.parametrize(
    ("codec", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("cp1252", "windows-1252"),
        ("latin-1", "iso-8859-1"),
    ],
    ids=["utf-8", "with-a-mark", "utf-16", "windows-1252", "latin-1"],
)
def test_text_is_decoded_as_declared(codec: str, declared: str, tmp_path: Path) -> None:
    tables, faults, _ = read(f"<?xml version='1.0' encoding='{declared}'?><a><b>café</b></a>".encode(codec), tmp_path)
    assert (rows(tables["a"]), faults) == ([(1, {"b": "café"})], [])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "1: a document type", id="entity"),
        pytest.param(
            b'<a>\n<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="b"/></a>', "2: a reference", id="x"
        ),
        pytest.param(b"<a>\n<b>\n</a>", "3: XML that is not well-formed (mismatched tag)", id="not-well-formed"),
        pytest.param(b"<a>" * 65, "1: elements more than 64 deep", id="deep"),
        pytest.param(b"<a>" + b"x" * 101 + b"</a>", "1: a value of 101 characters", id="long-text"),
        pytest.param(b'<a b="' + b"x" * 101 + b'"/>', "1: a value of 101 characters", id="long-attribute"),
        pytest.param(b"<a>" + b"<b/>" * 100 + b"</a>", "1: more than 100 elements", id="many"),
    ],
)
def test_what_records_have_no_need_of_is_refused(content: bytes, fault: str, tmp_path: Path) -> None:
    tables, faults, _ = read(content, tmp_path, rows=100, cell_characters=100)
    assert tables == {}
    assert [each[: len(fault)] for each in faults] == [fault]


def test_nothing_is_read_of_an_element_with_too_many_values(tmp_path: Path) -> None:
    content = b"<a>" + b"".join(b"<v%d>1</v%d>" % (n, n) for n in range(11)) + b"</a>"
    tables, faults, notices = read(content, tmp_path, columns=10)
    assert (tables, faults) == ({}, [])
    assert notices == ["<a> has more than 10 values: it is not read as a table"]


def test_many_lines_of_one_order_take_time_in_proportion() -> None:
    """Asked by counting: what stands around a line is worked out once, however many lines there are."""
    asked = 0

    class Counting(xml_file._Tables):
        def _beneath(self, *given: Any) -> dict[str, str]:
            nonlocal asked
            asked += 1
            return super()._beneath(*given)

    content = b"<O><Order no='1'>" + b"<L><P>A</P></L>" * 500 + b"</Order></O>"
    reader = xml_file._Reader(asdict(Limits()))
    reader.expat.Parse(content, True)
    assert reader.root is not None
    said = io.StringIO()
    Counting(reader.root, asdict(Limits()), lambda message: said.write("x")).say_all()
    assert asked < 600
