"""Every bit counts: flipped anywhere in the ledger, its documents or its export, it is reported, and where it is."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.tampering.flips import Flip, batches, cells, files, in_cell, in_document, in_file, missed, write
from tests.tampering.thousand import SIZE, TABLES, Thousand, thousand

SEED = 20240501
_ALONE = ("anchor", "head", "disposal_target")  # tables of a few rows, whose flips are each checked alone


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thousand]:
    with thousand(tmp_path_factory.mktemp("thousand")) as made:
        yield made


def test_the_ledger_that_is_altered_below_is_sound_and_has_something_of_everything(one: Thousand) -> None:
    report, exported = one.check(), one.check_export()
    assert (report.faults, exported.faults) == ([], [])
    assert report.counts["entries"] == exported.counts["entries"] == SIZE
    found = cells(one.database)
    assert {name.partition(".")[0] for name in found} == {table.name for table in TABLES}
    empty = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns} - found.keys()
    assert empty <= {"head.closed", "anchor.renews", "anchor.token", "anchor.got_at"}
    assert {"tile/0/full", "tile/0/partial", "tile/1/partial", "tile/entries/full"} <= files(one.export).keys()
    assert {"statements", "documents", "stamps", "checkpoint"} <= files(one.export).keys()


def _of_columns(one: Thousand, random: Random, alone: int) -> Iterator[Flip]:
    """Bits of each column in turn, of a random row; of the small tables, `alone` rounds only."""
    found, turn = cells(one.database), 0
    while True:
        for name, mine in found.items():
            few = name.partition(".")[0] in _ALONE
            if few and turn >= alone:
                continue
            kept = mine if few else [cell for cell in mine if not cell.alone] or mine
            yield in_cell(random.choice(kept if random.random() < 0.98 or turn < alone else mine), random)
        turn += 1


def _missed_in_columns(one: Thousand, count: int, alone: int, seed: int) -> list[str]:
    random, misses, done = Random(seed), [], 0
    flips = _of_columns(one, random, alone)
    for batch in batches(flips, count, 40):
        taken = write(one, batch)
        report = one.check()
        write(one, taken, back=True)
        misses += missed(taken, report.faults)
        done += len(taken)
    assert done > count * 0.9  # the others would have been two rows of one key, which no table takes
    return misses


def _missed_in_files(one: Thousand, count: int, seed: int) -> list[str]:
    random, misses = Random(seed), []
    found = files(one.export)
    few = [sort for sort in found if sort not in ("statements", "documents")]

    def flips() -> Iterator[Flip]:
        while True:
            for sort in few:
                yield in_file(random.choice(found[sort]), random, one.export)
            for _ in range(12 * len(few)):
                yield in_file(random.choice(found[random.choice(("statements", "documents"))]), random, one.export)

    for batch in batches(flips(), count, 60):
        write(one, batch)
        report = one.check_export()
        write(one, batch)  # the same bit again
        misses += missed(batch, report.faults)
    return misses


def _missed_in_documents(one: Thousand, count: int, seed: int) -> list[str]:
    random, misses = Random(seed), []
    stored = [path for paths in files(one.home / "documents").values() for path in paths]
    for _ in range(count // len(stored) + 1):
        batch = [in_document(path, random) for path in stored]
        write(one, batch)
        report = one.check()
        write(one, batch)
        misses += missed(batch, report.faults)
    return misses


def test_a_bit_flipped_in_any_column_is_named_where_it_is(one: Thousand) -> None:
    assert _missed_in_columns(one, 330, 1, SEED) == []


def test_a_bit_flipped_in_any_file_of_the_export_is_named_where_it_is(one: Thousand) -> None:
    assert _missed_in_files(one, 140, SEED) == []


def test_a_bit_flipped_in_any_document_is_named_with_it(one: Thousand) -> None:
    assert _missed_in_documents(one, 30, SEED) == []


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_twenty_thousand_bits_flipped_are_all_named(one: Thousand) -> None:
    assert _missed_in_columns(one, 13_000, 15, SEED + 1) == []
    assert _missed_in_files(one, 6_000, SEED + 2) == []
    assert _missed_in_documents(one, 1_000, SEED + 3) == []
