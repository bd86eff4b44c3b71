"""Booked costs that count otherwise than where they are booked: currency, royalties, assists, what is never allocated.

EV1 without them: total cost 50500, excluded cost 500, net cost 50000; non-originating materials 10000; 80 %.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evidence.core.statements.assist import AssistKind, AssistLine, AssistSpread
from evidence.core.statements.cost import CostNature, Exclusion, PaidFor
from evidence.origin.worksheet import Outcome, Worksheet
from tests.unit.origin.cost_books import book, pool, put, with_books
from tests.unit.origin.small_company import OWNER, Company, cell, result, small_company
from tests.unit.origin.test_missing_counts_against import improvements


def figures(worksheet: Worksheet) -> list[Decimal]:
    return [cell(worksheet, name) for name in ("total_cost", "net_cost", "vnm")]


def with_exchange() -> Company:
    """UR s.7(22) ex.9: gains of 10000, of which 7000 related to production; losses of 8000, of which 6000 related."""
    company = small_company()
    for nature, amount, related in (
        (CostNature.EXCHANGE_GAIN, 7000, True),
        (CostNature.EXCHANGE_GAIN, 3000, False),
        (CostNature.EXCHANGE_LOSS, 6000, True),
        (CostNature.EXCHANGE_LOSS, 2000, False),
    ):
        book(company, amount, "other", nature=nature, production_related=related)
    return company


def test_related_gains_come_off_total_cost_and_related_losses_come_on_as_the_printed_example_says() -> None:
    """50500 - 7000 + 6000: total cost falls by the net gain of 1000, as from 45000 to 44000 in the text; VNM stays."""
    found = result(with_exchange())
    assert figures(found) == [49500, 49000, 10000]
    assert cell(found, "cost.exchange") == -1000
    assert [cell(found, f"left_out.{number}") for number in (1, 2)] == [3000, 2000]


@pytest.mark.parametrize(
    ("nature", "by"),
    [
        pytest.param(CostNature.EXCHANGE_GAIN, -400, id="a-gain-comes-off"),
        pytest.param(CostNature.EXCHANGE_LOSS, 0, id="a-loss-stays-out"),
    ],
)
def test_what_is_not_known_to_be_related_to_production_counts_so_that_it_hurts(nature: CostNature, by: int) -> None:
    company = small_company()
    book(company, 400, "other", nature=nature)
    assert cell(result(company), "net_cost") == 50000 + by


def test_losses_without_any_gains_booked_leave_net_cost_unknown() -> None:
    company = small_company()
    book(company, 400, "other", nature=CostNature.EXCHANGE_LOSS, production_related=True)
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any("book the gains too" in gap.what for gap in found.gaps)
    book(company, 0, "other", nature=CostNature.EXCHANGE_GAIN, production_related=False)
    assert cell(result(company), "net_cost") == 50400


def test_gains_above_the_whole_of_net_cost_leave_it_unknown() -> None:
    company = small_company()
    book(company, 50001, "other", nature=CostNature.EXCHANGE_GAIN)
    assert result(company).outcome is Outcome.NOT_DETERMINABLE


@pytest.mark.parametrize(
    ("paid_for", "in_region", "heading", "net"),
    [
        # 300 more of total cost each time; net cost has them only where they are not excluded
        pytest.param(PaidFor.RESEARCH, True, Exclusion.ROYALTIES, 50300, id="research-in-the-region"),
        pytest.param(PaidFor.RESEARCH, False, Exclusion.ROYALTIES, 50000, id="research-elsewhere"),
        pytest.param(PaidFor.RESEARCH, None, Exclusion.ROYALTIES, 50000, id="research-nobody-knows-where"),
        pytest.param(PaidFor.RESEARCH, None, Exclusion.NONE, 50000, id="research-nobody-knows-where-not-so-booked"),
        pytest.param(PaidFor.TECHNICAL_SERVICE, True, Exclusion.ROYALTIES, 50300, id="services-in-the-region"),
        pytest.param(PaidFor.TRAINING, None, Exclusion.ROYALTIES, 50300, id="training"),
        pytest.param(PaidFor.USE, True, Exclusion.NONE, 50000, id="use-not-booked-as-a-royalty"),
        pytest.param(None, None, Exclusion.ROYALTIES, 50000, id="nothing-said"),
    ],
)
def test_a_payment_is_excluded_by_what_it_is_for(
    paid_for: PaidFor | None, in_region: bool | None, heading: Exclusion, net: int
) -> None:
    company = small_company()
    book(company, 300, "period", exclusion=heading, paid_for=paid_for, performed_in_region=in_region)
    found = result(company)
    assert figures(found)[:2] == [50800, net]
    if paid_for is not None and net == 50300:
        assert cell(found, "kept.1") == 300


@pytest.mark.parametrize("amount", [pytest.param(700, id="a-gain"), pytest.param(-700, id="a-loss")])
def test_a_discontinued_operation_is_no_cost_of_the_good(amount: int) -> None:
    company = small_company()
    book(company, amount, "other", nature=CostNature.DISCONTINUED)
    found = result(company)
    assert figures(found) == [50500, 50000, 10000]
    assert cell(found, "left_out.1") == amount


def mould(company: Company, part: str, seller: str, **update: Any) -> None:
    """A mould of 1000 for 100 units of a part, given free to its maker: 10 a unit."""
    values: dict[str, Any] = {
        "reference": "MOULD",
        "owner": OWNER,
        "part": part,
        "giver": OWNER,
        "receiver": seller,
        "assist_kind": AssistKind.TOOLS,
        "value": Decimal(1000),
        "currency": "USD",
        "given_on": date(2023, 1, 10),
        "spread_over": AssistSpread.ANTICIPATED,
        "spread_quantity": Decimal(100),
        "period_from": date(2023, 1, 1),
        "period_to": date(2024, 12, 31),
        **update,
    }
    company.add("assists", AssistLine(**values), "assists-1")


@pytest.mark.parametrize(
    ("part", "seller", "booked", "update", "wanted"),
    [
        # 10 cars x 1 radio x 10 = 100 in the value of the radios, and of it nothing beside that; VNM 10 x 1010
        pytest.param("RADIO", "S-RADIO", 400, {}, [50600, 50100, 10100], id="in-a-foreign-radio"),
        # 10 cars x 2 seats x 10 = 200, which originate
        pytest.param("SEAT", "S-SEAT", 400, {}, [50700, 50200, 10000], id="in-regional-seats"),
        # never more than is booked in the period; the radio is worth 1010 all the same
        pytest.param("RADIO", "S-RADIO", 60, {}, [50560, 50060, 10100], id="at-most-what-is-booked"),
        pytest.param("RADIO", "S-RADIO", 400, {"period_to": date(2023, 3, 31)}, [50500, 50000, 10000], id="of-earlier"),
        pytest.param("RADIO", "S-RADIO", 400, {"reference": "OTHER"}, [50500, 50000, 10100], id="not-on-record"),
        pytest.param("CASE", "S-CASE", 400, {}, [50500, 50000, 10000], id="in-a-material-of-another-part"),
    ],
)
def test_a_mould_lent_free_counts_once_in_the_value_of_the_material(
    part: str, seller: str, booked: int, update: dict[str, Any], wanted: list[int]
) -> None:
    """UR s.7(22) ex.8: its cost on the producer's books is no cost beside the material that holds it."""
    company = small_company()
    mould(company, part, seller, **update)
    book(company, booked, assist_reference="MOULD")
    assert figures(result(company)) == wanted


