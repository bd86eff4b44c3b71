"""How each line of the bill counts: supported or not, rolled up or whole; and the tie of the bill to the books.

Worst case by default: one purchase without cover makes the whole material non-originating for the period. With the
election ``proration by purchases`` the uncovered share of the quantity counts. A bill that comes to less than the
booked material cost is short, and the shortfall counts as a non-originating material of unknown code (RECORDS.md,
last section).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from evidence.core.crosswalk.declared import VNM, tariff_inputs
from evidence.core.statements.declaration import DeclarationForm, SupplierDeclaration
from evidence.core.statements.item import Nature
from evidence.core.statements.purchase import PurchaseLine
from evidence.errors import MalformedValue
from evidence.origin.bill import Line
from evidence.origin.choices import INVENTORY, PRORATION
from evidence.origin.codes import CodeFile
from evidence.origin.costs import CostSheet
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import RateFile, carried, tidy
from evidence.origin.paid import Priced, Value
from evidence.origin.pools import Pooled, PoolFile
from evidence.origin.support import REGION, Counts, Coverage, SupportFile, stated_for_net_cost
from evidence.origin.worksheet import Status, Support
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding
from evidence.rules.roll_up import Accumulation, AccumulationForm, Material, Origin, Treatment
from evidence.rules.roll_up import Nature as RuleNature
from evidence.rules.tariff_shift import TariffInput

_NATURES = {
    Nature.DIRECT: RuleNature.DIRECT,
    Nature.SET: RuleNature.DIRECT,
    Nature.INDIRECT: RuleNature.INDIRECT,
    Nature.PACKING: RuleNature.SHIPPING_PACKING,
    Nature.RETAIL_PACKAGING: RuleNature.RETAIL_PACKAGING,
    Nature.ACCESSORY: RuleNature.ACCESSORY,
}
NOT_ORIGINATING = "not originating"
"""What `Coverage.failed` says of a material that its own supplier declares not to originate."""
NOT_TIED = (Nature.INDIRECT, Nature.PACKING)
"""Booked as overhead or as shipping and packing, and so no part of the booked material cost that a bill comes up to."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One purchase, or an estimate's whole demand, with its coverage and what of one unit counts."""

    coverage: Coverage
    quantity: Decimal
    unit_price: Decimal
    counted: Decimal
    declaration: SupplierDeclaration | None
    invoices: tuple[str, ...]
    rests_on: tuple[str, ...]
    deductions: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bought:
    """How a bought line counts: its purchases, its status, and its quantity in shares that count alike."""

    status: Status
    reason: str
    covered: tuple[Covered, ...]
    support: tuple[Support, ...]
    materials: tuple[Material, ...]
    rests_on: tuple[str, ...] = ()

    @property
    def originates(self) -> bool:
        return self.status is Status.ORIGINATING

    @property
    def whole(self) -> bool:
        """Whether its whole value counts."""
        return any(each.coverage.counts is Counts.WHOLE for each in self.covered)


@dataclass(frozen=True, slots=True)
class Tie:
    """A bill against the books of one good: booked material cost, what the bill comes to, and the shortfall."""

    booked: Decimal | None
    by_bill: Decimal | None
    shortfall: Decimal | None
    per_unit: Decimal | None


