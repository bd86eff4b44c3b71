"""Planned scrap was used in the production: it counts with its material, is in the bill's tie, and is said."""

from decimal import Decimal

from evidence.origin.worksheet import Outcome
from tests.unit.origin.small_company import UNITS, Company, cell, limb, material, result, small_company


def scrapping(part: str, scrap: str) -> Company:
    company = small_company()
    company.change("bills", lambda line: line.child == part, scrap=Decimal(scrap))
    return company


def test_what_is_scrapped_of_a_material_that_does_not_originate_counts() -> None:
    found = result(scrapping("RADIO", "0.05"))
    assert material(found, "RADIO").counted == 1050
    assert material(found, "RADIO").quantity == Decimal("1.05")
    assert "0.05 EA of planned scrap in each EV1" in material(found, "RADIO").reason
    assert cell(found, "vnm.unit") == 1050


def test_what_is_scrapped_of_a_material_that_originates_counts_as_nothing_and_ties_to_the_books() -> None:
    booked = Decimal(3800 + 15) * UNITS  # the seats scrapped, 0.1 at 150, are booked as material
    without, with_scrap = small_company(), scrapping("SEAT", "0.1")
    for company in (without, with_scrap):
        company.change("costs", lambda line: (line.part, line.element.value) == ("EV1", "material"), amount=booked)
    assert cell(result(without), "vnm.unit") == 1015  # 15 of the books that the bill does not show
    assert cell(result(with_scrap), "vnm.unit") == 1000


def test_scrap_inside_a_part_made_counts_for_each_unit_of_it() -> None:
    company = scrapping("CELL", "1")
    found = result(company)
    # a pack takes 11 cells at 20: (800 - 220) / 800 is still 72.5
    assert cell(found, "M0003.vnm.unit") == 220
    company.change("bills", lambda line: line.child == "PACK", scrap=Decimal("0.5"))
    assert material(result(company), "CELL").quantity == Decimal("16.5")


def test_enough_scrap_fails_the_part() -> None:
    found = result(scrapping("CELL", "2"))
    assert limb(found, "core parts").outcome is Outcome.NOT_MET  # (800 - 240) / 800 is 70, below 72
