"""The general conditions of a good, and the whole of a finished vehicle as one tree.

Production in the region is worked out from the plants on record. Transit, circumvention and records are conditions that
a determination of what was produced cannot see: they are listed with what checks them (ss.3(1), 10, 11(b) of 19 CFR 182
App A and SOR/2020-155; 19 CFR 182.15, 182.21).
"""

from collections.abc import Collection, Iterable, Mapping

from evidence.core.statements.use import VehicleClass
from evidence.origin.inputs import Inputs
from evidence.origin.limbs import CERTIFIED
from evidence.origin.staged_vehicle import STAGING
from evidence.origin.summary import CORE, PRODUCT_RULE
from evidence.rules.finding import Finding, Outcome, all_of
from evidence.rules.transit import CITATION as TRANSIT_CITATION
from evidence.rules.transit import no_circumvention
from evidence.rules.whole_vehicle import Limb, VehicleKind, made_in_region, whole_vehicle

GENERAL = "general conditions"
_RECORDS_CITATION = "19 CFR 182.15, 182.21, 182.103-182.104"
_KINDS = {
    VehicleClass.PASSENGER_VEHICLE: VehicleKind.PASSENGER_VEHICLE,
    VehicleClass.LIGHT_TRUCK: VehicleKind.LIGHT_TRUCK,
    VehicleClass.HEAVY_TRUCK: VehicleKind.HEAVY_TRUCK,
}
_LIMBS = {CORE: Limb.CORE_PARTS} | dict(
    zip((kind.value for kind in CERTIFIED), (Limb.LABOR, Limb.STEEL, Limb.ALUMINUM), strict=True)
)


def production(inputs: Inputs, region: Collection[str]) -> Finding:
    """Whether the plant asked about lies in the region."""
    plant = inputs.question.plant
    sites = [fact for fact in inputs.sites if fact.value.site == plant]
    country = sites[-1].value.country if sites else None
    return made_in_region({plant: country}, frozenset(region), rests_on=tuple(fact.ref for fact in sites))


def conditions(inputs: Inputs, region: Collection[str]) -> dict[Limb, Finding]:
    """Each general condition of the good asked about."""
    return {
        Limb.PRODUCTION: production(inputs, region),
        Limb.TRANSIT: _listed("transit", "checked for each shipment when preference is claimed", TRANSIT_CITATION),
        Limb.CIRCUMVENTION: no_circumvention(),
        Limb.RECORDS: _listed(
            "records", "those that this worksheet rests on are kept in the ledger", _RECORDS_CITATION
        ),
    }


def general(found: Mapping[Limb, Finding]) -> Finding:
    """The general conditions as one finding."""
    return all_of(GENERAL, found.values())


def whole(
    limbs: Iterable[tuple[str, Finding]],
    vehicle: VehicleClass | None,
    *,
    other: bool,
    inputs: Inputs,
    region: Collection[str],
) -> Finding:
    """Whether the good originates: of a finished vehicle its conjunction, of a part every limb.

    Args:
        limbs: every limb by its name.
        vehicle: the class of a vehicle that has one.
        other: whether it is a vehicle of s.20.
    """
    limbs = list(limbs)
    if vehicle is None and not other:
        return all_of("the good originates", [finding for _, finding in limbs])
    kind = VehicleKind.OTHER if vehicle is None else _KINDS[vehicle]
    if any(name == STAGING for name, _ in limbs):
        staged = all_of(STAGING, [finding for name, finding in limbs if name != GENERAL])
        return whole_vehicle(kind, conditions(inputs, region), staged=staged)
    rule = [finding for name, finding in limbs if name not in _LIMBS and name != GENERAL]
    alone = len(rule) == 1
    found = {Limb.PRODUCT_RULE: rule[0] if alone else all_of(PRODUCT_RULE, rule)}
    found |= {_LIMBS[name]: finding for name, finding in limbs if name in _LIMBS}
    return whole_vehicle(kind, found | conditions(inputs, region))


def _listed(test: str, checked: str, citation: str) -> Finding:
    reason = f"condition listed, not computed: {checked}"
    return Finding(test, Outcome.MET, None, None, "listed", (), reason, (), (citation,))
