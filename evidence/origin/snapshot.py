"""Snapshots: a determination recorded with all that it rested on, and replayed to the same bytes.

The document is the worksheet in canonical JSON, its list of inputs by entry, line and digest included. Replay gathers
the inputs again as of the ledger size that the worksheet names, works it out anew and compares; so that whoever holds
the ledger can say whether the figures are still what the records give, and if not, in which line and why.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from evidence.core import canonical
from evidence.core.bulk import many_rows
from evidence.core.canonical import JsonValue
from evidence.core.disclosure import SEED_SIZE
from evidence.core.identifiers import mint
from evidence.core.statements.base import Basis, EvidenceClass
from evidence.core.statements.snapshot import Snapshot, WrittenWorksheet
from evidence.core.statements.use import UseClass
from evidence.errors import OriginError
from evidence.ledger.found import HomeHandle
from evidence.ledger.lines import keep_worksheet
from evidence.origin.comparison import Difference, differences
from evidence.origin.determine import determine
from evidence.origin.gather import gather_known
from evidence.origin.inputs import Inputs
from evidence.origin.law import law_named, unrecorded
from evidence.origin.question import Event, Question
from evidence.origin.worksheet import Worksheet
from evidence.register.queries import Known, Register
from evidence.rules.differences import Difference as LawDifference
from evidence.rules.differences import between
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
    """A snapshot worked out again, with every difference of the two worksheets; none where no byte differs.

    `law` is what differs between the rule set that it applied and the one that it was replayed under, where both are
    known and not the same.
    """

    snapshot: str
    differences: tuple[Difference, ...]
    note: str = ""
    law: tuple[LawDifference, ...] = ()

    @property
    def same(self) -> bool:
        return not self.differences

    @property
    def difference(self) -> str | None:
        """The first place that differs and follows from no other, as far as is seen; None where none differs."""
        first = next((each for each in self.differences if not each.follows), None)
        return str(first or self.differences[0]) if self.differences else None


@many_rows()
def determine_in(
    handle: HomeHandle, question: Question, law: RuleSet, program: str, as_of: int | None = None
) -> Determined:
    """Work out `question` from what the home's ledger holds, or held when it had `as_of` entries.

    Raises:
        OriginError: no such good, owner or plant is on record.
    """
    size = handle.ledger.size() if as_of is None else as_of
    with reading(handle.engine) as connection:
        inputs = gather_known(Register(connection, size), question)
    return Determined(inputs, determine(inputs, law, program))


@many_rows()
def record_snapshot(handle: HomeHandle, determined: Determined, now: datetime) -> Recorded:
    """Record a determination, unless the last one of the same question rests on the same and says the same.

    The first under a rule set records that too, in the same batch, so that it can be replayed under the same law.

    Raises:
        OriginError: it is a what-if, whose inputs name no ledger size.
        SettingsError: the home was opened for reading only.
    """
    worksheet = determined.worksheet
    if worksheet.as_of == 0:
        raise OriginError("A what-if is never recorded. Determine the good from what is on record instead.")
    written = worksheet.written()
    standing = _standing(handle, worksheet, written)
    if standing is not None:
        return Recorded(standing.value.id, standing.seq, anew=False)
    document, seed, lines = keep_worksheet(written, handle.random(SEED_SIZE), handle.documents)
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
        worksheet=document,
        worksheet_root=lines.root,
        worksheet_lines=lines.lines,
        seed=seed,
        rule_set=worksheet.rule_set,
        program=worksheet.program,
        as_of=worksheet.as_of,
    )
    law = unrecorded(handle, worksheet.rule_set, worksheet.program, now)
    return Recorded(snapshot.id, handle.signer().record([*law, (snapshot, ())])[-1].seq, anew=True)


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


def replay(handle: HomeHandle, snapshot_id: str, law: RuleSet, program: str, under: RuleSet | None = None) -> Replay:
    """Work a snapshot out again as of its own ledger size and compare it byte for byte.

    It is worked out under the rule set that it applied, where that one is `law`, is packaged or is on record; under
    `law` otherwise, and then the note says so. With `under` it is worked out under that one, whatever it applied.

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
    its_own = law if was.rule_set == law.content_hash else law_named(handle, was.rule_set)
    applied = under or its_own or law
    again = determine_in(handle, question_of(was), applied, program, known.as_of).worksheet
    notes = []
    if again.program != was.program:
        notes.append(f"recorded by program version {was.program}, replayed by {again.program}")
        again = again.model_copy(update={"program": was.program})
    changed: tuple[LawDifference, ...] = ()
    if was.rule_set != applied.content_hash:
        where = "" if its_own is not None else ", which is not on record"
        notes.append(f"recorded under rule set {was.rule_set[:12]}{where}, replayed under {applied.content_hash[:12]}")
        changed = between(its_own, applied) if its_own is not None else ()
    found = again.to_bytes()
    different = () if found == recorded else differences(_read(recorded), _read(found))
    return Replay(snapshot_id, different, "; ".join(notes), changed)


def _read(worksheet: bytes) -> dict[str, JsonValue]:
    value = canonical.loads(worksheet, limit=len(worksheet))
    if not isinstance(value, dict):
        raise OriginError("A worksheet on record is no JSON object; check the ledger.")
    return value


def _standing(handle: HomeHandle, worksheet: Worksheet, written: WrittenWorksheet) -> Known[Snapshot] | None:
    """The last snapshot of the same question, if nothing but the ledger size differs from it.

    `written` is the worksheet; what is equal has the digest that it gives with the other ledger size.
    """
    with reading(handle.engine) as connection:
        known = snapshots_of(Register(connection), worksheet.good.owner, worksheet.good.part, worksheet.plant)
    asked = (worksheet.period_from, worksheet.period_to, worksheet.basis, worksheet.event, worksheet.event_day)
    for one in reversed(known):
        was = one.value
        if (was.period_from, was.period_to, was.basis, was.event, was.event_date) != asked:
            continue
        if hashlib.sha256(written.document(as_of=was.as_of)).hexdigest() == was.worksheet:
            return one
        if _asked(_read(handle.documents.read(was.worksheet))) == _asked(worksheet.head()):
            return None
    return None


def _asked(values: Mapping[str, JsonValue]) -> tuple[JsonValue, ...]:
    """What tells a worksheet's question from others of its good, plant, period and event."""
    good = values["good"]
    use = good["use"] if isinstance(good, Mapping) else None
    return values.get("other_day"), values.get("importing_country"), use
