"""An average that a supplier states counts only over days that it may be over (s.9(4)).

The fiscal year of the small company begins in April.
"""

from datetime import date

import pytest

from evidence.core.statements.declaration import DeclarationForm
from evidence.origin.worksheet import MaterialRow
from tests.unit.origin.small_company import Company, material, result, small_company


def seat(averaged_over: str | None, company: Company | None = None) -> MaterialRow:
    """The two seats at 150, of which 40 of each does not originate by an average of its producer."""
    company = company or small_company()
    company.drop("declarations", lambda declaration: declaration.part == "SEAT")
    company.state(
        "SEAT", form=DeclarationForm.ACCUMULATION_AVERAGE, net_cost="140", non_originating_value="40",
        averaged_over=averaged_over,
    )  # fmt: skip
    return material(result(company), "SEAT")


@pytest.mark.parametrize(
    "over",
    [
        pytest.param("2023-04-01..2023-04-30, all units of one plant", id="a-month"),
        pytest.param("2022-04-01..2023-03-31", id="the-year-before"),
    ],
)
def test_an_average_within_the_buyers_fiscal_year_counts(over: str) -> None:
    assert seat(over).counted == 80


@pytest.mark.parametrize(
    "over",
    [
        pytest.param("2023-04-01..2023-05-31", id="two-months"),
        pytest.param("2023-03-01..2023-05-31", id="across-the-end-of-the-year"),
        pytest.param("2022-01-01..2022-12-31", id="a-calendar-year"),
        pytest.param("the second quarter", id="no-days"),
        pytest.param(None, id="nothing-said"),
    ],
)
def test_an_average_over_other_days_counts_for_nothing(over: str | None) -> None:
    row = seat(over)
    assert row.counted == 300
    assert "within the buyer's fiscal year (s.9(4))" in row.reason


def test_an_average_needs_the_buyers_fiscal_calendar_on_file() -> None:
    company = small_company()
    company.change("calendars", lambda calendar: True, valid_from=date(2024, 1, 1))
    assert seat("2023-04-01..2023-04-30", company).counted == 300
