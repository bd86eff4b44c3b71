"""Drafts of the statements that a person signs under United States law: 28 USC 1746 and FRE 902(11), (13) and (14).

They are in English, since the wording of the law is on file in English alone. The rules of evidence prescribe no form:
what a certificate says is drawn from what the rule asks to be shown, and each sentence is for whoever signs to read,
strike or complete. They prove authenticity and nothing else; hearsay is a matter of rule 803(6).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from evidence.errors import PackError
from evidence.pack.form import layout
from evidence.pack.handover.letters import LANGUAGES, About, LetterKind, ListedFile, Source
from evidence.pack.words.language import NAMES
from evidence.pack.words.wording import OUTSIDE, WITHIN, Wording, sentence, wording

_BLANK: Final = "\N{LOW LINE}"
"""At the end of a paragraph: whoever signs writes there."""
_NOTICE: Final = (
    "To whoever offers this certificate: the rule asks for reasonable written notice to the adverse party before the "
    "trial or hearing, and for record and certificate to be open to inspection."
)


@dataclass(frozen=True, slots=True)
class Said:
    """One numbered paragraph of a draft."""

    text: str
    blank: bool
    """Whether a line is left under it, for whoever signs to write on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A declaration or certificate as drafted."""

    kind: LetterKind
    title: str
    about: About
    law: tuple[Wording, ...]
    """The texts that it is drawn from, as they stand."""
    paragraphs: tuple[Said, ...]
    schedule_title: str
    schedule: tuple[ListedFile, ...]
    notice: str
    form: Wording
    """The form of 28 USC 1746 that it ends with."""
    sentence: str
    outside: bool
    """Whether it is to be signed outside the United States."""


def certificate(found: Source, kind: LetterKind, language: str, *, outside: bool) -> Certificate:
    """The draft.

    Args:
        found: the pack as issued.
        kind: any but the cover letter.
        language: English; any other is refused.
        outside: whether it is to be signed outside the United States, which has a wording of its own.

    Raises:
        PackError: no official text is on file in that language, or the edition is one without exhibits to list.
    """
    form = wording(OUTSIDE if outside else WITHIN, language)
    assert language in NAMES
    title, law, paragraphs, schedule_title, schedule = _DRAFTS[kind](found)
    if not schedule:
        raise PackError(
            f"Pack {found.about.number}, {found.about.edition}'s edition, carries nothing that such a certificate "
            "could list. Name another --edition."
        )
    return Certificate(
        kind=kind,
        title=title,
        about=found.about,
        law=tuple(wording(name, language) for name in law),
        paragraphs=tuple(Said(text.removesuffix(_BLANK).rstrip(), text.endswith(_BLANK)) for text in paragraphs),
        schedule_title=schedule_title,
        schedule=schedule,
        notice="" if kind is LetterKind.DECLARATION else _NOTICE,
        form=form,
        sentence=sentence(form),
        outside=outside,
    )


_Draft = tuple[str, tuple[str, ...], tuple[str, ...], str, tuple[ListedFile, ...]]


def _declaration(found: Source) -> _Draft:
    about = found.about
    gaps = found.printed["report"]["opening"]["gaps"]
    against = sum(bool(gap["defeats"]) for gap in gaps)
    return (
        "Declaration under penalty of perjury",
        (),
        (
            f"My name and position are: {_BLANK}",
            f"I make this declaration for {about.organisation}, from my own knowledge and from the records of the "
            f"company that I have read. My authority to speak for the company rests on: {_BLANK}",
            f"I have read the report of evidence pack {about.number} on {found.subject()}. Of what it rests on I have "
            f"looked at: {_BLANK}",
            "The pack that I mean is the one whose files have the SHA-256 values in the schedule. It states what was "
            f"recorded in the ledger {about.origin} up to entry {about.as_of - 1}, and nothing recorded later.",
            "The statements of fact in the report on the goods, their materials, their production and their value are "
            "correct to the best of my knowledge. The origin analysis is the company's own; the determination of "
            "origin is the authority's.",
            f"The first page of the report lists {len(gaps)} items as missing, late or open, "
            f"{against or 'none'} of them against a condition of the claim. I do not say of any that it is settled."
            if about.edition == layout.AUTHORITY
            else f"The report is that of the {about.edition}'s edition, which withholds a part and lists no gaps. I "
            "say nothing of what it withholds, and not that nothing is missing, late or open.",
        ),
        "Schedule: the files of the pack that are meant",
        (
            ListedFile(number="", what="the pack's archive", file=found.archive_name(), size=0, sha256=about.archive),
            *_made(found, (layout.MANIFEST, layout.SUMS)),
            *_reports(found),
        ),
    )


def _records(found: Source) -> _Draft:
    about = found.about
    return (
        "Certificate of a custodian or another qualified person (FRE 902(11))",
        ("902-11", "803-6"),
        (
            f"My name and position are: {_BLANK}",
            f"I am the custodian of the records in the schedule for {about.organisation}, or another person qualified "
            f"to certify them, because: {_BLANK}",
            "The schedule lists documents that the company keeps on file. Each is the original as it was received, or "
            "a copy that has the SHA-256 value shown.",
            "Of each record in the schedule that I have not struck out, I certify what rule 803(6)(A) to (C), printed "
            "above, asks for: by whom and when it was made, that it was kept in the course of a regularly conducted "
            "activity, and that making it was a regular practice of that activity.",
            "Received is the day on which the company took the document in; recorded is the day on which its receipt "
            "was entered in the ledger. A record marked late was entered after the claim that it supports: of it I "
            f"certify nothing, unless I say so here: {_BLANK}",
            f"I know how these records are made and kept because: {_BLANK}",
        ),
        f"Schedule: the documents on file in evidence pack {about.number}",
        found.exhibits(),
    )


def _system(found: Source) -> _Draft:
    about = found.about
    return (
        "Certificate of a qualified person (FRE 902(13))",
        ("902-13",),
        (
            f"My name and position are: {_BLANK}",
            f"I am qualified to speak of the system described here because: {_BLANK}",
            f"The records in the schedule were generated by the program Evidence, in use at {about.organisation}. Its "
            f"version was: {_BLANK}",
            "The process is this. Each document received is kept unchanged and identified by its SHA-256 value. Each "
            "statement is signed and entered in a ledger to which entries are only added; the ledger is a tree of "
            "hashes (RFC 6962), and its signed head commits to every entry and to their order. The worksheets are "
            "calculated from recorded entries by rules named by the hash of their text, in exact decimal arithmetic, "
            "and are recorded with all the inputs that they rest on. The report prints what the worksheets and the "
            "entries say and calculates nothing.",
            "The process produces an accurate result. A worksheet that is worked out again from its recorded inputs "
            "gives the same bytes, the manifest that is made again from the same ledger position gives the same bytes, "
            "and an altered file, entry or order is found by a check that needs none of the company's software.",
            f"The ledger {about.origin} had {about.as_of} entries and the root {about.root} when these records were "
            "generated.",
            "I have tested this on the following days, by the following commands, with the following outcome "
            f"(snapshots replay, pack rebuild, pack check, ledger check): {_BLANK}",
        ),
        f"Schedule: the records generated for evidence pack {about.number}",
        (
            *_reports(found),
            *(found.listed(name, "calculation worksheet") for name in _worksheets(found)),
            *_made(found, (layout.MANIFEST, layout.DISCLOSURES, layout.CHECKPOINT, layout.SUMS)),
        ),
    )


def _copies(found: Source) -> _Draft:
    about = found.about
    return (
        "Certificate of a qualified person (FRE 902(14))",
        ("902-14",),
        (
            f"My name and position are: {_BLANK}",
            f"I am qualified to speak of the process described here because: {_BLANK}",
            f"The files in the schedule were copied from the document store of {about.organisation} into evidence pack "
            f"{about.number}.",
            "The process of digital identification is this. When a document is received, its SHA-256 value "
            "(FIPS 180-4) is computed and entered in a signed ledger entry. When it is copied into the pack, the "
            "value is computed again and compared. Two files with the same value are the same, bit by bit, for every "
            "practical purpose.",
            "The values in the schedule are those of the signed ledger entries, and those that the list SHA256SUMS in "
            f"the pack states; that list has the SHA-256 {digest_of_sums(found)}.",
            "I have computed the values of the copies and compared them with the schedule on the following day, by the "
            f"following command (sha256sum -c SHA256SUMS, evidence pack check), with the following outcome: {_BLANK}",
        ),
        f"Schedule: the files copied into evidence pack {about.number}",
        found.exhibits(),
    )


_DRAFTS: Final[Mapping[LetterKind, Callable[[Source], _Draft]]] = {
    LetterKind.DECLARATION: _declaration,
    LetterKind.RECORDS: _records,
    LetterKind.SYSTEM: _system,
    LetterKind.COPIES: _copies,
}


def digest_of_sums(found: Source) -> str:
    """The digest of the list of digests in the pack."""
    return found.listed(layout.SUMS, "").sha256


_CALLED: Final = {
    layout.MANIFEST: "manifest of the pack",
    layout.DISCLOSURES: "what this edition opens of the manifest",
    layout.CHECKPOINT: "signed head of the ledger",
    layout.SUMS: "list of the digests of all files",
}


def _made(found: Source, names: tuple[str, ...]) -> tuple[ListedFile, ...]:
    return tuple(found.listed(name, _CALLED[name]) for name in names)


def _reports(found: Source) -> tuple[ListedFile, ...]:
    return tuple(
        found.listed(layout.report_path(language), f"report in {LANGUAGES[language]}, signed")
        for language in found.pack.languages
    )


def _worksheets(found: Source) -> list[str]:
    return [name for name in found.files.names() if name.startswith("worksheets/")]
