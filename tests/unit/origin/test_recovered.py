"""Recovered materials originate in a remanufactured good and nowhere else by that (s.4).

The pack of the small company as an aftermarket gear box of 8708.40: cells of its own heading at 45, 450 of its net cost
of 800, of which 350 would be 43.75 %; its rule asks for a change of heading, or for 50 percent by net cost.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.bill import MakeOrBuy
from evidence.core.statements.use import UseClass
from evidence.origin.worksheet import Outcome, Status, Worksheet
from tests.unit.origin.small_company import Company, bill_line, code_line, material, result, small_company


def gear_box(*, remanufactured: bool = True, recovered: bool = True) -> Company:
    company = small_company()
    roles = "gear boxes; s.4: remanufactured" if remanufactured else "gear boxes"
    company.change("classifications", lambda line: line.part == "PACK", code="870840", table_role=roles)
    kind = "s.4: recovered" if recovered else None
    company.change("classifications", lambda line: line.part == "CELL", code="870840", table_role=kind)
    company.change("uses", lambda line: True, part="PACK", use=UseClass.AFTERMARKET, vehicle_class=None)
    company.change("items", lambda item: item.part in ("PACK", "CELL"), core_group=None, core_component=None)
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(45))
    cost = {"material": 7500, "labour": 300, "overhead": 200}
    for element, amount in cost.items():
        company.change("costs", _booked("PACK", element), amount=Decimal(amount))
    return company


def _booked(part: str, element: str) -> Callable[[Any], bool]:
    return lambda line: line.part == part and line.element == element


def recycled(rule: str | None = "s.4", country: str = "MX", **update: Any) -> Company:
    """The cells bought from a recycler that declares them originating."""
    company = gear_box(**update)
    company.declare("CELL", rule=rule, country=country)
    return company


def own(country: str = "CA", **update: Any) -> Company:
    """The cells taken out of used goods from Korea at the plant itself."""
    company = gear_box(**update)
    company.change("sites", lambda site: site.site == "P-CA", country=country)
    company.change("bills", lambda line: line.child == "CELL", make_or_buy=MakeOrBuy.MAKE, made_at="P-CA")
    company.add("bills", bill_line("CELL", "P-CA", "CORE", 1, None), "bill-CELL")
    company.add("classifications", code_line("CORE", "870840"), "classifications-2")
    company.drop("purchases", lambda line: line.part == "CELL")
    company.purchase("CELL", 100, plant="P-CA", price=Decimal(45), invoice="INV-CORE")
    company.change("purchases", lambda line: line.invoice == "INV-CORE", part="CORE")
    return company


def judged(company: Company) -> Worksheet:
    return result(company, part="PACK", plant="P-CA")


def test_a_recyclers_declaration_counts_in_a_remanufactured_good() -> None:
    found = judged(recycled())
    assert found.outcome is Outcome.MET
    assert material(found, "CELL").counted == 0


@pytest.mark.parametrize(
    ("update", "said"),
    [
        pytest.param({"remanufactured": False}, "not recorded as a remanufactured good", id="another-good"),
        pytest.param({"country": "KR"}, "recovered in KR", id="recovered-outside-the-region"),
        pytest.param({"recovered": False}, "does not record the role", id="not-recorded-as-recovered"),
    ],
)
def test_elsewhere_a_declaration_that_relies_on_it_counts_for_nothing(update: dict[str, Any], said: str) -> None:
    found = judged(recycled(**update))
    assert found.outcome is not Outcome.MET
    row = material(found, "CELL")
    assert (row.counted, row.status) == (Decimal(450), Status.UNDETERMINED)
    assert said in row.support[0].reason


@pytest.mark.parametrize("rule", ["19 CFR 182 App A s.4", "USMCA Article 4.4", "section 4", "s. 4(1)", None])
def test_its_rule_may_be_named_in_other_words_or_not_at_all(rule: str | None) -> None:
    found = judged(recycled(rule, remanufactured=False))
    assert material(found, "CELL").counted == Decimal(450)


def test_a_declaration_that_relies_on_a_rule_of_its_own_counts_in_any_good() -> None:
    assert judged(recycled("change of heading", remanufactured=False)).outcome is Outcome.MET


def test_what_the_producer_recovers_himself_originates_whatever_the_used_goods_were() -> None:
    found = judged(own())
    assert found.outcome is Outcome.MET
    row = material(found, "CELL")
    assert row.status is Status.ORIGINATING
    assert "recovered in CA and built into a remanufactured good" in row.reason
    assert material(found, "CORE").counted == 0


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"remanufactured": False}, id="into-a-good-that-is-not-remanufactured"),
        pytest.param({"recovered": False}, id="not-recorded-as-recovered"),
        pytest.param({"country": "KR"}, id="outside-the-region"),
    ],
)
def test_otherwise_the_used_goods_count(update: dict[str, Any]) -> None:
    found = judged(own(**update))
    assert found.outcome is not Outcome.MET
    assert material(found, "CORE").counted == 450


def test_a_car_can_not_be_remanufactured() -> None:
    company = recycled()
    company.change("classifications", lambda line: line.part == "PACK", code="870321")
    assert material(judged(company), "CELL").counted == 450


def test_a_remanufactured_part_within_the_good_takes_recovered_materials() -> None:
    # the car itself is none; its pack is, and the cells in it originate: 1000 of the radio count
    company = small_company()
    company.change("classifications", lambda line: line.part == "PACK", table_role="s.4: remanufactured")
    company.change("classifications", lambda line: line.part == "CELL", table_role="s.4: recovered")
    company.declare("CELL", rule="s.4", country="MX")
    assert material(result(company), "CELL").counted == 0
    company.change("classifications", lambda line: line.part == "PACK", table_role=None)
    assert material(result(company), "CELL").support[0].covers is False


def test_where_it_was_recovered_must_be_on_record() -> None:
    company = own()
    company.drop("sites", lambda site: site.site == "P-CA")
    assert material(judged(company), "CORE").counted == 450
