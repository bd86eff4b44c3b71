"""Building a pack: facts, pages, signatures, files, and one ledger entry that says it was built.

The same facts give the same pack: a later build finds the entry, puts the files together again as they were issued and
compares digests; it appends nothing, also under a later version of the program. New facts give a new pack under the
next number, which supersedes the one before and never overwrites it. Nothing blocks a build: what is missing stands on
page one.

Files are written beside their final place and moved there after the entry is recorded. A process that is killed leaves
an unfinished folder, which the next build removes, or a recorded pack that the next build writes out again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from evidence.core import canonical
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.handling import HandedOver
from evidence.core.statements.own import PackBuilt, PackReleased
from evidence.errors import LedgerError, NoAnswer, PackError
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.found import HomeHandle
from evidence.ledger.succession import Lineage
from evidence.pack.bundling import layout
from evidence.pack.bundling.bundle import Parts, as_issued, bundle, embedded
from evidence.pack.bundling.manifest import Position, disclosures, facts_digest, manifest, rows
from evidence.pack.bundling.place import Place
from evidence.pack.bundling.previews import Previewer
from evidence.pack.bundling.production import (
    Production,
    edition_folder,
    exhibit_numbers,
    new_production,
    of_same_facts,
    of_same_manifest,
    same_production,
)
from evidence.pack.bundling.sign import PackSigner, Stamping
from evidence.pack.bundling.stamped import stamps_on_record
from evidence.pack.disclosing.open_field import Origin
from evidence.pack.disclosing.sealing import Envelope, Sealing, chosen, envelopes
from evidence.pack.gathered.editions import Edition, view
from evidence.pack.gathered.facts import Facts, Subject, gather
from evidence.pack.gathered.numbering import number_exhibits, ordinal_of, pack_folder
from evidence.pack.gathered.request import Request
from evidence.pack.gathered.witnessed import latest, witnessed
from evidence.pack.report.assemble import Issue, assemble
from evidence.pack.report.contents import Contents
from evidence.pack.report.restricted import RestrictedContents, restricted
from evidence.pack.typesetting.kept import FOLDER as KEPT
from evidence.pack.typesetting.kept import KeptParts
from evidence.pack.typesetting.render import render_report
from evidence.pack.words.language import NAMES, speaking
from evidence.register.queries import Known, Register
from evidence.store.engine import reading

Progress = Callable[[str], None]


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
    gaps: int
    defeating: int


def build(
    handle: HomeHandle,
    subject: Subject,
    out: Path,
    *,
    at: int | None = None,
    languages: tuple[str, ...] = ("en",),
    edition: Edition = Edition.AUTHORITY,
    sealing: Sealing | None = None,
    stamping: Stamping | None = None,
    draw: Previewer | None = None,
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
        at: the size of a signed checkpoint; by default the latest, but for `anchor` entries after a witnessed one.
        languages: those of the reports, the leading one first.
        edition: for whom; a restricted one lies beside the authority's, under its name.
        sealing: which of the exhibits that the edition withholds go with it, sealed; None: none of them.
        stamping: who stamps the signatures; where nobody answers, that is told and they are made without.
        draw: draws previews of the exhibits; None: the pack goes without.
        request: what the report answers, paragraph by paragraph, besides the letters on record.
        of: the number of the pack that it must be an edition of; None: whichever it is.
        tell: told what is being done.

    Raises:
        PackError: no such subject, it is no edition of that pack, or other files lie where the pack belongs.
        LedgerError: no checkpoint was signed at that size.
    """
    as_of = _position(handle, at)
    tell("gathering what it rests on")
    facts = gather_at(handle, subject, as_of, request)
    earlier = packs_of(handle, subject)
    same = of_same_facts(facts, earlier)
    name = edition.value if sealing is None else sealing.name(edition.value)
    for was in reversed(same):
        if (was.edition, was.languages) == (name, languages):
            return _again(handle, was, _place(out, subject, ordinal_of(was.number), name))
    shared = same[-1] if same else None
    if shared is None and edition is not Edition.AUTHORITY:  # a request that only the authority's edition answers
        shared = of_same_manifest(facts, earlier, handle.documents)
    if shared is not None and shared.seed is not None and not _has_edition(earlier, shared.number, name):
        facts = gather_at(handle, subject, shared.as_of, request)
        numbers = exhibit_numbers(shared, handle.documents)
        production = same_production(shared, handle.documents)
    else:
        numbers = _numbering(handle, facts, earlier[-1] if earlier else None)
        production = new_production(rows(facts, numbers), subject.code, earlier, handle.random, gone_out(handle))
    if of not in (None, production.number):
        raise PackError(f"Pack {of} rests on other facts than these now; build {production.number} and take that.")
    return _anew(handle, facts, numbers, production, edition, languages, out, tell, sealing, stamping, draw)


