"""An append on PostgreSQL hit where it talks to the server: either end killed, the connection cut, the server killed.

The client is killed, or its connection fails, at each call of the kernel that has to do with the connection (strace).
Through a proxy the connection is cut at each request, and around the COMMIT at each moment from "not yet asked" to "all
answered"; at the same moments the server's process for this client, or the whole server, is killed instead. Only the
proxy makes the case certain that matters most: committed, and the client never told.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from evidence.core.statements.base import Statement
from tests.faults.hitting import Outcome, Point, failing_at, hit, killed_at, points, recording
from tests.faults.judging import assert_sound
from tests.faults.places import Made, Place, make
from tests.faults.proxy import COMMIT, Moment, Proxy, Trap
from tests.homes import a_hold
from tests.postgresql import Server, new_server

TALKING = {"sendto", "recvfrom", "sendmsg", "recvmsg", "poll", "ppoll", "select", "epoll_wait"}
FAILING = {"recvfrom", "recvmsg"}
"""Where a connection is found to be gone. After a failed send the client reads what the server may have said before it
went, so that one which fails with the server still there would have it wait for ever; the proxy makes real cuts.
"""
FEWEST_REQUESTS = 12  # of an append; rows that are sent together may come in more pieces or fewer


def _several(_: Place) -> Sequence[Sequence[Statement]]:
    return [[a_hold() for _ in range(3)], [a_hold()]]


JOB = recording(_several)


@dataclass
class Talk:
    """A server, a home on it, and the way to it through a proxy; `calls` are those of an append straight to it."""

    server: Server
    made: Made
    proxy: Proxy
    calls: list[Point]

    @contextmanager
    def copy(self, folder: Path) -> Iterator[tuple[Place, Place]]:
        """A copy of the home, as it is opened straight, and as it is opened through the proxy."""
        with self.made.copy(folder) as place:
            address = place.environ["EVIDENCE_DATABASE"].replace(f":{self.server.port}/", f":{self.proxy.port}/")
            yield place, replace(place, environ={**place.environ, "EVIDENCE_DATABASE": address})

    def struck(self, options: Sequence[str], folder: Path) -> Outcome:
        """The client hit by strace, and what is left held against what it said."""
        with self.copy(folder) as (place, _):
            notes = place.notes()
            outcome = hit(place, JOB, options)
            assert_sound(place, outcome, notes)
        return outcome

    def trapped(self, trap: Trap, ending: str, folder: Path) -> Outcome:
        """The talk ended so at a moment of a request, and what is left held against what the client said."""
        with self.copy(folder) as (place, through):
            notes = place.notes()
            act = self._act(ending, place.environ["EVIDENCE_DATABASE"].rpartition("/")[2])
            untold = trap.moment in (Moment.ASKED, Moment.HALF_ANSWERED)  # the answer that is held does not get through
            self.proxy.arm(None)
            armed = replace(trap, act=act, cut=ending == "cut" or untold)
            outcome = hit(through, JOB, meanwhile=lambda: self.proxy.arm(armed))
            self.proxy.rest()
            if ending in ("server killed", "postmaster killed"):
                self.server.start()
            assert_sound(place, outcome, notes)
            outcome.hit = self.proxy.sprung
        return outcome

    def _act(self, ending: str, database: str) -> Callable[[], None]:
        def terminate() -> None:
            query = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = %s"
            with psycopg.connect(f"{self.server.address}/postgres", autocommit=True) as connection:
                assert connection.execute(query, (database,)).fetchall() == [(True,)]

        return {
            "cut": lambda: None,
            "backend terminated": terminate,
            "backend killed": lambda: self.server.kill_one(database),
            "server killed": self.server.kill,
            "postmaster killed": lambda: self.server.kill(all_of_it=False),
        }[ending]


@contextmanager
def _talk(folder: Path, *, durable: bool) -> Iterator[Talk]:
    with new_server(durable=durable) as server:
        made, proxy = make(folder / "made", server.address), Proxy(server.port)
        try:
            talk = Talk(server, made, proxy, [])
            with talk.copy(folder / "counted") as (place, _):
                talk.calls = points(place, JOB)
            yield talk
        finally:
            proxy.close()


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with _talk(tmp_path_factory.mktemp("talk"), durable=False) as made:
        yield made


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Its server syncs what it commits, since it is killed."""
    with _talk(tmp_path_factory.mktemp("durable"), durable=True) as made:
        yield made


