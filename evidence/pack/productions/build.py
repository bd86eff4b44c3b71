"""Building a pack: facts, pages, signatures, files, and one ledger entry that says it was built.

The same facts give the same pack: a later build finds the entry, puts the files together again as they were issued and
compares digests; it appends nothing, also under a later version of the program. New facts give a new pack under the
next number, which supersedes the one before and never overwrites it. Nothing blocks a build: what is missing stands on
page one.

Files are written beside their final place and moved there after the entry is recorded. A process that is killed leaves
an unfinished folder, which the next build removes, or a recorded pack that the next build writes out again.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from evidence.core import canonical
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.own import PackBuilt
from evidence.errors import NoAnswer, PackError, UsageError
from evidence.ledger.found import HomeHandle
from evidence.ledger.lock import writing_turn
from evidence.pack.bundling.bundle import Parts, as_issued, bundle, embedded
from evidence.pack.bundling.lines import facts_digest, rows
from evidence.pack.bundling.place import Place
from evidence.pack.bundling.production import (
    Production,
    edition_folder,
    new_production,
    numbering,
    numbers_of,
    of_same_facts,
    of_same_manifest,
    same_production,
)
from evidence.pack.bundling.sign import PackSigner, Stamping
from evidence.pack.form import layout
from evidence.pack.form.container import Memory
from evidence.pack.gathered.editions import Edition
from evidence.pack.gathered.facts import Facts, Subject
from evidence.pack.gathered.numbering import ordinal_of, pack_folder
from evidence.pack.gathered.request import Request
from evidence.pack.productions.gathering import gather_at, position
from evidence.pack.productions.making import Wanted, parts_of
from evidence.pack.productions.on_record import gone_out, is_of, is_whole, packs_of
from evidence.pack.typesetting.kept import FOLDER as KEPT
from evidence.pack.typesetting.kept import KeptParts
from evidence.pack.typesetting.render import render_report
from evidence.pack.words.language import NAMES, speaking
from evidence.register.queries import Known

Progress = Callable[[str], None]
LOCKS: Final = Path("cache") / "building"
"""Where in a home it is marked what is being built now."""
_LONGEST_BUILD_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class BuiltPack:
    """A pack as it now lies on disk; `new` says whether an entry was appended for it."""

    number: str
    subject: str
    folder: Path
    archive: Path
    report: Path
    as_of: int
    statement_id: str
    new: bool
    claim: str
    """What page one says of its lines: claimed, not claimed, corrected, withdrawn, or several of them."""
    content: Decimal | None
    """The content that the latest analysis, or the average, compared, in percent; None where it has no such test."""
    threshold: Decimal | None
    gaps: int | None
    """How many stand on page one; None of an edition that prints none."""
    defeating: int | None


def build(
    handle: HomeHandle,
    subject: Subject,
    out: Path,
    wanted: Wanted = Wanted(),  # noqa: B008 -- it is frozen
    *,
    at: int | None = None,
    request: Request | None = None,
    of: str | None = None,
    tell: Progress = lambda _: None,
) -> BuiltPack:
    """Build the pack of a shipment or a customs entry under `out`, or write out the one that is there already.

    Another edition of facts that a pack on record rests on shares that pack's number, manifest and ledger position.

    Args:
        handle: a home open to sign.
        subject: what the pack is of.
        out: the folder that receives ``<subject>/`` and ``<subject>.zip``.
        wanted: the edition, the languages, and what goes with it.
        at: the size of a signed checkpoint; by default the latest, but for `anchor` entries after a witnessed one.
        request: what the authority's report answers, paragraph by paragraph, besides the letters on record.
        of: the number of the pack that it must be an edition of; None: whichever it is.
        tell: told what is being done.

    Raises:
        PackError: no such subject, it is no edition of that pack, or other files lie where the pack belongs.
        UsageError: a request is given for an edition that answers none.
        LedgerError: no checkpoint was signed at that size.
        RefusesToSign: another command has been building a pack of it for an hour.
    """
    if request is not None and wanted.edition is not Edition.AUTHORITY:
        raise UsageError(
            f"The {wanted.edition.value}'s edition answers no request. Build the authority's edition with --request, "
            f"then this one with --of and the number of that pack."
        )
    with _turn(handle, subject, tell):
        as_of = position(handle, at)
        tell("gathering what it rests on")
        facts = gather_at(handle, subject, as_of, request)
        every = packs_of(handle)
        earlier = [known for known in every if is_of(known.value, subject)]
        of_it = [known for known in earlier if of in (None, known.value.number)]
        same = of_same_facts(facts, of_it)
        for was in reversed(same):
            if (was.edition, was.languages) == (_name(handle, was, wanted, earlier), wanted.languages):
                return _again(handle, was, _place(out, subject, ordinal_of(was.number), was.edition))
        shared = same[-1] if same else None
        if shared is None and wanted.edition is not Edition.AUTHORITY:  # a request that only the authority's answers
            shared = of_same_manifest(facts, of_it, handle.documents)
        if shared is not None and shared.seed is not None and not _has_edition(handle, shared, wanted, earlier):
            facts = gather_at(handle, subject, shared.as_of, request)
            production = same_production(shared, handle.documents)
        elif of is not None:
            raise PackError(
                f"Pack {of} rests on other facts than these now, or was built before there were editions; it gets no "
                "other one. Build the subject's pack anew, and take that."
            )
        else:
            lines = rows(facts, numbering(facts, earlier, handle.documents))
            taken = {*numbers_of(every), *gone_out(handle)}
            production = new_production(lines, subject.code, earlier, handle.random, taken)
        place = _place(out, subject, production.ordinal, wanted.name(production))
        return _anew(handle, facts, production, wanted, place, tell)


@contextmanager
def _turn(handle: HomeHandle, subject: Subject, tell: Progress) -> Iterator[None]:
    """One build of a subject at a time: two would both give the next number, and the second finds the first's pack."""
    locks = handle.settings.home / LOCKS
    with suppress(OSError):  # what cannot be made is told where the lock is taken
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(subject.code.encode()).hexdigest()[:16]
    with writing_turn(locks / f"{name}.lock", _LONGEST_BUILD_S, tell):
        yield


