"""What a mapping makes of a foreign table: what it declares, and a fault in its place for everything else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.intake.faults import Faults
from evidence.intake.mapping import apply, describe, lacking, parse_mapping
from evidence.intake.mapping_draft import draft
from evidence.intake.table import Cell, Row, Typed
from evidence.intake.templates import template
from tests.unit.intake.making_mappings import ITEM, document, items, rates, sheet, values

AS_OURS = "a figure such as 1234.50, since the mapping declares no other decimal or grouping mark"
EURO = "{ from = 'Kurs', decimal = ',', grouping = '.' }"


def figure(way: str, cell: Cell, *head: str) -> object:
    """The figure read, or the fault."""
    read, faults = values(rates(way, *head), sheet(["Kurs"], [cell]), "rate")
    return Decimal(str(read[0])) if read else faults[0].removeprefix("f.xlsx, sheet S, row 2, column Kurs (A): ")


def code(way: str, cell: Cell) -> object:
    """The part number read, or the fault."""
    read, faults = values(items(way), sheet(["Teil", "Text"], [cell, "x"]), "part")
    return read[0] if read else faults[0].removeprefix("f.xlsx, sheet S, row 2, column Teil (A): ")


@pytest.mark.parametrize(
    ("way", "cell", "read"),
    [
        pytest.param(EURO, "1.234,50", "1234.5", id="comma-and-points"),
        pytest.param(EURO, "1.234", "1234", id="a-group-as-declared"),
        pytest.param(EURO, "0,5", "0.5", id="below-one"),
        pytest.param(EURO, "1234567,8", "1234567.8", id="groups-may-be-left-out"),
        pytest.param(EURO, Typed("1234.5", "number"), "1234.5", id="a-number-of-a-spreadsheet-has-no-marks"),
        pytest.param(
            "{ from = 'Kurs', decimal = ',', grouping = ' ' }", "1\u00a0234\u202f567,8", "1234567.8", id="blanks"
        ),
        pytest.param("{ from = 'Kurs', grouping = \"'\" }", "1'234.50", "1234.5", id="apostrophe"),
        pytest.param(
            "{ from = 'Kurs', decimal = ',', trailing = ['EUR', '€'] }", "412,50 €", "412.5", id="mark-behind"
        ),
        pytest.param("{ from = 'Kurs', leading = '$' }", "$ 412.50", "412.5", id="mark-before"),
        pytest.param("{ from = 'Kurs', times = '0.01' }", "41250", "412.5", id="in-hundredths"),
        pytest.param("{ from = 'Kurs', times = '1000' }", Typed("1.5", "number"), "1500", id="in-thousands"),
        pytest.param("{ from = 'Kurs', percent = 'share' }", "45.5 %", "0.455", id="percent-as-a-share"),
        pytest.param("{ from = 'Kurs', percent = 'hundredths' }", "45.5 %", "45.5", id="percent-as-it-shows"),
        pytest.param("{ from = 'Kurs', percent = 'share' }", Typed("0.455", "percent"), "0.455", id="cell-as-a-share"),
        pytest.param(
            "{ from = 'Kurs', percent = 'hundredths' }", Typed("0.455", "percent"), "45.5", id="cell-as-shown"
        ),
        pytest.param("{ from = 'Kurs', split = '/', part = 1 }", "1.5/100", "1.5", id="before-the-price-unit"),
        pytest.param("{ from = 'Kurs', split = '/', part = 2, missing = '1' }", "1.5/100", "100", id="the-price-unit"),
        pytest.param("{ from = 'Kurs', split = '/', part = 2, missing = '1' }", "1.5", "1", id="no-price-unit"),
        pytest.param(
            "{ from = 'Kurs', split = '/', part = 2, missing = '1' }",
            Typed("1.5", "number"),
            "1",
            id="a-number-has-none",
        ),
    ],
)
def test_a_figure_is_read_with_the_marks_declared(way: str, cell: Cell, read: str) -> None:
    assert figure(way, cell) == Decimal(read)


@pytest.mark.parametrize(
    ("way", "cell", "says"),
    [
        pytest.param(EURO, "1,234.50", "found '1,234.50', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "12.34", "found '12.34', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "1.23.456", "found '1.23.456', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "0.123", "found '0.123', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "007", "found '007', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "1e3", "found '1e3', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "１２", "found '１２', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "5 €", "found '5 €', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "5-", "found '5-', wanted a figure such as 1.234,50, as the mapping says"),
        pytest.param(EURO, "", "found nothing, wanted a decimal above 0, such as 1250.50"),
        pytest.param(EURO, "-5,5", "found '-5,5', read as -5.5, wanted a decimal above 0, such as 1250.50"),
        pytest.param(
            "'Kurs'",
            "1,5",
            f"found '1,5', wanted {AS_OURS}",
        ),
        pytest.param(
            "{ from = 'Kurs', decimal = ',', negative = 'after' }",
            "-5,5",
            "found '-5,5', wanted a figure such as 1234,50-, as the mapping says",
        ),
        pytest.param(
            "{ from = 'Kurs', percent = 'share' }",
            "45",
            f"found '45', wanted {AS_OURS}, with % after it",
        ),
        pytest.param(
            "'Kurs'",
            Typed("0.455", "percent"),
            "found 0.455, shown as 45.5 %, wanted a decimal above 0, such as 1250.50; a mapping declares percentages, "
            "see 'evidence mapping draft'",
        ),
        pytest.param(
            "{ from = 'Kurs', split = '/', part = 2 }",
            "1.5",
            "found '1.5', wanted 2 parts separated by '/'; 'missing' says what stands for one that lacks",
        ),
        pytest.param(
            "'Kurs'",
            Typed("2023-05-02", "date"),
            "found 2023-05-02 in a cell formatted as a date, not as text, wanted a decimal above 0, such as 1250.50",
        ),
        pytest.param("'Kurs'", Typed("a formula", "refused", "the value"), "found a formula, wanted the value"),
    ],
)
def test_a_figure_with_other_marks_is_a_fault_and_never_another_figure(way: str, cell: Cell, says: str) -> None:
    assert figure(way, cell) == says


@pytest.mark.parametrize(
    ("place", "text"), [("before", "-1,5"), ("after", "1,5-"), ("brackets", "(1,5)")], ids=lambda text: text
)
def test_a_minus_stands_where_the_mapping_says(place: str, text: str) -> None:
    mapping = rates(f"{{ from = 'Kurs', decimal = ',', negative = '{place}' }}")
    (row,) = apply(mapping, sheet(["Kurs"], [text]), Faults("f")).rows
    assert row.cells[3] == Typed("-1.5", "text", "", text)


MARKS = [(",", "."), (".", ","), (",", " "), (".", "'"), (",", None), (".", None)]


@given(
    figure_=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=0, max_value=10**12),
    marks=st.sampled_from(MARKS),
    declared=st.sampled_from(MARKS),
    grouped=st.booleans(),
    scale=st.sampled_from([None, "0.01", "1000", "0.333"]),
)
def test_a_figure_comes_back_as_it_was_written_or_not_at_all(
    figure_: Decimal, marks: tuple[str, str | None], declared: tuple[str, str | None], grouped: bool, scale: str | None
) -> None:
    decimal, group = marks
    plain = f"{figure_:,.4f}" if grouped and group else f"{figure_:.4f}"
    text = plain.replace(",", "\0").replace(".", decimal).replace("\0", group or "")
    grouping = f', grouping = "{declared[1]}"' if declared[1] else ""
    times = f", times = '{scale}'" if scale else ""
    mapping = rates(f"{{ from = 'Kurs', decimal = '{declared[0]}'{grouping}{times} }}")
    (row,) = apply(mapping, sheet(["Kurs"], [text]), Faults("f")).rows
    cell = row.cells[3]
    refused = isinstance(cell, Typed) and cell.sort == "refused"
    if marks == declared or not refused:
        read = Decimal(cell.text if isinstance(cell, Typed) else cell)
        assert read == figure_ * Decimal(scale or 1) or marks != declared
        if marks != declared:  # the same text in both notations, such as 1234.5000 with and without groups
            assert text == _written(read / Decimal(scale or 1), declared, text)


def _written(read: Decimal, marks: tuple[str, str | None], like: str) -> str:
    """A figure as its notation writes it, with groups where the text has them."""
    decimal, group = marks
    for form in ("{:,.4f}", "{:.4f}", "{:,.0f}", "{:.0f}"):
        text = form.format(read).replace(",", "\0").replace(".", decimal).replace("\0", group or "")
        if text == like:
            return text
    return f"{read} is written otherwise"


@given(text=st.text(alphabet="0123456789.,' -()%E\u00a0", max_size=12), marks=st.sampled_from(MARKS))
def test_any_text_is_one_figure_of_its_notation_or_a_fault(text: str, marks: tuple[str, str | None]) -> None:
    decimal, group = marks
    grouping = f', grouping = "{group}"' if group else ""
    mapping = rates(f"{{ from = 'Kurs', decimal = '{decimal}'{grouping} }}")
    (row,) = apply(mapping, sheet(["Kurs"], [text]), Faults("f")).rows
    cell = row.cells[3]
    if isinstance(cell, Typed) and cell.sort == "refused":
        return
    read = cell.text if isinstance(cell, Typed) else cell.strip()
    bare = "".join(text.split()) if group == " " else text.strip().replace(group or "\0", "")
    assert read == bare.replace(decimal, ".")


@pytest.mark.parametrize(
    ("way", "cell", "read"),
    [
        pytest.param("'Teil'", " FRM-201\u00a0", "FRM-201", id="blanks-at-the-ends"),
        pytest.param("{ from = 'Teil', split = '/', part = 1 }", "FRM-201/A", "FRM-201", id="first-part"),
        pytest.param("{ from = 'Teil', split = ' rev ', part = 2 }", "FRM-201 rev B", "B", id="second-part"),
        pytest.param("{ from = 'Teil', without = '. ' }", "87.08 99", "870899", id="characters-taken-out"),
        pytest.param("{ from = ['Teil', 'Text'], join = '-' }", "FRM", "FRM-x", id="joined"),
        pytest.param("{ from = ['Teil', 'Text'], join = '-', gaps = true }", "", "x", id="joined-over-a-gap"),
        pytest.param("{ from = 'Teil', empty = 'NONE' }", "", "NONE", id="what-empty-stands-for"),
        pytest.param("{ letter = 'A' }", "FRM-201", "FRM-201", id="by-letter"),
        pytest.param("{ from = 'Teil', numbers = 'whole' }", Typed("4711", "number"), "4711", id="numbers-as-codes"),
        pytest.param("{ from = 'Teil', date = 'MM/YYYY' }", "05/2023", "2023-05", id="a-month"),
    ],
)
def test_a_code_is_made_as_declared(way: str, cell: Cell, read: str) -> None:
    assert code(way, cell) == read


A_CODE = "a code of at most 64 letters, digits and . _ / + -"
AS_TEXT = f"{A_CODE}, typed into a cell formatted as text"


@pytest.mark.parametrize(
    ("way", "cell", "says"),
    [
        pytest.param("'Teil'", "a b", f"found 'a b', wanted {A_CODE}", id="no-code"),
        pytest.param(
            "{ from = 'Teil', split = '/', part = 1 }",
            "a b/A",
            f"found 'a b/A', read as a b, wanted {A_CODE}",
            id="was",
        ),
        pytest.param(
            "'Teil'",
            Typed("12345", "number"),
            f"found 12345 in a cell formatted as a number, not as text, wanted {AS_TEXT}: a number loses its leading "
            "zeros and the digits past 15",
            id="a-number",
        ),
        pytest.param(
            "{ from = 'Teil', numbers = 'whole' }",
            Typed("1.5", "number"),
            "found 1.5, wanted a whole number, as the mapping says of its codes",
            id="a-fraction",
        ),
        pytest.param(
            "'Teil'",
            Typed("2023-03-01", "date"),
            f"found 2023-03-01 in a cell formatted as a date, not as text, wanted {AS_TEXT}: the spreadsheet makes a "
            "date of a code such as MAR-1 or 1-2",
            id="a-date-made-of-a-code",
        ),
        pytest.param(
            "'Teil'",
            "1.23457E+17",
            f"found '1.23457E+17', which a spreadsheet may have made of another code, wanted {AS_TEXT}: a number loses "
            "its digits past 15, and a code such as MAR-1 or 1-2 becomes a date",
            id="scientific-text",
        ),
        pytest.param(
            "'Teil'",
            "01-Mar",
            f"found '01-Mar', which a spreadsheet may have made of another code, wanted {AS_TEXT}: a number loses "
            "its digits past 15, and a code such as MAR-1 or 1-2 becomes a date",
            id="a-date-as-text",
        ),
        pytest.param(
            "'Teil'",
            "#N/A",
            f"found the error value #N/A, wanted {A_CODE}; put the cell right where it was made",
            id="error",
        ),
        pytest.param(
            "'Teil'",
            "FRM\u200b1",
            f"found 'FRM\\u200b1', with the unprintable character U+200B, wanted {A_CODE}",
            id="unseen",
        ),
    ],
)
def test_a_code_that_was_damaged_is_caught_and_not_guessed(way: str, cell: Cell, says: str) -> None:
    assert code(way, cell) == says


def test_a_gap_in_what_is_joined_is_a_fault() -> None:
    _, faults = values(items("{ from = ['Teil', 'Text'], join = '-' }"), sheet(["Teil", "Text"], ["", "x"]), "part")
    assert faults == [
        "f.xlsx, sheet S, row 2, column Teil (A) + Text (B): found ' | x', wanted each of Teil + Text filled, or none; "
        "'gaps = true' leaves empty ones out"
    ]


@pytest.mark.parametrize(
    ("form", "text", "read"),
    [
        pytest.param("DD.MM.YYYY", "02.05.2023", "2023-05-02", id="points"),
        pytest.param("D/M/YYYY", "2/5/2023", "2023-05-02", id="day-first"),
        pytest.param("M/D/YYYY", "2/5/2023", "2023-02-05", id="month-first"),
        pytest.param("YYYYMMDD", "20230502", "2023-05-02", id="no-marks"),
        pytest.param("DD.MM.YYYY hh:mm:ss", "02.05.2023 14:03:59", "2023-05-02", id="time-left-out"),
        pytest.param("DD.MM.YYYY", "2.5.2023", None, id="not-padded"),
        pytest.param("DD.MM.YYYY", "05/02/2023", None, id="other-marks"),
        pytest.param("DD.MM.YYYY", "31.02.2023", None, id="no-such-day"),
        pytest.param("MM/DD/YYYY", "13/05/2023", None, id="no-such-month"),
        pytest.param("DD.MM.YYYY", "2023-05-02", None, id="even-our-own"),
    ],
)
def test_a_date_has_the_one_form_that_is_declared(form: str, text: str, read: str | None) -> None:
    mapping = rates("'Kurs'", f"date = '{form}'")
    mapping = parse_mapping(mapping.document.replace(b'{ constant = "2023-05-02" }', b'"Tag"'))
    found, faults = values(mapping, sheet(["Kurs", "Tag"], ["1.5", text]), "day")
    assert list(map(str, found)) == ([] if read is None else [read])
    if read is None:
        exists = ", and a day that exists" if text == "31.02.2023" else ""
        wanted = f"wanted a date of the form {form}, as the mapping says{exists}"
        assert faults == [f"f.xlsx, sheet S, row 2, column Tag (B): found {text!r}, {wanted}"]


def test_names_of_months_are_those_declared() -> None:
    months = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
    mapping = rates("'Kurs'", "date = 'DD-MMM-YYYY'", f"months = {months}")
    mapping = parse_mapping(mapping.document.replace(b'{ constant = "2023-05-02" }', b'"Tag"'))
    found, _ = values(mapping, sheet(["Kurs", "Tag"], ["1.5", "02-ago-2023"]), "day")
    assert list(map(str, found)) == ["2023-08-02"]


def test_a_year_of_two_digits_is_of_the_century_declared() -> None:
    mapping = rates("'Kurs'", "date = 'DD.MM.YY'", "century = '20'")
    mapping = parse_mapping(mapping.document.replace(b'{ constant = "2023-05-02" }', b'"Tag"'))
    found, _ = values(mapping, sheet(["Kurs", "Tag"], ["1.5", "02.05.23"]), "day")
    assert list(map(str, found)) == ["2023-05-02"]


def test_a_moment_of_a_spreadsheet_loses_its_time_only_where_the_mapping_says_so() -> None:
    row = ["1.5", Typed("2023-05-02 14:03:00", "moment")]
    for way, read in (("'Tag'", []), ("{ from = 'Tag', time = 'left out' }", ["2023-05-02"])):
        mapping = rates("'Kurs'")
        mapping = parse_mapping(mapping.document.replace(b'{ constant = "2023-05-02" }', way.encode()))
        found, faults = values(mapping, sheet(["Kurs", "Tag"], row), "day")
        assert list(map(str, found)) == read
        assert bool(faults) is (not read)


def test_values_are_looked_up_and_what_the_table_lacks_is_a_fault() -> None:
    mapping = parse_mapping(
        document("item", {**ITEM, "unit": '{ from = "ME", table = "u" }'}, tail="[tables.u]\nkg = 'KGM'\nStk = 'PCE'")
    )
    found, faults = values(mapping, sheet(["Teil", "Text", "ME"], ["A", "x", "kg"], ["B", "y", "Stk"]), "unit")
    assert (found, faults) == (["KGM", "PCE"], [])
    _, faults = values(mapping, sheet(["Teil", "Text", "ME"], ["A", "x", "KG"]), "unit")
    wanted = "a value that table u of the mapping lists: 'kg', 'Stk'"
    assert faults == [f"f.xlsx, sheet S, row 2, column ME (C): found 'KG', wanted {wanted}"]


def test_a_number_is_looked_up_too_where_a_table_is_declared() -> None:
    mapping = rates("{ from = 'Kurs', table = 'per' }", tail="[tables.per]\nC = '100'\n10 = '10'")
    assert values(mapping, sheet(["Kurs"], ["C"]), "rate") == (["100"], [])
    assert values(mapping, sheet(["Kurs"], [Typed("10", "number")]), "rate") == (["10"], [])
    wanted = "a value that table per of the mapping lists: 'C', '10'"
    assert values(mapping, sheet(["Kurs"], [Typed("5", "number")]), "rate")[1] == [
        f"f.xlsx, sheet S, row 2, column Kurs (A): found '5', wanted {wanted}"
    ]


def test_a_column_of_which_the_mapping_does_not_speak_is_a_fault() -> None:
    table = sheet(["Teil", "Text", "Preis", ""], ["A", "x", "5", "6"], first_column=1)
    _, faults = values(items("'Teil'"), table, "part")
    assert faults == [
        "f.xlsx, sheet S, row 1, column Preis (D): found 'Preis', of which mapping m does not speak, wanted it under "
        "[columns] or in ignore of the mapping",
        "f.xlsx, sheet S, row 1, column E: found column E, without a heading, of which mapping m does not speak, "
        "wanted it under [columns] or in ignore_letters of the mapping",
    ]
    spoken = items("'Teil'", "ignore = 'Preis'", "ignore_letters = 'E'")
    assert values(spoken, table, "part") == (["A"], [])


def test_a_heading_that_stands_twice_is_named_by_its_letter() -> None:
    table = sheet(["Teil", "Text", "Teil"], ["A", "x", "B"])
    assert values(items("'Teil'"), table, "part")[1] == [
        "f.xlsx, sheet S, row 1: found the column 'Teil' twice, wanted each column that the mapping names once; name "
        "it by its letter"
    ]
    assert values(items("{ letter = 'C' }", "ignore = 'Teil'"), table, "part") == (["B"], [])


def test_rows_keep_their_numbers_and_those_left_out_are_told() -> None:
    mapping = items(
        "'Teil'",
        "first_row = 3",
        "skip_where = [{ column = 'Text', starts_with = 'Sum' }, { column = 'Teil', empty = true }]",
        "stop_where = { column = 'Teil', equals = ['Ende', 'End'] }",
    )
    rows = [["(code)", "(text)"], ["A", "x"], ["B", "Sum of A"], ["", "y"], ["C", "z"], ["End", ""], ["D", "not data"]]
    read = apply(mapping, sheet(["Teil", "Text"], *rows), Faults("f"))
    assert [(row.number, row.cells[1]) for row in read.rows] == [(3, "A"), (6, "C")]
    assert read.notices == (
        "mapping m leaves out 1 rows, Text begins with 'Sum': row 4",
        "mapping m leaves out 1 rows, Teil is empty: row 5",
        "mapping m leaves out 2 rows, from the row on where Teil is 'Ende' or 'End': row 7, 8",
    )


def test_a_mapping_fits_the_sheet_and_the_columns_that_it_names() -> None:
    mapping = items("'Teil'", "sheet = 'S'")
    assert mapping.fits(sheet(["Teil", "Text", "more"]))
    assert not mapping.fits(sheet(["Teil", "Text"], name="T"))
    assert not mapping.fits(sheet(["Teil"]))
    assert lacking(mapping, sheet(["Teil"])) == ["Text"]
    assert lacking(items("{ letter = 'D' }"), sheet(["Teil", "Text"])) == ["column D"]


def test_what_was_read_by_which_mapping_stands_in_the_parser_of_the_load() -> None:
    mapping = items("'Teil'")
    assert apply(mapping, sheet(["Teil", "Text"]), Faults("f")).parser == f"p; mapping m {mapping.sha256[:16]}"


def test_a_mapping_is_shown_with_an_example_of_what_each_cell_becomes() -> None:
    mapping = items("{ from = 'Teil/Rev', split = '/', part = 1 }", "ignore = 'Preis'")
    table = sheet(["Teil/Rev", "Text", "Preis"], ["", "Rahmen", "5"], ["FRM-201/A", "Arm", "6"])
    assert describe(mapping, table) == [
        ("owner", "always 'VOLTERA'", ""),
        ("part", "Teil/Rev (A)", "'FRM-201/A' -> FRM-201"),
        ("revision", "always 'A'", ""),
        ("description", "Text (B)", "'Rahmen', as it stands"),
        ("unit", "always 'PCE'", ""),
        ("(ignored)", "Preis", ""),
    ]


def test_a_draft_holds_guesses_behind_marks_and_nothing_active() -> None:
    table = sheet(["Teilenummer", 'Be"zeichnung\n', "Menge"], ["A", "x\ny", "5"])
    text = draft(table, template("item"), "liste\n.xlsx")
    active = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert active == [
        'name = "draft-item"',
        'of_source = "who these files come from"',
        'template = "item"',
        'sheet = "S"',
        "ignore = [",
        "]",
        "[columns]",
    ]
    assert '# part = "Teilenummer"   # a guess: confirm it or put another heading' in text
    assert '  # "Be\\"zeichnung\\u000A",  # column B; such as x y' in text


def test_a_finished_draft_is_a_mapping() -> None:
    table = sheet(["Teilenummer", "Bezeichnung"], ["A", "x"])
    text = draft(table, template("item"), "liste.xlsx").replace("# part =", "part =")
    text = text.replace("# description =", "description =").replace(
        '# unit = { constant = "..." }', 'unit = "Bezeichnung"'
    )
    for name in ("owner", "revision"):
        text = text.replace(f'# {name} = {{ constant = "..." }}', f'{name} = {{ constant = "A" }}')
    assert parse_mapping(text.encode()).columns.keys() == {"owner", "part", "revision", "description", "unit"}


def test_rows_of_a_mapping_are_read_anew_each_time() -> None:
    read = apply(items("'Teil'"), sheet(["Teil", "Text"], ["A", "x"], ["B", "y"]), Faults("f"))
    assert bool(read.rows)
    assert list(read.rows) == list(read.rows)
    assert list(read.rows)[1] == Row(3, ("VOLTERA", "B", "A", "y", "PCE"))
