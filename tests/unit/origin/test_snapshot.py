"""Snapshots of the small company in a real home: recorded once, replayed to the same bytes, differences named."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evidence.core.statements.base import Basis
from evidence.core.statements.declaration import DeclarationEvent, DeclarationState
from evidence.core.statements.snapshot import Snapshot, worksheet_lines
from evidence.errors import OriginError, UsageError
from evidence.ledger.found import HomeHandle
from evidence.origin.determine import determine
from evidence.origin.question import Event, Question
from evidence.origin.snapshot import (
    determine_in,
    record_snapshot,
    replay,
    snapshots_of,
    worksheet_of,
)
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Register
from evidence.rules.ruleset import RuleSet
from evidence.store.engine import reading
from tests.unit.origin.small_company import BOUGHT, FIRST, LAST, OWNER, material, named, rvc, small_company
from tests.unit.origin.small_home import load, make_home, record, record_company

LAW = RuleSet.load()
QUESTION = Question(
    owner=OWNER, part="EV1", plant="P-MX", period_from=FIRST, period_to=LAST, basis=Basis.ACTUAL, event=Event.PRODUCTION
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeHandle]:
    with make_home(tmp_path / "home") as handle:
        record_company(handle, small_company())
        yield handle


def declaration_of(handle: HomeHandle, part: str) -> str:
    company = small_company()
    return next(fact.value.id for fact in company.facts["declarations"] if fact.value.part == part)


def withdraw(handle: HomeHandle, part: str, day: date) -> None:
    event = DeclarationEvent(
        id=named("state", f"withdraw {part}"), issuer="self", declaration=declaration_of(handle, part),
        state=DeclarationState.WITHDRAWN, effective_from=day, reason="notice", by="desk",
    )  # fmt: skip
    record(handle, event)


def known_snapshots(handle: HomeHandle) -> list[Snapshot]:
    with reading(handle.engine) as connection:
        return [known.value for known in snapshots_of(Register(connection), OWNER, "EV1")]


def test_a_determination_from_a_home_is_that_of_the_same_facts_by_hand(home: HomeHandle) -> None:
    from_home = determine_in(home, QUESTION, LAW, "1").worksheet
    by_hand = determine(small_company().inputs(), LAW)
    assert from_home.outcome is Outcome.MET
    assert [(each.id, each.value) for each in from_home.cells] == [(each.id, each.value) for each in by_hand.cells]
    assert [row.reason for row in from_home.materials] == [row.reason for row in by_hand.materials]


def test_every_input_names_an_entry_and_a_statement_on_record(home: HomeHandle) -> None:
    worksheet = determine_in(home, QUESTION, LAW, "1").worksheet
    assert worksheet.as_of == home.ledger.size()
    for ref in worksheet.inputs:
        seq = int(ref.ref.removeprefix("#").partition(":")[0])
        statement = home.ledger.entry(seq).statement
        assert statement is not None
        assert (statement.id, statement.kind) == (ref.statement, ref.kind)


def test_a_snapshot_replays_to_the_same_bytes_whatever_came_after(home: HomeHandle) -> None:
    kept = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    withdraw(home, "SEAT", FIRST)
    assert replay(home, kept.snapshot, LAW, "1").same
    assert rvc(determine_in(home, QUESTION, LAW, "1").worksheet).figure == Decimal("74.0000")


def test_an_equal_determination_is_not_recorded_twice(home: HomeHandle) -> None:
    first = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    size = home.ledger.size()
    again = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    assert (again.snapshot, again.anew, home.ledger.size()) == (first.snapshot, False, size)
    withdraw(home, "SEAT", FIRST)
    assert record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now()).anew


def test_a_snapshot_names_its_worksheet_rule_set_and_ledger_size(home: HomeHandle) -> None:
    determined = determine_in(home, QUESTION, LAW, "1")
    record_snapshot(home, determined, home.clock.now())
    snapshot = known_snapshots(home)[-1]
    assert worksheet_of(home.documents, snapshot) == determined.worksheet
    assert (snapshot.as_of, snapshot.rule_set) == (determined.worksheet.as_of, LAW.content_hash)
    assert snapshot.outcome == "met"


def test_replay_names_the_first_place_that_differs(home: HomeHandle) -> None:
    determined = determine_in(home, QUESTION, LAW, "1")
    seat = material(determined.worksheet, "SEAT")
    rows = tuple(
        row.model_copy(update={"counted": Decimal(1)}) if row.id == seat.id else row
        for row in determined.worksheet.materials
    )
    altered = determined.worksheet.model_copy(update={"materials": rows})
    record_snapshot(home, type(determined)(determined.inputs, altered), home.clock.now())
    found = replay(home, known_snapshots(home)[-1].id, LAW, "1")
    assert found.difference == f"materials[{seat.id}].counted: 1 recorded, 0 worked out again"
    assert len(found.differences) == 1


def test_another_version_of_the_program_replays_and_says_so(home: HomeHandle) -> None:
    kept = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    found = replay(home, kept.snapshot, LAW, "2")
    assert found.same
    assert found.note == "recorded by program version 1, replayed by 2"


def test_only_a_snapshot_can_be_replayed(home: HomeHandle) -> None:
    with pytest.raises(OriginError, match="not a snapshot"):
        replay(home, declaration_of(home, "SEAT"), LAW, "1")


def test_a_superseded_load_is_left_out(home: HomeHandle) -> None:
    lines = [fact.value for fact in small_company().facts["costs"] if fact.value.part == "EV1"]
    dearer = [line.model_copy(update={"amount": line.amount * 2}) for line in lines]
    reason = "a later close of the books"
    record(
        home,
        load(home, "costs", "costs-again", dearer, supersedes=named("load", "costs-EV1"), supersedes_reason=reason),
    )
    found = determine_in(home, QUESTION, LAW, "1").worksheet
    assert next(cell.value for cell in found.cells if cell.id == "net_cost") == 100000


def test_other_plants_and_parts_are_not_gathered(home: HomeHandle) -> None:
    company = small_company()
    other = company.facts["purchases"][0].value.model_copy(update={"plant": "P-US"})
    unused = company.facts["purchases"][0].value.model_copy(update={"part": "UNUSED"})
    before = determine_in(home, QUESTION, LAW, "1").inputs.purchases
    record(home, load(home, "purchases", "purchases-elsewhere", [other, unused]))
    assert determine_in(home, QUESTION, LAW, "1").inputs.purchases == before
    assert len(before) == len(BOUGHT)


def test_the_lines_of_a_worksheet_are_its_head_and_every_row(home: HomeHandle) -> None:
    worksheet = determine_in(home, QUESTION, LAW, "1").worksheet
    lines = worksheet_lines(worksheet.model_dump(mode="json"))
    tables = [
        worksheet.choices, worksheet.cells, worksheet.findings, worksheet.materials, worksheet.core_parts,
        worksheet.shifts, worksheet.gaps, worksheet.views, worksheet.inputs,
    ]  # fmt: skip
    assert len(lines) == 1 + sum(map(len, tables))
    assert Worksheet.from_bytes(worksheet.to_bytes()) == worksheet


def test_a_question_on_standard_figures_is_refused() -> None:
    with pytest.raises(UsageError, match="actual or estimate"):
        QUESTION.model_copy(update={}).__class__(**{**QUESTION.model_dump(), "basis": Basis.STANDARD})
