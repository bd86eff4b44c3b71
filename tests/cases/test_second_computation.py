"""A second computation agrees to the cent: three full goods, by formulas of spreadsheets that share nothing with ours.

`examples/make_workbooks.py` puts the files of `examples/three-goods` into workbooks with formulas over them,
LibreOffice works these out, and each figure is held against the one that the product's commands come to from the same
files. This is done with the files as they are, and with files changed so that limbs fail.
"""

import ast
import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from evidence.rules.ruleset import RuleSet
from tests.cases.situations.telling import Teller
from tests.libreoffice import recalculate

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TABLES = EXAMPLES / "three-goods"
ASKED = {
    "SENDA": ("P-MX", "2024-04-01..2024-06-30"),
    "BISONTE": ("P-ON", "2024-07-01..2024-09-30"),
    "FRENO": ("P-QRO", "2023-10-01..2023-12-31"),
}
LEAST_FIGURES = {"SENDA": 170, "BISONTE": 130, "FRENO": 50}
CENT = Decimal("0.005")
"""Two amounts less apart than this are the same to the cent."""
CUT = Decimal("0.0001")
"""Shares are printed cut after four decimals."""
GROUPED = ("steel.", "aluminum.", "super_core.")
"""Sums of some purchases, or over many vehicles, of which the workbook has the total or the share only."""

Figures = dict[str, tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Twice:
    """One good worked out twice: the product's worksheet, and the result of the workbook."""

    worksheet: dict[str, Any]
    book: dict[str, Any]

    @property
    def limbs(self) -> dict[str, str]:
        found = {row["limb"]: row["outcome"] for row in reversed(self.worksheet["findings"])}
        return {name: outcome for name, outcome in found.items() if name != "general conditions"}

    def figures(self) -> Figures:
        """Every figure of the worksheet under the name that the workbook has for it, and how far it may be off."""
        names = {row["id"]: row["part"] for row in self.worksheet["materials"]}
        found: Figures = {}
        for cell in self.worksheet["cells"]:
            head, _, tail = cell["id"].partition(".")
            name = f"{names[head]}.{tail}" if head in names else cell["id"]
            found[name] = Decimal(cell["value"]), CUT if cell["unit"] in ("%", "points") else CENT
        for row in self.worksheet["materials"]:
            found[f"{row['part']}.value_each"] = Decimal(row["unit_value"]), CENT
            found[f"{row['part']}.counted"] = Decimal(row["counted"]), CENT
        for row in self.worksheet["findings"]:
            if row["test"] == "regional value content with the credit for labor value content":
                found["content with credit"] = Decimal(row["figure"]), CUT
        return found

    def differences(self) -> Iterator[str]:
        for name, (value, most) in self.figures().items():
            second = self.book.get(name)
            if second is None:
                continue
            if not isinstance(second, int | float) or abs(Decimal(repr(second)) - value) >= most:
                yield f"{name}: {value}, and {second} by the workbook"


def altered(into: Path) -> Path:
    """The files changed: declarations not accepted, a wage a cent short, dearer cells, another rate, fewer cars."""
    shutil.copytree(TABLES, into)

    def change(file: str, where: dict[str, str], **to: str) -> None:
        path = into / f"{file}.csv"
        with path.open(encoding="utf-8", newline="") as read:
            rows = list(csv.DictReader(read))
        mine = [row for row in rows if all(row[name] == value for name, value in where.items())]
        assert mine, (file, where)
        for row in mine:
            row.update(to)
        kept = rows if to else [row for row in rows if row not in mine]
        with path.open("w", encoding="utf-8", newline="") as write:
            writer = csv.DictWriter(write, list(rows[0]))
            writer.writeheader()
            writer.writerows(kept)

    change("declaration-state", {"reference": "D-DASH-DASH"})
    change("declaration-state", {"reference": "D-PAD-PAD"})
    change("purchase", {"part": "CELL"}, price="13.35")
    change("wage-certificate", {"number": "W-ENG-22"}, base_wages="12801599.99", average_wage="16.00", meets_rate="no")
    change("volume", {"part": "SENDA", "month": "2024-06"}, made="97")
    change("exchange-rate", {"currency": "MXN", "into": "USD", "day": "2024-04-09"}, rate="0.06125")
    change("metal-purchase", {"invoice": "MET-001"}, origin_statement="")
    return into


def worked_out(tables: Path, home: Path) -> dict[str, dict[str, Any]]:
    """The worksheet of each good, by the product's own commands from the files in `tables`."""
    teller = Teller(home)
    founded = ("init", "--demo", "--code", "DUERO", "--organisation", "Duero Vehicles S.A. de C.V. (SPECIMEN)")
    assert teller.type(*founded, "--country", "MX", "--at", "2024-10-10").status == 0
    imported = teller.type("import", *sorted(map(os.fspath, tables.glob("*.csv"))))
    assert imported.status == 0, imported.words[-3000:]
    found = {}
    for good, (plant, period) in ASKED.items():
        said = teller.type("determine", good, "--plant", plant, "--period", period, "--no-record", "--json")
        assert said.found is not None, said.words[-3000:]
        found[good] = said.found["worksheet"]
    return found


def made(tables: Path, out: Path) -> None:
    """The workbooks of the files in `tables`, by the committed script in a process of its own."""
    script = EXAMPLES / "make_workbooks.py"
    command = [sys.executable, "-B", str(script), "--out", str(out), "--tables", str(tables)]
    subprocess.run(command, check=True, timeout=120, capture_output=True, cwd=out.parent)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Twice]]:
    """Each good worked out twice, from the files as they are and from those that were changed."""
    place = tmp_path_factory.mktemp("second")
    tables = {"as they are": TABLES, "changed": altered(place / "changed")}
    books = []
    for number, folder in enumerate(tables.values()):
        made(folder, place / f"made-{number}")
        books += [path.rename(place / f"{number}-{path.name}") for path in sorted((place / f"made-{number}").iterdir())]
    for copy in recalculate(books, place / "recalculated", place / "profile"):
        assert copy.stat().st_size > 0
    found = {}
    for number, (name, folder) in enumerate(tables.items()):
        worksheets = worked_out(folder, place / f"home-{number}")
        found[name] = {
            good: Twice(worksheets[good], results(place / "recalculated" / f"{number}-{good}.xlsx")) for good in ASKED
        }
    return found


