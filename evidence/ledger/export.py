"""The log as files that any C2SP tile reader understands: ``checkpoint``, ``tile/…``, and our ``statements/``.

The checkpoint is written last, so that a reader never sees a head whose tiles are not there yet. Full tiles that are
there already stay: they can never change.
"""

from collections.abc import Callable
from pathlib import Path

from evidence.core.tree import in_memory
from evidence.errors import LedgerError
from evidence.ledger.read import Ledger
from evidence.ledger.tiles import TILE_WIDTH, entries_path, format_bundle, tile_data, tiles_of


def export_log(
    ledger: Ledger, folder: Path, *, with_statements: bool = False, advance: Callable[..., None] | None = None
) -> int:
    """Write the log up to its latest checkpoint; gives the number of files written.

    Args:
        ledger: what to write out.
        folder: where; made if it is not there.
        with_statements: also ``statements/<seq>.dsse``, which show what stands in clear in each statement.
        advance: called with 1 for each entry.

    Raises:
        LedgerError: nothing was ever signed, or the disk refused.
    """
    note = ledger.checkpoint_at()
    size = int(note.split(b"\n", 2)[1])
    files = 0
    try:
        bundle: list[bytes] = []
        hashes: list[bytes] = []
        for entry in ledger.entries(0, size):
            bundle.append(entry.leaf_bytes)
            hashes.append(entry.leaf.hash())
            if len(bundle) == TILE_WIDTH or entry.seq + 1 == size:
                files += _put(folder / entries_path(entry.seq // TILE_WIDTH, len(bundle)), format_bundle(bundle))
                bundle = []
            if with_statements and entry.envelope_bytes is not None:
                files += _put(folder / "statements" / f"{entry.seq}.dsse", entry.envelope_bytes)
            if advance is not None:
                advance(1, total=size)
        get_hash = in_memory(hashes)
        for tile in tiles_of(size):
            files += _put(folder / tile.path, tile_data(tile, get_hash))
        (folder / "checkpoint").write_bytes(note)
    except OSError as error:
        raise LedgerError(
            f"The log could not be written to {folder} ({error.strerror}). Name another place."
        ) from error
    return files + 1


def _put(path: Path, content: bytes) -> int:
    if path.exists() and path.read_bytes() == content:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return 1
