"""What an export holds beside the log itself: statements, documents, time stamps, cosignatures."""

import hashlib
import re
from typing import Final

from sqlalchemy import Connection, and_, exists, select

from evidence.errors import DocumentMissing
from evidence.ledger.anchors import HolderKind, anchors_in
from evidence.ledger.export_folder import ExportFolder
from evidence.ledger.growth import ENTRY
from evidence.ledger.read import Ledger
from evidence.ledger.stamp_files import FOLDER as STAMPS
from evidence.ledger.stamp_files import SUMS, stamp_files
from evidence.ledger.stored import envelope_of
from evidence.ledger.tables import DisposalTargetRow, DocumentRow, EntryDocumentRow, StatementRow
from evidence.ledger.targets import STATEMENT
from evidence.store.base import table_of

_STATEMENT, _DOCUMENT = table_of(StatementRow), table_of(DocumentRow)
_LINK, _TARGET = table_of(EntryDocumentRow), table_of(DisposalTargetRow)
_STEP: Final = 4096  # statements read over one connection
_AT_ONCE: Final = 32  # of them in memory; one has 2 MiB at most
_CHUNK: Final = 500
_DIGEST: Final = re.compile("[0-9a-f]{64}")


def write_statements(ledger: Ledger, out: ExportFolder, size: int) -> int:
    """The statements of the entries below `size` that are not there yet; gives how many files were written."""
    files = 0
    with ledger.connected() as connection:
        start = _first_unwritten(connection, out, size)
    for at in range(start, size, _STEP):
        with ledger.connected() as connection:
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(
                select(ENTRY.c.seq, ENTRY.c.signatures, _STATEMENT.c.payload)
                .join(_STATEMENT, _STATEMENT.c.seq == ENTRY.c.seq)
                .where(ENTRY.c.seq >= at, ENTRY.c.seq < min(at + _STEP, size))
                .order_by(ENTRY.c.seq)
            )
            for row in rows:
                files += out.put(_statement_path(row.seq), envelope_of(row.payload, row.signatures).to_json())
        out.settle()
    return files


def _first_unwritten(connection: Connection, out: ExportFolder, size: int) -> int:
    """The first entry whose statement may not be there: they are written in order, those let go apart."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        last = connection.execute(
            select(_STATEMENT.c.seq)
            .where(_STATEMENT.c.seq >= low, _STATEMENT.c.seq <= middle)
            .order_by(_STATEMENT.c.seq.desc())
            .limit(1)
        ).scalar()
        if last is None or out.size(_statement_path(last)) is not None:
            low = middle + 1
        else:
            high = int(last)
    return low


def write_documents(ledger: Ledger, out: ExportFolder, size: int, unwritten: list[str]) -> int:
    """The documents that entries below `size` name and that are not there; `unwritten` is told what could not be."""
    files, last = 0, ""
    while True:
        with ledger.connected() as connection:
            named = exists().where(_LINK.c.sha256 == _DOCUMENT.c.sha256, _LINK.c.seq < size)
            rows = connection.execute(
                select(_DOCUMENT.c.sha256, _DOCUMENT.c.size)
                .where(_DOCUMENT.c.sha256 > last, named)
                .order_by(_DOCUMENT.c.sha256)
                .limit(_CHUNK)
            ).all()
        if not rows:
            return files
        for row in rows:
            if out.size(f"documents/{row.sha256}") != row.size:
                files += _write_document(ledger, out, row.sha256, unwritten)
        out.settle()
        last = rows[-1].sha256


def _write_document(ledger: Ledger, out: ExportFolder, sha256: str, unwritten: list[str]) -> int:
    try:
        with ledger.documents.open(sha256) as content:
            if out.copy(f"documents/{sha256}", content, sha256):
                return 1
        unwritten.append(f"document {sha256} was altered: its bytes have another digest")
    except DocumentMissing:
        if _is_wanted(ledger, sha256):
            unwritten.append(f"document {sha256} is not in the store, and no disposal lets it go")
    return 0


def write_stamps(ledger: Ledger, out: ExportFolder) -> int:
    """The time stamps over checkpoints, as `evidence.ledger.stamp_files` names them, and the list of their digests."""
    files, digests = 0, {}
    with ledger.connected() as connection:
        for stamp in stamp_files(connection, ledger.checkpoint_at):
            for name, content in stamp.contents.items():
                files += out.put(f"{STAMPS}/{name}", content)
                digests[name] = hashlib.sha256(content).hexdigest()
    if not digests:
        return 0
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    return files + out.head(f"{STAMPS}/{SUMS}", lines.encode("utf-8"))


def cosignatures(ledger: Ledger, size: int) -> bytes:
    """The lines of witnesses that have cosigned the checkpoint of that size."""
    with ledger.connected() as connection:
        kept = anchors_in(connection, HolderKind.WITNESS)
    return b"".join(one.token for one in kept if one.size == size and one.token is not None)


def _is_wanted(ledger: Ledger, sha256: str) -> bool:
    """Whether an entry names a document that no disposal on record lets go."""
    let_go = exists().where(and_(_TARGET.c.target_seq == _LINK.c.seq, _TARGET.c.role == _LINK.c.role))
    with ledger.connected() as connection:
        return connection.execute(select(_LINK.c.seq).where(_LINK.c.sha256 == sha256, ~let_go)).first() is not None


def remove_what_was_let_go(ledger: Ledger, out: ExportFolder) -> int:
    """Remove statements and documents that disposals have ended; gives how many files."""
    removed = 0
    with ledger.connected() as connection:
        if connection.execute(select(_TARGET.c.seq).limit(1)).first() is None:
            return 0
        gone = (
            select(_TARGET.c.target_seq)
            .outerjoin(_STATEMENT, _STATEMENT.c.seq == _TARGET.c.target_seq)
            .where(_TARGET.c.role == STATEMENT, _STATEMENT.c.seq.is_(None))
        )
        for seq in connection.execute(gone).scalars():
            removed += out.drop(_statement_path(seq))
        names = sorted(name for name in out.names("documents") if _DIGEST.fullmatch(name))
        for at in range(0, len(names), _CHUNK):
            part = names[at : at + _CHUNK]
            kept = set(connection.execute(select(_DOCUMENT.c.sha256).where(_DOCUMENT.c.sha256.in_(part))).scalars())
            removed += sum(out.drop(f"documents/{name}") for name in part if name not in kept)
    out.settle()
    return removed


def _statement_path(seq: int) -> str:
    return f"statements/{seq}.dsse"
