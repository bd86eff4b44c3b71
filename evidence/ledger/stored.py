"""An entry as the columns of its row: leaf and envelope are put together from them, and each part is kept once.

A leaf is canonical JSON of a fixed shape, and so is an envelope; both list the same signatures. What the tree hashes
and what was signed are these bytes, so that a column that was altered gives other bytes, and another hash
(docs/decisions/0076). Signatures are packed: of each the length of its key id in one byte, the key id, the length of
the signature in two bytes, the signature.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, String, type_coerce

from evidence.errors import ProofError
from evidence.ledger.envelope import IN_TOTO, Envelope, Signature
from evidence.ledger.leaf import Leaf
from evidence.ledger.tables import LedgerEntryRow
from evidence.store.base import as_bytes, table_of

_ENTRY = table_of(LedgerEntryRow)
LEAF_NAMES: Final = ("kind", "recorded_at", "actor", "statement_digest", "signatures")
"""The columns that make a leaf, in the order in which `leaf_bytes` takes them."""
LEAF_COLUMNS: Final[tuple[ColumnElement[Any], ...]] = (
    _ENTRY.c.kind,
    type_coerce(_ENTRY.c.recorded_at, String).label("recorded_at"),
    _ENTRY.c.actor,
    type_coerce(_ENTRY.c.statement_digest, LargeBinary).label("statement_digest"),
    _ENTRY.c.signatures,
)
"""The same for a query, each as it is stored."""
LEAF_SQL: Final = ", ".join(f"e.{name}" for name in LEAF_NAMES)

_KEY_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_SIGNATURE: Final = b'{"keyid":"%b","sig":"%b"}'


def packed(signatures: Iterable[Signature]) -> bytes:
    """Signatures as they are stored."""
    return b"".join([packed_one(one.keyid, one.sig) for one in signatures])


def packed_one(keyid: str, sig: bytes) -> bytes:
    """One signature as it is stored."""
    name = keyid.encode()
    return b"%c%b%c%c%b" % (len(name), name, len(sig) >> 8, len(sig) & 255, sig)


def unpacked(stored: object) -> tuple[Signature, ...]:
    """The signatures in the stored bytes.

    Raises:
        ProofError: they are not such as `packed` gives.
    """
    return tuple(Signature(name.decode("ascii"), sig) for name, sig in _pairs(as_bytes(stored)))


def leaf_bytes(kind: object, recorded_at: object, actor: object, digest: object, signatures: object) -> bytes:
    """The leaf as it was hashed, where the columns are as they were written; other bytes, where they are not.

    Raises:
        ProofError: a column is of another type than it was written in (SQLite keeps any, and a query for a kind in text
            finds none in bytes), or the signatures are not such as `packed` gives: there is no leaf at all.
    """
    if not (
        isinstance(kind, str)
        and isinstance(recorded_at, str)
        and isinstance(actor, str)
        and isinstance(digest, bytes)
        and isinstance(signatures, bytes)
    ):
        raise ProofError("The parts of the leaf are not stored in the types that they were written in.")
    pairs = _pairs(signatures)
    listed = b",".join([_SIGNATURE % (name, b2a_base64(sig, newline=False)) for name, sig in pairs])
    head = f'{{"actor":"{actor}","kind":"{kind}","payload_sha256":"{digest.hex()}","recorded_at":"{recorded_at}'
    return b'%b","signatures":[%b],"v":1}' % (head.encode("utf-8", "surrogatepass"), listed)


def leaf_of(row: Any) -> Leaf:
    """The leaf of a row that has `LEAF_COLUMNS`.

    Raises:
        ProofError: the columns give none.
    """
    return Leaf.parse(leaf_bytes(row.kind, row.recorded_at, row.actor, row.statement_digest, row.signatures))


def envelope_of(payload: object, signatures: object) -> Envelope:
    """The envelope whose payload and signatures are stored.

    Raises:
        ProofError: the signatures are not such as `packed` gives, or there are none.
    """
    return Envelope(as_bytes(payload), IN_TOTO, unpacked(signatures))


def _pairs(stored: bytes) -> list[tuple[bytes, bytes]]:
    found, at, end = [], 0, len(stored)
    while at < end:
        name_end = at + 1 + stored[at]
        sig_end = name_end + 2 + int.from_bytes(stored[name_end : name_end + 2], "big")
        if sig_end > end or name_end + 2 > end:
            raise ProofError(f"The {end} bytes of stored signatures end within one; nothing can be read from them.")
        name = stored[at + 1 : name_end]
        if _KEY_ID.fullmatch(name) is None:  # with a quotation mark in it, one could read as two
            raise ProofError(f"Stored signatures have the key id {name[:40]!r}, which none can have.")
        found.append((name, stored[name_end + 2 : sig_end]))
        at = sig_end
    return found
