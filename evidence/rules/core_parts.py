"""The core parts of Table A.2: every column 1 part that a passenger vehicle or light truck has must originate.

19 CFR 182 App A s.14(4)-(12); the same of SOR/2020-155. The content of a core part may be computed in four ways,
which the vehicle's producer or exporter chooses: each part, or all together as the super-core; with all
non-originating materials, or with the column 2 components only. Net cost is the full one whatever the way. A part
traded on its own is tested under its own product rule, where these choices are not open (s.14(9)). Averages of core
parts (s.14(12)) are those of `averaging`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm

from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exactly
from evidence.rules.finding import Finding, Outcome, all_of, any_of, undetermined
from evidence.rules.parameters import Parameter
from evidence.rules.regional_value import by_net_cost, by_transaction_value
from evidence.rules.tables import GROUPS

CITATION = "19 CFR 182 App A s.14(4)-(12), Table A.2; SOR/2020-155 s.14(4)-(12), Table A.2"
CORE_LIMB = "core parts of Table A.2"
BATTERY_CITATION = "19 CFR 182 App A s.14(6); SOR/2020-155 s.14(6)"


class Way(StrEnum):
    """How the content of core parts is computed (s.14(7)-(10))."""

    EACH_ALL = "I-ALL"
    EACH_COLUMN_2 = "I-COL2"
    SUPER_ALL = "S-ALL"
    SUPER_COLUMN_2 = "S-COL2"

    @property
    def of_all_parts(self) -> bool:
        """Whether it takes all column 1 parts together."""
        return self in (Way.SUPER_ALL, Way.SUPER_COLUMN_2)

    @property
    def column_2(self) -> bool:
        """Whether column 2 components alone count as non-originating."""
        return self in (Way.EACH_COLUMN_2, Way.SUPER_COLUMN_2)


INDIVIDUAL = (Way.EACH_ALL, Way.EACH_COLUMN_2)


class Reading(StrEnum):
    """When a core part counts as wholly regional in the vehicle's content: the choice `core-roll-up-reading`."""

    PANEL = "panel"
    US = "us"


class Combined(StrEnum):
    """Whether parts of one vehicle may use different individual ways: the choice `core-ways-combined`."""

    EACH_ITS_OWN = "each-its-own"
    ONE_WAY = "one-way"


@dataclass(frozen=True, slots=True)
class CorePart:
    """One column 1 part of the vehicle; a figure that is None is not known.

    Attributes:
        key: the caller's identifier.
        group: its column 1 group, one of `tables.GROUPS`.
        net_cost: the full net cost of `units` of it.
        vnm_all: all non-originating materials in as many.
        vnm_col2: the non-originating column 2 components in as many, each in full; other materials are disregarded.
        units: how many units of the part the figures are of.
        per_vehicle: how many units one vehicle has.
        rests_on: identifiers of what the figures came from.
    """

    key: str
    group: str
    net_cost: Decimal | None
    vnm_all: Decimal | None
    vnm_col2: Decimal | None
    rests_on: tuple[str, ...] = ()
    units: Decimal = Decimal(1)
    per_vehicle: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if self.group not in GROUPS:
            raise MalformedValue(f"core group of {self.key}", self.group, "one of " + ", ".join(GROUPS))
        amount(f"units of {self.key}", self.units, above_zero=True)
        amount(f"{self.key} in one vehicle", self.per_vehicle, above_zero=True)

    def non_originating(self, way: Way) -> Decimal | None:
        """What counts as non-originating by `way`."""
        return self.vnm_col2 if way.column_2 else self.vnm_all

    @property
    def name(self) -> str:
        return f"core part {self.key} ({self.group.replace('_', ' ')})"


def each(part: CorePart, way: Way, threshold: Parameter, day: date) -> Finding:
    """The content of one core part by an individual way, against the series A2-NC.

    Raises:
        MalformedValue: a super-core way, or a figure outside its range.
        NoValueInForce: the threshold has no value on `day`.
    """
    if way.of_all_parts:
        raise MalformedValue("way for one core part", way.value, "I-ALL or I-COL2")
    test = f"{part.name}, {way.value}"
    found = by_net_cost(part.net_cost, part.non_originating(way), threshold, day, test=test, rests_on=part.rests_on)
    return _cited(found)


def each_by_transaction_value(
    part: CorePart, transaction_value: Decimal | None, way: Way, threshold: Parameter, day: date, *, offered: bool
) -> Finding:
    """As `each` by the transaction value method, against the series A2-TV (s.14(13)).

    Args:
        transaction_value: of `part.units` units, adjusted to exclude international shipment.
        offered: whether the part's own product rule offers the method; without it the method is not open (s.7(6)).
    """
    test = f"{part.name}, {way.value}, transaction value method"
    if way.of_all_parts:
        raise MalformedValue("way by transaction value", way.value, "I-ALL or I-COL2: the super-core sums net costs")
    if not offered:
        return Finding(
            test, Outcome.NOT_MET, None, None, "not open", (),
            "the part's product rule offers no transaction value method", part.rests_on, (CITATION,),
        )  # fmt: skip
    vnm = part.non_originating(way)
    return _cited(by_transaction_value(transaction_value, vnm, threshold, day, test=test, rests_on=part.rests_on))


