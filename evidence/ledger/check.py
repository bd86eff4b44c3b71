"""Re-derive the ledger from its stored bytes and name every fault.

Nothing stored is believed: leaves are parsed and hashed anew, envelopes compared with their leaves, signatures verified
with the keys that the ledger itself brought in, commitments opened, documents read through. The tree is rebuilt, and at
the size of every checkpoint its root must be the signed one, which says more than a consistency proof between two of
them. Checkpoints kept elsewhere (`held`) are what shows a ledger that was cut off or rewritten as a whole.

What a fault stops is only its own item: the check goes on to the end. Bytes that are gone are `disposed` where a later
disposal entry, itself sound, names them, otherwise `lost`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, String, select, type_coerce

from evidence.core import tree
from evidence.core.statements.base import Opened, open_body
from evidence.core.statements.own import Disposal
from evidence.core.statements.registry import KINDS, read
from evidence.core.tree import Frontier
from evidence.core.values import moment_text
from evidence.errors import DocumentDamaged, DocumentMissing, EvidenceError, ProofError
from evidence.ledger.actors import Actors
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.envelope import Envelope
from evidence.ledger.growth import ENTRY, TILE
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import Verifier
from evidence.ledger.read import read_disclosures
from evidence.ledger.submission import DISPOSES, links_of
from evidence.ledger.tables import CheckpointRow, DisclosureRow, DocumentRow, EntryDocumentRow, HeadRow, StatementRow
from evidence.ledger.tiles import TILE_WIDTH
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_DOCUMENT, _LINK = table_of(DocumentRow), table_of(EntryDocumentRow)
_CHECKPOINT, _HEAD = table_of(CheckpointRow), table_of(HeadRow)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was recorded: where (an entry's `seq`, if it is one entry's), what kind, what."""

    seq: int | None
    kind: str
    what: str


@dataclass
class CheckReport:
    """What a check found. `counts` says what it went through; `unread` are entries whose kind is not known here."""

    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unread: list[int] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults

    def fault(self, seq: int | None, kind: str, what: str) -> None:
        self.faults.append(Fault(seq, kind, what))


@dataclass
class _Walk:
    """What one pass over the entries carries along."""

    report: CheckReport
    disposed: dict[str, int]
    frontier: Frontier = field(default_factory=Frontier)
    actors: Actors = field(default_factory=Actors)
    last: datetime | None = None
    row_hashes: list[bytes] = field(default_factory=list)  # of the tile under way
    level_1: list[bytes] = field(default_factory=list)  # the roots of the tiles of level 0


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
    with reading(engine) as connection:
        walk = _Walk(report, _disposals(connection))
        checkpoints = _checkpoints(connection, verifiers, report)
        outside = _held(held, verifiers, report)
        total = connection.execute(select(ENTRY.c.seq).order_by(ENTRY.c.seq.desc()).limit(1)).scalar()
        names = connection.execute(_document_names()).scalars().all()
        if advance is not None:
            advance(0, total=_number(total) + 1 + len(names))
        agreed = 0
        for row in _rows(connection):
            if not isinstance(row.seq, int):
                report.fault(None, "index", f"a row has the position {row.seq!r}")
                continue
            _check_place(walk, row)
            _check_entry(walk, row)
            _check_tile(connection, walk)
            agreed = _compare_roots(walk, checkpoints, outside, agreed)
            if advance is not None:
                advance(1)
        _check_upper_tiles(connection, walk)
        _check_ends(connection, walk, checkpoints, outside)
        _check_links(connection, walk)
        _check_documents(connection, documents, walk, names, advance)
    return report


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    """All entries in order, a piece at a time, with what belongs to them."""
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
        .limit(512)
    )
    at = -1
    while rows := connection.execute(query.where(ENTRY.c.seq > at)).all():
        yield from rows
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
                named.setdefault(str(digest), int(row.seq))
    return named


def _check_place(walk: _Walk, row: Row[Any]) -> None:
    """The entry's position, its leaf's hash and form, and the columns that index it; the tree grows by it."""
    report, seq = walk.report, int(row.seq)
    report.counts["entries"] += 1
    while walk.frontier.size < seq:
        report.fault(walk.frontier.size, "missing", "the entry's row is gone")
        _grow(walk, bytes(tree.HASH_SIZE))
    data, stored = as_bytes(row.leaf), as_bytes(row.leaf_hash)
    if tree.leaf_hash(data) != stored:
        report.fault(seq, "leaf", "the leaf does not have the hash stored with it")
    _grow(walk, stored if len(stored) == tree.HASH_SIZE else tree.leaf_hash(data))


def _grow(walk: _Walk, value: bytes) -> None:
    walk.frontier.append(value)
    walk.row_hashes.append(value)


