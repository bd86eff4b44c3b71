"""What became known after an analysis: later states of the declarations that it looked at.

An analysis knows the ledger up to its own size. A declaration accepted, refused, withdrawn or superseded after that may
change the result, and nothing is worked out again here; so page one names each such event as open, and the pack's facts
change with it, until a later analysis has looked at it (19 CFR 182.11(c); Customs Act s.32.2).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.core.statements.declaration import DeclarationEvent, DeclarationState, SupplierDeclaration
from evidence.origin.worksheet import Worksheet
from evidence.register.queries import Known, Register


@dataclass(frozen=True, slots=True)
class LaterEvent:
    """A state of a declaration recorded after the latest analysis that looked at the declaration.

    `counted` says whether that analysis counts on the declaration.
    """

    event: Known[DeclarationEvent]
    declaration: SupplierDeclaration
    counted: bool


def later_events(register: Register, worksheets: Sequence[Worksheet]) -> Iterator[LaterEvent]:
    """Events that reach one of `worksheets` and that none of them knows, in ledger order.

    An end of a declaration reaches an analysis that counts on it where it takes effect within the period; an acceptance
    reaches one that did not count on it.
    """
    known_events = {ref.statement for sheet in worksheets for ref in sheet.inputs if ref.kind == DeclarationEvent.kind}
    found: dict[str, LaterEvent] = {}
    names = {ref.statement for sheet in worksheets for ref in sheet.inputs if ref.kind == SupplierDeclaration.kind}
    rows = (row for sheet in worksheets for material in sheet.materials for row in material.support)
    names |= {row.declaration for row in rows if row.covers and row.declaration}
    events: dict[str, list[Known[DeclarationEvent]]] = {}
    for event in register.statements_of(DeclarationEvent, "declaration", names):
        events.setdefault(event.value.declaration, []).append(event)
    for sheet in worksheets:
        counted = {row.declaration for material in sheet.materials for row in material.support if row.covers}
        looked_at = {ref.statement for ref in sheet.inputs if ref.kind == SupplierDeclaration.kind}
        for declaration in sorted(looked_at | {name for name in counted if name}):
            for event in events.get(declaration, ()):
                if event.seq < sheet.as_of or event.statement_id in known_events:
                    continue
                ends = event.value.state is not DeclarationState.ACCEPTED
                if ends != (declaration in counted) or event.value.effective_from > sheet.period_to:
                    continue
                value = register.by_id(declaration).value
                if isinstance(value, SupplierDeclaration):
                    found.setdefault(event.statement_id, LaterEvent(event, value, declaration in counted))
    yield from sorted(found.values(), key=lambda later: later.event.seq)
