"""The log as files that any C2SP tile reader understands: ``checkpoint``, ``tile/…``, ``statements/``, ``documents/``.

Written in order and with the checkpoint last, so that a reader never sees a head whose tiles are not there yet, and so
that an export that was killed is finished by the next one. What the folder's checkpoint covers is neither read nor
written again: a full tile never changes, nor does a partial one, whose width is in its name. A partial tile is removed
once the full one stands beside it, as C2SP tlog-tiles allows; until then readers of an earlier checkpoint need it.

The checkpoint bears the cosignatures that are kept for it, and ``stamps/`` has the time stamps over checkpoints.

What the ledger has let go is removed here too. Sealed documents are written as the ciphertext that the store holds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from evidence.core import tree
from evidence.errors import LedgerError, ProofError
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.export_contents import (
    cosignatures,
    remove_what_was_let_go,
    write_documents,
    write_stamps,
    write_statements,
)
from evidence.ledger.export_folder import ExportFolder
from evidence.ledger.growth import ENTRY
from evidence.ledger.note import parse_note
from evidence.ledger.read import Ledger
from evidence.ledger.stored import LEAF_COLUMNS, leaf_bytes
from evidence.ledger.stored_tree import StoredTree
from evidence.ledger.tiles import TILE_WIDTH, Tile, entries_path, format_bundle, new_tiles, tile_reader

CHECKPOINT: Final = "checkpoint"

_STEP: Final = 4 * TILE_WIDTH  # entries read at once; a leaf has 64 KiB at most

Advance = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: the size it goes to, the files it wrote and removed, and what it could not write."""

    size: int
    files: int
    removed: int
    unwritten: tuple[str, ...]


def export_log(
    ledger: Ledger,
    folder: Path,
    *,
    with_statements: bool = False,
    with_documents: bool = False,
    advance: Advance | None = None,
) -> Exported:
    """Write the log up to its latest checkpoint, adding to what an earlier export wrote.

    Args:
        ledger: what to write out.
        folder: where; made if it is not there.
        with_statements: also ``statements/<seq>.dsse``, which show what stands in clear in each statement.
        with_documents: also ``documents/<sha256>``, as the store holds them.
        advance: called with the number of entries done.

    Raises:
        LedgerError: nothing was ever signed, the folder is another log's or ahead of this one, what is stored is not
            what was signed, or the disk refused.
    """
    step = advance or _no_steps
    note = ledger.checkpoint_at()
    head = Checkpoint.parse(parse_note(note).text)
    try:
        with ExportFolder(folder) as out:
            start = _covered(ledger, out, folder, head)
            removed = remove_what_was_let_go(ledger, out)
            step(0, total=head.size - start)
            files = _write_tiles(ledger, out, start, head.size, step)
            _require_root(out, folder, head)
            if with_statements:
                files += write_statements(ledger, out, head.size)
            unwritten: list[str] = []
            if with_documents:
                files += write_documents(ledger, out, head.size, unwritten)
            files += write_stamps(ledger, out)
            files += out.head(CHECKPOINT, note + cosignatures(ledger, head.size))
            removed += out.drop_partial("tile")
            out.settle()
    except OSError as error:
        raise LedgerError(
            f"The log could not be written to {folder} ({error.strerror}). Make room there, or name another place; "
            "the next export goes on from here."
        ) from error
    return Exported(head.size, files, removed, tuple(unwritten))


def _covered(ledger: Ledger, out: ExportFolder, folder: Path, head: Checkpoint) -> int:
    """The size that the folder's checkpoint covers; it must be a head of this ledger's past."""
    data = out.read(CHECKPOINT)
    if data is None:
        return 0
    try:
        there = Checkpoint.parse(parse_note(data).text)
    except ProofError as error:
        raise LedgerError(f"{folder} holds a checkpoint that cannot be read ({error}). Name another folder.") from error
    where = f"{folder} holds the log {there.origin!r} at {there.size} entries"
    if there.size > head.size:
        raise LedgerError(
            f"{where}; this ledger holds {head.size}. It is another log, or this ledger was restored from an older "
            "backup. Nothing was written."
        )
    if there.size == 0:
        return 0
    try:
        ours = Checkpoint.parse(parse_note(ledger.checkpoint_at(there.size)).text)
    except LedgerError as error:
        raise LedgerError(f"{where}, where this ledger signed none. Nothing was written.") from error
    if there != ours:
        raise LedgerError(
            f"{where}; this is {ours.origin!r}, with another head there. Nothing was written; name another folder."
        )
    return there.size


def _write_tiles(ledger: Ledger, out: ExportFolder, start: int, size: int, step: Advance) -> int:
    files = 0
    first = start - start % TILE_WIDTH
    for at in range(first, size, _STEP):
        to = min(at + _STEP, size)
        with ledger.connected() as connection:
            hashes = ledger.hashes(connection, size)
            for n, leaves in _bundles(connection, at, to):
                tile = Tile(0, n, len(leaves))
                files += out.put(entries_path(n, len(leaves)), format_bundle(leaves))
                files += _put_tile(out, hashes, tile, [tree.leaf_hash(leaf) for leaf in leaves])
        out.settle()
        step(to - max(at, start))
    with ledger.connected() as connection:
        hashes = ledger.hashes(connection, size)
        for tile in new_tiles(start, size):
            if tile.level:
                files += _put_tile(out, hashes, tile, hashes.row(tile.level, tile.index * TILE_WIDTH, tile.width))
    return files


def _bundles(connection: Connection, start: int, stop: int) -> Iterator[tuple[int, list[bytes]]]:
    """The leaves of each tile of level 0, by its number; `start` is the first of one."""
    rows = connection.execute(
        select(*LEAF_COLUMNS).where(ENTRY.c.seq >= start, ENTRY.c.seq < stop).order_by(ENTRY.c.seq)
    )
    leaves = [leaf_bytes(*row) for row in rows]
    if len(leaves) != stop - start:
        raise LedgerError(f"Entries {start} to {stop - 1} are not all there. Run `evidence ledger check`.")
    for at in range(0, len(leaves), TILE_WIDTH):
        yield (start + at) // TILE_WIDTH, leaves[at : at + TILE_WIDTH]


def _put_tile(out: ExportFolder, hashes: StoredTree, tile: Tile, found: list[bytes]) -> int:
    """Write a tile, after comparing a full one with what the ledger's tiles say of it."""
    if tile.width == TILE_WIDTH and hashes.row(tile.level + 1, tile.index, 1) != [tree.root(found)]:
        raise LedgerError(
            f"What is stored under {tile.path} is not what the ledger's tiles say. Run `evidence ledger check`."
        )
    return out.put(tile.path, b"".join(found))


def _require_root(out: ExportFolder, folder: Path, head: Checkpoint) -> None:
    """Compute the root from the tiles as they lie in the folder: what they say is what must have been signed."""

    def written(tile: Tile) -> bytes:
        data = out.read(tile.path)
        if data is None:
            raise ProofError(f"{tile.path} is not there.")
        return data

    try:
        found = tree.tree_root(head.size, tile_reader(head.size, written))
    except ProofError as error:
        raise LedgerError(f"{folder} cannot be read as a log ({error}). Export into another folder.") from error
    if found != head.root:
        raise LedgerError(
            f"The {head.size} entries written to {folder} are not those that were signed for; no checkpoint was "
            "written. Run `evidence ledger check`, and export into another folder."
        )


def _no_steps(*_: int, **__: int) -> None:
    """Where nobody counts."""
