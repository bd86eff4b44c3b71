"""How much intake takes at once (DESIGN.md section 8). Past a limit the input is refused, never cut."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what comes from outside; the command line fills them from the home's settings."""

    document_bytes: int = 2 * 1024**3
    archive_ratio: int = 100
    archive_members: int = 10_000
    unpacked_bytes: int = 4 * 1024**3  # what one archive or mail may hold unpacked
    mail_depth: int = 5  # mails and archives within each other
    rows: int = 2_000_000
    columns: int = 500
    cell_characters: int = 32_767  # what one spreadsheet cell holds
    pages: int = 5_000
    ocr_pages: int = 50  # of one document, whose text is recognised
    ocr_seconds: int = 300  # for all of them
    ocr_page_seconds: int = 60
    image_pixels: int = 100_000_000
    files: int = 100_000
    bill_depth: int = 50  # levels of made parts within each other
    parser_seconds: int = 60
    parser_bytes: int = 1024**3

    @classmethod
    def of(cls, settings: object) -> Self:
        """Limits with the values of `settings` for each field that it has."""
        return cls(**{f.name: getattr(settings, f.name) for f in fields(cls) if hasattr(settings, f.name)})
