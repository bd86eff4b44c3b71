"""What a batch must hold before it is recorded: what needs no lock first, then what is compared with the record.

Nothing that is recorded can be put right, so whatever a check would later name as a fault is refused here.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.handling import Anchor
from evidence.core.statements.own import Disposal, DocumentReceived, Hold, Key
from evidence.core.statements.registry import read
from evidence.core.statements.succession import Succession
from evidence.errors import DocumentMissing, EvidenceError, LedgerError
from evidence.ledger.actors import Actors
from evidence.ledger.growth import ENTRY
from evidence.ledger.holds import in_force, stops
from evidence.ledger.lines import KNOWN, Take, require_lines
from evidence.ledger.read import read_disclosures
from evidence.ledger.submission import Prepared
from evidence.ledger.tables import DisclosureRow, DisposalTargetRow, EntryDocumentRow, StatementRow
from evidence.ledger.targets import STATEMENT, Target, targets_of
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.driver import Driver
from evidence.store.vault import sealed

CERTIFICATE = "application/pkix-cert"
KEPT = frozenset({Anchor.kind, Key.kind, Disposal.kind, Hold.kind, Succession.kind})
"""Kinds that no disposal may name: without them signatures, times, gaps and holds could not be accounted for."""

_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_LINK, _TARGET = table_of(EntryDocumentRow), table_of(DisposalTargetRow)
_CHUNK = 500
_ON_RECORD = (
    "SELECT s.statement_id, e.statement_digest FROM statement s JOIN ledger_entry e ON e.seq = s.seq "
    "WHERE s.statement_id IN {0}"
)


class Unheld(LedgerError):
    """A statement names a document that was never put into the store: a fault of the caller, not of the disk."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"A statement names document {sha256}, which is not in the store. Put it there first.")


def require_documents(
    prepared: Sequence[Prepared], documents: DocumentStore, take: Take | None = None
) -> dict[str, int]:
    """Read through every document that the batch names, and what it says of their lines; gives their sizes.

    `take` is given the lines of loads as they are read.

    Raises:
        LedgerError: a document is not in the store, a load or snapshot states another root than its lines have, or
            what must be able to vanish from backups too is not sealed in the vault.
        DocumentDamaged: a document has other bytes than its digest says.
    """
    sizes: dict[str, int] = {}
    for item in prepared:
        for link in item.documents:
            if link.sha256 not in sizes:
                try:
                    sizes[link.sha256] = documents.verify(link.sha256)
                except DocumentMissing as error:
                    raise Unheld(link.sha256) from error
        statement = item.statement
        if isinstance(statement, DocumentReceived):
            _require_receipt(statement, sizes[statement.document], documents)
        require_lines(statement, documents, take, KNOWN)
    return sizes


def _require_receipt(receipt: DocumentReceived, size: int, documents: DocumentStore) -> None:
    if receipt.size != size:
        raise LedgerError(f"{receipt.id} says {receipt.size} bytes; document {receipt.document} has {size}.")
    if receipt.tier is Tier.SECRET_PERSONAL:
        with documents.open(receipt.document) as content:
            if not sealed(content):
                raise LedgerError(
                    f"{receipt.id} is of tier {receipt.tier.value}, but document {receipt.document} lies in the store "
                    "in clear, so that no disposal would reach its backups. Put it through the vault."
                )


def require_new(driver: Driver, prepared: Sequence[Prepared], disposed: frozenset[str]) -> None:
    """Refuse a statement, or a statement's id, that is on record: submitted again, it must not stand there twice.

    A statement bears its id, so that none is on record whose id is not; of one that was disposed of the digest is left.

    Raises:
        LedgerError: one is, or comes twice in the batch.
    """
    on_record = set(disposed.intersection([item.digest for item in prepared]))
    for at in range(0, len(prepared), _CHUNK):
        piece = prepared[at : at + _CHUNK]
        for name, digest in driver.rows_among(_ON_RECORD, [item.statement.id for item in piece]):
            on_record.update((name, as_bytes(digest).hex()))
    for values, what in (
        ([item.digest for item in prepared], "Recorded already, and not again"),
        (
            [item.statement.id for item in prepared],
            "Another statement bears this id already; mint a new one, and say that it supersedes",
        ),
    ):
        twice = {value for value in values if values.count(value) > 1} if len(set(values)) < len(values) else set()
        twice.update(on_record.intersection(values))
        if twice:
            names = [item.statement.id for item, value in zip(prepared, values, strict=True) if value in twice]
            raise LedgerError(f"{what}: {', '.join(dict.fromkeys(names))}.")


def admit(seq: int, item: Prepared, actors: Actors) -> None:
    """Let a statement in at `seq` if the keys of its signatures are in use there; a key statement brings in its key.

    Raises:
        LedgerError: a key is not in use, or a signature does not fit.
    """
    first = seq == 0
    if first:
        actors.take(seq, item.opened)
    actors.check(seq, item.actor, item.envelope, item.signed_by)
    if not first:
        actors.take(seq, item.opened)


