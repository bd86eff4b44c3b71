from itertools import islice
from pathlib import Path

import pytest

from evidence.intake import csv_file
from evidence.intake.csv_file import read_csv
from evidence.intake.faults import Faults
from evidence.intake.layout import Layout
from evidence.intake.limits import Limits
from evidence.intake.table import Row, Table


def read(
    folder: Path, data: bytes, limits: Limits | None = None, *layouts: Layout
) -> tuple[Table | None, list[Row], list[str]]:
    """The table, its rows gone through, and what is wrong with them."""
    path, faults = folder / "f.csv", Faults("f.csv")
    path.write_bytes(data)
    table = read_csv(path, limits or Limits(), faults, layouts)
    rows = list(table.rows) if table is not None else []
    return table, rows, [f"{fault.row}: {fault.found}" for fault in faults.all()]


@pytest.mark.parametrize(
    ("data", "parser"),
    [
        pytest.param("part,name\n1,Müñoz\n".encode(), "utf-8; comma", id="utf-8"),
        pytest.param("\ufeffpart,name\n1,Müñoz\n".encode(), "utf-8; comma", id="byte-order-mark"),
        pytest.param("part;name\n1;Müñoz\n".encode("cp1252"), "windows-1252; semicolon", id="windows-1252"),
        pytest.param("part\tname\r\n1\tMüñoz\r\n".encode(), "utf-8; tab", id="tabs-and-crlf"),
        pytest.param("part|name\n1|Müñoz\n".encode(), "utf-8; bar", id="bars"),
        pytest.param("part;name\n1;Müñoz\n".encode("utf-16"), "utf-16; semicolon", id="utf-16"),
        pytest.param("\ufeffpart\tname\n1\tMüñoz\n".encode("utf-16-be"), "utf-16; tab", id="utf-16-big-end-first"),
        pytest.param("part;name;;\r\n1;Müñoz;;\r\n".encode(), "utf-8; semicolon", id="empty-columns-at-the-end"),
        pytest.param('"part","name"\n"1","Müñoz"\n'.encode(), "utf-8; comma", id="all-quoted"),
        pytest.param(" part ,\u00a0name \n1,Müñoz\n".encode(), "utf-8; comma", id="blanks-round-headings"),
    ],
)
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, data: bytes, parser: str) -> None:
    table, rows, faults = read(tmp_path, data)
    assert faults == []
    assert table is not None
    assert (table.header, rows) == (("part", "name"), [Row(2, ("1", "Müñoz"))])
    assert table.parser == f"evidence-csv/2; {parser}"


def test_a_first_line_that_names_the_delimiter_is_no_header(tmp_path: Path) -> None:
    table, rows, _ = read(tmp_path, b"sep=;\r\npart;a,b,c\r\n1;x\r\n")
    assert table is not None
    assert (table.header, table.header_row, rows) == (("part", "a,b,c"), 2, [Row(3, ("1", "x"))])


def test_a_row_is_numbered_by_the_line_it_begins_on(tmp_path: Path) -> None:
    _, rows, _ = read(tmp_path, b'part,note\n\n1,"two\nlines"\n\n2,one\n')
    assert [row.number for row in rows] == [3, 6]


def test_a_delimiter_inside_quotes_is_text(tmp_path: Path) -> None:
    table, _, _ = read(tmp_path, b'part,"a;b;c"\n1,"x;y"\n')
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
        pytest.param("part,name\n1,a\x00\n".encode("utf-16"), "2: a NUL character", id="nul-in-utf-16"),
        pytest.param(
            "part,name\n1".encode("utf-16") + b"\x00", "2: an end in the middle of a letter", id="half-letter"
        ),
        pytest.param(b"part,name\n1,\x81\n", "2: b'\\x81'", id="neither-encoding"),
        pytest.param(b"\n\n", "None: no header", id="blank"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, data: bytes, fault: str) -> None:
    assert read(tmp_path, data)[2] == [fault]


def test_an_encoding_that_nothing_tells_is_told_with_a_word_to_judge_it_by(tmp_path: Path) -> None:
    table, _, _ = read(tmp_path, "Teil;Preis;Bemerkung\n1;5 €;x\n2;6 €;schön groß\n".encode("cp1252"))
    assert table is not None
    assert table.notices == (
        "not UTF-8, so read as Windows-1252: row 3, column Bemerkung, then has 'schön'; if that is not what was "
        "written, declare the encoding in a mapping",
    )


