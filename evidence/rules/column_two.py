"""The value of the non-originating column 2 components of a core part: the ways I-COL2 and S-COL2.

19 CFR 182 App A s.14(7)(b), (8)(b), (11), Table A.2; the same of SOR/2020-155. Every non-originating component that
column 2 lists for the part's group counts in full; every other material is disregarded, and stays in net cost. A
component that meets its own rule is originating whoever made it, and nothing of it counts. Missing counts against the
claim: a material of which nothing on file says that column 2 leaves it out counts as if it were listed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.exact import exactly
from evidence.rules.roll_up import MOST_LEVELS, Material, Nature, Origin
from evidence.rules.tables import Tables

CITATION = "19 CFR 182 App A s.14(7)-(8), (11), Table A.2 column 2; SOR/2020-155 s.14(7)-(8), (11), Table A.2 column 2"


class Place(StrEnum):
    """Where column 2 of a group has a material."""

    LISTED = "column 2 lists it"
    NOT_LISTED = "column 2 does not list it"
    NOT_RECORDED = "nothing on file says whether column 2 lists it"


class Treatment(StrEnum):
    """How a line was counted under the column 2 ways."""

    ORIGINATES = "originates: nothing counts (s.14(11))"
    OUTSIDE = "indirect material or packing for shipment: no component"
    COUNTED = "non-originating column 2 component: its whole value counts (s.14(7)(b))"
    COUNTED_NOT_RECORDED = "not recorded whether column 2 lists it: its whole value counts"
    COUNTED_WITHOUT_BILL = "self-produced without a bill of its own: its whole value counts"
    INSIDE = "self-produced and not in column 2: what column 2 lists inside it counts"
    DISREGARDED = "not in column 2: disregarded (s.14(7)(b))"


_COUNTED = (Treatment.COUNTED, Treatment.COUNTED_NOT_RECORDED, Treatment.COUNTED_WITHOUT_BILL)


@dataclass(frozen=True, slots=True)
class ColumnTwoLine:
    """One line within the part, per unit of the part; `non_originating` is None where it counts and is not known."""

    path: tuple[str, ...]
    value: Decimal | None
    non_originating: Decimal | None
    treatment: Treatment

    @property
    def key(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class ColumnTwo:
    """The column 2 value of one unit of a part; None where a value that counts is not known, by the lines `unknown`."""

    non_originating: Decimal | None
    lines: tuple[ColumnTwoLine, ...]
    unknown: tuple[str, ...]


def place(tables: Tables, group: str, code: str | None, roles: Collection[str]) -> Place:
    """Where column 2 of `group` has a material of `code`.

    Args:
        tables: the tables of the rule set.
        group: the column 1 group, one of `tables.GROUPS`.
        code: six, eight or ten digits in the edition of the rules; None if not known.
        roles: the table roles recorded for it: ``A.2:engine:heads``, or ``A.2:none`` for no place in Table A.2.

    Raises:
        MalformedValue: `code` is no tariff code.
    """
    if any(role.startswith(f"A.2:{group}:") for role in roles):
        return Place.LISTED
    if any(role.startswith("A.2:") for role in roles):
        return Place.NOT_LISTED
    if code is None:
        return Place.NOT_RECORDED
    listing = tables.listing(code)
    if any(row.group == group for row in listing.rows):
        return Place.LISTED
    return Place.NOT_RECORDED if any(row.group == group for row in listing.undecided) else Place.NOT_LISTED


def column_two(materials: Iterable[Material], placed: Callable[[Material], Place]) -> ColumnTwo:
    """The column 2 value of one unit of a core part, from the materials of its bill.

    Args:
        materials: the materials of the part's own bill. A self-produced one that meets its own rule is given as
            originating; it needs no designation here (s.14(11)).
        placed: where column 2 of the part's group has a material.

    Raises:
        MalformedValue: the bill is deeper than 50 levels.
    """
    with exactly():
        lines = tuple(_lines(tuple(materials), (), Decimal(1), placed))
        unknown = tuple(line.key for line in lines if line.non_originating is None)
        known = [line.non_originating for line in lines if line.non_originating is not None]
        return ColumnTwo(None if unknown else sum(known, Decimal(0)), lines, unknown)


def _lines(
    materials: tuple[Material, ...], above: tuple[str, ...], units: Decimal, placed: Callable[[Material], Place]
) -> Iterator[ColumnTwoLine]:
    if len(above) >= MOST_LEVELS:
        raise MalformedValue("bill of materials", "/".join(above[:3]) + "/…", f"at most {MOST_LEVELS} levels")
    for material in materials:
        path, quantity = (*above, material.key), units * material.quantity
        treatment = _treatment(material, placed)
        value = None if material.unit_value is None else material.unit_value * quantity
        yield ColumnTwoLine(path, value, _counted(material, treatment, quantity), treatment)
        if treatment is Treatment.INSIDE:
            yield from _lines(material.children, path, quantity, placed)


def _treatment(material: Material, placed: Callable[[Material], Place]) -> Treatment:
    if material.nature in (Nature.INDIRECT, Nature.SHIPPING_PACKING):
        return Treatment.OUTSIDE
    if material.origin is Origin.ORIGINATING:
        return Treatment.ORIGINATES
    where = placed(material)
    if where is Place.LISTED:
        return Treatment.COUNTED
    if where is Place.NOT_RECORDED:
        return Treatment.COUNTED_NOT_RECORDED
    if not material.self_produced:
        return Treatment.DISREGARDED
    return Treatment.INSIDE if material.children else Treatment.COUNTED_WITHOUT_BILL


def _counted(material: Material, treatment: Treatment, quantity: Decimal) -> Decimal | None:
    if treatment not in _COUNTED or quantity == 0:
        return Decimal(0)
    return None if material.unit_value is None else (material.unit_value - material.deductions) * quantity
