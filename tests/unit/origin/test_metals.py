"""The steel and aluminum limbs computed from purchases on file: what counts, what is missing, what it costs."""

from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.base import Basis
from evidence.core.statements.declaration import DeclarationForm, DeclarationState
from evidence.core.statements.metal import Metal, MetalForm, MetalPurchaseLine, MetalPurpose, MetalValueBasis
from evidence.core.statements.programme import Powertrain, ProgrammeClass, ProgrammeLine, RoadUse
from evidence.core.statements.use import VehicleClass
from evidence.origin.determine import determine
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.origin.worksheet import Cell, Outcome, Worksheet
from evidence.rules.ruleset import RuleSet
from tests.unit.origin.small_company import OWNER, Company, rate, small_company
from tests.unit.origin.small_home import make_home, record_company

LAW = RuleSet.load()
BOUGHT_ON = date(2022, 9, 1)


def bought(company: Company, invoice: str, value: str, statement: str = "metal-1", **update: Any) -> None:
    """A purchase of steel coil that its mill declares, melted and poured in the United States; changed by `update`."""
    values: dict[str, Any] = {
        "producer": OWNER,
        "buyer": OWNER,
        "seller": "MILL",
        "invoice": invoice,
        "invoice_line": 1,
        "purchased_on": BOUGHT_ON,
        "plant": "P-MX",
        "metal": Metal.STEEL,
        "metal_form": MetalForm.DIRECT,
        "tariff_code": "720827",
        "hs_edition": "HS2012",
        "quantity": Decimal(10),
        "unit": "TNE",
        "value": Decimal(value),
        "currency": "USD",
        "value_basis": MetalValueBasis.PRICE_PAID,
        "mill_country": "US",
        "melt_country": "US",
        "pour_country": "US",
        "mill_certificate": f"MC-{invoice} (SPECIMEN)",
        "origin_statement": "COIL-2022",
        "purpose": MetalPurpose.COVERED_VEHICLES,
        **update,
    }
    company.add("metal_purchases", MetalPurchaseLine(**values), statement)


def declared(company: Company, **update: Any) -> str:
    return company.declare(
        "STEEL",
        **{
            "supplier": "MILL",
            "issuer": "MILL",
            "reference": "COIL-2022",
            "hs_code": "720827",
            "valid_from": date(2022, 1, 1),
            "valid_to": date(2022, 12, 31),
            **update,
        },
    )


def company_with(*values: str, **update: Any) -> Company:
    """The small company; its first purchase is supported, the others name no declaration."""
    company = small_company()
    declared(company)
    for number, value in enumerate(values):
        more: dict[str, Any] = {} if number == 0 else {"origin_statement": None}
        bought(company, f"I{number}", value, **more, **update)
    return company


def _is_of(invoice: str, line: MetalPurchaseLine) -> bool:
    return line.invoice == invoice


def steel(worksheet: Worksheet) -> Outcome:
    return next((row.outcome for row in worksheet.findings if row.limb == "steel"), Outcome.NOT_DETERMINABLE)


def cells(worksheet: Worksheet) -> dict[str, Cell]:
    return {cell.id: cell for cell in worksheet.cells if cell.id.startswith(("steel.", "aluminum."))}


@pytest.mark.parametrize(
    ("supported", "outcome"),
    [
        pytest.param("70", Outcome.MET, id="at-seventy"),
        pytest.param("69.99", Outcome.NOT_MET, id="a-cent-under"),
    ],
)
def test_the_limb_is_the_share_of_purchases_and_the_certification_besides(supported: str, outcome: Outcome) -> None:
    company = company_with(supported, str(100 - Decimal(supported)))
    found = determine(company.inputs(), LAW)
    assert steel(found) is outcome
    tests = [row.test for row in found.findings if row.limb == "steel"]
    assert tests == ["steel", "steel purchases that originate", "steel: certification on file"]
    reasons = [row.reason for row in found.findings if row.limb == "steel"]
    assert reasons[2].startswith("on the producer's certification on file, computed besides")
    assert found.outcome is (Outcome.MET if outcome is Outcome.MET else Outcome.NOT_MET)


def test_without_purchases_the_limb_rests_on_the_certification_and_says_so() -> None:
    found = determine(company_with("70", "30").inputs(), LAW)
    assert next(row.reason for row in found.findings if row.limb == "aluminum").startswith(
        "on the producer's certification on file, not computed here"
    )
    assert "Met on computation" in found.summary
    assert "not computed here: labour value content, aluminum." in found.summary


