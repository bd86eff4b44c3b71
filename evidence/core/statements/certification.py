"""Certifications of origin: the legal document with nine elements (RECORDS.md 24; USMCA Annex 5-A; 19 CFR 182.12)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.cells import Listed
from evidence.core.values import Code, Country, HsEdition, Sha256, TariffCode, Text


class CertifierRole(StrEnum):
    """Element 1: who certifies."""

    IMPORTER = "importer"
    EXPORTER = "exporter"
    PRODUCER = "producer"


class CertificationBasis(StrEnum):
    """What the certifier relies on (USMCA art. 5.3)."""

    OWN_INFORMATION = "own information"
    PRODUCERS_REPRESENTATION = "producer's written representation"


class Contact(Record):
    """A party as it stands on the certification."""

    name: Text
    address: Text
    country: Country
    email: Text | None = None
    telephone: Text | None = None


class CertifiedGood(Record):
    """One line of goods: elements 6 and 7, and the rule that our own record must name for criterion B."""

    line: Annotated[int, Field(ge=1)]
    owner: Code
    part: Code
    buyer_part: Code | None = None
    description: Text
    hs_edition: HsEdition
    hs_code: TariffCode
    criterion: Annotated[str, Field(pattern="^[A-E]$")]
    rule: Text | None = None
    method: Text | None = None


class CertificationOfOrigin(Statement):
    """One certification; `valid_from` to `valid_to` is its blanket period, empty for a single shipment."""

    kind: ClassVar[str] = "certification-of-origin"
    prefix: ClassVar[str] = "cert"

    number: Code
    certifier_role: CertifierRole
    certifier: Contact
    certifier_title: Text
    signer: Text
    exporter: Contact | None = None
    producer: Contact | None = None
    producer_note: Text | None = None
    """``Various``, or ``available to the authority on request``, instead of a producer."""
    importer: Contact | None = None
    importer_note: Text | None = None
    goods: tuple[CertifiedGood, ...]
    invoice_number: Text | None = None
    signed_on: date
    statement_language: Text
    statement_text: Text
    """The certifying statement as printed; checked against the prescribed wording by digest."""
    carrier_document: Text
    carrier_country: Country
    certification_basis: CertificationBasis
    representation: Text | None = None
    """The producer's written representation relied on: a statement's id."""
    received_on: date
    received_basis: Text
    recipients: Listed = ()
    """Who received it: ``party;…``."""

    def relations(self) -> tuple[tuple[str, str], ...]:
        relied_on = (("representation", self.representation),) if self.representation else ()
        return (*super().relations(), *relied_on)


class VehicleCertificationKind(StrEnum):
    """The three certifications of 19 CFR 182.92."""

    LABOUR_VALUE = "labour value content"
    STEEL = "steel"
    ALUMINUM = "aluminum"


class VehicleCertificationStatus(StrEnum):
    """Where a certification stands with the authority."""

    SUBMITTED = "submitted"
    ERRORS_RETURNED = "errors returned"
    PROPERLY_FILED = "properly filed"
    INVALIDATED = "invalidated"


class VehicleCertification(Statement):
    """A producer's labour value, steel or aluminum certification on file (RECORDS.md 28; 19 CFR 182.92-182.97).

    `valid_from` to `valid_to` is the certification period. The identifier is issued by the authority on submission;
    it is no approval.
    """

    kind: ClassVar[str] = "vehicle-certification"
    prefix: ClassVar[str] = "vcert"

    certification_kind: VehicleCertificationKind
    authority: Country
    producer: Code
    category: Text
    owner: Code
    parts: Listed
    """The vehicles covered, by part number."""
    plants: Listed
    calculated_from: date
    calculated_to: date
    figures: Text
    submitted_on: date
    identifier: Text | None = None
    status: VehicleCertificationStatus
    certificate: Sha256 | None = None

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("certificate", self.certificate),) if self.certificate else ()))
