"""Figures that cannot be: each leaves the good open, or is refused, naming the entry; nothing is recorded."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evidence import cli
from evidence.core.statements.base import Basis
from evidence.core.statements.bill import BillLine
from evidence.core.statements.cost import CostElement, CostLine
from evidence.core.statements.production import VolumeLine
from evidence.errors import OriginError
from evidence.origin.worksheet import Outcome
from tests.misuse import head_of
from tests.unit.origin.small_company import OWNER, Company, bill_line, limb, material, result, small_company
from tests.unit.origin.small_home import make_home, record_company

ASKED = ("--plant", "P-MX", "--period", "2023-04-01..2023-06-30")
LEVELS = 100


def bought(company: Company, part: str) -> str:
    """The entry of a part's purchase."""
    return next(fact.ref for fact in company.facts["purchases"] if fact.value.part == part)


def negative_cost(company: Company) -> str:
    company.cost("EV1", "P-MX", "overhead", Decimal(-50000))
    return f"below zero: {company.facts['costs'][-1].ref} overhead -50000"


def cost_booked_twice(company: Company) -> str:
    june = CostLine(
        owner=OWNER, part="EV1", plant="P-MX", period_from=date(2023, 6, 1), period_to=date(2023, 6, 30), account="A",
        description="labour", element=CostElement.LABOUR, amount=Decimal(1000), currency="USD", figures=Basis.ACTUAL,
    )  # fmt: skip
    whole = next(fact for fact in company.facts["costs"] if fact.value.description == "labour")
    fact = company.add("costs", june, "costs-june")
    return f"days that overlap (entries {whole.ref} and {fact.ref})"


def volume_twice(company: Company) -> str:
    may = next(fact for fact in company.facts["volumes"] if fact.value.month == "2023-05")
    again = VolumeLine(owner=OWNER, part="EV1", plant="P-MX", month="2023-05", made=3)
    fact = company.add("volumes", again, "volumes-2")
    return f"for 2023-05 is on file twice ({may.ref} and {fact.ref})"


def child_over_days_that_overlap(company: Company) -> str:
    seats = next(fact for fact in company.facts["bills"] if fact.value.child == "SEAT")
    fact = company.add("bills", seats.value.model_copy(update={"effective_to": date(2024, 1, 1)}), "bill-2")
    return f"SEAT twice over days that overlap (entries {seats.ref} and {fact.ref})"


@pytest.mark.parametrize("wrong", [negative_cost, cost_booked_twice, volume_twice, child_over_days_that_overlap])
def test_figures_of_the_good_that_cannot_be_leave_it_open_and_name_their_entries(
    wrong: Callable[[Company], str],
) -> None:
    company = small_company()
    said = wrong(company)
    found = result(company)
    assert found.outcome is Outcome.NOT_DETERMINABLE
    assert said in " ".join([found.summary, *(row.reason for row in found.findings), *(gap.what for gap in found.gaps)])


def unknown_currency(company: Company) -> str:
    company.change("purchases", lambda line: line.part == "RADIO", currency="XQX")
    return "no rate of XQX into USD is on file for 2023-04-10 or within 30 days of it"


def another_unit(company: Company) -> str:
    company.change("purchases", lambda line: line.part == "RADIO", unit="KGM")
    return "bought per KGM and used per EA"


@pytest.mark.parametrize("wrong", [unknown_currency, another_unit])
def test_a_purchase_that_cannot_be_valued_leaves_the_content_open_and_is_named(
    wrong: Callable[[Company], str],
) -> None:
    company = small_company()
    said = wrong(company)
    found = result(company)
    row = material(found, "RADIO")
    assert said in row.reason
    assert f"(invoice INV-RADIO line 1, entry {bought(company, 'RADIO')})" in row.reason
    assert row.counted is None
    assert limb(found, "regional value content").outcome is Outcome.NOT_DETERMINABLE


def holds_itself(company: Company) -> str:
    company.add("bills", bill_line("BODY", "P-MX", "BODY", 1, "P-MX"), "bill-BODY")
    return f"inside itself by entry {company.facts['bills'][-1].ref};"


def deep(company: Company) -> str:
    above = "BODY"
    for level in range(LEVELS):
        company.add("bills", bill_line(above, "P-MX", f"L{level}", 1, "P-MX"), "bill-deep")
        above = f"L{level}"
    return "deeper than 50 levels at L"


@pytest.mark.parametrize("wrong", [holds_itself, deep])
def test_a_bill_without_end_is_refused_and_nothing_is_recorded(
    wrong: Callable[[Company], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = small_company()
    said = wrong(company)
    with pytest.raises(OriginError, match=said.split(" by ")[0]):
        result(company)
    with make_home(tmp_path / "home") as handle:
        record_company(handle, company)
    before = head_of(tmp_path / "home")
    for record in ("--record", "--no-record"):
        status = cli.main(["--home", str(tmp_path / "home"), "determine", "EV1", *ASKED, record])
        told = capsys.readouterr()
        assert status != 0
        assert "entry #" in told.err
        assert "Traceback" not in told.err
        assert told.out == ""
    assert cli.main(["--home", str(tmp_path / "home"), "snapshots", "list"]) == 0
    assert "No snapshots." in capsys.readouterr().out
    assert head_of(tmp_path / "home") == before


def test_lines_of_the_same_days_add_up() -> None:
    company = small_company()
    seats: BillLine = next(fact.value for fact in company.facts["bills"] if fact.value.child == "SEAT")
    company.add("bills", seats.model_copy(update={"quantity": Decimal(1)}), "bill-2")
    company.cost("EV1", "P-MX", "labour", Decimal(100))
    found = result(company)
    assert found.outcome is Outcome.MET
    assert [row.quantity for row in found.materials if row.part == "SEAT"] == [2, 1]
