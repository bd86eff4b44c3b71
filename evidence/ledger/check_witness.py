"""The part of a check that is about witnesses: every cosignature that is kept verifies, every row of the queue is as it
was written, and every `anchor` entry of a quorum is held by what the queue has.
"""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from evidence.core.statements.handling import Anchor, AnchorKind
from evidence.errors import LedgerError, ProofError
from evidence.ledger.anchors import TOKEN_ROLE, Anchored, AnchorState, HolderKind, read_row, stored_rows
from evidence.ledger.check_stamps import Notes, open_fields
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.note import parse_line, parse_note
from evidence.ledger.policy import Policy
from evidence.ledger.tables import EntryDocumentRow
from evidence.store.base import table_of

_FAULT = "witness"
_LINK = table_of(EntryDocumentRow)


def check_witnesses(connection: Connection, report: CheckReport, notes: Notes, policy: Policy | None) -> None:
    """Verify the cosignatures in the queue of anchors over the checkpoints stored at their sizes.

    A line of a witness that the policy does not know is intact bytes and no more: a remark says so.

    Args:
        connection: to the database.
        report: takes faults of the kind ``witness``, the count of cosignatures, and remarks.
        notes: the checkpoint stored at a size, None where there is none.
        policy: who the witnesses are; None where nobody says.
    """
    by_size = _done(connection, report)
    met: tuple[int, tuple[str, ...]] | None = None
    unknown: set[str] = set()
    for size, kept in sorted(by_size.items()):
        note = notes(size)
        if note is None:
            report.fault(None, _FAULT, f"cosignatures are kept for size {size}, and no checkpoint is stored there")
            continue
        cosigned = tuple(name for one in kept if (name := _judge(report, one, note, policy, unknown)) is not None)
        report.counts["cosignatures"] += len(kept)
        if policy is not None and cosigned and policy.met_by(cosigned):
            met = size, cosigned
    _check_entries(connection, report, by_size, notes)
    for name in sorted(unknown):
        report.remarks.append(f"the witness {name} is not in the policy; its cosignatures were not judged")
    if policy is not None and policy.witnesses:
        report.remarks.append(
            "no checkpoint is cosigned by a quorum of the policy's witnesses"
            if met is None
            else f"a quorum of the policy's witnesses ({', '.join(met[1])}) cosigned the checkpoint of {met[0]} entries"
        )


def _done(connection: Connection, report: CheckReport) -> dict[int, list[Anchored]]:
    """The cosignatures that are kept, by size; a row that is not as it was written is a fault."""
    found: dict[int, list[Anchored]] = {}
    for row in stored_rows(connection, HolderKind.WITNESS):
        try:
            one = read_row(row)
        except LedgerError as error:
            report.fault(None, _FAULT, str(error).removesuffix(" Run `evidence ledger check`."))
            continue
        if one.state == AnchorState.DONE:
            found.setdefault(one.size, []).append(one)
    return found


def _judge(report: CheckReport, one: Anchored, note: bytes, policy: Policy | None, unknown: set[str]) -> str | None:
    """The policy's name of the witness whose line verifies over the checkpoint of its size."""
    try:
        line = (one.token or b"").decode("utf-8")
        read, text = parse_line(line.removesuffix("\n")), parse_note(note).text
        if not line.endswith("\n"):
            raise ProofError("it is not a line of its own")
        if Checkpoint.parse(text).size != one.size:
            raise ProofError("the checkpoint stored there is of another size")
        for witness in policy.witnesses if policy is not None else ():
            if (read.name, read.key_id) == (witness.key.name, witness.key.key_id):
                if witness.key.verify(text, read.signature):
                    return witness.name
                raise ProofError("it does not verify over the checkpoint stored at that size")
    except (UnicodeDecodeError, ProofError) as error:
        report.fault(None, _FAULT, f"the cosignature of {one.name} for size {one.size}: {error}")
        return None
    unknown.add(one.name)
    return None


def _check_entries(
    connection: Connection, report: CheckReport, by_size: Mapping[int, Sequence[Anchored]], notes: Notes
) -> None:
    """That each entry of a quorum names the checkpoint stored at its size, with lines that are on the queue still."""
    query = (
        select(_LINK.c.seq, _LINK.c.sha256)
        .join(ENTRY, ENTRY.c.seq == _LINK.c.seq)
        .where(ENTRY.c.kind == Anchor.kind, _LINK.c.role == TOKEN_ROLE)
        .order_by(_LINK.c.seq)
    )
    for row in connection.execute(query).all():
        said = open_fields(connection, int(row.seq))
        if said is None or said.get("anchor_kind") != AnchorKind.WITNESS.value:
            continue
        size = said.get("size")
        note, kept = (notes(size), by_size.get(size, ())) if isinstance(size, int) else (None, ())
        if note is None or not _made_of(str(row.sha256), note, kept):
            report.fault(
                int(row.seq), _FAULT, f"its document is not the checkpoint of size {size} with lines that are kept"
            )


def _made_of(sha256: str, note: bytes, kept: Sequence[Anchored]) -> bool:
    """Whether a digest is that of the note followed by the lines that were had by some moment, in their order.

    Lines that came after the entry was recorded are not in its document, and may stand between those that are.
    """
    for moment in {one.got_at for one in kept if one.got_at is not None}:
        lines = [one.token for one in kept if one.token is not None and one.got_at and one.got_at <= moment]
        if hashlib.sha256(note + b"".join(lines)).hexdigest() == sha256:
            return True
    return False