def test_the_cells_add_up_so_that_a_person_can_follow_them() -> None:
    company = company_with("70", "20")
    bought(company, "DB-1", "10", metal_form=MetalForm.DIRECTED_BUY)
    found = cells(determine(company.inputs(), LAW))
    assert {name: cell.value for name, cell in found.items()} == {
        "steel.1": 70,
        "steel.2": 20,
        "steel.3": 10,
        "steel.total": 100,
        "steel.originating": 70,
        "steel.melted": 70,
        "steel.counted": 70,
        "steel.share": 70,
    }
    assert found["steel.total"].formula == "steel.1 + steel.2 + steel.3"
    assert found["steel.originating"].rests_on == ("steel.1",)
    assert "no contract" in found["steel.3"].label
    assert all(cell.rests_on for cell in found.values())


def test_what_is_left_out_is_shown_and_is_in_no_total() -> None:
    company = company_with("70", "30")
    bought(company, "W-1", "500", tariff_code="721710")
    found = cells(determine(company.inputs(), LAW))
    assert (found["steel.3"].value, found["steel.3"].formula) == (
        Decimal(500),
        "sum of 1 purchase line, not in the total",
    )
    assert found["steel.total"].formula == "steel.1 + steel.2"


def test_under_the_steelmaking_rule_what_is_not_melted_in_the_region_is_a_gap() -> None:
    company = company_with("70", "30", melt_country="BR")
    company.change("metal_purchases", lambda line: True, origin_statement="COIL-2022")
    company.change("uses", lambda _: True, applies_to=None)
    found = determine(company.inputs(period_from=date(2027, 7, 1), period_to=date(2027, 9, 30)), LAW)
    (gap,) = [gap for gap in found.gaps if gap.what.startswith("steel of MILL")]
    assert "not shown to be melted in the region" in gap.what
    assert gap.defeats
    assert cells(found)["steel.counted"].formula == "none"


def test_what_supports_nothing_is_a_gap_of_its_seller_with_its_effect() -> None:
    found = determine(company_with("60", "40").inputs(), LAW)
    (gap,) = [gap for gap in found.gaps if gap.what.startswith("steel")]
    assert gap.owner == "MILL"
    assert "it names no declaration of its seller" in gap.what
    assert gap.effect == "40 USD of steel purchases supports nothing, 40.00 points of the share"
    assert gap.defeats


@pytest.mark.parametrize(
    ("update", "why"),
    [
        pytest.param({"accept": False}, "is not yet reviewed", id="not-reviewed"),
        pytest.param({"signed_on": None}, "is not signed", id="not-signed"),
        pytest.param({"valid_to": date(2022, 8, 31)}, "is outside it", id="another-window"),
        pytest.param({"hs_code": "720917"}, "is for 720917", id="another-code"),
        pytest.param({"supplier": "OTHER"}, "is not on file", id="another-seller"),
        pytest.param({"reference": "COIL-2021"}, "is not on file", id="another-reference"),
        pytest.param({"form": DeclarationForm.TARIFF_INPUTS}, "does not say", id="no-word-on-origin"),
    ],
)
def test_a_declaration_that_does_not_hold_supports_nothing_and_the_reason_is_told(
    update: dict[str, Any], why: str
) -> None:
    company = small_company()
    declared(company, **update)
    bought(company, "I0", "100")
    found = determine(company.inputs(), LAW)
    assert steel(found) is Outcome.NOT_MET
    assert why in cells(found)["steel.1"].label


def test_a_declaration_that_ended_before_the_purchase_supports_nothing() -> None:
    company = small_company()
    company.event(declared(company), DeclarationState.WITHDRAWN, date(2022, 8, 1), "adverse")
    bought(company, "I0", "100")
    assert steel(determine(company.inputs(), LAW)) is Outcome.NOT_MET


def test_a_code_of_a_later_edition_without_a_concordance_leaves_the_limb_open() -> None:
    company = company_with("70", "30")
    bought(company, "I9", "1", hs_edition="HS2022")
    found = determine(company.inputs(), LAW)
    assert steel(found) is Outcome.NOT_DETERMINABLE
    assert any("code in the edition of the rules is not known" in cell.label for cell in found.cells) is False


def test_purchases_in_several_currencies_are_converted_at_their_own_days() -> None:
    company = company_with("70")
    bought(company, "I1", "600", origin_statement=None, currency="MXN")
    assert steel(determine(company.inputs(), LAW)) is Outcome.NOT_DETERMINABLE
    company.add("rates", rate("MXN", BOUGHT_ON, "0.05"), "rates-9")
    found = cells(determine(company.inputs(), LAW))
    assert (found["steel.total"].value, found["steel.share"].value) == (Decimal(100), Decimal(70))


