"""Part 11: what happened to the claim and beneath it, in the order of the ledger, and how estimates were reconciled.

A correction that is only in the company's own records is told as such (`steps`); a letter of customs stands with its
answer, its extensions and the receipt for it; what was learned stands where it was reason to believe a claim wrong.
"""

from collections.abc import Iterable, Iterator

from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.reconciliation import Reconciliation
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import party
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import Facts
from evidence.pack.words.language import _, joined
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import day
from evidence.register.queries import Known


def history_page(facts: Facts, exhibits: Exhibits) -> c.HistoryPage:
    """Everything on record around the claims of the pack."""
    found = [
        *_claims(facts),
        *_ends(facts, exhibits),
        *_letters(facts, exhibits),
        *_answers(facts, exhibits),
        *_learned(facts, exhibits),
        *_deliveries(facts, exhibits),
    ]
    return c.HistoryPage(
        rows=tuple(row for _seq, row in sorted(found, key=lambda pair: pair[0])),
        reconciliations=tuple(_reconciled(facts, known, exhibits) for known in facts.around.reconciliations),
        due=tuple(_due(facts)),
    )


Found = Iterator[tuple[int, c.HappenedRow]]


def _claimed(it: Claim) -> Iterator[str]:
    """A step of a claim, and the reason that a person gave; why the gate stopped one is told with the gate."""
    yield _(
        "Customs entry {entry}, line {line}: {action}, by {by}.",
        entry=it.customs_entry,
        line=it.line,
        action=recorded(it.action.value),
        by=it.by,
    )
    if it.reason and it.action is not ClaimAction.NOT_MADE:
        yield recorded(it.reason)


def _claims(facts: Facts) -> Found:
    for line in facts.lines:
        for known in line.claims:
            it = known.value
            yield (
                known.seq,
                c.HappenedRow(
                    on=day(it.decided_on),
                    what=_("Claim"),
                    said=joined(" ", _claimed(it)),
                    position=known.ref,
                    shown_at=(),
                    against=it.action in (ClaimAction.CORRECTED, ClaimAction.WITHDRAWN),
                ),
            )


def _ends(facts: Facts, exhibits: Exhibits) -> Found:
    events = {event.seq: event for event in (*facts.ends, *(later.event for later in facts.later))}
    for seq, event in events.items():
        it = event.value
        declared = facts.declarations.get(it.declaration)
        yield (
            seq,
            c.HappenedRow(
                on=day(event.recorded_at.date()),
                what=_("Supplier's declaration"),
                said=_(
                    "{reference} {state} with effect from {day}: {reason}.",
                    reference=declared.value.reference if declared else it.declaration,
                    state=recorded(it.state.value),
                    day=it.effective_from,
                    reason=recorded(it.reason.rstrip(".")),
                ),
                position=event.ref,
                shown_at=exhibits.behind(seq),
                against=True,
            ),
        )


def _letters(facts: Facts, exhibits: Exhibits) -> Found:
    for known in facts.around.notices:
        it = known.value
        due = _("answer due on {day}", day=it.reply_due_on) if it.reply_due_on else _("no day printed for the answer")
        yield (
            known.seq,
            c.HappenedRow(
                on=day(it.dated_on),
                what=_("Letter of customs"),
                said=_(
                    "{number}, {kind}, of {authority}; dated {dated}, received {received}; {due}.",
                    number=it.number,
                    kind=recorded(it.notice_kind.value),
                    authority=it.authority,
                    dated=it.dated_on,
                    received=it.received_on,
                    due=due,
                ),
                position=known.ref,
                shown_at=exhibits.behind(known.seq),
            ),
        )
    for more in facts.around.extensions:
        step = more.value
        until = _("until {day}", day=step.until) if step.until else _("no day named")
        yield (
            more.seq,
            c.HappenedRow(
                on=day(step.dated_on),
                what=_("More time"),
                said=_(
                    "{notice}: {step}, {until}, by {by}.",
                    notice=step.notice,
                    step=step.step.value,
                    until=until,
                    by=step.by,
                ),
                position=more.ref,
                shown_at=exhibits.behind(more.seq),
            ),
        )


