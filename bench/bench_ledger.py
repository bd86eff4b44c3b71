"""Appending to the ledger against the raw operations that bound it: a durable commit, and a signature.

Rounds of the product and of its yardsticks take turns, and medians are compared, so that a busy machine slows both. The
register's projection is part of every append. It is measured in a ledger of 1,000, of 10,000 and of 100,000 entries;
with FULL=1 in the environment also of a million, which takes some minutes. pymerkle is a peer: where it is not
installed, the figure against it is left out, and that is said.
"""

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.homes import Figure, new_home, opened
from evidence.core.canonical import dumps
from evidence.core.identifiers import mint
from evidence.core.statements.own import Hold
from evidence.ledger.found import HomeHandle
from tests.postgresql import new_database, new_server

ROUNDS = 7
SINGLES, BATCHES, BATCH = 40, 2, 256
SIZES = (1_000, 10_000, 100_000, *([1_000_000] if os.environ.get("FULL") == "1" else []))
_FILL = 2_000
_MOST_BYTES = 600
_LEDGER = ("ledger_entry", "statement", "disclosure", "entry_document", "document", "tile", "checkpoint", "head")

Work = Callable[[], float]


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder)
        environ = new_home(place / "home")
        with opened(place / "home", environ) as handle, closing(Raw(place)) as raw:
            for size in SIZES:
                _fill(handle, size)
                yield from _appends(handle, raw, size)
            entries = handle.ledger.size()
            said = _stated(handle, min(entries, 4 * _FILL))
        stored = _stored(place / "home" / "evidence.db", entries)
        what = "bytes that an entry takes in the ledger's tables, beyond the statement's own"
        yield Figure(what, stored - said, f"{_MOST_BYTES} bytes", _MOST_BYTES, "bytes")
        yield from _on_postgresql(place)


class Raw:
    """The yardsticks: the same disk and the same libraries, and nothing else."""

    def __init__(self, place: Path) -> None:
        self._database = sqlite3.connect(place / "raw.db", isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE row (seq INTEGER PRIMARY KEY, body BLOB)")
        self._key, self._body = Ed25519PrivateKey.generate(), os.urandom(330)
        self._tree = self._pymerkle(place)

    def _pymerkle(self, place: Path) -> object:
        if find_spec("pymerkle") is None:
            print("pymerkle is not installed: the figure against it is left out.", file=sys.stderr)
            return None
        tree = import_module("pymerkle").SqliteTree(str(place / "pymerkle.db"))
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):  # as here; its own default is slower
            tree.con.execute(f"PRAGMA {pragma}")
        return tree

    def commit(self) -> float:
        """Seconds of one durable commit of one row."""
        began = time.perf_counter()
        for _ in range(SINGLES):
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT INTO row (body) VALUES (?)", (self._body,))
            self._database.execute("COMMIT")
        return (time.perf_counter() - began) / SINGLES

    def sign(self) -> float:
        """Seconds of one Ed25519 signature."""
        began = time.perf_counter()
        for _ in range(BATCH * BATCHES):
            self._key.sign(self._body)
        return (time.perf_counter() - began) / (BATCH * BATCHES)

    @property
    def peer(self) -> Work | None:
        """Seconds of one entry appended to pymerkle's tree on SQLite; it signs nothing and has no batches."""
        tree = self._tree
        if tree is None:
            return None

        def append() -> float:
            began = time.perf_counter()
            for _ in range(SINGLES):
                tree.append_entry(self._body)  # type: ignore[attr-defined]
            return (time.perf_counter() - began) / SINGLES

        return append

    def close(self) -> None:
        self._database.close()


def _interleaved(*rounds: Work) -> list[float]:
    """The median of each, their rounds taken in turn."""
    measured: list[list[float]] = [[] for _ in rounds]
    for _ in range(ROUNDS):
        for kept, once in zip(measured, rounds, strict=True):
            kept.append(once())
    return [statistics.median(kept) for kept in measured]


def _appends(handle: HomeHandle, raw: Raw, size: int) -> Iterator[Figure]:
    peers = [] if raw.peer is None or size > SIZES[0] else [raw.peer]
    commit, single, sign, batch, *peer = _interleaved(
        raw.commit, _recording(handle, SINGLES, 1), raw.sign, _recording(handle, BATCHES, BATCH), *peers
    )
    at = f"in a ledger of {size:,}"
    yield Figure(f"one durable signed append, projected, {at}", single, "a raw durable SQLite commit", commit)
    yield Figure(f"an entry in a batch of {BATCH}, projected, {at}", batch, "a raw Ed25519 signature", sign)
    for each in peer:
        yield Figure("an entry appended by pymerkle on SQLite, unsigned", each, f"one in a batch of {BATCH}", batch)


def _on_postgresql(place: Path) -> Iterator[Figure]:
    """A batch on a server that writes through to the disk, against the same batch on SQLite."""
    with new_server(durable=True) as server:
        there = new_home(place / "there", {"EVIDENCE_DATABASE": new_database(server.address, "bench")})
        here = new_home(place / "here")
        with opened(place / "there", there) as far, opened(place / "here", here) as near:
            for handle in (far, near):
                _fill(handle, SIZES[0])
            on_server, in_file = _interleaved(_recording(far, BATCHES, BATCH), _recording(near, BATCHES, BATCH))
    yield Figure(f"an entry in a batch of {BATCH} on PostgreSQL", on_server, "the same on SQLite", in_file)


def _recording(handle: HomeHandle, batches: int, batch: int) -> Work:
    """Seconds an entry; the statements are made before the clock starts."""

    def once() -> float:
        made = [_statements(batch) for _ in range(batches)]
        began = time.perf_counter()
        for statements in made:
            handle.signer().record(statements)
        return (time.perf_counter() - began) / (batches * batch)

    return once


def _statements(count: int) -> Sequence[tuple[Hold, tuple[()]]]:
    now = datetime.now(UTC)
    reason = "a row of 330 bytes " * 8
    return [
        (Hold(id=mint(Hold.prefix, now, os.urandom), issuer="self", scope="bench", reason=reason), ())
        for _ in range(count)
    ]


def _fill(handle: HomeHandle, size: int) -> None:
    while (left := size - handle.ledger.size()) > 0:
        handle.signer().record(_statements(min(left, _FILL)))


def _stated(handle: HomeHandle, entries: int) -> float:
    """The bytes of a statement itself: its body as it was signed, and the values and salts that open it."""
    last = handle.ledger.size()
    sizes = [
        len(entry.envelope.payload) + len(dumps([item.to_json() for item in entry.disclosures]))
        for entry in handle.ledger.entries(last - entries, last)
        if entry.envelope is not None
    ]
    return statistics.mean(sizes)


def _stored(database: Path, entries: int) -> float:
    """The bytes of the ledger's tables and their indexes, an entry."""
    with closing(sqlite3.connect(database)) as connection:
        marks = ",".join("?" * len(_LEDGER))
        (total,) = connection.execute(
            "SELECT sum(pgsize) FROM dbstat WHERE name IN "
            f"(SELECT name FROM sqlite_master WHERE tbl_name IN ({marks}))",
            _LEDGER,
        ).fetchone()
    return float(total) / entries