def test_one_purchase_booked_twice_counts_once_and_two_that_differ_decide_nothing() -> None:
    company = company_with("70", "30")
    bought(company, "I1", "30", "metal-2", origin_statement=None)
    assert cells(determine(company.inputs(), LAW))["steel.total"].value == 100
    bought(company, "I1", "31", "metal-3", origin_statement=None)
    found = determine(company.inputs(), LAW)
    assert steel(found) is Outcome.NOT_DETERMINABLE
    assert any("MILL I1 line 1 twice" in gap.what for gap in found.gaps)


@pytest.mark.parametrize(
    ("elected", "total"),
    [
        pytest.param(None, 100, id="as-the-certification-was-calculated"),
        pytest.param("previous calendar year", 100, id="previous-calendar-year"),
        pytest.param("previous fiscal year", 100, id="previous-fiscal-year"),
        pytest.param("fiscal year to date", 7, id="to-date"),
        pytest.param("transitional period", 107, id="transitional"),
    ],
)
def test_the_period_is_as_elected_or_as_certified(elected: str | None, total: int) -> None:
    company = company_with("70", "30")
    bought(company, "I7", "7", origin_statement=None, purchased_on=date(2023, 4, 3))
    if elected:
        company.elect("steel period", elected)
    found = determine(company.inputs(), LAW)
    assert cells(found)["steel.total"].value == total
    (choice,) = [choice for choice in found.choices if choice.name == "steel period"]
    assert choice.is_default is (elected is None)
    assert choice.choice == (elected or "as certified")


def test_a_period_that_the_law_does_not_have_leaves_the_limb_open() -> None:
    company = company_with("70", "30")
    company.elect("steel period", "whenever")
    found = determine(company.inputs(), LAW)
    assert steel(found) is Outcome.NOT_DETERMINABLE
    assert any("whenever is elected" in row.reason for row in found.findings)


def test_a_fiscal_year_that_is_not_on_file_leaves_the_limb_open() -> None:
    company = company_with("70", "30")
    company.drop("calendars", lambda calendar: True)
    company.elect("steel period", "previous fiscal year")
    assert steel(determine(company.inputs(), LAW)) is Outcome.NOT_DETERMINABLE


def test_a_narrower_scope_leaves_out_the_other_plants_and_doubts_what_names_none() -> None:
    company = company_with("70", "30")
    company.elect("steel scope", "plant")
    bought(company, "I2", "900", origin_statement=None, plant="P-CA")
    bought(company, "I3", "100", plant=None)
    found = cells(determine(company.inputs(), LAW))
    assert (found["steel.total"].value, found["steel.originating"].value) == (Decimal(200), Decimal(70))


def test_a_programme_is_a_scope_too() -> None:
    company = company_with("70", "30", programme="EV")
    company.elect("steel scope", "programme EV")
    bought(company, "I2", "900", origin_statement=None, programme="TRUCK")
    assert cells(determine(company.inputs(), LAW))["steel.total"].value == 100


@pytest.mark.parametrize(
    ("purpose", "total", "outcome"),
    [
        # 70 supported of 100 = 70 percent; with 100 of steel for tools beside it
        pytest.param(MetalPurpose.TOOLS, 100, Outcome.MET, id="tools-are-left-out"),
        pytest.param(MetalPurpose.OTHER_VEHICLES, 100, Outcome.MET, id="other-vehicles-are-left-out"),
        # not said: in the total of 200, although the mill declares it: 70 / 200 = 35 percent
        pytest.param(None, 200, Outcome.NOT_MET, id="not-recorded-is-in-the-total"),
        # (70 + 100) / 200 = 85 percent
        pytest.param(MetalPurpose.COVERED_VEHICLES, 200, Outcome.MET, id="covered-vehicles-support"),
    ],
)
def test_steel_counts_by_what_it_was_bought_for(purpose: MetalPurpose | None, total: int, outcome: Outcome) -> None:
    company = company_with("70", "30")
    bought(company, "I2", "100", purpose=purpose)
    worksheet = determine(company.inputs(), LAW)
    assert cells(worksheet)["steel.total"].value == total
    assert steel(worksheet) is outcome
    if purpose is None:
        assert "not shown to be bought for passenger vehicles, light trucks or heavy trucks (s.17(4))" in (
            cells(worksheet)["steel.3"].label
        )


