"""Intermediate materials inside intermediate materials: which designation counts, and which the limit shuts out.

The small company's pack as a part of 8708.50, which content alone makes originate. It has no core group, so that only a
designation makes it count as a whole, and a module made inside it of the cells. Every expected figure is worked out by
hand in the comment beside it.
"""

from decimal import Decimal

import pytest

from evidence.core.statements.declaration import DeclarationForm
from evidence.core.statements.production import VolumeLine
from evidence.origin.worksheet import FindingRow, Outcome, Status, Worksheet
from tests.unit.origin.small_company import (
    BOUGHT,
    MADE,
    OWNER,
    PARTS,
    UNITS,
    Company,
    bill_line,
    cell,
    code_line,
    material,
    result,
    small_company,
)


def company_with_module(code: str, *, labour: str, made_at: str = "P-CA") -> Company:
    """PACK = MODULE + CASE 300 + labour 100 + overhead 200; MODULE = 10 CELL at 20 + `labour`, of the tariff `code`."""
    company = small_company()
    company.drop("items", lambda item: item.part == "PACK")
    company.change("bills", lambda line: line.child == "CELL", parent="MODULE", plant=made_at)
    company.change("purchases", lambda line: line.part == "CELL", plant=made_at)
    company.add("bills", bill_line("PACK", "P-CA", "MODULE", 1, made_at), "bill-PACK")
    company.add("classifications", code_line("MODULE", code), "classifications-1")
    company.change("classifications", lambda line: line.part == "PACK", code="870850")
    for month, made in MADE.items():
        company.add("volumes", VolumeLine(owner=OWNER, part="MODULE", plant=made_at, month=month, made=made), "volumes")
    company.cost("MODULE", made_at, "material", Decimal(200) * UNITS)
    company.cost("MODULE", made_at, "labour", Decimal(labour) * UNITS)
    book(company, "PACK", Decimal(200) + Decimal(labour) + 300)
    return company


def book(company: Company, part: str, amount: Decimal) -> None:
    """The material cost of one unit of a part, for all units made."""
    company.change("costs", lambda line: (line.part, line.element.value) == (part, "material"), amount=amount * UNITS)


def designate(company: Company, *parts: str) -> Company:
    for part in parts:
        company.elect("intermediate material", "designated", part)
    return company


def shut_out(worksheet: Worksheet) -> list[FindingRow]:
    return [row for row in worksheet.findings if row.limb == "intermediate materials"]


def vnm_of_pack(worksheet: Worksheet) -> Decimal:
    """What counts in one unit of the pack, tested by itself."""
    return cell(worksheet, f"{material(worksheet, 'PACK').id}.vnm.unit")


def test_one_that_needs_a_content_does_not_count_inside_another_that_does() -> None:
    # the module, 8507.90 from cells of its own heading: (800 - 200) / 800 = 75; the pack: (1400 - 200) / 1400
    found = result(designate(company_with_module("850790", labour="600"), "PACK", "MODULE"))
    assert vnm_of_pack(found) == 200
    assert cell(found, "vnm.unit") == 1000  # the radio: nothing of the pack
    (row,) = shut_out(found)
    assert row.outcome is Outcome.NOT_MET
    assert "MODULE" in row.test
    assert "PACK" in row.test
    assert "s.8(6), (9)" in row.reason
    assert len(row.rests_on) == 2  # both elections


def test_one_designation_alone_is_within_the_limit() -> None:
    for part in ("PACK", "MODULE"):
        found = result(designate(company_with_module("850790", labour="600"), part))
        assert shut_out(found) == []


def test_where_the_outer_one_fails_the_inner_one_counts() -> None:
    company = designate(company_with_module("850790", labour="600"), "PACK", "MODULE")
    company.drop("declarations", lambda one: one.part == "CASE")
    # the pack: (1400 - 200 - 300) / 1400 = 64, below 72; in the vehicle its case counts, and nothing of its module
    found = result(company)
    assert vnm_of_pack(found) == 500
    assert material(found, "CASE").counted == 300
    assert material(found, "CELL").counted == 0
    assert shut_out(found) == []


def test_one_that_qualifies_by_its_tariff_change_counts_inside_another() -> None:
    # 8512.20 from cells of 8507.90: a change of heading, which needs no content
    found = result(designate(company_with_module("851220", labour="100"), "PACK", "MODULE"))
    assert vnm_of_pack(found) == 0
    assert shut_out(found) == []


def test_the_limit_does_not_bind_one_that_originates_without_a_content() -> None:
    company = designate(company_with_module("850790", labour="600"), "PACK", "MODULE")
    company.drop("declarations", lambda one: one.part == "CASE")
    # a battery of 8507.60: its case of 7616.99 changes heading, and its module originates; (1400 - 500) / 1400 is 64
    company.change("classifications", lambda line: line.part == "PACK", code="850760")
    found = result(company)
    assert vnm_of_pack(found) == 300
    assert material(found, "PACK").status is Status.ORIGINATING
    assert shut_out(found) == []


def test_the_limit_reaches_the_producers_that_accumulate(monkeypatch: pytest.MonkeyPatch) -> None:
    company = designate(company_with_module("850790", labour="600", made_at="W-US"), "PACK", "MODULE")
    for name, table in ((BOUGHT, ("800", "P-CA", "OTHER-US", "W-US", True)), (PARTS, ("module", "850790", None, None))):
        monkeypatch.setitem(name, "MODULE", table)
    company.change("sites", lambda site: site.site == "W-US", party="OTHER-US")
    company.state(
        "MODULE", form=DeclarationForm.ACCUMULATION_COST, revision="A", net_cost=800, non_originating_value=200
    )
    assert len(shut_out(result(company))) == 1


def test_what_a_supplier_sells_is_out_of_the_limits_reach() -> None:
    # the module is bought, declared originating: what its maker designated inside it is not asked
    company = designate(company_with_module("850790", labour="600"), "PACK")
    assert shut_out(result(company)) == []