class Counting:
    """Counts the lines of one bill."""

    def __init__(
        self,
        inputs: Inputs,
        support: SupportFile,
        rates: RateFile,
        currency: str,
        several: str,
        *,
        listed: Callable[[Line], str] | None = None,
        codes: CodeFile | None = None,
    ) -> None:
        """`listed` gives the table, F or G, by which a line of a good of s.20 may be traced; `codes` reads the codes of
        inputs that suppliers state.
        """
        self._inputs = inputs
        self._listed = listed
        self._codes = codes
        self._support = support
        self._rates = rates
        self._currency = currency
        self._several = several
        self._pools = PoolFile(inputs, rates, currency, self._is_covered)
        self._bought: dict[str, Bought] = {}
        self._apart: dict[str, Bought | None] = {}

    def bought(self, line: Line) -> Bought:
        """How a bought line counts; worked out once."""
        if line.id not in self._bought:
            self._bought[line.id] = self._count(line)
        return self._bought[line.id]

    def apart(self, line: Line) -> Bought | None:
        """How a line made by another party than its user counts (s.9); None where it is bought or one party does both.

        With a statement of its producer it counts by its own materials; without, its whole booked cost counts, and
        where none is booked nothing tells what it is worth.
        """
        if line.made_at is None:
            return None
        if line.id not in self._apart:
            bill = line.bill.value
            coverage = self._support.of_made(bill.owner, bill.child, bill.child_revision, line.plant, line.made_at)
            self._apart[line.id] = None if coverage is None else self._count_apart(line, coverage)
        return self._apart[line.id]

    def _count_apart(self, line: Line, coverage: Coverage) -> Bought:
        booked = line.sheet.unit_cost if line.sheet is not None and not line.fault else None
        units = line.sheet.units if line.sheet is not None else None
        whole = coverage.counts is Counts.WHOLE
        declaration = coverage.declaration.value if coverage.declaration is not None else None
        refs = line.sheet.rests_on if line.sheet is not None else ()
        one = Covered(coverage, units or line.quantity, booked or Decimal(0), Decimal(0), declaration, (), refs)
        origin = Origin.NON_ORIGINATING if coverage.settled else Origin.UNDETERMINED
        counted = replace(_material(line, line.bill.value.quantity, origin, None), unit_value=booked)
        status = Status.ROLLED_UP if not whole else _status((one,))
        return Bought(status, coverage.reason, (one,), (self._support_row([one]),), (counted,) if whole else ())

    def materials(
        self, lines: Iterable[Line], tested: Mapping[str, Finding], *, designations: bool = True
    ) -> list[Material]:
        """The lines as the roll-up takes them. Without `designations` no self-produced material counts as a whole
        (s.8(6): what qualified by a content may not be nested).
        """
        found: list[Material] = []
        for line in lines:
            if line.made_at is None:
                found += self.bought(line).materials
                continue
            apart = self.apart(line)
            if apart is not None and apart.whole:
                found += apart.materials
                continue
            inside = [] if line.fault else self.materials(line.children, tested, designations=designations)
            if line.sheet is not None:
                inside += shortfall(line.key, self.tie(line.children, line.sheet))
            verdict = tested.get(line.id)
            originates = designations and verdict is not None and verdict.met
            found.append(
                Material(
                    key=line.key,
                    quantity=line.bill.value.quantity,
                    unit_value=None if line.fault else line.value.unit_value,
                    origin=Origin.ORIGINATING if originates else Origin.UNDETERMINED,
                    self_produced=True,
                    designated=originates,
                    by_content=True,
                    producer=line.made_at,
                    nature=_NATURES[line.nature],
                    code=line.code.rule_code,
                    kinds=kinds(line),
                    children=() if line.fault else tuple(inside),
                )
            )
        return found

    def tie(self, lines: Iterable[Line], sheet: CostSheet) -> Tie:
        """What the lines come to for all units made, against the booked material cost of the sheet."""
        if sheet.material is None or sheet.units is None:
            return Tie(None, None, None, None)
        total = Decimal(0)
        with exactly():
            for line in lines:
                if line.nature in NOT_TIED:
                    continue
                if line.value.unit_value is None:
                    return Tie(sheet.material, None, None, None)
                total += line.value.unit_value * line.bill.value.quantity * sheet.units
            short = max(sheet.material - total, Decimal(0))
        return Tie(sheet.material, tidy(total), tidy(short), carried(Fraction(short) / Fraction(sheet.units)))

    def _count(self, line: Line) -> Bought:
        nature = _NATURES[line.nature]
        if nature in (RuleNature.INDIRECT, RuleNature.SHIPPING_PACKING):
            what = (
                "indirect material: originates (s.8(13))"
                if nature is RuleNature.INDIRECT
                else "packing for shipment: ignored"
            )
            one = _material(line, line.bill.value.quantity, Origin.ORIGINATING, None)
            return Bought(Status.ORIGINATING, what, (), (), (one,))
        covered = self._covered(line)
        unit = line.value.unit_value
        if unit is None or not covered:
            one = _material(line, line.bill.value.quantity, Origin.UNDETERMINED, None)
            return Bought(Status.UNDETERMINED, f"Value not known: {line.value.reason}.", covered, (), (one,))
        support = self._support_rows(covered)
        pooled = self._pools.of(line) if self._several == INVENTORY else None
        if pooled is not None:
            return _by_pool(line, pooled, covered, support)
        status = _status(covered)
        inside = self._inside(line, covered)
        if inside is not None:
            reason = f"{_reason(covered, 'worst case')} {Treatment.LISTED[0].upper()}{Treatment.LISTED[1:]}."
            one = replace(_worst(line, unit, covered), inside=inside, inputs=self._inputs_of(covered))
            return Bought(status, reason, covered, support, (one,))
        if self._several == PRORATION and len({each.coverage.counts for each in covered}) > 1:
            return Bought(status, _reason(covered, "by purchases"), covered, support, self._prorated(line, covered))
        one = replace(_worst(line, unit, covered), inputs=self._inputs_of(covered))
        return Bought(status, _reason(covered, "worst case"), covered, support, (one,))

    def _inside(self, line: Line, covered: tuple[Covered, ...]) -> Decimal | None:
        """VNM in one unit of a listed material as its producer states it, the most of several; None where one does not.

        A statement of s.20(4) makes nothing originate: it says what is non-originating inside what does not.
        """
        whole = [each for each in covered if each.coverage.counts is Counts.WHOLE]
        if self._listed is None or not whole or not self._listed(line):
            return None
        figures = [
            self._converted(each.declaration.non_originating_value, each.declaration)
            if each.declaration is not None and each.coverage.failed == NOT_ORIGINATING
            else None
            for each in whole
        ]
        known = [figure for figure in figures if figure is not None]
        stated = [each.counted for each in covered if each.coverage.counts is Counts.STATED]
        return max((*known, *stated)) if len(known) == len(whole) else None

    def _inputs_of(self, covered: tuple[Covered, ...]) -> tuple[TariffInput, ...] | None:
        """The non-originating inputs that producers state for a material (s.9(7)(a)(ii)); None where one that counts
        whole states none, or was not made in the region.
        """
        found: dict[tuple[str, str], TariffInput] = {}
        for each in covered:
            if each.coverage.counts is Counts.NOTHING:
                continue
            of = each.declaration
            stated = of is not None and of.form is DeclarationForm.TARIFF_INPUTS and each.coverage.failed == "figures"
            if of is None or not stated or of.country not in REGION:
                return None
            try:
                listed = tariff_inputs(of)
            except MalformedValue:
                return None
            for each_input in listed:
                code = self._codes.read(each_input.code, of.hs_edition).rule_code if self._codes is not None else None
                found[each_input.part, each_input.code] = TariffInput(each_input.part, code, None)
        return tuple(found.values()) or None

    def _converted(self, figure: Decimal | None, declaration: SupplierDeclaration) -> Decimal | None:
        """A stated figure in the currency of the worksheet, cut upwards; None if it cannot be had."""
        rate = self._rates.on(
            declaration.currency or "", self._currency, declaration.signed_on or declaration.received_on
        )
        return None if figure is None or rate.rate is None else carried(Fraction(figure) * Fraction(rate.rate))

    def _is_covered(self, purchase: Fact[PurchaseLine]) -> bool:
        return self._support.of_purchase(purchase).counts is Counts.NOTHING

    def _covered(self, line: Line) -> tuple[Covered, ...]:
        bill = line.bill.value
        if line.value.standard and line.value.unit_value is not None:
            coverage = self._support.of_standard(
                bill.owner, bill.child, bill.child_revision, self._inputs.question.period
            )
            priced = line.value.unit_value
            counted, declaration = self._stated(coverage, priced)
            return (Covered(coverage, line.quantity, priced, counted, declaration, (), line.value.rests_on),)
        return tuple(self._of_purchase(priced) for priced in line.value.purchases)

    def _of_purchase(self, priced: Priced) -> Covered:
        purchase = priced.purchase.value
        coverage = self._support.of_purchase(priced.purchase)
        counted, declaration = self._stated(coverage, priced.unit_price)
        return Covered(
            coverage,
            priced.quantity,
            priced.unit_price,
            counted,
            declaration,
            (purchase.invoice,),
            (priced.purchase.ref,),
            priced.deductions,
        )

    def _stated(self, coverage: Coverage, price: Decimal) -> tuple[Decimal, SupplierDeclaration | None]:
        """What of one unit counts; of several statements of figures that under which least does (s.9(2), s.7(21))."""
        decided = coverage.declaration.value if coverage.declaration is not None else None
        if coverage.counts is Counts.NOTHING:
            return Decimal(0), decided
        best, by = price, decided
        for fact in coverage.stated:
            figure = self._figure(fact.value, price)
            if figure is not None and figure < best:
                best, by = figure, fact.value
        return best, by

    def _figure(self, declaration: SupplierDeclaration, price: Decimal) -> Decimal | None:
        """The VNM of one unit by the producer's statement, in the currency of the worksheet; None if it cannot be
        had.
        """
        day = declaration.signed_on or declaration.received_on
        rate = self._rates.on(declaration.currency or "", self._currency, day)
        if rate.rate is None:
            return None
        stated = stated_for_net_cost(declaration)
        if stated is None:
            return None
        name, figure = stated
        amount = Fraction(figure) * Fraction(rate.rate)
        return carried(amount if name == VNM else max(Fraction(price) - amount, Fraction(0)))

    def _prorated(self, line: Line, covered: tuple[Covered, ...]) -> tuple[Material, ...]:
        """The line's quantity in shares by quantity bought: what counts whole, what by stated figures, and the rest."""
        bought = sum((Fraction(each.quantity) for each in covered), Fraction(0))
        left = line.bill.value.quantity
        shares: list[Material] = []
        for counts in (Counts.WHOLE, Counts.STATED):
            some = [each for each in covered if each.coverage.counts is counts]
            share = sum((Fraction(each.quantity) for each in some), Fraction(0)) / bought
            if not some:
                continue
            quantity = min(left, carried(Fraction(line.bill.value.quantity) * share))
            figure = None if counts is Counts.WHOLE else max(each.counted for each in some)
            share_of = _material(line, quantity, _origin(some), figure)
            least = min(each.deductions for each in some)  # so that none lowers what another purchase counts with
            shares.append(replace(share_of, deductions=least) if figure is None else share_of)
            with exactly():
                left = tidy(left - quantity)
        return (*shares, _material(line, left, Origin.ORIGINATING, None))

    def _support_rows(self, covered: tuple[Covered, ...]) -> tuple[Support, ...]:
        """One row for the purchases of one source that stand alike."""
        alike: dict[tuple[object, ...], list[Covered]] = {}
        for each in covered:
            found = each.coverage
            key = (found.source.supplier, found.source.shipped_from, found.counts, found.failed, each.declaration)
            alike.setdefault((*key[:4], each.declaration.id if each.declaration else None), []).append(each)
        return tuple(self._support_row(group) for group in alike.values())

    def _support_row(self, group: list[Covered]) -> Support:
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
        return Support(
            supplier=first.coverage.source.supplier,
            shipped_from=first.coverage.source.shipped_from,
            quantity=tidy(quantity),
            value=tidy(value),
            declaration=first.declaration.id if first.declaration else None,
            reference=first.declaration.reference if first.declaration else None,
            covers=first.coverage.counts is not Counts.WHOLE,
            grade=grade,
            reason=reason,
            rests_on=tuple(dict.fromkeys((*refs, *documents))),
        )


