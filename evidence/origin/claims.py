"""Claims: the gate run over each line by which a shipment is entered, and what was then claimed or not.

A claim belongs to a customs entry line. It names the certification and the snapshot that it rests on and keeps the
gate's answers as they were on the day. A correction supersedes it and says why; nothing is edited.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from evidence.core.identifiers import mint
from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Basis, Statement
from evidence.core.statements.certification import CertificationOfOrigin, CertifiedGood, VehicleCertification
from evidence.core.statements.claim import Claim, ClaimAction, GateCheck
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.declaration import DeclarationState
from evidence.core.statements.production import ProductionLine
from evidence.core.statements.purchase import PurchaseAdjustmentLine, PurchaseLine
from evidence.core.statements.shipment import CustomsEntry, CustomsEntryLine, InvoiceLine, Shipment
from evidence.core.statements.snapshot import Snapshot
from evidence.core.statements.use import UseLine
from evidence.core.values import legal_day
from evidence.errors import OriginError, UsageError
from evidence.ledger.found import HomeHandle
from evidence.origin.averaged import averaged
from evidence.origin.gate import Case, blocks, run_gate
from evidence.origin.snapshot import worksheet_of
from evidence.origin.transit_stays import stays_of
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Known, Register
from evidence.rules.ruleset import RuleSet
from evidence.store.documents import DocumentStore
from evidence.store.engine import reading

S = TypeVar("S", bound=Statement)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one line; `anew` is False where the same stood on record already."""

    customs_entry: str
    line: int
    good: str
    action: ClaimAction
    gate: tuple[GateCheck, ...]
    certification: str | None
    snapshot: str | None
    claim: str
    anew: bool


@dataclass(frozen=True, slots=True)
class _Beneath:
    """One line's case with the statements that a claim names."""

    case: Case
    certification: str | None
    snapshot: str | None
    average: str | None
    last: Known[Claim] | None


def claim_shipment(handle: HomeHandle, shipment: str, law: RuleSet, *, by: str, now: datetime) -> list[Decision]:
    """Claim preference on every line of the shipment that the gate lets through, and record the rest as not claimed.

    A line already claimed or corrected is left as it stands, and so is one not claimed for the same reasons as before.

    Raises:
        OriginError: no shipment of that number, or no customs entry of it, is on record.
    """
    decided_on = legal_day(now, handle.settings.zone)
    decisions: list[Decision] = []
    recorded: list[Claim] = []
    for beneath in _lines(handle, shipment, law, decided_on):
        gate = run_gate(beneath.case)
        blocked = blocks(gate)
        action = ClaimAction.NOT_MADE if blocked else ClaimAction.MADE
        last = beneath.last
        if last is not None and (last.value.action is not ClaimAction.NOT_MADE or _same(last.value, gate, action)):
            decisions.append(_decision(beneath, last.value, anew=False))
            continue
        reason = "; ".join(f"{check.check}: {check.found}" for check in blocked) or None
        claim = _claim(handle, beneath, action, gate, reason, by, now, decided_on)
        recorded.append(claim)
        decisions.append(_decision(beneath, claim, anew=True))
    _record(handle, recorded)
    return decisions


def correct_shipment(
    handle: HomeHandle, shipment: str, law: RuleSet, *, by: str, reason: str, now: datetime
) -> list[Decision]:
    """Correct the claims made on the shipment: each is superseded by one that says it was corrected, and why.

    Raises:
        OriginError: no such shipment or customs entry is on record.
        UsageError: nothing was claimed on it.
    """
    decided_on = legal_day(now, handle.settings.zone)
    decisions: list[Decision] = []
    recorded: list[Claim] = []
    for beneath in _lines(handle, shipment, law, decided_on):
        last = beneath.last
        if last is None or last.value.action is ClaimAction.NOT_MADE:
            continue
        if last.value.action is not ClaimAction.MADE:
            decisions.append(_decision(beneath, last.value, anew=False))
            continue
        claim = _claim(handle, beneath, ClaimAction.CORRECTED, run_gate(beneath.case), reason, by, now, decided_on)
        recorded.append(claim)
        decisions.append(_decision(beneath, claim, anew=True))
    if not decisions:
        raise UsageError(f"Nothing was claimed on shipment {shipment}, so that there is nothing to correct.")
    _record(handle, recorded)
    return decisions


