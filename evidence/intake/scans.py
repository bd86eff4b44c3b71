"""The text of a PDF or a scan, for finding and comparing: read by `scan_file` in the bounded process.

A scan is a picture (PNG, JPEG, TIFF) or a PDF whose pages are pictures. Its text stands beside the original as a
derived document, never instead of it, and nothing is read from it as a fact: that takes a person (`readings`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.derived import DerivedDocument, DerivedPurpose
from evidence.core.values import Sha256
from evidence.intake import parser
from evidence.intake.assemble import SELF
from evidence.intake.faults import Faults
from evidence.intake.gather import open_regular
from evidence.intake.limits import Limits
from evidence.intake.sniff import PDF, PLAIN

PICTURES = ("image/png", "image/jpeg", "image/tiff")
PAGE_END = "\f"
"""Between two pages of a text, as pdftotext and tesseract have it."""
TEXT_MEDIA_TYPE = PLAIN
PIXELS = "pixels "
"""In the note of a derived text: what follows is the same for scans that show the same to the last point."""


@dataclass(frozen=True, slots=True)
class ScanText:
    """What was read of a document's pages: `text` has `PAGE_END` between them, and at its end what is in a form."""

    text: str
    pages: int
    tool: str
    tool_version: str
    languages: tuple[str, ...]
    notices: tuple[str, ...]
    is_scan: bool
    """Whether a page of it is a picture."""
    recognised: bool
    """Whether some of the text was recognised, and not there to be read."""
    pixels: str | None
    """A digest of every page's points, of a document that is all pictures."""

    @property
    def purpose(self) -> DerivedPurpose:
        return DerivedPurpose.OCR_TEXT if self.recognised else DerivedPurpose.TEXT


def _lines(text: str) -> str:
    if not all(c.isprintable() or c == "\n" for c in text):
        raise ValueError("text that holds what the bounded process leaves out")
    return text


_Lines = Annotated[str, AfterValidator(_lines)]
_Short = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_lines)]


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    page: int
    how: _Short
    text: _Lines
    pixels: Sha256 | None
    why: _Short | None


class _Whole(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: int
    reader: _Short
    tool: _Short | None
    tool_version: _Short | None
    languages: tuple[_Short, ...]
    missing: bool
    filled: _Lines
    cut: bool


def has_pages(media_type: str) -> bool:
    """Whether `read_pages` reads files of this type."""
    return media_type == PDF or media_type in PICTURES


def read_pages(path: Path, media_type: str, limits: Limits, *, recognise: bool = True) -> ScanText:
    """The text of the pages at `path`; `recognise` by tesseract where a page is a picture.

    What cannot be read is told in the notices and is no fault: the document is kept all the same.

    Raises:
        IntakeError: the file cannot be opened, or no process started for it.
    """
    faults = Faults(path.name)
    seconds = limits.ocr_seconds if recognise else limits.parser_seconds
    with open_regular(path) as file:
        ask = {"media_type": media_type, "recognise": recognise}
        parsed = parser.parse("scan", file, replace(limits, parser_seconds=seconds), faults, ask=ask)
    notices = [*parsed.notices, *(f"its pages were not read to the end: {fault.found}" for fault in faults.all())]
    try:
        pages = [_Page.model_validate(each) for each in parsed.found if "page" in each]
        whole = next((_Whole.model_validate(each) for each in parsed.found if "page" not in each), None)
    except ValidationError:  # a process that a hostile file has taken over
        pages, whole = [], None
        notices.append("its pages were not read: the answer cannot be read")
    return _joined(pages, whole, notices, media_type)


def _joined(pages: Sequence[_Page], whole: _Whole | None, notices: list[str], media_type: str) -> ScanText:
    of_pictures = [each for each in pages if each.how in ("picture", "recognised", "layer")]
    recognised = any(each.how == "recognised" for each in pages)
    not_read = [each for each in pages if each.how == "picture"]
    if not_read and whole is not None and whole.missing:
        notices.append("a scan whose text was not recognised: tesseract is not installed here (see scripts/setup.sh)")
    elif not_read and whole is not None and (whole.tool or not_read[0].why):
        first = not_read[0]
        numbers = ", ".join(str(each.page) for each in not_read[:10]) + (" ..." if len(not_read) > 10 else "")
        notices.append(
            f"page {numbers} of {whole.pages} not recognised: {first.why or 'a picture without text that can be read'}"
        )
    notices += [f"page {each.page}: {each.why}" for each in pages if each.how != "picture" and each.why]
    if whole is not None and whole.cut:
        notices.append("more text than is kept of one document; the rest was left out")
    pixels = [each.pixels for each in pages if each.pixels is not None]
    tool = whole.tool if whole is not None and recognised else None
    reader, _, reader_version = (whole.reader if whole is not None else "pypdfium2 unknown").partition(" ")
    filled = f"\n{whole.filled}" if whole is not None and whole.filled else ""
    return ScanText(
        text=PAGE_END.join(each.text for each in pages) + filled,
        pages=len(pages),
        tool=tool or reader,
        tool_version=(whole.tool_version if whole and tool else None) or reader_version or "unknown",
        languages=whole.languages if whole is not None and recognised else (),
        notices=tuple(dict.fromkeys(notices)),
        is_scan=media_type in PICTURES or bool(of_pictures),
        recognised=recognised,
        pixels=_together(pixels) if pixels and len(pixels) == len(pages) else None,
    )


def _together(digests: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def derived_statement(read: ScanText, original: str, derived: str, now: datetime, random: Random) -> DerivedDocument:
    """That the document `derived` is the text of the document `original`, and by which tool."""
    return DerivedDocument(
        id=mint(DerivedDocument.prefix, now, random),
        issuer=SELF,
        evidence_class=EvidenceClass.DERIVED,
        document=original,
        derived=derived,
        purpose=read.purpose,
        tool=read.tool,
        tool_version=read.tool_version,
        languages=read.languages,
        pages=read.pages or None,
        note=f"{PIXELS}{read.pixels}" if read.pixels is not None else None,
    )
