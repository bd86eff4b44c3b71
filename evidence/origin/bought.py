"""A bought line as it counts: its purchases with their cover, and its quantity in shares that count alike."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.declaration import SupplierDeclaration
from evidence.core.statements.item import Nature
from evidence.origin.bill import Line
from evidence.origin.money import carried, tidy
from evidence.origin.paid import Value
from evidence.origin.pools import Pooled
from evidence.origin.stated import less
from evidence.origin.support import Counts, Coverage
from evidence.origin.worksheet import Status, Support
from evidence.rules.exact import exactly
from evidence.rules.roll_up import Accumulation, AccumulationForm, Material, Origin
from evidence.rules.roll_up import Nature as RuleNature

NATURES = {
    Nature.DIRECT: RuleNature.DIRECT,
    Nature.SET: RuleNature.DIRECT,
    Nature.INDIRECT: RuleNature.INDIRECT,
    Nature.PACKING: RuleNature.SHIPPING_PACKING,
    Nature.RETAIL_PACKAGING: RuleNature.RETAIL_PACKAGING,
    Nature.ACCESSORY: RuleNature.ACCESSORY,
}
NOT_ORIGINATING = "not originating"
"""What `Coverage.failed` says of a material that its own supplier declares not to originate."""


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
    net_cost: Decimal | None = None
    """What the net cost of one unit is replaced with, where its producer states it (s.9(2)(a))."""


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


def kinds(line: Line) -> tuple[str, ...]:
    """What a line is recorded to be, for rules that name a kind of goods within a code."""
    component = line.item.value.core_component if line.item is not None else None
    return (*line.code.roles, *(("battery cells",) if component == "cells" else ()))


def material_of(line: Line, quantity: Decimal, origin: Origin, figure: Decimal | None) -> Material:
    """A quantity of a line as the roll-up takes it; with a `figure`, that counts of one unit."""
    value: Value = line.value
    return Material(
        key=line.key,
        quantity=quantity,
        unit_value=value.unit_value,
        origin=origin,
        nature=NATURES[line.nature],
        deductions=value.deductions if figure is None and origin is not Origin.ORIGINATING else Decimal(0),
        accumulation=None if figure is None else Accumulation(AccumulationForm.NET_COST_AND_VNM, figure),
        code=line.code.rule_code,
        kinds=kinds(line),
        rests_on=value.rests_on,
    )


def by_pool(line: Line, pooled: Pooled, covered: tuple[Covered, ...], support: tuple[Support, ...]) -> Bought:
    """A line told by its pool's inventory: the share that does not originate counts; all of it where none is told."""
    quantity = line.per_parent
    share = Fraction(1) if pooled.share is None else pooled.share
    foreign = min(quantity, carried(Fraction(quantity) * share))
    worth = line.value.unit_value if pooled.unit_value is None else pooled.unit_value
    counted = replace(
        material_of(line, foreign, Origin.UNDETERMINED, None),
        unit_value=worth, deductions=Decimal(0), rests_on=(*line.value.rests_on, *pooled.rests_on),
    )  # fmt: skip
    with exactly():
        rest = material_of(line, tidy(quantity - foreign), Origin.ORIGINATING, None)
    status = Status.ORIGINATING if foreign == 0 else Status.UNDETERMINED
    return Bought(status, pooled.reason, covered, support, (counted, rest) if foreign else (rest,), pooled.rests_on)


def worst_case(line: Line, unit: Decimal, covered: tuple[Covered, ...]) -> Material:
    """The whole line, as the worst covered of its purchases counts."""
    counts = {each.coverage.counts for each in covered}
    quantity = line.per_parent
    if Counts.WHOLE in counts:
        return material_of(line, quantity, origin_of(covered), None)
    if Counts.STATED in counts:
        figure = min(unit, max(each.counted for each in covered))
        stated = material_of(line, quantity, Origin.UNDETERMINED, figure)
        return replace(stated, less=less(unit, figure, (each.net_cost for each in covered)))
    return material_of(line, quantity, Origin.ORIGINATING, None)


def origin_of(covered: Iterable[Covered]) -> Origin:
    """Whether what counts whole is known not to originate, or is of undetermined origin."""
    known = all(each.coverage.settled for each in covered if each.coverage.counts is Counts.WHOLE)
    return Origin.NON_ORIGINATING if known else Origin.UNDETERMINED


def status_of(covered: tuple[Covered, ...]) -> Status:
    """The status of a line with these purchases; it originates where all of them are covered."""
    counts = {each.coverage.counts for each in covered}
    if counts == {Counts.NOTHING}:
        return Status.ORIGINATING
    return Status.NON_ORIGINATING if origin_of(covered) is Origin.NON_ORIGINATING else Status.UNDETERMINED


def reason_of(covered: tuple[Covered, ...], how: str) -> str:
    """Why a line counts as it does; `how` says by which rule a mixed one does."""
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


def prorated(line: Line, covered: tuple[Covered, ...]) -> tuple[Material, ...]:
    """The line's quantity in shares by quantity bought: what counts whole, what by stated figures, and the rest."""
    bought = sum((Fraction(each.quantity) for each in covered), Fraction(0))
    left = line.per_parent
    shares: list[Material] = []
    for counts in (Counts.WHOLE, Counts.STATED):
        some = [each for each in covered if each.coverage.counts is counts]
        share = sum((Fraction(each.quantity) for each in some), Fraction(0)) / bought
        if not some:
            continue
        quantity = min(left, carried(Fraction(line.per_parent) * share))
        figure = None if counts is Counts.WHOLE else _at_most(line.value.unit_value, max(each.counted for each in some))
        share_of = material_of(line, quantity, origin_of(some), figure)
        least = min(each.deductions for each in some)  # so that none lowers what another purchase counts with
        fallen = less(line.value.unit_value, figure or Decimal(0), (each.net_cost for each in some))
        shares.append(replace(share_of, deductions=least) if figure is None else replace(share_of, less=fallen))
        with exactly():
            left = tidy(left - quantity)
    return (*shares, material_of(line, left, Origin.ORIGINATING, None))


def _at_most(unit: Decimal | None, figure: Decimal) -> Decimal:
    """What is stated of one unit, which never counts for more than the whole unit would."""
    return figure if unit is None else min(unit, figure)
