"""The value of a material for which no price serves: the first method of Schedule VI that gives one.

19 CFR 182 App A s.8(4), Schedule VI; the same of SOR/2020-155. No price serves where nothing was paid, or where buyer
and seller are related, unless it is known that this did not influence it. A later method is open only where it is on
record that every earlier one was tried and gives nothing; two values by one method are none. A deductive value needs
the units sold at each price (Schedule VI s.8(3)) and deductions below the price; a value of nothing is none.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evidence.core.statements.material_value import MaterialValueLine, ValuationMethod
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.values import decimal_to_text
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.related import Between
from evidence.rules.exact import exactly
from evidence.rules.material_value import Sales, unit_price, without_price

_Lines = Mapping[ValuationMethod, list[Fact[MaterialValueLine]]]


@dataclass(frozen=True, slots=True)
class Valued:
    """What one unit is worth, in `currency` and per `unit`; None with the reason where that is not known."""

    value: Decimal | None
    said: str
    unit: str = ""
    currency: str = ""
    rests_on: tuple[str, ...] = ()


def no_price(line: PurchaseLine, seller: Between) -> str:
    """Why the price of a purchase is no value of the material; empty where it is one."""
    if line.price == 0:
        return "nothing was paid for it"
    if not seller.related:
        return ""
    if seller.influenced is None:
        return "buyer and seller are related, and nothing shows that this did not influence the price"
    return "buyer and seller are related, and that influenced the price" if seller.influenced else ""


class ValuationFile:
    """The values on file by Schedule VI, ready to be asked for one material on one day."""

    def __init__(self, inputs: Inputs) -> None:
        self._lines: dict[tuple[str, str, str], list[Fact[MaterialValueLine]]] = defaultdict(list)
        for fact in inputs.material_values:
            of = fact.value
            self._lines[of.owner, of.part, of.plant].append(fact)

    def of(self, owner: str, part: str, revision: str, plant: str, day: date) -> Valued:
        """The value of a material received on `day`."""
        mine = [
            fact
            for fact in self._lines[owner, part, plant]
            if fact.value.revision in (None, revision) and fact.value.period_from <= day <= fact.value.period_to
        ]
        if not mine:
            return Valued(None, "no value by Schedule VI is on file")
        refs = tuple(fact.ref for fact in mine)
        units = {(fact.value.unit, fact.value.currency) for fact in mine}
        if len(units) > 1:
            return Valued(None, "its values by Schedule VI are in several units or currencies", rests_on=refs)
        by: dict[ValuationMethod, list[Fact[MaterialValueLine]]] = defaultdict(list)
        for fact in mine:
            by[fact.value.method].append(fact)
        computed_first = any(fact.value.computed_first for fact in mine)
        values: dict[ValuationMethod, Decimal | None] = {}
        for method in _order(computed_first=computed_first):
            if method not in by:
                return Valued(None, f"nothing on file says that there is no {method}", rests_on=refs)
            if len({fact.value.value for fact in by[method]}) > 1 and method is not ValuationMethod.DEDUCTIVE:
                return Valued(None, f"two values are on file by {method}", rests_on=refs)
            if fault := _fault(by[method], method):
                return Valued(None, fault, rests_on=refs)
            values[method] = _value(by, method)
            if values[method] is not None:
                break
        return _first(values, *units.pop(), refs, computed_first=computed_first)


def _first(
    values: Mapping[ValuationMethod, Decimal | None],
    unit: str,
    currency: str,
    refs: tuple[str, ...],
    *,
    computed_first: bool,
) -> Valued:
    found = without_price(values, computed_first=computed_first)
    if found is None:
        return Valued(None, "no method of Schedule VI gives a value", rests_on=refs)
    method, value = found
    said = f"{decimal_to_text(value)} {currency} by {method} (s.8(4), Schedule VI)"
    return Valued(value, said, unit, currency, refs)


def _order(*, computed_first: bool) -> list[ValuationMethod]:
    order = list(ValuationMethod)
    if computed_first:
        order[2], order[3] = order[3], order[2]
    return order


def _fault(facts: list[Fact[MaterialValueLine]], method: ValuationMethod) -> str:
    """Why what is on file by a method is no value; empty where it is one, or says that there is none."""
    deductive = method is ValuationMethod.DEDUCTIVE
    for fact in facts:
        line = fact.value
        if line.value is None:
            continue
        if line.value == 0:
            return f"its {method} is recorded as nothing (entry {fact.ref}); leave it empty where there is none"
        if deductive and line.units_sold is None:
            price = f"{decimal_to_text(line.value)} {line.currency}"
            return f"the units sold at {price} are not recorded, which its {method} needs (entry {fact.ref})"
        if deductive and (line.deductions or Decimal(0)) >= line.value:
            return f"the deductions of its {method} come to all of the price or more (entry {fact.ref})"
    return ""


def _value(by: _Lines, method: ValuationMethod) -> Decimal | None:
    """What a method gives; the deductive value is the price at which most units were sold, less what comes off it."""
    lines = [fact.value for fact in by[method] if fact.value.value is not None]
    if not lines:
        return None
    first = lines[0].value
    if method is not ValuationMethod.DEDUCTIVE:
        return first
    price = unit_price(
        Sales(line.value, line.units_sold, line.sales or 1) for line in lines if line.value and line.units_sold
    ).price
    off = min((line.deductions or Decimal(0) for line in lines if line.value == price), default=Decimal(0))
    with exactly():
        return price - off
