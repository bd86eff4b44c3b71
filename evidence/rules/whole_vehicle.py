"""The whole vehicle: every test that a finished vehicle must meet, as one tree of findings.

19 CFR 182 App A s.13, 14(4), 17, 18, 20 and the general conditions of ss.10-11 and 21; the same of SOR/2020-155. A
passenger vehicle or light truck needs its product rule, every core part, steel and aluminum, and labor value content;
a heavy truck the same without core parts; another vehicle its product rule with the content of s.20 only. Approved
alternative staging (s.19) stands in place of these. The general conditions hold for every one. A test for which there
is no finding is not determinable, and so is the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.finding import Finding, Outcome, all_of, undetermined

CITATION = "19 CFR 182 App A s.10-11, s.13-14, s.17-20; SOR/2020-155 s.10-11, s.13-14, s.17-20; 19 USC 4532"
STAGING_CITATION = "19 CFR 182 App A s.19(1), (5); SOR/2020-155 s.19"


class VehicleKind(StrEnum):
    """Which tests there are."""

    PASSENGER_VEHICLE = "passenger vehicle"
    LIGHT_TRUCK = "light truck"
    HEAVY_TRUCK = "heavy truck"
    OTHER = "other vehicle"


class Limb(StrEnum):
    """One test, in the order in which they are made."""

    PRODUCT_RULE = "product rule"
    CORE_PARTS = "core parts"
    STEEL = "steel"
    ALUMINUM = "aluminum"
    LABOR = "labor value content"
    PRODUCTION = "production in the region"
    TRANSIT = "transit"
    CIRCUMVENTION = "no circumvention"
    RECORDS = "records"


GENERAL = (Limb.PRODUCTION, Limb.TRANSIT, Limb.CIRCUMVENTION, Limb.RECORDS)
_TEXTS = {
    Limb.PRODUCT_RULE: "19 CFR 182 App A s.13, s.20; SOR/2020-155 s.13, s.20",
    Limb.CORE_PARTS: "19 CFR 182 App A s.14(4); SOR/2020-155 s.14(4)",
    Limb.STEEL: "19 CFR 182 App A s.17; SOR/2020-155 s.17",
    Limb.ALUMINUM: "19 CFR 182 App A s.17; SOR/2020-155 s.17",
    Limb.LABOR: "19 CFR 182 App A s.18; SOR/2020-155 s.18",
    Limb.PRODUCTION: "19 CFR 182 App A s.3(1); SOR/2020-155 s.3(1)",
    Limb.TRANSIT: "19 CFR 182 App A s.10; SOR/2020-155 s.10",
    Limb.CIRCUMVENTION: "19 CFR 182 App A s.11(b); SOR/2020-155 s.11(b)",
    Limb.RECORDS: "19 CFR 182.15, 182.21, 182.103-182.104",
}
_PURCHASED_AND_PAID = (Limb.STEEL, Limb.ALUMINUM, Limb.LABOR)
_OWN: Mapping[VehicleKind, tuple[Limb, ...]] = {
    VehicleKind.PASSENGER_VEHICLE: (Limb.PRODUCT_RULE, Limb.CORE_PARTS, *_PURCHASED_AND_PAID),
    VehicleKind.LIGHT_TRUCK: (Limb.PRODUCT_RULE, Limb.CORE_PARTS, *_PURCHASED_AND_PAID),
    VehicleKind.HEAVY_TRUCK: (Limb.PRODUCT_RULE, *_PURCHASED_AND_PAID),
    VehicleKind.OTHER: (Limb.PRODUCT_RULE,),
}


def limbs_of(kind: VehicleKind) -> tuple[Limb, ...]:
    """Every test of a vehicle of the kind, in order, the general conditions last."""
    return (*_OWN[kind], *GENERAL)


def whole_vehicle(kind: VehicleKind, found: Mapping[Limb, Finding], *, staged: Finding | None = None) -> Finding:
    """Whether a finished vehicle originates: each of its tests is met.

    Args:
        found: the finding of each test, also of the general conditions; one that is not there is not determinable.
        staged: the finding under alternative staging (`rules.staged`), where the producer uses it for the vehicle: it
            stands in place of the vehicle's own tests, never beside them.

    Raises:
        MalformedValue: a finding for a test that the kind does not have, staging for an other vehicle, or staging
            beside a test that it replaces.
    """
    own = _OWN[kind]
    strange = [limb.value for limb in found if limb not in own and limb not in GENERAL]
    if strange:
        raise MalformedValue(f"tests of a {kind.value}", ", ".join(strange), ", ".join(limbs_of(kind)))
    general = all_of("general conditions", [_one(limb, found) for limb in GENERAL])
    if staged is None:
        return all_of(
            f"{kind.value} originates", [*(_one(limb, found) for limb in own), general], citations=(CITATION,)
        )
    if kind is VehicleKind.OTHER:
        raise MalformedValue("alternative staging", kind.value, "a passenger vehicle, light truck or heavy truck")
    beside = [limb.value for limb in own if limb in found]
    if beside:
        raise MalformedValue("tests beside alternative staging", ", ".join(beside), "none: it replaces them (s.19)")
    return all_of(f"{kind.value} originates", [staged, general], citations=(CITATION, STAGING_CITATION))


def _one(limb: Limb, found: Mapping[Limb, Finding]) -> Finding:
    """The test as a branch that bears the limb's own name."""
    if limb not in found:
        return undetermined(limb.value, "nothing on file determines it", citations=(_TEXTS[limb],))
    return all_of(limb.value, [found[limb]])


