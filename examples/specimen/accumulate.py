"""What each Voltera company states of the parts it makes for another one (Uniform Regulations s.9(2)(a), (4)).

The car is Voltera México's; its drive unit is made by Voltera US and its battery pack by Voltera Canada, companies of
their own. Each states for a fiscal year what the part costs and what in it does not originate, for one unit and in the
currency of its country. Where the part changes within the year there is a statement for either side of the change.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from specimen.books import plain
from specimen.declare import YEARS
from specimen.figures import Assumed, Reckoning
from specimen.files import Row, write_csv
from specimen.masterdata import HOUSE, PLANTS
from specimen.tables import OWNER, Assembly, Company, PeriodRow

CURRENCY = {"US": "USD", "CA": "CAD", "MX": "MXN"}


@dataclass(frozen=True)
class Accumulated:
    """One statement, and the folder it came in."""

    folder: str
    row: Row

    @property
    def reference(self) -> str:
        return str(self.row["reference"])


def statements(company: Company) -> list[Accumulated]:
    """Every statement, by fiscal year and part."""
    reckoning = Reckoning(company)
    found: list[Accumulated] = []
    for year, first in YEARS.items():
        last = date(first.year + 1, 3, 31)
        for made in company.assemblies:
            parent = next((a for a in company.assemblies if a.part == made.parent), None)
            if parent is None or PLANTS[parent.plant][0] == PLANTS[made.plant][0]:
                continue
            begins, ends = max(first, made.bill_from), min(last, made.bill_to or last)
            if begins <= ends:
                found.append(_statement(reckoning, made, year, begins, ends))
    return found


def write_statements(company: Company, root: Path) -> None:
    every = statements(company)
    for folder in dict.fromkeys(one.folder for one in every):
        write_csv(root / folder / "declarations.csv", [one.row for one in every if one.folder == folder])


def _statement(reckoning: Reckoning, made: Assembly, year: str, first: date, last: date) -> Accumulated:
    party, _, _, country = PLANTS[made.plant]
    name = HOUSE[party][0]
    period = _period(reckoning.company, first, last)
    figure = reckoning.figure(made.part, period, Assumed())
    rate = reckoning.company.rate(CURRENCY[country], period.first)
    received = first - timedelta(days=5)
    reckoned = made.bill_from < first or year == "FY22"  # a new part's figures are planned ones
    folders = {"FY22": "2023-04-05-statements-2022", "FY23": "2023-04-18-statements-2023"}
    folder = folders.get(year, "2024-03-27-statements-2024")
    if first != YEARS[year]:
        folder = f"{received}-statement-{made.part.lower()}"
    return Accumulated(
        folder,
        {
            "supplier": party,
            "reference": f"AC-{year}-{made.part}-{made.revision}",
            "supplier_part": made.part,
            "supplier_revision": made.revision,
            "owner": OWNER,
            "part": made.part,
            "revision": made.revision,
            "description": made.description,
            "hs_edition": made.hs_edition,
            "hs_code": made.hs,
            "plant": made.plant,
            "country": country,
            "form": "accumulation s.9(2)(a)",
            "rule": "19 CFR 182 App A s.9(2)(a), (4); SOR/2020-155 s.9(2)(a), (4)",
            "method": "net cost",
            "calculated_from": date(first.year - 1, 1, 1) if reckoned else None,
            "calculated_to": date(first.year - 1, 12, 31) if reckoned else None,
            "net_cost": plain(figure.net_cost / rate),
            "non_originating_value": plain(figure.vnm / rate),
            "currency": CURRENCY[country],
            "reliance": "own records",
            "signatory": f"Authorised signer, {name}",
            "signatory_title": "Controller (role)",
            "authority_reference": f"AUTH-{party}-02",
            "signed_on": received - timedelta(days=10),
            "received_on": received,
            "received_basis": "mail header, kept with the message",
            "undertakes_notice": True,
            "consents_to_authority": True,
            "language": "en",
            "valid_from": first,
            "valid_to": last,
        },
    )


def _period(company: Company, first: date, last: date) -> PeriodRow:
    """The first quarter of the car within the window, whose costs and materials are those of them all."""
    quarters = [p for p in company.periods.values() if "ARROYO-E1" in p.goods and first <= p.first and p.last <= last]
    return min(quarters, key=lambda period: period.first)
