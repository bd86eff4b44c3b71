"""An export: only what is new is written, what is there is never changed, and a killed one is finished by the next."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.scratch_log import LOG, fill, leaf, scratch_log
from evidence.core import tree
from evidence.core.disclosure import Tier
from evidence.errors import LedgerError
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.dispose import carry_out
from evidence.ledger.export import Exported, export_log
from evidence.ledger.export_folder import ExportFolder
from evidence.ledger.found import HomeHandle
from evidence.ledger.note import sign
from evidence.ledger.read import Ledger
from evidence.ledger.tiles import tile_data, tiles_of
from evidence.register.project import forget
from evidence.store.documents import DocumentStore
from evidence.store.engine import open_engine
from tests.homes import FIRST_ENTRIES, a_disposal, a_receipt, new_home, record_holds, record_with_document, signing
from tests.postgresql import new_database, server

SMALL, LARGE = 200, 520
"""A tile of level 0 is partial at the first, and two are full at the second."""


def _export(ledger: Ledger, out: Path) -> Exported:
    return export_log(ledger, out, with_statements=True, with_documents=True)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def handle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeHandle]:
    with signing(new_home(tmp_path_factory.mktemp("ledger"))) as opened:
        record_holds(opened, SMALL - FIRST_ENTRIES, batch=SMALL)
        yield opened


@pytest.fixture(scope="module")
def small(handle: HomeHandle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of 200 entries; after it the ledger has grown to 520."""
    out = tmp_path_factory.mktemp("exports") / "small"
    assert handle.ledger.size() == SMALL
    _export(handle.ledger, out)
    record_holds(handle, LARGE - SMALL, batch=LARGE)
    return out


def test_a_second_export_adds_what_is_new_and_touches_nothing_else(
    handle: HomeHandle, small: Path, tmp_path: Path
) -> None:
    fresh, grown = tmp_path / "fresh", Path(shutil.copytree(small, tmp_path / "grown"))
    before = {path: path.stat().st_mtime_ns for path in grown.rglob("*") if path.is_file()}
    done = _export(handle.ledger, grown)
    whole = _export(handle.ledger, fresh)
    assert _files(grown) == _files(fresh)
    # two full tiles and a partial one with their bundles, the tile above, the checkpoint, a statement an entry
    assert (done.files, done.removed) == (8 + LARGE - SMALL, 2)  # the partial tile and bundle of the earlier size
    assert (whole.files, whole.size) == (8 + LARGE + 2, LARGE)  # and the two documents that founding records
    kept = {path for path in before if path.exists()} - {grown / "checkpoint"}
    assert len(kept) == SMALL + 2
    assert all(path.stat().st_mtime_ns == before[path] for path in kept)
    assert _export(handle.ledger, grown) == Exported(LARGE, 0, 0, ())


