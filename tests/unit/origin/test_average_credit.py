"""Averages of heavy trucks with the credit for labor value content; every figure is worked out by hand beside it.

EV1: 10 trucks, net cost 50000, non-originating 20000, 60 percent. EV2: 30 trucks, 150000 and 56500, 62.33 percent.
Together (200000 - 76500) / 200000 = 61.75 percent, where the fiscal year from 2024-07-01 asks for 64.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.use import VehicleClass
from evidence.origin.averaged import _unmet_besides_content
from evidence.origin.averages import AverageSheet, work_out
from evidence.origin.worksheet import Cell, FindingRow, Outcome, Worksheet
from tests.unit.origin.small_company import LAW
from tests.unit.origin.small_range import ELECTED, averaged, election, fact, snapshot, use, volume, worksheet

FIRST, LAST = date(2024, 7, 1), date(2025, 6, 30)
TERMS = ELECTED.replace("passenger vehicle", "heavy truck")


def row(outcome: Outcome, limb: str = VehicleCertificationKind.LABOUR_VALUE.value, test: str = "") -> FindingRow:
    return FindingRow(
        limb=limb, test=test or limb, outcome=outcome, figure=None, bound=None, shown="", reason="", law=(), rests_on=()
    )


def truck(
    part: str, units: str, net_cost: str, vnm: str, share: str | None, total: str = "48", **says: Any
) -> Worksheet:
    base = worksheet(part, units, net_cost, vnm, period_from=says.get("first", FIRST), period_to=says.get("last", LAST))
    said = {"lvc.share": share, "lvc.total": total} if share is not None else {}
    cells = tuple(
        Cell(id=name, label=name, value=Decimal(value), unit="%", formula="", rests_on=())
        for name, value in said.items()
    )
    kept = tuple(each for each in base.findings if each.limb != VehicleCertificationKind.LABOUR_VALUE.value)
    return base.model_copy(
        update={"cells": (*base.cells, *cells), "findings": (*kept, row(says.get("outcome", Outcome.MET)))}
    )


def sheet(*trucks: Worksheet, first: date = FIRST, last: date = LAST) -> AverageSheet:
    heavy = {"vehicle_class": VehicleClass.HEAVY_TRUCK}
    base = averaged()
    month = f"{first.year}-08"
    return work_out(
        averaged(
            question=base.question.model_copy(update={"period_from": first, "period_to": last}),
            volumes=tuple(
                fact(volume(part, month, made, **heavy, exported=("US:1",)), 1)
                for part, made in (("EV1", 10), ("EV2", 30))
            ),
            uses=tuple(fact(use(part, **heavy), 2) for part in ("EV1", "EV2")),
            elections=(
                fact(
                    election(
                        choice=TERMS, made_on=date(first.year, 6, 1), event_date=date(first.year, 6, 20),
                        valid_from=first, valid_to=last,
                    ),
                    5,
                ),
            ),
            snapshots=tuple(snapshot(10 + number, each) for number, each in enumerate(trucks)),
        ),
        LAW,
    )  # fmt: skip


def two(share: str | None = "33", other: str | None = "35", **says: Any) -> tuple[Worksheet, Worksheet]:
    return (
        truck("EV1", "10", "50000", "20000", share, **says),
        truck("EV2", "30", "150000", "56500", other, **says),
    )


def test_the_least_points_of_the_trucks_carry_their_average_over_the_percentage() -> None:
    found = sheet(*two())
    assert found.outcome is Outcome.MET
    # 61.75 and the 3 points of 33 above 30; the 5 of EV2 are not taken
    credited = next(each for each in found.findings if "with the credit" in each.test and each.figure is not None)
    assert (credited.figure, credited.bound) == (Decimal("64.75"), Decimal(64))
    assert "by the least labor value content of the trucks averaged" in credited.reason
    assert {"#10", "#11"} <= set(credited.rests_on)
    assert any(choice.name == "heavy-credit-floor" for choice in found.choices)
    assert found.content == Decimal("61.75")


@pytest.mark.parametrize(
    "trucks",
    [
        pytest.param(two("32.2", "35"), id="63.95-with-the-credit"),
        pytest.param(two("33", None), id="one-without-figures"),
        pytest.param(two(total="45"), id="not-above-45"),
        pytest.param(two(outcome=Outcome.NOT_DETERMINABLE), id="not-certified"),
        pytest.param(
            (truck("EV1", "10", "50000", "20000", "40"), truck("EV2", "30", "150000", "60500", "40")),
            id="below-the-floor-of-60",  # (200000 - 80500) / 200000 = 59.75
        ),
    ],
)
def test_without_enough_points_for_all_of_them_the_average_fails(trucks: tuple[Worksheet, ...]) -> None:
    assert sheet(*trucks).outcome is Outcome.NOT_MET


def test_exactly_the_percentage_is_reached() -> None:
    assert sheet(*two("32.25")).outcome is Outcome.MET  # 61.75 + 2.25 = 64


def test_a_year_that_runs_past_the_end_of_the_credit_has_none() -> None:
    span = {"first": date(2027, 1, 1), "last": date(2027, 12, 31)}
    found = sheet(*two("45", "45", **span), **span)
    assert not any("with the credit" in each.test for each in found.findings)


def test_a_truck_that_lacks_its_content_with_the_credit_lacks_its_content_alone() -> None:
    base = worksheet()
    unmet = [
        row(Outcome.NOT_MET, "product rule", test)
        for test in ("product rule of origin", "rule for 8701.20", "content, alone or with the credit",
                     "regional value content, net cost", "regional value content with the credit for labor value")
    ]  # fmt: skip
    change = row(Outcome.MET, "product rule", "tariff change")
    assert _unmet_besides_content(base.model_copy(update={"findings": (*unmet, change)})) == []
