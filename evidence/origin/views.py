"""Second views of a vehicle: readings of open questions under which its figures, or its limbs, could stand otherwise.

Each is printed with its outcome beside the result, also where it comes to the same: a reader need not wonder whether a
question was seen (RULES.md 6.2, section 4; `rules/data/usmca/choices.toml`).
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from evidence.core.statements.item import ItemLine
from evidence.origin.bill import Bill
from evidence.origin.choices import CORE_WAY, Choices
from evidence.origin.core_limb import DECLARED, CoreResult, under_way
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.limbs import CERTIFIED, certified, elsewhere
from evidence.origin.summary import content_of
from evidence.origin.worksheet import Outcome, View
from evidence.rules.batteries import CELLS_CODE
from evidence.rules.codes import subheading
from evidence.rules.core_parts import CITATION, Reading, Way
from evidence.rules.core_roll_up import turns_on_reading
from evidence.rules.finding import Finding
from evidence.rules.ruleset import RuleSet

ADDRESSEE = "vehicle-certification-addressee"
ADDRESSEE_TAKEN = "the producer's certification, whatever its addressee"
ADDRESSEE_OTHER = "one filed with the importing country's authority"
ADDRESSEE_CITATION = "19 CFR 182 App A s.17, s.18; SOR/2020-155 s.17, s.18 (no addressee named) [inference]"
CORE_READING = "core-roll-up-reading"
CELLS = "cells-classification"
READING_VIEW = "Core parts in the content of the vehicle"
US_READING = "the reading of the United States"


def certified_elsewhere(inputs: Inputs, law: RuleSet) -> bool:
    """Whether a limb rests on a certification submitted to another authority than the importing country's."""
    found = [certified(inputs, kind, law) for kind in CERTIFIED]
    return any(finding.met and fact is not None and elsewhere(fact.value, inputs) for finding, fact in found)


def certification_views(inputs: Inputs, law: RuleSet) -> Iterator[View]:
    """For each limb that rests on such a certification, the reading under which it would not do."""
    for kind in CERTIFIED:
        finding, fact = certified(inputs, kind, law)
        if finding.met and fact is not None and elsewhere(fact.value, inputs):
            into = inputs.question.importing_country
            yield View(
                name=f"{kind.value}: certification wanted by the importing country's authority",
                option=ADDRESSEE_OTHER,
                outcome=Outcome.NOT_DETERMINABLE,
                shown=f"none filed with {into} is on record; submitted to {fact.value.authority}",
                citation=ADDRESSEE_CITATION,
            )


def reading_view(law: RuleSet, taken: Reading, core: tuple[CoreResult, ...], other_rule: Finding) -> View:
    """The content of the vehicle under the reading of core parts that is not taken."""
    option = next(each for each in law.choices[CORE_READING].options if each.name != taken.value)
    differing = [each for each in core if turns_on_reading((each.outcome,))]
    other = content_of([("product rule", other_rule)])
    shown = other.shown if other is not None else other_rule.shown
    if differing:
        named = ", ".join(f"{each.line.key} originates by {each.way} only" for each in differing)
        shown = f"{shown}; {named}, which counts as wholly regional under the panel's reading alone"
    elif core and all(each.finding.met and each.way in (Way.EACH_ALL.value, DECLARED) for each in core):
        shown = f"{shown}; equal: every core part originates on all its own materials ({Way.EACH_ALL.value})"
    else:
        shown = f"{shown}; equal: no core part originates by another way than {Way.EACH_ALL.value} or its own rule"
    return View(
        name=READING_VIEW,
        option=_READINGS[option.name],
        outcome=Outcome(other_rule.outcome.value),
        shown=shown,
        citation=f"{option.source} [{option.confidence}]",
    )


def reading_warning(taken: Reading, rule: Finding, other_rule: Finding) -> str:
    """What a person has to be told of a result that depends on the reading of core parts; empty where it does not."""
    if rule.met is other_rule.met:
        return ""
    if taken is Reading.PANEL and rule.met:
        return (
            "Reached only under the panel's reading of core parts (USA-CDA-2022-31-01): no record was found that the "
            "United States applies it, so that a claim on entry there rests on that reading."
        )
    if rule.met:
        return "Reached under the reading of the United States only."
    which = _READINGS[Reading.PANEL.value if taken is Reading.US else Reading.US.value]
    return f"Under {which} of core parts the content would be reached."


def way_views(
    core: tuple[CoreResult, ...], choices: Choices, limb_of: Callable[[Iterable[CoreResult]], Finding]
) -> Iterator[View]:
    """The core parts by each way that is not elected for the vehicle, without recording it as a choice.

    Args:
        limb_of: the limb that the core parts of the vehicle make.
    """
    figured = [each for each in core if each.ways]
    if not figured:
        return
    elected = choices.elected(CORE_WAY) or Way.EACH_ALL.value
    for way in Way:
        if way.value == elected:
            continue
        limb = limb_of([under_way(each, way) for each in core])
        failing = [
            f"{each.line.key} {found.shown}" for each in figured if not (found := under_way(each, way).finding).met
        ]
        by_way = "; ".join(failing) if failing else "every core part with figures originates"
        if way.of_all_parts:
            by_way = figured[0].ways[way].shown
            if figured[0].ways[way].figure is None:
                by_way = figured[0].ways[way].reason
        yield View(
            name=f"Core parts by {way.value}",
            option=way.value,
            outcome=Outcome(limb.outcome.value),
            shown=by_way,
            citation=CITATION,
        )


def cells_taken(choices: Choices, recorded: Collection[str | None]) -> str:
    """The reading of the subheading of cells: elected, or as they are recorded, or the default.

    Args:
        recorded: the codes of the cells, in the edition of the rules; empty where the good has and is none.
    """
    if not recorded:
        return next(iter(CELLS_CODE))
    names = {code: name for name, code in CELLS_CODE.items()}
    known = {name for code in recorded if code is not None and (name := names.get(subheading(code)))}
    elected = choices.elected(CELLS)
    return choices.reading(CELLS, known.pop() if elected is None and len(known) == 1 else None)


def cells_view(law: RuleSet, taken: str, whole: Finding, other_whole: Finding) -> View:
    """The whole under the other subheading of lithium-ion cells."""
    other = next(option for option in law.choices[CELLS].options if option.name != taken)
    shown = "worked out again: no effect on the result"
    if other_whole.outcome is not whole.outcome:
        against = [part for part in other_whole.parts if part.outcome is other_whole.outcome]
        shown = f"worked out again: {'; '.join(f'{part.test}: {part.reason}' for part in against) or 'met'}"
    return View(
        name="Subheading of lithium-ion cells",
        option=other.name,
        outcome=Outcome(other_whole.outcome.value),
        shown=shown,
        citation=f"{other.source} [{other.confidence}]",
    )


def cell_codes(bill: Bill) -> tuple[str | None, ...]:
    """The codes of the battery cells in a bill, in the edition of the rules; None where one is not known."""
    return tuple(line.code.rule_code for line in bill.all() if is_cell(line.item))


def is_cell(item: Fact[ItemLine] | None) -> bool:
    """Whether an item is recorded to be a battery cell."""
    return item is not None and item.value.core_component == "cells"


_READINGS = {Reading.PANEL.value: "the panel's reading", Reading.US.value: US_READING}
