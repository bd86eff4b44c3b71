"""What one pack rests on, gathered from the register and the ledger as of one checkpoint.

Gathering decides what belongs in a pack and nothing else: it follows recorded links (shipment, customs entry line,
claim, certification, snapshot, the snapshot's inputs, the documents related to any of them) and never looks for
support of its own. What a page says of these facts is for `assemble`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from evidence.core.disclosure import SEALED, Tier
from evidence.core.statements.authority import Authority
from evidence.core.statements.average import Average
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.bill import BillLine
from evidence.core.statements.certification import CertificationOfOrigin, VehicleCertification
from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.declaration import DeclarationEvent, Request, SupplierDeclaration
from evidence.core.statements.item import ItemLine
from evidence.core.statements.own import Key, KeyPurpose
from evidence.core.statements.party import PartyLine
from evidence.core.statements.production import ProductionLine
from evidence.core.statements.shipment import CustomsEntry, CustomsEntryLine, InvoiceLine, Shipment
from evidence.core.statements.site import SiteLine
from evidence.core.statements.snapshot import Snapshot
from evidence.errors import PackError
from evidence.ledger.read import Ledger, ReadEntry
from evidence.origin.worksheet import Worksheet
from evidence.pack.gathered.ahead import not_entered
from evidence.pack.gathered.around import Around, around, purchases_used
from evidence.pack.gathered.averaged import AverageFact, averages_of
from evidence.pack.gathered.exhibits import ExhibitFact, Shelf, of_certifications, of_inputs, of_shipping
from evidence.pack.gathered.particulars import Particulars, particulars
from evidence.pack.gathered.request import Request as Asked
from evidence.pack.gathered.since import LaterEvent, later_events
from evidence.pack.words.language import _
from evidence.register.queries import Known, Register
from evidence.store.documents import DocumentStore

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Statement)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the pack is of: a shipment, or a customs entry with all its lines."""

    shipment: str | None = None
    customs_entry: str | None = None

    @property
    def code(self) -> str:
        return self.shipment or self.customs_entry or ""

    @property
    def words(self) -> str:
        """What it is, in the language in force."""
        if self.shipment:
            return _("Shipment {number}", number=self.shipment)
        return _("Customs entry {number}", number=self.customs_entry)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A customs entry line in the pack's scope, with the invoice line that it enters."""

    entry: Known[CustomsEntry]
    line: CustomsEntryLine
    shipment: Known[Shipment] | None
    invoice_line: InvoiceLine | None
    claims: tuple[Known[Claim], ...]

    @property
    def claim(self) -> Known[Claim] | None:
        return self.claims[-1] if self.claims else None


@dataclass(frozen=True, slots=True)
class SnapshotFact:
    """A snapshot, its worksheet, and the documents that hold the two."""

    snapshot: Known[Snapshot]
    worksheet: Worksheet
    document: bytes
    seed: bytes