def test_a_mould_booked_as_its_own_cost_would_count_twice() -> None:
    company = small_company()
    mould(company, "RADIO", "S-RADIO")
    book(company, 400)
    assert figures(result(company)) == [50900, 50400, 10100]


def test_withholding_any_statement_about_these_costs_improves_no_limb() -> None:
    company = with_exchange()
    company.drop("costs", lambda line: line.nature is CostNature.EXCHANGE_GAIN and line.production_related is True)
    mould(company, "SEAT", "S-SEAT")
    book(company, 400, assist_reference="MOULD")
    book(company, 300, "period", exclusion=Exclusion.ROYALTIES, paid_for=PaidFor.RESEARCH, performed_in_region=True)
    whole = result(company)
    for name in company.statements():
        assert improvements(whole, result(company, name)) == [], name


def test_gains_booked_for_the_good_and_its_share_of_others_stand_apart_on_the_worksheet() -> None:
    """300 of its own, and 5000 of 8000 machine hours of 80."""
    company = with_books()
    put(company, pool("9000", 80, "machine hours", 8000, nature=CostNature.EXCHANGE_GAIN))
    book(company, 300, "other", nature=CostNature.EXCHANGE_GAIN)
    found = result(company)
    assert [cell(found, f"exchange.gains{name}") for name in (".own", "")] == [300, 350]
    assert cell(found, "cost.exchange") == -350
