"""Each fault names file, sheet, row and column, what was found and what was wanted."""

from pathlib import Path

import pytest

from evidence.intake.faults import MOST_KEPT, Faults
from evidence.register.queries import Register
from tests.unit.intake import making
from tests.unit.intake.making import csv_text, faults, plan_of

OTHER_MARKS = "a decimal of at least 0, such as 1250.50; a mapping declares other marks, see 'evidence mapping draft'"


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        pytest.param("received_on", "09/05/2023", "a date such as 2023-04-01, from 1990 to 2100", id="slashes"),
        pytest.param("received_on", "2023-02-30", "a date such as 2023-04-01, from 1990 to 2100", id="no-such-day"),
        pytest.param("received_on", "0203-05-09", "a date such as 2023-04-01, from 1990 to 2100", id="too-long-ago"),
        pytest.param("received_on", "9999-12-31", "a date such as 2023-04-01, from 1990 to 2100", id="for-ever"),
        pytest.param("received_on", "1683590400", "a date such as 2023-04-01, from 1990 to 2100", id="a-time-stamp"),
        pytest.param("received_on", "２０２３-05-09", "a date such as 2023-04-01, from 1990 to 2100", id="wide-digits"),
        pytest.param("price", "1e400", "a decimal of at least 0, such as 1250.50", id="exponent"),
        pytest.param("price", "1,250.50", OTHER_MARKS, id="grouping"),
        pytest.param("price", "1.250,50", OTHER_MARKS, id="comma"),
        pytest.param("price", "-1", "a decimal of at least 0, such as 1250.50", id="negative"),
        pytest.param("price", "NaN", "a decimal of at least 0, such as 1250.50", id="not-a-number"),
        pytest.param("price", "0" * 41, "a decimal of at least 0, such as 1250.50", id="endless"),
        pytest.param("quantity", "0", "a decimal above 0, such as 1250.50", id="nothing-bought"),
        pytest.param("invoice_line", "1.0", "a whole number of at least 1", id="fraction"),
        pytest.param("invoice_line", "0", "a whole number of at least 1", id="line-zero"),
        pytest.param("currency", "usd", "a currency as three capital letters (ISO 4217), such as USD", id="small"),
        pytest.param("part", "=1+1", "a code of at most 64 letters, digits and . _ / + -", id="formula"),
        pytest.param("related", "maybe", "yes or no", id="neither-yes-nor-no"),
    ],
)
def test_a_cell_that_its_column_does_not_take_is_named(
    column: str, value: str, wanted: str, folder: Path, register: Register
) -> None:
    good = {**making.PURCHASE, "related": "no"}
    (folder / "p.csv").write_text(csv_text(good, {**good, "invoice_line": "2", column: value}), encoding="utf-8")
    assert faults(plan_of(register, folder)) == [("p.csv", None, 3, column, repr(value)[:75], wanted)]


def test_an_empty_cell_where_a_value_is_needed_is_nothing_found(folder: Path, register: Register) -> None:
    (folder / "i.csv").write_text(csv_text({**making.ITEM, "unit": " "}))
    assert faults(plan_of(register, folder)) == [
        ("i.csv", None, 2, "unit", "nothing", "a code of at most 64 letters, digits and . _ / + -")
    ]


def test_every_fault_of_every_row_and_file_is_reported_at_once(folder: Path, register: Register) -> None:
    bad = {**making.PURCHASE, "price": "x", "quantity": "y"}
    (folder / "a.csv").write_text(csv_text(bad, {**bad, "invoice_line": "2"}))
    (folder / "b.csv").write_text(csv_text({**making.ITEM, "nature": "sideways"}))
    found = faults(plan_of(register, folder))
    assert [(file, row, column) for file, _, row, column, _, _ in found] == [
        *(("a.csv", 2, "quantity"), ("a.csv", 2, "price"), ("a.csv", 3, "quantity"), ("a.csv", 3, "price")),
        ("b.csv", 2, "nature"),
    ]
    assert found[-1][5] == "one of: direct, indirect, packing, retail packaging, accessory, set"


def test_a_fault_in_a_workbook_names_sheet_row_and_the_letter_of_the_column(folder: Path, register: Register) -> None:
    header, row = list(making.ITEM), list(making.ITEM.values())
    making.write_xlsx(folder / "i.xlsx", [header, row, [*row[:4], "no such unit!"]], sheet="Items", first_row=2)
    assert faults(plan_of(register, folder)) == [
        ("i.xlsx", "Items", 5, "unit (E)", "'no such unit!'", "a code of at most 64 letters, digits and . _ / + -")
    ]


