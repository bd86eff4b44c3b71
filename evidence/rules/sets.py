"""Sets, and goods that share a heading with their parts or come unassembled.

A set put up for retail sale (General Rule of Interpretation 3) originates where each good in it does, or where those
that do not are worth at most a tenth of it: HTSUS GN 11(i), USMCA art. 4.17. A good whose materials cannot change
classification, because heading or subheading names good and parts alike or because it is imported unassembled,
originates by a content of its own: 19 CFR 182 App A s.3(4), SOR/2020-155 s.3(4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.codes import printed, subheading
from evidence.rules.exact import amount, exactly, percent_up
from evidence.rules.finding import Finding, Outcome, all_of, any_of, undetermined
from evidence.rules.regional_value import by_net_cost, by_transaction_value
from evidence.rules.routes import GoodFigures
from evidence.rules.ruleset import RuleSet

SAME_HEADING_CITATION = "19 CFR 182 App A s.3(4); SOR/2020-155 s.3(4)"
_TEXTILE_CHAPTERS = ("61", "62", "63")


@dataclass(frozen=True, slots=True)
class InSet:
    """One good of a set, with the value of all units of it; `origin` None where nothing on file determines it."""

    key: str
    value: Decimal | None
    origin: Finding | None


def set_originates(
    law: RuleSet,
    goods: Iterable[InSet],
    value_of_set: Decimal | None,
    day: date,
    *,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether a set originates: each good does, or the others are worth at most the share of SET-VALUE.

    ``value of the goods that do not originate * 100 <= percentage * value of the set``. A good of undetermined origin
    is counted among them. The value of a set is worked out as that of a good, those of its goods as of materials.

    Args:
        value_of_set: in the currency of the goods' values; None if not known.

    Raises:
        MalformedValue: no good, a value below zero, or a set of no value.
        NoValueInForce: the share has no value on `day`.
    """
    goods = tuple(goods)
    if not goods:
        raise MalformedValue("set", "no good", "each good in it")
    against = [good for good in goods if good.origin is None or not good.origin.met]
    test = "each good in the set originates"
    each = all_of(test, [good.origin or undetermined(f"origin of {good.key}", "nothing on file") for good in goods])
    return any_of("set", [each, _share(law, against, value_of_set, day, rests_on)])


def _share(
    law: RuleSet, against: list[InSet], value_of_set: Decimal | None, day: date, rests_on: tuple[str, ...]
) -> Finding:
    limit = law.series("SET-VALUE").on(day)
    test = "value of the goods that do not originate"
    refs = (*(good.key for good in against), *rests_on)
    unknown = [good.key for good in against if good.value is None]
    if value_of_set is None:
        return undetermined(test, "the value of the set is not known", citations=(limit.source,), rests_on=refs)
    amount("value of the set", value_of_set, above_zero=True)
    with exactly():
        worth = sum((amount(f"value of {good.key}", good.value) for good in against if good.value), Decimal(0))
        met = worth * 100 <= limit.amount * value_of_set
    if unknown and met:
        reason = f"the value of {', '.join(unknown)} is not known"
        return undetermined(test, reason, citations=(limit.source,), rests_on=refs)
    shown = percent_up(worth, value_of_set, 2)
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=percent_up(worth, value_of_set),
        bound=limit.amount,
        shown=f"{shown} % (at most {limit.amount} %)",
        law=(limit,),
        reason=f"{shown} % {'is not more than' if met else 'is more than'} {limit.amount} % of the set",
        rests_on=refs,
        inputs=((test, worth), ("value of the set", value_of_set)),
    )


class NoChange(StrEnum):
    """Why the materials of a good cannot change classification (s.3(4)(b))."""

    UNASSEMBLED = "imported unassembled or disassembled and classified as the assembled good"
    SAME_HEADING = "the heading provides for the good and its parts and is not divided into subheadings"
    SAME_SUBHEADING = "the subheading provides for the good and its parts"


def same_heading(
    law: RuleSet,
    good: GoodFigures,
    why: NoChange | None,
    day: date,
    *,
    produced_in_region: bool | None,
    other_requirements: Finding | None = None,
) -> Finding:
    """Whether a good originates under s.3(4) though its materials do not change classification.

    The content needed is UNASM-NC by net cost or UNASM-TV by transaction value. Not for goods of chapters 61 to 63.

    Args:
        why: which of the cases of s.3(4)(b) it is; None where none is recorded.
        produced_in_region: whether it was produced entirely in the region.
        other_requirements: of the agreement, where there are others.

    Raises:
        NoValueInForce: a percentage has no value on `day`.
        MalformedValue: a code is no tariff code, or a figure is outside its range.
    """
    test = "good that shares its heading with its parts, or is imported unassembled"
    if subheading(good.code)[:2] in _TEXTILE_CHAPTERS:
        reason = f"{printed(good.code)} is of chapters 61 to 63, which s.3(4) leaves out"
        return Finding(
            test, Outcome.NOT_MET, None, None, "not open", (), reason, good.rests_on, (SAME_HEADING_CITATION,)
        )
    if why is None:
        return undetermined(test, "which case of s.3(4) it is is not recorded", citations=(SAME_HEADING_CITATION,))
    contents = [
        by_net_cost(good.net_cost, good.non_originating, law.series("UNASM-NC"), day, rests_on=good.rests_on),
        by_transaction_value(
            good.transaction_value, good.non_originating, law.series("UNASM-TV"), day, rests_on=good.rests_on
        ),
    ]
    parts = [
        _region(produced_in_region),
        any_of("regional value content, either method", contents),
        *([other_requirements] if other_requirements is not None else []),
    ]
    return all_of(f"{test}: {why.value}", parts, citations=(SAME_HEADING_CITATION,))


def _region(produced: bool | None) -> Finding:
    test = "produced entirely in the region"
    if produced is None:
        return undetermined(test, "not recorded", citations=(SAME_HEADING_CITATION,))
    outcome = Outcome.MET if produced else Outcome.NOT_MET
    return Finding(test, outcome, None, None, "yes" if produced else "no", (), "as recorded")
