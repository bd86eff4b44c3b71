"""A recorded average of core parts makes every part in it originate for the vehicle's limb (s.14(12)).

The small company's pack with cells at 30: 300 of a net cost of 800 do not originate, 62.5 %, where 72 is wanted.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.average import Average
from evidence.core.statements.base import Basis, EvidenceClass
from evidence.core.statements.snapshot import Snapshot
from evidence.core.values import add_months
from evidence.origin.core_averages import CoreAverages
from evidence.origin.worksheet import Outcome, View, Worksheet
from evidence.rules.averaging import Category
from tests.unit.origin.small_company import (
    LAST,
    LAW,
    OWNER,
    Company,
    core,
    limb,
    material,
    named,
    result,
    small_company,
)

DIGEST = "0" * 64
YEAR = {"period_from": date(2023, 4, 1), "period_to": date(2024, 3, 31)}


def short() -> Company:
    company = small_company()
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(30))
    return company


def averaged(company: Company, **update: Any) -> Company:
    values: dict[str, Any] = {
        "id": named("avg", str(len(company.statements()))),
        "issuer": "self",
        "evidence_class": EvidenceClass.DERIVED,
        "basis": Basis.ACTUAL,
        "owner": OWNER,
        "part": "PACK",
        "plant": "P-CA",
        "category": Category.CORE_GROUP.value,
        "counts": "all",
        "members": ("PACK at P-CA", "PACK2 at P-CA"),
        "snapshots": (named("snap", "1"), named("snap", "2")),
        "outcome": "met",
        "worksheet": DIGEST,
        "rule_set": LAW.content_hash,
        "program": "1",
        "as_of": 0,
        **YEAR,
        **update,
    }
    company.add("core_averages", Average(**values))
    return company


def again(company: Company, part: str = "PACK2", **update: Any) -> None:
    values: dict[str, Any] = {
        "id": named("snap", "later"), "issuer": "self", "basis": Basis.ACTUAL, "owner": OWNER, "part": part,
        "plant": "P-CA", "event": "production", "outcome": "met", "worksheet": DIGEST, "worksheet_root": DIGEST,
        "worksheet_lines": 1, "seed": DIGEST, "rule_set": LAW.content_hash, "program": "1", "as_of": 1,
        **YEAR, **update,
    }  # fmt: skip
    company.add("core_determinations", Snapshot(**values))


def panel(found: Worksheet) -> View:
    return next(view for view in found.views if view.name == "Core parts in the content of the vehicle")


def test_a_core_part_short_by_itself_fails_the_limb_without_an_average() -> None:
    found = result(short())
    assert limb(found, "core parts").outcome is Outcome.NOT_MET
    assert core(found, "PACK").outcome is Outcome.NOT_MET


def test_an_average_that_holds_makes_each_part_in_it_originate() -> None:
    company = averaged(short())
    found = result(company)
    assert limb(found, "core parts").outcome is Outcome.MET
    part = core(found, "PACK")
    assert (part.outcome, part.way) == (Outcome.MET, "average of core parts")
    (row,) = [row for row in found.findings if row.test.startswith("average of core parts, ")]
    assert company.facts["core_averages"][0].ref in row.rests_on
    assert any("s.14(12)" in law.source for law in row.law)


def test_a_super_core_that_leaves_out_a_core_part_of_the_vehicle_says_nothing() -> None:
    company = averaged(short(), category=Category.SUPER_CORE.value, members=("PACK at P-CA", "ELSE at P-CA"))
    found = core(result(company), "PACK")
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "leaves out a core part" in found.reason


def test_a_super_core_of_every_core_part_speaks_for_each() -> None:
    company = averaged(short(), category=Category.SUPER_CORE.value)
    averages = CoreAverages(company.inputs(), LAW)
    said = averages.of("PACK", "P-CA", frozenset({"PACK at P-CA", "PACK2 at P-CA"}))
    assert said is not None
    assert said.met
    bought = averages.of("PACK", "P-CA", frozenset({"PACK at P-CA", None}))
    assert bought is not None
    assert not bought.met


def test_in_the_content_of_the_vehicle_it_counts_as_regional_under_the_panels_reading_only() -> None:
    # under the reading of the United States the cells count, 300; with the radio 1300 of 5000, 74 %
    found = result(averaged(short()))
    assert material(found, "CELL").counted == 300
    assert "average of core parts only" in panel(found).shown
    assert "80.00 %" in panel(found).shown


@pytest.mark.parametrize(
    ("update", "outcome"),
    [
        pytest.param({"outcome": "not_met"}, Outcome.NOT_MET, id="does-not-exceed"),
        pytest.param({"outcome": "not_determinable"}, Outcome.NOT_DETERMINABLE, id="open"),
        pytest.param({"members": ("PACK2 at P-CA",)}, Outcome.NOT_MET, id="other-parts"),
        pytest.param({"members": ("PACK at P-MX",)}, Outcome.NOT_MET, id="another-plant"),
        pytest.param({"period_to": date(2023, 5, 31)}, Outcome.NOT_MET, id="two-months-of-three"),
        pytest.param({"basis": Basis.ESTIMATE}, Outcome.NOT_MET, id="estimates"),
        pytest.param({"rule_set": DIGEST}, Outcome.NOT_DETERMINABLE, id="another-rule-set"),
        pytest.param({"counts": "exported", "aim": ("US",)}, Outcome.NOT_MET, id="exported-units-only"),
        pytest.param(
            {"counts": "all, for vehicles of the same class and plant as OTHER"}, Outcome.NOT_MET, id="other-vehicles"
        ),
    ],
)
def test_an_average_that_does_not_speak_for_the_part_carries_nothing(update: dict[str, Any], outcome: Outcome) -> None:
    found = result(averaged(short(), **update))
    assert limb(found, "core parts").outcome is outcome


def test_an_average_over_parts_for_some_vehicles_speaks_for_those_of_their_programme() -> None:
    company = averaged(short(), counts="all, for vehicles of the same class and plant as EV-SPECIMEN")
    assert limb(result(company), "core parts").outcome is Outcome.NOT_MET
    company.change("uses", lambda use: True, programme="EV-SPECIMEN")
    assert limb(result(company), "core parts").outcome is Outcome.MET


def test_an_average_on_estimates_speaks_for_an_estimate() -> None:
    company = averaged(short(), basis=Basis.ESTIMATE)
    company.change("costs", lambda line: True, figures=Basis.ESTIMATE)
    assert limb(result(company, basis=Basis.ESTIMATE), "core parts").outcome is Outcome.MET


def test_the_last_average_of_a_category_stands() -> None:
    company = averaged(averaged(short()), outcome="not_met")
    assert limb(result(company), "core parts").outcome is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("update", "old"),
    [
        pytest.param({}, True, id="of-its-period"),
        pytest.param({"part": "PACK3"}, False, id="of-another-part"),
        pytest.param({"basis": Basis.ESTIMATE}, False, id="on-estimates"),
        pytest.param({"period_to": add_months(LAST, 12)}, False, id="of-other-days"),
    ],
)
def test_a_part_determined_again_makes_the_average_old(update: dict[str, Any], old: bool) -> None:
    company = averaged(short())
    again(company, **update)
    found = limb(result(company), "core parts")
    assert found.outcome is (Outcome.NOT_DETERMINABLE if old else Outcome.MET)
    assert ("PACK2 was determined again" in found.reason) is old


def test_a_part_that_originates_by_itself_needs_no_average() -> None:
    found = result(averaged(small_company(), outcome="not_met"))
    assert core(found, "PACK").outcome is Outcome.MET
