"""Designations of intermediate materials that follow a rescission: in what time, and how often.

19 CFR 182 App A s.8(10)-(12); the same of SOR/2020-155. Where customs finds a designated self-produced material
non-originating, its producer may rescind the designation before the written determination, and may within a time
designate another material in its place. Where that one is found non-originating too, its designation may be rescinded,
and no third takes its place. How far designated materials may hold each other is the limit of `roll_up`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evidence.rules.finding import Finding, Outcome, both_texts, judged, undetermined
from evidence.rules.parameters import Parameter

CITATION = both_texts("s.8(6)-(12)")
_MOST_FAILED = 1
"""Of how many materials found non-originating another may take the place: the second is the last (s.8(12))."""


@dataclass(frozen=True, slots=True)
class Rescission:
    """One designation taken back.

    Attributes:
        material: what had been designated.
        on: the day on which it was taken back.
        notified_on: the day on which its producer had customs' notice that it is non-originating; None if not known.
        determined_on: the day of customs' written determination; None where there is none.
    """

    material: str
    on: date
    notified_on: date | None
    determined_on: date | None = None


def may_designate(material: str, on: date, rescinded: Iterable[Rescission], days: Parameter) -> Finding:
    """Whether a designation made on a day stands beside the rescissions made up to that day.

    Args:
        material: what is designated.
        on: the day on which it was designated.
        rescinded: the rescissions among the materials of the same good, in any order.
        days: the series REDESIGNATION-DAYS.

    Raises:
        NoValueInForce: the series has no value on the day of the notice.
    """
    test = f"designation of {material}"
    earlier = sorted((each for each in rescinded if each.on <= on), key=lambda each: each.on)
    if not earlier:
        return judged(test, "no designation was rescinded before it", CITATION, met=True)
    if any(each.material == material for each in earlier):
        reason = "its own designation was rescinded, and another material may take its place, not itself"
        return judged(test, reason, CITATION, met=False)
    if len(earlier) > _MOST_FAILED:
        named = " and ".join(each.material for each in earlier)
        return judged(test, f"{named} were rescinded before it, and no third takes their place", CITATION, met=False)
    return _in_place_of(test, on, earlier[0], days)


def _in_place_of(test: str, on: date, rescission: Rescission, days: Parameter) -> Finding:
    notified, determined = rescission.notified_on, rescission.determined_on
    if notified is None:
        reason = f"customs' notice on {rescission.material} is not on record, from which the time runs"
        return undetermined(test, reason, citations=(CITATION,))
    if determined is not None and rescission.on >= determined:
        reason = f"{rescission.material} was rescinded on {rescission.on}, and customs had determined on {determined}"
        return judged(test, reason, CITATION, met=False)
    law = days.on(notified)
    due = notified + timedelta(days=int(law.amount))
    when = "not later than" if on <= due else "after"
    return Finding(
        test=test,
        outcome=Outcome.MET if on <= due else Outcome.NOT_MET,
        figure=Decimal((on - notified).days),
        bound=law.amount,
        shown=f"{(on - notified).days} days after the notice (at most {law.amount})",
        law=(law,),
        reason=f"designated on {on} in place of {rescission.material}, {when} {due}",
        citations=(CITATION,),
    )
