"""The tree as the database holds it: hashes for proofs, tiles to write, and a batch checked before it is signed."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from evidence.core import tree
from evidence.core.tree import Frontier, HashReader
from evidence.errors import ProofError
from evidence.ledger.tables import LedgerEntryRow, TileRow
from evidence.ledger.tiles import TILE_WIDTH, Tile, split_tile, tile_at, tile_reader
from evidence.store.base import as_bytes, table_of

ENTRY = table_of(LedgerEntryRow)
TILE = table_of(TileRow)


def stored_tile(connection: Connection, tile: Tile, size: int) -> bytes:
    """The bytes of a tile of the tree of `size`: as stored where it is full, derived from below where it is partial.

    Raises:
        ProofError: the rows it needs are not there.
    """
    if tile.width == TILE_WIDTH:
        row = connection.execute(
            select(TILE.c.data).where(TILE.c.level == tile.level, TILE.c.n == tile.index, TILE.c.width == TILE_WIDTH)
        ).one_or_none()
        if row is not None:
            return as_bytes(row.data)
    first = tile.index * TILE_WIDTH
    if tile.level == 0:
        rows = connection.execute(
            select(ENTRY.c.leaf_hash)
            .where(ENTRY.c.seq >= first, ENTRY.c.seq < first + tile.width)
            .order_by(ENTRY.c.seq)
        )
        return b"".join(as_bytes(value) for value in rows.scalars())
    return b"".join(_full_root(connection, tile.level - 1, first + i, size) for i in range(tile.width))


def _full_root(connection: Connection, level: int, index: int, size: int) -> bytes:
    tile = tile_at(level, index, size)
    if tile is None or tile.width != TILE_WIDTH:
        raise ProofError(f"The tree of {size} has no full tile {index} at level {level}.")
    return tree.root(split_tile(tile, stored_tile(connection, tile, size)))


def stored_reader(connection: Connection, size: int) -> HashReader:
    """A reader of the hashes of the tree of `size` leaves, for as long as the connection is open."""
    return tile_reader(size, lambda tile: stored_tile(connection, tile, size))


def insert_full_tiles(connection: Connection, old_size: int, new_size: int) -> None:
    """Insert the rows of the tiles that became full between two sizes; the entries' rows are there already."""
    level = 0
    while new_size >> 8 * (level + 1):
        old, new = old_size >> 8 * (level + 1), new_size >> 8 * (level + 1)
        made = [
            {
                "level": level,
                "n": index,
                "width": TILE_WIDTH,
                "data": stored_tile(connection, Tile(level, index), new_size),
            }
            for index in range(old, new)
        ]
        if made:  # a level must be in place before the next is hashed from it
            connection.execute(TILE.insert(), made)
        level += 1


def check_growth(old: Frontier, leaves: Sequence[bytes], new_root: bytes) -> None:
    """Check that the tree with these leaf hashes begins with the old one and holds each leaf where it should be.

    What the proofs need lies in the old tree's right edge and the new leaves; they are verified by the same functions
    that an outsider's verifier runs (LEDGER.md section 2.2, step 5).

    Raises:
        ProofError: they do not hold, so the new root must not be signed.
    """
    size = old.size + len(leaves)
    get_hash = _edge_reader(old, leaves)
    if old.size:
        proof = tree.consistency_proof(old.size, size, get_hash)
        tree.verify_consistency(old.size, size, proof, old.root(), new_root)
    for offset, leaf in enumerate(leaves):
        index = old.size + offset
        tree.verify_inclusion(leaf, index, size, tree.inclusion_proof(index, size, get_hash), new_root)


def _edge_reader(old: Frontier, leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """A reader over the old right edge and the leaves after it; hashes further left are not to be had."""
    known = {(0, old.size + offset): leaf for offset, leaf in enumerate(leaves)}
    rest, edge = old.size, old.to_bytes()[8:]
    hashes = [edge[i : i + tree.HASH_SIZE] for i in range(0, len(edge), tree.HASH_SIZE)]
    for level in range(rest.bit_length()):  # the smallest subtree is the last hash
        if rest >> level & 1:
            known[level, (rest >> level) - 1] = hashes.pop()

    def get_hash(level: int, index: int) -> bytes:
        found = known.get((level, index))
        if found is None:
            if level == 0:
                raise ProofError(f"Leaf {index} lies left of the edge of the tree of {old.size}.")
            found = tree.node_hash(get_hash(level - 1, 2 * index), get_hash(level - 1, 2 * index + 1))
            known[level, index] = found
        return found

    return get_hash
