"""The ledger against the raw operations that bound it: a durable commit, a signature, a hash.

Rounds of the product and of its yardstick take turns, and medians are compared, so that a busy machine slows both.
"""

import hashlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core import tree
from evidence.core.identifiers import mint
from evidence.core.statements.own import Hold
from evidence.ledger.check import check_ledger
from evidence.ledger.found import HomeHandle, found, open_home
from evidence.register.project import Projector
from evidence.settings import Organisation
from evidence.store.documents import DocumentStore

ROUNDS = 5
SINGLES, BATCHES, BATCH = 60, 4, 256


def rate(operations: int, work: Callable[[], None]) -> float:
    """Operations a second of one round of `work`."""
    began = time.perf_counter()
    work()
    return operations / (time.perf_counter() - began)


def interleaved(**rounds: Callable[[], float]) -> dict[str, float]:
    """The median rate of each, their rounds taken in turn."""
    measured: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(ROUNDS):
        for name, once in rounds.items():
            measured[name].append(once())
    return {name: statistics.median(rates) for name, rates in measured.items()}


def _home(place: Path) -> HomeHandle:
    found(
        place,
        organisation=Organisation(code="BENCH", legal_name="Benchmark (specimen)", country="US"),
        person="Benchmark",
        passphrase=b"benchmark",
        now=datetime.now(UTC),
        random=os.urandom,
        projector=Projector(DocumentStore(place / "documents")),
    )
    (place / "keys" / "bench-passphrase").write_bytes(b"benchmark\n")
    (place / "keys" / "bench-passphrase").chmod(0o600)
    environ = {"EVIDENCE_PASSPHRASE_FILE": str(place / "keys" / "bench-passphrase")}
    return open_home(place, environ, sign=True, projector=Projector(DocumentStore(place / "documents")))


def _statement() -> Hold:
    return Hold(
        id=mint(Hold.prefix, datetime.now(UTC), os.urandom),
        issuer="self",
        scope="bench",
        reason="a row of 330 bytes " * 8,
    )


def measure(folder: Path) -> dict[str, float]:
    """All rates of one run, in operations a second."""
    handle = _home(folder / "home")
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE row (seq INTEGER PRIMARY KEY, body BLOB)")
    key = Ed25519PrivateKey.generate()
    body = os.urandom(330)

    def commits() -> None:
        for _ in range(SINGLES):
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("INSERT INTO row (body) VALUES (?)", (body,))
            raw.execute("COMMIT")

    def signatures() -> None:
        for _ in range(BATCH * BATCHES):
            key.sign(body)

    def single_appends() -> None:
        for _ in range(SINGLES):
            handle.record(_statement())

    def batch_appends() -> None:
        for _ in range(BATCHES):
            handle.signer().record([(_statement(), ()) for _ in range(BATCH)])

    rates = interleaved(
        raw_commit=lambda: rate(SINGLES, commits),
        append=lambda: rate(SINGLES, single_appends),
        raw_sign=lambda: rate(BATCH * BATCHES, signatures),
        append_batch=lambda: rate(BATCH * BATCHES, batch_appends),
    )
    size = handle.ledger.size()
    leaves = [os.urandom(300) for _ in range(50_000)]

    def into_the_tree() -> None:
        tree.root(map(tree.leaf_hash, leaves))

    def hashes() -> None:
        for leaf in leaves:
            hashlib.sha256(leaf).digest()

    rates |= interleaved(
        check=lambda: rate(size, lambda: _check(handle)),
        rehash=lambda: rate(len(leaves), into_the_tree),
        raw_hash=lambda: rate(len(leaves), hashes),
    )
    handle.close()
    raw.close()
    return rates


def _check(handle: HomeHandle) -> None:
    report = check_ledger(handle.engine, handle.documents, handle.verifiers())
    assert report.clean, "the benchmark's own ledger does not check clean"


def figures() -> Iterator[tuple[str, float, str, float]]:
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        rates = measure(Path(folder))
    for what, measured, yardstick, raw in (
        ("one durable signed append, projected", "append", "a raw SQLite commit, synchronous", "raw_commit"),
        ("an entry in a batch of 256", "append_batch", "a raw Ed25519 signature", "raw_sign"),
        ("an entry checked", "check", "a raw Ed25519 signature", "raw_sign"),
        ("a leaf hashed into the tree", "rehash", "a raw SHA-256", "raw_hash"),
    ):
        yield what, 1 / rates[measured], yardstick, 1 / rates[raw]
