"""Readiness: every shipment of a period with its checklist, the most at risk first."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.claim import Claim
from evidence.core.statements.duty import DutyMeasureLine, DutyMeasures
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.ledger.found import HomeHandle
from evidence.pack.productions.readiness import Ready, readiness
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.pack.specimen_home import Making, made

FROM, TO = date(2023, 1, 1), date(2024, 12, 31)


def duty(country: str, percent: str) -> DutyMeasureLine:
    return DutyMeasureLine.model_validate(
        {
            "country": country, "tariff_code": "870380", "measure": "ordinary duty", "measure_kind": "ordinary duty",
            "percent": percent, "lifted_by_claim": "yes", "applies_from": "2020-07-01",
            "citation": "tariff schedule (SPECIMEN)", "checked_on": "2023-01-02",
        }
    )  # fmt: skip


class Company:
    """The specimen's shipment S01, and more like it."""

    def __init__(self, making: Making) -> None:
        self._making = making
        with reading(making.handle.engine) as connection:
            register = Register(connection)
            self._shipment = register.statements(Shipment)[0].value
            self._entry = register.statements(CustomsEntry)[0].value
            self._claim = register.statements(Claim)[0].value

    def ship(self, number: str, exported_on: str) -> None:
        self._say(self._shipment, number=number, exported_on=exported_on)

    def enter(self, number: str, imported_on: str, value: str, country: str = "US", **line: Any) -> None:
        lines = [{**self._entry.lines[0].model_dump(), "shipment": number, "value": value, **line}]
        days = {"imported_on": imported_on, "entered_on": imported_on}
        self._say(self._entry, number=f"E-{number}", country=country, lines=lines, **days)

    def claim(self, number: str, **fields: Any) -> None:
        self._say(self._claim, customs_entry=f"E-{number}", **fields)

    def _say(self, like: Any, **changed: Any) -> None:
        self._making.say(type(like), **(like.model_dump(exclude={"id", "issuer"}) | changed))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ready]]:
    with company(tmp_path_factory.mktemp("readiness") / "home") as handle:
        yield {row.shipment: row for row in readiness(handle, FROM, TO)}


def company(place: Path) -> HomeHandle:
    """S01 claimed, worth 2,400; S02 claimed, worth 10,000; S03 not claimed; S04 under a code without a duty on record;
    S05 not entered; S06 of the year before."""
    making = made(place)
    like = Company(making)
    making.load(DutyMeasures, "duty.csv", duty("US", "2.5"))
    like.ship("S02", "2023-05-20")
    like.enter("S02", "2023-05-22", "10000.00")
    like.claim("S02", decided_on="2023-05-22")
    like.ship("S03", "2023-05-21")
    like.enter("S03", "2023-05-23", "8000.00", preference_code=None)
    like.ship("S04", "2023-05-24")
    like.enter("S04", "2023-05-26", "500.00", tariff_item="8704310000")
    like.claim("S04", decided_on="2023-05-26")
    like.ship("S05", "2023-06-01")
    like.ship("S06", "2022-12-30")
    return making.handle


def test_shipments_stand_by_duty_at_risk_and_what_is_not_computed_stands_first(found: dict[str, Ready]) -> None:
    assert list(found) == ["S04", "S05", "S02", "S01", "S03"]
    assert found["S02"].at_risk == (("USD", Decimal(250)),)
    assert found["S01"].at_risk == (("USD", Decimal(60)),)
    assert found["S04"].not_computed == (
        "no ordinary duty is on record for 8704310000 (HS2022) into US on the day of entry",
    )


def test_a_line_that_is_not_claimed_forgoes_its_duty_and_puts_none_at_risk(found: dict[str, Ready]) -> None:
    row = found["S03"]
    assert (row.claim, row.at_risk, row.forgone) == ("not claimed", (), (("USD", Decimal(200)),))


def test_every_figure_names_the_measure_on_record_that_it_comes_from(found: dict[str, Ready]) -> None:
    charge = found["S02"].charges.charges[0]
    assert (charge.measure, charge.citation) == ("ordinary duty", "tariff schedule (SPECIMEN)")
    assert charge.checked_on == date(2023, 1, 2)


def test_each_shipment_has_its_checklist_and_the_first_day_that_something_is_wanted(found: dict[str, Ready]) -> None:
    row = found["S01"]
    assert row.missing == sum(item.state == "missing" for item in row.items) > 0
    assert row.present == sum(item.state == "present" for item in row.items) > 0
    assert "common-04" in row.stops
    assert row.due == date(2023, 5, 19)


def test_a_shipment_that_is_not_entered_stands_by_its_day_of_export(found: dict[str, Ready]) -> None:
    row = found["S05"]
    assert (row.claim, row.day, row.customs_entries) == ("not entered", date(2023, 6, 1), ())
    assert row.not_computed == ("no customs entry line of it is on record",)


def test_a_shipment_outside_the_period_is_left_out(found: dict[str, Ready]) -> None:
    assert "S06" not in found