def super_core(parts: Iterable[CorePart], way: Way, threshold: Parameter, day: date) -> Finding:
    """The content of all column 1 parts of one vehicle as one (s.14(8), (10)), against the series A2-NC.

    The sums are those of one vehicle, or of the least number of vehicles for which they end after finitely many
    decimals, so that nothing rounds; the finding says for how many.

    Raises:
        MalformedValue: an individual way, no part, or a figure outside its range.
        NoValueInForce: the threshold has no value on `day`.
    """
    if not way.of_all_parts:
        raise MalformedValue("way for the super-core", way.value, "S-ALL or S-COL2")
    parts = tuple(parts)
    if not parts:
        raise MalformedValue("super-core", "no part", "every column 1 part of the vehicle")
    test = f"super-core of {len(parts)} core parts, {way.value}"
    rests_on = tuple(dict.fromkeys(source for part in parts for source in part.rests_on))
    law = threshold.on(day)
    unknown = [part.key for part in parts if part.net_cost is None or part.non_originating(way) is None]
    if unknown:
        reason = f"net cost or non-originating value is not known of {', '.join(unknown)}"
        return undetermined(test, reason, citations=(law.source, CITATION), rests_on=rests_on)
    shares = [Fraction(part.per_vehicle) / Fraction(part.units) for part in parts]
    net_cost = sum(
        (Fraction(part.net_cost or 0) * share for part, share in zip(parts, shares, strict=True)), Fraction()
    )
    vnm = sum(
        (Fraction(part.non_originating(way) or 0) * share for part, share in zip(parts, shares, strict=True)),
        Fraction(),
    )
    vehicles = lcm(_without_twos_and_fives(net_cost.denominator), _without_twos_and_fives(vnm.denominator))
    if vehicles > 1:
        test = f"{test}, figures of {vehicles} vehicles"
    found = by_net_cost(
        _decimal(net_cost * vehicles), _decimal(vnm * vehicles), threshold, day, test=test, rests_on=rests_on
    )
    return _cited(found)


def four_ways(parts: Iterable[CorePart], threshold: Parameter, day: date) -> dict[str, dict[Way, Finding]]:
    """The finding of each core part of one vehicle by each way, by its key; the super-core's stands for every part.

    Raises:
        MalformedValue: two parts of one key, or a figure outside its range.
        NoValueInForce: the threshold has no value on `day`.
    """
    parts = tuple(parts)
    keys = [part.key for part in parts]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise MalformedValue("core part", f"{twice} twice", "each column 1 part once, with its number per vehicle")
    together = {way: super_core(parts, way, threshold, day) for way in Way if way.of_all_parts} if parts else {}
    return {part.key: {way: each(part, way, threshold, day) for way in INDIVIDUAL} | together for part in parts}


def by_elected(
    name: str, ways: Mapping[Way, Finding], elected: Way | None = None, own_rule: Finding | None = None
) -> Finding:
    """Whether a core part originates on all its own materials, by the way elected, or by its own product rule.

    `own_rule` is for the advanced battery of 8507.60, whose own rule offers a tariff shift or a content (s.14(6)), and
    for a bought part whose maker declares that it originates. The way I-ALL is what every other way is easier than,
    so it is always open.
    """
    order = [Way.EACH_ALL] + ([elected] if elected not in (None, Way.EACH_ALL) else [])
    found = [ways[way] for way in order if way in ways] + ([own_rule] if own_rule is not None else [])
    return found[0] if len(found) == 1 else any_of(name, found, citations=(CITATION,))


def advanced_battery(shift: Finding, content: Finding) -> Finding:
    """A propulsion battery of 8507.60: its tariff shift or its content (s.14(6))."""
    test = "advanced battery of 8507.60, tariff shift or content"
    return any_of(test, [shift, content], citations=(BATTERY_CITATION,))


def all_core_parts(found: Iterable[Finding]) -> Finding:
    """The core-part limb of a vehicle: every column 1 part that it has originates (s.14(4)).

    Args:
        found: the finding of each core part that the vehicle has; of one that nothing determines, that it is missing.
    """
    return all_of(CORE_LIMB, found, citations=(CITATION,))


def elected_together(
    ways: Mapping[str, Mapping[Way, Finding]],
    elected: Mapping[str, Way],
    own_rules: Mapping[str, Finding],
    combined: Combined,
) -> dict[str, Finding]:
    """The finding of each core part, by its key, under the ways elected for them.

    Under `Combined.ONE_WAY` all parts stand under one way: that by which every part originates, if there is one, and
    otherwise that by which most do.

    Args:
        ways: of each part, its finding by each way (`four_ways`).
        elected: the way elected for a part; a part not named is tested on all its own materials.
        own_rules: of each part that has one, its finding by its own product rule or its maker's declaration.
    """
    if combined is Combined.EACH_ITS_OWN:
        return {
            key: by_elected(f"core part {key}", found, elected.get(key), own_rules.get(key))
            for key, found in ways.items()
        }
    best: dict[str, Finding] = {}
    for way in Way:
        if way is not Way.EACH_ALL and way not in elected.values():
            continue
        found = {
            key: by_elected(f"core part {key}", {way: of[way]}, way, own_rules.get(key)) for key, of in ways.items()
        }
        if not best or sum(one.met for one in found.values()) > sum(one.met for one in best.values()):
            best = found
    return best


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


def _cited(found: Finding) -> Finding:
    return replace(found, citations=tuple(dict.fromkeys((*found.citations, CITATION))))


def _without_twos_and_fives(number: int) -> int:
    """What of a denominator keeps its fraction from ending in decimals."""
    for factor in (2, 5):
        while number % factor == 0:
            number //= factor
    return number


def _decimal(value: Fraction) -> Decimal:
    """A fraction that ends in decimals, exactly."""
    places = 0
    while 10**places % value.denominator:
        places += 1
    with exactly():
        return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)
