"""A workbook of 100,000 rows and ten columns, read, checked and recorded, against the bare reading and inserting."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from bench.homes import MIB, PRODUCTION, Figure, Taken, apart, new_home, production_lines, take_in

ROWS = 100_000
_LOCK_S = 0.1


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        place = Path(folder)
        file = _workbook(place / "production.xlsx")
        size = file.stat().st_size / MIB
        environ = new_home(place / "home")
        taken: Taken = apart(take_in, place / "home", environ, [file])
        read, inserted = apart(bare, file, place / "bare.db")
    what = f"{ROWS:,} rows of XLSX, read, checked and recorded"
    yield Figure(what, taken.seconds, "calamine's bare read and SQLite's bare insert", read + inserted)
    yield Figure("the writer's lock meanwhile, at most", taken.turn, "the 100 ms that it may be held", _LOCK_S)
    yield Figure("memory for that, at most", taken.peak, "the size of the file", size, "MiB")
    yield Figure("memory of the parser's process, at most", taken.parser_peak, "the size of the file", size, "MiB")


def bare(file: Path, into: Path) -> tuple[float, float]:
    """Read the workbook and insert its rows, with nothing checked and nothing indexed; seconds of each."""
    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    read = time.perf_counter() - began
    database = sqlite3.connect(into, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute(f"CREATE TABLE row ({', '.join(PRODUCTION)})")
    began = time.perf_counter()
    database.execute("BEGIN IMMEDIATE")
    database.executemany(f"INSERT INTO row VALUES ({', '.join('?' * len(PRODUCTION))})", rows[1:])
    database.execute("COMMIT")
    inserted = time.perf_counter() - began
    database.close()
    return read, inserted


def _workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Production")
        sheet.write_row(0, 0, PRODUCTION)
        for number, row in enumerate(production_lines(ROWS), 1):
            sheet.write_row(number, 0, row)
    return path
