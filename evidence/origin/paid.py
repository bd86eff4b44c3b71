"""What one unit of a bought material is worth: the price paid or payable, what changed it since, and assists.

The average of the purchases is weighted by quantity (19 CFR 182 App A s.8(1); Schedule VII for several prices). Units
are converted by recorded conversions only. A credit or debit note changes the value in the period of its invoice,
whenever it was booked; a decrease after goods were imported from outside the region is left out (19 CFR 152.103(a)(4)).
An assist adds its share once, by its reference, however often it is booked (Schedule III). What importation adds and
takes off is told in `imported`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from evidence.core.crosswalk.units import Units
from evidence.core.statements.assist import AssistLine, AssistSpread
from evidence.core.statements.bill import BillLine
from evidence.core.statements.purchase import PurchaseAdjustmentLine, PurchaseLine
from evidence.core.values import decimal_to_text
from evidence.origin.imported import CARRIED, ImportFile
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.merged import Merged
from evidence.origin.money import PLACES, RateFile, carried, tidy
from evidence.origin.related import RelatedFile
from evidence.origin.valued import ValuationFile, no_price
from evidence.rules.carried import down
from evidence.rules.material_value import assist_share

_BUYER_CARRIES = ("EXW", "FCA", "FAS", "FOB")
"""Terms of delivery (Incoterms) by which the buyer pays the international freight beside the price."""


@dataclass(frozen=True, slots=True)
class Priced:
    """One purchase line in the currency of the worksheet: the price of one unit of the bill, and how many there are."""

    purchase: Fact[PurchaseLine]
    unit_price: Decimal
    quantity: Decimal
    deductions: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)
    """What of the unit price is international freight beside what was paid to the seller."""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one unit of a bought material and where it came from; None with a reason where it is not known.

    `asks` is what a person has to look at although the value is known, each ending in how it is counted; `deductions`
    come off the value of one unit that does not originate (s.8(2)).
    """

    unit_value: Decimal | None
    reason: str
    purchases: tuple[Priced, ...] = ()
    rests_on: tuple[str, ...] = ()
    standard: bool = False
    asks: tuple[str, ...] = ()
    deductions: Decimal = Decimal(0)


class _NotKnown(Exception):
    """Why the value of a purchase is not known, and what says so."""

    def __init__(self, reason: str, *rests_on: str) -> None:
        super().__init__(reason)
        self.reason, self.rests_on = reason, rests_on


@dataclass(slots=True)
class _Worth:
    """One purchase being worked out, in units of the bill."""

    paid: Fraction
    quantity: Fraction
    taken_off: Fraction = Fraction(0)
    freight: Fraction = Fraction(0)
    changed: bool = False
    refs: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)


