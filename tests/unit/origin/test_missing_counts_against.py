"""Missing counts against the claim: withholding any one supporting statement never improves any limb.

A supporting statement is one that speaks for the claim: a declaration, its acceptance, a certification, a
designation, or a load of the books taken whole. What speaks against it (a withdrawal, a refusal, a declaration that a
part does not originate) is in the companies tried here, and is never withheld.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.statements.base import Basis
from evidence.core.statements.declaration import DeclarationForm, DeclarationState
from evidence.core.statements.material_import import MaterialImportLine
from evidence.origin.choices import CORE_WAY, PRORATION, SEVERAL_SUPPLIERS
from evidence.origin.determine import determine
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.rules.core_parts import Way
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import BOUGHT, OWNER, Company, rate, small_company

LAW = RuleSet.load()
FORMS = {
    "originating": {},
    "part of its value": {
        "form": DeclarationForm.ACCUMULATION_COST, "non_originating_value": Decimal(70),
    },
    "net cost and part of it": {
        "form": DeclarationForm.ACCUMULATION_COST, "net_cost": Decimal(190), "non_originating_value": Decimal(60),
    },
    "an amount free": {"form": DeclarationForm.ACCUMULATION_VALUE, "amount_free_of_vnm": Decimal(60)},
    "without a plant": {"plant": None},
    "over in May": {"valid_to": date(2023, 5, 31)},
    "unsigned": {"signed_on": None},
}  # fmt: skip


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """The small company with other declarations, other prices, books that do not tie, and elections."""
    company = small_company()
    company.drop("declarations", lambda declaration: True)
    company.drop("events", lambda event: True)
    for part in sorted(BOUGHT):
        for form in draw(st.lists(st.sampled_from(sorted(FORMS)), max_size=2)):
            number = company.state(part, accept=draw(st.booleans()) or draw(st.booleans()), **FORMS[form])
            if draw(st.integers(0, 9)) == 0:
                company.event(number, DeclarationState.WITHDRAWN, date(2023, draw(st.integers(3, 6)), 1), "adverse")
    for part in draw(st.lists(st.sampled_from(sorted(BOUGHT)), max_size=3)):
        price, _, _, site, _ = BOUGHT[part]
        company.purchase(
            part, draw(st.integers(1, 50)), invoice="INV-2", received_on=date(2023, 6, draw(st.integers(1, 30))),
            shipped_from=draw(st.sampled_from([site, "W-US"])), price=Decimal(price) + draw(st.integers(-5, 5)),
        )  # fmt: skip
    if draw(st.booleans()):
        company.change("purchases", lambda line: line.part == "RADIO", currency="MXN", price=Decimal(20000))
        company.add("rates", rate("MXN", date(2023, 4, 1), "0.05"), "rates-1")
        company.add("rates", rate("MXN", date(2023, 6, 1), "0.06"), "rates-1")
    if draw(st.booleans()):
        term = draw(st.sampled_from([None, "FCA Osaka"]))
        freight = draw(st.sampled_from([None, Decimal(0), Decimal(9000)]))
        company.change("purchases", lambda line: line.part == "RADIO", incoterm=term, freight=freight)
        if draw(st.booleans()) or freight is None:
            shown = draw(st.sampled_from([None, "freight invoice (SPECIMEN)"]))
            company.add("material_imports", came_in(draw(st.booleans()), shown), "imports-1")
    more = draw(st.integers(-200, 1500))
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 38000, amount=Decimal(38000 + more))
    if draw(st.booleans()):
        company.elect(SEVERAL_SUPPLIERS, PRORATION)
    if (way := draw(st.sampled_from([None, *Way]))) is not None:
        company.elect(CORE_WAY, way.value)
    if draw(st.booleans()):
        company.elect("core-roll-up-reading", "panel")
    if draw(st.booleans()):
        company.drop("items", lambda item: item.part == "PACK")
        company.elect("intermediate material", "designated", "PACK")
    return company


def came_in(freight_in_value: bool, shown: str | None) -> MaterialImportLine:
    """The customs entry of the radios, with 5000 of freight in their value or beside it."""
    return MaterialImportLine(
        customs_entry="E-1", customs_line=1, country="MX", importer=OWNER, imported_on=date(2023, 4, 11), plant="P-MX",
        seller="S-RADIO", invoice="INV-RADIO", invoice_line=1, owner=OWNER, part="RADIO", tariff_item="852721",
        hs_edition="HS2012", quantity=Decimal(100), unit="EA", value=Decimal(100000), currency="USD",
        international_freight=Decimal(5000), freight_in_value=freight_in_value, freight_document=shown,
    )  # fmt: skip


BLANKS = {
    "items": ("core_group", "core_component"),
    "declarations": (
        "plant", "country", "signatory", "signed_on", "valid_from", "currency", "net_cost", "non_originating_value",
        "amount_free_of_vnm",
    ),
    "purchases": ("shipped_from", "incoterm", "freight"),
    "vehicle_certifications": ("identifier", "valid_from"),
}  # fmt: skip
"""Fields of what is on file that somebody may have left empty."""


@settings(max_examples=120)
@given(companies(), st.data())
def test_leaving_a_field_empty_never_improves_any_limb(company: Company, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(BLANKS)))
    name = data.draw(st.sampled_from(BLANKS[field]))
    recorded = [fact.ref for fact in company.facts.get(field, ()) if getattr(fact.value, name) is not None]
    if not recorded:
        return
    chosen = data.draw(st.sampled_from(recorded))
    before = determine(company.inputs(), LAW)
    company.facts[field] = [
        fact.model_copy(update={"value": fact.value.model_copy(update={name: None})}) if fact.ref == chosen else fact
        for fact in company.facts[field]
    ]
    assert improvements(before, determine(company.inputs(), LAW)) == []


def supporting(company: Company) -> list[str]:
    against = {fact.statement for fact in company.facts.get("events", []) if fact.value.reason == "adverse"}
    return [name for name in company.statements() if name not in against]


def limbs(worksheet: Worksheet) -> Iterator[tuple[str, Outcome]]:
    """The outcome of each limb, the two of a vehicle's rule also as one, and of each core part."""
    first: dict[str, Outcome] = {}
    for row in worksheet.findings:
        first.setdefault(row.limb, row.outcome)
    if "tariff change" in first:
        both = {first["tariff change"], first["regional value content"]}
        first["product rule"] = Outcome.MET if both == {Outcome.MET} else Outcome.NOT_MET
    first["the whole"] = worksheet.outcome
    yield from first.items()
    yield from ((f"core part {part.part}", part.outcome) for part in worksheet.core_parts)


