"""The spreadsheet of a worksheet: calculated again by its own formulas it says what the snapshot says, to the cent."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from evidence.core.statements.declaration import DeclarationForm
from evidence.origin.choices import CORE_WAY
from evidence.origin.determine import determine
from evidence.origin.worksheet import Worksheet
from evidence.pack.spreadsheets.workbooks import criterion, in_formula, named
from evidence.pack.spreadsheets.worksheets import figures_csv, materials_csv, workbook
from evidence.pack.words.language import LANGUAGES, _, speaking
from evidence.rules.ruleset import RuleSet
from tests.cases.test_walkthrough import FIRST, STEPS, question
from tests.unit.origin.small_company import result, small_company
from tests.unit.origin.test_accumulation import company_with, seats
from tests.unit.origin.test_core_ways import with_statements
from tests.voltera import inputs

CENT = Decimal("0.01")
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
LAW = RuleSet.load()


class Book:
    """A workbook calculated again: every formula worked out from other cells, its kept result not looked at."""

    def __init__(self, data: bytes) -> None:
        self.cells: dict[str, dict[str, str | Decimal]] = {}
        self.formulas: dict[tuple[str, str], str] = {}
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            strings = self._strings(file)
            names = [
                str(sheet.get("name"))
                for sheet in ElementTree.fromstring(file.read("xl/workbook.xml")).iter(_tag("sheet"))
            ]
            for number, name in enumerate(names, 1):
                self._read(name, ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml")), strings)

    @staticmethod
    def _strings(file: zipfile.ZipFile) -> list[str]:
        root = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
        return ["".join(text.text or "" for text in entry.iter(_tag("t"))) for entry in root]

    def _read(self, sheet: str, root: ElementTree.Element, strings: list[str]) -> None:
        mine = self.cells.setdefault(sheet, {})
        for cell in root.iter(_tag("c")):
            at, formula, value = str(cell.get("r")), cell.find("m:f", NS), cell.find("m:v", NS)
            if formula is not None:
                self.formulas[sheet, at] = str(formula.text)
            elif value is not None:
                text = str(value.text)
                mine[at] = strings[int(text)] if cell.get("t") == "s" else Decimal(text)

    def value(self, sheet: str, at: str) -> Any:
        if (sheet, at) in self.formulas:
            self.cells[sheet][at] = self._work_out(sheet, self.formulas[sheet, at])
            del self.formulas[sheet, at]
        return self.cells[sheet].get(at, Decimal(0))

    def _work_out(self, sheet: str, formula: str) -> Decimal:
        functions: dict[str, Callable[..., Any]] = {
            "SUM": lambda *given: sum((x for x in _flat(given) if isinstance(x, Decimal)), Decimal(0)),
            "SUMIFS": _sumifs,
            "MAX": max,
            "ROUND": lambda x, places: x.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP),
            "ROUNDDOWN": lambda x, places: x.quantize(Decimal(1).scaleb(-int(places)), ROUND_DOWN),
            "ROUNDUP": lambda x, places: x.quantize(Decimal(1).scaleb(-int(places)), ROUND_UP),
        }
        found: list[str] = []
        span = r"((?:'(?:[^']|'')+'|[A-Za-z]+)!)?\$?([A-Z]{1,2})\$?([0-9]+)(?::\$?([A-Z]{1,2})\$?([0-9]+))?"
        pattern = rf'("[^"]*")|{span}|([A-Z]{{3,}})|([0-9.]+)|(.)'
        for text, where, column, row, _column, last, function, figure, sign in re.findall(pattern, formula.lstrip("=")):
            on = where.removesuffix("!").strip("'").replace("''", "'") or sheet
            if text:
                found.append(text)
            elif last:
                found.append(f"[value({on!r}, f'{column}{{n}}') for n in range({row}, {last} + 1)]")
            elif column:
                found.append(f"value({on!r}, '{column}{row}')")
            else:
                found.append(function or (f"Decimal('{figure}')" if figure else sign))
        return Decimal(eval("".join(found), {"value": self.value, "Decimal": Decimal, **functions}))


def _tag(name: str) -> str:
    return f"{{{NS['m']}}}{name}"


def _flat(given: tuple[Any, ...]) -> list[Any]:
    return [x for each in given for x in (each if isinstance(each, list) else [each])]


def _sumifs(values: list[Any], *criteria: Any) -> Decimal:
    tests = list(zip(criteria[::2], criteria[1::2], strict=True))
    kept = [n for n in range(len(values)) if all(column[n] == wanted for column, wanted in tests)]
    return sum((values[n] for n in kept), Decimal(0))


def sheets() -> dict[str, Callable[[], Worksheet]]:
    """The sample company's first analysis of each shipment, the correction, and cases that it does not have."""

    def of(step: dict[str, Any]) -> Callable[[], Worksheet]:
        moment: datetime = step["at"]
        return lambda: determine(inputs(question(step), moment), LAW)

    def short() -> Worksheet:
        company = small_company()
        company.change("purchases", lambda line: line.part in ("STEEL", "CASE", "SEAT"), price=Decimal(100))
        return result(company)

    def failing() -> Worksheet:
        company = small_company()
        company.drop("declarations", lambda one: one.part == "CASE")
        company.change("purchases", lambda line: line.part == "CASE", price=Decimal(290))
        return result(company)

    def nested() -> Worksheet:
        company = small_company()
        company.drop("declarations", lambda one: one.part == "CASE")
        company.state("CASE", form=DeclarationForm.ACCUMULATION_COST, net_cost=250, non_originating_value=20)
        return result(company)

    def accumulated(**declared: Any) -> Worksheet:
        with pytest.MonkeyPatch.context() as patch:
            return result(company_with(patch, **declared))

    shipments = {name: of(FIRST[name]) for name in ("S01", "S05", "S10", "S11", "S12")}
    corrected = of(next(step for key, step in reversed(STEPS.items()) if key[0] == "S08"))

    def together() -> Worksheet:
        company = with_statements()
        company.elect(CORE_WAY, "S-ALL")
        return result(company)

    def made_here() -> Worksheet:
        company = small_company()
        company.change("items", lambda item: item.part in ("AXLE", "SUSP", "STEER"), core_group=None)
        return result(company)

    others: dict[str, Callable[[], Worksheet]] = {
        "bills-short-of-the-books": short,
        "a-pack-that-fails": failing,
        "a-seat-whose-net-cost-is-stated": lambda: result(seats(net_cost=50, non_originating_value=45)),
        "a-pack-whose-net-cost-is-stated": lambda: accumulated(net_cost=700),
        "a-pack-with-stated-net-costs-inside": nested,
        "a-super-core": together,
        "a-super-core-of-what-is-made-here": made_here,
    }
    return {**shipments, "S08-corrected": corrected, **others}


