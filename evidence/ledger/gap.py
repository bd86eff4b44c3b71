"""What a restored ledger lacks of what was signed: found by the checkpoints kept outside its database."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from evidence.errors import ProofError, RefusesToSign
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.heads import read_held
from evidence.ledger.note import Verifier, parse_note
from evidence.ledger.succession import Lineage
from evidence.ledger.tables import CheckpointRow
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading
from evidence.store.twin import twin_of

_CHECKPOINT = table_of(CheckpointRow)


@dataclass(frozen=True, slots=True)
class Gap:
    """A ledger holds less than was signed: `present` is its own last checkpoint, `known` the last one known of,
    `note` that one as it was signed.
    """

    present: Checkpoint
    known: Checkpoint
    note: bytes


def unverified(note: bytes) -> Checkpoint:
    """The checkpoint in a note that has been verified before."""
    return Checkpoint.parse(parse_note(note).text)


def last_stored(engine: Engine) -> bytes:
    """The note of the last checkpoint in a database.

    Raises:
        RefusesToSign: there is none.
    """
    with reading(engine) as connection:
        last = connection.execute(select(_CHECKPOINT.c.note).order_by(_CHECKPOINT.c.size.desc()).limit(1)).scalar()
    if last is None:
        raise RefusesToSign("The database holds no checkpoint, so there is nothing to go on from. Found a new home.")
    return as_bytes(last)


def kept_at(places: Iterable[Path], verifiers: Sequence[Verifier]) -> list[bytes]:
    """The notes kept at `places`, and at their twins, which hold the last one where the power failed.

    Raises:
        LedgerError: one cannot be read.
    """
    notes = []
    for place in places:
        if (note := read_held(place)) is not None:
            notes.append(note)
        twin = read_held(twin_of(place))
        with suppress(ProofError):  # a twin may hold anything
            if twin is not None:
                open_checkpoint(twin, verifiers)
                notes.append(twin)
    return notes


def find_gap(engine: Engine, known: Iterable[bytes], verifiers: Sequence[Verifier]) -> Gap:
    """What the ledger lacks of the largest checkpoint known.

    A checkpoint of an origin that a succession on record has ended is of an end that was given up then: it shows no
    other gap, wherever it is still kept. Where it is for more than the succession states, the check says so.

    Args:
        engine: the database.
        known: checkpoints kept outside it, as signed notes.
        verifiers: the ledger's keys, from a trust folder.

    Raises:
        RefusesToSign: none is ahead of the ledger.
        ProofError: one does not verify.
    """
    present = open_checkpoint(last_stored(engine), verifiers)
    with reading(engine) as connection:
        lineage = Lineage.of(connection, present.origin)
    ahead = [
        (signed, note)
        for note in known
        if (signed := open_checkpoint(note, verifiers)).size > present.size
        and lineage.succession_after(signed.origin, signed.size) is None
    ]
    if not ahead:
        raise RefusesToSign(
            f"Nothing is known to be missing: the ledger holds {present.size} entries, and no checkpoint at the "
            "anchor, in the home or given is for more. A ledger goes on under a new name only where its end was lost; "
            "where the last checkpoint is kept elsewhere, give it with --checkpoint."
        )
    largest, note = max(ahead, key=lambda one: one[0].size)
    return Gap(present, largest, note)


def require_sound(
    engine: Engine,
    documents: DocumentStore,
    gap: Gap,
    known: Iterable[bytes],
    verifiers: Sequence[Verifier],
    advance: Callable[..., None] | None,
) -> None:
    """Refuse to vouch for a ledger that does not hold, or is not the beginning of every checkpoint that it reaches.

    Raises:
        RefusesToSign: the check found a fault.
    """
    reached = [note for note in known if open_checkpoint(note, verifiers).size <= gap.present.size]
    report = check_ledger(engine, documents, verifiers, advance, reached, origin=gap.present.origin)
    if not report.clean:
        first = report.faults[0]
        where = "" if first.seq is None else f"entry {first.seq}: "
        raise RefusesToSign(
            f"What was restored is not sound ({first.kind}: {where}{first.what}; {len(report.faults)} faults in all). "
            "Nothing was signed. Run `evidence ledger check`, and restore a backup that passes."
        )
