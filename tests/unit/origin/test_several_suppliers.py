"""How a material of several suppliers counts: by actual lots, by an election for it alone; and what is no way."""

from decimal import Decimal
from pathlib import Path

import pytest

from evidence.core.statements.inventory import InventoryMethod, Movement
from evidence.errors import RuleError
from evidence.origin.choices import ACTUAL_LOTS, INVENTORY, PRORATION, SEVERAL_SUPPLIERS, WORST_CASE
from evidence.origin.determine import determine
from evidence.origin.snapshot import determine_in
from tests.unit.origin.small_company import LAW, Company, material, result, small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_pools import moved, seat, with_pool


def two_suppliers() -> Company:
    """300 of 400 seats come from a plant that no declaration names, and as many radios from one that none has."""
    company = small_company()
    company.purchase("SEAT", 300, invoice="INV-2", shipped_from="W-US")
    company.purchase("RADIO", 300, invoice="INV-2", shipped_from="W-US")
    company.declare("RADIO")
    return company


def with_lots(*issued: tuple[str, int]) -> Company:
    """100 covered seats of lot A and 100 from elsewhere of lot B, kept apart, of which some of each were issued."""
    company = small_company()
    company.elect(SEVERAL_SUPPLIERS, ACTUAL_LOTS)
    company.purchase("SEAT", 100, invoice="INV-2", shipped_from="W-JP")
    specific = InventoryMethod.SPECIFIC
    moved(company, Movement.RECEIPT, 100, "O", "INV-SEAT", method=specific, lot="A")
    moved(company, Movement.RECEIPT, 100, "N", "INV-2", method=specific, lot="B")
    for lot, quantity in issued:
        moved(company, Movement.ISSUE, quantity, "?", "slip", method=specific, lot=lot)
    return company


@pytest.mark.parametrize(
    ("issued", "counted"),
    [
        pytest.param([("A", 20)], 0, id="covered-alone"),
        pytest.param([("A", 15), ("B", 5)], 75, id="both"),  # 5 of 20 of 2 seats at 150
        pytest.param([("B", 20)], 300, id="uncovered-alone"),
    ],
)
def test_the_lots_that_were_issued_count(issued: list[tuple[str, int]], counted: int) -> None:
    row = seat(with_lots(*issued))
    assert row.counted == counted
    assert "specific identification" in row.reason


def test_lots_are_gathered_from_the_register(tmp_path: Path) -> None:
    company = with_lots(("A", 15), ("B", 5))
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
    assert len(found.inputs.inventories) == 4
    assert material(found.worksheet, "SEAT").counted == 75


def test_a_lot_that_is_not_in_stock_decides_nothing() -> None:
    row = seat(with_lots(("C", 20)))
    assert row.counted == 300
    assert "decides nothing" in row.reason


def test_actual_lots_are_not_told_by_a_pool_that_mixes_them() -> None:
    company = with_pool(issued=5)
    company.change("elections", lambda each: True, choice=ACTUAL_LOTS)
    row = seat(company)
    assert row.counted == 300
    assert "specific identification, for actual lots" in row.reason


def test_without_books_of_lots_the_material_counts_by_worst_case() -> None:
    company = two_suppliers()
    company.elect(SEVERAL_SUPPLIERS, ACTUAL_LOTS)
    row = material(result(company), "SEAT")
    assert row.counted == 300
    assert "no lots of SEAT are on file" in row.reason


def test_an_election_for_one_material_goes_before_that_for_all() -> None:
    company = two_suppliers()
    company.elect(SEVERAL_SUPPLIERS, PRORATION, part="SEAT")
    found = result(company)
    assert material(found, "SEAT").counted == 225  # 300 x 300 / 400
    assert material(found, "RADIO").counted == 1000
    company.elect(SEVERAL_SUPPLIERS, PRORATION)
    company.elect(SEVERAL_SUPPLIERS, WORST_CASE, part="SEAT")
    found = result(company)
    assert material(found, "SEAT").counted == 300
    assert material(found, "RADIO").counted < Decimal(1000)
    said = {each.name: each.choice for each in found.choices if each.name.startswith(SEVERAL_SUPPLIERS)}
    assert said == {SEVERAL_SUPPLIERS: PRORATION, f"{SEVERAL_SUPPLIERS} SEAT": WORST_CASE}


def test_an_election_for_another_good_binds_nothing() -> None:
    company = two_suppliers()
    company.elect(SEVERAL_SUPPLIERS, PRORATION, part="EV2")
    assert material(result(company), "SEAT").counted == 300


def test_a_way_that_there_is_not_is_an_error_that_names_what_there_is() -> None:
    company = two_suppliers()
    company.elect(SEVERAL_SUPPLIERS, "whatever suits")
    with pytest.raises(RuleError, match=f"'whatever suits'; wanted one of {WORST_CASE}.*{INVENTORY}"):
        determine(company.inputs(), LAW)


def test_no_way_counts_more_than_worst_case() -> None:
    worst = material(result(two_suppliers()), "SEAT").counted
    assert worst is not None
    for way in (PRORATION, ACTUAL_LOTS, INVENTORY):
        company = two_suppliers()
        company.elect(SEVERAL_SUPPLIERS, way)
        counted = material(result(company), "SEAT").counted
        assert counted is not None
        assert counted <= worst
