"""What the lines of an import do not match becomes work: a question with an owner, recorded beside the line.

The line itself is recorded as it came. Nothing is dropped, and nothing is guessed. The questions are asked when every
file of the import has been read, so that what one file brings serves the lines of another; each is asked once, of the
first line that raises it, and not again while it stands open on record.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date

import orjson

from evidence.core.statements.assist import Assists
from evidence.core.statements.base import Statement
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.declaration import Request, Silence, SupplierDeclaration
from evidence.core.statements.load import Load
from evidence.core.statements.material_import import MaterialImports
from evidence.core.statements.metal import MetalPurchases
from evidence.core.statements.purchase import PurchaseAdjustments, Purchases
from evidence.core.statements.sale import Sales
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.work import WorkItem, WorkTopic
from evidence.intake.crosswalk import ASKED_ABOUT, Arrived, Arriving, Crosswalk
from evidence.intake.drafts import Reception
from evidence.intake.invoiced import InvoiceLine
from evidence.intake.questions import (
    Bought,
    Named,
    Place,
    Question,
    near_duplicate,
    of_adjustments,
    of_certification,
    of_customs_entry,
    of_declaration,
    of_merge,
    of_named,
    of_purchase,
    of_request,
    of_shipment,
    parts_of,
)
from evidence.intake.work import new_item, open_questions
from evidence.register.queries import Register

_NAMES: dict[type[Load], tuple[str, tuple[str, ...], str]] = {
    Assists: ("Assists", ("giver", "receiver"), "receiver"),
    MetalPurchases: ("Purchases of metal", ("producer", "buyer", "seller"), "seller"),
    MaterialImports: ("Imports of materials", ("importer", "seller"), "seller"),
}
"""Loads whose lines name parties and a part: what they are called, the parties, and whose paper it is."""


@dataclass(slots=True)
class Unmatched:
    """Takes note of the lines of an import as they are read, and at its end says which match nothing."""

    register: Register
    reception: Reception
    owner: str
    """Who has to settle what is left open."""
    arriving: Arriving = field(default_factory=Arriving)
    _bought: dict[Bought, tuple[date, Place]] = field(default_factory=dict)
    _named: dict[Named, Place] = field(default_factory=dict)
    _adjusted: dict[tuple[InvoiceLine, str], tuple[str, Place]] = field(default_factory=dict)
    _crosswalk: Crosswalk | None = None
    _singles: list[tuple[Statement, Place]] = field(default_factory=list)

    def load(self, kind: type[Load], place: Place, rows: Iterable[tuple[int, bytes]]) -> None:
        """Note a load: each row's number and its line of the parsed view. Of purchases, each part of a seller once.

        The rows are gone through again when something asks about them.
        """
        self.arriving.load(kind.line, place.file, rows)
        self._crosswalk = None
        if kind is Purchases:
            for row, line in rows:
                of = orjson.loads(line)
                key = Bought(*(str(of[each.name]) for each in fields(Bought)))
                if key not in self._bought:
                    self._bought[key] = date.fromisoformat(of["invoiced_on"]), replace(place, row=row)
        elif kind is PurchaseAdjustments:
            for row, line in rows:
                of = orjson.loads(line)
                adjusted = InvoiceLine(of["seller"], of["invoice"], of["invoice_line"]), of["currency"]
                note = f"The {of['adjustment_kind']} {of['adjustment']}"
                self._adjusted.setdefault(adjusted, (note, replace(place, row=row)))
        elif kind is Sales:
            for row, line in rows:
                buyer = orjson.loads(line)["buyer"]
                self._named.setdefault(Named("Sales", (buyer,), buyer, None, None, None), replace(place, row=row))
        elif kind in _NAMES:
            what, parties, seller = _NAMES[kind]
            for row, line in rows:
                of = orjson.loads(line)
                named = Named(
                    what, tuple(of[each] for each in parties), of[seller], of["owner"], of["part"], of["revision"]
                )
                self._named.setdefault(named, replace(place, row=row))

    def statement(self, statement: Statement, place: Place) -> None:
        """Note a statement that was made of a row."""
        if isinstance(statement, ASKED_ABOUT):
            self.arriving.statements.append(Arrived(statement, f"{place.file}, {place}"))
            self._crosswalk = None  # it may have said already that there is none
        self._singles.append((statement, place))

    def crosswalk(self) -> Crosswalk:
        """The crosswalk over the register and what the import has brought so far."""
        if self._crosswalk is None:
            self._crosswalk = Crosswalk(self.register, self.arriving)
        return self._crosswalk

    def work(self) -> dict[str, list[WorkItem]]:
        """The work items of the import by the digest of the file that raises each, to be recorded with that file."""
        found: dict[tuple[WorkTopic, str], Question] = {}
        for question in self._questions(self.crosswalk()):
            found.setdefault((question.topic, question.about), question)
        already = open_questions(self.register) if found else {}
        work: dict[str, list[WorkItem]] = defaultdict(list)
        for key, question in found.items():
            if key not in already:
                work[question.place.document].append(self._item(question))
        return dict(work)

    def _declared(self) -> list[str]:
        return [each.part for each, _ in self._singles if isinstance(each, SupplierDeclaration)]

    def _item(self, question: Question) -> WorkItem:
        return new_item(
            question.topic,
            question.about,
            question.text,
            owner=self.owner,
            now=self.reception.now,
            random=self.reception.random,
            document=question.place.document,
            place=str(question.place),
        )

    def _questions(self, crosswalk: Crosswalk) -> Iterator[Question]:
        crosswalk.ahead([part for statement, _ in self._singles for part in parts_of(statement)], self._declared())
        crosswalk.ahead(bought.part for bought in self._bought)
        for statement, place in self._singles:
            if isinstance(statement, SupplierDeclaration):
                yield from of_declaration(statement, place, crosswalk)
                yield from near_duplicate(statement, place, crosswalk)
            elif isinstance(statement, CertificationOfOrigin):
                yield from of_certification(statement, place, crosswalk)
            elif isinstance(statement, Shipment):
                yield from of_shipment(statement, place, crosswalk)
            elif isinstance(statement, CustomsEntry):
                yield from of_customs_entry(statement, place, crosswalk)
            elif isinstance(statement, SameAs):
                yield from of_merge(statement, place, crosswalk)
            elif isinstance(statement, Request | Silence):
                yield from of_request(statement, place, crosswalk)
        for bought, (day, place) in self._bought.items():
            yield from of_purchase(bought, day, place, crosswalk)
        for named, place in self._named.items():
            yield from of_named(named, place, crosswalk)
        yield from of_adjustments(self._adjusted, crosswalk)
