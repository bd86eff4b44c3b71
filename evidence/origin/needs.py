"""What it would take: the shortest list of declarations or changes that makes a good pass, and what it may lose.

Every list is tested by working the good out again with it applied. The amounts by which the value of non-originating
materials would have to fall, or net cost to rise, are exact. Nothing is recorded, and no claim can rest on it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from evidence.core.statements.base import Record
from evidence.core.values import Amount
from evidence.origin.alterations import ANY_PLANT, ANY_SUPPLIER, Alterations, Declared, NewSupplier, Withdrawn, as_toml
from evidence.origin.altered import altered_inputs
from evidence.origin.determine import determine
from evidence.origin.inputs import Inputs
from evidence.origin.money import PLACES, carried, tidy
from evidence.origin.shortest import Shortest
from evidence.origin.what_if import NOT_RECORDED, Limb, State, state
from evidence.origin.worksheet import MaterialRow, Outcome, Status, Support, Worksheet
from evidence.rules.exact import exactly
from evidence.rules.regional_value import percent
from evidence.rules.ruleset import RuleSet

_CODE = re.compile("[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}")
_NOBODY = "no supplier on file"
_CONTENT = "regional value content"
_AGAINST = (Status.NON_ORIGINATING, Status.UNDETERMINED)


class What(StrEnum):
    """What a step of a list is."""

    DECLARATION = "declaration"
    OTHER_SOURCE = "another source that originates"
    LOSS = "loss of a declaration"


class Step(Record):
    """One step: a declaration to get, a source to change, or a declaration that could be lost.

    `value` is what of the part counts against one unit of the good, or would.
    """

    what: What
    part: str
    supplier: str
    plant: str | None
    reference: str | None
    value: Amount | None
    reason: str


class Needs(Record):
    """What a good would need to pass, or may lose before it fails.

    `margin` is its content less what is asked, in points; `country` is where another source is taken to be.
    """

    standing: str = NOT_RECORDED
    part: str
    plant: str
    country: str
    currency: str
    now: State
    margin: Amount | None
    must_fall: Amount | None
    """By how much the value of non-originating materials of one unit would have to fall, where that is too high."""
    must_rise: Amount | None
    """Or net cost of one unit to rise, with the same materials."""
    may_be_lost: Amount | None
    """By how much the value of non-originating materials of one unit may rise."""
    take: tuple[Step, ...] | None
    """The shortest list; None where the good passes by enough, or no list of declarations and sources helps."""
    take_proven: bool
    """Whether it is sure that no shorter list does as much."""
    after: State | None
    """What the good comes to with the list applied."""
    remains: tuple[Limb, ...]
    """What no declaration or other source would bring."""
    alone: tuple[Step, ...]
    """Each declaration whose loss alone makes a limb fail that is met now."""
    lose: tuple[Step, ...] | None
    """The fewest declarations whose loss does; None where it was not asked, or not even the loss of all does."""
    lose_proven: bool
    worked_out: int
    """How many determinations this took."""


@dataclass
class _Work:
    """One good, worked out again and again."""

    inputs: Inputs
    law: RuleSet
    program: str
    advance: Callable[[], None]
    runs: int = 0

    @property
    def country(self) -> str:
        """The country of the plant, or of any party where that is outside the region."""
        plant = self.inputs.question.plant
        own = next((fact.value.country for fact in self.inputs.sites if fact.value.site == plant), "")
        return own if own in self.law.region else min(self.law.region)

    def with_steps(self, steps: Iterable[Step]) -> Worksheet:
        self.runs += 1
        self.advance()
        changed, _ = altered_inputs(self.inputs, alterations_of(steps, self.country), self.law, self.law.region)
        return determine(changed, self.law, self.program)


def needs(
    inputs: Inputs,
    law: RuleSet,
    program: str,
    margin: Decimal,
    *,
    most_tests: int = 200,
    advance: Callable[[], None] = lambda: None,
) -> Needs:
    """What the good would need where it fails, and what it may lose where it passes by less than `margin` points.

    Args:
        most_tests: how many lists are tried for each of the two; beyond that a list is not proven to be shortest.

    Raises:
        OriginError: it cannot be determined at all.
    """
    work = _Work(inputs, law, program, advance)
    sheet = work.with_steps(())
    now = state(sheet)
    gap = _Gap.of(sheet, now)
    steps = _missing(sheet)
    take, proven, after = (None, True, None)
    if now.outcome is not Outcome.MET and steps:
        take, proven, after = _take(work, sheet, steps, gap, most_tests)
    over = None if now.content is None or now.bound is None else now.content - now.bound
    alone: tuple[Step, ...] = ()
    lose, lose_proven = None, True
    if over is not None and 0 <= over < margin:
        alone, lose, lose_proven = _lose(work, sheet, gap, most_tests)
    left = state(after) if after is not None else now
    return Needs(
        part=inputs.question.part,
        plant=inputs.question.plant,
        country=work.country,
        currency=sheet.currency,
        now=now,
        margin=over,
        must_fall=gap.must_fall,
        must_rise=gap.must_rise,
        may_be_lost=gap.may_be_lost,
        take=take,
        take_proven=proven,
        after=state(after) if after is not None else None,
        remains=tuple(limb for limb in left.limbs if limb.outcome is not Outcome.MET),
        alone=alone,
        lose=lose,
        lose_proven=lose_proven,
        worked_out=work.runs,
    )


def alterations_of(steps: Iterable[Step], country: str) -> Alterations:
    """A list as the alterations that apply it; another source is taken to be in `country`."""
    steps = tuple(steps)
    declared = tuple(
        Declared(part=step.part, supplier=None if step.supplier == _NOBODY else step.supplier, plant=step.plant)
        for step in steps
        if step.what is What.DECLARATION
    )
    supplier = tuple(
        NewSupplier(
            part=step.part, of=step.supplier, to=ANY_SUPPLIER, plant=ANY_PLANT, country=country,
            originating=True,
        )
        for step in steps
        if step.what is What.OTHER_SOURCE
    )  # fmt: skip
    lost = tuple(
        Withdrawn(supplier=step.supplier, reference=step.reference, part=step.part)
        for step in steps
        if step.what is What.LOSS and step.reference is not None
    )
    return Alterations(title="a list", declared=declared, supplier=supplier, withdrawn=lost)


def list_as_toml(found: Needs) -> str:
    """The list of what it would take as a file for ``evidence origin what-if``."""
    return as_toml(f"What {found.part} at {found.plant} would need", alterations_of(found.take or (), found.country))


def _take(
    work: _Work, sheet: Worksheet, steps: list[Step], gap: "_Gap", most_tests: int
) -> tuple[tuple[Step, ...] | None, bool, Worksheet | None]:
    """The shortest list of declarations, or of declarations and other sources where those do not do as much."""
    declarations = [step for step in steps if step.what is What.DECLARATION]
    best: tuple[list[Step], frozenset[str]] = ([], _met(sheet))
    for pool in (declarations, steps):
        if pool and (reached := _met(work.with_steps(pool))) > best[1]:
            best = (pool, reached)
    pool, goal = best
    if not pool:
        return None, True, None
    most = gap.most(sheet, pool)
    need = gap.must_fall if gap.alone_decides(sheet) else None
    search = Shortest(
        pool, lambda chosen: _met(work.with_steps(_ordered(pool, chosen))) >= goal, most=most, need=need,
        most_tests=most_tests,
    )  # fmt: skip
    found = search.found()
    return found.steps, found.proven, None if found.steps is None else work.with_steps(found.steps)


def _lose(
    work: _Work, sheet: Worksheet, gap: "_Gap", most_tests: int
) -> tuple[tuple[Step, ...], tuple[Step, ...] | None, bool]:
    """Each declaration whose loss alone makes a limb fail, and the fewest that do together."""
    steps, met = _held(sheet, work.inputs), _met(sheet)

    def fails(chosen: frozenset[Step]) -> bool:
        return not _met(work.with_steps(_ordered(steps, chosen))) >= met

    alone = tuple(step for step in steps if fails(frozenset([step])))
    if alone or not steps:
        return alone, alone[:1] or None, True
    need = gap.may_be_lost if gap.alone_decides(sheet) else None
    found = Shortest(steps, fails, most=gap.most(sheet, steps), need=need, most_tests=most_tests).found()
    return alone, found.steps, found.proven


def _ordered(steps: Iterable[Step], chosen: frozenset[Step]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step in chosen)


def _met(sheet: Worksheet) -> frozenset[str]:
    """The limbs that are met, and the whole where it is."""
    found = {limb.limb for limb in state(sheet).limbs if limb.outcome is Outcome.MET}
    return frozenset(found | ({"the good originates"} if sheet.outcome is Outcome.MET else set()))


@dataclass(frozen=True)
class _Gap:
    """How far the content by net cost is from what is asked, per unit; None where that is not one figure."""

    must_fall: Decimal | None = None
    must_rise: Decimal | None = None
    may_be_lost: Decimal | None = None

    @classmethod
    def of(cls, sheet: Worksheet, now: State) -> "_Gap":
        cells = {cell.id: cell.value for cell in sheet.cells}
        net_cost, vnm, units, bound = cells.get("net_cost"), cells.get("vnm"), cells.get("units"), now.bound
        if net_cost is None or vnm is None or not units or bound is None or net_cost <= 0 or not bound < 100:
            return cls()
        with exactly():
            if percent(net_cost, vnm) != now.content:
                return cls()  # the figure that decides is another one: a credit, another method
        per_unit, counted = Fraction(net_cost) / Fraction(units), Fraction(vnm) / Fraction(units)
        short = counted - per_unit * (100 - Fraction(bound)) / 100
        if short > 0:
            return cls(carried(short), carried(counted * 100 / (100 - Fraction(bound)) - per_unit))
        with exactly():
            return cls(may_be_lost=tidy(Decimal(floor(-short * 10**PLACES)).scaleb(-PLACES)))

    def alone_decides(self, sheet: Worksheet) -> bool:
        """Whether the content is what decides, so that what each step adds to it bounds what it can bring."""
        limbs = {limb.limb: limb.outcome for limb in state(sheet).limbs}
        pooled = any(choice.choice == "inventory method" for choice in sheet.choices)
        missed = any(row.shifts == "does not shift" for test in sheet.shifts for row in test.rows)
        return _CONTENT in limbs and not pooled and not missed

    def most(self, sheet: Worksheet, steps: Iterable[Step]) -> list[Decimal | None]:
        """The most that each step can change the content's value by; nothing bounds one inside a part tested apart."""
        apart = {row.part for row in sheet.materials if row.within is not None or row.part in _core(sheet)}
        return [None if step.part in apart else step.value for step in steps]


