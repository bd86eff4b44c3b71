"""What a material is worth: its value by how it was acquired, what may be taken off it, and where no price serves.

19 CFR 182 App A s.8(1)-(5), Schedule VI, Schedule III s.4(13); the same of SOR/2020-155. Deductions are open only for a
non-originating material or one of undetermined origin, only of what its value includes, and only with documents: what
is not shown is not deducted. All amounts are per the same quantity and in one currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from evidence.core.statements.assist import AssistSpread
from evidence.core.statements.material_value import ValuationMethod
from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exactly
from evidence.rules.parameters import Law
from evidence.rules.roll_up import Origin

VALUE_CITATION = "19 CFR 182 App A s.8(1); SOR/2020-155 s.8(1)"
DEDUCTION_CITATION = "19 CFR 182 App A s.8(2)-(3); SOR/2020-155 s.8(2)-(3)"
UNIT_PRICE_CITATION = "19 CFR 182 App A Sched VI s.8(3); SOR/2020-155 Sched VI s.8(3)"
NO_PRICE_CITATION = "19 CFR 182 App A s.8(4), Sched VI; SOR/2020-155 s.8(4), Sched VI (order of its methods [K])"
ASSIST_CITATION = "SOR/2020-155 Sched III s.4(13), Sched VI s.4(13); the same of 19 CFR 182 App A"


class Valued(StrEnum):
    """By which limb of s.8(1) a material is valued."""

    AT_IMPORTATION = "transaction value at importation (s.8(1)(a))"
    PRICE_PAID = "price paid or payable where the producer is (s.8(1)(b))"
    EARLIEST_PRICE = "earliest ascertainable price in the country of the producer (s.8(1)(b))"
    SELF_PRODUCED = "costs of production, general expenses and usual profit (s.8(1)(c))"


@dataclass(frozen=True, slots=True)
class MaterialValue:
    """The value of a material; None where a figure it needs is not known."""

    value: Decimal | None
    by: Valued
    citation: str = VALUE_CITATION


def imported(
    transaction_value: Decimal | None, international_costs: Decimal | None, *, included: bool
) -> MaterialValue:
    """A material imported by the producer: its value at importation with the costs of international shipment in it.

    Args:
        transaction_value: as at importation.
        international_costs: freight, insurance, packing and other costs of the international shipment.
        included: whether `transaction_value` has them already.
    """
    if transaction_value is None or (international_costs is None and not included):
        return MaterialValue(None, Valued.AT_IMPORTATION)
    amount("transaction value at importation", transaction_value)
    added = Decimal(0) if included or international_costs is None else international_costs
    with exactly():
        whole = transaction_value + amount("costs of international shipment", added)
    return MaterialValue(whole, Valued.AT_IMPORTATION)


def bought(price: Decimal | None, *, earliest: Decimal | None = None) -> MaterialValue:
    """A material bought in the producer's country: its price, or where none is known the earliest that can be found."""
    if price is not None or earliest is None:
        by, found = Valued.PRICE_PAID, price
    else:
        by, found = Valued.EARLIEST_PRICE, earliest
    return MaterialValue(None if found is None else amount(by.value, found), by)


def self_produced(
    production_costs: Decimal | None, general_expenses: Decimal | None, usual_profit: Decimal | None
) -> MaterialValue:
    """A self-produced material: all costs of producing it, general expenses, and an amount for profit, once."""
    if production_costs is None or general_expenses is None or usual_profit is None:
        return MaterialValue(None, Valued.SELF_PRODUCED)
    amount("costs of production", production_costs)
    amount("general expenses", general_expenses)
    amount("usual profit", usual_profit)
    with exactly():
        return MaterialValue(production_costs + general_expenses + usual_profit, Valued.SELF_PRODUCED)


class Deductible(StrEnum):
    """What s.8(2) lets be taken off."""

    INBOUND = "freight, insurance, packing and transport to the location of the producer (s.8(2)(a))"
    DUTIES = "duties and taxes of the region that are not recoverable (s.8(2)(b))"
    BROKERAGE = "customs brokerage in the region (s.8(2)(c))"
    WASTE = "waste and spoilage less the value of scrap (s.8(2)(d))"


@dataclass(frozen=True, slots=True)
class Deduction:
    """One amount that a producer would take off.

    Attributes:
        included: whether the value of the material includes it.
        document: what shows it, in the caller's terms; empty where nothing does.
        got_back: of duties what is refunded or credited, of waste what the scrap is worth; None if not known.
        in_region: of duties and brokerage, whether they were paid in the region.
        from_warehouse_km: of transport that begins at the producer's own receiving warehouse, how far that is from the
            plant that uses the material; None where the transport begins elsewhere.
    """

    kind: Deductible
    amount: Decimal
    included: bool
    document: str = ""
    got_back: Decimal | None = Decimal(0)
    in_region: bool = True
    from_warehouse_km: Decimal | None = None

    def __post_init__(self) -> None:
        amount(self.kind.value, self.amount)
        if self.got_back is not None and amount(f"got back of {self.kind.value}", self.got_back) > self.amount:
            raise MalformedValue(f"got back of {self.kind.value}", str(self.got_back), f"at most {self.amount}")
        if self.from_warehouse_km is not None:
            amount("distance of the receiving warehouse", self.from_warehouse_km)


