"""Proofs out of the database's tiles, at a thousand to a million entries, against what they may take.

The log is a scratch one whose rows are inserted straight (`bench.scratch_log`); what is measured is `Ledger.tlog_proof`
as the commands call it: checkpoint, leaf, proof, and its verification. *Cold* is the first proof of a process, which
knows no root of a tile yet; *warm* has those that earlier proofs found.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.homes import Figure
from bench.scratch_log import LOG, leaf, scratch_log
from evidence.ledger.proof import Proof, verify
from evidence.ledger.read import Ledger
from evidence.store.documents import DocumentStore

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PROOFS = 400
_MOST_S, _MOST_BYTES = 0.005, 1250
_ALLOWED = "the 5 ms that it may take"


def figures() -> Iterator[Figure]:
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
            yield from of_size(Path(folder), size)


def of_size(place: Path, size: int) -> Iterator[Figure]:
    engine, documents = scratch_log(place, [size // 2, size]), DocumentStore(place)
    chance = random.Random(1)  # the same entries each time
    seqs = [chance.randrange(size) for _ in range(PROOFS)] + [0, size - 1]
    ledger = Ledger(engine, documents)
    ledger.tlog_proof(0)  # what a program does once is not what a proof takes
    cold = [_seconds(Ledger(engine, documents).tlog_proof, seq) for seq in seqs]
    warm = [_seconds(ledger.tlog_proof, seq) for seq in seqs]
    between = _seconds(ledger.consistency_file, size // 2)
    proofs = ledger.tlog_proofs(seqs)
    for seq, proof in proofs.items():
        verify(Proof.parse(proof), leaf(seq), [LOG])
    engine.dispose()
    at, longest = f"at {size:,} entries", max(map(len, proofs.values()))
    yield Figure(f"a proof {at}, warm, median", statistics.median(warm), _ALLOWED, _MOST_S)
    yield Figure(f"a proof {at}, cold, median", statistics.median(cold), _ALLOWED, _MOST_S)
    yield Figure(f"a proof {at}, cold, the slowest", max(cold), _ALLOWED, _MOST_S)
    yield Figure(f"a consistency proof {at}", between, _ALLOWED, _MOST_S)
    yield Figure(f"a proof {at}, the longest", longest, "the 1,250 bytes that it may have", _MOST_BYTES, "bytes")


def _seconds(work: Callable[[int], object], seq: int) -> float:
    began = time.perf_counter()
    work(seq)
    return time.perf_counter() - began
