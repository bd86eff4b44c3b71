"""How the files of one import are read: what a person, or the home's settings, says before it begins."""

from collections.abc import Collection
from dataclasses import dataclass

from evidence.intake.assemble import Correction
from evidence.intake.clamd import Scanner
from evidence.intake.mapping_document import Mapping
from evidence.intake.signed_pdf import TrustList


@dataclass(frozen=True, slots=True)
class Partial:
    """The choice to take the sound rows of a file and leave the others: who made it, and why."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read."""

    kind: str | None = None
    """The template that every table has, or ``document`` for files only to be kept; None: told by the header."""
    mappings: tuple[Mapping, ...] = ()
    """What turns the columns of foreign tables into ours."""
    partial: Partial | None = None
    correction: Correction | None = None
    """The load that the loads of this import take the place of."""
    owner: str | None = None
    """Who has to settle what the import leaves open; None: as the home's settings say."""
    lowered: Collection[str] = ()
    """Elements of a certification, mark S, that a setting lowers to a warning."""
    scanner: Scanner | None = None
    """Asked about each file before it is read."""
    trust: TrustList | None = None
    """What signatures of PDF files may lead to; None: no signer is judged."""
