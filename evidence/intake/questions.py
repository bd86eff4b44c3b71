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
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.purchase import RateLine
from evidence.core.statements.shipment import Shipment
from evidence.core.statements.work import WorkItem, WorkTopic
from evidence.intake.alike_declarations import about, alike
from evidence.intake.crosswalk import SIGNS_CERTIFICATIONS, SIGNS_DECLARATIONS, Crosswalk

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
        text = f"No items are on record, so that {number.part} and others of {place.file} match none. Import them."
        yield Question(WorkTopic.UNMATCHED_PART, "load:item", text, place)
        return
    subject = f"part:{seller}:{number.owner}:{number.part}"
    if crosswalk.items(number.owner, number.part) and number.revision is not None:
        subject = f"part-revision:{seller}:{number.owner}:{number.part}:{number.revision}"
    text = f"{name}: {known}. Import the item, or a link (item-link) between the two numbers."
    yield Question(WorkTopic.UNMATCHED_PART, subject, text, place)


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
    asked = _ASKED_AGAIN.get(kind)
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
    there = {"item": crosswalk.has_items, "party": crosswalk.has_parties}.get(rest, False)
    return Answer(rest if there else None, f"{'a' if there else 'no'} load of kind {rest} is on record")


def _declaration_again(rest: str, crosswalk: Crosswalk) -> Answer[Any] | None:
    """A code that differs is settled by another classification or concordance; either sort of question by the end of
    the declaration.
    """
    known = crosswalk.declaration(rest)
    if known is None:
        return None
    ended = crosswalk.ended(rest)
    of = known.value
    code = crosswalk.classified(of.owner, of.part, of.hs_edition, of.hs_code, of.valid_from or of.received_on)
    return ended if ended.matched else code


_ASKED_AGAIN: Mapping[str, Callable[[str, Crosswalk], Answer[Any] | None]] = {
    "party": lambda rest, crosswalk: crosswalk.party(rest),
    "part": _part_again,
    "part-revision": _part_again,
    "unit": _unit_again,
    "rate": _rate_again,
    "authority": _authority_again,
    "load": _master_again,
    SupplierDeclaration.kind: _declaration_again,
}
