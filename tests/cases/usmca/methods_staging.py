"""Alternative staging of UR s.19: who may use it, what it asks, and how much of the production it may cover."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidence.core.statements.metal import Metal
from evidence.rules.finding import Finding, Outcome, all_of
from evidence.rules.parameters import Law
from evidence.rules.ruleset import RuleSet
from evidence.rules.staged import content, exempt, labor_reached, not_tested, requirement, staged_part
from evidence.rules.staging import (
    Authorisation,
    BaseVolume,
    Requirement,
    StagedClass,
    Terms,
    standing,
    within_share,
)
from evidence.rules.steel_aluminum import share
from evidence.rules.tariff_shift import TariffInput

LAW = RuleSet.load()


def _figure(given: Mapping[str, Any], name: str) -> Decimal | None:
    value = given.get(name, "unknown")
    return None if value == "unknown" else Decimal(value)


def _authorisation(given: Mapping[str, Any]) -> Authorisation:
    terms = tuple(
        Terms(
            reference=row["reference"],
            since=row["since"],
            last=row.get("last"),
            models=tuple(row["models"]),
            figures={Requirement(name): Decimal(figure) for name, figure in row.get("figures", {}).items()},
            steel_exempt=row.get("steel_exempt", False),
            aluminum_exempt=row.get("aluminum_exempt", False),
            cap_units=_figure(row, "cap"),
            nafta_until=row.get("nafta_until"),
        )
        for row in given["terms"]
    )
    return Authorisation(given["producer"], "the approving authority", terms[0].since, terms)


def _stands(given: Mapping[str, Any]) -> Finding:
    return standing(
        LAW,
        _authorisation(given),
        StagedClass(given["class"]),
        given["day"],
        producer=given.get("asked_by", given["producer"]),
        model_line=given.get("model"),
        used_units=_figure(given, "used"),
        reading=given.get("reading"),
    )


def _standing(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether the vehicle may use the regime, and the figures that it asks for on the day."""
    found, day = _stands(given), given["day"]
    authorisation, vehicle = _authorisation(given), StagedClass(given["class"])
    asked = {}
    if authorisation.on(day) is not None and not given.get("after_the_end", False):
        asked = {what.value: requirement(LAW, authorisation, vehicle, what, day).on(day).amount for what in Requirement}
    return {"standing": found.outcome.value, "asks": asked}


def _vehicle(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The whole vehicle under the regime; `asks` names the tests that are not met."""
    change = Outcome(given.get("tariff_change", "met"))
    authorisation, vehicle, day = _authorisation(given), StagedClass(given["class"]), given["day"]
    needed = {what: requirement(LAW, authorisation, vehicle, what, day).on(day) for what in Requirement}
    parts = [
        _stands(given),
        Finding("tariff change", change, None, None, change.value, (), change.value),
        content(LAW, authorisation, vehicle, _figure(given, "net_cost"), _figure(given, "vnm"), day),
        not_tested(),
        _metal(given, Metal.STEEL, needed[Requirement.STEEL]),
        _metal(given, Metal.ALUMINUM, needed[Requirement.ALUMINUM]),
        _labor(given, needed),
    ]
    found = all_of(f"{vehicle.value} under alternative staging", parts)
    return {"outcome": found.outcome.value, "against": [part.test for part in parts if not part.met]}


def _metal(given: Mapping[str, Any], metal: Metal, law: Law) -> Finding:
    terms = _authorisation(given).on(given["day"])
    spared = terms is not None and (terms.steel_exempt if metal is Metal.STEEL else terms.aluminum_exempt)
    if spared:
        return exempt(f"{metal.value} purchases that originate")
    return share(metal, _figure(given, metal.value), _figure(given, f"{metal.value}_originating"), law)


def _labor(given: Mapping[str, Any], needed: Mapping[Requirement, Law]) -> Finding:
    """``MM + min(technology, LVCT) + LVCA``; a credit that is not known counts as none."""
    materials = _figure(given, "mm")
    if materials is None:
        return labor_reached(None, None, needed)
    technology = min(_figure(given, "tech") or Decimal(0), needed[Requirement.LABOR_TECHNOLOGY].amount)
    assembly = needed[Requirement.LABOR_ASSEMBLY].amount if given.get("assembly") else Decimal(0)
    return labor_reached(Fraction(materials), Fraction(materials + technology + assembly), needed)


def _share(given: Mapping[str, Any]) -> Mapping[str, Any]:
    base = BaseVolume(_figure(given, "twelve_months"), _figure(given, "thirty_six_months"))
    found = within_share(LAW, _figure(given, "cap"), base, given["day"], credible_plan=given.get("credible_plan"))
    return {"outcome": found.outcome.value, "share": found.figure}


def _part(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Table A.1 part for a vehicle under the regime."""
    materials = tuple(
        TariffInput(row["name"], row["code"], Decimal(row["value"])) for row in given.get("materials", ())
    )
    found = staged_part(
        LAW, given["code"], given["day"], net_cost=_figure(given, "net_cost"), non_originating=_figure(given, "vnm"),
        total_cost=_figure(given, "net_cost"), transaction_value=_figure(given, "transaction_value"),
        materials=materials,
    )  # fmt: skip
    return {"outcome": found.outcome.value}


METHODS = {
    "staging.standing": _standing,
    "staging.vehicle": _vehicle,
    "staging.share": _share,
    "staging.part": _part,
}
