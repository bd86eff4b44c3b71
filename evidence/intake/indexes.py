"""Document indexes: what each file beside an index is, how it came, and what it supports."""

import re
from dataclasses import dataclass
from pathlib import Path

from evidence.intake.faults import shown
from evidence.intake.gather import inside
from evidence.intake.read_files import ReadFile
from evidence.intake.shape import Shaped
from evidence.intake.table import Table
from evidence.intake.templates import IndexRow

INDEX = "document-index"
"""The template of an index."""

ROLE = "document index"
_RELATION = re.compile("[a-z][a-z-]*:[^;]+")


@dataclass(frozen=True, slots=True)
class Named:
    """A file that an index names, and what it says of it."""

    path: Path
    row: IndexRow
    index: str
    path_of_index: Path
    number: int


def named_files(read: ReadFile, table: Table, rows: list[Shaped]) -> list[Named]:
    """The files that an index names; a row that leads anywhere else, or says what cannot be, leaves a fault."""
    found = []
    for shaped in rows:
        row = shaped.model
        if not isinstance(row, IndexRow):
            continue
        faults = list(_complaints(read.found.path, row))
        for column, what, wanted in faults:
            read.faults.add(what, wanted, sheet=table.sheet, row=shaped.row, column=column)
        path = inside(read.found.path.parent, row.file)
        if path is not None and not faults:
            found.append(Named(path, row, read.found.name, read.found.path, shaped.row))
    return found


def _complaints(index: Path, row: IndexRow) -> list[tuple[str, str, str]]:
    """What is wrong with a row, as (column, found, wanted)."""
    wrong = []
    path = inside(index.parent, row.file)
    if path is None:
        wrong.append(("file", shown(row.file), "a path within the folder of the index, without .. or links"))
    elif not path.is_file():
        wrong.append(("file", f"{shown(row.file)}, which is not there", "a file beside the index"))
    elif path == index:
        wrong.append(("file", "the index itself", "another file"))
    wrong += [
        ("relates_to", shown(relation), "kind:reference, such as shipment:S01")
        for relation in row.relates_to
        if _RELATION.fullmatch(relation) is None
    ]
    return wrong
