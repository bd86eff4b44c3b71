"""An append on SQLite hit at each call of the kernel: killed there, an input/output error, a full disk.

Of a received document into a home just opened; of several entries, which makes SQLite bring its log into the database,
in a home whose last writer was killed; and of several with the opening of such a home, which puts right what the kill
has left. The calls of each are counted by a run that nothing happens to; each is then hit in a copy of its own. Where a
call has failed the process goes on and tries once more, since a failed write must not make it sign for what is not
there.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.core.statements.base import Statement
from evidence.store.documents import Stored
from tests.faults import hitting
from tests.faults.hitting import LISTEN, SPEAK, Job, Outcome, Point, recording
from tests.faults.judging import assert_sound
from tests.faults.places import LOG_PAGES, Made, Place, make, with_its_writer_killed
from tests.homes import a_hold, a_receipt

LETTER = b"A letter. SPECIMEN\n" * 40
FAILING = {
    *("openat", "open", "read", "pread64", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fallocate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"),
    *("close", "flock", "fcntl", "lseek", "stat", "fstat", "lstat", "newfstatat", "statx", "fchmod", "access"),
}
"""Calls that go to a file. The others have to do with memory, time or chance, and do not fail so."""
WRITING = {"write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat2", "link"}
"""Calls that make what is acknowledged durable."""
FAULTS = {
    "letter": ("SIGKILL", "EIO", "ENOSPC", "EIO for good", "ENOSPC for good"),
    "several": ("SIGKILL", "EIO", "ENOSPC"),
    "opening": ("SIGKILL", "EIO"),
}
SHARES = 6


def _a_letter_comes(_: Place) -> Sequence[Sequence[Statement]]:
    stored = Stored(hashlib.sha256(LETTER).hexdigest(), len(LETTER))
    return [[a_receipt(stored)], [a_receipt(stored)]]


def _several_at_once(_: Place) -> Sequence[Sequence[Statement]]:
    return [[a_hold() for _ in range(4)], [a_hold()]]


@dataclass(frozen=True)
class Append:
    """An append that is hit, the home before it, and its calls; `strict` where all its writing is for the append."""

    made: Made
    job: Job
    calls: list[Point]
    strict: bool

    def points(self, fault: str) -> list[Point]:
        """The calls at which this fault can be."""
        if fault == "SIGKILL":
            return [point for point in self.calls if point.call != LISTEN]
        waits = {"fcntl"} if fault.endswith("for good") else set()  # SQLite takes it for a lock, and waits 30 s
        return [point for point in self.calls if point.call in FAILING - waits]

    def hit(self, fault: str, point: Point, folder: Path) -> Outcome:
        """Hit a copy of the home there, and hold what is left against what was said."""
        with self.made.copy(folder) as place:
            notes = place.notes()
            how = hitting.killed_at(point) if fault == "SIGKILL" else hitting.failing_at(
                point, fault.partition(" ")[0], for_good=fault.endswith("for good")
            )  # fmt: skip
            outcome = hitting.hit(place, self.job, how)
            assert_sound(place, outcome, notes)
            if self._must_not_fail(point) and outcome.hit and outcome.where != str(place.home):
                assert 0 in outcome.refused or outcome.status < 0, outcome.where
        return outcome

    def _must_not_fail(self, point: Point) -> bool:
        """Whether an append must not be acknowledged where this call fails.

        Not so of what SQLite does of its own accord after the commit: it copies the log into the database, and tries
        again later. It also ignores a failed sync of the home's folder, which was synced when the home was opened.
        """
        said = next(at for at, call in enumerate(self.calls) if call.call == SPEAK)
        return self.strict and point.call in WRITING and self.calls.index(point) < said


@pytest.fixture(scope="module")
def appends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Append]:
    folder = tmp_path_factory.mktemp("syscalls")
    fresh = make(folder / "fresh")
    left = with_its_writer_killed(fresh, folder / "left")
    full = with_its_writer_killed(fresh, folder / "full", LOG_PAGES)
    found = {}
    for name, made, job in (
        ("letter", fresh, recording(_a_letter_comes, LETTER)),
        ("several", full, recording(_several_at_once)),
        ("opening", left, recording(_several_at_once, opening=True)),
    ):
        with made.copy(folder / "rehearsed") as place:
            hitting.rehearse(place, job)
        with made.copy(folder / "counted") as place:
            found[name] = Append(made, job, hitting.points(place, job), strict=made is fresh)
    return found


def _hit_each(append: Append, chosen: Sequence[tuple[str, Point]], folder: Path) -> None:
    missed = []
    for place, (fault, point) in enumerate(chosen):
        try:
            outcome = append.hit(fault, point, folder / str(place))
        except Exception as error:
            error.add_note(f"{fault} at {point}")
            raise
        if not outcome.hit:
            missed.append(point)
    assert len(missed) <= len(chosen) // 10, missed  # a run may have a call fewer than the one that was counted


@pytest.mark.parametrize("name", FAULTS)
def test_an_append_hit_at_some_calls_of_the_kernel_loses_nothing_and_goes_on(
    appends: dict[str, Append], name: str, tmp_path: Path
) -> None:
    append, chance = appends[name], random.Random(name)
    chosen = [(fault, point) for fault in FAULTS[name] for point in chance.sample(append.points(fault), 5)]
    chosen += [("SIGKILL", append.points("SIGKILL")[-1])]
    _hit_each(append, chosen, tmp_path)


def test_there_are_enough_calls_of_every_sort_to_hit(appends: dict[str, Append]) -> None:
    counts = [len(append.points(fault)) for name, append in appends.items() for fault in FAULTS[name]]
    calls = {point.call for append in appends.values() for point in append.calls}
    assert {"openat", "write", "pwrite64", "fsync", "fdatasync", "link", "mkdir", "flock", SPEAK} <= calls
    assert calls & {"rename", "renameat2"}
    assert sum(counts) >= 500


@pytest.mark.full
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name, faults in FAULTS.items() for fault in faults])
def test_an_append_hit_at_every_call_of_the_kernel_loses_nothing_and_goes_on(
    appends: dict[str, Append], name: str, fault: str, share: int, tmp_path: Path
) -> None:
    append = appends[name]
    _hit_each(append, [(fault, point) for point in append.points(fault)[share::SHARES]], tmp_path)
