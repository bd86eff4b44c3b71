"""Single bits flipped in every column of every ledger table and in every file, and how each is known again in a report.

Most flips are checked many at a time: each in an entry, a document, a tile or a checkpoint of its own, and each must be
named there. What concerns all entries at once, such as the head or a key, is flipped alone.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

from evidence.ledger.findings import Fault
from tests.tampering.thousand import TABLES, Thousand

WHOLE = 8  # bytes of a whole number, as SQLite counts them at most
_OVERALL = {"root", "head", "consistency", "trigger"}  # kinds that name no single place
_ADDRESSES = {("head", "id"), ("ledger_entry", "seq"), ("statement", "seq"), ("disclosure", "seq")}
"""Columns that are the row's own number, which goes with them."""
_EVERYWHERE = {"key", "disposal", "succession"}  # what these entries say bears on others


class Cell(NamedTuple):
    """One value of one row; `place` is what faults name it by, and `alone` whether nothing else is to be altered."""

    table: str
    column: str
    rowid: int
    value: bytes
    kind: str
    place: str
    alone: bool


@dataclass(frozen=True)
class Flip:
    """A cell or a file with one bit that is not what it was."""

    what: Cell | Path
    byte: int
    bit: int
    named: Callable[[Fault], bool]
    place: str
    alone: bool

    def __str__(self) -> str:
        where = self.what.name if isinstance(self.what, Path) else f"{self.what.table}.{self.what.column}"
        return f"bit {self.bit} of byte {self.byte} of {where} ({self.place})"


def cells(database: sqlite3.Connection) -> dict[str, list[Cell]]:
    """Every value that is not NULL, by table and column."""
    kind_of = dict(database.execute("SELECT seq, kind FROM ledger_entry"))
    first = dict(database.execute("SELECT sha256, min(seq) FROM entry_document GROUP BY sha256"))
    found: dict[str, list[Cell]] = {}
    for table in TABLES:
        for column in (one.name for one in table.columns):
            mine = found.setdefault(f"{table.name}.{column}", [])
            rows = database.execute(
                f"SELECT *, rowid AS at, CAST({column} AS BLOB), typeof({column}) FROM {table.name}"
            )
            names = [one[0] for one in rows.description]
            for row in rows.fetchall():
                said = dict(zip(names, row, strict=True))
                *_, value, kind = row
                if kind == "null":
                    continue
                if kind == "integer":
                    value = said[column].to_bytes(WHOLE, "big", signed=True)
                match table.name:
                    case "document":
                        seq = first[said["sha256"]]
                    case "disposal_target" | "ledger_entry" | "entry_document" | "statement" | "disclosure":
                        seq = said["seq"]
                    case _:
                        seq = None
                place = f"entry {seq}" if seq is not None else _place(table.name, said)
                alone = table.name in ("head", "disposal_target", "anchor") or kind_of.get(seq) in _EVERYWHERE
                alone = alone or (table.name == "tile" and column != "data")  # the others would be of no tile
                mine.append(Cell(table.name, column, said["at"], value, kind, place, alone))
    return {name: mine for name, mine in found.items() if mine}


def _place(table: str, said: dict[str, object]) -> str:
    match table:
        case "tile":
            return f"tile {said['n']} of level {said['level']}"
        case "checkpoint":
            return f"size {said['size']}"
        case "anchor":
            return f"anchor {said['id']}"
        case _:
            return table


