"""Review of suppliers' declarations: found by name, listed as they stand on a day, and moved to another state.

A state is an entry of its own, by a person, for a reason (RECORDS.md 23). What a declaration lacks stops its
acceptance, never its receipt; what has ended stays ended, and a new declaration is asked for instead.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.declaration import DeclarationEvent, DeclarationState, SupplierDeclaration
from evidence.core.statements.handling import Review, ReviewOutcome
from evidence.core.statements.knowledge import KnowledgeEvent
from evidence.core.statements.shipment import CustomsEntry
from evidence.errors import IntakeError, UsageError
from evidence.intake.alike_declarations import about
from evidence.intake.assemble import SELF
from evidence.intake.backing import backing
from evidence.intake.crosswalk import SIGNS_DECLARATIONS, Crosswalk, canonical_party
from evidence.intake.declaration_fields import blocking, check_declaration
from evidence.intake.declaration_fields import late as received_late
from evidence.intake.questions import Place
from evidence.intake.work import Item, items
from evidence.register.queries import Known, Register, deciding

RECEIVED = "received"
_ENDED = (DeclarationState.WITHDRAWN, DeclarationState.SUPERSEDED, DeclarationState.EXPIRED)
_MAY_FOLLOW: dict[DeclarationState, tuple[DeclarationState | None, ...]] = {
    DeclarationState.ACCEPTED: (None, DeclarationState.REFUSED),
    DeclarationState.REFUSED: (None, DeclarationState.ACCEPTED),
    DeclarationState.WITHDRAWN: (None, DeclarationState.ACCEPTED, DeclarationState.REFUSED, DeclarationState.EXPIRED),
    DeclarationState.EXPIRED: (None, DeclarationState.ACCEPTED),
    DeclarationState.SUPERSEDED: (None, DeclarationState.ACCEPTED, DeclarationState.EXPIRED),
}
"""The states that each may follow; None is received and no more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A declaration and its state on a day; `lapsed` where its window had ended by then."""

    declaration: Known[SupplierDeclaration]
    state: str
    event: Known[DeclarationEvent] | None
    lapsed: bool


def find(register: Register, named: str) -> Known[SupplierDeclaration]:
    """The declaration called by its id, as ``SUPPLIER:REFERENCE`` (or with a space), or by one supplier's reference.

    Raises:
        UsageError: none is called so, or several are.
    """
    found = register.statements(SupplierDeclaration, id=named) or register.statements(
        SupplierDeclaration, reference=named
    )
    parts = re.split("[: ]", named, maxsplit=1)
    same = canonical_party(register)
    if not found and len(parts) == 2:
        numbers = frozenset(same.group(parts[0]))
        found = register.statements(SupplierDeclaration, supplier=numbers, reference=parts[1].strip())
    if not found:
        raise UsageError(f"No declaration is called {named!r}. See 'evidence declarations list'.")
    if len({same.canonical(each.value.supplier) for each in found}) > 1:
        names = ", ".join(f"{each.value.supplier}:{each.value.reference} ({each.statement_id})" for each in found)
        raise UsageError(f"{named!r} may be any of: {names}. Give the supplier too, or the id.")
    return found[-1]  # the last of a supplier's number supersedes those before it


def standings(
    register: Register,
    on: date,
    *,
    supplier: str | None = None,
    part: str | None = None,
    states: Collection[str] = (),
) -> Iterator[Standing]:
    """Declarations received, in ledger order, as they stand on a day."""
    events: dict[str, list[Known[DeclarationEvent]]] = {}
    for event in register.statements(DeclarationEvent):
        events.setdefault(event.value.declaration, []).append(event)
    numbers = frozenset(canonical_party(register).group(supplier)) if supplier is not None else None
    equals = {name: value for name, value in (("supplier", numbers), ("part", part)) if value is not None}
    for known in register.statements(SupplierDeclaration, **equals):
        decided = deciding(events.get(known.statement_id, []), on)
        state = decided.value.state.value if decided else RECEIVED
        last = known.value.valid_to
        if not states or state in states:
            yield Standing(known, state, decided, last is not None and last < on)


def change(
    register: Register,
    declaration: Known[SupplierDeclaration],
    state: DeclarationState,
    *,
    by: str,
    reason: str,
    effective_from: date,
    now: datetime,
    random: Random,
    notice: str | None = None,
    replaced_by: str | None = None,
    lowered: Collection[str] = (),
) -> DeclarationEvent:
    """The statement that moves a declaration to another state, to be recorded by the caller.

    Args:
        register: what is on record.
        declaration: the declaration.
        state: the state it comes to.
        by: the person who decides, by name.
        reason: why, in words.
        effective_from: the first day the state counts.
        now: for the statement's id.
        random: for the statement's id.
        notice: digest of the document that gave notice, received before or together with this.
        replaced_by: id of the declaration that takes its place.
        lowered: elements that a setting lowers to a warning.

    Raises:
        IntakeError: it lacks what acceptance needs, or has ended already.
    """
    of = declaration.value
    name = f"Declaration {of.reference} of {of.supplier} ({declaration.ref})"
    history = register.declaration_states(of.id)
    last = history[-1] if history else None
    before = last.value.state if last is not None else None
    if before not in _MAY_FOLLOW[state]:
        at = f" since {last.value.effective_from} ({last.ref})" if last is not None else ""
        ask = " Ask for a new declaration." if before in _ENDED and state is DeclarationState.ACCEPTED else ""
        raise IntakeError(f"{name} is {before.value if before else RECEIVED}{at}; it cannot become {state.value}.{ask}")
    behind = backing(of, Crosswalk(register)) if state is DeclarationState.ACCEPTED else None
    if state is DeclarationState.ACCEPTED and (lacking := blocking(check_declaration(of, lowered, behind))):
        raise IntakeError(
            f"{name} cannot be accepted: {'; '.join(map(str, lacking))}. Ask the supplier for a whole one."
        )
    if state is DeclarationState.EXPIRED and (of.valid_to is None or effective_from <= of.valid_to):
        raise IntakeError(f"{name} covers days up to {of.valid_to}; it cannot expire from {effective_from} on.")
    return DeclarationEvent(
        id=mint(DeclarationEvent.prefix, now, random),
        issuer=SELF,
        evidence_class=EvidenceClass.TESTIMONY,
        declaration=of.id,
        state=state,
        effective_from=effective_from,
        reason=reason,
        by=by,
        notice=notice,
        replaced_by=replaced_by,
    )


def open_work(register: Register, declaration: SupplierDeclaration) -> list[Item]:
    """The work that stands open about a declaration: raised by its row, or about it, its supplier, part or signer."""
    of, source = declaration, declaration.source
    subjects = {
        about(of),
        f"party:{of.supplier}",
        f"part:{of.supplier}:{of.owner}:{of.part}",
        f"part-revision:{of.supplier}:{of.owner}:{of.part}:{of.revision}",
        f"authority:{SIGNS_DECLARATIONS.replace(' ', '-')}:{of.supplier}:{of.signatory}",
    }
    row = (source.document, str(Place(source.document, "", source.sheet, source.row or 0))) if source else None
    return [
        item
        for item in items(register)
        if item.open and (item.value.about in subjects or (item.value.document, item.value.place) == row)
    ]


def late(register: Register, declaration: SupplierDeclaration) -> str | None:
    """That a declaration signed before goods were entered was received only after, told with the entries on record."""
    entries = register.statements(CustomsEntry)
    return received_late(declaration, [(each.value.number, each.value.entered_on) for each in entries])


@dataclass(frozen=True, slots=True)
class Learned:
    """How something came to be known: the day and why it is believed, by what way, from whom, in which document."""

    on: date
    basis: str
    channel: str
    from_whom: str
    document: str | None = None


def knowledge(
    declarations: Iterable[SupplierDeclaration],
    state: DeclarationState,
    learned: Learned,
    *,
    effective_from: date,
    reason: str,
    by: str,
    now: datetime,
    random: Random,
) -> KnowledgeEvent:
    """That we learned of the end of declarations: it can be reason to believe that a claim is wrong (182.11(c)).

    Whether it is one is left open here, for a person to decide.
    """
    named = list(declarations)
    listed = ", ".join(f"{each.reference} of {each.supplier}" for each in named)
    return KnowledgeEvent(
        id=mint(KnowledgeEvent.prefix, now, random),
        issuer=SELF,
        evidence_class=EvidenceClass.TESTIMONY,
        what=f"{listed}: {state.value} from {effective_from} on; {reason}",
        about=tuple(about(each) for each in named),
        learned_on=learned.on,
        learned_basis=learned.basis,
        channel=learned.channel,
        from_whom=learned.from_whom,
        document=learned.document,
        consequence=f"recorded as {state.value} from {effective_from} on; what rests on it is to be worked out anew",
        by=by,
    )


def finding(
    of: str,
    outcome: ReviewOutcome,
    notes: str,
    *,
    looked_at: Iterable[str] = (),
    by: str,
    reviewed_on: date,
    now: datetime,
    random: Random,
) -> Review:
    """A person's finding on a statement (its id), to be recorded by the caller."""
    return Review(
        id=mint(Review.prefix, now, random),
        issuer=SELF,
        evidence_class=EvidenceClass.TESTIMONY,
        of=of,
        outcome=outcome,
        reviewed_on=reviewed_on,
        by=by,
        looked_at=tuple(looked_at),
        notes=notes,
    )


def ended_windows(register: Register, on: date) -> list[tuple[Known[SupplierDeclaration], date]]:
    """Declarations whose window had ended before `on` without an entry that says so, and the day after each window."""
    return [
        (each.declaration, each.declaration.value.valid_to + timedelta(days=1))
        for each in standings(register, date.max, states=(RECEIVED, DeclarationState.ACCEPTED.value))
        if each.declaration.value.valid_to is not None and each.declaration.value.valid_to < on
    ]
