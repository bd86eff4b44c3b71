"""Other vehicles: those that are no passenger vehicle, light truck or heavy truck, and the parts for them.

19 CFR 182 App A s.20 and SOR/2020-155 s.20. They have no core-part, steel, aluminum or labor test: the tariff change of
their product rule and a content of 62.5 or 60 percent by net cost, or of 50 percent for some years after a new plant
or a refit. Which vehicle is which follows from its HS 2012 code and a few facts about it; a fact that decides and is
not known leaves the group open, since the stricter rules of s.13 could apply instead.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from evidence.core.statements.use import UseClass
from evidence.errors import MalformedValue, NoRule
from evidence.rules.codes import EDITION, CodeSpan, printed, subheading
from evidence.rules.finding import Finding
from evidence.rules.parameters import Parameter
from evidence.rules.product_rules import Method
from evidence.rules.routes import Route, is_engine_or_gear_box, routes
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.12, s.20(2)-(3); SOR/2020-155 s.12, s.20(2)-(3)"
ENGINE_SHIFT = "other-vehicle-engine-shift"


class Group(StrEnum):
    """What the rules take a vehicle for."""

    COVERED = "passenger vehicle, light truck or heavy truck"
    S20_2 = "other vehicle s.20(2)"
    S20_3 = "other vehicle s.20(3)"
    OWN_RULE = "vehicle of 8703.10, under its own rule"


@dataclass(frozen=True, slots=True)
class VehicleFacts:
    """What decides the group; None is not known.

    Attributes:
        code: six, eight or ten digits of HS 2012.
        persons: how many it carries, of 87.02.
        diesel: whether a diesel engine is its primary motor, of 8703.90 (8703.21 to 8703.33 say it themselves).
        off_road: whether it is solely or principally for use off the road.
        special: of 8703.21-.90, whether it is a three- or four-wheeled motorcycle, a motorhome or entertainer coach, an
            ambulance, a hearse or a prison van.
        covered_chassis: of 87.06, whether it is for a passenger vehicle, light truck or heavy truck.
    """

    code: str
    persons: int | None = None
    diesel: bool | None = None
    off_road: bool | None = None
    special: bool | None = None
    covered_chassis: bool | None = None


@dataclass(frozen=True, slots=True)
class Grouped:
    """The group, or None with the fact that is missing as reason."""

    group: Group | None
    reason: str
    citation: str = CITATION


_Decide = Callable[[VehicleFacts, int], Grouped]


def group(law: RuleSet, vehicle: VehicleFacts, day: date) -> Grouped:
    """The group of a vehicle on `day`.

    Raises:
        NoRule: the code is that of no vehicle of ss.12 and 20, or came only with a later edition.
        MalformedValue: `code` is no tariff code, or the number of persons is below one.
    """
    digits = subheading(vehicle.code)
    law.concordance.require_known(vehicle.code)
    if vehicle.persons is not None and vehicle.persons < 1:
        raise MalformedValue("persons carried", vehicle.persons, "one or more")
    most = int(law.series("OV-PERSONS").on(day).amount)
    for span, decide in _GROUPS:
        if span.holds(digits):
            return decide(vehicle, most)
    raise NoRule(f"{printed(digits)} is no vehicle of 87.01 to 87.06; check the code, or ask about a part instead.")


def _always(found: Group) -> _Decide:
    return lambda vehicle, _: Grouped(found, f"every vehicle of {printed(vehicle.code)} is so")


def _by_persons(vehicle: VehicleFacts, most: int) -> Grouped:
    if vehicle.persons is None:
        return Grouped(None, f"how many persons it carries is not recorded; up to {most}, or more, decides")
    few = vehicle.persons <= most
    return Grouped(Group.S20_2 if few else Group.S20_3, f"it carries {vehicle.persons}; the line is {most}")


def _by_road(off_road: Group) -> _Decide:
    def decide(vehicle: VehicleFacts, _: int) -> Grouped:
        if vehicle.off_road is None:
            return Grouped(None, "whether it is solely or principally for use off the road is not recorded")
        where = "off" if vehicle.off_road else "on"
        return Grouped(off_road if vehicle.off_road else Group.COVERED, f"it is for use {where} the road")

    return decide


def _by_kind(diesel: bool | None) -> _Decide:
    """Of 8703.21-.90; `diesel` where the subheading itself says what the primary motor is."""

    def decide(vehicle: VehicleFacts, _: int) -> Grouped:
        facts = {
            "a diesel engine is its primary motor": vehicle.diesel if diesel is None else diesel,
            "it is for use off the road": vehicle.off_road,
            "it is a motorcycle, motorhome, coach, ambulance, hearse or prison van": vehicle.special,
        }
        for what, holds in facts.items():
            if holds:
                return Grouped(Group.S20_2, what)
        unknown = [what for what, holds in facts.items() if holds is None]
        if unknown:
            return Grouped(None, f"it is not recorded whether {' or '.join(unknown)}")
        return Grouped(Group.COVERED, "nothing takes it out of the passenger vehicles")

    return decide


def _by_chassis(vehicle: VehicleFacts, _: int) -> Grouped:
    if vehicle.covered_chassis is None:
        return Grouped(
            None, "whether the chassis is for a passenger vehicle, light truck or heavy truck is not recorded"
        )
    return Grouped(Group.COVERED if vehicle.covered_chassis else Group.S20_3, "by the vehicle that the chassis is for")


_GROUPS: tuple[tuple[CodeSpan, _Decide], ...] = tuple(
    (CodeSpan.parse(code), decide)
    for code, decide in (
        ("8701.20", _always(Group.COVERED)),
        ("87.01", _always(Group.S20_3)),
        ("87.02", _by_persons),
        ("8703.10", _always(Group.OWN_RULE)),
        ("8703.21-8703.24", _by_kind(diesel=False)),
        ("8703.31-8703.33", _by_kind(diesel=True)),
        ("8703.90", _by_kind(diesel=None)),
        ("8704.10", _always(Group.S20_3)),
        ("8704.21", _by_road(Group.S20_2)),
        ("8704.31", _by_road(Group.S20_2)),
        ("8704.22-8704.23", _by_road(Group.S20_3)),
        ("8704.32-8704.90", _by_road(Group.S20_3)),
        ("87.05", _always(Group.S20_3)),
        ("87.06", _by_chassis),
    )
)
_VEHICLE_SERIES = {Group.S20_2: "OV625-RVC", Group.S20_3: "OV60-RVC"}
_ENGINE_SERIES = {Group.S20_2: "OV625-ENG", Group.S20_3: "OV60-ENG"}


def percentage(law: RuleSet, found: Group, reduced: Finding | None = None) -> Parameter:
    """The content that a vehicle of the group needs, by net cost: 62.5 or 60, or 50 where `reduced` is met.

    Args:
        reduced: the finding of `reduced_content.new_plant` or `refit`, whose law names the lower percentage.

    Raises:
        NoRule: the group is not one of s.20.
    """
    if found not in _VEHICLE_SERIES:
        raise NoRule(f"s.20 gives no percentage for a {found.value}; it is under its rule of s.13.")
    if reduced is not None and reduced.met:
        return law.series(reduced.law[0].name)
    return law.series(_VEHICLE_SERIES[found])


def vehicle_routes(
    law: RuleSet,
    code: str,
    found: Group,
    *,
    scopes: Collection[str] = (),
    reduced: Finding | None = None,
    choices: Collection[tuple[str, str]] = (),
) -> tuple[Route, ...]:
    """The routes of an other vehicle: the tariff change of its rule, and the content of its group by net cost.

    Raises:
        NoRule: no product rule covers it, or its group is not one of s.20.
    """
    needed = percentage(law, found, reduced)
    open_routes = routes(law, code, UseClass.VEHICLE, scopes=(*scopes, *_SCOPES.get(found, ())), choices=choices)
    return tuple(replace(route, contents=((Method.NET_COST, needed),)) for route in open_routes)


_SCOPES = {
    Group.S20_2: ("15 or fewer persons", "any other good", "solely or principally off-road"),
    Group.S20_3: ("16 or more persons", "solely or principally off-road"),
}


def part_routes(
    law: RuleSet,
    code: str,
    vehicle: Group | None,
    *,
    scopes: Collection[str] = (),
    table_roles: Collection[str] = (),
    edition: str = EDITION,
    choices: Collection[tuple[str, str]] = (),
) -> tuple[Route, ...]:
    """The routes of a part for an other vehicle.

    An engine of 84.07 or 84.08 and a gear box of 8708.40 need the content of the vehicle's group (s.20(2)(h), (3)(b));
    a good of Table F needs 60 percent where its rule has a content, but for the bearings and housings left out
    (s.20(3)(c)); any other part follows its product rule. Arguments as of `routes.routes`.

    Args:
        vehicle: the group of the vehicle that the part is for; None where it is not recorded.

    Raises:
        NoRule: no product rule covers it, or an engine or gear box is for a vehicle of no group of s.20.
    """
    if not is_engine_or_gear_box(code):
        return routes(
            law, code, UseClass.OTHER_VEHICLE, scopes=scopes, table_roles=table_roles, edition=edition, choices=choices
        )
    if vehicle not in _ENGINE_SERIES:
        told = "not recorded" if vehicle is None else f"a {vehicle.value}"
        raise NoRule(
            f"{printed(code)} for another vehicle needs 62.5 or 60 percent by the kind of vehicle (s.20(2)(h), "
            f"(3)(b)), and that vehicle is {told}. Record the vehicle programme that it goes into."
        )
    needed = law.series(_ENGINE_SERIES[vehicle])
    found = law.product_rules.alternatives(code, UseClass.OTHER_VEHICLE, scopes, edition)
    option = law.choice(ENGINE_SHIFT, dict(choices).get(ENGINE_SHIFT))
    reading = f"{ENGINE_SHIFT}={option.name}: {option.source} [{option.confidence}]"
    required = option.name == "rvc-required"
    return tuple(
        Route(
            rule,
            ((Method.NET_COST, needed),) if rule.contents or required else (),
            () if rule.contents else (reading,),
            law.series("DEMIN-RVC"),
        )
        for rule in found
    )


def tracing_table(law: RuleSet, code: str, roles: Collection[str] = (), edition: str = EDITION) -> str:
    """``F`` or ``G`` where the table lists the material, so that s.20(4) lets it be traced; empty where none does.

    Table G names the materials of engines and gear boxes in words, so that only a role recorded for the item
    (``G:crankshaft/camshaft``) tells that it is one of them. An undecided row lists nothing.

    Raises:
        NoRule: the code is not of the edition of the rules.
        MalformedValue: `code` is no tariff code.
    """
    listed = law.tables.listing(code, roles, edition).tables
    in_words = any(row.table == "G" and not row.code and row.role in roles for row in law.tables.rows)
    if "F" in listed:
        return "F"
    return "G" if "G" in listed or in_words else ""
