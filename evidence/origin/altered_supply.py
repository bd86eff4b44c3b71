"""Suppliers and their declarations as a what-if alters them: another supplier, a declaration obtained or withdrawn."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from evidence.core.statements.base import Record
from evidence.core.statements.declaration import (
    DeclarationEvent,
    DeclarationForm,
    DeclarationState,
    Reliance,
    SupplierDeclaration,
)
from evidence.core.statements.site import SiteKind, SiteLine
from evidence.origin.alterations import ANY_PLANT, ANY_SUPPLIER, Declared, NewSupplier, Withdrawn
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.exact import exactly

R = TypeVar("R", bound=Record)
WHAT_IF = "what-if"
_LAST = 1 << 62
"""The place of what a what-if adds: after everything that any ledger holds."""


def declared(inputs: Inputs, won: Declared) -> Inputs:
    """The inputs with declarations that a part originates, from the suppliers and plants named, for every day used.

    What contradicts them is set aside: the same suppliers' declarations that it does not originate, a country of
    production on their invoices, a silence. A purchase that names no plant is taken to come from the one declared for.
    """
    owners = _owners(inputs, won.part, won.owner)
    if not owners:
        return inputs
    sources: dict[tuple[str, str, str], None] = {}
    purchases = list(inputs.purchases)
    for at, fact in enumerate(purchases):
        of = fact.value
        if of.part == won.part and of.owner in owners and _named(won, of.seller, of.shipped_from):
            plant = of.shipped_from or won.plant or ANY_PLANT
            update = {"shipped_from": plant, "origin_country": None}
            purchases[at] = with_fields(fact, **update)
            sources[of.owner, of.seller, plant] = None
    if not sources:  # an estimate without purchases, or a part that another party makes
        for owner in owners:
            sources[owner, won.supplier or ANY_SUPPLIER, won.plant or ANY_PLANT] = None
    suppliers = {supplier for _, supplier, _ in sources} | ({won.supplier} if won.supplier else set())
    parts = {(owner, won.part) for owner in owners}

    def contrary(of: SupplierDeclaration) -> bool:
        theirs = of.supplier in suppliers or ANY_SUPPLIER in suppliers
        return (of.owner, of.part) in parts and theirs and of.form is DeclarationForm.NOT_ORIGINATING

    changed = inputs.model_copy(
        update={
            "purchases": tuple(purchases),
            "declarations": tuple(fact for fact in inputs.declarations if not contrary(fact.value)),
            "silences": tuple(fact for fact in inputs.silences if won.part not in fact.value.parts),
        }
    )
    for owner, supplier, plant in sources:
        changed = _with_declaration(changed, owner, won.part, supplier, plant, DeclarationForm.ORIGINATING)
    return changed


def resupplied(inputs: Inputs, new: NewSupplier) -> Inputs:
    """The inputs with a part bought from another supplier, at its price, with what it declares."""
    owners, plant = _owners(inputs, new.part, new.owner), new.plant or ANY_PLANT
    if not owners:
        return inputs

    def theirs(owner: str, part: str, supplier: str) -> bool:
        return part == new.part and owner in owners and new.of in (None, supplier)

    lines: set[tuple[str, str, int]] = set()
    purchases = list(inputs.purchases)
    for at, fact in enumerate(purchases):
        of = fact.value
        if theirs(of.owner, of.part, of.seller):
            lines.add((of.seller, of.invoice, of.invoice_line))
            with exactly():
                price = of.price * new.price_percent / Decimal(100)
            update = {"seller": new.to, "shipped_from": plant, "origin_country": new.country, "price": price}
            if of.freight is None:
                update["freight"] = Decimal(0)  # the price supposed is all that the goods would cost
            purchases[at] = with_fields(fact, **update)
    bills = list(inputs.bills)
    for at, bill in enumerate(bills):
        if bill.value.child == new.part and bill.value.owner in owners and bill.value.standard_value is not None:
            with exactly():
                standard = bill.value.standard_value * new.price_percent / Decimal(100)
            bills[at] = with_fields(bill, standard_value=standard)
    site = SiteLine(site=plant, party=new.to, site_kind=SiteKind.PARTS_PLANT, name=WHAT_IF, address=WHAT_IF,
                    country=new.country)  # fmt: skip
    changed = inputs.model_copy(
        update={
            "purchases": tuple(purchases),
            "bills": tuple(bills),
            "declarations": tuple(
                fact for fact in inputs.declarations
                if not theirs(fact.value.owner, fact.value.part, fact.value.supplier)
            ),
            "adjustments": _each(
                inputs.adjustments,
                lambda of: (of.seller, of.invoice, of.invoice_line) in lines,
                seller=new.to,
            ),
            "assists": _each(inputs.assists, lambda of: theirs(of.owner, of.part, of.receiver), receiver=new.to),
            "sites": (*(fact for fact in inputs.sites if fact.value.site != plant), _fact(site, f"site {plant}")),
        }
    )  # fmt: skip
    form = DeclarationForm.ORIGINATING if new.originating else DeclarationForm.NOT_ORIGINATING
    if new.originating:  # or the invoice's own country would contradict the declaration
        changed = changed.model_copy(
            update={"purchases": _each(changed.purchases, lambda of: of.seller == new.to and of.part == new.part,
                                       origin_country=None)}
        )  # fmt: skip
    for owner in owners:
        changed = _with_declaration(changed, owner, new.part, new.to, plant, form)
    return changed


def withdrawn(inputs: Inputs, lost: Withdrawn) -> Inputs:
    """The inputs without a declaration, or with its withdrawal from a day on; the same where it is not among them."""
    found = [
        fact
        for fact in inputs.declarations
        if (fact.value.supplier, fact.value.reference) == (lost.supplier, lost.reference)
        and lost.part in (None, fact.value.part)
    ]
    if not found:
        return inputs
    if lost.from_ is None:
        gone = {fact.value.id for fact in found}
        kept = tuple(fact for fact in inputs.declarations if fact.value.id not in gone)
        return inputs.model_copy(update={"declarations": kept})
    events = [
        _fact(
            DeclarationEvent(
                id=f"{WHAT_IF} {fact.value.id}", issuer="self", declaration=fact.value.id,
                state=DeclarationState.WITHDRAWN, effective_from=lost.from_, reason=WHAT_IF, by=WHAT_IF,
            ),
            f"withdrawal {fact.value.id}",
        )
        for fact in found
    ]  # fmt: skip
    return inputs.model_copy(update={"events": (*inputs.events, *events)})


def _with_declaration(
    inputs: Inputs, owner: str, part: str, supplier: str, plant: str, form: DeclarationForm
) -> Inputs:
    """The inputs with an accepted declaration for every day of the period and of the purchases that it rests on."""
    first, last = _days(inputs, owner, part)
    name = f"{WHAT_IF} {owner} {part} {supplier} {plant}"
    countries = {fact.value.site: fact.value.country for fact in inputs.sites}
    code = next((fact.value.code for fact in inputs.classifications if fact.value.part == part), "999999")
    declaration = SupplierDeclaration(
        id=name, issuer=supplier, supplier=supplier, reference=WHAT_IF, supplier_part=part, owner=owner, part=part,
        description=part, hs_edition="HS2012", hs_code=code, plant=plant, country=countries.get(plant), form=form,
        reliance=Reliance.OWN_RECORDS, signatory=WHAT_IF, signatory_title=WHAT_IF, signed_on=first, received_on=first,
        received_basis=WHAT_IF, undertakes_notice=True, consents_to_authority=True, language="en", valid_from=first,
        valid_to=last,
    )  # fmt: skip
    event = DeclarationEvent(
        id=f"{name} accepted", issuer="self", declaration=name, state=DeclarationState.ACCEPTED, effective_from=first,
        reason=WHAT_IF, by=WHAT_IF,
    )  # fmt: skip
    return inputs.model_copy(
        update={
            "declarations": (*inputs.declarations, _fact(declaration, name)),
            "events": (*inputs.events, _fact(event, event.id)),
        }
    )


def _days(inputs: Inputs, owner: str, part: str) -> tuple[date, date]:
    asked = inputs.question
    days = [fact.value.received_on for fact in inputs.purchases if (fact.value.owner, fact.value.part) == (owner, part)]
    return min((asked.period_from, *days)), max((asked.period_to, *days))


def _owners(inputs: Inputs, part: str, owner: str | None) -> tuple[str, ...]:
    """Whose number the part is, of what the good is made of; none where the good has no such part."""
    found = {
        fact.value.owner for fact in inputs.bills if fact.value.child == part and owner in (None, fact.value.owner)
    }
    return tuple(sorted(found))


def _named(won: Declared, seller: str, plant: str | None) -> bool:
    return won.supplier in (None, seller) and (won.plant is None or plant in (None, won.plant))


def _each(facts: Iterable[Fact[R]], chosen: Callable[[R], bool], **update: object) -> tuple[Fact[R], ...]:
    return tuple(with_fields(fact, **update) if chosen(fact.value) else fact for fact in facts)


def with_fields(fact: Fact[R], **update: object) -> Fact[R]:
    """The fact with fields of its value replaced."""
    return fact.model_copy(update={"value": fact.value.model_copy(update=update)})


def _fact(value: R, name: str) -> Fact[R]:
    return Fact(ref=f"{WHAT_IF} {name}", seq=_LAST, statement=f"{WHAT_IF} {name}", kind=WHAT_IF, value=value)
