"""The part of a check that is about the tree: tiles, signed roots, and where the ledger ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, String, select, type_coerce

from evidence.core import tree
from evidence.core.tree import Frontier
from evidence.errors import ProofError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.findings import CheckReport
from evidence.ledger.growth import TILE
from evidence.ledger.note import Verifier
from evidence.ledger.tables import CheckpointRow, HeadRow
from evidence.ledger.tiles import TILE_WIDTH
from evidence.store.base import as_bytes, table_of

_CHECKPOINT, _HEAD = table_of(CheckpointRow), table_of(HeadRow)


@dataclass
class TreeWalk:
    """The tree as it grows again, entry by entry, and what it is compared with on the way.

    `inside` are the checkpoints of the database, `outside` those kept elsewhere, both verified and by size.
    """

    report: CheckReport
    inside: dict[int, Checkpoint]
    outside: dict[int, Checkpoint]
    created: Mapping[int, str]  # when each checkpoint is said to have been signed
    frontier: Frontier = field(default_factory=Frontier)
    agreed: int = 0  # the last size at which tree and checkpoints were one; -1 once they have parted
    _hashes: list[bytes] = field(default_factory=list)  # of the tile of level 0 that is under way
    _roots: list[bytes] = field(default_factory=list)  # of the tiles of level 0

    def grow(self, connection: Connection, value: bytes) -> None:
        """Take in the next leaf hash; compare the tile that it fills and the roots signed at this size."""
        self.frontier.append(value)
        self._hashes.append(value)
        if len(self._hashes) == TILE_WIDTH:
            self._compare_tile(connection, 0, len(self._roots), self._hashes)
            self._roots.append(tree.root(self._hashes))
            self._hashes = []
        self._compare_roots()

    def check_moment(self, size: int, moment: str) -> None:
        """Compare when the checkpoint at `size` is said to have been signed with its last entry's time."""
        created = self.created.get(size)
        if created is not None and created != moment:
            self.report.fault(None, "checkpoint", f"at size {size}: stored as of {created}, its last entry of {moment}")

    def finish(self, connection: Connection) -> None:
        """Compare what stands above the entries and at their end."""
        self._check_upper_tiles(connection)
        self._check_ends(connection)

    def _compare_tile(self, connection: Connection, level: int, index: int, hashes: Sequence[bytes]) -> None:
        self.report.counts["tiles"] += 1
        data = connection.execute(
            select(TILE.c.data).where(TILE.c.level == level, TILE.c.n == index, TILE.c.width == TILE_WIDTH)
        ).scalar()
        if data is None:
            self.report.fault(None, "tile", f"tile {index} of level {level} is lost; it can be derived again")
            return
        stored = as_bytes(data)
        for offset, value in enumerate(hashes):
            if stored[offset * tree.HASH_SIZE : (offset + 1) * tree.HASH_SIZE] != value:
                place = index * TILE_WIDTH + offset
                seq = place if level == 0 else None
                self.report.fault(seq, "tile", f"hash {place} of level {level} is not that of the tile stored")
        if len(stored) != tree.HASH_SIZE * TILE_WIDTH:
            self.report.fault(None, "tile", f"tile {index} of level {level} has {len(stored)} bytes")

    def _compare_roots(self) -> None:
        """Compare the tree with what was signed at its present size.

        Once they part, every later root differs too, so only the first is named: the entries between it and the last
        agreement are those among which something was altered.
        """
        size = self.frontier.size
        signed = [found[size] for found in (self.inside, self.outside) if size in found]
        if not signed or self.agreed < 0:
            return
        root = self.frontier.root()
        if all(checkpoint.root == root for checkpoint in signed):
            self.agreed = size
            return
        what = f"entries {self.agreed} to {size - 1} are not those that the checkpoint of size {size} was signed for"
        self.report.fault(self.agreed, "root", what)
        self.agreed = -1

    def _check_upper_tiles(self, connection: Connection) -> None:
        """Tiles of level 1 and up, and that no row is left over."""
        level, hashes, wanted = 1, self._roots, len(self._roots)
        while len(hashes) >= TILE_WIDTH:
            above = []
            for index in range(len(hashes) // TILE_WIDTH):
                part = hashes[index * TILE_WIDTH : (index + 1) * TILE_WIDTH]
                self._compare_tile(connection, level, index, part)
                above.append(tree.root(part))
            level, hashes, wanted = level + 1, above, wanted + len(above)
        found = len(connection.execute(select(TILE.c.n)).all())
        if found > wanted:
            self.report.fault(None, "tile", f"{found} tiles are stored where the tree has {wanted} full ones")

    def _check_ends(self, connection: Connection) -> None:
        """The head, and that nothing was signed beyond the last entry or left unsigned before it."""
        report, size = self.report, self.frontier.size
        for place, found in (("in the database", self.inside), ("kept outside the database", self.outside)):
            for signed in found.values():
                if signed.size > size:
                    what = f"a checkpoint {place} is for {signed.size} entries, {size} are there"
                    report.fault(size, "missing", what)
        if size and size not in self.inside:
            report.fault(None, "checkpoint", f"no checkpoint is stored for all {size} entries")
        head = connection.execute(select(_HEAD)).one_or_none()
        if head is None:
            if size:
                report.fault(None, "head", "the head is lost")
            return
        says = number(head.size)
        if says != size:
            report.fault(min(says, size), "head", f"the head says {head.size} entries, {size} are there")
        elif any(fault.kind in {"missing", "leaf"} for fault in report.faults):
            return  # the tree could not be rebuilt, so its head cannot be compared
        elif (as_bytes(head.root), as_bytes(head.frontier)) != (self.frontier.root(), self.frontier.to_bytes()):
            report.fault(None, "head", "the head's root or frontier is not that of the entries")


def stored_checkpoints(
    connection: Connection, verifiers: Sequence[Verifier], report: CheckReport
) -> tuple[dict[int, Checkpoint], dict[int, str]]:
    """The checkpoints in the database that verify, and the moments stored with them, by size."""
    found: dict[int, Checkpoint] = {}
    created: dict[int, str] = {}
    moment = type_coerce(_CHECKPOINT.c.created_at, String).label("created_at")  # an altered one may be no moment
    columns = select(_CHECKPOINT.c.size, _CHECKPOINT.c.root, _CHECKPOINT.c.note, moment).order_by(_CHECKPOINT.c.size)
    for row in connection.execute(columns):
        report.counts["checkpoints"] += 1
        try:
            signed = open_checkpoint(as_bytes(row.note), verifiers)
        except ProofError as error:
            report.fault(None, "checkpoint", f"at size {row.size}: {error}")
            continue
        if (signed.size, signed.root) != (row.size, as_bytes(row.root)):
            report.fault(None, "checkpoint", f"at size {row.size}: the signed note is for another size or root")
        found[signed.size] = signed
        created[signed.size] = str(row.created_at)
    return found, created


def held_checkpoints(
    held: Sequence[bytes], verifiers: Sequence[Verifier], report: CheckReport
) -> dict[int, Checkpoint]:
    """The checkpoints kept elsewhere that verify, by size."""
    found: dict[int, Checkpoint] = {}
    for note in held:
        try:
            signed = open_checkpoint(note, verifiers)
        except ProofError as error:
            report.fault(None, "checkpoint", f"kept outside the database: {error}")
            continue
        report.counts["checkpoints kept outside"] += 1
        found[signed.size] = signed
    return found


def number(value: object) -> int:
    """A whole number in a column, or -1 where an altered row holds something else."""
    return value if isinstance(value, int) else -1
