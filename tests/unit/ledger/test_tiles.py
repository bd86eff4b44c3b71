from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from evidence.core import tree
from evidence.errors import ProofError
from evidence.ledger.tiles import (
    MAX_ENTRY,
    TILE_WIDTH,
    Tile,
    entries_path,
    format_bundle,
    new_tiles,
    parse_bundle,
    split_tile,
    tile_at,
    tile_data,
    tile_reader,
    tiles_of,
)

SIZE = 256 * 257 + 3
"""Three levels of tiles: full, partial and of one hash."""


@cache
def leaves() -> list[bytes]:
    return [tree.leaf_hash(b"entry %d" % i) for i in range(SIZE)]


@cache
def whole() -> tree.HashReader:
    return tree.in_memory(leaves())


def test_the_tiles_of_a_tree_give_its_root_and_its_proofs() -> None:
    stored = {tile: tile_data(tile, whole()) for tile in tiles_of(SIZE)}
    assert {tile.level for tile in stored} == {0, 1, 2}
    reader = tile_reader(SIZE, stored.__getitem__)
    root = tree.root(leaves())
    assert tree.tree_root(SIZE, reader) == root
    for index in (0, 255, 256, 65_535, 65_536, SIZE - 1):
        proof = tree.inclusion_proof(index, SIZE, reader)
        tree.verify_inclusion(leaves()[index], index, SIZE, proof, root)
    for first in (1, 255, 256, 257, 65_536, 65_537, SIZE):
        proof = tree.consistency_proof(first, SIZE, reader)
        tree.verify_consistency(first, SIZE, proof, tree.root(leaves()[:first]), root)


def test_each_tile_is_read_once() -> None:
    asked: Counter[Tile] = Counter()

    def read(tile: Tile) -> bytes:
        asked[tile] += 1
        return tile_data(tile, whole())

    reader = tile_reader(SIZE, read)
    for index in (0, 1, 300, 65_700):
        tree.inclusion_proof(index, SIZE, reader)
    assert set(asked.values()) == {1}


@pytest.mark.parametrize("sizes", [(0, 1, 2, 255, 256, 257, 600), (0, 256, 512, SIZE), (0, SIZE - 1, SIZE)], ids=str)
def test_a_growing_log_writes_just_the_tiles_that_are_new(sizes: tuple[int, ...]) -> None:
    written: set[Tile] = set()
    for old, new in pairwise(sizes):
        fresh = list(new_tiles(old, new))
        assert written.isdisjoint(fresh)
        written.update(fresh)
        assert written.issuperset(tiles_of(new))
    assert list(new_tiles(sizes[-1], sizes[-1])) == []


def test_a_tree_without_leaves_has_no_tile() -> None:
    assert list(tiles_of(0)) == []
    assert tile_at(0, 0, 0) is None


def test_a_row_of_full_tiles_has_no_partial_one() -> None:
    assert list(tiles_of(TILE_WIDTH)) == [Tile(0, 0), Tile(1, 0, 1)]


@pytest.mark.parametrize(("level", "index"), [(0, SIZE), (8, 257), (16, 1), (17, 0), (3, SIZE >> 3)])
def test_a_reader_refuses_a_subtree_that_is_not_full(level: int, index: int) -> None:
    with pytest.raises(ProofError):
        tile_reader(SIZE, lambda tile: tile_data(tile, whole()))(level, index)


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ProofError, match="wanted 96"):
        tile_reader(3, lambda tile: bytes(32))(0, 0)
    with pytest.raises(ProofError):
        split_tile(Tile(0, 0, 2), bytes(63))


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001.p/256",
        "tile/0/001.p/0",
        "tile/0/001.p/012",
        "tile/00/001",
        "tile/64/001",
        "tile/0/1",
        "tile/0/x000/001",
        "tile/8/0/001",
        "tile/entries/001",
        "tile/0/001/",
        "/tile/0/001",
        "tile/0/../001",
        "tile/0/" + "x001/" * 2000 + "001",
        "checkpoint",
        "",
    ],
)
def test_another_spelling_of_a_tile_path_is_refused(path: str) -> None:
    with pytest.raises(ProofError):
        Tile.parse(path)


@pytest.mark.parametrize(("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_a_tile_that_no_tree_has_cannot_be_made(level: int, index: int, width: int) -> None:
    with pytest.raises(ProofError):
        Tile(level, index, width)


def test_a_bundle_read_back_holds_its_entries() -> None:
    entries = [b"", b"a", bytes(MAX_ENTRY)]
    assert parse_bundle(format_bundle(entries)) == entries
    assert format_bundle([b"ab"]) == b"\x00\x02ab"
    assert entries_path(1234067) == "tile/entries/x001/x234/067"


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00", b"\x00\x00" * 257])
def test_a_bundle_that_breaks_off_or_holds_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        parse_bundle(data)


def test_an_entry_past_65535_bytes_is_refused() -> None:
    with pytest.raises(ProofError):
        format_bundle([bytes(MAX_ENTRY + 1)])
