"""What is handed over beside a pack: openings, and documents that an edition withheld or that were sealed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evidence.core import canonical
from evidence.errors import EvidenceError, PackError
from evidence.pack import layout
from evidence.pack.container import Files, read
from evidence.pack.openings import MAX_OPENING, OPENING_FORMAT, Beside, entry_files, laid_over, read_opening
from evidence.pack.verdict import PackReport


def check_beside(
    report: PackReport, files: Files, manifest: dict[str, Any], opening: dict[str, Any], beside: Sequence[Path]
) -> Beside:
    """Openings laid over what the pack opens; what they open is judged with the rest.

    Raises:
        PackError: a file cannot be read.
    """
    entries: dict[str, bytes] = {}
    documents: dict[str, str] = {}
    own = hashlib.sha256(read(files, layout.MANIFEST)).hexdigest()
    laid = opening
    for path in beside:
        content = _content(path)
        if not _is_opening(content):
            documents[hashlib.sha256(content).hexdigest()] = path.name
            continue
        name = f"opening {path.name}"
        try:
            more = read_opening(content, path.name, str(manifest["pack"]), own)
            laid, entries = laid_over(laid, more), {**entries, **entry_files(more)}
        except (EvidenceError, KeyError, ValueError, TypeError, AttributeError) as error:
            report.failed(name, str(error) or type(error).__name__)
        else:
            report.passed(
                name, f"of this pack; it opens fields of {len(more['statements'])} entries, judged with the rest"
            )
    named = {str(one[2]) for disclosed in laid.get("statements", {}).values() for one in disclosed if len(one) == 3}
    for sha256, name in documents.items():
        if sha256 in named:
            report.passed(f"document {name}", f"SHA-256 {sha256}, which an opened field names")
        else:
            report.failed(f"document {name}", f"SHA-256 {sha256}: no field that is opened names these bytes.")
    return Beside(laid, entries, documents)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror}).") from error


def _is_opening(content: bytes) -> bool:
    """Whether a file says that it is an opening; anything else is a document."""
    if len(content) > MAX_OPENING or not content.startswith(b'{"'):
        return False
    try:
        value = canonical.loads(content, limit=MAX_OPENING)
    except EvidenceError:
        return False
    return isinstance(value, dict) and value.get("format") == OPENING_FORMAT
