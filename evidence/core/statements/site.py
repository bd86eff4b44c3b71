"""Sites: plants, warehouses, mills and zones (RECORDS.md 3)."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record
from evidence.core.statements.load import LATER, Load
from evidence.core.values import Amount, Code, Country, Text


class SiteKind(StrEnum):
    """What a site is."""

    ASSEMBLY = "assembly"
    PARTS_PLANT = "parts plant"
    WAREHOUSE = "warehouse"
    MILL = "mill"
    ZONE = "zone"


class ZoneKind(StrEnum):
    """The customs regime of a zone."""

    FOREIGN_TRADE_ZONE = "foreign-trade zone"
    BONDED_WAREHOUSE = "bonded warehouse"
    IMMEX = "IMMEX"
    BONDED_PRECINCT = "recinto fiscalizado estratégico"
    OTHER = "other zone"


class SiteLine(Record):
    """One place, and whose it is."""

    site: Code
    """The site's own number."""
    party: Code
    """Whose site it is: the party that runs it."""
    site_kind: SiteKind
    name: Text
    address: Text
    country: Country
    zone_number: Text | None = None
    """The number that customs gave the zone."""
    warehouse_distance_km: Annotated[Annotated[Amount, Field(ge=0)] | None, LATER] = None
    """Of a receiving warehouse, the distance to the plant in kilometres: up to 75 km, transport to it may be taken off
    a material's value (Uniform Regulations s.8(2)(a))."""
    zone_kind: Annotated[ZoneKind | None, LATER] = None
    """The customs regime of a zone."""


class Sites(Load):
    """A load of sites."""

    kind: ClassVar[str] = "site"
    line: ClassVar[type[Record]] = SiteLine
