"""Every edit of rows and files that an owner of the database or the export can make: each is reported."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table

from evidence.ledger.findings import CheckReport
from evidence.ledger.tiles import format_bundle, parse_bundle
from tests.tampering.thousand import TABLES, Thousand, thousand

_SEVERAL = [table for table in TABLES if table.name != "head"]
_COLUMNS = [(table, column.name) for table in _SEVERAL for column in table.columns]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thousand]:
    with thousand(tmp_path_factory.mktemp("structure")) as made:
        yield made


@pytest.fixture
def altered(one: Thousand, tmp_path: Path) -> Iterator[Thousand]:
    """The database as it is put back after the test, whatever was done to it."""
    with sqlite3.connect(tmp_path / "kept.db") as kept:
        one.database.backup(kept)
    yield one
    with sqlite3.connect(tmp_path / "kept.db") as kept:
        kept.backup(one.database)
    kept.close()


def _rows(database: sqlite3.Connection, table: Table) -> list[int]:
    """Some rows of a table that differ in more than their keys: early, middle, late."""
    found = [row for (row,) in database.execute(f"SELECT rowid FROM {table.name} ORDER BY rowid")]
    return [found[0], found[len(found) // 2], found[-1]]


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def _exchange(database: sqlite3.Connection, table: Table, rows: list[int]) -> None:
    """Give each row what the next one holds, the last what the first does; all but their keys."""
    names = [column.name for column in table.columns if column.name not in _keys(table)]
    listed = ", ".join(names)
    held = [database.execute(f"SELECT {listed} FROM {table.name} WHERE rowid = ?", (row,)).fetchone() for row in rows]
    unique = {column.name for column in table.columns if column.unique}
    for row in rows:
        for name in unique & set(names):
            database.execute(f"UPDATE {table.name} SET {name} = 'x{row}' WHERE rowid = {row}")
    for row, values in zip(rows, [*held[1:], held[0]], strict=True):
        database.execute(
            f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in names)} WHERE rowid = {row}", values
        )


def _kinds(report: CheckReport) -> set[str]:
    assert not report.clean
    return {fault.kind for fault in report.faults}


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_row_that_is_dropped_is_reported(altered: Thousand, table: Table) -> None:
    """Of the queue of anchors, one that was had: what is wanted only can be wanted again, and nothing rests on it."""
    with altered.unguarded() as database:
        which = "state = 'done'" if table.name == "anchor" else f"rowid = {_rows(database, table)[1]}"
        database.execute(f"DELETE FROM {table.name} WHERE {which}")
    _kinds(altered.check())


@pytest.mark.full
@pytest.mark.parametrize("table", _SEVERAL, ids=str)
def test_a_table_cut_short_by_one_row_is_reported(altered: Thousand, table: Table) -> None:
    with altered.unguarded() as database:
        last = "state = 'done'" if table.name == "anchor" else f"rowid = {_rows(database, table)[-1]}"
        database.execute(f"DELETE FROM {table.name} WHERE {last}")
    _kinds(altered.check())


@pytest.mark.parametrize("table", _SEVERAL, ids=str)
def test_a_table_emptied_is_reported(altered: Thousand, table: Table) -> None:
    with altered.unguarded() as database:
        database.execute(f"DELETE FROM {table.name}")
    _kinds(altered.check())


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_row_that_is_slipped_in_is_reported(altered: Thousand, table: Table) -> None:
    """A copy of a row under another key."""
    with altered.unguarded() as database:
        row = _rows(database, table)[1]
        names = [column.name for column in table.columns]
        values = dict(
            zip(
                names,
                database.execute(f"SELECT {', '.join(names)} FROM {table.name} WHERE rowid = {row}").fetchone(),
                strict=True,
            )
        )
        for name in {*_keys(table), *(column.name for column in table.columns if column.unique)}:
            values[name] = values[name] + 100_000 if isinstance(values[name], int) else f"{values[name][:-1]}~"
        marks = ", ".join("?" * len(values))
        database.execute(f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
    _kinds(altered.check())


@pytest.mark.parametrize(
    "table", [table for table in _SEVERAL if set(_keys(table)) != set(table.columns.keys())], ids=str
)
@pytest.mark.parametrize(
    "count", [pytest.param(2, id="two-swapped"), pytest.param(3, id="three-reordered", marks=pytest.mark.full)]
)
def test_rows_that_change_places_are_reported(altered: Thousand, table: Table, count: int) -> None:
    with altered.unguarded() as database:
        _exchange(database, table, _rows(database, table)[:count])
    _kinds(altered.check())


@pytest.mark.parametrize(("table", "column"), _COLUMNS, ids=lambda each: str(each))
def test_a_value_replaced_by_that_of_another_row_is_reported(altered: Thousand, table: Table, column: str) -> None:
    """The plausible edit: a foreign key turned to another row, a time or a size that some other row has."""
    with altered.unguarded() as database:
        here = database.execute(f"SELECT rowid, {column} FROM {table.name} ORDER BY rowid LIMIT 1 OFFSET 2").fetchone()
        query = f"SELECT {column} FROM {table.name} WHERE {column} IS NOT ? ORDER BY rowid DESC LIMIT 1"
        there = database.execute(query, (here[1],)).fetchone()
        value = there[0] if there is not None else _next(here[1])
        try:
            database.execute(f"UPDATE {table.name} SET {column} = ? WHERE rowid = ?", (value, here[0]))
        except sqlite3.IntegrityError:  # the other row bears it: let that one go first, as a forger would have to
            database.execute(f"DELETE FROM {table.name} WHERE {column} = ?", (value,))
            database.execute(f"UPDATE {table.name} SET {column} = ? WHERE rowid = ?", (value, here[0]))
    _kinds(altered.check())


def _next(value: object) -> object:
    return value + 1 if isinstance(value, int) else "2020-01-01T00:00:00.000000Z"


@pytest.mark.parametrize("told", ["as-it-was", "with-its-row"])
def test_a_document_replaced_by_another_is_reported(altered: Thousand, told: str) -> None:
    stored = sorted(path for path in (altered.home / "documents").rglob("*") if path.is_file())
    path, content = stored[3], stored[3].read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"another document altogether")
    if told == "with-its-row":
        with altered.unguarded() as database:
            database.execute("UPDATE document SET size = ? WHERE sha256 = ?", (27, path.name))
    assert any(fault.kind == "document" and path.name in fault.what for fault in altered.check().faults)
    path.write_bytes(content)


def test_two_documents_that_change_places_are_reported(one: Thousand) -> None:
    stored = sorted(path for path in (one.home / "documents").rglob("*") if path.is_file())[:2]
    contents = [path.read_bytes() for path in stored]
    for path, content in zip(stored, contents[::-1], strict=True):
        path.chmod(0o644)
        path.write_bytes(content)
    named = [fault.what for fault in one.check().faults if fault.kind == "document"]
    assert all(any(path.name in what for what in named) for path in stored)
    for path, content in zip(stored, contents, strict=True):
        path.write_bytes(content)


@pytest.fixture
def exported(one: Thousand, tmp_path: Path) -> Thousand:
    shutil.copytree(one.export, tmp_path / "export")
    return Thousand(tmp_path, one.handle, one.database, one.held)


def _check_export(exported: Thousand, one: Thousand) -> CheckReport:
    shutil.copytree(one.home / "trust", exported.home / "trust", dirs_exist_ok=True)
    return exported.check_export()


_PLACES = [
    pytest.param("checkpoint", id="checkpoint"),
    pytest.param("tile/0/001", id="tile"),
    pytest.param("tile/0/003.p/232", id="partial-tile"),
    pytest.param("tile/1/000.p/3", id="upper-tile"),
    pytest.param("tile/entries/002", id="bundle"),
    pytest.param("tile/entries/003.p/232", id="partial-bundle"),
    pytest.param("statements/500.dsse", id="statement"),
    pytest.param("stamps/274.acme.tsr", id="stamp"),
    pytest.param("stamps/checkpoint.274", id="stamped-checkpoint"),
    pytest.param("stamps/SHA256SUMS", id="sums-of-stamps"),
]


@pytest.mark.parametrize("name", [place for place in _PLACES if place.values != ("checkpoint",)])
def test_a_file_dropped_from_an_export_is_reported(exported: Thousand, one: Thousand, name: str) -> None:
    (exported.export / name).unlink()
    assert not _check_export(exported, one).clean


@pytest.mark.parametrize("name", _PLACES)
@pytest.mark.parametrize("left", [pytest.param(0.5, id="cut"), pytest.param(0.0, id="emptied", marks=pytest.mark.full)])
def test_a_file_of_an_export_cut_short_is_reported(exported: Thousand, one: Thousand, name: str, left: float) -> None:
    path = exported.export / name
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * left)])
    assert not _check_export(exported, one).clean


@pytest.mark.parametrize(
    "name",
    [
        *("note", "tile/0/004", "tile/0/003", "tile/0/001.p/7", "tile/9/000", "tile/entries/009", "tile/2/000.p/1"),
        *("statements/1000.dsse", "statements/01.dsse", "statements/x", "documents/letter.txt", "stamps/274.b.tsr"),
    ],
)
def test_a_file_slipped_into_an_export_is_reported(exported: Thousand, one: Thousand, name: str) -> None:
    path = exported.export / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"slipped in")
    assert not _check_export(exported, one).clean


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tile/0/000", "tile/0/001"),
        ("tile/entries/000", "tile/entries/001"),
        ("statements/7.dsse", "statements/700.dsse"),
    ],
)
def test_files_of_an_export_that_change_places_are_reported(
    exported: Thousand, one: Thousand, first: str, second: str
) -> None:
    here, there = exported.export / first, exported.export / second
    content = here.read_bytes()
    here.write_bytes(there.read_bytes())
    there.write_bytes(content)
    assert not _check_export(exported, one).clean


def test_documents_of_an_export_that_change_places_or_are_replaced_are_reported(
    exported: Thousand, one: Thousand
) -> None:
    first, second = sorted((exported.export / "documents").iterdir())[:2]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    named = [fault.what for fault in _check_export(exported, one).faults]
    assert all(any(path.name in what for what in named) for path in (first, second))


@pytest.mark.parametrize("act", ["swapped", "dropped", "twice", "another's"])
def test_entries_moved_within_a_bundle_with_their_tile_are_found_by_the_signed_root(
    exported: Thousand, one: Thousand, act: str
) -> None:
    from evidence.core.tree import leaf_hash

    path = exported.export / "tile/entries/001"
    entries = parse_bundle(path.read_bytes())
    entries[4], entries[5] = {
        "swapped": (entries[5], entries[4]),
        "dropped": (entries[5], entries[6]),
        "twice": (entries[4], entries[4]),
        "another's": (entries[4], parse_bundle((exported.export / "tile/entries/000").read_bytes())[9]),
    }[act]
    path.write_bytes(format_bundle(entries))
    (exported.export / "tile/0/001").write_bytes(b"".join(map(leaf_hash, entries)))
    assert "root" in _kinds(_check_export(exported, one))


def test_an_export_cut_back_to_an_earlier_checkpoint_is_found_by_one_kept_elsewhere(
    exported: Thousand, one: Thousand
) -> None:
    from evidence.ledger.check_export import check_export
    from evidence.ledger.export import export_log
    from evidence.ledger.trust import read_verifiers

    assert not check_export(
        exported.export, read_verifiers(one.home / "trust"), held=[_larger(one)], trust=one.home / "trust"
    ).clean
    assert export_log(one.handle.ledger, exported.place / "again").size == 1000


def _larger(one: Thousand) -> bytes:
    """A checkpoint that the ledger's key has signed for more entries than the export has."""
    return one.held.replace(b"\n1000\n", b"\n1001\n")
