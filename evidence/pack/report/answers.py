"""Part 2: what customs asked, paragraph by paragraph in its own numbering, with what is on record of each.

A letter that is on record as a notice is answered by what was recorded as its answer, and by the records that a
paragraph names; a request given as a file by the topics that its paragraphs name (`answers_topics`). A paragraph of
which nothing is on record says so: no answer is made up, and none is left out.
"""

from collections.abc import Iterator

from evidence.core.statements.case import Notice, Reply
from evidence.pack.contents import contents as c
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.request import Request
from evidence.pack.report.answers_topics import of_topic
from evidence.pack.words.language import _
from evidence.pack.words.recorded import recorded
from evidence.register.queries import Known


def answers_pages(facts: Facts, exhibits: Exhibits) -> tuple[c.AnswersPage, ...]:
    """The request that the pack was built for, then each letter on record, in ledger order."""
    pages = [_given(facts, facts.asked, exhibits)] if facts.asked is not None else []
    pages += [_recorded(facts, known, place, exhibits) for place, known in enumerate(facts.around.notices, 1)]
    return tuple(pages)


def _given(facts: Facts, request: Request, exhibits: Exhibits) -> c.AnswersPage:
    named = (request.authority, request.reference, request.dated_on)
    return c.AnswersPage(
        anchor="request",
        title=request.title,
        about=_(
            "{named}; read from a file with the SHA-256 {digest}",
            named=", ".join(each for each in named if each) or _("no number or day given"),
            digest=request.sha256,
        ),
        shown_at=(),
        rows=tuple(
            c.AnsweredRow(
                anchor=f"request-{place}",
                paragraph=one.paragraph,
                asks=one.asks,
                answers=tuple(line for topic in one.topics for line in of_topic(topic, facts, exhibits)),
            )
            for place, one in enumerate(request.paragraphs, 1)
        ),
        recorded=False,
    )


def _recorded(facts: Facts, known: Known[Notice], place: int, exhibits: Exhibits) -> c.AnswersPage:
    it = known.value
    return c.AnswersPage(
        anchor=f"notice-{place}",
        title=_("{number}: {kind}", number=it.number, kind=recorded(it.notice_kind.value)),
        about=_(
            "{authority}, their number {reference}; dated {dated}, received {received}, to be answered by {due} "
            "({position})",
            authority=it.authority,
            reference=it.authority_reference or _("none"),
            dated=it.dated_on,
            received=it.received_on,
            due=it.reply_due_on or _("a day not printed"),
            position=known.ref,
        ),
        shown_at=exhibits.behind(known.seq),
        rows=tuple(
            c.AnsweredRow(
                anchor=f"notice-{place}-{one.line}",
                paragraph=one.paragraph,
                asks=one.asks,
                answers=(
                    *_replied(facts, it.number, one.line, exhibits),
                    *(line for about in one.about for line in _about(facts, about)),
                ),
            )
            for one in it.paragraphs
        ),
        recorded=True,
    )


def _replied(facts: Facts, notice: str, line: int, exhibits: Exhibits) -> Iterator[c.AnswerLine]:
    """What was sent in answer, in its own words, with the numbers of exhibits that it named."""
    replies: list[Known[Reply]] = [known for known in facts.around.replies if known.value.notice == notice]
    for known in replies:
        for answer in known.value.answers:
            if answer.line == line:
                named = _(" Exhibits named in it: {exhibits}.", exhibits=", ".join(answer.exhibits))
                yield c.AnswerLine(
                    said=_(
                        "Answered on {day} in {reply}: {answer}",
                        day=known.value.sent_on,
                        reply=known.value.number,
                        answer=answer.answer,
                    )
                    + (named if answer.exhibits else ""),
                    shown_at=(c.Link(known.ref), *exhibits.behind(known.seq)),
                )


def _about(facts: Facts, about: str) -> Iterator[c.AnswerLine]:
    """The page of the pack that prints what a paragraph names, where one does."""
    kind, _colon, reference = about.partition(":")
    if kind == "certification-of-origin":
        for place, known in enumerate(facts.certifications, 1):
            if known.value.number == reference:
                told = _("Certification of origin {number}", number=reference)
                yield _printed(c.Link(told, f"certification-{place}"))
    if kind in ("customs-entry", "claim", "shipment", "part", "item"):
        numbers = {line.entry.value.number for line in facts.lines} | {known.value.number for known in facts.shipments}
        parts = {line.invoice_line.part for line in facts.lines if line.invoice_line}
        if reference in numbers:
            yield _printed(c.Link(_("Transport, value and entry"), "transport"))
        if reference in parts:
            yield _printed(c.Link(_("Crosswalk"), "crosswalk"))
    for declared in facts.declarations.values():
        if kind in ("supplier-declaration", "declaration") and declared.value.reference == reference:
            yield _printed(c.Link(_("Suppliers' support"), "support"))


def _printed(link: c.Link) -> c.AnswerLine:
    return c.AnswerLine(said=_("What is on record of it is printed in this report."), shown_at=(link,))
