"""Statements of figures by producers of materials (s.9(2), (4)): whether each holds, and what several of them come to.

19 CFR 182 App A s.9 by way of `rules.accumulation`. A statement holds where it is signed, states what its form needs
and is in the currency of the country of who gives it; an average also where its days are such as it may be over. Of one
form the figures that hurt the claim most count. Of the two forms the user of the material may choose (s.9(1)).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.declaration import DeclarationForm, SupplierDeclaration
from evidence.core.values import Period
from evidence.errors import MalformedValue, RuleError
from evidence.origin.fiscal import fiscal_year
from evidence.origin.inputs import Inputs
from evidence.origin.money import RateFile, carried
from evidence.rules.accumulation import Average, BuyersFiscalYear, Form, Statement, by_net_cost, holds
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, Outcome

FORMS = (
    DeclarationForm.ACCUMULATION_COST,
    DeclarationForm.ACCUMULATION_VALUE,
    DeclarationForm.ACCUMULATION_AVERAGE,
)
"""The declarations that state figures for the net cost method."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the statements of one source come to for one unit, in the currency of the worksheet.

    Attributes:
        vnm: the value of non-originating materials that counts.
        net_cost: what the material's net cost is replaced with (s.9(2)(a)); None leaves it as booked.
        by: the statement that decides.
    """

    vnm: Decimal
    net_cost: Decimal | None
    by: SupplierDeclaration


def statement(of: SupplierDeclaration, country: str | None, average: Average | None = None) -> Statement:
    """A declaration of one of `FORMS` as the rules take it; `country` is that of who gives it."""
    by_cost = of.form is DeclarationForm.ACCUMULATION_COST
    by_average = of.form is DeclarationForm.ACCUMULATION_AVERAGE
    cost = by_cost or (by_average and of.net_cost is not None and of.non_originating_value is not None)
    return Statement(
        Form.NET_COST_AND_VNM if cost else Form.AMOUNT_FREE_OF_VNM,
        of.reference,
        net_cost=of.net_cost,
        vnm=of.non_originating_value,
        free_of_vnm=of.amount_free_of_vnm,
        currency=of.currency or "",
        giver_country=country or "",
        signed=of.signatory is not None and of.signed_on is not None,
        average=average,
    )


def held(of: SupplierDeclaration, inputs: Inputs, countries: Mapping[str, str]) -> str:
    """Why a declaration of one of `FORMS` may not be relied on, in words; empty where it may.

    Args:
        of: the declaration.
        inputs: for the buyer's fiscal year, within which an average lies.
        countries: of each plant on record.
    """
    average, year = None, None
    over = of.averaged_over or "no period that it names"
    wrong = f"is an average over {over}, and not 1, 3, 6 or 12 months within the buyer's fiscal year (s.9(4))"
    if of.form is DeclarationForm.ACCUMULATION_AVERAGE:
        try:
            period = Period.parse((of.averaged_over or "").partition(",")[0].strip())
            span = fiscal_year(inputs, period.first).span
        except (MalformedValue, RuleError):
            return wrong
        average = Average(Decimal(1), 1, period.first, period.last)
        year = BuyersFiscalYear(span.first, span.last)
    country = of.country or countries.get(of.plant or "")
    try:
        found = holds(statement(of, country, average), year)
    except MalformedValue as wrong_figure:
        return f"states what cannot be: {wrong_figure}"
    against = [part for part in found.parts if part.outcome is not Outcome.MET]
    if average is not None and any(part.test.startswith("average") for part in against):
        return wrong
    return "does not hold (s.9): " + "; ".join(_said(part) for part in against) if against else ""


def _said(part: Finding) -> str:
    return part.reason.rstrip(".")


def contradicted(several: Iterable[SupplierDeclaration]) -> bool:
    """Whether statements of one source state different figures in one form, or more free of VNM than one leaves."""
    costs: dict[tuple[Decimal, Decimal], None] = {}
    free: dict[Decimal, None] = {}
    for of in several:
        if statement(of, of.country).form is Form.NET_COST_AND_VNM:
            if of.net_cost is not None and of.non_originating_value is not None:
                costs[of.net_cost, of.non_originating_value] = None
        elif of.amount_free_of_vnm is not None:
            free[of.amount_free_of_vnm] = None
    with exactly():
        beyond = any(amount > cost - vnm for amount in free for cost, vnm in costs)
    return len(costs) > 1 or len(free) > 1 or beyond


def taken(
    several: Iterable[SupplierDeclaration], value: Decimal, rates: RateFile, currency: str, besides: Decimal
) -> tuple[Taken | None, str]:
    """What the statements of one source, each of which holds, come to for one unit; with why, where none can count.

    Of one form the greatest value of non-originating materials counts, with the least net cost; no net cost is taken
    below what in it does not originate. The form of s.9(2)(b) is chosen where less counts by it.

    Args:
        several: the statements.
        value: of one unit by s.8(1), in `currency`.
        rates: by which stated figures are converted on the day of signing.
        currency: of the worksheet.
        besides: costs of s.8(2)(a)-(c) of one unit that are in `value` and no producer's.
    """
    by_form: dict[Form, Taken] = {}
    shut: dict[Form, str] = {}
    for of in several:
        rate = rates.on(of.currency or "", currency, of.signed_on or of.received_on)
        form = statement(of, of.country).form
        if rate.rate is None:
            shut[form] = f"declaration {of.reference}: {rate.reason}"
            continue
        try:
            found = _one(of, value, Fraction(rate.rate), besides)
        except MalformedValue as above:
            shut[form] = str(above)
            continue
        by_form[form] = _worse(by_form.get(form), found)
    open_forms = {form: each for form, each in by_form.items() if form not in shut}
    cost, free = open_forms.get(Form.NET_COST_AND_VNM), open_forms.get(Form.AMOUNT_FREE_OF_VNM)
    if cost is None or free is None:
        return cost or free, "" if cost or free else next(iter(shut.values()), "")
    return (free if free.vnm < cost.vnm and not contradicted(several) else cost), ""


def _one(of: SupplierDeclaration, value: Decimal, rate: Fraction, besides: Decimal) -> Taken:
    """What one statement comes to; its figures are rounded to the side that hurts the claim.

    Raises:
        MalformedValue: a figure is above the value of the material.
    """

    def figure(amount: Decimal | None, convert: Callable[[Fraction], Decimal]) -> Decimal | None:
        return None if amount is None else convert(Fraction(amount) * rate)

    plain = statement(of, of.country)
    converted = Statement(
        plain.form,
        plain.reference,
        net_cost=figure(plain.net_cost, _down),
        vnm=figure(plain.vnm, carried),
        free_of_vnm=figure(plain.free_of_vnm, _down),
    )
    found = by_net_cost(converted, value, costs_besides=besides)
    vnm = value if found.vnm is None else found.vnm
    if vnm > value:
        raise MalformedValue(f"VNM of statement {of.reference}", str(vnm), f"at most the material's value, {value}")
    return Taken(vnm, found.base if plain.form is Form.NET_COST_AND_VNM else None, of)


def _worse(one: Taken | None, other: Taken) -> Taken:
    if one is None:
        return other
    worse = one if one.vnm > other.vnm else other
    costs = [each.net_cost for each in (one, other) if each.net_cost is not None]
    return Taken(worse.vnm, max(min(costs), worse.vnm) if costs else None, worse.by)


def _down(value: Fraction) -> Decimal:
    return -carried(-value)


def less(value: Decimal | None, vnm: Decimal, costs: Iterable[Decimal | None]) -> Decimal:
    """How far the buyer's net cost of one unit falls under its value by the stated net costs; never more than leaves
    room for what does not originate, and nothing where the net cost stated is above the value.
    """
    known = [cost for cost in costs if cost is not None]
    if value is None or not known:
        return Decimal(0)
    with exactly():
        return max(Decimal(0), value - max(min(known), vnm))
