"""A claim on averaged cars: the pack prints the average with its goods, and carries the entries that it is made of.

EV1 at 68 % and EV2 at 80 % come to 77 % of 200000 together; the figures are estimates, so that actual ones are due.
"""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from evidence.core.statements.base import Basis
from evidence.ledger.found import HomeHandle
from evidence.origin.averages import AverageSheet, work_out
from evidence.pack.contents.contents import OpeningPage
from evidence.pack.form import layout
from evidence.pack.form.carried import manifest_rows
from evidence.pack.gathered.facts import Subject, gather
from evidence.pack.gathered.numbering import number_exhibits
from evidence.pack.productions.build import build
from evidence.pack.spreadsheets.average_workbook import average_workbook, goods_csv
from evidence.pack.typesetting.assemble import Issue, assemble
from evidence.pack.words.language import speaking
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.small_company import LAW
from tests.unit.origin.small_range import averaged
from tests.unit.pack.averaged_home import FIGURES, average, determine_again, make
from tests.unit.pack.issued import Issued
from tests.unit.pack.test_workbook import Book

FILE = "worksheets/average-1.json"


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    """The pack of a shipment that is claimed on an average of estimates."""
    place = tmp_path_factory.mktemp("averaged")
    with make(place / "home", Basis.ESTIMATE) as handle:
        size = handle.ledger.size()
        yield Issued(handle, place, build(handle, Subject(shipment="S01"), place / "packs"), size)


@pytest.fixture(scope="module")
def report(claimed: Issued) -> dict[str, Any]:
    path = next(claimed.pack.folder.glob("report-*.json"))
    printed: dict[str, Any] = json.loads(path.read_bytes())["report"]
    return printed


def test_page_one_shows_the_average_that_decides_beside_the_good_that_is_short_by_itself(
    claimed: Issued, report: dict[str, Any]
) -> None:
    opening = report["opening"]
    (average,), (own,), (claim,) = opening["averages"], opening["results"], opening["claims"]
    assert (average["outcome"], average["bar"]["content"], average["bar"]["threshold"]) == ("met", "77", "75")
    assert average["goods"] == "2 goods: EV1 at P-MX, EV2 at P-MX"
    assert (own["outcome"], own["averaged"]["to"], claim["average"]["to"]) == ("not_met", "average-1", "average-1")
    assert (claimed.pack.claim, claimed.pack.content, claimed.pack.threshold) == ("claimed", Decimal(77), Decimal(75))


def test_page_one_says_that_figures_are_estimates_and_from_when_actual_ones_are_due(report: dict[str, Any]) -> None:
    opening = report["opening"]
    for result in (*opening["averages"], *opening["results"]):
        assert result["estimate"].startswith("actual figures are due from 2024-04-01 on")
    assert opening["claims"][0]["confirmed"].startswith("Claimed on estimates: 77.00 percent on average; actual")


def test_nothing_of_a_pack_on_actual_figures_is_called_an_estimate(issued: Issued) -> None:
    opening = json.loads(next(issued.pack.folder.glob("report-*.json")).read_bytes())["report"]["opening"]
    assert [result["estimate"] for result in opening["results"]] == [""]
    assert opening["averages"] == []


def test_the_page_of_an_average_prints_its_goods_their_volumes_figures_and_determinations(
    report: dict[str, Any],
) -> None:
    (page,) = report["averages"]
    rows = [
        (good["part"], good["made"], good["net_cost"], good["non_originating"], good["content"])
        for good in page["goods"]
    ]
    assert rows == [("EV1", "10", "50000", "16000", "68"), ("EV2", "30", "150000", "30000", "80")]
    assert (page["net_cost"], page["non_originating"], page["content"]) == ("200000", "46000", "77")
    printed, carried = (good["snapshots"][0] for good in page["goods"])
    assert printed["to"] == "worksheet-1"
    assert carried["text"].startswith("#")
    assert {row["kind"] for row in page["inputs"]} == {"volume", "election", "snapshot"}
    assert [row["outcome"] for row in page["tests"]] == ["met"] * len(page["tests"])
    assert page["choices"][0]["choice"] == "the highest percentage in force within the period"


