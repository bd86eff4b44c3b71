"""Reading the ledger: entries with what belongs to them, and proofs of their place.

Everything is read from one connection at a time, in pieces, so that a long ledger fits in memory. What was disposed of
reads as None; whether it was disposed of or lost is for `evidence.ledger.check` to say.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, select

from evidence.core import canonical, tree
from evidence.core.disclosure import Disclosure
from evidence.core.statements.base import Statement
from evidence.core.statements.registry import read
from evidence.errors import LedgerError, ProofError
from evidence.ledger.add_checkpoint import AddCheckpoint
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.envelope import Envelope
from evidence.ledger.growth import ENTRY
from evidence.ledger.leaf import Leaf
from evidence.ledger.note import parse_note
from evidence.ledger.proof import Proof
from evidence.ledger.stored import LEAF_COLUMNS, envelope_of, leaf_bytes
from evidence.ledger.stored_tree import StoredTree, TileRoots, proof_of
from evidence.ledger.submission import DocumentLink
from evidence.ledger.tables import CheckpointRow, DisclosureRow, DocumentRow, EntryDocumentRow, StatementRow
from evidence.store.base import as_bytes, table_of
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

_CHUNK = 512
_STATEMENT, _DISCLOSURE = table_of(StatementRow), table_of(DisclosureRow)
_DOCUMENT, _LINK, _CHECKPOINT = table_of(DocumentRow), table_of(EntryDocumentRow), table_of(CheckpointRow)


@dataclass(frozen=True)
class ReadEntry:
    """An entry as stored: what its leaf is made of, its payload and disclosures as far as they are there.

    What is made of an altered row may raise ProofError when it is asked for.
    """

    seq: int
    kind: str
    recorded_at: str
    actor: str
    statement_digest: str
    signatures: bytes
    payload: bytes | None
    disclosed: bytes | None
    """The disclosures as they are stored."""
    documents: tuple[DocumentLink, ...]

    @cached_property
    def leaf_bytes(self) -> bytes:
        """The bytes that the tree hashes."""
        digest = bytes.fromhex(self.statement_digest)
        return leaf_bytes(self.kind, self.recorded_at, self.actor, digest, self.signatures)

    @cached_property
    def envelope(self) -> Envelope | None:
        """The statement with its signatures; None where it was disposed of."""
        return None if self.payload is None else envelope_of(self.payload, self.signatures)

    @cached_property
    def disclosures(self) -> tuple[Disclosure, ...]:
        """The committed fields of the statement, opened.

        Raises:
            MalformedValue: what is stored is no list of disclosures.
        """
        return read_disclosures(self.disclosed)

    @cached_property
    def leaf(self) -> Leaf:
        return Leaf.parse(self.leaf_bytes)

    @cached_property
    def statement(self) -> Statement | None:
        """The typed statement; None where it was disposed of, is of an unknown kind, or has fields withheld."""
        return None if self.payload is None else read(self.payload, self.disclosures)


class Ledger:
    """The ledger in a database, for reading."""

    def __init__(self, engine: Engine, documents: DocumentStore) -> None:
        self._engine = engine
        self._tile_roots: TileRoots = {}
        self.documents = documents

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and changes nothing."""
        with reading(self._engine) as connection:
            yield connection

    def hashes(self, connection: Connection, size: int, *, edge: bool = False) -> StoredTree:
        """The hashes of the tree of `size` leaves, over a connection of `connected`; `edge` as for `StoredTree`."""
        return StoredTree(connection, size, self._tile_roots, edge=edge)

    def size(self) -> int:
        """How many entries are recorded."""
        with reading(self._engine) as connection:
            last = connection.execute(select(func.max(ENTRY.c.seq))).scalar()
        return 0 if last is None else int(last) + 1

    def entries(self, start: int = 0, stop: int | None = None, *, kind: str | None = None) -> Iterator[ReadEntry]:
        """The entries from `start` up to, not including, `stop` (the end by default), in order, or one kind of them."""
        end = self.size() if stop is None else stop
        at = start
        while at < end:
            wanted = [ENTRY.c.seq >= at, ENTRY.c.seq < end, *([ENTRY.c.kind == kind] if kind is not None else [])]
            with reading(self._engine) as connection:
                rows = _entry_rows(connection, wanted)
                between = (_LINK.c.seq >= rows[0].seq, _LINK.c.seq <= rows[-1].seq) if rows else ()
                links = _links(connection, between) if rows else {}
            for row in rows:
                yield _entry(row, links.get(row.seq, ()))
            if len(rows) < _CHUNK:
                return
            at = rows[-1].seq + 1

    def entry(self, seq: int) -> ReadEntry:
        """The entry at a position.

        Raises:
            LedgerError: there is none.
        """
        # no database holds a number of more bits
        found = next(self.entries(seq, seq + 1), None) if seq.bit_length() < 63 else None
        if found is None:
            raise LedgerError(f"The ledger has no entry {seq}; it holds {self.size()}.")
        return found

    def entries_at(self, seqs: Iterable[int]) -> dict[int, ReadEntry]:
        """The entries at several positions, by position, in order.

        Raises:
            LedgerError: one of them is not there.
        """
        wanted, found = sorted(set(seqs)), {}
        with reading(self._engine) as connection:
            for at in range(0, len(wanted), _CHUNK):
                some = wanted[at : at + _CHUNK]
                links = _links(connection, [_LINK.c.seq.in_(some)])
                for row in _entry_rows(connection, [ENTRY.c.seq.in_(some)]):
                    found[int(row.seq)] = _entry(row, links.get(row.seq, ()))
        for seq in wanted:
            if seq not in found:
                raise LedgerError(f"The ledger has no entry {seq}; it holds {self.size()}.")
        return found

    def by_statement_id(self, statement_id: str) -> ReadEntry | None:
        """The latest entry whose statement bears this id."""
        with reading(self._engine) as connection:
            seq = connection.execute(
                select(func.max(_STATEMENT.c.seq)).where(_STATEMENT.c.statement_id == statement_id)
            ).scalar()
        return None if seq is None else self.entry(int(seq))

    def entries_naming(self, sha256: str) -> list[int]:
        """The positions of the entries that name a document, in order."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(_LINK.c.seq).where(_LINK.c.sha256 == sha256).distinct().order_by(_LINK.c.seq)
            )
            return [int(seq) for seq in rows.scalars()]

    def inclusion_proof(self, seq: int, size: int | None = None) -> list[bytes]:
        """Sibling hashes from the entry's leaf to the root of the tree of `size` (the latest by default).

        Raises:
            ProofError: the tree of that size has no such leaf.
        """
        with reading(self._engine) as connection:
            return tree.inclusion_proof(seq, *self._tree(connection, size))

    def consistency_proof(self, first: int, second: int | None = None) -> list[bytes]:
        """Hashes that show the tree of `first` to be the beginning of that of `second` (the latest by default).

        Raises:
            ProofError: not 0 < first <= second.
        """
        with reading(self._engine) as connection:
            size, get_hash = self._tree(connection, second)
            return tree.consistency_proof(first, size, get_hash)

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree of the first `size` entries."""
        with reading(self._engine) as connection:
            return tree.tree_root(*self._tree(connection, size))

    def checkpoint_at(self, size: int | None = None) -> bytes:
        """The signed note for exactly `size` entries, the latest where none is given.

        Raises:
            LedgerError: no checkpoint was signed at that size.
        """
        query = select(_CHECKPOINT.c.note).order_by(_CHECKPOINT.c.size.desc()).limit(1)
        if size is not None:
            query = query.where(_CHECKPOINT.c.size == size)
        if size is not None and size.bit_length() > 63:  # no database holds such a number
            raise LedgerError(f"No checkpoint was signed at size {size}; ask for one of `checkpoint_sizes`.")
        with reading(self._engine) as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise LedgerError(f"No checkpoint was signed at size {size}; ask for one of `checkpoint_sizes`.")
        return as_bytes(found)

    def checkpoint_sizes(self) -> list[int]:
        """The sizes at which checkpoints were signed, ascending."""
        with reading(self._engine) as connection:
            return [int(size) for size in connection.execute(select(_CHECKPOINT.c.size).order_by("size")).scalars()]

    def tlog_proof(self, seq: int, size: int | None = None) -> bytes:
        """The `.tlog-proof` file of an entry under the checkpoint at `size` (the latest by default).

        Raises:
            LedgerError: no checkpoint was signed at that size, it does not cover the entry, or what is stored does not
                lead from the entry to its root.
        """
        return self.tlog_proofs([seq], size)[seq]

    def tlog_proofs(
        self, seqs: Sequence[int], size: int | None = None, cosigned: bytes | None = None
    ) -> dict[int, bytes]:
        """The `.tlog-proof` files of several entries under one checkpoint, each verified before it is handed out.

        With `cosigned` they hold that note, the checkpoint with signatures of witnesses, in place of the one at `size`.
        """
        note = self.checkpoint_at(size) if cosigned is None else cosigned
        head = Checkpoint.parse(parse_note(note).text)
        with reading(self._engine) as connection:
            get_hash = self.hashes(connection, head.size, edge=True)
            proofs: dict[int, bytes] = {}
            for seq in seqs:
                if not 0 <= seq < head.size:
                    raise ProofError(f"The checkpoint of {head.size} entries covers no entry {seq}; name a later one.")
                row = connection.execute(select(*LEAF_COLUMNS).where(ENTRY.c.seq == seq)).one_or_none()
                if row is None:
                    raise LedgerError(f"Entry {seq} is not there any more. Run `evidence ledger check`.")
                hashes = proof_of(get_hash, seq, leaf_bytes(*row), head.size, head.root)
                proofs[seq] = Proof(seq, tuple(hashes), note).format()
        return proofs

    def consistency_file(self, first: int, second: int | None = None) -> bytes:
        """The consistency file from the checkpoint at `first` to that at `second` (the latest by default), verified.

        Raises:
            LedgerError: no checkpoint was signed at one of the sizes, they do not ascend, or what is stored does not
                lead from one root to the other.
        """
        note = self.checkpoint_at(second)
        old, new = (Checkpoint.parse(parse_note(each).text) for each in (self.checkpoint_at(first), note))
        with reading(self._engine) as connection:
            hashes = tree.consistency_proof(old.size, new.size, self.hashes(connection, new.size, edge=True))
        tree.verify_consistency(old.size, new.size, hashes, old.root, new.root)
        return AddCheckpoint(old.size, tuple(hashes), note).format()

    def _tree(self, connection: Connection, size: int | None) -> tuple[int, tree.HashReader]:
        last = connection.execute(select(func.max(ENTRY.c.seq))).scalar()
        present = 0 if last is None else int(last) + 1
        wanted = present if size is None else size
        if wanted > present:
            raise LedgerError(f"The ledger holds {present} entries; a tree of {wanted} is not there yet.")
        return wanted, self.hashes(connection, wanted)