def _record(handle: HomeHandle, claims: Sequence[Claim]) -> None:
    if claims:
        handle.signer().record([(claim, ()) for claim in claims])


def _same(last: Claim, gate: tuple[GateCheck, ...], action: ClaimAction) -> bool:
    return last.action is action and last.gate == gate


def _decision(beneath: _Beneath, claim: Claim, *, anew: bool) -> Decision:
    invoiced = beneath.case.invoice_line
    return Decision(
        claim.customs_entry, claim.line, invoiced.part if invoiced else "", claim.action, claim.gate,
        claim.certification, claim.snapshot, claim.id, anew,
    )  # fmt: skip


def _claim(
    handle: HomeHandle,
    beneath: _Beneath,
    action: ClaimAction,
    gate: tuple[GateCheck, ...],
    reason: str | None,
    by: str,
    now: datetime,
    decided_on: date,
) -> Claim:
    last = beneath.last.value if beneath.last is not None else None
    return Claim(
        id=mint(Claim.prefix, now, handle.random),
        issuer="self",
        customs_entry=beneath.case.entry.number,
        line=beneath.case.line.line,
        action=action,
        decided_on=decided_on,
        certification=beneath.certification,
        snapshot=beneath.snapshot,
        average=beneath.average,
        reason=reason[:4000] if reason else None,
        gate=gate,
        by=by,
        supersedes=last.id if last is not None else None,
        supersedes_reason=(reason or "the gate is passed now")[:4000] if last is not None else None,
    )


def _lines(handle: HomeHandle, shipment: str, law: RuleSet, decided_on: date) -> list[_Beneath]:
    """Every customs entry line of the shipment, with its case as of all that is known."""
    size = handle.ledger.size()
    with reading(handle.engine) as connection:
        register = Register(connection, size)
        shipped = _latest(register.statements(Shipment, number=shipment))
        if shipped is None:
            raise OriginError(f"No shipment {shipment} is on record. Import it first.")
        found = [
            _beneath(register, handle.documents, law, entry.value, line, shipped.value, decided_on)
            for entry in _entries(register, shipment)
            for line in entry.value.lines
            if line.shipment == shipment
        ]
    if not found:
        raise OriginError(f"No customs entry of shipment {shipment} is on record. Import it first.")
    return found


def _entries(register: Register, shipment: str) -> list[Known[CustomsEntry]]:
    ids = [edge.from_id for edge in register.edges(to_id=f"shipment:{shipment}") if edge.role == "enters"]
    numbers = dict.fromkeys(known.value.number for id_ in ids for known in register.statements(CustomsEntry, id=id_))
    found = [_latest(register.statements(CustomsEntry, number=number)) for number in numbers]
    return [known for known in found if known is not None]


def _latest(known: Iterable[Known[S]]) -> Known[S] | None:
    """The last that no other supersedes."""
    found = list(known)
    superseded = {one.value.supersedes for one in found}
    return next((one for one in reversed(found) if one.statement_id not in superseded), None)


