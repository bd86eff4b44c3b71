"""Letters and statements about a pack, drafted from its own facts: a cover letter, a declaration, certificates.

A draft is marked unsigned and stays so. Whoever signs fills in name, day and signature by hand or in a tool of their
own: none of the three is prefilled, inferred or dated here (DESIGN.md section 6). The signed copy comes back as a
document on file that names the pack. The cover letter is written in each language of the reports; a declaration
or certificate only in the language in which the statute's wording is on file (`wording`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from evidence.core import canonical
from evidence.core.statements.own import DocumentReceived, PackBuilt
from evidence.errors import PackError
from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.bundle import as_issued
from evidence.pack.bundling.production import edition_folder
from evidence.pack.form import layout
from evidence.pack.form.carried import Carried, carried
from evidence.pack.form.container import Files, digest, read
from evidence.pack.gathered.numbering import ordinal_of, pack_folder
from evidence.pack.productions.on_record import packs_of
from evidence.pack.productions.release import pick, report_data
from evidence.pack.words.language import _, marked

LANGUAGES: Final = {"en": marked("English"), "fr": marked("French"), "es": marked("Spanish")}
"""What the languages of the reports are called in the language of a letter."""


class LetterKind(StrEnum):
    """What is drafted."""

    COVER = "cover"
    DECLARATION = "declaration"
    RECORDS = "902-11"
    SYSTEM = "902-13"
    COPIES = "902-14"


SIGNED_ROLES = {
    LetterKind.COVER: "signed cover letter",
    LetterKind.DECLARATION: "signed declaration under 28 USC 1746",
    LetterKind.RECORDS: "signed qualified person certificate, FRE 902(11)",
    LetterKind.SYSTEM: "signed qualified person certificate, FRE 902(13)",
    LetterKind.COPIES: "signed qualified person certificate, FRE 902(14)",
}
"""What the signed copy is called when it comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The pack that a letter is about, and whose it is."""

    number: str
    edition: str
    shipment: str
    customs_entry: str
    organisation: str
    moment: datetime
    """When the last ledger entry that the pack knows was recorded: the only moment in a draft."""
    specimen: bool
    supersedes: str | None
    archive: str
    manifest: str
    origin: str
    as_of: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """A file of a hash list."""

    number: str
    what: str
    file: str
    size: int
    sha256: str
    received_on: str = ""
    recorded_on: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A recorded edition of a pack as issued, opened for a letter."""

    about: About
    pack: PackBuilt
    printed: Any
    """The data of its report."""
    files: Files
    carried: Carried
    handle: HomeHandle

    def listed(self, name: str, what: str) -> ListedFile:
        """A file of the pack by its name there."""
        return ListedFile(number="", what=what, file=name, size=self.files.size(name), sha256=digest(self.files, name))

    def exhibits(self) -> tuple[ListedFile, ...]:
        """The exhibits that the edition carries, in their order, with the days of receipt and of recording."""
        late = {str(row["number"]) for row in self.printed["report"].get("exhibits", ()) if row.get("late")}
        found = []
        for path, (seq, _field) in sorted(self.carried.exhibits.items()):
            entry = self.handle.ledger.entry(seq)
            receipt = entry.statement
            if not isinstance(receipt, DocumentReceived):
                raise PackError(f"The receipt in ledger entry {seq} cannot be read; {path} cannot be listed.")
            number = path.rpartition("/")[2].partition("-")[0]
            found.append(
                ListedFile(
                    number=number,
                    what=receipt.name,
                    file=path,
                    size=self.files.size(path),
                    sha256=digest(self.files, path),
                    received_on=receipt.received_on.isoformat(),
                    recorded_on=entry.leaf.recorded_at.date().isoformat(),
                    late=number in late,
                )
            )
        return tuple(found)

    def archive_name(self) -> str:
        """What the archive of the edition is called where it was built."""
        about = self.about
        folder = pack_folder(about.customs_entry or about.shipment, ordinal_of(about.number))
        return f"{edition_folder(folder, about.edition)}.zip"

    def subject(self) -> str:
        """What the pack is of, in the language in force."""
        if self.about.customs_entry:
            return _("customs entry {number}", number=self.about.customs_entry)
        return _("shipment {number}", number=self.about.shipment)


def source(handle: HomeHandle, number: str, language: str, edition: str | None = None) -> Source:
    """What a letter is drafted from.

    Raises:
        PackError: no such pack or edition; its files cannot be put together again.
    """
    known = pick(packs_of(handle), number, edition)
    pack = known.value
    files, _kept = as_issued(pack, handle.ledger, handle.documents)
    printed = report_data(pack, handle.documents, language if language in pack.languages else None)
    manifest, opening = (_loaded(files, name) for name in (layout.MANIFEST, layout.DISCLOSURES))
    at = manifest["ledger"]
    about = About(
        number=number,
        edition=pack.edition,
        shipment=pack.shipment,
        customs_entry=pack.customs_entry or "",
        organisation=handle.settings.organisation.legal_name,
        moment=handle.ledger.entry(pack.as_of - 1).leaf.recorded_at,
        specimen=handle.settings.demo,
        supersedes=pack.supersedes_pack,
        archive=pack.archive,
        manifest=pack.manifest,
        origin=str(at["origin"]),
        as_of=pack.as_of,
        root=str(at["root"]),
    )
    return Source(about, pack, printed, files, carried(manifest, opening), handle)


def _loaded(files: Files, name: str) -> Any:
    content = read(files, name)
    return canonical.loads(content, limit=len(content))