@pytest.mark.parametrize("language", ["fr", "es"])
@pytest.mark.parametrize("name", ["S11", "S12", "bills-short-of-the-books", "a-super-core"])
def test_a_workbook_in_another_language_has_the_same_codes_and_calculates_the_same_figures(
    name: str, language: str
) -> None:
    sheet = sheets()[name]()
    english = Book(workbook(sheet, "a test"))
    with speaking(language):
        book = Book(workbook(sheet, "a test"))
        figures, materials = _("Figures"), _("Materials")
        heads = [_(head) for head in ("Cell", "Figure", "Value", "Unit", "How it came about", "Text of law")]
    assert [book.cells[figures][f"{column}1"] for column in "ABCDEF"] == heads
    assert list(book.cells) != list(english.cells)
    assert {at for at in book.formulas if at[0] == figures} == {
        (figures, at) for name, at in english.formulas if name == "Figures"
    }
    for row, cell in enumerate(sheet.cells, 2):
        assert book.cells[figures][f"A{row}"] == cell.id
        assert book.value(figures, f"C{row}") == english.value("Figures", f"C{row}"), cell.id
    for n in range(2, len(sheet.materials) + 2):
        for column in "ABCDEFGHIJKMNOP":  # codes, names and figures; words are translated
            assert book.value(materials, f"{column}{n}") == english.value("Materials", f"{column}{n}")


