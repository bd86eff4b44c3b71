"""Which ledger entries and which exhibits a pack carries, by its manifest and its disclosures alone.

Of a manifest of version 1 all that it lists, but for exhibits without a path; of version 2 the lines of its tables that
the edition opens, and of their exhibits those whose digest it opens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from evidence.pack.form import layout
from evidence.pack.form.tables import LEAST, Rows, open_table

OF_BYTES: Final = frozenset({"document", "size"})
"""Fields of a receipt that say which bytes came: opened exactly where the edition carries them."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Positions of entries; and of each exhibit, by its path, the entry and the field that names its digest."""

    entries: tuple[int, ...]
    exhibits: Mapping[str, tuple[int, str]]


def carried(manifest: Any, opening: Any) -> Carried:
    """What a pack carries.

    Raises:
        ProofError: what the edition opens is not what the manifest commits to.
    """
    rows = manifest_rows(manifest, opening)
    exhibits = {
        str(one["path"]): (int(one["entry"]), str(one["field"]))
        for one in rows["exhibits"].lines
        if is_carried(one, manifest, opening)
    }
    return Carried(tuple(int(one["index"]) for one in rows["entries"].lines), exhibits)


def manifest_rows(manifest: Any, opening: Any) -> dict[str, Rows]:
    """The lines of the manifest's tables as far as they are there to be read, in order.

    Raises:
        ProofError: what the edition opens is not what the manifest commits to.
    """
    if manifest.get("format") == layout.MANIFEST_FORMAT:
        opened = opening.get("tables", {})
        found = {name: open_table(name, manifest["tables"][name], opened.get(name)) for name in LEAST}
    else:
        listed = {name: tuple(manifest.get(name, ())) for name in LEAST}
        found = {name: Rows(lines, True, len(lines)) for name, lines in listed.items()}
    return {name: in_order(rows, number_of(name)) for name, rows in found.items()}


def number_of(table: str) -> str:
    """The member by which a line of a table is known."""
    return "index" if table == "entries" else "number"


def in_order(rows: Rows, key: str) -> Rows:
    """Rows by their number: a table holds them out of order."""
    return Rows(tuple(sorted(rows.lines, key=lambda row: row[key])), rows.whole, rows.size)


def is_carried(exhibit: Any, manifest: Any, opening: Any) -> bool:
    """Whether an edition carries an exhibit's bytes: it opens their digest, or its manifest of version 1 has a path."""
    if manifest.get("format") != layout.MANIFEST_FORMAT:
        return exhibit["path"] is not None
    opened = opening.get("statements", {}).get(str(exhibit["entry"]), [])
    return any(one[1] == exhibit["field"] for one in opened)