def results(path: Path) -> dict[str, Any]:
    """What the sheet `result` of a workbook that was worked out comes to, by name."""
    rows = load_workbook(path, data_only=True)["result"].iter_rows(min_row=2, values_only=True)
    return {str(row[0]): row[1] for row in rows}


@pytest.mark.parametrize("files", ["as they are", "changed"])
def test_every_figure_agrees_to_the_cent(files: str, twice: dict[str, dict[str, Twice]]) -> None:
    for good, each in twice[files].items():
        assert list(each.differences()) == [], good
        figures = each.figures()
        assert sorted(name for name in figures.keys() - each.book.keys() if not name.startswith(GROUPED)) == []
        assert [name for name, value in each.book.items() if not isinstance(value, int | float | str)] == []
        assert len(figures.keys() & each.book.keys()) >= LEAST_FIGURES[good]


@pytest.mark.parametrize(
    ("files", "failing"),
    [
        pytest.param("as they are", {"SENDA": set(), "BISONTE": set(), "FRENO": set()}, id="all-met"),
        pytest.param(
            "changed",
            {
                "SENDA": {"regional value content", "core parts", "steel"},
                "BISONTE": {"product rule", "labour value content"},
                "FRENO": {"product rule"},
            },
            id="some-fail",
        ),
    ],
)
def test_every_limb_comes_out_alike(
    files: str, failing: dict[str, set[str]], twice: dict[str, dict[str, Twice]]
) -> None:
    for good, each in twice[files].items():
        by_book = {name.removeprefix("limb: "): met for name, met in each.book.items() if name.startswith("limb: ")}
        assert each.limbs == by_book, good
        assert {name for name, outcome in by_book.items() if outcome == "not_met"} == failing[good], good


def test_each_vehicle_has_what_its_class_needs(twice: dict[str, dict[str, Twice]]) -> None:
    car, truck, brake = (twice["as they are"][good] for good in ASKED)
    core = {row["part"]: row["content"] for row in car.worksheet["core_parts"]}
    assert sorted(core) == ["AXLE", "BODY", "PACK", "STEER", "SUSP"]
    for part, content in core.items():
        assert Decimal(content.partition(" ")[0]) == int(car.book[f"{part}.content.vnm"] * 100) / Decimal(100)
    for vehicle in (car, truck):
        assert {"labour value content", "steel", "aluminum"} <= vehicle.limbs.keys()
        assert {"lvc.total", "steel.share", "aluminum.share"} <= {cell["id"] for cell in vehicle.worksheet["cells"]}
    assert truck.book["content"] < 64 <= truck.book["content with credit"]  # s.18(22)
    assert brake.limbs == {"product rule": "met"}


