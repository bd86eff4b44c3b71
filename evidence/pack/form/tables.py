"""Tables whose lines are committed and whose length is not told: the lists of a pack's manifest (format version 2).

A list of exhibits tells by its names whom a company buys from, and by its length how much support it has. So each list
is filled up with decoys to a power of two, its lines are put out of order, and each line, decoy or not, is committed
under a salt of its own (`core.disclosure`): the manifest holds a root and a size that is not the count. An edition
opens a table whole, by its seed, or some of its lines, each with the proof of its place. The first shows that nothing
was left out; the second shows those lines and says nothing of the others.

Builder and checker share this module; it stands on `core` alone.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evidence.core import canonical, tree
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import Disclosure, line_disclosures, table_root, verify_line
from evidence.core.encoding import from_base64, to_base64
from evidence.errors import MalformedValue, ProofError

TABLES_FORMAT: Final = "urn:evidence:pack-tables:1"
LEAST: Final = {"entries": 1024, "exhibits": 256, "worksheets": 8, "averages": 8}
"""The tables of a manifest, and how long each is at least: below that, not even the power of two tells anything.

Most packs stay below. A checker takes the length from the manifest, so that shorter tables, once issued, stay good.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """One table with all its lines in their places; a decoy is None."""

    name: str
    seed: bytes
    lines: tuple[JsonValue, ...]

    def disclosures(self) -> list[Disclosure]:
        return line_disclosures(self.seed, f"{self.name}/", self.lines)

    def committed(self) -> JsonValue:
        """What the manifest says of it."""
        return {"size": len(self.lines), "root": table_root(self.disclosures())}

    def opened_whole(self) -> JsonValue:
        """What opens every line, decoys included."""
        return {"seed": to_base64(self.seed), "lines": list(self.lines)}

    def opened(self, wanted: Iterable[JsonValue]) -> JsonValue:
        """What opens some lines and no other."""
        shown = {canonical.dumps(one) for one in wanted}
        places = [at for at, line in enumerate(self.lines) if line is not None and canonical.dumps(line) in shown]
        return opened_lines(self.disclosures(), places)

    def rows(self) -> list[Any]:
        """The lines that are no decoys."""
        return [line for line in self.lines if line is not None]


def opened_lines(disclosures: Sequence[Disclosure], places: Iterable[int]) -> dict[str, JsonValue]:
    """What opens the lines at some places, from 0, of a table whose lines are all at hand: each with its proof."""
    wanted = sorted(places)
    if not wanted:
        return {"size": len(disclosures), "opened": []}
    reader = tree.in_memory([tree.leaf_hash(bytes.fromhex(line.digest())) for line in disclosures])  # once for all
    return {
        "size": len(disclosures),
        "opened": [
            {
                "line": place + 1,
                "disclosure": disclosures[place].to_json(),
                "proof": [to_base64(one) for one in tree.inclusion_proof(place, len(disclosures), reader)],
            }
            for place in wanted
        ],
    }


def hidden(seed: bytes, rows: Mapping[str, Sequence[JsonValue]]) -> dict[str, Table]:
    """The tables of a manifest: filled up, out of order, each under a seed of its own.

    Args:
        seed: 32 random bytes of this pack alone.
        rows: the lines of each table, by its name.
    """
    return {name: arranged(name, hmac.digest(seed, f"table:{name}".encode(), "sha256"), rows[name]) for name in LEAST}


def arranged(name: str, own: bytes, rows: Sequence[JsonValue]) -> Table:
    """A table of these lines, filled up and put in the order that its own seed gives."""
    size = max(LEAST[name], 1 << (len(rows) - 1).bit_length() if rows else 0)
    filled = [*rows, *[None] * (size - len(rows))]
    order = sorted(range(size), key=lambda at: hmac.digest(own, b"place:%d" % at, "sha256"))
    return Table(name, own, tuple(filled[at] for at in order))


def to_document(tables: Mapping[str, Table]) -> JsonValue:
    """Tables as they are kept, secret: what every edition is made from."""
    return {"format": TABLES_FORMAT, "tables": {name: table.opened_whole() for name, table in tables.items()}}


def from_document(document: Any) -> dict[str, Table]:
    """What `to_document` wrote.

    Raises:
        MalformedValue: it is another document.
    """
    if not isinstance(document, dict) or document.get("format") != TABLES_FORMAT:
        raise MalformedValue("tables of a pack", "another document", TABLES_FORMAT)
    return {
        name: Table(name, from_base64(str(one["seed"])), tuple(one["lines"]))
        for name, one in document["tables"].items()
    }


@dataclass(frozen=True, slots=True)
class Rows:
    """The lines of one table as far as they were opened, and whether that was the whole table."""

    lines: tuple[Any, ...]
    whole: bool
    size: int


def open_table(name: str, committed: Mapping[str, Any], opening: Mapping[str, Any] | None) -> Rows:
    """The lines of a table that an edition opens, each shown to be under the root that the manifest names.

    Raises:
        ProofError: a line, or the whole, does not fit that root.
        MalformedValue: a disclosure has another form.
    """
    size, root = int(committed["size"]), str(committed["root"])
    if opening is None:
        return Rows((), False, size)
    if "seed" in opening:
        lines = opening["lines"]
        found = table_root(line_disclosures(from_base64(str(opening["seed"])), f"{name}/", lines))
        if found != root or len(lines) != size:
            raise ProofError(f"The lines shown of the table of {name} do not give the root that the manifest names.")
        return Rows(tuple(line for line in lines if line is not None), True, size)
    found_lines = [value for _, value in verified_lines(f"{name}/", size, root, opening)]
    return Rows(tuple(line for line in found_lines if line is not None), False, size)


def verified_lines(prefix: str, size: int, root: str, opening: Mapping[str, Any]) -> list[tuple[int, Any]]:
    """The lines opened of a table, by their number from 1, each in its place under the root.

    Raises:
        ProofError: one is not there.
        MalformedValue: one is named as another line, or the table is said to have another size.
    """
    if int(opening["size"]) != size:
        raise MalformedValue(f"size of {prefix}", opening["size"], str(size))
    found = []
    for one in opening["opened"]:
        line, disclosure = int(one["line"]), Disclosure.from_json(one["disclosure"])
        if disclosure.name != f"{prefix}{line - 1}":
            raise MalformedValue(f"line {line}", disclosure.name, f"{prefix}{line - 1}")
        verify_line(disclosure, line - 1, size, [from_base64(one_hash) for one_hash in one["proof"]], root)
        found.append((line, disclosure.value))
    return found
