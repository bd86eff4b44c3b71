"""The part of a check that is about disposals: what their signed statements name, against the rows that say so.

A row alone lets nothing go: it counts as far as a disposal entry, sound in itself, states it. What rows and statements
say differently is named, and handed on as `slipped` and `dropped`, so that the rest of the check can go by the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Connection

from evidence.core.statements.base import open_body
from evidence.core.statements.own import Disposal
from evidence.errors import EvidenceError
from evidence.ledger.envelope import IN_TOTO, pae
from evidence.ledger.findings import CheckReport
from evidence.ledger.leaf import Leaf
from evidence.ledger.stored import LEAF_SQL, leaf_bytes
from evidence.ledger.targets import STATEMENT, Target, parse_target
from evidence.store.base import as_bytes
from evidence.store.driver import Driver

_DISPOSALS = (
    f"SELECT e.seq, s.payload, {LEAF_SQL} FROM ledger_entry e JOIN statement s ON s.seq = e.seq "  # noqa: S608
    "WHERE e.kind = ? AND e.seq > ? ORDER BY e.seq LIMIT 512"
)
_ROWS = "SELECT target_seq, role FROM disposal_target WHERE seq = ?"
_OTHERS = "SELECT DISTINCT seq FROM disposal_target ORDER BY seq"
_STILL_LINKED = (
    "SELECT DISTINCT t.target_seq, t.role, (SELECT min(x.seq) FROM disposal_target x "
    "WHERE x.target_seq = t.target_seq AND x.role = t.role AND x.seq > x.target_seq) "
    "FROM disposal_target t JOIN entry_document l ON l.seq = t.target_seq AND l.role = t.role "
    "WHERE t.seq > t.target_seq ORDER BY t.target_seq, t.role"
)
_GONE = (
    "SELECT count(*) FROM (SELECT DISTINCT t.target_seq, t.role FROM disposal_target t "
    "LEFT JOIN entry_document l ON l.seq = t.target_seq AND l.role = t.role "
    "WHERE t.role <> ? AND t.seq > t.target_seq AND l.seq IS NULL) AS gone"
)


@dataclass
class Disposals:
    """Where rows and statements differ: rows that no sound disposal states, and what one states and no row says."""

    slipped: set[tuple[int, Target]] = field(default_factory=set)
    dropped: set[Target] = field(default_factory=set)


def check_disposals(connection: Connection, report: CheckReport) -> Disposals:
    """Compare the rows of disposals with what their statements name, in clear."""
    found, driver, sound = Disposals(), Driver(connection), set()
    last = -1
    while rows := driver.rows(_DISPOSALS, (Disposal.kind, last)):
        for seq, payload, *leaf in rows:
            named = _named(as_bytes(payload), leaf)
            if named is not None:
                sound.add(seq)
                _compare(driver, report, found, seq, named)
        last = rows[-1][0]
        if not isinstance(last, int):  # a row that stands where none can be, and the last of all
            break
    for (seq,) in driver.rows(_OTHERS):
        if seq not in sound:
            _compare(driver, report, found, seq, set())
    for target_seq, role, seq in driver.rows(_STILL_LINKED):
        report.remarks.append(f"{Target(target_seq, role)} is named by the disposal of entry {seq} and still there")
    report.counts["documents disposed"] += driver.rows(_GONE, (STATEMENT,))[0][0]
    return found


def _named(payload: bytes, leaf: Sequence[object]) -> set[Target] | None:
    """What a disposal names; None where it is not sound: an altered one lets nothing go, and is named as an entry."""
    try:
        if Leaf.parse(leaf_bytes(*leaf)).payload_sha256 != sha256(pae(IN_TOTO, payload)).hexdigest():
            return None
        opened = open_body(payload, ())
        if opened.predicate_type != Disposal.predicate_type():
            return None
        return {parse_target(str(text)) for text in opened.fields.get("targets", ())}
    except EvidenceError:
        return None


def _compare(driver: Driver, report: CheckReport, found: Disposals, seq: int, named: set[Target]) -> None:
    stored = {Target(target_seq, str(role)) for target_seq, role in driver.rows(_ROWS, (seq,))}
    for target in sorted(named - stored, key=str):
        report.fault(seq, "disposal", f"the row that names {target} is gone")
        if target.seq < seq:
            found.dropped.add(target)
    for target in sorted(stored - named, key=str):
        report.fault(seq, "disposal", f"a row names {target}, the disposal's statement does not")
        found.slipped.add((seq, target))
