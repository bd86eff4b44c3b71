"""Labor value content from the records on file, over the small company; every figure is worked out by hand beside it.

EV1 at P-MX, April to June 2023, on the figures of the fiscal year before (threshold 36, of which at least 21):

    purchases 100000; labor at P-MX 10000; frames 15000 and motors 5000 (100000 MXN at 0.05) at the rate
    (10000 + 15000 + 5000) / (100000 + 10000) = 27.2727 percent; technology 4200 + 600 of 60000 is 8 points; packs of
    P-CA at 25000 a year carry 5 points: 40.2727 percent
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.base import Basis
from evidence.core.statements.certification import VehicleCertificationKind, VehicleCertificationStatus
from evidence.core.statements.election import Election
from evidence.core.statements.labour import LabourInput
from evidence.core.statements.use import UseClass, VehicleClass
from evidence.core.statements.wage import WageScope
from evidence.errors import MalformedValue
from evidence.origin.labor_election import AVERAGING
from evidence.origin.labor_lines import FORMULA, LABOR, PERIOD
from evidence.origin.question import Event
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.labor_company import (
    FIRST,
    LIMB,
    PLANTS,
    THIS,
    certificate,
    company_with_labor,
    figure,
)
from tests.unit.origin.small_company import LAW, Company, cell, limb, named, result, small_company
from tests.unit.origin.small_home import make_home, record_company


def test_the_content_is_worked_out_and_stands_beside_the_certification() -> None:
    found = result(company_with_labor())
    assert limb(found, LIMB).outcome is Outcome.MET
    assert cell(found, "lvc.high_wage") == 30000
    assert cell(found, "lvc.whole") == 110000
    assert cell(found, "lvc.share") == Decimal("27.2727")  # 30000 / 110000
    assert cell(found, "lvc.technology") == 8
    assert cell(found, "lvc.assembly") == 5
    assert cell(found, "lvc.total") == Decimal("40.2727")
    shown = [row.shown for row in found.findings if row.limb == LIMB]
    assert "40.27 % (at least 36 %)" in shown
    assert "27.27 % (at least 21 %)" in shown
    assert any("properly filed" in each for each in shown)
    assert [gap for gap in found.gaps if "labor value" in gap.effect] == []


def test_technology_wages_at_a_site_that_is_not_on_record_are_not_taken_for_regional() -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: line.labour_input is LabourInput.RESEARCH_WAGES, plant="P-XX")
    assert limb(result(company), LIMB).outcome is not Outcome.MET


def test_every_figure_names_its_cells_or_the_records_it_rests_on() -> None:
    found = result(company_with_labor())
    known = {each.id for each in found.cells} | {each.ref for each in found.inputs}
    for each in found.cells:
        if each.id.startswith(("lvc.", "L0")):
            assert set(each.rests_on) <= known, each.id
            assert each.rests_on or each.formula == "none", each.id
    motors = next(each for each in found.cells if each.label.startswith("high-wage material MOTOR"))
    assert motors.formula == "100000 MXN x 0.05"
    assert len(motors.rests_on) == 3  # the figure, the rate, the plant's certificate
    technology = next(each for each in found.cells if each.id == "lvc.technology")
    assert technology.formula.startswith("(L0005 + L0006) / (L0007) x 100")


def test_hours_and_wages_of_a_plant_are_not_in_the_worksheet() -> None:
    company = company_with_labor()
    company.change(
        "wage_certificates",
        lambda form: form.plant == "W-US",
        direct_hours=Decimal("1234.5"),
        base_wages=Decimal("19753.37"),
    )
    found = result(company)
    assert b"1234.5" not in found.to_bytes()
    assert b"19753.37" not in found.to_bytes()
    assert b"16.0011" not in found.to_bytes()  # 19753.37 / 1234.5
    row = next(row for row in found.findings if row.limb == LIMB)
    assert row.outcome is Outcome.MET


def test_without_figures_the_limb_rests_on_the_certification_alone() -> None:
    row = limb(result(small_company()), LIMB)
    assert (row.outcome, "not computed here" in row.reason) == (Outcome.MET, True)


def test_a_certification_does_not_carry_a_content_that_is_too_low() -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: line.labour_input is LabourInput.PURCHASES, amount=Decimal(200000))
    found = result(company)
    # 30000 / 210000 = 14.2857, 27.2857 with the credits; 23 percent of 210000 is 48300
    assert limb(found, LIMB).outcome is Outcome.NOT_MET
    assert found.outcome is Outcome.NOT_MET
    assert cell(found, "lvc.wanting") == 18300


def test_a_content_that_is_reached_does_not_stand_without_a_certification() -> None:
    company = company_with_labor()
    company.change(
        "vehicle_certifications",
        lambda form: form.certification_kind is VehicleCertificationKind.LABOUR_VALUE,
        status=VehicleCertificationStatus.INVALIDATED,
    )
    assert limb(result(company), LIMB).outcome is Outcome.NOT_DETERMINABLE


def test_what_is_not_certified_counts_as_nothing_and_is_a_gap_with_its_effect() -> None:
    company = company_with_labor()
    company.drop("wage_certificates", lambda form: form.plant == "W-US")
    found = result(company)
    assert cell(found, "lvc.high_wage") == 15000
    # 15000 / 110000 = 13.6363; the frames would have been 13.6364 more
    gap = next(gap for gap in found.gaps if gap.what.startswith("high-wage material FRAME"))
    assert (gap.owner, gap.defeats) == ("S-1", True)
    assert "no wage certificate WAGE-W-US of W-US is on file" in gap.what
    assert gap.effect == "counted as nothing of labor value content; at most 13.64 points"
    assert limb(found, LIMB).outcome is Outcome.NOT_MET


@pytest.mark.parametrize(
    ("plant", "update", "said"),
    [
        pytest.param("W-US", {"base_wages": Decimal("15999.99")}, "less than 16 USD", id="a-cent-under-the-rate"),
        pytest.param("W-MX", {"base_wages": Decimal(294219)}, "less than 294.22 MXN", id="under-the-rate-of-mexico"),
        pytest.param("W-US", {"currency": "MXN"}, "wanted USD", id="wages-in-another-currency"),
        pytest.param("W-US", {"scope": WageScope.TRANSPORT}, "is of transport", id="of-transport-only"),
        pytest.param("W-US", {"meets_rate": False}, "says it is not", id="says-itself-that-it-does-not"),
        pytest.param("W-US", {"period_from": date(2021, 10, 1)}, "not for the whole of", id="six-months-hold-six"),
        pytest.param(
            "W-US", {"valid_from": FIRST, "valid_to": date(2022, 9, 30)}, "not for the whole of", id="states-less"
        ),
        pytest.param("W-US", {"direct_hours": Decimal(0), "base_wages": Decimal(0)}, "not known", id="no-hours"),
        pytest.param("W-US", {"average_wage": Decimal("16.01")}, "not its wages over its hours", id="another-average"),
        pytest.param("W-MX", {"rate": Decimal(16)}, "not the rate of MX", id="another-rate"),
    ],
)  # fmt: skip
def test_a_plant_not_shown_to_pay_the_rate_is_not_high_wage(plant: str, update: dict[str, Any], said: str) -> None:
    company = company_with_labor()
    company.change("wage_certificates", lambda form: form.plant == plant, **update)
    gap = next(gap for gap in result(company).gaps if gap.what.startswith("high-wage material"))
    assert said in gap.what


def test_a_plant_whose_site_lies_outside_the_region_is_not_high_wage() -> None:
    company = company_with_labor()
    company.change("sites", lambda site: site.site == "W-US", country="KR")
    gap = next(gap for gap in result(company).gaps if gap.what.startswith("high-wage material FRAME"))
    assert "outside the region" in gap.what


def test_a_material_inside_a_counted_one_is_counted_once() -> None:
    company = company_with_labor()
    figure(
        company, LabourInput.HIGH_WAGE_MATERIAL, "tubes", entity="S-3", amount=4000, owner="MAKER", part="TUBE",
        nested_in_part="FRAME", plant="W-US", wage_certificate="WAGE-W-US", in_annual_purchases=True,
    )  # fmt: skip
    found = result(company)
    assert cell(found, "lvc.materials") == 20000
    assert not [gap for gap in found.gaps if "TUBE" in gap.what]
    company.drop("wage_certificates", lambda form: form.plant == "W-US")
    certificate(company, "W-MX", number="WAGE-TUBE")
    company.change("labor_inputs", lambda line: line.part == "TUBE", plant="W-MX", wage_certificate="WAGE-TUBE")
    assert cell(result(company), "lvc.materials") == 9000  # motors 5000, tubes 4000 in frames that do not count


def test_a_material_that_is_not_in_the_annual_purchases_is_not_in_their_share() -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: line.part == "FRAME", in_annual_purchases=False)
    assert cell(result(company), "lvc.materials") == 5000


@pytest.mark.parametrize(
    ("kind", "update", "said"),
    [
        pytest.param(LabourInput.PURCHASES, {"period_to": date(2023, 3, 30)}, "2023-03-31 are not", id="a-day-open"),
        pytest.param(LabourInput.PURCHASES, {"currency": "EUR"}, "no rate of EUR", id="no-rate"),
        pytest.param(LabourInput.PURCHASES, {"figures": Basis.ESTIMATE}, "actual figures are asked", id="an-estimate"),
    ],
)  # fmt: skip
def test_a_denominator_that_is_not_known_leaves_the_content_open(
    kind: LabourInput, update: dict[str, Any], said: str
) -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: line.labour_input is kind, **update)
    found = result(company)
    assert limb(found, LIMB).outcome is Outcome.NOT_DETERMINABLE
    assert any(said in row.reason for row in found.findings if row.limb == LIMB)


def test_two_lines_of_one_thing_that_overlap_are_named() -> None:
    company = company_with_labor()
    figure(company, LabourInput.PURCHASES, "again", amount=1, plant="P-MX", period_from=date(2023, 1, 1))
    found = limb(result(company), LIMB)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "are both annual purchases of MAKER for 2023-01-01" in found.reason


def test_production_wages_that_leave_a_month_open_earn_no_credit() -> None:
    company = company_with_labor()
    company.change(
        "labor_inputs", lambda line: line.labour_input is LabourInput.PRODUCTION_WAGES, period_to=date(2023, 2, 28)
    )
    assert cell(result(company), "lvc.technology") == 0


def test_another_plant_s_capacity_needs_a_contract() -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: line.capacity is not None, entity="S-9")
    assert cell(result(company), "lvc.assembly") == 0
    lasting = {"contract": "C-1", "contract_from": date(2022, 1, 1), "contract_to": date(2024, 12, 31)}
    company.change("labor_inputs", lambda line: line.capacity is not None, **lasting)
    assert cell(result(company), "lvc.assembly") == 5


def test_the_credit_wants_the_wages_of_the_whole_plant() -> None:
    company = company_with_labor()
    company.change("wage_certificates", lambda form: form.plant == "P-CA", scope=WageScope.DIRECT_PRODUCTION)
    assert cell(result(company), "lvc.assembly") == 0


def over_the_quarter() -> Company:
    """The same, with figures of the quarter asked about, whose net cost is 50000."""
    company = small_company()
    quarter = {"period_from": date(2023, 4, 1), "period_to": date(2023, 6, 30)}
    figure(company, LabourInput.HIGH_WAGE_LABOUR, "labor", amount=5000, plant="P-MX", wage_certificate="W", **quarter)
    figure(
        company, LabourInput.HIGH_WAGE_MATERIAL, "frames", amount=13000, plant="P-MX", owner="MAKER", part="BODY",
        wage_certificate="W", **quarter,
    )  # fmt: skip
    certificate(company, "P-MX", number="W", **THIS)
    return company


def test_over_the_days_asked_about_the_share_is_of_net_cost() -> None:
    found = result(over_the_quarter())
    # (5000 + 13000) / 50000 = 36: no credit, and the total of June 2023 exactly
    assert cell(found, "lvc.share") == 36
    assert next(each for each in found.cells if each.id == "lvc.share").rests_on == ("lvc.high_wage", "net_cost")
    assert limb(found, LIMB).outcome is Outcome.MET


def test_an_elected_formula_period_and_place_of_labor_are_followed_and_printed() -> None:
    company = company_with_labor()
    company.elect(LABOR, "in neither term")
    found = result(company)
    assert cell(found, "lvc.share") == 20  # 20000 / 100000
    assert {choice.name for choice in found.choices} >= {LABOR, FORMULA, PERIOD, "assembly-capacity"}
    company.elect(FORMULA, "net cost")
    assert limb(result(company), LIMB).outcome is Outcome.NOT_DETERMINABLE
    company.elect(FORMULA, "by weight")
    assert "elect one of net cost, annual purchase value" in limb(result(company), LIMB).reason


def test_figures_of_no_period_of_the_law_say_which_ones_there_are() -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: True, period_to=date(2023, 4, 2))
    reason = limb(result(company), LIMB).reason
    assert "previous calendar year, 2022-01-01..2022-12-31" in reason


def test_the_other_reading_of_capacity_is_a_view() -> None:
    found = result(company_with_labor())
    seen = next(view for view in found.views if view.option == "originating")
    # 27.2727 + 8 of 36
    assert (seen.outcome, seen.shown) == (Outcome.NOT_MET, "35.27 % (at least 36 %)")


def test_a_recorded_capacity_of_originating_goods_answers_the_other_reading() -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: line.capacity is not None, originating_capacity=Decimal(25000))
    found = result(company)
    seen = next(view for view in found.views if view.option == "originating")
    assert (seen.outcome, seen.shown) == (Outcome.MET, "40.27 % (at least 36 %)")
    assert cell(found, next(each.id for each in found.cells if each.id.endswith(".originating"))) == 25000
    company.change("labor_inputs", lambda line: line.capacity is not None, originating_capacity=Decimal(24999))
    seen = next(view for view in result(company).views if view.option == "originating")
    assert seen.outcome is Outcome.NOT_MET


def test_no_more_capacity_originates_than_there_is() -> None:
    with pytest.raises(MalformedValue, match="originating_capacity: found '11', wanted at most 10"):
        figure(
            Company(), LabourInput.ASSEMBLY_CAPACITY, "capacity", currency=None, assembles="engines", capacity=10,
            originating_capacity=11,
        )  # fmt: skip


def test_a_figure_of_another_programme_is_left_out() -> None:
    company = company_with_labor()
    company.change("uses", lambda use: True, programme="ARROYO")
    company.change("labor_inputs", lambda line: line.part == "FRAME", programme="OTHER")
    assert cell(result(company), "lvc.materials") == 5000


LOADS = ("labor", "frames", "motors", "corporate", "capacity", "rates-1")


@pytest.mark.parametrize("withheld", [*LOADS, "certificates"])
@pytest.mark.parametrize("purchases", [100000, 121000, 200000])
def test_withholding_what_speaks_for_the_content_never_improves_a_limb(withheld: str, purchases: int) -> None:
    company = company_with_labor()
    company.change("labor_inputs", lambda line: line.labour_input is LabourInput.PURCHASES, amount=Decimal(purchases))
    before = result(company)
    names = [withheld]
    if withheld == "certificates":
        names = [name for name in company.statements() if name.startswith(("wage-", "vcert-"))]
    for name in names:
        after = result(company, without=name)
        assert _met(after) <= _met(before), name
        if "lvc.total" in {each.id for each in after.cells}:
            assert cell(after, "lvc.total") <= cell(before, "lvc.total"), name


def _met(worksheet: Worksheet) -> set[str]:
    first: dict[str, Outcome] = {}
    for row in worksheet.findings:
        first.setdefault(row.limb, row.outcome)
    return {name for name, outcome in first.items() if outcome is Outcome.MET}


def test_the_order_of_loads_does_not_matter() -> None:
    company = company_with_labor()
    before = result(company)
    company.facts["labor_inputs"].reverse()
    after = result(company)
    totals = ("lvc.high_wage", "lvc.share", "lvc.technology", "lvc.total")
    assert [cell(before, each) for each in totals] == [cell(after, each) for each in totals]
    assert VehicleClass.PASSENGER_VEHICLE.value == after.good.vehicle_class


def heavy_truck() -> Company:
    """The same as a heavy truck, with dearer radios: net cost 61500, non-originating 10 x (2150 + 200) = 23500."""
    company = company_with_labor()
    company.change("uses", lambda use: True, vehicle_class=VehicleClass.HEAVY_TRUCK)
    company.change("classifications", lambda line: line.part == "EV1", code="870120", hs_edition="HS2012")
    company.change("purchases", lambda line: line.part == "RADIO", price=Decimal(2150))
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 38000, amount=Decimal(49500))
    company.change("labor_inputs", lambda line: line.part == "FRAME", amount=Decimal(21300))
    return company


def truck(company: Company, on: date = date(2024, 8, 1)) -> Worksheet:
    return result(company, event=Event.EXPORT, on=on)


def test_points_above_thirty_carry_a_heavy_truck_s_content_over_its_percentage() -> None:
    found = truck(heavy_truck())
    # 38000 / 61500 = 61.7886; (10000 + 21300 + 5000) / 110000 = 33; 33 + 8 + 5 = 46
    assert cell(found, "lvc.total") == 46
    assert limb(found, "product rule").outcome is Outcome.MET
    row = next(row for row in found.findings if "with the credit" in row.test and row.figure is not None)
    assert (row.figure, row.bound) == (Decimal("64.7886"), Decimal(64))
    assert row.shown == "61.78 % and 3.00 points (at least 64 %)"
    assert {"net_cost", "vnm", "lvc.share"} <= set(row.rests_on)
    assert found.summary.startswith("Regional value content 61.78 % and 3.00 points (at least 64 %).")
    assert any(choice.name == "heavy-credit-floor" for choice in found.choices)


@pytest.mark.parametrize(
    ("field", "chosen", "update"),
    [
        pytest.param("labor_inputs", "research and development wages", {"amount": Decimal(0)}, id="45-or-less"),
        pytest.param(
            "vehicle_certifications",
            "labour value content",
            {"status": VehicleCertificationStatus.INVALIDATED},
            id="not-certified",
        ),
    ],
)  # fmt: skip
def test_without_more_than_45_certified_there_is_no_credit(field: str, chosen: str, update: dict[str, Any]) -> None:
    company = heavy_truck()
    names = ("labour_input", "certification_kind")
    company.change(field, lambda one: any(getattr(one, name, None) == chosen for name in names), **update)
    found = truck(company)
    assert limb(found, "product rule").outcome is Outcome.NOT_MET
    assert not any("with the credit" in row.test for row in found.findings)


def test_the_credit_ends_before_july_2027() -> None:
    assert limb(truck(heavy_truck(), date(2027, 6, 30)), "product rule").outcome is Outcome.MET
    assert limb(truck(heavy_truck(), date(2027, 7, 1)), "product rule").outcome is Outcome.NOT_MET


SAID = (
    "category=class and plant; basis=all vehicles; period=previous fiscal year; estimate=40; producer=Maker; address=A"
)


def elect_average(company: Company, filed_on: date, said: str = SAID, made_on: date = date(2023, 3, 1)) -> None:
    company.add(
        "elections",
        Election(
            id=named("elect", f"average {len(company.statements())}"), issuer="self", election=AVERAGING, choice=said,
            owner="MAKER", plant="P-MX", made_on=made_on, filed_with="CBP", event_date=filed_on, irrevocable=True,
            signer="Authorised signer", valid_from=date(2023, 4, 1), valid_to=date(2024, 3, 31),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("filed_on", "outcome"),
    [
        pytest.param(date(2023, 3, 22), Outcome.MET, id="ten-days-before-the-year"),
        pytest.param(date(2023, 3, 23), Outcome.NOT_MET, id="nine-days-before-the-year"),
    ],
)
def test_an_election_to_average_is_held_to_its_day(filed_on: date, outcome: Outcome) -> None:
    company = company_with_labor()
    elect_average(company, filed_on)
    assert limb(result(company), LIMB).outcome is outcome


def test_an_election_that_a_later_one_contradicts_is_a_finding_and_stands() -> None:
    company = company_with_labor()
    elect_average(company, date(2023, 3, 1))
    elect_average(company, date(2023, 3, 2), SAID.replace("fiscal", "calendar"), date(2023, 3, 2))
    found = result(company)
    row = next(row for row in found.findings if row.test.endswith("unchanged"))
    assert (row.outcome, "stands" in row.reason) == (Outcome.NOT_MET, True)
    assert cell(found, "lvc.total") == Decimal("40.2727")


def test_an_election_that_cannot_be_read_says_what_is_wanted() -> None:
    company = company_with_labor()
    elect_average(company, date(2023, 3, 1), "the usual way")
    found = result(company)
    assert limb(found, LIMB).outcome is Outcome.NOT_DETERMINABLE
    assert any("name=value" in row.reason for row in found.findings if row.limb == LIMB)


def test_the_records_are_gathered_with_what_they_name_and_a_snapshot_replays_to_the_same_bytes(tmp_path: Path) -> None:
    company = company_with_labor()
    figure(company, LabourInput.PURCHASES, "old", amount=1, period_from=date(2020, 7, 1), period_to=date(2020, 12, 31))
    certificate(company, "W-US", number="WAGE-OTHER")
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
        kept = record_snapshot(handle, found, handle.clock.now())
        assert replay(handle, kept.snapshot, LAW, "1").same
    assert cell(found.worksheet, "lvc.total") == Decimal("40.2727")
    assert len(found.inputs.labor_inputs) == 8
    assert {fact.value.number for fact in found.inputs.wage_certificates} == {f"WAGE-{plant}" for plant in PLANTS}
    assert {"labour-value-input", "wage-certificate"} <= {each.kind for each in found.worksheet.inputs}


def test_a_part_has_no_labor_value_content(tmp_path: Path) -> None:
    company = company_with_labor()
    company.change("uses", lambda use: True, use=UseClass.OE_LIGHT, vehicle_class=None)
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
    assert found.inputs.labor_inputs == ()
