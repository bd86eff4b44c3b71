"""The small company with what its labor value content is worked out of."""

from datetime import date
from decimal import Decimal
from typing import Any

from evidence.core.statements.base import Basis
from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.labour import AssemblyGood, LabourInput, LabourInputLine
from evidence.core.statements.wage import PayConversion, WageCertificate, WageScope
from tests.unit.origin.small_company import Company, named, rate, small_company

FIRST, LAST = date(2022, 4, 1), date(2023, 3, 31)
BEFORE = {"period_from": date(2021, 4, 1), "period_to": date(2022, 3, 31)}
THIS = {"period_from": FIRST, "period_to": LAST}
RATES = {"US": ("USD", "16"), "CA": ("CAD", "20.88"), "MX": ("MXN", "294.22")}
PLANTS = {"P-MX": "MX", "W-US": "US", "W-MX": "MX", "P-CA": "CA"}
LIMB = VehicleCertificationKind.LABOUR_VALUE.value


def figure(company: Company, what: LabourInput, load: str, **update: Any) -> None:
    values: dict[str, Any] = {
        "labour_input": what,
        "entity": "MAKER",
        "period_from": FIRST,
        "period_to": LAST,
        "currency": "USD",
        "figures": Basis.ACTUAL,
        "shown_by": "ledger (SPECIMEN)",
        **update,
    }
    company.add("labor_inputs", LabourInputLine(**values), load)


def certificate(company: Company, plant: str, **update: Any) -> None:
    currency, wage = RATES[PLANTS[plant]]
    hours = Decimal(1000)
    values: dict[str, Any] = {
        "id": named("wage", f"{plant} {update}"),
        "issuer": plant,
        "number": f"WAGE-{plant}",
        "plant": plant,
        "operator": "S-1",
        "country": PLANTS[plant],
        "scope": WageScope.DIRECT_PRODUCTION,
        **BEFORE,
        "meets_rate": True,
        "rate": wage,
        "currency": currency,
        "direct_hours": hours,
        "base_wages": hours * Decimal(wage),
        "average_wage": wage,
        "pay_conversion": PayConversion.HOURLY,
        "payroll_custodian": "payroll office (SPECIMEN)",
        "certified_by": "controller (SPECIMEN)",
        "certified_on": date(2022, 4, 10),
        "received_on": date(2022, 4, 12),
        "received_basis": "portal log",
        "consents_to_authority": True,
        **update,
    }
    company.add("wage_certificates", WageCertificate(**values))


def company_with_labor() -> Company:
    """The small company with the records of this module's first lines; each load is a statement of its own."""
    company = small_company()
    bought: dict[str, Any] = {"owner": "MAKER", "in_annual_purchases": True}
    figure(company, LabourInput.PURCHASES, "purchases-a", amount=100000, plant="P-MX")
    figure(company, LabourInput.HIGH_WAGE_LABOUR, "labor", amount=10000, plant="P-MX", wage_certificate="WAGE-P-MX")
    figure(
        company, LabourInput.HIGH_WAGE_MATERIAL, "frames", entity="S-1", amount=15000, part="FRAME", plant="W-US",
        wage_certificate="WAGE-W-US", **bought,
    )  # fmt: skip
    figure(
        company, LabourInput.HIGH_WAGE_MATERIAL, "motors", entity="S-2", amount=100000, currency="MXN", part="MOTOR",
        plant="W-MX", wage_certificate="WAGE-W-MX", **bought,
    )  # fmt: skip
    figure(company, LabourInput.RESEARCH_WAGES, "corporate", amount=4200, plant="P-MX")
    figure(company, LabourInput.IT_WAGES, "corporate", amount=600, plant="P-MX")
    figure(company, LabourInput.PRODUCTION_WAGES, "corporate", amount=60000)
    figure(
        company, LabourInput.ASSEMBLY_CAPACITY, "capacity", plant="P-CA", currency=None, period_from=date(2023, 4, 1),
        period_to=date(2024, 3, 31), assembles=AssemblyGood.BATTERY_PACKS, capacity=25000,
        wage_certificate="WAGE-P-CA",
    )  # fmt: skip
    for plant in ("P-MX", "W-US", "W-MX"):
        certificate(company, plant)
    certificate(company, "P-CA", scope=WageScope.WHOLE_PLANT, **THIS)
    company.add("rates", rate("MXN", date(2023, 3, 31), "0.05"), "rates-1")
    return company
