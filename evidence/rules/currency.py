"""Which exchange rate an amount is converted at: the one its purchase was recorded at, or the next that the law names.

19 CFR 182 App A s.2; the same of SOR/2020-155. Amounts are converted to the currency of the country where the producer
of the good is: at the rate used to record the purchase; without one, at a rate that the producer used for another
transaction within thirty days of acquiring the material; without that, at the official rate of the day of shipment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from evidence.rules.exact import amount, exactly
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import Law

CITATION = "19 CFR 182 App A s.2; SOR/2020-155 s.2"


class RateKind(StrEnum):
    """Which of the rates of s.2 a rate is. One used to record purchases is in use from its day on."""

    RECORDED = "used to record the purchase"
    ANOTHER = "used for another transaction"
    OFFICIAL = "official rate"


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` in `into`, on `day`; `ref` says where it is on file."""

    currency: str
    into: str
    day: date
    rate: Decimal
    kind: RateKind
    ref: str = ""

    def __post_init__(self) -> None:
        amount(f"rate of {self.currency} in {self.into}", self.rate, above_zero=True)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rate to be used; None where no rate on file is one that the law names."""

    finding: Finding
    rate: Decimal | None
    used: Rate | None = None

    def of(self, figure: Decimal) -> Decimal | None:
        """`figure` converted, unrounded; None where there is no rate."""
        if self.rate is None:
            return None
        with exactly():
            return amount("amount to convert", figure, may_be_negative=True) * self.rate


def conversion(
    rates: Iterable[Rate],
    currency: str,
    into: str,
    within: Law,
    *,
    acquired_on: date,
    shipped_on: date | None = None,
) -> Conversion:
    """The rate at which an amount in `currency` for a material acquired on a day is converted to `into`.

    Of several rates of a kind the nearest day's is taken, the earlier of two as near, and of one day the last given.

    Args:
        within: the value of the series CURRENCY-DAYS in force for the content that the amount goes into.
        acquired_on: the day of the purchase, or on which the material was acquired.
        shipped_on: the day it was shipped to the producer, for the official rate; None if it is not known.
    """
    test = f"rate of {currency} in {into} for {acquired_on}"
    if currency == into:
        finding = Finding(test, Outcome.MET, None, None, "1", (), "one currency", (), (CITATION,))
        return Conversion(finding, Decimal(1))
    mine = [rate for rate in rates if (rate.currency, rate.into) == (currency, into)]
    reach = timedelta(days=int(within.amount))
    near = [rate for rate in mine if rate.kind is not RateKind.OFFICIAL and abs(rate.day - acquired_on) <= reach]
    recorded = [rate for rate in near if rate.kind is RateKind.RECORDED and rate.day <= acquired_on]
    official = [rate for rate in mine if rate.kind is RateKind.OFFICIAL and rate.day == shipped_on]
    for found, how in (
        (recorded, "used to record the purchase"),
        (near, f"used for another transaction within {within.amount} days"),
        (official, "the official rate of the day of shipment"),
    ):
        if found:
            used = min(reversed(found), key=lambda rate: (abs(rate.day - acquired_on), rate.day))
            reason = f"{used.rate} of {used.day}, {how}"
            refs = (used.ref,) if used.ref else ()
            finding = Finding(test, Outcome.MET, None, None, str(used.rate), (within,), reason, refs, (CITATION,))
            return Conversion(finding, used.rate, used)
    reason = (
        f"no rate used to record the purchase, none used within {within.amount} days of {acquired_on} and no official "
        f"rate of {shipped_on or 'the day of shipment, which is not known'} is on file"
    )
    return Conversion(undetermined(test, reason, citations=(within.source, CITATION)), None)
