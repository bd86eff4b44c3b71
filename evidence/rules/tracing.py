"""VNM of goods of s.20: of each listed material its value, or only what is non-originating inside it.

19 CFR 182 App A s.20(1), (4)-(5) and SOR/2020-155. For each material of Tables F and G that does not originate the
producer may count what is non-originating inside it instead of its value; other materials count with their value.
s.20(5) says of a vehicle that despite (4) all non-originating values are summed; which holds is the choice
`other-vehicle-vnm`, and both sums are worked out. A material that originates counts as nothing (s.20(1)).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exactly, total_of
from evidence.rules.finding import Finding
from evidence.rules.parameters import Parameter
from evidence.rules.regional_value import by_net_cost
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.20(1), (4)-(5); SOR/2020-155 s.20(1), (4)-(5)"
READING = "other-vehicle-vnm"
TRACED, WHOLE_VALUES = "traced", "whole-values"
_TABLES = ("", "F", "G")


class CountedBy(StrEnum):
    """What the producer elects of a listed material."""

    VALUE = "its value"
    INSIDE = "what is non-originating inside it"


@dataclass(frozen=True, slots=True)
class ListedMaterial:
    """A material of a good of s.20.

    Attributes:
        key: the caller's identifier.
        quantity: units of it in one unit of the good.
        unit_value: by s.8, less documented deductions; None if not known.
        originates: False also where its origin is undetermined (s.8(2)).
        table: the table that lists it, ``F`` or ``G`` (`other_vehicles.tracing_table`); empty for none.
        inside: VNM in one unit of it, as its producer states; None where nothing on file states it.
        elected: what the producer elected; None takes the lesser of the two.
        rests_on: identifiers of what the figures came from.
    """

    key: str
    quantity: Decimal
    unit_value: Decimal | None
    originates: bool
    table: str = ""
    inside: Decimal | None = None
    elected: CountedBy | None = None
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        amount(f"quantity of {self.key}", self.quantity)
        for what, figure in (("value", self.unit_value), ("value of non-originating materials in", self.inside)):
            if figure is not None:
                amount(f"{what} of {self.key}", figure)
        if self.table not in _TABLES:
            raise MalformedValue(f"table of {self.key}", self.table, "F, G or none")


@dataclass(frozen=True, slots=True)
class Counted:
    """One material by both readings, for one unit of the good; None where it counts and is not known."""

    material: ListedMaterial
    traced: Decimal | None
    whole: Decimal | None
    by: CountedBy


@dataclass(frozen=True, slots=True)
class TracedVnm:
    """VNM of one unit of the good by both readings."""

    traced: Decimal | None
    whole: Decimal | None
    lines: tuple[Counted, ...]

    def by(self, reading: str) -> Decimal | None:
        """VNM under a reading of `other-vehicle-vnm`."""
        return self.traced if reading == TRACED else self.whole


def trace(materials: Iterable[ListedMaterial]) -> TracedVnm:
    """VNM of a good of s.20, with and without tracing; the order of the materials does not matter.

    >>> engine = ListedMaterial("engine", Decimal(1), Decimal(2000), False, "F", inside=Decimal(700))
    >>> vnm = trace([engine, ListedMaterial("seat", Decimal(2), Decimal(100), False)])
    >>> vnm.traced, vnm.whole
    (Decimal('900'), Decimal('2200'))
    """
    with exactly():
        lines = tuple(_count(material) for material in materials)
        return TracedVnm(total_of(line.traced for line in lines), total_of(line.whole for line in lines), lines)


def _count(material: ListedMaterial) -> Counted:
    if material.originates or material.quantity == 0:
        return Counted(material, Decimal(0), Decimal(0), CountedBy.VALUE)
    value = None if material.unit_value is None else material.unit_value * material.quantity
    if not material.table or material.inside is None or material.elected is CountedBy.VALUE:
        return Counted(material, value, value, CountedBy.VALUE)
    inside = material.inside * material.quantity
    if material.elected is None and value is not None and value <= inside:
        return Counted(material, value, value, CountedBy.VALUE)
    return Counted(material, inside, value, CountedBy.INSIDE)


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """A content under the reading taken and under the other one."""

    taken: Finding
    other: Finding
    reading: str
    other_reading: str


def content(
    law: RuleSet,
    net_cost: Decimal | None,
    vnm: TracedVnm,
    threshold: Parameter,
    day: date,
    *,
    is_vehicle: bool,
    reading: str | None = None,
    rests_on: tuple[str, ...] = (),
) -> TwoReadings:
    """The content of a good of s.20 by net cost under both readings of s.20(4)-(5).

    Args:
        net_cost: of one unit; None if not known.
        threshold: the series of `other_vehicles.percentage` or of the part's route.
        is_vehicle: s.20(5) speaks of vehicles only, so that for a part tracing is open under either reading.
        reading: the reading elected for `other-vehicle-vnm`; None for its default.

    Raises:
        NoValueInForce: the threshold has no value on `day`.
        RuleError: there is no such reading.
    """
    option = law.choice(READING, reading)
    other = next(each for each in law.choices[READING].options if each.name != option.name)
    found = []
    for each in (option, other):
        figure = vnm.by(each.name) if is_vehicle else vnm.traced
        test = f"regional value content, net cost method, {each.name}"
        cited = f"{READING}={each.name}: {each.source} [{each.confidence}]" if is_vehicle else CITATION
        finding = by_net_cost(net_cost, figure, threshold, day, test=test, rests_on=rests_on)
        found.append(replace(finding, citations=(*finding.citations, cited)))
    return TwoReadings(found[0], found[1], option.name, other.name)
