"""Redacting a document on file: a copy of its pages as pictures, boxes painted over them, recorded beside the original.

The original stays as received and is what counts. The copy is made in the bounded process (`redact_file`), so that
nothing of the file but the look of its pages is in it; its record names both, and a pack for a reader who may not see
the original shows the copy in its place.
"""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.metadata import version
from pathlib import Path

from evidence.core.statements.derived import REDACTION_TOOL, DerivedDocument, DerivedPurpose
from evidence.core.statements.own import DocumentReceived
from evidence.errors import IntakeError, UsageError
from evidence.intake.faults import Faults
from evidence.intake.limits import Limits
from evidence.intake.parser import parse
from evidence.ledger.found import HomeHandle
from evidence.ledger.stated import stated
from evidence.register.queries import Known

_BOX = re.compile(r"([0-9]{1,5}):([0-9.]{1,9}),([0-9.]{1,9}),([0-9.]{1,9}),([0-9.]{1,9})")
_COPY = "redacted"
_PICTURES = ("image/png", "image/jpeg", "image/tiff")


@dataclass(frozen=True, slots=True)
class Box:
    """What is painted over on one page: tenths of a millimetre from its upper left corner; of a picture, pixels."""

    page: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted copy as recorded."""

    document: str
    """SHA-256 of the copy."""
    of: str
    pages: int
    media_type: str
    entry: int


def read_box(text: str, media_type: str) -> Box:
    """A box as a person writes it: ``PAGE:LEFT,TOP,WIDTH,HEIGHT``, in millimetres; of a picture, in pixels.

    Raises:
        UsageError: it is written otherwise, or is nothing.
    """
    found = _BOX.fullmatch(text)
    try:
        sides = [Decimal(side) * (1 if media_type in _PICTURES else 10) for side in found.groups()[1:]] if found else []
    except InvalidOperation:
        sides = []
    if found is None or not sides or int(found[1]) < 1 or min(sides[2:]) <= 0 or any(side % 1 for side in sides):
        raise UsageError(
            f"{text!r} is no box: wanted PAGE:LEFT,TOP,WIDTH,HEIGHT in millimetres with at most one decimal from the "
            "upper left corner (of a picture, in whole pixels), such as 1:20,35.5,80,6."
        )
    return Box(int(found[1]), *(int(side) for side in sides))


def redact(
    handle: HomeHandle, receipt: Known[DocumentReceived], boxes: Sequence[Box], note: str, limits: Limits
) -> Redacted:
    """Make and record a redacted copy.

    Args:
        handle: a home open to sign.
        receipt: the document's receipt.
        boxes: what to paint over, at least one.
        note: what was hidden and why; readers of the copy see it.
        limits: bounds on the file and on the process that opens it.

    Raises:
        UsageError: no box was given, or the note cannot be recorded so.
        IntakeError: the document is of a type that cannot be drawn, or its pages cannot be.
    """
    if not boxes:
        raise UsageError("Nothing is to be redacted: give at least one --box.")
    of = receipt.value
    if of.media_type != "application/pdf" and of.media_type not in _PICTURES:
        raise IntakeError(
            f"{of.name} is {of.media_type}; what can be redacted is a PDF, a PNG, a JPEG or a TIFF. "
            "Print it to PDF and record that as a document of its own."
        )
    faults = Faults(of.name)
    drawn = [[box.page, box.left, box.top, box.width, box.height] for box in boxes]
    asked = {"name": _COPY, "media_type": of.media_type, "boxes": drawn}
    with tempfile.TemporaryDirectory() as folder, handle.documents.open(of.document) as file:
        parsed = parse("redact", file, limits, faults, into=Path(folder), ask=asked)
        if faults.count or not parsed.found:
            raise IntakeError(f"{of.name} was not redacted. {'; '.join(str(each) for each in faults.all())}")
        stored = handle.documents.put((Path(folder) / _COPY).read_bytes())
    pages, media_type = int(parsed.found[0]["pages"]), str(parsed.found[0]["media_type"])
    statement = stated(
        handle,
        DerivedDocument,
        handle.clock.now(),
        document=of.document,
        derived=stored.sha256,
        purpose=DerivedPurpose.PAGE_PICTURES,
        tool=REDACTION_TOOL,
        tool_version=version("pypdfium2"),
        pages=pages,
        note=note,
    )
    return Redacted(stored.sha256, of.document, pages, media_type, handle.record(statement).seq)
