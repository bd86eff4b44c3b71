"""What the writer records, in which order, and under which signature."""

import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from evidence.core import tree
from evidence.errors import LedgerError, ProofError, RefusesToSign, RegisterError
from evidence.ledger import proof
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.growth import TILE
from evidence.ledger.keys import new_ed25519
from evidence.ledger.recorder import Recorder
from evidence.ledger.submission import DocumentLink, ProjectedEntry
from evidence.store.documents import Stored
from evidence.store.engine import reading
from tests.homes import FIRST_ENTRIES, ORIGIN, START, a_hold, a_receipt, new_home, record_holds, set_clock, signing


def test_entries_stand_in_the_order_of_submission_under_one_checkpoint(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    set_clock(home, timedelta(days=3))
    statements = [a_hold(f"scope {n}") for n in range(20)]
    with signing(home) as handle:
        appended = handle.signer().record([(statement, ()) for statement in statements])
        assert [one.seq for one in appended] == list(range(FIRST_ENTRIES, FIRST_ENTRIES + 20))
        assert {one.recorded_at for one in appended} == {START + timedelta(days=3)}
        entries = list(handle.ledger.entries(FIRST_ENTRIES))
        assert [entry.statement for entry in entries] == statements
        assert [entry.statement_digest for entry in entries] == [one.statement_digest for one in appended]
        assert {entry.leaf.actor for entry in entries} == {handle.signer().actor}
        assert handle.ledger.checkpoint_sizes() == [FIRST_ENTRIES, FIRST_ENTRIES + 20]
        assert (home / "checkpoint").read_bytes() == handle.ledger.checkpoint_at()


def test_a_leaf_names_nobody_and_shows_nothing_of_the_statement(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        seq = handle.record(a_hold("the dispute with Example Parts")).seq
        entry = handle.ledger.entry(seq)
        assert entry.leaf.actor.startswith("key-")
        assert entry.envelope is not None
        for hidden in (b"Example Parts", b"Records desk"):
            assert hidden not in entry.leaf_bytes + entry.envelope.payload


def test_every_entry_has_a_proof_that_a_stranger_can_check_under_any_later_checkpoint(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        record_holds(handle, 9, batch=3)
        verifiers = handle.verifiers()
        for size in handle.ledger.checkpoint_sizes():
            proofs = handle.ledger.tlog_proofs(list(range(size)), size)
            for seq in range(size):
                found = proof.Proof.parse(handle.ledger.tlog_proof(seq, size))
                assert proofs[seq] == found.format()
                signed = proof.verify(found, handle.ledger.entry(seq).leaf_bytes, verifiers, origin=ORIGIN)
                assert signed.size == size
        with pytest.raises(ProofError):
            handle.ledger.tlog_proof(FIRST_ENTRIES, FIRST_ENTRIES)
        with pytest.raises(LedgerError, match="No checkpoint"):
            handle.ledger.checkpoint_at(FIRST_ENTRIES + 1)


def test_full_tiles_are_stored_as_they_fill_and_proofs_come_from_them(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        for count in (250, 1, 257, 30):
            record_holds(handle, count, batch=count)
        size = handle.ledger.size()
        leaves = [entry.leaf.hash() for entry in handle.ledger.entries()]
        with reading(handle.engine) as connection:
            tiles = connection.execute(select(TILE).order_by(TILE.c.n)).all()
        assert [(tile.level, tile.n, tile.width) for tile in tiles] == [(0, 0, 256), (0, 1, 256)]
        assert b"".join(bytes(tile.data) for tile in tiles) == b"".join(leaves[:512])
        for seen in (1, 255, 256, 257, 512, size):
            assert handle.ledger.root(seen) == tree.root(leaves[:seen])
            steps = handle.ledger.consistency_proof(seen, size)
            tree.verify_consistency(seen, size, steps, tree.root(leaves[:seen]), tree.root(leaves))
        for seq in (0, 255, 256, 511, 512, size - 1):
            tree.verify_inclusion(leaves[seq], seq, size, handle.ledger.inclusion_proof(seq), tree.root(leaves))


def test_the_projector_is_told_of_each_entry_and_its_refusal_undoes_the_batch(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    told: list[ProjectedEntry] = []

    def project(_connection: Connection, entry: ProjectedEntry) -> None:
        told.append(entry)
        if entry.statement.id == refused.id:
            raise RegisterError("this one does not fit")

    refused = a_hold()
    with signing(home, projector=project) as handle:
        accepted = a_receipt(handle.documents.put(b"letter"))
        handle.record(accepted)
        told_of = [(entry.seq, entry.kind, entry.statement) for entry in told]
        assert told_of == [(FIRST_ENTRIES, "document-received", accepted)]
        assert told[0].documents == (DocumentLink(accepted.document, "received", "text/plain"),)
        with pytest.raises(RegisterError):
            handle.signer().record([(a_hold(), ()), (refused, ())])
        assert handle.ledger.size() == FIRST_ENTRIES + 1
        assert handle.record(a_hold()).seq == FIRST_ENTRIES + 1  # the writer goes on: nothing was left half done


def test_a_statement_signed_by_a_key_that_is_not_on_record_is_not_taken(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        stranger = Recorder(handle.signer()._writer, new_ed25519(handle.random), handle.random)
        with pytest.raises(ProofError, match="not a person's key on record"):
            stranger.record([(a_hold(), ())])
        assert handle.ledger.size() == FIRST_ENTRIES


def test_a_statement_is_recorded_once(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        recorder = handle.signer()
        submission = recorder.submission(a_hold())
        recorder._writer.append([submission])
        with pytest.raises(LedgerError, match="Recorded already"):
            recorder._writer.append([submission])
        again = recorder.submission(a_hold())
        with pytest.raises(LedgerError, match="Recorded already"):
            recorder._writer.append([again, again])
        assert handle.ledger.size() == FIRST_ENTRIES + 1


def test_a_statement_about_a_document_that_nobody_kept_is_not_taken(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    with signing(home) as handle:
        with pytest.raises(LedgerError, match="not in the store"):
            handle.record(a_receipt(Stored("0" * 64, 3)))
        assert handle.ledger.size() == FIRST_ENTRIES


def test_a_home_opened_for_reading_records_nothing(tmp_path: Path) -> None:
    from evidence.errors import SettingsError
    from evidence.ledger.found import open_home

    with open_home(new_home(tmp_path), {}) as handle, pytest.raises(SettingsError, match="reading only"):
        handle.record(a_hold())


def _record_many(home: Path, count: int) -> None:
    with signing(home) as handle:
        record_holds(handle, count)


def test_writers_of_several_processes_take_turns_and_lose_nothing(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    processes = [multiprocessing.get_context("spawn").Process(target=_record_many, args=(home, 15)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    with signing(home) as handle:
        assert handle.ledger.size() == FIRST_ENTRIES + 60
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).clean


def test_a_writer_that_waits_too_long_for_its_turn_says_so_and_records_nothing(tmp_path: Path) -> None:
    from evidence.ledger.lock import writing_turn

    home = new_home(tmp_path)
    said: list[str] = []
    with signing(home) as handle:
        writer = handle.signer()._writer
        writer._wait_s, writer._tell = 0.05, said.append
        with writing_turn(home / "writer.lock", 1.0), pytest.raises(RefusesToSign, match="Another process"):
            handle.record(a_hold())
        assert said == ["Another command is recording; waiting for it."]
        assert handle.record(a_hold()).seq == FIRST_ENTRIES


def test_the_published_checkpoint_verifies_with_the_trust_folder_alone(tmp_path: Path) -> None:
    from evidence.ledger.trust import read_verifiers

    home = new_home(tmp_path)
    with signing(home) as handle:
        record_holds(handle, 2)
    signed = open_checkpoint((home / "checkpoint").read_bytes(), read_verifiers(home / "trust"), origin=ORIGIN)
    assert signed.size == FIRST_ENTRIES + 2
