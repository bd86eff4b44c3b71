"""What a pack is made of, before its pages are set in type and anything is signed."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from evidence.ledger.found import HomeHandle
from evidence.pack.bundling.bundle import Parts
from evidence.pack.bundling.manifest import disclosures, manifest
from evidence.pack.bundling.previews import Previewer
from evidence.pack.bundling.production import Production
from evidence.pack.bundling.sign import Stamping
from evidence.pack.bundling.stamped import stamps_on_record
from evidence.pack.contents.contents import Contents
from evidence.pack.disclosing.open_field import Origin
from evidence.pack.disclosing.sealing import Envelope, Sealing, chosen, envelopes
from evidence.pack.gathered.editions import Edition, View, view
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.witnessed import witnessed
from evidence.pack.typesetting.assemble import Issue, assemble
from evidence.pack.typesetting.restricted import RestrictedContents, restricted
from evidence.pack.words.language import speaking


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a pack is wanted, whatever it rests on."""

    edition: Edition = Edition.AUTHORITY
    """For whom; a restricted one lies beside the authority's, under its name."""
    languages: tuple[str, ...] = ("en",)
    """Those of the reports, the leading one first."""
    sealing: Sealing | None = None
    """Which of the exhibits that the edition withholds go with it, sealed; None: none of them."""
    stamping: Stamping | None = None
    """Who stamps the signatures; where nobody answers, that is told and they are made without."""
    draw: Previewer | None = None
    """Draws previews of the exhibits; None: the pack goes without."""

    def name(self, production: Production, recorded: Collection[str] = ()) -> str:
        """What the edition is called in a production; `recorded` are the names that editions of it bear already."""
        if self.sealing is None:
            return self.edition.value
        return self.sealing.name(self.edition.value, production.tables["entries"].seed, recorded)


def parts_of(
    handle: HomeHandle, facts: Facts, production: Production, wanted: Wanted, *, forwards: bool = False
) -> Parts:
    """What a pack is made of.

    Args:
        handle: the home.
        facts: those of the whole pack.
        production: its number and its tables.
        wanted: the edition, the languages, and what is to be sealed.
        forwards: pages say that envelopes go with them, though none is made: those of a recorded edition are kept.

    Raises:
        PackError: there is nothing to seal, or no report is written in a language.
    """
    at, seen = witnessed(handle, facts.as_of), view(facts, wanted.edition)
    numbers = production.exhibits
    made = manifest(facts.subject, production, at.head)
    issue = Issue(
        number=production.number,
        organisation_name=handle.settings.organisation.legal_name,
        organisation=handle.organisation(),
        origin=at.head.origin,
        root=at.head.root,
        checkpoint=at.note,
        specimen=handle.settings.demo,
        supersedes=production.supersedes,
        edition=wanted.edition.value,
        manifest_sha256=hashlib.sha256(made).hexdigest(),
    )
    sealed, forwards = tuple[Envelope, ...](), forwards or wanted.sealing is not None
    if wanted.sealing is not None:
        origin = Origin(issue.number, issue.manifest_sha256, production.tables, at.note, facts.as_of)
        hidden = chosen(wanted.sealing, facts.exhibits, numbers, seen)
        sealed = envelopes(handle, wanted.sealing, hidden, numbers, origin)
    return Parts(
        facts=seen.facts,
        numbers=numbers,
        contents={each: _pages(each, seen, numbers, issue, forwards) for each in wanted.languages},
        manifest=made,
        disclosures=disclosures(seen, production, handle.documents, sealed),
        checkpoint=at.note,
        proofs=handle.ledger.tlog_proofs(list(seen.facts.entries), facts.as_of, at.note),
        policy=at.policy,
        organisation=issue.organisation,
        stamps=stamps_on_record(handle, at.note, facts.as_of),
        sealed={one.path: one.content for one in sealed},
        copies=seen.copies,
    )


def _pages(
    language: str, seen: View, numbers: dict[int, int], issue: Issue, forwards: bool
) -> Contents | RestrictedContents:
    """The report of an edition in one language; `forwards` says whether envelopes go with it."""
    with speaking(language):
        pages = assemble(seen.facts, numbers, issue)
        return pages if seen.whole else restricted(pages, seen, numbers, sealed=forwards)