def test_steel_for_tools_that_names_the_vehicle_s_own_programme_stays_in_the_total() -> None:
    company = company_with("70", "30")
    programme = ProgrammeLine(
        programme="EV", producer=OWNER, plant="P-MX", model_line="EV", programme_class=ProgrammeClass.PASSENGER_VEHICLE,
        road_use=RoadUse.ON_ROAD, powertrain=Powertrain.ELECTRIC, model_years=("2023",), applies_from=date(2020, 7, 1),
        shown_by="production plan",
    )  # fmt: skip
    company.add("programmes", programme, "programmes-1")
    bought(company, "I2", "100", purpose=MetalPurpose.TOOLS, programme="EV")
    assert cells(determine(company.inputs(), LAW))["steel.total"].value == 200
    company.drop("programmes", lambda _: True)
    assert cells(determine(company.inputs(), LAW))["steel.total"].value == 100


@pytest.mark.parametrize(
    ("elected", "basis", "why"),
    [
        pytest.param("fiscal year to date", Basis.ESTIMATE, "", id="to-date"),
        pytest.param(
            "fiscal year to date", Basis.ACTUAL, "no actual one, and actual figures are asked", id="actual-asked"
        ),
        pytest.param("transitional period", Basis.ESTIMATE, "rests on actual figures", id="a-period-that-is-over"),
        pytest.param(None, Basis.ESTIMATE, "no period to date is elected", id="as-certified"),
    ],
)
def test_estimated_purchases_stand_for_a_period_to_date_alone(elected: str | None, basis: Basis, why: str) -> None:
    company = company_with()
    day = date(2022, 9, 1) if elected is None else date(2023, 4, 20)
    declared(company, reference="COIL-2023", valid_from=date(2023, 1, 1), valid_to=date(2023, 12, 31))
    named = "COIL-2022" if elected is None else "COIL-2023"
    bought(company, "J1", "30", purchased_on=day, origin_statement=None)
    bought(company, "J2", "70", purchased_on=day, origin_statement=named, figures=Basis.ESTIMATE)
    if elected is not None:
        company.elect("steel period", elected)
    worksheet = determine(company.inputs(basis=basis), LAW)
    tested = next(row for row in worksheet.findings if row.test == "steel purchases that originate")
    estimated = cells(worksheet)["steel.estimated"]
    assert estimated.value == 70
    assert "worked out anew from actual costs at the end of the fiscal year (s.17(8), (11))" in estimated.label
    assert any("s.17(8), (11)" in law.source for law in tested.law)
    # of 100 bought 70 originate: 70 percent, where the estimate may stand
    assert tested.outcome is (Outcome.NOT_DETERMINABLE if why else Outcome.MET)
    assert why in tested.reason


def test_an_actual_purchase_needs_no_word_on_its_figures_and_an_estimate_left_out_hurts_nothing() -> None:
    company = company_with("70", "30")
    bought(company, "I2", "100", purpose=MetalPurpose.TOOLS, figures=Basis.ESTIMATE)
    worksheet = determine(company.inputs(), LAW)
    assert steel(worksheet) is Outcome.MET
    assert "steel.estimated" not in cells(worksheet)


def test_of_a_stamping_the_steel_in_it_counts_in_one_test_and_the_aluminum_in_the_other() -> None:
    company = company_with("70")
    panel: dict[str, Any] = {
        "metal_form": MetalForm.MAJOR_STAMPING, "tariff_code": "870829", "origin_statement": None, "buyer": "STAMPER",
    }  # fmt: skip
    bought(company, "P1", "500", value_within_part=Decimal(30), **panel)
    bought(company, "P2", "500", value_within_part=Decimal(5), metal=Metal.ALUMINUM, **panel)
    found = cells(determine(company.inputs(), LAW))
    assert (found["steel.total"].value, found["aluminum.total"].value) == (Decimal(100), Decimal(5))


def test_the_steelmaking_rule_to_come_is_shown_with_the_share_it_would_leave() -> None:
    company = company_with("70", "30")
    bought(company, "I2", "70", melt_country="BR")
    bought(company, "I3", "70", mill_certificate=None)
    found = determine(company.inputs(), LAW)
    (view,) = [view for view in found.views if "steelmaking rule to come" in view.name]
    assert (view.option, view.outcome) == ("from 2027-07-01 on", Outcome.NOT_MET)
    assert view.shown == "29.16 % (at least 70 %)"
    assert steel(found) is Outcome.MET


