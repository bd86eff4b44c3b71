"""What alternative staging asks of a vehicle and of its parts, with the figures of the approval where it sets any.

19 CFR 182 App A s.19(3)-(5) and SOR/2020-155: a content of 62.5 percent by net cost, steel and aluminum of 70 percent
unless the approval exempts the producer, a labor value content of 25; no core part. Parts of Table A.1 need 62.5 or
72.5 percent, and a battery of 8507.60 its tariff change. Who may use the regime, and when: `evidence.rules.staging`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from evidence.errors import MalformedValue, RuleError
from evidence.rules.exact import amount, cut_down, exactly, percent_down
from evidence.rules.finding import Finding, Outcome, all_of, any_of, undetermined
from evidence.rules.parameters import Law, Parameter
from evidence.rules.regional_value import by_net_cost, by_transaction_value
from evidence.rules.ruleset import RuleSet
from evidence.rules.staging import CITATION, SERIES_OF_CLASS, Authorisation, Requirement, StagedClass, Terms
from evidence.rules.tariff_shift import TariffInput, tariff_shift

NO_CORE_CITATION = "19 CFR 182 App A s.19(5); SOR/2020-155 s.19(5)"
EXEMPT_CITATION = "19 CFR 182 App A s.19(4)(c); SOR/2020-155 s.19(4)(c)"
_BATTERY = "850760"


def requirement(
    law: RuleSet, authorisation: Authorisation, vehicle: StagedClass, what: Requirement, day: date
) -> Parameter:
    """The figure that the regime asks for on `day`: the approval's where it sets one, else that of s.19.

    Beyond the period of s.19 itself, an approval that runs on and sets no figure of its own keeps the last one.

    Raises:
        RuleError: no terms hold on `day`.
        NoValueInForce: neither gives a figure for that day.
    """
    terms = authorisation.on(day)
    if terms is None:
        raise _no_terms(authorisation, day)
    regular = law.series(f"{SERIES_OF_CLASS[vehicle]}{what}")
    return _in_force(authorisation, terms, regular, terms.figures.get(what), day)


def parts_requirement(law: RuleSet, authorisation: Authorisation, day: date) -> Parameter:
    """The content by net cost that the regime asks of parts of Table A.1 on `day`, as `requirement` says.

    Raises:
        RuleError: no terms hold on `day`.
    """
    terms = authorisation.on(day)
    if terms is None:
        raise _no_terms(authorisation, day)
    return _in_force(authorisation, terms, law.series("ASR-A1-NC"), terms.parts_percent, day)


def _no_terms(authorisation: Authorisation, day: date) -> RuleError:
    return RuleError(f"No terms of {authorisation.terms[0].reference} hold on {day}; check the day or the amendments.")


def _in_force(
    authorisation: Authorisation, terms: Terms, regular: Parameter, figure: Decimal | None, day: date
) -> Parameter:
    """A figure of the regime, or the approval's own in its place, cited as recorded from it."""
    latest = regular.values[-1]
    runs_on = terms.last is not None and latest.last is not None and latest.last < day <= terms.last
    if figure is None and not runs_on:
        return regular
    source = f"approval {terms.reference} of {authorisation.authority}, as recorded; {CITATION}"
    value = Law(
        f"{regular.name} {terms.reference}", latest.amount if figure is None else figure, latest.unit, source,
        terms.since, terms.last or latest.last, authorisation.approved_on, "transcribed", latest.comparator,
        latest.condition,
    )  # fmt: skip
    return Parameter(value.name, regular.subject, regular.measure, regular.unit, (value,))


@dataclass(frozen=True, slots=True)
class StagedFigures:
    """What a vehicle under the regime is measured by; None is not known. Shares are in percent, unrounded or cut down.

    Attributes:
        tariff_change: the finding of its product rule's tariff change.
        steel, steel_originating: purchases of the period and what of them originates; the same for aluminum.
        labor_materials: high-wage material and manufacturing, in percent of net cost.
        labor_technology: high-wage technology expenditure, in percent, before its ceiling.
        labor_assembly: whether the high-wage assembly credit is earned.
    """

    tariff_change: Finding
    net_cost: Decimal | None
    non_originating: Decimal | None
    steel: Decimal | None
    steel_originating: Decimal | None
    aluminum: Decimal | None
    aluminum_originating: Decimal | None
    labor_materials: Decimal | None
    labor_technology: Decimal | None
    labor_assembly: bool | None
    rests_on: tuple[str, ...] = ()


def staged_vehicle(
    law: RuleSet, authorisation: Authorisation, vehicle: StagedClass, stands: Finding, figures: StagedFigures, day: date
) -> Finding:
    """The whole of a vehicle under the regime, in place of the tests of ss.13, 14, 17 and 18.

    Args:
        stands: the finding of `standing`.

    Raises:
        RuleError: no terms hold on `day`.
        NoValueInForce: a figure has no value on `day`.
    """
    terms = authorisation.on(day)
    if terms is None:
        return stands

    def needed(what: Requirement) -> Parameter:
        return requirement(law, authorisation, vehicle, what, day)

    parts = [
        stands,
        figures.tariff_change,
        by_net_cost(
            figures.net_cost, figures.non_originating, needed(Requirement.CONTENT), day, rests_on=figures.rests_on
        ),
        not_tested(),
        _metal("steel", terms.steel_exempt, figures.steel, figures.steel_originating, needed(Requirement.STEEL), day),
        _metal(
            "aluminum", terms.aluminum_exempt, figures.aluminum, figures.aluminum_originating,
            needed(Requirement.ALUMINUM), day,
        ),
        labor(
            figures,
            {what: needed(what).on(day) for what in Requirement if what.value.startswith(Requirement.LABOR.value)},
        ),
    ]  # fmt: skip
    return all_of(f"{vehicle.value} under alternative staging", parts, citations=(CITATION,))


