"""Questions across systems, asked of the register and of what the import at hand brings: parts, parties, codes, units.

What is pure stands in `evidence.core.crosswalk`, for origin to use too; here it is bound to what is on record. Each
answer names the entries it went through, or says why there is none. Tables are read once and parts looked up one by
one, since an import of a few rows must not read a master of a million.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import takewhile
from typing import Any, Generic, TypeVar

from evidence.core import canonical
from evidence.core.crosswalk import Answer, Noted
from evidence.core.crosswalk.codes import agreeing
from evidence.core.crosswalk.parties import SameParties
from evidence.core.crosswalk.parts import Linked, PartLinks, PartNumber
from evidence.core.crosswalk.units import Units
from evidence.core.statements.authority import Authority
from evidence.core.statements.base import Record, Statement
from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.concordance import Concordance
from evidence.core.statements.cost import CostLine, Costs
from evidence.core.statements.declaration import DeclarationState, SupplierDeclaration
from evidence.core.statements.item import ItemLine, Items
from evidence.core.statements.item_link import ItemLinkLine
from evidence.core.statements.party import Parties, PartyLine
from evidence.core.statements.purchase import PurchaseLine, Purchases, RateLine
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.shipment import Shipment
from evidence.core.statements.unit_conversion import UnitConversionLine
from evidence.intake.invoiced import Billed, InvoiceLine, View, billed
from evidence.register.queries import Known, Register, deciding

T = TypeVar("T", bound=Record)
S = TypeVar("S", bound=Statement)

SIGNS_DECLARATIONS, SIGNS_CERTIFICATIONS = "supplier's declaration", "certification of origin"
_AT_ONCE = 500
OLDEST_RATE = timedelta(days=30)
"""A rate serves within thirty days of the day converted on (19 CFR 182 App A s.2)."""


def canonical_party(register: Register, on: date | None = None) -> SameParties:
    """Which parties are one, as recorded: `canonical` of a number is the number kept for its party."""
    return SameParties(register.statements(SameAs), on)


@dataclass(frozen=True, slots=True)
class Arrived(Generic[T]):
    """A value that the import at hand brings, and the place it stands in."""

    value: T
    ref: str


@dataclass(frozen=True, slots=True)
class _View:
    """A load of this import, its lines not yet read."""

    name: str
    rows: Iterable[tuple[int, bytes]]


_ASKED = frozenset(
    {ItemLine, PartyLine, ClassificationLine, ItemLinkLine, UnitConversionLine, RateLine, CostLine, PurchaseLine}
)
_LONGEST = 18
"""Digits that a system pads a number to, at the most."""

ASKED_ABOUT = (SameAs, Concordance, Authority, SupplierDeclaration, Shipment)
"""The statements of an import that crosswalks look at."""


@dataclass(slots=True)
class Arriving:
    """What an import brings that crosswalks ask about; its lines are read only where something asks."""

    statements: list[Arrived[Statement]] = field(default_factory=list)
    _views: dict[type[Record], list[_View]] = field(default_factory=lambda: defaultdict(list))
    _lines: dict[type[Record], list[Arrived[Any]]] = field(default_factory=dict)
    _by_part: dict[type[Record], dict[tuple[str, str], list[Arrived[Any]]]] = field(default_factory=dict)

    def load(self, line: type[Record], name: str, rows: Iterable[tuple[int, bytes]]) -> None:
        """Take a load: each row's number in its file, and the row as a line of the parsed view."""
        if line in _ASKED:
            self._views[line].append(_View(name, rows))
            self._lines.pop(line, None)
            self._by_part.pop(line, None)

    def brings(self, line: type[Record]) -> bool:
        """Whether the import has a load of these lines."""
        return line in self._views

    def views(self, line: type[Record]) -> list[View]:
        """The loads of these lines that the import brings, as they are to be read."""
        return [(view.name, view.rows) for view in self._views.get(line, ())]

    def lines(self, line: type[T]) -> list[Arrived[T]]:
        """Every line of a type that the import brings."""
        if line not in self._lines:
            self._lines[line] = [
                Arrived(line.model_validate(canonical.loads(data)), f"{view.name}, row {row}")
                for view in self._views.get(line, ())
                for row, data in view.rows
            ]
        return self._lines[line]

    def of_part(self, line: type[T], owner: str, part: str) -> list[Arrived[T]]:
        """The lines of a type that are about one part."""
        if line not in self._by_part:
            index: dict[tuple[str, str], list[Arrived[Any]]] = defaultdict(list)
            for each in self.lines(line):
                value: Any = each.value
                index[value.owner, value.part].append(each)
            self._by_part[line] = index
        return self._by_part[line].get((owner, part), [])

    def of(self, kind: type[S]) -> list[Arrived[S]]:
        """Every statement of a kind that the import brings."""
        return [Arrived(each.value, each.ref) for each in self.statements if isinstance(each.value, kind)]


