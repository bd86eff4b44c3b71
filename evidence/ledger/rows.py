"""The rows of a batch: written, and read back before they are signed for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from evidence.core import tree
from evidence.core.statements.own import Disposal, DocumentReceived
from evidence.core.values import moment_text
from evidence.errors import ProofError, RefusesToSign
from evidence.ledger.admission import Unheld
from evidence.ledger.envelope import digest_of
from evidence.ledger.submission import OCTETS, Prepared
from evidence.ledger.targets import targets_of
from evidence.store.documents import DocumentStore
from evidence.store.driver import Driver

_CHUNK = 500
_ENTRY_COLUMNS = ("seq", "leaf", "leaf_hash", "kind", "recorded_at", "statement_digest")
_KNOWN = "SELECT sha256 FROM document WHERE sha256 IN {0}"
_READ_BACK = (
    "SELECT e.leaf, e.leaf_hash, s.envelope, d.body, e.seq, e.kind, e.recorded_at, s.statement_id FROM ledger_entry e "
    "JOIN statement s ON s.digest = e.statement_digest "
    "JOIN disclosure d ON d.statement_digest = e.statement_digest WHERE e.seq >= ? ORDER BY e.seq"
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
        entries.append((seq, data, tree.leaf_hash(data), item.kind, moment, item.digest))
        statements.append((item.digest, item.statement.id, item.data))
        disclosures.append((item.digest, item.disclosures))
        if item.documents:
            links += [(seq, link.sha256, link.role) for link in item.documents]
        if isinstance(item.statement, Disposal):
            targets += [(seq, target.seq, target.role) for target in targets_of(item.statement)]
    driver.insert("ledger_entry", _ENTRY_COLUMNS, entries)
    driver.insert("statement", ("digest", "statement_id", "envelope"), statements)
    driver.insert("disclosure", ("statement_digest", "body"), disclosures)
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

    Every column read back is compared with what was to be written, and every digest made again from what was read: the
    leaf's hash, and the digest of the statement that the leaf commits to.

    Raises:
        RefusesToSign: a row is not what was written.
    """
    rows = driver.rows(_READ_BACK, (start,))
    hashes, moment = [], moment_text(now)
    same = len(rows) == len(prepared) == len(leaves)
    for seq, ((leaf, stored, envelope, body, *place), item, data) in enumerate(
        zip(rows, prepared, leaves, strict=False), start
    ):
        value = tree.leaf_hash(leaf) if isinstance(leaf, bytes) else b""
        same = (
            same
            and (leaf, stored, envelope, body) == (data, value, item.data, item.disclosures)
            and place == [seq, item.kind, moment, item.statement.id]
            and _digest_of(envelope) == item.digest
        )
        hashes.append(value)
    if not same:
        raise RefusesToSign("The database gave back other bytes than were written to it; nothing was signed.")
    return hashes


def _digest_of(envelope: bytes) -> str | None:
    try:
        return digest_of(envelope)
    except ProofError:
        return None
