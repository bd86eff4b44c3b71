"""Plans an import: reads every file whole, checks everything against everything, and records nothing.

What comes out is either all that would be recorded or every fault that was found. Bytes already on record are told and
left alone, so that importing the same folder again changes nothing and a killed import is finished by running it again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.statements.own import DocumentReceived
from evidence.core.values import legal_day
from evidence.intake.assemble import SELF, Assembler
from evidence.intake.drafts import Duplicate, ImportPlan, LoadDraft, Options, PlannedFile, Reception, Refused
from evidence.intake.faults import Fault, Faults
from evidence.intake.gather import Gathered, gather, inside
from evidence.intake.indexes import ROLE, Named, named_files
from evidence.intake.limits import Limits
from evidence.intake.on_record import OnRecord
from evidence.intake.read_files import ReadFile, read_file
from evidence.intake.shape import shape
from evidence.intake.templates import DOCUMENT, template
from evidence.register.queries import Register

Advance = Callable[[int, int], None]
"""Told after each file: steps done, and how many files there are."""

INDEX = "document-index"


def plan(
    paths: Sequence[Path],
    register: Register,
    limits: Limits,
    reception: Reception,
    *,
    zone: str,
    scratch: Path,
    options: Options | None = None,
    advance: Advance | None = None,
) -> ImportPlan:
    """What importing `paths` would record.

    Args:
        paths: files and folders.
        register: what is on record.
        limits: bounds on what is read.
        reception: how, when and for whom it came.
        zone: whose calendar counts legal days.
        scratch: an empty folder for what is unpacked; it must stay until the plan is recorded.
        options: how the files are read.
        advance: told of progress.

    Raises:
        UsageError: a path is not there, or no template is called `options.kind`.
        IntakeError: a folder cannot be read.
    """
    options = options or Options()
    if options.kind is not None and options.kind != DOCUMENT:
        template(options.kind)
    planning = _Planning(OnRecord(register), limits, reception, zone, scratch, options)
    return planning.run(gather(paths, limits), advance or (lambda _done, _total: None))


@dataclass(slots=True)
class _Planning:
    on_record: OnRecord
    limits: Limits
    reception: Reception
    zone: str
    scratch: Path
    options: Options
    named: dict[Path, Named] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)
    reads: dict[Path, ReadFile] = field(default_factory=dict)
    known: set[Path] = field(default_factory=set)

    @property
    def today(self) -> date:
        return legal_day(self.reception.now, self.zone)

    def run(self, gathered: Gathered, advance: Advance) -> ImportPlan:
        self._read_all(gathered, advance)
        assembler = Assembler(self.reception, self.on_record, self.zone, self.options.lowered)
        fresh = [read for path, read in self.reads.items() if path not in self.known]
        planned = [self._planned(read, assembler, gathered) for read in sorted(fresh, key=lambda each: each.rank)]
        notices = list(gathered.notices)
        faults: list[Fault] = list(gathered.faults)
        refused = []
        for read in sorted(self.reads.values(), key=lambda each: each.found.name):
            notices += [f"{read.found.name}: {notice}" for notice in read.notices]
            faults += read.faults.all()
            if read.faults.count:
                refused.append(Refused(read.found.name, read.found.path, read.found.sha256))
        files = () if faults else tuple(planned)
        return ImportPlan(files, tuple(self.duplicates), tuple(faults), tuple(notices), tuple(refused))

    def _read_all(self, gathered: Gathered, advance: Advance) -> None:
        """Read every file, and those that indexes name; each set of bytes once."""
        seen: dict[str, str] = {}
        done = 0
        while waiting := [path for path in gathered.files if path not in self.reads]:
            for path in waiting:
                found = gathered.files[path]
                known = self.on_record.document(found.sha256)
                already = known.ref if known else seen.get(found.sha256)
                if already is not None:
                    self.known.add(path)
                    self.duplicates.append(Duplicate(found.name, found.sha256, already))
                seen.setdefault(found.sha256, found.name)
                # a known index is read again: after a killed import it still speaks for files not yet recorded
                wanted = already is None or (known is not None and known.value.role == ROLE)
                self.reads[path] = (
                    read_file(found, self.limits, self.options.kind) if wanted else ReadFile(found, Faults(found.name))
                )
                self._index(self.reads[path], gathered)
                done += 1
                advance(done, len(gathered.files))
        for path, read in self.reads.items():
            read.settle(path in self.named)
        for named in self.named.values():
            if named.path in self.known and named.path_of_index not in self.known:
                told = f"what row {named.number} of {named.index} says of it is not recorded"
                self.reads[named.path].notices.append(f"already recorded; {told}")

    def _index(self, read: ReadFile, gathered: Gathered) -> None:
        """Take note of the files that an index names, and fetch those not found already."""
        for table, fits in read.tables:
            if fits.name != INDEX:
                continue
            for named in named_files(read, table, shape(table, fits, read.faults, self.today)):
                other = self.named.get(named.path)
                if other is not None:
                    wanted = f"it once; row {other.number} of {other.index} names it too"
                    read.faults.add(repr(named.row.file), wanted, sheet=table.sheet, row=named.number, column="file")
                self.named[named.path] = named
                beside = Path(read.found.name).parent / named.row.file
                gathered.take(named.path, beside.as_posix(), self.limits)

    def _planned(self, read: ReadFile, assembler: Assembler, gathered: Gathered) -> PlannedFile:
        statements: list[Statement] = []
        loads: list[LoadDraft] = []

        def notice(name: str) -> str | None:
            path = inside(read.found.path.parent, name)
            found = gathered.files.get(path) if path is not None else None
            return found.sha256 if found else None

        for table, fits in read.tables:
            if fits.name == INDEX:
                continue
            before = read.faults.count
            rows = shape(table, fits, read.faults, self.today)
            if read.faults.count == before:
                if fits.is_load:
                    loads.append(assembler.load(read, table, fits, rows))
                else:
                    statements += assembler.statements(read, table, fits, rows, notice)
        return PlannedFile(read.found, self._receipt(read), tuple(statements), tuple(loads))

    def _receipt(self, read: ReadFile) -> DocumentReceived:
        found, reception = read.found, self.reception
        named = self.named.get(found.path)
        roles = [ROLE if fits.name == INDEX else fits.name for _, fits in read.tables]
        structured = bool(read.tables) and not any(table.form for table, _ in read.tables)
        document_class = EvidenceClass.STRUCTURED if structured else EvidenceClass.NATIVE
        values: dict[str, object] = {
            "document_class": document_class,
            "tier": "restricted",
            "personal": None,
            "channel": reception.channel,
            "holder": reception.holder,
            "received_on": reception.received_on,
            "received_basis": reception.received_basis,
            "role": "; ".join(dict.fromkeys(roles)) or None,
        }
        if named is not None:
            told = named.row.model_dump(exclude={"file"}, exclude_none=True)
            values |= {**told, "document_class": document_class if structured else named.row.document_class}
        return DocumentReceived.model_validate(
            {
                **values,
                "id": mint(DocumentReceived.prefix, reception.now, reception.random),
                "issuer": SELF,
                "evidence_class": values["document_class"],
                "document": found.sha256,
                "size": found.size,
                "name": found.path.name,
                "media_type": found.media_type,
                "location": "documents",
            }
        )
