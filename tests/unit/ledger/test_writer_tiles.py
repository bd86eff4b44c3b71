"""Tiles of level 1, which appear once 65,536 entries are there."""

from pathlib import Path

import pytest
from sqlalchemy import select

from evidence.core import tree
from evidence.core.tree import Frontier
from evidence.errors import ProofError
from evidence.ledger.growth import ENTRY, TILE, insert_full_tiles, stored_reader
from evidence.ledger.tiles import tile_data, tiles_of
from evidence.store.engine import reading, writing
from tests.homes import FIRST_ENTRIES, START, a_hold, empty_database, new_home, record_holds, signing

SIZE = 256 * 256 + 300


def test_a_tile_of_level_1_is_stored_when_it_fills_and_proofs_pass_through_it(tmp_path: Path) -> None:
    engine = empty_database(tmp_path / "a.db")
    leaves = [tree.leaf_hash(b"%d" % seq) for seq in range(SIZE)]
    rows = [
        {
            "seq": seq,
            "kind": "hold",
            "recorded_at": START,
            "actor": "key-1",
            "statement_digest": f"{seq:064}",
            "signatures": b"",
            "leaf_hash": leaves[seq],
        }
        for seq in range(SIZE)
    ]
    at = 0
    with writing(engine) as connection:
        for to in (70, 256, 65_000, 65_535, 65_537, SIZE):
            connection.execute(ENTRY.insert(), rows[at:to])
            insert_full_tiles(connection, Frontier(leaves[:at]), leaves[at:to])
            at = to
    get_hash = tree.in_memory(leaves)
    with reading(engine) as connection:
        stored = {(row.level, row.n): bytes(row.data) for row in connection.execute(select(TILE))}
        full = [tile for tile in tiles_of(SIZE) if tile.width == 256]
        assert stored == {(tile.level, tile.index): tile_data(tile, get_hash) for tile in full}
        assert max(level for level, _ in stored) == 1
        for size in (1, 300, 65_536, SIZE):
            root = tree.tree_root(size, get_hash)
            reader = stored_reader(connection, size)
            assert tree.tree_root(size, reader) == root
            for seq in {0, size // 2, size - 1}:
                proof = tree.inclusion_proof(seq, size, reader)
                tree.verify_inclusion(leaves[seq], seq, size, proof, root)


@pytest.mark.parametrize("change", ["UPDATE ledger_entry SET leaf_hash = zeroblob(32)", "DELETE FROM ledger_entry"])
def test_a_tile_over_rows_that_are_not_those_signed_for_is_not_stored(tmp_path: Path, change: str) -> None:
    with signing(new_home(tmp_path)) as handle:
        record_holds(handle, 255 - FIRST_ENTRIES, batch=255)
        with writing(handle.engine) as connection:
            connection.exec_driver_sql(f"DROP TRIGGER ledger_entry_{change[:6].lower()}")
            connection.exec_driver_sql(f"{change} WHERE seq = 7")
        with pytest.raises(ProofError, match=r"below (the tiles 0|tile 0)"):
            handle.record(a_hold())
        with reading(handle.engine) as connection:
            assert connection.execute(select(TILE)).all() == []
        assert handle.ledger.checkpoint_sizes()[-1] == 255
