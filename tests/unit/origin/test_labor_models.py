"""Labor value content by net cost where a plant makes several vehicles; every figure is worked out by hand beside it.

EV1 over April to June 2023 has a net cost of 50000, with 5000 of labor and 13000 of its body made at the rate: 36
percent alone. EV2 of the same plant costs 10000 net: 18000 of 60000 is 30 percent of both.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.election import Election
from evidence.core.statements.labour import LabourInput
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import Powertrain, ProgrammeClass, ProgrammeLine, RoadUse
from evidence.core.statements.use import UseClass, UseLine, VehicleClass
from evidence.core.statements.wage import WageScope
from evidence.origin.labor_election import AVERAGING
from evidence.origin.labor_lines import FORMULA, PERIOD
from evidence.origin.snapshot import determine_in
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.labor_company import LIMB, THIS, certificate, figure
from tests.unit.origin.small_company import LAW, OWNER, Company, bill_line, cell, limb, named, result, small_company
from tests.unit.origin.small_home import make_home, record_company

QUARTER = {"period_from": date(2023, 4, 1), "period_to": date(2023, 6, 30)}
MONTHS = ("2023-04", "2023-05", "2023-06")
CATEGORY = "category=b; basis=all; period=fiscal year to date; estimate=37; producer=Maker; address=A"


def over_the_quarter(**of_lines: Any) -> Company:
    company = small_company()
    figure(
        company, LabourInput.HIGH_WAGE_LABOUR, "labor", amount=5000, plant="P-MX", wage_certificate="W",
        **QUARTER, **of_lines,
    )  # fmt: skip
    figure(
        company, LabourInput.HIGH_WAGE_MATERIAL, "bodies", amount=13000, plant="P-MX", owner="MAKER", part="BODY",
        wage_certificate="W", **QUARTER, **of_lines,
    )  # fmt: skip
    certificate(company, "P-MX", number="W", **THIS)
    return company


def second_car(company: Company, net_cost: int = 10000, made: int = 5, **of_use: Any) -> Company:
    """EV2 made beside EV1, with its use unless that is None, and a net cost."""
    for month in MONTHS:
        line = VolumeLine(owner=OWNER, part="EV2", plant="P-MX", month=month, made=made)
        company.add("volumes", line, "volumes-2")
    company.cost("EV2", "P-MX", "material", Decimal(net_cost - 3000))
    company.cost("EV2", "P-MX", "labour", Decimal(3000))
    values: dict[str, Any] = {"use": UseClass.VEHICLE, "vehicle_class": VehicleClass.PASSENGER_VEHICLE, **of_use}
    if values["use"] is not None:
        use = UseLine(owner=OWNER, part="EV2", shown_by="homologation", applies_from=date(2023, 1, 1), **values)
        company.add("uses", use, "uses-2")
    return company


def elected(company: Company, said: str = CATEGORY) -> Company:
    """An election to average over the fiscal year, and by net cost over the quarter, with the first day's figures."""
    company.add(
        "elections",
        Election(
            id=named("elect", "average"), issuer="self", election=AVERAGING, choice=said, owner=OWNER, plant="P-MX",
            made_on=date(2023, 3, 1), filed_with="CBP", event_date=date(2023, 3, 2), irrevocable=True,
            signer="Authorised signer", valid_from=date(2023, 4, 1), valid_to=date(2024, 3, 31),
        ),
    )  # fmt: skip
    company.elect(PERIOD, "as certified")
    company.elect(FORMULA, "net cost")
    company.change("vehicle_certifications", lambda form: True, calculated_from=date(2023, 4, 1),
                   calculated_to=date(2023, 6, 30))  # fmt: skip
    return company


def reasons(found: Worksheet) -> str:
    return "; ".join(row.reason for row in found.findings if row.limb == LIMB)


def counted(company: Company) -> Decimal:
    return cell(result(company), "lvc.high_wage")


def test_the_wages_of_a_plant_that_makes_two_cars_are_not_those_of_one() -> None:
    assert limb(result(over_the_quarter()), LIMB).outcome is Outcome.MET
    found = result(second_car(over_the_quarter()))
    assert limb(found, LIMB).outcome is Outcome.NOT_MET
    assert cell(found, "lvc.high_wage") == 0
    gap = next(gap for gap in found.gaps if gap.what.startswith("high-wage material BODY"))
    assert "it names no programme, and EV2 is made at P-MX too" in gap.what
    assert gap.effect.endswith("at most 26.00 points")  # 13000 / 50000
    labor = next(each for each in found.cells if each.label.startswith("high-wage labour cost"))
    assert (labor.value, "EV2 is made at P-MX too" in labor.label) == (0, True)


