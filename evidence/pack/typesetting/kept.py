"""Parts of reports as they were set, kept by what they were made of: a pack built again sets only what has changed.

Kept is nothing that could not be set anew: losing the folder loses time. A file begins with the digest of the rest, so
that a damaged one is set again. What was not used for longest goes first when there is too much.
"""

import hashlib
import importlib.metadata
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from evidence.core import canonical
from evidence.core.values import moment_text
from evidence.pack.typesetting.presses import set_all
from evidence.pack.typesetting.typeset import Sheet, pango_version
from evidence.pack.words.assets import assets

FOLDER: Final = Path("cache") / "parts"
"""Where they are kept in a home."""
_MOST_BYTES: Final = 256 * 1024 * 1024
_DIGEST_BYTES: Final = 32
_SETTERS: Final = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "cssselect2", "pyphen", "Pillow")


class KeptParts:
    """Sets parts in type, but for those that it has kept."""

    def __init__(self, folder: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most = most_bytes

    def set_all(self, sheets: Sequence[Sheet]) -> Iterator[bytes]:
        """The parts in the order of their sheets.

        Raises:
            PackError: as `presses.set_all`.
        """
        paths = [self._folder / _key(sheet) for sheet in sheets]
        kept = [_read(path) for path in paths]
        missing = [sheet for sheet, have in zip(sheets, kept, strict=True) if have is None]
        anew = set_all(missing, 1 if len(missing) < 2 else None)
        for path, have in zip(paths, kept, strict=True):
            if have is None:
                made = next(anew)
                self._keep(path, made)
                yield made
            else:
                yield have

    def _keep(self, path: Path, content: bytes) -> None:
        """Best effort: what cannot be kept is set again another time."""
        beside = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.write_bytes(hashlib.sha256(content).digest() + content)
            beside.replace(path)
            self._trim()
        except OSError:
            beside.unlink(missing_ok=True)

    def _trim(self) -> None:
        found = sorted((path.stat().st_mtime_ns, path.stat().st_size, path) for path in self._folder.iterdir())
        over = sum(size for _, size, _ in found) - self._most
        for _, size, path in found:
            if over <= 0:
                return
            path.unlink(missing_ok=True)
            over -= size


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
        digest, part = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(part).digest() != digest:
            return None
        os.utime(path)
    except OSError:
        return None
    return part


def _key(sheet: Sheet) -> str:
    """A digest of everything that a part's bytes depend on."""
    said = canonical.dumps(
        {
            "html": hashlib.sha256(sheet.html.encode()).hexdigest(),
            "identifier": sheet.identifier,
            "moment": moment_text(sheet.moment),
            "embedded": [
                [item.name, hashlib.sha256(item.content).hexdigest(), item.description, item.relationship]
                for item in sheet.embedded
            ],
            "variant": sheet.variant,
            "set by": _setters(),
        }
    )
    return hashlib.sha256(said).hexdigest()


@cache
def _setters() -> str:
    """A digest of the type-setter, the styles and the fonts."""
    digest = hashlib.sha256(f"Pango {pango_version()}\n".encode())
    for name in _SETTERS:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    for path in sorted([*(assets() / "style").iterdir(), *(assets() / "fonts").iterdir()]):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
