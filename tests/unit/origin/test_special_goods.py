"""Sets, and goods that share a subheading with their parts, in a determination.

PACK's books: 10 CELL at 20 from Korea, CASE 300 declared, total cost and net cost 800 of one unit.
"""

from decimal import Decimal

import pytest

from evidence.core.statements.declaration import DeclarationForm
from evidence.core.statements.item import Nature
from evidence.core.statements.use import UseClass
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.small_company import Company, result, small_company


def aftermarket(code: str, role: str | None = None, cell: str | None = None) -> Company:
    company = small_company()
    company.change("classifications", lambda line: line.part == "PACK", code=code, table_role=role)
    company.change("classifications", lambda line: line.part == "CELL", code=cell or code)
    company.change("uses", lambda line: True, part="PACK", use=UseClass.AFTERMARKET, vehicle_class=None)
    company.change("items", lambda item: item.part in ("PACK", "CELL"), core_group=None, core_component=None)
    return company


def pack(company: Company) -> Worksheet:
    return result(company, part="PACK", plant="P-CA")


def priced(company: Company, cell: str) -> Company:
    """Each of the ten cells at `cell`; overhead takes the rest, so that net cost stays 800."""
    cells = Decimal(cell) * 10
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(cell))
    for element, amount in (("material", cells + 300), ("labour", Decimal(0)), ("overhead", 500 - cells)):
        company.change("costs", lambda line, of=element: line.part == "PACK" and line.element == of, amount=amount * 10)  # type: ignore[misc]
    return company


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        pytest.param("40", Outcome.MET, id="at-fifty"),  # (800 - 400) / 800
        pytest.param("40.1", Outcome.NOT_MET, id="below-fifty"),
    ],
)
def test_a_good_of_its_parts_subheading_originates_at_fifty_percent(cell: str, outcome: Outcome) -> None:
    # the rule for starters of 8511.40 is a change of heading alone, which cells of the same heading miss
    found = pack(priced(aftermarket("851140", "s.3(4): subheading"), cell))
    shared = next(row for row in found.findings if row.test.startswith("good that shares its heading"))
    assert shared.outcome.value == ("met" if outcome is Outcome.MET else "not_determinable")
    assert (found.outcome is Outcome.MET) is (outcome is Outcome.MET)


def test_without_the_recorded_role_only_the_product_rule_is_tried() -> None:
    found = pack(priced(aftermarket("851140"), "40"))
    assert found.outcome is Outcome.NOT_MET
    assert not any(row.test.startswith("good that shares") for row in found.findings)


def test_original_equipment_of_a_table_is_not_open_to_it() -> None:
    company = priced(aftermarket("851140", "s.3(4): subheading"), "40")
    company.change("uses", lambda line: True, use=UseClass.OE_HEAVY)
    assert pack(company).outcome is not Outcome.MET


def kit(cell: str) -> Company:
    company = priced(aftermarket("851140", cell="730711"), cell)
    company.change("items", lambda item: item.part == "PACK", nature=Nature.SET)
    return company


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        pytest.param("8", Outcome.MET, id="a-tenth"),  # 80 of 800
        pytest.param("8.1", Outcome.NOT_MET, id="above"),
    ],
)
def test_a_set_may_hold_a_tenth_that_does_not_originate(cell: str, outcome: Outcome) -> None:
    found = pack(kit(cell))
    assert found.outcome is outcome
    share = next(row for row in found.findings if row.test == "value of the goods that do not originate")
    assert share.bound == 10
    assert share.law[0].mark == "partial"


def test_a_set_of_goods_that_all_originate_is_met_whatever_they_are_worth() -> None:
    company = kit("40")
    company.change("purchases", lambda line: line.part == "CELL", shipped_from="W-US")
    company.declare("CELL", plant="W-US", country="US", form=DeclarationForm.ORIGINATING)
    assert pack(company).outcome is Outcome.MET


def test_a_good_of_the_set_without_a_statement_leaves_it_open() -> None:
    company = kit("40")
    company.drop("sites", lambda site: site.site == "W-KR")
    assert pack(company).outcome is Outcome.NOT_DETERMINABLE
