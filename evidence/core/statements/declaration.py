"""Suppliers' declarations, and what becomes of them (RECORDS.md 23).

A declaration is what we ask of a supplier; it is not a certification of origin, which is the legal document. Each is an
entry of its own even when a hundred came as rows of one file, since each is accepted, withdrawn, shown and redacted
alone.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.values import Amount, Code, Country, Currency, HsEdition, Sha256, TariffCode, Text


class DeclarationForm(StrEnum):
    """What is declared. The accumulation forms follow Uniform Regulations s.9(2)(a) and (b) for the net cost method and
    s.9(3) for the transaction value method; the averages of s.9(4) and (5) are of these.
    """

    ORIGINATING = "originating"
    ACCUMULATION_COST = "accumulation s.9(2)(a)"
    ACCUMULATION_VALUE = "accumulation s.9(2)(b)"
    ACCUMULATION_TRANSACTION_VALUE = "accumulation s.9(3)"
    ACCUMULATION_AVERAGE = "average s.9(4)-(5)"
    TARIFF_INPUTS = "tariff inputs s.9(7)(a)(ii)"
    NOT_ORIGINATING = "not originating"


class Reliance(StrEnum):
    """What the supplier relies on."""

    OWN_RECORDS = "own records"
    PRODUCERS_STATEMENT = "producer's written statement"


class SupplierDeclaration(Statement):
    """One supplier's answer for one part from one plant over one period (`valid_from` to `valid_to`)."""

    kind: ClassVar[str] = "supplier-declaration"
    prefix: ClassVar[str] = "decl"
    version: ClassVar[int] = 2

    supplier: Code
    """The party that declares."""
    reference: Text
    """The supplier's own number for it."""
    supplier_part: Code
    """The part as the supplier numbers it."""
    supplier_revision: Code | None = None
    """Its revision as the supplier has it."""
    owner: Code
    part: Code
    """The buyer's part number, as `owner` gives it."""
    revision: Code | None = None
    """The buyer's revision; None where the declaration names none, and so covers each."""
    description: Text
    """What the goods are, in words."""
    hs_edition: HsEdition
    """The edition of the nomenclature that the code is of."""
    hs_code: TariffCode
    """Six, eight or ten digits, without dots."""
    plant: Code | None
    """The plant that makes them."""
    country: Country | None
    """Country of production."""
    form: DeclarationForm
    """What is declared."""
    rule: Text | None = None
    """The product rule relied on."""
    criterion: Text | None = None
    """The origin criterion, A to E."""
    method: Text | None = None
    """Net cost or transaction value, where a value content was worked out."""
    calculated_from: date | None = None
    """The first day that the figures are of."""
    calculated_to: date | None = None
    """The last day that the figures are of."""
    net_cost: Annotated[Amount | None, Tier.SECRET] = None
    """Net cost of one unit, of s.9(2)(a)."""
    non_originating_value: Annotated[Amount | None, Tier.SECRET] = None
    """Value of the non-originating materials in one unit."""
    amount_free_of_vnm: Annotated[Amount | None, Tier.SECRET] = None
    """The part of net cost that is free of non-originating materials, for one unit, of s.9(2)(b)."""
    currency: Annotated[Currency | None, Tier.SECRET] = None
    """The currency of these figures."""
    sealed_figures: Sha256 | None = None
    """Commitment to figures that the supplier holds for the authority."""
    reliance: Reliance
    """What the supplier relies on."""
    signatory: Text | None
    """Who signed."""
    signatory_title: Text | None
    """The signatory's title."""
    authority_reference: Text | None = None
    """What gives the signatory authority to sign."""
    signed_on: date | None
    """The day of signing."""
    received_on: date
    """The day it came in."""
    received_basis: Text
    """Why that day is believed: mail header, postmark, portal log."""
    undertakes_notice: Flag
    """Whether the supplier undertakes to tell of any change."""
    consents_to_authority: Flag
    """Whether the supplier will answer an authority directly."""
    language: Text
    """The language it is in."""
    replaces: Text | None = None
    """The supplier's reference of the declaration that this one replaces."""
    producer: Code | None = None
    """Who made the part, where the supplier did not: a distributor declares for another."""
    producer_statement: Text | None = None
    """The reference of the producer's own statement, which a supplier that is not the producer relies on."""
    shipment: Text | None = None
    """Of a declaration for a single shipment, its invoice or shipment number; empty for a blanket."""
    inputs: Annotated[Listed, Tier.SECRET] = ()
    """Of tariff inputs, every non-originating input, ``part:code:country`` each (s.9(7)(a)(ii))."""
    averaged_over: Text | None = None
    """Of an average, the period and the units that it is over: 2023-04-01..2023-06-30, all units of one plant."""


class DeclarationState(StrEnum):
    """What became of a declaration after it was received."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class DeclarationEvent(Statement):
    """A change of a declaration's state, by a person, for a reason. `effective_from` is the first day it counts."""

    kind: ClassVar[str] = "declaration-state"
    prefix: ClassVar[str] = "state"

    declaration: Annotated[Text, Tier.OPEN]
    state: DeclarationState
    effective_from: date
    reason: Text
    by: Text
    notice: Sha256 | None = None
    replaced_by: Text | None = None

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("notice", self.notice),) if self.notice else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        replaced = (("replaced by", self.replaced_by),) if self.replaced_by else ()
        return (*super().relations(), ("declaration", self.declaration), *replaced)


class Request(Statement):
    """A request for declarations, sent to a supplier; `valid_from` to `valid_to` is the window asked for."""

    kind: ClassVar[str] = "request"
    prefix: ClassVar[str] = "req"

    number: Code
    supplier: Code
    """The party asked."""
    parts: Listed
    """The parts asked for, as our numbers have them."""
    sent_on: date
    """The day of sending."""
    due_on: date
    """The day by which an answer was asked."""
    channel: Text
    """How it was sent."""
    reminder_of: Text | None = None
    """The number of the request that this one reminds of."""


class Silence(Statement):
    """That a request went unanswered up to a day: the record of asking is evidence, and the gap counts against."""

    kind: ClassVar[str] = "silence"
    prefix: ClassVar[str] = "silence"

    request: Code
    """The number of the request."""
    supplier: Code
    """The party that was asked."""
    parts: Listed
    """The parts without an answer."""
    until: date
    """The day up to which no answer had come."""
    reminders: int
    """How many reminders had been sent by then."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("request", f"request:{self.request}"))