@dataclass(kw_only=True)
class Facts:
    """All of it. Filled by `gather`, read by everything after."""

    subject: Subject
    as_of: int
    moment: datetime
    ahead: bool = False
    """Whether the lines are those of invoices, since nothing was entered yet: for a plan, and never for a pack."""
    shipments: list[Known[Shipment]] = field(default_factory=list)
    lines: list[EntryLine] = field(default_factory=list)
    certifications: list[Known[CertificationOfOrigin]] = field(default_factory=list)
    vehicle_certifications: list[Known[VehicleCertification]] = field(default_factory=list)
    snapshots: list[SnapshotFact] = field(default_factory=list)
    averages: list[AverageFact] = field(default_factory=list)
    """Those that claims name or worksheets rest on, and later ones of the same, in ledger order."""
    units: dict[str, Known[ProductionLine]] = field(default_factory=dict)
    bills: dict[tuple[str, str, str], list[Known[BillLine]]] = field(default_factory=dict)
    declarations: dict[str, Known[SupplierDeclaration]] = field(default_factory=dict)
    requests: list[Known[Request]] = field(default_factory=list)
    ends: list[Known[DeclarationEvent]] = field(default_factory=list)
    """Withdrawals and other ends, with a notice, that an analysis of the pack looked at."""
    later: list[LaterEvent] = field(default_factory=list)
    parties: dict[str, PartyLine] = field(default_factory=dict)
    sites: dict[str, SiteLine] = field(default_factory=dict)
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    around: Around = field(default_factory=Around)
    particulars: Particulars = field(default_factory=Particulars)
    asked: Asked | None = None
    """What the pack is to answer, where it was given when the pack was built."""
    exhibits: list[ExhibitFact] = field(default_factory=list)
    keys: list[Known[Key]] = field(default_factory=list)
    entries: dict[int, ReadEntry] = field(default_factory=dict)
    used_lines: dict[int, set[int]] = field(default_factory=dict)

    def use(self, known: Known[R]) -> None:
        """Take the entry of a fact, and the line of it, into the pack."""
        lines = self.used_lines.setdefault(known.seq, set())
        if known.line is not None:
            lines.add(known.line)

    def use_ref(self, ref: str) -> None:
        """Take the entry that ``#12`` or ``#12:345`` names, and the line of it, into the pack."""
        seq, _, line = ref.removeprefix("#").partition(":")
        lines = self.used_lines.setdefault(int(seq), set())
        if line:
            lines.add(int(line))

    def first_claim(self) -> Known[Claim] | None:
        """The first claim made on any line of the pack: what is recorded after it is late."""
        made = [claim for line in self.lines for claim in line.claims if claim.value.action is ClaimAction.MADE]
        return min(made, key=lambda claim: claim.seq, default=None)


def gather(
    register: Register,
    ledger: Ledger,
    documents: DocumentStore,
    subject: Subject,
    as_of: int,
    request: Asked | None = None,
    *,
    ahead: bool = False,
) -> Facts:
    """The facts of a pack as of a checkpoint at `as_of` entries, answering `request` where one is given.

    With `ahead` a shipment that is not entered yet is taken by the lines of its invoices, to plan for it.

    Raises:
        PackError: no such shipment or customs entry is on record by then.
    """
    facts = Facts(subject=subject, as_of=as_of, moment=ledger.entry(as_of - 1).leaf.recorded_at, asked=request)
    facts.ahead = ahead
    _scope(facts, register)
    _certifications(facts, register)
    _units(facts, register)
    _snapshots(facts, register, documents)
    _averages(facts, register, ledger, documents)
    facts.later = list(later_events(register, [fact.worksheet for fact in facts.snapshots]))
    for later in facts.later:
        facts.use(later.event)
        facts.used_lines.setdefault(register.by_id(later.declaration.id).seq, set())
    _vehicle_certifications(facts, register)
    _names(facts, register)
    facts.exhibits = _exhibits(facts, register)
    for known in facts.around.every():
        facts.use(known)
    for exhibit in facts.exhibits:
        facts.use(exhibit.receipt)
        if exhibit.redacted is not None:
            facts.use(exhibit.redacted)
    _entries(facts, register, ledger)
    return facts


def _latest(known: Iterable[Known[S]]) -> Known[S] | None:
    """The last of those that no other of them supersedes."""
    found = list(known)
    superseded = {one.value.supersedes for one in found}
    return next((one for one in reversed(found) if one.statement_id not in superseded), None)


