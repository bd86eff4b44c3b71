"""Parties: legal persons with their identifiers (RECORDS.md 1)."""

from typing import ClassVar

from evidence.core.statements.base import Record
from evidence.core.statements.cells import Listed
from evidence.core.statements.load import Load
from evidence.core.values import Code, Country, Text


class PartyLine(Record):
    """One party as the company's own master data has it."""

    party: Code
    """The party's number in the company's own master data."""
    name: Text
    """The full legal name."""
    roles: Listed
    """Any of: producer, exporter, importer, supplier, distributor, carrier, broker."""
    address: Text
    """Street, place and postal code as on official papers."""
    country: Country
    """Country of the address."""
    email: Text | None = None
    telephone: Text | None = None
    identifiers: Listed = ()
    """``SCHEME:value`` each: EIN, IOR, MID, BN, RFC, LEI, CBP, filer. One that did not always hold carries its days,
    ``RFC:SPE010101AB1 2019-01-01..2023-06-30``; either day may be left out."""
    owner: Code | None = None
    """The party that owns this one, by its number."""
    owner_country: Country | None = None
    """The country of the party that owns this one."""


class Parties(Load):
    """A load of parties."""

    kind: ClassVar[str] = "party"
    line: ClassVar[type[Record]] = PartyLine
