"""What several benchmarks need: a home, files of a size, and how long locks were held and how much memory was taken.

Each measured import runs in a process of its own, so that its memory is its own and no other figure warms it up.
"""

import csv
import multiprocessing
import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import evidence.ledger.writer
import evidence.register.staging
from evidence.intake.drafts import Reception
from evidence.intake.run import import_paths
from evidence.ledger.found import HomeHandle, found, open_home
from evidence.register.project import Projector
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore

MIB = 1 << 20


class Figure(NamedTuple):
    """One figure: an amount, and the yardstick that it is held against; in seconds, or in what `unit` says."""

    what: str
    amount: float
    yardstick: str
    measure: float
    unit: str = "s"


def new_home(place: Path, environ: dict[str, str] | None = None) -> dict[str, str]:
    """Make a home, in the database that `environ` names; gives the environment that opens it."""
    found(
        place,
        organisation=Organisation(code="SPEC", legal_name="Benchmark (specimen)", country="US"),
        person="Benchmark",
        passphrase=b"benchmark",
        now=datetime.now(UTC),
        random=os.urandom,
        environ=environ,
        projector=Projector(DocumentStore(place / "documents")),
    )
    passphrase = place / "keys" / "bench-passphrase"
    passphrase.write_bytes(b"benchmark\n")
    passphrase.chmod(0o600)
    return {"EVIDENCE_PASSPHRASE_FILE": str(passphrase), **(environ or {})}


def opened(place: Path, environ: dict[str, str]) -> HomeHandle:
    return open_home(place, environ, sign=True, projector=Projector(DocumentStore(place / "documents")))


@dataclass(slots=True)
class Held:
    """How long each lock was held, seconds."""

    turns: list[float] = field(default_factory=list)
    """The writer's turn."""
    writes: list[float] = field(default_factory=list)
    """Write transactions of the database, the append's and those of staging."""


@contextmanager
def locks_timed() -> Iterator[Held]:
    """Time every lock that an import takes."""
    held = Held()

    def timed(original: Callable[..., Any], into: list[float]) -> Callable[..., Any]:
        @contextmanager
        def wrapped(*arguments: Any, **named: Any) -> Iterator[Any]:
            began = time.perf_counter()
            inside = original(*arguments, **named)
            value = inside.__enter__()
            began = time.perf_counter()
            try:
                yield value
            finally:
                inside.__exit__(None, None, None)
                into.append(time.perf_counter() - began)

        return wrapped

    places = (
        (evidence.ledger.writer, "writing_turn", held.turns),
        (evidence.ledger.writer, "writing", held.writes),
        (evidence.register.staging, "writing", held.writes),
    )
    kept = [(module, name, getattr(module, name)) for module, name, _ in places]
    try:
        for module, name, into in places:
            setattr(module, name, timed(getattr(module, name), into))
        yield held
    finally:
        for module, name, original in kept:
            setattr(module, name, original)


class Taken(NamedTuple):
    """What one import took."""

    seconds: float
    turn: float
    """The longest time that the writer's lock was held."""
    write: float
    """The longest write transaction."""
    peak: float
    """The most memory the process ever had, MiB."""
    parser_peak: float
    """The same of the parser's own process."""


def take_in(place: Path, environ: dict[str, str], paths: list[Path]) -> Taken:
    """Import files into a home, in this process."""
    with opened(place, environ) as handle:
        now = datetime.now(UTC)
        reception = Reception("Benchmark", now.date(), now, os.urandom)
        with locks_timed() as held:
            began = time.perf_counter()
            done = import_paths(handle, paths, reception)
            seconds = time.perf_counter() - began
        assert done.plan.clean, done.plan.faults[:3]
        assert done.recorded, "nothing was recorded"
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Taken(seconds, max(held.turns), max(held.writes), peaks[0], peaks[1])


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function, run in a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def write_csv(path: Path, header: list[str], rows: Iterator[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


BILL = [
    "owner", "parent", "parent_revision", "plant", "effective_from", "effective_to", "child", "child_revision",
    "quantity", "unit", "make_or_buy", "made_at", "standard_value", "currency",
]  # fmt: skip


def bill_lines(count: int) -> Iterator[list[str]]:
    """Bills of twenty lines each, five levels deep: one child in four is made, the others are bought."""
    numbers = random.Random(20)
    bills = count // 20
    for line in range(count):
        bill = line // 20
        made = line % 4 == 0 and bill % 5 < 4 and bill + 1 < bills
        child = f"ASM-{bill + 1:06}" if made else f"PRT-{numbers.randrange(count):07}"
        quantity = str(numbers.randrange(1, 40)) if line % 3 else f"{numbers.randrange(1, 4000) / 1000:.3f}"
        value = "" if made else f"{numbers.randrange(1, 1_000_000) / 100:.2f}"
        yield [
            "SPEC", f"ASM-{bill:06}", "A", "MX-1", "2023-01-01", "" if line % 5 else "2024-12-31", child, "A",
            quantity, "PCE", "make" if made else "buy", "MX-1" if made else "", value, "" if made else "USD",
        ]  # fmt: skip


PRODUCTION = [
    "owner", "part", "revision", "plant", "unit_id", "quantity", "built_on", "market", "lots_consumed", "rework",
]  # fmt: skip


def production_lines(count: int) -> Iterator[list[str]]:
    """Vehicles as built, one a row."""
    numbers = random.Random(10)
    first = date(2023, 1, 2)
    for line in range(count):
        model = numbers.randrange(12)
        yield [
            "SPEC", f"EV-{model}", "A", "MX-SAL", f"3SPEC{model:02}E{line:09}", "1",
            (first + timedelta(days=line % 330)).isoformat(), ("US", "CA", "MX")[line % 3],
            f"LOT-{numbers.randrange(5000):05}", "",
        ]  # fmt: skip