def _entry_rows(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> list[Row[Any]]:
    """The first rows, in order, that are as wanted."""
    query = (
        select(
            ENTRY.c.seq,
            *LEAF_COLUMNS,
            _STATEMENT.c.payload,
            _DISCLOSURE.c.body,
        )
        .outerjoin(_STATEMENT, _STATEMENT.c.seq == ENTRY.c.seq)
        .outerjoin(_DISCLOSURE, _DISCLOSURE.c.seq == ENTRY.c.seq)
        .where(*wanted)
        .order_by(ENTRY.c.seq)
        .limit(_CHUNK)
    )
    return list(connection.execute(query))


def _links(connection: Connection, wanted: Sequence[ColumnElement[bool]]) -> dict[int, tuple[DocumentLink, ...]]:
    rows = connection.execute(
        select(_LINK.c.seq, _LINK.c.sha256, _LINK.c.role, _DOCUMENT.c.media_type)
        .outerjoin(_DOCUMENT, _DOCUMENT.c.sha256 == _LINK.c.sha256)
        .where(*wanted)
        .order_by(_LINK.c.seq, _LINK.c.role, _LINK.c.sha256)
    )
    found: dict[int, tuple[DocumentLink, ...]] = {}
    for row in rows:
        link = DocumentLink(row.sha256, row.role, row.media_type or "application/octet-stream")
        found[row.seq] = (*found.get(row.seq, ()), link)
    return found


def read_disclosures(body: bytes | None) -> tuple[Disclosure, ...]:
    """The disclosures in the stored bytes.

    Raises:
        MalformedValue: they are not a list of disclosures in canonical JSON.
    """
    if body is None:
        return ()
    listed = canonical.loads_canonical(body)
    return tuple(Disclosure.from_json(item) for item in (listed if isinstance(listed, list) else [listed]))


def _entry(row: Row[Any], documents: tuple[DocumentLink, ...]) -> ReadEntry:
    return ReadEntry(
        seq=int(row.seq),
        kind=row.kind,
        recorded_at=row.recorded_at,
        actor=row.actor,
        statement_digest=as_bytes(row.statement_digest).hex(),
        signatures=as_bytes(row.signatures),
        payload=None if row.payload is None else as_bytes(row.payload),
        disclosed=None if row.body is None else as_bytes(row.body),
        documents=documents,
    )
