"""Re-derive the ledger from its stored bytes and name every fault.

Nothing stored is believed: leaves are parsed and hashed anew, envelopes compared with their leaves, signatures verified
with the keys that the ledger itself brought in, commitments opened, documents read through. The tree is rebuilt, and at
the size of every checkpoint its root must be the signed one, which says more than a consistency proof between two of
them. Checkpoints kept elsewhere (`held`) are what shows a ledger that was cut off or rewritten as a whole.

What a fault stops is only its own item: the check goes on to the end. Bytes that are gone are `disposed` where a later
disposal entry, itself sound, names them, otherwise `lost`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, String, func, select, type_coerce

from evidence.core import tree
from evidence.core.statements.base import Opened, Statement, open_body
from evidence.core.statements.own import Disposal
from evidence.core.statements.registry import KINDS, typed
from evidence.core.values import moment_text
from evidence.errors import DocumentDamaged, DocumentMissing, EvidenceError, ProofError
from evidence.ledger.actors import Actors
from evidence.ledger.check_tree import TreeWalk, held_checkpoints, number, stored_checkpoints
from evidence.ledger.envelope import Envelope
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import Verifier
from evidence.ledger.read import read_disclosures
from evidence.ledger.submission import DISPOSES, links_of
from evidence.ledger.tables import DisclosureRow, DocumentRow, EntryDocumentRow, StatementRow
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_DOCUMENT, _LINK = table_of(DocumentRow), table_of(EntryDocumentRow)
_CHUNK = 512

Links = set[tuple[str, str]]


@dataclass
class _Walk:
    """What the pass over the entries carries along."""

    report: CheckReport
    tree: TreeWalk
    disposed: dict[str, int]
    actors: Actors = field(default_factory=Actors)
    last: datetime | None = None


def check_ledger(
    engine: Engine,
    documents: DocumentStore,
    verifiers: Sequence[Verifier],
    advance: Callable[..., None] | None = None,
    held: Sequence[bytes] = (),
) -> CheckReport:
    """Check the whole ledger in a database, with its documents.

    Args:
        engine: the database.
        documents: where the documents' bytes are.
        verifiers: the ledger's public keys, from the trust folder.
        advance: called with 1 for each entry and document gone through, and once with `total`.
        held: checkpoints kept outside the database, as signed notes.
    """
    report = CheckReport()
    step = advance or _unheard
    with reading(engine) as connection:
        grown = TreeWalk(
            report, stored_checkpoints(connection, verifiers, report), held_checkpoints(held, verifiers, report)
        )
        walk = _Walk(report, grown, _disposals(connection))
        names = connection.execute(_document_names()).scalars().all()
        step(0, total=connection.execute(select(func.count()).select_from(ENTRY)).scalar_one() + len(names))
        for row, links in _rows(connection):
            if isinstance(row.seq, int):
                _check_place(connection, walk, row)
                _check_entry(walk, row, links)
            else:
                report.fault(None, "index", f"a row has the position {row.seq!r}")
            step(1)
        grown.finish(connection)
        _check_stray_links(connection, report)
        _check_documents(connection, documents, walk, names, step)
    return report


def _unheard(_steps: int = 1, total: int | None = None) -> None:
    del total


def _rows(connection: Connection) -> Iterator[tuple[Row[Any], Links]]:
    """All entries in order, a piece at a time, with what belongs to them and the documents linked to them."""
    query = (
        select(
            ENTRY.c.seq,
            ENTRY.c.leaf,
            ENTRY.c.leaf_hash,
            ENTRY.c.kind,
            type_coerce(ENTRY.c.recorded_at, String).label("recorded_at"),  # an altered one may be no moment
            ENTRY.c.statement_digest,
            _STATEMENT.c.envelope,
            _STATEMENT.c.statement_id,
            _DISCLOSURE.c.body,
        )
        .outerjoin(_STATEMENT, _STATEMENT.c.digest == ENTRY.c.statement_digest)
        .outerjoin(_DISCLOSURE, _DISCLOSURE.c.statement_digest == ENTRY.c.statement_digest)
        .order_by(ENTRY.c.seq)
        .limit(_CHUNK)
    )
    at = -1
    while rows := connection.execute(query.where(ENTRY.c.seq > at)).all():
        links: dict[int, Links] = {}
        linked = select(_LINK).where(_LINK.c.seq > at, _LINK.c.seq <= rows[-1].seq)
        for link in connection.execute(linked):
            links.setdefault(link.seq, set()).add((link.sha256, link.role))
        for row in rows:
            yield row, links.get(row.seq, set())
        at = rows[-1].seq


def _disposals(connection: Connection) -> dict[str, int]:
    """Every digest that a disposal entry names in its signed statement, with the first such entry."""
    named: dict[str, int] = {}
    rows = connection.execute(
        select(ENTRY.c.seq, ENTRY.c.leaf, _STATEMENT.c.envelope)
        .join(_STATEMENT, _STATEMENT.c.digest == ENTRY.c.statement_digest)
        .where(ENTRY.c.kind == Disposal.kind)
        .order_by(ENTRY.c.seq)
    )
    for row in rows:
        try:
            envelope = Envelope.parse(as_bytes(row.envelope))
            if not Leaf.parse(as_bytes(row.leaf)).commits_to(envelope):
                continue  # an altered disposal lets nothing go; the walk names it
            opened = open_body(envelope.payload, ())
        except EvidenceError:
            continue
        if opened.predicate_type == Disposal.predicate_type():
            for digest in opened.fields.get("digests", ()):
                named.setdefault(str(digest), number(row.seq))
    return named


def _check_place(connection: Connection, walk: _Walk, row: Row[Any]) -> None:
    """The entry's position and its leaf's hash; the tree grows by it.

    Where leaf and stored hash differ, the tree goes on with the stored one, so that a leaf altered alone is one fault.
    """
    report = walk.report
    report.counts["entries"] += 1
    while walk.tree.frontier.size < row.seq:
        report.fault(walk.tree.frontier.size, "missing", "the entry's row is gone")
        walk.tree.grow(connection, bytes(tree.HASH_SIZE))
    found, stored = tree.leaf_hash(as_bytes(row.leaf)), as_bytes(row.leaf_hash)
    if found != stored:
        report.fault(row.seq, "leaf", "the leaf does not have the hash stored with it")
    walk.tree.grow(connection, stored if len(stored) == tree.HASH_SIZE else found)


def _check_entry(walk: _Walk, row: Row[Any], links: Links) -> None:
    """The leaf against its columns and its statement."""
    report, seq = walk.report, row.seq
    try:
        leaf = Leaf.parse(as_bytes(row.leaf))
    except ProofError as error:
        report.fault(seq, "leaf", str(error))
        return
    if walk.last is not None and leaf.recorded_at < walk.last:
        report.fault(seq, "order", f"recorded at {moment_text(leaf.recorded_at)}, before the entry before it")
    walk.last = leaf.recorded_at
    stored = (row.kind, row.recorded_at, row.statement_digest)
    if stored != (leaf.kind, moment_text(leaf.recorded_at), leaf.payload_sha256):
        report.fault(seq, "index", "kind, time or statement digest stored beside the leaf are not the leaf's")
    if row.envelope is None:
        _gone(walk, seq, "statement", leaf.payload_sha256)
        return
    try:
        envelope = Envelope.parse(as_bytes(row.envelope))
        if not leaf.commits_to(envelope) or envelope.to_json() != as_bytes(row.envelope):
            raise ProofError("the statement stored is not the one that the leaf commits to")
        _check_statement(walk, row, leaf, envelope, links)
    except EvidenceError as error:
        report.fault(seq, "statement", str(error))


def _check_statement(walk: _Walk, row: Row[Any], leaf: Leaf, envelope: Envelope, links: Links) -> None:
    """The signature, what stands in clear, the commitments, and the documents named."""
    report, seq = walk.report, row.seq
    opened, whole = _open(walk, row, leaf, envelope)
    _check_actor(walk, seq, leaf, envelope, opened)
    if opened.fields.get("id") != row.statement_id:
        report.fault(seq, "index", "the statement's id is not the one stored beside it")
    kind = KINDS.get(opened.predicate_type)
    if kind is None:
        report.unread.append(seq)
    elif kind.kind != leaf.kind:
        report.fault(seq, "leaf", f"the leaf says {leaf.kind}, the statement is a {opened.predicate_type}")
    if not whole:
        return
    if opened.withheld:
        report.fault(seq, "disclosures", f"nothing opens the commitments to {', '.join(sorted(opened.withheld))}")
    report.counts["statements"] += 1
    _check_links(report, seq, envelope.payload + as_bytes(row.body), typed(opened), links)


def _open(walk: _Walk, row: Row[Any], leaf: Leaf, envelope: Envelope) -> tuple[Opened, bool]:
    """The body opened by the disclosures stored with it, or, where these are gone or false, as it stands in clear."""
    if row.body is None:
        _gone(walk, row.seq, "disclosures", leaf.payload_sha256)
    else:
        try:
            return open_body(envelope.payload, read_disclosures(as_bytes(row.body))), True
        except EvidenceError as error:
            walk.report.fault(row.seq, "disclosures", str(error))
    return open_body(envelope.payload, ()), False


def _check_actor(walk: _Walk, seq: int, leaf: Leaf, envelope: Envelope, opened: Opened) -> None:
    """The signature, by a key that was in use there; then what a key statement brings in."""
    if seq == 0:
        walk.actors.take(seq, opened)
    try:
        walk.actors.check(seq, leaf.actor, envelope)
        walk.report.counts["signatures"] += 1
    except ProofError as error:
        walk.report.fault(seq, "signature", str(error))
    if seq != 0:
        walk.actors.take(seq, opened)


def _gone(walk: _Walk, seq: int, what: str, digest: str) -> None:
    disposal = walk.disposed.get(digest)
    if disposal is not None and disposal > seq:
        walk.report.counts[f"{what} disposed"] += 1
    else:
        walk.report.fault(seq, what, f"lost: {what} {digest} is gone, and no disposal entry names it")


def _check_links(report: CheckReport, seq: int, said: bytes, statement: Statement | None, links: Links) -> None:
    """That the documents linked to an entry are those that its statement names, no more and no fewer."""
    wanted = set() if statement is None else {(link.sha256, link.role) for link in links_of(statement)}
    for sha256, role in sorted(wanted - links):
        report.fault(seq, "link", f"the link to document {sha256} ({role}) is gone")
    for sha256, role in sorted(links - wanted):
        if role == DISPOSES or sha256.encode() not in said:
            report.fault(seq, "link", f"the statement does not name document {sha256} ({role})")


def _check_stray_links(connection: Connection, report: CheckReport) -> None:
    stray = select(_LINK.c.seq).where(_LINK.c.seq.not_in(select(ENTRY.c.seq))).distinct()
    for seq in connection.execute(stray).scalars():
        report.fault(number(seq), "link", "documents are linked to an entry that is not there")


def _document_names() -> Any:
    linked = select(_LINK.c.sha256).where(_LINK.c.role != DISPOSES)
    return linked.union(select(_DOCUMENT.c.sha256)).order_by("sha256")


def _check_documents(
    connection: Connection, documents: DocumentStore, walk: _Walk, names: Sequence[str], step: Callable[..., None]
) -> None:
    """Every document that an entry or a row names, read through."""
    report = walk.report
    sizes = {row.sha256: number(row.size) for row in connection.execute(select(_DOCUMENT.c.sha256, _DOCUMENT.c.size))}
    first = {
        row.sha256: number(row.seq)
        for row in connection.execute(select(_LINK.c.sha256, _LINK.c.seq).order_by(_LINK.c.seq.desc()))
    }
    for name in names:
        seq = first.get(name)
        try:
            size = documents.verify(name)
            report.counts["documents"] += 1
            if sizes.get(name) not in (None, size):
                report.fault(seq, "index", f"document {name} has {size} bytes, {sizes[name]} are stored")
            if name not in sizes and name not in walk.disposed:
                report.fault(seq, "document", f"the row of document {name} is gone")
        except DocumentMissing:
            if name in walk.disposed:
                report.counts["documents disposed"] += 1
            else:
                report.fault(seq, "document", f"lost: document {name} is gone, and no disposal entry names it")
        except DocumentDamaged:
            report.fault(seq, "document", f"document {name} was altered: its bytes have another digest")
        step(1)