def _scope(facts: Facts, register: Register) -> None:
    subject = facts.subject
    if subject.shipment:
        shipment = _latest(register.statements(Shipment, number=subject.shipment))
        if shipment is None:
            raise PackError(f"No shipment {subject.shipment} is on record at {facts.as_of} entries. Import it first.")
        facts.shipments.append(shipment)
        found = [edge.from_id for edge in register.edges(to_id=f"shipment:{subject.shipment}") if edge.role == "enters"]
        numbers = dict.fromkeys(
            known.value.number for id_ in found for known in register.statements(CustomsEntry, id=id_)
        )
    else:
        numbers = dict.fromkeys([str(subject.customs_entry)])
    for number in numbers:
        entry = _latest(register.statements(CustomsEntry, number=number))
        if entry is None:
            raise PackError(f"No customs entry {number} is on record at {facts.as_of} entries. Import it first.")
        facts.use(entry)
        for line in entry.value.lines:
            if subject.shipment is None or line.shipment == subject.shipment:
                facts.lines.append(_entry_line(facts, register, entry, line))
    if facts.ahead and not facts.lines:
        entries = [not_entered(shipment) for shipment in facts.shipments]
        facts.lines = [_entry_line(facts, register, entry, line) for entry in entries for line in entry.value.lines]
    facts.ahead = facts.ahead and not numbers
    for known in facts.shipments:
        facts.use(known)


def _entry_line(facts: Facts, register: Register, entry: Known[CustomsEntry], line: CustomsEntryLine) -> EntryLine:
    shipment = next((known for known in facts.shipments if known.value.number == line.shipment), None)
    if shipment is None and (shipment := _latest(register.statements(Shipment, number=line.shipment))) is not None:
        facts.shipments.append(shipment)
    wanted = (line.invoice, line.invoice_line)
    invoice_lines = shipment.value.invoice_lines if shipment else ()
    invoice_line = next((one for one in invoice_lines if (one.invoice, one.line) == wanted), None)
    claims = register.statements(Claim, customs_entry=entry.value.number, line=line.line)
    for claim in claims:
        facts.use(claim)
    return EntryLine(entry, line, shipment, invoice_line, tuple(claims))


def _certifications(facts: Facts, register: Register) -> None:
    for line in facts.lines:
        named = [claim.value.certification for claim in line.claims if claim.value.certification]
        found = [known for name in named if (known := _certification(register, name)) is not None]
        if not found:
            found = _covering(register, line)
        for known in found:
            if known not in facts.certifications:
                facts.certifications.append(known)
                facts.use(known)
                for authority in register.statements(Authority, person=known.value.signer):
                    facts.use(authority)


def _certification(register: Register, name: str) -> Known[CertificationOfOrigin] | None:
    by_id = register.statements(CertificationOfOrigin, id=name)
    return by_id[-1] if by_id else _latest(register.statements(CertificationOfOrigin, number=name))


def _covering(register: Register, line: EntryLine) -> list[Known[CertificationOfOrigin]]:
    """The certification whose goods and window hold the line, where no claim names one; the latest of them."""
    if line.invoice_line is None:
        return []
    good, day = line.invoice_line, line.entry.value.imported_on
    covering = [
        known
        for known in register.statements(CertificationOfOrigin)
        if any((one.owner, one.part) == (good.owner, good.part) for one in known.value.goods)
        and (known.value.valid_from is None or known.value.valid_from <= day)
        and (known.value.valid_to is None or day <= known.value.valid_to)
    ]
    return covering[-1:]


def _units(facts: Facts, register: Register) -> None:
    for line in facts.lines:
        if line.invoice_line is None:
            continue
        good, wanted = line.invoice_line, set(line.invoice_line.units)
        for built in register.lines(ProductionLine, owner=good.owner, part=good.part):
            if built.value.unit_id in wanted:
                facts.units[built.value.unit_id] = built
        for unit in sorted(wanted & facts.units.keys()):
            built = facts.units[unit]
            facts.use(built)
            key = (good.owner, good.part, built.value.plant)
            if key not in facts.bills:
                facts.bills[key] = register.lines(BillLine, owner=good.owner, parent=good.part, plant=built.value.plant)
            bill = bill_in_force(facts, built)
            if bill is not None:
                facts.use(bill)


