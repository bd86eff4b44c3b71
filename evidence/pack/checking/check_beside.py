"""What is handed over beside a pack: openings, and documents that an edition withheld or that were sealed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.core import canonical
from evidence.errors import EvidenceError, PackError
from evidence.pack.checking.check_entries import CheckedEntry
from evidence.pack.checking.check_opening import require_opening
from evidence.pack.checking.verdict import MALFORMED, PackReport
from evidence.pack.form import layout
from evidence.pack.form.container import Files, digest
from evidence.pack.form.openings import (
    MAX_OPENING,
    OPENING_FORMAT,
    Beside,
    entry_files,
    laid_over,
    read_opening,
    require_same_files,
)
from evidence.pack.form.tables import open_table


@dataclass(frozen=True, slots=True)
class Given:
    """A file that was handed over beside a pack; `opening` is its content where it says that it is an opening."""

    name: str
    sha256: str
    opening: bytes | None


def read_beside(paths: Sequence[Path]) -> list[Given]:
    """The files, each by its digest.

    Raises:
        PackError: one cannot be read.
    """
    return [_given(path) for path in paths]


def check_beside(
    report: PackReport, files: Files, manifest: dict[str, Any], opening: dict[str, Any], given: Sequence[Given]
) -> Beside:
    """Openings laid over what the pack opens; what they open is judged with the rest.

    One of which any part has no place in the pack is not laid over it at all.
    """
    entries: dict[str, bytes] = {}
    laid = opening
    own = digest(files, layout.MANIFEST) if given else ""
    there = frozenset(files.names()) if given else frozenset()
    shown = _rows(manifest, opening) if given else frozenset()
    for one in given:
        if one.opening is None:
            continue
        name = f"opening {one.name}"
        try:
            more = read_opening(one.opening, one.name, str(manifest["pack"]), own)
            require_opening(more, shown | _rows_beside(manifest, more))
            added = entry_files(more)
            require_same_files(files, there, entries, added)
            laid, entries = laid_over(laid, more), {**entries, **added}
        except MALFORMED as error:
            report.failed(name, str(error) or type(error).__name__)
        else:
            opened = len(more["statements"])
            report.passed(name, f"of this pack; it opens fields of {opened} entries, judged with the rest")
    return Beside(laid, entries, {one.sha256: one.name for one in given if one.opening is None})


def _rows(manifest: Mapping[str, Any], opening: Mapping[str, Any]) -> frozenset[str]:
    """The entries with a line in the manifest that the pack itself shows; none where what it shows does not fit."""
    if manifest.get("format") != layout.MANIFEST_FORMAT:
        return frozenset(str(one["index"]) for one in manifest["entries"])
    try:
        rows = open_table("entries", manifest["tables"]["entries"], opening["tables"].get("entries"))
        return frozenset(str(one["index"]) for one in rows.lines)
    except MALFORMED:
        return frozenset()  # the table of entries fails by its own name


def _rows_beside(manifest: Mapping[str, Any], more: Mapping[str, Any]) -> frozenset[str]:
    """The entries of which an opening shows the line, once each line of its tables is under the manifest's roots.

    Raises:
        EvidenceError: a line is not there, or the manifest has no such table.
    """
    found: frozenset[str] = frozenset()
    committed = manifest["tables"] if manifest.get("format") == layout.MANIFEST_FORMAT else {}
    for name, table in more["tables"].items():
        if name not in committed:
            raise PackError(f"It opens a table of {name}, which the manifest does not have.")
        rows = open_table(name, committed[name], table)
        if name == "entries":
            found = frozenset(str(one["index"]) for one in rows.lines)
    return found


def check_documents(report: PackReport, documents: Mapping[str, str], entries: Mapping[int, CheckedEntry]) -> None:
    """Documents beside the pack, by digest: each is one that a field names which fits its statement's commitment."""
    named = {value for entry in entries.values() for value in entry.opened.fields.values() if isinstance(value, str)}
    for sha256, name in documents.items():
        if sha256 in named:
            report.passed(f"document {name}", f"SHA-256 {sha256}, which an opened field names")
        else:
            report.failed(f"document {name}", f"SHA-256 {sha256}: no field that is opened names these bytes.")


def _given(path: Path) -> Given:
    try:
        with open(path, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            content = file.read(MAX_OPENING + 1) if file.read(2) == b'{"' else b""
            content = b'{"' + content if content else b""
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror}).") from error
    return Given(path.name, sha256, content if _is_opening(content) else None)


def _is_opening(content: bytes) -> bool:
    """Whether a file says that it is an opening; anything else is a document."""
    if not content or len(content) > MAX_OPENING:
        return False
    try:
        value = canonical.loads(content, limit=MAX_OPENING)
    except EvidenceError:
        return False
    return isinstance(value, dict) and value.get("format") == OPENING_FORMAT