def _has_edition(earlier: list[Known[PackBuilt]], number: str, edition: str) -> bool:
    """Whether a pack has an edition already: in other languages, since it is asked for again."""
    return any((known.value.number, known.value.edition) == (number, edition) for known in earlier)


def _place(out: Path, subject: Subject, ordinal: int, edition: str) -> Place:
    return Place(out, edition_folder(pack_folder(subject.code, ordinal), edition))


def packs_of(handle: HomeHandle, subject: Subject | None = None) -> list[Known[PackBuilt]]:
    """The packs built so far, of one subject or of all, in ledger order."""
    with reading(handle.engine) as connection:
        found = Register(connection).statements(PackBuilt)
    if subject is None:
        return found
    return [
        known
        for known in found
        if known.value.customs_entry == subject.customs_entry
        and (subject.shipment is None or known.value.shipment == subject.shipment)
    ]


def gone_out(handle: HomeHandle) -> set[str]:
    """The numbers under which a pack was released or handed over, whatever became of the record of its building."""
    with reading(handle.engine) as connection:
        register = Register(connection)
        released = {known.value.pack for known in register.statements(PackReleased)}
        return released | {known.value.pack for known in register.statements(HandedOver)}


def subject_of(was: PackBuilt) -> Subject:
    """What a recorded pack is of."""
    return Subject(customs_entry=was.customs_entry) if was.customs_entry else Subject(shipment=was.shipment)


def planned(handle: HomeHandle, subject: Subject, at: int | None = None) -> tuple[Facts, dict[int, int]]:
    """What a pack of the subject would rest on, and the numbers that its exhibits would bear; nothing is built.

    Raises: as `build`.
    """
    as_of, earlier = _position(handle, at), packs_of(handle, subject)
    with reading(handle.engine) as connection:
        register = Register(connection, as_of)
        facts = gather(register, handle.ledger, handle.documents, subject, as_of, ahead=True)
    return facts, _numbering(handle, facts, earlier[-1] if earlier else None)


def _position(handle: HomeHandle, at: int | None) -> int:
    if at is None:
        return latest(handle)
    sizes = handle.ledger.checkpoint_sizes()
    if at not in sizes:
        below = max((size for size in sizes if size < at), default=sizes[0])
        raise LedgerError(
            f"No checkpoint was signed at size {at}; the nearest below is {below}. Build with --at {below}."
        )
    return at


def gather_at(handle: HomeHandle, subject: Subject, as_of: int, request: Request | None = None) -> Facts:
    """What a pack of the subject rests on, as known at a checkpoint."""
    with reading(handle.engine) as connection:
        return gather(Register(connection, as_of), handle.ledger, handle.documents, subject, as_of, request)