def test_the_readme_prints_what_both_come_to(twice: dict[str, dict[str, Twice]]) -> None:
    lines = (TABLES / "README.md").read_text(encoding="utf-8").splitlines()
    columns = ("content", "lvc.total", "steel.share", "aluminum.share")
    for good, each in twice["as they are"].items():
        (row,) = [line for line in lines if line.startswith(f"| `{good}`")]
        printed = [cell.split(" of ")[0].strip() for cell in row.split("|")[4:8]]
        figures = [each.book.get(name) for name in columns]
        assert printed == ["" if figure is None else f"{int(figure * 100) / 100:.2f}" for figure in figures]


def test_a_figure_that_is_off_would_be_found(twice: dict[str, dict[str, Twice]]) -> None:
    for good in ASKED:
        crossed = Twice(twice["as they are"][good].worksheet, twice["changed"][good].book)
        assert len(list(crossed.differences())) >= 3, good
    right = twice["as they are"]["FRENO"]
    off = Twice(right.worksheet, right.book | {"net_cost": right.book["net_cost"] + 0.01})
    assert [said.partition(":")[0] for said in off.differences()] == ["net_cost"]


def test_the_workbooks_hold_formulas_and_no_result_of_ours(tmp_path: Path) -> None:
    made(TABLES, tmp_path / "made")
    for good in ASKED:
        book = load_workbook(tmp_path / "made" / f"{good}.xlsx")
        cells = [row[1] for row in book["result"].iter_rows(min_row=2)]
        assert len(cells) > 40
        assert all(str(cell.value).startswith("=") for cell in cells)
    modules = [EXAMPLES / "make_workbooks.py", *(EXAMPLES / "workbook").glob("*.py")]
    imported = {
        name.split(".")[0]
        for path in modules
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    assert "evidence" not in imported
    assert "workbook" in imported


@pytest.mark.parametrize(
    ("figure", "series", "on"),
    [
        ("passenger vehicle, net cost", "PV-RVC", date(2024, 4, 1)),
        ("core parts, net cost", "A2-NC", date(2024, 4, 1)),
        ("Table B, net cost", "B-NC", date(2023, 10, 1)),
        ("heavy truck, net cost", "HT-RVC", date(2024, 7, 1)),
        ("Table D, net cost", "D-NC", date(2024, 7, 1)),
        ("steel, least share", "PV-STEEL", date(2024, 4, 1)),
        ("aluminum, least share", "HT-ALUM", date(2024, 7, 1)),
        ("passenger vehicle, labor total", "PV-LVC", date(2024, 4, 1)),
        ("passenger vehicle, labor material", "PV-LVCMM", date(2024, 4, 1)),
        ("heavy truck, labor total", "HT-LVC", date(2024, 7, 1)),
        ("heavy truck, labor material", "HT-LVCMM", date(2024, 7, 1)),
        ("heavy truck credit, least content", "HT-CREDIT-FLOOR", date(2024, 7, 1)),
        ("wage US", "WAGE-US", date(2024, 4, 1)),
        ("wage CA", "WAGE-CA", date(2024, 4, 1)),
        ("wage MX", "WAGE-MX", date(2024, 4, 1)),
    ],
)
def test_what_the_script_has_typed_from_the_law_is_what_the_rule_set_has(
    figure: str, series: str, on: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = typed_law(monkeypatch)
    amounts = {name: amount for name, amount, _ in typed.FIGURES}
    assert amounts[figure] == RuleSet.load().series(series).on(on).amount


def test_table_s_is_the_same_in_both(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for row in RuleSet.load().tables.rows if row.table == "S"]
    assert sorted((row.column, row.code.replace(".", "")) for row in rows) == sorted(typed_law(monkeypatch).TABLE_S)


def typed_law(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The figures that the workbooks state for themselves."""
    import importlib

    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("workbook.law")
