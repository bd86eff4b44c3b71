"""The check of a ledger against the raw operations that bound it: a signature verified, a leaf hashed; and its memory.

The raw verification runs on one core over the statements' own signatures, since the same one again and again is quicker
than the processor ever is in earnest. The check runs on two processes, all of it counted, their start too. Rounds take
turns and medians are compared. With FULL=1 the ledger has a million entries, without it a hundred thousand.
"""

import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench.homes import MIB, Figure, new_home, opened
from evidence.core.identifiers import mint
from evidence.core.statements.own import Hold
from evidence.ledger.check import check_ledger
from evidence.ledger.found import HomeHandle, open_home

SIZE = 1_000_000 if os.environ.get("FULL") == "1" else 100_000
ROUNDS, SAMPLE, BATCH = 3, 10_000, 256
_REHASHED, _MOST_MIB = 150_000, 200


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder) / "home"
        environ = new_home(place)
        with opened(place, environ) as handle:
            while handle.ledger.size() < SIZE:
                handle.signer().record([(_statement(), ()) for _ in range(BATCH)])
        with open_home(place, {}) as handle:
            yield from _of(handle)
        for processes in (1, 2):
            command = [sys.executable, "-m", "bench.bench_check", str(place), str(processes)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            what = f"the most memory of a process, where {processes} check {SIZE:,} entries"
            yield Figure(what, float(told), f"{_MOST_MIB} MiB", _MOST_MIB, "MiB")


def _statement() -> Hold:
    now = datetime.now(UTC)
    return Hold(id=mint(Hold.prefix, now, os.urandom), issuer="self", scope="bench", reason="a row of 330 bytes " * 8)


def _of(handle: HomeHandle) -> Iterator[Figure]:
    size, head = handle.ledger.size(), handle.ledger.checkpoint_at()
    entries = [entry for entry in handle.ledger.entries(size - SAMPLE, size) if entry.envelope is not None]
    person = handle.ledger.entry(0).statement.model_dump()["public_key"]  # type: ignore[union-attr]
    key = _key(person)
    signed = [(one.envelope.signatures[0].sig, one.envelope.pae()) for one in entries if one.envelope is not None]
    leaves = [entry.leaf_bytes for entry in entries]

    def verify() -> None:
        for signature, message in signed:
            key.verify(signature, message)

    def raw_hash() -> None:
        for leaf in leaves:
            hashlib.sha256(leaf).digest()

    verified, checked, hashed, rehashed = _interleaved(
        lambda: _seconds(verify) / len(signed),
        lambda: _seconds(lambda: _check(handle, processes=2)) / size,
        lambda: _seconds(raw_hash) / len(leaves),
        lambda: _seconds(lambda: _check(handle, since=head, processes=1)) / size,
    )
    yield Figure(
        "an entry checked with its signature, by two processes", checked, "a raw verification on one core", verified
    )
    yield Figure("an entry hashed again into the tree, by one process", rehashed, "a raw SHA-256 of its leaf", hashed)
    what = f"an entry hashed again into the tree, against the goal of {_REHASHED:,} a second"
    yield Figure(what, rehashed, "what it may take", 1 / _REHASHED)


def _key(spki: str) -> Ed25519PublicKey:
    from evidence.core.encoding import from_base64
    from evidence.ledger.keys import ed25519_from_spki

    return ed25519_from_spki(from_base64(spki))


def _check(handle: HomeHandle, *, processes: int, since: bytes | None = None) -> None:
    report = check_ledger(handle.engine, handle.documents, handle.verifiers(), since=since, processes=processes)
    assert report.clean, "the benchmark's own ledger does not check clean"


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _interleaved(*rounds: Callable[[], float]) -> list[float]:
    """The median of each, their rounds taken in turn."""
    measured: list[list[float]] = [[] for _ in rounds]
    for _ in range(ROUNDS):
        for kept, once in zip(measured, rounds, strict=True):
            kept.append(once())
    return [statistics.median(kept) for kept in measured]


def main() -> None:
    """Check a home in this process and print the most memory, in MiB, that it or another beside it has had."""
    with open_home(Path(sys.argv[1]), {}) as handle:
        _check(handle, processes=int(sys.argv[2]))
    # not getrusage: for this process that begins with what the one that started it had
    status = Path("/proc/self/status").read_text(encoding="ascii")
    mine = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(max(mine, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024 / MIB)


if __name__ == "__main__":
    main()
