"""Accumulation: what a signed statement of a material's producer puts into the buyer's own computation.

19 CFR 182 App A s.9 and SOR/2020-155 s.9. By net cost the buyer takes the material's net cost and VNM (s.9(2)(a)), or
an amount of its net cost that is free of VNM (s.9(2)(b)); by transaction value its VNM (s.9(3)); each also as an
average over one plant and period (s.9(4)-(5)). For the tariff change a statement of the classification of all
non-originating inputs counts them instead of the material (s.9(7)(a)(ii)). It is signed, and its figures are in the
currency of the country of who gives it (s.9(7)(c)). A statement that does not hold counts for nothing: the material
then counts as any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from evidence.core.values import add_months
from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exactly
from evidence.rules.finding import Finding, all_of, judged, undetermined
from evidence.rules.tariff_shift import TariffInput

CITATION = "19 CFR 182 App A s.9; SOR/2020-155 s.9"
CURRENCIES: Mapping[str, str] = {"US": "USD", "CA": "CAD", "MX": "MXN"}
_PERIODS = (1, 3, 6, 12)
_PLACES = 12
"""Decimals to which an average of one unit is cut, towards the side that hurts the claim."""


class Form(StrEnum):
    """Which statement it is."""

    NET_COST_AND_VNM = "9(2)(a)"
    AMOUNT_FREE_OF_VNM = "9(2)(b)"
    TRANSACTION_VALUE = "9(3)"
    TARIFF_INPUTS = "9(7)(a)(ii)"


@dataclass(frozen=True, slots=True)
class Average:
    """That the figures are sums over all units of one plant and period, to be shared by the units (s.9(4)-(5))."""

    units: Decimal
    plants: int
    first: date
    last: date

    def __post_init__(self) -> None:
        amount("units of the average", self.units, above_zero=True)
        if self.last < self.first:
            raise MalformedValue("period of the average", f"{self.first} to {self.last}", "a first day before its last")


@dataclass(frozen=True, slots=True)
class Statement:
    """One signed statement; figures are per unit, or sums where `average` is given. None is not stated.

    Attributes:
        reference: the giver's own reference.
        net_cost: of s.9(2)(a).
        vnm: of s.9(2)(a) and s.9(3).
        free_of_vnm: of s.9(2)(b).
        inputs: of s.9(7)(a)(ii), every non-originating input with its code. An empty list states nothing: a material
            without such inputs originates, and its producer says that instead.
        wholly_in_region: of s.9(7)(a)(ii), that production was wholly in the region.
        currency: of the figures.
        giver_country: two letters.
        signed: whether a name and a day of signing are on it.
    """

    form: Form
    reference: str
    net_cost: Decimal | None = None
    vnm: Decimal | None = None
    free_of_vnm: Decimal | None = None
    inputs: tuple[TariffInput, ...] | None = None
    wholly_in_region: bool = False
    currency: str = ""
    giver_country: str = ""
    signed: bool = False
    average: Average | None = None

    def __post_init__(self) -> None:
        for name in ("net_cost", "vnm", "free_of_vnm"):
            figure = getattr(self, name)
            if figure is not None:
                amount(f"{name.replace('_', ' ')} of statement {self.reference}", figure)


@dataclass(frozen=True, slots=True)
class BuyersFiscalYear:
    """The buyer's fiscal year, within which an average must lie (s.9(4)-(5))."""

    first: date
    last: date


def holds(statement: Statement, year: BuyersFiscalYear | None = None) -> Finding:
    """Whether a statement may be relied on: signed, in the giver's currency, with the figures of its form.

    Args:
        year: needed for an average; without it an average is not determinable.
    """
    parts = [
        _said("signed", statement.signed, "no name or day of signing is on it"),
        _figures(statement),
    ]
    if statement.form is not Form.TARIFF_INPUTS:
        parts.append(_currency(statement))
    if statement.average is not None:
        parts += _average(statement.average, year)
    return all_of(f"statement {statement.reference} of s.{statement.form.value}", parts, citations=(CITATION,))


def _said(test: str, met: bool, failing: str) -> Finding:
    reason = "yes" if met else failing
    return judged(test, reason, CITATION, met=met, shown=reason)


def _figures(statement: Statement) -> Finding:
    wanted: dict[Form, tuple[tuple[str, object], ...]] = {
        Form.NET_COST_AND_VNM: (("net cost", statement.net_cost), ("VNM", statement.vnm)),
        Form.AMOUNT_FREE_OF_VNM: (("amount free of VNM", statement.free_of_vnm),),
        Form.TRANSACTION_VALUE: (("VNM", statement.vnm),),
        Form.TARIFF_INPUTS: (
            ("the non-originating inputs", statement.inputs or None),
            ("that production was wholly in the region", statement.wholly_in_region or None),
        ),
    }
    missing = [name for name, figure in wanted[statement.form] if figure is None]
    return _said("states what its form needs", not missing, f"it does not state {' and '.join(missing)}")


