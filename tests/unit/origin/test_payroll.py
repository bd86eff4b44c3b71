"""A plant's payroll, worker by worker, and the certificate that was summed from it.

1001  1296 for 80 hours of two weeks is 16.20 an hour; 80 hours                 1296
1002  17 an hour; 84 of 100 hours are direct, under 85 percent: 84 hours        1428
1003  of an agency: 1560 x 24 / 52 / 40 is 18 an hour; 160 hours                2880
1004  a manager, who is out                                              324 h, 5604: 17.2962... an hour
"""

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence.cli import main
from evidence.core.statements.wage import PayConversion, WageCertificate
from evidence.core.values import Period
from evidence.errors import MalformedValue
from evidence.origin.payroll import Payroll, against, outcome, read_payroll, summed
from evidence.rules.finding import Outcome
from tests.unit.origin.labor_company import certificate
from tests.unit.origin.small_company import LAW, Company
from tests.unit.origin.small_home import make_home, record

HEADER = "worker,work,hours,direct_hours,pay,kind_of_pay,paid_by,paid_hours,agency\n"
ROWS = """\
1001,production,80,80,1296,base,week or two weeks,,no
1001,production,,,200,overtime premium,,,no
1002,team lead who relieves production workers,100,84,17,,hour,,
1003,production,160,160,1560,base,half a month,40,yes
1004,manager with final authority to hire or dismiss,160,0,60,base,hour,,no
"""
SPAN = Period(date(2021, 4, 1), date(2022, 3, 31))


def payroll(rows: str = ROWS, country: str = "US") -> Payroll:
    return summed((HEADER + rows).encode(), "W-US", country, SPAN, LAW)


def form(**update: Any) -> WageCertificate:
    company = Company()
    stated = {"direct_hours": Decimal(324), "base_wages": Decimal(5604), "average_wage": Decimal("17.30"), **update}
    certificate(company, "W-US", **stated)
    (fact,) = company.facts["wage_certificates"]
    return fact.value  # type: ignore[no-any-return]


def test_a_payroll_comes_to_the_figures_of_a_certificate() -> None:
    found = payroll()
    assert (found.direct_hours, found.base_wages) == (324, 5604)
    assert found.average_wage == Decimal("17.2962")
    assert (found.finding.outcome, found.rate, found.currency) == (Outcome.MET, 16, "USD")
    assert (found.workers, found.mostly_direct) == (3, 2)
    assert (found.agency_hours, found.agency_wages) == (160, 2880)
    assert found.exclusions == ("overtime premium", "manager with final authority to hire or dismiss")
    assert found.left_out[0] == "1002: 16 hours that are not direct production"
    assert found.conversions == (PayConversion.WEEKLY, PayConversion.HOURLY, PayConversion.SEMI_MONTHLY)
    assert found.commitment == hashlib.sha256((HEADER + ROWS).encode()).hexdigest()


