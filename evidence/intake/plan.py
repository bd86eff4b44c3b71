"""Plans an import: reads every file whole, checks everything against everything, and records nothing.

What comes out is either all that would be recorded or every fault that was found. Bytes already on record are told and
left alone, so that importing the same folder again changes nothing and a killed import is finished by running it again.
Archives and mails are unpacked first; what lies in them is received like any other file, and says what it came in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from evidence.core.disclosure import Tier
from evidence.core.statements.base import EvidenceClass, Statement
from evidence.core.statements.bill import Bills
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.work import WorkItem
from evidence.core.values import legal_day
from evidence.intake import partial
from evidence.intake.assemble import Assembler
from evidence.intake.bills import BillWalk
from evidence.intake.companions import Companions, companions
from evidence.intake.containers import is_container, unpack
from evidence.intake.drafts import Duplicate, ImportPlan, LoadDraft, PlannedFile, Reception, Refused
from evidence.intake.faults import Fault, Faults
from evidence.intake.gather import Found, Gathered, gather, inside
from evidence.intake.indexes import INDEX, ROLE, Named, named_files
from evidence.intake.limits import Limits
from evidence.intake.lines import ShapedLines, shape_lines
from evidence.intake.on_record import OnRecord
from evidence.intake.options import Options
from evidence.intake.read_files import ReadFile, read_file
from evidence.intake.receipts import Came, receipt
from evidence.intake.resemblance import Resemblances
from evidence.intake.shape import Shaped, shape
from evidence.intake.table import Table
from evidence.intake.templates import DOCUMENT, Template, template
from evidence.intake.unmatched import Unmatched
from evidence.register.queries import Register
from evidence.store.documents import DocumentStore

Advance = Callable[[int, int], None]
"""Told after each file: steps done, and how many files there are."""


def plan(
    paths: Sequence[Path],
    register: Register,
    limits: Limits,
    reception: Reception,
    *,
    zone: str,
    scratch: Path,
    options: Options | None = None,
    store: DocumentStore | None = None,
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
        store: the documents on record, to hold new ones against; without it nothing is derived from pictures and PDFs.
        advance: told of progress.

    Raises:
        UsageError: a path is not there, or no template is called `options.kind`.
        IntakeError: a folder cannot be read, or a scanner or a parser's process cannot be used.
    """
    options = options or Options()
    if options.kind is not None and options.kind != DOCUMENT:
        template(options.kind)
    owner = options.owner or reception.holder
    unmatched = Unmatched(register, reception, owner)
    assembler = Assembler(reception, OnRecord(register), zone, options.lowered, unmatched, options.correction)
    resembling = Resemblances(register, store) if store is not None else None
    planning = _Planning(assembler, limits, scratch, options, owner, resembling)
    return planning.run(gather(paths, limits, scratch), advance or (lambda _done, _total: None))


