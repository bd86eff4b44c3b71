"""Claims on averaged cars: the recorded average of the category decides, and without one nothing is claimed.

EV1 by itself 68 %, EV2 80 %: 10 units at 5000 with 1600 counted, 30 at 5000 with 1000. Together net cost 200000 and
non-originating 46000: 77 %. The cars of the shipment are EV1s built on 2 May 2023, when 72 % was wanted.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evidence import cli
from evidence.core.statements.average import Average
from evidence.core.statements.base import Basis
from evidence.core.statements.claim import Claim, ClaimAction, GateCheck
from evidence.ledger.found import HomeHandle
from evidence.origin.average_inputs import gather_average
from evidence.origin.averaged import Averaged, Kept, judged, record_average, replay_average, sheet_of
from evidence.origin.averages import work_out
from evidence.origin.claims import Decision, claim_shipment
from evidence.origin.snapshot import Determined, record_snapshot
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.small_company import LAW, small_company
from tests.unit.origin.small_home import load, make_home, record, record_company
from tests.unit.origin.small_range import QUESTION, election, use, volume, worksheet
from tests.unit.origin.small_shipment import authority, certification, customs_entry, production, shipment

YEAR = {"period_from": date(2023, 4, 1), "period_to": date(2024, 3, 31)}
ASKED = QUESTION.model_copy(update=YEAR)
FILED = {"made_on": date(2023, 3, 1), "event_date": date(2023, 3, 1), "signer": "Authorised signer"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeHandle]:
    """The shipment of EV1, certified and entered, and EV2 made beside it; nothing determined yet."""
    with make_home(tmp_path / "home") as handle:
        record_company(handle, small_company(), production())
        record(handle, load(handle, "uses", "uses-2", [use("EV2")]))
        record(handle, load(handle, "volumes", "volumes-2", [volume("EV2", "2023-05", 30, exported=("US:3",))]))
        record(handle, authority(), certification(), shipment(), customs_entry())
        yield handle


def elect(handle: HomeHandle) -> None:
    span = {"valid_from": YEAR["period_from"], "valid_to": YEAR["period_to"]}
    record(handle, *(election(at, filed_with=to, **span, **FILED) for at, to in enumerate(("US", "CA", "MX"))))


def keep(handle: HomeHandle, sheet: Worksheet) -> str:
    sheet = sheet.model_copy(update={"as_of": handle.ledger.size(), "rule_set": LAW.content_hash})
    return record_snapshot(handle, Determined(small_company().inputs(), sheet), handle.clock.now()).snapshot


def short(**update: Any) -> Worksheet:
    """EV1 over the fiscal year, short by its own content alone."""
    sheet = worksheet("EV1", "10", "50000", "16000", **YEAR, outcome=Outcome.NOT_MET)
    rows = tuple(
        row.model_copy(update={"outcome": Outcome.NOT_MET, "reason": "68 % is less than 72 %"})
        if row.limb == "regional value content"
        else row
        for row in sheet.findings
    )
    return sheet.model_copy(update={"findings": rows, **update})


def determined(handle: HomeHandle) -> None:
    keep(handle, short())
    keep(handle, worksheet("EV2", "30", "150000", "30000", **YEAR))


def averaged(handle: HomeHandle, **update: Any) -> Kept:
    asked = ASKED.model_copy(update=update)
    with reading(handle.engine) as connection:
        inputs = gather_average(Register(connection, handle.ledger.size()), handle.documents, asked)
    return record_average(handle, work_out(inputs, LAW, "1"), handle.clock.now())


def claim(handle: HomeHandle) -> tuple[Decision, GateCheck]:
    (decision,) = claim_shipment(handle, "S01", LAW, by="desk", now=handle.clock.now())
    return decision, next(check for check in decision.gate if check.check.startswith("6 "))


def on_record(handle: HomeHandle) -> list[Claim]:
    with reading(handle.engine) as connection:
        return [known.value for known in Register(connection).statements(Claim)]


def test_a_car_short_by_itself_is_claimed_on_the_recorded_average_of_its_category(home: HomeHandle) -> None:
    elect(home)
    determined(home)
    kept = averaged(home)
    decision, check = claim(home)
    assert decision.action is ClaimAction.MADE, [x for x in decision.gate if x.outcome == "blocked"]
    assert "averaged over 2023-04-01 to 2024-03-31, 77 %" in check.found
    (made,) = on_record(home)
    assert made.average == kept.statement
    assert ("average", kept.statement) in made.relations()


def test_where_an_average_is_elected_nothing_is_claimed_without_one(home: HomeHandle) -> None:
    elect(home)
    keep(home, worksheet("EV1", "10", "50000", "10000", **YEAR))  # 80 % by itself
    decision, check = claim(home)
    assert decision.action is ClaimAction.NOT_MADE
    assert "no average over its units is on record" in check.found


def test_an_average_that_nobody_elected_does_not_carry_a_car(home: HomeHandle) -> None:
    determined(home)
    averaged(home)
    decision, check = claim(home)
    assert decision.action is ClaimAction.NOT_MADE
    assert "the average over 2023-04-01 to 2024-03-31 is not" in check.found
    assert on_record(home)[0].average is not None  # what was looked at


def test_an_average_does_not_make_up_for_another_limb(home: HomeHandle) -> None:
    elect(home)
    rows = tuple(
        row.model_copy(update={"outcome": Outcome.NOT_MET, "reason": "too little"}) if row.limb == "steel" else row
        for row in short().findings
    )
    keep(home, short(findings=rows))
    keep(home, worksheet("EV2", "30", "150000", "30000", **YEAR))
    averaged(home)
    decision, check = claim(home)
    assert decision.action is ClaimAction.NOT_MADE
    assert "the good fails by itself: steel: too little" in check.found


def test_a_good_determined_again_makes_the_average_old(home: HomeHandle) -> None:
    elect(home)
    determined(home)
    averaged(home)
    keep(home, worksheet("EV2", "30", "150000", "31000", **YEAR))
    decision, check = claim(home)
    assert decision.action is ClaimAction.NOT_MADE
    assert "EV2 was determined again" in check.found
    averaged(home)
    assert claim(home)[0].action is ClaimAction.MADE


def test_an_average_on_estimates_carries_no_claim_once_its_year_is_over(home: HomeHandle) -> None:
    elect(home)
    keep(home, short(basis="estimate"))
    keep(home, worksheet("EV2", "30", "150000", "30000", **YEAR, basis="estimate"))
    kept = averaged(home, figures=Basis.ESTIMATE)
    decision, check = claim(home)
    assert decision.action is ClaimAction.MADE
    assert "an estimate with actual figures due from 2024-04-01 on" in check.found
    with reading(home.engine) as connection:
        known = Register(connection).by_id(kept.statement).value
    assert isinstance(known, Average)
    found = Averaged("#41", kept.statement, sheet_of(home.documents, known))
    assert judged(found, short(), LAW.content_hash, date(2024, 3, 31))[0]
    assert judged(found, short(), LAW.content_hash, date(2024, 4, 1)) == (
        False,
        "the average over 2023-04-01 to 2024-03-31 rests on estimates, and its fiscal year was over on 2024-04-01: "
        "average actual figures",
    )


def test_an_average_is_recorded_once_and_replays_to_its_bytes(home: HomeHandle) -> None:
    elect(home)
    determined(home)
    kept = averaged(home)
    assert kept.anew
    assert averaged(home) == Kept(kept.statement, kept.seq, anew=False)
    with reading(home.engine) as connection:
        known = Register(connection).by_id(kept.statement).value
    assert isinstance(known, Average)
    assert known.members == ("EV1 at P-MX", "EV2 at P-MX")
    assert len(known.snapshots) == 2
    sheet = sheet_of(home.documents, known)
    assert (sheet.net_cost, sheet.non_originating, sheet.content) == (200000, 46000, Decimal(77))
    assert replay_average(home, kept.statement)


def test_the_commands_record_an_average_and_list_it(home: HomeHandle, capsys: pytest.CaptureFixture[str]) -> None:
    elect(home)
    determined(home)
    place = str(home.settings.home)
    home.close()
    asked = ("average", "EV1", "--plant", "P-MX", "--period", "2023-04-01..2024-03-31", "--category", "b", "--record")
    assert cli.main(["--home", place, *asked]) == 0
    assert "recorded" in capsys.readouterr().err
    assert cli.main(["--home", place, "averages", "--replay", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["outcome"], row["replayed"]) == ("met", True)
    assert cli.main(["--home", place, "averages", "--replay"]) == 0
    assert "the same bytes" in capsys.readouterr().out
