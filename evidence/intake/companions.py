"""What is derived from a received document and recorded beside it: checks of its signatures, its text.

Nothing here touches the original, and nothing here is read as what the document says. A file that must be sealed has no
companions: its text in clear would outlive its disposal.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.core.identifiers import Random
from evidence.core.statements.base import Statement
from evidence.intake.gather import Found
from evidence.intake.limits import Limits
from evidence.intake.scans import TEXT_MEDIA_TYPE, derived_statement, has_pages, read_pages
from evidence.intake.signed_pdf import TRUST_MEDIA_TYPE, TrustList, check_signatures, statements_of
from evidence.intake.sniff import PDF


@dataclass(frozen=True, slots=True)
class Companions:
    """Statements to be recorded after the receipt, in the same append, and the documents that they name."""

    statements: tuple[Statement, ...] = ()
    documents: tuple[tuple[bytes, str], ...] = ()
    """Content and media type each; the store must hold them before the statements are recorded."""
    notices: tuple[str, ...] = ()
    text: str | None = None
    """The text of its pages, for likeness; None where it has none."""
    pages: int = 0
    pixels: str | None = None
    """A digest of what a scan shows; equal for scans that differ in their bytes only."""
    is_scan: bool = False
    """Whether it is a scan: its receipt's document class then says so."""


def companions(
    found: Found, path: Path, limits: Limits, trust: TrustList | None, now: datetime, random: Random
) -> Companions:
    """The companions of the file `found`, whose bytes lie at `path`; none of what is neither a PDF nor a picture.

    Raises:
        IntakeError: the file cannot be opened, or no process started for it.
    """
    if not has_pages(found.media_type):
        return Companions()
    statements: list[Statement] = []
    documents: list[tuple[bytes, str]] = []
    notices: list[str] = []
    if found.media_type == PDF:
        checked = check_signatures(path, trust, limits, now)
        notices += checked.notices
        notices += [f"signature {each.field or 'without a name'}: {each.says()}" for each in checked.signatures]
        statements += statements_of(checked.signatures, found.sha256, trust, now, random)
        if checked.signatures and trust is not None:
            documents.append((trust.pem, TRUST_MEDIA_TYPE))
    read = read_pages(path, found.media_type, limits)
    notices += read.notices
    has_text = bool(read.text.strip())
    if has_text:
        content = read.text.encode()
        derived = hashlib.sha256(content).hexdigest()
        documents.append((content, TEXT_MEDIA_TYPE))
        statements.append(derived_statement(read, found.sha256, derived, now, random))
    return Companions(
        statements=tuple(statements),
        documents=tuple(documents),
        notices=tuple(notices),
        text=read.text if has_text else None,
        pages=read.pages,
        pixels=read.pixels,
        is_scan=read.is_scan,
    )
