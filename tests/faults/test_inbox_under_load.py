"""Several processes leave documents in the inbox while others take them in, and both sorts are killed all the time.

What a receipt was given for is on record in the end, once; so is what was left by somebody who died before he had his
receipt, if it is there at all.
"""

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from evidence.core.statements.own import DocumentReceived
from evidence.intake.queue import Queue
from evidence.ledger.inbox import Arrival, Inbox, Item, State, Told
from tests.faults.crew import Crew, Work
from tests.faults.hitting import Voice
from tests.faults.judging import assert_sound
from tests.faults.places import Made, Place, make
from tests.homes import START
from tests.postgresql import new_server

LEAVING, TAKING = 2, 2
MOST_WAITING = 12


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp(request.param) / "made"
    if request.param == "sqlite":
        yield make(folder)
        return
    with new_server() as server:
        yield make(folder, server.address)


def _leaving(place: Place) -> Work:
    """Leave letters, each another, and say the receipt of each; no more than the takers can keep up with."""

    def work(voice: Voice) -> None:
        inbox = Inbox(place.home)
        while True:
            content = b"A letter. SPECIMEN " + os.urandom(8).hex().encode()
            item = inbox.submit(content, Arrival("letter.txt", "mail", Told("document")), START, os.urandom)
            voice.say("left", receipt=item.id, sha256=hashlib.sha256(content).hexdigest())
            while len(inbox.items(State.WAITING)) > MOST_WAITING:
                time.sleep(0.01)

    return work


def _taking(place: Place) -> Work:
    """Take what waits, and say where it came to stand."""

    def work(voice: Voice) -> None:
        def settled(item: Item) -> None:
            voice.say("taken", receipt=item.id, state=item.state.value, seq=item.seq)

        inbox = Inbox(place.home)
        with place.open() as handle:
            while True:
                Queue(handle, inbox).take(settled)
                time.sleep(0.002)

    return work


def _assert_each_once(place: Place, crew: Crew) -> None:
    left = {told["receipt"]: told["sha256"] for told in crew.said if told["is"] == "left"}
    taken = {told["receipt"]: told for told in crew.said if told["is"] == "taken"}
    inbox = Inbox(place.home)
    with place.open() as handle:
        Queue(handle, inbox).take()  # what the last ones to be killed have left
        items = {item.id: item for item in inbox.items()}
        assert {item.state for item in items.values()} == {State.RECORDED}
        assert {name: items[name].sha256 for name in left} == left
        received: Counter[str] = Counter()
        for entry in handle.ledger.entries(kind=DocumentReceived.kind):
            assert isinstance(entry.statement, DocumentReceived)
            received[entry.statement.document] += entry.statement.channel == "mail"
        assert +received == Counter(item.sha256 for item in items.values())
        for name, told in taken.items():
            assert told["state"] == State.RECORDED.value
            assert told["seq"] in handle.ledger.entries_naming(items[name].sha256)
        assert [item for item in items.values() if not handle.documents.verify(item.sha256)] == []
    inbox.sweep(START.replace(year=9999))
    inbox.close()
    assert [path for path in (place.home / "inbox").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("seed", "kills"),
    [
        pytest.param(0, 10, id="some"),
        *(pytest.param(n, 50, id=f"50-{n}", marks=pytest.mark.full) for n in (1, 2, 3, 4)),
    ],
)
def test_what_is_left_in_the_inbox_is_recorded_once_whoever_is_killed(
    made: Made, seed: int, kills: int, tmp_path: Path
) -> None:
    with made.copy(tmp_path / "place") as place:
        Inbox(place.home).close()
        chance, crew = Random(seed), Crew()
        for work in [_leaving(place)] * LEAVING + [_taking(place)] * TAKING:
            crew.start(work)
        for _ in range(kills):
            crew.listen(chance.randrange(1, 6))
            time.sleep(chance.uniform(0, 0.02))
            crew.start(crew.kill(chance))
            assert (crew.heard.alien, len(crew)) == (None, LEAVING + TAKING)
        while not {"left", "taken"} <= {told["is"] for told in crew.said}:
            crew.listen(1)
        crew.end()
        _assert_each_once(place, crew)
        assert_sound(place, crew.heard)
