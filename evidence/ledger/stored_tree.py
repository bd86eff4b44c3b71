"""Hashes of the tree for proofs and exports, out of what the database holds, without reading more than they need.

Full tiles are stored; the root of one stands nowhere until the tile above it is full too, and is hashed when asked for.
Two things keep that rare. The writer's right edge (`head.frontier`) holds the roots of the largest subtrees, which make
up the ragged end of nearly every proof. And the root of a full tile never changes, so it is kept for the next proof.

Nothing here is trusted: a proof is verified under its checkpoint before it is handed out. Where there is nothing to
verify it with, as for a root, the right edge is left alone.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, select

from evidence.core import tree
from evidence.core.tree import Frontier, HashReader
from evidence.errors import ProofError
from evidence.ledger.tables import HeadRow, LedgerEntryRow, TileRow
from evidence.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, split_tile
from evidence.store.base import as_bytes, table_of

_ENTRY, _TILE, _HEAD = table_of(LedgerEntryRow), table_of(TileRow), table_of(HeadRow)
_MOST_KEPT: Final = 100_000  # roots of tiles, 32 bytes each

TileRoots = dict[tuple[int, int], bytes]
"""Roots of full tiles, by level and number."""


class StoredTree:
    """A reader of the hashes of the tree of `size` leaves, for as long as the connection is open.

    Args:
        connection: sees one state of the database.
        size: the size of the tree; entries up to there must be recorded.
        roots: what earlier readers of this ledger found; added to.
        edge: whether to take the writer's right edge for true: only where what comes of it is verified.
    """

    def __init__(
        self, connection: Connection, size: int, roots: TileRoots | None = None, *, edge: bool = False
    ) -> None:
        self._connection, self._size = connection, size
        self._roots: TileRoots = {} if roots is None else roots
        self._tiles: dict[tuple[int, int], HashReader] = {}
        self._known: dict[tuple[int, int], bytes] = {}
        if len(self._roots) > _MOST_KEPT:
            self._roots.clear()
        if edge:
            self._learn_the_edge()

    def __call__(self, level: int, index: int) -> bytes:
        """The root of the full subtree `index` over 2**level leaves each.

        Raises:
            ProofError: the tree has no such subtree, or rows it needs are not there.
        """
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            raise ProofError(f"The tree of {self._size} has no full subtree {index} at level {level}.")
        found = self._known.get((level, index))
        if found is not None:
            return found
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, offset = divmod(index << height, TILE_WIDTH)
        if (number + 1) * TILE_WIDTH <= self._size >> TILE_HEIGHT * tile_level:
            return self._full_tile(tile_level, number)(height, offset >> height)
        found = tree.root(self.row(tile_level, index << height, 1 << height))
        self._known[level, index] = found
        return found

    def row(self, tile_level: int, first: int, count: int) -> list[bytes]:
        """`count` hashes of the row of a tile level, from number `first` on: leaf hashes, or roots of full tiles."""
        if tile_level == 0:
            rows = self._connection.execute(
                select(_ENTRY.c.leaf_hash)
                .where(_ENTRY.c.seq >= first, _ENTRY.c.seq < first + count)
                .order_by(_ENTRY.c.seq)
            )
            found = [as_bytes(value) for value in rows.scalars()]
            if len(found) != count:
                raise ProofError(f"Entries {first} to {first + count - 1} are not all there. Run the ledger's check.")
            return found
        return self._tile_roots(tile_level - 1, first, count)

    def _tile_roots(self, level: int, first: int, count: int) -> list[bytes]:
        missing = [n for n in range(first, first + count) if (level, n) not in self._roots]
        if missing:
            stored = self._connection.execute(
                select(_TILE.c.n, _TILE.c.data)
                .where(_TILE.c.level == level, _TILE.c.width == TILE_WIDTH)
                .where(_TILE.c.n >= missing[0], _TILE.c.n <= missing[-1])
            )
            for row in stored:
                hashes = split_tile(Tile(level, row.n), as_bytes(row.data))
                self._roots[level, row.n] = tree.root(hashes)
        try:
            return [self._roots[level, n] for n in range(first, first + count)]
        except KeyError as error:
            raise ProofError(
                f"Tile {error.args[0][1]} of level {level} is not stored. Run the ledger's check."
            ) from error

    def _full_tile(self, level: int, number: int) -> HashReader:
        found = self._tiles.get((level, number))
        if found is None:
            data = self._connection.execute(
                select(_TILE.c.data).where(_TILE.c.level == level, _TILE.c.n == number, _TILE.c.width == TILE_WIDTH)
            ).scalar()
            if data is None:
                raise ProofError(f"Tile {number} of level {level} is not stored. Run the ledger's check.")
            found = tree.in_memory(split_tile(Tile(level, number), as_bytes(data)))
            self._tiles[level, number] = found
        return found

    def _learn_the_edge(self) -> None:
        """Take the roots that the writer keeps, as far as they lie within the tree; a broken edge teaches nothing."""
        data = self._connection.execute(select(_HEAD.c.frontier)).scalar()
        if data is None:
            return
        with suppress(ProofError):
            for (level, index), value in Frontier.from_bytes(as_bytes(data)).subtrees():
                if (index + 1) << level <= self._size:
                    self._known[level, index] = value


def proof_of(reader: HashReader, index: int, leaf: bytes, size: int, root: bytes) -> Sequence[bytes]:
    """The inclusion proof of a leaf, verified under the root of the tree.

    Raises:
        ProofError: what is stored does not lead from the leaf to the root.
    """
    hashes = tree.inclusion_proof(index, size, reader)
    tree.verify_inclusion(tree.leaf_hash(leaf), index, size, hashes, root)
    return hashes
