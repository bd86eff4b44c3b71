"""A supplier that states what his material was made from lets the tariff change look at that (s.9(7)(a)(ii)).

PACK as an aftermarket brake of 8708.30 with 10 CELL of 8708.30 at 45 from Mexico: the cells do not change heading and
are worth 450 of a total cost of 800, so that neither alternative is met unless their inputs count instead of them.
"""

from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.declaration import DeclarationForm
from evidence.core.statements.use import UseClass
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.small_company import Company, material, result, small_company


def brake() -> Company:
    company = small_company()
    company.change("classifications", lambda line: line.part == "PACK", code="870830", table_role="other goods")
    company.change("classifications", lambda line: line.part == "CELL", code="870830")
    company.change("uses", lambda line: True, part="PACK", use=UseClass.AFTERMARKET, vehicle_class=None)
    company.change("items", lambda item: item.part in ("PACK", "CELL"), core_group=None, core_component=None)
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(45))
    cost = {"material": 7500, "labour": 300, "overhead": 200}
    for fact in list(company.facts["costs"]):
        line = fact.value
        if line.part == "PACK":
            company.change("costs", line.__eq__, amount=Decimal(cost[line.element.value]))
    return company


def stated(company: Company, *inputs: str, **update: Any) -> Worksheet:
    company.declare("CELL", form=DeclarationForm.TARIFF_INPUTS, inputs=inputs, **{"country": "MX", **update})
    return result(company, part="PACK", plant="P-CA")


def test_without_a_statement_the_material_itself_misses() -> None:
    found = result(brake(), part="PACK", plant="P-CA")
    assert found.outcome is not Outcome.MET


def test_inputs_that_all_change_heading_make_the_material_shift() -> None:
    found = stated(brake(), "casting:732599:CN", "resin:390740:JP")
    assert found.outcome is Outcome.MET
    assert {row.shifts for row in found.shifts[0].rows if row.part == "CELL"} == {"shifts"}


def test_the_value_of_the_material_counts_all_the_same() -> None:
    assert material(stated(brake(), "casting:732599:CN"), "CELL").counted == 450


@pytest.mark.parametrize(
    ("inputs", "update"),
    [
        pytest.param(("casting:732599:CN", "hub:870899:CN"), {}, id="one-does-not-shift"),
        pytest.param(("casting::CN",), {}, id="no-code"),
        pytest.param(("casting",), {}, id="a-name-only"),
        pytest.param(("casting:73:CN",), {}, id="no-code-that-can-be-read"),
        pytest.param(("casting:732599:CN",), {"hs_edition": "HS2022"}, id="another-edition-without-concordance"),
        pytest.param(("casting:732599:Chile",), {}, id="no-country"),
        pytest.param(("casting:732599:CN",), {"country": "KR"}, id="made-outside-the-region"),
        pytest.param(("casting:732599:CN",), {"signed_on": None}, id="unsigned"),
        pytest.param(("casting:732599:CN",), {"accept": False}, id="not-reviewed"),
        pytest.param((), {}, id="no-inputs"),
    ],
)
def test_a_statement_that_does_not_show_the_change_helps_nothing(
    inputs: tuple[str, ...], update: dict[str, Any]
) -> None:
    assert stated(brake(), *inputs, **update).outcome is not Outcome.MET


def test_of_two_suppliers_one_without_a_statement_takes_it_from_both() -> None:
    company = brake()
    company.purchase("CELL", 50, invoice="INV-2", seller="S-OTHER", shipped_from="W-JP", price=Decimal(45))
    assert stated(company, "casting:732599:CN").outcome is not Outcome.MET


def figured(company: Company) -> Company:
    """Its producer states figures for the cells besides: 5 of each do not originate."""
    company.change("sites", lambda site: site.site == "W-KR", country="MX")
    company.rate("MXN")
    company.declare(
        "CELL", form=DeclarationForm.ACCUMULATION_COST, country="MX", currency="MXN",
        net_cost=Decimal(900), non_originating_value=Decimal(100),
    )  # fmt: skip
    return company


def test_figures_and_inputs_of_one_producer_each_serve_their_own_test() -> None:
    # 50 of the cells' 450 count in a content; in the change their casting counts instead of them
    company = figured(brake())
    assert result(company, part="PACK", plant="P-CA").shifts[0].outcome is Outcome.NOT_MET
    found = stated(company, "casting:732599:CN")
    assert material(found, "CELL").counted == 50
    assert found.shifts[0].outcome is Outcome.MET
    assert {row.shifts for row in found.shifts[0].rows if row.part == "CELL"} == {"shifts"}


def test_a_material_declared_not_originating_may_shift_by_its_stated_inputs() -> None:
    company = brake()
    company.declare("CELL", form=DeclarationForm.NOT_ORIGINATING, country="MX")
    found = stated(company, "casting:732599:CN")
    assert found.outcome is Outcome.MET
    assert material(found, "CELL").counted == 450


def test_two_statements_of_inputs_count_together() -> None:
    company = brake()
    company.declare("CELL", form=DeclarationForm.TARIFF_INPUTS, inputs=("hub:870899:CN",), country="MX")
    assert stated(company, "casting:732599:CN").outcome is not Outcome.MET
