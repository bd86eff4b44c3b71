"""The part of a check that is about signed heads: each stored checkpoint by itself, its signatures and its row.

A checkpoint as stored bears the lines of the ledger's own keys in use at its size, and no others: a line more, also one
that no known key has made, is something that nobody signed for. What the tree says of its root, `check_tree` says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evidence.errors import ProofError
from evidence.ledger.actors import Actors
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.findings import CheckReport
from evidence.ledger.note import NoteKey, Verifier, open_note
from evidence.ledger.succession import Lineage
from evidence.store.base import as_bytes

HEADS = (
    "SELECT c.size, c.root, c.note, c.created_at, e.recorded_at FROM checkpoint c "
    "LEFT JOIN ledger_entry e ON e.seq = c.size - 1 WHERE {where} ORDER BY c.size"
)


class HeadRow(NamedTuple):
    """A checkpoint's row, and when the last entry that it is for was recorded, as that one's row has it."""

    size: Any
    root: Any
    note: Any
    created_at: Any
    recorded_at: Any


@dataclass(frozen=True)
class Authority:
    """Who may sign heads: the keys that are trusted, those that the ledger's entries name, and under which names."""

    verifiers: Sequence[Verifier]
    actors: Actors
    lineage: Lineage | None


@dataclass
class Heads:
    """The checkpoints that verify, in the order of their sizes, and the origins that are not the ledger's there."""

    report: CheckReport = field(default_factory=CheckReport)
    signed: list[Checkpoint] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)


def check_heads(rows: Iterable[Sequence[Any]], authority: Authority) -> Heads:
    """Verify checkpoints as they are stored."""
    heads = Heads()
    for row in map(HeadRow._make, rows):
        heads.report.counts["checkpoints"] += 1
        where = f"at size {row.size}"
        if type(row.note) is not bytes or type(row.root) is not bytes:
            heads.report.fault(None, "checkpoint", f"{where}: the note or the root is not stored as bytes")
            continue
        try:
            signed = verified(as_bytes(row.note), authority)
        except ProofError as error:
            heads.report.fault(None, "checkpoint", f"{where}: {error}")
            continue
        if (signed.size, signed.root) != (row.size, as_bytes(row.root)):
            heads.report.fault(None, "checkpoint", f"{where}: the signed note is for another size or root")
        if row.recorded_at is not None and row.created_at != row.recorded_at:
            what = f"{where}: stored as of {row.created_at}, its last entry of {row.recorded_at}"
            heads.report.fault(None, "checkpoint", what)
        if authority.lineage is not None and signed.origin != authority.lineage.origin_at(signed.size):
            heads.strange.add(signed.origin)
        heads.signed.append(signed)
    return heads


def verified(
    note: bytes, authority: Authority, witnesses: Sequence[NoteKey] = (), strangers: set[str] | None = None
) -> Checkpoint:
    """The checkpoint in a note that a trusted key has signed, and besides none but the ledger's keys in use there.

    Args:
        note: the note.
        authority: whose signatures count.
        witnesses: others that may have signed it too.
        strangers: takes the names of those that nobody knows, where these may have signed it as well.

    Raises:
        ProofError: it is not so signed.
    """
    signed = open_checkpoint(note, authority.verifiers)
    recorded = {known.raw: Verifier(signed.origin, known.raw) for known in authority.actors.ledger_keys()}
    trusted = {key.public_key: key for key in authority.verifiers if key.name == signed.origin}
    opened = open_note(note, [*(recorded | trusted).values(), *witnesses])
    names = {signed.origin, *(key.name for key in witnesses)}
    unknown = {line.name for line in opened.lines} - names if strangers is not None else set()
    if strangers is not None:
        strangers |= unknown
    if sum(line.name not in unknown for line in opened.lines) != len(opened.verified):
        raise ProofError(f"It has {len(opened.lines)} signature lines, {len(opened.verified)} of keys known here.")
    wanted = {known.raw for known in authority.actors.head_keys(signed.size)}
    made = {key.public_key for key in opened.verified if isinstance(key, Verifier)}
    if wanted and made != wanted:
        raise ProofError("It is not signed by exactly the ledger's keys that were in use there.")
    return signed
