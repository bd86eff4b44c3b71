"""A scratch database with a log of any size, for measuring what reads the tree.

Rows of entries, tiles, head and checkpoint are inserted straight into the tables, past the writer and its signatures of
entries, since recording a million entries takes many minutes. Each entry has a leaf as the ledger makes one, and a
signature of zeros.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine

from evidence.core import tree
from evidence.core.tree import Frontier
from evidence.core.values import moment_text
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.growth import ENTRY, TILE
from evidence.ledger.note import Verifier, sign
from evidence.ledger.stored import leaf_bytes, packed_one
from evidence.ledger.tables import CheckpointRow, HeadRow
from evidence.ledger.tiles import TILE_WIDTH
from evidence.store import migrate
from evidence.store.base import table_of
from evidence.store.engine import open_engine, writing

ORIGIN = "bench.evidence.example/scratch"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = Verifier(ORIGIN, ed25519.public_bytes(KEY))

_MOMENT = datetime(2024, 5, 1, tzinfo=UTC)
_WHEN, _ACTOR = moment_text(_MOMENT), "key-0123456789abcdef"
_SIGNATURES = packed_one(_ACTOR, bytes(ed25519.SIGNATURE_SIZE))
_ROWS = 20_000
_CHECKPOINT, _HEAD = table_of(CheckpointRow), table_of(HeadRow)


def leaf(seq: int) -> bytes:
    return leaf_bytes("hold", _WHEN, _ACTOR, _digest(seq), _SIGNATURES)


def _digest(seq: int) -> bytes:
    return seq.to_bytes(32, "big")


def scratch_log(place: Path, sizes: list[int]) -> Engine:
    """The database of a log with a checkpoint at each of these sizes, ascending; entry `seq` is `leaf(seq)`."""
    return fill(open_engine(f"sqlite:///{place / 'scratch.db'}"), sizes)


def fill(engine: Engine, sizes: list[int]) -> Engine:
    """The same in an empty database of either kind."""
    migrate.upgrade(engine)
    frontier, row = Frontier(), list[bytes]()
    for size in sizes:
        with writing(engine) as connection:
            for at in range(frontier.size, size, _ROWS):
                leaves = [leaf(seq) for seq in range(at, min(at + _ROWS, size))]
                hashes = [tree.leaf_hash(each) for each in leaves]
                connection.execute(ENTRY.insert(), list(_entries(at, hashes)))
                frontier.extend(hashes)
                row += hashes
            note = sign(Checkpoint(ORIGIN, size, frontier.root()).format(), ORIGIN, KEY)
            checkpoint = {"size": size, "root": frontier.root(), "note": note, "created_at": _MOMENT}
            connection.execute(_CHECKPOINT.insert(), checkpoint)
    with writing(engine) as connection:
        _insert_tiles(connection, row)
        head = {"id": 1, "size": frontier.size, "root": frontier.root(), "frontier": frontier.to_bytes(), "epoch": 1}
        connection.execute(_HEAD.insert(), head)
    return engine


def _entries(start: int, hashes: list[bytes]) -> Iterator[dict[str, object]]:
    for seq, value in enumerate(hashes, start):
        yield {
            "seq": seq,
            "kind": "hold",
            "recorded_at": _MOMENT,
            "actor": _ACTOR,
            "statement_digest": _digest(seq).hex(),
            "signatures": _SIGNATURES,
            "leaf_hash": value,
        }


def _insert_tiles(connection: Connection, row: list[bytes]) -> None:
    level = 0
    while len(row) >= TILE_WIDTH:
        tiles = [row[at : at + TILE_WIDTH] for at in range(0, len(row) - TILE_WIDTH + 1, TILE_WIDTH)]
        made = [
            {"level": level, "n": n, "width": TILE_WIDTH, "data": b"".join(hashes)} for n, hashes in enumerate(tiles)
        ]
        connection.execute(TILE.insert(), made)
        row, level = [tree.root(hashes) for hashes in tiles], level + 1
