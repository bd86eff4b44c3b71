"""The tariff change input by input, for every alternative of the product rule that asks for one.

The finding that decides is that of `rules.tariff_shift`; here stands what each input did, so that a reader can follow
it (19 CFR 182 App A s.3, s.5(1), s.13; SOR/2020-155 the same). An alternative that is not open under the reading taken
is worked out besides and marked so.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from evidence.origin.money import tidy
from evidence.origin.worksheet import Outcome, ShiftRow, ShiftTest, Status
from evidence.rules.codes import printed, subheading
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding
from evidence.rules.parameters import Parameter
from evidence.rules.product_rules import ProductRule
from evidence.rules.roll_up import Contribution, Nature, Origin, RollUp, Treatment
from evidence.rules.routes import GoodFigures, Route
from evidence.rules.tariff_shift import Change, Shift, TariffInput, read_change, tariff_shift

NEED_NOT = "originates: need not shift"
_WORDS = {Shift.SHIFTED: "shifts", Shift.MISSED: "does not shift", Shift.OPEN: "not told by its code"}
_AGAINST = (_WORDS[Shift.MISSED], _WORDS[Shift.OPEN])
_ORIGINATING = (Treatment.ROLLED_UP, Treatment.INTERMEDIATE)


def shift_tests(
    open_routes: tuple[Route, ...],
    besides: Iterable[Route],
    good: GoodFigures,
    rolled: RollUp,
    units: Decimal | None,
    limit: Parameter,
    day: date,
) -> Iterator[ShiftTest]:
    """A test for each alternative with a tariff change that can be read, first those that decide.

    Args:
        besides: the routes open under another reading.
        units: units made; None where they are not known, so that values are those of one unit.
    """
    deciding = {route.rule for route in open_routes}
    rules = dict.fromkeys([*(route.rule for route in open_routes), *(route.rule for route in besides)])
    for rule in rules:
        change = read_change(rule.from_, rule.except_, rule.code) if rule.change else None
        if change is None:
            continue
        inputs = tuple(_rows(change, good.code, rolled, units))
        finding = tariff_shift(
            good.code, rule.from_, rule.except_, good.materials, base=_base(good), limit=limit, day=day,
            group=rule.code, citation=rule.text,
        )  # fmt: skip
        yield _test(rule, good, finding, inputs, decides=rule in deciding)


def _test(
    rule: ProductRule, good: GoodFigures, finding: Finding, inputs: tuple[ShiftRow, ...], *, decides: bool
) -> ShiftTest:
    against = [row for row in inputs if row.shifts in _AGAINST]
    missed: Decimal | None = Decimal(0)
    with exactly():
        for row in against:
            missed = None if missed is None or row.value is None else missed + row.value
    tolerated = finding.parts[0] if finding.parts else None
    return ShiftTest(
        id=f"shift.{rule.alternative}",
        alternative=rule.name,
        words=f"a change to {printed(good.code)} from {rule.from_}"
        + (f", except from {rule.except_}" if rule.except_ else ""),
        decides=decides,
        outcome=Outcome(finding.outcome.value),
        rows=inputs,
        missed=None if missed is None else tidy(missed),
        base=_base(good),
        shown=tolerated.shown if tolerated is not None else finding.reason.partition(":")[0],
        citation=rule.text,
        rests_on=tuple(row.material for row in against),
    )


def _base(good: GoodFigures) -> Decimal | None:
    """What the share of de minimis is of: the transaction value where that method is used, else the total cost."""
    return good.transaction_value if good.transaction_value is not None else good.total_cost


def _rows(change: Change, code: str, rolled: RollUp, units: Decimal | None) -> Iterator[ShiftRow]:
    for each in rolled.contributions:
        if each.material.nature is not Nature.DIRECT or each.treatment is Treatment.TRACED:
            continue
        number, _, part = each.key.partition(" ")
        with exactly():
            value = None if each.value is None else tidy(each.value * (units or 1))
        yield ShiftRow(
            material=number if number.startswith("M") else "",
            part=part if number.startswith("M") else each.key,
            code=each.material.code or "",
            status=_status(each),
            value=value,
            shifts=NEED_NOT if each.treatment in _ORIGINATING else _WORDS[_shift(change, each, code)],
        )


def _shift(change: Change, each: Contribution, code: str) -> Shift:
    of = each.material
    return change.of(TariffInput(each.key, of.code, each.value, of.kinds, of.inputs), subheading(code))


def _status(each: Contribution) -> Status:
    if each.treatment in _ORIGINATING:
        return Status.ORIGINATING
    return Status.NON_ORIGINATING if each.material.origin is Origin.NON_ORIGINATING else Status.UNDETERMINED
