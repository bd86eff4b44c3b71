"""Several processes record at once and are killed one after the other: whatever was acknowledged is there, once.

On PostgreSQL two machines share the database and the anchor, and now and then it is a process of the server that is
killed, or all of it. Each kill comes after some acknowledgements and a random moment more, so that it hits whatever
the process happens to be doing: signing, committing, publishing, waiting for its turn, opening the home.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from evidence.register.rebuild import compare
from tests.faults.crew import Crew, recording_for_ever
from tests.faults.judging import assert_sound
from tests.faults.places import Made, Place, make
from tests.postgresql import Server, new_server

WORKERS, ROUNDS, KILLS = 4, 8, 25
SOME = 6  # of which on PostgreSQL the last is in the server


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("load") / "made")


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Made]]:
    with new_server(durable=True) as server:
        yield server, make(tmp_path_factory.mktemp("load-pg") / "made", server.address)


def _kill(crew: Crew, chance: Random) -> None:
    crew.start(crew.kill(chance))


def _kill_in_the_server(server: Server, chance: Random) -> None:
    """A process that serves a client, after which the server puts itself right; or all of it, which is started anew."""
    if chance.random() < 0.2:
        server.kill()
        server.start()
    else:
        server.kill_one()


def _killed_under_load(places: list[Place], seed: int, kills: int, server: Server | None = None) -> None:
    chance, crew, notes = Random(seed), Crew(), []
    workers = WORKERS if kills > SOME else 2
    for number in range(workers):
        crew.start(recording_for_ever(places[number % len(places)], number, comes_back=server is not None))
    for number in range(kills):
        crew.listen(chance.randrange(1, 8))
        time.sleep(chance.uniform(0, 0.02))
        if server is not None and number % 6 == 5:
            _kill_in_the_server(server, chance)
        else:
            _kill(crew, chance)
        notes += [note for place in places for note in place.notes()]
        assert (crew.heard.alien, len(crew)) == (None, workers)
    crew.end()
    assert len(crew.heard.acknowledged) >= kills
    for place in places:
        assert_sound(place, crew.heard, notes)
    with places[0].open() as handle:
        assert compare(handle.engine, handle.ledger, handle.documents, lambda _steps=1, total=None: None) == []


@pytest.mark.parametrize(
    ("seed", "kills"),
    [
        pytest.param(0, SOME, id="some"),
        *(pytest.param(seed, KILLS, id=f"{KILLS}-{seed}", marks=pytest.mark.full) for seed in range(1, ROUNDS + 1)),
    ],
)
def test_processes_killed_while_several_record_lose_nothing_and_fork_nothing(
    made: Made, seed: int, kills: int, tmp_path: Path
) -> None:
    with made.copy(tmp_path / "place") as place:
        _killed_under_load([place], seed, kills)


@pytest.mark.parametrize(
    ("seed", "kills"),
    [
        pytest.param(0, SOME, id="some"),
        *(pytest.param(seed, KILLS, id=f"{KILLS}-{seed}", marks=pytest.mark.full) for seed in range(1, ROUNDS + 1)),
    ],
)
def test_machines_and_servers_killed_while_several_record_lose_nothing_and_fork_nothing(
    durable: tuple[Server, Made], seed: int, kills: int, tmp_path: Path
) -> None:
    server, made = durable
    with made.copy(tmp_path / "place") as place:
        other = Place(tmp_path / "place" / "other", place.environ)
        shutil.copytree(place.home, other.home)
        _killed_under_load([place, other], seed, kills, server)
