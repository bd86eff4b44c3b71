"""Regional value content: the share of a good's value that is not non-originating materials.

19 CFR 182 App A s.7(2)-(3) and SOR/2020-155 s.7(2)-(3). The content must be "not less than" the percentage in force,
which is compared as ``(base - VNM) * 100 >= percentage * base``: no division, so nothing rounds at the bound.
"""

from datetime import date
from decimal import Decimal

from evidence.rules.exact import amount, exactly, percent_down
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import Law, Parameter

NET_COST_CITATION = "19 CFR 182 App A s.7(3); SOR/2020-155 s.7(3)"
TRANSACTION_VALUE_CITATION = "19 CFR 182 App A s.7(2); SOR/2020-155 s.7(2)"


def percent(base: Decimal, non_originating: Decimal, places: int = 4) -> Decimal:
    """``(base - VNM) / base * 100`` for display, cut downwards after `places` decimals.

    `base` is the net cost or adjusted transaction value, above zero; `non_originating` is VNM in the same currency and
    per the same quantity, zero or more.

    Raises:
        MalformedValue: a figure is outside its range.

    >>> percent(Decimal(88), Decimal(40), 2)
    Decimal('54.54')
    """
    amount("base of the content", base, above_zero=True)
    amount("value of non-originating materials", non_originating)
    with exactly():
        return percent_down(base - non_originating, base, places)


def by_net_cost(
    net_cost: Decimal | None,
    non_originating: Decimal | None,
    threshold: Parameter,
    day: date,
    *,
    test: str = "regional value content, net cost method",
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether the content by the net cost method reaches the threshold in force on `day`.

    A figure that is None is unknown, and so is the outcome. A net cost of zero or less has no content: not
    determinable.

    Raises:
        NoValueInForce: the threshold has no value on `day`.
        MalformedValue: VNM below zero, or a figure that is no number.
    """
    return _content("net cost", net_cost, non_originating, threshold.on(day), test, NET_COST_CITATION, rests_on)


def by_transaction_value(
    transaction_value: Decimal | None,
    non_originating: Decimal | None,
    threshold: Parameter,
    day: date,
    *,
    test: str = "regional value content, transaction value method",
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """As `by_net_cost` with the transaction value adjusted to exclude international shipment as its base.

    Only where the product rule offers the method: s.7(1), (6).
    """
    law = threshold.on(day)
    return _content(
        "transaction value", transaction_value, non_originating, law, test, TRANSACTION_VALUE_CITATION, rests_on
    )


def _content(
    base_name: str,
    base: Decimal | None,
    non_originating: Decimal | None,
    law: Law,
    test: str,
    citation: str,
    rests_on: tuple[str, ...],
) -> Finding:
    if base is None or non_originating is None:
        missing = base_name if base is None else "value of non-originating materials"
        return undetermined(test, f"{missing} is not known", citations=(law.source, citation), rests_on=rests_on)
    amount("value of non-originating materials", non_originating)
    amount(base_name, base, may_be_negative=True)
    if base <= 0:
        reason = f"{base_name} is {base}, and a content can be stated only of an amount above zero"
        return undetermined(test, reason, citations=(law.source, citation), rests_on=rests_on)
    with exactly():
        met = (base - non_originating) * 100 >= law.amount * base
    reached = percent(base, non_originating)
    relation = "is not less than" if met else "is less than"
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=reached,
        bound=law.amount,
        shown=f"{percent(base, non_originating, 2)} % (at least {law.amount} %)",
        law=(law,),
        reason=f"{percent(base, non_originating, 2)} % {relation} {law.amount} %",
        rests_on=rests_on,
        citations=(citation,),
        inputs=((base_name, base), ("value of non-originating materials", non_originating)),
    )
