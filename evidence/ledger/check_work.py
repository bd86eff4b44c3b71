"""Sharing a check among processes: the same work, in the same order, whoever does it.

A ledger is cut into runs of entries whose bounds do not depend on how many processes there are. Each process reads runs
over a connection of its own; what they find is taken up in the order of the runs (docs/decisions/0062). Processes are
started anew rather than forked: a fork would share database connections and locks with the one that it came from.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from evidence.core.bulk import many_rows
from evidence.errors import LedgerError
from evidence.ledger.check_chunk import Known, Run, RunReader
from evidence.ledger.check_documents import Slice, check_documents
from evidence.ledger.findings import CheckReport
from evidence.ledger.tiles import TILE_WIDTH
from evidence.store.engine import open_engine, reading

RUN: Final = 4 * TILE_WIDTH
_WORTH_SHARING: Final = 20_000
"""Entries from which on more than one process is worth its start."""
_AHEAD: Final = 3  # runs under way or waiting to be taken up, for each process


class Stretch(NamedTuple):
    """Entries from `start` up to, not including, `stop`; of those that are not looked `into`, only the leaves count."""

    start: int
    stop: int
    into: bool


def stretches(size: int, since: int) -> Iterator[Stretch]:
    """A ledger of `size` entries in runs, those before `since` apart."""
    at = 0
    while at < size:
        stop = min(at - at % RUN + RUN, size, *([since] if at < since else []))
        yield Stretch(at, stop, at >= since)
        at = stop


class Work(Protocol):
    """Does parts of a check, and gives what they find in the order of the parts."""

    def runs(self, parts: Iterable[Stretch]) -> Iterator[tuple[Stretch, Run]]: ...

    def documents(self, since: int, parts: Iterable[Slice]) -> Iterator[tuple[Slice, CheckReport]]: ...


class Alone:
    """One process: the one that reports."""

    def __init__(self, connection: Connection, known: Known) -> None:
        self._connection, self._known = connection, known
        self._reader = RunReader(connection, known)

    def run(self, part: Stretch) -> Run:
        return (self._reader.check if part.into else self._reader.hashes)(part.start, part.stop)

    def slice(self, since: int, part: Slice) -> CheckReport:
        return check_documents(self._connection, self._known, since, part)

    def runs(self, parts: Iterable[Stretch]) -> Iterator[tuple[Stretch, Run]]:
        for part in parts:
            with many_rows():
                run = self.run(part)
            yield part, run

    def documents(self, since: int, parts: Iterable[Slice]) -> Iterator[tuple[Slice, CheckReport]]:
        return ((part, self.slice(since, part)) for part in parts)


class Shared:
    """Several processes, each with a connection of its own."""

    def __init__(self, pool: ProcessPoolExecutor, processes: int) -> None:
        self._pool, self._ahead = pool, processes * _AHEAD

    def runs(self, parts: Iterable[Stretch]) -> Iterator[tuple[Stretch, Run]]:
        return self._in_order(parts, lambda part: self._pool.submit(_run, part))

    def documents(self, since: int, parts: Iterable[Slice]) -> Iterator[tuple[Slice, CheckReport]]:
        return self._in_order(parts, lambda part: self._pool.submit(_slice, since, part))

    def _in_order(self, parts: Iterable[Any], submit: Callable[[Any], "Future[Any]"]) -> Iterator[tuple[Any, Any]]:
        waiting: deque[tuple[Any, Future[Any]]] = deque()
        try:
            for part in parts:
                waiting.append((part, submit(part)))
                if len(waiting) >= self._ahead:
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
def workers(engine: Engine, connection: Connection, known: Known, size: int, processes: int | None) -> Iterator[Work]:
    """Who does the work: as many processes as there are processors for a long ledger, if nobody says otherwise."""
    wanted = processes if processes is not None else (_processors() if size >= _WORTH_SHARING else 1)
    if wanted <= 1:
        yield Alone(connection, known)
        return
    started = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(wanted, started, initializer=_begin, initargs=(engine.url, known)) as pool:
        try:
            yield Shared(pool, wanted)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _processors() -> int:
    return len(os.sched_getaffinity(0))


class _Process:
    """What a process of the pool works with, for as long as it lives."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.work: Alone | None = None


_HERE: Final = _Process()


def _begin(url: URL, known: Known) -> None:
    engine = open_engine(url.render_as_string(hide_password=False))
    connection = _HERE.open.enter_context(reading(engine))
    _HERE.open.enter_context(any_text(connection))
    _HERE.open.enter_context(many_rows())
    _HERE.work = Alone(connection, known)


def _run(part: Stretch) -> Run:
    assert _HERE.work is not None
    return _HERE.work.run(part)


def _slice(since: int, part: Slice) -> CheckReport:
    assert _HERE.work is not None
    return _HERE.work.slice(since, part)


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Read text that is no UTF-8 too, its odd bytes escaped: SQLite keeps what an altered column holds.

    The driver would give up over it, and with it the check.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    before, raw.text_factory = raw.text_factory, _text
    try:
        yield
    finally:
        raw.text_factory = before


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
