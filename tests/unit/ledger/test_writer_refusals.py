"""When the ledger refuses to sign (DESIGN.md section 3): the past must not fork, roll back or be misdated."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from evidence.errors import DatabaseBusy, NotPublished, RefusesToSign, StoreError
from evidence.ledger.check import check_ledger
from evidence.ledger.heads import publish
from evidence.ledger.submission import ProjectedEntry
from tests.homes import FIRST_ENTRIES, a_hold, anchored, new_home, record_holds, set_clock, signing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return new_home(tmp_path)


def _copy_database(home: Path, to: Path) -> None:
    with closing(sqlite3.connect(home / "evidence.db")) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def _restore(home: Path, copy: Path) -> None:
    for name in ("evidence.db-wal", "evidence.db-shm"):
        (home / name).unlink(missing_ok=True)
    shutil.copy(copy, home / "evidence.db")


@pytest.mark.parametrize("kept_by", ["home", "anchor"])
def test_a_database_older_than_a_checkpoint_kept_elsewhere_is_refused_before_anything_is_signed(
    home: Path, tmp_path: Path, kept_by: str
) -> None:
    environ = anchored(tmp_path) if kept_by == "anchor" else {}
    with signing(home, environ) as handle:
        record_holds(handle, 3)
        _copy_database(home, tmp_path / "old.db")
        record_holds(handle, 1)
    _restore(home, tmp_path / "old.db")
    if kept_by == "anchor":
        (home / "checkpoint").unlink()
    before = (home / "evidence.db").read_bytes()
    with pytest.raises(RefusesToSign, match="older than what was handed out"):
        signing(home, environ)
    assert (home / "evidence.db").read_bytes() == before


def test_a_database_replaced_under_a_running_process_is_refused(home: Path, tmp_path: Path) -> None:
    with signing(home) as handle:
        record_holds(handle, 2)
        _copy_database(home, tmp_path / "old.db")
        record_holds(handle, 1)
        handle.engine.dispose()
        _restore(home, tmp_path / "old.db")
        (home / "checkpoint").unlink()
        with pytest.raises(RefusesToSign, match="replaced by an older one"):
            handle.record(a_hold())


def test_another_history_of_the_same_length_is_refused(home: Path, tmp_path: Path) -> None:
    _copy_database(home, tmp_path / "fork.db")
    with signing(home) as handle:
        record_holds(handle, 2)
    published = (home / "checkpoint").read_bytes()
    (home / "checkpoint").unlink()
    _restore(home, tmp_path / "fork.db")
    with signing(home) as handle:
        record_holds(handle, 2)
    (home / "checkpoint").write_bytes(published)
    with pytest.raises(RefusesToSign, match="are not those of the checkpoint"):
        signing(home)


def test_a_checkpoint_of_another_ledger_at_the_anchor_is_refused(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes((home / "checkpoint").read_bytes().replace(b"/tests", b"/other"))
    with pytest.raises(RefusesToSign, match="not one of this ledger"):
        signing(home, {"EVIDENCE_ANCHOR": str(other)})


def test_a_checkpoint_that_was_committed_and_not_published_is_published_at_the_next_opening(home: Path) -> None:
    before = (home / "checkpoint").read_bytes()
    with signing(home) as handle:
        record_holds(handle, 1)
    after = (home / "checkpoint").read_bytes()
    (home / "checkpoint").write_bytes(before)  # as if killed between commit and publication
    with signing(home):
        assert (home / "checkpoint").read_bytes() == after


def test_a_clock_back_by_a_moment_is_waited_for(home: Path) -> None:
    set_clock(home, timedelta(milliseconds=40))
    with signing(home) as handle:
        record_holds(handle, 1)
        set_clock(home, timedelta(milliseconds=20))
        with pytest.raises(RefusesToSign, match="clock"):  # it stands still, so waiting does not help
            handle.record(a_hold())
        set_clock(home, timedelta(milliseconds=40))
        assert handle.record(a_hold()).seq == FIRST_ENTRIES + 1


def test_a_clock_back_by_more_than_five_seconds_is_refused(home: Path) -> None:
    set_clock(home, timedelta(seconds=60))
    with signing(home) as handle:
        record_holds(handle, 1)
        set_clock(home, timedelta(seconds=54))
        with pytest.raises(RefusesToSign, match="Set the clock right"):
            handle.record(a_hold())
        assert handle.ledger.size() == FIRST_ENTRIES + 1


def test_a_row_that_changes_between_writing_and_signing_is_not_signed(home: Path) -> None:
    """A bit that flipped before it was signed could never be put right (LEDGER.md, trap 30)."""

    def flip(connection: Connection, entry: ProjectedEntry) -> None:
        connection.exec_driver_sql("DROP TRIGGER ledger_entry_update")
        connection.exec_driver_sql(
            "UPDATE ledger_entry SET kind = replace(kind, 'hold', 'helt') WHERE seq = ?", (entry.seq,)
        )

    with signing(home, projector=flip) as handle:
        with pytest.raises(RefusesToSign, match="other bytes"):
            handle.record(a_hold())
        assert handle.ledger.size() == FIRST_ENTRIES
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).clean


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_entry", "seq = seq + 1"),
        ("ledger_entry", "kind = 'helt'"),
        ("ledger_entry", "recorded_at = '2023-04-01T12:00:00.000001Z'"),
        ("statement", "statement_id = 'hold-1'"),
    ],
    ids=["seq", "kind", "recorded_at", "statement_id"],
)
def test_a_column_beside_the_leaf_that_changes_between_writing_and_signing_is_not_signed(
    home: Path, table: str, change: str
) -> None:
    def flip(connection: Connection, _entry: ProjectedEntry) -> None:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_update")
        connection.exec_driver_sql(f"UPDATE {table} SET {change} WHERE rowid = (SELECT max(rowid) FROM {table})")

    with signing(home, projector=flip) as handle:
        with pytest.raises(RefusesToSign, match="other bytes"):
            handle.record(a_hold())
        assert handle.ledger.size() == FIRST_ENTRIES
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).clean


def test_a_database_that_somebody_else_holds_is_tried_again_by_the_same_writer(home: Path) -> None:
    with signing(home) as handle, closing(sqlite3.connect(home / "evidence.db", isolation_level=None)) as other:
        record_holds(handle, 1)
        event.listen(handle.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA busy_timeout = 20"))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            handle.record(a_hold())
        other.execute("ROLLBACK")
        assert handle.record(a_hold()).seq == FIRST_ENTRIES + 1


@pytest.mark.parametrize("published", [False, True])
def test_one_that_is_interrupted_as_it_publishes_takes_its_own_checkpoint_for_nobody_elses(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: bool
) -> None:
    def interrupted(path: Path, note: bytes) -> None:
        if published:
            publish(path, note)
        raise KeyboardInterrupt

    with signing(home, anchored(tmp_path)) as handle:
        record_holds(handle, 1)
        with monkeypatch.context() as patched:
            patched.setattr("evidence.ledger.writer.publish", interrupted)
            with pytest.raises(KeyboardInterrupt):
                handle.record(a_hold())
        assert handle.record(a_hold()).seq == FIRST_ENTRIES + 2
        assert (tmp_path / "anchor").read_bytes() == handle.ledger.checkpoint_at()


@pytest.mark.parametrize("failing", ["commit", "insert"])
def test_after_an_error_of_the_database_the_writer_stops_for_good(home: Path, failing: str) -> None:
    with signing(home) as handle:
        record_holds(handle, 1)

        def fail(*_: object) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        moment = "commit" if failing == "commit" else "before_cursor_execute"
        event.listen(handle.engine, moment, fail)
        with pytest.raises((StoreError, sqlite3.OperationalError)):
            handle.record(a_hold())
        event.remove(handle.engine, moment, fail)
        with pytest.raises(RefusesToSign, match="stopped after an error"):
            handle.record(a_hold())
    with signing(home) as handle:  # a new one finds out where the ledger stands
        assert handle.record(a_hold()).seq == FIRST_ENTRIES + 1
        assert check_ledger(handle.engine, handle.documents, handle.verifiers()).clean


def test_a_head_that_does_not_fit_its_checkpoint_is_refused(home: Path) -> None:
    with sqlite3.connect(home / "evidence.db") as database:
        database.execute("DROP TRIGGER head_update")
        database.execute("UPDATE head SET root = zeroblob(32)")
    with pytest.raises(RefusesToSign, match="frontier does not give its root"):
        signing(home)


def test_a_checkpoint_that_cannot_be_published_is_an_error_although_the_entry_is_recorded(
    home: Path, tmp_path: Path
) -> None:
    with signing(home, anchored(tmp_path)) as handle:
        (tmp_path / "anchor.new").mkdir()  # in the way of the file that would take the anchor's place
        with pytest.raises(NotPublished, match="Do not record them again") as told:
            handle.record(a_hold())
        assert told.value.size == handle.ledger.size() == FIRST_ENTRIES + 1
        (tmp_path / "anchor.new").rmdir()
        assert handle.record(a_hold()).seq == FIRST_ENTRIES + 1  # and the same process goes on
        assert (tmp_path / "anchor").read_bytes() == handle.ledger.checkpoint_at()