def _beneath(
    register: Register,
    documents: DocumentStore,
    law: RuleSet,
    entry: CustomsEntry,
    line: CustomsEntryLine,
    shipment: Shipment,
    decided_on: date,
) -> _Beneath:
    wanted = (line.invoice, line.invoice_line)
    invoiced = next((each for each in shipment.invoice_lines if (each.invoice, each.line) == wanted), None)
    certification, good = _certification(register, entry, line, invoiced)
    snapshot, worksheet, missing = _snapshot(register, documents, entry, invoiced)
    by_average = averaged(register, documents, worksheet, _built(register, invoiced)) if worksheet else None
    case = Case(
        decided_on=decided_on,
        entry=entry,
        line=line,
        invoice_line=invoiced,
        certification=certification.value if certification is not None else None,
        good=good,
        authorities=tuple(known.value for known in register.statements(Authority)),
        concordances=tuple(known.value for known in register.statements(Concordance)),
        worksheet=worksheet,
        snapshot_missing=missing,
        unsettled=_unsettled(register, worksheet) if worksheet is not None else (),
        vehicle_certifications=tuple(known.value for known in register.statements(VehicleCertification)),
        rule_set=law.content_hash,
        ended=_ended(register, worksheet) if worksheet is not None else (),
        law=law,
        stays=stays_of(shipment),
        averaged=by_average,
    )
    claims = register.statements(Claim, customs_entry=entry.number, line=line.line)
    return _Beneath(
        case,
        certification.statement_id if certification is not None else None,
        snapshot.statement_id if snapshot is not None else None,
        by_average.average if by_average is not None and worksheet and by_average.decides(worksheet) else None,
        claims[-1] if claims else None,
    )


def _certification(
    register: Register, entry: CustomsEntry, line: CustomsEntryLine, invoiced: InvoiceLine | None
) -> tuple[Known[CertificationOfOrigin] | None, CertifiedGood | None]:
    """The certification to look at: of those that name the good for an importer there, one that fits the day or
    invoice.
    """
    if invoiced is None:
        return None, None
    known = register.statements(CertificationOfOrigin)
    superseded = {one.value.supersedes for one in known}
    naming = [
        (one, good)
        for one in known
        if one.statement_id not in superseded and (good := _good(one.value, invoiced)) is not None
        if one.value.importer is None or one.value.importer.country == entry.country
    ]
    fitting = [(one, good) for one, good in naming if _fits(one.value, entry.imported_on, line.invoice)]
    chosen = fitting or naming
    return chosen[-1] if chosen else (None, None)


def _good(form: CertificationOfOrigin, invoiced: InvoiceLine) -> CertifiedGood | None:
    for good in form.goods:
        if (good.owner, good.part) == (invoiced.owner, invoiced.part) or good.buyer_part == invoiced.part:
            return good
    return None


def _fits(form: CertificationOfOrigin, imported: date, invoice: str) -> bool:
    if form.valid_from is None or form.valid_to is None:
        return form.invoice_number == invoice
    return form.valid_from <= imported <= form.valid_to


def _snapshot(
    register: Register, documents: DocumentStore, entry: CustomsEntry, invoiced: InvoiceLine | None
) -> tuple[Known[Snapshot] | None, Worksheet | None, str]:
    """The snapshot of the plant and period in which the units were built: the last on actual figures, or on
    estimates.
    """
    if invoiced is None:
        return None, None, "the invoice line is not on record, so that its units are not known"
    built = {
        known.value.unit_id: known.value
        for known in register.lines(ProductionLine, owner=invoiced.owner, part=invoiced.part)
    }
    unknown = [unit for unit in invoiced.units if unit not in built]
    if unknown or not invoiced.units:
        return None, None, f"no production record of {', '.join(unknown[:3]) or 'any unit'} is on file"
    plants = {built[unit].plant for unit in invoiced.units}
    days = sorted(built[unit].built_on for unit in invoiced.units)
    fitting: list[tuple[Known[Snapshot], Worksheet]] = []
    for known in register.statements(Snapshot, owner=invoiced.owner, part=invoiced.part):
        snapshot = known.value
        if {snapshot.plant} != plants or not (snapshot.period_from <= days[0] and days[-1] <= snapshot.period_to):
            continue
        worksheet = worksheet_of(documents, snapshot)
        if worksheet.importing_country in (None, entry.country):
            fitting.append((known, worksheet))
    if not fitting:
        where = f"{', '.join(sorted(plants))}, {days[0]} to {days[-1]}"
        return None, None, f"no snapshot of {invoiced.part} covers where and when the units were built ({where})"
    actual = [pair for pair in fitting if pair[0].value.basis is Basis.ACTUAL]
    fitting = actual or fitting
    uses = _uses(register, invoiced, days)
    if len(uses) < 2:
        return *fitting[-1], ""
    of_use = {worksheet.good.use: (known, worksheet) for known, worksheet in fitting}
    if missing := [use for use in uses if use not in of_use]:
        return None, None, f"{invoiced.part} is recorded for {', '.join(uses)}, and no snapshot stands for {missing[0]}"
    worst = next((of_use[use] for use in uses if of_use[use][1].outcome is not Outcome.MET), of_use[uses[0]])
    return *worst, ""