def _check_entry(walk: _Walk, row: Row[Any]) -> None:
    """The leaf against its columns, its statement, its signature, and the commitments in it."""
    report, seq = walk.report, int(row.seq)
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
    except ProofError as error:
        report.fault(seq, "statement", str(error))
        return
    if not leaf.commits_to(envelope) or envelope.to_json() != as_bytes(row.envelope):
        report.fault(seq, "statement", "the statement stored is not the one that the leaf commits to")
        return
    _check_statement(walk, row, leaf, envelope)


def _check_statement(walk: _Walk, row: Row[Any], leaf: Leaf, envelope: Envelope) -> None:
    report, seq = walk.report, int(row.seq)
    try:
        opened = open_body(envelope.payload, ())
        _check_actor(walk, seq, leaf, envelope, opened)
        if opened.fields.get("id") != row.statement_id:
            report.fault(seq, "index", "the statement's id is not the one stored beside it")
    except EvidenceError as error:
        report.fault(seq, "statement", str(error))
        return
    if row.body is None:
        _gone(walk, seq, "disclosures", leaf.payload_sha256)
        return
    try:
        disclosures = read_disclosures(as_bytes(row.body))
        opened = open_body(envelope.payload, disclosures)
        if opened.withheld:
            report.fault(seq, "disclosures", f"nothing opens the commitments to {', '.join(sorted(opened.withheld))}")
        if opened.predicate_type not in KINDS:
            report.unread.append(seq)
        elif KINDS[opened.predicate_type].kind != leaf.kind:
            report.fault(seq, "leaf", f"the leaf says {leaf.kind}, the statement is a {opened.predicate_type}")
        report.counts["statements"] += 1
    except EvidenceError as error:
        report.fault(seq, "disclosures", str(error))


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


def _check_tile(connection: Connection, walk: _Walk) -> None:
    if len(walk.row_hashes) < TILE_WIDTH:
        return
    index = walk.frontier.size // TILE_WIDTH - 1
    _compare_tile(connection, walk, 0, index, walk.row_hashes)
    walk.level_1.append(tree.root(walk.row_hashes))
    walk.row_hashes = []


def _compare_tile(connection: Connection, walk: _Walk, level: int, index: int, hashes: Sequence[bytes]) -> None:
    walk.report.counts["tiles"] += 1
    data = connection.execute(
        select(TILE.c.data).where(TILE.c.level == level, TILE.c.n == index, TILE.c.width == TILE_WIDTH)
    ).scalar()
    if data is None:
        walk.report.fault(None, "tile", f"tile {index} of level {level} is lost; it can be derived again")
        return
    stored = as_bytes(data)
    for offset, value in enumerate(hashes):
        if stored[offset * 32 : offset * 32 + 32] != value:
            place = index * TILE_WIDTH + offset
            seq = place if level == 0 else None
            walk.report.fault(seq, "tile", f"hash {place} of level {level} is not that of the tile stored")
    if len(stored) != 32 * TILE_WIDTH:
        walk.report.fault(None, "tile", f"tile {index} of level {level} has {len(stored)} bytes")


def _check_upper_tiles(connection: Connection, walk: _Walk) -> None:
    """Tiles of level 1 and up, and that no row is left over."""
    level, hashes, wanted = 1, walk.level_1, len(walk.level_1)
    while len(hashes) >= TILE_WIDTH:
        full = len(hashes) // TILE_WIDTH
        above = []
        for index in range(full):
            part = hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
            _compare_tile(connection, walk, level, index, part)
            above.append(tree.root(part))
        level, hashes, wanted = level + 1, above, wanted + full
    found = len(connection.execute(select(TILE.c.n)).all())
    if found > wanted:
        walk.report.fault(None, "tile", f"{found} tiles are stored where the tree has {wanted} full ones")


def _checkpoints(connection: Connection, verifiers: Sequence[Verifier], report: CheckReport) -> dict[int, Checkpoint]:
    """The checkpoints in the database that verify, by size."""
    found: dict[int, Checkpoint] = {}
    for row in connection.execute(
        select(_CHECKPOINT.c.size, _CHECKPOINT.c.root, _CHECKPOINT.c.note).order_by(_CHECKPOINT.c.size)
    ):
        report.counts["checkpoints"] += 1
        try:
            signed = open_checkpoint(as_bytes(row.note), verifiers)
        except ProofError as error:
            report.fault(None, "checkpoint", f"at size {row.size}: {error}")
            continue
        if (signed.size, signed.root) != (row.size, as_bytes(row.root)):
            report.fault(None, "checkpoint", f"at size {row.size}: the signed note is for another size or root")
        found[signed.size] = signed
    return found


def _held(held: Sequence[bytes], verifiers: Sequence[Verifier], report: CheckReport) -> dict[int, Checkpoint]:
    found: dict[int, Checkpoint] = {}
    for note in held:
        try:
            signed = open_checkpoint(note, verifiers)
        except ProofError as error:
            report.fault(None, "checkpoint", f"kept outside the database: {error}")
            continue
        report.counts["checkpoints kept outside"] += 1
        found[signed.size] = signed
    return found


