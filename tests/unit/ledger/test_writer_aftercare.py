"""What happens to a ledger besides appending: inbox, disposal, backup, export, standing."""

import shutil
from pathlib import Path

import pytest

from evidence.core import tree
from evidence.errors import LedgerError, RefusesToSign, SettingsError, StoreError
from evidence.ledger.backup import back_up
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.dispose import carry_out
from evidence.ledger.export import export_log
from evidence.ledger.found import HomeHandle, open_home
from evidence.ledger.standing import standing
from evidence.ledger.tiles import Tile, parse_bundle, split_tile, tile_reader
from evidence.register.project import forget
from evidence.store.engine import writing
from tests.homes import (
    FIRST_ENTRIES,
    a_disposal,
    a_hold,
    anchored,
    new_home,
    record_holds,
    record_with_document,
    signing,
)


def _clean(handle: HomeHandle) -> bool:
    steps: list[int] = []

    def advance(count: int = 1, total: int | None = None) -> None:
        steps.append(count)

    report = check_ledger(handle.engine, handle.documents, handle.verifiers(), advance)
    assert sum(steps) >= handle.ledger.size()
    return report.clean


def test_a_disposal_lets_go_what_it_names_and_nothing_else_and_the_check_says_disposed(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        seq, sha256 = record_with_document(handle, b"a letter")
        _, other = record_with_document(handle, b"another letter")
        disposal = handle.record(a_disposal(f"#{seq}:statement", f"#{seq}:received"))
        assert _clean(handle)  # named, and still there
        done = carry_out(handle, disposal.seq, forget)
        assert (done.statements, done.documents) == (1, 1)
        assert (handle.documents.has(sha256), handle.documents.has(other)) == (False, True)
        entry = handle.ledger.entry(seq)
        assert (entry.envelope, entry.statement, entry.disclosures) == (None, None, ())
        report = check_ledger(handle.engine, handle.documents, handle.verifiers())
        assert report.faults == []
        assert (report.counts["statement disposed"], report.counts["documents disposed"]) == (1, 1)
        again = carry_out(handle, disposal.seq, forget)
        assert (again.statements, again.documents) == (0, 0)
        record_holds(handle, 1)
        assert handle.ledger.tlog_proof(seq)


def test_nothing_goes_without_a_disposal_entry_that_names_it(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        seq, sha256 = record_with_document(handle, b"a letter")
        with pytest.raises(LedgerError, match="not a disposal"):
            carry_out(handle, seq, forget)
        for table, key in (
            ("statement", "seq"),
            ("disclosure", "seq"),
            ("document", "sha256"),
            ("entry_document", "seq"),
        ):
            with pytest.raises(StoreError, match="disposal entry"), writing(handle.engine) as connection:
                connection.exec_driver_sql(f"DELETE FROM {table} WHERE {key} IS NOT NULL")
        assert handle.documents.has(sha256)


def test_a_backup_made_while_others_record_is_whole_and_refuses_to_sign_where_more_was_signed(tmp_path: Path) -> None:
    home, environ = new_home(tmp_path), anchored(tmp_path)
    with signing(home, environ) as handle:
        record_with_document(handle, b"a letter")
        copied = back_up(handle, tmp_path / "backup")
        assert (copied.entries, copied.documents) == (FIRST_ENTRIES + 1, 3)
        with pytest.raises(SettingsError, match="there already"):
            back_up(handle, tmp_path / "backup")
        record_holds(handle, 1)
    assert not (tmp_path / "backup" / "keys").exists()
    with open_home(tmp_path / "backup", {}) as restored:
        assert _clean(restored)
    shutil.copytree(home / "keys", tmp_path / "backup" / "keys")
    shutil.copy(home / "clock", tmp_path / "backup" / "clock")
    with pytest.raises(RefusesToSign, match="older than what was handed out"):
        signing(tmp_path / "backup", environ)


def test_the_exported_log_is_that_of_the_tiles_standard(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        record_holds(handle, 300, batch=300)
        size, out = handle.ledger.size(), tmp_path / "log"
        assert export_log(handle.ledger, out, with_statements=True).files == 6 + size
        signed = open_checkpoint((out / "checkpoint").read_bytes(), handle.verifiers())
        assert (signed.size, signed.root) == (size, handle.ledger.root())

        def tile(wanted: Tile) -> bytes:
            return (out / wanted.path).read_bytes()

        assert tree.tree_root(size, tile_reader(size, tile)) == signed.root
        bundle = parse_bundle((out / "tile/entries/001.p/49").read_bytes())
        hashes = split_tile(Tile(0, 1, 49), tile(Tile(0, 1, 49)))
        assert [tree.leaf_hash(entry) for entry in bundle] == hashes
        assert export_log(handle.ledger, out, with_statements=True).files == 0


def test_the_standing_of_a_home_names_what_is_wrong(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        record_holds(handle, 2)
        found = standing(handle)
        assert (found.facts["entries"], found.wrong) == (FIRST_ENTRIES + 2, ())
        assert any("EVIDENCE_ANCHOR" in line for line in found.attention)
    (home / "checkpoint").write_bytes(b"nothing of the kind")
    with open_home(home, {}) as handle:
        assert len(standing(handle).wrong) == 1


def test_entries_are_found_by_kind_statement_and_document(tmp_path: Path) -> None:
    with signing(new_home(tmp_path)) as handle:
        hold = a_hold()
        seq = handle.record(hold).seq
        linked, sha256 = record_with_document(handle, b"a letter")
        assert [entry.seq for entry in handle.ledger.entries(kind="hold")] == [seq]
        found = handle.ledger.by_statement_id(hold.id)
        assert found is not None
        assert (found.seq, found.statement) == (seq, hold)
        assert handle.ledger.by_statement_id("hold-none") is None
        assert handle.ledger.entries_naming(sha256) == [linked]
        assert [link.role for link in handle.ledger.entry(linked).documents] == ["received"]
        with pytest.raises(LedgerError, match="no entry"):
            handle.ledger.entry(handle.ledger.size())
