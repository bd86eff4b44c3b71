"""Claims on goods that are averaged: the recorded average of their category decides, and not their own content.

19 CFR 182 App A s.16(1), s.14(12), s.7(15), s.20(6); the same of SOR/2020-155. An election to average that is on file
binds: without a recorded average nothing carries the claim. The other limbs stay those of the good's own snapshot.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from evidence.core import canonical
from evidence.core.identifiers import mint
from evidence.core.statements.average import Average
from evidence.core.statements.base import Basis, EvidenceClass
from evidence.core.statements.election import Election
from evidence.core.statements.snapshot import Snapshot
from evidence.core.values import ON_RECORD
from evidence.errors import OriginError
from evidence.ledger.found import HomeHandle
from evidence.origin.average_inputs import facts, gather_average
from evidence.origin.averages import AverageSheet, work_out
from evidence.origin.averaging_elections import read_elections
from evidence.origin.core_averages import member
from evidence.origin.law import law_in_use, law_named, unrecorded
from evidence.origin.summary import CONTENT, PRODUCT_RULE
from evidence.origin.worksheet import FindingRow, Outcome, Worksheet
from evidence.register.queries import Known, Register
from evidence.rules.averaging import Basis as Units
from evidence.rules.averaging import Regime, counted_text
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

CITATION = "19 CFR 182 App A s.7(15), s.14(12), s.16(1), s.20(6); SOR/2020-155 the same"
_CLASSES = {"passenger_vehicle": "d", "light_truck": "c", "heavy_truck": "a"}
"""The class of motor vehicles (s.12) of each vehicle class, as elections name it."""
_ALTERNATIVE, _CONTENT = ("rule for ", "own product rule"), ("regional value content", "content, alone or with")
"""How the tests of the alternatives of a product rule, and of their contents, are called."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an average stands in the ledger; `anew` is False where an equal one stood there already."""

    statement: str
    seq: int
    anew: bool


@dataclass(frozen=True, slots=True)
class Averaged:
    """What is on record on the average of one good.

    Attributes:
        elected: the election to average that binds, by its entry; empty where none is on file.
        average: the id of the recorded average that holds the good and the days; None where none does.
        sheet: its worksheet.
        stale: what was determined of its goods since, in words; empty where nothing was.
    """

    elected: str
    average: str | None
    sheet: AverageSheet | None
    stale: str = ""

    def decides(self, worksheet: Worksheet) -> bool:
        """Whether a claim rests on the average: where it is elected, and where the good does not originate alone."""
        return bool(self.elected) or worksheet.outcome is not Outcome.MET


def to_bytes(sheet: AverageSheet) -> bytes:
    """Canonical JSON: the document that is recorded and replayed."""
    return canonical.dumps(sheet.model_dump(mode="json"))


def sheet_of(documents: DocumentStore, average: Average) -> AverageSheet:
    """The worksheet that an average recorded.

    Raises:
        DocumentMissing: it is not in the store.
        DocumentDamaged: its bytes have changed.
    """
    return AverageSheet.model_validate(canonical.loads_canonical(documents.read(average.worksheet)), context=ON_RECORD)


