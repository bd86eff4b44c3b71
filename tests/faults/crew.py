"""Worker processes that record side by side, and what each has said it was told."""

import json
import os
import selectors
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, NoReturn

from evidence.errors import NotPublished, StoreError
from tests.faults.hitting import Outcome, Voice
from tests.faults.places import Place
from tests.homes import a_hold

Work = Callable[[Voice], None]
_ONCE = 1 << 16


@dataclass
class _Worker:
    pid: int
    pipe: int
    work: Work
    unread: bytes = b""


@dataclass
class Crew:
    """Running workers. `heard` has what the ledger told any of them, `said` every line as it came."""

    heard: Outcome = field(default_factory=Outcome)
    said: list[dict[str, Any]] = field(default_factory=list)
    times: int = 0
    _workers: dict[int, _Worker] = field(default_factory=dict)
    _pipes: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def start(self, work: Work) -> None:
        """Run `work` in a process of its own."""
        hear, mouth = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(hear)
            _run(work, Voice(-1, mouth))
        os.close(mouth)
        self._workers[hear] = _Worker(child, hear, work)
        self._pipes.register(hear, selectors.EVENT_READ)

    def __len__(self) -> int:
        return len(self._workers)

    def listen(self, times: int) -> None:
        """Until one of them has spoken that many times more, or none is left."""
        wanted = self.times + times
        while self.times < wanted and self._workers:
            for key, _ in self._pipes.select():
                self._read(self._workers[key.fd])

    def kill(self, chance: Random) -> Work:
        """Kill one of them, whatever it is doing; gives what it did."""
        worker = self._workers[chance.choice(sorted(self._workers))]
        os.kill(worker.pid, signal.SIGKILL)
        while worker.pipe in self._workers:
            self._read(worker)
        return worker.work

    def end(self) -> None:
        """Kill them all, and hear what they had said."""
        while self._workers:
            self.kill(Random(0))

    def _read(self, worker: _Worker) -> None:
        said = os.read(worker.pipe, _ONCE)
        if not said:
            self._pipes.unregister(worker.pipe)
            os.close(worker.pipe)
            del self._workers[worker.pipe]
            os.waitpid(worker.pid, 0)
            return
        *lines, worker.unread = (worker.unread + said).split(b"\n")
        for line in lines:
            told = json.loads(line)
            self.heard.hear(told)
            self.said.append(told)
            self.times += 1


def _run(work: Work, voice: Voice) -> NoReturn:
    try:
        work(voice)
    except BaseException as error:  # noqa: BLE001 -- told to the test, which fails
        voice.say("alien", error=f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)


def recording_for_ever(place: Place, seed: int, *, comes_back: bool = False) -> Work:
    """Record batches of many sizes until killed; opens the home anew after an error of the server if it `comes_back`.

    A new writer is what the ledger asks for then: one that has stopped records nothing more.
    """

    def work(voice: Voice) -> None:
        chance = Random(seed)
        while True:
            try:
                _record(place, voice, chance)
            except NotPublished:
                raise
            except StoreError:
                if not comes_back:
                    raise

    return work


def _record(place: Place, voice: Voice, chance: Random, count: int | None = None) -> None:
    """Batches of many sizes, `count` entries in all or without end."""
    with place.open() as handle:
        while count is None or count > 0:
            size = chance.choice((1, 1, 1, 2, 5, 17, 40))
            batch = [a_hold() for _ in range(size if count is None else min(size, count))]
            voice.acknowledge(batch, handle.signer().record([(statement, ()) for statement in batch]))
            count = None if count is None else count - len(batch)


def recording(place: Place, seed: int, count: int) -> Work:
    """Record `count` entries in batches of many sizes."""
    return lambda voice: _record(place, voice, Random(seed), count)
