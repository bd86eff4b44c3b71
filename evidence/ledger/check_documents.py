"""The part of a check that is about documents: their bytes, their rows, and who names them."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection, String, select, type_coerce

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.own import DocumentReceived
from evidence.errors import DocumentDamaged, DocumentMissing
from evidence.ledger.actors import Actors
from evidence.ledger.check_tree import number
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.tables import DocumentRow, EntryDocumentRow
from evidence.ledger.targets import STATEMENT, Target
from evidence.store.base import table_of
from evidence.store.documents import DocumentStore
from evidence.store.vault import sealed

_DOCUMENT, _LINK = table_of(DocumentRow), table_of(EntryDocumentRow)


class _Receipt(NamedTuple):
    seq: int
    media_type: str
    size: int
    tier: Tier


class _Row(NamedTuple):
    size: int
    media_type: str
    created_at: str


class Seen:
    """What the pass over the entries saw that its other parts compare with.

    `disposed` has every place that a later disposal names, with the first such entry; `targets` all that disposals
    name; `moments` when the entries with documents were recorded; `receipts` what was said of each document received.
    """

    def __init__(self, report: CheckReport) -> None:
        self.report = report
        self.actors = Actors()
        self.disposed: dict[Target, int] = {}
        self.targets: set[tuple[int, Target]] = set()
        self.moments: dict[int, str] = {}
        self.receipts: dict[str, list[_Receipt]] = {}

    def take(self, seq: int, statement: Statement) -> None:
        """Remember what a receipt says of its document."""
        if isinstance(statement, DocumentReceived):
            said = _Receipt(seq, statement.media_type, statement.size, statement.tier)
            self.receipts.setdefault(statement.document, []).append(said)


def check_documents(connection: Connection, documents: DocumentStore, seen: Seen, step: Callable[..., None]) -> None:
    """Every document that an entry or a row names, read through; then what nothing names."""
    report = seen.report
    created = type_coerce(_DOCUMENT.c.created_at, String).label("created_at")
    rows = {
        str(row.sha256): _Row(number(row.size), str(row.media_type), str(row.created_at))
        for row in connection.execute(select(_DOCUMENT.c.sha256, _DOCUMENT.c.size, _DOCUMENT.c.media_type, created))
    }
    links: dict[str, list[Target]] = {}
    for link in connection.execute(select(_LINK).order_by(_LINK.c.seq)):
        links.setdefault(str(link.sha256), []).append(Target(number(link.seq), str(link.role)))
    linked = {target for named in links.values() for target in named}
    for target, disposal in seen.disposed.items():
        if target.role != STATEMENT and target not in linked:
            report.counts["documents disposed"] += 1
        elif target.role != STATEMENT:
            report.remarks.append(f"{target} is named by the disposal of entry {disposal} and still there")
    for name in sorted(rows.keys() | links.keys()):
        _check_document(documents, seen, name, rows.get(name), links.get(name, []))
        step(1)
    for name in documents.all():
        if name not in rows and name not in links:
            report.counts["files that nothing names"] += 1
            report.remarks.append(f"the file {name} is named by no entry, as after a recording that was broken off")
    _check_stray_links(connection, report)


def _check_document(documents: DocumentStore, seen: Seen, name: str, row: _Row | None, links: list[Target]) -> None:
    report = seen.report
    kept = [target for target in links if target not in seen.disposed]
    seq = kept[0].seq if kept else None
    if not links:
        report.fault(None, "document", f"the row of document {name} is left over: no entry names it")
    try:
        size = documents.verify(name)
        report.counts["documents"] += 1
        for receipt in seen.receipts.get(name, ()):
            _check_receipt(documents, report, name, size, receipt)
        if row is not None and row.size != size:
            report.fault(seq, "index", f"document {name} has {size} bytes, {row.size} are stored")
    except DocumentMissing:
        if kept:
            what = f"lost: document {name} is gone, and no disposal entry names {', '.join(map(str, kept))}"
            report.fault(seq, "document", what)
    except DocumentDamaged:
        report.fault(seq, "document", f"document {name} was altered: its bytes have another digest")
    if row is None:
        report.fault(seq, "document", f"the row of document {name} is gone")
    elif links:
        _check_row(seen, name, row, links)


def _check_row(seen: Seen, name: str, row: _Row, links: list[Target]) -> None:
    """Time and media type as stored, against the first entry that names the document and the receipts of it.

    Where a disposal has ended earlier links, the time may be that of an entry before the first that is left.
    """
    report, first = seen.report, links[0].seq
    moment = seen.moments.get(first)
    if moment is None:
        return
    if row.created_at != moment:
        if not (seen.disposed and row.created_at < moment):
            report.fault(first, "index", f"document {name} is stored as of {row.created_at}, its entry of {moment}")
        return
    said = {receipt.media_type for receipt in seen.receipts.get(name, ()) if receipt.seq == first}
    if said and row.media_type not in said:
        report.fault(first, "index", f"document {name} is stored as {row.media_type}, its receipt says {min(said)}")


def _check_receipt(documents: DocumentStore, report: CheckReport, name: str, size: int, receipt: _Receipt) -> None:
    if receipt.size != size:
        report.fault(receipt.seq, "document", f"document {name} has {size} bytes, its receipt says {receipt.size}")
    if receipt.tier is Tier.SECRET_PERSONAL:
        with documents.open(name) as content:
            if not sealed(content):
                report.fault(receipt.seq, "document", f"document {name} is {receipt.tier.value} and lies in clear")


def _check_stray_links(connection: Connection, report: CheckReport) -> None:
    stray = select(_LINK.c.seq).where(_LINK.c.seq.not_in(select(ENTRY.c.seq))).distinct()
    for seq in connection.execute(stray).scalars():
        report.fault(number(seq), "link", "documents are linked to an entry that is not there")
