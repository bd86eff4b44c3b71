"""The ledger's tables, the same on SQLite and PostgreSQL (LEDGER.md section 2.1 names the plan).

`ledger_entry` is permanent. `statement`, `disclosure` and `entry_document` rows may go only under a disposal entry
whose `disposal_target` names their place, a `document` row only with the last link to it; `head` moves forward and
`anchor` changes its state; nothing else ever changes. Triggers in the migrations hold that against accidents; the hash
tree, and a checkpoint kept elsewhere, against the rest. Each part of an entry is stored once (docs/decisions/0076);
what is beside the parts is an index over them, and `evidence ledger check` compares the two.

Rows are inserted past the ORM by `evidence.ledger.writer`, and nowhere else.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, String, Text
from sqlmodel import Field

from evidence.store.base import Base, HexDigest, UtcText

HASH_HEX = 64
_SEQ = BigInteger().with_variant(Integer, "sqlite")  # as INTEGER, SQLite takes it for the row's own address


class DocumentRow(Base, table=True):
    """A document the ledger knows; its bytes lie in the document store under the same digest."""

    __tablename__: ClassVar[str] = "document"

    sha256: str = Field(sa_column=Column(String(HASH_HEX), primary_key=True))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    media_type: str = Field(sa_column=Column(String(255), nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcText, nullable=False))


class LedgerEntryRow(Base, table=True):
    """An entry: what its leaf is made of (`evidence.ledger.stored`), and its hash; `seq` is 0-based, without gaps."""

    __tablename__: ClassVar[str] = "ledger_entry"

    seq: int = Field(sa_column=Column(_SEQ, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(String(64), nullable=False, index=True))
    recorded_at: datetime = Field(sa_column=Column(UtcText, nullable=False))
    actor: str = Field(sa_column=Column(String(128), nullable=False))
    statement_digest: str = Field(sa_column=Column(HexDigest, nullable=False))
    signatures: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    leaf_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class StatementRow(Base, table=True):
    """The statement of the entry at `seq`, as it was signed; `statement_id` is the id it was minted with."""

    __tablename__: ClassVar[str] = "statement"

    seq: int = Field(sa_column=Column(_SEQ, primary_key=True, autoincrement=False))
    statement_id: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DisclosureRow(Base, table=True):
    """What opens the commitments of a statement: canonical JSON, a list of [salt, name, value]."""

    __tablename__: ClassVar[str] = "disclosure"

    seq: int = Field(sa_column=Column(_SEQ, primary_key=True, autoincrement=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EntryDocumentRow(Base, table=True):
    """A document that an entry's statement names, with its part in it."""

    __tablename__: ClassVar[str] = "entry_document"

    seq: int = Field(sa_column=Column(BigInteger, ForeignKey("ledger_entry.seq"), primary_key=True))
    sha256: str = Field(sa_column=Column(String(HASH_HEX), primary_key=True, index=True))
    role: str = Field(sa_column=Column(Text, primary_key=True))


class DisposalTargetRow(Base, table=True):
    """What the disposal entry at `seq` lets go: of entry `target_seq`, its statement or its document in a role."""

    __tablename__: ClassVar[str] = "disposal_target"

    seq: int = Field(sa_column=Column(BigInteger, ForeignKey("ledger_entry.seq"), primary_key=True))
    target_seq: int = Field(sa_column=Column(BigInteger, primary_key=True, index=True))
    role: str = Field(sa_column=Column(Text, primary_key=True))


class TileRow(Base, table=True):
    """A full tile: 256 hashes of one level (C2SP tlog-tiles). Partial tiles are derived when asked for."""

    __tablename__: ClassVar[str] = "tile"

    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    n: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    width: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CheckpointRow(Base, table=True):
    """A checkpoint as it was signed, one for every batch."""

    __tablename__: ClassVar[str] = "checkpoint"

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    note: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcText, nullable=False))


class AnchorRow(Base, table=True):
    """A time stamp or a witness's signature over a checkpoint, wanted or had; `evidence.ledger.anchors` writes it.

    What asking changes may change until it is done: state, token, attempts, next_at, told, got_at, digest. `digest` is
    over all the other columns, so that a slip in any of them is seen.
    """

    __tablename__: ClassVar[str] = "anchor"

    id: str = Field(sa_column=Column(String(320), primary_key=True))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=Column(String(16), nullable=False))
    name: str = Field(sa_column=Column(String(255), nullable=False, server_default=""))
    renews: str | None = Field(sa_column=Column(String(320), nullable=True))
    token: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    state: str = Field(sa_column=Column(String(16), nullable=False))
    attempts: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    next_at: datetime | None = Field(sa_column=Column(UtcText, nullable=True))
    told: str | None = Field(sa_column=Column(Text, nullable=True))
    got_at: datetime | None = Field(sa_column=Column(UtcText, nullable=True))
    digest: str = Field(sa_column=Column(String(HASH_HEX), nullable=False, server_default=""))


class HeadRow(Base, table=True):
    """Where the ledger stands: one row, moved forward by the writer in the transaction of each batch."""

    __tablename__: ClassVar[str] = "head"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    frontier: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    epoch: int = Field(sa_column=Column(BigInteger, nullable=False))
    closed: str | None = Field(sa_column=Column(Text, nullable=True))
    """Why nothing may be signed here, in words for people: the ledger goes on elsewhere, or is being copied here."""
