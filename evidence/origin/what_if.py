"""What-if: goods under altered law or altered records, beside what they come to now.

Nothing of it is recorded, and no claim can rest on it: what comes back is a table, not a worksheet.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial

from evidence.core.statements.base import Record
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.use import UseLine
from evidence.core.values import Amount
from evidence.errors import EvidenceError, UsageError
from evidence.origin.alterations import Agreement, Alterations
from evidence.origin.altered import altered_inputs, altered_law, changes_of, require_known
from evidence.origin.determine import determine
from evidence.origin.inputs import Inputs
from evidence.origin.question import Question
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.register.queries import Register
from evidence.rules.ruleset import RuleSet

NOT_RECORDED = "what-if: not recorded; no claim can rest on it"
_CONTENT = "regional value content"


class Limb(Record):
    """One limb as it stands, or would."""

    limb: str
    outcome: Outcome
    reason: str


class State(Record):
    """What a good comes to; `content` and `bound` are percent, by the comparison that its rule turns on."""

    outcome: Outcome
    content: Amount | None
    bound: Amount | None
    limbs: tuple[Limb, ...]
    reason: str = ""
    """Why nothing could be worked out, where that is so."""


class Row(Record):
    """One good before and after."""

    owner: str
    part: str
    description: str
    plant: str
    period_from: date
    period_to: date
    agreement: str | None
    """Which of the agreements that the what-if puts in the place of the one in use; None where it does not."""
    before: State
    after: State
    changed: tuple[str, ...]
    """The limbs whose outcome is another one, and the content where it is."""


class WhatIf(Record):
    """A what-if worked out: never recorded."""

    title: str
    standing: str = NOT_RECORDED
    rule_set: str
    """The rule set in use, by its content hash: what `before` is under."""
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def what_if(
    questions: Iterable[Question],
    gathered: Callable[[Question], Inputs],
    law: RuleSet,
    alterations: Alterations,
    program: str,
    advance: Callable[[], None] = lambda: None,
) -> WhatIf:
    """Each good of `questions` before and after.

    Raises:
        RuleError: the alterations name a figure or a reading that the law does not have.
    """
    require_known(alterations, law)
    rows: list[Row] = []
    met: set[str] = set()
    for question in questions:
        inputs = gathered(question)
        before = _tried(partial(determine, inputs, law, program))
        for agreement in _agreements(alterations, inputs):
            region = agreement.parties if agreement is not None else tuple(law.region)
            changed, found = altered_inputs(inputs, alterations, law, region)
            met |= found
            after = _tried(partial(altered, changed, alterations, law, agreement, program))
            rows.append(_row(question, inputs, agreement, before, after))
        advance()
    return WhatIf(
        title=alterations.title,
        rule_set=law.content_hash,
        rows=tuple(rows),
        notes=tuple(_notes(alterations, law, met, rows)),
    )


def altered(
    inputs: Inputs, alterations: Alterations, law: RuleSet, agreement: Agreement | None, program: str
) -> Worksheet:
    """The worksheet of inputs that are altered already, under the law altered for their days.

    Raises:
        OriginError: it cannot be determined at all, or the altered law begins within the period.
        RuleError: the alterations name a figure or a reading that the law does not have.
    """
    return determine(inputs, altered_law(law, alterations, inputs.question.law_days, agreement), program)


def the_range(register: Register, owner: str, asked: Callable[[str, str], Question]) -> list[Question]:
    """A question for every good of `owner` that is recorded for a use and was made within the period, by plant.

    Raises:
        UsageError: there is none.
    """
    used = {known.value.part for known in register.lines(UseLine, owner=owner)}
    found: dict[tuple[str, str], Question] = {}
    for known in register.lines(VolumeLine, owner=owner):
        line = known.value
        if line.part in used and (line.part, line.plant) not in found:
            question = asked(line.part, line.plant)
            if line.month in {day.isoformat()[:7] for day in question.period.days()}:
                found[line.part, line.plant] = question
    if not found:
        raise UsageError(f"No good of {owner} is on record as made in that period; name another one, or a good.")
    return [found[key] for key in sorted(found)]


def state(worksheet: Worksheet) -> State:
    """What a worksheet comes to, limb by limb."""
    limbs: dict[str, Limb] = {}
    for row in worksheet.findings:
        limbs.setdefault(row.limb, Limb(limb=row.limb, outcome=row.outcome, reason=row.reason))
    content = next(
        (row for row in worksheet.findings if row.test.startswith(_CONTENT) and row.figure is not None), None
    )
    return State(
        outcome=worksheet.outcome,
        content=content.figure if content is not None else None,
        bound=content.bound if content is not None else None,
        limbs=tuple(limbs.values()),
    )


def _tried(work: Callable[[], Worksheet]) -> State:
    """A state, or why there is none: one good that cannot be worked out does not end the table."""
    try:
        return state(work())
    except EvidenceError as error:
        return State(outcome=Outcome.NOT_DETERMINABLE, content=None, bound=None, limbs=(), reason=str(error))


def _agreements(alterations: Alterations, inputs: Inputs) -> tuple[Agreement | None, ...]:
    """The agreements that a good can be under: those of the country of its plant, and of the importing one if asked."""
    if not alterations.agreement:
        return (None,)
    asked = inputs.question
    country = next((fact.value.country for fact in inputs.sites if fact.value.site == asked.plant), None)
    wanted = {country, *([asked.importing_country] if asked.importing_country else [])}
    return tuple(each for each in alterations.agreement if wanted <= set(each.parties)) or alterations.agreement


def _row(question: Question, inputs: Inputs, agreement: Agreement | None, before: State, after: State) -> Row:
    item = next((fact.value for fact in inputs.items if fact.value.part == question.part), None)
    was = {limb.limb: limb.outcome for limb in before.limbs}
    changed = [limb.limb for limb in after.limbs if was.get(limb.limb) != limb.outcome]
    if (before.content, before.bound) != (after.content, after.bound) and _CONTENT not in changed:
        changed.append(_CONTENT)
    return Row(
        owner=question.owner,
        part=question.part,
        description=item.description if item is not None else "no item on file",
        plant=question.plant,
        period_from=question.period_from,
        period_to=question.period_to,
        agreement=agreement.name if agreement is not None else None,
        before=before,
        after=after,
        changed=tuple(changed),
    )


def _notes(alterations: Alterations, law: RuleSet, met: set[str], rows: list[Row]) -> Iterator[str]:
    """What a reader has to know besides: what met nothing, and what had to be assumed."""
    for what in dict.fromkeys(changes_of(alterations)):
        if what not in met:
            yield f"Nothing to change was found for: {what}."
    left = sorted({each for agreement in alterations.agreement for each in law.region - set(agreement.parties)})
    if left:
        yield (
            f"Declarations of goods made in {', '.join(left)} are set aside where these are no parties. What is inside "
            "goods that other plants declare is not known: they are taken to originate still."
        )
    if any(row.after.reason for row in rows):
        yield "Where nothing could be worked out, the reason stands in the place of the limbs."
    if alterations.figure and all(row.before.bound == row.after.bound for row in rows):
        yield "A figure that is altered from a day on decides from that day only: ask with --event entry --on DAY."
