"""What customs asks, and what was answered (RECORDS.md 33; 19 CFR 182.72-182.75; RECORDKEEPING.md section 7).

A notice is kept with each of its paragraphs, since it is answered paragraph by paragraph in its own numbering. A reply,
the authority's receipt for it and each step of an extension are acts of their own, days apart.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from evidence.core.statements.base import Record, Statement
from evidence.core.statements.cells import Flag, Listed
from evidence.core.values import Code, Country, Sha256, Text


class NoticeKind(StrEnum):
    """What the letter is. CBP Form 29 is two things by the box that is ticked, and the two run different clocks."""

    INFORMATION_REQUEST = "request for information (Form 28)"
    ACTION_PROPOSED = "action proposed (Form 29)"
    ACTION_TAKEN = "action taken (Form 29)"
    VERIFICATION_LETTER = "verification letter"
    QUESTIONNAIRE = "verification questionnaire"
    VISIT = "verification visit"
    VALUE_ADJUSTMENT = "transaction value or value of a material to be adjusted"
    CONTENT_SHORT = "content by net cost found short"
    INTENT = "notice of intent"
    DETERMINATION = "final determination"
    WAGE_RECORDS = "request for wage records"
    DEFECT = "defective certification"
    OTHER = "other"


class RequestParagraph(Record):
    """One paragraph of a notice that asks for something."""

    line: Annotated[int, Field(ge=1)]
    """Its place in the letter, counted from 1."""
    paragraph: Text
    """Its own numbering, as 2(b)."""
    asks: Text
    """What it asks for, in its own words."""
    about: Listed = ()
    """What it is about, ``kind:reference`` each: customs-entry:…, part:…, certification-of-origin:…"""


class Notice(Statement):
    """One letter, form or portal message from an authority."""

    kind: ClassVar[str] = "notice"
    prefix: ClassVar[str] = "notice"
    version: ClassVar[int] = 2

    number: Code
    """Our number for it, which replies and extensions name."""
    authority: Text
    """Who asks: customs, or the labour department."""
    authority_reference: Text | None = None
    """Their number for it."""
    country: Country
    """The authority's country."""
    notice_kind: NoticeKind
    """What the letter is."""
    addressee: Code
    """The party that it is addressed to."""
    importer_number: Text | None = None
    """The importer's number that it names."""
    dated_on: date
    """The day printed on it."""
    received_on: date
    """The day it came in, which is not the day on it."""
    received_basis: Text
    """Why that day is believed: postmark, portal log. An unread notice in a portal runs all the same."""
    channel: Text
    """How it came: post, portal, e-mail."""
    reply_due_on: date | None = None
    """The day printed as the last to answer; where only a period is printed, empty."""
    reply_days: Annotated[int, Field(ge=1)] | None = None
    """The period printed, in days."""
    language: Text
    """The language it is in."""
    about: Listed = ()
    """What it is about, ``kind:reference`` each: customs-entry:…, claim:…, certification-of-origin:…"""
    document: Sha256
    """The notice as received."""
    paragraphs: tuple[RequestParagraph, ...] = ()

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("notice", self.document))

    def relations(self) -> tuple[tuple[str, str], ...]:
        named = (*self.about, *(each for paragraph in self.paragraphs for each in paragraph.about))
        return (*super().relations(), *(("about", target) for target in dict.fromkeys(named)))


class Answer(Record):
    """What was answered to one paragraph."""

    line: Annotated[int, Field(ge=1)]
    """The paragraph's place in the notice."""
    paragraph: Text
    """The paragraph's own numbering, as 2(b)."""
    answer: Text
    exhibits: Listed = ()
    """The exhibits that support it, by their numbers in the pack."""


class Reply(Statement):
    """What was sent in answer to a notice. What was not answered in it stays open."""

    kind: ClassVar[str] = "reply"
    prefix: ClassVar[str] = "reply"

    number: Code
    """The reply's own number."""
    notice: Code
    """The number of the notice."""
    sent_on: date
    """The day of sending."""
    sent_by: Text
    """Who signed it."""
    channel: Text
    """How it was sent."""
    complete: Flag
    """Whether every paragraph is answered in it."""
    pack: Text | None = None
    """The number of the pack sent with it."""
    document: Sha256
    """The letter as sent."""
    answers: tuple[Answer, ...] = ()

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("reply", self.document))

    def relations(self) -> tuple[tuple[str, str], ...]:
        pack = (("encloses", f"pack:{self.pack}"),) if self.pack else ()
        return (*super().relations(), ("replies to", f"notice:{self.notice}"), *pack)


class SubmissionReceipt(Statement):
    """An authority's receipt for what was handed in: what it was given, it cannot ask for again (19 USC 1509(g)(3))."""

    kind: ClassVar[str] = "submission-receipt"
    prefix: ClassVar[str] = "receipt"

    of: Text
    """What was handed in, ``kind:number``: reply:R-1, pack:S01-1, vehicle-certification:…"""
    authority: Text
    """Who gave the receipt."""
    reference: Text
    """The portal's or the officer's number for it."""
    received_on: date
    """The day that the authority says it received it."""
    stated_time: Text | None = None
    """The time as the receipt prints it, zone included."""
    submitted: Sha256 | None = None
    """SHA-256 of what was handed in, where the receipt prints one."""
    document: Sha256
    """The receipt."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), ("receipt", self.document))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("receipt for", self.of))


class ExtensionStep(StrEnum):
    """What happened about more time."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class Extension(Statement):
    """One step about more time for a notice: asked for, granted or refused."""

    kind: ClassVar[str] = "extension"
    prefix: ClassVar[str] = "ext"

    notice: Code
    """The number of the notice."""
    step: ExtensionStep
    """What happened."""
    dated_on: date
    """The day on the letter or message."""
    received_on: date | None = None
    """Of a grant or refusal, when it came."""
    until: date | None = None
    """The last day asked for or granted; empty for a refusal."""
    reason: Text | None = None
    """Why more time is needed, or was refused."""
    by: Text
    """Who asked, or who granted or refused."""
    document: Sha256 | None = None
    """The letter or message."""

    def documents(self) -> tuple[tuple[str, str], ...]:
        return (*super().documents(), *((("extension", self.document),) if self.document else ()))

    def relations(self) -> tuple[tuple[str, str], ...]:
        return (*super().relations(), ("extends", f"notice:{self.notice}"))