class _OfParts(Generic[T]):
    """What is known of parts, looked up one by one or many at once, each once."""

    def __init__(
        self, ask: Callable[[str | frozenset[str]], list[Known[T]]], brought: Callable[[str, str], Sequence[Noted[T]]]
    ) -> None:
        """Take what asks the register of a part number, or of several; and what gives what the import brings."""
        self._ask, self._brings = ask, brought
        self._known: dict[str, list[Known[T]]] = {}

    def ahead(self, parts: Iterable[str]) -> None:
        """Look up those not yet known, as many in one question as an engine takes."""
        fresh = sorted(set(parts) - self._known.keys())
        for at in range(0, len(fresh), _AT_ONCE):
            some = fresh[at : at + _AT_ONCE]
            self._known |= {part: [] for part in some}
            for each in self._ask(frozenset(some)):
                value: Any = each.value
                self._known[value.part].append(each)

    def of(self, owner: str, part: str) -> list[Noted[T]]:
        """What is on record of a part, and what the import brings of it."""
        if part not in self._known:
            self._known[part] = self._ask(part)
        known = [each for each in self._known[part] if _owner(each.value) == owner]
        return [*known, *self._brings(owner, part)]


def _owner(value: Any) -> str:
    return str(value.owner)


class Crosswalk:
    """What is on record, and what the import at hand brings, asked about one line at a time."""

    def __init__(self, register: Register, arriving: Arriving | None = None) -> None:
        self._register, self._arriving = register, arriving or Arriving()
        self._items = self._lines_of(ItemLine)
        self._classified = self._lines_of(ClassificationLine)
        self._declared = _OfParts(
            lambda part: register.statements(SupplierDeclaration, part=part),
            lambda owner, part: self._brought.get((owner, part), []),
        )
        self._books: dict[str | None, Answer[str]] = {}

    def ahead(self, parts: Iterable[str], declared: Iterable[str] = ()) -> None:
        """Look up many parts at once: items of `parts`; of those `declared`, what a declaration is held against."""
        self._items.ahead(parts)
        named = frozenset(declared)
        self._classified.ahead(named)
        self._declared.ahead(named)

    @property
    def register(self) -> Register:
        """What is on record, without what the import brings."""
        return self._register

    @cached_property
    def same(self) -> SameParties:
        """Which parties are one."""
        return SameParties(self._statements(SameAs))

    @cached_property
    def links(self) -> PartLinks:
        return PartLinks(self._lines(ItemLinkLine), self.same.canonical)

    @cached_property
    def units(self) -> Units:
        return Units(self._lines(UnitConversionLine))

    @cached_property
    def has_items(self) -> bool:
        """Whether any item master is on record; without one nothing can be said of a part."""
        return self._arriving.brings(ItemLine) or bool(self._register.statements(Items))

    @cached_property
    def has_parties(self) -> bool:
        return self._arriving.brings(PartyLine) or bool(self._register.statements(Parties))

    @cached_property
    def has_purchases(self) -> bool:
        return self._arriving.brings(PurchaseLine) or bool(self._register.statements(Purchases))

    @cached_property
    def _parties(self) -> dict[str, Noted[PartyLine]]:
        return {each.value.party: each for each in self._lines(PartyLine)}

    @cached_property
    def _concordances(self) -> list[Noted[Concordance]]:
        return _standing(self._statements(Concordance))

    @cached_property
    def _authorities(self) -> list[Noted[Authority]]:
        return _standing(self._statements(Authority))

    @cached_property
    def _rates(self) -> dict[tuple[str, str], list[Noted[RateLine]]]:
        found: dict[tuple[str, str], list[Noted[RateLine]]] = defaultdict(list)
        for each in self._lines(RateLine):
            found[each.value.currency, each.value.into].append(each)
        return found

    def party(self, party: str) -> Answer[str]:
        """The party on record under this number, or under one that was merged with it."""
        for number in (party, *self.same.group(party)):
            if number in self._parties:
                through = () if number == party else self.same.one(party, number).through
                return Answer(number, f"party {number} is on record", (*through, self._parties[number].ref))
        return Answer(None, f"no party {party} is on record, under this number or one merged with it")

    def records(self, party: str) -> list[Noted[PartyLine]]:
        """Every record of a party's master data, under this very number."""
        return [each for each in self._lines(PartyLine) if each.value.party == party]

    def names_party(self, party: str) -> bool:
        """Whether anything on record names the number: master data, a declaration, a purchase."""
        return (
            party in self._parties
            or bool(self._register.statements(SupplierDeclaration, supplier=party))
            or bool(self._register.lines(PurchaseLine, seller=party))
        )

    def roles(self, party: str) -> tuple[str, ...]:
        """What the party does, as its record has it; nothing where it has none."""
        known = self.party(party).found
        return self._parties[known].value.roles if known is not None else ()

    def items(self, owner: str, part: str) -> list[Noted[ItemLine]]:
        """The part in its owner's item master, each revision."""
        return self._items.of(owner, part)

    def item(self, number: PartNumber) -> Answer[PartNumber]:
        """The part as the item master has it, under its own number or one that supersedes or superseded it."""
        found = self.items(number.owner, number.part)
        fits = [each for each in found if number.meets(each.value.revision)]
        if fits:
            return Answer(number, f"{number} is on record", (fits[-1].ref,))
        if found:
            has = ", ".join(dict.fromkeys(each.value.revision for each in found))
            return Answer(
                None, f"{number.part} of {number.owner} is on record, but not revision {number.revision}: {has}"
            )
        return Answer(None, f"no item {number.part} of {number.owner} is on record")

    def padded(self, number: PartNumber) -> str | None:
        """A number on record that differs in leading zeros only, which a spreadsheet takes off."""
        bare = number.part.lstrip("0")
        if not (bare.isascii() and bare.isdigit()):
            return None
        forms = [bare.zfill(digits) for digits in range(len(bare), _LONGEST + 1)]
        self._items.ahead(forms)
        return next((each for each in forms if each != number.part and self.items(number.owner, each)), None)

    def called(self, part: str) -> Answer[str]:
        """The part as somebody's item master has it, where a paper does not say whose number it is."""
        known = self._register.lines(ItemLine, part=part)
        ref = known[-1].ref if known else self._items_brought.get(part)
        if ref is None:
            return Answer(None, f"no item {part} is on record")
        return Answer(part, f"{part} is on record", (ref,))

    @cached_property
    def _items_brought(self) -> dict[str, str]:
        return {each.value.part: each.ref for each in self._arriving.lines(ItemLine)}

    def billed(self, lines: Iterable[InvoiceLine]) -> dict[InvoiceLine, Billed]:
        """Those of some invoice lines that are there, under whatever number of their seller."""
        return billed(self._register, self.same, self._arriving.views(PurchaseLine), lines)

    def shipments(self, number: str) -> list[Noted[Shipment]]:
        """The shipments of a number: on record, and of this import."""
        brought = [each for each in self._arriving.of(Shipment) if each.value.number == number]
        return [*self._register.statements(Shipment, number=number), *brought]

    def bought(self, seller: str, number: PartNumber, on: date | None) -> Answer[PartNumber]:
        """A part as it stands on a seller's paper: our own number on record, or the seller's, linked to ours.

        `number` names our organisation as owner; what the paper calls the part may be either's.
        """
        ours = self.item(number)
        if ours.matched:
            return ours
        linked = self.links.across(PartNumber(seller, number.part, number.revision), number.owner, on)
        if linked.found is None:
            return ours if not self.links.names(seller, number.part) else Answer(None, linked.why, linked.through)
        known = self.item(linked.found.number)
        return Answer(known.found, f"{linked.why}; {known.why}", (*linked.through, *known.through))

    def declared(self, declaration: SupplierDeclaration) -> Answer[PartNumber]:
        """The part that a declaration is for: on record, and the one that the supplier's number is linked to.

        Where no link names the supplier's number, the declaration itself is the supplier's word on it.
        """
        of = declaration
        number = PartNumber(of.owner, of.part, of.revision)
        theirs = PartNumber(of.supplier, of.supplier_part, of.supplier_revision)
        on = of.valid_from or of.received_on
        ours = self.item(number)
        if theirs.key == number.key or not self.links.names(of.supplier, of.supplier_part):
            return ours
        linked = self.links.same_part(theirs, number, on)
        if linked.found is None:
            elsewhere = self.links.across(theirs, of.owner, on)
            return Answer(None, f"stated for {number}; {elsewhere.why}", elsewhere.through)
        return Answer(ours.found, f"{linked.why}; {ours.why}", (*linked.through, *ours.through))

    def classified(self, owner: str, part: str, edition: str, code: str, on: date | None) -> Answer[str]:
        """Whether a stated code agrees with the classification of the part, by recorded concordances only."""
        return agreeing(edition, code, self._classified.of(owner, part), self._concordances, on)

    def unit(self, number: PartNumber, unit: str, seller: str | None, on: date | None) -> Answer[Fraction]:
        """How many of the item's own unit one stated unit is: by a link's factor, or by a recorded conversion."""
        found = [each for each in self.items(number.owner, number.part) if number.meets(each.value.revision)]
        if not found:
            return Answer(None, f"no item {number.part} of {number.owner} is on record")
        own = found[-1]
        if own.value.unit == unit:
            return Answer(Fraction(1), f"{unit} on both", (own.ref,))
        if seller is not None:
            linked = self.links.across(number, seller, on)
            if linked.found and linked.found.factor and _joins(linked.found, own.value.unit, unit):
                factor = 1 / linked.found.factor
                return Answer(factor, f"1 {unit} is {factor} {own.value.unit}: {linked.why}", linked.through)
        answer = self.units.factor(number.owner, number.part, unit, own.value.unit, on)
        return Answer(answer.found, answer.why, (own.ref, *answer.through))

    def books(self, plant: str | None) -> Answer[str]:
        """The currency of the books of a plant, or of all; only where the costs on record are all in one."""
        if plant not in self._books:
            self._books[plant] = self._told_books(plant)
        return self._books[plant]

    def _told_books(self, plant: str | None) -> Answer[str]:
        whose = f"the books of {plant}" if plant is not None else "the books"
        loads = self._register.statements(Costs)
        totals = {each.value.currency for each in loads}
        if len(totals) == 1 and None not in totals and not self._arriving.brings(CostLine):
            return Answer(totals.pop(), whose, (loads[-1].ref,))
        costs = [each for each in self._costs if plant in (None, each.value.plant)]
        currencies = dict.fromkeys(each.value.currency for each in costs)
        if len(currencies) == 1:
            return Answer(next(iter(currencies)), whose, (costs[-1].ref,))
        told = f"in {', '.join(currencies)}" if currencies else "not on record"
        return Answer(None, f"the costs behind {whose} are {told}, so that their currency is not told")

    def rate(self, currency: str, into: str, on: date | None) -> Answer[RateLine]:
        """The latest rate on or before a day, at most thirty days old; of whatever day, where none is asked for."""
        if currency == into:
            return Answer(None, f"{currency} on both")
        rates = self._rates.get((currency, into), [])
        near = [each for each in rates if on is None or on - OLDEST_RATE <= each.value.day <= on]
        if near:
            latest = max(near, key=lambda each: each.value.day)
            return Answer(latest.value, f"{latest.value.rate} on {latest.value.day}", (latest.ref,))
        when = f" for {on} or the thirty days before" if rates and on else ""
        return Answer(None, f"no rate of {currency} into {into} is on record{when}")

    def authority(self, person: str, party: str | None, to_sign: str, on: date | None) -> Answer[Authority]:
        """The recorded authority of a person to sign something on a day (None: ever), for a party where it is known."""
        for each in reversed(self._authorities):
            of = each.value
            whose = party is None or self.same.canonical(of.party) == self.same.canonical(party)
            signs = of.person == person and to_sign in of.may_sign
            if whose and signs and (on is None or _stands(of, on)):
                return Answer(of, f"shown by {of.shown_by}", (each.ref,))
        whom = f" for {party}" if party else ""
        when = f" for {on}" if on else ""
        return Answer(None, f"no authority of {person} to sign a {to_sign}{whom} is on record{when}")

    def declaration(self, statement_id: str) -> Known[SupplierDeclaration] | None:
        """The declaration on record under an id."""
        known = self._register.statements(SupplierDeclaration, id=statement_id)
        return known[-1] if known else None

    def stated(self, supplier: str, reference: str) -> list[Noted[SupplierDeclaration]]:
        """The declarations of a party, under any of its numbers, by its own reference."""
        brought = [
            each
            for each in self._arriving.of(SupplierDeclaration)
            if each.value.reference == reference and self.same.one(each.value.supplier, supplier).matched
        ]
        known = [
            each
            for number in self.same.group(supplier)
            for each in self._register.statements(SupplierDeclaration, supplier=number, reference=reference)
        ]
        return [*known, *brought]

    def declarations(self, supplier: str, owner: str, part: str) -> list[Noted[SupplierDeclaration]]:
        """The declarations of a party, under any of its numbers, for a part: on record, and of this import."""
        mine = set(self.same.group(supplier))
        return [each for each in self._declared.of(owner, part) if each.value.supplier in mine]

    def before(self, declaration: SupplierDeclaration) -> Iterator[Noted[SupplierDeclaration]]:
        """The declarations of the same party for the same part that were there before this one."""
        of = declaration
        return takewhile(lambda each: each.value.id != of.id, self.declarations(of.supplier, of.owner, of.part))

    @cached_property
    def _brought(self) -> dict[tuple[str, str], list[Noted[SupplierDeclaration]]]:
        found: dict[tuple[str, str], list[Noted[SupplierDeclaration]]] = defaultdict(list)
        for each in self._arriving.of(SupplierDeclaration):
            found[each.value.owner, each.value.part].append(each)
        return found

    def ended(self, statement_id: str) -> Answer[str]:
        """Whether a declaration was refused or has ended, by an entry on its state or by one that supersedes it."""
        for edge in self._register.edges(to_id=statement_id):
            if edge.role == "supersedes":
                return Answer(edge.from_id, "it was superseded", (f"#{edge.seq}",))
        event = deciding(self._register.declaration_states(statement_id), date.max)
        if event is None or event.value.state is DeclarationState.ACCEPTED:
            return Answer(None, "it stands")
        return Answer(event.value.state.value, f"it was {event.value.state.value}", (event.ref,))

    @cached_property
    def _costs(self) -> list[Noted[CostLine]]:
        return self._lines(CostLine)

    def _lines_of(self, line: type[T]) -> "_OfParts[T]":
        register, arriving = self._register, self._arriving
        return _OfParts(
            lambda part: register.lines(line, part=part), lambda owner, part: arriving.of_part(line, owner, part)
        )

    def _lines(self, line: type[T]) -> list[Noted[T]]:
        return [*self._register.lines(line), *self._arriving.lines(line)]

    def _statements(self, kind: type[S]) -> list[Noted[S]]:
        return [*self._register.statements(kind), *self._arriving.of(kind)]


def _standing(listed: Iterable[Noted[S]]) -> list[Noted[S]]:
    """What no later statement of the same kind supersedes."""
    every = list(listed)
    gone = {each.value.supersedes for each in every}
    return [each for each in every if each.value.id not in gone]


def _stands(authority: Authority, on: date) -> bool:
    begun = authority.granted_on <= on and (authority.valid_from is None or authority.valid_from <= on)
    return begun and (authority.valid_to is None or on <= authority.valid_to)


def _joins(linked: Linked, own: str, stated: str) -> bool:
    return (linked.unit, linked.other_unit) == (own, stated)
