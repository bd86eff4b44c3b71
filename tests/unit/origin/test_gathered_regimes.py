"""Special regimes out of a real home: what a determination of the car, and of its body, gathers and rests on.

The car of `test_staged_parts` with a body at 62.5 %, and its pack at 62.5 % as in `test_core_averages`.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evidence.core.statements.case import NoticeKind
from evidence.core.statements.use import UseClass, UseLine
from evidence.ledger.found import HomeHandle
from evidence.origin.gather import gather
from evidence.origin.inputs import Inputs
from evidence.origin.question import Question
from evidence.origin.snapshot import determine_in, record_snapshot, replay
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Register
from evidence.store.engine import reading
from tests.unit.origin.small_company import LAW, OWNER, Company, core
from tests.unit.origin.small_home import make_home, record_company
from tests.unit.origin.test_core_averages import averaged
from tests.unit.origin.test_designations import TOLD, choose, notice
from tests.unit.origin.test_snapshot import QUESTION
from tests.unit.origin.test_staged_parts import company, shown
from tests.unit.origin.test_staged_vehicle import APPROVAL, regime, staged

BODY = QUESTION.model_copy(update={"part": "BODY"})
PACK = QUESTION.model_copy(update={"part": "PACK", "plant": "P-CA"})


def on_file(handle: HomeHandle) -> Company:
    """The company with the approval, a use of the body, an average of packs and a rescission."""
    found = staged(company())
    found.change("purchases", lambda line: line.part == "CELL", price=Decimal(30))
    line = UseLine(
        owner=OWNER, part="BODY", use=UseClass.OE_LIGHT, programme="EV-SPECIMEN", shown_by="contract",
        applies_from=date(2023, 1, 1),
    )  # fmt: skip
    found.add("uses", line, "uses-2")
    averaged(found, worksheet=handle.documents.put(b"{}").sha256)
    notice(found, NoticeKind.VERIFICATION_LETTER, TOLD, "N-1")
    notice(found, NoticeKind.OTHER, TOLD, "N-2")
    choose(found, "PACK", "rescinded", TOLD, receipt="N-1")
    for written in (APPROVAL, b"N-1", b"N-2"):
        handle.documents.put(written)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeHandle]:
    with make_home(tmp_path / "home") as handle:
        record_company(handle, on_file(handle))
        yield handle


def gathered(handle: HomeHandle, question: Question) -> Inputs:
    with reading(handle.engine) as connection:
        return gather(Register(connection, handle.ledger.size()), question)


def determined(handle: HomeHandle, question: Question = QUESTION) -> Worksheet:
    return determine_in(handle, question, LAW, "1").worksheet


def test_the_car_stands_on_the_average_of_its_packs_until_one_is_determined_again(home: HomeHandle) -> None:
    found = determined(home)
    assert core(found, "PACK").way == "average of core parts"
    assert core(found, "BODY").outcome is Outcome.NOT_MET
    assert {"average", "staging-authorisation"} <= {each.kind for each in found.inputs}
    kept = record_snapshot(home, determine_in(home, QUESTION, LAW, "1"), home.clock.now())
    record_snapshot(home, determine_in(home, PACK, LAW, "1"), home.clock.now())
    again = determined(home)
    assert core(again, "PACK").outcome is Outcome.NOT_DETERMINABLE
    assert "PACK was determined again" in core(again, "PACK").reason
    assert replay(home, kept.snapshot, LAW, "1").same


def test_the_regime_reaches_the_car_and_the_part_for_it(home: HomeHandle) -> None:
    assert regime(determined(home)).outcome is Outcome.MET
    found = determined(home, BODY)
    assert (found.outcome, shown(found).outcome) == (Outcome.NOT_MET, Outcome.MET)
    assert [fact.value.programme for fact in gathered(home, BODY).programmes] == ["EV-SPECIMEN"]
    assert gathered(home, PACK).authorisations == ()


def test_of_notices_only_what_a_rescission_names_is_gathered(home: HomeHandle) -> None:
    assert [fact.value.number for fact in gathered(home, QUESTION).notices] == ["N-1"]
