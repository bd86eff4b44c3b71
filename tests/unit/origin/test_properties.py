"""What no determination may turn on: the order of lines, and how they are split; and an origin lost never helps."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.statements.declaration import DeclarationForm, DeclarationState
from evidence.origin.choices import PRORATION
from evidence.origin.determine import determine
from evidence.origin.inputs import Fact
from evidence.origin.worksheet import Worksheet
from tests.unit.origin.small_company import BOUGHT, FIRST, LAW, Company
from tests.unit.origin.test_missing_counts_against import companies, improvements, limbs

LINES = ("bills", "purchases", "costs", "volumes", "items", "classifications", "sites", "rates")
PARTS = st.sampled_from(sorted(BOUGHT))


def counted(worksheet: Worksheet) -> dict[str, Decimal | None]:
    """What counts of each part, over all the lines that hold it."""
    found: dict[str, Decimal | None] = {}
    for row in worksheet.materials:
        so_far = found.get(row.part, Decimal(0))
        found[row.part] = None if so_far is None or row.counted is None else so_far + row.counted
    return found


def figures(worksheet: Worksheet) -> dict[str, Decimal]:
    """The figures of the good itself; those of its lines are named by the lines' numbers."""
    return {cell.id: cell.value for cell in worksheet.cells if "M0" not in cell.id}


def told(worksheet: Worksheet) -> tuple[Any, ...]:
    """All that may not turn on how the lines are written."""
    return dict(limbs(worksheet)), counted(worksheet), figures(worksheet)


def worked_out(company: Company) -> Worksheet:
    return determine(company.inputs(), LAW)


@settings(max_examples=60, deadline=None)
@given(companies(), PARTS)
def test_no_limb_improves_when_a_supplier_declares_a_material_not_to_originate(company: Company, part: str) -> None:
    before = worked_out(company)
    company.declare(part, form=DeclarationForm.NOT_ORIGINATING)
    assert improvements(before, worked_out(company)) == []


@settings(max_examples=60, deadline=None)
@given(companies(), st.data())
def test_no_limb_improves_when_a_declaration_is_withdrawn(company: Company, data: st.DataObject) -> None:
    numbers = [fact.value.id for fact in company.facts.get("declarations", [])]
    before = worked_out(company)
    for number in data.draw(st.lists(st.sampled_from(numbers), max_size=2)) if numbers else ():
        company.event(number, DeclarationState.WITHDRAWN, FIRST)
    assert improvements(before, worked_out(company)) == []


@settings(max_examples=60, deadline=None)
@given(companies(), st.data())
def test_the_order_of_lines_does_not_matter(company: Company, data: st.DataObject) -> None:
    before = told(worked_out(company))
    for name in LINES:
        if facts := company.facts.get(name):
            company.facts[name] = data.draw(st.permutations(facts))
    assert told(worked_out(company)) == before


@settings(max_examples=60, deadline=None)
@given(companies(), PARTS, st.integers(1, 9))
def test_a_bill_line_that_is_split_counts_as_the_joined_line(company: Company, part: str, tenths: int) -> None:
    # by proration what a division leaves over is rounded up for each line
    company.facts["elections"] = [each for each in company.facts.get("elections", []) if each.value.choice != PRORATION]
    before = told(worked_out(company))
    company.facts["bills"] = list(split(company.facts["bills"], "child", part, "quantity", tenths))
    assert told(worked_out(company)) == before


@settings(max_examples=60, deadline=None)
@given(companies(), PARTS, st.integers(1, 9))
def test_a_purchase_that_is_split_counts_as_the_joined_one(company: Company, part: str, tenths: int) -> None:
    before = told(worked_out(company))
    company.facts["purchases"] = list(split(company.facts["purchases"], "part", part, "quantity", tenths))
    assert told(worked_out(company)) == before


@settings(max_examples=40, deadline=None)
@given(companies(), st.sampled_from(["EV1", "BODY", "PACK"]), st.integers(1, 9))
def test_a_cost_that_is_split_counts_as_the_joined_one(company: Company, part: str, tenths: int) -> None:
    before = told(worked_out(company))
    company.facts["costs"] = list(split(company.facts["costs"], "part", part, "amount", tenths))
    assert told(worked_out(company)) == before


def split(facts: Iterable[Fact[Any]], name: str, wanted: str, figure: str, tenths: int) -> Iterable[Fact[Any]]:
    """The lines, each of those wanted as two that come to the same, on entries of their own."""
    for fact in facts:
        if getattr(fact.value, name) != wanted:
            yield fact
            continue
        whole = getattr(fact.value, figure)
        first = whole * tenths / 10
        for number, some in enumerate((first, whole - first)):
            changed = fact.value.model_copy(update={figure: some})
            if getattr(changed, "freight", None) is not None:
                changed = changed.model_copy(update={"freight": changed.freight * some / whole})
            yield fact.model_copy(update={"value": changed, "ref": f"{fact.ref}{number}"})