def bill_in_force(facts: Facts, built: Known[ProductionLine]) -> Known[BillLine] | None:
    """A line of the bill that the unit was built to: its revision, in force at its plant on its day."""
    made = built.value
    for bill in facts.bills.get((made.owner, made.part, made.plant), []):
        line = bill.value
        ended = line.effective_to is not None and line.effective_to < made.built_on
        if line.parent_revision == made.revision and line.effective_from <= made.built_on and not ended:
            return bill
    return None


def _snapshots(facts: Facts, register: Register, documents: DocumentStore) -> None:
    """Those that claims name, and the latest on the same good, plant, period of building and importing country."""
    found: dict[str, SnapshotFact] = {}
    for line in facts.lines:
        claimed = [
            known
            for claim in line.claims
            if claim.value.snapshot
            for known in register.statements(Snapshot, id=claim.value.snapshot)
        ]
        for known in claimed:
            if known.statement_id not in found:
                found[known.statement_id] = _snapshot(known, documents)
        latest = _latest_analysis(facts, register, documents, line, found)
        if latest is not None and latest.snapshot.seq > max((known.seq for known in claimed), default=-1):
            found.setdefault(latest.snapshot.statement_id, latest)
    for fact in sorted(found.values(), key=lambda fact: fact.snapshot.seq):
        facts.use(fact.snapshot)
        facts.snapshots.append(fact)
        for ref in fact.worksheet.inputs:
            facts.use_ref(ref.ref)


def _averages(facts: Facts, register: Register, ledger: Ledger, documents: DocumentStore) -> None:
    """The averages that claims name or worksheets rest on, with all beneath them and the later ones of the same."""
    named = [claim.value.average for line in facts.lines for claim in line.claims if claim.value.average]
    sheets = [fact.worksheet for fact in facts.snapshots]
    named += [ref.statement for sheet in sheets for ref in sheet.inputs if ref.kind == Average.kind]
    facts.averages = list(averages_of(register, ledger, documents, named))
    for fact in facts.averages:
        facts.use(fact.average)
        for ref in fact.refs:
            facts.use_ref(ref)
        if fact.since is not None:
            facts.use(fact.since)


def _snapshot(known: Known[Snapshot], documents: DocumentStore) -> SnapshotFact:
    document = documents.read(known.value.worksheet)
    return SnapshotFact(known, Worksheet.from_bytes(document), document, documents.read(known.value.seed))


def _latest_analysis(
    facts: Facts, register: Register, documents: DocumentStore, line: EntryLine, have: Mapping[str, SnapshotFact]
) -> SnapshotFact | None:
    """The last analysis where and when the line's units were built, into its country; for its own day where one is.

    They are read from the last one on; what `have` has is not read again.
    """
    good = line.invoice_line
    if good is None:
        return None
    built = {
        (facts.units[unit].value.plant, facts.units[unit].value.built_on) for unit in good.units if unit in facts.units
    }
    about = [
        known
        for known in register.statements(Snapshot, owner=good.owner, part=good.part)
        if any(
            known.value.plant == plant and known.value.period_from <= day <= known.value.period_to
            for plant, day in built
        )
    ]
    entry, fitting = line.entry.value, None
    for known in reversed(about):
        fact = have.get(known.statement_id) or _snapshot(known, documents)
        if fact.worksheet.importing_country not in (None, entry.country):
            continue
        if fact.worksheet.event_day in (None, entry.imported_on, entry.entered_on):
            return fact
        fitting = fitting or fact
    return fitting


def _vehicle_certifications(facts: Facts, register: Register) -> None:
    on_lines = {
        name
        for line in facts.lines
        for name in (line.line.labour_value_id, line.line.steel_id, line.line.aluminum_id)
        if name
    }
    for known in register.statements(VehicleCertification):
        if known.seq in facts.used_lines or known.value.identifier in on_lines:
            facts.vehicle_certifications.append(known)
            facts.use(known)


