"""The sample company is what its tables say, its files are what the templates want, and its papers agree."""

import csv
import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evidence.core.statements.base import Record
from evidence.core.statements.bill import BillLine, MakeOrBuy
from evidence.core.statements.certification import CertificationOfOrigin, VehicleCertification
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.cost import CostElement, CostLine
from evidence.core.statements.declaration import DeclarationForm, SupplierDeclaration
from evidence.core.statements.item import ItemLine
from evidence.core.statements.party import PartyLine
from evidence.core.statements.production import ProductionLine, VolumeLine
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.site import SiteLine
from evidence.core.values import Period
from tests.voltera import COMPANY, EXAMPLES, data_files, expected, of_kind, rows, timeline, toml, values

FOLDERS = sorted(path for path in COMPANY.iterdir() if path.is_dir())
FILES = [path for folder in FOLDERS for path in data_files(folder)]


def relative(path: Path) -> str:
    return str(path.relative_to(COMPANY))


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company made anew from the tables."""
    out = tmp_path_factory.mktemp("examples") / "voltera"
    script = EXAMPLES / "make_company.py"
    subprocess.run([sys.executable, "-B", str(script), "--out", str(out)], check=True, cwd=out.parent, timeout=120)
    return out


def test_the_tables_make_the_committed_files_byte_for_byte(made: Path) -> None:
    anew, committed = tree(made), tree(COMPANY)
    assert sorted(anew) == sorted(committed)
    assert [name for name in committed if anew[name] != committed[name]] == []
    assert (made.parent / "expected.toml").read_bytes() == (EXAMPLES / "expected.toml").read_bytes()


def test_the_examples_stay_small_enough_to_clone() -> None:
    size = sum(
        path.stat().st_size for path in EXAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    assert size < 6_000_000


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_every_row_is_what_its_template_wants(path: Path) -> None:
    assert len(values(path)) == len(rows(path)) > 0


def test_the_company_has_the_size_that_was_asked_for() -> None:
    bills = [line for line in of_kind(BillLine) if line.parent_revision in {"MY23", "A"}]
    assert 240 <= len(bills) <= 270
    assert len(of_kind(SupplierDeclaration)) == 131
    suppliers = [party for party in of_kind(PartyLine) if "supplier" in party.roles]
    assert len(suppliers) == 80
    assert len([party for party in suppliers if party.country in {"US", "MX", "CA"}]) == 55
    assert {party.party for party in suppliers} == {line.seller for line in of_kind(PurchaseLine)}
    assert Counter(path.suffix for path in FILES if "declaration" in path.stem or path.parent.name == "forms") == {
        ".csv": 9,
        ".xlsx": 2,
        ".pdf": 8,
    }


def test_what_one_company_makes_for_another_is_stated_by_its_maker_for_every_day() -> None:
    """Uniform Regulations s.9(2)(a): each statement gives the net cost and the part of it that does not originate."""
    sites = {site.site: site.party for site in of_kind(SiteLine)}
    stated = [one for one in of_kind(SupplierDeclaration) if one.supplier.startswith("VOLTERA")]
    assert {(one.supplier, one.part) for one in stated} == {("VOLTERA-US", "EDU-150"), ("VOLTERA-CA", "BAT-800")}
    assert {one.form for one in stated} == {DeclarationForm.ACCUMULATION_COST}
    assert {(one.part, one.net_cost, one.non_originating_value, one.currency) for one in stated} == {
        ("EDU-150", Decimal(2800), Decimal(1380), "USD"),
        ("EDU-150", Decimal(2800), Decimal(630), "USD"),
        ("BAT-800", Decimal(8760), Decimal(2000), "CAD"),
    }
    for line in of_kind(BillLine):
        if line.make_or_buy is MakeOrBuy.MAKE and sites[line.plant] != sites[line.made_at or ""]:
            mine = [one for one in stated if (one.part, one.revision) == (line.child, line.child_revision)]
            covered = {day for one in mine for day in Period(one.valid_from, one.valid_to).days()}  # type: ignore[arg-type]
            last = min(line.effective_to or date(2025, 3, 31), date(2025, 3, 31))
            assert set(Period(line.effective_from, last).days()) <= covered, line.child


def test_every_name_says_that_it_is_a_specimen() -> None:
    assert [party.name for party in of_kind(PartyLine) if "SPECIMEN" not in party.name] == []
    assert [site.name for site in of_kind(SiteLine) if "SPECIMEN" not in site.name] == []


def test_every_child_of_a_bill_has_an_item_and_a_code() -> None:
    bills = of_kind(BillLine)
    named = {line.child for line in bills} | {line.parent for line in bills}
    assert named == {item.part for item in of_kind(ItemLine)}
    assert named == {line.part for line in of_kind(ClassificationLine)}


def test_no_two_bills_of_one_parent_overlap() -> None:
    spans = {(b.parent, b.parent_revision): (b.effective_from, b.effective_to) for b in of_kind(BillLine)}
    for (parent, revision), (first, _) in spans.items():
        for (other, theirs), (begins, ends) in spans.items():
            if parent == other and revision != theirs and begins <= first:
                assert ends is not None
                assert ends < first


def test_every_delivery_comes_from_a_site_of_its_seller() -> None:
    sites = {site.site: site.party for site in of_kind(SiteLine)}
    purchases = of_kind(PurchaseLine)
    assert {sites[line.plant] for line in purchases} == {"VOLTERA-MX", "VOLTERA-US", "VOLTERA-CA"}
    assert [line.invoice for line in purchases if sites[line.shipped_from or ""] != line.seller] == []
    numbers = Counter((line.seller, line.invoice, line.invoice_line) for line in purchases)
    assert max(numbers.values()) == 1


def test_the_books_tie_to_purchases_and_to_the_cost_of_what_is_made() -> None:
    """Booked material is what was bought for the good plus the total cost of the parts Voltera makes for it."""
    rates = {"USD": Decimal(1), "CAD": Decimal("0.75")}
    costs = [line for line in of_kind(CostLine) if line.figures == "actual"]
    totals: Counter[tuple[str, object]] = Counter()
    for line in costs:
        totals[line.part, line.period_from] += line.amount  # type: ignore[assignment]
    bills, purchases = of_kind(BillLine), of_kind(PurchaseLine)
    for line in (line for line in costs if line.element is CostElement.MATERIAL):
        inside = [p for p in purchases if line.period_from <= p.received_on <= line.period_to]
        rates["MXN"] = Decimal("0.055") if line.period_from.isoformat() >= "2024-04-01" else Decimal("0.05")
        mine = [b for b in bills if b.parent == line.part and b.effective_from <= line.period_from]
        mine = [b for b in mine if b.effective_to is None or b.effective_to >= line.period_to]
        bought = {b.child for b in mine if b.make_or_buy is MakeOrBuy.BUY}
        value = sum(
            (p.quantity * p.price / p.price_per * rates[p.currency] for p in inside if p.part in bought), Decimal(0)
        )
        value += sum((totals[b.child, line.period_from] for b in mine if b.make_or_buy is MakeOrBuy.MAKE), Decimal(0))
        assert line.amount == value, f"{line.part} {line.period_from}"


def test_each_declaration_is_accepted_once_but_for_the_one_that_waits() -> None:
    accepted = Counter(one for step in timeline() if step["do"] == "accept" for one in step["references"])
    assert max(accepted.values()) == 1
    known = {f"{one.supplier} {one.reference}" for one in of_kind(SupplierDeclaration)}
    assert known - set(accepted) == {"SUP-012 OD-FY24-012"}
    assert set(accepted) <= known


def test_every_vin_has_its_check_digit_and_every_shipped_unit_was_built_before_it_left() -> None:
    built = {line.unit_id: line for line in of_kind(ProductionLine)}
    for shipment in of_kind(Shipment):
        (line,) = shipment.invoice_lines
        assert sum(built[unit].quantity for unit in line.units) == line.quantity
        assert all(built[unit].built_on < shipment.exported_on and built[unit].part == line.part for unit in line.units)
    vins = [unit for unit, line in built.items() if line.part == "ARROYO-E1"]
    assert len(vins) == len(set(vins)) == 82
    values_of = dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
            [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)],
            strict=True,
        )
    )
    for vin in vins:
        weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
        rest = sum(values_of[sign] * weight for sign, weight in zip(vin, weights, strict=True)) % 11
        assert vin[8] == ("X" if rest == 10 else str(rest))


def test_entries_agree_with_invoices_and_certifications_come_before_claims() -> None:
    shipments = {one.number: one for one in of_kind(Shipment)}
    certifications = of_kind(CertificationOfOrigin)
    identifiers = {one.identifier: one for one in of_kind(VehicleCertification)}
    claims = {step["shipment"]: step for step in timeline() if step["do"] == "claim"}
    for entry in of_kind(CustomsEntry):
        (line,) = entry.lines
        shipment = shipments[line.shipment]
        (sold,) = shipment.invoice_lines
        assert (line.value, line.quantity) == (sold.quantity * sold.unit_value, sold.quantity)
        assert shipment.exported_on <= entry.imported_on == entry.entered_on == claims[line.shipment]["at"].date()
        covering = [
            one
            for one in certifications
            if one.goods[0].part == sold.part
            and one.goods[0].hs_code == line.tariff_item
            and one.importer is not None
            and one.importer.country == entry.country
            and one.valid_from is not None
            and one.valid_to is not None
            and one.valid_from <= entry.imported_on <= one.valid_to
        ]
        assert len(covering) == (0 if line.preference_code is None else 1)
        assert all(one.received_on < entry.entered_on for one in covering)
        named = [line.labour_value_id, line.steel_id, line.aluminum_id]
        if sold.part == "ARROYO-E1" and entry.country == "US":
            for identifier in named:
                certificate = identifiers[identifier]
                assert certificate.valid_from is not None
                assert certificate.valid_to is not None
                assert certificate.valid_from <= entry.imported_on <= certificate.valid_to
        else:
            assert named == [None, None, None]


@pytest.mark.parametrize(
    ("language", "digest"),
    [
        ("en", "ded750b8fd33fd634d0a4bd0672fe7c2d48679b2175b4bb258bd17d3639409cc"),
        ("es", "f3f7613614be34d58a18c79a2d4517a495d68eb3c1b297a0ae3331782e90abfb"),
    ],
)
def test_the_certifying_statement_is_the_prescribed_one(language: str, digest: str) -> None:
    found = {one.statement_text for one in of_kind(CertificationOfOrigin) if one.statement_language == language}
    assert [hashlib.sha256(text.encode()).hexdigest() for text in found] == [digest]


def test_every_exhibit_is_indexed_and_every_indexed_file_is_there() -> None:
    for folder in FOLDERS:
        exhibits = {str(path.relative_to(folder)) for path in folder.rglob("*.pdf") if path.parent.name != "forms"}
        index = folder / "documents.csv"
        with index.open(encoding="utf-8") if index.exists() else (EXAMPLES / "tables" / "rates.csv").open() as stream:
            named = {row["file"] for row in csv.DictReader(stream)} if index.exists() else set()
        assert exhibits == named, folder.name


def test_every_folder_is_imported_once_on_its_day_and_steps_are_in_order() -> None:
    steps = timeline()
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    imported = [step for step in steps if step["do"] == "import"]
    assert sorted(step["folder"] for step in imported) == [folder.name for folder in FOLDERS]
    assert [step["folder"] for step in imported if not step["folder"].startswith(step["at"].date().isoformat())] == []


def test_twelve_shipments_end_as_nine_claims_one_open_one_corrected_and_one_not_made() -> None:
    outcomes = Counter(one["claim"] for one in expected()["shipment"])
    assert outcomes == {"claimed": 9, "open item": 1, "corrected": 1, "not claimed": 1}
    assert [one["shipment"] for one in expected()["shipment"] if one["open_items"]] == ["S10"]
    entered = [one["entered_on"].isoformat() for one in expected()["shipment"]]
    assert entered == sorted(entered)
    assert (entered[0][:7], entered[-1][:7]) == ("2023-05", "2024-09")


def test_volumes_are_whole_and_components_are_made_as_the_bills_say() -> None:
    made = {(line.part, line.month): line.made for line in of_kind(VolumeLine)}
    assert made["MDL-810", "2023-04"] == 10 * made["BAT-800", "2023-04"] == 10 * made["ARROYO-E1", "2023-04"]
    assert all(value == value.to_integral_value() for value in made.values())


def test_the_form_of_a_supplier_reads_back_as_the_template_has_it() -> None:
    (form,) = rows(COMPANY / "2024-07-22-declaration-wheels" / "forms" / "OD-FY24-012.pdf")
    plain = rows(COMPANY / "2023-04-18-declarations-2023" / "declarations.csv")[0]
    assert list(form) == list(plain)
    assert (form["part"], form["supplier"], form["signed_on"]) == ("WHL-305", "SUP-012", "2024-07-19")


def test_models_refuse_what_a_careless_hand_would_write() -> None:
    """The checks above mean something only if the models refuse: one changed cell is enough."""
    kind: type[Record] = PurchaseLine
    row = {
        name: cell
        for name, cell in rows(FILES[0].parent.parent / "2023-04-12-fy22-q4-quarter" / "purchases.csv")[0].items()
        if cell
    }
    kind.model_validate(row)
    with pytest.raises(Exception, match="decimal"):
        kind.model_validate({**row, "price": "1,000.00"})


def test_the_expected_figures_name_every_determination_of_the_timeline() -> None:
    asked = {(step["shipment"], step["basis"]) for step in timeline() if step["do"] == "determine"}
    named = {(one["shipment"], one["basis"]) for one in toml(EXAMPLES / "expected.toml")["shipment"]}
    assert asked == named | {("S02", "actual")}


def test_the_readme_lists_the_shipments_as_they_are_expected() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for one in expected()["shipment"]:
        (line,) = (line for line in text.splitlines() if line.startswith(f"| {one['shipment']} |"))
        cells = [cell.strip() for cell in line.split("|")]
        assert cells[4] == one["entered_on"].isoformat()
        assert cells[7] == one["claim"]
        if one["test"] == "net cost content":
            assert cells[5].split(",")[0] == f"{Decimal(one['content']):.2f}"
            assert cells[6] == one["threshold"]
