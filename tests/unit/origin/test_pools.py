"""Materials told by the inventory of their pool: which share counts, what supports a layer, what decides nothing."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.inventory import InventoryLine, InventoryMethod, Movement, StockOrigin
from evidence.origin.choices import INVENTORY, SEVERAL_SUPPLIERS
from evidence.origin.determine import determine
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.origin.worksheet import MaterialRow, Status
from tests.unit.origin.small_company import LAW, OWNER, Company, limb, material, rate, small_company
from tests.unit.origin.small_home import make_home, record_company

_ORIGINS = {"O": StockOrigin.ORIGINATING, "N": StockOrigin.NON_ORIGINATING, "?": StockOrigin.NOT_KNOWN}


def moved(
    company: Company, movement: Movement, quantity: int, origin: str, document: str | None, **update: Any
) -> None:
    """One movement of the pool of seats at P-MX, in the order of the calls; changed by `update`."""
    values: dict[str, Any] = {
        "pool": "SEATS",
        "plant": "P-MX",
        "method": InventoryMethod.FIFO,
        "year_from": date(2023, 4, 1),
        "year_to": date(2024, 3, 31),
        "position": len(company.facts.get("inventories", [])) + 1,
        "movement": movement,
        "moved_on": date(2023, 4, 12),
        "owner": OWNER,
        "part": "SEAT",
        "quantity": quantity,
        "unit": "EA",
        "origin": _ORIGINS[origin],
        "document": document,
        **update,
    }
    company.add("inventories", InventoryLine(**values), "inventory-1")


def with_pool(issued: int = 20, **update: Any) -> Company:
    """The small company with 100 covered seats and 100 from elsewhere in one pool, of which some were issued."""
    company = small_company()
    company.elect(SEVERAL_SUPPLIERS, INVENTORY)
    company.purchase("SEAT", 100, invoice="INV-2", shipped_from="W-JP")
    moved(company, Movement.RECEIPT, 5, "O", "INV-SEAT", **update)
    moved(company, Movement.RECEIPT, 100, "N", "INV-2", **update)
    moved(company, Movement.ISSUE, issued, "?", "slip", moved_on=date(2023, 5, 2), **update)
    return company


def seat(company: Company) -> MaterialRow:
    return material(determine(company.inputs(), LAW), "SEAT")


@pytest.mark.parametrize(
    ("method", "counted"),
    [
        pytest.param(InventoryMethod.FIFO, "225", id="fifo"),  # 15 of 20 issued; 2 seats of 150 in each car
        pytest.param(InventoryMethod.LIFO, "300", id="lifo"),
        pytest.param(InventoryMethod.AVERAGE, "285.7142857143", id="average"),  # 100 of 105 in stock
    ],
)
def test_the_share_that_the_method_issues_counts(method: InventoryMethod, counted: str) -> None:
    row = seat(with_pool(method=method))
    assert row.counted is not None
    assert abs(row.counted - Decimal(counted)) <= Decimal("0.0000000300")
    assert row.counted >= Decimal(counted)
    assert row.status is Status.UNDETERMINED
    assert f"By pool SEATS, {method.value}" in row.reason


def test_what_leaves_a_pool_wholly_of_covered_purchases_originates() -> None:
    row = seat(with_pool(issued=5))
    assert (row.counted, row.status) == (Decimal(0), Status.ORIGINATING)
    assert "0 of 5 units" in row.reason


def test_the_value_of_the_layers_counts_where_it_is_booked() -> None:
    assert seat(with_pool(unit_value=Decimal(160), currency="USD")).counted == Decimal(240)
    company = with_pool(unit_value=Decimal(3200), currency="MXN")
    assert seat(company).counted == Decimal(225)  # no rate is on file: the average of the purchases
    company.add("rates", rate("MXN", date(2023, 4, 12), "0.05"), "rates-9")
    assert seat(company).counted == Decimal(240)


@pytest.mark.parametrize(
    "document", [pytest.param(None, id="none"), pytest.param("INV-9", id="unknown"), pytest.param("INV-2", id="other")]
)
def test_a_layer_booked_as_originating_counts_so_only_where_the_purchase_it_names_is_covered(
    document: str | None,
) -> None:
    company = with_pool()
    company.change("inventories", lambda line: line.position == 1, document=document)
    assert seat(company).counted == Decimal(300)


def test_a_layer_of_unknown_origin_does_not_originate() -> None:
    company = with_pool()
    company.change("inventories", lambda line: line.position == 1, origin=StockOrigin.NOT_KNOWN)
    assert seat(company).counted == Decimal(300)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"unit": "KGM"}, "unit of the pool", id="unit"),
        pytest.param({"position": 1}, "position", id="positions"),
        pytest.param({"method": InventoryMethod.OTHER}, "a method of Schedule VIII", id="another-method"),
        pytest.param({"moved_on": date(2023, 7, 2)}, "nothing was issued", id="no-issue-in-the-period"),
        pytest.param({"quantity": Decimal(500)}, "at most the stock", id="more-than-there-is"),
    ],
)
def test_a_pool_that_cannot_be_told_decides_nothing_and_all_of_it_counts(change: dict[str, Any], why: str) -> None:
    company = with_pool()
    company.change("inventories", lambda line: "method" in change or line.movement is Movement.ISSUE, **change)
    row = seat(company)
    assert row.counted == Decimal(300)
    assert why in row.reason


def test_two_methods_in_one_fiscal_year_decide_nothing() -> None:
    company = with_pool()
    company.change("inventories", lambda line: line.position == 1, method=InventoryMethod.AVERAGE)
    assert "one method for the fiscal year" in seat(company).reason


def test_a_pool_of_another_year_or_plant_is_not_asked() -> None:
    company = with_pool(year_from=date(2022, 4, 1), year_to=date(2023, 3, 31))
    assert "By pool" not in seat(company).reason
    assert "By pool" not in seat(with_pool(plant="P-CA")).reason


def test_without_the_election_a_pool_changes_nothing() -> None:
    company = with_pool()
    company.drop("elections", lambda each: True)
    assert "By pool" not in seat(company).reason


def test_withholding_what_covers_a_layer_never_lowers_what_counts() -> None:
    company = with_pool()
    before = seat(company).counted
    assert before is not None
    for name in company.statements():
        if name.startswith(("decl-", "state-")) or name == "sites-1":
            after = material(determine(company.inputs(without=name), LAW), "SEAT").counted
            assert after is not None
            assert after >= before


def test_pools_are_gathered_with_the_purchases_they_name_and_a_snapshot_replays(tmp_path: Path) -> None:
    company = with_pool()
    company.purchase("SEAT", 9, invoice="EARLY", received_on=date(2022, 2, 1))
    moved(company, Movement.RECEIPT, 9, "O", "EARLY", moved_on=date(2023, 5, 3))
    moved(company, Movement.RECEIPT, 9, "O", "OTHER", pool="OTHER", part="RIVET")
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
        kept = record_snapshot(handle, found, handle.clock.now())
        assert replay(handle, kept.snapshot, LAW, "1").same
    assert {fact.value.pool for fact in found.inputs.inventories} == {"SEATS"}
    assert "EARLY" in {fact.value.invoice for fact in found.inputs.purchases}
    row = material(found.worksheet, "SEAT")
    assert row.counted == Decimal(225)
    assert set(row.rests_on) >= {fact.ref for fact in found.inputs.inventories}
    assert limb(found.worksheet, "regional value content").figure is not None
