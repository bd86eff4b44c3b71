"""The tree as the database holds it: hashes for proofs, tiles to write, and a batch checked before it is signed."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, select

from evidence.core import tree
from evidence.core.tree import Frontier, HashReader
from evidence.errors import ProofError
from evidence.ledger.tables import LedgerEntryRow, TileRow
from evidence.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, split_tile, tile_at, tile_reader
from evidence.store.base import as_bytes, table_of
from evidence.store.driver import Driver

ENTRY = table_of(LedgerEntryRow)
TILE = table_of(TileRow)
TILE_SIZE = TILE_WIDTH * tree.HASH_SIZE
_LEAF_HASHES = "SELECT leaf_hash FROM ledger_entry WHERE seq >= ? AND seq < ? ORDER BY seq"


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


def insert_full_tiles(connection: Connection, grown: Frontier, leaves: Sequence[bytes]) -> None:
    """Insert the rows of the tiles that become full as these leaf hashes follow; the entries' rows are there already.

    A tile is put together from rows, most of them of earlier batches, and stays for ever: it must have the hash that
    the tree's edge and the new leaves give.

    Raises:
        ProofError: a row below a tile is gone, or not what was signed.
    """
    driver, new_size = Driver(connection), grown.size + len(leaves)
    level, old, new = 0, grown.size >> TILE_HEIGHT, new_size >> TILE_HEIGHT
    get_hash = edge_reader(grown, leaves) if new > old else None
    while get_hash is not None and new > old:  # where no tile became full, none above it did
        if level == 0:
            first, end = old * TILE_WIDTH, new * TILE_WIDTH
            hashes = b"".join([value for (value,) in driver.rows(_LEAF_HASHES, (first, end))])
            datas = [hashes[at : at + TILE_SIZE] for at in range(0, len(hashes), TILE_SIZE)]
        else:  # a level must be in place before the next is hashed from it
            datas = [stored_tile(connection, Tile(level, index), new_size) for index in range(old, new)]
        if [len(data) for data in datas] != [TILE_SIZE] * (new - old):
            raise ProofError(f"The rows below the tiles {old} to {new - 1} of level {level} are not all there.")
        for index, data in enumerate(datas, old):
            if tree.root(split_tile(Tile(level, index), data)) != get_hash(TILE_HEIGHT * (level + 1), index):
                raise ProofError(f"The rows below tile {index} of level {level} are not those that were signed for.")
        rows = [(level, index, TILE_WIDTH, data) for index, data in enumerate(datas, old)]
        driver.insert("tile", ("level", "n", "width", "data"), rows)
        level, old, new = level + 1, old >> TILE_HEIGHT, new >> TILE_HEIGHT


def check_growth(old: Frontier, leaves: Sequence[bytes], new_root: bytes) -> None:
    """Check that the tree with these leaf hashes begins with the old one and holds each leaf where it should be.

    What the proofs need lies in the old tree's right edge and the new leaves. Consistency, and the inclusion of the
    first leaf and the last, are verified by the same functions that an outsider's verifier runs. The inclusions of all
    leaves are verified together: the root is derived again from each leaf at its place and the hashes that their proofs
    share, by another way than the one that grew the tree; it could not be the new root if one of them stood elsewhere
    (LEDGER.md section 2.2, step 5).

    Raises:
        ProofError: they do not hold, so the new root must not be signed.
    """
    size = old.size + len(leaves)
    get_hash = edge_reader(old, leaves)
    if old.size:
        proof = tree.consistency_proof(old.size, size, get_hash)
        tree.verify_consistency(old.size, size, proof, old.root(), new_root)
    for index, leaf in {old.size: leaves[0], size - 1: leaves[-1]}.items():
        tree.verify_inclusion(leaf, index, size, tree.inclusion_proof(index, size, get_hash), new_root)
    if len(leaves) > 2 and tree.tree_root(size, get_hash) != new_root:
        raise ProofError(f"The new leaves, each at its place, give another root than the tree of {size} has.")


def edge_reader(old: Frontier, leaves: Sequence[bytes]) -> HashReader:
    """A reader over the old right edge and the leaves after it; hashes further left are not to be had.

    Every full subtree that ends among the new leaves is hashed once, level by level.
    """
    edge = dict(old.subtrees())
    levels: list[tuple[int, list[bytes]]] = []
    first, row = old.size, list(leaves)
    while row:
        levels.append((first, row))
        if first & 1:  # then its left neighbour is a full subtree of the old tree's edge
            row = [edge[len(levels) - 1, first - 1], *row]
        row = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
        first >>= 1

    def get_hash(level: int, index: int) -> bytes:
        start, known = levels[level] if level < len(levels) else (index + 1, [])
        if start <= index < start + len(known):
            return known[index - start]
        found = edge.get((level, index))
        if found is None:
            raise ProofError(f"Subtree {index} of level {level} lies off the edge of the tree of {old.size}.")
        return found

    return get_hash
