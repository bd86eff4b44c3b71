"""Declarations that are nearly or wholly the same: sent twice, by two channels, or with one digit changed.

Equal content under the number that it has on record is the same declaration by another channel. Content that differs in
a few fields, under another number, for the same supplier, part and plant over days that overlap, is pointed out: a
person has to say which of the two holds. Figures of tier secret are named and not shown, since notices end in logs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.core.crosswalk import Noted
from evidence.core.disclosure import Tier
from evidence.core.statements.base import Statement
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.values import decimal_to_text

MOST_DIFFERENT = 3
"""Fields that two declarations may differ in and still look like one: a digit, a corrected day, a name."""

_OF_THE_PAPER = frozenset(
    {"id", "issuer", "source", "evidence_class", "received_on", "received_basis", "supersedes", "supersedes_reason"}
)
"""How and when it came says nothing of what it declares."""
_TELLS_APART = ("revision", "supplier_revision", "shipment")
"""Where both state one of these and state it differently, two declarations are meant."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which two declarations differ."""

    field: str
    one: object
    other: object

    def __str__(self) -> str:
        if SupplierDeclaration.tiers()[self.field] in (Tier.SECRET, Tier.SECRET_PERSONAL):
            return f"{self.field} (secret; 'evidence work show' has both)"
        return f"{self.field} {plain(self.one)} / {plain(self.other)}"

    def told(self) -> str:
        """The field with both values; of what is secret, the field alone."""
        if SupplierDeclaration.tiers()[self.field] in (Tier.SECRET, Tier.SECRET_PERSONAL):
            return f"{self.field} (secret)"
        return f"{self.field}: {plain(self.one)} / {plain(self.other)}"


def plain(value: object) -> str:
    """A field's value as it is printed."""
    if value is None or value == ():
        return "nothing"
    if isinstance(value, Decimal):
        return decimal_to_text(value)
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def differences(one: SupplierDeclaration, other: SupplierDeclaration) -> list[Difference]:
    """The fields in which two declarations differ, apart from how each came in."""
    names = [name for name in SupplierDeclaration.model_fields if name not in _OF_THE_PAPER]
    pairs = ((name, getattr(one, name), getattr(other, name)) for name in names)
    return [Difference(name, mine, theirs) for name, mine, theirs in pairs if mine != theirs]


@dataclass(frozen=True, slots=True)
class Alike:
    """A declaration on record, or of this import, that another is nearly the same as."""

    ref: str
    declaration: SupplierDeclaration
    differ: tuple[Difference, ...]

    def __str__(self) -> str:
        """In words, as seen from the other: ``the same as #12 but for net_cost …``."""
        rest = [each for each in self.differ if each.field != "reference"]
        name = f"the same as {self.ref}, {self.declaration.reference} of {self.declaration.supplier},"
        if not rest:
            return f"{name} in every field but its reference"
        return f"{name} but for {', '.join(map(str, rest))}"


def alike(declaration: SupplierDeclaration, others: Iterable[Noted[SupplierDeclaration]]) -> Alike | None:
    """The nearest of the others that this declaration is all but the same as.

    One that it supersedes or replaces is not: there the likeness is meant.
    """
    found = []
    for each in others:
        other = each.value
        if other.id == declaration.id or _meant(declaration, other) or not _one_subject(declaration, other):
            continue
        differ = differences(declaration, other)
        if sum(every.field != "reference" for every in differ) <= MOST_DIFFERENT:
            found.append(Alike(each.ref, other, tuple(differ)))
    return min(found, key=lambda each: len(each.differ), default=None)


def _meant(declaration: SupplierDeclaration, other: SupplierDeclaration) -> bool:
    return (
        declaration.supersedes == other.id
        or declaration.replaces == other.reference
        or (declaration.supplier, declaration.reference) == (other.supplier, other.reference)
    )


def _one_subject(one: SupplierDeclaration, other: SupplierDeclaration) -> bool:
    if (one.owner, one.part, one.plant) != (other.owner, other.part, other.plant):
        return False
    for name in _TELLS_APART:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine is not None and theirs is not None and mine != theirs:
            return False
    return _overlap(one, other)


def _overlap(one: SupplierDeclaration, other: SupplierDeclaration) -> bool:
    begins = max(each.valid_from or date.min for each in (one, other))
    ends = min(each.valid_to or date.max for each in (one, other))
    return begins <= ends


def about(statement: Statement) -> str:
    """How a statement is named as what something is about: kind and id."""
    return f"{statement.kind}:{statement.id}"
