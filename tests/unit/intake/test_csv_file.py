import pytest

from evidence.intake.csv_file import read_csv
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.table import Row, Table


def read(data: bytes, limits: Limits | None = None) -> tuple[Table | None, list[str]]:
    faults = Faults("f.csv")
    table = read_csv(data, limits or Limits(), faults)
    return table, [f"{fault.row}: {fault.found}" for fault in faults.all()]


@pytest.mark.parametrize(
    ("data", "parser"),
    [
        pytest.param("part,name\n1,Müñoz\n".encode(), "utf-8; comma", id="utf-8"),
        pytest.param("\ufeffpart,name\n1,Müñoz\n".encode(), "utf-8; comma", id="byte-order-mark"),
        pytest.param("part;name\n1;Müñoz\n".encode("cp1252"), "windows-1252; semicolon", id="windows-1252"),
        pytest.param("part\tname\r\n1\tMüñoz\r\n".encode(), "utf-8; tab", id="tabs-and-crlf"),
        pytest.param("part|name\n1|Müñoz\n".encode(), "utf-8; bar", id="bars"),
    ],
)
def test_encoding_and_delimiter_are_found_out(data: bytes, parser: str) -> None:
    table, faults = read(data)
    assert faults == []
    assert table is not None
    assert (table.header, table.rows) == (("part", "name"), [Row(2, ("1", "Müñoz"))])
    assert table.parser == f"evidence-csv/1; {parser}"


def test_a_row_is_numbered_by_the_line_it_begins_on() -> None:
    table, _ = read(b'part,note\n\n1,"two\nlines"\n\n2,one\n')
    assert table is not None
    assert [row.number for row in table.rows] == [3, 6]


def test_a_delimiter_inside_quotes_is_text() -> None:
    table, _ = read(b'part,"a;b;c"\n1,"x;y"\n')
    assert table is not None
    assert table.header == ("part", "a;b;c")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        pytest.param(b"part,name\n1,a,b\n", "2: 3 cells", id="too-wide"),
        pytest.param(b"part,name\n1\n", "2: 1 cells", id="too-narrow"),
        pytest.param(b'part,name\n1,"open\n', "2: a line that is not CSV (unexpected end of data)", id="open-quote"),
        pytest.param(b'part,name\n1,"a"b\n', "2: a line that is not CSV (',' expected after '\"')", id="after-quote"),
        pytest.param(b"part,name\n1,a\x00b\n", "2: a NUL character", id="nul"),
        pytest.param("part,name\n".encode("utf-16"), "None: UTF-16 text", id="utf-16"),
        pytest.param(b"part,name\n1,\x81\n", "2: b'\\x81'", id="neither-encoding"),
        pytest.param(b"\n\n", "None: no header", id="blank"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(data: bytes, fault: str) -> None:
    assert read(data)[1] == [fault]


def test_limits_hold() -> None:
    tight = Limits(rows=2, columns=3, cell_characters=5)
    assert read(b"a,b\n1,2\n1,2\n", tight)[1] == []
    assert read(b"a,b\n1,2\n1,2\n1,2\n", tight)[1] == ["None: more than 2 rows"]
    assert read(b"a,b,c,d\n", tight)[1] == ["1: 4 cells"]
    assert read(b"a,b\n1,123456\n", tight)[1] == ["2: a cell of 6 characters"]