@dataclass(frozen=True, slots=True)
class Compared:
    """A vehicle under the reading taken, and under every other one that was worked out.

    Attributes:
        taken: the finding that decides.
        others: name of the other reading, and the vehicle under it.
    """

    taken: Finding
    others: tuple[tuple[str, Finding], ...]

    @property
    def turns_on(self) -> tuple[str, ...]:
        """The readings under which the outcome is another: a claim on the result needs their warning."""
        return tuple(name for name, finding in self.others if finding.outcome is not self.taken.outcome)


def compare(
    kind: VehicleKind,
    found: Mapping[Limb, Finding],
    otherwise: Mapping[str, Mapping[Limb, Finding]],
    *,
    staged: Finding | None = None,
) -> Compared:
    """The vehicle under the reading taken, and once more for each other reading with the tests that stand otherwise.

    Args:
        otherwise: name of the reading (``core-roll-up-reading=panel``) to the findings that it changes.

    Raises:
        MalformedValue: as `whole_vehicle`.
    """
    others = tuple(
        (name, whole_vehicle(kind, {**found, **changed}, staged=staged)) for name, changed in otherwise.items()
    )
    return Compared(whole_vehicle(kind, found, staged=staged), others)


def made_in_region(
    countries: Mapping[str, str | None], region: frozenset[str], *, rests_on: tuple[str, ...] = ()
) -> Finding:
    """Whether production took place in the region alone: every plant lies in a country of it.

    Args:
        countries: plant to its country, two letters; None where it is not on record.
        region: the countries of the agreement, as data, so that another set of parties can be asked about.
    """
    test = "produced in the region"
    outside = [f"{plant} ({country})" for plant, country in countries.items() if country and country not in region]
    if outside:
        reason = f"{', '.join(outside)} is outside the region"
        return Finding(test, Outcome.NOT_MET, None, None, "outside", (), reason, rests_on, (_TEXTS[Limb.PRODUCTION],))
    unknown = [plant for plant, country in countries.items() if not country]
    if unknown or not countries:
        reason = f"the country of {', '.join(unknown) or 'the plant'} is not on record"
        return undetermined(test, reason, citations=(_TEXTS[Limb.PRODUCTION],), rests_on=rests_on)
    reason = ", ".join(f"{plant} ({country})" for plant, country in countries.items())
    return Finding(test, Outcome.MET, None, None, reason, (), reason, rests_on, (_TEXTS[Limb.PRODUCTION],))
