"""Net cost from the books of all goods, by each of the three routes of s.7(11), with the allocations of Schedule V.

EV1 alone has total cost 50500, excluded cost 500, net cost 50000 and non-originating materials of 10000. Of the books
of all goods (`cost_books.with_books`) it has, in the quarter:

    each cost by itself        6000 x 5/8 + 2000 x 10/40                    = 4250       net cost 54250
    deduct, then allocate      (7000 - 1000) x 5/8 + 2000 x 10/40           = 4250       net cost 54250
    allocate, then deduct      7000 x 5/8 - 1000 x 8/32 + 2000 x 10/40      = 4625       net cost 54625
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.cost import AllocationGround, AllocationMethod, CostElement, CostNature
from evidence.errors import RuleError
from evidence.origin.determine import determine
from evidence.origin.gather import gather
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.cost_books import ADS, book, pool, put, weigh, with_books
from tests.unit.origin.small_company import FIRST, LAW, Company, cell, result, rvc, small_company
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_missing_counts_against import improvements


def why(worksheet: Worksheet) -> str:
    return " ".join(gap.what for gap in worksheet.gaps)


@pytest.mark.parametrize(
    ("route", "total", "excluded", "net", "content"),
    [
        # content: 44250 / 54250 = 81.5668..., 44625 / 54625 = 81.6933...
        pytest.param(None, 55375, 1125, 54250, "81.5668", id="each-cost-by-itself-where-none-is-elected"),
        pytest.param("allocate each cost", 55375, 1125, 54250, "81.5668", id="each-cost"),
        pytest.param("deduct then allocate", 55375, 1125, 54250, "81.5668", id="deduct-first"),
        pytest.param("allocate then deduct", 55375, 750, 54625, "81.6933", id="allocate-first"),
    ],
)
def test_net_cost_follows_the_route_elected(
    route: str | None, total: int, excluded: int, net: int, content: str
) -> None:
    company = with_books()
    if route is not None:
        company.elect("net cost route", route)
    found = result(company)
    assert [cell(found, name) for name in ("total_cost", "excluded", "net_cost")] == [total, excluded, net]
    assert rvc(found).figure == Decimal(content)
    taken = next(choice for choice in found.choices if choice.name == "net cost route")
    assert (taken.choice, taken.is_default) == (route or "allocate each cost", route is None)


def test_the_printed_example_of_deducting_and_then_allocating_is_worked_out_from_the_books() -> None:
    """UR s.7(22) ex.5: total cost 9000, of which 1200 excluded, leave 7800 to allocate; here two thirds are EV1's."""
    company = small_company()
    company.drop("costs", lambda line: line.part == "EV1")
    put(
        company,
        pool("1", 3000, "units made", 15, element="material"),
        pool("2", 2400, "units made", 15, element="labour"),
        pool("3", 2000, "units made", 15, element="period"),
        pool("4", 1200, "units made", 15, element="period", exclusion="royalties"),
        pool("5", 400, "units made", 15, element="other"),
    )
    weigh(company, "units made", EV1=10, EV2=5)
    company.elect("net cost route", "deduct then allocate")
    found = result(company)
    assert cell(found, "allocation.1.books") == 9000
    assert cell(found, "allocation.1.books_excluded") == 1200
    assert cell(found, "allocation.1.net") == cell(found, "net_cost") == 5200
    assert cell(found, "total_cost") == 6000
    assert cell(found, "tie.booked") == 2000  # 5200 x 3000 / 7800


@pytest.mark.parametrize(
    ("method", "part"),
    [
        pytest.param(AllocationMethod.LABOR_AND_MATERIAL, "18", id="appendix-b"),  # 30 x 15 / 25
        pytest.param(AllocationMethod.DIRECT_COST, "19.714285", id="appendix-c"),  # 30 x 23 / 35, printed as 19.71
    ],
)
def test_the_printed_examples_of_direct_costs_are_worked_out_from_the_books(
    method: AllocationMethod, part: str
) -> None:
    company = small_company()
    whole = 25 if method is AllocationMethod.LABOR_AND_MATERIAL else 35
    put(company, pool("7010", 30, "direct costs", whole, method=method))
    weigh(company, "direct labor", EV1=5, EV2=5)
    weigh(company, "direct material", EV1=10, EV2=5)
    weigh(company, "direct overhead", EV1=8, EV2=2)
    assert cell(result(company), "cost.allocated") == Decimal(part)


