"""The readable tables, as values. Everything the sample company is stands in `examples/tables/*.csv`."""

import csv
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
OWNER = "VOLTERA"
TABLES = Path(__file__).parent.parent / "tables"


@dataclass(frozen=True)
class Supplier:
    supplier: str
    name: str
    country: str
    town: str
    makes: str

    @property
    def plant(self) -> str:
        return f"{self.supplier}-P1"

    @property
    def regional(self) -> bool:
        return self.country in {"US", "MX", "CA"}


@dataclass(frozen=True)
class Part:
    """One bought part on the bill of one parent."""

    parent: str
    part: str
    description: str
    unit: str
    hs2012: str
    quantity: Decimal
    supplier: str
    price: Decimal
    price_per: Decimal
    currency: str
    origin_country: str
    declared: str
    core_group: str
    core_component: str
    bill_from: date | None
    bill_to: date | None


@dataclass(frozen=True)
class Assembly:
    """One revision of one good that Voltera makes."""

    part: str
    description: str
    revision: str
    plant: str
    parent: str
    quantity: Decimal | None
    hs_edition: str
    hs: str
    core_group: str
    use: str
    vehicle_class: str
    bill_from: date
    bill_to: date | None


@dataclass(frozen=True)
class CostRow:
    part: str
    account: str
    description: str
    element: str
    exclusion: str
    per_unit: Decimal
    estimate: Decimal | None


@dataclass(frozen=True)
class PeriodRow:
    period: str
    first: date
    last: date
    goods: tuple[str, ...]
    closed_on: date
    estimated_on: date | None


@dataclass(frozen=True)
class VolumeRow:
    part: str
    month: str
    made: Decimal


@dataclass(frozen=True)
class Source:
    """Who delivers what share of a part in some quarters, where it is not the one supplier of the parts table."""

    part: str
    supplier: str
    first: date
    last: date
    share: Decimal
    price: Decimal
    received: date | None
    why: str


@dataclass(frozen=True)
class RateRow:
    currency: str
    into: str
    first: date
    last: date
    rate: Decimal


@dataclass(frozen=True)
class DeclarationRow:
    """A declaration that differs from the plain yearly blanket."""

    part: str
    supplier: str
    fiscal_year: str
    valid_from: date
    valid_to: date
    signed_on: date
    received_on: date
    format: str
    form: str
    story: str


@dataclass(frozen=True)
class ShipmentRow:
    shipment: str
    good: str
    exporter: str
    consignee: str
    importer_country: str
    units: int
    period: str
    basis: str
    built_first: date
    built_last: date
    exported_on: date
    imported_on: date
    decided_on: date
    unit_value: Decimal
    outcome: str
    shows: str


def _cell(kind: object, text: str) -> object:
    name = str(kind)
    if "Decimal" in name:
        return Decimal(text) if text else None
    if "date" in name:
        return date.fromisoformat(text) if text else None
    if "tuple" in name:
        return tuple(text.split(";"))
    return int(text) if kind is int else text


def read(kind: type[T], name: str) -> list[T]:
    """The rows of one table; its columns are the fields of `kind`."""
    with (TABLES / name).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    types = {field.name: field.type for field in fields(kind)}  # type: ignore[arg-type]
    return [kind(**{name: _cell(types[name], text) for name, text in row.items()}) for row in rows]


class Company:
    """All tables together, and the plain questions that several scripts ask of them."""

    def __init__(self) -> None:
        self.suppliers = {row.supplier: row for row in read(Supplier, "suppliers.csv")}
        self.parts = read(Part, "parts.csv")
        self.assemblies = read(Assembly, "assemblies.csv")
        self.costs = read(CostRow, "costs.csv")
        self.periods = {row.period: row for row in read(PeriodRow, "periods.csv")}
        self.volumes = read(VolumeRow, "volumes.csv")
        self.sources = read(Source, "sources.csv")
        self.rates = read(RateRow, "rates.csv")
        self.declarations = read(DeclarationRow, "declarations.csv")
        self.shipments = read(ShipmentRow, "shipments.csv")

    def assembly(self, part: str, day: date) -> Assembly:
        """The revision of a good whose bill is in force on `day`."""
        return next(a for a in self.assemblies if a.part == part and in_force(a.bill_from, a.bill_to, day))

    def bought(self, parent: str, day: date) -> list[Part]:
        """The bought parts on the bill of `parent` in force on `day`."""
        return [p for p in self.parts if p.parent == parent and in_force(p.bill_from, p.bill_to, day)]

    def made(self, parent: str, day: date) -> list[Assembly]:
        """The parts on the bill of `parent` that Voltera makes itself."""
        return [a for a in self.assemblies if a.parent == parent and in_force(a.bill_from, a.bill_to, day)]

    def family(self, good: str, day: date) -> list[Assembly]:
        """`good` and all that Voltera makes for it, parents before children."""
        found = [self.assembly(good, day)]
        for one in found:
            found += self.made(one.part, day)
        return found

    def units(self, part: str, first: date, last: date) -> Decimal:
        """Units of `part` made in the months of a period; a component is made as its parents need it."""
        own = [v.made for v in self.volumes if v.part == part and f"{first:%Y-%m}" <= v.month <= f"{last:%Y-%m}"]
        if own:
            return sum(own, Decimal(0))
        one = self.assembly(part, first)
        return self.units(one.parent, first, last) * (one.quantity or Decimal(0)) if one.parent else Decimal(0)

    def deliveries(self, part: Part, period: PeriodRow) -> list[Source]:
        """Who delivers `part` in a period, and in what shares."""
        listed = [s for s in self.sources if s.part == part.part and s.first <= period.first and period.last <= s.last]
        plain = Source(part.part, part.supplier, period.first, period.last, Decimal(1), part.price, None, "")
        return listed or [plain]

    def rate(self, currency: str, day: date) -> Decimal:
        """What one unit of `currency` is worth in US dollars at the booking rate of `day`."""
        if currency == "USD":
            return Decimal(1)
        return next(r.rate for r in self.rates if r.currency == currency and r.first <= day <= r.last)


def in_force(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
