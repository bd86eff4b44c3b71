"""The questions that a line raises when it is held against what is on record, and whether something settled them since.

A question is known by its topic and by what it is about, written as kind and reference, so that the same one is not
asked twice and can be asked again of a later register.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from evidence.core.crosswalk import Answer
from evidence.core.crosswalk.parts import PartNumber
from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Statement
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import Request, Silence, SupplierDeclaration
from evidence.core.statements.load import Load
from evidence.core.statements.purchase import RateLine
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.work import WorkItem, WorkTopic
from evidence.intake.alike_declarations import about, alike
from evidence.intake.crosswalk import SIGNS_CERTIFICATIONS, SIGNS_DECLARATIONS, Crosswalk
from evidence.intake.invoiced import Billed, InvoiceLine
from evidence.intake.merging import about as about_merge
from evidence.intake.merging import held_twice
from evidence.intake.merging import question as asked_of_merge
from evidence.intake.templates import templates

NOBODY = "-"
"""Stands for a party that the paper does not tell."""
_SIGNS = {each.replace(" ", "-"): each for each in (SIGNS_DECLARATIONS, SIGNS_CERTIFICATIONS)}


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a file, as a work item names it; row 0 is the one row of a form."""

    document: str
    file: str
    sheet: str | None
    row: int

    def __str__(self) -> str:
        parts = [f"sheet {self.sheet}"] if self.sheet is not None else []
        parts += [f"row {self.row}"] if self.row else []
        return ", ".join(parts) or "the form"


@dataclass(frozen=True, slots=True)
class Question:
    """What a line leaves open. Two with the same topic and subject are one question."""

    topic: WorkTopic
    about: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Bought:
    """What the purchases of one part from one seller have in common."""

    seller: str
    plant: str
    owner: str
    part: str
    revision: str
    unit: str
    currency: str


@dataclass(frozen=True, slots=True)
class Named:
    """What lines of one kind, beside purchases, have in common: who is named in them, and which part."""

    what: str
    parties: tuple[str, ...]
    seller: str
    owner: str | None
    part: str | None
    revision: str | None


def parts_of(statement: Statement) -> list[str]:
    """The part numbers that a statement raises questions on, for them to be looked up together."""
    if isinstance(statement, SupplierDeclaration):
        return [statement.part]
    if isinstance(statement, CertificationOfOrigin):
        return [good.part for good in statement.goods]
    return [line.part for line in statement.invoice_lines] if isinstance(statement, Shipment) else []


