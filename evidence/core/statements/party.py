"""Parties: legal persons with their identifiers (RECORDS.md 1)."""

from typing import ClassVar

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Listed
from evidence.core.statements.load import Load
from evidence.core.values import Code, Country, Text


class PartyLine(Record):
    """One party as the company's own master data has it."""

    party: Code
    name: Text
    roles: Listed
    """Any of: producer, exporter, importer, supplier, distributor, carrier, broker."""
    address: Text
    country: Country
    email: Text | None = None
    telephone: Text | None = None
    identifiers: Listed = ()
    """``SCHEME:value`` each: EIN, IOR, MID, BN, RFC, LEI, CBP, filer."""
    owner: Code | None = None
    owner_country: Country | None = None


class Parties(Load):
    """A load of parties."""

    kind: ClassVar[str] = "party"
    line: ClassVar[type[Record]] = PartyLine