def test_every_link_of_the_page_leads_somewhere(claimed: Issued, report: dict[str, Any]) -> None:
    with pikepdf.open(claimed.pack.report) as pdf:
        names = {str(name) for name in list(pdf.Root.Names.Dests.Names)[::2]}
    wanted = set(_links(report["averages"]) + _links(report["opening"]["averages"]))
    assert "average-1" in wanted
    assert wanted - names == set()


def test_the_pack_carries_the_entries_beneath_an_average_and_checks_whole(claimed: Issued) -> None:
    manifest, opening = (
        json.loads((claimed.pack.folder / name).read_bytes()) for name in (layout.MANIFEST, layout.DISCLOSURES)
    )
    shown = manifest_rows(manifest, opening)
    assert [one["path"] for one in shown["averages"].lines] == [FILE]
    kinds = [entry["kind"] for entry in shown["entries"].lines]
    assert (kinds.count("average"), kinds.count("snapshot")) == (1, 2)
    found = claimed.check(claimed.pack.folder)
    assert found.status == 0
    (item,) = [item for item in found.items if item.name == "average 1"]
    assert item.reason == "as recorded; the 6 entries and lines that it rests on are in this pack"


@pytest.mark.parametrize("change", ["another figure", "gone"])
def test_an_altered_average_is_named(claimed: Issued, tmp_path: Path, change: str) -> None:
    copy = shutil.copytree(claimed.pack.folder, tmp_path / "copy")
    path = copy / FILE
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b'"77"', b'"78"'))
    found = claimed.check(copy)
    assert found.status == 1
    assert {"average 1", f"file {FILE}"} <= {item.name for item in found.items if item.verdict.value == "failed"}


def test_an_average_that_one_of_its_goods_has_outrun_is_open_until_a_later_one_takes_its_place(tmp_path: Path) -> None:
    """EV1 determined again, at 17000 of 50000; then both averaged on actual figures: (200000 - 47000) / 200000."""
    subject = Subject(shipment="S01")
    with make(tmp_path / "home", Basis.ESTIMATE) as handle:
        determine_again(handle, "EV1", ("10", "50000", "17000"))
        determine_again(handle, "EV2", FIGURES["EV2"])
        opened = opening_of(handle, subject)
        average(handle)
        followed = opening_of(handle, subject)
    (gap,) = [gap for gap in opened.gaps if gap.kind == "open"]
    assert gap.what.startswith("Average 1 is out of date: EV1 was analysed again since (#")
    assert gap.defeats
    assert opened.claims[0].headline == "ONE ITEM OPEN: Average 1, out of date"
    assert [gap.kind for gap in followed.gaps if gap.kind == "open"] == []
    now, before = followed.averages
    assert (now.average.text, now.summary, now.estimate) == (
        "Average 2", "76.50 percent on average, at least 75.00 percent asked.", "",
    )  # fmt: skip
    assert before.stamp == "FOLLOWED by Average 2 (2023-07-05, on actual figures)"


def test_sums_and_contents_of_the_workbook_calculate(claimed: Issued) -> None:
    book = Book((claimed.pack.folder / "worksheets/average-1.xlsx").read_bytes())
    assert book.cells["Goods"]["B4"] == "Sum of the category"
    assert [book.value("Goods", at) for at in ("H4", "I4", "J2", "J3", "J4")] == [200000, 46000, 68, 80, 77]
    book = Book((claimed.pack.folder / "worksheets/average-1.xlsx").read_bytes())
    book.cells["Goods"]["I3"] = Decimal(40000)
    assert book.value("Goods", "J4") == 72  # (200000 - 56000) / 200000
    rows = list(csv.DictReader(io.StringIO((claimed.pack.folder / "worksheets/average-1-goods.csv").read_text())))
    assert [(row["Good"], row["Net cost of the units counted"]) for row in rows] == [
        ("EV1", "50000"),
        ("EV2", "150000"),
    ]


