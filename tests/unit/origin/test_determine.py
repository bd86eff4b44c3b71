"""Determinations over the small company; every expected figure is worked out by hand in the comment beside it."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.core.statements.base import Basis
from evidence.core.statements.bill import BillLine
from evidence.core.statements.certification import VehicleCertificationKind, VehicleCertificationStatus
from evidence.core.statements.declaration import DeclarationForm
from evidence.core.statements.production import VolumeLine
from evidence.errors import OriginError, UsageError
from evidence.origin.question import Event
from evidence.origin.worksheet import Outcome, Status, Worksheet
from tests.unit.origin.small_company import (
    COSTS,
    FIRST,
    LAST,
    MADE,
    OWNER,
    PARTS,
    Company,
    cell,
    certification,
    core,
    limb,
    material,
    named,
    rate,
    result,
    rvc,
    small_company,
)

JULY = {"period_from": date(2023, 7, 1), "period_to": date(2023, 9, 30)}


def third_quarter(company: Company) -> Company:
    """The same production a quarter later, when the thresholds are 75."""
    moved = {"2023-07": "2023-04", "2023-08": "2023-05", "2023-09": "2023-06"}
    for new, old in moved.items():
        company.change("volumes", lambda line, old=old: line.month == old, month=new)
    company.change("costs", lambda line: True, period_from=JULY["period_from"], period_to=JULY["period_to"])
    company.change("purchases", lambda line: True, invoiced_on=date(2023, 7, 10), received_on=date(2023, 7, 12))
    return company


def test_the_small_company_originates_at_eighty_per_cent() -> None:
    found = result(small_company())
    assert found.outcome is Outcome.MET
    assert rvc(found).figure == Decimal("80.0000")  # (50000 - 10 x 1000) / 50000
    assert cell(found, "total_cost") == 50500  # 38000 + 7000 + 4000 + 1000 + 500
    assert cell(found, "net_cost") == 50000  # less 500 of sales promotion
    assert cell(found, "vnm") == 10000  # the radios alone: the pack originates
    assert cell(found, "M0003.vnm") == 2000  # 10 packs x 10 cells x 20
    assert core(found, "PACK").content == "75.00 % (at least 72 %)"  # (8000 - 2000) / 8000
    assert found.gaps == ()


def test_a_worksheet_reads_back_as_the_same_bytes() -> None:
    found = result(small_company())
    assert Worksheet.from_bytes(found.to_bytes()) == found
    assert Worksheet.from_bytes(found.to_bytes()).to_bytes() == found.to_bytes()


def test_equal_inputs_give_equal_bytes() -> None:
    assert result(small_company()).to_bytes() == result(small_company()).to_bytes()


def test_the_concordance_is_printed_with_its_mark() -> None:
    assert "[K]" in (result(small_company()).good.concordance or "")


def test_an_unsupported_material_counts_whole() -> None:
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    found = result(company)
    # 10 x (1000 + 2 x 150) = 13000 of 50000
    assert (rvc(found).figure, rvc(found).outcome) == (Decimal("74.0000"), Outcome.MET)
    assert material(found, "SEAT").status is Status.UNDETERMINED
    assert [gap.owner for gap in found.gaps] == ["S-SEAT"]
    assert "300 USD of each unit" in found.gaps[0].effect


@pytest.mark.parametrize(
    ("seats_declared", "figure", "outcome"),
    [
        pytest.param(False, "74.0000", Outcome.NOT_MET, id="below-seventy-five"),
        pytest.param(True, "80.0000", Outcome.MET, id="above-seventy-five"),
    ],
)
def test_from_july_2023_the_same_content_meets_seventy_five_or_not(
    seats_declared: bool, figure: str, outcome: Outcome
) -> None:
    company = third_quarter(small_company())
    if not seats_declared:
        company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    found = result(company, **JULY)
    assert (rvc(found).figure, rvc(found).outcome) == (Decimal(figure), outcome)
    # the pack stands at exactly 75: the bound itself is enough
    assert core(found, "PACK").outcome is Outcome.MET


@pytest.mark.parametrize(
    ("radio", "outcome"),
    [
        pytest.param("1400", Outcome.MET, id="at-the-bound"),  # (50000 - 14000) / 50000 = 72
        pytest.param("1400.01", Outcome.NOT_MET, id="a-cent-over"),
    ],
)
def test_the_vehicle_threshold_is_compared_exactly(radio: str, outcome: Outcome) -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", price=Decimal(radio))
    assert rvc(result(company)).outcome is outcome


def test_before_july_2023_the_later_threshold_is_shown_as_a_view() -> None:
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    found = result(company, on=date(2023, 7, 20))
    assert rvc(found).outcome is Outcome.MET
    assert [(view.option, view.outcome) for view in found.views][:2] == [
        ("2023-07-20", Outcome.NOT_MET),
        ("2023-07-01", Outcome.NOT_MET),
    ]
    assert (found.event_day, found.other_day) == (None, date(2023, 7, 20))


def test_the_day_of_entry_selects_the_threshold_where_it_is_asked_to() -> None:
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    assert rvc(result(company, event=Event.ENTRY, on=date(2023, 7, 20))).outcome is Outcome.NOT_MET
    assert rvc(result(company, event=Event.ENTRY, on=date(2023, 6, 20))).outcome is Outcome.MET


def test_a_question_by_entry_needs_its_day() -> None:
    with pytest.raises(UsageError, match="--on"):
        small_company().inputs(event=Event.ENTRY)


def test_a_period_across_a_change_of_threshold_is_not_determinable() -> None:
    company = small_company()
    company.change("costs", lambda line: True, period_to=date(2023, 9, 30))
    for part, plant in (("EV1", "P-MX"), ("BODY", "P-MX"), ("PACK", "P-CA")):
        for month in ("2023-07", "2023-08", "2023-09"):
            line = VolumeLine(owner=OWNER, part=part, plant=plant, month=month, made=1)
            company.add("volumes", line, "volumes-1")
    found = result(company, period_to=date(2023, 9, 30))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "2023-07-01" in found.summary


def test_a_pack_that_fails_fails_the_vehicle_and_rolls_up_its_own_materials() -> None:
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "CASE")
    found = result(company)
    # the pack: (8000 - 10 x (200 + 300)) / 8000 = 37.5; the vehicle: 10 x (1000 + 500) of 50000
    assert core(found, "PACK").content == "37.50 % (at least 72 %)"
    assert limb(found, "core parts").outcome is Outcome.NOT_MET
    assert (rvc(found).figure, rvc(found).outcome) == (Decimal("70.0000"), Outcome.NOT_MET)
    assert found.outcome is Outcome.NOT_MET
    assert material(found, "PACK").counted == 0
    assert material(found, "CELL").counted == 200
    assert [gap.defeats for gap in found.gaps if gap.owner == "S-CASE"] == [True]


def test_an_unsupported_bought_core_part_fails_the_vehicle() -> None:
    company = small_company()
    company.drop("declarations", lambda declaration: declaration.part == "AXLE")
    found = result(company)
    assert core(found, "AXLE").outcome is Outcome.NOT_MET
    assert rvc(found).figure == Decimal("72.0000")  # 10 x (1000 + 400) of 50000
    assert found.outcome is Outcome.NOT_MET
    assert found.gaps[0].defeats


def test_a_vehicle_without_a_recorded_core_group_is_not_determinable() -> None:
    company = small_company()
    company.change("items", lambda item: item.part == "STEER", core_group=None)
    assert limb(result(company), "core parts").outcome is Outcome.NOT_DETERMINABLE


@pytest.mark.parametrize("kind", list(VehicleCertificationKind))
def test_a_vehicle_certification_that_is_missing_leaves_its_limb_open(kind: VehicleCertificationKind) -> None:
    company = small_company()
    company.drop("vehicle_certifications", lambda form: form.certification_kind is kind)
    found = result(company)
    assert limb(found, kind.value).outcome is Outcome.NOT_DETERMINABLE
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any(gap.open and gap.defeats and kind.value in gap.what for gap in found.gaps)


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"status": VehicleCertificationStatus.ERRORS_RETURNED}, id="errors-returned"),
        pytest.param({"identifier": None, "submitted_on": date(2025, 5, 19)}, id="no-identifier"),
        pytest.param({"plants": ("P-US",)}, id="another-plant"),
        pytest.param({"valid_to": date(2023, 6, 29)}, id="a-day-short"),
        pytest.param({"parts": ("EV2",)}, id="another-vehicle"),
    ],
)
def test_a_vehicle_certification_that_does_not_cover_leaves_its_limb_open(update: dict[str, object]) -> None:
    company = small_company()
    company.drop("vehicle_certifications", lambda form: form.certification_kind is VehicleCertificationKind.STEEL)
    company.add("vehicle_certifications", certification(VehicleCertificationKind.STEEL, **update))
    assert limb(result(company), "steel").outcome is Outcome.NOT_DETERMINABLE


def test_the_last_statement_on_a_vehicle_certification_holds() -> None:
    company = small_company()
    returned = VehicleCertificationStatus.ERRORS_RETURNED
    company.add("vehicle_certifications", certification(VehicleCertificationKind.STEEL, id="vcert-2", status=returned))
    assert limb(result(company), "steel").outcome is Outcome.NOT_DETERMINABLE


def test_two_revisions_of_a_bill_within_the_period_are_not_determinable() -> None:
    company = small_company()
    old = next(fact.value for fact in company.facts["bills"] if fact.value.child == "SEAT")
    new = old.model_copy(update={"parent_revision": "B", "effective_from": date(2023, 5, 15)})
    company.add("bills", new, "bill-EV1-B")
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "choose a shorter period" in found.summary


def test_a_bill_that_begins_within_the_period_is_not_determinable() -> None:
    company = small_company()
    company.change("bills", lambda line: line.parent == "EV1", effective_from=date(2023, 4, 2))
    assert "choose a shorter period" in result(company).summary


def test_the_bill_in_force_over_a_shorter_period_is_taken() -> None:
    company = small_company()
    company.change("bills", lambda line: line.child == "SEAT", effective_to=date(2023, 6, 30))
    company.change("bills", lambda line: line.parent == "EV1", effective_to=date(2023, 6, 30))
    later: BillLine = company.facts["bills"][0].value
    company.add(
        "bills",
        later.model_copy(update={"parent_revision": "B", "effective_from": date(2023, 7, 1), "effective_to": None}),
        "B",
    )
    assert result(company).outcome is Outcome.MET


def test_missing_costs_of_the_good_are_not_determinable() -> None:
    found = result(small_company(), without="costs-EV1")
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any(gap.open and "cost" in gap.what for gap in found.gaps)


def test_missing_costs_of_a_core_part_leave_it_open_and_count_what_is_inside_it() -> None:
    found = result(small_company(), without="costs-PACK")
    assert core(found, "PACK").outcome is Outcome.NOT_DETERMINABLE
    # the pack is worth its materials, 500, of the 800 booked with the car: 300 short, beside cells of 200 and the radio
    assert cell(found, "vnm") == 15000
    assert found.outcome is Outcome.NOT_MET


def test_costs_of_a_part_of_the_period_are_not_costs_of_the_period() -> None:
    company = small_company()
    company.change("costs", lambda line: line.part == "EV1", period_to=date(2023, 5, 31))
    assert result(company).outcome is Outcome.NOT_DETERMINABLE


def test_net_cost_is_worked_out_over_a_period_that_the_law_knows() -> None:
    company = small_company()
    company.change("costs", lambda line: True, period_to=date(2023, 5, 31))
    found = result(company, period_to=date(2023, 5, 31))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any("not over 2 months" in gap.what for gap in found.gaps)


@pytest.mark.parametrize(
    ("choice", "outcome"),
    [
        pytest.param("three months", Outcome.MET, id="as-elected"),
        pytest.param("six months", Outcome.NOT_DETERMINABLE, id="another"),
    ],
)
def test_an_elected_total_cost_period_binds(choice: str, outcome: Outcome) -> None:
    company = small_company()
    company.elect("total-cost period", choice)
    assert result(company).outcome is outcome


def test_an_election_to_wait_for_a_confirmed_concordance_leaves_no_rule() -> None:
    company = small_company()
    company.elect("ev-concordance", "none")
    assert result(company).outcome is Outcome.NOT_DETERMINABLE


def test_a_month_without_volume_is_not_determinable() -> None:
    company = small_company()
    company.drop("volumes", lambda line: line.part == "EV1" and line.month == "2023-05")
    assert result(company).outcome is Outcome.NOT_DETERMINABLE


def test_a_bill_short_of_the_books_counts_the_shortfall() -> None:
    company = small_company()
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 38000, amount=Decimal(40000))
    found = result(company)
    # 2000 more booked than the bill comes to: net cost 52000, non-originating 10000 + 2000
    assert cell(found, "tie.shortfall") == 2000
    assert cell(found, "vnm") == 12000
    assert rvc(found).figure == Decimal("76.9230")  # 40000 / 52000 = 76.92307...
    assert limb(found, "tariff change").outcome is Outcome.MET  # 2000 of 52500 is within ten per cent


def test_a_bill_that_comes_to_more_than_the_books_is_left_as_it_is() -> None:
    company = small_company()
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 38000, amount=Decimal(37000))
    found = result(company)
    assert cell(found, "tie.shortfall") == 0
    assert rvc(found).figure == Decimal("79.5918")  # 39000 / 49000 = 79.591836...


def test_a_purchase_in_another_currency_is_converted_at_the_latest_rate_within_thirty_days() -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", price=Decimal(20000), currency="MXN")
    company.add("rates", rate("MXN", date(2023, 3, 11), "0.05"), "rates-1")  # thirty days before the invoice
    assert rvc(result(company)).figure == Decimal("80.0000")  # 20000 x 0.05 = 1000
    company.facts["rates"].clear()
    company.add("rates", rate("MXN", date(2023, 3, 10), "0.05"), "rates-1")
    assert result(company).outcome is Outcome.NOT_DETERMINABLE


def test_a_price_for_a_thousand_is_the_price_of_one() -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "CELL", price=Decimal(20000), price_per=Decimal(1000))
    assert material(result(company), "CELL").unit_value == 20


def test_several_purchases_are_averaged_by_quantity() -> None:
    company = small_company()
    company.purchase("RADIO", 200, invoice="INV-2", price="1300")
    # (100 x 1000 + 200 x 1300) / 300 = 1200
    assert material(result(company), "RADIO").unit_value == 1200


def test_without_a_purchase_in_the_period_the_latest_of_the_fiscal_year_is_taken_and_said() -> None:
    company = third_quarter(small_company())
    company.change(
        "purchases", lambda line: line.part == "RADIO", invoiced_on=date(2023, 5, 2), received_on=date(2023, 5, 4)
    )
    found = result(company, **JULY)
    assert found.outcome is Outcome.MET
    assert "received 2023-05-04" in material(found, "RADIO").reason


def test_a_purchase_of_the_year_before_values_nothing() -> None:
    company = small_company()
    company.change("purchases", lambda line: line.part == "RADIO", received_on=date(2023, 3, 31))
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any("RADIO" in gap.what and gap.open for gap in found.gaps)


def test_a_standard_value_serves_an_estimate_only() -> None:
    company = small_company()
    company.drop("purchases", lambda line: line.part in {"SEAT", "RADIO"})
    company.change("bills", lambda line: line.child == "RADIO", standard_value=Decimal(1000), currency="USD")
    company.change("bills", lambda line: line.child == "SEAT", standard_value=Decimal(150), currency="USD")
    assert result(company).outcome is Outcome.NOT_DETERMINABLE
    found = result(company, basis=Basis.ESTIMATE)
    assert rvc(found).figure == Decimal("80.0000")
    assert material(found, "SEAT").status is Status.ORIGINATING


def test_an_estimate_takes_estimated_costs_before_actual_ones_and_never_both() -> None:
    company = small_company()
    for element, amount, exclusion in COSTS["EV1"]:
        company.cost("EV1", "P-MX", element, Decimal(amount) * 20, exclusion)
    added = company.facts["costs"][-len(COSTS["EV1"]) :]
    company.facts["costs"] = company.facts["costs"][: -len(COSTS["EV1"])] + [
        fact.model_copy(update={"value": fact.value.model_copy(update={"figures": Basis.ESTIMATE})}) for fact in added
    ]
    assert cell(result(company, basis=Basis.ESTIMATE), "net_cost") == 100000
    assert cell(result(company), "net_cost") == 50000


@pytest.mark.parametrize(
    ("form", "update", "counted"),
    [
        # the producer states what counts, in each of two seats at 150
        pytest.param(
            DeclarationForm.ACCUMULATION_COST, {"net_cost": 140, "non_originating_value": 60}, 120, id="s.9(2)(a)"
        ),
        # 150 less what is free of it
        pytest.param(DeclarationForm.ACCUMULATION_VALUE, {"amount_free_of_vnm": 100}, 100, id="s.9(2)(b)"),
        # more than it cost: the whole value may always be counted instead (s.7(21))
        pytest.param(
            DeclarationForm.ACCUMULATION_COST,
            {"net_cost": 200, "non_originating_value": 180},
            300,
            id="above-the-price",
        ),
        pytest.param(DeclarationForm.ACCUMULATION_COST, {}, 300, id="sealed"),
        pytest.param(DeclarationForm.TARIFF_INPUTS, {}, 300, id="tariff-inputs"),
        pytest.param(DeclarationForm.NOT_ORIGINATING, {}, 300, id="not-originating"),
    ],
)
def test_a_declaration_that_accumulates_counts_what_it_states(
    form: DeclarationForm, update: dict[str, object], counted: int
) -> None:
    company = small_company()
    company.drop("declarations", lambda each: each.part == "SEAT")
    company.state("SEAT", form=form, **update)
    assert material(result(company), "SEAT").counted == counted


def test_a_designated_intermediate_material_that_fails_rolls_up_as_before() -> None:
    company = small_company()
    company.drop("items", lambda item: item.part == "PACK")
    undesignated = result(company)
    company.elect("intermediate material", "designated", "PACK")
    designated = result(company)
    # its own rule for original equipment: (8000 - 2000) / 8000 = 75, at least 72
    assert cell(undesignated, "vnm") == 12000
    assert cell(designated, "vnm") == 10000
    assert material(designated, "PACK").status is Status.ORIGINATING


def test_a_bill_that_holds_itself_is_refused() -> None:
    company = small_company()
    line = next(fact.value for fact in company.facts["bills"] if fact.value.child == "BODY")
    company.add("bills", line.model_copy(update={"parent": "BODY", "child": "EV1", "plant": "P-MX"}), "bill-BODY")
    company.change("bills", lambda each: each.parent == "EV1" and each.plant != "P-MX", plant="P-MX")
    with pytest.raises(OriginError, match="inside itself"):
        result(company)


def test_without_a_use_on_file_there_is_no_rule() -> None:
    company = small_company()
    company.facts["uses"].clear()
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "no use" in found.summary


def test_without_a_concordance_a_later_code_has_no_rule() -> None:
    found = result(small_company(), without=named("conc", "1"))
    assert limb(found, "product rule").outcome is Outcome.NOT_DETERMINABLE


def test_the_company_is_as_its_description_says() -> None:
    assert sum(MADE.values()) == 10
    assert (date(2023, 4, 1), date(2023, 6, 30)) == (FIRST, LAST)
    assert len(PARTS) == 11
