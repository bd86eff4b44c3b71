"""What alternative staging asks of a vehicle and of its parts, with the figures of the approval where it sets any.

19 CFR 182 App A s.19(3)-(5) and SOR/2020-155: a content of 62.5 percent by net cost, steel and aluminum of 70 percent
unless the approval exempts the producer, a labor value content of 25; no core part. Parts of Table A.1 need 62.5 or
72.5 percent, and a battery of 8507.60 its tariff change. Who may use the regime, and when: `evidence.rules.staging`.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from evidence.errors import RuleError
from evidence.rules.exact import cut_down
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


def content(
    law: RuleSet,
    authorisation: Authorisation,
    vehicle: StagedClass,
    net_cost: Decimal | None,
    non_originating: Decimal | None,
    day: date,
    *,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """The vehicle's content by net cost against what the regime asks on `day` (s.19(3)).

    Raises:
        RuleError: no terms hold on `day`.
        NoValueInForce: there is no figure for that day.
    """
    needed = requirement(law, authorisation, vehicle, Requirement.CONTENT, day)
    return by_net_cost(net_cost, non_originating, needed, day, rests_on=rests_on)


def not_tested() -> Finding:
    """That core parts are no requirement of the regime (s.19(5))."""
    reason = "not tested under the regime"
    return Finding("core parts of Table A.2", Outcome.MET, None, None, reason, (), reason, (), (NO_CORE_CITATION,))


def exempt(test: str) -> Finding:
    """That the approval exempts the producer from a test of metals (s.19(4)(c))."""
    reason = "the approval exempts the producer"
    return Finding(test, Outcome.MET, None, None, "exempt", (), reason, (), (EXEMPT_CITATION,))


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