def test_a_partial_tile_of_an_earlier_size_stays_until_the_full_one_is_there(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as growing:
        for size in (6, 8):
            record_holds(growing, size - growing.ledger.size())
            export_log(growing.ledger, tmp_path / "log")
    assert sorted(path.name for path in (tmp_path / "log/tile/0/000.p").iterdir()) == ["6", "8"]


def test_an_export_killed_at_any_step_is_finished_by_the_next(tmp_path: Path) -> None:
    base, fresh, few, more = tmp_path / "base", tmp_path / "fresh", 254, 258
    with signing(new_home(tmp_path)) as growing:
        record_holds(growing, few - growing.ledger.size(), batch=few)
        _export(growing.ledger, base)
        record_with_document(growing, b"a letter")
        record_holds(growing, more - few - 1, batch=more)
        _export(growing.ledger, fresh)
        wanted, verifiers = _files(fresh), growing.verifiers()
        steps = _steps_of(growing.ledger, _linked(base, tmp_path / "counted"))
        assert steps > 30
        for step in sorted({*range(1, steps + 1, 3), *range(steps - 8, steps + 1)}):
            out = _linked(base, tmp_path / f"killed-{step}")
            assert _killed(growing.ledger, out, step)
            head = open_checkpoint((out / "checkpoint").read_bytes(), verifiers)
            assert head.size in (few, more)
            if head.size == more:  # written last: everything that it covers is there
                assert wanted.items() <= _files(out).items()
            _export(growing.ledger, out)
            assert _files(out) == wanted
            shutil.rmtree(out)


def _linked(folder: Path, to: Path) -> Path:
    """A copy whose files are the same ones: an export changes none in place."""
    return Path(shutil.copytree(folder, to, copy_function=os.link))


def _steps_of(ledger: Ledger, out: Path) -> int:
    """How many files an export opens, renames, makes or removes."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        count = 0

        def counted(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            count += _is_a_step(event, arguments, out)

        _export_and_end(ledger, out, counted, lambda: os.write(writer, str(count).encode()))
    os.wait()
    os.close(writer)
    with os.fdopen(reader) as told:
        return int(told.read())


def _killed(ledger: Ledger, out: Path, step: int) -> bool:
    """Export in a process that is killed at that step; whether it was."""
    child = os.fork()
    if child == 0:
        left = step

        def killing(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if _is_a_step(event, arguments, out):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        _export_and_end(ledger, out, killing, lambda: None)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _export_and_end(
    ledger: Ledger, out: Path, hook: Callable[[str, tuple[object, ...]], None], then: Callable[[], object]
) -> NoReturn:
    """Export under an audit hook, in a child process that never gets back to the tests."""
    try:
        sys.addaudithook(hook)
        _export(ledger, out)
        then()
    finally:
        os._exit(0)


def _is_a_step(event: str, arguments: tuple[object, ...], out: Path) -> bool:
    return event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir") and str(arguments[0]).startswith(
        str(out)
    )


def _note(size: int, root: bytes, origin: str) -> bytes:
    return sign(Checkpoint(origin, size, root).format(), origin, Ed25519PrivateKey.from_private_bytes(bytes(32)))


@pytest.mark.parametrize(
    ("checkpoint", "says"),
    [
        pytest.param(_note(SMALL, bytes(32), "ledger.example/other"), "ledger.example/other", id="another-log"),
        pytest.param(_note(SMALL, bytes(32), "arroyo.evidence.example/tests"), "another head", id="another-past"),
        pytest.param(_note(10**6, bytes(32), "arroyo.evidence.example/tests"), "older", id="ahead"),
        pytest.param(_note(7, bytes(32), "arroyo.evidence.example/tests"), "signed none", id="a-size-never-signed"),
        pytest.param(b"no checkpoint\n", "cannot be read", id="no-checkpoint"),
        pytest.param(b"", "cannot be read", id="empty"),
    ],
)
def test_a_folder_that_is_not_of_this_logs_past_is_refused_and_left_alone(
    checkpoint: bytes, says: str, handle: HomeHandle, small: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(small, tmp_path / "log"))
    (out / "checkpoint").write_bytes(checkpoint)
    before = _files(out)
    with pytest.raises(LedgerError, match=says):
        _export(handle.ledger, out)
    assert _files(out) == before


def test_a_tile_of_another_log_is_never_overwritten(handle: HomeHandle, tmp_path: Path) -> None:
    out = tmp_path / "log"
    _export(handle.ledger, out)
    (out / "checkpoint").unlink()  # as after an export that was killed
    tile = out / "tile" / "0" / "000"
    (out / "tile/0/000.p").mkdir(exist_ok=True)
    path = next(path for path in (tile, *(out / "tile/0/000.p").iterdir()) if path.is_file())
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(LedgerError, match="not the file of this ledger"):
        _export(handle.ledger, out)
    assert not (out / "checkpoint").exists()
    assert path.read_bytes() == bytes(path.stat().st_size)


def test_two_exports_do_not_write_to_one_folder(handle: HomeHandle, tmp_path: Path) -> None:
    with ExportFolder(tmp_path / "log"), pytest.raises(LedgerError, match="Another export"):
        _export(handle.ledger, tmp_path / "log")


def test_a_folder_that_cannot_be_written_is_named(handle: HomeHandle, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LedgerError, match="could not be written"):
        _export(handle.ledger, tmp_path / "file" / "log")


def test_statements_and_documents_can_be_asked_for_later(handle: HomeHandle, tmp_path: Path) -> None:
    out = tmp_path / "log"
    export_log(handle.ledger, out)
    assert {path.name for path in out.iterdir()} == {"checkpoint", "tile"}
    done = _export(handle.ledger, out)
    size = handle.ledger.size()
    assert done.files == size + 2
    assert len(list((out / "statements").iterdir())) == size
    for path in (out / "documents").iterdir():
        assert path.read_bytes() == handle.documents.read(path.name)


def test_what_was_disposed_of_leaves_the_export_and_what_is_lost_is_named(tmp_path: Path) -> None:
    out = tmp_path / "log"
    with signing(new_home(tmp_path)) as opened:
        seq, gone = record_with_document(opened, b"a letter to let go")
        _, lost = record_with_document(opened, b"a letter that will be lost")
        _, altered = record_with_document(opened, b"a letter that will be altered")
        _export(opened.ledger, out)
        assert (out / "documents" / gone).read_bytes() == b"a letter to let go"
        carry_out(opened, opened.record(a_disposal(f"#{seq}:statement", f"#{seq}:received")).seq, forget)
        done = _export(opened.ledger, out)
        assert (done.removed, done.unwritten) == (2, ())
        assert not (out / "documents" / gone).exists()
        assert not (out / f"statements/{seq}.dsse").exists()
        for name in (lost, altered):
            next((tmp_path / "home/documents").rglob(name)).unlink()
        damaged = tmp_path / "home/documents" / altered[:2] / altered[2:4] / altered
        damaged.write_bytes(b"a letter that was altered now")
        fresh = _export(opened.ledger, tmp_path / "fresh")
        assert sorted(line.split()[1] for line in fresh.unwritten) == sorted([lost, altered])
        assert not {gone, lost, altered} & {path.name for path in (tmp_path / "fresh/documents").iterdir()}
        assert not (tmp_path / f"fresh/statements/{seq}.dsse").exists()
        assert open_checkpoint((tmp_path / "fresh/checkpoint").read_bytes(), opened.verifiers()).size == done.size


def test_a_sealed_document_is_exported_as_ciphertext(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as opened:
        stored = opened.vault().put(b"wages of one person")
        opened.record(a_receipt(stored, tier=Tier.SECRET_PERSONAL, personal=True))
        _export(opened.ledger, tmp_path / "log")
        assert (tmp_path / "log/documents" / stored.sha256).read_bytes() == opened.documents.read(stored.sha256)
    assert not any(b"wages" in data for data in _files(tmp_path / "log").values())


@pytest.mark.parametrize(
    ("alter", "says"),
    [
        ("UPDATE ledger_entry SET actor = actor || ' ' WHERE seq = 3", "check"),
        ("UPDATE ledger_entry SET actor = actor || ' ' WHERE seq = 258", "signed for"),
        ("UPDATE tile SET data = zeroblob(8192)", "check"),
        ("DELETE FROM tile", "check"),
        ("DELETE FROM ledger_entry WHERE seq = 4", "check"),
    ],
    ids=["leaf", "leaf-in-a-partial-tile", "tile", "no-tile", "no-entry"],
)
def test_no_checkpoint_is_written_over_what_it_was_not_signed_for(alter: str, says: str, tmp_path: Path) -> None:
    engine = scratch_log(tmp_path, [260])
    with engine.connect() as connection:
        for name in ("ledger_entry_update", "ledger_entry_delete", "tile_update", "tile_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(alter)
        connection.commit()
    with pytest.raises(LedgerError, match=says):
        export_log(Ledger(engine, DocumentStore(tmp_path)), tmp_path / "log")
    assert not (tmp_path / "log" / "checkpoint").exists()


def test_a_log_of_three_levels_of_tiles_is_exported_and_proved(tmp_path: Path) -> None:
    sizes = [255, 65_536, 66_000]
    ledger = Ledger(scratch_log(tmp_path, sizes), DocumentStore(tmp_path))
    export_log(ledger, tmp_path / "log")
    hashes = tree.in_memory([tree.leaf_hash(leaf(seq)) for seq in range(sizes[-1])])
    tiles = {tile.path: tile_data(tile, hashes) for tile in tiles_of(sizes[-1])}
    written = {name: data for name, data in _files(tmp_path / "log").items() if not name.startswith("tile/entries")}
    assert written == {**tiles, "checkpoint": ledger.checkpoint_at()}
    assert sorted(path for path in tiles if path.startswith("tile/2/")) == ["tile/2/000.p/1"]
    assert open_checkpoint(written["checkpoint"], [LOG]).root == tree.tree_root(sizes[-1], hashes)


def test_the_export_and_the_proofs_of_a_postgresql_database_are_those_of_sqlite(tmp_path: Path) -> None:
    sizes, folders = [255, 600], [tmp_path / "sqlite", tmp_path / "postgresql"]
    with server() as address:
        engines = [scratch_log(tmp_path, sizes), fill(open_engine(new_database(address, "export")), sizes)]
        ledgers = [Ledger(engine, DocumentStore(tmp_path)) for engine in engines]
        for ledger, folder in zip(ledgers, folders, strict=True):
            assert _export(ledger, folder) == Exported(600, 8, 0, ())
            assert _export(ledger, folder) == Exported(600, 0, 0, ())
        one, other = ledgers
        assert one.tlog_proofs([0, 300, 599]) == other.tlog_proofs([0, 300, 599])
        assert one.consistency_file(255) == other.consistency_file(255)
        for engine in engines:
            engine.dispose()
    assert _files(folders[0]) == _files(folders[1])
