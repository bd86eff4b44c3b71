"""Labor value content: the share of a vehicle that is made at high wages, with the credits for technology and assembly.

19 CFR 182 App A s.18(1)-(8), (20)-(22); SOR/2020-155 s.18. Two formulas (s.18(6)):

    net cost               (HWLC + HWM + HWT) / NC * 100 + HWTC + HWAC
    annual purchase value  (APV + HWLC* + HWT) / (TAPV + HWLC*) * 100 + HWTC + HWAC,  * in both or in neither

Two conditions: the whole is at least the total of the class and day, and its first term (high-wage material and
manufacturing, HWT in it) at least its own minimum. The shares are exact fractions and compared as such; nothing rounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from evidence.errors import MalformedValue, NoValueInForce
from evidence.rules.exact import amount, cut_down, cut_up, exactly
from evidence.rules.finding import Finding, Outcome, all_of, undetermined
from evidence.rules.high_wage import HighWage
from evidence.rules.labor_credits import Credit
from evidence.rules.parameters import Law, Parameter
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.18(3), (6); SOR/2020-155 s.18(3), (6)"
HEAVY_CREDIT = "19 CFR 182 App A s.18(22); SOR/2020-155 s.18(22)"
FLOOR = "heavy-credit-floor"
"""The choice whether the floor of the heavy-truck credit is tested before or after the credit."""
SERIES = {"passenger_vehicle": "PV", "light_truck": "LT", "heavy_truck": "HT"}
"""The dated series of each class of vehicle; those of alternative staging are ``ASR-PV`` and ``ASR-LT``."""


class Formula(StrEnum):
    """The formulas of s.18(6)."""

    NET_COST = "net cost"
    PURCHASES = "annual purchase value"


@dataclass(frozen=True, slots=True)
class LaborShare:
    """The first term of a formula: what is made at high wages, and what it is a share of.

    `points` is None where the share cannot be stated; `reason` then says why.
    """

    formula: Formula
    high_wage: Decimal
    whole: Decimal | None
    reason: str = ""
    inputs: tuple[tuple[str, Decimal], ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def points(self) -> Fraction | None:
        if self.whole is None or self.whole <= 0:
            return None
        return Fraction(self.high_wage) / Fraction(self.whole) * 100


def by_net_cost(
    net_cost: Decimal | None, labor: Decimal | None, counted: HighWage, *, rests_on: tuple[str, ...] = ()
) -> LaborShare:
    """``(HWLC + HWM + HWT) / NC``, in one currency and for the same vehicles (s.18(6)(a)).

    Args:
        net_cost: NC of the vehicles; unknown, the share is not determinable.
        labor: HWLC, zero or more: wages without benefits of direct production at a qualifying assembly plant; unknown
            or of a plant that does not qualify, it counts as nothing.
        counted: the high-wage materials and transport that count, each once.
        rests_on: identifiers of what net cost and labor came from.

    Raises:
        MalformedValue: a figure outside its range.
    """
    high_wage, inputs = _numerator(labor, counted)
    refs = (*rests_on, *counted.rests_on)
    if net_cost is None:
        return LaborShare(Formula.NET_COST, high_wage, None, "net cost is not known", inputs, refs)
    amount("net cost", net_cost, may_be_negative=True)
    reason = "" if net_cost > 0 else f"net cost is {net_cost}, and a share can be stated only of an amount above zero"
    return LaborShare(Formula.NET_COST, high_wage, net_cost, reason, (*inputs, ("net cost", net_cost)), refs)


def by_annual_purchases(
    purchases: Decimal | None,
    labor: Decimal | None,
    counted: HighWage,
    *,
    with_labor: bool = True,
    rests_on: tuple[str, ...] = (),
) -> LaborShare:
    """``(APV + HWLC* + HWT) / (TAPV + HWLC*)`` over a year (s.18(6)(b)).

    Args:
        purchases: TAPV, all parts and materials bought in the year for the production of covered vehicles at the
            plant; unknown, the share is not determinable. An unsupported purchase stays in it.
        labor: as of `by_net_cost`.
        counted: high-wage materials of those purchases (APV) and transport, each once.
        with_labor: whether HWLC is added, to both terms; left out, it is in neither.
        rests_on: identifiers of what the purchases and labor came from.

    Raises:
        MalformedValue: a figure outside its range, or more high-wage purchases than purchases.
    """
    labor = labor if with_labor else None
    high_wage, inputs = _numerator(labor, counted)
    refs = (*rests_on, *counted.rests_on)
    if purchases is None:
        return LaborShare(Formula.PURCHASES, high_wage, None, "total annual purchases are not known", inputs, refs)
    amount("total annual purchase value", purchases)
    if counted.materials > purchases:
        raise MalformedValue("annual purchase value", str(counted.materials), f"at most {purchases}, all purchases")
    with exactly():
        whole = purchases + (labor or Decimal(0))
    reason = "" if whole else "total annual purchases are 0, and a share can be stated only of an amount above zero"
    inputs = (*inputs, ("total annual purchase value", purchases))
    return LaborShare(Formula.PURCHASES, high_wage, whole, reason, inputs, refs)


def _numerator(labor: Decimal | None, counted: HighWage) -> tuple[Decimal, tuple[tuple[str, Decimal], ...]]:
    labor = amount("high-wage labor costs", labor if labor is not None else Decimal(0))
    with exactly():
        high_wage = labor + counted.materials + counted.transport
    return high_wage, (
        ("high-wage labor costs", labor),
        ("high-wage materials", counted.materials),
        ("high-wage transport", counted.transport),
    )


def sum_of(shares: Iterable[LaborShare]) -> LaborShare:
    """One share over several vehicles or months: the sum of the numerators over the sum of the wholes (s.18(15)).

    Never a mean of percentages; one whole that is not known leaves the sum unknown.

    Raises:
        MalformedValue: no share, or shares by different formulas.
    """
    shares = tuple(shares)
    formulas = {share.formula for share in shares}
    if len(formulas) != 1:
        found = ", ".join(sorted(formulas)) or "no share"
        raise MalformedValue("shares to be averaged", found, "one formula for all of them")
    whole: Decimal | None = Decimal(0)
    inputs: dict[str, Decimal] = {}
    with exactly():
        for share in shares:
            whole = None if whole is None or share.whole is None else whole + share.whole
            for name, figure in share.inputs:
                inputs[name] = inputs.get(name, Decimal(0)) + figure
        high_wage = sum((share.high_wage for share in shares), Decimal(0))
    reason = next((share.reason for share in shares if share.reason), "")
    refs = tuple(dict.fromkeys(ref for share in shares for ref in share.rests_on))
    return LaborShare(formulas.pop(), high_wage, whole, reason, tuple(inputs.items()), refs)


@dataclass(frozen=True, slots=True)
class LaborValue:
    """Labor value content worked out: exact points, None where not determinable, and the finding with both conditions.

    `wanting` is the further high-wage value that would meet both conditions, cut upwards; nothing where they are met.
    """

    share: LaborShare
    material_manufacturing: Fraction | None
    technology: Fraction
    assembly: Fraction
    total: Fraction | None
    wanting: Decimal | None
    finding: Finding


def labor_value(
    share: LaborShare, technology: Credit, assembly: Credit, series: str, law: RuleSet, day: date
) -> LaborValue:
    """Labor value content against both conditions of a class on `day`.

    Args:
        share: the first term, by either formula.
        technology: the technology credit; it has its cap already.
        assembly: the assembly credit.
        series: ``PV``, ``LT`` or ``HT``, or ``ASR-PV`` or ``ASR-LT`` under alternative staging.
        law: the rule set.
        day: the day of the threshold.

    Raises:
        NoValueInForce: a threshold has no value on `day`.
    """
    whole, least = law.series(f"{series}-LVC").on(day), law.series(f"{series}-LVCMM").on(day)
    test, refs = f"labor value content, {share.formula} formula", share.rests_on
    points = share.points
    if points is None:
        reason = share.reason or "the share is not known"
        parts = [
            undetermined(name, reason, citations=(each.source, CITATION), rests_on=refs)
            for name, each in (("labor value content, total", whole), (_MM, least))
        ]
        finding = all_of(test, [*parts], citations=(CITATION,))
        return LaborValue(share, None, technology.counted, assembly.counted, None, None, finding)
    credited = technology.counted + assembly.counted
    total = points + credited
    made_of = (
        f"{cut_down(points, 2)} of material and manufacturing, {cut_down(technology.counted, 2)} of technology, "
        f"{cut_down(assembly.counted, 2)} of assembly"
    )
    parts = [
        replace(
            _at_least("labor value content, total", total, whole, f" ({made_of})", (), refs),
            parts=(technology.finding, assembly.finding),
        ),
        _at_least(_MM, points, least, "", share.inputs, refs),
    ]
    wanted = max(Fraction(whole.amount) - credited, Fraction(least.amount)) - points
    wanting = cut_up(max(wanted, Fraction(0)) * Fraction(share.whole or 0) / 100, 2)
    finding = all_of(test, parts, citations=(CITATION,))
    return LaborValue(share, points, technology.counted, assembly.counted, total, wanting, finding)


_MM = "labor value content, high-wage material and manufacturing"


def _at_least(
    test: str, points: Fraction, law: Law, more: str, inputs: tuple[tuple[str, Decimal], ...], refs: tuple[str, ...]
) -> Finding:
    met = points >= Fraction(law.amount)
    reached = cut_down(points, 2)
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=cut_down(points),
        bound=law.amount,
        shown=f"{reached} % (at least {law.amount} %)",
        law=(law,),
        reason=f"{reached} % {'is not less than' if met else 'is less than'} {law.amount} %{more}",
        rests_on=refs,
        citations=(CITATION,),
        inputs=inputs,
    )


def heavy_truck_credit(
    material_manufacturing: Fraction | None, total: Fraction | None, certified: bool, law: RuleSet, day: date
) -> tuple[Fraction, str]:
    """The points that a heavy truck's labor value content adds to its regional value content, and why (s.18(22)).

    ``MM - 30`` where the certified total is above 45 because MM is above 30, to the day before the regulations' "ending
    July 1, 2027"; otherwise none. No cap is printed.

    >>> heavy_truck_credit(Fraction(33), Fraction(48), True, RuleSet.load(), date(2025, 3, 1))[0]
    Fraction(3, 1)
    """
    try:
        law.series("HT-CREDIT-FLOOR").on(day)
    except NoValueInForce:
        return Fraction(0), f"no credit is open on {day}"
    least, whole = law.series("HT-LVCMM").on(day), law.series("HT-LVC").on(day)
    if not certified:
        return Fraction(0), "no certified labor value content is on file"
    if material_manufacturing is None or total is None:
        return Fraction(0), "the labor value content is not known"
    if total <= Fraction(whole.amount):
        return Fraction(0), f"the labor value content, {cut_down(total, 2)} %, is not above {whole.amount} %"
    over = material_manufacturing - Fraction(least.amount)
    if over <= 0:
        return Fraction(0), f"material and manufacturing is not above {least.amount} %"
    return over, f"material and manufacturing is {cut_down(over, 2)} points above {least.amount} %"


def with_heavy_truck_credit(
    base: Decimal | None,
    non_originating: Decimal | None,
    credit: tuple[Fraction, str],
    threshold: Parameter,
    law: RuleSet,
    day: date,
    reading: str | None = None,
    *,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """A heavy truck's regional value content with the credit, held against the percentage of the day and the floor.

    Args:
        base: net cost; non_originating: VNM; both as in `regional_value.by_net_cost`.
        credit: of `heavy_truck_credit`.
        threshold: the series of the truck's content, ``HT-RVC``.
        law: the rule set.
        day: the day of the threshold.
        reading: that of `heavy-credit-floor`.
        rests_on: identifiers of what the figures came from.

    Raises:
        NoValueInForce: no percentage binds on `day`.
        RuleError: there is no such reading.
    """
    test = "regional value content with the credit for labor value content"
    wanted = threshold.on(day)
    points, why = credit
    option = law.choice(FLOOR, reading)
    citations = (HEAVY_CREDIT, f"{option.source} [{option.confidence}]")
    if base is None or non_originating is None or base <= 0:
        return undetermined(
            test, "net cost or the value of non-originating materials is not known", citations=citations
        )
    with exactly():
        content = (Fraction(base) - Fraction(non_originating)) / Fraction(base) * 100
    credited = content + points
    applied = [wanted]
    try:
        floor = law.series("HT-CREDIT-FLOOR").on(day)
        applied.append(floor)
        held = content if option.name == "before-credit" else credited
        over_floor = held >= Fraction(floor.amount)
        below = "" if over_floor else f"; the content itself is below the floor of {floor.amount} %"
    except NoValueInForce:
        over_floor, below = True, ""
    met = over_floor and credited >= Fraction(wanted.amount)
    said = f"{cut_down(content, 2)} % and {cut_down(points, 2)} points"
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=cut_down(credited),
        bound=wanted.amount,
        shown=f"{said} (at least {wanted.amount} %)",
        law=tuple(applied),
        reason=f"{said} come to {cut_down(credited, 2)} % against {wanted.amount} %; {why}{below}",
        rests_on=rests_on,
        citations=citations,
        inputs=(("net cost", base), ("value of non-originating materials", non_originating)),
    )
