"""Tiles and entry bundles: C2SP tlog-tiles v0.1.0, arithmetic and paths.

A tile holds up to 256 hashes of one row of the tree: tile `index` at tile level `level` holds the roots of the full
subtrees of 256**level leaves from number ``index * 256`` on. The last tile of a row may be partial; its width is part
of its path. Rows at tile level L + 1 hold roots of full tiles of level L only. An entry bundle holds the entries under
one tile of level 0, each after its length as two bytes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evidence.core.tree import HASH_SIZE, HashReader, in_memory
from evidence.errors import ProofError

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8  # rows of the tree under one tile level
MAX_ENTRY: Final = 65_535

_MAX_LEVEL: Final = 63
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile: its level, its number in the row from 0, and how many hashes it holds (1 to 256)."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not (0 <= self.level <= _MAX_LEVEL and self.index >= 0 and 1 <= self.width <= TILE_WIDTH):
            raise ProofError(f"No tile has level {self.level}, index {self.index} and width {self.width}.")

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_groups(self.index)}{_suffix(self.width)}"

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """The tile at a path.

        Raises:
            ProofError: not the path of a hash tile, or not the one spelling of it.
        """
        match = _PATH.fullmatch(path)
        if match is None or match["level"] == "entries":
            raise ProofError(f"{path[:120]!r} is not the path of a tile.")
        index = int(match["index"].replace("x", "").replace("/", ""))
        tile = cls(int(match["level"]), index, int(match["width"] or TILE_WIDTH))
        if tile.path != path:
            raise ProofError(f"{path[:120]!r} is not how the path {tile.path} is written.")
        return tile


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """The path of the bundle of the entries under tile `index` of level 0."""
    return f"tile/entries/{Tile(0, index, width).path.removeprefix('tile/0/')}"


def tile_at(level: int, index: int, size: int) -> Tile | None:
    """The tile as a tree of `size` leaves has it: full, partial, or none at all."""
    width = min((size >> TILE_HEIGHT * level) - index * TILE_WIDTH, TILE_WIDTH)
    return Tile(level, index, width) if width > 0 else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size` leaves, level by level."""
    return new_tiles(0, size)


def new_tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    """The tiles to write when a tree grows from one size to another; a full tile makes its partial ones obsolete."""
    level = 0
    while new_size >> TILE_HEIGHT * level:
        old, new = old_size >> TILE_HEIGHT * level, new_size >> TILE_HEIGHT * level
        for index in range(old // TILE_WIDTH, (new + TILE_WIDTH - 1) // TILE_WIDTH):
            tile = tile_at(level, index, new_size)
            if tile is not None and tile != tile_at(level, index, old_size):
                yield tile
        level += 1


def tile_data(tile: Tile, get_hash: HashReader) -> bytes:
    """The bytes of a tile: its hashes in order, 32 bytes each."""
    start = tile.index * TILE_WIDTH
    return b"".join(get_hash(TILE_HEIGHT * tile.level, start + i) for i in range(tile.width))


def tile_reader(size: int, read_tile: Callable[[Tile], bytes]) -> HashReader:
    """A reader of the hashes of a tree of `size` leaves, for `evidence.core.tree`, out of its tiles.

    Args:
        size: the size of the tree; tells which tiles are partial.
        read_tile: gives the bytes of a tile; each tile is asked for once.

    The reader raises ProofError for a subtree outside the tree and for a tile of the wrong length.
    """
    subtrees: dict[Tile, HashReader] = {}

    def get_hash(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, offset = divmod(index << height, TILE_WIDTH)
        tile = tile_at(tile_level, number, size)
        if tile is None or offset + (1 << height) > tile.width:
            raise ProofError(f"The tree of {size} has no full subtree {index} at level {level}.")
        if tile not in subtrees:
            subtrees[tile] = in_memory(split_tile(tile, read_tile(tile)))
        return subtrees[tile](height, offset >> height)

    return get_hash


def split_tile(tile: Tile, data: bytes) -> list[bytes]:
    """The hashes in the bytes of a tile.

    Raises:
        ProofError: the bytes are not 32 for each hash.
    """
    if len(data) != HASH_SIZE * tile.width:
        raise ProofError(f"{tile.path} has {len(data)} bytes, wanted {HASH_SIZE * tile.width}.")
    return [data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)]


def format_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after another, each after its length as two bytes, big-endian.

    Raises:
        ProofError: an entry is longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise ProofError(f"An entry has {len(entry)} bytes, wanted at most {MAX_ENTRY}.")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def parse_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        ProofError: the last entry is cut short, or there are more than 256.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 + length > len(data) or len(entries) == TILE_WIDTH:
            raise ProofError(f"The entry bundle breaks off or runs on after {len(entries)} entries.")
        entries.append(entry)
        at += 2 + length
    return entries


def _groups(index: int) -> str:
    """Groups of three digits, all but the last after an x: 1234067 is x001/x234/067."""
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03}")
    return "/".join(reversed(parts))


def _suffix(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"
