"""Re-derive the ledger from its stored bytes and name every fault.

Nothing stored is believed: leaves are parsed and hashed anew, envelopes compared with their leaves, every signature
verified with the keys that the ledger itself brought in, commitments opened, documents read through, line trees made
again. The tree is rebuilt, and at the size of every checkpoint its root must be the signed one, which says more than a
consistency proof between two of them. Checkpoints kept elsewhere (`held`) are what shows a ledger that was cut off or
rewritten as a whole.

What a fault stops is only its own item: the check goes on to the end. What is gone is `disposed` where a later disposal
entry, itself sound, names that place; otherwise it is `lost`. Where the keys come from the home itself, that the ledger
holds together is all that is shown: whose it is, only a trust folder from outside can say.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, String, func, select, type_coerce

from evidence.core import tree
from evidence.core.statements.base import Opened, Statement, open_body
from evidence.core.statements.own import Disposal, Key
from evidence.core.statements.registry import kind_of, typed
from evidence.core.values import moment_text
from evidence.errors import DocumentDamaged, DocumentMissing, EvidenceError, LedgerError, ProofError
from evidence.ledger.admission import KEPT
from evidence.ledger.check_beside import check_beside
from evidence.ledger.check_documents import Seen, check_documents
from evidence.ledger.check_tree import TreeWalk, held_checkpoints, number, stored_checkpoints
from evidence.ledger.check_trust import KeyEntry, check_trust
from evidence.ledger.envelope import Envelope
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import ENTRY
from evidence.ledger.leaf import Leaf
from evidence.ledger.lines import require_lines
from evidence.ledger.note import Verifier
from evidence.ledger.read import read_disclosures
from evidence.ledger.submission import links_of
from evidence.ledger.tables import DisclosureRow, EntryDocumentRow, StatementRow
from evidence.ledger.targets import STATEMENT, Target, parse_target
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

_STATEMENT, _DISCLOSURE, _LINK = table_of(StatementRow), table_of(DisclosureRow), table_of(EntryDocumentRow)
_CHUNK = 512

Links = set[tuple[str, str]]


class _Walk(Seen):
    """What the pass over the entries carries along."""

    def __init__(self, report: CheckReport, grown: TreeWalk, documents: DocumentStore, bound: int) -> None:
        super().__init__(report)
        self.tree, self.documents, self.bound = grown, documents, bound
        self.keys: list[KeyEntry] = []
        self.last: datetime | None = None


def check_ledger(
    engine: Engine,
    documents: DocumentStore,
    verifiers: Sequence[Verifier],
    advance: Callable[..., None] | None = None,
    held: Sequence[bytes] = (),
    *,
    origin: str | None = None,
    trust: Path | None = None,
) -> CheckReport:
    """Check the whole ledger in a database, with its documents.

    Args:
        engine: the database.
        documents: where the documents' bytes are.
        verifiers: the ledger's public keys, from a trust folder.
        advance: called with 1 for each entry and document gone through, and once with `total`.
        held: checkpoints kept outside the database, as signed notes.
        origin: the ledger's name, as the settings have it.
        trust: a trust folder whose files are compared with the key entries.
    """
    report = CheckReport()
    step = advance or _unheard
    with reading(engine) as connection:
        inside, created = stored_checkpoints(connection, verifiers, report)
        grown = TreeWalk(report, inside, held_checkpoints(held, verifiers, report), created)
        count = connection.execute(select(func.count()).select_from(ENTRY)).scalar_one()
        walk = _Walk(report, grown, documents, max([count, *inside, *grown.outside]))
        _find_disposals(connection, walk)
        step(0, total=count)
        for row, links in _rows(connection):
            _check_row(connection, walk, row, links)
            step(1)
        grown.finish(connection)
        check_documents(connection, documents, walk, step)
        check_beside(connection, walk, inside, origin)
        check_trust(report, walk.keys, verifiers, trust)
    return report


def _unheard(_steps: int = 1, total: int | None = None) -> None:
    del total


def _check_row(connection: Connection, walk: _Walk, row: Row[Any], links: Links) -> None:
    if not isinstance(row.seq, int) or not 0 <= row.seq < walk.bound:
        walk.report.fault(None, "index", f"a row has the position {row.seq!r}, where none can be")
        return
    _check_place(connection, walk, row)
    _check_entry(walk, row, links)


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
    rows = connection.execute(query).all()
    while rows:
        links: dict[int, Links] = {}
        linked = select(_LINK).where(_LINK.c.seq >= rows[0].seq, _LINK.c.seq <= rows[-1].seq)
        for link in connection.execute(linked):
            links.setdefault(link.seq, set()).add((link.sha256, link.role))
        for row in rows:
            yield row, links.get(row.seq, set())
        rows = connection.execute(query.where(ENTRY.c.seq > rows[-1].seq)).all()


def _find_disposals(connection: Connection, walk: _Walk) -> None:
    """Every place that a sound disposal entry names in its signed statement, with the first such entry."""
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
            if opened.predicate_type != Disposal.predicate_type():
                continue
            named = [parse_target(str(text)) for text in opened.fields.get("targets", ())]
        except EvidenceError:
            continue
        seq = number(row.seq)
        for target in named:
            walk.targets.add((seq, target))
            if target.seq < seq:
                walk.disposed.setdefault(target, seq)


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
    moment = moment_text(leaf.recorded_at)
    if walk.last is not None and leaf.recorded_at < walk.last:
        report.fault(seq, "order", f"recorded at {moment}, before the entry before it")
    walk.last = leaf.recorded_at
    walk.tree.check_moment(seq + 1, moment)
    if links:
        walk.moments[seq] = moment
    stored = (row.kind, row.recorded_at, row.statement_digest)
    if stored != (leaf.kind, moment, leaf.payload_sha256):
        report.fault(seq, "index", "kind, time or statement digest stored beside the leaf are not the leaf's")
    if row.envelope is None:
        if _gone(walk, seq, leaf, "statement"):
            _check_links_of_disposed(walk, seq, links)
        return
    try:
        envelope = Envelope.parse(as_bytes(row.envelope))
        if not leaf.commits_to(envelope) or envelope.to_json() != as_bytes(row.envelope):
            raise ProofError("the statement stored is not the one that the leaf commits to")
        _check_statement(walk, row, leaf, envelope, links)
    except EvidenceError as error:
        report.fault(seq, "statement", str(error))


def _check_statement(walk: _Walk, row: Row[Any], leaf: Leaf, envelope: Envelope, links: Links) -> None:
    """The signatures, what stands in clear, the commitments, and the documents named."""
    report, seq = walk.report, row.seq
    opened, whole = _open(walk, row, leaf, envelope)
    _check_actor(walk, seq, leaf, envelope, opened)
    if opened.fields.get("id") != row.statement_id:
        report.fault(seq, "index", "the statement's id is not the one stored beside it")
    kind = kind_of(opened.predicate_type)
    if kind is None:
        report.unread.append(seq)
    elif kind.kind != leaf.kind:
        report.fault(seq, "leaf", f"the leaf says {leaf.kind}, the statement is a {opened.predicate_type}")
    if opened.predicate_type == Key.predicate_type():
        walk.keys.append(KeyEntry(seq, opened.fields))
    if not whole:
        return
    if opened.withheld:
        report.fault(seq, "disclosures", f"nothing opens the commitments to {', '.join(sorted(opened.withheld))}")
    report.counts["statements"] += 1
    statement = typed(opened)
    if statement is not None or kind is None:
        _check_links(walk, seq, statement, links)
    if statement is not None:
        walk.take(seq, statement)
        _check_lines(walk, seq, statement)


def _open(walk: _Walk, row: Row[Any], leaf: Leaf, envelope: Envelope) -> tuple[Opened, bool]:
    """The body opened by the disclosures stored with it, or, where these are gone or false, as it stands in clear."""
    if row.body is None:
        _gone(walk, row.seq, leaf, "disclosures")
    else:
        try:
            disclosures = read_disclosures(as_bytes(row.body))
            if len({item.name for item in disclosures}) < len(disclosures):
                raise LedgerError("A field is disclosed twice.")
            return open_body(envelope.payload, disclosures), True
        except EvidenceError as error:
            walk.report.fault(row.seq, "disclosures", str(error))
    return open_body(envelope.payload, ()), False


def _check_actor(walk: _Walk, seq: int, leaf: Leaf, envelope: Envelope, opened: Opened) -> None:
    """The signatures, by keys that were in use there; then what a key statement brings in."""
    if seq == 0:
        walk.actors.take(seq, opened)
    try:
        walk.actors.check(seq, leaf.actor, envelope)
        walk.report.counts["signatures"] += len(envelope.signatures)
    except ProofError as error:
        walk.report.fault(seq, "signature", str(error))
    if seq != 0:
        walk.actors.take(seq, opened)


def _gone(walk: _Walk, seq: int, leaf: Leaf, what: str) -> bool:
    """Count what a disposal let go, and name what is lost; whether it was a disposal."""
    if Target(seq, STATEMENT) in walk.disposed and leaf.kind not in KEPT:
        walk.report.counts[f"{what} disposed"] += 1
        return True
    lost = f"{what} {leaf.payload_sha256} is gone, and no disposal entry names #{seq}:{STATEMENT}"
    walk.report.fault(seq, what, f"lost: {lost}")
    return False


def _check_links(walk: _Walk, seq: int, statement: Statement | None, links: Links) -> None:
    """That the documents linked to an entry are those that its statement names, no more and no fewer."""
    if statement is None:  # of a kind not known here: which documents it names cannot be told
        return
    wanted = {(link.sha256, link.role) for link in links_of(statement)}
    for sha256, role in sorted(wanted - links):
        if Target(seq, role) not in walk.disposed:
            walk.report.fault(seq, "link", f"the link to document {sha256} ({role}) is gone")
    for sha256, role in sorted(links - wanted):
        walk.report.fault(seq, "link", f"the statement does not name document {sha256} ({role})")


def _check_links_of_disposed(walk: _Walk, seq: int, links: Links) -> None:
    """A statement goes with its documents, so that none may be left that no disposal names."""
    for sha256, role in sorted(links):
        if Target(seq, role) not in walk.disposed:
            what = f"document {sha256} ({role}) is linked to a statement that was disposed of, and no disposal names it"
            walk.report.fault(seq, "link", what)


def _check_lines(walk: _Walk, seq: int, statement: Statement) -> None:
    """The line tree of a load or a snapshot, made again from the documents as far as these are there and sound."""
    try:
        require_lines(statement, walk.documents)
    except (DocumentMissing, DocumentDamaged):
        return  # named with the documents, or disposed of
    except EvidenceError as error:
        walk.report.fault(seq, "lines", str(error))