def test_a_declared_encoding_is_taken_without_a_word(tmp_path: Path) -> None:
    data = "Díl;Název\n1;Řetěz\n".encode("cp1250")
    table, rows, _ = read(tmp_path, data, None, Layout(encoding="windows-1250", headings=("Díl", "Název")))
    assert table is not None
    assert (rows, table.notices) == ([Row(2, ("1", "Řetěz"))], ())
    assert table.parser == "evidence-csv/2; windows-1250; semicolon"


def test_a_layout_says_where_the_table_stands(tmp_path: Path) -> None:
    data = b"Report of May\n;;;\nPart;Price;;x\n;EUR;per;\n(text);(EUR);;\n1;2;100;y\n"
    headings = ("Part", "Price / EUR", "per")
    table, rows, faults = read(tmp_path, data, None, Layout(header_rows=(3, 4), first_row=6, headings=headings))
    assert faults == []
    assert table is not None
    assert (table.header, table.header_row) == (("Part", "Price / EUR", "per", "x"), 4)
    assert rows == [Row(6, ("1", "2", "100", "y"))]


def test_the_first_layout_that_fits_is_taken_and_else_the_first_line(tmp_path: Path) -> None:
    data = b"a;b\nc;d\n1;2\n"
    other, ours = Layout(header_rows=(1,), headings=("x",)), Layout(header_rows=(2,), headings=("c", "d"))
    for layouts, header in (((other, ours), ("c", "d")), ((other,), ("a", "b")), ((Layout(("S",)),), ("a", "b"))):
        table, _, _ = read(tmp_path, data, None, *layouts)
        assert table is not None
        assert table.header == header


def test_rows_are_read_anew_each_time_and_their_faults_said_once(tmp_path: Path) -> None:
    path, faults = tmp_path / "f.csv", Faults("f.csv")
    path.write_bytes(b"a,b\n1,2\n1\n3,4\n1,2,3\n")
    table = read_csv(path, Limits(), faults)
    assert table is not None
    assert list(islice(table.rows, 1)) == [Row(2, ("1", "2"))]
    assert faults.count == 0
    assert [row.number for row in table.rows] == [row.number for row in table.rows] == [2, 4]
    assert [fault.row for fault in faults.all()] == [3, 5]


def test_limits_hold(tmp_path: Path) -> None:
    tight = Limits(rows=2, columns=3, cell_characters=5)
    assert read(tmp_path, b"a,b\n1,2\n1,2\n", tight)[2] == []
    assert read(tmp_path, b"a,b\n1,2\n1,2\n1,2\n", tight)[2] == ["None: more than 2 rows"]
    assert read(tmp_path, b"a,b,c,d\n", tight)[2] == ["1: 4 cells"]
    assert read(tmp_path, b"a,b\n1,123456\n", tight)[2] == ["2: a cell of 6 characters"]
    assert read(tmp_path, b"a,b\n12345,12345\n", tight)[2] == []


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        pytest.param("", "a\x80", "'ñ" + "a" * 39 + "'", id="a-line-that-begins-with-it"),
        pytest.param("x" * (1 << 19), ",", "'" + "x" * 40 + "ñ'", id="one-word-of-half-a-mebibyte"),
        pytest.param("x " * 20, ' "', "'ñ'", id="words-apart"),
    ],
)
def test_of_a_word_that_shows_the_encoding_its_middle_is_told(
    before: str, after: str, word: str, tmp_path: Path
) -> None:
    body = f"part\n{before}ñ{after.replace('a', 'a' * 50, 1)}".encode("latin-1")
    (tmp_path / "f.csv").write_bytes(body)
    table = read_csv(tmp_path / "f.csv", Limits(cell_characters=1 << 21), Faults("f.csv"))
    assert table is not None
    assert f"then has {word};" in table.notices[0]


def test_a_word_is_looked_for_once_however_long_its_line_is(tmp_path: Path) -> None:
    """Looked for from each of its letters, the word would not be done with before this suite is given up."""
    (tmp_path / "f.csv").write_bytes(b"a" * (4 << 20) + b"\x80\n")
    faults = Faults("f.csv")
    assert read_csv(tmp_path / "f.csv", Limits(), faults) is None
    assert "field larger than" in next(iter(faults.all())).found


def test_rows_of_another_width_can_be_had_as_they_came(tmp_path: Path) -> None:
    table, rows, faults = read(tmp_path, b'part,name\n1,a,b\n2\n3,c\n4,"open\n')
    assert table is not None
    assert isinstance(table.rows, csv_file.CsvRows)
    assert (rows, len(faults)) == ([Row(4, ("3", "c"))], 3)
    assert list(table.rows.as_came()) == [Row(2, ("1", "a", "b")), Row(3, ("2",)), Row(4, ("3", "c"))]
    assert table.rows.faults.count == 3
