"""Concordances between editions of the nomenclature: cited records, never a silent mapping (RECORDS.md 9)."""

from typing import ClassVar

from evidence.core.statements.base import Statement
from evidence.core.values import HsEdition, TariffCode, Text


class Concordance(Statement):
    """One code of one edition read as one code of another, for a stated purpose."""

    kind: ClassVar[str] = "concordance"
    prefix: ClassVar[str] = "conc"

    from_edition: HsEdition
    from_code: TariffCode
    to_edition: HsEdition
    to_code: TariffCode
    relation: Text
    """One to one, or one of several."""
    condition: Text
    """What a good must be for this to hold."""
    citation: Text
    """The table or ruling that says so."""
    mark: Text
    """Confidence: P the text was read, S a summary was, K known from background."""
    approved_by: Text
    """Who approved the reading."""
