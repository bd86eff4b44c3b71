"""Review of suppliers' declarations: found by name, listed as they stand on a day, and moved to another state.

A state is an entry of its own, by a person, for a reason (RECORDS.md 23). What a declaration lacks stops its
acceptance, never its receipt; what has ended stays ended, and a new declaration is asked for instead.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.declaration import DeclarationEvent, DeclarationState, SupplierDeclaration
from evidence.errors import IntakeError, UsageError
from evidence.intake.assemble import SELF
from evidence.intake.declaration_fields import blocking, check_declaration
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
    if not found and len(parts) == 2:
        found = register.statements(SupplierDeclaration, supplier=parts[0], reference=parts[1].strip())
    if not found:
        raise UsageError(f"No declaration is called {named!r}. See 'evidence declarations list'.")
    if len({each.value.supplier for each in found}) > 1:
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
    equals = {name: value for name, value in (("supplier", supplier), ("part", part)) if value is not None}
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
    if state is DeclarationState.ACCEPTED and (lacking := blocking(check_declaration(of, lowered))):
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


def ended_windows(register: Register, on: date) -> list[tuple[Known[SupplierDeclaration], date]]:
    """Declarations whose window had ended before `on` without an entry that says so, and the day after each window."""
    return [
        (each.declaration, each.declaration.value.valid_to + timedelta(days=1))
        for each in standings(register, date.max, states=(RECEIVED, DeclarationState.ACCEPTED.value))
        if each.declaration.value.valid_to is not None and each.declaration.value.valid_to < on
    ]
