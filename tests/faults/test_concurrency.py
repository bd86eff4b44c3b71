"""Eight processes record at once: no gap, nothing twice, every acknowledgement true, and all come to their end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.register.rebuild import compare
from tests.faults.crew import Crew, recording
from tests.faults.judging import assert_sound
from tests.faults.places import Made, make
from tests.homes import FIRST_ENTRIES
from tests.postgresql import new_server

PROCESSES = 8


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp(request.param) / "made"
    if request.param == "sqlite":
        yield make(folder)
        return
    with new_server() as server:
        yield make(folder, server.address)


@pytest.mark.parametrize("entries", [400, pytest.param(10_000, marks=pytest.mark.full)])
def test_eight_processes_record_without_a_gap_a_double_or_a_lost_acknowledgement(
    made: Made, entries: int, tmp_path: Path
) -> None:
    with made.copy(tmp_path / "place") as place:
        crew = Crew()
        for number in range(PROCESSES):
            crew.start(recording(place, number, entries // PROCESSES))
        crew.listen(entries)  # more than there are batches, so until all have ended
        assert (crew.heard.alien, len(crew)) == (None, 0)
        seqs = sorted(seq for seq, _ in crew.heard.acknowledged.values())
        assert seqs == list(range(FIRST_ENTRIES, FIRST_ENTRIES + entries))
        size = assert_sound(place, crew.heard)
        assert size == FIRST_ENTRIES + entries
        with place.open() as handle:
            assert compare(handle.engine, handle.ledger, handle.documents, lambda _steps=1, total=None: None) == []
