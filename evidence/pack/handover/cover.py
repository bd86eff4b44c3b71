"""The cover letter of a pack: what is handed over and in answer to what, what stands against the claim, how to check.

Where a notice is on record the letter answers it paragraph by paragraph in its own numbering (RECORDKEEPING.md section
10): with the answer of the recorded reply, or by saying that none is on record. An answer is never made up here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.core.statements.case import Answer, Notice, Reply
from evidence.errors import PackError
from evidence.pack.form import layout
from evidence.pack.gathered.editions import Edition
from evidence.pack.handover.letters import LANGUAGES, About, LetterKind, Source
from evidence.pack.words.language import _, _n
from evidence.pack.words.shown import day
from evidence.register.queries import Register
from evidence.store.engine import reading


@dataclass(frozen=True, slots=True)
class Answered:
    """One paragraph of a notice, and what is answered to it."""

    paragraph: str
    asks: str
    answer: str
    exhibits: tuple[str, ...]
    recorded: bool
    """Whether the answer is on record; otherwise it says that none is."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A customs entry line, as page one of the report has it."""

    customs_entry: str
    line: int
    goods: str
    tariff_item: str
    state: str


@dataclass(frozen=True, slots=True)
class Open:
    """An item of page one that stands against a condition."""

    what: str
    owner: str
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The cover letter as drafted."""

    kind: LetterKind
    title: str
    about: About
    to: tuple[str, ...]
    reference: tuple[str, ...]
    opening: tuple[str, ...]
    claims: tuple[ClaimLine, ...]
    items_words: str
    items: tuple[Open, ...]
    answers: tuple[Answered, ...]
    enclosed: tuple[str, ...]
    closing: tuple[str, ...]
    digests: tuple[tuple[str, str], ...]
    recorded_language: str
    """The language in which goods and items were recorded, where it is not the letter's."""


def cover(found: Source, language: str, *, to: str = "", notice: str | None = None) -> Cover:
    """The draft, in the language in force.

    Args:
        found: the pack as issued.
        language: the letter's.
        to: the addressee; the authority of the notice where there is one.
        notice: our number of the notice that is answered.

    Raises:
        PackError: no such notice is on record, or nobody is named to write to.
    """
    asked, reply = _notice(found, notice) if notice else (None, None)
    addressee = to or (asked.authority if asked else "")
    if not addressee:
        raise PackError("A cover letter is to somebody: name the addressee with --to, or the notice with --notice.")
    about, opening = found.about, found.printed["report"]["opening"]
    against = tuple(
        Open(str(gap["what"]), str(gap["owner"]), str(gap["due"] or "")) for gap in opening["gaps"] if gap["defeats"]
    )
    return Cover(
        kind=LetterKind.COVER,
        title=_("Evidence pack {number}: cover letter", number=about.number),
        about=about,
        to=tuple(addressee.splitlines()),
        reference=tuple(_reference(asked)),
        opening=tuple(_opening(found, asked)),
        claims=tuple(
            ClaimLine(
                str(claim["customs_entry"]),
                int(claim["line"]),
                str(claim["goods"]),
                str(claim["tariff_item"]),
                _(str(claim["state"])),
            )
            for claim in opening["claims"]
        ),
        items_words=(
            _items(len(against), len(opening["gaps"]) - len(against))
            if about.edition == layout.AUTHORITY
            else _(
                "This edition does not tell: what is missing, late or open in the whole pack stands in the authority's "
                "edition, under the same number."
            )
        ),
        items=against,
        answers=tuple(_answers(asked, reply)) if asked else (),
        enclosed=tuple(_enclosed(found)),
        closing=tuple(_closing(found)),
        digests=tuple(_digests(found)),
        recorded_language="" if language in found.pack.languages else found.pack.languages[0],
    )


def _notice(found: Source, number: str) -> tuple[Notice, Reply | None]:
    with reading(found.handle.engine) as connection:
        register = Register(connection)
        asked = register.statements(Notice, number=number)
        replies = register.statements(Reply, notice=number)
    if not asked:
        raise PackError(f"No notice {number} is on record. Import it, or leave out --notice.")
    fitting = [known.value for known in replies if known.value.pack in (None, found.about.number)]
    return asked[-1].value, fitting[-1] if fitting else None


