"""Building a pack: facts, pages, signatures, files, and one ledger entry that says it was built.

The same facts give the same pack: a later build finds the entry, puts the files together again as they were issued and
compares digests; it appends nothing, also under a later version of the program. New facts give a new pack under the
next number, which supersedes the one before and never overwrites it. Nothing blocks a build: what is missing stands on
page one.

Files are written beside their final place and moved there after the entry is recorded. A process that is killed leaves
an unfinished folder, which the next build removes, or a recorded pack that the next build writes out again.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from evidence.core import canonical
from evidence.core.identifiers import mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.own import PackBuilt
from evidence.errors import LedgerError, PackError
from evidence.ledger.checkpoint import open_checkpoint
from evidence.ledger.found import HomeHandle
from evidence.ledger.succession import Lineage
from evidence.pack import layout
from evidence.pack.assemble import Issue, assemble
from evidence.pack.bundle import Parts, as_issued, bundle, embedded, same
from evidence.pack.container import Files, Folder, write_folder, write_zip
from evidence.pack.facts import Facts, Subject, gather
from evidence.pack.language import NAMES, speaking
from evidence.pack.manifest import Position, disclosures, facts_digest, manifest
from evidence.pack.numbering import number_exhibits, pack_folder, pack_number
from evidence.pack.render import render_report
from evidence.pack.sign import PackSigner
from evidence.pack.witnessed import latest, witnessed
from evidence.register.queries import Known, Register
from evidence.store.engine import reading

EDITION = "authority"
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
    tell: Progress = lambda _: None,
) -> BuiltPack:
    """Build the pack of a shipment or a customs entry under `out`, or write out the one that is there already.

    Args:
        handle: a home open to sign.
        subject: what the pack is of.
        out: the folder that receives ``<subject>/`` and ``<subject>.zip``.
        at: the size of a signed checkpoint; by default the latest, but for `anchor` entries after a witnessed one.
        languages: those of the reports, the leading one first.
        tell: told what is being done.

    Raises:
        PackError: no such subject, or other files lie where the pack belongs.
        LedgerError: no checkpoint was signed at that size.
    """
    as_of = _position(handle, at)
    tell("gathering what it rests on")
    facts = _gather(handle, subject, as_of)
    earlier = packs_of(handle, subject)
    digest = facts_digest(facts, EDITION, languages)
    existing = next((known for known in reversed(earlier) if known.value.facts == digest), None)
    if existing is not None:
        return _again(handle, existing.value, _Place(out, pack_folder(subject.code, earlier.index(existing) + 1)))
    return _anew(handle, facts, digest, earlier, languages, out, tell)


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


def planned(handle: HomeHandle, subject: Subject, at: int | None = None) -> tuple[Facts, dict[int, int]]:
    """What a pack of the subject would rest on, and the numbers that its exhibits would bear; nothing is built.

    Raises: as `build`.
    """
    facts, earlier = _gather(handle, subject, _position(handle, at)), packs_of(handle, subject)
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


def _gather(handle: HomeHandle, subject: Subject, as_of: int) -> Facts:
    with reading(handle.engine) as connection:
        return gather(Register(connection, as_of), handle.ledger, handle.documents, subject, as_of)


def _parts(
    handle: HomeHandle,
    facts: Facts,
    number: str,
    supersedes: str | None,
    numbers: dict[int, int],
    languages: tuple[str, ...],
) -> Parts:
    organisation, verifiers = handle.organisation(), handle.verifiers()
    note, policy = witnessed(handle, verifiers, facts.as_of)
    with reading(handle.engine) as connection:
        origin = Lineage.of(connection, handle.settings.origin).origin_at(facts.as_of)
    head = open_checkpoint(note, verifiers, origin=origin)
    made = manifest(facts, numbers, number, supersedes, Position(head.origin, head.size, head.root))
    issue = Issue(
        number=number,
        organisation_name=handle.settings.organisation.legal_name,
        organisation=organisation,
        origin=head.origin,
        root=head.root,
        checkpoint=note,
        specimen=handle.settings.demo,
        supersedes=supersedes,
        manifest_sha256=hashlib.sha256(made).hexdigest(),
    )
    contents = {}
    for language in languages:
        with speaking(language):
            contents[language] = assemble(facts, numbers, issue)
    return Parts(
        facts=facts,
        numbers=numbers,
        contents=contents,
        manifest=made,
        disclosures=disclosures(facts, handle.documents, number),
        checkpoint=note,
        proofs=handle.ledger.tlog_proofs(list(facts.entries), facts.as_of, note),
        policy=policy,
        organisation=organisation,
    )


def _numbering(handle: HomeHandle, facts: Facts, before: Known[PackBuilt] | None) -> dict[int, int]:
    """Exhibit numbers, taken over from the pack before."""
    taken = _numbers_in(handle.documents.read(before.value.manifest)) if before is not None else {}
    return number_exhibits((exhibit.receipt.seq for exhibit in facts.exhibits), taken)


def _numbers_in(document: bytes) -> dict[int, int]:
    """The number of each exhibit in a manifest, by the entry of its receipt."""
    read = canonical.loads(document)
    listed = read.get("exhibits") if isinstance(read, dict) else None
    return {
        int(str(exhibit["entry"])): int(str(exhibit["number"])[1:])
        for exhibit in (listed if isinstance(listed, list) else [])
        if isinstance(exhibit, dict)
    }


def _anew(
    handle: HomeHandle,
    facts: Facts,
    digest: str,
    earlier: list[Known[PackBuilt]],
    languages: tuple[str, ...],
    out: Path,
    tell: Progress,
) -> BuiltPack:
    before = earlier[-1] if earlier else None
    place = _Place(out, pack_folder(facts.subject.code, len(earlier) + 1))
    place.require_free()
    number = pack_number(facts.subject.code, len(earlier) + 1)
    supersedes = before.value.number if before else None
    parts = _parts(handle, facts, number, supersedes, _numbering(handle, facts, before), languages)
    reports = {}
    for language, contents in parts.contents.items():
        tell(f"setting the report in type ({NAMES[language]})")
        with speaking(language):
            reports[language] = render_report(contents, embedded(parts, language))
    lead = languages[0]
    tell("signing and bundling")
    signer, now = PackSigner(parts.organisation), handle.clock.now()

    printed = {layout.report_path(language): language for language in languages}

    def seal(name: str, content: bytes) -> bytes:
        if name in printed:
            return signer.sign_report(content, f"Issue of evidence pack {number}", now)
        return signer.sign_list(content, now)

    files, issued = bundle(parts, reports, handle.documents, seal)
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
        facts=digest,
        report_unsigned=hashlib.sha256(reports[lead]).hexdigest(),
        report_signed=hashlib.sha256(issued[layout.report_path(lead)]).hexdigest(),
        archive=archive,
        stored=stored,
        supersedes_pack=supersedes,
        edition=EDITION,
        languages=languages,
        unsigned=tuple((name, hashlib.sha256(reports[language]).hexdigest()) for name, language in printed.items()),
    )
    handle.record(statement)
    place.settle(files)
    return _built(place, statement, issued[layout.report_data_path(lead)], new=True)


def _again(handle: HomeHandle, was: PackBuilt, place: "_Place") -> BuiltPack:
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


def _built(place: "_Place", statement: PackBuilt, report: bytes, *, new: bool) -> BuiltPack:
    """What a command tells of a pack, from the data of its report."""
    printed: Any = canonical.loads(report, limit=len(report))
    opening = printed["report"]["opening"]
    deciding = [result for result in opening["results"] if not result.get("former")]
    averages = [average for average in opening.get("averages", []) if not average.get("former")]
    deciding += averages  # where goods are averaged, their average decides on the content
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
        claim=", ".join(dict.fromkeys(str(claim["state"]).lower() for claim in opening["claims"])) or "not claimed",
        content=Decimal(bars[-1]["content"]) if bars else None,
        threshold=Decimal(bars[-1]["threshold"]) if bars else None,
        gaps=len(opening["gaps"]),
        defeating=sum(bool(gap["defeats"]) for gap in opening["gaps"]),
    )


class _Place:
    """Where a pack goes: written beside it, then moved there at once."""

    def __init__(self, out: Path, name: str) -> None:
        self.folder, self.archive = out / name, out / f"{name}.zip"
        self._making = out / f".{name}.unfinished"

    def require_free(self) -> None:
        """Refuse, before anything is made or recorded, where a new pack could not be put.

        Raises:
            PackError: something lies there.
        """
        for path in (self.folder, self.archive):
            if path.exists() or path.is_symlink():
                raise PackError(
                    f"{path} is there already, and is no pack of this home. Move it away, or name another --out."
                )
        above = next(path for path in (self.folder.parent, *self.folder.parents) if path.exists())
        if not above.is_dir():
            raise PackError(f"{self.folder} cannot be written ({above} is no folder). Name another --out.")

    def write(self, files: Files) -> str:
        """Write folder and archive beside their place; the archive's SHA-256."""
        try:
            self.clear()
            self._making.mkdir(parents=True)
            write_folder(files, self._making / "folder")
            with open(self._making / "archive.zip", "x+b") as archive:
                write_zip(files, archive)
                archive.seek(0)
                return hashlib.file_digest(archive, "sha256").hexdigest()
        except OSError as error:
            self.clear()
            raise PackError(f"{self.folder} cannot be written ({error.strerror}). Name another --out.") from error
        except BaseException:
            self.clear()
            raise

    def settle(self, files: Files) -> None:
        """Move both to their place; what is there already must be the same pack.

        Raises:
            PackError: something else lies there. It is left as it is.
        """
        try:
            if self.folder.exists():
                if not same(Folder(self.folder), files):
                    raise PackError(
                        f"{self.folder} holds other files than the pack that belongs there. "
                        "Move it away, or name another --out."
                    )
            else:
                (self._making / "folder").rename(self.folder)
            (self._making / "archive.zip").replace(self.archive)
        except OSError as error:
            raise PackError(f"{self.folder} cannot be written ({error.strerror}). Name another --out.") from error
        finally:
            self.clear()

    def clear(self) -> None:
        shutil.rmtree(self._making, ignore_errors=True)
