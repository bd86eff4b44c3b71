"""How much intake takes at once (DESIGN.md section 8). Past a limit the input is refused, never cut."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what comes from outside; the command line fills them from the home's settings."""

    document_bytes: int = 2 * 1024**3
    archive_ratio: int = 100
    archive_members: int = 10_000
    rows: int = 2_000_000
    columns: int = 500
    cell_characters: int = 32_767  # what one spreadsheet cell holds
    pages: int = 5_000
    files: int = 100_000
    parser_seconds: int = 60
    parser_bytes: int = 1024**3

    @classmethod
    def of(cls, settings: object) -> Self:
        """Limits with the values of `settings` for each field that it has."""
        return cls(**{f.name: getattr(settings, f.name) for f in fields(cls) if hasattr(settings, f.name)})
