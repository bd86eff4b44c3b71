"""Killed at any moment, the ledger checks clean, nothing acknowledged is lost, and the command can be run again."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from evidence.ledger import heads
from evidence.ledger.check import check_ledger
from evidence.ledger.found import HomeHandle, found, open_home
from evidence.store import documents
from tests.homes import COMPANY, FIRST_ENTRIES, START, new_home, record_holds, record_with_document, signing


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _in_a_child(
    work: Callable[[int], None], kill_after_s: float | None = None, kill_after_acks: int = 0
) -> tuple[int, bytes]:
    """Run `work` in a fork, perhaps killing it so long after so many bytes of acknowledgement.

    Gives the signal that ended it and what it acknowledged.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            work(writer)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        acknowledged = pipe.read(kill_after_acks)
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            os.kill(child, signal.SIGKILL)
        acknowledged += pipe.read()
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, acknowledged


def _sound(home: Path) -> int:
    """The size, after making sure that the ledger checks clean and takes another entry."""
    with signing(home) as handle:
        held = [(home / "checkpoint").read_bytes()]
        report = check_ledger(handle.engine, handle.documents, handle.verifiers(), held=held)
        assert report.faults == []
        size = handle.ledger.size()
        record_with_document(handle, os.urandom(16))
        assert handle.ledger.size() == size + 1
    return size


def _record_for_ever(home: Path) -> Callable[[int], None]:
    def work(pipe: int) -> None:
        with signing(home) as handle:
            while True:
                record_with_document(handle, os.urandom(300))
                record_holds(handle, 5, batch=5)
                os.write(pipe, b"." * 6)

    return work


_MORE = [pytest.param(seed, marks=pytest.mark.full) for seed in range(1, 8)]  # with the first: 200 times


@pytest.mark.parametrize("seed", [0, *_MORE])
def test_a_process_killed_while_recording_leaves_a_sound_ledger_with_all_it_acknowledged(
    tmp_path: Path, seed: int
) -> None:
    home, chance = new_home(tmp_path), random.Random(seed)
    expected, acknowledged = FIRST_ENTRIES, 0
    for _ in range(25):
        ended_by, acks = _in_a_child(
            _record_for_ever(home), kill_after_s=chance.uniform(0, 0.05), kill_after_acks=chance.choice((0, 1, 7))
        )
        assert ended_by == signal.SIGKILL
        size = _sound(home)
        assert size >= expected + len(acks)
        expected, acknowledged = size + 1, acknowledged + len(acks)
    assert acknowledged > 0


def _kill_at_statement(handle: HomeHandle, number: int) -> None:
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            _die()

    event.listen(handle.engine, "after_cursor_execute", count)


def _record_once(home: Path, arm: Callable[[HomeHandle], None]) -> Callable[[int], None]:
    def work(pipe: int) -> None:
        with signing(home) as handle:
            arm(handle)
            record_with_document(handle, os.urandom(300))
            os.write(pipe, b".")

    return work


def test_a_process_killed_after_each_single_statement_of_a_batch_leaves_a_sound_ledger(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    expected, number, ended_by, acks = FIRST_ENTRIES, 0, int(signal.SIGKILL), b""
    while ended_by == signal.SIGKILL:
        number += 1
        ended_by, acks = _in_a_child(_record_once(home, lambda handle, n=number: _kill_at_statement(handle, n)))  # type: ignore[misc]
        size = _sound(home)
        assert size == expected + len(acks)  # nothing but what was committed, and then acknowledged
        expected = size + 1
    assert (number > 10, acks) == (True, b".")  # the last one ran to its end


def test_founding_that_is_killed_leaves_no_home_or_a_whole_one_and_can_be_run_again(tmp_path: Path) -> None:
    home, chance = tmp_path / "home", random.Random(7)

    def make(_: int = 0) -> None:
        found(
            home,
            organisation=COMPANY,
            person="Records desk (role)",
            passphrase=b"a passphrase",
            now=START,
            random=os.urandom,
            demo=True,
        )

    for _ in range(3):
        _in_a_child(make, kill_after_s=chance.uniform(0.2, 0.9))
        if home.exists():
            break
    else:
        make()
    assert _sound(home) == FIRST_ENTRIES


def test_a_process_killed_between_commit_and_publication_has_recorded_and_the_next_one_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = new_home(tmp_path)

    def arm(_: HomeHandle) -> None:
        monkeypatch.setattr(heads, "replace", _die)

    ended_by, acks = _in_a_child(_record_once(home, arm))
    assert (ended_by, acks) == (signal.SIGKILL, b"")
    with open_home(home, {}) as handle:
        assert handle.ledger.size() == FIRST_ENTRIES + 1
        assert (home / "checkpoint").read_bytes() == handle.ledger.checkpoint_at(FIRST_ENTRIES)
    assert _sound(home) == FIRST_ENTRIES + 1


def test_a_process_killed_before_a_document_has_its_name_leaves_bytes_that_nothing_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = new_home(tmp_path)

    def arm(_: HomeHandle) -> None:
        monkeypatch.setattr(documents, "sync_folder", _die)

    ended_by, _ = _in_a_child(_record_once(home, arm))
    assert ended_by == signal.SIGKILL
    assert _sound(home) == FIRST_ENTRIES
