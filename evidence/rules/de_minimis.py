"""De minimis: how much may miss the tariff shift, and when the content requirement is excused.

19 CFR 182 App A s.5(1) and (4); the same sections of SOR/2020-155. The base is the adjusted transaction value or the
total cost of the good, not its net cost. What is tolerated under s.5(1) still counts in the VNM of any content in the
same rule.
"""

from datetime import date
from decimal import Decimal

from evidence.rules.exact import amount, exactly, percent_up
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import Law, Parameter


def tolerates_missed_shift(
    missed: Decimal | None, base: Decimal | None, limit: Parameter, day: date, *, rests_on: tuple[str, ...] = ()
) -> Finding:
    """Whether the non-originating materials that miss the tariff shift are worth little enough (s.5(1)).

    Args:
        missed: their value; None if it is not known.
        base: adjusted transaction value or total cost, in the same currency and per the same quantity; None if unknown.
        limit: the series DEMIN-CTC.
        day: the day whose law applies.
        rests_on: identifiers of what the figures came from.

    Raises:
        NoValueInForce: the limit has no value on `day`.
        MalformedValue: a figure is outside its range.
    """
    return _within("de minimis for the tariff shift", missed, base, limit.on(day), rests_on)


def excuses_content(
    non_originating: Decimal | None,
    base: Decimal | None,
    limit: Parameter,
    day: date,
    *,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether all non-originating materials together are worth so little that no content is required (s.5(4)).

    Arguments and errors as of `tolerates_missed_shift`, with the series DEMIN-RVC. Whether the excuse reaches
    vehicles and core parts is the choice `de-minimis-content-scope`.
    """
    return _within("de minimis in place of the content", non_originating, base, limit.on(day), rests_on)


def _within(test: str, part: Decimal | None, base: Decimal | None, law: Law, rests_on: tuple[str, ...]) -> Finding:
    if part is None or base is None:
        missing = "the transaction value or total cost" if base is None else "the value of the materials"
        return undetermined(test, f"{missing} is not known", citations=(law.source,), rests_on=rests_on)
    amount("value of materials", part)
    amount("transaction value or total cost", base, above_zero=True)
    with exactly():
        met = part * 100 <= law.amount * base
    share = percent_up(part, base)
    shown = percent_up(part, base, 2)
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=share,
        bound=law.amount,
        shown=f"{shown} % (at most {law.amount} %)",
        law=(law,),
        reason=f"{shown} % {'is not more than' if met else 'is more than'} {law.amount} %",
        rests_on=rests_on,
        inputs=(("value of materials", part), ("transaction value or total cost", base)),
    )
