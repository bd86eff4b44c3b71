"""What falls due if a claim fails, worked out by hand from measures made for the test."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.duty import DutyMeasureLine
from evidence.origin.duty import Dutiable, Measure, joined, stake
from evidence.register.queries import Known

LINE = Dutiable(
    country="US",
    tariff_item="8703800000",
    hs_edition="HS2022",
    origin="MX",
    value=Decimal("100000.00"),
    currency="USD",
    quantity=Decimal(4),
    unit="EA",
    entered_on=date(2023, 5, 18),
)


def measure(place: int = 1, **fields: Any) -> Measure:
    """An ordinary duty of 2.5 percent, or what the fields make of it."""
    told = {
        "country": "US", "tariff_code": "870380", "hs_edition": "HS2022", "measure": "ordinary duty",
        "measure_kind": "ordinary duty", "percent": "2.5", "lifted_by_claim": "yes", "applies_from": "2022-01-01",
        "citation": "tariff schedule (SPECIMEN)", "checked_on": "2023-01-02",
    }  # fmt: skip
    value = DutyMeasureLine.model_validate(told | fields)
    return Known(value, 9, "load-1", datetime(2023, 1, 2, tzinfo=UTC), place)


def fee(**fields: Any) -> Measure:
    """A fee of 0.5 percent on every import, between 30 and 600 dollars an entry."""
    told = {"measure": "fee", "measure_kind": "fee", "percent": "0.5", "least": "30", "most": "600"}
    return measure(2, **({"tariff_code": None, "hs_edition": None} | told | fields))


def test_what_a_claim_lifts_falls_due_measure_by_measure_with_its_citation() -> None:
    found = stake([LINE], [], [measure(), fee()])
    assert [(charge.measure, charge.amount) for charge in found.charges] == [
        ("ordinary duty", Decimal(2500)),
        ("fee", Decimal(500)),
    ]
    assert found.amounts == (("USD", Decimal(3000)),)
    assert found.not_computed == ()
    assert {(charge.ref, charge.citation) for charge in found.charges} == {
        ("#9:1", "tariff schedule (SPECIMEN)"),
        ("#9:2", "tariff schedule (SPECIMEN)"),
    }


def test_what_is_paid_with_the_claim_is_not_at_risk() -> None:
    lower = measure(2, measure="preferential duty", measure_kind="preferential duty", percent="1", lifted_by_claim="no")
    assert stake([LINE], [], [measure(), lower]).amounts == (("USD", Decimal(1500)),)


def test_a_measure_that_no_claim_lifts_is_not_at_risk() -> None:
    remedy = measure(2, measure="remedy", measure_kind="trade remedy", percent="25", lifted_by_claim="no")
    assert stake([LINE], [], [measure(), remedy]).amounts == (("USD", Decimal(2500)),)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        pytest.param("1000", "30", id="at-the-least"),
        pytest.param("6000", "30", id="just-the-least"),
        pytest.param("6000.20", "30.001", id="a-step-past-it"),
        pytest.param("120000", "600", id="just-the-most"),
        pytest.param("120001", "600", id="no-more-than-the-most"),
    ],
)
def test_a_fee_keeps_within_what_one_entry_pays_at_least_and_at_most(value: str, amount: str) -> None:
    line = replace(LINE, value=Decimal(value))
    found = stake([line], [], [measure(percent="0"), fee()])
    assert found.amounts == (("USD", Decimal(amount)),)


def test_of_a_fee_only_what_the_entry_pays_more_is_at_risk() -> None:
    paying = replace(LINE, value=Decimal(100000))
    found = stake([LINE], [paying], [measure(percent="0"), fee()])
    assert found.amounts == (("USD", Decimal(100)),)  # 600 for both lines, of which 500 is paid already


def test_the_narrowest_code_and_the_goods_own_country_go_before_wider_ones() -> None:
    wide = measure(1, tariff_code="870380", percent="10")
    narrow = measure(2, tariff_code="87038000", percent="2.5")
    own = measure(3, tariff_code="87038000", percent="4", origin_country="MX")
    assert stake([LINE], [], [narrow, wide]).amounts == (("USD", Decimal(2500)),)
    assert stake([LINE], [], [narrow, own, wide]).amounts == (("USD", Decimal(4000)),)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"percent": None}, "no rate is on record", id="no-rate"),
        pytest.param({"condition": "a quota"}, "turns on a quota", id="condition"),
        pytest.param({"applies_to": "2023-05-17"}, "no ordinary duty is on record", id="ended-the-day-before"),
        pytest.param({"applies_from": "2023-05-19"}, "no ordinary duty is on record", id="begins-the-day-after"),
        pytest.param({"country": "CA"}, "no ordinary duty is on record", id="another-country"),
        pytest.param({"hs_edition": "HS2017"}, "no ordinary duty is on record", id="another-edition"),
        pytest.param(
            {"percent": None, "specific": "3", "specific_currency": "USD", "specific_unit": "kg"},
            "its rate is for one kg, the entry counts in EA",
            id="another-unit",
        ),
        pytest.param(
            {"percent": None, "specific": "3", "specific_currency": "CAD", "specific_unit": "EA"},
            "its rate is in CAD, the entry in USD",
            id="another-currency",
        ),
    ],
)
def test_what_is_not_known_is_not_computed_and_never_nothing(fields: dict[str, Any], why: str) -> None:
    found = stake([LINE], [], [measure(**fields)])
    assert found.charges == ()
    assert len(found.not_computed) == 1
    assert why in found.not_computed[0]


def test_a_rate_for_a_unit_counts_what_was_entered() -> None:
    rate = measure(specific="3", specific_currency="USD", specific_unit="ea")
    assert stake([LINE], [], [rate]).amounts == (("USD", Decimal(2512)),)


def test_two_rates_on_record_for_the_same_charge_leave_it_not_computed() -> None:
    found = stake([LINE], [], [measure(1), measure(2, percent="3")])
    assert found.not_computed == ("ordinary duty: the measures on record differ (#9:1, #9:2)",)
    assert stake([LINE], [], [measure(1), measure(2)]).amounts == (("USD", Decimal(2500)),)


def test_a_charge_on_goods_of_one_country_is_not_computed_where_theirs_is_not_known() -> None:
    extra = measure(2, measure="additional duty", measure_kind="additional duty", origin_country="MX", percent="25")
    found = stake([replace(LINE, origin=None)], [], [measure(), extra])
    assert found.not_computed == ("additional duty falls on goods of MX; theirs is not known",)


def test_bounds_in_another_currency_than_the_entry_leave_a_fee_not_computed() -> None:
    found = stake([replace(LINE, currency="CAD")], [], [measure(), fee()])
    assert found.not_computed == ("fee: its bounds are in USD, the entry is not",)


def test_stakes_of_several_entries_add_up_by_currency() -> None:
    north = replace(LINE, country="CA", currency="CAD")
    found = joined([stake([LINE], [], [measure()]), stake([north], [], [measure(country="CA", percent="6.1")])])
    assert found.amounts == (("CAD", Decimal(6100)), ("USD", Decimal(2500)))


def test_a_fee_that_is_on_record_for_other_days_alone_leaves_the_stake_not_whole() -> None:
    ended = fee(applies_to="2023-05-17")
    told = ("fee: it is on record for other days, and not for the day of entry",)
    assert stake([LINE], [], [measure(), ended]).not_computed == told
    assert stake([LINE], [], [measure(), fee(applies_from="2023-05-19")]).not_computed == told
    assert stake([LINE], [], [measure(), ended, fee(applies_from="2023-05-18")]).not_computed == ()


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"country": "CA"}, id="of-another-country"),
        pytest.param({"lifted_by_claim": "no"}, id="that-no-claim-lifts"),
        pytest.param({"tariff_code": "870899", "hs_edition": "HS2022"}, id="on-other-goods"),
        pytest.param({"measure_kind": "additional duty"}, id="a-duty-that-was-in-force-for-a-time"),
    ],
)
def test_what_would_not_fall_on_the_goods_on_any_day_is_not_missed(fields: dict[str, Any]) -> None:
    assert stake([LINE], [], [measure(), fee(applies_to="2023-05-17", **fields)]).not_computed == ()
