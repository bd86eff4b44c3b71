"""Claims on the small company's shipment in a real home: made, not made, corrected, and never twice."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from evidence.core.statements.base import Basis
from evidence.core.statements.claim import Claim, ClaimAction, GateOutcome
from evidence.core.statements.declaration import DeclarationEvent, DeclarationState
from evidence.core.statements.use import UseClass
from evidence.errors import OriginError, UsageError
from evidence.ledger.found import HomeHandle
from evidence.origin.claims import Decision, claim_shipment, correct_shipment
from evidence.origin.question import Event, Question
from evidence.origin.snapshot import Recorded, determine_in, record_snapshot
from evidence.register.queries import Register
from evidence.rules.ruleset import RuleSet
from evidence.store.engine import reading
from tests.unit.origin.small_company import FIRST, LAST, OWNER, named, small_company
from tests.unit.origin.small_home import load, make_home, record, record_company
from tests.unit.origin.small_shipment import authority, certification, customs_entry, production, shipment
from tests.unit.origin.test_paid import note

LAW = RuleSet.load()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeHandle]:
    with make_home(tmp_path / "home") as handle:
        record_company(handle, small_company(), production())
        record(handle, authority(), certification(), shipment(), customs_entry())
        yield handle


def determined(handle: HomeHandle, into: str | None = "US", use: UseClass | None = None) -> Recorded:
    question = Question(
        owner=OWNER,
        part="EV1",
        plant="P-MX",
        period_from=FIRST,
        period_to=LAST,
        basis=Basis.ACTUAL,
        event=Event.PRODUCTION,
        importing_country=into,
        use=use,
    )
    return record_snapshot(handle, determine_in(handle, question, LAW, "1"), handle.clock.now())


def claim(handle: HomeHandle) -> Decision:
    (decision,) = claim_shipment(handle, "S01", LAW, by="desk", now=handle.clock.now())
    return decision


def withdraw_axle(handle: HomeHandle) -> None:
    declaration = next(fact.value.id for fact in small_company().facts["declarations"] if fact.value.part == "AXLE")
    event = DeclarationEvent(
        id=named("state", "w"),
        issuer="self",
        declaration=declaration,
        state=DeclarationState.WITHDRAWN,
        effective_from=FIRST,
        reason="notice",
        by="desk",
    )
    record(handle, event)


def claims(handle: HomeHandle) -> list[Claim]:
    with reading(handle.engine) as connection:
        return [known.value for known in Register(connection).statements(Claim)]


def test_a_line_in_order_is_claimed_on_its_certification_and_snapshot(home: HomeHandle) -> None:
    kept = determined(home)
    made = claim(home)
    assert (made.action, made.certification, made.snapshot) == (ClaimAction.MADE, certification().id, kept.snapshot)
    (recorded,) = claims(home)
    assert (recorded.customs_entry, recorded.line, recorded.decided_on) == ("CE-1", 1, date(2023, 7, 5))
    assert recorded.gate == made.gate


def test_a_line_without_a_snapshot_is_recorded_as_not_claimed_with_the_reason(home: HomeHandle) -> None:
    decision = claim(home)
    assert decision.action is ClaimAction.NOT_MADE
    assert "no snapshot of EV1 covers" in (claims(home)[0].reason or "")


def test_a_line_is_claimed_later_when_the_gate_is_passed_and_supersedes(home: HomeHandle) -> None:
    claim(home)
    determined(home)
    assert claim(home).action is ClaimAction.MADE
    first, second = claims(home)
    assert second.supersedes == first.id


def test_claiming_again_changes_nothing(home: HomeHandle) -> None:
    claim(home)
    size = home.ledger.size()
    assert not claim(home).anew
    assert home.ledger.size() == size
    determined(home)
    claim(home)
    size = home.ledger.size()
    assert not claim(home).anew
    assert home.ledger.size() == size


def test_a_withdrawal_after_the_snapshot_blocks_until_it_is_determined_again(home: HomeHandle) -> None:
    determined(home)
    withdraw_axle(home)
    decision = claim(home)
    assert decision.action is ClaimAction.NOT_MADE
    assert decision.gate[6].outcome is GateOutcome.BLOCKED
    assert "withdrawn with effect from 2023-04-01" in decision.gate[6].found


def test_a_correction_supersedes_the_claim_and_says_why(home: HomeHandle) -> None:
    determined(home)
    claim(home)
    withdraw_axle(home)
    later = determined(home)
    (decision,) = correct_shipment(home, "S01", LAW, by="desk", reason="axle withdrawn", now=home.clock.now())
    made, corrected = claims(home)
    assert (decision.action, decision.snapshot) == (ClaimAction.CORRECTED, later.snapshot)
    assert (corrected.supersedes, corrected.supersedes_reason, corrected.reason) == (
        made.id,
        "axle withdrawn",
        "axle withdrawn",
    )
    (again,) = correct_shipment(home, "S01", LAW, by="desk", reason="axle withdrawn", now=home.clock.now())
    assert not again.anew
    assert not claim(home).anew


def test_what_was_never_claimed_cannot_be_corrected(home: HomeHandle) -> None:
    claim(home)
    with pytest.raises(UsageError, match="nothing to correct"):
        correct_shipment(home, "S01", LAW, by="desk", reason="none", now=home.clock.now())


def test_a_snapshot_for_another_importing_country_does_not_serve(home: HomeHandle) -> None:
    determined(home, into="CA")
    assert claim(home).action is ClaimAction.NOT_MADE
    kept = determined(home, into=None)
    assert claim(home).snapshot == kept.snapshot


def test_an_unknown_shipment_is_named(home: HomeHandle) -> None:
    with pytest.raises(OriginError, match="S99"):
        claim_shipment(home, "S99", LAW, by="desk", now=home.clock.now())


def test_a_credit_note_recorded_after_the_snapshot_stops_the_claim_until_it_is_determined_again(
    home: HomeHandle,
) -> None:
    determined(home)
    record(home, load(home, "adjustments", "adjustments-1", [note("RADIO", "5"), note("RADIO", "5", invoice="OTHER")]))
    decision = claim(home)
    assert decision.action is ClaimAction.NOT_MADE
    found = decision.gate[6].found
    assert "invoice INV-RADIO was changed by credit note CN-1, recorded after the snapshot" in found
    assert "OTHER" not in found
    determined(home)
    assert claim(home).action is ClaimAction.MADE


def test_a_good_for_several_uses_is_claimed_only_where_each_of_them_holds(home: HomeHandle) -> None:
    vehicle = small_company().facts["uses"][0].value
    record(home, load(home, "uses", "uses-2", [vehicle.model_copy(update={"use": UseClass.AFTERMARKET})]))
    determined(home)
    assert "no snapshot stands for aftermarket" in claim(home).gate[5].found
    determined(home, use=UseClass.VEHICLE)
    decision = claim(home)
    assert decision.gate[5].found == "EV1 is recorded for aftermarket, vehicle, and no snapshot stands for aftermarket"
    determined(home, use=UseClass.AFTERMARKET)
    assert claim(home).action is ClaimAction.NOT_MADE
