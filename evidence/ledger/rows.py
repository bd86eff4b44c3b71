"""The rows of a batch: written, and read back before they are signed for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from evidence.core import tree
from evidence.core.statements.own import Disposal, DocumentReceived
from evidence.errors import RefusesToSign
from evidence.ledger.admission import Unheld
from evidence.ledger.envelope import Envelope
from evidence.ledger.growth import ENTRY
from evidence.ledger.leaf import Leaf
from evidence.ledger.submission import OCTETS, Prepared
from evidence.ledger.tables import DisclosureRow, DisposalTargetRow, DocumentRow, EntryDocumentRow, StatementRow
from evidence.ledger.targets import targets_of
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_DOCUMENT, _LINK, _TARGET = table_of(DocumentRow), table_of(EntryDocumentRow), table_of(DisposalTargetRow)
_CHUNK = 500


def insert_batch(
    connection: Connection,
    start: int,
    prepared: Sequence[Prepared],
    leaves: Sequence[Leaf],
    documents: DocumentStore,
    sizes: Mapping[str, int],
) -> None:
    """Insert a batch whose first entry is `start`; `sizes` has the size of each document, by its digest.

    Raises:
        Unheld: a document is not in the store any more.
    """
    entries, statements, disclosures, links, targets = [], [], [], [], []
    for seq, (item, leaf) in enumerate(zip(prepared, leaves, strict=True), start):
        data = leaf.to_bytes()
        entries.append(
            {
                "seq": seq,
                "leaf": data,
                "leaf_hash": tree.leaf_hash(data),
                "kind": leaf.kind,
                "recorded_at": leaf.recorded_at,
                "statement_digest": item.digest,
            }
        )
        statements.append(
            {"digest": item.digest, "statement_id": item.statement.id, "envelope": item.submission.envelope}
        )
        disclosures.append({"statement_digest": item.digest, "body": item.disclosures})
        links += [{"seq": seq, "sha256": link.sha256, "role": link.role} for link in item.documents]
        if isinstance(item.statement, Disposal):
            named = targets_of(item.statement)
            targets += [{"seq": seq, "target_seq": target.seq, "role": target.role} for target in named]
    connection.execute(ENTRY.insert(), entries)
    connection.execute(_STATEMENT.insert(), statements)
    connection.execute(_DISCLOSURE.insert(), disclosures)
    if links:
        _insert_documents(connection, prepared, leaves[0].recorded_at, documents, sizes)
        connection.execute(_LINK.insert(), links)
    if targets:
        connection.execute(_TARGET.insert(), targets)


def _insert_documents(
    connection: Connection,
    prepared: Sequence[Prepared],
    now: datetime,
    documents: DocumentStore,
    sizes: Mapping[str, int],
) -> None:
    """Rows for documents that are new to the ledger; their bytes must still be in the store."""
    wanted = _media_types(prepared)
    known: set[str] = set()
    names = sorted(wanted)
    for at in range(0, len(names), _CHUNK):
        found = connection.execute(select(_DOCUMENT.c.sha256).where(_DOCUMENT.c.sha256.in_(names[at : at + _CHUNK])))
        known.update(found.scalars())
    rows = []
    for name in names:
        if not documents.has(name):  # a disposal may have come between the reading and the lock
            raise Unheld(name)
        if name not in known:
            rows.append({"sha256": name, "size": sizes[name], "media_type": wanted[name], "created_at": now})
    if rows:
        connection.execute(_DOCUMENT.insert(), rows)


def _media_types(prepared: Sequence[Prepared]) -> dict[str, str]:
    """The media type of each document: as its receipt in this batch says, else as it was given, else unknown."""
    found: dict[str, str] = {}
    received: dict[str, str] = {}
    for item in prepared:
        for link in item.documents:
            if found.get(link.sha256, OCTETS) == OCTETS:
                found[link.sha256] = link.media_type
        if isinstance(item.statement, DocumentReceived):
            received.setdefault(item.statement.document, item.statement.media_type)
    return found | received


def read_back(connection: Connection, start: int, prepared: Sequence[Prepared], leaves: Sequence[Leaf]) -> list[bytes]:
    """Hash the batch anew from what the database gives back: a bit that flipped on the way must not be signed.

    Raises:
        RefusesToSign: a row is not what was written.
    """
    rows = connection.execute(
        select(ENTRY.c.leaf, ENTRY.c.leaf_hash, _STATEMENT.c.envelope, _DISCLOSURE.c.body)
        .join(_STATEMENT, _STATEMENT.c.digest == ENTRY.c.statement_digest)
        .join(_DISCLOSURE, _DISCLOSURE.c.statement_digest == ENTRY.c.statement_digest)
        .where(ENTRY.c.seq >= start)
        .order_by(ENTRY.c.seq)
    ).all()
    hashes = [tree.leaf_hash(as_bytes(row.leaf)) for row in rows]
    same = len(rows) == len(prepared) and all(
        as_bytes(row.leaf) == leaf.to_bytes()
        and as_bytes(row.leaf_hash) == value
        and as_bytes(row.envelope) == item.submission.envelope
        and Envelope.parse(as_bytes(row.envelope)).digest() == leaf.payload_sha256
        and as_bytes(row.body) == item.disclosures
        for row, value, item, leaf in zip(rows, hashes, prepared, leaves, strict=True)
    )
    if not same:
        raise RefusesToSign("The database gave back other bytes than were written to it; nothing was signed.")
    return hashes
