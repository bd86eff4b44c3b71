"""The part of a check that is about the tree: tiles, signed roots, each head's consistency with the one before it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

from evidence.core import tree
from evidence.core.tree import EMPTY_ROOT, Frontier, HashReader
from evidence.errors import ProofError
from evidence.ledger.check_lineage import is_lost_end
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import TILE, edge_reader
from evidence.ledger.note import Verifier
from evidence.ledger.succession import Lineage
from evidence.ledger.tables import HeadRow
from evidence.ledger.tiles import TILE_HEIGHT, TILE_WIDTH
from evidence.store.base import as_bytes, table_of

_HEAD: Final = table_of(HeadRow)

Tiles = Callable[[int, int, int], dict[int, bytes]]
"""The full tiles of a level that are stored, by number, from one number up to, not including, another."""


@dataclass
class TreeWalk:
    """The tree as it grows again, and what it is compared with on the way.

    `tiles` gives what is stored; `outside` are the checkpoints kept elsewhere, verified, by size.
    """

    report: CheckReport
    tiles: Tiles
    outside: Mapping[int, Checkpoint]
    frontier: Frontier = field(default_factory=Frontier)
    agreed: int = 0  # the last size at which tree and checkpoints were one; -1 once they have parted
    signed: int = 0  # the largest size that a checkpoint in the database is for
    _head: Frontier = field(default_factory=Frontier)  # the tree there
    _head_root: bytes = EMPTY_ROOT  # and its root, as it was signed
    _beyond_head: list[bytes] = field(default_factory=list)  # leaves after it, up to where this piece began
    _hashes: list[bytes] = field(default_factory=list)  # of the tile of level 0 that is under way
    _roots: list[bytes] = field(default_factory=list)  # of the tiles of level 0

    def grow(self, leaves: Sequence[bytes], inside: Sequence[Checkpoint]) -> None:
        """Take in the next leaf hashes; compare the tiles that they fill, and the roots signed at the sizes passed.

        Args:
            leaves: leaf hashes, 32 bytes each.
            inside: the checkpoints stored for these sizes.
        """
        start, stop = self.frontier.size, self.frontier.size + len(leaves)
        signed: dict[int, list[Checkpoint]] = {}
        for one in (*inside, *self.outside.values()):
            if start < one.size <= stop:
                signed.setdefault(one.size, []).append(one)
        for size in sorted({*signed, stop} - {start}):
            piece = leaves[self.frontier.size - start : size - start]
            get_hash = self._extend(piece)
            if size in signed:
                self._compare_roots(signed[size], piece, get_hash)
            else:
                self._beyond_head += piece
        self.signed = max([self.signed, *(one.size for one in inside)])
        self._compare_tiles(leaves)

    def _extend(self, leaves: Sequence[bytes]) -> HashReader:
        old, size = self.frontier, self.frontier.size + len(leaves)
        get_hash = edge_reader(old, leaves)
        self._roots += [get_hash(TILE_HEIGHT, n) for n in range(old.size >> TILE_HEIGHT, size >> TILE_HEIGHT)]
        edge = [get_hash(level, (size >> level) - 1) for level in range(size.bit_length())[::-1] if size >> level & 1]
        self.frontier = Frontier.from_bytes(size.to_bytes(8, "big") + b"".join(edge))
        return get_hash

    def _compare_roots(self, signed: Sequence[Checkpoint], piece: Sequence[bytes], get_hash: HashReader) -> None:
        """Compare the tree with what was signed at its present size; then each head with the one before it, by a proof
        of consistency as an outsider verifies it.

        Once tree and heads part, every later root differs too, so only the first is named: the entries between it and
        the last agreement are those among which something was altered.
        """
        size = self.frontier.size
        if self.agreed < 0:
            return
        root = self.frontier.root()
        if any(one.root != root for one in signed):
            what = (
                f"entries {self.agreed} to {size - 1} are not those that the checkpoint of size {size} was signed for"
            )
            self.report.fault(self.agreed, "root", what)
            self.agreed = -1
            return
        if self._head.size:
            beyond_head = [*self._beyond_head, *piece]
            reader = edge_reader(self._head, beyond_head) if self._beyond_head else get_hash
            try:
                proof = tree.consistency_proof(self.agreed, size, reader)
                tree.verify_consistency(self.agreed, size, proof, self._head_root, signed[0].root)
            except ProofError as error:
                self.report.fault(self.agreed, "consistency", str(error))
            self.report.counts["consistency proofs"] += 1
        self.agreed, self._head, self._head_root = size, self.frontier, signed[0].root
        self._beyond_head.clear()

    def _compare_tiles(self, leaves: Sequence[bytes]) -> None:
        self._hashes += leaves
        full = len(self._hashes) // TILE_WIDTH
        first = (self.frontier.size - len(self._hashes)) // TILE_WIDTH
        stored = self.tiles(0, first, first + full)
        for at in range(full):
            part = self._hashes[at * TILE_WIDTH : (at + 1) * TILE_WIDTH]
            self._compare_tile(0, first + at, part, stored.get(first + at))
        del self._hashes[: full * TILE_WIDTH]

    def _compare_tile(self, level: int, index: int, hashes: Sequence[bytes], stored: bytes | None) -> None:
        self.report.counts["tiles"] += 1
        if stored is None:
            self.report.fault(None, "tile", f"tile {index} of level {level} is lost; it can be derived again")
            return
        if stored == b"".join(hashes):
            return
        for offset, value in enumerate(hashes):
            if stored[offset * tree.HASH_SIZE : (offset + 1) * tree.HASH_SIZE] != value:
                place = index * TILE_WIDTH + offset
                seq = place if level == 0 else None
                self.report.fault(seq, "tile", f"hash {place} of level {level} is not that of the tile stored")
        if len(stored) != tree.HASH_SIZE * TILE_WIDTH:
            self.report.fault(None, "tile", f"tile {index} of level {level} has {len(stored)} bytes")

    def finish(self) -> tuple[int, list[tuple[int, int, list[bytes]]]]:
        """Compare the tiles of level 1 and up.

        Returns how many full tiles the tree has in all, and the hashes of its partial ones with level and number.
        """
        level, hashes, count = 0, self._roots, len(self._roots)
        partial = [(0, count, self._hashes)]
        while hashes:
            level, full, above = level + 1, len(hashes) // TILE_WIDTH, []
            stored = self.tiles(level, 0, full)
            for index in range(full):
                part = hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
                self._compare_tile(level, index, part, stored.get(index))
                above.append(tree.root(part))
            partial.append((level, full, hashes[full * TILE_WIDTH :]))
            hashes, count = above, count + full
        return count, [one for one in partial if one[2]]


def check_ends(connection: Connection, walk: TreeWalk, tiles: int) -> None:
    """The head, that nothing was signed beyond the last entry or left unsigned before it, and that no tile is too many.

    Args:
        connection: to the database.
        walk: after the last entry.
        tiles: how many full tiles the tree has.
    """
    report, size = walk.report, walk.frontier.size
    found = sum(1 for _ in connection.execute(select(TILE.c.n)))
    if found > tiles:
        report.fault(None, "tile", f"{found} tiles are stored where the tree has {tiles} full ones")
    require_ends(walk, "kept outside the database")
    heads = connection.execute(select(_HEAD)).all()
    if len(heads) != 1:
        if size or heads:
            report.fault(None, "head", "the head is lost" if not heads else f"there are {len(heads)} heads")
        return
    (head,) = heads
    if head.id != 1:
        report.fault(None, "head", f"the head's row has the number {head.id}, wanted 1")
    says = number(head.size)
    if says != size:
        report.fault(min(says, size), "head", f"the head says {head.size} entries, {size} are there")
    elif walk.agreed < 0:
        return  # the tree could not be rebuilt, so its head cannot be compared
    elif (as_bytes(head.root), as_bytes(head.frontier)) != (walk.frontier.root(), walk.frontier.to_bytes()):
        report.fault(None, "head", "the head's root or frontier is not that of the entries")


def require_ends(walk: TreeWalk, place: str) -> None:
    """That no checkpoint kept elsewhere is for more entries than are there, and that one is stored for all of them."""
    report, size = walk.report, walk.frontier.size
    for signed in walk.outside.values():
        if signed.size > size:
            beyond(report, signed, size, place)
    if size and walk.signed != size:
        report.fault(None, "checkpoint", f"no checkpoint is stored for all {size} entries")


def stored_tiles(connection: Connection) -> Tiles:
    """The tiles in a database."""
    return lambda level, first, stop: _stored(connection, level, first, stop)


def _stored(connection: Connection, level: int, first: int, stop: int) -> dict[int, bytes]:
    if first >= stop:
        return {}
    rows = connection.execute(
        select(TILE.c.n, TILE.c.data).where(
            TILE.c.level == level, TILE.c.n >= first, TILE.c.n < stop, TILE.c.width == TILE_WIDTH
        )
    )
    return {number(row.n): as_bytes(row.data) for row in rows}


def held_checkpoints(
    held: Sequence[bytes], verifiers: Sequence[Verifier], report: CheckReport, lineage: Lineage
) -> dict[int, Checkpoint]:
    """The checkpoints kept elsewhere that verify, by size; those of an end that was lost are not of this tree."""
    found: dict[int, Checkpoint] = {}
    for note in held:
        try:
            signed = open_checkpoint(note, verifiers)
        except ProofError as error:
            report.fault(None, "checkpoint", f"kept outside the database: {error}")
            continue
        report.counts["checkpoints kept outside"] += 1
        if is_lost_end(report, lineage, signed):
            continue
        other = found.setdefault(signed.size, signed)
        if other.root != signed.root:
            report.fault(None, "root", f"two checkpoints kept outside for {signed.size} entries have two roots")
    return found


def beyond(report: CheckReport, signed: Checkpoint, size: int, place: str) -> None:
    """A head for more entries than are there."""
    report.fault(size, "missing", f"a checkpoint {place} is for {signed.size} entries, {size} are there")


def number(value: object) -> int:
    """A whole number in a column, or -1 where an altered row holds something else."""
    return value if isinstance(value, int) else -1