def of_declaration(declaration: SupplierDeclaration, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What a supplier's declaration leaves open: its supplier, its part, its code, its currency, its signatory."""
    of = declaration
    name = f"Declaration {of.reference} of {of.supplier}"
    on = of.valid_from or of.received_on
    yield from _party(of.supplier, name, place, crosswalk)
    if of.producer is not None:
        yield from _party(of.producer, f"{name}, producer", place, crosswalk)
    number = PartNumber(of.owner, of.part, of.revision)
    yield from _part(of.supplier, number, crosswalk.declared(of), name, place, crosswalk)
    code = crosswalk.classified(of.owner, of.part, of.hs_edition, of.hs_code, on)
    if not code.matched and code.through:
        text = f"{name} for {of.part}: {code}. Which code holds?"
        yield Question(WorkTopic.TARIFF_CODE, about(of), text, place)
    if of.currency is not None:
        yield from _currency(of.currency, None, name, place, crosswalk)
    if of.signatory is not None and of.signed_on is not None and of.authority_reference is None:
        yield from _authority(of.signatory, of.supplier, SIGNS_DECLARATIONS, of.signed_on, name, place, crosswalk)


def near_duplicate(declaration: SupplierDeclaration, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """That a declaration is all but the same as one on record, or as one before it in the import."""
    of = declaration
    found = alike(of, crosswalk.before(of))
    if found is not None and not crosswalk.ended(found.declaration.id).matched:
        text = f"Declaration {of.reference} of {of.supplier} for {of.part} is {found}. Which of the two holds?"
        yield Question(WorkTopic.NEAR_DUPLICATE, about(of), text, place)


def of_certification(certification: CertificationOfOrigin, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What a certification of origin leaves open: its goods and their codes, and its signer."""
    of = certification
    name = f"Certification {of.number}"
    on = of.valid_from or of.signed_on
    for good in of.goods:
        number = PartNumber(good.owner, good.part)
        yield from _part(NOBODY, number, crosswalk.item(number), name, place, crosswalk)
        code = crosswalk.classified(good.owner, good.part, good.hs_edition, good.hs_code, on)
        if not code.matched and code.through:
            text = f"{name}, line {good.line}, {good.part}: {code}. Which code holds?"
            yield Question(WorkTopic.TARIFF_CODE, about(of), text, place)
    yield from _authority(of.signer, None, SIGNS_CERTIFICATIONS, of.signed_on, name, place, crosswalk)


def of_shipment(shipment: Shipment, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What a shipment leaves open: its parties, its goods and the units they are counted in."""
    name = f"Shipment {shipment.number}"
    for party in dict.fromkeys((shipment.exporter, shipment.consignee)):
        yield from _party(party, name, place, crosswalk)
    for line in shipment.invoice_lines:
        number = PartNumber(line.owner, line.part, line.revision)
        known = crosswalk.item(number)
        yield from _part(NOBODY, number, known, name, place, crosswalk)
        if known.found is not None:
            yield from _unit(None, known.found, line.unit, shipment.exported_on, name, place, crosswalk)


def of_purchase(bought: Bought, on: date, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What the purchases of a part from a seller leave open: seller, part, unit of measure and currency."""
    name = f"Purchases of {bought.part} from {bought.seller}"
    number = PartNumber(bought.owner, bought.part, bought.revision)
    yield from _party(bought.seller, name, place, crosswalk)
    known = crosswalk.bought(bought.seller, number, on)
    yield from _part(bought.seller, number, known, name, place, crosswalk)
    if known.found is not None:
        yield from _unit(bought.seller, known.found, bought.unit, on, name, place, crosswalk)
    yield from _currency(bought.currency, bought.plant, name, place, crosswalk)


def of_request(asked: Request | Silence, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What a request, or the silence after it, leaves open: whom it names, and which parts."""
    number = asked.number if isinstance(asked, Request) else asked.request
    name = f"Request {number}" if isinstance(asked, Request) else f"Silence on request {number}"
    yield from _party(asked.supplier, name, place, crosswalk)
    for part in dict.fromkeys(asked.parts):
        if not crosswalk.has_items:
            yield from _no_items(part, place)
        elif not (known := crosswalk.called(part)).matched:
            text = f"{name}: {known}. Import the item, or correct the number."
            yield Question(WorkTopic.UNMATCHED_PART, f"part-number:{part}", text, place)


def of_merge(merge: SameAs, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What a merge of two numbers leaves open: lines on record that both of them hold."""
    twice = held_twice(crosswalk.register, merge.party, merge.other)
    if twice:
        text = asked_of_merge(merge.party, merge.other, twice)
        yield Question(WorkTopic.COUNTED_TWICE, about_merge(merge.party, merge.other), text, place)


def of_customs_entry(entry: CustomsEntry, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What a customs entry leaves open: shipments and invoice lines that it enters and that are not there."""
    for line in entry.lines:
        subject = f"shipment-line:{line.shipment}:{line.invoice_line}:{line.invoice}"
        if not crosswalk.shipments(line.shipment):
            subject = f"shipment:{line.shipment}"
        known = _shipped(line.shipment, line.invoice, line.invoice_line, crosswalk)
        if not known.matched:
            text = (
                f"Customs entry {entry.number}, line {line.line}: {known}. Import the shipment, or correct the entry."
            )
            yield Question(WorkTopic.UNMATCHED_REFERENCE, subject, text, place)


def of_named(named: Named, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    """What assists, purchases of metal and imports of materials leave open: their parties and their part."""
    for party in dict.fromkeys(named.parties):
        yield from _party(party, named.what, place, crosswalk)
    if named.owner is not None and named.part is not None:
        number = PartNumber(named.owner, named.part, named.revision)
        known = crosswalk.bought(named.seller, number, None)
        yield from _part(named.seller, number, known, f"{named.what} of {named.part}", place, crosswalk)


def of_adjustments(
    adjusted: Mapping[tuple[InvoiceLine, str], tuple[str, Place]], crosswalk: Crosswalk
) -> Iterator[Question]:
    """What credit and debit notes leave open: invoice lines that are not there, or are in another currency.

    `adjusted` has the first note on each invoice line in each currency, and where it stands.
    """
    there = crosswalk.billed(line for line, _ in adjusted)
    for (line, currency), (note, place) in adjusted.items():
        subject, known = f"{line.seller}:{line.line}:{line.invoice}", there.get(line)
        if not crosswalk.has_purchases:
            text = f"No purchases are on record, so that {note} and others of {place.file} match none. Import them."
            yield Question(WorkTopic.UNMATCHED_REFERENCE, "load:purchase", text, place)
        elif known is None:
            text = f"{note}: {_invoiced(line, known)}. Import the purchase, or correct the number."
            yield Question(WorkTopic.UNMATCHED_REFERENCE, f"invoice-line:{subject}", text, place)
        elif known.currency != currency:
            text = f"{note} is in {currency}; {line} ({known.ref}) is in {known.currency}. Which currency holds?"
            yield Question(WorkTopic.UNMATCHED_REFERENCE, f"invoice-currency:{currency}:{subject}", text, place)


def _invoiced(line: InvoiceLine, known: Billed | None) -> Answer[str]:
    if known is None:
        return Answer(None, f"{line} is not on record")
    return Answer(known.currency, f"{line} is on record in {known.currency}", (known.ref,))


def _shipped(number: str, invoice: str, line: int, crosswalk: Crosswalk) -> Answer[str]:
    known = crosswalk.shipments(number)
    if not known:
        return Answer(None, f"no shipment {number} is on record")
    if (invoice, line) in {(each.invoice, each.line) for each in known[-1].value.invoice_lines}:
        return Answer(number, f"shipment {number} has invoice {invoice}, line {line}", (known[-1].ref,))
    return Answer(None, f"shipment {number} ({known[-1].ref}) has no invoice {invoice} with a line {line}")


def _party(party: str, name: str, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    if not crosswalk.has_parties:
        text = f"No parties are on record, so that {party} and others of {place.file} match none. Import them."
        yield Question(WorkTopic.UNMATCHED_PARTY, "load:party", text, place)
    elif not (known := crosswalk.party(party)).matched:
        text = f"{name}: {known}. Import the party, or merge the number with one on record."
        yield Question(WorkTopic.UNMATCHED_PARTY, f"party:{party}", text, place)


def _part(
    seller: str, number: PartNumber, known: Answer[PartNumber], name: str, place: Place, crosswalk: Crosswalk
) -> Iterator[Question]:
    if known.matched:
        return
    if not crosswalk.has_items:
        yield from _no_items(number.part, place)
        return
    subject = f"part:{seller}:{number.owner}:{number.part}"
    if crosswalk.items(number.owner, number.part) and number.revision is not None:
        subject = f"part-revision:{seller}:{number.owner}:{number.part}:{number.revision}"
    text = f"{name}: {known}. Import the item, or a link (item-link) between the two numbers."
    if (padded := crosswalk.padded(number)) is not None:
        text += f" On record: {padded}."
    yield Question(WorkTopic.UNMATCHED_PART, subject, text, place)


def _no_items(part: str, place: Place) -> Iterator[Question]:
    text = f"No items are on record, so that {part} and others of {place.file} match none. Import them."
    yield Question(WorkTopic.UNMATCHED_PART, "load:item", text, place)


def _unit(
    seller: str | None, number: PartNumber, unit: str, on: date, name: str, place: Place, crosswalk: Crosswalk
) -> Iterator[Question]:
    known = crosswalk.unit(number, unit, seller, on)
    if not known.matched:
        text = f"{name}: {known}. Import a unit-conversion, or correct the unit."
        subject = f"unit:{seller or NOBODY}:{number.owner}:{number.part}:{unit}"
        yield Question(WorkTopic.UNIT, subject, text, place)


def _currency(currency: str, plant: str | None, name: str, place: Place, crosswalk: Crosswalk) -> Iterator[Question]:
    books = crosswalk.books(plant)
    into = books.found
    if into is not None and into != currency and not (known := crosswalk.rate(currency, into, None)).matched:
        text = f"{name}, in {currency}; {books.why} are in {into}, and {known}. Import exchange rates."
        yield Question(WorkTopic.CURRENCY, f"rate:{currency}:{into}", text, place)


def _authority(
    person: str, party: str | None, to_sign: str, on: date, name: str, place: Place, crosswalk: Crosswalk
) -> Iterator[Question]:
    known = crosswalk.authority(person, party, to_sign, on)
    if not known.matched:
        text = f"{name}, signed {on}: {known}. Ask for what shows it, and import it as an authority."
        what = to_sign.replace(" ", "-")
        yield Question(WorkTopic.AUTHORITY, f"authority:{what}:{party or NOBODY}:{person}", text, place)


def settled(item: WorkItem, crosswalk: Crosswalk) -> Answer[str]:
    """Whether what is on record now answers the question of a work item; a person closes it by that, or does not."""
    kind, _, rest = item.about.partition(":")
    by_topic = kind in (SupplierDeclaration.kind, "document")
    asked = _BY_TOPIC.get(item.topic) if by_topic else _ASKED_AGAIN.get(kind)
    answer = asked(rest, crosswalk) if asked is not None else None
    if answer is None:
        return Answer(None, "a person has to say")
    return Answer(item.about if answer.matched else None, answer.why, answer.through)


def _part_again(rest: str, crosswalk: Crosswalk) -> Answer[PartNumber] | None:
    seller, owner, part, *revision = [*rest.split(":"), "", ""]
    number = PartNumber(owner, part, revision[0] or None)
    return crosswalk.bought(seller, number, None) if seller != NOBODY else crosswalk.item(number)


def _unit_again(rest: str, crosswalk: Crosswalk) -> Answer[Fraction] | None:
    seller, owner, part, unit = [*rest.split(":"), "", "", ""][:4]
    return crosswalk.unit(PartNumber(owner, part), unit, None if seller == NOBODY else seller, None)


def _rate_again(rest: str, crosswalk: Crosswalk) -> Answer[RateLine] | None:
    currency, _, into = rest.partition(":")
    return crosswalk.rate(currency, into, None)


def _authority_again(rest: str, crosswalk: Crosswalk) -> Answer[Authority] | None:
    what, party, person = [*rest.split(":", 2), "", ""][:3]
    to_sign = _SIGNS.get(what)
    return crosswalk.authority(person, None if party == NOBODY else party, to_sign, None) if to_sign else None


def _master_again(rest: str, crosswalk: Crosswalk) -> Answer[str] | None:
    masters = {"item": crosswalk.has_items, "party": crosswalk.has_parties, "purchase": crosswalk.has_purchases}
    there = masters.get(rest, False)
    return Answer(rest if there else None, f"{'a' if there else 'no'} load of kind {rest} is on record")


def _invoice_line_again(rest: str, crosswalk: Crosswalk) -> Answer[str] | None:
    seller, line, invoice = [*rest.split(":", 2), "", ""][:3]
    of = InvoiceLine(seller, invoice, int(line))
    return _invoiced(of, crosswalk.billed([of]).get(of))


def _invoice_currency_again(rest: str, crosswalk: Crosswalk) -> Answer[str] | None:
    currency, _, line = rest.partition(":")
    known = _invoice_line_again(line, crosswalk)
    return known if known is not None and known.found == currency else None


def _shipment_again(rest: str, crosswalk: Crosswalk) -> Answer[str] | None:
    known = crosswalk.shipments(rest)
    return Answer(rest, f"shipment {rest} is on record", (known[-1].ref,)) if known else None


def _shipment_line_again(rest: str, crosswalk: Crosswalk) -> Answer[str] | None:
    number, line, invoice = [*rest.split(":", 2), "", ""][:3]
    return _shipped(number, invoice, int(line), crosswalk)


def _merge_again(rest: str, crosswalk: Crosswalk) -> Answer[str]:
    party, _, other = rest.partition(":")
    if twice := held_twice(crosswalk.register, party, other):
        return Answer(None, f"both hold {twice[0]}")
    return Answer(party, f"{party} and {other} no longer hold anything twice")


def _code_again(rest: str, crosswalk: Crosswalk) -> Answer[Any] | None:
    """A code that differs is settled by another classification or concordance, or by the end of the declaration."""
    known = crosswalk.declaration(rest)
    if known is None:
        return None
    ended = crosswalk.ended(rest)
    of = known.value
    code = crosswalk.classified(of.owner, of.part, of.hs_edition, of.hs_code, of.valid_from or of.received_on)
    return ended if ended.matched else code


def _likeness_again(rest: str, crosswalk: Crosswalk) -> Answer[Any] | None:
    """Two declarations that are all but the same are told apart by the end of one of them, and by nothing else."""
    known = crosswalk.declaration(rest)
    if known is None:
        return None
    other = alike(known.value, crosswalk.before(known.value))
    ended = [crosswalk.ended(each) for each in (rest, *((other.declaration.id,) if other is not None else ()))]
    return next((each for each in ended if each.matched), ended[0])


def _left_out_again(rest: str, crosswalk: Crosswalk) -> Answer[Any] | None:
    """A row that was left out of a load is mended by the load that takes the place of that one."""
    loads = [each.kind for each in templates().values() if issubclass(each.kind, Load)]
    known = [each for kind in loads for each in crosswalk.register.statements(kind, received=rest)]
    return next((ended for each in known if (ended := crosswalk.ended(each.statement_id)).matched), None)


_BY_TOPIC: Mapping[WorkTopic, Callable[[str, Crosswalk], Answer[Any] | None]] = {
    WorkTopic.TARIFF_CODE: _code_again,
    WorkTopic.NEAR_DUPLICATE: _likeness_again,
    WorkTopic.ROW_LEFT_OUT: _left_out_again,
}
_ASKED_AGAIN: Mapping[str, Callable[[str, Crosswalk], Answer[Any] | None]] = {
    "party": lambda rest, crosswalk: crosswalk.party(rest),
    "part": _part_again,
    "part-revision": _part_again,
    "part-number": lambda rest, crosswalk: crosswalk.called(rest),
    "unit": _unit_again,
    "rate": _rate_again,
    "authority": _authority_again,
    "load": _master_again,
    "merged": _merge_again,
    "invoice-line": _invoice_line_again,
    "invoice-currency": _invoice_currency_again,
    "shipment": _shipment_again,
    "shipment-line": _shipment_line_again,
}
