"""Snapshots: a determination recorded with all that it rested on, and replayed to the same bytes.

The document is the worksheet in canonical JSON, its list of inputs by entry, line and digest included. Replay gathers
the inputs again as of the ledger size that the worksheet names, works it out anew and compares; so that whoever holds
the ledger can say whether the figures are still what the records give.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evidence.core import canonical
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE, line_disclosures, table_root
from evidence.core.identifiers import mint
from evidence.core.statements.base import Basis, EvidenceClass
from evidence.core.statements.snapshot import LINE_PREFIX, Snapshot, worksheet_lines
from evidence.core.statements.use import UseClass
from evidence.errors import OriginError
from evidence.ledger.found import HomeHandle
from evidence.origin.determine import determine
from evidence.origin.gather import gather
from evidence.origin.inputs import Inputs
from evidence.origin.law import law_named
from evidence.origin.question import Event, Question
from evidence.origin.worksheet import Worksheet
from evidence.register.queries import Known, Register
from evidence.rules.ruleset import RuleSet
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading


@dataclass(frozen=True, slots=True)
class Determined:
    """A determination worked out from a home's ledger, not yet recorded."""

    inputs: Inputs
    worksheet: Worksheet


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a determination stands in the ledger; `anew` is False where an equal one stood there already."""

    snapshot: str
    seq: int
    anew: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """A snapshot worked out again: `difference` names the first place that differs, None where no byte does."""

    snapshot: str
    difference: str | None
    note: str = ""

    @property
    def same(self) -> bool:
        return self.difference is None


def determine_in(
    handle: HomeHandle, question: Question, law: RuleSet, program: str, as_of: int | None = None
) -> Determined:
    """Work out `question` from what the home's ledger holds, or held when it had `as_of` entries.

    Raises:
        OriginError: no such good, owner or plant is on record.
    """
    size = handle.ledger.size() if as_of is None else as_of
    with reading(handle.engine) as connection:
        inputs = gather(Register(connection, size), question)
    good = (question.owner, question.part)
    if not any((fact.value.owner, fact.value.part) == good for fact in inputs.items):
        raise OriginError(f"No item {':'.join(good)} is on record. Import it first, or correct its number.")
    if not any(fact.value.site == question.plant for fact in inputs.sites):
        raise OriginError(f"No site {question.plant} is on record. Import it first, or correct its name.")
    return Determined(inputs, determine(inputs, law, program))


def record_snapshot(handle: HomeHandle, determined: Determined, now: datetime) -> Recorded:
    """Record a determination, unless the last one of the same question rests on the same and says the same.

    Raises:
        SettingsError: the home was opened for reading only.
    """
    worksheet = determined.worksheet
    standing = _standing(handle, worksheet)
    if standing is not None:
        return Recorded(standing.value.id, standing.seq, anew=False)
    seed = handle.random(SEED_SIZE)
    lines = line_disclosures(seed, LINE_PREFIX, worksheet_lines(worksheet.model_dump(mode="json")))
    snapshot = Snapshot(
        id=mint(Snapshot.prefix, now, handle.random),
        issuer="self",
        evidence_class=EvidenceClass.DERIVED,
        basis=Basis(worksheet.basis),
        owner=worksheet.good.owner,
        part=worksheet.good.part,
        plant=worksheet.plant,
        period_from=worksheet.period_from,
        period_to=worksheet.period_to,
        event=worksheet.event,
        event_date=worksheet.event_day,
        outcome=worksheet.outcome.value,
        worksheet=handle.documents.put(worksheet.to_bytes()).sha256,
        worksheet_root=table_root(lines),
        worksheet_lines=len(lines),
        seed=handle.documents.put(seed).sha256,
        rule_set=worksheet.rule_set,
        program=worksheet.program,
        as_of=worksheet.as_of,
    )
    return Recorded(snapshot.id, handle.record(snapshot).seq, anew=True)


def snapshots_of(register: Register, owner: str, part: str, plant: str | None = None) -> list[Known[Snapshot]]:
    """The snapshots of a good, in ledger order."""
    wanted = {"owner": owner, "part": part} | ({"plant": plant} if plant is not None else {})
    return register.statements(Snapshot, **wanted)


def worksheet_of(documents: DocumentStore, snapshot: Snapshot) -> Worksheet:
    """The worksheet that a snapshot recorded.

    Raises:
        DocumentMissing: it is not in the store.
        DocumentDamaged: its bytes have changed.
    """
    return Worksheet.from_bytes(documents.read(snapshot.worksheet))


def question_of(worksheet: Worksheet) -> Question:
    """The question that a worksheet answers; the use is the one that it took, asked for or the only one recorded."""
    return Question(
        owner=worksheet.good.owner,
        part=worksheet.good.part,
        plant=worksheet.plant,
        period_from=worksheet.period_from,
        period_to=worksheet.period_to,
        basis=Basis(worksheet.basis),
        event=Event(worksheet.event),
        on=worksheet.event_day or worksheet.other_day,
        importing_country=worksheet.importing_country,
        use=UseClass(worksheet.good.use) if worksheet.good.use else None,
    )


def replay(handle: HomeHandle, snapshot_id: str, law: RuleSet, program: str) -> Replay:
    """Work a snapshot out again as of its own ledger size and compare it byte for byte.

    It is worked out under the rule set that it applied, where that one is `law`, is packaged or is on record; under
    `law` otherwise, and then the note says so.

    Raises:
        RegisterError: no such statement is known.
        OriginError: it is not a snapshot.
    """
    with reading(handle.engine) as connection:
        known = Register(connection).by_id(snapshot_id).value
    if not isinstance(known, Snapshot):
        raise OriginError(f"{snapshot_id} is a {known.kind}, not a snapshot; 'evidence snapshots list' names them.")
    recorded = handle.documents.read(known.worksheet)
    was = Worksheet.from_bytes(recorded)
    applied = law if was.rule_set == law.content_hash else (law_named(handle, was.rule_set) or law)
    again = determine_in(handle, question_of(was), applied, program, known.as_of).worksheet
    note = ""
    if again.program != was.program:
        note = f"recorded by program version {was.program}, replayed by {again.program}"
        again = again.model_copy(update={"program": was.program})
    if was.rule_set != applied.content_hash:
        note = "; ".join(filter(None, (note, f"recorded under rule set {was.rule_set[:12]}, replayed under another")))
    if again.to_bytes() == recorded:
        return Replay(snapshot_id, None, note)
    return Replay(snapshot_id, first_difference(canonical.loads(recorded), canonical.loads(again.to_bytes())), note)


def first_difference(recorded: JsonValue, again: JsonValue) -> str:
    """The first place where two documents differ, with what stands there in each."""
    return next(_differences(recorded, again, ""), "the spelling of the document")


def _differences(recorded: JsonValue, again: JsonValue, where: str) -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(again, dict):
        for name in sorted(recorded.keys() | again.keys()):
            yield from _differences(recorded.get(name), again.get(name), f"{where}.{name}" if where else name)
    elif isinstance(recorded, list) and isinstance(again, list):
        for index, (one, other) in enumerate(zip(recorded, again, strict=False)):
            yield from _differences(one, other, f"{where}[{_name(one, index)}]")
        if len(recorded) != len(again):
            yield f"{where}: {len(recorded)} recorded, {len(again)} worked out again"
    elif recorded != again:
        yield f"{where}: {recorded!r} recorded, {again!r} worked out again"


def _name(row: JsonValue, index: int) -> str:
    """A row by its own id where it has one, so that a person finds it on the worksheet."""
    if isinstance(row, dict):
        for field in ("id", "ref", "name"):
            if isinstance(row.get(field), str):
                return str(row[field])
    return str(index)


def _standing(handle: HomeHandle, worksheet: Worksheet) -> Known[Snapshot] | None:
    """The last snapshot of the same question, if nothing but the ledger size differs from it."""
    with reading(handle.engine) as connection:
        known = snapshots_of(Register(connection), worksheet.good.owner, worksheet.good.part, worksheet.plant)
    same = [
        one for one in known if one.value.period_from == worksheet.period_from and one.value.basis == worksheet.basis
    ]
    for snapshot in reversed(same):
        was = worksheet_of(handle.documents, snapshot.value)
        if question_of(was) == question_of(worksheet):
            return snapshot if was.model_copy(update={"as_of": worksheet.as_of}) == worksheet else None
    return None