def _reference(asked: Notice | None) -> Iterator[str]:
    if asked is not None:
        if asked.authority_reference:
            yield _("Your reference: {reference}", reference=asked.authority_reference)
        yield _("Our number for your letter: {number}", number=asked.number)
        yield _("Dated {dated}, received {received}", dated=day(asked.dated_on), received=day(asked.received_on))


def _opening(found: Source, asked: Notice | None) -> Iterator[str]:
    about = found.about
    if asked is None:
        yield _("We hand over evidence pack {number} on {subject}.", number=about.number, subject=found.subject())
    else:
        yield _(
            "In answer to your letter of {dated} we hand over evidence pack {number} on {subject}.",
            dated=day(asked.dated_on),
            number=about.number,
            subject=found.subject(),
        )
    if about.edition.startswith(Edition.IMPORTER.value):
        yield _(
            "This is the importer's edition. It opens a part of what the pack commits to; its first page says which."
        )
    elif about.edition.startswith(Edition.PRODUCER.value):
        yield _(
            "This is the producer's edition. It opens a part of what the pack commits to; its first page says which."
        )
    if about.supersedes:
        yield _(
            "It supersedes pack {earlier}. A difference report lists what has changed, with the reasons on record.",
            earlier=about.supersedes,
        )
    yield _(
        "It states what {organisation} had recorded when entry {last} of its ledger was made, and nothing recorded "
        "later. The origin analysis is the company's own; the determination of origin is the customs authority's.",
        organisation=about.organisation,
        last=about.as_of - 1,
    )


def _items(against: int, others: int) -> str:
    if not against:
        if not others:
            return _("The first page of the report lists no gap.")
        return _n(
            "No item on record stands against a condition of the claim. The first page of the report lists {count} "
            "other gap.",
            "No item on record stands against a condition of the claim. The first page of the report lists {count} "
            "other gaps.",
            others,
        )
    return _n(
        "{count} item on record stands against a condition of the claim or leaves it open. The first page of the "
        "report lists it with every other gap.",
        "{count} items on record stand against a condition of the claim or leave it open. The first page of the "
        "report lists them with every other gap.",
        against,
    )


def _answers(asked: Notice, reply: Reply | None) -> Iterator[Answered]:
    given: dict[int, Answer] = {answer.line: answer for answer in reply.answers} if reply else {}
    for paragraph in asked.paragraphs:
        answer = given.get(paragraph.line)
        yield Answered(
            paragraph=paragraph.paragraph,
            asks=paragraph.asks,
            answer=answer.answer if answer else _("No answer to this paragraph is on record."),
            exhibits=tuple(answer.exhibits) if answer else (),
            recorded=answer is not None,
        )


def _enclosed(found: Source) -> Iterator[str]:
    for language in found.pack.languages:
        yield _(
            "The report in {language}, signed: {file}",
            language=_(LANGUAGES[language]),
            file=layout.report_path(language),
        )
    names = found.files.names()
    folders = Counter(name.partition("/")[0] for name in names if "/" in name)
    if folders["worksheets"]:
        yield _n(
            "{count} file of worksheets, with live formulas where it is a workbook",
            "{count} files of worksheets, with live formulas where they are workbooks",
            folders["worksheets"],
        )
    yield _n("{count} exhibit, as it was received", "{count} exhibits, as they were received", folders["exhibits"])
    yield _n(
        "{count} ledger entry with its proof, and the signed head of the ledger",
        "{count} ledger entries with their proofs, and the signed head of the ledger",
        sum(name.endswith(".leaf") for name in names),
    )
    yield _("What checks the pack without our software and without a network: {file}", file=layout.README)


def _closing(found: Source) -> Iterator[str]:
    yield _(
        "Please compare the fingerprint of our root certificate with the one that we publish elsewhere: a pack cannot "
        "vouch for its own signer. The check shows that the files are unchanged since receipt; it says nothing on "
        "origin."
    )
    if not found.about.edition.startswith(Edition.IMPORTER.value):
        yield _(
            "The pack holds confidential business information of several companies. We ask that it be treated as such "
            "and be shown to nobody who has no right to see it."
        )
    yield _("Please confirm receipt, with the day and a number by which we can refer to it.")


def _digests(found: Source) -> Iterator[tuple[str, str]]:
    about = found.about
    yield _("The pack's archive, {file}", file=found.archive_name()), about.archive
    yield _("Its manifest, {file}", file=layout.MANIFEST), about.manifest
    yield _("Root of the ledger {origin} at {size} entries", origin=about.origin, size=about.as_of), about.root