def _strike(talk: Talk, chosen: Sequence[tuple[Point, str]], folder: Path) -> None:
    missed = []
    for number, (point, error) in enumerate(chosen):
        how = failing_at(point, error) if error else killed_at(point)
        try:
            outcome = talk.struck(how, folder / str(number))
        except Exception as wrong:
            wrong.add_note(f"{error or 'killed'} at {point}")
            raise
        if not outcome.hit:
            missed.append(point)
    assert len(missed) <= len(chosen) // 4, missed  # rows that are sent together may come in more pieces or fewer


def _spring(talk: Talk, trap: Trap, ending: str, folder: Path) -> bool:
    """End a talk so, and hold what is left against what was said; whether there was such a request."""
    try:
        outcome = talk.trapped(trap, ending, folder)
    except Exception as wrong:
        wrong.add_note(f"{ending} at {trap.moment} {trap.number}")
        raise
    if trap.text == COMMIT and ending != "postmaster killed":  # what is beneath a postmaster outlives it for a moment
        assert bool(outcome.acknowledged) is (trap.moment is Moment.ANSWERED)
    return outcome.hit


def _calls(talk: Talk) -> list[tuple[Point, str]]:
    killed = [(point, "") for point in talk.calls if point.call in TALKING]
    failing = [point for point in talk.calls if point.call in FAILING]
    return killed + [(point, error) for point in failing for error in ("ECONNRESET", "ETIMEDOUT")]


def test_a_client_hit_at_some_calls_of_its_connection_loses_nothing_and_goes_on(talk: Talk, tmp_path: Path) -> None:
    assert len(_calls(talk)) >= 60
    _strike(talk, random.Random(1).sample(_calls(talk), 10), tmp_path)


@pytest.mark.parametrize("moment", list(Moment))
def test_a_connection_cut_around_the_commit_loses_nothing_and_forks_nothing(
    talk: Talk, moment: Moment, tmp_path: Path
) -> None:
    assert _spring(talk, Trap(moment, text=COMMIT), "cut", tmp_path / "place")


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.ASKED])
@pytest.mark.parametrize("ending", ["backend terminated", "backend killed"])
def test_a_server_process_that_ends_around_the_commit_loses_nothing_and_forks_nothing(
    talk: Talk, ending: str, moment: Moment, tmp_path: Path
) -> None:
    assert _spring(talk, Trap(moment, text=COMMIT), ending, tmp_path / "place")


def test_a_server_killed_when_it_has_committed_and_not_said_so_loses_nothing_and_forks_nothing(
    durable: Talk, tmp_path: Path
) -> None:
    assert _spring(durable, Trap(Moment.ASKED, text=COMMIT), "server killed", tmp_path / "place")


@pytest.mark.full
@pytest.mark.parametrize("share", range(4))
def test_a_client_hit_at_every_call_of_its_connection_loses_nothing_and_goes_on(
    talk: Talk, share: int, tmp_path: Path
) -> None:
    _strike(talk, _calls(talk)[share::4], tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("ending", ["cut", "backend terminated", "backend killed"])
def test_a_talk_ended_at_every_request_loses_nothing_and_forks_nothing(
    talk: Talk, ending: str, moment: Moment, tmp_path: Path
) -> None:
    number = 1
    while _spring(talk, Trap(moment, number), ending, tmp_path / str(number)):
        number += 1
    assert number > FEWEST_REQUESTS


@pytest.mark.full
@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("ending", ["backend killed", "server killed", "postmaster killed"])
def test_a_server_killed_around_the_commit_loses_nothing_and_forks_nothing(
    durable: Talk, ending: str, moment: Moment, tmp_path: Path
) -> None:
    assert _spring(durable, Trap(moment, text=COMMIT), ending, tmp_path / "commit")
    for number in range(1, FEWEST_REQUESTS, 4):
        assert _spring(durable, Trap(moment, number), ending, tmp_path / str(number))
