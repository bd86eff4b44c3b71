"""Which method of regional value content is open, and when the choice is bound.

19 CFR 182 App A s.7(1), (6)-(8), (19); the same of SOR/2020-155. Importer, exporter or producer chooses, where the
product rule has a transaction-value option at all. From transaction value to net cost the way is open in a
verification, within a time; from net cost to transaction value it is closed once customs has found the content short.
A producer that averages by net cost keeps that method for the rest of its fiscal year.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evidence.core.values import Period
from evidence.errors import MalformedValue
from evidence.rules.finding import Finding, Outcome, all_of, both_texts, judged, undetermined
from evidence.rules.parameters import Parameter
from evidence.rules.product_rules import Method

CITATION = "19 CFR 182 App A s.7(1), (6)-(8), (19); SOR/2020-155 s.7(1), (6)-(8), (19)"


@dataclass(frozen=True, slots=True)
class Notice:
    """Customs' notice, in a verification, that the transaction value or the value of a material must be adjusted.

    Attributes:
        received_on: the day the producer received it.
        extended_to: the last day that customs allowed instead of the law's; None where it allowed no longer time.
    """

    received_on: date
    extended_to: date | None = None

    def __post_init__(self) -> None:
        if self.extended_to is not None and self.extended_to < self.received_on:
            raise MalformedValue("time allowed", str(self.extended_to), f"a day from {self.received_on} on")

    def due(self, days: Parameter) -> date:
        """The last day to recalculate: by the series RECALCULATION-DAYS, or the day that customs allowed if later.

        Raises:
            NoValueInForce: the series has no value on the day of receipt.
        """
        by_law = self.received_on + timedelta(days=int(days.on(self.received_on).amount))
        return by_law if self.extended_to is None else max(by_law, self.extended_to)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A method used for a good, and what bound the choice before.

    Attributes:
        method: the one used.
        on: the day on which the content was worked out by it.
        before: the method by which the same good's content had been worked out; None where there was none.
        notice: the notice on which the producer left the transaction value; None where there was none.
        found_short_on: the day customs found the content by net cost short; None where it has not.
        averaged_in: the fiscal year in which the producer has averaged the good by net cost; None where it has not.
    """

    method: Method
    on: date
    before: Method | None = None
    notice: Notice | None = None
    found_short_on: date | None = None
    averaged_in: Period | None = None


def may_use(chosen: Chosen, offered: Collection[Method], days: Parameter) -> Finding:
    """Whether the content may be worked out by the method chosen.

    Args:
        offered: the methods for which the good's product rule prints a percentage.
        days: the series RECALCULATION-DAYS.

    Raises:
        NoValueInForce: the series has no value on the day of a notice.
    """
    return all_of(
        f"content by {_words(chosen.method)}",
        (_offered(chosen.method, offered), _averaged(chosen), *_changed(chosen, days)),
        citations=(CITATION,),
    )


def _offered(method: Method, offered: Collection[Method]) -> Finding:
    test = "the product rule offers the method"
    if not offered:
        return undetermined(test, "the product rule asks for no content", citations=(CITATION,))
    said = " and ".join(sorted(_words(each) for each in offered))
    return judged(test, f"it offers {said}", both_texts("s.7(1), (6)"), met=method in offered)


def _averaged(chosen: Chosen) -> Finding:
    test = "a producer that averages by net cost keeps the method for its fiscal year"
    year = chosen.averaged_in
    if year is None or chosen.on not in year:
        return judged(test, "the good is not averaged by net cost in the fiscal year", both_texts("s.7(19)"), met=True)
    met = chosen.method is Method.NET_COST
    return judged(test, f"the good is averaged by net cost in the fiscal year {year}", both_texts("s.7(19)"), met=met)


def _changed(chosen: Chosen, days: Parameter) -> tuple[Finding, ...]:
    if chosen.before is None or chosen.before is chosen.method:
        return ()
    if chosen.method is Method.TRANSACTION_VALUE:
        return (_to_transaction_value(chosen),)
    return (_to_net_cost(chosen, days),)


def _to_transaction_value(chosen: Chosen) -> Finding:
    test = "from net cost to transaction value"
    short = chosen.found_short_on
    if short is None or chosen.on < short:
        return judged(test, "customs has not found the content by net cost short", both_texts("s.7(8)"), met=True)
    reason = f"customs found the content by net cost short on {short}, and the method cannot be left after that"
    return judged(test, reason, both_texts("s.7(8)"), met=False)


def _to_net_cost(chosen: Chosen, days: Parameter) -> Finding:
    """Without a notice the first choice was the producer's own to change: s.7(7) limits only what follows a notice."""
    test = "from transaction value to net cost"
    if chosen.notice is None:
        return judged(test, "no notice of customs calls for an adjustment", both_texts("s.7(1)"), met=True)
    law, due = days.on(chosen.notice.received_on), chosen.notice.due(days)
    met = chosen.on <= due
    taken = (chosen.on - chosen.notice.received_on).days
    allowed = (due - chosen.notice.received_on).days
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=Decimal(taken),
        bound=Decimal(allowed),
        shown=f"{taken} days after the notice (at most {allowed})",
        law=(law,),
        reason=f"recalculated on {chosen.on}, {'not later than' if met else 'after'} {due}",
        citations=("19 CFR 182 App A s.7(7); SOR/2020-155 s.7(7)",),
    )


def _words(method: Method) -> str:
    return "net cost" if method is Method.NET_COST else "transaction value"
