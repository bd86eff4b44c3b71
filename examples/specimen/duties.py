"""Duty measures on the company's goods: what an import pays with no claim, so that what a claim saves can be told.

The rates are known and were not read anew in the tariff schedules, and say so. None is here for brakes into Canada:
what hangs on those is not computed, and nothing takes it for nothing.
"""

from datetime import date
from pathlib import Path

from specimen.files import Row, write_csv

_DAY = date(2024, 9, 9)
_NOT_READ = "(known, not re-read; SPECIMEN)"
_ORDINARY = (
    ("US", "870380", "2.5", f"HTSUS 8703.80.00, column 1 general {_NOT_READ}"),
    ("US", "870880", "2.5", f"HTSUS 8708.80, column 1 general {_NOT_READ}"),
    ("CA", "870380", "6.1", f"Customs Tariff 8703.80, MFN {_NOT_READ}"),
)
_FEES = (
    (date(2022, 10, 1), date(2023, 9, 30), "29.66", "575.35"),
    (date(2023, 10, 1), date(2024, 9, 30), "31.67", "614.35"),
)
"""The merchandise processing fee of two fiscal years: what one entry pays at least and at most."""


def write_duties(root: Path) -> None:
    rows = [*_ordinary(), *_fees()]
    write_csv(root / f"{_DAY}-duty-measures" / "duty-measures.csv", rows)


def _ordinary() -> list[Row]:
    return [
        {
            "country": country,
            "tariff_code": code,
            "hs_edition": "HS2022",
            "measure": "ordinary duty",
            "measure_kind": "ordinary duty",
            "percent": percent,
            "least": None,
            "most": None,
            "lifted_by_claim": True,
            "applies_from": date(2022, 1, 27),
            "applies_to": None,
            "citation": citation,
            "checked_on": _DAY,
        }
        for country, code, percent, citation in _ORDINARY
    ]


def _fees() -> list[Row]:
    return [
        {
            "country": "US",
            "tariff_code": None,
            "hs_edition": None,
            "measure": "merchandise processing fee",
            "measure_kind": "fee",
            "percent": "0.3464",
            "least": least,
            "most": most,
            "lifted_by_claim": True,
            "applies_from": first,
            "applies_to": last,
            "citation": f"19 CFR 24.23(b)(1) {_NOT_READ}",
            "checked_on": _DAY,
        }
        for first, last, least, most in _FEES
    ]