def files(folder: Path) -> dict[str, list[Path]]:
    """The files of an export or a document store that are not empty, by what sort they are."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            parts = path.relative_to(folder).parts
            sort = (
                parts[0] if parts[0] != "tile" else "/".join((*parts[:2], "partial" if ".p" in str(path) else "full"))
            )
            found.setdefault(sort, []).append(path)
    return found


def in_cell(cell: Cell, random: Random) -> Flip:
    """A bit of a value; one that nothing else in the ledger is known by."""
    byte, bit = random.randrange(len(cell.value)), random.randrange(8)
    place = cell.place
    if cell.table == "tile" and cell.column == "data":
        place = f"entry {byte // 32 + 256 * int(cell.place.split()[1])}"

    def named(fault: Fault) -> bool:
        if place.startswith("entry "):
            return f"entry {fault.seq}" == place and fault.kind not in _OVERALL
        if cell.table == "checkpoint":
            return fault.kind == "checkpoint" and any(
                f"at {one}:" in fault.what for one in (place, _after(cell, byte, bit))
            )
        if cell.table == "anchor":
            return fault.kind in ("stamp", "anchor", "witness")
        return fault.kind == cell.table and (cell.table == "head" or place in fault.what)

    return Flip(cell, byte, bit, named, place, cell.alone)


def _after(cell: Cell, byte: int, bit: int) -> str:
    """The size that a checkpoint's row has then."""
    return (
        f"size {int.from_bytes(_flipped(cell.value, byte, bit), 'big', signed=True)}" if cell.column == "size" else "-"
    )


def in_file(path: Path, random: Random, export: Path) -> Flip:
    """A bit of a file of an export."""
    size = path.stat().st_size
    byte, bit = random.randrange(size), random.randrange(8)
    parts = path.relative_to(export).parts
    if parts[0] not in ("statements", "documents"):
        return Flip(path, byte, bit, lambda _fault: True, str(path.relative_to(export)), alone=True)
    place = f"entry {path.stem}" if parts[0] == "statements" else path.name
    return Flip(path, byte, bit, lambda fault: f"entry {fault.seq}" == place or place in fault.what, place, alone=False)


def in_document(path: Path, random: Random) -> Flip:
    """A bit of a document in the store."""
    byte, bit = random.randrange(path.stat().st_size), random.randrange(8)
    return Flip(path, byte, bit, lambda fault: fault.kind == "document" and path.name in fault.what, path.name, False)


def _number(flip: Flip) -> int:
    """The whole number that a flip makes of one."""
    assert isinstance(flip.what, Cell)
    return int.from_bytes(_flipped(flip.what.value, flip.byte, flip.bit), "big", signed=True)


def _flipped(value: bytes, byte: int, bit: int) -> bytes:
    return value[:byte] + bytes([value[byte] ^ 1 << bit]) + value[byte + 1 :]


def write(one: Thousand, flips: Sequence[Flip], *, back: bool = False) -> list[Flip]:
    """Flip the bits, or put them back; gives those that the database took (a value may have to be the only one)."""
    taken = []
    with one.unguarded() as database:
        for flip in flips:
            if isinstance(flip.what, Path):
                content = flip.what.read_bytes()
                flip.what.chmod(0o644)
                flip.what.write_bytes(_flipped(content, flip.byte, flip.bit))
                taken.append(flip)
                continue
            cell = flip.what
            value: object = cell.value if back else _flipped(cell.value, flip.byte, flip.bit)
            bound = "?" if cell.kind != "text" else "CAST(? AS TEXT)"
            if cell.kind == "integer":
                value = int.from_bytes(value, "big", signed=True)  # type: ignore[arg-type]
            rowid = _number(flip) if back and (cell.table, cell.column) in _ADDRESSES else cell.rowid
            try:
                database.execute(f"UPDATE {cell.table} SET {cell.column} = {bound} WHERE rowid = ?", (value, rowid))
            except sqlite3.IntegrityError:
                continue
            taken.append(flip)
    return taken


def batches(flips: Iterator[Flip], count: int, most: int) -> Iterator[list[Flip]]:
    """`count` flips in batches, no two of one batch in the same place; those that want to be alone each by itself."""
    batch: list[Flip] = []
    places: set[object] = set()
    for _ in range(count):
        flip = next(flips)
        if flip.alone:
            yield [flip]
            continue
        mine = {flip.place, flip.what if isinstance(flip.what, Path) else flip.what[:3]}  # one bit of a value
        if mine & places or len(batch) == most:
            yield batch
            batch, places = [], set()
        batch.append(flip)
        places |= mine
    if batch:
        yield batch


def missed(flips: Sequence[Flip], faults: Sequence[Fault]) -> list[str]:
    """The flips that no fault names."""
    return [str(flip) for flip in flips if not any(map(flip.named, faults))]