def shortfall(key: str, tie: Tie) -> list[Material]:
    """The shortfall of a bill as a material: unknown where the tie is, nothing where there is none."""
    if tie.per_unit == 0:
        return []
    return [Material(f"shortfall of the bill of {key}", Decimal(1), tie.per_unit, Origin.UNDETERMINED)]


def kinds(line: Line) -> tuple[str, ...]:
    """What a line is recorded to be, for rules that name a kind of goods within a code."""
    component = line.item.value.core_component if line.item is not None else None
    return (*line.code.roles, *(("battery cells",) if component == "cells" else ()))


def _material(line: Line, quantity: Decimal, origin: Origin, figure: Decimal | None) -> Material:
    value: Value = line.value
    return Material(
        key=line.key,
        quantity=quantity,
        unit_value=value.unit_value,
        origin=origin,
        nature=_NATURES[line.nature],
        deductions=value.deductions if figure is None and origin is not Origin.ORIGINATING else Decimal(0),
        accumulation=None if figure is None else Accumulation(AccumulationForm.NET_COST_AND_VNM, figure),
        code=line.code.rule_code,
        kinds=kinds(line),
        rests_on=value.rests_on,
    )


def _by_pool(line: Line, pooled: Pooled, covered: tuple[Covered, ...], support: tuple[Support, ...]) -> Bought:
    """A line told by its pool's inventory: the share that does not originate counts; all of it where none is told."""
    quantity = line.bill.value.quantity
    share = Fraction(1) if pooled.share is None else pooled.share
    foreign = min(quantity, carried(Fraction(quantity) * share))
    worth = line.value.unit_value if pooled.unit_value is None else pooled.unit_value
    counted = replace(
        _material(line, foreign, Origin.UNDETERMINED, None),
        unit_value=worth, deductions=Decimal(0), rests_on=(*line.value.rests_on, *pooled.rests_on),
    )  # fmt: skip
    with exactly():
        rest = _material(line, tidy(quantity - foreign), Origin.ORIGINATING, None)
    status = Status.ORIGINATING if foreign == 0 else Status.UNDETERMINED
    return Bought(status, pooled.reason, covered, support, (counted, rest) if foreign else (rest,), pooled.rests_on)