def test_transport_of_no_programme_counts_as_nothing_there_either() -> None:
    company = over_the_quarter()
    figure(
        company, LabourInput.HIGH_WAGE_TRANSPORT, "rail", amount=1000, plant="P-MX", wage_certificate="W", **QUARTER
    )  # fmt: skip
    company.change("wage_certificates", lambda form: True, scope=WageScope.TRANSPORT)
    assert cell(result(company), "lvc.transport") == 1000
    assert cell(result(second_car(company)), "lvc.transport") == 0


@pytest.mark.parametrize(
    ("own", "other", "high_wage"),
    [
        pytest.param("ARROYO", "BRISA", 18000, id="each-a-programme"),
        pytest.param("ARROYO", "ARROYO", 0, id="one-programme-of-both"),
        pytest.param("ARROYO", None, 0, id="the-other-of-no-recorded-programme"),
        pytest.param(None, "BRISA", 0, id="its-own-not-recorded"),
    ],
)
def test_a_line_of_a_programme_is_of_every_vehicle_of_it(own: str | None, other: str | None, high_wage: int) -> None:
    company = second_car(over_the_quarter(programme="ARROYO"), programme=other)
    company.change("uses", lambda use: use.part == "EV1", programme=own)
    assert counted(company) == high_wage


def test_a_line_of_one_vehicle_is_of_that_one_alone() -> None:
    company = second_car(over_the_quarter(programme="ARROYO", vehicle="EV1"), programme="ARROYO")
    company.change("uses", lambda use: use.part == "EV1", programme="ARROYO")
    assert counted(company) == 18000
    company.change("labor_inputs", lambda line: line.part == "BODY", vehicle="EV2")
    assert counted(company) == 5000
    assert cell(result(elected(company)), "lvc.share") == 30  # both count in the average of both


@pytest.mark.parametrize(
    ("update", "high_wage"),
    [
        pytest.param({"made": 0}, 18000, id="not-made-in-the-period"),
        pytest.param({"use": UseClass.OE_LIGHT, "vehicle_class": None}, 18000, id="a-part"),
        pytest.param({"use": None}, 0, id="nothing-is-recorded-of-what-it-is"),
    ],
)
def test_only_what_is_or_may_be_a_vehicle_stands_beside_another(update: dict[str, Any], high_wage: int) -> None:
    assert counted(second_car(over_the_quarter(), **update)) == high_wage


@pytest.mark.parametrize(
    ("plants", "high_wage"),
    [
        pytest.param((), 0, id="nothing-says-where-it-is-made"),
        pytest.param(("P-MX",), 0, id="its-programme-is-of-the-plant"),
        pytest.param(("P-CA",), 18000, id="its-programme-is-of-another-plant"),
        pytest.param(("P-CA", "P-MX"), 0, id="of-both"),
    ],
)
def test_a_vehicle_is_not_made_to_vanish_by_its_volumes(plants: tuple[str, ...], high_wage: int) -> None:
    company = second_car(over_the_quarter(), programme="BRISA")
    company.drop("volumes", lambda line: line.part == "EV2")
    for plant in plants:
        programme = ProgrammeLine(
            programme="BRISA", producer=OWNER, plant=plant, model_line="Brisa",
            programme_class=ProgrammeClass.PASSENGER_VEHICLE, road_use=RoadUse.ON_ROAD,
            powertrain=Powertrain.ELECTRIC, model_years=("2023",), applies_from=date(2023, 1, 1), shown_by="plan",
        )  # fmt: skip
        company.add("programmes", programme, "programmes-1")
    assert counted(company) == high_wage


def test_an_election_to_average_puts_what_counts_over_the_net_cost_of_both() -> None:
    found = result(elected(second_car(over_the_quarter())))
    assert cell(found, "lvc.high_wage") == 18000
    assert cell(found, "lvc.net_cost.2") == 10000
    assert cell(found, "lvc.whole") == 60000
    assert cell(found, "lvc.share") == 30
    whole = next(each for each in found.cells if each.id == "lvc.whole")
    assert (whole.formula, whole.rests_on) == ("net_cost + lvc.net_cost.2", ("net_cost", "lvc.net_cost.2"))
    other = next(each for each in found.cells if each.id == "lvc.net_cost.2")
    assert (other.formula, other.label) == ("lvc.total_cost.2 - lvc.excluded.2", "Net cost of EV2")
    assert "s.18(6), (15)" in other.citation
    assert limb(found, LIMB).outcome is Outcome.NOT_MET  # 30 of the 36 percent of June 2023


