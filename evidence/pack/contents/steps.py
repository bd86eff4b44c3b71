"""What a correction consists of, step by step, with what is on file of each; a missing step is a gap of page one.

An importer who learns that a claim is wrong corrects it with customs, pays what is owed and says why, promptly, which
practice reads as 30 days (19 CFR 182.11(c), 182.124); whoever certified tells everybody who was given the
certification (19 USC 1592(f); USMCA art. 5.6). That the company's own records say corrected shows none of these.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from evidence.core.statements.claim import Claim, ClaimAction
from evidence.core.statements.declaration import DeclarationEvent
from evidence.core.statements.own import DocumentReceived
from evidence.pack.contents import contents as c
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import EntryLine, Facts
from evidence.pack.words.language import _, joined, marked
from evidence.pack.words.recorded import recorded
from evidence.register.queries import Known

_DAYS: Final = timedelta(days=30)
_WANTED: Final = (
    (
        marked("what went to customs"),
        ("corrected declaration", "corrected entry", "post-summary correction"),
        "importer",
    ),
    (marked("duty, fees and interest paid"), ("duty payment", "proof of duty", "payment of duty"), "importer"),
    (marked("the importer's written statement"), ("importer's statement", "statement of correction"), "importer"),
    (
        marked("notice to those who were given the certification"),
        ("notice to recipients", "notice to customers"),
        "certifier",
    ),
)
"""Each step, the words in an exhibit's title that show it, and whose it is."""


def steps(facts: Facts, line: EntryLine, exhibits: Exhibits) -> Iterator[c.StepRow]:
    """The steps of a line's correction or withdrawal; none where its claim stands."""
    claim = line.claim
    if claim is None or claim.value.action not in (ClaimAction.CORRECTED, ClaimAction.WITHDRAWN):
        return
    for event in _events(facts, claim):
        yield _letter(facts, claim, event, exhibits)
    lacking = []
    for what, words, _holder in _WANTED:
        shown = tuple(_shown(facts, line, words, exhibits))
        if shown:
            yield c.StepRow(what=_("On file"), found=_(what), shown_at=shown)
        else:
            lacking.append(_(what))
    if lacking:
        yield c.StepRow(what=_("Nothing on file"), found=joined("; ", lacking), missing=True)


def missing_steps(facts: Facts, line: EntryLine, exhibits: Exhibits) -> Iterator[tuple[str, str, date | None]]:
    """Each step of which nothing is on file, with whose it is and by when."""
    claim = line.claim
    if claim is None or claim.value.action not in (ClaimAction.CORRECTED, ClaimAction.WITHDRAWN):
        return
    received = [
        receipt.value.received_on for event in _events(facts, claim) if (receipt := _receipt(facts, event)) is not None
    ]
    for what, words, holder in _WANTED:
        if not _shown(facts, line, words, exhibits):
            yield what, holder, min(received) + _DAYS if received and holder == "importer" else None


def _events(facts: Facts, claim: Known[Claim]) -> Sequence[Known[DeclarationEvent]]:
    """The ends of declarations that the claim's analysis counted and no earlier claim knew."""
    first = facts.first_claim()
    return [event for event in facts.ends if (first is None or event.seq > first.seq) and event.seq < claim.seq]


def _receipt(facts: Facts, event: Known[DeclarationEvent]) -> Known[DocumentReceived] | None:
    """The receipt of the event's notice, where it is an exhibit."""
    receipts = (exhibit.receipt for exhibit in facts.exhibits)
    return next((receipt for receipt in receipts if receipt.value.document == event.value.notice), None)


def _letter(facts: Facts, claim: Known[Claim], event: Known[DeclarationEvent], exhibits: Exhibits) -> c.StepRow:
    receipt, decided = _receipt(facts, event), claim.value.decided_on
    declaration = facts.declarations.get(event.value.declaration)
    named = declaration.value.reference if declaration else event.value.declaration
    told = {
        "named": named,
        "state": recorded(event.value.state.value),
        "day": event.value.effective_from,
        "reason": recorded(event.value.reason),
    }
    if receipt is None:
        lacking = _("{named} {state} with effect from {day} ({reason}); the notice is not on file", **told)
        return c.StepRow(what=_("Notice"), found=lacking, missing=True)
    return c.StepRow(
        what=_("Notice"),
        found=_(
            "{named} {state} with effect from {day} ({reason}); received {received}; decided {decided}, "
            "{days} days after",
            received=receipt.value.received_on,
            decided=decided,
            days=(decided - receipt.value.received_on).days,
            **told,
        ),
        shown_at=(exhibits.link(exhibits.number(receipt.seq)),),
    )


def _shown(facts: Facts, line: EntryLine, words: tuple[str, ...], exhibits: Exhibits) -> list[c.Link]:
    return [
        exhibits.link(exhibits.number(exhibit.receipt.seq))
        for exhibit in facts.exhibits
        if line.entry.ref in exhibit.supports and any(word in exhibit.title.lower() for word in words)
    ]
