"""Alternative staging in a determination, and the general conditions of every good.

The small company's car with its pack made in Korea: the pack's 800 count whole, so that the content is 64 % of 5000
and a core part fails; under the regime 62.5 is enough, and no core part is tested.
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.programme import Powertrain, ProgrammeClass, ProgrammeLine, RoadUse
from evidence.core.statements.regime import StagingAuthorisation
from evidence.core.statements.use import VehicleClass
from evidence.origin.worksheet import Outcome, View, Worksheet
from tests.unit.origin.labor_company import company_with_labor
from tests.unit.origin.small_company import OWNER, Company, limb, material, named, result, rvc, small_company

APPROVAL = b"approval of alternative staging, SPECIMEN"
LIMBS = [
    "alternative staging", "tariff change", "regional value content", "core parts", "labour value content", "steel",
    "aluminum", "general conditions", "parts of Table A.1 under alternative staging",
]  # fmt: skip


def korean() -> Company:
    company = small_company()
    company.change("sites", lambda site: site.site == "P-CA", country="KR")
    return company


def authorised(company: Company, number: str = "A-1", **update: Any) -> Company:
    values: dict[str, Any] = {
        "id": named("staging", f"{number} {len(company.statements())}"),
        "issuer": "self",
        "number": number,
        "producer": OWNER,
        "authority": "the approving authority",
        "authorised_on": date(2020, 6, 1),
        "models": ("SPECIMEN ONE",),
        "terms": "as in the approval",
        "regional_value_percent": Decimal("62.5"),
        "labour_value_percent": Decimal(25),
        "steel_exempt": False,
        "aluminum_exempt": False,
        "document": hashlib.sha256(APPROVAL).hexdigest(),
        "valid_from": date(2020, 7, 1),
        "valid_to": date(2025, 6, 30),
        **update,
    }
    company.add("authorisations", StagingAuthorisation(**values))
    return company


def staged(company: Company | None = None, **update: Any) -> Company:
    company = authorised(company or korean(), **update)
    company.change("uses", lambda use: True, programme="EV-SPECIMEN")
    line = ProgrammeLine(
        programme="EV-SPECIMEN", producer=OWNER, plant="P-MX", model_line="SPECIMEN ONE",
        programme_class=ProgrammeClass.PASSENGER_VEHICLE, road_use=RoadUse.ON_ROAD, powertrain=Powertrain.ELECTRIC,
        model_years=("2023",), applies_from=date(2023, 1, 1), shown_by="production plan",
    )  # fmt: skip
    company.add("programmes", line, "programmes-1")
    return company


def regime(worksheet: Worksheet) -> View:
    return next(view for view in worksheet.views if view.name == "Under alternative staging")


def test_what_is_made_outside_the_region_counts_whole_whoever_makes_it() -> None:
    found = result(korean())
    assert material(found, "PACK").counted == 800
    assert rvc(found).figure == 64
    assert limb(found, "core parts").outcome is Outcome.NOT_MET


def test_an_authorisation_on_record_is_shown_beside_the_result() -> None:
    found = result(staged())
    assert found.outcome is Outcome.NOT_MET
    assert regime(found).outcome is Outcome.MET


def test_an_elected_regime_decides_with_its_own_limbs() -> None:
    company = staged()
    company.elect("alternative staging", "used")
    found = result(company)
    assert found.outcome is Outcome.MET
    assert list(dict.fromkeys(row.limb for row in found.findings)) == LIMBS
    assert (rvc(found).figure, rvc(found).bound) == (Decimal(64), Decimal("62.5"))
    assert "approval A-1" in rvc(found).law[0].source
    choice = next(choice for choice in found.choices if choice.name == "alternative staging")
    assert (choice.choice, choice.is_default) == ("used", False)


@pytest.mark.parametrize(
    ("update", "outcome", "said"),
    [
        pytest.param({"models": ("SPECIMEN TWO",)}, Outcome.NOT_MET, "covers SPECIMEN TWO", id="model"),
        pytest.param({"valid_to": date(2023, 5, 31)}, Outcome.NOT_MET, "period", id="period"),
        pytest.param({"valid_from": date(2023, 5, 1)}, Outcome.NOT_MET, "hold from 2023-05-01", id="from-later"),
        pytest.param({"regional_value_percent": Decimal(65)}, Outcome.NOT_MET, "less than 65", id="figure"),
        pytest.param({"cap_units": Decimal(100)}, Outcome.NOT_DETERMINABLE, "is not known", id="cap"),
    ],
)
def test_terms_that_do_not_cover_the_vehicle_help_nothing(update: dict[str, Any], outcome: Outcome, said: str) -> None:
    company = staged(**update)
    company.elect("alternative staging", "used")
    found = result(company)
    assert found.outcome is outcome
    assert said in found.summary


@pytest.mark.parametrize(
    ("used", "outcome"), [("100", Outcome.MET), ("101", Outcome.NOT_MET), ("many", Outcome.NOT_DETERMINABLE)]
)
def test_the_cap_counts_the_vehicles_stated_so_far(used: str, outcome: Outcome) -> None:
    company = staged(cap_units=Decimal(100))
    company.elect("alternative staging, vehicles so far", used)
    assert regime(result(company)).outcome is outcome


def test_an_amendment_of_the_same_number_changes_the_terms_from_its_day() -> None:
    company = authorised(
        staged(), valid_from=date(2023, 1, 1), authorised_on=date(2022, 12, 1), regional_value_percent=Decimal(70)
    )
    assert regime(result(company)).outcome is Outcome.NOT_MET


def test_two_authorisations_leave_it_open_which_one_binds() -> None:
    shown = regime(result(authorised(staged(), "A-2")))
    assert shown.outcome is Outcome.NOT_DETERMINABLE
    assert "A-1, A-2" in shown.shown


def test_an_elected_regime_without_an_authorisation_on_record_is_not_determinable() -> None:
    company = small_company()
    company.elect("alternative staging", "used")
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "0 authorisations" in found.summary


def test_an_exemption_stands_in_place_of_the_certification() -> None:
    company = staged(aluminum_exempt=True)
    company.drop("vehicle_certifications", lambda form: form.certification_kind is VehicleCertificationKind.ALUMINUM)
    assert regime(result(company)).outcome is Outcome.MET


def test_without_the_vehicles_model_line_the_regime_is_not_determinable() -> None:
    company = staged()
    company.drop("programmes", lambda line: True)
    assert regime(result(company)).outcome is Outcome.NOT_DETERMINABLE


def test_heavy_trucks_may_use_it_under_the_other_reading_only() -> None:
    company = staged()
    company.change("uses", lambda use: True, vehicle_class=VehicleClass.HEAVY_TRUCK)
    company.change("classifications", lambda line: line.part == "EV1", code="870423", hs_edition="HS2012")
    assert regime(result(company)).outcome is Outcome.NOT_MET
    company.elect("heavy-truck-staging", "as-authorised")
    assert regime(result(company)).outcome is Outcome.MET


def test_a_plant_outside_the_region_fails_the_good_and_an_unknown_one_leaves_it_open() -> None:
    company = small_company()
    company.change("sites", lambda site: site.site == "P-MX", country="BR")
    found = result(company)
    assert limb(found, "general conditions").outcome is Outcome.NOT_MET
    company.drop("sites", lambda site: site.site == "P-MX")
    assert limb(result(company), "general conditions").outcome is Outcome.NOT_DETERMINABLE


def test_conditions_that_a_determination_cannot_see_are_listed_with_their_texts() -> None:
    found = result(small_company())
    assert found.outcome is Outcome.MET
    listed = {row.test: row for row in found.findings if row.limb == "general conditions"}
    assert "checked for each shipment" in listed["transit"].reason
    assert "not computed" in listed["nothing circumvents the rules of origin"].reason
    assert any("s.11(b)" in law.source for law in listed["nothing circumvents the rules of origin"].law)
    assert "general conditions" not in found.summary


@pytest.mark.parametrize(
    ("percent", "outcome"),
    [
        pytest.param("25", Outcome.MET, id="of-the-regime"),
        pytest.param("40.27", Outcome.MET, id="of-the-approval"),
        pytest.param("40.28", Outcome.NOT_MET, id="above-what-is-reached"),
    ],
)
def test_a_computed_labor_value_is_held_against_the_percentage_of_the_approval(percent: str, outcome: Outcome) -> None:
    # 40.2727 percent by the figures of `company_with_labor`, of which 27.2727 of material and manufacturing
    company = staged(company_with_labor(), labour_value_percent=Decimal(percent))
    company.elect("alternative staging", "used")
    assert limb(result(company), "labour value content").outcome is outcome
