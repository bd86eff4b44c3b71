"""Sharing a check among processes: the same work, in the same order, whoever does it.

A ledger is cut into runs of entries whose bounds do not depend on how many processes there are. Each process reads runs
over a connection of its own; what they find is taken up in the order of the runs (docs/decisions/0062). Processes are
started anew rather than forked: a fork would share database connections and locks with the one that it came from.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from evidence.core.bulk import many_rows
from evidence.errors import LedgerError
from evidence.ledger.any_text import any_text
from evidence.ledger.check_chunk import Known, Run, RunReader, Stretch
from evidence.ledger.check_documents import Slice, check_documents
from evidence.ledger.findings import CheckReport
from evidence.ledger.tiles import TILE_WIDTH
from evidence.store.engine import open_engine, reading

RUN: Final = 4 * TILE_WIDTH
_WORTH_SHARING: Final = 20_000
"""Entries from which on more than one process is worth its start."""
_AHEAD: Final = 2  # parts handed out and not done, for each process beside this one
_MOST_WAITING: Final = 64  # parts done, or under way, that wait for an earlier one

_Part = TypeVar("_Part")
_Found = TypeVar("_Found")


def stretches(size: int, since: int) -> Iterator[Stretch]:
    """A ledger of `size` entries in runs, those before `since` apart."""
    at = 0
    while at < size:
        stop = min(at - at % RUN + RUN, size, *([since] if at < since else []))
        yield Stretch(at, stop, at >= since)
        at = stop


class Doer(Protocol):
    """Does one part of a check at a time."""

    def run(self, part: Stretch) -> Run: ...

    def slice(self, since: int, part: Slice) -> CheckReport: ...


class Place(Protocol):
    """Where the work is done: what a process of its own needs to open it again."""

    def opened(self) -> AbstractContextManager[Doer]: ...


class InDatabase:
    """Parts of a database, over one connection."""

    def __init__(self, connection: Connection, known: Known) -> None:
        self._connection, self._known = connection, known
        self._reader = RunReader(connection, known)

    def run(self, part: Stretch) -> Run:
        return (self._reader.check if part.into else self._reader.hashes)(part.start, part.stop)

    def slice(self, since: int, part: Slice) -> CheckReport:
        return check_documents(self._connection, self._known, since, part)


@dataclass(frozen=True)
class Database:
    """A database by its address, and what is known of the ledger in it."""

    url: URL
    known: Known

    @contextmanager
    def opened(self) -> Iterator[Doer]:
        engine = open_engine(self.url.render_as_string(hide_password=False))
        with reading(engine) as connection, any_text(connection):
            yield InDatabase(connection, self.known)


class Work(Protocol):
    """Has parts of a check done, and gives what is found in the order of the parts."""

    def runs(self, parts: Iterable[Stretch]) -> Iterator[tuple[Stretch, Run]]: ...

    def documents(self, since: int, parts: Iterable[Slice]) -> Iterator[tuple[Slice, CheckReport]]: ...


class Alone:
    """By the process that reports."""

    def __init__(self, doer: Doer) -> None:
        self._doer = doer

    def runs(self, parts: Iterable[Stretch]) -> Iterator[tuple[Stretch, Run]]:
        for part in parts:
            with many_rows():
                run = self._doer.run(part)
            yield part, run

    def documents(self, since: int, parts: Iterable[Slice]) -> Iterator[tuple[Slice, CheckReport]]:
        return ((part, self._doer.slice(since, part)) for part in parts)


class Shared:
    """By the process that reports and others beside it, each with the place open for itself."""

    def __init__(self, doer: Doer, pool: ProcessPoolExecutor, others: int) -> None:
        self._doer, self._pool, self._ahead = doer, pool, others * _AHEAD

    def runs(self, parts: Iterable[Stretch]) -> Iterator[tuple[Stretch, Run]]:
        return self._in_order(parts, lambda part: self._submit(_run, part), self._doer.run)

    def documents(self, since: int, parts: Iterable[Slice]) -> Iterator[tuple[Slice, CheckReport]]:
        return self._in_order(parts, lambda part: self._submit(_slice, since, part), partial(self._doer.slice, since))

    def _submit(self, work: Callable[..., _Found], *given: object) -> "Future[_Found]":
        """Hand out a part; a process that is started for it lets whoever presses Ctrl-C be answered by this one."""
        if threading.current_thread() is not threading.main_thread():
            return self._pool.submit(work, *given)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a new process is born with it
        try:
            return self._pool.submit(work, *given)
        finally:
            signal.signal(signal.SIGINT, before)

    def _in_order(
        self, parts: Iterable[_Part], submit: "Callable[[_Part], Future[_Found]]", here: Callable[[_Part], _Found]
    ) -> Iterator[tuple[_Part, _Found]]:
        """Hand out parts while the others have too little to do, and do one here when they have enough: then the time
        that they take to start is not lost.
        """
        waiting: deque[tuple[_Part, Future[_Found]]] = deque()
        try:
            for part in parts:
                if sum(not found.done() for _, found in waiting) < self._ahead:
                    waiting.append((part, submit(part)))
                else:
                    done: Future[_Found] = Future()
                    with many_rows():
                        done.set_result(here(part))
                    waiting.append((part, done))
                while waiting and (waiting[0][1].done() or len(waiting) > _MOST_WAITING):
                    first, found = waiting.popleft()
                    yield first, found.result()
            while waiting:
                first, found = waiting.popleft()
                yield first, found.result()
        except BrokenProcessPool as error:
            raise LedgerError(
                "A process of the check was ended from outside, perhaps for want of memory. Run the check again, "
                "with --processes 1 if it happens again."
            ) from error


@contextmanager
def workers(here: Doer, place: Place, size: int, processes: int | None) -> Iterator[Work]:
    """Who does the work: as many processes as there are processors for a long ledger, if nobody says otherwise.

    Args:
        here: does the work where it is not shared.
        place: what each process opens where it is.
        size: how many entries there are to go through.
        processes: how many are to do it.
    """
    wanted = processes if processes is not None else (_processors() if size >= _WORTH_SHARING else 1)
    if wanted <= 1:
        yield Alone(here)
        return
    started = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(wanted - 1, started, initializer=_begin, initargs=(place,)) as pool:
        try:
            yield Shared(here, pool, wanted - 1)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _processors() -> int:
    return len(os.sched_getaffinity(0))


class _Process:
    """What a process of the pool works with, for as long as it lives."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.doer: Doer | None = None


_HERE: Final = _Process()


def _begin(place: Place) -> None:
    _HERE.doer = _HERE.open.enter_context(place.opened())
    _HERE.open.enter_context(many_rows())


def _run(part: Stretch) -> Run:
    assert _HERE.doer is not None
    return _HERE.doer.run(part)


def _slice(since: int, part: Slice) -> CheckReport:
    assert _HERE.doer is not None
    return _HERE.doer.slice(since, part)
