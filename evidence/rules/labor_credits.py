"""The two credits of labor value content: for technology, and for the assembly of engines, transmissions or batteries.

19 CFR 182 App A s.12, s.18(9)-(14); SOR/2020-155 s.12, s.18(9)-(14); 29 CFR 810.200, 810.300. Both are points that are
added to the high-wage material and labor share. What is not known earns nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from evidence.core.statements.labour import AssemblyGood
from evidence.core.values import Period, add_months
from evidence.errors import MalformedValue
from evidence.rules.exact import amount, cut_down, exactly
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.ruleset import RuleSet
from evidence.rules.wages import CURRENCIES

TECHNOLOGY = "19 CFR 182 App A s.12, s.18(9)-(11); SOR/2020-155 s.12, s.18(9)-(11); 29 CFR 810.200"
ASSEMBLY = "19 CFR 182 App A s.12, s.18(12)-(14); SOR/2020-155 s.12, s.18(12)-(14); 29 CFR 810.300"
CAPACITY = "assembly-capacity"
"""The choice whether the capacity is of originating goods."""
_NONE = Fraction(0)


class WageBillKind(StrEnum):
    """The corporate wages that the technology credit is worked out from."""

    RESEARCH = "research and development"
    INFORMATION_TECHNOLOGY = "information technology"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class WageBill:
    """What an entity of the vehicle producer spent on one kind of wages over the year.

    `wages` are wages alone: no capital and no other cost; None where not known. `in_region` is None where not known.
    """

    key: str
    kind: WageBillKind
    in_region: bool | None
    wages: Decimal | None

    def __post_init__(self) -> None:
        if self.wages is not None:
            amount(f"{self.kind} wages, {self.key}", self.wages)


@dataclass(frozen=True, slots=True)
class Credit:
    """Points of a credit: `earned` before any cap, `counted` after it; the finding says why."""

    earned: Fraction
    counted: Fraction
    finding: Finding


def technology_credit(
    bills: Iterable[WageBill], series: str, law: RuleSet, day: date, *, rests_on: tuple[str, ...] = ()
) -> Credit:
    """``research and IT wages / production wages * 100``, annual, corporate, in the region, at most the cap.

    Against the claim: research or IT wages of no known place or figure count as nothing; production wages of no known
    place count, and of no known figure leave no credit.

    Args:
        bills: the year's wages; all in one currency.
        series: whose cap, as ``PV`` or ``ASR-LT``: the series ``{series}-LVCT``.
        law: the rule set.
        day: the day of the threshold.
        rests_on: identifiers of what the figures came from.

    Raises:
        NoValueInForce: no cap binds on `day`.
    """
    test = "high-wage technology credit"
    cap = law.series(f"{series}-LVCT").on(day)
    technology, production = Decimal(0), Decimal(0)
    left_out = []
    with exactly():
        for bill in bills:
            if bill.kind is WageBillKind.PRODUCTION:
                if bill.in_region is False:
                    continue
                if bill.wages is None:
                    missing = f"production wages of {bill.key} are not known"
                    return _no_credit(undetermined(test, missing, citations=(cap.source, TECHNOLOGY)), rests_on)
                production += bill.wages
            elif bill.wages is None or not bill.in_region:
                left_out.append(bill.key)
            else:
                technology += bill.wages
    if production == 0:
        reason = "no production wages in the region are known"
        return _no_credit(undetermined(test, reason, citations=(cap.source, TECHNOLOGY)), rests_on)
    earned = Fraction(technology) / Fraction(production) * 100
    counted = min(earned, Fraction(cap.amount))
    reason = f"{technology} of {production} is {cut_down(earned, 2)} points" + (
        f", of which {cap.amount} count" if counted < earned else ""
    )
    if left_out:
        reason += f"; without {', '.join(left_out)}, of no known figure in the region"
    finding = Finding(
        test=test,
        outcome=Outcome.MET if counted else Outcome.NOT_MET,
        figure=cut_down(counted),
        bound=cap.amount,
        shown=f"{cut_down(counted, 2)} points (at most {cap.amount})",
        law=(cap,),
        reason=reason,
        rests_on=rests_on,
        citations=(TECHNOLOGY,),
        inputs=(("research and IT wages", technology), ("production wages", production)),
    )
    return Credit(earned, counted, finding)


_LIGHT_CAPACITY = {
    AssemblyGood.ENGINES: "HWAC-ENGINES",
    AssemblyGood.TRANSMISSIONS: "HWAC-TRANSMISSIONS",
    AssemblyGood.BATTERY_PACKS: "HWAC-PACKS",
}


@dataclass(frozen=True, slots=True)
class AssemblyPlant:
    """One plant that may carry the credit.

    Attributes:
        key: the plant.
        country: its country, two letters.
        makes: what it makes.
        capacity: units a year, as records show it; None where no record does.
        originating_capacity: those of it that are of originating goods; None where not recorded.
        own: whether the vehicle producer runs it.
        contract: of a plant that is not its own, the days that the contract with it runs; None without one.
        wages: the wage test over the whole plant (29 CFR 810.300(b)).
        rests_on: identifiers of what this came from.
    """

    key: str
    country: str
    makes: AssemblyGood
    capacity: Decimal | None
    originating_capacity: Decimal | None
    own: bool
    contract: Period | None
    wages: Finding
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("capacity", "originating_capacity"):
            if getattr(self, name) is not None:
                amount(f"{name.replace('_', ' ')} of {self.key}", getattr(self, name))
        if self.originating_capacity is not None and self.originating_capacity > (self.capacity or 0):
            raise MalformedValue(
                f"originating capacity of {self.key}", str(self.originating_capacity), f"at most {self.capacity}"
            )


def assembly_credit(
    plants: Iterable[AssemblyPlant], series: str, law: RuleSet, day: date, reading: str | None = None
) -> Credit:
    """Five points where one plant carries them, once whatever the number of plants; otherwise none.

    A plant counted for its materials may carry the credit too (29 CFR 810.300(e)).

    Args:
        plants: the plants that could carry it.
        series: as of `technology_credit`; the series ``{series}-LVCA``. ``HT`` has its own capacity.
        law: the rule set.
        day: the day of the threshold.
        reading: that of `assembly-capacity`.

    Raises:
        NoValueInForce: no credit binds on `day`.
        RuleError: there is no such reading.
    """
    test = "high-wage assembly credit"
    credit = law.series(f"{series}-LVCA").on(day)
    option = law.choice(CAPACITY, reading)
    heavy = series.endswith("HT")
    parts = tuple(_plant(plant, heavy, law, day, originating=option.name == "originating") for plant in plants)
    citations = (ASSEMBLY, f"{option.source} [{option.confidence}]")
    if not parts:
        reason = "no plant of engines, transmissions or batteries is recorded"
        return _no_credit(undetermined(test, reason, citations=(credit.source, *citations)), ())
    met = [part for part in parts if part.met]
    points = Fraction(credit.amount) if met else _NONE
    outcome = Outcome.MET if met else Outcome.NOT_MET
    if not met and any(part.outcome is Outcome.NOT_DETERMINABLE for part in parts):
        outcome = Outcome.NOT_DETERMINABLE
    finding = Finding(
        test=test,
        outcome=outcome,
        figure=cut_down(points),
        bound=credit.amount,
        shown=f"{cut_down(points, 0)} points",
        law=(credit,),
        reason="; ".join(part.reason for part in (met[:1] or parts)),
        rests_on=tuple(dict.fromkeys(ref for part in parts for ref in part.rests_on)),
        citations=citations,
        parts=parts,
    )
    return Credit(points, points, finding)


def _plant(plant: AssemblyPlant, heavy: bool, law: RuleSet, day: date, *, originating: bool) -> Finding:
    test = f"assembly plant {plant.key}"
    wanted = law.series("HWAC-HEAVY" if heavy else _LIGHT_CAPACITY[plant.makes]).on(day)
    capacity = plant.originating_capacity if originating else plant.capacity
    kind = f"originating {plant.makes.value}" if originating else plant.makes.value
    refs = tuple(dict.fromkeys((*plant.rests_on, *plant.wages.rests_on)))

    def found(outcome: Outcome, reason: str) -> Finding:
        shown = f"{capacity} {kind} a year (at least {wanted.amount})"
        said = f"{plant.key}: {reason}"
        return Finding(test, outcome, capacity, wanted.amount, shown, (wanted,), said, refs, parts=(plant.wages,))

    if plant.country not in CURRENCIES:
        return found(Outcome.NOT_MET, f"it is in {plant.country or 'no recorded country'}, outside the region")
    if not plant.wages.met:
        return found(plant.wages.outcome, f"not shown to pay the rate over the entire plant: {plant.wages.reason}")
    lasting = _lasting(plant, law, day)
    if lasting:
        return found(Outcome.NOT_MET, lasting)
    if capacity is None:
        return found(Outcome.NOT_DETERMINABLE, f"no record shows its capacity of {kind}")
    met = capacity >= wanted.amount
    said = "is not less than" if met else "is less than"
    return found(
        Outcome.MET if met else Outcome.NOT_MET, f"a capacity of {capacity} {kind} {said} {wanted.amount} a year"
    )


def _lasting(plant: AssemblyPlant, law: RuleSet, day: date) -> str:
    """Why a plant that is not the producer's own does not count; empty where it does."""
    if plant.own:
        return ""
    if plant.contract is None:
        return "it is not the producer's own, and no contract with it is recorded"
    months = law.series("HWAC-CONTRACT").on(day).amount
    if add_months(plant.contract.first, int(months)) - timedelta(days=1) > plant.contract.last:
        return f"the contract with it, {plant.contract}, is of less than {months} months"
    return "" if day in plant.contract else f"the contract with it, {plant.contract}, is not in force on {day}"


def _no_credit(finding: Finding, rests_on: tuple[str, ...]) -> Credit:
    if rests_on:
        finding = undetermined(finding.test, finding.reason, citations=finding.citations, rests_on=rests_on)
    return Credit(_NONE, _NONE, finding)
