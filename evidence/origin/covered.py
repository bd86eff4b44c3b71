"""What of one unit of a purchase counts, by what covers it: nothing, what its producer states, or its whole value."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.base import unchecked
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.purchase import PurchaseLine
from evidence.origin.bill import Line
from evidence.origin.bought import Covered, material_of
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import RateFile, carried, tidy
from evidence.origin.paid import Priced
from evidence.origin.stated import less, taken
from evidence.origin.support import Counts, Coverage, SupportFile
from evidence.origin.worksheet import Support
from evidence.rules.exact import exactly
from evidence.rules.roll_up import Material, Origin, roll_up


class CoverFile:
    """The cover of purchases, ready to be asked about one line of the bill at a time."""

    def __init__(self, inputs: Inputs, support: SupportFile, rates: RateFile, currency: str) -> None:
        self._inputs = inputs
        self._support = support
        self._rates = rates
        self._currency = currency

    def converted(self, figure: Decimal | None, declaration: SupplierDeclaration) -> Decimal | None:
        """A stated figure in the currency of the worksheet, cut upwards; None if it cannot be had."""
        rate = self._rates.on(
            declaration.currency or "", self._currency, declaration.signed_on or declaration.received_on
        )
        return None if figure is None or rate.rate is None else carried(Fraction(figure) * Fraction(rate.rate))

    def is_covered(self, purchase: Fact[PurchaseLine]) -> bool:
        """Whether nothing of a purchase counts."""
        return self._support.of_purchase(purchase).counts is Counts.NOTHING

    def of_line(self, line: Line) -> tuple[Covered, ...]:
        """The purchases that a bought line is valued by, or its standard value, each with its cover."""
        bill = line.bill.value
        if line.value.standard and line.value.unit_value is not None:
            coverage = self._support.of_standard(
                bill.owner, bill.child, bill.child_revision, self._inputs.question.period
            )
            priced = line.value.unit_value
            coverage, counted, cost, by = self._stated(coverage, priced, Decimal(0))
            refs = line.value.rests_on
            return (Covered(coverage, line.quantity, priced, counted, by, (), refs, net_cost=cost),)
        return tuple(self._of_purchase(priced) for priced in line.value.purchases)

    def _of_purchase(self, priced: Priced) -> Covered:
        purchase = priced.purchase.value
        coverage = self._support.of_purchase(priced.purchase)
        coverage, counted, cost, declaration = self._stated(coverage, priced.unit_price, priced.freight)
        return Covered(
            coverage,
            priced.quantity,
            priced.unit_price,
            counted,
            declaration,
            (purchase.invoice,),
            (priced.purchase.ref,),
            priced.deductions,
            cost,
        )

    def of_made(self, line: Line, coverage: Coverage, inside: list[Material]) -> tuple[list[Material], Decimal]:
        """A part that another party makes, by the figures that it states beside its books: what it states as
        non-originating beyond the materials `inside`, and how far its stated net cost is under the part's value.
        """
        value, own = line.value.unit_value, roll_up(inside).non_originating
        if value is None or own is None or not coverage.stated:
            return [], Decimal(0)
        found, _ = taken([fact.value for fact in coverage.stated], value, self._rates, self._currency, Decimal(0))
        vnm = value if found is None else found.vnm
        with exactly():
            more = vnm - own
        beyond = replace(
            material_of(line, Decimal(1), Origin.UNDETERMINED, None),
            key=f"stated beyond the bill of {line.key}", unit_value=more, deductions=Decimal(0),
        ) if more > 0 else None  # fmt: skip
        fallen = less(value, max(own, vnm), (None if found is None else found.net_cost,))
        return [] if beyond is None else [beyond], fallen

    def _stated(
        self, coverage: Coverage, price: Decimal, freight: Decimal
    ) -> tuple[Coverage, Decimal, Decimal | None, SupplierDeclaration | None]:
        """What of one unit counts, what its net cost is replaced with, and the statement that decides (s.9(2))."""
        decided = coverage.declaration.value if coverage.declaration is not None else None
        if coverage.counts is Counts.NOTHING:
            return coverage, Decimal(0), None, decided
        if coverage.counts is Counts.WHOLE:
            return coverage, price, None, decided
        figures = [fact.value for fact in coverage.stated]
        found, why = taken(figures, price, self._rates, self._currency, freight)
        if found is not None:
            return coverage, found.vnm, found.net_cost, found.by
        reason = f"{coverage.reason[:-1]}; not counted by its figures, its whole value counts: {why}"
        whole = replace(coverage, counts=Counts.WHOLE, reason=reason, open=True, failed="figures", stated=())
        return whole, price, None, decided

    def support_rows(self, covered: tuple[Covered, ...]) -> tuple[Support, ...]:
        """One row for the purchases of one source that stand alike."""
        alike: dict[tuple[object, ...], list[Covered]] = {}
        for each in covered:
            found = each.coverage
            key = (found.source.supplier, found.source.shipped_from, found.counts, found.failed, each.declaration)
            alike.setdefault((*key[:4], each.declaration.id if each.declaration else None), []).append(each)
        return tuple(self.support_row(group) for group in alike.values())

    def support_row(self, group: list[Covered]) -> Support:
        """The row of purchases that stand alike."""
        first = group[0]
        invoices = tuple(dict.fromkeys(invoice for each in group for invoice in each.invoices))
        grade, documents = self._support.grade(first.coverage, invoices)
        alike = len(group) - 1
        reason = first.coverage.reason
        reason += f" And {alike} more purchase{'s' if alike > 1 else ''} alike." if alike else ""
        refs = (ref for each in group for ref in (*each.rests_on, *each.coverage.rests_on))
        with exactly():
            quantity = sum((each.quantity for each in group), Decimal(0))
            value = sum((each.quantity * each.unit_price for each in group), Decimal(0))
        row = {
            "supplier": first.coverage.source.supplier,
            "shipped_from": first.coverage.source.shipped_from,
            "quantity": tidy(quantity),
            "value": tidy(value),
            "declaration": first.declaration.id if first.declaration else None,
            "reference": first.declaration.reference if first.declaration else None,
            "covers": first.coverage.counts is not Counts.WHOLE,
            "grade": grade,
            "reason": reason,
            "rests_on": tuple(dict.fromkeys((*refs, *documents))),
        }
        return unchecked(Support, (row,))[0]
