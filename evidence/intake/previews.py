"""Previews of documents: the first pages as pictures, made in the bounded process (`preview_file`), one a document.

A document that cannot be drawn, or makes its parser crash, hang or grow, has no preview and the reason is told; nothing
else becomes of it. All previews of one call together have a time of their own, so that no number of documents holds up
what asks for them.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.intake.faults import Faults
from evidence.intake.gather import HEAD_AND_TAIL
from evidence.intake.limits import Limits
from evidence.intake.parser import parse
from evidence.intake.sniff import EML, HEIC, JPEG, PDF, PNG, TIFF, XLSX, media_type
from evidence.store.documents import DocumentStore
from evidence.store.resources import folder

PAGES = 20
"""At most so many pages are shown: a preview helps to find and recognise a document, which itself lies beside it."""
SECONDS = 20
"""For one document."""
ALL_SECONDS = 120
"""For all documents of one pack."""
_DRAWN = frozenset({PDF, PNG, JPEG, TIFF, HEIC, EML, XLSX})
_FONT = ("fonts", "NotoSansMono-Regular.ttf")


@dataclass(frozen=True, slots=True)
class Preview:
    """A PDF of page pictures, or why there is none; `pages` is how many the document has, where that is known."""

    content: bytes | None
    shown: int = 0
    pages: int | None = None
    why: str = ""


class Previewer:
    """Makes previews of documents in a store; each is made once."""

    def __init__(self, documents: DocumentStore, limits: Limits, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._documents, self._elapsed = documents, elapsed
        self._limits = replace(limits, parser_seconds=min(SECONDS, limits.parser_seconds))
        self._until: float | None = None
        self._made: dict[str, Preview] = {}

    def __call__(self, sha256: str, name: str) -> Preview:
        """The preview of a document; `name` only tells sorts of text apart."""
        if self._until is None:
            self._until = self._elapsed() + ALL_SECONDS
        if sha256 not in self._made:
            self._made[sha256] = self._make(sha256, name)
        return self._made[sha256]

    def _make(self, sha256: str, name: str) -> Preview:
        found = self._media_type(sha256, name)
        if found not in _DRAWN:
            return Preview(None, why=f"{found}: not drawn")
        if self._until is not None and self._elapsed() > self._until:
            return Preview(None, why=f"the {ALL_SECONDS} s for all previews were over")
        faults, font = Faults(name), folder("templates").joinpath(*_FONT)
        ask = {"media_type": found, "most": PAGES, "font": str(font), "workbook": XLSX}
        with tempfile.TemporaryDirectory() as into, self._documents.open(sha256) as file:
            try:
                parsed = parse("preview", file, self._limits, faults, into=Path(into), ask=ask, readable=[Path(font)])
            except EvidenceError as error:  # no process could be started
                return Preview(None, why=str(error))
            if faults.count or not parsed.found:
                return Preview(None, why="; ".join(fault.found for fault in faults.all()) or "no answer")
            return _told(parsed.found[0], Path(into) / "preview")

    def _media_type(self, sha256: str, name: str) -> str:
        with self._documents.open(sha256) as file:
            head = file.read(HEAD_AND_TAIL)
            file.seek(max(len(head), self._documents.size(sha256) - HEAD_AND_TAIL))
            return media_type(head + file.read(), name)


def _told(found: dict[str, object], place: Path) -> Preview:
    """What the process answered, read as data: a hostile file may have taken it over."""
    shown, pages = found.get("shown"), found.get("pages")
    if not isinstance(shown, int) or not (pages is None or isinstance(pages, int)) or not place.is_file():
        return Preview(None, why="an answer that cannot be read")
    return Preview(place.read_bytes(), shown, pages)
