"""What an import has made ready: receipts, statements and loads, of which nothing is recorded yet."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from evidence.core.identifiers import Random
from evidence.core.statements.base import Source, Statement
from evidence.core.statements.load import Load
from evidence.core.statements.own import DocumentReceived
from evidence.intake.faults import Fault
from evidence.intake.gather import Found


@dataclass(frozen=True, slots=True)
class Reception:
    """How an import came in: who holds what was received, on which day it is said to have come, and why."""

    holder: str
    received_on: date
    now: datetime
    random: Random
    received_basis: str = "the day of import; no earlier day is claimed"
    channel: str = "import"


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read. `lowered` are elements of a certification, mark S, that a setting lowers to a warning."""

    kind: str | None = None
    """The template that every table has, or ``document`` for files only to be kept; None: told by the header."""
    lowered: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class LoadDraft:
    """A load before its salts are drawn: its parsed view is ready, byte for byte."""

    kind: type[Load]
    id: str
    source: Source
    parser: str
    view: bytes
    lines: int


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to be recorded: its receipt, then what was read from it, in one append."""

    found: Found
    receipt: DocumentReceived
    statements: tuple[Statement, ...]
    loads: tuple[LoadDraft, ...]

    @property
    def holds(self) -> str:
        """What it holds, in words."""
        kinds: dict[str, int] = {}
        for statement in self.statements:
            kinds[statement.kind] = kinds.get(statement.kind, 0) + 1
        words = [f"{count} x {kind}" for kind, count in kinds.items()]
        words += [f"{load.kind.kind}, {load.lines} lines" for load in self.loads]
        return "; ".join(words) or self.receipt.role or "document"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A file whose bytes are on record: nothing of it is recorded again."""

    name: str
    sha256: str
    already: str
    """``#12``, or the name of the file of this import that has the same bytes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file with faults, whose bytes are kept apart from the ledger."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything that an import would record, or every fault that keeps it from recording anything."""

    files: tuple[PlannedFile, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    faults: tuple[Fault, ...] = ()
    notices: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = field(default=())

    @property
    def clean(self) -> bool:
        """Whether the plan may be recorded."""
        return not self.faults
