"""The year-end true-up over recorded snapshots: what became of each estimate, who is told, and the record of it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence import cli
from evidence.core.statements.handling import Delivery, DeliveryState
from evidence.core.values import Period
from evidence.errors import OriginError
from evidence.ledger.found import HomeHandle
from evidence.origin.average_inputs import gather_average
from evidence.origin.averages import work_out
from evidence.origin.inputs import Inputs
from evidence.origin.snapshot import Determined, record_snapshot
from evidence.origin.true_up import TrueUpSheet, YearEnd, reconciliation_of
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Register
from evidence.rules.true_up import Figure
from evidence.store.engine import reading
from tests.unit.origin.small_company import LAW, OWNER, named, small_company
from tests.unit.origin.small_home import load, make_home, record, record_company, set_clock
from tests.unit.origin.small_range import QUESTION, election, use, volume, worksheet
from tests.unit.origin.small_shipment import certification

YEAR = Period(date(2023, 4, 1), date(2024, 3, 31))
QUARTER = {"period_from": date(2023, 4, 1), "period_to": date(2023, 6, 30)}
AFTER = datetime(2024, 5, 10, 12, tzinfo=UTC)
LATER = AFTER.date()


@pytest.fixture
def handle(tmp_path: Path) -> Iterator[HomeHandle]:
    with make_home(tmp_path / "home") as opened:
        record_company(opened, small_company())
        yield opened


def keep(handle: HomeHandle, sheet: Worksheet) -> str:
    """Record a worksheet as a snapshot."""
    nothing = Inputs(question=small_company().inputs().question, as_of=0)
    return record_snapshot(handle, Determined(nothing, sheet), handle.clock.now()).snapshot


def estimate(**update: Any) -> Worksheet:
    return worksheet(**{"basis": "estimate", **QUARTER, **update})


def actual(outcome: Outcome, **update: Any) -> Worksheet:
    """The actual worksheet, its content with this outcome."""
    sheet = worksheet(**{**QUARTER, **update})
    findings = tuple(
        row.model_copy(update={"outcome": outcome, "reason": "as the test says"})
        if row.limb == "regional value content"
        else row
        for row in sheet.findings
    )
    return sheet.model_copy(update={"findings": findings})


def sheet(handle: HomeHandle, today: date = LATER) -> TrueUpSheet:
    with reading(handle.engine) as connection:
        register = Register(connection, handle.ledger.size())
        return YearEnd(register, handle.documents, OWNER, YEAR, LAW).sheet(today)


def content(found: TrueUpSheet) -> Any:
    return next(row for row in found.rows if row.figure is Figure.REGIONAL_VALUE)


def test_an_estimate_waits_for_the_year_to_end_and_then_for_actual_figures(handle: HomeHandle) -> None:
    keep(handle, estimate())
    during = content(sheet(handle, date(2024, 3, 31)))
    assert (during.result, during.outcome, during.due) == ("open", "met", date(2024, 4, 1))
    after = sheet(handle)
    assert content(after).outcome == "not_determinable"
    assert after.worst == "not_determinable"
    assert [row.figure for row in after.rows] == [Figure.REGIONAL_VALUE]  # the others rest on certifications on file


def test_actual_figures_that_agree_confirm_and_tell_nobody(handle: HomeHandle) -> None:
    record(handle, certification())
    keep(handle, estimate())
    kept = keep(handle, actual(Outcome.MET))
    row = content(sheet(handle))
    assert (row.result, row.outcome, row.actual_snapshots, row.notices) == ("confirmed", "met", (kept,), ())
    assert sheet(handle).worst == "met"


def test_actual_figures_that_fail_name_everybody_who_was_given_a_certification(handle: HomeHandle) -> None:
    record(handle, certification())
    keep(handle, estimate())
    set_clock(handle, AFTER)
    keep(handle, actual(Outcome.NOT_MET))
    row = content(sheet(handle))
    assert (row.result, row.outcome, row.determined_on) == ("overturned", "not_met", LATER)
    assert [notice.papers for notice in row.notices]
    assert all(notice.at_once and notice.by == LATER for notice in row.notices)  # before 2025-03-18
    assert sheet(handle).worst == "not_met"


def test_a_limb_that_was_worked_out_is_trued_up_apart_from_its_certification(handle: HomeHandle) -> None:
    def computed(sheet: Worksheet, outcome: Outcome) -> Worksheet:
        steel = next(row for row in sheet.findings if row.limb == "steel")
        rows = (
            steel.model_copy(update={"test": "steel", "outcome": Outcome.MET}),
            steel.model_copy(update={"test": "steel purchases", "outcome": outcome, "reason": "of purchases"}),
        )
        return sheet.model_copy(update={"findings": (*rows, *sheet.findings)})

    keep(handle, computed(estimate(), Outcome.MET))
    keep(handle, computed(actual(Outcome.MET), Outcome.NOT_MET))
    found = {row.figure: row for row in sheet(handle).rows}
    assert found[Figure.STEEL].result == "overturned"
    assert "s.17(11)" in found[Figure.STEEL].citations[0]
    assert found[Figure.REGIONAL_VALUE].result == "confirmed"


def test_the_record_of_a_true_up_names_what_is_due_and_a_delivery_answers_it(handle: HomeHandle) -> None:
    record(handle, certification(recipients=("DEALER",)))
    keep(handle, estimate())
    set_clock(handle, datetime(2025, 4, 1, 12, tzinfo=UTC))
    keep(handle, actual(Outcome.NOT_MET))
    found = sheet(handle, date(2025, 4, 1))
    row = content(found)
    statement = reconciliation_of(row, found, by="Controller (role)", now=handle.clock.now(), random=handle.random)
    assert "party:DEALER" in statement.notices_due
    assert (statement.result.value, statement.reconciled.value) == ("not met", "regional value content")
    record(handle, statement)
    sent = Delivery(
        id=named("deliv", "1"),
        issuer="self",
        of=f"reconciliation:{statement.number}",
        to="DEALER",
        channel="mail",
        state=DeliveryState.SENT,
        state_on=date(2025, 4, 2),
    )
    record(handle, sent)
    row = content(sheet(handle, date(2025, 4, 3)))
    assert row.reconciliation == statement.number
    assert [notice.sent_on for notice in row.notices if notice.to == "DEALER"] == [date(2025, 4, 2)]


def test_a_longer_actual_period_decides_the_estimates_within_it(handle: HomeHandle) -> None:
    keep(handle, estimate())
    whole = keep(handle, actual(Outcome.MET, period_from=YEAR.first, period_to=YEAR.last))
    assert content(sheet(handle)).actual_snapshots == (whole,)


def test_a_good_that_is_averaged_is_trued_up_by_its_category(handle: HomeHandle) -> None:
    uses = load(handle, "uses", "uses-2", [use("EV2")])
    volumes = load(handle, "volumes", "volumes-2", [volume("EV2", "2023-05", 30)])
    record(handle, uses, volumes, election(valid_from=QUARTER["period_from"], valid_to=QUARTER["period_to"]))
    both = ("30", "150000")
    for basis, vnm in (("estimate", "37500"), ("actual", "46000")):  # actual: 69.33 % by itself
        keep(handle, worksheet(**{**QUARTER, "basis": basis}))
        keep(handle, worksheet("EV2", *both, vnm, **{**QUARTER, "basis": basis}))
    row = content(sheet(handle))
    assert row.parts == ("EV1", "EV2")
    assert (row.result, row.estimated[:7], row.actual[:7]) == ("confirmed", "76.25 %", "72.00 %")
    assert len([each for each in sheet(handle).rows if each.figure is Figure.REGIONAL_VALUE]) == 1
    assert len(row.actual_snapshots) == 2
    assert sheet(handle).costs_due is None  # the year ended before 19 CFR 182.100 bound


def test_a_year_that_is_none_of_the_owners_is_refused(handle: HomeHandle) -> None:
    year = Period(date(2023, 7, 1), date(2024, 6, 30))
    with reading(handle.engine) as connection:
        found = YearEnd(Register(connection), handle.documents, OWNER, year, LAW)
        with pytest.raises(OriginError, match=r"2023-04-01\.\.2024-03-31"):
            found.sheet(LATER)


def test_an_average_is_gathered_from_the_register_as_it_is_worked_out(handle: HomeHandle) -> None:
    keep(handle, worksheet(**QUARTER))
    question = QUESTION.model_copy(update=QUARTER)
    with reading(handle.engine) as connection:
        inputs = gather_average(Register(connection, handle.ledger.size()), handle.documents, question)
    found = work_out(inputs, LAW)
    assert [(row.part, row.made, row.net_cost) for row in found.members] == [("EV1", 10, 50000)]
    assert found.outcome is Outcome.NOT_MET  # a quarter is no period of vehicles, and no election is on file
    assert found.as_of == inputs.as_of > 0


def run(handle: HomeHandle, *arguments: str) -> int:
    return cli.main(["--home", str(handle.settings.home), *arguments])


def test_the_commands_print_what_a_person_follows(handle: HomeHandle, capsys: pytest.CaptureFixture[str]) -> None:
    keep(handle, estimate())
    keep(handle, worksheet(**QUARTER))
    asked = ("average", "EV1", "--plant", "P-MX", "--period", "2023-04-01..2023-06-30", "--category", "b")
    assert run(handle, *asked) == 1
    printed = capsys.readouterr().out
    assert "average content 80 %; all tests: not met" in printed
    assert "A good's own content decides nothing" in printed
    assert run(handle, *asked, "--json") == 1
    assert json.loads(capsys.readouterr().out)["content"] == "80"
    assert run(handle, "true-up", "--year", "2023-04-01..2024-03-31", "--on", "2024-05-10") == 0
    assert "No notice is due." in capsys.readouterr().out


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeHandle]:
    with make_home(tmp_path_factory.mktemp("asked") / "home") as opened:
        yield opened


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(("--period", "20233"), 2, "2023-04", id="no-period"),
        pytest.param(("--period", "1800"), 2, "1994", id="before-any-agreement"),
        pytest.param(("--period", "2023", "--category", "z"), 2, "one of a, b", id="no-category"),
        pytest.param(("--period", "2023", "--basis", "standard"), 2, "actual or estimate", id="no-basis"),
        pytest.param(("--period", "2023", "--exported", "US", "--buyer", "B"), 2, "not both", id="two-bases"),
        pytest.param(("--period", "2023", "--plant", "../.."), 2, "plant", id="a-plant-as-a-path"),
        pytest.param(("--period", "2023"), 3, "No use of EV1", id="a-good-that-is-not-on-record"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    empty: HomeHandle, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, said: str
) -> None:
    given = ("--plant", "P-MX", "--category", "b")
    assert run(empty, "average", "EV1", *given, *arguments) == status
    assert said in capsys.readouterr().err


def test_a_record_says_who_made_it(empty: HomeHandle, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(empty, "true-up", "--year", "2023", "--record") == 2
    assert "--by NAME" in capsys.readouterr().err


def test_a_recorded_true_up_is_recorded_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "home"
    with make_home(place) as opened:
        record_company(opened, small_company())
        keep(opened, estimate())
        keep(opened, actual(Outcome.MET))
    asked = ("true-up", "--year", "2023-04-01..2024-03-31", "--record", "--by", "Controller (role)")
    assert cli.main(["--home", str(place), *asked]) == 0
    assert "Reconciliations recorded: 1." in capsys.readouterr().err
    assert cli.main(["--home", str(place), *asked]) == 0
    assert "Reconciliations recorded: 0." in capsys.readouterr().err