def content(worksheet: Worksheet) -> Decimal | None:
    return next((cell.value for cell in worksheet.cells if cell.id == "content"), None)


def improvements(before: Worksheet, after: Worksheet) -> list[str]:
    was = dict(limbs(before))
    found = [name for name, outcome in limbs(after) if outcome is Outcome.MET and was.get(name) is not Outcome.MET]
    reached, reached_after = content(before), content(after)
    if reached is not None and reached_after is not None and reached_after > reached:
        found.append(f"content {reached} to {reached_after}")
    return found


@settings(max_examples=120)
@given(companies(), st.data())
def test_withholding_any_one_supporting_statement_never_improves_any_limb(
    company: Company, data: st.DataObject
) -> None:
    withheld = data.draw(st.sampled_from(supporting(company)))
    before = determine(company.inputs(), LAW)
    assert improvements(before, determine(company.inputs(without=withheld), LAW)) == []


@settings(max_examples=60)
@given(companies(), st.lists(st.sampled_from(sorted(BOUGHT)), max_size=4), st.data())
def test_withholding_from_an_estimate_never_improves_any_limb(
    company: Company, not_bought: list[str], data: st.DataObject
) -> None:
    for part in not_bought:
        company.drop("purchases", lambda line, part=part: line.part == part)
        value = Decimal(BOUGHT[part][0])
        company.change("bills", lambda line, part=part: line.child == part, standard_value=value, currency="USD")
    withheld = data.draw(st.sampled_from([name for name in supporting(company) if name != "purchases-1"]))
    before = determine(company.inputs(basis=Basis.ESTIMATE), LAW)
    after = determine(company.inputs(without=withheld, basis=Basis.ESTIMATE), LAW)
    assert improvements(before, after) == []


@pytest.mark.parametrize("withheld", supporting(small_company()))
def test_withholding_from_the_small_company_never_improves_any_limb(withheld: str) -> None:
    company = small_company()
    before = determine(company.inputs(), LAW)
    after = determine(company.inputs(without=withheld), LAW)
    assert improvements(before, after) == []


def test_worst_case_never_counts_less_than_proration() -> None:
    company = small_company()
    # 100 seats are covered, 300 come from a plant that the declaration does not name
    company.purchase("SEAT", 300, invoice="INV-2", shipped_from="W-US")
    worst = content(determine(company.inputs(), LAW))
    company.elect(SEVERAL_SUPPLIERS, PRORATION)
    prorated = content(determine(company.inputs(), LAW))
    # 1000 + 300 of 5000; then 1000 + 300 x 3/4 of 5000
    assert (worst, prorated) == (Decimal("74"), Decimal("75.5"))
