"""The steel and aluminum limbs on paper: purchases added up, what is missing and its effect, other readings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from evidence.core.statements.metal import Metal
from evidence.core.values import decimal_to_text
from evidence.origin import rows
from evidence.origin.metals import MetalSheet
from evidence.origin.money import tidy
from evidence.origin.worksheet import Gap, Outcome, View
from evidence.rules.exact import exact_sum, exactly, percent_down, percent_up, total_of
from evidence.rules.finding import Finding
from evidence.rules.roll_up import Origin
from evidence.rules.ruleset import RuleSet
from evidence.rules.steel_aluminum import MELT_CHOICE, MELT_SERIES, CountedPurchase, MetalContent

_ESTIMATES = "s.17(8), (11)"


def add_cells(cells: rows.Cells, sheet: MetalSheet) -> None:
    """The figures of one metal: purchases added up by form and standing, the totals, and the share."""
    if sheet.content is None:
        return
    name, currency, figures = sheet.metal.value, sheet.currency, sheet.content
    ids: dict[str, list[str]] = {"every": [], "good": [], "melted": [], "counted": []}
    for number, lines in enumerate(_groups(figures), start=1):
        id_, one = f"{name}.{number}", lines[0]
        refs = tuple(dict.fromkeys(ref for line in lines for ref in line.purchase.rests_on))
        said = _lines_said(lines)
        label = f"{name.capitalize()} bought, {one.purchase.form.value}: {one.reason}"
        value = total_of(line.value for line in lines) if one.counts else _bought(lines)
        cells.add(id_, label, value, said if one.counts else f"{said}, not in the total", refs, currency)
        ids["every"] += [id_] * one.counts
        ids["good"] += [id_] * one.originating
        ids["melted"] += [id_] * one.melted_and_poured
        ids["counted"] += [id_] * (one.purchase.key in figures.supporting)

    def add(what: str, label: str, value: Decimal | None, of: str) -> None:
        cells.add(f"{name}.{what}", label, value, " + ".join(ids[of]) or "none", ids[of], currency)

    add("total", f"{name.capitalize()} purchases of Table S, {sheet.period}", figures.total, "every")
    if sheet.estimated:
        guessed = [line for line in figures.lines if line.purchase.key in sheet.estimated]
        refs = tuple(dict.fromkeys(ref for line in guessed for ref in line.purchase.rests_on))
        label = f"Of it, estimated: worked out anew from actual costs at the end of the fiscal year ({_ESTIMATES})"
        cells.add(
            f"{name}.estimated", label, total_of(line.value for line in guessed), _lines_said(guessed), refs, currency
        )
    add("originating", f"{name.capitalize()} that originates under its ordinary rules", figures.originating, "good")
    if sheet.metal is Metal.STEEL:
        add("melted", "Of it, melted, poured and finished in the region", figures.melted_and_poured, "melted")
    inputs = sheet.finding.inputs
    if len(inputs) == 2 and inputs[0][1]:
        add("counted", f"{name.capitalize()} that counts as originating", inputs[1][1], "counted")
        parts = (f"{name}.counted", f"{name}.total")
        formula = f"{parts[0]} / {parts[1]} x 100, cut after four decimals"
        share = percent_down(inputs[1][1], inputs[0][1])
        cells.add(f"{name}.share", f"{name.capitalize()}: share that originates", share, formula, parts, "%")


def _groups(figures: MetalContent) -> Iterable[list[CountedPurchase]]:
    """Purchases that were bought alike and stand alike, in the order in which each sort first comes."""
    alike: dict[tuple[str, str, bool], list[CountedPurchase]] = defaultdict(list)
    for line in figures.lines:
        purchase = line.purchase
        alike[purchase.form.value, line.reason, purchase.key in figures.supporting].append(line)
    return alike.values()


def _lines_said(lines: list[CountedPurchase]) -> str:
    return "sum of 1 purchase line" if len(lines) == 1 else f"sum of {len(lines)} purchase lines"


def metal_gaps(sheet: MetalSheet) -> Iterator[Gap]:
    """Every purchase that stays in the total and supports nothing, by seller and reason, with what it costs.

    What its seller declared as it should be lacks something in the producer's own records.
    """
    if sheet.content is None:
        return
    groups: dict[tuple[str, str], list[CountedPurchase]] = defaultdict(list)
    for line in sheet.content.lines:
        of = line.purchase
        supports = of.key in sheet.content.supporting or of.origin is Origin.NON_ORIGINATING
        if line.counts and not supports and line.value is not None:
            groups[line.purchase.key.partition(" ")[0], line.reason].append(line)
    for (seller, reason), lines in groups.items():
        value = total_of(line.value for line in lines)
        if not value:
            continue
        effect = f"{decimal_to_text(tidy(value))} {sheet.currency} of {sheet.metal.value} purchases supports nothing"
        total = sheet.content.total
        if total:
            effect += f", {percent_up(value, total, 2)} points of the share"
        bought = f"{len(lines)} purchases" if len(lines) > 1 else lines[0].purchase.key
        yield Gap(
            what=f"{sheet.metal.value} of {seller}, {bought}: {reason}",
            owner="self" if all(_declared(line) for line in lines) else seller,
            due=None,
            effect=effect,
            defeats=_alone_decides(sheet.finding, value),
        )


def metal_views(sheet: MetalSheet, threshold_day: date, law: RuleSet) -> Iterator[View]:
    """The other reading of the steelmaking rule; before the rule binds, the share that it would leave."""
    if sheet.content is None or sheet.metal is not Metal.STEEL or sheet.finding.figure is None:
        return
    for option, finding in sheet.content.views:
        if finding.figure != sheet.finding.figure:
            reading = law.choice(MELT_CHOICE, option)
            yield _view(law.choices[MELT_CHOICE].title, option, finding, f"{reading.source} [{reading.confidence}]")
    rules = law.series(MELT_SERIES).values
    later = [rule for rule in rules if rule.amount and rule.first > threshold_day]
    total, melted = sheet.content.total, sheet.content.melted_and_poured
    if later and total and melted is not None and sheet.finding.bound is not None:
        with exactly():
            met = melted * 100 >= sheet.finding.bound * total
        shown = f"{percent_down(melted, total, 2)} % (at least {sheet.finding.bound} %)"
        yield View(
            name="the same purchases under the steelmaking rule to come",
            option=f"from {later[0].first} on",
            outcome=Outcome.MET if met else Outcome.NOT_MET,
            shown=shown,
            citation=later[0].source,
        )


def _view(name: str, option: str, finding: Finding, citation: str) -> View:
    outcome = Outcome(finding.outcome.value)
    return View(name=name, option=option, outcome=outcome, shown=finding.shown, citation=citation)


def _declared(line: CountedPurchase) -> bool:
    return line.purchase.origin is Origin.ORIGINATING and not line.originating


def _alone_decides(finding: Finding, value: Decimal) -> bool:
    """Whether the share would be reached if these purchases alone originated."""
    if finding.met or finding.bound is None or len(finding.inputs) != 2:
        return False
    (_, total), (_, counted) = finding.inputs
    with exactly():
        return (counted + value) * 100 >= finding.bound * total


def _bought(lines: Iterable[CountedPurchase]) -> Decimal | None:
    known = [line.purchase.value for line in lines if line.purchase.value is not None]
    return exact_sum(known) if known else None