@dataclass(slots=True)
class _Planning:
    assembler: Assembler
    limits: Limits
    scratch: Path
    options: Options
    owner: str
    resembling: Resemblances | None
    named: dict[Path, Named] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)
    reads: dict[Path, ReadFile] = field(default_factory=dict)
    known: set[Path] = field(default_factory=set)
    scans: dict[Path, str] = field(default_factory=dict)
    came: dict[Path, Came] = field(default_factory=dict)
    views: int = 0
    bills: BillWalk | None = None

    @property
    def reception(self) -> Reception:
        return self.assembler.reception

    @property
    def on_record(self) -> OnRecord:
        return self.assembler.on_record

    @property
    def today(self) -> date:
        return legal_day(self.reception.now, self.assembler.zone)

    def run(self, gathered: Gathered, advance: Advance) -> ImportPlan:
        self._read_all(gathered, advance)
        fresh = [read for path, read in self.reads.items() if path not in self.known]
        planned = [self._planned(read, gathered) for read in sorted(fresh, key=lambda each: each.rank)]
        work = self.assembler.work()
        notices = list(gathered.notices)
        faults: list[Fault] = list(gathered.faults)
        refused: dict[Path, Refused] = {}
        for read in sorted(self.reads.values(), key=lambda each: each.found.name):
            notices += [f"{read.found.name}: {notice}" for notice in read.notices]
            faults += read.faults.all()
            if read.faults.count:
                came = self.came.get(read.found.path)
                whole = came.outermost if came else read.found
                refused[whole.path] = Refused(whole.name, whole.held, whole.sha256)
        files = [replace(each, work=(*each.work, *work.pop(each.found.sha256, ()))) for each in planned]
        return ImportPlan(
            () if faults else tuple(files),
            tuple(self.duplicates),
            tuple(faults),
            tuple(notices),
            tuple(refused.values()),
            tuple(read for read in self.reads.values() if read.tables or read.strays),
        )

    def _read_all(self, gathered: Gathered, advance: Advance) -> None:
        """Read every file, and those that indexes name; each set of bytes once."""
        seen: dict[str, str] = {}
        done = 0
        while waiting := [path for path in gathered.files if path not in self.reads]:
            plain = [path for path in waiting if not is_container(gathered.files[path].media_type)]
            for path in plain or waiting:  # an index may say of an archive that it is to be sealed
                found = gathered.files[path]
                known = self.on_record.document(found.sha256)
                already = known.ref if known else seen.get(found.sha256)
                if already is not None:
                    self.known.add(path)
                    self.duplicates.append(Duplicate(found.name, found.sha256, already))
                seen.setdefault(found.sha256, found.name)
                # a known index, or archive, is read again: of a killed import it may hold what is not yet recorded
                again = known is not None and (known.value.role == ROLE or is_container(found.media_type))
                read = self._scanned(found) if already is None or again else ReadFile(found, Faults(found.name))
                self.reads[path] = read
                self._unpack(read, gathered)
                self._index(read, gathered)
                done += 1
                advance(done, len(gathered.files))
        for path, read in self.reads.items():
            if self._tier(read) is Tier.SECRET_PERSONAL:
                self.reads[path] = sealed = ReadFile(read.found, Faults(read.found.name))
                sealed.notices.append(f"{Tier.SECRET_PERSONAL.value}: kept sealed, and nothing is read from it")
            else:
                read.settle(path in self.named)
        for named in self.named.values():
            if named.path in self.known and named.path_of_index not in self.known:
                told = f"what row {named.number} of {named.index} says of it is not recorded"
                self.reads[named.path].notices.append(f"already recorded; {told}")

    def _scanned(self, found: Found) -> ReadFile:
        """A file as read; where a virus scanner is set, only after that has found nothing in it."""
        if self.options.scanner is not None:
            virus = self.options.scanner.scan(found.held)
            self.scans[found.path] = self.options.scanner.says(virus)
            if virus is not None:
                refused = ReadFile(found, Faults(found.name))
                refused.faults.add(f"{virus} (so says the virus scanner)", "a file in which it finds nothing")
                return refused
        came = self.came.get(found.path)
        said = came.claimed_type if came else None
        return read_file(found, self.limits, self.options.kind, self.options.mappings, said)

    def _unpack(self, read: ReadFile, gathered: Gathered) -> None:
        """Lay what an archive or a mail holds beside the other files of the import, to be read like them."""
        found = read.found
        if read.faults.count or not is_container(found.media_type) or self.options.kind == DOCUMENT:
            return
        tier = self._tier(read)
        if tier is Tier.SECRET_PERSONAL:
            return
        came = self.came.get(found.path)
        depth = came.depth + 1 if came else 1
        if depth > self.limits.mail_depth:
            read.faults.add(f"{depth} mails and archives within each other", f"at most {self.limits.mail_depth}")
            return
        outermost = came.outermost if came else found
        place = self.scratch / outermost.sha256
        place.mkdir(mode=0o700, exist_ok=True)
        unpacked = unpack(found, place, self.limits, read.faults)
        read.notices += unpacked.notices
        mail = unpacked.mail or (came.mail if came else None)
        for member in unpacked.members:
            if member.path.stat().st_size == 0:
                read.notices.append(f"{member.name}: empty, so there is nothing to receive")
                continue
            self.came[member.path] = Came(found.sha256, outermost, depth, member.claimed_type, mail, tier)
            gathered.take(member.path, f"{found.name}/{member.name}", self.limits)

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

    def _planned(self, read: ReadFile, gathered: Gathered) -> PlannedFile:
        def notice(name: str) -> str | None:
            path = inside(read.found.path.parent, name)
            found = gathered.files.get(path) if path is not None else None
            return found.sha256 if found else None

        statements: list[Statement] = []
        loads: list[LoadDraft] = []
        work: list[WorkItem] = []
        for table, fits in read.tables:
            if fits.name == INDEX:
                continue
            left = partial.LeftOut(fits)
            if fits.is_load:
                loads += self._load(read, table, fits, left)
            else:
                statements += self._statements(read, table, fits, left, notice)
            if left.faults and self.options.partial is not None:
                statements.append(partial.statement(read, left, self.options.partial, self.reception, self.today))
                work += partial.work(read, left, self.owner, self.reception)
        beside = self._beside(read)
        if self.resembling is not None:
            now, random = self.reception.now, self.reception.random
            work += self.resembling.questions(beside, read.found, self.owner, now, random)
        return PlannedFile(
            read.found,
            self._receipt(read, beside),
            tuple(statements),
            tuple(loads),
            beside.statements,
            beside.documents,
            tuple(work),
        )

    def _load(self, read: ReadFile, table: Table, fits: Template, left: partial.LeftOut) -> list[LoadDraft]:
        """The load in a table, or nothing, with faults."""

        def lines(of: Table, faults: Faults) -> ShapedLines:
            self.views += 1
            place, random = self.scratch / f"{self.views}.view", self.reception.random
            return shape_lines(of, fits, faults, self.today, place, random)

        before = read.faults.count
        made: ShapedLines | None
        if self.options.partial is None:
            made = lines(table, read.faults)
        else:
            table, made = partial.sound(table, left, read.faults, lines)
            left.taken = len(made) if made is not None else 0
        if made is not None and fits.kind is Bills and read.faults.count == before:
            if self.bills is None:
                corrected = self.options.correction.of.seq if self.options.correction else None
                self.bills = BillWalk(self.on_record.register, self.limits.bill_depth, corrected)
            self.bills.take(table, made, read.faults)
        if made is None or read.faults.count > before:
            return []
        return [self.assembler.load(read, table, fits, made)]

    def _statements(
        self, read: ReadFile, table: Table, fits: Template, left: partial.LeftOut, notice: Callable[[str], str | None]
    ) -> list[Statement]:
        """The statements in a table, or none, with faults."""

        def rows(of: Table, faults: Faults) -> list[Shaped]:
            return shape(of, fits, faults, self.today)

        before = read.faults.count
        if self.options.partial is None or not partial.may_be_partial(fits):
            shaped = rows(table, read.faults)
            return [] if read.faults.count > before else self.assembler.statements(read, table, fits, shaped, notice)
        table, taken = partial.sound(table, left, read.faults, rows)
        if taken is None:
            return []
        whole, read.faults = read.faults, Faults(read.found.name)
        made = self.assembler.statements(read, table, fits, taken, notice)
        found, read.faults = read.faults, whole
        if found.count > len(found.kept):
            read.faults.add(f"{found.count} rows with faults", f"at most {len(found.kept)} to be left out of one table")
            return []
        left.faults += found.kept
        left.taken = len(made)
        return made

    def _beside(self, read: ReadFile) -> Companions:
        """What is derived from a picture or a PDF; nothing of what is sealed, or of a file that is refused."""
        if self.resembling is None or read.faults.count or self._tier(read) is Tier.SECRET_PERSONAL:
            return Companions()
        of = companions(
            read.found, read.found.held, self.limits, self.options.trust, self.reception.now, self.reception.random
        )
        # what a table holds is held against what is on record line by line; forms of one sort differ in little else
        read.notices += [*of.notices, *([] if read.tables else self.resembling.notices(of))]
        self.resembling.add(read.found.name, of)
        return of

    def _tier(self, read: ReadFile) -> Tier:
        """Who may see a file: what an index says of it, else what holds of the archive that it lay in."""
        named, came = self.named.get(read.found.path), self.came.get(read.found.path)
        return named.row.tier if named is not None else came.tier if came is not None else self.reception.tier

    def _receipt(self, read: ReadFile, beside: Companions) -> DocumentReceived:
        path = read.found.path
        made = receipt(
            read,
            self.reception,
            self.assembler.zone,
            named=self.named.get(path),
            came=self.came.get(path),
            virus_scan=self.scans.get(path),
        )
        told: dict[str, object] = {}
        if also := self.assembler.relates_to(read):
            told["relates_to"] = tuple(dict.fromkeys((*made.relates_to, *also)))
        if beside.is_scan and path not in self.named:
            told |= {"document_class": EvidenceClass.SCAN, "evidence_class": EvidenceClass.SCAN}
        return made.model_copy(update=told) if told else made
