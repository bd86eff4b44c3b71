"""Two electric cars of the small company in one class and plant, with their snapshots of a fiscal year.

EV1: 10 units, net cost 5000 and non-originating 1000 a unit, 80 %. EV2: 30 units at 5000 and 1250, 75 %. Together net
cost 200000 and non-originating 47500: 76.25 %. The fiscal year begins on 1 July, with the percentage of 75.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from evidence.core.statements.calendar import FiscalCalendar
from evidence.core.statements.election import Election
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.site import SiteKind, SiteLine
from evidence.core.statements.use import UseClass, UseLine, VehicleClass
from evidence.origin.average_inputs import AverageInputs, AverageQuestion, SnapshotFact
from evidence.origin.determine import determine
from evidence.origin.inputs import Fact
from evidence.origin.worksheet import Cell, Worksheet
from evidence.rules.averaging import Category
from tests.unit.origin.small_company import LAW, OWNER, named, small_company

FIRST, LAST = date(2023, 7, 1), date(2024, 6, 30)
QUARTERS = (
    (date(2023, 7, 1), date(2023, 9, 30)),
    (date(2023, 10, 1), date(2023, 12, 31)),
    (date(2024, 1, 1), date(2024, 3, 31)),
    (date(2024, 4, 1), date(2024, 6, 30)),
)
MONTHS = ("2023-08", "2023-11", "2024-02", "2024-05")
QUESTION = AverageQuestion(
    owner=OWNER, part="EV1", plant="P-MX", category=Category.CLASS_PLANT, period_from=FIRST, period_to=LAST
)
ELECTED = "category=b; class=passenger vehicle; basis=all; estimate=76; address=1 Specimen Road, Sampleton"


@cache
def _worked_out() -> Worksheet:
    return determine(small_company().inputs(), LAW)


def worksheet(
    part: str = "EV1", units: str = "10", net_cost: str = "50000", vnm: str = "10000", **update: Any
) -> Worksheet:
    """A worksheet of the fiscal year with these totals; everything else is as determined of EV1."""
    base = _worked_out()
    said = {"units": units, "net_cost": net_cost, "vnm": vnm}
    cells = tuple(
        cell.model_copy(update={"value": Decimal(said[cell.id])}) if cell.id in said else cell for cell in base.cells
    )
    values: dict[str, Any] = {
        "good": base.good.model_copy(update={"part": part}),
        "cells": cells,
        "period_from": FIRST,
        "period_to": LAST,
        **update,
    }
    return base.model_copy(update=values)


def without(sheet: Worksheet, cell: str) -> Worksheet:
    """The worksheet without one figure."""
    kept: tuple[Cell, ...] = tuple(each for each in sheet.cells if each.id != cell)
    return sheet.model_copy(update={"cells": kept})


def snapshot(seq: int, sheet: Worksheet) -> SnapshotFact:
    return SnapshotFact(ref=f"#{seq}", seq=seq, snapshot=named("snap", str(seq)), worksheet=sheet)


def fact(value: Any, seq: int) -> Fact[Any]:
    return Fact[type(value)](  # type: ignore[misc]
        ref=f"#{seq}:1", seq=seq, statement=named("load", str(seq)), kind="made up", value=value
    )


def volume(part: str, month: str, made: int, **update: Any) -> VolumeLine:
    return VolumeLine(**{"owner": OWNER, "part": part, "plant": "P-MX", "month": month, "made": made, **update})


def use(part: str, **update: Any) -> UseLine:
    values: dict[str, Any] = {
        "owner": OWNER,
        "part": part,
        "use": UseClass.VEHICLE,
        "vehicle_class": VehicleClass.PASSENGER_VEHICLE,
        "shown_by": "homologation",
        "applies_from": date(2023, 1, 1),
        **update,
    }
    return UseLine(**values)


def election(number: int = 1, **update: Any) -> Election:
    values: dict[str, Any] = {
        "id": named("elect", f"averaging {number}"),
        "issuer": "self",
        "election": "averaging",
        "choice": ELECTED,
        "owner": OWNER,
        "plant": "P-MX",
        "made_on": date(2023, 6, 1),
        "event_date": date(2023, 6, 20),
        "filed_with": "US",
        "irrevocable": True,
        "signer": "Authorised signer",
        "valid_from": FIRST,
        "valid_to": LAST,
        **update,
    }
    return Election(**values)


def site() -> SiteLine:
    return SiteLine(site="P-MX", party=OWNER, site_kind=SiteKind.ASSEMBLY, name="P-MX", address="P-MX", country="MX")


def calendar() -> FiscalCalendar:
    return FiscalCalendar(id=named("cal", "july"), issuer="self", party=OWNER, year_starts="07-01")


def averaged(**update: Any) -> AverageInputs:
    """Everything on file for the average of EV1 and EV2, changed by `update`."""
    made = [volume("EV1", MONTHS[0], 10, exported=("US:4",)), volume("EV2", MONTHS[0], 30, exported=("US:3", "CA:3"))]
    values: dict[str, Any] = {
        "question": QUESTION,
        "as_of": 50,
        "volumes": tuple(fact(line, 1) for line in made),
        "uses": (fact(use("EV1"), 2), fact(use("EV2"), 2)),
        "sites": (fact(site(), 3),),
        "calendars": (fact(calendar(), 4),),
        "elections": (fact(election(), 5), fact(election(2, filed_with="CA"), 6)),
        "snapshots": (
            snapshot(10, worksheet()),
            snapshot(11, worksheet("EV2", "30", "150000", "37500")),
        ),
        **update,
    }
    return AverageInputs(**values)
