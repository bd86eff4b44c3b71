"""What disclosures and openings may hold: members of known names alone, each field once, nothing of what is not there.

A member that one reader overlooks and another reads is a place to say two things at once. What the authority's edition
may withhold is what is secret by its kind; whoever leaves out more shows the authority less than was signed.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, Final

from evidence.core.disclosure import SEALED, Disclosure
from evidence.core.statements.base import Opened
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.registry import KINDS
from evidence.core.statements.versions import EARLIER
from evidence.errors import PackError
from evidence.pack.checking.verdict import MALFORMED, PackReport
from evidence.pack.form import layout
from evidence.pack.form.carried import OF_BYTES
from evidence.pack.form.tables import LEAST

_MEMBERS: Final = frozenset({"edition", "format", "lines", "pack", "sealed", "seeds", "statements", "tables"})
_BESIDE: Final = frozenset({"entries", "format", "lines", "manifest", "pack", "statements", "tables"})
"""Members of an opening, which lies beside a pack."""
_FILES: Final = frozenset({"dsse", "leaf", "tlog-proof"})
_COUNTS: Final = frozenset({"lines", "worksheet_lines"})
"""Fields that say how many lines a load or a worksheet has."""
_WHOLE: Final = frozenset({"lines", "seed"})
_PART: Final = frozenset({"opened", "size"})
_LINE: Final = frozenset({"disclosure", "line", "proof"})
_SEALED: Final = frozenset({"path", "recipient", "sha256"})


def check_opening(report: PackReport, manifest: Mapping[str, Any], opening: Mapping[str, Any]) -> None:
    """The form of what a pack itself opens; `manifest` has the lines of its tables. Version 1 stays as issued."""
    if manifest.get("format") != layout.MANIFEST_FORMAT:
        return
    try:
        strange = next(_strange(opening, manifest), None)
    except MALFORMED as error:
        strange = f"{type(error).__name__}: {error}"
    if strange is not None:
        report.failed(layout.DISCLOSURES, f"Not of the form that docs/formats.md has ({strange}).")


def require_opening(opening: Mapping[str, Any], entries: Collection[str]) -> None:
    """The form of an opening.

    Args:
        opening: what it holds.
        entries: indexes of the entries of which it may speak, as text: those with a line in the table of entries.

    Raises:
        PackError: something has no place in it.
        MalformedValue: a field is not opened as fields are.
    """
    strange = next(_strange_beside(opening, entries), None)
    if strange is not None:
        raise PackError(f"Not of the form that docs/formats.md has ({strange}).")


def left_out(kind: str, opened: Opened, opening: Mapping[str, Any]) -> frozenset[str]:
    """The fields of a statement that the authority's edition opens, and this one, which is called so, withholds."""
    if opening.get("format") != layout.DISCLOSURES_FORMAT or opening.get("edition") != layout.AUTHORITY:
        return frozenset()
    own = OF_BYTES if kind == DocumentReceived.kind and opened.fields.get("tier") in SEALED else frozenset()
    return opened.withheld - secret_fields().get(kind, frozenset()) - own


@cache
def secret_fields() -> Mapping[str, frozenset[str]]:
    """The fields that no edition opens, by kind, in all its versions."""
    tiers = [(kind.kind, kind.tiers()) for kind in KINDS.values()]
    tiers += [(earlier.kind, earlier.tiers) for earlier in EARLIER.values()]
    found: dict[str, frozenset[str]] = {}
    for kind, fields in tiers:
        found[kind] = found.get(kind, frozenset()) | {name for name, tier in fields.items() if tier in SEALED}
    return {kind: names for kind, names in found.items() if names}


def _strange(opening: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[str]:
    """What has no place in disclosures."""
    yield from _other("the whole", opening, _MEMBERS)
    yield from _tables(opening)
    for listed in _list(opening["sealed"]):
        yield from _other("sealed", listed, _SEALED)
    yield from _fields_and_lines(opening, {str(one["index"]) for one in manifest["entries"]})
    for index in opening["lines"]:
        if not _COUNTS & {str(one[1]) for one in opening["statements"].get(index, ())}:
            yield f"lines {index}: how many there are is not opened"
    analyses = {str(one["entry"]) for one in manifest["worksheets"]}
    yield from (f"seeds {index}: no worksheet" for index in opening["seeds"] if index not in analyses)


def _strange_beside(opening: Mapping[str, Any], entries: Collection[str]) -> Iterator[str]:
    """What has no place in an opening."""
    yield from _other("the whole", opening, _BESIDE)
    yield from _tables(opening)
    yield from _fields_and_lines(opening, entries)
    for disclosed in opening["statements"].values():
        for one in disclosed:
            Disclosure.from_json(one)  # of another form it would be told of as an entry's fault
    for index, parts in opening["entries"].items():
        yield from _other(f"entries {index}", parts, _FILES)
        if index not in entries:
            yield f"entries {index}: no entry"


def _tables(opening: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"tables: {name}" for name in opening["tables"] if name not in LEAST)
    for name, table in opening["tables"].items():
        if "seed" in table:
            yield from _other(f"tables {name}", table, _WHOLE)
        else:
            yield from _part(f"tables {name}", table)


def _fields_and_lines(opening: Mapping[str, Any], entries: Collection[str]) -> Iterator[str]:
    for index, table in opening["lines"].items():
        yield from _part(f"lines {index}", table)
        if index not in entries:
            yield f"lines {index}: no entry"
    for index, disclosed in opening["statements"].items():
        names = [str(one[1]) for one in _list(disclosed)]
        if index not in entries:
            yield f"statements {index}: no entry"
        if len(set(names)) != len(names):
            yield f"statements {index}: a field twice"


def _part(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    yield from _other(name, table, _PART)
    for line in _list(table["opened"]):
        yield from _other(name, line, _LINE)
    lines = [str(line["line"]) for line in table["opened"]]
    if len(set(lines)) != len(lines):
        yield f"{name}: a line twice"


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("wanted a list")
    return value


def _other(name: str, table: Mapping[str, Any], wanted: frozenset[str]) -> Iterator[str]:
    yield from (f"{name}: {member}" for member in sorted(table.keys() ^ wanted))