def record_average(handle: HomeHandle, sheet: AverageSheet, now: datetime) -> Kept:
    """Record an average, unless the last one of the same question rests on the same and says the same.

    The first under a rule set records that too, in the same batch, so that it can be replayed under the same law.

    Raises:
        SettingsError: the home was opened for reading only.
    """
    asked = sheet.question
    with reading(handle.engine) as connection:
        known = Register(connection).statements(Average, owner=asked.owner, part=asked.part, plant=asked.plant)
    for last in reversed(known):
        was = sheet_of(handle.documents, last.value)
        if was.question == asked:
            if was.model_copy(update={"as_of": sheet.as_of}) == sheet:
                return Kept(last.statement_id, last.seq, anew=False)
            break
    elections = (ref for row in sheet.findings if row.limb == "election" for ref in row.rests_on)
    average = Average(
        id=mint(Average.prefix, now, handle.random),
        issuer="self",
        evidence_class=EvidenceClass.DERIVED,
        basis=Basis(asked.figures.value),
        owner=asked.owner,
        part=asked.part,
        plant=asked.plant,
        category=asked.category.value,
        counts=counted_text(asked.basis, asked.vehicles, asked.programme),
        aim=asked.aim,
        period_from=asked.period_from,
        period_to=asked.period_to,
        members=tuple(member(row.part, row.plant) for row in sheet.members),
        snapshots=tuple(dict.fromkeys(snapshot for row in sheet.members for snapshot in row.snapshots)),
        elections=tuple(dict.fromkeys(elections)),
        outcome=sheet.outcome.value,
        due=sheet.due,
        worksheet=handle.documents.put(to_bytes(sheet)).sha256,
        rule_set=sheet.rule_set,
        program=sheet.program,
        as_of=sheet.as_of,
    )
    law = unrecorded(handle, sheet.rule_set, sheet.program, now)
    return Kept(average.id, handle.signer().record([*law, (average, ())])[-1].seq, anew=True)


def replay_average(handle: HomeHandle, average: str) -> bool:
    """Whether the average, worked out again from what was known then, gives its recorded bytes again.

    Under the rule set that it applied; under the one in use where that is not on record.

    Raises:
        RegisterError: no such statement is known.
        OriginError: it is not an average.
    """
    with reading(handle.engine) as connection:
        known = Register(connection).by_id(average).value
        if not isinstance(known, Average):
            raise OriginError(f"{average} is a {known.kind}, not an average; 'evidence averages' names them.")
        was = sheet_of(handle.documents, known)
        inputs = gather_average(Register(connection, known.as_of), handle.documents, was.question)
    law = law_named(handle, was.rule_set) or law_in_use(handle)
    return to_bytes(work_out(inputs, law, was.program)) == handle.documents.read(known.worksheet)


def averaged(
    register: Register, documents: DocumentStore, worksheet: Worksheet, days: Iterable[date]
) -> Averaged | None:
    """What decides for the units built on `days` by averaging; None where they are not averaged."""
    built = sorted(days)
    elected = _elected(register, worksheet, built)
    found = _recorded(register, documents, worksheet, built)
    if found is None:
        return Averaged(elected, None, None) if elected else None
    known, sheet = found
    return Averaged(elected, known.statement_id, sheet, _stale(register, known))


def judged(found: Averaged, worksheet: Worksheet, rule_set: str, decided_on: date) -> tuple[bool, str]:
    """Whether a claim can rest on the average, and why."""
    sheet, good = found.sheet, worksheet.good.part
    if sheet is None:
        return False, (
            f"election {found.elected} averages {good}, and no average over its units is on record: "
            f"`evidence average {good} --record` ({CITATION})"
        )
    span = f"{sheet.question.period_from} to {sheet.question.period_to}"
    if sheet.outcome is not Outcome.MET:
        against = [f"{row.test}: {row.reason}" for row in _first_rows(sheet.findings) if row.outcome is not Outcome.MET]
        return False, f"the average over {span} is {sheet.outcome.value.replace('_', ' ')}: {'; '.join(against)}"
    if found.stale:
        return False, f"the average over {span} is out of date: {found.stale}; average again"
    if sheet.rule_set != rule_set:
        return False, f"the average applied rule set {sheet.rule_set[:12]}, {rule_set[:12]} is in use; average again"
    if sheet.estimate and (sheet.due is None or decided_on >= sheet.due):
        when = f"its fiscal year was over on {sheet.due}" if sheet.due else "no fiscal calendar says when it ends"
        return False, f"the average over {span} rests on estimates, and {when}: average actual figures"
    if others := _unmet_besides_content(worksheet):
        return False, f"the average holds, and the good fails by itself: {'; '.join(others)}"
    note = f", an estimate with actual figures due from {sheet.due} on" if sheet.estimate else ""
    return True, f"averaged over {span}, {sheet.content} %{note} ({CITATION})"