@pytest.mark.parametrize(
    ("update", "total", "net"),
    [
        # 20000 / 3 = 6666.666666...; 50500 and 50000 without it
        pytest.param({}, "57166.666666", "56666.666666", id="a-cost-is-cut"),
        pytest.param(
            {"exclusion": ADS, "element": "period"}, "57166.666666", "50000", id="an-excluded-cost-adds-nothing"
        ),
        # a gain of 6666.666667 comes off
        pytest.param({"nature": CostNature.EXCHANGE_GAIN}, "43833.333333", "43333.333333", id="a-gain-is-carried-up"),
    ],
)
def test_what_a_division_leaves_over_counts_against_the_claim(update: dict[str, Any], total: str, net: str) -> None:
    company = small_company()
    put(company, pool("7010", 20000, "units made", 3, **update))
    weigh(company, "units made", EV1=1, EV2=1, EV3=1)
    found = result(company)
    assert [cell(found, name) for name in ("total_cost", "net_cost")] == [Decimal(total), Decimal(net)]


def test_excluded_cost_with_a_base_of_its_own_is_carried_up() -> None:
    """20000 / 3 cut, less 1000 / 7 = 142.857142... carried up: 6523.809523 to 50000."""
    company = small_company()
    company.elect("net cost route", "allocate then deduct")
    put(company, pool("7010", 19000, "units made", 3))
    apart = {"exclusion": ADS, "element": "period", "excluded_base": "hours", "excluded_base_total": Decimal(7)}
    put(company, pool("7020", 1000, "units made", 3, **apart))
    weigh(company, "units made", EV1=1, EV2=2)
    weigh(company, "hours", EV1=1, EV2=6)
    assert cell(result(company), "net_cost") == Decimal("56523.809523")


def test_material_among_what_is_allocated_is_carried_up_since_a_bill_has_to_come_up_to_it() -> None:
    """100 / 3 of material on the books that no bill shows: short by 33.333334, on a net cost of 50033.333333."""
    company = small_company()
    put(company, pool("7010", 100, "units made", 3, element="material"))
    weigh(company, "units made", EV1=1, EV2=1, EV3=1)
    found = result(company)
    assert [cell(found, name) for name in ("net_cost", "tie.shortfall")] == [
        Decimal("50033.333333"),
        Decimal("33.333334"),
    ]


def test_an_account_of_one_plant_and_of_all_plants_is_not_counted_twice() -> None:
    company = with_books()
    company.add("cost_pools", pool("7010", 6000, "machine hours", 8000, plant=None), "pools-2")
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any("for one plant and for all plants" in finding.reason for finding in found.findings)


def test_what_two_loads_state_word_for_word_is_one_cost() -> None:
    company = with_books()
    before = cell(result(company), "net_cost")
    for field in ("costs", "cost_pools"):
        for fact in list(company.facts[field]):
            company.add(field, fact.value, f"{field} again")
    assert cell(result(company), "net_cost") == before


def test_one_load_may_book_the_same_amount_twice() -> None:
    """50000 and two of 300."""
    company = small_company()
    line = book(company, 300)
    load = company.facts["costs"][-1].statement
    company.add("costs", line, load)
    assert cell(result(company), "net_cost") == 50600


def test_a_base_in_two_units_allocates_nothing() -> None:
    company = with_books()
    company.change("allocation_bases", lambda line: line.part == "EV2" and line.base == "machine hours", unit="min")
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert any("record all of it in one unit" in finding.reason for finding in found.findings)


def change(**update: Any) -> Callable[[Company], None]:
    return lambda company: company.change("cost_pools", lambda line: line.account == "7010", **update)


def add(amount: int = 500, **update: Any) -> Callable[[Company], None]:
    return lambda company: put(company, pool("9000", amount, "machine hours", 8000, **update))


def _drop_the_other(company: Company) -> None:
    company.drop("allocation_bases", lambda line: line.part == "EV2" and line.base == "machine hours")


def _another_base_before(company: Company) -> None:
    earlier = {"period_from": date(2023, 7, 1), "period_to": date(2023, 9, 30)}
    put(company, pool("7010", 10, "units made", 40, **earlier))


def _own_share_of_it(company: Company) -> None:
    book(company, 100, allocation_base="machine hours")
    company.change("costs", lambda line: line.account == "more", account="7010")