@dataclass(frozen=True, slots=True)
class Deducted:
    """A value with what came off it: what was allowed, and what was not, with the reason."""

    value: Decimal
    counted: Decimal
    allowed: tuple[tuple[Deduction, Decimal], ...]
    refused: tuple[tuple[Deduction, str], ...]
    law: Law | None
    citation: str = DEDUCTION_CITATION


def deduct(value: Decimal, origin: Origin, deductions: Iterable[Deduction], location: Law | None = None) -> Deducted:
    """What of `value` counts in VNM after the documented deductions.

    Args:
        value: by s.8(1).
        origin: of an originating material nothing is taken off, since nothing of it counts.
        location: ``LOCATION-KM``: within this distance the producer's warehouse is its location, where transport ends;
            wanted only for transport that begins at one.

    Raises:
        MalformedValue: the deductions allowed come to more than the value that is said to include them.
    """
    amount("value of the material", value)
    allowed: list[tuple[Deduction, Decimal]] = []
    refused: list[tuple[Deduction, str]] = []
    with exactly():
        for each in deductions:
            why = _refused(each, origin, location)
            if why:
                refused.append((each, why))
            else:
                allowed.append((each, each.amount - (each.got_back or Decimal(0))))
        total = sum((off for _, off in allowed), Decimal(0))
        if total > value:
            raise MalformedValue("deductions of a material", str(total), f"at most its value, {value}")
        return Deducted(value, value - total, tuple(allowed), tuple(refused), location)


def _refused(each: Deduction, origin: Origin, location: Law | None) -> str:
    if origin is Origin.ORIGINATING:
        return "the material originates, so that nothing of it counts"
    if not each.included:
        return "the value does not include it"
    if not each.document:
        return "no document shows it (s.8(3))"
    if each.got_back is None:
        return "what is got back of it is not known"
    if each.kind in (Deductible.DUTIES, Deductible.BROKERAGE) and not each.in_region:
        return "paid outside the region"
    km = each.from_warehouse_km
    if each.kind is Deductible.INBOUND and km is not None and (location is None or km <= location.amount):
        within = "the distance of the law" if location is None else f"{location.amount} km"
        return f"from a warehouse within {within}, where the material was at the producer's location"
    return ""


def without_price(
    values: Mapping[ValuationMethod, Decimal | None], *, computed_first: bool = False
) -> tuple[ValuationMethod, Decimal] | None:
    """The first value of Schedule VI that can be found (s.8(4)); None where none can.

    Args:
        values: what each method gives; None, or left out, where it gives nothing.
        computed_first: whether the producer asks for the computed value before the deductive one.
    """
    order = list(ValuationMethod)
    if computed_first:
        order[2], order[3] = order[3], order[2]
    for method in order:
        value = values.get(method)
        if value is not None:
            return method, amount(method.value, value)
    return None


@dataclass(frozen=True, slots=True)
class Sales:
    """So many sales of so many units each at one unit price."""

    price: Decimal
    units: Decimal
    sales: int = 1

    def __post_init__(self) -> None:
        amount("unit price", self.price, above_zero=True)
        amount("units sold at it", self.units)
        if self.sales < 1:
            raise MalformedValue("number of sales", self.sales, "one or more")


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """The unit price at which the greatest aggregate quantity is sold, and the units sold at each price."""

    price: Decimal
    totals: Mapping[Decimal, Decimal]
    citation: str = UNIT_PRICE_CITATION


def unit_price(sales: Iterable[Sales]) -> UnitPrice:
    """The unit price of the deductive value (Schedule VI s.8(3)): sales are added up price by price.

    Of two prices with as many units the higher is taken, since it makes the material worth more.

    Raises:
        MalformedValue: no unit was sold.
    """
    totals: dict[Decimal, Decimal] = {}
    with exactly():
        for sale in sales:
            totals[sale.price] = totals.get(sale.price, Decimal(0)) + sale.units * sale.sales
    if not any(totals.values()):
        raise MalformedValue("sales of the material", "none", "at least one unit sold")
    return UnitPrice(max(totals, key=lambda price: (totals[price], price)), totals)


def assist_share(value: Fraction, units: Decimal, basis: AssistSpread) -> Fraction:
    """What one unit carries of an assist worth `value`, by any basis but the first shipment (`ASSIST_CITATION`).

    Args:
        value: the whole of it, zero or more.
        units: of the basis: made by the first shipment, or all anticipated; above zero.

    Raises:
        MalformedValue: it is spread over the first shipment, which is none of the ways of Schedule III or VI.

    >>> assist_share(Fraction(6000), Decimal(4000), AssistSpread.MADE_SO_FAR)
    Fraction(3, 2)
    """
    if basis is AssistSpread.FIRST_SHIPMENT:
        wanted = f"{AssistSpread.MADE_SO_FAR} or {AssistSpread.ANTICIPATED} (s.4(13))"
        raise MalformedValue("spreading of an assist", basis.value, wanted)
    return value / Fraction(amount("units that an assist is spread over", units, above_zero=True))
