"""Labor value content with one supporting statement withheld at a time never comes to more, and no condition improves.

A supporting statement is a load of high-wage figures or capacities, a wage certificate, a load of rates. The totals
that a share is of (purchases, production wages) speak against the claim, and are in one load that is never withheld.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.statements.base import Basis
from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.labour import AssemblyGood, LabourInput
from evidence.core.statements.use import VehicleClass
from evidence.core.statements.wage import WageScope
from evidence.errors import MalformedValue, RuleError
from evidence.origin.choices import Choices
from evidence.origin.costs import CostSheet
from evidence.origin.labor import Labor
from evidence.origin.money import RateFile
from tests.unit.origin.small_company import LAW, Company, named, rate
from tests.unit.origin.test_labor import THIS, certificate, figure

TOTALS = "totals"
PLANTS = ("P-MX", "W-US", "W-MX", "P-CA")


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """Materials up to three deep from several plants, some of them not certified, with both credits."""
    company = Company()
    company.add("calendars", FiscalCalendar(id=named("cal", "1"), issuer="self", party="MAKER", year_starts="04-01"))
    tops = draw(st.lists(st.integers(0, 6000), min_size=1, max_size=3))
    bought = sum(tops) + draw(st.integers(1, 9000))
    figure(company, LabourInput.PURCHASES, TOTALS, amount=bought, plant="P-MX")
    figure(company, LabourInput.PRODUCTION_WAGES, TOTALS, amount=draw(st.integers(1, 2000)))
    for kind in (LabourInput.RESEARCH_WAGES, LabourInput.IT_WAGES):
        figure(company, kind, kind.value, amount=draw(st.integers(0, 150)))
    plant = draw(st.sampled_from(PLANTS))
    figure(
        company, LabourInput.HIGH_WAGE_LABOUR, "labor", amount=draw(st.integers(0, 5000)), plant=plant,
        wage_certificate=f"WAGE-{plant}",
    )  # fmt: skip

    def grow(name: str, amount: int, within: str | None, depth: int) -> None:
        plant, pesos = draw(st.sampled_from(PLANTS)), draw(st.booleans())
        figure(
            company, LabourInput.HIGH_WAGE_MATERIAL, name, entity=f"S-{name}", owner="MAKER", part=name, plant=plant,
            amount=Decimal(amount) * (20 if pesos else 1), currency="MXN" if pesos else "USD", nested_in_part=within,
            wage_certificate=f"WAGE-{plant}", in_annual_purchases=draw(st.booleans()) or draw(st.booleans()),
            figures=draw(st.sampled_from([Basis.ACTUAL, Basis.ACTUAL, Basis.ESTIMATE])),
        )  # fmt: skip
        left = amount
        for number in range(draw(st.integers(0, 2)) if depth else 0):
            inner = draw(st.integers(0, left))
            left -= inner
            grow(f"{name}.{number}", inner, name, depth - 1)

    for number, amount in enumerate(tops):
        grow(f"T{number}", amount, None, 2)
    figure(
        company, LabourInput.HIGH_WAGE_TRANSPORT, "rail", amount=draw(st.integers(0, bought - sum(tops))), plant="W-US",
        wage_certificate="RAIL",
    )  # fmt: skip
    certificate(company, "W-US", number="RAIL", scope=WageScope.TRANSPORT)
    figure(
        company, LabourInput.ASSEMBLY_CAPACITY, "capacity", plant="P-CA", currency=None, period_from=date(2023, 4, 1),
        period_to=date(2024, 3, 31), assembles=AssemblyGood.ENGINES, capacity=draw(st.sampled_from([99999, 100000])),
        wage_certificate="WHOLE",
    )  # fmt: skip
    certificate(company, "P-CA", number="WHOLE", scope=WageScope.WHOLE_PLANT, **THIS)
    for plant in PLANTS:
        if draw(st.integers(0, 4)):
            certificate(company, plant)
    company.add("rates", rate("MXN", date(2023, 3, 31), "0.05"), "rates-1")
    return company


def worked_out(company: Company, without: str | None = None) -> tuple[Fraction | None, set[str]]:
    """The total, None where it is not determinable, and the conditions that are met."""
    inputs = company.inputs(without)
    how: dict[str, Any] = {"choices": Choices(inputs, LAW), "rates": RateFile(inputs.rates, LAW, date(2023, 6, 30))}
    labor = Labor(
        inputs,
        law=LAW,
        vehicle=VehicleClass.PASSENGER_VEHICLE,
        sheet=CostSheet("USD"),
        days=(date(2023, 6, 30),),
        **how,
    )
    try:
        value = labor.on(date(2023, 6, 30))
    except (RuleError, MalformedValue):
        return None, set()
    return value.total, {part.test for part in value.finding.parts if part.met}


@settings(max_examples=150, deadline=None)
@given(companies(), st.data())
def test_withholding_any_one_supporting_statement_never_improves_the_content(
    company: Company, data: st.DataObject
) -> None:
    withheld = data.draw(st.sampled_from([name for name in company.statements() if name != TOTALS]))
    total, met = worked_out(company)
    assert total is not None
    total_without, met_without = worked_out(company, withheld)
    assert met_without <= met
    assert total_without is None or total_without <= total