def test_goods_that_are_averaged_apart_have_a_sum_each() -> None:
    """Held to different percentages: 10 EV1 at 80 %, 30 EV2 at 75 %."""
    sheet = _sheet()
    truck = sheet.members[1].model_copy(update={"requirement": "LT-RVC"})
    asked = sheet.question.model_copy(update={"separately": True})
    book = Book(
        average_workbook(sheet.model_copy(update={"members": (sheet.members[0], truck), "question": asked}), "t")
    )
    labels = [book.cells["Goods"][at] for at in ("B4", "B5")]
    assert labels == ["Sum of the category, PV-RVC", "Sum of the category, LT-RVC"]
    assert [book.value("Goods", at) for at in ("H4", "J4", "H5", "J5")] == [50000, 80, 150000, 75]


def test_a_good_whose_figures_are_not_known_is_listed_and_adds_nothing() -> None:
    sheet = _sheet()
    unknown = sheet.members[1].model_copy(update={"net_cost": None, "non_originating": None, "content": None})
    without = sheet.model_copy(update={"members": (sheet.members[0], unknown)})
    book = Book(average_workbook(without, "t"))
    assert ("Goods", "J3") not in book.formulas
    assert book.value("Goods", "H4") == 50000
    assert goods_csv(without).count(b"\r\n") == 3


@pytest.mark.parametrize(
    ("language", "goods", "label"),
    [("fr", "Marchandises", "Somme de la catégorie"), ("es", "Mercancías", "Suma de la categoría")],
)
def test_the_workbook_of_an_average_speaks_the_language_and_calculates_the_same(
    language: str, goods: str, label: str
) -> None:
    """10 EV1 at 80 %, 10000 of 50000, and 30 EV2 at 75 %, 37500 of 150000: 76.25 %."""
    sheet = _sheet()
    asked = sheet.question.model_copy(update={"separately": True})
    with speaking(language):
        book = Book(average_workbook(sheet, "t"))
        apart = Book(average_workbook(sheet.model_copy(update={"question": asked}), "t"))
    assert book.cells[goods]["B4"] == label
    figures = [200000, 47500, 80, 75, Decimal("76.25")]
    assert [book.value(goods, at) for at in ("H4", "I4", "J2", "J3", "J4")] == figures
    assert [apart.value(goods, at) for at in ("H4", "I4", "J4")] == [200000, 47500, Decimal("76.25")]


def test_equal_averages_give_equal_workbooks() -> None:
    assert average_workbook(_sheet(), "t") == average_workbook(_sheet(), "t")


def _sheet() -> AverageSheet:
    return work_out(averaged(), LAW)


def opening_of(handle: HomeHandle, subject: Subject) -> OpeningPage:
    """Page one of a pack of all that is on record now; nothing is set in type."""
    size = handle.ledger.size()
    with reading(handle.engine) as connection:
        facts = gather(Register(connection, size), handle.ledger, handle.documents, subject, size)
    numbers = number_exhibits((exhibit.receipt.seq for exhibit in facts.exhibits), {})
    issue = Issue(
        number="EP-S01-1", organisation_name="Maker Inc. (SPECIMEN)", organisation=handle.organisation(), origin="log",
        root=b"", checkpoint=b"", specimen=True, supersedes=None, manifest_sha256="",
    )  # fmt: skip
    return assemble(facts, numbers, issue).opening


def _links(value: Any) -> list[str]:
    """Where the links of a page lead."""
    if isinstance(value, dict):
        if value.keys() == {"text", "to"}:
            return [value["to"]] if value["to"] else []
        return [to for inner in value.values() for to in _links(inner)]
    return [to for inner in value for to in _links(inner)] if isinstance(value, list) else []
