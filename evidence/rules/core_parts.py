"""The core parts of Table A.2: every column 1 part that a passenger vehicle or light truck has must originate.

19 CFR 182 App A s.14(4)-(12); the same of SOR/2020-155. The content of a core part may be computed in four ways,
which the vehicle's producer or exporter chooses: each part, or all together as the super-core; with all
non-originating materials, or with the column 2 components only. Net cost is the full one whatever the way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, all_of, any_of, undetermined
from evidence.rules.parameters import Parameter
from evidence.rules.regional_value import by_net_cost
from evidence.rules.tables import GROUPS

CITATION = "19 CFR 182 App A s.14(4)-(12), Table A.2; SOR/2020-155 s.14(4)-(12), Table A.2"
BATTERY_CITATION = "19 CFR 182 App A s.14(6); SOR/2020-155 s.14(6)"


class Way(StrEnum):
    """How the content of core parts is computed (s.14(7)-(10))."""

    EACH_ALL = "I-ALL"
    EACH_COLUMN_2 = "I-COL2"
    SUPER_ALL = "S-ALL"
    SUPER_COLUMN_2 = "S-COL2"


class Reading(StrEnum):
    """When a core part counts as wholly regional in the vehicle's content: the choice `core-roll-up-reading`."""

    PANEL = "panel"
    US = "us"


@dataclass(frozen=True, slots=True)
class CorePart:
    """One column 1 part of the vehicle; a figure that is None is not known.

    Attributes:
        key: the caller's identifier.
        group: its column 1 group, one of `tables.GROUPS`.
        net_cost: the part's full net cost.
        vnm_all: all non-originating materials in it.
        vnm_col2: the non-originating column 2 components in it, each in full; other materials are disregarded.
        rests_on: identifiers of what the figures came from.
    """

    key: str
    group: str
    net_cost: Decimal | None
    vnm_all: Decimal | None
    vnm_col2: Decimal | None
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.group not in GROUPS:
            raise MalformedValue(f"core group of {self.key}", self.group, "one of " + ", ".join(GROUPS))


def each(part: CorePart, way: Way, threshold: Parameter, day: date) -> Finding:
    """The content of one core part by an individual way, against the series A2-NC.

    Raises:
        MalformedValue: a super-core way, or a figure outside its range.
        NoValueInForce: the threshold has no value on `day`.
    """
    if way not in (Way.EACH_ALL, Way.EACH_COLUMN_2):
        raise MalformedValue("way for one core part", way.value, "I-ALL or I-COL2")
    non_originating = part.vnm_all if way is Way.EACH_ALL else part.vnm_col2
    test = f"core part {part.key} ({part.group.replace('_', ' ')}), {way.value}"
    return by_net_cost(part.net_cost, non_originating, threshold, day, test=test, rests_on=part.rests_on)


def super_core(parts: Iterable[CorePart], way: Way, threshold: Parameter, day: date) -> Finding:
    """The content of all column 1 parts as one (s.14(10)), against the series A2-NC.

    Raises:
        MalformedValue: an individual way, no part, or a figure outside its range.
        NoValueInForce: the threshold has no value on `day`.
    """
    if way not in (Way.SUPER_ALL, Way.SUPER_COLUMN_2):
        raise MalformedValue("way for the super-core", way.value, "S-ALL or S-COL2")
    parts = tuple(parts)
    if not parts:
        raise MalformedValue("super-core", "no part", "every column 1 part of the vehicle")
    net_cost = _sum([part.net_cost for part in parts])
    non_originating = _sum([part.vnm_all if way is Way.SUPER_ALL else part.vnm_col2 for part in parts])
    rests_on = tuple(dict.fromkeys(source for part in parts for source in part.rests_on))
    test = f"super-core of {len(parts)} core parts, {way.value}"
    return by_net_cost(net_cost, non_originating, threshold, day, test=test, rests_on=rests_on)


def by_any_way(part: CorePart, threshold: Parameter, day: date, own_rule: Finding | None = None) -> Finding:
    """Whether one core part originates by either individual way or, where given, by its own product rule.

    `own_rule` is for a part tested as traded on its own (s.14(9)), and for the advanced battery of 8507.60, whose own
    rule offers a tariff shift or a content (s.14(6)).
    """
    ways = [each(part, way, threshold, day) for way in (Way.EACH_ALL, Way.EACH_COLUMN_2)]
    test = f"core part {part.key} ({part.group.replace('_', ' ')})"
    citations = (CITATION,) if own_rule is None else (CITATION, BATTERY_CITATION)
    return any_of(test, [*ways, *([own_rule] if own_rule is not None else [])], citations=citations)


def advanced_battery(shift: Finding, content: Finding) -> Finding:
    """A propulsion battery of 8507.60: its tariff shift or its content (s.14(6))."""
    test = "advanced battery of 8507.60, tariff shift or content"
    return any_of(test, [shift, content], citations=(BATTERY_CITATION,))


def all_core_parts(found: Mapping[str, Finding], present: Iterable[str]) -> Finding:
    """The core-part limb of a vehicle: every column 1 part that it has originates (s.14(4)).

    Args:
        found: the finding of each core part, by its key.
        present: the keys of all core parts that the vehicle has; one without a finding is not determinable.
    """
    return all_of(
        "core parts of Table A.2",
        [found.get(key, undetermined(f"core part {key}", "nothing on file determines it")) for key in present],
        citations=(CITATION,),
    )


def counts_as_regional(
    reading: Reading, all_materials: Finding, *other_ways: Finding, own_rule: Finding | None = None
) -> bool:
    """Whether a core part counts as nothing in the vehicle's VNM under `reading`.

    Args:
        reading: the reading of `core-roll-up-reading`; both are worked out and kept.
        all_materials: its finding by I-ALL.
        other_ways: its findings by the other ways, and that of the super-core it is in.
        own_rule: its finding under its own product rule, where it has one.
    """
    if all_materials.met or (own_rule is not None and own_rule.met):
        return True
    return reading is Reading.PANEL and any(way.met for way in other_ways)


def _sum(figures: list[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    with exactly():
        for figure in figures:
            if figure is None:
                return None
            total += figure
    return total