def _core(sheet: Worksheet) -> set[str]:
    return {part.part for part in sheet.core_parts}


def _missing(sheet: Worksheet) -> list[Step]:
    """Every source of a material that counts against the good, the most valuable first."""
    found: dict[tuple[str, str, str | None], Step] = {}
    silent = [gap.what for gap in sheet.gaps]
    for row in sheet.materials:
        if row.status not in _AGAINST and not row.counted:
            continue
        for support in row.support:
            if support.covers or (support.supplier != _NOBODY and _CODE.fullmatch(support.supplier) is None):
                continue
            settled = support.supplier != _NOBODY and not any(
                what.startswith(f"{row.part}: ") and support.reason.startswith(what.removeprefix(f"{row.part}: "))
                for what in silent
            )
            if settled and row.made_at is not None:
                continue  # a part made outside the region by another party: no purchase whose source could change
            what = What.OTHER_SOURCE if settled else What.DECLARATION
            _add(found, what, row, support, None, row.counted)
    return _largest_first(found.values())


def _held(sheet: Worksheet, inputs: Inputs) -> list[Step]:
    """Every declaration that a material counts less by, the one of the most valuable material first."""
    known = {fact.value.id: fact.value for fact in inputs.declarations}
    found: dict[tuple[str, str, str | None], Step] = {}
    for row in sheet.materials:
        for support in row.support:
            by = known.get(support.declaration or "")
            if support.covers and by is not None:
                _add(
                    found, What.LOSS, row, support.model_copy(update={"supplier": by.supplier}), by.reference, row.value
                )
    return _largest_first(found.values())


def _add(
    found: dict[tuple[str, str, str | None], Step],
    what: What,
    row: MaterialRow,
    support: Support,
    reference: str | None,
    value: Decimal | None,
) -> None:
    """One step for all lines of a part that one source or declaration stands behind."""
    key = (row.part, support.supplier, reference if what is What.LOSS else support.shipped_from)
    before = found.get(key)
    with exactly():
        if before is not None:
            value = None if value is None or before.value is None else value + before.value
    found[key] = Step(
        what=what,
        part=row.part,
        supplier=support.supplier,
        plant=None if what is What.LOSS else support.shipped_from,
        reference=reference,
        value=value,
        reason=support.reason,
    )


def _largest_first(steps: Iterable[Step]) -> list[Step]:
    """Those of unknown value first: any of them may be the largest."""
    return sorted(
        steps, key=lambda step: (step.value is not None, -(step.value or Decimal(0)), step.part, step.supplier)
    )
