"""50 percent for some years after a new plant or a refit, for an other vehicle.

19 CFR 182 App A s.12, s.20(8) and SOR/2020-155: five years from the first motor vehicle prototype in a new building
with substantially all new machinery, two years from the first one after the plant was closed for at least three months;
each time only for a vehicle that is new to the assembler there. What is new is a fact to be recorded, never inferred.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from evidence.core.values import add_months
from evidence.errors import MalformedValue
from evidence.rules.finding import Finding, Outcome, all_of, any_of, undetermined
from evidence.rules.other_vehicles import Group
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.20(8); SOR/2020-155 s.20(8)"
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Novelty:
    """What a vehicle is compared with: in a new plant all that the assembler made in the region before, after a refit
    what it assembled in that plant before. None is not known.
    """

    new_class: bool | None = None
    new_marque: bool | None = None
    new_size_category: bool | None = None
    new_underbody: bool | None = None


def new_plant(
    law: RuleSet,
    found: Group,
    prototype_on: date,
    *,
    new_building: bool | None,
    new_machinery: bool | None,
    novelty: Novelty,
    day: date,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether 50 percent is enough because the plant is new (s.20(8)(a)); `law` of the finding names the series.

    Args:
        found: the vehicle's group; size category and underbody do not serve for a vehicle of s.20(3).
        prototype_on: the day of the first motor vehicle prototype.
        new_building: whether the plant is a new building in which the vehicle is assembled.
        new_machinery: whether it holds substantially all new machinery for that.
        novelty: as `Novelty`.
        day: the day whose law applies, within the years counted from the prototype.
        rests_on: identifiers of what shows it.

    Raises:
        NoValueInForce: the series has no value on `day`.
    """
    parts = [
        _within(law, "OV-NEWPLANT-YEARS", prototype_on, day),
        _fact("a new building", new_building, rests_on),
        _fact("substantially all new machinery", new_machinery, rests_on),
        _novel(found, novelty, "not made by the assembler in the region before", rests_on),
    ]
    return _reduced(law, "OV-NEWPLANT", "50 percent after a new plant", parts, day)


def refit(
    law: RuleSet,
    found: Group,
    prototype_on: date,
    *,
    closed_from: date | None,
    closed_to: date | None,
    novelty: Novelty,
    day: date,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether 50 percent is enough because the plant was refitted (s.20(8)(b)).

    `closed_from` and `closed_to` are the first and last day on which it was closed for conversion or retooling;
    otherwise as `new_plant`.

    Raises:
        NoValueInForce: a series has no value on `day`.
        MalformedValue: the closure ends before it begins, or not before the first prototype, which follows it (s.12).
    """
    parts = [
        _within(law, "OV-REFIT-YEARS", prototype_on, day),
        _closure(law, closed_from, closed_to, prototype_on, day, rests_on),
        _novel(found, novelty, "not what was assembled in the plant before", rests_on),
    ]
    return _reduced(law, "OV-REFIT", "50 percent after a refit", parts, day)


def _within(law: RuleSet, name: str, first: date, day: date) -> Finding:
    """Whether `day` is within the years of the series from `first`, which is counted as their first day.

    So the last day is the one before the anniversary; the text does not say whether the anniversary itself is within,
    and the shorter reading cannot mislead.
    """
    term = law.series(name).on(day)
    last = add_months(first, int(term.amount) * _MONTHS_A_YEAR) - timedelta(days=1)
    met = first <= day <= last
    return Finding(
        "within the years from the first prototype",
        Outcome.MET if met else Outcome.NOT_MET,
        None, None, f"{day}, of {first} to {last}", (term,),
        f"{day} is {'within' if met else 'outside'} {first} to {last}",
    )  # fmt: skip


def _closure(
    law: RuleSet, first: date | None, last: date | None, prototype_on: date, day: date, rests_on: tuple[str, ...]
) -> Finding:
    term = law.series("OV-REFIT-CLOSURE").on(day)
    test = f"closure of the plant for at least {term.amount} months"
    if first is None or last is None:
        return undetermined(test, "the days of the closure are not recorded", citations=(term.source,))
    if last < first or prototype_on <= last:
        found = f"{first} to {last}, prototype on {prototype_on}"
        raise MalformedValue(
            "closure for a refit", found, "a closure that begins before it ends, and ends before the prototype"
        )
    needed = add_months(first, int(term.amount)) - timedelta(days=1)
    met = last >= needed
    reason = f"closed {first} to {last}; to {needed} at least"
    return Finding(test, Outcome.MET if met else Outcome.NOT_MET, None, None, reason, (term,), reason, rests_on)


def _fact(test: str, holds: bool | None, rests_on: tuple[str, ...]) -> Finding:
    if holds is None:
        return undetermined(test, "not recorded", citations=(CITATION,), rests_on=rests_on)
    outcome = Outcome.MET if holds else Outcome.NOT_MET
    shown = "as recorded" if holds else "not so, as recorded"
    return Finding(test, outcome, None, None, shown, (), shown, rests_on, (CITATION,))


def _novel(found: Group, novelty: Novelty, compared: str, rests_on: tuple[str, ...]) -> Finding:
    ways = [
        _fact(f"a class {compared}", novelty.new_class, rests_on),
        _fact(f"a marque {compared}", novelty.new_marque, rests_on),
    ]
    if found is not Group.S20_3:
        both = [
            _fact(f"a size category {compared}", novelty.new_size_category, rests_on),
            _fact(f"an underbody {compared}", novelty.new_underbody, rests_on),
        ]
        ways.append(all_of(f"size category and underbody {compared}", both, citations=(CITATION,)))
    return any_of(f"a vehicle {compared}", ways, citations=(CITATION,))


def _reduced(law: RuleSet, series: str, test: str, parts: list[Finding], day: date) -> Finding:
    whole = all_of(test, parts, citations=(CITATION,))
    return replace(whole, law=(law.series(series).on(day),))