def test_lines_of_the_other_programme_count_in_the_average() -> None:
    company = second_car(over_the_quarter(programme="ARROYO"), programme="BRISA")
    company.change("uses", lambda use: use.part == "EV1", programme="ARROYO")
    figure(
        company, LabourInput.HIGH_WAGE_LABOUR, "labor-2", amount=3600, plant="P-MX", wage_certificate="W",
        programme="BRISA", **QUARTER,
    )  # fmt: skip
    assert counted(company) == 18000
    found = result(elected(company))
    assert cell(found, "lvc.share") == 36  # (18000 + 3600) / 60000
    assert limb(found, LIMB).outcome is Outcome.MET


@pytest.mark.parametrize(
    ("said", "update", "why"),
    [
        pytest.param(CATEGORY, {"vehicle_class": None}, "vehicle class of EV2 is not on file", id="of-no-class"),
        pytest.param(CATEGORY.replace("=b", "=a"), {}, "model line of EV1, EV2 is not on file", id="no-model-line"),
        pytest.param(CATEGORY.replace("=b", "=c-class"), {}, "category a (model line", id="over-a-country"),
        pytest.param(CATEGORY.replace("=all", "=exported"), {}, "are of all vehicles", id="of-exports-only"),
    ],
)
def test_a_category_that_cannot_be_told_leaves_the_content_open(said: str, update: dict[str, Any], why: str) -> None:
    found = result(elected(second_car(over_the_quarter(), **update), said))
    assert limb(found, LIMB).outcome is Outcome.NOT_DETERMINABLE
    assert why in reasons(found)


def test_a_net_cost_of_the_category_that_is_not_known_leaves_the_content_open() -> None:
    company = elected(second_car(over_the_quarter()))
    company.drop("costs", lambda line: line.part == "EV2")
    found = result(company)
    assert limb(found, LIMB).outcome is Outcome.NOT_DETERMINABLE
    assert "costs of EV2 at P-MX are on file" in reasons(found)


def test_a_truck_of_the_plant_is_not_of_the_cars_category() -> None:
    found = result(elected(second_car(over_the_quarter(), vehicle_class=VehicleClass.LIGHT_TRUCK)))
    assert cell(found, "lvc.high_wage") == 0
    assert "lvc.whole" not in {each.id for each in found.cells}


def test_the_other_vehicles_of_the_plant_are_gathered_with_their_costs_where_they_are_averaged(tmp_path: Path) -> None:
    company = elected(second_car(over_the_quarter()))
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
    assert cell(found.worksheet, "lvc.share") == 30
    assert {fact.value.part for fact in found.inputs.plant_volumes} == {"EV2"}
    assert {fact.value.part for fact in found.inputs.plant_costs} == {"EV2"}


def test_withholding_a_record_of_either_car_never_improves_the_average_of_both() -> None:
    company = elected(second_car(over_the_quarter(programme="ARROYO"), net_cost=3000, programme="BRISA"))
    company.change("uses", lambda use: use.part == "EV1", programme="ARROYO")
    before = result(company)
    assert cell(before, "lvc.total") == Decimal("33.9622")  # 18000 / 53000, of 36
    for name in ("labor", "bodies", "volumes-1", "volumes-2", "costs-EV1", "costs-EV2", "uses-2"):
        after = result(company, without=name)
        assert limb(after, LIMB).outcome is not Outcome.MET, name
        assert all(each.value <= cell(before, each.id) for each in after.cells if each.id == "lvc.total"), name


def test_a_material_that_no_bill_of_the_vehicle_names_counts_as_nothing_over_net_cost() -> None:
    company = over_the_quarter()
    company.change("labor_inputs", lambda line: line.part == "BODY", part="FRAME")
    found = result(company)
    assert cell(found, "lvc.materials") == 0
    assert any("FRAME" in gap.what for gap in found.gaps)


def test_a_material_built_into_another_good_too_counts_as_nothing_without_its_programme() -> None:
    company = over_the_quarter()
    assert cell(result(company), "lvc.materials") == 13000
    company.add("labor_bills", bill_line("EV9", "P-US", "BODY", 1, None), "bill-EV9")
    assert cell(result(company), "lvc.materials") == 0


def test_a_vehicle_with_volumes_of_another_plant_alone_is_not_made_here(tmp_path: Path) -> None:
    company = over_the_quarter()
    company.add("volumes", VolumeLine(owner=OWNER, part="EV2", plant="P-US2", month="2023-08", made=9), "volumes-2")
    use = UseLine(
        owner=OWNER, part="EV2", shown_by="homologation", applies_from=date(2023, 1, 1), use=UseClass.VEHICLE,
        vehicle_class=VehicleClass.PASSENGER_VEHICLE,
    )  # fmt: skip
    company.add("uses", use, "uses-2")
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
    assert cell(found.worksheet, "lvc.materials") == 13000