def _names(facts: Facts, register: Register) -> None:
    facts.parties = {known.value.party: known.value for known in register.lines(PartyLine)}
    facts.sites = {known.value.site: known.value for known in register.lines(SiteLine)}
    for line in facts.lines:
        if line.invoice_line:
            for item in register.lines(ItemLine, owner=line.invoice_line.owner, part=line.invoice_line.part):
                facts.descriptions[item.value.owner, item.value.part] = item.value.description


def _exhibits(facts: Facts, register: Register) -> list[ExhibitFact]:
    shelf = Shelf(register)
    of_shipping(shelf, facts.shipments, list({line.entry.value.number: line.entry for line in facts.lines}.values()))
    of_certifications(shelf, facts.certifications, facts.vehicle_certifications)
    inputs = [ref for snapshot in facts.snapshots for ref in snapshot.worksheet.inputs]
    on_record = register.by_ids(ref.statement for ref in inputs)
    for ref in inputs:
        if ref.statement not in on_record:
            raise PackError(f"A snapshot rests on {ref.statement} ({ref.ref}), which is not on record.")
    known = {ref.statement: on_record[ref.statement] for ref in inputs}
    for average in facts.averages:
        known.update({one.statement_id: one for one in average.beneath if one.statement_id not in known})
    for later in facts.later:
        known.setdefault(later.event.statement_id, register.by_id(later.event.statement_id))
        known.setdefault(later.declaration.id, register.by_id(later.declaration.id))
    loads: dict[str, None] = {}
    for unit in facts.units.values():  # production records and the bills built to, where no snapshot names them
        bill = bill_in_force(facts, unit)
        loads.update(dict.fromkeys((unit.statement_id, bill.statement_id if bill else unit.statement_id)))
    unnamed = register.by_ids(load for load in loads if load not in known)
    known.update({load: unnamed[load] for load in loads if load in unnamed})
    for one in known.values():
        if isinstance(one.value, SupplierDeclaration):
            facts.declarations[one.statement_id] = Known(one.value, one.seq, one.statement_id, one.recorded_at)
        elif isinstance(one.value, Request):
            facts.requests.append(Known(one.value, one.seq, one.statement_id, one.recorded_at))
        elif isinstance(one.value, DeclarationEvent) and one.value.notice:
            facts.ends.append(Known(one.value, one.seq, one.statement_id, one.recorded_at))
    purchases = purchases_used(register, facts)
    of_inputs(shelf, register, list(known.values()), purchases)
    facts.around = around(register, facts, shelf, purchases)
    facts.particulars = particulars(register, facts, list(known.values()), shelf)
    return shelf.exhibits()


def _entries(facts: Facts, register: Register, ledger: Ledger) -> None:
    """The entries themselves, and the keys of those who signed them."""
    facts.entries = ledger.entries_at(facts.used_lines)
    actors = {entry.actor for entry in facts.entries.values()}
    for known in register.statements(Key):
        if known.value.key in actors or known.value.purpose is not KeyPurpose.PERSON:
            facts.keys.append(known)
            facts.use(known)
            facts.entries.setdefault(known.seq, ledger.entry(known.seq))
    signers_of_keys = {facts.entries[key.seq].actor for key in facts.keys} - {key.value.key for key in facts.keys}
    if signers_of_keys:  # keys that brought in keys, as far back as the founding
        for known in register.statements(Key):
            if known.value.key in signers_of_keys:
                facts.keys.append(known)
                facts.use(known)
                facts.entries.setdefault(known.seq, ledger.entry(known.seq))
    facts.entries = dict(sorted(facts.entries.items()))


def opened(entry: ReadEntry) -> list[tuple[str, bool]]:
    """The committed fields of an entry and whether this edition opens them."""
    statement = entry.statement
    tiers: Mapping[str, Tier] = type(statement).tiers() if statement is not None else {}
    return [(item.name, tiers.get(item.name, Tier.SECRET) not in SEALED) for item in entry.disclosures]
