"""Loans, allocation and periods of total cost in a determination: what is above the law's limits is never counted for.

The small company's loan: 1000000 lent on 2020-04-01, half repaid on 2024-04-01 and half on 2028-04-01. Weighted average
maturity (500000 x 4 + 500000 x 8) / 1000000 = 6.0 years. With a government yield of 4 % the limit is 11 %.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.core.statements.loan import Loan, RateKind
from evidence.core.statements.purchase import RateLine, RateRoute
from evidence.origin.determine import determine
from evidence.origin.gather import gather
from evidence.origin.inputs import Fact
from evidence.origin.money import RateFile
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.small_company import LAST, LAW, OWNER, Company, cell, named, rate, rvc, small_company
from tests.unit.origin.small_home import make_home, record_company


def loan(**update: Any) -> Loan:
    values: dict[str, Any] = {
        "id": named("loan", str(sorted(update.items()))),
        "issuer": "self",
        "number": "LOAN-1",
        "borrower": OWNER,
        "lender": "BANK",
        "country": "MX",
        "currency": "USD",
        "principal": Decimal(1000000),
        "rate_kind": RateKind.FIXED,
        "rate_percent": Decimal(6),
        "rate_from": date(2020, 4, 1),
        "drawn_on": date(2020, 4, 1),
        "matures_on": date(2028, 4, 1),
        "schedule": ("2024-04-01:500000", "2028-04-01:500000"),
        "government_yield_percent": Decimal(4),
        "government_issue": "eight-year bond",
        "yield_on": date(2020, 4, 1),
        "yield_published_by": "central bank (SPECIMEN)",
        **update,
    }
    return Loan(**values)


def company_with(*loans: Loan) -> Company:
    company = small_company()
    for each in loans:
        company.add("loans", each)
    return company


def result(company: Company, **asked: Any) -> Worksheet:
    return determine(company.inputs(**asked), LAW)


def why(worksheet: Worksheet) -> str:
    return " ".join(gap.what for gap in worksheet.gaps)


def test_a_loan_within_the_limit_is_printed_and_changes_nothing() -> None:
    found = result(company_with(loan(rate_percent=Decimal(11))))
    assert found.outcome is Outcome.MET
    assert rvc(found).figure == 80
    assert cell(found, "loan.1.maturity") == 6
    assert cell(found, "loan.1.limit") == 11
    # 91 days of April to June 2023, 1000000 outstanding: 1000000 x 11 % x 91 / 365 = 27424.6575342465...
    assert cell(found, "loan.1.interest") == Decimal("27424.6575342466")
    assert cell(found, "loan.1.non_allowable") == 0
    row = next(row for row in found.findings if row.limb == "net cost")
    assert (row.outcome, row.figure, row.bound) == (Outcome.MET, Decimal(700), Decimal(700))


def test_interest_above_the_limit_that_nobody_booked_as_excluded_leaves_net_cost_unknown() -> None:
    found = result(company_with(loan(rate_percent=Decimal(12))))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "above the limit of Schedule IX" in why(found)
    # 1000000 x 12 % x 91 / 365 x (12 - 11) / 12 = 1000000 x 1 % x 91 / 365 = 2493.15068...
    assert cell(found, "loan.1.non_allowable").quantize(Decimal("0.01")) == Decimal("2493.15")


@pytest.mark.parametrize(
    ("booked", "share", "known"),
    [
        pytest.param("2493.15", None, True, id="the-whole"),
        pytest.param("2493.14", None, False, id="a-cent-short-of-the-whole"),
        pytest.param("1246.58", "0.5", True, id="its-share"),
        pytest.param("1246.55", "0.5", False, id="short-of-its-share"),
        pytest.param("1246.58", None, False, id="half-with-no-share-recorded"),
    ],
)
def test_what_is_booked_must_come_to_the_good_s_share(booked: str, share: str | None, known: bool) -> None:
    company = company_with(loan(rate_percent=Decimal(12)))
    company.cost("EV1", "P-MX", "other", Decimal(booked), "non-allowable interest")
    for part, plant in (("BODY", "P-MX"), ("PACK", "P-CA")):
        company.cost(part, plant, "other", Decimal("2493.16"), "non-allowable interest")
    ratio = None if share is None else Decimal(share)
    company.change("costs", lambda line: line.part == "EV1" and line.element == "other", allocation_ratio=ratio)
    found = result(company)
    assert (rvc(found).figure is not None) is known
    if known:
        assert cell(found, "excluded.interest") == Decimal(booked)


@pytest.mark.parametrize(
    ("update", "said"),
    [
        pytest.param({"schedule": ()}, "average maturity", id="no-repayments-and-no-maturity"),
        pytest.param({"schedule": ("2024-04-01:400000",)}, "come to the balance", id="repayments-short-of-the-loan"),
        pytest.param({"schedule": ("soon:1000000",)}, "2026-06-30:250000", id="a-repayment-that-is-no-day"),
        pytest.param({"country": "JP"}, "the producer is in MX", id="the-yield-of-another-country"),
        pytest.param(
            {"rate_kind": RateKind.VARIABLE, "schedule": ()}, "average maturity", id="a-rate-whose-end-is-open"
        ),
        pytest.param({"rate_from": date(2023, 5, 1)}, "no rate of it is on file", id="no-rate-for-april"),
        pytest.param({"rate_from": date(2024, 5, 1)}, "no rate of it is on file", id="no-rate-until-later"),
    ],
)
def test_a_loan_that_cannot_be_tested_leaves_net_cost_unknown(update: dict[str, Any], said: str) -> None:
    found = result(company_with(loan(**update)))
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert said in why(found)


def test_a_recorded_maturity_serves_where_no_repayments_are_on_file() -> None:
    found = result(company_with(loan(schedule=(), average_maturity_years=Decimal("6.0"))))
    assert found.outcome is Outcome.MET
    assert cell(found, "loan.1.maturity") == 6


def test_each_rate_of_a_variable_loan_is_tested_over_its_own_days() -> None:
    """6 % to 2023-04-30, then 12 %: two years to the first change; the second rate has its maturity recorded."""
    rates = {"rate_kind": RateKind.VARIABLE, "schedule": ("2028-04-01:1000000",)}
    first = loan(**rates, rate_from=date(2021, 5, 1))
    second = loan(**rates, rate_from=date(2023, 5, 1), rate_percent=Decimal(12), average_maturity_years=Decimal(5))
    found = result(company_with(first, second))
    assert found.outcome is Outcome.NOT_DETERMINABLE  # nothing is booked as non-allowable
    assert cell(found, "loan.1.maturity") == 2
    assert cell(found, "loan.1.non_allowable") == 0
    # 61 days of May and June: 1000000 x 1 % x 61 / 365 = 1671.2328...
    assert cell(found, "loan.2.non_allowable").quantize(Decimal("0.01")) == Decimal("1671.23")


@pytest.mark.parametrize(
    "update",
    [
        pytest.param({"borrower": "SOMEBODY"}, id="of-another-party"),
        pytest.param({"matures_on": date(2023, 4, 1), "schedule": ("2023-04-01:1000000",)}, id="repaid-before"),
    ],
)
def test_a_loan_that_is_not_the_producer_s_in_the_period_decides_nothing(update: dict[str, Any]) -> None:
    found = result(company_with(loan(rate_percent=Decimal(30), **update)))
    assert rvc(found).figure == 80


def test_shares_of_one_account_that_pass_the_whole_leave_net_cost_unknown() -> None:
    company = small_company()
    company.change(
        "costs", lambda line: line.plant == "P-MX" and line.element == "overhead", allocation_ratio=Decimal("0.5")
    )
    assert result(company).outcome is Outcome.MET
    company.change(
        "costs", lambda line: line.part == "BODY" and line.element == "overhead", allocation_ratio=Decimal("0.6")
    )
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "more than the whole" in why(found)


def test_one_account_allocated_by_two_bases_in_a_year_leaves_net_cost_unknown() -> None:
    company = small_company()
    company.cost("EV1", "P-MX", "overhead", Decimal(10))
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 10, allocation_base="units made")
    company.change("costs", lambda line: line.part == "EV1" and line.amount == 4000, allocation_base="machine hours")
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "Sched V s.6" in why(found)


@pytest.mark.parametrize(
    ("starts", "outcome"),
    [
        pytest.param("04-01", Outcome.MET, id="twelve-months-left"),
        pytest.param("01-01", Outcome.MET, id="nine-months-left"),
        pytest.param("12-01", Outcome.NOT_DETERMINABLE, id="eight-months-left"),
    ],
)
def test_three_months_must_divide_evenly_into_what_is_left_of_the_fiscal_year(starts: str, outcome: Outcome) -> None:
    company = small_company()
    company.change("calendars", lambda calendar: True, year_starts=starts)
    found = result(company)
    assert found.outcome is outcome
    if outcome is not Outcome.MET:
        assert "with 8 left of the fiscal year" in why(found)


def test_three_months_without_a_fiscal_calendar_are_not_known_to_be_a_period_of_the_law() -> None:
    company = small_company()
    company.drop("calendars", lambda calendar: True)
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "no fiscal calendar" in why(found)


def dated(day: date, worth: str, route: RateRoute | None) -> Fact[RateLine]:
    line = rate("MXN", day, worth).model_copy(update={"route": route})
    return Fact[RateLine](ref=f"#{worth}", seq=0, statement="rates", kind="exchange-rate", value=line)


@pytest.mark.parametrize(
    ("rates", "wanted"),
    [
        pytest.param(
            [("04-01", "1", RateRoute.BOOKED), ("04-10", "2", RateRoute.OFFICIAL)], "1", id="the-booked-first"
        ),
        pytest.param([("04-01", "1", None), ("04-09", "2", RateRoute.WITHIN_30_DAYS)], "1", id="unsaid-as-booked"),
        pytest.param(
            [("04-09", "1", RateRoute.WITHIN_30_DAYS), ("04-10", "2", RateRoute.OFFICIAL)], "1", id="then-another"
        ),
        pytest.param([("04-10", "2", RateRoute.OFFICIAL)], "2", id="then-the-official"),
        pytest.param([("04-25", "1", None)], "1", id="one-of-the-next-thirty-days"),
        pytest.param([("04-09", "2", RateRoute.OFFICIAL)], None, id="never-the-official-of-another-day"),
    ],
)
def test_the_rate_that_the_law_names_first_is_taken(
    rates: list[tuple[str, str, RateRoute | None]], wanted: str | None
) -> None:
    on_file = [dated(date.fromisoformat(f"2023-{day}"), worth, route) for day, worth, route in rates]
    file = RateFile(on_file, LAW, date(2023, 6, 30))
    found = file.on("MXN", "USD", date(2023, 4, 10)).rate
    assert found == (None if wanted is None else Decimal(wanted))


def test_a_recorded_loan_is_gathered_with_the_question_and_another_s_is_not(tmp_path: Path) -> None:
    company = company_with(loan(), loan(number="LOAN-2", borrower="SOMEBODY"), loan(number="LOAN-3", drawn_on=LAST))
    later = loan(number="LOAN-4", drawn_on=date(2023, 7, 1), rate_from=date(2023, 7, 1))
    company.add("loans", later)
    question = company.inputs().question
    with make_home(tmp_path / "home") as home:
        record_company(home, company)
        with reading(home.engine) as connection:
            found = gather(Register(connection), question)
    assert [fact.value.number for fact in found.loans] == ["LOAN-1", "LOAN-3"]
    assert found.loans[0].value == loan()


def test_a_total_cost_period_once_elected_cannot_be_taken_back_in_its_fiscal_year() -> None:
    company = small_company()
    company.elect("total-cost period", "six months")
    company.elect("total-cost period", "three months")
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert "is six months" in why(found)
    first = company.facts["elections"][0].value.id
    company.change("elections", lambda each: each.id == first, made_on=date(2022, 4, 1))
    assert result(company).outcome is Outcome.MET  # that was for the fiscal year before