def require_disposable(connection: Connection, size: int, prepared: Sequence[Prepared]) -> None:
    """Refuse a disposal of what is not on record, of what must stay, and of what a hold keeps.

    Args:
        connection: the transaction of the batch, before its rows are inserted.
        size: how many entries there are before the batch.
        prepared: the batch; a hold in it counts from its place on.

    Raises:
        LedgerError: a disposal in the batch names such a target.
    """
    holds: list[Hold] | None = None
    for item in prepared:
        if isinstance(item.statement, Disposal):
            if holds is None:
                holds = [*_holds(connection), *_before(item, prepared)]
            named = targets_of(item.statement)
            for target in named:
                _require_target(connection, size, target)
            for target in named:
                if target.role == STATEMENT:
                    _require_all_links(connection, target, named)
            _require_no_hold(connection, item.statement, named, in_force(holds))
        elif isinstance(item.statement, Hold) and holds is not None:
            holds.append(item.statement)


def _before(disposal: Prepared, prepared: Sequence[Prepared]) -> list[Hold]:
    earlier = prepared[: prepared.index(disposal)]
    return [item.statement for item in earlier if isinstance(item.statement, Hold)]


def _require_target(connection: Connection, size: int, target: Target) -> None:
    if target.seq >= size:
        raise LedgerError(f"{target} cannot be disposed of: the ledger has no entry {target.seq} yet.")
    kind = connection.execute(select(ENTRY.c.kind).where(ENTRY.c.seq == target.seq)).scalar_one()
    if kind in KEPT:
        raise LedgerError(f"{target} cannot be disposed of: a {kind} statement stays for as long as the ledger does.")
    statement = _statement_at(connection, target.seq)
    if target.role == STATEMENT:
        if not _has_statement(connection, target.seq):
            raise LedgerError(f"{target} cannot be disposed of: it is not on record any more.")
    elif target.role not in _roles(connection, target.seq):
        raise LedgerError(f"{target} cannot be disposed of: entry {target.seq} has no document in that role.")
    if isinstance(statement, DocumentReceived) and statement.media_type == CERTIFICATE:
        raise LedgerError(f"{target} cannot be disposed of: certificates stay for as long as what they signed.")


def _require_all_links(connection: Connection, target: Target, named: Iterable[Target]) -> None:
    """A statement goes with its documents: once it is gone, nothing would say which were linked to it."""
    earlier = select(_TARGET.c.role).where(_TARGET.c.target_seq == target.seq)
    gone = {one.role for one in named if one.seq == target.seq} | set(connection.execute(earlier).scalars())
    left = sorted(_roles(connection, target.seq) - gone)
    if left:
        wanted = ", ".join(f"#{target.seq}:{role}" for role in left)
        raise LedgerError(
            f"{target} cannot be disposed of alone: name {wanted} too. A document that another entry names stays."
        )


def _require_no_hold(
    connection: Connection, disposal: Disposal, named: Iterable[Target], holds: Sequence[Hold]
) -> None:
    for target in named:
        statement = _statement_at(connection, target.seq) if holds else None
        for hold in holds:
            if stops(hold, target.seq, statement):
                raise LedgerError(
                    f"{disposal.id} names {target}, which hold {hold.id} keeps (scope: {hold.scope}). "
                    "Nothing was recorded. Lift the hold first, if it may be lifted."
                )


def _holds(connection: Connection) -> list[Hold]:
    """Every hold on record, in order. A hold is never disposed of, so each can be read.

    Raises:
        LedgerError: one cannot, so that it is not known what it keeps.
    """
    found = []
    seqs = connection.execute(select(ENTRY.c.seq).where(ENTRY.c.kind == Hold.kind).order_by(ENTRY.c.seq)).scalars()
    for seq in seqs.all():
        statement = _statement_at(connection, seq)
        if not isinstance(statement, Hold):
            raise LedgerError(f"The hold of entry {seq} cannot be read, so nothing may be disposed of.")
        found.append(statement)
    return found


def _statement_at(connection: Connection, seq: int) -> Statement | None:
    row = connection.execute(
        select(_STATEMENT.c.payload, _DISCLOSURE.c.body)
        .join(_DISCLOSURE, _DISCLOSURE.c.seq == _STATEMENT.c.seq)
        .where(_STATEMENT.c.seq == seq)
    ).one_or_none()
    if row is None:
        return None
    try:
        return read(as_bytes(row.payload), read_disclosures(as_bytes(row.body)))
    except EvidenceError:
        return None  # an altered statement: a check names it, and every hold keeps what it stands for


def _has_statement(connection: Connection, seq: int) -> bool:
    return connection.execute(select(_STATEMENT.c.seq).where(_STATEMENT.c.seq == seq)).first() is not None


def _roles(connection: Connection, seq: int) -> set[str]:
    return set(connection.execute(select(_LINK.c.role).where(_LINK.c.seq == seq)).scalars())
