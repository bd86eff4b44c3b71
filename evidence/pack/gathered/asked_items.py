"""The items that authorities ask for, as data: `data/pack_checklist.csv`, each with its citation, mark and tier.

Beside what is asked for, a row says what shows it here (`wants`), when it is not called for (`waived`) and which clock
it runs on (`due`). Every want must be met; a want may have several ways, of which one is enough. A way is a sort and
a name: `page` and its place in the report, `kind` and a kind of statement, `exhibit` and words of a title,
`each-shipment`, `each-entry` and `each-certification` likewise of every one of those, `bought` of the purchases used,
`probe` and a question that the code asks of the records.
"""

import csv
import importlib.resources
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final

from evidence.core.statements.case import NoticeKind
from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.declaration import DeclarationState
from evidence.core.statements.reconciliation import ReconciledFigure

WAYS: Final = ("page", "kind", "exhibit", "each-shipment", "each-entry", "each-certification", "bought", "probe")

_NAMED: Final[tuple[type[StrEnum], ...]] = (NoticeKind, DeclarationState, ReconciledFigure, VehicleCertificationKind)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to show something."""

    sort: str
    name: str


Want = tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the data."""

    set: str
    id: str
    jurisdiction: str
    first: date
    last: date | None
    item: str
    holder: str
    gate: str
    citation: str
    mark: str
    tier: str
    wants: tuple[Want, ...]
    waived: str
    due: str

    @property
    def blocks(self) -> bool:
        """Whether a claim without it should not be made; a text known from background only (K) warns at most."""
        return self.gate.startswith("block") and self.mark != "K"


@cache
def items() -> tuple[Item, ...]:
    """Every item of the packaged checklist, in its order."""
    text = (importlib.resources.files("evidence.pack") / "data" / "pack_checklist.csv").read_text(encoding="utf-8")
    return tuple(
        Item(
            set=row["set"],
            id=row["id"],
            jurisdiction=row["jurisdiction"],
            first=date.fromisoformat(row["first"]),
            last=date.fromisoformat(row["last"]) if row["last"] else None,
            item=row["item"],
            holder=row["holder"],
            gate=row["gate"],
            citation=row["citation"],
            mark=row["mark"],
            tier=row["tier"],
            wants=tuple(tuple(map(_way, want.split("|"))) for want in row["wants"].split(";") if want),
            waived=row["waived"],
            due=row["due"],
        )
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
    )


def _way(text: str) -> Way:
    sort, _, name = text.partition(":")
    return Way(sort, name)


def document_words() -> frozenset[str]:
    """What documents are called that an item asks for: a document that bears none of these words shows no item."""
    named = (way for item in items() for want in item.wants for way in want)
    return frozenset(way.name.lower() for way in named if way.sort not in ("page", "kind", "probe"))


def sentences() -> Iterator[str]:
    """The words of the data and of recorded kinds that the checklist prints, for the catalogues."""
    for kinds in _NAMED:
        yield from (each.value for each in kinds)
    for item in items():
        yield from (item.item, item.holder, item.gate, item.set.replace("_", " "))
        for want in item.wants:
            if want[0].sort not in ("page", "probe"):
                yield want[0].name.replace("-", " ")