def test_after_the_rule_both_readings_are_shown_for_purchases_made_before_it() -> None:
    company = company_with("90", "10", melt_country="BR")
    first, last = date(2027, 7, 1), date(2027, 9, 30)
    company.change("uses", lambda _: True, applies_to=None)
    found = determine(company.inputs(period_from=first, period_to=last), LAW)
    assert cells(found)["steel.share"].value == 0
    (view,) = [view for view in found.views if view.option == "purchase"]
    assert view.shown == "90.00 % (at least 70 %)"
    company.elect("steel-melt-day", "purchase")
    found = determine(company.inputs(period_from=first, period_to=last), LAW)
    assert cells(found)["steel.share"].value == 90


@pytest.mark.parametrize("vehicle", [VehicleClass.LIGHT_TRUCK, VehicleClass.HEAVY_TRUCK])
def test_every_class_has_its_own_threshold(vehicle: VehicleClass) -> None:
    company = company_with("69", "31")
    company.change("uses", lambda _: True, vehicle_class=vehicle)
    found = determine(company.inputs(), LAW)
    row = next(row for row in found.findings if row.test == "steel purchases that originate")
    assert row.outcome is Outcome.NOT_MET
    assert row.law[0].name == {"light_truck": "LT-STEEL", "heavy_truck": "HT-STEEL"}[vehicle.value]


@pytest.mark.parametrize("supported", ["60", "70", "80"])
def test_withholding_one_supporting_statement_never_makes_the_limb_met(supported: str) -> None:
    """Without a purchase that supports nothing the share is another: that all of them are on file is taken as
    recorded, so below the bound the purchases themselves are left out of this.
    """
    company = company_with(supported, str(100 - int(supported)))
    bought(company, "I5", "10", "metal-9")
    before = determine(company.inputs(), LAW)
    assert (steel(before) is Outcome.MET) is (supported != "60")
    for name in company.statements():
        if supported == "60" and name.startswith("metal-"):
            continue
        after = determine(company.inputs(without=name), LAW)
        assert not (steel(after) is Outcome.MET and steel(before) is not Outcome.MET)
        assert not (after.outcome is Outcome.MET and before.outcome is not Outcome.MET)


@pytest.mark.parametrize("supported", ["70", "69"])
@pytest.mark.parametrize("field", ["plant", "purpose", "origin_statement", "mill_certificate", "value_within_part"])
def test_leaving_a_field_of_a_purchase_empty_never_makes_the_limb_met(field: str, supported: str) -> None:
    company = company_with(supported, str(95 - int(supported)))
    bought(company, "TOOL", "20", purpose=MetalPurpose.TOOLS)
    bought(company, "AWAY", "20", plant="W-KR")
    bought(company, "PART", "50", tariff_code="870829", value_within_part=Decimal(5), origin_statement=None)
    before = steel(determine(company.inputs(), LAW))
    assert before is (Outcome.MET if supported == "70" else Outcome.NOT_MET)
    for invoice in ("I0", "I1", "TOOL", "AWAY", "PART"):
        company.change("metal_purchases", partial(_is_of, invoice), **{field: None})
        after = steel(determine(company.inputs(), LAW))
        assert after is before or after is not Outcome.MET
        before = after


@pytest.mark.parametrize("withheld", ["decl-", "sites-1"])
def test_withholding_a_declaration_or_the_plants_turns_a_met_limb(withheld: str) -> None:
    company = company_with("70", "30")
    outcomes = {
        steel(determine(company.inputs(without=name), LAW))
        for name in company.statements()
        if name.startswith(withheld)
    }
    assert Outcome.NOT_MET in outcomes


def test_purchases_are_gathered_with_what_they_name_and_a_snapshot_replays_to_the_same_bytes(tmp_path: Path) -> None:
    company = company_with("70", "20")
    bought(company, "I7", "200", plant="P-CA", currency="MXN", origin_statement=None)
    company.add("rates", rate("MXN", BOUGHT_ON, "0.05"), "rates-9")
    bought(company, "OLD", "999", "metal-old", purchased_on=date(2021, 1, 1))
    bought(company, "THEIRS", "999", "metal-theirs", producer="OTHER")
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
        found = determine_in(handle, company.inputs().question, LAW, "1")
        kept = record_snapshot(handle, found, handle.clock.now())
        assert replay(handle, kept.snapshot, LAW, "1").same
    assert sorted(fact.value.invoice for fact in found.inputs.metal_purchases) == ["I0", "I1", "I7"]
    assert cells(found.worksheet)["steel.total"].value == 100
    assert steel(found.worksheet) is Outcome.MET
    assert "metal-purchase" in {each.kind for each in found.worksheet.inputs}
