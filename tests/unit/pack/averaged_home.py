"""The shipment of the small company's cars, claimed on the recorded average of two of them: a home to build a pack of.

EV1 by itself 68 %, EV2 80 %, together 77 % (tests/unit/origin/test_averaged.py has the sums). The worksheets are those
determined of EV1 over a quarter, with the figures of a fiscal year put in.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from evidence.core.statements.base import Basis
from evidence.ledger.found import HomeHandle
from evidence.origin.average_inputs import gather_average
from evidence.origin.averaged import Kept, record_average
from evidence.origin.averages import work_out
from evidence.origin.claims import claim_shipment
from evidence.origin.snapshot import Determined, determine_in, record_snapshot
from evidence.origin.worksheet import FindingRow, Outcome, Worksheet
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.small_company import LAW, small_company
from tests.unit.origin.small_home import load, make_home, record, record_company
from tests.unit.origin.small_range import QUESTION, election, use, volume
from tests.unit.origin.small_shipment import authority, certification, customs_entry, production, shipment

YEAR = {"period_from": date(2023, 4, 1), "period_to": date(2024, 3, 31)}
DUE = date(2024, 4, 1)
FIGURES = {"EV1": ("10", "50000", "16000"), "EV2": ("30", "150000", "30000")}
"""Units made, net cost and value of non-originating materials of each car."""
_FILED = {"made_on": date(2023, 3, 1), "event_date": date(2023, 3, 1), "signer": "Authorised signer"}


def make(place: Path, basis: Basis = Basis.ACTUAL) -> HomeHandle:
    """A home in which the shipment S01 is claimed on an average of figures of that basis."""
    handle = make_home(place)
    record_company(handle, small_company(), production())
    record(handle, load(handle, "uses", "uses-2", [use("EV2")]))
    record(handle, load(handle, "volumes", "volumes-2", [volume("EV2", "2023-05", 30, exported=("US:3",))]))
    record(handle, authority(), certification(), shipment(), customs_entry())
    span = {"valid_from": YEAR["period_from"], "valid_to": YEAR["period_to"]}
    record(handle, *(election(at, filed_with=to, **span, **_FILED) for at, to in enumerate(("US", "CA", "MX"))))
    for part, figures in FIGURES.items():
        determine_again(handle, part, figures, basis)
    average(handle, basis)
    claim_shipment(handle, "S01", LAW, by="desk", now=handle.clock.now())
    return handle


def determine_again(handle: HomeHandle, part: str, figures: tuple[str, str, str], basis: Basis = Basis.ACTUAL) -> None:
    """Record what is determined of a car over the fiscal year, with these figures."""
    base = determine_in(handle, small_company().inputs().question, LAW, "1")
    sheet = _of_the_year(base.worksheet, part, figures, basis)
    record_snapshot(handle, Determined(base.inputs, sheet), handle.clock.now())


def average(handle: HomeHandle, basis: Basis = Basis.ACTUAL) -> Kept:
    """Record the average of both cars over the fiscal year."""
    asked = QUESTION.model_copy(update={**YEAR, "figures": basis})
    with reading(handle.engine) as connection:
        inputs = gather_average(Register(connection, handle.ledger.size()), handle.documents, asked)
    return record_average(handle, work_out(inputs, LAW, "1"), handle.clock.now())


def _of_the_year(base: Worksheet, part: str, figures: tuple[str, str, str], basis: Basis) -> Worksheet:
    said = dict(zip(("units", "net_cost", "vnm"), map(Decimal, figures), strict=True))
    cells = tuple(cell.model_copy(update={"value": said.get(cell.id, cell.value)}) for cell in base.cells)
    values: dict[str, Any] = {
        "good": base.good.model_copy(update={"part": part}),
        "cells": cells,
        "basis": basis.value,
        "true_up_due": DUE if basis is Basis.ESTIMATE else None,
        **YEAR,
    }
    if part == "EV1":  # short by its own content alone
        values |= {"findings": tuple(map(_short, base.findings)), "outcome": Outcome.NOT_MET}
        values |= {"summary": "Regional value content 68 percent, 72 required; every other condition is met."}
    return base.model_copy(update=values)


def _short(row: FindingRow) -> FindingRow:
    if row.limb != "regional value content":
        return row
    update = {"outcome": Outcome.NOT_MET, "reason": "68 % is less than 72 %", "shown": "68.00 % < 72 %"}
    return row.model_copy(update=update | ({"figure": Decimal(68)} if row.figure is not None else {}))