class PaidFile:
    """Purchases with their conversions, adjustments and assists, ready to be averaged."""

    def __init__(self, inputs: Inputs, rates: RateFile, currency: str, region: Collection[str]) -> None:
        self._rates, self._currency, self._region = rates, currency, region
        self._units = Units(inputs.unit_conversions)
        self._imports = ImportFile(inputs, rates, currency)
        self._valuations, self._related = ValuationFile(inputs), RelatedFile(inputs)
        self._same = Merged(inputs.same_as)
        self._countries = {site.value.site: site.value.country for site in inputs.sites}
        self._adjustments: dict[tuple[str, str, int], list[Fact[PurchaseAdjustmentLine]]] = defaultdict(list)
        for adjustment in inputs.adjustments:
            of = adjustment.value
            self._adjustments[self._same.kept(of.seller), of.invoice, of.invoice_line].append(adjustment)
        self._assists: dict[tuple[str, str], list[Fact[AssistLine]]] = defaultdict(list)
        for assist in inputs.assists:
            self._assists[assist.value.owner, assist.value.part].append(assist)

    def average(self, chosen: Iterable[Fact[PurchaseLine]], line: BillLine, reason: str) -> Value:
        """The value of one unit of the bill's line, carried at ten decimals."""
        chosen = tuple(chosen)
        if len(chosen) == 1 and self._as_invoiced(chosen[0].value, line):
            one = chosen[0]
            price = tidy(one.value.price)
            open_still = tuple(self._unsaid(one.value))
            return Value(price, reason, (Priced(one, price, one.value.quantity),), (one.ref,), asks=open_still)
        paid, bought, off = Fraction(0), Fraction(0), Fraction(0)
        priced: list[Priced] = []
        refs: list[str] = []
        said: dict[str, None] = {}
        asks: dict[str, None] = {}
        for fact in chosen:
            try:
                worth = self._worth(fact, line)
            except _NotKnown as missing:
                of = fact.value
                where = f"invoice {of.invoice} line {of.invoice_line}, entry {fact.ref}"
                return Value(None, f"{missing.reason} ({where})", rests_on=(fact.ref, *missing.rests_on))
            refs += [fact.ref, *worth.refs]
            said |= dict.fromkeys(worth.said)
            asks |= dict.fromkeys((*worth.asks, *self._unsaid(fact.value)))
            if worth.quantity == 0:
                continue  # all of it went back
            paid += worth.paid
            bought += worth.quantity
            off += worth.taken_off
            quantity = carried(worth.quantity) if worth.changed else fact.value.quantity
            each_off = down(worth.taken_off / worth.quantity)
            freight = min(worth.freight, worth.paid) / worth.quantity if worth.quantity > 0 else Fraction(0)
            priced.append(Priced(fact, carried(worth.paid / worth.quantity), quantity, each_off, down(freight)))
        if not bought:
            return Value(None, f"all of {line.child} that was bought went back", rests_on=tuple(dict.fromkeys(refs)))
        told = "; ".join([reason, *said])
        return Value(
            carried(paid / bought), told, tuple(priced), tuple(dict.fromkeys(refs)),
            asks=tuple(asks), deductions=down(off / bought),
        )  # fmt: skip

    def _as_invoiced(self, of: PurchaseLine, line: BillLine) -> bool:
        """Whether a purchase is worth its price as it stands: one unit, one currency, and nothing came to it since.

        So it is with most lines of a bill, whose value then needs no arithmetic.
        """
        return (
            of.unit == line.unit
            and of.currency == self._currency
            and of.price_unit in (None, of.unit)
            and of.price_per == 1
            and of.quantity > 0
            and of.price > 0
            and int(of.price.as_tuple().exponent) >= -PLACES
            and of.assist_reference is None
            and (of.owner, of.part) not in self._assists
            and (not self._adjustments or self._invoice_line(of) not in self._adjustments)
            and not of.freight
            and not self._imports.on_file(of)
            and not self._freight_unknown(of)
            and not self._no_price(of)[0]
        )

    def _invoice_line(self, of: PurchaseLine) -> tuple[str, str, int]:
        return self._same.kept(of.seller), of.invoice, of.invoice_line

    def _worth(self, fact: Fact[PurchaseLine], line: BillLine) -> _Worth:
        of = fact.value
        factor = self._factor(of, of.unit, line.unit, f"bought per {of.unit} and used per {line.unit}")
        why, refs = self._no_price(of)
        if why:
            return self._without_price(of, factor, why, refs)
        rate = self._rates.on(of.currency, self._currency, of.invoiced_on)
        if rate.rate is None:
            raise _NotKnown(rate.reason)
        price = Fraction(of.price) * Fraction(rate.rate) / Fraction(of.price_per)
        priced_in = self._factor(
            of, of.unit, of.price_unit or of.unit, f"bought per {of.unit} and priced per {of.price_unit}"
        )
        worth = _Worth(price * Fraction(of.quantity) * priced_in.by, Fraction(of.quantity) * factor.by)
        worth.changed = factor.by != 1
        worth.refs += [*rate.rests_on, *factor.rests_on, *priced_in.rests_on]
        worth.said += [*factor.said, *priced_in.said]
        invoiced = worth.quantity
        self._import(worth, of)
        for adjustment in self._adjustments.get(self._invoice_line(of), ()):
            self._adjust(worth, of, adjustment, factor.by)
        if worth.quantity < 0 or worth.paid < 0:
            raise _NotKnown(f"invoice {of.invoice} line {of.invoice_line} comes to less than nothing", *worth.refs)
        worth.taken_off = min(worth.taken_off * min(worth.quantity / invoiced, Fraction(1)), worth.paid)
        self._assist(worth, of, line)
        return worth

    def _no_price(self, of: PurchaseLine) -> tuple[str, tuple[str, ...]]:
        """Why the price of a purchase is no value, and what says so; empty where it is one."""
        influenced = of.influenced or (False if of.not_influenced_shown_by else None)
        seller = self._related.of(of.seller, of.invoiced_on, of.related, influenced)
        return no_price(of, seller), seller.rests_on

    def _without_price(self, of: PurchaseLine, factor: "_Factor", why: str, refs: tuple[str, ...]) -> _Worth:
        """A purchase of which the price is no value, worked out by Schedule VI.

        Freight that no document shows is added, and nothing is taken off.
        """
        found = self._valuations.of(of.owner, of.part, of.revision, of.plant, of.received_on)
        if found.value is None:
            raise _NotKnown(f"{why}, and {found.said} (s.8(4))", *refs, *found.rests_on)
        rate = self._rates.on(found.currency, self._currency, of.received_on)
        if rate.rate is None:
            raise _NotKnown(rate.reason, *found.rests_on)
        valued_in = self._factor(of, of.unit, found.unit, f"bought per {of.unit} and valued per {found.unit}")
        value = Fraction(found.value) * Fraction(rate.rate) * valued_in.by * Fraction(of.quantity)
        worth = _Worth(value, Fraction(of.quantity) * factor.by, changed=factor.by != 1)
        worth.refs += [*refs, *found.rests_on, *rate.rests_on, *factor.rests_on, *valued_in.rests_on]
        worth.said += [f"{why}: {found.said}", *factor.said, *valued_in.said]
        self._import(worth, of, by_price=False)
        return worth

    def _import(self, worth: _Worth, of: PurchaseLine, *, by_price: bool = True) -> None:
        """What importation adds to the value, and what its documents let be taken off it where that is the price."""
        if self._freight_unknown(of):
            said = (
                f"nothing says whether the price of {of.part} holds the international freight (s.8(1)(a)); record the"
            )
            raise _NotKnown(f"{said} terms of delivery, the freight of the invoice line, 0 for none, or its import")
        freight = None
        if of.freight is not None and not self._within_one_country(of):
            rate = self._rates.on(of.currency, self._currency, of.invoiced_on)
            if rate.rate is None:
                raise _NotKnown(rate.reason)
            freight = Fraction(of.freight) * Fraction(rate.rate)
            worth.refs += rate.rests_on
        came = self._imports.of(of, worth.paid, freight)
        if came.added is None:
            raise _NotKnown(came.said[0], *came.rests_on)
        worth.paid += came.added
        worth.taken_off += came.taken_off if by_price else 0
        worth.freight += came.added
        worth.refs += came.rests_on
        worth.said += came.said

    def _within_one_country(self, of: PurchaseLine) -> bool:
        """Whether the seller's site is known to be in the country of the plant, so that nothing was imported."""
        country = self._countries.get(of.shipped_from or "")
        return country is not None and country == self._countries.get(of.plant)

    def _no_freight(self, of: PurchaseLine) -> bool:
        """Whether nothing records the freight of goods not known to be from the region, nor that the price holds it."""
        if of.freight is not None or self._countries.get(of.shipped_from or "") in self._region:
            return False
        return _term(of) not in CARRIED and not self._imports.on_file(of)

    def _freight_unknown(self, of: PurchaseLine) -> bool:
        """Whether that leaves the value open: of goods from outside the region, or where the buyer pays the freight."""
        outside = (of.shipped_from or "") in self._countries
        return (outside or _term(of) in _BUYER_CARRIES) and self._no_freight(of)

    def _unsaid(self, of: PurchaseLine) -> Iterable[str]:
        """What an invoice line leaves open, and what it is taken for."""
        if self._no_freight(of):
            yield (
                f"nothing says whence invoice {of.invoice} line {of.invoice_line} was shipped, nor on which terms of "
                "delivery (s.8(1)(a)); counted as if the price held all freight"
            )
        if of.related is None and not self._related.of(of.seller, of.invoiced_on, None, None).related:
            yield f"nothing says whether {of.seller} is related to the producer (s.8(4)); counted as not related"

    def _factor(self, of: PurchaseLine, first: str, second: str, differ: str) -> "_Factor":
        answer = self._units.factor(of.owner, of.part, first, second, of.received_on)
        if answer.found is None:
            why = answer.why if answer.through else "record it in one unit"
            raise _NotKnown(f"{differ}; {why}", *answer.through)
        how = (f"1 {first} is {_fraction(answer.found)} {second}",) if first != second else ()
        return _Factor(answer.found, answer.through, how)

    def _adjust(self, worth: _Worth, of: PurchaseLine, fact: Fact[PurchaseAdjustmentLine], factor: Fraction) -> None:
        """One credit or debit note, at the rate at which its invoice was recorded.

        Of goods that came from outside the region, or from nobody knows where, only what went back lowers the value.
        """
        note = fact.value
        name = f"{note.adjustment_kind.value} {note.adjustment} of {note.dated_on}"
        rate = self._rates.on(note.currency, self._currency, of.invoiced_on)
        if rate.rate is None:
            raise _NotKnown(f"{name}: {rate.reason}", fact.ref)
        country = self._countries.get(of.shipped_from or "")
        worth.refs += [fact.ref, *rate.rests_on]
        returned = Fraction(note.quantity_change or 0)
        amount = counted = Fraction(note.amount) * Fraction(rate.rate)
        if country not in self._region and of.received_on < note.dated_on and worth.quantity:
            counted = max(amount, min(returned * factor * worth.paid / worth.quantity, Fraction(0)))
        if counted == amount:
            told = f"{decimal_to_text(note.amount)} {note.currency}"
            worth.said.append(f"{name} counted with invoice {of.invoice} ({told})")
        else:
            worth.said.append(f"{name} left out: a decrease after importation (19 CFR 152.103(a)(4) [K])")
        worth.paid += counted
        worth.quantity += returned * factor
        worth.changed = worth.changed or returned != 0

    def _assist(self, worth: _Worth, of: PurchaseLine, line: BillLine) -> None:
        """The share of each assist that the seller had for the goods; of one booked twice, the larger share."""
        shares: dict[str, list[tuple[Fraction, Fact[AssistLine]]]] = defaultdict(list)
        for fact in self._assists.get((of.owner, of.part), ()):
            given = fact.value
            seller = self._same.kept(given.receiver) == self._same.kept(of.seller)
            if not (seller and given.revision in (None, of.revision)):
                continue
            if given.spread_over is AssistSpread.FIRST_SHIPMENT:
                said = f"assist {given.reference} is spread over the first shipment, which Schedule III does not allow"
                raise _NotKnown(f"{said}; record it over the units made by then, or over all anticipated", fact.ref)
            if not given.period_from <= of.received_on <= given.period_to:
                continue
            rate = self._rates.on(given.currency, self._currency, given.given_on)
            if rate.rate is None:
                raise _NotKnown(f"assist {given.reference}: {rate.reason}", fact.ref)
            worth.refs += [fact.ref, *rate.rests_on]
            value = Fraction(given.value) * Fraction(rate.rate)
            share = assist_share(value, given.spread_quantity, given.spread_over)
            shares[given.reference].append((share, fact))
        if of.assist_reference is not None and of.assist_reference not in shares:
            raise _NotKnown(f"assist {of.assist_reference} of invoice {of.invoice} is not on record for {of.part}")
        for reference, booked in shares.items():
            share = max(each for each, _ in booked)
            worth.paid += share * worth.quantity
            amount = decimal_to_text(tidy(carried(share)))
            worth.said.append(f"assist {reference} adds {amount} {self._currency} a unit (Schedule III)")
            if len(booked) > 1:
                refs = ", ".join(fact.ref for _, fact in booked)
                worth.asks.append(
                    f"{line.child}: assist {reference} is booked {len(booked)} times ({refs}), counted once"
                )


def _term(of: PurchaseLine) -> str:
    return (of.incoterm or "")[:3].upper()


@dataclass(frozen=True, slots=True)
class _Factor:
    by: Fraction
    rests_on: tuple[str, ...]
    said: tuple[str, ...]


def _fraction(value: Fraction) -> str:
    return decimal_to_text(tidy(carried(value)))
