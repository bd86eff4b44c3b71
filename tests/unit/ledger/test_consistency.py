"""Consistency files: made from what is stored, verified with the earlier checkpoint and the log's key alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.scratch_log import KEY, LOG, ORIGIN, leaf, scratch_log
from evidence.core import tree
from evidence.errors import LedgerError, ProofError
from evidence.ledger import ed25519
from evidence.ledger.add_checkpoint import AddCheckpoint
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.consistency import verify_growth
from evidence.ledger.note import Verifier, sign
from evidence.ledger.read import Ledger
from evidence.store.documents import DocumentStore

SIZES = [1, 2, 7, 8, 255, 256, 257, 300]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    place = tmp_path_factory.mktemp("ledger")
    engine = scratch_log(place, SIZES)
    yield Ledger(engine, DocumentStore(place))
    engine.dispose()


def _head(ledger: Ledger, size: int) -> Checkpoint:
    return open_checkpoint(ledger.checkpoint_at(size), [LOG])


def test_every_checkpoint_is_shown_to_go_on_from_every_earlier_one(ledger: Ledger) -> None:
    for second in SIZES:
        for first in (size for size in SIZES if size <= second):
            data = ledger.consistency_file(first, second)
            assert verify_growth(data, _head(ledger, first), [LOG]) == _head(ledger, second)


def test_a_consistency_file_reads_as_a_witness_is_sent_it(ledger: Ledger) -> None:
    data = ledger.consistency_file(7)
    head, _, note = data.partition(b"\n\n")
    assert head.split(b"\n")[0] == b"old 7"
    assert note == ledger.checkpoint_at(300)
    hashes = tree.in_memory([tree.leaf_hash(leaf(seq)) for seq in range(300)])
    assert AddCheckpoint.parse(data).proof == tuple(tree.consistency_proof(7, 300, hashes))


def test_no_bit_of_a_consistency_file_can_be_flipped(ledger: Ledger) -> None:
    whole, old = ledger.consistency_file(7, 257), _head(ledger, 7)
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofError):
            verify_growth(bytes(data), old, [LOG])


def test_a_consistency_file_holds_for_no_other_checkpoint_log_or_key(ledger: Ledger) -> None:
    data, old = ledger.consistency_file(7, 257), _head(ledger, 7)
    stranger = Verifier(ORIGIN, ed25519.public_bytes(Ed25519PrivateKey.from_private_bytes(bytes(32))))
    verify_growth(data, old, [LOG], origin=ORIGIN)
    for held, keys, origin in (
        (_head(ledger, 8), [LOG], None),
        (Checkpoint(ORIGIN, 7, bytes(32)), [LOG], None),
        (Checkpoint("ledger.example/other", 7, old.root), [LOG], None),
        (old, [LOG], "ledger.example/other"),
        (old, [stranger], None),
        (old, [], None),
    ):
        with pytest.raises(ProofError):
            verify_growth(data, held, keys, origin=origin)


def test_growth_from_nothing_and_backwards_is_not_growth(ledger: Ledger) -> None:
    empty, head = Checkpoint(ORIGIN, 0, tree.EMPTY_ROOT), _head(ledger, 8)
    for old, new in ((empty, head), (head, _head(ledger, 7))):
        data = AddCheckpoint(old.size, (), sign(new.format(), ORIGIN, KEY)).format()
        with pytest.raises(ProofError, match="ascend"):
            verify_growth(data, old, [LOG])


@pytest.mark.parametrize(("first", "second"), [(3, 8), (7, 9), (8, 7), (300, 301), (2**70, 300), (-1, 8)])
def test_only_checkpoints_that_were_signed_and_ascend_have_a_consistency_file(
    first: int, second: int, ledger: Ledger
) -> None:
    with pytest.raises(LedgerError):
        ledger.consistency_file(first, second)


def test_a_proof_that_would_not_hold_is_not_handed_out(tmp_path: Path) -> None:
    engine = scratch_log(tmp_path, [200, 260])
    ledger = Ledger(engine, DocumentStore(tmp_path))
    assert ledger.tlog_proof(3)
    with engine.connect() as connection:
        for name in ("ledger_entry_update", "tile_update"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE tile SET data = zeroblob(8192)")
        connection.exec_driver_sql("UPDATE ledger_entry SET actor = actor || 'x' WHERE seq = 258")
        connection.commit()
    for seq in (3, 258):
        with pytest.raises(ProofError, match="another root"):
            ledger.tlog_proof(seq)
    with pytest.raises(ProofError):
        ledger.consistency_file(200)
    for seq in (-1, 260, 10**30):
        with pytest.raises(LedgerError, match="covers no entry"):
            ledger.tlog_proof(seq)
    engine.dispose()


def test_a_root_is_that_of_the_rows_and_not_of_what_the_writer_keeps(tmp_path: Path) -> None:
    engine = scratch_log(tmp_path, [256, 260])
    ledger = Ledger(engine, DocumentStore(tmp_path))
    assert ledger.root() == _head(ledger, 260).root
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_entry_update")
        connection.exec_driver_sql("UPDATE ledger_entry SET leaf_hash = zeroblob(32) WHERE seq = 257")
        connection.commit()
    assert ledger.root() != _head(ledger, 260).root
    assert ledger.root(256) == _head(ledger, 256).root
    engine.dispose()
