"""A million bill lines from a CSV file, against the bare staged inserts of the same rows."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.homes import BILL, MIB, Figure, Taken, apart, bill_lines, new_home, take_in, write_csv

LINES = 1_000_000
_STAGED = 2_000
_LOCK_S = 0.1


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder)
        file = write_csv(place / "bill.csv", BILL, bill_lines(LINES))
        size = file.stat().st_size / MIB
        environ = new_home(place / "home")
        taken: Taken = apart(take_in, place / "home", environ, [file])
        bare: float = apart(bare_inserts, place / "home" / "evidence.db", place / "bare.db")
    yield Figure(f"{LINES:,} bill lines from CSV, recorded", taken.seconds, "bare staged inserts of the rows", bare)
    yield Figure("the writer's lock meanwhile, at most", taken.turn, "the 100 ms that it may be held", _LOCK_S)
    yield Figure("a write transaction meanwhile, at most", taken.write, "the 100 ms that it may last", _LOCK_S)
    yield Figure("memory for that, at most", taken.peak, "the size of the file", size, "MiB")


def bare_inserts(recorded: Path, into: Path) -> float:
    """Insert the rows that stand in a home into the same table, key and indexes, by the driver alone; seconds."""
    table = "register_bill_of_materials_line"
    with sqlite3.connect(recorded) as source:
        made = [
            sql for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql > ''", (table,))
        ]
        rows = source.execute(f"SELECT * FROM {table}").fetchall()
    bare = sqlite3.connect(into, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        bare.execute(f"PRAGMA {pragma}")
    for sql in made:
        bare.execute(sql)
    insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
    began = time.perf_counter()
    for at in range(0, len(rows), _STAGED):
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany(insert, rows[at : at + _STAGED])
        bare.execute("COMMIT")
    taken = time.perf_counter() - began
    bare.close()
    return taken
