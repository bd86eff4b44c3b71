"""The transaction value of a good, from the producer's recorded sales of it within the period.

19 CFR 182 App A s.1(1), s.7(2), Schedule III by way of `rules.transaction_value`. Each invoice line has a value of its
own; the content is worked out by the lowest of them, so that it holds for every unit sold. A sale without an acceptable
transaction value leaves the good without one: its units are not told apart from the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from evidence.core.statements.sale import ADDITIONS, SaleLine
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import RateFile, tidy
from evidence.origin.related import Between, RelatedFile
from evidence.origin.rows import Cells
from evidence.rules import carried
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding, all_of, undetermined
from evidence.rules.regional_value import percent
from evidence.rules.transaction_value import (
    CITATION,
    Addition,
    AdditionKind,
    Sale,
    Shipment,
    ShipmentCost,
    Step,
    Terms,
    transaction_value,
)

TEST = "transaction value"
_KINDS = {
    "commissions": AdditionKind.COMMISSION,
    "packaging": AdditionKind.PACKAGING,
    "assists": AdditionKind.ASSIST,
    "royalties": AdditionKind.ROYALTY,
    "proceeds": AdditionKind.PROCEEDS,
    "inland_transport": AdditionKind.TRANSPORT,
}
_WITHOUT_FREIGHT = ("EXW", "FCA", "FAS", "FOB")
"""The terms of delivery under which the buyer pays the main carriage; under every other one the price holds it."""


@dataclass(frozen=True, slots=True)
class Sold:
    """One invoice line: its steps from the price to its value in its own currency, and that per unit in the books'.

    `unit_value` is cut downwards where a division does not end, and None where the line has no known value.
    """

    fact: Fact[SaleLine]
    steps: tuple[Step, ...]
    adjusted: Decimal | None
    rate: Decimal | None
    unit_value: Decimal | None
    finding: Finding
    rests_on: tuple[str, ...]


class Sales:
    """The sales of the good asked about, and the value that its content is worked out by."""

    def __init__(self, inputs: Inputs, rates: RateFile, currency: str, units: Decimal | None) -> None:
        self._inputs, self._rates, self._currency, self._units = inputs, rates, currency, units
        self._related = RelatedFile(inputs)

    @cached_property
    def lines(self) -> tuple[Sold, ...]:
        """The invoice lines within the period, in ledger order."""
        return tuple(self._sold(fact) for fact in self._inputs.sales)

    @cached_property
    def lowest(self) -> Sold | None:
        """The line with the lowest value per unit; None where one has none, or none is on file."""
        known = [line for line in self.lines if line.unit_value is not None]
        if not known or len(known) < len(self.lines):
            return None
        return min(known, key=lambda line: line.unit_value or Decimal(0))

    @cached_property
    def value(self) -> Decimal | None:
        """The transaction value for all units made, adjusted to exclude international shipment."""
        if self.lowest is None or self.lowest.unit_value is None or self._units is None:
            return None
        with exactly():
            return tidy(self.lowest.unit_value * self._units)

    @cached_property
    def finding(self) -> Finding:
        """Whether every sale has a transaction value."""
        asked = self._inputs.question
        if not self.lines:
            reason = f"no sale of {asked.part} from {asked.plant} is on file within {asked.period}"
            return undetermined(TEST, reason, citations=(CITATION,))
        found = all_of(TEST, (line.finding for line in self.lines), citations=(CITATION,))
        if found.met and self._units is None:
            return undetermined(TEST, "the units made in the period are not known", citations=(CITATION,))
        return found

    def add_cells(self, cells: Cells, non_originating: Decimal | None) -> None:
        """The deciding line step by step, the value for all units, and the content by it."""
        line = self.lowest
        if line is None:
            return
        names = []
        for number, step in enumerate(line.steps):
            names.append(f"tv.{number + 1}")
            label = f"{step.name.capitalize()}, invoice {line.fact.value.invoice} line {line.fact.value.invoice_line}"
            cells.add(names[-1], label, step.change, step.reason, (line.fact.ref,), line.fact.value.currency)
        quantity = line.fact.value.quantity
        formula = f"({' + '.join(names)}) / {quantity}"
        if line.fact.value.currency != self._currency:
            formula += f" x {line.rate}, the rate of {line.fact.value.currency}"
        label = "Adjusted transaction value of one unit, the lowest of the period"
        formula += ", by the quantity sold, cut after ten decimals"
        cells.add("tv.unit", label, line.unit_value, formula, (*names, *line.rests_on))
        cells.add("tv", "Adjusted transaction value", self.value, "tv.unit x units", ("tv.unit", "units"))
        if self.value and non_originating is not None:
            formula = "(tv - vnm) / tv x 100, cut after four decimals"
            label = "Regional value content, transaction value method"
            cells.add("content.tv", label, percent(self.value, non_originating), formula, ("tv", "vnm"), "%")

    def _sold(self, fact: Fact[SaleLine]) -> Sold:
        line = fact.value
        buyer = self._related.of(line.buyer, line.sold_on, line.related, line.influenced)
        result = transaction_value(_sale(fact, buyer))
        rate = self._rates.on(line.currency, self._currency, line.sold_on)
        test = f"{TEST}, invoice {line.invoice} line {line.invoice_line}"
        refs = (fact.ref, *rate.rests_on, *buyer.rests_on)
        parts = [result.finding]
        if rate.rate is None:
            parts.append(undetermined("exchange rate", rate.reason, rests_on=refs))
        if missing := self._other_unit(line):
            parts.append(undetermined("unit", missing, rests_on=refs))
        finding = all_of(test, parts, citations=(CITATION,))
        unit = None
        if finding.met and result.adjusted is not None and rate.rate is not None:
            unit = carried.down(Fraction(result.adjusted) * Fraction(rate.rate) / Fraction(line.quantity))
        return Sold(fact, result.steps, result.adjusted, rate.rate, unit, finding, refs)

    def _other_unit(self, line: SaleLine) -> str:
        """Why the line's unit is not the good's own; empty where it is."""
        own = {fact.value.unit for fact in self._inputs.items if (fact.value.owner, fact.value.part) == _of(line)}
        return "" if own == {line.unit} else f"it is sold by {line.unit} and made by {', '.join(sorted(own)) or 'none'}"


def _of(line: SaleLine) -> tuple[str, str]:
    return line.owner, line.part


def _sale(fact: Fact[SaleLine], buyer: Between) -> Sale:
    """The recorded line as Schedule III looks at it; amounts are for the whole line, in its own currency."""
    line = fact.value
    with exactly():
        price = carried.down(Fraction(line.price) * Fraction(line.quantity) / Fraction(line.price_per))
    return Sale(
        price=price,
        terms=Terms(
            sold=True,
            restricted=line.restricted,
            conditional=line.conditional,
            proceeds_unadjusted=line.proceeds_unadjusted,
            related=buyer.related,
            influenced=buyer.influenced,
        ),
        additions=tuple(_additions(line)),
        shipment=(
            Shipment(ShipmentCost.BEYOND_TRANSPORT, line.international_freight, _freight_in_price(line)),
            Shipment(ShipmentCost.PACKING, line.packing, line.packing_in_price),
        ),
        discounts=min(line.discounts, price),
        rests_on=(fact.ref,),
    )


def _additions(line: SaleLine) -> Iterator[Addition]:
    """What is added: of what is on file and not said to be outside the price, nothing."""
    for name in ADDITIONS:
        amount, in_price = getattr(line, name), getattr(line, f"{name}_in_price")
        if in_price is False or (amount is not None and in_price is None):
            shown_by = getattr(line, f"{name}_document") or ""
            yield Addition(_KINDS[name], amount, in_price is not False, shown_by)


def _freight_in_price(line: SaleLine) -> bool | None:
    """Whether the price holds the international freight: as recorded, else by the term of delivery."""
    if line.freight_in_price is not None or line.incoterm is None:
        return line.freight_in_price
    return line.incoterm.split()[0].upper() not in _WITHOUT_FREIGHT