def _compare_roots(walk: _Walk, checkpoints: dict[int, Checkpoint], outside: dict[int, Checkpoint], agreed: int) -> int:
    """Compare the tree with what was signed at its present size; gives the last size at which both agreed.

    Once they part, every later root differs too, so only the first is named: the entries between it and the last
    agreement are those among which something was altered.
    """
    size = walk.frontier.size
    signed = [found[size] for found in (checkpoints, outside) if size in found]
    if not signed or agreed < 0:
        return agreed
    root = walk.frontier.root()
    if all(checkpoint.root == root for checkpoint in signed):
        return size
    walk.report.fault(
        agreed,
        "root",
        f"entries {agreed} to {size - 1} are not those that the checkpoint of size {size} was signed for",
    )
    return -1


def _check_ends(
    connection: Connection, walk: _Walk, checkpoints: dict[int, Checkpoint], outside: dict[int, Checkpoint]
) -> None:
    """The head, and that nothing was signed beyond the last entry or left unsigned before it."""
    report, size = walk.report, walk.frontier.size
    for place, found in (("in the database", checkpoints), ("kept outside the database", outside)):
        for signed in found.values():
            if signed.size > size:
                report.fault(size, "missing", f"a checkpoint {place} is for {signed.size} entries, {size} are there")
    if size and size not in checkpoints:
        report.fault(None, "checkpoint", f"no checkpoint is stored for all {size} entries")
    head = connection.execute(select(_HEAD)).one_or_none()
    if head is None:
        if size:
            report.fault(None, "head", "the head is lost")
        return
    rows_there = not any(fault.kind in {"missing", "leaf"} for fault in report.faults)
    if _number(head.size) != size:
        report.fault(min(_number(head.size), size), "head", f"the head says {head.size} entries, {size} are there")
    elif rows_there and (bytes(head.root), bytes(head.frontier)) != (walk.frontier.root(), walk.frontier.to_bytes()):
        report.fault(None, "head", "the head's root or frontier is not that of the entries")


def _check_links(connection: Connection, walk: _Walk) -> None:
    """That the documents linked to each entry are those that its statement names, no more and no fewer."""
    links: dict[int, set[tuple[str, str]]] = {}
    for row in connection.execute(select(_LINK)):
        links.setdefault(_number(row.seq), set()).add((row.sha256, row.role))
    for row in _rows(connection):
        found = links.pop(_number(row.seq), set())
        if row.envelope is None or row.body is None:
            continue
        try:
            payload, body = Envelope.parse(as_bytes(row.envelope)).payload, as_bytes(row.body)
            statement = read(payload, read_disclosures(body))
        except EvidenceError:
            continue  # named already
        wanted = {(link.sha256, link.role) for link in links_of(statement)} if statement is not None else set()
        for sha256, role in sorted(wanted - found):
            walk.report.fault(int(row.seq), "link", f"the link to document {sha256} ({role}) is gone")
        for sha256, role in sorted(found - wanted):
            if role == DISPOSES or (sha256.encode() not in payload and sha256.encode() not in body):
                walk.report.fault(int(row.seq), "link", f"the statement does not name document {sha256} ({role})")
    for seq in sorted(links):
        walk.report.fault(seq, "link", "documents are linked to an entry that is not there")


def _number(value: object) -> int:
    """A whole number in a column, or -1 where an altered row holds something else."""
    return value if isinstance(value, int) else -1


def _document_names() -> Any:
    linked = select(_LINK.c.sha256).where(_LINK.c.role != DISPOSES)
    return linked.union(select(_DOCUMENT.c.sha256)).order_by("sha256")


def _check_documents(
    connection: Connection,
    documents: DocumentStore,
    walk: _Walk,
    names: Sequence[str],
    advance: Callable[..., None] | None,
) -> None:
    sizes = {row.sha256: _number(row.size) for row in connection.execute(select(_DOCUMENT.c.sha256, _DOCUMENT.c.size))}
    first = {}
    for row in connection.execute(select(_LINK.c.sha256, _LINK.c.seq).order_by(_LINK.c.seq.desc())):
        first[row.sha256] = _number(row.seq)
    for name in names:
        seq = first.get(name)
        try:
            size = documents.verify(name)
            walk.report.counts["documents"] += 1
            if sizes.get(name) not in (None, size):
                walk.report.fault(seq, "index", f"document {name} has {size} bytes, {sizes[name]} are stored")
            if name not in sizes and name not in walk.disposed:
                walk.report.fault(seq, "document", f"the row of document {name} is gone")
        except DocumentMissing:
            if name in walk.disposed:
                walk.report.counts["documents disposed"] += 1
            else:
                walk.report.fault(seq, "document", f"lost: document {name} is gone, and no disposal entry names it")
        except DocumentDamaged:
            walk.report.fault(seq, "document", f"document {name} was altered: its bytes have another digest")
        if advance is not None:
            advance(1)