def _name(handle: HomeHandle, was: PackBuilt, wanted: Wanted, earlier: list[Known[PackBuilt]]) -> str | None:
    """What the wanted edition is called among those of a recorded pack; None: it withholds nothing to be sealed."""
    if wanted.sealing is None:
        return wanted.edition.value
    if was.seed is None:
        return None
    return wanted.name(same_production(was, handle.documents), _editions(was, earlier))


def _has_edition(handle: HomeHandle, was: PackBuilt, wanted: Wanted, earlier: list[Known[PackBuilt]]) -> bool:
    """Whether a pack has an edition already: in other languages, since it is asked for again."""
    return _name(handle, was, wanted, earlier) in _editions(was, earlier)


def _editions(was: PackBuilt, earlier: list[Known[PackBuilt]]) -> set[str]:
    return {known.value.edition for known in earlier if known.value.number == was.number}


def _place(out: Path, subject: Subject, ordinal: int, edition: str) -> Place:
    return Place(out, edition_folder(pack_folder(subject.code, ordinal), edition))


def _anew(
    handle: HomeHandle, facts: Facts, production: Production, wanted: Wanted, place: Place, tell: Progress
) -> BuiltPack:
    place.require_free()
    parts = parts_of(handle, facts, production, wanted)
    reports, kept = {}, KeptParts(handle.settings.home / KEPT)
    for language, contents in parts.contents.items():
        tell(f"setting the report in type ({NAMES[language]})")
        with speaking(language):
            reports[language] = render_report(contents, embedded(parts, language), kept)
    tell("signing and bundling")
    now = handle.clock.now()
    try:
        files, issued = _signed(handle, parts, reports, wanted, wanted.stamping, now)
    except NoAnswer as why:  # nothing blocks a build
        tell(f"signing without a time stamp: {why}")
        files, issued = _signed(handle, parts, reports, wanted, None, now)
    archive = place.write(files)
    stored = tuple((name, handle.documents.put(content).sha256) for name, content in sorted(issued.items()))
    unsigned = {layout.report_path(each): hashlib.sha256(report).hexdigest() for each, report in reports.items()}
    lead, edition = layout.report_path(wanted.languages[0]), wanted.name(production)
    statement = PackBuilt(
        id=mint(PackBuilt.prefix, now, handle.random),
        issuer="self",
        evidence_class=EvidenceClass.DERIVED,
        number=production.number,
        shipment=facts.shipments[0].value.number if facts.shipments else facts.subject.code,
        customs_entry=facts.subject.customs_entry,
        as_of=facts.as_of,
        manifest=hashlib.sha256(parts.manifest).hexdigest(),
        facts=facts_digest(facts, edition, wanted.languages),
        report_unsigned=unsigned[lead],
        report_signed=hashlib.sha256(issued[lead]).hexdigest(),
        archive=archive,
        stored=stored,
        supersedes_pack=production.supersedes,
        edition=edition,
        languages=wanted.languages,
        unsigned=tuple(unsigned.items()),
        seed=handle.documents.put(production.document).sha256,
    )
    handle.record(statement)
    place.settle(files)
    return _built(place, statement, issued[layout.report_data_path(wanted.languages[0])], new=True)


