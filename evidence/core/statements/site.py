"""Sites: plants, warehouses, mills and zones (RECORDS.md 3)."""

from enum import StrEnum
from typing import ClassVar

from evidence.core.statements.base import Record
from evidence.core.statements.load import Load
from evidence.core.values import Code, Country, Text


class SiteKind(StrEnum):
    """What a site is."""

    ASSEMBLY = "assembly"
    PARTS_PLANT = "parts plant"
    WAREHOUSE = "warehouse"
    MILL = "mill"
    ZONE = "zone"


class SiteLine(Record):
    """One place, and whose it is."""

    site: Code
    party: Code
    site_kind: SiteKind
    name: Text
    address: Text
    country: Country
    zone_number: Text | None = None


class Sites(Load):
    """A load of sites."""

    kind: ClassVar[str] = "site"
    line: ClassVar[type[Record]] = SiteLine
