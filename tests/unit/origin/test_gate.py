"""The claim gate, check by check: what passes, what blocks, what warns."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.claim import GateOutcome
from evidence.errors import MalformedValue
from evidence.origin.determine import determine
from evidence.origin.gate import Case, blocks, run_gate
from evidence.origin.transit_stays import stays_of
from evidence.rules.ruleset import RuleSet
from tests.unit.origin import small_company, small_shipment
from tests.unit.origin.small_shipment import (
    IMPORTED,
    authority,
    certification,
    customs_entry,
    entry_line,
    good,
    invoice_line,
)
from tests.unit.origin.test_determine_parts import brake

LAW = RuleSet.load()
WORKSHEET = determine(small_company.small_company().inputs(), LAW)
CASE = Case(
    decided_on=IMPORTED,
    entry=customs_entry(),
    line=entry_line(),
    invoice_line=invoice_line(),
    certification=certification(),
    good=good(),
    authorities=(authority(),),
    concordances=(),
    worksheet=WORKSHEET,
    snapshot_missing="",
    unsettled=(),
    vehicle_certifications=tuple(map(small_company.certification, VehicleCertificationKind)),
    rule_set=LAW.content_hash,
    law=LAW,
)


def check(case: Case, number: int) -> tuple[GateOutcome, str]:
    found = run_gate(case)[number - 1]
    assert found.check.startswith(f"{number} ")
    return found.outcome, found.found


def test_a_claim_in_order_passes_all_nine_checks() -> None:
    checks = run_gate(CASE)
    assert [found.outcome for found in checks] == [GateOutcome.MET] * 9
    assert blocks(checks) == []
    assert all(found.citation and found.mark in ("P", "S", "K") for found in checks)


@pytest.mark.parametrize(
    ("number", "update", "words"),
    [
        pytest.param(1, {"certification": None}, "no certification", id="1-none"),
        pytest.param(1, {"certification": certification(received_on=date(2023, 7, 6))}, "after the claim", id="1-late"),
        pytest.param(
            2, {"certification": certification(valid_to=date(2023, 7, 4))}, "imported 2023-07-05", id="2-over"
        ),
        pytest.param(
            2,
            {"certification": certification(valid_from=None, valid_to=None, invoice_number="CI-2")},
            "CI-2",
            id="2-invoice",
        ),
        pytest.param(3, {"certification": certification(signed_on=date(2023, 7, 6))}, "after the claim", id="3-later"),
        pytest.param(
            3,
            {
                "certification": certification(signed_on=date(2019, 7, 4)),
                "authorities": (authority(granted_on=date(2019, 1, 1)),),
            },
            "more than four years",
            id="3-four-years",
        ),
        pytest.param(3, {"authorities": ()}, "no authority", id="3-no-authority"),
        pytest.param(3, {"authorities": (authority(may_sign=("claim",)),)}, "no authority", id="3-another-authority"),
        pytest.param(3, {"authorities": (authority(valid_to=date(2023, 4, 1)),)}, "no authority", id="3-ended"),
        pytest.param(4, {"good": good(hs_code="870390")}, "no mapping", id="4-subheading"),
        pytest.param(5, {"good": None}, "no certified line", id="5-part"),
        pytest.param(5, {"invoice_line": None}, "not on record", id="5-invoice-line"),
        pytest.param(6, {"good": good(rule=None)}, "rule and method", id="6-no-rule"),
        pytest.param(
            6, {"worksheet": None, "snapshot_missing": "no snapshot of EV1"}, "no snapshot of EV1", id="6-none"
        ),
        pytest.param(7, {"unsettled": ("declaration D was withdrawn",)}, "determine again", id="7-withdrawn"),
        pytest.param(
            8,
            {"line": entry_line(steel_id=None), "entry": customs_entry(entered_on=date(2025, 3, 18))},
            "no steel",
            id="8-none",
        ),
        pytest.param(9, {"rule_set": "0" * 64}, "determine again", id="9-rule-set"),
    ],
)
def test_what_is_missing_or_wrong_blocks_the_claim(number: int, update: dict[str, object], words: str) -> None:
    case = replace(CASE, **update)  # type: ignore[arg-type]
    if number == 5 and case.good is None:
        words = "on no certified line"
    outcome, found = check(case, number)
    assert outcome is GateOutcome.BLOCKED
    assert words in found


def test_the_last_day_of_four_years_still_serves() -> None:
    signed = certification(signed_on=date(2019, 7, 5), valid_from=date(2023, 7, 1))
    case = replace(CASE, certification=signed, authorities=(authority(granted_on=date(2019, 1, 1)),))
    assert check(case, 3)[0] is GateOutcome.MET


def test_a_single_shipment_certification_serves_its_own_invoice() -> None:
    single = certification(valid_from=None, valid_to=None, invoice_number="CI-1")
    assert check(replace(CASE, certification=single), 2)[0] is GateOutcome.MET


def test_a_mapping_on_record_joins_two_subheadings() -> None:
    mapping = next(fact.value for fact in small_company.small_company().facts["concordances"])
    case = replace(CASE, good=good(hs_edition="HS2012", hs_code="870390"), concordances=(mapping,))
    outcome, found = check(case, 4)
    assert outcome is GateOutcome.MET
    assert "[K]" in found


def steel_certified(**update: object) -> Case:
    """The case with another steel certification on file, and no steel identifier on its entry line."""
    others = [form for form in CASE.vehicle_certifications if form.certification_kind.value != "steel"]
    steel = small_company.certification(VehicleCertificationKind.STEEL, **update)
    return replace(CASE, line=entry_line(steel_id=None), vehicle_certifications=(*others, steel))


def test_of_a_certification_submitted_before_identifiers_were_asked_for_none_is_quoted() -> None:
    outcome, found = check(steel_certified(identifier=None), 8)
    assert outcome is GateOutcome.MET
    assert "the steel certification submitted on 2022-12-01 needs no identifier quoted (CERT-IDENTIFIER)" in found


@pytest.mark.parametrize(
    ("update", "outcome"),
    [
        pytest.param({"submitted_on": date(2025, 5, 18)}, GateOutcome.MET, id="the-day-before"),
        pytest.param({"submitted_on": date(2025, 5, 19)}, GateOutcome.BLOCKED, id="the-first-day"),
        pytest.param({"submitted_on": date(2025, 5, 20)}, GateOutcome.BLOCKED, id="the-day-after"),
        pytest.param({"parts": ("EV2",)}, GateOutcome.BLOCKED, id="of-another-vehicle"),
        pytest.param({"authority": "CA"}, GateOutcome.BLOCKED, id="submitted-to-another-country"),
        pytest.param({"valid_to": date(2025, 8, 31)}, GateOutcome.BLOCKED, id="over"),
    ],
)
def test_an_identifier_is_quoted_of_what_was_submitted_from_the_day_on_which_it_is_asked_for(
    update: dict[str, object], outcome: GateOutcome
) -> None:
    period = {"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31), "submitted_on": date(2024, 9, 30)}
    case = steel_certified(**{**period, **update})
    others = [form.model_copy(update=period) for form in case.vehicle_certifications[:-1]]
    later = replace(
        case,
        entry=customs_entry(entered_on=date(2025, 9, 1)),
        vehicle_certifications=(*others, case.vehicle_certifications[-1]),
    )
    assert check(later, 8)[0] is outcome


def test_one_that_is_quoted_and_wrong_is_told_even_where_none_had_to_be_quoted() -> None:
    outcome, found = check(replace(CASE, line=entry_line(steel_id="STEEL-OLD")), 8)
    assert outcome is GateOutcome.WARNING  # before 182.92(b) was in force
    assert "STEEL-OLD is not on file" in found


def test_vehicle_identifiers_are_asked_for_on_entry_into_the_united_states_only() -> None:
    assert check(replace(CASE, entry=customs_entry(country="CA")), 8)[0] is GateOutcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("country", "text"),
    [
        pytest.param("US", "19 CFR 182.11(c)", id="united-states"),
        pytest.param("CA", "Customs Act s.32.2", id="canada"),
        pytest.param("MX", "USMCA art. 5.6", id="mexico"),
    ],
)
def test_each_check_cites_the_text_of_the_importing_country(country: str, text: str) -> None:
    assert run_gate(replace(CASE, entry=customs_entry(country=country)))[6].citation == text


def test_a_text_known_from_background_only_warns() -> None:
    withdrawn = replace(CASE, unsettled=("declaration D was withdrawn",))
    assert check(withdrawn, 7)[0] is GateOutcome.BLOCKED
    assert check(replace(withdrawn, entry=customs_entry(country="MX")), 7)[0] is GateOutcome.WARNING


def test_a_snapshot_that_does_not_originate_blocks() -> None:
    company = small_company.small_company()
    company.drop("declarations", lambda declaration: declaration.part == "AXLE")
    outcome, found = check(replace(CASE, worksheet=determine(company.inputs(), LAW)), 6)
    assert outcome is GateOutcome.BLOCKED
    assert "AXLE" in found


def test_an_open_gap_beneath_warns_and_is_named() -> None:
    company = small_company.small_company()
    seat = next(fact.value.id for fact in company.facts["declarations"] if fact.value.part == "SEAT")
    company.drop("events", lambda event: event.declaration == seat)
    outcome, found = check(replace(CASE, worksheet=determine(company.inputs(), LAW)), 7)
    assert outcome is GateOutcome.WARNING
    assert "not yet reviewed" in found


def test_a_result_that_turns_on_the_event_warns() -> None:
    company = small_company.small_company()
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    # 74 is enough for what was made before 2023-07-01, and not by the day of importation
    outcome, found = check(replace(CASE, worksheet=determine(company.inputs(), LAW)), 9)
    assert outcome is GateOutcome.WARNING
    assert "74.00 % (at least 75 %)" in found
    before = replace(
        CASE, entry=customs_entry(imported_on=date(2023, 6, 30)), worksheet=determine(company.inputs(), LAW)
    )
    assert check(before, 9)[0] is GateOutcome.MET


@pytest.mark.parametrize(
    ("country", "outcome"), [("US", GateOutcome.WARNING), ("CA", GateOutcome.MET)], ids=["united-states", "canada"]
)
def test_a_result_under_the_panel_s_reading_alone_warns_on_entry_into_the_united_states(
    country: str, outcome: GateOutcome
) -> None:
    company = small_company.small_company()
    company.drop("declarations", lambda declaration: declaration.part == "CASE")
    company.elect("core-part way", "I-COL2")
    company.elect("core-roll-up-reading", "panel")
    # by the reading of the United States (5000 - 1500) / 5000; before July 2023, so that no other view warns
    entry = customs_entry(imported_on=date(2023, 6, 30)).model_copy(update={"country": country})
    found = check(replace(CASE, entry=entry, worksheet=determine(company.inputs(), LAW)), 9)
    assert found[0] is outcome
    assert ("panel's reading of core parts only" in found[1]) is (country == "US")


@pytest.mark.parametrize(
    ("country", "outcome"), [("US", GateOutcome.WARNING), ("CA", GateOutcome.MET)], ids=["united-states", "canada"]
)
def test_a_result_by_the_canadian_percentages_alone_warns_on_entry_into_the_united_states(
    country: str, outcome: GateOutcome
) -> None:
    company = brake("320")  # 60 percent of 800, where the text of the United States wants more
    company.change("classifications", lambda line: line.part == "PACK", code="870891", table_role="other goods")
    entry = customs_entry(imported_on=date(2023, 6, 30)).model_copy(update={"country": country})
    worksheet = small_company.result(company, part="PACK", plant="P-CA")
    found = check(replace(CASE, entry=entry, worksheet=worksheet), 9)
    assert found[0] is outcome
    assert ("percentages of another text only" in found[1]) is (country == "US")


def test_the_shipment_of_these_tests_is_made_of_recorded_units() -> None:
    assert [line.unit_id for line in small_shipment.production()] == list(invoice_line().units)


def test_a_withdrawal_that_the_snapshot_counts_is_named_and_not_called_settled() -> None:
    check = {each.check[0]: each for each in run_gate(replace(CASE, ended=("declaration D-1 withdrawn",)))}["7"]
    assert check.outcome is GateOutcome.WARNING
    assert check.found == "declaration D-1 withdrawn, counted so in the analysis"


def test_the_sections_on_identifiers_are_cited_from_the_day_they_bind() -> None:
    early, late = date(2024, 4, 25), date(2025, 3, 18)
    cited = {}
    for day in (early, late):
        entry = CASE.entry.model_copy(update={"entered_on": day})
        cited[day] = next(each for each in run_gate(replace(CASE, entry=entry)) if each.check.startswith("8"))
    assert (cited[early].citation, cited[early].mark) == ("19 USC 4532(c); 19 CFR 182.92(b) from 2025-03-18", "K")
    assert (cited[late].citation, cited[late].mark) == ("19 CFR 182.92(b)", "P")


def test_a_covered_vehicle_entering_canada_is_called_one() -> None:
    entry = CASE.entry.model_copy(update={"country": "CA"})
    check = next(each for each in run_gate(replace(CASE, entry=entry)) if each.check.startswith("8"))
    assert check.outcome is GateOutcome.NOT_APPLICABLE
    assert check.found == "covered vehicle, entering CA: 182.92(b) does not apply"


def through(*countries: str, **recorded: tuple[str, ...]) -> Case:
    """The case with goods that passed through `countries`, and what the shipment says of that."""
    return replace(CASE, stays=stays_of(small_shipment.shipment(transit_countries=countries, **recorded)))


PANAMA = {
    "transit_documents": ("MANIFEST-1",),
    "transit_control": ("PA:yes",),
    "transit_operations": ("PA:unloading", "PA:reloading"),
}


def test_goods_kept_under_customs_control_and_only_moved_on_pass() -> None:
    case = through("PA", **PANAMA)
    assert len(run_gate(case)) == 10
    assert check(case, 10) == (
        GateOutcome.MET,
        "passed through PA; under customs control in PA, and no more than preserved there: under customs control, and "
        "unloading, reloading only, by MANIFEST-1",
    )


@pytest.mark.parametrize(
    ("update", "words"),
    [
        pytest.param({"transit_documents": ()}, "no document shows it", id="no-document"),
        pytest.param({"transit_control": ()}, "no document shows that customs controlled it", id="control-not-said"),
        pytest.param({"transit_operations": ()}, "no document shows what was done to it", id="operations-not-said"),
        pytest.param({"transit_control": ("PA:no",)}, "left customs control in PA", id="out-of-control"),
        pytest.param({"transit_control": ("PA:yes", "PA:no")}, "left customs control", id="both-answers"),
        pytest.param(
            {"transit_operations": ("PA:unloading", "PA:further production")},
            "underwent further production in PA, so that it is wholly non-originating",
            id="production",
        ),
        pytest.param({"transit_operations": ("PA:storing",)}, "was not read in s.10", id="storing"),
        pytest.param(
            {"transit_documents": ("JP:T1-1",), "transit_control": ("PA:yes", "JP:yes")},
            "in PA, and no more than preserved there: no document",
            id="the-document-of-another-country",
        ),
    ],
)
def test_a_document_named_is_not_enough(update: dict[str, tuple[str, ...]], words: str) -> None:
    outcome, found = check(through("PA", **{**PANAMA, **update}), 10)
    assert outcome is GateOutcome.BLOCKED
    assert words in found


def test_each_country_is_looked_at_by_its_own_words_and_its_own_documents() -> None:
    both = {
        "transit_documents": ("PA:MANIFEST-1", "JP:T1-1"),
        "transit_control": ("PA:yes", "JP:yes"),
        "transit_operations": ("PA:nothing", "JP:reloading"),
    }
    outcome, found = check(through("PA", "JP", **both), 10)
    assert outcome is GateOutcome.MET
    assert "nothing only, by MANIFEST-1" in found
    assert "reloading only, by T1-1" in found
    less = {**both, "transit_documents": ("PA:MANIFEST-1",)}
    assert check(through("PA", "JP", **less), 10)[0] is GateOutcome.BLOCKED


def test_a_country_of_the_region_needs_no_papers() -> None:
    assert check(through("CA"), 10) == (GateOutcome.MET, "it did not leave the region")


@pytest.mark.parametrize(
    "recorded",
    [
        pytest.param({"transit_control": ("PA",)}, id="no-answer"),
        pytest.param({"transit_control": ("PA:perhaps",)}, id="another-answer"),
        pytest.param({"transit_operations": ("PA:washing",)}, id="an-operation-that-is-not-listed"),
        pytest.param({"transit_operations": ("Panama:unloading",)}, id="no-code-of-a-country"),
    ],
)
def test_a_shipment_that_says_something_else_of_its_transit_is_refused(recorded: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(MalformedValue):
        small_shipment.shipment(**recorded)


def test_an_entry_from_a_zone_is_told_and_stops_nothing() -> None:
    status = {"zone": "US-FTZ", "zone_status": "privileged foreign", "zone_admitted_on": date(2023, 6, 30)}
    checks = run_gate(replace(CASE, entry=customs_entry(**status)))
    assert checks[-1].check.startswith("11 ")
    assert checks[-1].outcome is GateOutcome.WARNING
    assert "entered from zone US-FTZ (privileged foreign, admitted 2023-06-30)" in checks[-1].found
    assert blocks(checks) == []
    bare = run_gate(replace(CASE, entry=customs_entry(zone="US-FTZ", country="CA")))[-1]
    assert "(status not recorded, admission not recorded)" in bare.found
    assert bare.mark == "K"


def estimated(**update: object) -> Case:
    return replace(CASE, worksheet=WORKSHEET.model_copy(update={"basis": "estimate", **update}))


def test_a_claim_on_an_estimate_says_so_and_when_actual_figures_are_due() -> None:
    outcome, found = check(estimated(true_up_due=IMPORTED + timedelta(days=1)), 6)
    assert outcome is GateOutcome.MET
    assert found.endswith(f"An estimate; actual figures are due from {IMPORTED + timedelta(days=1)} on.")


def test_from_the_day_after_its_fiscal_year_an_estimate_carries_no_claim() -> None:
    outcome, found = check(estimated(true_up_due=IMPORTED), 6)
    assert outcome is GateOutcome.BLOCKED
    assert found.startswith(f"rests on an estimate, and its fiscal year was over on {IMPORTED}: determine on actual")
    assert check(replace(CASE, worksheet=WORKSHEET.model_copy(update={"true_up_due": IMPORTED})), 6)[0] is (
        GateOutcome.MET
    )


def test_an_estimate_without_a_fiscal_calendar_warns() -> None:
    outcome, found = check(estimated(), 6)
    assert outcome is GateOutcome.WARNING
    assert "no fiscal calendar on file" in found