def _worst(line: Line, unit: Decimal, covered: tuple[Covered, ...]) -> Material:
    counts = {each.coverage.counts for each in covered}
    quantity = line.bill.value.quantity
    if Counts.WHOLE in counts:
        return _material(line, quantity, _origin(covered), None)
    if Counts.STATED in counts:
        return _material(line, quantity, Origin.UNDETERMINED, min(unit, max(each.counted for each in covered)))
    return _material(line, quantity, Origin.ORIGINATING, None)


def _origin(covered: Iterable[Covered]) -> Origin:
    known = all(each.coverage.settled for each in covered if each.coverage.counts is Counts.WHOLE)
    return Origin.NON_ORIGINATING if known else Origin.UNDETERMINED


def _status(covered: tuple[Covered, ...]) -> Status:
    counts = {each.coverage.counts for each in covered}
    if counts == {Counts.NOTHING}:
        return Status.ORIGINATING
    return Status.NON_ORIGINATING if _origin(covered) is Origin.NON_ORIGINATING else Status.UNDETERMINED


def _reason(covered: tuple[Covered, ...], how: str) -> str:
    against = [each for each in covered if each.coverage.counts is not Counts.NOTHING]
    if not against:
        return covered[0].coverage.reason
    reasons = tuple(dict.fromkeys(each.coverage.reason for each in against))
    more = f" And {len(reasons) - 1} more." if len(reasons) > 1 else ""
    mixed = (
        f" {len(covered) - len(against)} of {len(covered)} purchases are covered; counted {how}."
        if len(against) < len(covered)
        else ""
    )
    return reasons[0] + more + mixed