def _answers(facts: Facts, exhibits: Exhibits) -> Found:
    for known in facts.around.replies:
        it = known.value
        told = {"number": it.number, "notice": it.notice, "by": it.sent_by, "channel": it.channel}
        if it.complete:
            said = _("{number} to {notice}, every paragraph answered, by {by}, {channel}.", **told)
        else:
            said = _("{number} to {notice}, paragraphs left open, by {by}, {channel}.", **told)
        yield (
            known.seq,
            c.HappenedRow(
                on=day(it.sent_on),
                what=_("Answer to customs"),
                said=said,
                position=known.ref,
                shown_at=exhibits.behind(known.seq),
            ),
        )
    for handed in facts.around.receipts:
        receipt = handed.value
        yield (
            handed.seq,
            c.HappenedRow(
                on=day(receipt.received_on),
                what=_("Receipt of customs"),
                said=_(
                    "{of}: received by {authority}, their number {reference}.",
                    of=receipt.of,
                    authority=receipt.authority,
                    reference=receipt.reference,
                ),
                position=handed.ref,
                shown_at=exhibits.behind(handed.seq),
            ),
        )


def _learned(facts: Facts, exhibits: Exhibits) -> Found:
    for known in facts.around.learned:
        it = known.value
        yield (
            known.seq,
            c.HappenedRow(
                on=day(it.learned_on),
                what=_("Learned"),
                said=_("{what}; what followed: {consequence}.", what=it.what, consequence=it.consequence.rstrip(".")),
                position=known.ref,
                shown_at=exhibits.behind(known.seq),
                against=True,
            ),
        )


def _deliveries(facts: Facts, exhibits: Exhibits) -> Found:
    for known in facts.around.deliveries:
        it = known.value
        yield (
            known.seq,
            c.HappenedRow(
                on=day(it.state_on),
                what=_("Certification given"),
                said=_(
                    "{of} to {to}, {channel}: {state}.",
                    of=it.of,
                    to=party(facts, it.to),
                    channel=it.channel,
                    state=recorded(it.state.value),
                ),
                position=known.ref,
                shown_at=exhibits.behind(known.seq),
            ),
        )


def _reconciled(facts: Facts, known: Known[Reconciliation], exhibits: Exhibits) -> c.HappenedRow:
    it = known.value
    actual = _worksheet(facts, it.actual_snapshot)
    return c.HappenedRow(
        on=_("{first} to {last}", first=it.year_from, last=it.year_to),
        what=_("{figure} of {category}", figure=it.reconciled.value, category=it.category),
        said=_(
            "{number}: on actual figures {result}; estimates: {estimated}, actual figures: {actual}.",
            number=it.number,
            result=it.result.value,
            estimated=_worksheet(facts, it.estimated_snapshot),
            actual=actual,
        ),
        position=known.ref,
        shown_at=exhibits.behind(known.seq),
        against=it.result.value != "met",
    )


def _worksheet(facts: Facts, name: str | None) -> str:
    if name is None:
        return _("none yet")
    for place, fact in enumerate(facts.snapshots, 1):
        if fact.snapshot.statement_id == name:
            return _("Worksheet {place}", place=place)
    return name


def _due(facts: Facts) -> Iterable[str]:
    """Estimates without a close in the pack, and from which day actual figures decide."""
    sheets = [fact.worksheet for fact in facts.snapshots]
    for place, sheet in enumerate(sheets, 1):
        if sheet.basis == "actual":
            continue
        closed = any(
            other.basis == "actual"
            and (other.good.part, other.plant, other.period_from) == (sheet.good.part, sheet.plant, sheet.period_from)
            for other in sheets[place:]
        )
        if not closed and sheet.true_up_due:
            yield _(
                "Worksheet {place} rests on estimates; actual figures are due from {day} on, and none are on record.",
                place=place,
                day=sheet.true_up_due,
            )
        elif not closed:
            yield _("Worksheet {place} rests on estimates, and no actual figures are on record.", place=place)
