"""Rulings, opinions and translations (RECORDS.md 33)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.values import Code, Country, Sha256, Text


class RulingKind(StrEnum):
    """What it is, which decides whom it binds."""

    BINDING_RULING = "binding ruling"
    ADVANCE_RULING = "advance ruling"
    INTERNAL_ADVICE = "internal advice"
    COURT_DECISION = "court decision"
    PANEL_REPORT = "panel report"
    COUNSELS_OPINION = "counsel's opinion"
    BROKERS_OPINION = "broker's opinion"


class RulingStatus(StrEnum):
    """Whether it still stands."""

    IN_FORCE = "in force"
    MODIFIED = "modified"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Ruling(Statement):
    """A ruling or an opinion on a question that a claim turns on.

    Everything it says is secret, and so is its being privileged: that counsel was asked is itself privileged. A change
    of its status is a later statement that supersedes this one.
    """

    kind: ClassVar[str] = "ruling"
    prefix: ClassVar[str] = "ruling"
    default_tier: ClassVar[Tier] = Tier.SECRET

    number: Text
    """Its own number: that of the ruling, or counsel's reference."""
    ruling_kind: RulingKind
    """What it is, which decides whom it binds."""
    issued_by: Text
    """The authority, court, counsel or broker."""
    country: Country | None = None
    """The country whose authority it binds or whose law it speaks of."""
    issued_to: Code | None = None
    """The party that asked; a ruling given to another binds nobody here."""
    issued_on: date
    """The day on it."""
    question: Text
    """What was asked."""
    holding: Text
    """What was answered."""
    status: RulingStatus
    """Whether it still stands."""
    status_on: date
    """The last day on which somebody looked and found this status."""
    about: Listed = ()
    """What it is relied on for, ``kind:reference`` each: part:…, classification:…, election:…"""
    privileged: Flag
    """Whether it is privileged: kept out of every edition that leaves the house."""
    document: Sha256 | None = None
    """The ruling or opinion itself."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("ruling", self.document),) if self.document else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), *(("about", target) for target in self.about))


class TranslationMethod(StrEnum):
    """Who or what translated."""

    PERSON = "person"
    MACHINE = "machine"
    MACHINE_CHECKED = "machine, checked by a person"


class Translation(Statement):
    """One document in another language; the original stays what counts."""

    kind: ClassVar[str] = "translation"
    prefix: ClassVar[str] = "trans"

    document: Sha256
    """The original."""
    translation: Sha256
    """The translation."""
    from_language: Text
    """The original's language."""
    to_language: Text
    """The translation's language."""
    method: TranslationMethod
    """Who or what translated."""
    translator: Annotated[Text, Tier.SECRET_PERSONAL]
    """The person who translated or checked, with qualification; of a machine alone, its name and version."""
    translated_on: date
    """The day of the translation."""
    certified: Flag
    """Whether the translator certifies it."""
    certificate: Sha256 | None = None
    """The certificate, where it is a document of its own."""
    note: Text | None = None
    """What is left untranslated or uncertain."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        certificate = (("certificate", self.certificate),) if self.certificate else ()
        return (*super().documents(), ("original", self.document), ("translation", self.translation), *certificate)