def _two_bases_of_excluded_cost(company: Company) -> None:
    company.elect("net cost route", "allocate then deduct")
    put(company, pool("7031", 10, "machine hours", 8000, element="period", exclusion=ADS))


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        pytest.param(_drop_the_other, "have 5000 of 8000", id="a-good-left-out-of-the-base"),
        pytest.param(_another_base_before, "used in one fiscal year", id="two-methods-in-one-fiscal-year"),
        pytest.param(_own_share_of_it, "allocated to the good already", id="an-account-allocated-twice"),
        pytest.param(_two_bases_of_excluded_cost, "allocate each cost by itself", id="excluded-cost-by-two-bases"),
        pytest.param(change(to_qualify=True), "solely to qualify", id="taken-up-to-qualify"),
        pytest.param(change(management_base="units made"), "must be used", id="another-method-for-management"),
        pytest.param(change(method=AllocationMethod.OWN), "none of them", id="an-own-method-that-rests-on-nothing"),
        pytest.param(change(period_to=date(2023, 7, 31)), "reaches beyond", id="a-period-that-reaches-beyond"),
        pytest.param(change(currency="MXN"), "no rate of MXN", id="a-currency-without-a-rate"),
        pytest.param(
            change(method=AllocationMethod.DIRECT_COST, element=CostElement.LABOUR),
            "direct cost",
            id="direct-labor-by-c",
        ),
        pytest.param(change(method=AllocationMethod.DIRECT_COST), "are not recorded", id="direct-costs-not-recorded"),
        pytest.param(add(-5), "cannot be allocated", id="an-ordinary-cost-below-zero"),
        pytest.param(add(-5, nature=CostNature.EXCHANGE_GAIN), "book a gain as a gain", id="a-gain-below-zero"),
    ],
)
def test_what_may_not_be_allocated_so_leaves_net_cost_unknown(alter: Callable[[Company], None], said: str) -> None:
    company = with_books()
    alter(company)
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert said in why(found)


def test_a_method_of_the_producer_s_own_serves_where_it_rests_on_cause() -> None:
    company = with_books()
    change(method=AllocationMethod.OWN, ground=AllocationGround.CAUSE, management_base="machine hours")(company)
    found = result(company)
    assert cell(found, "net_cost") == 54250
    assert any(row.test == "costs reasonably allocated: account 7010 by machine hours" for row in found.findings)


def test_the_sale_of_a_machine_is_allocated_to_nobody() -> None:
    company = with_books()
    add(-900, nature=CostNature.CAPITAL_ASSET)(company)
    found = result(company)
    assert cell(found, "net_cost") == 54250
    assert cell(found, "left_out.1") == -900


@pytest.mark.parametrize(
    ("related", "net"),
    [
        pytest.param(True, 54250 - 50, id="related"),  # 80 x 5 / 8
        pytest.param(None, 54250 - 50, id="not-known"),
        pytest.param(False, 54250, id="not-related"),
    ],
)
def test_a_currency_gain_of_all_goods_comes_off_in_shares(related: bool | None, net: int) -> None:
    company = with_books()
    add(80, nature=CostNature.EXCHANGE_GAIN, production_related=related)(company)
    assert cell(result(company), "net_cost") == net


def test_a_good_that_the_books_do_not_weigh_bears_none_of_them() -> None:
    assert cell(result(with_books()), "M0001.net_cost") == 8000


def test_books_that_say_what_they_come_to_are_held_to_it() -> None:
    """6000 + 2000 + 1000 - 80 = 8920; without the gain of 80, which nobody likes to record, they come to 9000."""
    company = with_books()
    add(80, nature=CostNature.EXCHANGE_GAIN)(company)
    company.change("cost_pools", lambda line: True, books_total=Decimal(8920))
    assert cell(result(company), "net_cost") == 54200
    company.drop("cost_pools", lambda line: line.nature is CostNature.EXCHANGE_GAIN)
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "come to 9000 USD, and the books to 8920" in why(found)


def test_a_route_that_there_is_not_is_an_error() -> None:
    company = with_books()
    company.elect("net cost route", "by feeling")
    with pytest.raises(RuleError, match="deduct then allocate"):
        result(company)


@pytest.mark.parametrize("route", ["deduct then allocate", "allocate then deduct", "allocate each cost"])
def test_withholding_any_statement_of_the_books_improves_no_limb(route: str) -> None:
    company = with_books()
    company.elect("net cost route", route)
    whole = result(company)
    for name in company.statements():
        assert improvements(whole, result(company, name)) == [], name


def test_the_books_of_the_plant_are_gathered_with_what_every_good_is_weighed_by(tmp_path: Path) -> None:
    company = with_books()
    elsewhere = {"plant": "P-US"}
    put(company, pool("7010", 1, "machine hours", 8000, **elsewhere))
    other_year = {"period_from": date(2020, 4, 1), "period_to": date(2020, 6, 30)}
    put(company, pool("7010", 1, "machine hours", 8000, **other_year))
    question = company.inputs().question
    with make_home(tmp_path / "home") as home:
        record_company(home, company)
        with reading(home.engine) as connection:
            found = gather(Register(connection), question)
    assert [fact.value.account for fact in found.cost_pools] == ["7010", "7020", "7030"]
    assert {fact.value.period_from for fact in found.cost_pools} == {FIRST}
    assert {(fact.value.part, fact.value.base) for fact in found.allocation_bases} == {
        (part, base) for part in ("EV1", "EV2") for base in ("machine hours", "units made", "units sold")
    }
    assert cell(determine(found, LAW), "net_cost") == 54250