def _elected(register: Register, worksheet: Worksheet, built: list[date]) -> str:
    """The election to average that the units fall under, as far as it says; empty where none is on file."""
    good, vehicle = worksheet.good, worksheet.good.vehicle_class
    elections = facts(register.statements(Election, owner=good.owner), "election")
    read, _ = read_elections(fact for fact in elections if fact.value.part in (None, good.part))
    for each in read:
        if each.plants and worksheet.plant not in each.plants:
            continue
        if (each.regime is Regime.VEHICLES) != (vehicle is not None):
            continue
        if each.vehicle_class and vehicle is not None and each.vehicle_class != _CLASSES.get(vehicle):
            continue
        if any(day in each.period for day in built):
            return each.key
    return ""


def _recorded(
    register: Register, documents: DocumentStore, worksheet: Worksheet, built: list[date]
) -> tuple[Known[Average], AverageSheet] | None:
    """The last recorded average of the units, on actual figures before estimates.

    One of parts for the vehicles of a category is none of them: which vehicles the units claimed went into is not told.
    """
    good = worksheet.good
    fitting = [
        known
        for known in register.statements(Average, owner=good.owner)
        if member(good.part, worksheet.plant) in known.value.members
        and known.value.counts in tuple(Units)
        and known.value.period_from <= built[0]
        and built[-1] <= known.value.period_to
    ]
    fitting = [known for known in fitting if known.value.basis is Basis.ACTUAL] or fitting
    return (fitting[-1], sheet_of(documents, fitting[-1].value)) if fitting else None


def _stale(register: Register, known: Known[Average]) -> str:
    one = determined_since(register, known)
    return f"{one.value.part} was determined again in {one.ref}" if one is not None else ""


def determined_since(register: Register, known: Known[Average]) -> Known[Snapshot] | None:
    """The first determination of one of its goods that came after it and would have been counted."""
    of = known.value
    for one in register.statements(Snapshot, owner=of.owner):
        later = one.value
        if (
            one.seq >= of.as_of
            and member(later.part, later.plant) in of.members
            and of.period_from <= later.period_from
            and later.period_to <= of.period_to
            and later.basis in (of.basis, Basis.ACTUAL)
        ):
            return one
    return None


def _first_rows(found: Iterable[FindingRow]) -> list[FindingRow]:
    first: dict[tuple[str, str], FindingRow] = {}
    for row in found:
        first.setdefault((row.limb, row.test), row)
    return list(first.values())


def _unmet_besides_content(worksheet: Worksheet) -> list[str]:
    """What fails or stays open in the good's own worksheet that an average of its content does not make up for."""
    limbs: dict[str, list[FindingRow]] = {}
    for row in worksheet.findings:
        limbs.setdefault(row.limb, []).append(row)
    return [
        f"{limb}: {found[0].reason}"
        for limb, found in limbs.items()
        if found[0].outcome is not Outcome.MET
        and limb != CONTENT
        and not (limb == PRODUCT_RULE and any(map(_only_content, _alternatives(found))))
    ]


def _alternatives(found: Iterable[FindingRow]) -> list[list[FindingRow]]:
    """The rows of each alternative of a product rule, as they follow its own."""
    apart: list[list[FindingRow]] = []
    for row in found:
        if row.test.startswith(_ALTERNATIVE):
            apart.append([])
        elif apart:
            apart[-1].append(row)
    return apart


def _only_content(found: Iterable[FindingRow]) -> bool:
    """Whether an alternative lacks its content by net cost and nothing else."""
    unmet = [row for row in found if row.outcome is not Outcome.MET]
    return bool(unmet) and all(row.test.startswith(_CONTENT) for row in unmet)
