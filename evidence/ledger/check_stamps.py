"""The part of a check that is about time: every stored token against its checkpoint, its authority and its entry.

Offline. A token is judged at its own genTime, since its certificate will have ended by the time somebody asks. Its
digest is compared on both sides, in the queue's row and with the document of its `anchor` entry: OpenSSL and every
other verifier ignore the parts of a response that are not signed.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, String, select, type_coerce

from evidence.core.canonical import loads
from evidence.core.statements.handling import Anchor, AnchorKind
from evidence.core.values import moment_from_text
from evidence.errors import EvidenceError, LedgerError, MalformedValue, ProofError
from evidence.ledger.anchors import TOKEN_ROLE, Anchored, AnchorState, HolderKind, entries_of, read_row, stored_rows
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.stamp_trust import Trusted, read_trusted
from evidence.ledger.stamping import Stored, require_after
from evidence.ledger.tables import CheckpointRow, EntryDocumentRow, StatementRow
from evidence.ledger.time_stamps import TimeStamp, read, require_about, verify
from evidence.store.base import as_bytes, table_of

AUTHORITIES = "authorities"
"""The folder, in a trust folder, of the certificates that are trusted for each authority: ``NAME.pem``."""
_FAULT = "stamp"
_CHECKPOINT, _LINK, _STATEMENT = table_of(CheckpointRow), table_of(EntryDocumentRow), table_of(StatementRow)

Notes = Callable[[int], bytes | None]
"""The checkpoint stored at a size, verified or not; None where there is none."""


def check_stamps(connection: Connection, report: CheckReport, notes: Notes, trust: Path | None = None) -> None:
    """Compare every time stamp with what it is over, and with the entries that name it.

    Args:
        connection: the ledger's database.
        report: faults go there under the kind ``stamp``; what cannot be judged goes to its remarks.
        notes: gives the checkpoint stored at a size.
        trust: the trust folder with the authorities' certificates; without them a stamp is undetermined.
    """
    done: dict[str, Anchored] = {}
    for row in stored_rows(connection):
        if row["kind"] == HolderKind.WITNESS.value:
            continue
        try:
            one = read_row(row)
        except LedgerError as error:
            report.fault(None, _FAULT, str(error).removesuffix(" Run `evidence ledger check`."))
            continue
        if one.kind == HolderKind.TSA and one.state == AnchorState.DONE:
            done[one.id] = one
    trusted = _Trusting(trust, report)
    read_stamps: dict[str, TimeStamp] = {}
    for one in done.values():
        report.counts["time stamps"] += 1
        try:
            read_stamps[one.id] = _judge(connection, one, done, notes, trusted)
        except EvidenceError as error:
            report.fault(_entry(connection, one), _FAULT, f"{one.id}: {error}")
    for one in done.values():
        _check_renewal(one, read_stamps, report)
        _check_entries(connection, one, done, report)
    _check_named(connection, {str(one.token_sha256) for one in done.values()}, report)


class _Trusting:
    """The certificates for each authority, read once; what is missing is remarked on once."""

    def __init__(self, trust: Path | None, report: CheckReport) -> None:
        self._folder, self._report = trust, report
        self._known: dict[str, Trusted | None] = {}

    def of(self, name: str) -> Trusted | None:
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Trusted | None:
        place = None if self._folder is None or "/" in name else self._folder / AUTHORITIES / f"{name}.pem"
        try:
            if place is not None and place.exists():
                return read_trusted(place.read_bytes())
            why = "no certificates are trusted for it"
        except (OSError, ProofError) as error:
            why = f"its certificates cannot be used: {error}"
        self._report.remarks.append(f"time stamps by {name} are undetermined: {why}")
        return None


def _judge(
    connection: Connection, one: Anchored, done: Mapping[str, Anchored], notes: Notes, trusted: _Trusting
) -> TimeStamp:
    """The token of a row, read and held against what it is over.

    Raises:
        EvidenceError: it does not hold.
    """
    assert one.token is not None
    stamp = read(one.token)
    if one.renews is None:
        data = notes(one.size)
        if data is None:
            raise ProofError(f"no checkpoint of size {one.size} is stored")
    else:
        data = done[one.renews].token if one.renews in done else None
        if data is None:
            raise ProofError(f"it renews {one.renews}, which has no token")
    roots = trusted.of(one.name)
    if roots is None:
        require_about(stamp, data)
    else:
        verify(stamp, data, roots)
    created = connection.execute(
        select(type_coerce(_CHECKPOINT.c.created_at, String)).where(_CHECKPOINT.c.size == one.size)
    ).scalar()
    if created is not None:
        require_after(stamp, Stored(one.size, b"", b"", moment_from_text(str(created))))
    return stamp


def _check_renewal(one: Anchored, stamps: Mapping[str, TimeStamp], report: CheckReport) -> None:
    """A renewal proves nothing about what had already weakened when it was made."""
    if one.renews is None or one.id not in stamps or one.renews not in stamps:
        return
    ended, made = stamps[one.renews].ends, stamps[one.id].gen_time
    if made > ended:
        report.remarks.append(
            f"{one.id} was had on {made:%Y-%m-%d}, after the certificate of what it renews ended on {ended:%Y-%m-%d}: "
            "it carries nothing further"
        )


def _check_entries(connection: Connection, one: Anchored, done: Mapping[str, Anchored], report: CheckReport) -> None:
    """That an entry names the token, and says of it what the queue says."""
    entries = entries_of(connection, str(one.token_sha256))
    if not entries:
        report.remarks.append(f"the token of {one.id} is not on record yet; `evidence ledger stamp` records it")
    renewed = done.get(one.renews or "")
    wanted = {
        "size": one.size,
        "renews": None if renewed is None else renewed.token_sha256,
        "anchor_kind": AnchorKind.TIME_STAMP.value,
    }
    for seq in entries:
        said = open_fields(connection, seq)
        if said is None:  # disposed of or damaged, which the check of the entries has said
            continue
        for name, value in wanted.items():
            if said.get(name, value) != value:
                report.fault(seq, _FAULT, f"the entry says {name} {said.get(name)!r}, {one.id} has {value!r}")
        root = connection.execute(select(_CHECKPOINT.c.root).where(_CHECKPOINT.c.size == one.size)).scalar()
        if root is not None and said.get("root") != as_bytes(root).hex():
            report.fault(seq, _FAULT, f"the entry names another root than the checkpoint of size {one.size} has")


def _check_named(connection: Connection, known: set[str], report: CheckReport) -> None:
    """That every token that an entry of a time stamp names is on the queue still."""
    query = (
        select(_LINK.c.seq, _LINK.c.sha256)
        .join(ENTRY, ENTRY.c.seq == _LINK.c.seq)
        .where(ENTRY.c.kind == Anchor.kind, _LINK.c.role == TOKEN_ROLE)
        .order_by(_LINK.c.seq)
    )
    for row in connection.execute(query):
        said = None if row.sha256 in known else open_fields(connection, int(row.seq))
        if said is not None and said.get("anchor_kind") == AnchorKind.TIME_STAMP.value:
            report.fault(int(row.seq), _FAULT, f"its token {row.sha256} is not, or no longer, on the queue of anchors")


def open_fields(connection: Connection, seq: int) -> Mapping[str, Any] | None:
    """What stands in clear in the statement of an entry; None where it is gone or cannot be read."""
    payload = connection.execute(
        select(_STATEMENT.c.payload)
        .join(ENTRY, ENTRY.c.seq == _STATEMENT.c.seq)
        .where(ENTRY.c.seq == seq, ENTRY.c.kind == Anchor.kind)
    ).scalar()
    if payload is None:
        return None
    try:
        body: Any = loads(as_bytes(payload))
        found = body["predicate"]["open"]
    except (LedgerError, MalformedValue, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def _entry(connection: Connection, one: Anchored) -> int | None:
    return min(entries_of(connection, str(one.token_sha256)), default=None)