def not_tested() -> Finding:
    """That core parts are no requirement of the regime (s.19(5))."""
    reason = "not tested under the regime"
    return Finding("core parts of Table A.2", Outcome.MET, None, None, reason, (), reason, (), (NO_CORE_CITATION,))


def exempt(test: str) -> Finding:
    """That the approval exempts the producer from a test of metals (s.19(4)(c))."""
    reason = "the approval exempts the producer"
    return Finding(test, Outcome.MET, None, None, "exempt", (), reason, (), (EXEMPT_CITATION,))


def _metal(
    name: str, exempted: bool, total: Decimal | None, originating: Decimal | None, needed: Parameter, day: date
) -> Finding:
    test = f"{name} purchases that originate"
    if exempted:
        return exempt(test)
    law = needed.on(day)
    if total is None or originating is None:
        return undetermined(test, f"the {name} purchases are not known", citations=(law.source,))
    amount(f"originating {name} purchases", originating)
    if amount(f"{name} purchases", total) == 0:
        return undetermined(test, f"no {name} purchase is on file", citations=(law.source,))
    if originating > total:
        raise MalformedValue(f"originating {name} purchases", str(originating), f"at most all of them, {total}")
    with exactly():
        met = originating * 100 >= law.amount * total
    shown = f"{percent_down(originating, total, 2)} % (at least {law.amount} %)"
    return Finding(
        test, Outcome.MET if met else Outcome.NOT_MET, percent_down(originating, total), law.amount, shown, (law,),
        shown, inputs=((f"{name} purchases", total), (f"originating {name} purchases", originating)),
    )  # fmt: skip


def labor(figures: StagedFigures, needed: Mapping[Requirement, Law]) -> Finding:
    """Labor value content under the regime from its figures: ``MM + min(technology, LVCT) + LVCA``.

    A credit that is not known counts as none. Otherwise as `labor_reached`.
    """
    cap, credit = needed[Requirement.LABOR_TECHNOLOGY], needed[Requirement.LABOR_ASSEMBLY]
    if figures.labor_materials is None:
        return labor_reached(None, None, needed)
    materials = Fraction(amount("high-wage materials", figures.labor_materials))
    technology = Fraction(amount("high-wage technology", figures.labor_technology or Decimal(0)))
    total = materials + min(technology, Fraction(cap.amount))
    return labor_reached(materials, total + (Fraction(credit.amount) if figures.labor_assembly else 0), needed)


def labor_reached(materials: Fraction | None, total: Fraction | None, needed: Mapping[Requirement, Law]) -> Finding:
    """Labor value content under the regime: high-wage materials at least LVCMM, and with the credits at least LVC.

    Args:
        materials: points of high-wage material and manufacturing, exact; None if not known.
        total: the same with the credits that count.
        needed: the figures of the labor requirements.
    """
    law, least = needed[Requirement.LABOR], needed[Requirement.LABOR_MATERIALS]
    if materials is None or total is None:
        return undetermined("labor value content", "the high-wage materials are not known", citations=(law.source,))
    parts = [_share("high-wage material and manufacturing", materials, least), _share("with the credits", total, law)]
    return all_of("labor value content", parts, citations=(CITATION,))


def _share(test: str, reached: Fraction, law: Law) -> Finding:
    outcome = Outcome.MET if reached >= Fraction(law.amount) else Outcome.NOT_MET
    shown = f"{cut_down(reached, 2)} % (at least {law.amount} %)"
    return Finding(test, outcome, cut_down(reached), law.amount, shown, (law,), shown)


def staged_part(
    law: RuleSet,
    code: str,
    day: date,
    *,
    net_cost: Decimal | None,
    non_originating: Decimal | None,
    total_cost: Decimal | None,
    transaction_value: Decimal | None = None,
    materials: tuple[TariffInput, ...] = (),
    needed: Parameter | None = None,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """A Table A.1 part for a vehicle under the regime: its content, or for a battery of 8507.60 its tariff change.

    The battery needs a change from within 8507.60 or from any other subheading. `transaction_value` is given only
    where the part's product rule offers that method and its producer chose it. `needed` is the content by net cost
    where an approval sets one (`parts_requirement`), and that of s.19 otherwise.

    Raises:
        NoValueInForce: the figure has no value on `day`.
        MalformedValue: a figure is outside its range.
    """
    if code.replace(".", "").startswith(_BATTERY):
        return tariff_shift(
            code, "8507.60 or any other subheading", "", materials, base=total_cost, limit=law.series("DEMIN-CTC"),
            day=day, citation=CITATION, test="battery of 8507.60 under alternative staging",
        )  # fmt: skip
    test = "Table A.1 part under alternative staging"
    least = law.series("ASR-A1-NC") if needed is None else needed
    content = by_net_cost(net_cost, non_originating, least, day, rests_on=rests_on)
    if transaction_value is None:
        return all_of(test, [content], citations=(CITATION,))
    least = law.series("ASR-A1-TV")
    other = by_transaction_value(transaction_value, non_originating, least, day, rests_on=rests_on)
    return any_of(test, [content, other], citations=(CITATION,))
