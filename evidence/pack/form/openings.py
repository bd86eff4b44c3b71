"""Openings: what a file beside a pack opens of what the pack's edition withholds (docs/formats.md, Pack).

An opening has the members of `disclosures.json` and the entries that the edition does not carry. It is laid over what
the edition opens and then checked like it, so that it leads to the same root or fails. Nothing in it may be passed
over: what says otherwise than the pack does is refused, since a part that nobody looks at would be called passed with
the rest. This module reads; what makes openings is `open_field`.
"""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from evidence.core import canonical
from evidence.core.encoding import from_base64
from evidence.errors import PackError
from evidence.pack.form.container import Files, read
from evidence.pack.form.layout import entry_path

OPENING_FORMAT: Final = "urn:evidence:pack-opening:1"
SUFFIXES: Final = ("leaf", "dsse", "tlog-proof")
MAX_OPENING: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Beside:
    """What was handed to a check beside the pack: its disclosures with the openings laid over them, and more."""

    opening: dict[str, Any]
    entries: Mapping[str, bytes] = field(default_factory=dict)
    """Files of entries that the pack does not carry, by the names that they would have in it."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """Documents, as SHA-256 and the name of the file."""


def read_opening(content: bytes, name: str, pack: str, manifest_sha256: str) -> dict[str, Any]:
    """An opening that belongs to a pack.

    Raises:
        PackError: it is none, or belongs to another pack.
        MalformedJson: it is not in canonical JSON.
    """
    value: Any = canonical.loads_canonical(content, limit=MAX_OPENING)
    if not isinstance(value, dict) or value.get("format") != OPENING_FORMAT:
        raise PackError(f"{name} is no opening of a pack; wanted what 'evidence pack open-field' writes.")
    if (value.get("pack"), value.get("manifest")) != (pack, manifest_sha256):
        raise PackError(f"{name} opens fields of pack {value.get('pack')!r}, and of another manifest than this one's.")
    return value


def laid_over(opening: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """What an edition opens and what an opening adds, in the form of `disclosures.json`.

    Args:
        opening: what the edition opens.
        more: an opening of the right form, the lines of whose tables are under the roots of the manifest.

    Raises:
        PackError: it says otherwise what is already opened.
    """
    tables = dict(opening.get("tables", {}))
    for name, added in more["tables"].items():
        if "seed" in added:
            tables[name] = added
        elif "seed" not in tables.get(name, {}):  # a table that is open whole gains nothing
            tables[name] = _with_lines(f"the table of {name}", tables.get(name), added)
    lines = dict(opening["lines"])
    for index, added in more["lines"].items():
        lines[index] = _with_lines(f"lines of entry {index}", lines.get(index), added)
    statements = dict(opening["statements"])
    for index, disclosed in more["statements"].items():
        known = {one[1]: one for one in statements.get(index, [])}
        fields = {one[1]: one for one in disclosed}
        _require_same(f"entry {index}", known, fields)
        statements[index] = list({**known, **fields}.values())
    return {**opening, "tables": tables, "lines": lines, "statements": statements}


def _with_lines(what: str, known: Mapping[str, Any] | None, added: Mapping[str, Any]) -> Mapping[str, Any]:
    if known is None:
        return added
    if known["size"] != added["size"]:
        raise PackError(f"It gives {what} {added['size']} lines, the pack {known['size']}.")
    shown = {one["line"]: one for one in known["opened"]}
    more = {one["line"]: one for one in added["opened"]}
    _require_same(what, shown, more)
    return {**known, "opened": list({**shown, **more}.values())}


def _require_same(what: str, known: Mapping[Any, Any], added: Mapping[Any, Any]) -> None:
    """That nothing which is already shown is said otherwise."""
    for name in known.keys() & added.keys():
        if canonical.dumps(known[name]) != canonical.dumps(added[name]):
            raise PackError(f"It shows {name} of {what} otherwise than it is already shown.")


def entry_files(opening: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of the entries in an opening, by the names that they would have in a pack."""
    return {
        entry_path(int(index), suffix): from_base64(str(files[suffix]))
        for index, files in opening["entries"].items()
        for suffix in SUFFIXES
    }


def require_same_files(
    files: Files, there: Collection[str], known: Mapping[str, bytes], added: Mapping[str, bytes]
) -> None:
    """That files of entries in an opening are those of the pack, or of an opening before it, where they have them.

    Args:
        files: the pack.
        there: the names of its files.
        known: the files in openings before this one.
        added: those in this one.

    Raises:
        PackError: one is another file.
    """
    for name, content in added.items():
        if (name in there and read(files, name) != content) or known.get(name, content) != content:
            raise PackError(f"It holds another {name} than the one that is already there.")


class WithEntries:
    """The files of a pack, and entries from an opening for those that it does not carry."""

    def __init__(self, files: Files, entries: Mapping[str, bytes]) -> None:
        self._files, self._names = files, frozenset(files.names())
        self._entries = {name: content for name, content in entries.items() if name not in self._names}

    def names(self) -> tuple[str, ...]:
        return (*self._files.names(), *self._entries)

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self._entries[name]) if name in self._entries else self._files.open(name)

    def size(self, name: str) -> int:
        return len(self._entries[name]) if name in self._entries else self._files.size(name)
