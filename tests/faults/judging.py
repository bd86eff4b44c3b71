"""What must hold after a fault, whatever it was: nothing acknowledged lost, no fork, a clean check, and it goes on."""

from collections.abc import Iterable

from sqlalchemy import select

from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.found import HomeHandle
from evidence.register.tables import STATEMENTS
from evidence.store.engine import reading
from tests.faults.hitting import Outcome
from tests.faults.places import Place
from tests.homes import record_holds

UNKNOWN = {"StoreError", "WriteFailed"}
"""Errors that leave open whether the batch was recorded; after `NotPublished` it is, after all others it is not."""


def assert_sound(place: Place, outcome: Outcome, notes: Iterable[bytes] = ()) -> int:
    """Hold what a fault left against what was said; gives how many entries stood.

    Args:
        place: the home, in which nobody is at work any more.
        outcome: what the process that was hit had said.
        notes: checkpoints that were seen before, beside those found now.
    """
    assert outcome.alien is None, outcome.alien
    seen = [*notes, *place.notes()]
    with place.open() as handle:
        size = handle.ledger.size()
        seen += place.notes()
        report = check_ledger(handle.engine, handle.documents, handle.verifiers(), held=seen)
        assert report.faults == []
        assert_indexed(handle)
        assert_kept(handle, outcome)
        record_holds(handle, 1)
        assert handle.ledger.size() == size + 1
        assert_one_history(handle, [*seen, *place.notes()])
    return size


def assert_kept(handle: HomeHandle, outcome: Outcome) -> None:
    """Each acknowledged entry is where it was said to be; what was refused for certain is not there."""
    for name, (seq, digest) in outcome.acknowledged.items():
        entry = handle.ledger.entry(seq)
        assert entry.statement is not None
        assert (entry.statement.id, entry.statement_digest) == (name, digest)
    failed = any(error == "WriteFailed" for error, _ in outcome.refused.values())
    assert not (failed and outcome.acknowledged), "a process went on after an error of the database"
    for number, (error, says) in outcome.refused.items():
        there = [handle.ledger.by_statement_id(name) is not None for name in outcome.tried[number]]
        assert len(set(there)) == 1, "a batch is recorded whole or not at all"
        if error not in UNKNOWN:
            assert there[0] is (error == "NotPublished"), says


def assert_one_history(handle: HomeHandle, notes: Iterable[bytes]) -> None:
    """All checkpoints that anybody saw are of one tree, which is the ledger's."""
    verifiers, origin = handle.verifiers(), handle.settings.origin
    for note in set(notes):
        seen = open_checkpoint(note, verifiers, origin=origin)
        assert handle.ledger.root(seen.size) == seen.root


def assert_indexed(handle: HomeHandle) -> None:
    """The register has a row for every entry and no other; it is written in the transaction of the ledger's rows."""
    with reading(handle.engine) as connection:
        rows = connection.execute(select(STATEMENTS.c.seq, STATEMENTS.c.statement_id).order_by(STATEMENTS.c.seq)).all()
    assert [tuple(row) for row in rows] == [
        (entry.seq, entry.statement.id) for entry in handle.ledger.entries() if entry.statement is not None
    ]
