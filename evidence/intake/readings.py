"""A person's reading of a document: what somebody typed from a scan, as that person's testimony.

The typed table (a template, as for an import) is checked as an import is. Its statements rest on the scan, not on the
table, and say that a person read them; the reading names who, when, the table and the statements, in the same append
(docs/decisions/0028-ocr-text-stands-beside.md). A second reading makes nothing anew: it bears out the first, or what
they differ in is pointed out.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from evidence.core.disclosure import Tier
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass, Source, Statement
from evidence.core.statements.own import DocumentReceived
from evidence.core.statements.reading import Reading
from evidence.core.statements.work import WorkItem
from evidence.core.values import legal_day
from evidence.errors import IntakeError, UsageError
from evidence.intake.assemble import SELF, Assembler
from evidence.intake.documents import is_scan
from evidence.intake.drafts import Reception
from evidence.intake.faults import Fault
from evidence.intake.gather import Found, gather
from evidence.intake.indexes import ROLE
from evidence.intake.limits import Limits
from evidence.intake.on_record import OnRecord
from evidence.intake.questions import Place
from evidence.intake.read_files import ReadFile, read_file
from evidence.intake.shape import shape
from evidence.intake.templates import DOCUMENT, template
from evidence.intake.unmatched import Unmatched
from evidence.register.queries import Register

S = TypeVar("S", bound=Statement)

PLACE = "read by a person"
"""The place, in the source of a statement that a person read off a document."""
_NOT_COMPARED = frozenset({"id", "issuer", "source", "evidence_class", "supersedes", "supersedes_reason"})
_LONGEST_NOTE = 4000
_INDEX = "document-index"


@dataclass(frozen=True, slots=True)
class PlannedReading:
    """A reading ready to be recorded, or the faults that keep it from that."""

    transcript: Found
    statements: tuple[Statement, ...] = ()
    """What it makes anew."""
    reading: Reading | None = None
    """None where there are faults."""
    work: tuple[WorkItem, ...] = ()
    """What the statements leave open."""
    agreeing: tuple[str, ...] = ()
    """The entries of an earlier reading that it bears out."""
    differences: tuple[str, ...] = ()
    """Where it and an earlier reading of the same document differ."""
    faults: tuple[Fault, ...] = ()
    notices: tuple[str, ...] = ()


class _FirstReading(OnRecord):
    """What is on record but for what was read off the same document: a second reading is no second statement."""

    def __init__(self, register: Register, document: str) -> None:
        super().__init__(register)
        self._document, self._whole = document, OnRecord(register)

    def earlier(self, kind: type[S], key: tuple[object, ...]) -> tuple[S, str] | None:
        found = super().earlier(kind, key)
        return None if found is not None and read_off(found[0], self._document) else found

    def named(self, kind: type[Statement], named: str, values: Mapping[str, object]) -> str | None:
        return self._whole.named(kind, named, values)  # what is superseded by name may well be such a reading


def read_off(statement: Statement, document: str) -> bool:
    """Whether a person read the statement off that document."""
    source = statement.source
    return source is not None and source.document == document and source.place == PLACE


def plan_reading(
    transcript: Path,
    document: DocumentReceived,
    register: Register,
    limits: Limits,
    reception: Reception,
    *,
    zone: str,
    reader: str,
    read_on: date | None = None,
    kind: str | None = None,
    note: str | None = None,
    owner: str | None = None,
    lowered: Collection[str] = (),
) -> PlannedReading:
    """What recording a reading of `document` would come to.

    Args:
        transcript: what was typed, a table of a template.
        document: the receipt of what was read.
        register: what is on record.
        limits: bounds on the table.
        reception: the moment, and where random bytes come from.
        zone: whose calendar counts legal days.
        reader: who read it.
        read_on: the day of the reading; today by default.
        kind: the template that the table has; told by its header otherwise.
        note: what could not be read, or may be read in two ways.
        owner: who has to settle what it leaves open; the holder of what is received by default.
        lowered: elements of a certification, mark S, that a setting lowers to a warning.

    Raises:
        UsageError: the table is not there, no template is called `kind`, or the day has not come.
        IntakeError: the document is sealed, or the table's file cannot be taken.
    """
    today = legal_day(reception.now, zone)
    read_on = read_on or today
    if read_on > today:
        raise UsageError(f"Read on {read_on}, which is after today, {today}.")
    if document.tier is Tier.SECRET_PERSONAL:
        raise IntakeError(f"{document.name} is {document.tier.value}: it is kept sealed and nothing is read from it.")
    found, read = _table(transcript, limits, kind)
    real, apart = OnRecord(register), _FirstReading(register, document.document)
    made = _statements(read, Assembler(reception, apart, zone, lowered), document.document, today)
    if read.faults.count:
        return PlannedReading(found, faults=tuple(read.faults.all()), notices=tuple(read.notices))
    fresh, agreeing, differences = _compared(made, document, register, real)
    words = [note] if note else []
    words += [f"bears out {', '.join(agreeing)}"] if agreeing else []
    words += [f"differs from an earlier reading: {'; '.join(differences)}"] if differences else []
    reading = Reading(
        id=mint(Reading.prefix, reception.now, reception.random),
        issuer=SELF,
        document=document.document,
        transcript=found.sha256,
        reader=reader,
        read_on=read_on,
        statements=tuple(each.id for each in fresh),
        note="; ".join(words)[:_LONGEST_NOTE] or None,
    )
    return PlannedReading(
        found,
        tuple(fresh),
        reading,
        _work(fresh, document, Unmatched(register, reception, owner or reception.holder)),
        tuple(agreeing),
        tuple(differences),
        notices=tuple(read.notices),
    )


def _work(fresh: Iterable[Statement], document: DocumentReceived, unmatched: Unmatched) -> tuple[WorkItem, ...]:
    """What the statements read leave open."""
    for each in fresh:
        unmatched.statement(each, Place(document.document, document.name, None, 0))
    return tuple(each.model_copy(update={"place": PLACE}) for of in unmatched.work().values() for each in of)


def _compared(
    made: Iterable[Statement], document: DocumentReceived, register: Register, real: OnRecord
) -> tuple[list[Statement], list[str], list[str]]:
    """What was read for the first time, the entries that it bears out, and where it differs from an earlier reading."""
    fresh: list[Statement] = []
    agreeing: list[str] = []
    differences: list[str] = []
    source = Source(document=document.document, place=PLACE)
    seen_as = EvidenceClass.SCAN if is_scan(register, document) else EvidenceClass.NATIVE
    for each in made:
        statement = each.model_copy(update={"source": source, "evidence_class": seen_as})
        earlier = _first_reading(real, register, statement, document.document)
        if earlier is None:
            fresh.append(statement)
        elif differing := _differing(earlier[0], statement):
            differences += [f"{_name(real, statement)}, {told}" for told in _told(differing, earlier[1])]
        else:
            agreeing.append(earlier[1])
    return fresh, agreeing, differences


def _table(transcript: Path, limits: Limits, kind: str | None) -> tuple[Found, ReadFile]:
    """The table as read; a file that holds none of a single kind leaves a fault."""
    if kind is not None:
        template(kind)
    gathered = gather([transcript], limits)
    found = next(iter(gathered.files.values()), None)
    if found is None:
        raise IntakeError(f"{next(iter(gathered.faults), f'{transcript} is no file')}.")
    read = read_file(found, limits, kind)
    read.settle(False)
    wanted = "a table of declarations, certifications or another kind that has a statement a row"
    for table, fits in read.tables:
        if fits.is_load or fits.name in (_INDEX, DOCUMENT, ROLE):
            read.faults.add(f"a table of {fits.name}", f"{wanted}; import this one", sheet=table.sheet)
    if not read.tables and not read.faults.count:
        read.faults.add(f"a file of type {found.media_type} without a table", wanted)
    return found, read


def _statements(read: ReadFile, assembler: Assembler, document: str, today: date) -> list[Statement]:
    made: list[Statement] = []
    if read.faults.count:
        return made
    for table, fits in read.tables:
        rows = shape(table, fits, read.faults, today)
        if not read.faults.count:
            made += assembler.statements(read, table, fits, rows, lambda _name: document)
    return made


def _first_reading(
    on_record: OnRecord, register: Register, statement: Statement, document: str
) -> tuple[Statement, str] | None:
    """What an earlier reading of the same document made of the same thing: known by its number, or by its words."""
    if statement.supersedes is not None:
        return None
    key = on_record.key(statement)
    if key is not None:
        earlier = on_record.earlier(type(statement), key)
        return earlier if earlier is not None and read_off(earlier[0], document) else None
    for known in register.statements(type(statement)):
        if read_off(known.value, document) and not _differing(known.value, statement):
            return known.value, known.ref
    return None


def _differing(one: Statement, other: Statement) -> dict[str, tuple[object, object]]:
    first, second = one.model_dump(mode="json"), other.model_dump(mode="json")
    return {
        name: (first[name], second[name]) for name in first if name not in _NOT_COMPARED and first[name] != second[name]
    }


def _told(differing: dict[str, tuple[object, object]], ref: str) -> list[str]:
    return [f"{name}: {_shown(first)} in {ref}, {_shown(second)} here" for name, (first, second) in differing.items()]


def _shown(value: object) -> str:
    return "nothing" if value in (None, [], "") else repr(value)


def _name(on_record: OnRecord, statement: Statement) -> str:
    return " ".join([statement.kind, *map(str, on_record.key(statement) or ())])
