"""Second views of a vehicle: readings of open questions under which its figures, or its limbs, could stand otherwise.

Each is printed with its outcome beside the result, also where it comes to the same: a reader need not wonder whether a
question was seen (RULES.md 6.2, section 4; `rules/data/usmca/choices.toml`).
"""

from collections.abc import Iterable, Iterator

from evidence.origin.bill import Bill
from evidence.origin.inputs import Inputs
from evidence.origin.limbs import CERTIFIED, CoreResult, certified, elsewhere
from evidence.origin.worksheet import Outcome, View
from evidence.rules.core_parts import Reading, Way
from evidence.rules.finding import Finding
from evidence.rules.ruleset import RuleSet

ADDRESSEE = "vehicle-certification-addressee"
ADDRESSEE_TAKEN = "the producer's certification, whatever its addressee"
ADDRESSEE_OTHER = "one filed with the importing country's authority"
ADDRESSEE_CITATION = "19 CFR 182 App A s.17, s.18; SOR/2020-155 s.17, s.18 (no addressee named) [inference]"
CORE_READING = "core-roll-up-reading"
CELLS = "cells-classification"


def certified_elsewhere(inputs: Inputs) -> bool:
    """Whether a limb rests on a certification submitted to another authority than the importing country's."""
    found = [certified(inputs, kind) for kind in CERTIFIED]
    return any(finding.met and fact is not None and elsewhere(fact.value, inputs) for finding, fact in found)


def certification_views(inputs: Inputs) -> Iterator[View]:
    """For each limb that rests on such a certification, the reading under which it would not do."""
    for kind in CERTIFIED:
        finding, fact = certified(inputs, kind)
        if finding.met and fact is not None and elsewhere(fact.value, inputs):
            into = inputs.question.importing_country
            yield View(
                name=f"{kind.value}: certification wanted by the importing country's authority",
                option=ADDRESSEE_OTHER,
                outcome=Outcome.NOT_DETERMINABLE,
                shown=f"none filed with {into} is on record; submitted to {fact.value.authority}",
                citation=ADDRESSEE_CITATION,
            )


def panel_view(law: RuleSet, taken: str, core: Iterable[CoreResult], content: Finding | None) -> Iterator[View]:
    """The content of the vehicle under the reading of core parts that is not taken."""
    choice = law.choices[CORE_READING]
    other = next(option for option in choice.options if option.name != taken)
    failing = [result.line.key for result in core if not result.finding.met]
    if content is None:
        return
    if failing:
        outcome = Outcome.NOT_DETERMINABLE
        shown = (
            f"not worked out: {', '.join(failing)} fails on all its own materials ({Way.EACH_ALL.value}), and the "
            "other ways are not computed here"
        )
    else:
        outcome = Outcome(content.outcome.value)
        shown = f"{content.shown}; equal: every core part originates on all its own materials ({Way.EACH_ALL.value})"
    citation = f"{other.source} [{other.confidence}]"
    name = "Core parts in the content of the vehicle"
    yield View(name=name, option=_READINGS[other.name], outcome=outcome, shown=shown, citation=citation)


def cells_view(law: RuleSet, taken: str, bill: Bill, core: Iterable[CoreResult], whole: Finding) -> Iterator[View]:
    """Whether the subheading of lithium-ion cells matters: it does where the pack needs its tariff shift."""
    packs = [result for result in core if result.group == "advanced_battery"]
    if not has_cells(bill) or not packs:
        return
    other = next(option for option in law.choices[CELLS].options if option.name != taken)
    by_content = [result for result in packs if _by_content(result.finding)]
    same = len(by_content) == len(packs) or not any(result.finding.met for result in packs)
    shown = "no effect here: the pack's content decides, not its tariff shift"
    if not same:
        shown = "the pack originates by its tariff shift only, and under this reading its cells do not shift"
    yield View(
        name="Subheading of lithium-ion cells",
        option=other.name,
        outcome=Outcome(whole.outcome.value) if same else Outcome.NOT_MET,
        shown=shown,
        citation=f"{other.source} [{other.confidence}]",
    )


def has_cells(bill: Bill) -> bool:
    """Whether the bill holds battery cells."""
    return any(line.item is not None and line.item.value.core_component == "cells" for line in bill.all())


_READINGS = {Reading.PANEL.value: "the panel's reading", Reading.US.value: "the reading of the United States"}


def _by_content(finding: Finding) -> bool:
    """Whether a content in the finding is met, so that no tariff shift is needed."""
    if finding.test.startswith("core part") and finding.bound is not None:
        return finding.met
    return any(_by_content(part) for part in finding.parts)