def test_a_fault_in_a_form_names_its_field_and_no_row(folder: Path, register: Register) -> None:
    making.write_form(folder / "d.pdf", {**making.DECLARATION, "hs_code": "8708.99"})
    assert faults(plan_of(register, folder)) == [
        ("d.pdf", None, None, "hs_code", "'8708.99'", "a tariff code of 6, 8 or 10 digits, without dots")
    ]


def test_a_span_that_ends_before_it_begins_is_a_fault(folder: Path, register: Register) -> None:
    (folder / "d.csv").write_text(csv_text({**making.DECLARATION, "valid_to": "2023-03-31"}))
    assert faults(plan_of(register, folder)) == [
        ("d.csv", None, 2, "valid_to", "2023-03-31", "a day on or after valid_from, 2023-04-01")
    ]


def test_nothing_was_received_tomorrow(folder: Path, register: Register) -> None:
    (folder / "p.csv").write_text(csv_text({**making.PURCHASE, "received_on": "2024-06-03"}))
    assert plan_of(register, folder).clean
    (folder / "p.csv").write_text(csv_text({**making.PURCHASE, "received_on": "2024-06-04"}))
    assert faults(plan_of(register, folder)) == [
        ("p.csv", None, 2, "received_on", "2024-06-04", "a day up to today, 2024-06-03")
    ]


def test_a_header_that_almost_fits_says_what_keeps_it(folder: Path, register: Register) -> None:
    wrong = {("receivd_on" if name == "received_on" else name): value for name, value in making.PURCHASE.items()}
    (folder / "p.csv").write_text(csv_text(wrong))
    assert faults(plan_of(register, folder)) == [
        (
            "p.csv", None, 1, None, "a header without received_on and with unknown 'receivd_on'",
            "the columns of purchase; see 'evidence import --template purchase'",
        )
    ]  # fmt: skip


def test_a_column_named_twice_is_a_fault(folder: Path, register: Register) -> None:
    (folder / "i.csv").write_text("owner,part,revision,description,unit,part\nVOLTERA,A,A,Thing,PCE,B\n")
    assert faults(plan_of(register, folder)) == [
        ("i.csv", None, 1, None, "the column 'part' twice", "each column once")
    ]


def test_the_same_line_twice_in_a_file_is_a_fault(folder: Path, register: Register) -> None:
    (folder / "p.csv").write_text(csv_text(making.PURCHASE, {**making.PURCHASE, "quantity": "5"}))
    assert faults(plan_of(register, folder)) == [
        (
            "p.csv", None, 3, None, "SUP-001, INV-1, 1 again, as in row 2",
            "each seller, invoice, invoice_line once in a file",
        )
    ]  # fmt: skip


def test_rows_that_fold_must_repeat_their_head(folder: Path, register: Register) -> None:
    second = {**making.SHIPMENT, "invoice_lines.line": "2", "consignee": "VOLTERA-CA"}
    (folder / "s.csv").write_text(csv_text(making.SHIPMENT, second))
    assert faults(plan_of(register, folder)) == [
        ("s.csv", None, 3, "consignee", "'VOLTERA-CA'", "'VOLTERA-US' as in row 2, which has the same number")
    ]


def test_a_contact_is_given_whole_or_not_at_all(folder: Path, register: Register) -> None:
    half = {**making.CERTIFICATION, "exporter.name": "Voltera MX", "exporter.address": "", "exporter.country": "MX"}
    (folder / "c.csv").write_text(csv_text(half))
    assert faults(plan_of(register, folder)) == [
        ("c.csv", None, 2, "exporter.address", "nothing", "text of 1 to 4000 characters")
    ]


def test_past_a_thousand_faults_of_a_file_the_rest_are_counted() -> None:
    faults = Faults("f.csv")
    for row in range(MOST_KEPT + 5):
        faults.add("x", "y", row=row + 1)
    told = list(faults.all())
    assert len(told) == MOST_KEPT + 1
    assert told[-1].found == "5 faults more"


def test_faults_stand_by_sheet_and_row_whenever_they_were_found() -> None:
    faults = Faults("f.xlsx")
    for sheet, row, found in (("B", 9, "1"), ("A", 7, "2"), ("B", 3, "3"), ("A", 7, "4"), (None, None, "5")):
        faults.add(found, "y", sheet=sheet, row=row)
    assert [fault.found for fault in faults.all()] == ["5", "3", "1", "2", "4"]
    faults.order(["A", "B"])
    faults.add("6", "y", sheet="A", row=6)
    assert [fault.found for fault in faults.all()] == ["5", "6", "2", "4", "3", "1"]


def test_past_a_thousand_the_first_rows_are_kept() -> None:
    faults = Faults("f.csv")
    for row in range(MOST_KEPT + 5, 0, -1):
        faults.add("x", "y", row=row)
    assert [fault.row for fault in faults.kept] == list(range(1, MOST_KEPT + 1))
    assert list(faults.all())[-1].found == "5 faults more"