def _built(register: Register, invoiced: InvoiceLine | None) -> list[date]:
    """The days on which the units of an invoice line were built."""
    if invoiced is None:
        return []
    lines = register.lines(ProductionLine, owner=invoiced.owner, part=invoiced.part)
    return [known.value.built_on for known in lines if known.value.unit_id in invoiced.units]


def _uses(register: Register, invoiced: InvoiceLine, days: list[date]) -> list[str]:
    """What a good was for on the days of building: an invoice does not say which of several uses it went to, and the
    rule turns on it (19 CFR 182 App A s.13, s.14(18)), so that every one of them has to hold.
    """
    lines = [known.value for known in register.lines(UseLine, owner=invoiced.owner, part=invoiced.part)]
    held = [of for of in lines if of.applies_from <= days[-1] and days[0] <= (of.applies_to or days[0])]
    return sorted({of.use.value for of in held})


def _ended(register: Register, worksheet: Worksheet) -> tuple[str, ...]:
    """What the snapshot knew of as withdrawn, refused or superseded within its period, and counted so."""
    against = {
        str(support.declaration): support.reference
        for material in worksheet.materials
        for support in material.support
        if not support.covers and support.declaration is not None
    }
    return tuple(
        f"declaration {reference} {event.value.state.value} with effect from {event.value.effective_from}"
        for declaration, reference in against.items()
        for event in register.declaration_states(declaration)
        if event.value.state in (DeclarationState.WITHDRAWN, DeclarationState.REFUSED, DeclarationState.SUPERSEDED)
        and event.value.effective_from <= worksheet.period_to
        and event.seq < worksheet.as_of
    )


def _unsettled(register: Register, worksheet: Worksheet) -> tuple[str, ...]:
    """What became, since the snapshot, of declarations that it counts on, and of invoices that it values by."""
    counted = dict.fromkeys(
        (support.declaration, support.reference)
        for material in worksheet.materials
        for support in material.support
        if support.covers and support.declaration is not None
    )
    found: list[str] = _adjusted(register, worksheet)
    for declaration, reference in counted:
        for event in register.declaration_states(str(declaration)):
            ended = (
                event.value.state is not DeclarationState.ACCEPTED and event.value.effective_from <= worksheet.period_to
            )
            if ended and event.seq >= worksheet.as_of:
                state = f"{event.value.state.value} with effect from {event.value.effective_from}"
                found.append(f"declaration {reference} was {state}, after the snapshot ({event.ref})")
    return tuple(found)


def _adjusted(register: Register, worksheet: Worksheet) -> list[str]:
    """Credit and debit notes recorded since the snapshot on invoices that it rests on."""
    rests_on = {row.ref for row in worksheet.inputs if row.kind == "purchase"}
    found: list[str] = []
    for known in register.lines(PurchaseAdjustmentLine):
        of = known.value
        if known.seq < worksheet.as_of:
            continue
        lines = register.lines(PurchaseLine, invoice=of.invoice, invoice_line=of.invoice_line)
        if any(line.ref in rests_on for line in lines):
            found.append(
                f"invoice {of.invoice} was changed by {of.adjustment_kind.value} {of.adjustment}, recorded after the "
                f"snapshot ({known.ref})"
            )
    return found
