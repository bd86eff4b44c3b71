"""A check says the same whoever does the work, and from a checkpoint on it looks into what is new and nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evidence.errors import LedgerError
from evidence.ledger.check import check_ledger
from evidence.ledger.check_work import RUN, stretches
from evidence.ledger.findings import CheckReport, Fault
from evidence.ledger.found import HomeHandle, open_home
from tests.homes import FIRST_ENTRIES, new_home, record_holds, record_with_document, signing

LETTER, SIZE = 2 * RUN + 100, 2 * RUN + 300


@pytest.fixture(scope="module")
def handle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeHandle]:
    """A ledger of three runs, whose faults are in each of them, and of every sort that two runs could differ over."""
    home = new_home(tmp_path_factory.mktemp("shared"))
    with signing(home) as handle:
        record_holds(handle, LETTER - FIRST_ENTRIES, batch=256)
        assert record_with_document(handle, b"a letter")[0] == LETTER
        record_holds(handle, 20)
        record_holds(handle, SIZE - handle.ledger.size(), batch=256)
    with closing(sqlite3.connect(home / "evidence.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        for change in (
            "UPDATE ledger_entry SET kind = 'hold' WHERE seq = 0",  # the person's key is not found beforehand
            f"UPDATE ledger_entry SET signatures = zeroblob(9) WHERE seq IN (77, {RUN - 1}, {RUN}, {RUN + 1})",
            f"UPDATE ledger_entry SET leaf_hash = zeroblob(32) WHERE seq = {2 * RUN + 7}",
            f"UPDATE ledger_entry SET recorded_at = '2022-01-01T00:00:00.000000Z' WHERE seq = {2 * RUN}",
            "PRAGMA foreign_keys = OFF",
            f"DELETE FROM ledger_entry WHERE seq IN (500, {2 * RUN - 1})",
            "DELETE FROM disclosure WHERE seq = 40",
            "UPDATE checkpoint SET created_at = 'once' WHERE size > 500 AND size < 1800",
            "UPDATE tile SET data = zeroblob(8192) WHERE n = 6",
            "UPDATE document SET media_type = 'image/png'",
        ):
            database.execute(change)
        database.commit()
    with open_home(home, {}) as found:
        yield found


def _check(handle: HomeHandle, processes: int) -> CheckReport:
    return check_ledger(handle.engine, handle.documents, handle.verifiers(), processes=processes)


def test_the_faults_are_there_and_no_key_that_an_altered_row_hides_makes_others_look_false(handle: HomeHandle) -> None:
    report = _check(handle, 1)
    named = {(fault.seq, fault.kind) for fault in report.faults if fault.kind not in ("tile", "trigger")}
    assert {(0, "leaf"), (77, "leaf"), (500, "missing"), (40, "disclosures"), (LETTER, "index")} <= named
    assert {(RUN - 1, "leaf"), (RUN, "leaf"), (2 * RUN - 1, "missing"), (2 * RUN, "leaf")} <= named
    assert not any(kind == "signature" for _, kind in named)
    assert report.counts["entries"] == SIZE - 2


@pytest.mark.parametrize("processes", [2, pytest.param(4, marks=pytest.mark.full)])
def test_several_processes_report_what_one_does_in_the_same_order(handle: HomeHandle, processes: int) -> None:
    alone, together = _check(handle, 1), _check(handle, processes)
    assert together.faults == alone.faults
    assert (together.counts, together.unread, together.remarks) == (alone.counts, alone.unread, alone.remarks)


def test_runs_cover_every_entry_once_and_none_lies_on_both_sides_of_the_checkpoint_given() -> None:
    for size in (0, 1, RUN, RUN + 1, 3 * RUN + 17):
        for since in (0, 1, 500, RUN, RUN + 1, size, size + 9):
            parts = list(stretches(size, since))
            assert [seq for part in parts for seq in range(part.start, part.stop)] == list(range(size))
            assert all(part.into == (part.start >= since) for part in parts)
            assert all(part.stop <= since or part.into for part in parts)


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[tuple[HomeHandle, bytes, Path]]:
    """A ledger, a checkpoint of it that somebody holds, and what came after."""
    home = new_home(tmp_path)
    with signing(home) as handle:
        record_holds(handle, 295, batch=100)
        held = handle.ledger.checkpoint_at()
        record_holds(handle, 40, batch=7)
        record_with_document(handle, b"a letter")
    with open_home(home, {}) as found:
        yield found, held, home / "evidence.db"


def _since(handle: HomeHandle, held: bytes) -> list[Fault]:
    report = check_ledger(handle.engine, handle.documents, handle.verifiers(), since=held)
    assert any("300 entries before the checkpoint given" in remark for remark in report.remarks)
    return [fault for fault in report.faults if fault.kind != "trigger"]


def _alter(database: Path, *changes: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for change in changes:
            connection.execute(change)
        connection.commit()


def test_from_a_checkpoint_on_only_what_is_new_is_looked_into(grown: tuple[HomeHandle, bytes, Path]) -> None:
    handle, held, database = grown
    assert _since(handle, held) == []
    report = check_ledger(handle.engine, handle.documents, handle.verifiers(), since=held)
    assert (report.counts["entries"], report.counts["signatures"]) == (341, 41)
    spoilt = "UPDATE statement SET payload = x'7b7d' WHERE seq = {}"
    _alter(database, spoilt.format(100))
    assert _since(handle, held) == []  # as the report says
    _alter(database, spoilt.format(320))
    assert {(fault.seq, fault.kind) for fault in _since(handle, held)} == {(320, "statement")}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        pytest.param(
            "UPDATE ledger_entry SET signatures = zeroblob(9) WHERE seq = 100", (100, "leaf"), id="an-old-leaf"
        ),
        pytest.param("DELETE FROM ledger_entry WHERE seq = 100", (100, "missing"), id="an-old-row-gone"),
        pytest.param("UPDATE tile SET data = zeroblob(8192)", (7, "tile"), id="an-old-tile"),
        pytest.param("UPDATE head SET root = zeroblob(32)", (None, "head"), id="the-head"),
    ],
)
def test_from_a_checkpoint_on_the_old_entries_must_still_have_its_root(
    grown: tuple[HomeHandle, bytes, Path], change: str, wanted: tuple[int | None, str]
) -> None:
    handle, held, database = grown
    _alter(database, "PRAGMA foreign_keys = OFF", change)
    assert wanted in {(fault.seq, fault.kind) for fault in _since(handle, held)}


def test_an_old_leaf_rewritten_with_its_hash_has_not_the_root_of_the_checkpoint_held(
    grown: tuple[HomeHandle, bytes, Path],
) -> None:
    from evidence.core.tree import leaf_hash

    handle, held, database = grown
    entry = handle.ledger.entry(100)
    leaf = entry.leaf_bytes.replace(b"2023", b"2022")
    moment = entry.recorded_at.replace("2023", "2022")
    _alter(
        database,
        f"UPDATE ledger_entry SET recorded_at = '{moment}', leaf_hash = x'{leaf_hash(leaf).hex()}' WHERE seq = 100",
    )
    assert {(0, "root"), (100, "tile")} <= {(fault.seq, fault.kind) for fault in _since(handle, held)}


def test_a_checkpoint_of_another_log_or_for_more_than_is_there_is_nothing_to_go_on_from(
    grown: tuple[HomeHandle, bytes, Path], tmp_path: Path
) -> None:
    handle, held, database = grown
    with pytest.raises(LedgerError, match="cannot be used"):
        _since(handle, held.replace(b"\n300\n", b"\n301\n"))
    whole = handle.ledger.checkpoint_at()
    _alter(
        database,
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM ledger_entry WHERE seq > 330",
        "DELETE FROM checkpoint WHERE size > 331",
    )
    report = check_ledger(handle.engine, handle.documents, handle.verifiers(), since=whole)
    assert any(fault.kind == "missing" and "341 entries" in fault.what for fault in report.faults)