@pytest.mark.parametrize("language", ["fr", "es"])
def test_heads_outcomes_and_reasons_of_a_workbook_are_in_its_language(language: str) -> None:
    sheet = result(small_company())
    with speaking(language):
        book = Book(workbook(sheet, "a test"))
        materials = book.cells[_("Materials")]
    english = Book(workbook(sheet, "a test")).cells["Materials"]
    rows = range(2, len(sheet.materials) + 2)
    reasons = [(str(materials[f"S{n}"]), str(english[f"S{n}"])) for n in rows if english.get(f"S{n}")]
    assert all(said != as_recorded for said, as_recorded in reasons)
    assert {materials[f"L{n}"] for n in rows} <= {"originaire", "non originaire", "originario", "no originario"} | {
        materials[f"L{n}"] for n in rows if english[f"L{n}"] not in ("originating", "non-originating")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_csv_of_a_worksheet_is_the_same_in_every_language(language: str) -> None:
    sheet = result(small_company())
    english = materials_csv(sheet), figures_csv(sheet)
    with speaking(language):
        assert (materials_csv(sheet), figures_csv(sheet)) == english


def test_the_name_of_a_sheet_keeps_whole_words_and_is_quoted_where_a_formula_wants_it() -> None:
    assert named("Changement de classement tarifaire") == "Changement de classement"
    assert named("x" * 40) == "x" * 31
    assert in_formula("Materials") == "Materials"
    assert in_formula("l'essai") == "'l''essai'"
    assert criterion('held to "75"') == '"held to ""75"""'


@pytest.mark.parametrize("made", sheets().values(), ids=sheets().keys())
def test_every_figure_calculated_again_is_that_of_the_snapshot(made: Callable[[], Worksheet]) -> None:
    sheet = made()
    book = Book(workbook(sheet, "a test"))
    live = {at for name, at in book.formulas if name == "Figures"}
    for row, cell in enumerate(sheet.cells, 2):
        assert book.cells["Figures"][f"A{row}"] == cell.id
        again = book.value("Figures", f"C{row}")
        assert again.quantize(CENT, ROUND_HALF_UP) == cell.value.quantize(CENT, ROUND_HALF_UP), cell.id
        if cell.unit == "%":
            assert again == cell.value, cell.id
    names = {cell.id for row, cell in enumerate(sheet.cells, 2) if f"C{row}" in live}
    assert {"total_cost", "net_cost", "tie.bill", "vnm.unit", "vnm", "content"} <= names


def test_what_stated_net_costs_take_off_calculates_from_each_line() -> None:
    """Two seats at 150 whose maker states a net cost of 50: 200 in one car, 2000 in ten; half of it if 100 were stated.

    Foreign are 1000 of the radio and 90 of the seats in each car.
    """
    sheet = result(seats(net_cost=50, non_originating_value=45))
    book = Book(workbook(sheet, "a test"))
    rows = {cell.id: row for row, cell in enumerate(sheet.cells, 2)}
    (line,) = [name for name in rows if name.startswith("accumulated.M")]
    assert book.value("Figures", f"C{rows['accumulated']}") == 2000
    book = Book(workbook(sheet, "a test"))
    book.cells["Figures"][f"C{rows[line]}"] = Decimal(100)
    assert book.value("Figures", f"C{rows['net_cost']}") == 49000
    assert book.value("Figures", f"C{rows['content']}") == Decimal("77.7551")  # (49000 - 10900) / 49000


def test_core_parts_stand_in_the_workbook_by_each_of_the_four_ways() -> None:
    sheet = result(small_company())
    cells = Book(workbook(sheet, "a test")).cells["Core parts"]
    assert [cells[f"{column}1"] for column in "KLMN"] == [way.way for way in sheet.core_parts[0].ways]
    pack = next(part for part in sheet.core_parts if part.part == "PACK")
    row = next(at[1:] for at, value in cells.items() if value == "PACK")
    assert [cells[f"{column}{row}"] for column in "KLMN"] == [f"{way.outcome.value}: {way.shown}" for way in pack.ways]


def test_a_super_core_of_what_is_made_here_calculates_from_the_figures_of_each_part() -> None:
    """Body and pack at 800 each, 200 foreign in the pack: 87.5 %; with 200 more in ten packs, 86.25 %."""
    sheet = sheets()["a-super-core-of-what-is-made-here"]()
    rows = {cell.id: row for row, cell in enumerate(sheet.cells, 2)}
    assert Book(workbook(sheet, "t")).value("Figures", f"C{rows['super_core.vnm.content']}") == Decimal("87.5")
    book = Book(workbook(sheet, "t"))
    assert ("Figures", f"C{rows['M0003.vnm']}") in book.formulas
    del book.formulas["Figures", f"C{rows['M0003.vnm']}"]
    book.cells["Figures"][f"C{rows['M0003.vnm']}"] = Decimal(2200)
    assert book.value("Figures", f"C{rows['super_core.vnm.content']}") == Decimal("86.25")


def test_every_figure_has_its_text_of_law_beside_it() -> None:
    sheet = result(small_company())
    cells = Book(workbook(sheet, "a test")).cells["Figures"]
    assert [cells.get(f"F{n}") for n in range(2, len(sheet.cells) + 2)] == [cell.citation for cell in sheet.cells]


def test_a_changed_value_changes_what_is_calculated() -> None:
    """The formulas do calculate: a hundred more of what counts lowers the content."""
    sheet = result(small_company())
    book = Book(workbook(sheet, "a test"))
    rows = {cell.id: row for row, cell in enumerate(sheet.cells, 2)}
    radio = next(at for at, value in book.cells["Materials"].items() if value == "RADIO")
    book.cells["Materials"][f"M{radio[1:]}"] = Decimal(1100)
    assert book.value("Figures", f"C{rows['vnm']}") == 11000
    assert book.value("Figures", f"C{rows['content']}") == 78


def test_a_material_has_one_number_everywhere() -> None:
    """The numbers of worksheet, CSV and XLSX are one; what a line is part of is named by such a number."""
    sheet = result(small_company())
    rows = list(csv.DictReader(io.StringIO(materials_csv(sheet).decode())))
    book = Book(workbook(sheet, "a test"))
    assert {(row["No."], row["Material"]) for row in rows} == {(row.id, row.part) for row in sheet.materials}
    assert [book.cells["Materials"][f"A{n}"] for n in range(2, len(rows) + 2)] == [row["No."] for row in rows]
    assert {row["Part of"] for row in rows} - {""} <= {row["No."] for row in rows}


def test_the_schedule_runs_by_descending_value() -> None:
    rows = list(csv.DictReader(io.StringIO(materials_csv(result(small_company())).decode())))
    values = [Decimal(row["Value"]) for row in rows]
    assert all(one >= other for one, other in pairwise(values))
