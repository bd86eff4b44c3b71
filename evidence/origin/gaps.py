"""Gaps: what is missing, whose it is, and what it costs. Printed on page one of a pack; never left out.

A gap is *open* while a person still has something to decide or to file; one that is counted against the claim is
closed, and stays printed. `gaps` asks the same of a good and period without determining anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evidence.core.statements.item import Nature
from evidence.core.statements.purchase import PurchaseLine
from evidence.errors import OriginError
from evidence.origin.bill import Bill, Explosion, Line
from evidence.origin.bought import Bought, Covered
from evidence.origin.codes import CodeFile
from evidence.origin.core_limb import CoreResult
from evidence.origin.costs import CostFile, CostSheet
from evidence.origin.counted import Counting
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.merged import Merged
from evidence.origin.money import RateFile, tidy
from evidence.origin.support import Counts, Coverage, SupportFile
from evidence.origin.tested import counted_by_line
from evidence.origin.worksheet import Gap
from evidence.rules.exact import exactly, percent_up
from evidence.rules.finding import Finding, Outcome
from evidence.rules.roll_up import RollUp
from evidence.rules.ruleset import RuleSet


def gap_rows(
    inputs: Inputs,
    bill: Bill,
    counting: Counting,
    sheet: CostSheet,
    rolled: RollUp,
    limbs: Iterable[tuple[str, Finding]],
    core: Iterable[CoreResult],
) -> tuple[Gap, ...]:
    """Every gap of a determination: first what is not determinable, then what is counted against, as the bill runs."""
    limbs = tuple(limbs)
    found: list[Gap] = []
    for name, finding in limbs:
        if finding.outcome is Outcome.NOT_DETERMINABLE:
            found += [
                Gap(what=f"{name}: {what}", owner="self", due=None, effect="not determinable", defeats=True, open=True)
                for what in dict.fromkeys(_unknown(finding))
            ]
    if sheet.reason and found:
        what = f"cost of {inputs.question.part} at {inputs.question.plant}: {sheet.reason}"
        found.append(Gap(what=what, owner="self", due=None, effect="not determinable", defeats=True, open=True))
    failing_core = {result.line.id for result in core if not result.finding.met}
    content = next((part for _, limb in limbs for part in _walk(limb) if _is_content(part)), None)
    effects, counted = _Effects(inputs, sheet, content), counted_by_line(rolled)
    for line in bill.all():
        apart = counting.apart(line)
        if line.nature in (Nature.INDIRECT, Nature.PACKING) or (line.made_at is not None and apart is None):
            continue
        amount = counted.get(line.key, Decimal(0))
        found += effects.of_line(line, apart or counting.bought(line), amount, fails_core=line.id in failing_core)
    return tuple(dict.fromkeys(found))  # what many lines of one seller leave open is asked once


class _Effects:
    """What the open lines of one good cost it."""

    def __init__(self, inputs: Inputs, sheet: CostSheet, content: Finding | None) -> None:
        self._inputs, self._content = inputs, content
        self._units, self._net_cost, self._currency = sheet.units, sheet.net_cost, sheet.currency

    def of_line(self, line: Line, bought: Bought, amount: Decimal | None, *, fails_core: bool) -> Iterator[Gap]:
        """What is missing of a bought line, of which `amount` counts in one unit of the good."""
        if line.value.unit_value is None:
            what = f"value of {line.key}: {line.value.reason}"
            yield Gap(what=what, owner="self", due=None, effect="not determinable", defeats=True, open=True)
        for asked in line.value.asks:
            counted = f"counted{asked.rpartition('counted')[2]}"
            yield Gap(what=asked, owner="self", due=None, effect=counted, defeats=False, open=True)
        missing: dict[str, Covered] = {}
        for each in bought.covered:
            if _asks(each.coverage):
                missing.setdefault(each.coverage.reason, each)
        for reason, each in missing.items():
            yield Gap(
                what=f"{line.bill.value.child}: {reason}",
                owner=each.coverage.source.supplier,
                due=_due(self._inputs, each),
                effect=self._of_amount(amount),
                defeats=fails_core or self._alone_decides(amount),
                open=each.coverage.open,
            )

    def _of_amount(self, amount: Decimal | None) -> str:
        if amount is None:
            return "counted as non-originating, its value not known"
        if amount == 0:
            return "counted as non-originating, and nothing of it counts in the good"
        told = f"{tidy(amount)} {self._currency} of each unit counted as non-originating"
        if self._net_cost is None or self._units is None or self._net_cost <= 0:
            return told
        with exactly():
            points = percent_up(amount * self._units, self._net_cost, 2)
        return f"{told}, {points} points of content"

    def _alone_decides(self, amount: Decimal | None) -> bool:
        """Whether the content would be reached if this one material originated."""
        content = self._content
        if content is None or content.outcome is not Outcome.NOT_MET or content.bound is None:
            return False
        if not amount or self._units is None:
            return False
        base, non_originating = (value for _, value in content.inputs)
        with exactly():
            return (base - non_originating + amount * self._units) * 100 >= content.bound * base


def _asks(coverage: Coverage) -> bool:
    """Whether something is missing, or a person has to decide between statements that contradict each other."""
    return not coverage.settled and (coverage.counts is Counts.WHOLE or coverage.open)


def _is_content(finding: Finding) -> bool:
    return finding.test.startswith("regional value content") and len(finding.inputs) == 2


def _walk(finding: Finding) -> Iterator[Finding]:
    yield finding
    for part in finding.parts:
        yield from _walk(part)


def _unknown(finding: Finding) -> Iterator[str]:
    """The undetermined findings at the bottom of one, in words."""
    beneath = [part for part in finding.parts if part.outcome is Outcome.NOT_DETERMINABLE]
    if not beneath:
        yield f"{finding.test}: {finding.reason}"
    for part in beneath:
        yield from _unknown(part)


def _due(inputs: Inputs, covered: Covered) -> date | None:
    supplier = covered.coverage.source.supplier
    asked = [fact.value.due_on for fact in inputs.requests if fact.value.supplier == supplier]
    return asked[-1] if asked and covered.coverage.open else None


@dataclass(frozen=True, slots=True)
class DeclarationGap:
    """A bought material and one source of it that no accepted declaration covers."""

    part: str
    revision: str
    description: str
    supplier: str
    shipped_from: str | None
    first: date
    last: date
    failed: str
    open: bool
    reason: str
    declaration: str | None


def missing_declarations(inputs: Inputs, law: RuleSet) -> tuple[DeclarationGap, ...]:
    """Every bought material of the bill, and each source of it, that lacks cover for part, plant and day of receipt.

    `law` is the one in use, whose items and parties say what a code and a place are. A party with several numbers is
    one source, under the number that is kept.

    Raises:
        OriginError: no one bill is in force, so that nothing tells which materials there are.
    """
    asked = inputs.question
    rates = RateFile(inputs.rates, law, asked.period_to)
    costs = CostFile(inputs, rates)
    currency = costs.currency(asked.owner, asked.part, asked.plant) or "USD"
    bill = Explosion(inputs, CodeFile(inputs, law.items), costs, rates, currency, law.region).explode()
    if bill.fault:
        raise OriginError(f"{bill.fault[0].upper()}{bill.fault[1:]}; import its bill, or correct the period or plant.")
    support, same = SupportFile(inputs, law.region), Merged(inputs.same_as)
    found: dict[tuple[str | None, ...], DeclarationGap] = {}
    for line in bill.all():
        if line.nature in (Nature.INDIRECT, Nature.PACKING):
            continue
        for gap in _uncovered(line, support, inputs):
            kept = same.kept(gap.supplier, gap.last)
            several = same.several(kept, gap.last)
            key = (gap.part, kept, gap.failed, gap.declaration) if several else (gap.part, kept, gap.reason)
            one = found.setdefault(key, replace(gap, supplier=kept))
            found[key] = replace(one, first=min(one.first, gap.first), last=max(one.last, gap.last))
    return tuple(found.values())


def _uncovered(line: Line, support: SupportFile, inputs: Inputs) -> Iterator[DeclarationGap]:
    bill = line.bill.value
    purchases = [priced.purchase for priced in line.value.purchases] or _unvalued(line, inputs)
    coverages = [support.of_purchase(purchase) for purchase in purchases]
    if line.made_at is not None:
        made = support.of_made(bill.owner, bill.child, bill.child_revision, line.plant, line.made_at)
        coverages = [made] if made is not None else []
    elif not coverages:
        coverages = [support.of_standard(bill.owner, bill.child, bill.child_revision, inputs.question.period)]
    for coverage in coverages:
        if _asks(coverage):
            yield DeclarationGap(
                part=bill.child,
                revision=bill.child_revision,
                description=line.item.value.description if line.item is not None else "no item on file",
                supplier=coverage.source.supplier,
                shipped_from=coverage.source.shipped_from,
                first=coverage.source.first,
                last=coverage.source.last,
                failed=coverage.failed,
                open=coverage.open,
                reason=coverage.reason,
                declaration=coverage.declaration.value.reference if coverage.declaration is not None else None,
            )


def _unvalued(line: Line, inputs: Inputs) -> list[Fact[PurchaseLine]]:
    """The purchases of a line that no value could be worked out of: whoever sold it has to declare it all the same."""
    bill, period = line.bill.value, inputs.question.period
    mine = (line.plant, bill.owner, bill.child, bill.child_revision)
    bought = [
        fact
        for fact in inputs.purchases
        if (fact.value.plant, fact.value.owner, fact.value.part, fact.value.revision) == mine
    ]
    return [fact for fact in bought if fact.value.received_on in period] or [
        fact for fact in bought if fact.ref in line.value.rests_on
    ]