def _signed(
    handle: HomeHandle,
    parts: Parts,
    reports: dict[str, bytes],
    wanted: Wanted,
    stamping: Stamping | None,
    now: datetime,
) -> tuple[Memory, dict[str, bytes]]:
    """The files of the pack with its signatures, and those to be kept.

    Raises:
        NoAnswer: no authority gives a time stamp.
    """
    signer, printed = PackSigner(parts.organisation, stamping), {layout.report_path(each) for each in reports}

    def seal(name: str, content: bytes) -> bytes:
        if name in printed:
            return signer.sign_report(content, f"Issue of evidence pack {parts.number}", now)
        return signer.sign_list(content, now)

    stamp = None if stamping is None else stamping.response
    return bundle(parts, reports, handle.documents, seal, stamp, wanted.draw)


def _again(handle: HomeHandle, was: PackBuilt, place: Place) -> BuiltPack:
    """Write out a pack that is recorded, from the document store and the ledger, and compare it with the record."""
    files, issued = as_issued(was, handle.ledger, handle.documents)
    archive = place.write(files)
    if archive != was.archive:
        place.clear()
        raise PackError(
            f"Pack {was.number} was recorded with the archive {was.archive[:16]}…, but its files now give "
            f"{archive[:16]}…. Check the ledger with 'evidence ledger check'; what was issued stays as it was issued."
        )
    place.settle(files)
    return _built(place, was, issued[layout.report_data_path(was.languages[0])], new=False)


def _built(place: Place, statement: PackBuilt, report: bytes, *, new: bool) -> BuiltPack:
    """What a command tells of a pack, from the data of its report."""
    opening = canonical.loads_whole(report)["report"]["opening"]
    deciding = [result for result in opening["results"] if not result.get("former")]
    averages = [average for average in opening.get("averages", []) if not average.get("former")]
    deciding += averages  # where goods are averaged, their average decides on the content
    claims = [str(claim["state"]).lower() for claim in opening["claims"]]
    whole = is_whole(statement)
    bars = [result["bar"] for result in deciding if result["bar"] is not None]
    return BuiltPack(
        number=statement.number,
        subject=statement.customs_entry or statement.shipment,
        folder=place.folder,
        archive=place.archive,
        report=place.folder / layout.report_path(statement.languages[0]),
        as_of=statement.as_of,
        statement_id=statement.id,
        new=new,
        claim=", ".join(dict.fromkeys(claims)) or ("not claimed" if whole else "not of this edition"),
        content=Decimal(bars[-1]["content"]) if bars else None,
        threshold=Decimal(bars[-1]["threshold"]) if bars else None,
        gaps=len(opening["gaps"]) if whole else None,
        defeating=sum(bool(gap["defeats"]) for gap in opening["gaps"]) if whole else None,
    )
