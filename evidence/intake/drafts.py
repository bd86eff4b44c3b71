"""What an import has made ready: receipts, statements and loads, of which nothing is recorded yet."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from evidence.core.disclosure import Tier
from evidence.core.identifiers import Random
from evidence.core.statements.base import Source, Statement
from evidence.core.statements.load import Load
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.work import WorkItem
from evidence.intake.faults import Fault
from evidence.intake.gather import Found
from evidence.intake.read_files import ReadFile
from evidence.ledger.ahead import Ahead

NO_DAY_CLAIMED = "the day of import; no earlier day is claimed"


@dataclass(frozen=True, slots=True)
class Reception:
    """How an import came in: who holds what was received, on which day it is said to have come, and why."""

    holder: str
    received_on: date
    now: datetime
    random: Random
    received_basis: str = NO_DAY_CLAIMED
    channel: str = "import"
    tier: Tier = Tier.RESTRICTED
    refused: str | None = None
    """Why a person has it kept and nothing read from it."""


@dataclass(frozen=True, slots=True)
class LoadDraft:
    """A load before its salts are drawn: its parsed view lies in a file, ready byte for byte, until it is recorded."""

    kind: type[Load]
    id: str
    source: Source
    parser: str
    view: Path
    lines: int
    scale: int
    currency: str | None
    supersedes: str | None = None
    """The id of the load that it takes the place of."""
    supersedes_reason: str | None = None
    ahead: Ahead | None = field(default=None, compare=False, repr=False)
    """The process that derives its line tree meanwhile, where it is large."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to be recorded: its receipt, then what was read from it, in one append."""

    found: Found
    receipt: DocumentReceived
    statements: tuple[Statement, ...]
    loads: tuple[LoadDraft, ...]
    beside: tuple[Statement, ...] = ()
    """What is derived from it and stated beside it: checks of its signatures, its text."""
    documents: tuple[tuple[bytes, str], ...] = ()
    """The documents that those name, with their media types."""
    work: tuple[WorkItem, ...] = ()
    """What it leaves open."""

    @property
    def holds(self) -> str:
        """What it holds, in words."""
        kinds: dict[str, int] = {}
        for statement in self.statements:
            kinds[statement.kind] = kinds.get(statement.kind, 0) + 1
        words = [f"{count} x {kind}" for kind, count in kinds.items()]
        words += [f"{load.kind.kind}, {load.lines} lines" for load in self.loads]
        words += [f"{len(self.work)} work item{'s' if len(self.work) > 1 else ''}"] if self.work else []
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
    refused: tuple[Refused, ...] = ()
    read: tuple[ReadFile, ...] = field(default=(), repr=False)
    """The files in which tables were found, as they were read; for a person to look at."""

    @property
    def clean(self) -> bool:
        """Whether the plan may be recorded."""
        return not self.faults
