"""One vehicle, from what the register holds to the recorded snapshot; its pages are in memory by then.

2,500 lines, and 10,000 with ``FULL=1``. The goal of half a second is for 10,000 lines, and a share of it for fewer.
Each round asks about export on another day, so that its snapshot is a new one.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.homes import Figure, apart, new_home, opened
from bench.vehicle import QUESTION, record_vehicle
from evidence.core.bulk import many_rows
from evidence.origin.determine import determine
from evidence.origin.gather import gather
from evidence.origin.law import law_in_use
from evidence.origin.question import Event
from evidence.origin.snapshot import determine_in, record_snapshot
from evidence.register.queries import Register
from evidence.store.engine import reading

LINES = 10_000 if os.environ.get("FULL") else 2_500
_GOAL_S, _GOAL_LINES, _ROUNDS = 0.5, 10_000, 3


class Steps(NamedTuple):
    """Seconds, and of the processor only, since what else runs on the machine would count in the others."""

    gathering: float
    working_out: float
    recording: float


def figures() -> Iterator[Figure]:
    goal = _GOAL_S * LINES / _GOAL_LINES
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder) / "home"
        environ = new_home(place)
        record_vehicle(place, environ, LINES)
        taken: Steps = apart(steps, place, environ)
    what = f"a vehicle of {LINES:,} lines, register to recorded snapshot"
    yield Figure(what, sum(taken), "what it may take", goal)
    for name, seconds in taken._asdict().items():
        yield Figure(f"{name.replace('_', ' ')} of that", seconds, "the whole", sum(taken))


def steps(place: Path, environ: dict[str, str]) -> Steps:
    """What each step takes, the median of some rounds after one that warms everything up."""
    rounds = []
    with opened(place, environ) as handle:
        law = law_in_use(handle)
        for number in range(_ROUNDS + 1):
            asked = QUESTION.model_copy(update={"event": Event.EXPORT, "on": date(2023, 7, 1) + timedelta(days=number)})
            began = time.process_time()
            with many_rows():
                with reading(handle.engine) as connection:
                    inputs = gather(Register(connection, handle.ledger.size()), asked)
                gathered = time.process_time()
                determine(inputs, law)
            worked_out = time.process_time()
            determined = determine_in(handle, asked, law, "bench")
            recording = time.process_time()
            recorded = record_snapshot(handle, determined, datetime.now(UTC))
            ended = time.process_time()
            assert recorded.anew, "the snapshot was on record already"
            rounds.append((gathered - began, worked_out - gathered, ended - recording))
    return Steps(*(median(each[step] for each in rounds[1:]) for step in range(3)))
