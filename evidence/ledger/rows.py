"""The rows of a batch: written, and read back before they are signed for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from evidence.core import tree
from evidence.core.statements.own import Disposal, DocumentReceived
from evidence.core.values import moment_text
from evidence.errors import RefusesToSign
from evidence.ledger.admission import Unheld
from evidence.ledger.envelope import IN_TOTO, pae
from evidence.ledger.stored import LEAF_SQL, leaf_bytes, packed
from evidence.ledger.submission import OCTETS, Prepared
from evidence.ledger.targets import targets_of
from evidence.store.documents import DocumentStore
from evidence.store.driver import Driver

_CHUNK = 500
_ENTRY_COLUMNS = ("seq", "kind", "recorded_at", "actor", "statement_digest", "signatures", "leaf_hash")
_KNOWN = "SELECT sha256 FROM document WHERE sha256 IN {0}"
_READ_BACK = (
    f"SELECT {LEAF_SQL}, e.leaf_hash, s.payload, d.body, e.seq, s.statement_id FROM ledger_entry e "  # noqa: S608
    "JOIN statement s ON s.seq = e.seq JOIN disclosure d ON d.seq = e.seq WHERE e.seq >= ? ORDER BY e.seq"
)


def insert_batch(
    driver: Driver,
    start: int,
    prepared: Sequence[Prepared],
    leaves: Sequence[bytes],
    now: datetime,
    documents: DocumentStore,
    sizes: Mapping[str, int],
) -> None:
    """Insert a batch whose first entry is `start`; `sizes` has the size of each document, by its digest.

    Raises:
        Unheld: a document is not in the store any more.
    """
    moment = moment_text(now)
    entries, statements, disclosures = [], [], []
    links: list[tuple[int, str, str]] = []
    targets: list[tuple[int, int, str]] = []
    for seq, (item, data) in enumerate(zip(prepared, leaves, strict=True), start):
        digest, signatures = bytes.fromhex(item.digest), packed(item.envelope.signatures)
        entries.append((seq, item.kind, moment, item.actor, digest, signatures, tree.leaf_hash(data)))
        statements.append((seq, item.statement.id, item.envelope.payload))
        disclosures.append((seq, item.disclosures))
        if item.documents:
            links += [(seq, link.sha256, link.role) for link in item.documents]
        if isinstance(item.statement, Disposal):
            targets += [(seq, target.seq, target.role) for target in targets_of(item.statement)]
    driver.insert("ledger_entry", _ENTRY_COLUMNS, entries)
    driver.insert("statement", ("seq", "statement_id", "payload"), statements)
    driver.insert("disclosure", ("seq", "body"), disclosures)
    if links:
        _insert_documents(driver, prepared, moment, documents, sizes)
        driver.insert("entry_document", ("seq", "sha256", "role"), links)
    if targets:
        driver.insert("disposal_target", ("seq", "target_seq", "role"), targets)


def _insert_documents(
    driver: Driver,
    prepared: Sequence[Prepared],
    moment: str,
    documents: DocumentStore,
    sizes: Mapping[str, int],
) -> None:
    """Rows for documents that are new to the ledger; their bytes must still be in the store."""
    wanted = _media_types(prepared)
    known: set[str] = set()
    names = sorted(wanted)
    for at in range(0, len(names), _CHUNK):
        piece = names[at : at + _CHUNK]
        known.update(name for (name,) in driver.rows_among(_KNOWN, piece))
    rows = []
    for name in names:
        if not documents.has(name):  # a disposal may have come between the reading and the lock
            raise Unheld(name)
        if name not in known:
            rows.append((name, sizes[name], wanted[name], moment))
    driver.insert("document", ("sha256", "size", "media_type", "created_at"), rows)


def _media_types(prepared: Sequence[Prepared]) -> dict[str, str]:
    """The media type of each document: as its receipt in this batch says, else unknown.

    What a submission says beside its statement is not kept: nobody signs it, so that no check could tell it altered.
    """
    types = {link.sha256: OCTETS for item in prepared for link in item.documents}
    received: dict[str, str] = {}
    for item in prepared:
        if isinstance(item.statement, DocumentReceived):
            received.setdefault(item.statement.document, item.statement.media_type)
    return types | received


def read_back(
    driver: Driver, start: int, prepared: Sequence[Prepared], leaves: Sequence[bytes], now: datetime
) -> list[bytes]:
    """Hash the batch anew from what the database gives back: a bit that flipped on the way must not be signed.

    Every column read back is compared with what was to be written, and what is signed for made again from what was
    read: the leaf and its hash, and the digest of the statement that the leaf commits to.

    Raises:
        RefusesToSign: a row is not what was written.
    """
    rows = driver.rows(_READ_BACK, (start,))
    hashes, moment = [], moment_text(now)
    same = len(rows) == len(prepared) == len(leaves)
    for seq, ((kind, at, actor, digest, signatures, stored, payload, body, *place), item, data) in enumerate(
        zip(rows, prepared, leaves, strict=False), start
    ):
        leaf = leaf_bytes(kind, at, actor, digest, signatures)
        value = tree.leaf_hash(leaf)
        same = (
            same
            and (leaf, stored, payload, body) == (data, value, item.envelope.payload, item.disclosures)
            and place == [seq, item.statement.id]
            and (kind, at, actor) == (item.kind, moment, item.actor)
            and sha256(pae(IN_TOTO, payload)).hexdigest() == item.digest
        )
        hashes.append(value)
    if not same:
        raise RefusesToSign("The database gave back other bytes than were written to it; nothing was signed.")
    return hashes