def _currency(statement: Statement) -> Finding:
    test = "in the currency of the giver's country"
    wanted = CURRENCIES.get(statement.giver_country)
    if wanted is None:
        return undetermined(test, f"its giver's country is {statement.giver_country or 'not recorded'}")
    return _said(test, statement.currency == wanted, f"it is in {statement.currency or 'no currency'}, not {wanted}")


def _average(average: Average, year: BuyersFiscalYear | None) -> list[Finding]:
    one = _said("average over one plant", average.plants == 1, f"it is over {average.plants} plants")
    return [one, *average_period(average.first, average.last, year).parts]


def average_period(first: date, last: date, year: BuyersFiscalYear | None) -> Finding:
    """Whether an average may be over these days: 1, 3, 6 or 12 months within the buyer's fiscal year (s.9(4)-(5)).

    Args:
        year: the buyer's fiscal year that holds `first`; None where it is not recorded.
    """
    span = f"{first} to {last}"
    months = any(add_months(first, count) - timedelta(days=1) == last for count in _PERIODS)
    parts = [_said("average over 1, 3, 6 or 12 months", months, f"it is over {span}")]
    test = "average within the buyer's fiscal year"
    if year is None:
        parts.append(undetermined(test, "the buyer's fiscal year is not recorded"))
    else:
        within = year.first <= first and last <= year.last
        parts.append(_said(test, within, f"{span} is not within {year.first} to {year.last}"))
    return all_of("period of the average", parts, citations=(CITATION,))


@dataclass(frozen=True, slots=True)
class Accumulated:
    """What one unit of the material adds to the buyer's figures; None is not known.

    Attributes:
        base: net cost by the net cost method (nothing by transaction value: TV is unchanged).
        vnm: value of non-originating materials.
        unrounded: whether both are exact; an average that does not come out even is cut against the claim.
    """

    base: Decimal | None
    vnm: Decimal | None
    unrounded: bool = True


def by_net_cost(
    statement: Statement, unit_value: Decimal | None, *, costs_besides: Decimal = Decimal(0)
) -> Accumulated:
    """What one unit of the material adds by the net cost method.

    Under s.9(2)(a) its stated net cost, with the costs of s.8(2)(a)-(c) that are not in it already, and its stated
    VNM. Under s.9(2)(b) its value by s.8(1), and that value less the amount stated.

    Args:
        unit_value: by s.8(1), in the currency of the statement's figures as converted; None if not known.
        costs_besides: freight, duties and brokerage of s.8(2)(a)-(c) of one unit, not in the stated net cost.

    Raises:
        MalformedValue: a figure is outside its range, the form is not one of s.9(2), or the amount free of VNM exceeds
            the value.
    """
    amount("costs of s.8(2)(a)-(c)", costs_besides)
    if statement.form is Form.NET_COST_AND_VNM:
        cost, even = _unit(statement, statement.net_cost, up=False)
        vnm, exact = _unit(statement, statement.vnm, up=True)
        with exactly():
            return Accumulated(None if cost is None else cost + costs_besides, vnm, even and exact)
    if statement.form is not Form.AMOUNT_FREE_OF_VNM:
        wanted = "a statement of s.9(2)(a) or (b), or its average"
        raise MalformedValue(f"statement {statement.reference} for the net cost method", statement.form.value, wanted)
    free, even = _unit(statement, statement.free_of_vnm, up=False)
    if unit_value is None or free is None:
        return Accumulated(unit_value, None)
    amount("value of the material", unit_value)
    if free > unit_value:
        wanted = f"at most the material's value, {unit_value}"
        raise MalformedValue(f"amount free of VNM of statement {statement.reference}", str(free), wanted)
    with exactly():
        return Accumulated(unit_value, unit_value - free, even)


def by_transaction_value(statement: Statement) -> Accumulated:
    """What one unit of the material adds by the transaction value method: its stated VNM; TV is unchanged (s.9(3)).

    Raises:
        MalformedValue: the form is not that of s.9(3) or (5).
    """
    if statement.form is not Form.TRANSACTION_VALUE:
        wanted = "a statement of s.9(3), or its average"
        found = statement.form.value
        raise MalformedValue(f"statement {statement.reference} for the transaction value method", found, wanted)
    vnm, even = _unit(statement, statement.vnm, up=True)
    return Accumulated(None, vnm, even)


def _unit(statement: Statement, figure: Decimal | None, *, up: bool) -> tuple[Decimal | None, bool]:
    """The figure of one unit, and whether it came out even."""
    if figure is None or statement.average is None:
        return figure, True
    share = Fraction(figure) / Fraction(statement.average.units)
    scaled = share * 10**_PLACES
    units = ceil(scaled) if up else floor(scaled)
    with exactly():
        return Decimal(units).scaleb(-_PLACES).normalize() + Decimal(0), scaled.denominator == 1


def for_tariff_change(material: TariffInput, statement: Statement | None) -> TariffInput:
    """The material as the tariff change sees it: with its inputs where a statement of s.9(7)(a)(ii) holds.

    It then shifts where it shifts itself or every stated input does; where not, its whole value misses.
    """
    if statement is None or statement.form is not Form.TARIFF_INPUTS or not holds(statement).met:
        return material
    return TariffInput(material.key, material.code, material.value, material.kinds, statement.inputs)
