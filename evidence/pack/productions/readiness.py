"""Readiness: the checklist of every shipment of a period, and the duty that falls due where its claims fail.

A shipment belongs to the period by the day of importation of its customs entry; one without an entry by its day of
export. What is at risk is computed from duty measures on record and from nothing else. Shipments of which it is not
computed stand first, since nothing bounds it; then the greatest, currency by currency, since no rate is assumed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from evidence.core.statements.base import Statement
from evidence.core.statements.claim import ClaimAction
from evidence.core.statements.duty import DutyMeasureLine
from evidence.core.statements.shipment import CustomsEntry, CustomsEntryLine, Shipment
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.origin.duty import Dutiable, Measure, Stake, joined, stake
from evidence.pack.checklist.asked import MISSING, SHOWN
from evidence.pack.contents import contents as c
from evidence.pack.gathered.facts import EntryLine, Facts, Subject
from evidence.pack.gathered.witnessed import latest
from evidence.pack.productions.gathering import planned
from evidence.pack.productions.plan import plan_of
from evidence.register.queries import Known, Register
from evidence.store.engine import reading

S = TypeVar("S", bound=Statement)
_LIFTS = (ClaimAction.MADE, ClaimAction.POST_IMPORTATION)


@dataclass(frozen=True, slots=True)
class Ready:
    """One shipment: what its pack would show and lack, and what hangs on it.

    Attributes:
        day: of importation, or of export where nothing was entered yet.
        at_risk: what falls due if preference fails on the lines claimed, in each currency.
        forgone: what was paid, or will be, on the lines not claimed.
        not_computed: why one of the two is not whole.
        stops: the missing items that would stop a claim.
        due: the first day by which something missing is wanted.
        fault: why no plan could be made of it.
    """

    shipment: str
    day: date
    customs_entries: tuple[str, ...] = ()
    claim: str = ""
    at_risk: tuple[tuple[str, Decimal], ...] = ()
    forgone: tuple[tuple[str, Decimal], ...] = ()
    not_computed: tuple[str, ...] = ()
    charges: Stake = field(default_factory=Stake)
    present: int = 0
    missing: int = 0
    stops: tuple[str, ...] = ()
    due: date | None = None
    items: tuple[c.ChecklistRow, ...] = ()
    fault: str = ""


def readiness(
    handle: HomeHandle, first: date, last: date, tell: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Ready]:
    """Every shipment of the period, the most at risk first.

    Args:
        first: the first day, by importation or export.
        last: the last day.
        tell: told how many of how many are done.
    """
    as_of = latest(handle)
    with reading(handle.engine) as connection:
        register = Register(connection, as_of)
        days = dict(_of_period(register, first, last))
        measures = register.lines(DutyMeasureLine)
    rows = []
    for done, (number, day) in enumerate(days.items(), 1):
        rows.append(_ready(handle, number, day, as_of, measures))
        tell(done, len(days))
    return sorted(rows, key=_order)


def _order(row: Ready) -> tuple[bool, bool, str, Decimal, date, str]:
    currency, amount = max(row.at_risk, key=lambda each: each[1], default=("", Decimal(0)))
    whole = not row.not_computed and not row.fault
    return whole, not row.at_risk, currency, -amount, row.day, row.shipment


def _of_period(register: Register, first: date, last: date) -> Iterator[tuple[str, date]]:
    """The shipments of the period with their day, in the order of the days."""
    entered: dict[str, date] = {}
    for entry in _standing(register.statements(CustomsEntry)):
        for line in entry.value.lines:
            day = min(entered.get(line.shipment, entry.value.imported_on), entry.value.imported_on)
            entered[line.shipment] = day
    days = {
        known.value.number: entered.get(known.value.number, known.value.exported_on)
        for known in _standing(register.statements(Shipment))
    }
    yield from sorted(((n, day) for n, day in days.items() if first <= day <= last), key=lambda each: each[::-1])


def _standing(found: Sequence[Known[S]]) -> Iterator[Known[S]]:
    """Those that no other of them supersedes."""
    gone = {known.value.supersedes for known in found}
    yield from (known for known in found if known.statement_id not in gone)


def _ready(handle: HomeHandle, number: str, day: date, as_of: int, measures: Sequence[Measure]) -> Ready:
    try:
        facts, numbers = planned(handle, Subject(shipment=number), as_of)
    except PackError as error:
        return Ready(number, day, fault=str(error))
    found = plan_of(facts, numbers, handle.settings.organisation.legal_name)
    at_risk, forgone = _stakes(facts, measures)
    missing = found.of(MISSING)
    return Ready(
        shipment=number,
        day=day,
        customs_entries=() if facts.ahead else tuple(dict.fromkeys(line.entry.value.number for line in facts.lines)),
        claim=_claim(facts),
        at_risk=at_risk.amounts,
        forgone=forgone.amounts,
        not_computed=_why_not(facts, at_risk, forgone),
        charges=joined([at_risk, forgone]),
        present=len(found.of(SHOWN)),
        missing=len(missing),
        stops=tuple(row.id for row in missing if row.stops),
        due=min((row.due for row in missing if row.due is not None), default=None),
        items=found.items,
    )


def _why_not(facts: Facts, at_risk: Stake, forgone: Stake) -> tuple[str, ...]:
    if facts.ahead:
        return ("no customs entry line of it is on record",)
    return tuple(dict.fromkeys((*at_risk.not_computed, *forgone.not_computed)))


def _claim(facts: Facts) -> str:
    return "not entered" if facts.ahead else ", ".join(dict.fromkeys(_state(line) for line in facts.lines))


def _state(line: EntryLine) -> str:
    """What the latest claim on record says; without one, what the entry itself bears."""
    if line.claim is not None:
        return "claimed" if line.claim.value.action in _LIFTS else line.claim.value.action.value
    return "claimed, not recorded" if line.line.preference_code else "not claimed"


def _stakes(facts: Facts, measures: Sequence[Measure]) -> tuple[Stake, Stake]:
    """What is at risk on the lines claimed, and what is paid on the others, entry by entry."""
    if facts.ahead:
        return Stake(), Stake()
    entries = {line.entry.value.number: line.entry.value for line in facts.lines}
    at_risk, forgone = [], []
    for number, entry in entries.items():
        own = [line for line in facts.lines if line.entry.value.number == number]
        claimed = [line for line in own if _state(line).startswith("claimed")]
        others = {line.line for line in entry.lines} - {line.line.line for line in own}
        paying = [_dutiable(facts, line) for line in own if line not in claimed]
        elsewhere = [_bare(entry, line) for line in entry.lines if line.line in others and not line.preference_code]
        at_risk.append(stake([_dutiable(facts, line) for line in claimed], [*paying, *elsewhere], measures))
        forgone.append(stake(paying, elsewhere, measures))
    return joined(at_risk), joined(forgone)


def _dutiable(facts: Facts, line: EntryLine) -> Dutiable:
    good, shipment = line.invoice_line, line.shipment
    made_in = [
        fact.worksheet.plant_country
        for fact in facts.snapshots
        if good and (fact.snapshot.value.owner, fact.snapshot.value.part) == (good.owner, good.part)
    ]
    origin = made_in[-1] if made_in else shipment.value.export_country if shipment else None
    return _bare(line.entry.value, line.line, origin, good.unit if good else None)


def _bare(entry: CustomsEntry, line: CustomsEntryLine, origin: str | None = None, unit: str | None = None) -> Dutiable:
    return Dutiable(
        country=entry.country,
        tariff_item=line.tariff_item,
        hs_edition=line.hs_edition,
        origin=origin,
        value=line.value,
        currency=line.currency,
        quantity=line.quantity,
        unit=unit,
        entered_on=entry.entered_on,
    )
