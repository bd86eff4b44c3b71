"""A range of goods determined from bills of three levels, against the bare sums of the same rows in memory.

2,500 lines a good: five modules, ten subassemblies in each, forty-eight or nine bought lines in those. The rows are in
memory before any clock starts. The yardstick is a plain loop over them in Python's whole numbers, which knows neither
levels nor law. DuckDB, polars and Python's `Decimal` make the same plain sums beside it; the first two where they are
installed. All run on one core, and the clock is the processor's, so that a busy machine tells for none of them.
``FULL=1`` takes 5,000,000 lines of 2,000 goods.
"""

import csv
import importlib.util
import os
import resource
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, NamedTuple

from bench.homes import Figure, apart
from evidence.rules.bill_columns import COUNTS, TREATMENTS, BillColumns, RangeGood, contents
from evidence.rules.roll_up import Treatment
from evidence.rules.ruleset import RuleSet

GOODS = 2_000 if os.environ.get("FULL") else 200
FEW = 20
LINES = 2_500
_MODULES, _SUBASSEMBLIES = 5, 10
_DAY = date(2024, 1, 15)
_KINDS = (Treatment.COUNTED, Treatment.ROLLED_UP, Treatment.ROLLED_UP, Treatment.COUNTED_UNDETERMINED)
_DECIMALS = 7
"""Of a product: three of the quantity, four of the value."""
_LIMIT_MIB = 2_048


class Run(NamedTuple):
    """What one way took over a range."""

    seconds: float
    """Of the processor."""
    peak: float
    """The most memory that the process ever had, its rows included; MiB."""
    total: str
    """The value of all lines together, by which the ways are held against each other."""


def figures() -> Iterator[Figure]:
    lines = f"{GOODS * LINES:,} bill lines of {GOODS:,} goods"
    ways: dict[str, Callable[[int], Run]] = {"bare": bare, "law": law, "decimal": decimals}
    if importlib.util.find_spec("duckdb") is not None:
        ways["duckdb"] = duckdb_sums
    if importlib.util.find_spec("polars") is not None:
        ways["polars"] = polars_sums
    runs: dict[str, Run] = {name: apart(way, GOODS) for name, way in ways.items()}
    few: Run = apart(law, FEW)
    yardstick = "bare sums in whole numbers"
    yield Figure(f"{lines}, three levels, determined with totals", runs["law"].seconds, yardstick, runs["bare"].seconds)
    for name, what in (("decimal", "plain sums in Decimal"), ("duckdb", "DuckDB's sums"), ("polars", "polars' sums")):
        if name in runs:
            assert runs[name].total == runs["bare"].total, f"{name} comes to another total"
            yield Figure(f"{what} of the same rows", runs[name].seconds, yardstick, runs["bare"].seconds)
    if "duckdb" in runs:
        yield Figure("determined, against DuckDB", runs["law"].seconds, "DuckDB's sums", runs["duckdb"].seconds)
    each, of_few = runs["law"].seconds / GOODS, few.seconds / FEW
    yield Figure("a good of that range", each, f"a good of a range of {FEW * LINES:,} lines", of_few)
    yield Figure("memory for it, rows included", runs["law"].peak, "the goal", _LIMIT_MIB, "MiB")


def law(goods: int) -> Run:
    """Every good with its worksheet's totals, its net cost, and the finding of the law."""
    found = [RangeGood(f"EV-{number}", rows(number), Decimal(1_000), Decimal(400_000)) for number in range(goods)]
    threshold = RuleSet.load().series("PV-RVC")
    began = time.process_time()
    determined = list(contents(found, threshold, _DAY))
    taken = time.process_time() - began
    met = sum(finding.met for _, _, finding in determined)
    assert len(determined) == goods, "a good was left out"
    return _run(taken, f"{met} of {goods}")


def bare(goods: int) -> Run:
    """Per good, the value of all lines and what counts of them, row by row."""
    bills = [rows(number) for number in range(goods)]
    began = time.process_time()
    sums = []
    for bill in bills:
        total = counts = 0
        for quantity, value, counted in zip(bill.quantities, bill.values, _flags(bill), strict=True):
            worth = quantity * value
            total += worth
            if counted:
                counts += worth
        sums.append((total, counts))
    taken = time.process_time() - began
    return _run(taken, _text(sum(total for total, _ in sums)))