def parts_of(
    handle: HomeHandle,
    facts: Facts,
    numbers: dict[int, int],
    production: Production,
    edition: Edition,
    languages: tuple[str, ...],
    sealing: Sealing | None = None,
) -> Parts:
    """What a pack is made of, before its pages are set in type and anything is signed."""
    organisation, verifiers = handle.organisation(), handle.verifiers()
    note, policy = witnessed(handle, verifiers, facts.as_of)
    with reading(handle.engine) as connection:
        origin = Lineage.of(connection, handle.settings.origin).origin_at(facts.as_of)
    head = open_checkpoint(note, verifiers, origin=origin)
    seen, number = view(facts, edition), production.number
    at = Position(head.origin, head.size, head.root)
    made = manifest(facts.subject, production.tables, number, production.supersedes, at)
    issue = Issue(
        number=number,
        organisation_name=handle.settings.organisation.legal_name,
        organisation=organisation,
        origin=head.origin,
        root=head.root,
        checkpoint=note,
        specimen=handle.settings.demo,
        supersedes=production.supersedes,
        edition=edition.value,
        manifest_sha256=hashlib.sha256(made).hexdigest(),
    )
    sealed: tuple[Envelope, ...] = ()
    if sealing is not None:
        hidden = chosen(sealing, facts.exhibits, numbers, seen)
        origin_ = Origin(number, issue.manifest_sha256, production.tables, note, facts.as_of)
        sealed = envelopes(handle, sealing, hidden, numbers, origin_)
    contents: dict[str, Contents | RestrictedContents] = {}
    for language in languages:
        with speaking(language):
            pages = assemble(seen.facts, numbers, issue)
            contents[language] = pages if seen.whole else restricted(pages, seen, numbers, sealed=len(sealed) // 2)
    return Parts(
        facts=seen.facts,
        numbers=numbers,
        contents=contents,
        manifest=made,
        disclosures=disclosures(seen, numbers, production.tables, handle.documents, number, sealed),
        checkpoint=note,
        proofs=handle.ledger.tlog_proofs(list(seen.facts.entries), facts.as_of, note),
        policy=policy,
        organisation=organisation,
        stamps=stamps_on_record(handle, note, facts.as_of),
        sealed={one.path: one.content for one in sealed},
        copies=seen.copies,
    )


def _numbering(handle: HomeHandle, facts: Facts, before: Known[PackBuilt] | None) -> dict[int, int]:
    """Exhibit numbers, taken over from the pack before."""
    taken = exhibit_numbers(before.value, handle.documents) if before is not None else {}
    return number_exhibits((exhibit.receipt.seq for exhibit in facts.exhibits), taken)


def _anew(
    handle: HomeHandle,
    facts: Facts,
    numbers: dict[int, int],
    production: Production,
    edition: Edition,
    languages: tuple[str, ...],
    out: Path,
    tell: Progress,
    sealing: Sealing | None,
    stamping: Stamping | None,
    draw: Previewer | None,
) -> BuiltPack:
    name = edition.value if sealing is None else sealing.name(edition.value)
    place = _place(out, facts.subject, production.ordinal, name)
    place.require_free()
    number = production.number
    parts = parts_of(handle, facts, numbers, production, edition, languages, sealing)
    reports, kept = {}, KeptParts(handle.settings.home / KEPT)
    for language, contents in parts.contents.items():
        tell(f"setting the report in type ({NAMES[language]})")
        with speaking(language):
            reports[language] = render_report(contents, embedded(parts, language), kept)
    lead = languages[0]
    tell("signing and bundling")
    signer, now = PackSigner(parts.organisation, stamping), handle.clock.now()

    printed = {layout.report_path(language): language for language in languages}

    def seal(name: str, content: bytes) -> bytes:
        if name in printed:
            return signer.sign_report(content, f"Issue of evidence pack {number}", now)
        return signer.sign_list(content, now)

    try:
        stamp = None if stamping is None else stamping.response
        files, issued = bundle(parts, reports, handle.documents, seal, stamp, draw)
    except NoAnswer as why:  # nothing blocks a build
        tell(f"signing without a time stamp: {why}")
        signer = PackSigner(parts.organisation)
        files, issued = bundle(parts, reports, handle.documents, seal, draw=draw)
    archive = place.write(files)
    stored = tuple((name, handle.documents.put(content).sha256) for name, content in sorted(issued.items()))
    statement = PackBuilt(
        id=mint(PackBuilt.prefix, now, handle.random),
        issuer="self",
        evidence_class=EvidenceClass.DERIVED,
        number=number,
        shipment=facts.shipments[0].value.number if facts.shipments else facts.subject.code,
        customs_entry=facts.subject.customs_entry,
        as_of=facts.as_of,
        manifest=hashlib.sha256(parts.manifest).hexdigest(),
        facts=facts_digest(facts, name, languages),
        report_unsigned=hashlib.sha256(reports[lead]).hexdigest(),
        report_signed=hashlib.sha256(issued[layout.report_path(lead)]).hexdigest(),
        archive=archive,
        stored=stored,
        supersedes_pack=production.supersedes,
        edition=name,
        languages=languages,
        unsigned=tuple((name, hashlib.sha256(reports[language]).hexdigest()) for name, language in printed.items()),
        seed=handle.documents.put(production.document).sha256,
    )
    handle.record(statement)
    place.settle(files)
    return _built(place, statement, issued[layout.report_data_path(lead)], new=True)


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
    printed: Any = canonical.loads(report, limit=len(report))
    opening = printed["report"]["opening"]
    deciding = [result for result in opening["results"] if not result.get("former")]
    averages = [average for average in opening.get("averages", []) if not average.get("former")]
    deciding += averages  # where goods are averaged, their average decides on the content
    claims = [str(claim["state"]).lower() for claim in opening["claims"]]
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
        claim=", ".join(dict.fromkeys(claims)) or _no_claim(statement),
        content=Decimal(bars[-1]["content"]) if bars else None,
        threshold=Decimal(bars[-1]["threshold"]) if bars else None,
        gaps=len(opening["gaps"]),
        defeating=sum(bool(gap["defeats"]) for gap in opening["gaps"]),
    )


def _no_claim(statement: PackBuilt) -> str:
    return "not claimed" if statement.edition == layout.AUTHORITY else "not of this edition"
