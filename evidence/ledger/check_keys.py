"""The part of a check that is about keys in other hands: what a key has signed since it is stated to be compromised.

No fault: the entry is what was signed, by a key that was in use there, and nothing that anybody does later can change
that. But who signed it is in doubt from the stated moment on, so each such entry is named, for a person to go through
(docs/decisions/0070).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, String, select, type_coerce

from evidence.core.statements.own import KeyPurpose
from evidence.core.values import moment_text
from evidence.errors import ProofError
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.key_history import KeyHistory, KeyRecord
from evidence.ledger.leaf import Leaf
from evidence.ledger.stored import LEAF_COLUMNS, leaf_bytes
from evidence.ledger.tables import CheckpointRow
from evidence.store.base import table_of

_CHECKPOINT = table_of(CheckpointRow)
_CHUNK = 2000
_MOST_NAMED = 50


@dataclass
class Doubts:
    """What compromised keys of people have signed while they were in use, since when they are compromised."""

    history: KeyHistory
    entries: dict[str, list[int]] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[KeyRecord, ...]:
        """The keys that are stated to be compromised."""
        return tuple(one for one in self.history.records.values() if one.compromised is not None)

    def look(self, seq: int, leaf: bytes) -> None:
        """Take in an entry's leaf."""
        for known in self.keys:
            if known.purpose is not KeyPurpose.PERSON or known.key.encode() not in leaf or not known.signs_entry(seq):
                continue
            try:
                parsed = Leaf.parse(leaf)
            except ProofError:
                return  # named where the entry itself is checked
            signers = {parsed.actor, *(signature.keyid for signature in parsed.signatures)}
            if known.key in signers and known.doubt(parsed.recorded_at) is not None:
                self.entries.setdefault(known.key, []).append(seq)

    def tell(self, report: CheckReport) -> None:
        """Name them."""
        for known in self.keys:
            if known.purpose is KeyPurpose.PERSON:
                found = self.entries.get(known.key, [])
                what = f"it signed entries {_runs(found)} since" if found else "it signed nothing since"
                report.remarks.append(f"{_stated(known)}; {what}")


def check_compromised_leaves(report: CheckReport, history: KeyHistory, leaves: Iterable[tuple[int, bytes]]) -> None:
    """Name what compromised keys of people have signed, from leaves that are read only if there are such keys."""
    doubts = Doubts(history)
    if doubts.keys:
        for seq, leaf in leaves:
            doubts.look(seq, leaf)
        doubts.tell(report)


def check_compromised(connection: Connection, report: CheckReport, history: KeyHistory) -> None:
    """Name what was signed in a database by keys since they are compromised."""
    doubts = Doubts(history)
    if not doubts.keys:
        return
    for seq, leaf in _leaves(connection, doubts.keys):
        doubts.look(seq, leaf)
    doubts.tell(report)
    for known in doubts.keys:
        if known.purpose is KeyPurpose.LEDGER:
            report.remarks.append(f"{_stated(known)}; {_heads(connection, known, history)}")
        elif known.purpose is KeyPurpose.ORGANISATION:
            report.remarks.append(f"{_stated(known)}; packs that it signed since may be another's")


def _stated(known: KeyRecord) -> str:
    since = known.compromised_since
    when = "nobody knows when" if since is None else moment_text(since)
    return f"{known.key} ({known.purpose.value}) is compromised since {when}, as entry {known.compromised} states"


def _leaves(connection: Connection, keys: Iterable[KeyRecord]) -> Iterator[tuple[int, bytes]]:
    """The entries since the earliest moment in question; the leaf itself says when it was recorded."""
    people = [one for one in keys if one.purpose is KeyPurpose.PERSON]
    at = min((one.created for one in people), default=0)
    while people:
        rows = connection.execute(
            select(ENTRY.c.seq, *LEAF_COLUMNS).where(ENTRY.c.seq >= at).order_by(ENTRY.c.seq).limit(_CHUNK)
        ).all()
        yield from ((row.seq, leaf) for row in rows if (leaf := _leaf(row)) is not None)
        if len(rows) < _CHUNK:
            return
        at = rows[-1].seq + 1


def _leaf(row: Any) -> bytes | None:
    try:
        return leaf_bytes(row.kind, row.recorded_at, row.actor, row.statement_digest, row.signatures)
    except ProofError:
        return None  # named where the entry itself is checked


def _heads(connection: Connection, known: KeyRecord, history: KeyHistory) -> str:
    """The checkpoints of that time that bear no other signature of the ledger's."""
    since = None if known.compromised_since is None else moment_text(known.compromised_since)
    query = select(_CHECKPOINT.c.size).where(_CHECKPOINT.c.size > known.created)
    if known.ended is not None:
        query = query.where(_CHECKPOINT.c.size <= known.ended)
    if since is not None:
        query = query.where(type_coerce(_CHECKPOINT.c.created_at, String) >= since)
    alone = [size for size in connection.execute(query.order_by(_CHECKPOINT.c.size)).scalars() if isinstance(size, int)]
    alone = [size for size in alone if len(history.head_keys(size)) == 1]
    if not alone:
        return "no checkpoint since rests on it alone"
    return (
        f"checkpoints for {alone[0]} to {alone[-1]} entries rest on it alone: what a time stamp, a witness or somebody "
        "else holds of them decides"
    )


def _runs(seqs: list[int]) -> str:
    """Positions as runs: 3 to 5, 9."""
    runs: list[list[int]] = []
    for seq in seqs:
        if runs and seq == runs[-1][1] + 1:
            runs[-1][1] = seq
        else:
            runs.append([seq, seq])
    named = [f"{first}" if first == last else f"{first} to {last}" for first, last in runs[:_MOST_NAMED]]
    more = sum(last - first + 1 for first, last in runs[_MOST_NAMED:])
    return ", ".join(named) + (f" and {more} more" if more else "")