def decimals(goods: int) -> Run:
    """The same in `Decimal`, a good at a time, whose figures are made before its clock starts."""
    taken, every = 0.0, Decimal(0)
    with localcontext() as context:
        context.prec = 60
        for number in range(goods):
            bill = rows(number)
            figures = [[Decimal(each).scaleb(-places) for each in column] for column, places in _columns(bill)]
            began = time.process_time()
            total = counts = Decimal(0)
            for quantity, value, counted in zip(*figures, _flags(bill), strict=True):
                worth = quantity * value
                total += worth
                if counted:
                    counts += worth
            taken += time.process_time() - began
            every += total
    return _run(taken, str(every))


def duckdb_sums(goods: int) -> Run:
    """The same by one query over a table in memory."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        file = _as_csv(Path(folder) / "rows.csv", goods)
        connection = duckdb.connect()
        connection.execute("SET threads = 1")
        types = "{'good': 'INTEGER', 'q': 'DECIMAL(18,3)', 'v': 'DECIMAL(18,4)', 'c': 'BOOLEAN'}"
        connection.execute(f"CREATE TABLE rows AS SELECT * FROM read_csv('{file}', header = true, columns = {types})")
    began = time.process_time()
    sums = connection.execute("SELECT good, sum(q * v), sum(q * v) FILTER (WHERE c) FROM rows GROUP BY good").fetchall()
    taken = time.process_time() - began
    return _run(taken, str(sum(total for _, total, _ in sums)))


def polars_sums(goods: int) -> Run:
    """The same by polars over whole numbers of 64 bits, which it does not watch: a larger sum would wrap around."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars

    bills = [rows(number) for number in range(goods)]
    columns: dict[str, Any] = {
        name: polars.concat([polars.Series(name, getattr(bill, name), dtype=polars.Int64) for bill in bills])
        for name in ("quantities", "values")
    }
    flags = polars.concat([polars.Series("counted", list(map(bool, _flags(bill)))) for bill in bills])
    numbers = polars.Series("good", [number for number in range(goods) for _ in range(LINES)], dtype=polars.Int32)
    frame = polars.DataFrame([numbers, *columns.values(), flags])
    worth = polars.col("quantities") * polars.col("values")
    began = time.process_time()
    sums = frame.group_by("good").agg(
        worth.sum().alias("total"), worth.filter(polars.col("counted")).sum().alias("counts")
    )
    taken = time.process_time() - began
    return _run(taken, _text(sum(sums["total"].to_list())))


def rows(good: int) -> BillColumns:
    """The bill of one good: modules, then the subassemblies of each, then the bought lines of each."""
    inner = _MODULES * _SUBASSEMBLIES
    bought = LINES - _MODULES - inner
    ends = [_MODULES + inner + bought * (each + 1) // inner for each in range(inner)]
    starts = [0, *(_MODULES + each * _SUBASSEMBLIES for each in range(_MODULES)), _MODULES + inner, *ends]
    quantities, values = (array("q", bytes(8 * LINES)) for _ in range(2))
    treatments = bytearray(LINES)
    kinds = [TREATMENTS.index(kind) for kind in _KINDS]
    traced = TREATMENTS.index(Treatment.TRACED)
    for line in range(LINES):
        number = good * 7_919 + line * 104_729
        made = line < _MODULES + inner
        kind = number % len(kinds)
        quantities[line] = 1_000 if made else 125 + number % 39 * 125
        values[line] = number % 999_983 + 1
        treatments[line] = traced if made else kinds[kind]
    return BillColumns(3, 4, starts, range(_MODULES + inner), quantities, values, bytes(treatments))


def _columns(bill: BillColumns) -> tuple[tuple[Any, int], ...]:
    return (bill.quantities, 3), (bill.values, 4)


def _flags(bill: BillColumns) -> bytes:
    """Whether each line counts, a byte a line."""
    return bill.treatments.translate(bytes(code in COUNTS for code in range(256)))


def _as_csv(path: Path, goods: int) -> Path:
    with path.open("w", newline="", encoding="ascii") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("good", "q", "v", "c"))
        for number in range(goods):
            bill = rows(number)
            columns = [[str(Decimal(each).scaleb(-places)) for each in column] for column, places in _columns(bill)]
            writer.writerows((number, *row) for row in zip(*columns, _flags(bill), strict=True))
    return path


def _text(total: int) -> str:
    return str(Decimal(total).scaleb(-_DECIMALS))


def _run(seconds: float, total: str) -> Run:
    return Run(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, total)
