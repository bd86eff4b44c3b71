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
    """What is declared. The accumulation forms follow Uniform Regulations s.9(2)(a) and (b)."""

    ORIGINATING = "originating"
    ACCUMULATION_COST = "accumulation s.9(2)(a)"
    ACCUMULATION_VALUE = "accumulation s.9(2)(b)"
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

    supplier: Code
    reference: Text
    """The supplier's own number for it."""
    supplier_part: Code
    supplier_revision: Code | None = None
    owner: Code
    part: Code
    """The buyer's part number, as `owner` gives it."""
    revision: Code | None = None
    """The buyer's revision; None where the declaration names none, and so covers each."""
    description: Text
    hs_edition: HsEdition
    hs_code: TariffCode
    plant: Code | None
    country: Country | None
    """Country of production."""
    form: DeclarationForm
    rule: Text | None = None
    criterion: Text | None = None
    method: Text | None = None
    calculated_from: date | None = None
    calculated_to: date | None = None
    net_cost: Annotated[Amount | None, Tier.SECRET] = None
    non_originating_value: Annotated[Amount | None, Tier.SECRET] = None
    amount_free_of_vnm: Annotated[Amount | None, Tier.SECRET] = None
    currency: Annotated[Currency | None, Tier.SECRET] = None
    sealed_figures: Sha256 | None = None
    """Commitment to figures that the supplier holds for the authority."""
    reliance: Reliance
    signatory: Text | None
    signatory_title: Text | None
    authority_reference: Text | None = None
    signed_on: date | None
    received_on: date
    received_basis: Text
    """Why that day is believed: mail header, postmark, portal log."""
    undertakes_notice: Flag
    consents_to_authority: Flag
    language: Text
    replaces: Text | None = None


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
    parts: Listed
    sent_on: date
    due_on: date
    channel: Text
    reminder_of: Text | None = None


class Silence(Statement):
    """That a request went unanswered up to a day: the record of asking is evidence, and the gap counts against."""

    kind: ClassVar[str] = "silence"
    prefix: ClassVar[str] = "silence"

    request: Code
    """The number of the request."""
    supplier: Code
    parts: Listed
    until: date
    reminders: int

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("request", f"request:{self.request}"))
