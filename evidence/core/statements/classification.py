"""Classifications: the tariff code of an item, in a country, in an edition of the nomenclature (RECORDS.md 8)."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Code, HsEdition, TariffCode, Text


class ClassificationBasis(StrEnum):
    """Who says that the code is right."""

    RULING = "ruling"
    BROKER = "broker"
    OWN = "own"


class ClassificationLine(Record):
    """One code for one part. `country` is a Party or `any`."""

    owner: Code
    part: Code
    country: Text
    """The importing country, or any."""
    hs_edition: HsEdition
    """The edition of the nomenclature that the code is of."""
    code: TariffCode
    """Six, eight or ten digits, without dots."""
    table_role: Text | None = None
    """What the part is in the words of a table that lists only part of a code ("ex"): body stampings, say."""
    classified_by: ClassificationBasis
    """Who says so: a ruling, the broker, our own classification."""
    ruling: Text | None = None
    """The ruling's number."""
    ruling_status: Text | None = None
    """Whether the ruling stands: in force, modified, revoked."""
    applies_from: date
    """The first day of the code."""
    applies_to: date | None = None
    """The last day of it; empty while it holds."""


class Classifications(Load):
    """A load of classifications."""

    kind: ClassVar[str] = "classification"
    line: ClassVar[type[Record]] = ClassificationLine
