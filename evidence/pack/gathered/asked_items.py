"""The items that authorities ask for, as data: `data/pack_checklist.csv`, each with its citation, mark and tier.

Beside what is asked for, a row says what shows it here (`wants`), when it is not called for (`waived`) and which clock
it runs on (`due`). Every want must be met; a want may have several ways, of which one is enough. A way is a sort and
a name: `page` and its place in the report, `kind` and a kind of statement, `exhibit` and a document, `each-shipment`,
`each-entry` and `each-certification` likewise of every one of those, `bought` of the purchases used, `probe` and a
question that the code asks of the records.

What documents are called is a closed list, `data/document_roles.csv`: a letter that refuses a price list, or asks for a
proof of payment, has those words in its role and is neither.
"""

import csv
import importlib.resources
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from evidence.core.statements.case import NoticeKind
from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.statements.declaration import DeclarationState
from evidence.core.statements.reconciliation import ReconciledFigure

WAYS: Final = ("page", "kind", "exhibit", "each-shipment", "each-entry", "each-certification", "bought", "probe")

_NAMED: Final[tuple[type[StrEnum], ...]] = (NoticeKind, DeclarationState, ReconciledFigure, VehicleCertificationKind)
_BETWEEN: Final = re.compile(r"[,;/+&]| and ")
_BEFORE: Final = re.compile(r"^(?:(?:a|the|certified|original|scanned|signed|true) |(?:copy|scan) of )+")
_AFTER: Final = re.compile(r"(?:,? \(?(?:copy|original|scan|scanned|signed)\)?)+$")
_REFERENCE: Final = re.compile(r"(?: (?:dated|no|nr|number|of)[.:]?| for(?: (?:entry|invoice|shipment))?)? #?\S*\d\S*$")
"""What may stand before and after the name of a document, and the reference at its end."""


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


def documents_wanted() -> frozenset[str]:
    """The documents that the items ask for, by the names that the list of roles has them under."""
    named = (way for item in items() for want in item.wants for way in want)
    return frozenset(way.name.lower() for way in named if way.sort not in ("page", "kind", "probe"))


@lru_cache(maxsize=4096)
def documents_of(role: str) -> frozenset[str]:
    """Which documents of the list a role says that something is; none where it says anything else besides.

    Several in one file are told with a comma, a semicolon, a slash, a plus or an "and" between them. A reference at the
    end, and that it is a copy, signed or original, change nothing.
    """
    whole = _called(role)
    if whole:
        return whole
    parts = [_called(part) for part in _BETWEEN.split(role.lower())]
    return frozenset().union(*parts) if all(parts) else frozenset()


def _called(role: str) -> frozenset[str]:
    whole = " ".join(unicodedata.normalize("NFC", role).lower().replace("’", "'").replace("_", " ").split())
    bare = _AFTER.sub("", _BEFORE.sub("", whole))
    for words in (whole, bare, _AFTER.sub("", _REFERENCE.sub("", bare))):
        if found := _roles().get(_key(words)):
            return found
    return frozenset()


def _key(words: str) -> str:
    """One key for a name with and without hyphens, and for one or several."""
    return " ".join(words.replace("-", " ").split()).removesuffix("s")


@cache
def _roles() -> dict[str, frozenset[str]]:
    """The documents of each role in the list."""
    text = (importlib.resources.files("evidence.pack") / "data" / "document_roles.csv").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
        found.setdefault(_key(row["role"]), set()).add(row["document"])
    return {role: frozenset(documents) for role, documents in found.items()}


def sentences() -> Iterator[str]:
    """The words of the data and of recorded kinds that the checklist prints, for the catalogues."""
    for kinds in _NAMED:
        yield from (each.value for each in kinds)
    for item in items():
        yield from (item.item, item.holder, item.gate, item.set.replace("_", " "))
        for want in item.wants:
            if want[0].sort not in ("page", "probe"):
                yield want[0].name.replace("-", " ")
