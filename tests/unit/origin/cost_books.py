"""Costs of all goods on the small company's books, and what its cars are weighed by: EV1 and EV2, both made at P-MX."""

from decimal import Decimal
from typing import Any

from evidence.core.statements.base import Basis
from evidence.core.statements.cost import AllocationBaseLine, AllocationMethod, CostElement, CostLine, CostPoolLine
from tests.unit.origin.small_company import FIRST, LAST, OWNER, Company, small_company

ADS = "sales promotion, marketing and after-sales service"


def pool(account: str, amount: object, base: str, whole: object, **update: Any) -> CostPoolLine:
    """One account of all goods of P-MX over the quarter: overhead, by a cost ratio."""
    values: dict[str, Any] = {
        "owner": OWNER,
        "plant": "P-MX",
        "period_from": FIRST,
        "period_to": LAST,
        "account": account,
        "description": f"account {account}",
        "element": CostElement.OVERHEAD,
        "amount": Decimal(str(amount)),
        "currency": "USD",
        "figures": Basis.ACTUAL,
        "method": AllocationMethod.COST_RATIO,
        "allocation_base": base,
        "base_total": Decimal(str(whole)),
        "to_qualify": False,
        **update,
    }
    return CostPoolLine(**values)


def weigh(company: Company, base: str, **goods: object) -> None:
    """What each good has of a base over the quarter, as one load."""
    for part, amount in goods.items():
        line = AllocationBaseLine(
            owner=OWNER,
            part=part,
            plant="P-MX",
            period_from=FIRST,
            period_to=LAST,
            base=base,
            amount=Decimal(str(amount)),
            unit="of its own",
            figures=Basis.ACTUAL,
        )
        company.add("allocation_bases", line, f"base {base}")


def put(company: Company, *pools: CostPoolLine) -> None:
    for each in pools:
        company.add("cost_pools", each, "pools-1")


def book(company: Company, amount: object, element: str = "overhead", **update: Any) -> CostLine:
    """A cost line of EV1 alone over the quarter, as a load of its own."""
    line = CostLine(
        owner=OWNER,
        part="EV1",
        plant="P-MX",
        period_from=FIRST,
        period_to=LAST,
        account="more",
        description="more",
        element=CostElement(element),
        amount=Decimal(str(amount)),
        currency="USD",
        figures=Basis.ACTUAL,
        **update,
    )
    company.add("costs", line, f"more {len(company.facts['costs'])}")
    return line


def with_books() -> Company:
    """Upkeep of 6000 and advertising of 1000 by machine hours, 5000 of 8000; administration of 2000 by units, 10 of 40.

    Advertising is excluded, and sold units bear it otherwise: 8 of 32.
    """
    company = small_company()
    put(
        company,
        pool("7010", 6000, "machine hours", 8000),
        pool("7020", 2000, "units made", 40, element="period"),
        pool(
            *("7030", 1000, "machine hours", 8000),
            element="period", exclusion=ADS, excluded_base="units sold", excluded_base_total=Decimal(32),
        ),
    )  # fmt: skip
    weigh(company, "machine hours", EV1=5000, EV2=3000)
    weigh(company, "units made", EV1=10, EV2=30)
    weigh(company, "units sold", EV1=8, EV2=24)
    return company