def test_each_pay_day_counts_at_its_own_wage_and_the_85_percent_over_all_of_them() -> None:
    # 100 hours at 15 and 100 at 17; 90 and 80 of them direct are 85 percent of 200: 3200 for 200 hours
    found = payroll("1,production,100,90,15,,,,\n1,production,100,80,17,,,,\n")
    assert (found.direct_hours, found.base_wages, found.average_wage) == (200, 3200, 16)
    assert found.finding.met
    found = payroll("1,production,100,90,15,,,,\n1,production,100,79.99,17,,,,\n")
    # 169.99 hours at the 16 that the payments come to
    assert (found.direct_hours, found.base_wages) == (Decimal("169.99"), Decimal("2719.84"))


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        pytest.param("1,production,100,100,16,,,,\n", Outcome.MET, id="at-the-rate"),
        pytest.param("1,production,100,100,15.9999,,,,\n", Outcome.NOT_MET, id="under-it"),
        pytest.param("1,production,100,100,,,,,\n2,production,1,1,90,,,,\n", Outcome.NOT_DETERMINABLE, id="no-pay"),
        pytest.param("1,research and development,100,100,90,,,,\n", Outcome.NOT_DETERMINABLE, id="nobody-counts"),
        pytest.param("1,,100,100,90,,,,\n", Outcome.NOT_DETERMINABLE, id="work-not-said-is-not-direct"),
        pytest.param("1,production,100,100,15,,,,\n1,production,,,900,bonus,,,\n", Outcome.NOT_MET, id="a-bonus"),
    ],
)
def test_the_test_is_made_on_the_exact_figures_of_who_counts(rows: str, result: Outcome) -> None:
    assert payroll(rows).finding.outcome is result


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("worker,work\n1,production\n", "without hours, direct_hours, pay", id="columns-missing"),
        pytest.param(HEADER.replace("agency", "name"), "with name", id="a-column-too-many"),
        pytest.param(HEADER + ",production,1,1,1,,,,\n", "a payroll number, never a name", id="no-number"),
        pytest.param(HEADER + "1,cook,1,1,1,,,,\n", "work, row 2", id="unknown-work"),
        pytest.param(HEADER + "1,production,1,1,1e3,,,,\n", "pay, row 2", id="no-decimal"),
        pytest.param(HEADER + "1,production,1,1,-1,,,,\n", "zero or more", id="below-zero"),
        pytest.param(HEADER + "1,production,,1,1,,,,\n", "hours and direct_hours, row 2", id="no-hours"),
        pytest.param(HEADER + "1,production,1,,1,bonus,,,\n", "hours stand with base pay", id="hours-of-a-bonus"),
        pytest.param(HEADER + "1,production,1,1,1,,month,,\n", "the hours of a week", id="a-month-without-its-week"),
        pytest.param(HEADER + "1,production,1,1,1,,,,maybe\n", "yes or no", id="agency-maybe"),
        pytest.param(HEADER + "1,production,1,1\n", "one cell for each column", id="ragged"),
        pytest.param(HEADER + '1,"production', "quotes that are closed", id="an-open-quote"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_is_wanted(text: str, said: str) -> None:
    with pytest.raises(MalformedValue, match=said):
        read_payroll(text.encode())


def test_a_number_has_one_kind_of_work_and_no_more_direct_hours_than_hours() -> None:
    with pytest.raises(MalformedValue, match="rows 2, 3"):
        payroll("1,production,1,1,20,,,,\n1,research and development,1,0,20,,,,\n")
    with pytest.raises(MalformedValue, match="at most 1, all hours"):
        payroll("1,production,1,2,20,,,,\n")
    with pytest.raises(MalformedValue, match="UTF-8"):
        read_payroll(b"\xff\xfe\x00")


def test_a_certificate_says_what_its_payroll_comes_to() -> None:
    found = payroll()
    full = form(
        workers=3, workers_over_85_percent=2, agency_hours=Decimal(160), agency_wages=Decimal(2880),
        payroll_commitment=found.commitment,
    )  # fmt: skip
    compared = against(found, full, "W-US", "US", SPAN)
    assert compared.met
    assert len(compared.parts) == 14
    assert outcome(found, compared) is Outcome.MET


@pytest.mark.parametrize(
    ("update", "item"),
    [
        pytest.param({"direct_hours": Decimal(340)}, "direct hours", id="hours-of-a-worker-that-are-not-direct"),
        pytest.param({"base_wages": Decimal("5604.02")}, "base wages", id="two-cents-more"),
        pytest.param({"period_to": date(2022, 2, 28)}, "period", id="another-period"),
        pytest.param({"meets_rate": False}, "meets the rate", id="says-it-does-not"),
        pytest.param({"agency_wages": Decimal(3900)}, "agency wages", id="what-the-agency-charges"),
        pytest.param({"workers": 4}, "workers", id="a-worker-more"),
        pytest.param({"payroll_commitment": "0" * 64}, "payroll commitment", id="of-another-file"),
    ],
)
def test_what_a_certificate_says_otherwise_is_named(update: dict[str, Any], item: str) -> None:
    found = payroll()
    compared = against(found, form(**update), "W-US", "US", SPAN)
    assert [part.test for part in compared.parts if not part.met] == [f"certificate WAGE-W-US: {item}"]
    assert outcome(found, compared) is Outcome.NOT_MET


def test_the_command_prints_the_figures_and_compares_the_certificate_on_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, home = tmp_path / "payroll.csv", tmp_path / "home"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    with make_home(home) as handle:
        record(handle, form(workers=3))
    asked = ["wages", str(file), "--plant", "W-US", "--country", "US", "--period", "2021-04-01..2022-03-31"]
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["payroll"]["base_wages"] == "5604.00"
    compared = [*asked, "--home", str(home), "--certificate", "WAGE-W-US"]
    assert main(compared) == 0
    shown = capsys.readouterr()
    assert "certificate WAGE-W-US against its payroll: it says what the payroll comes to." in shown.out
    assert "1004: manager" in shown.err
    file.write_text(HEADER + ROWS.replace(",84,", ",85,"), encoding="utf-8")
    assert main(compared) == 1
    assert "direct hours: it says 324, and the payroll 340" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        pytest.param({"--country": "KR"}, 2, "which have a rate", id="no-rate"),
        pytest.param({"--period": "lately"}, 2, "lately", id="no-period"),
        pytest.param({"--certificate": "W-1"}, 2, "give --home", id="no-home"),
    ],
)
def test_the_command_says_what_it_wants(
    given: dict[str, str], status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "payroll.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    named = {"--plant": "W-US", "--country": "US", "--period": "2021-04-01..2022-03-31", **given}
    assert main(["wages", str(file), *(each for pair in named.items() for each in pair)]) == status
    assert said in capsys.readouterr().err
