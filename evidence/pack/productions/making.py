"""What a pack is made of, before its pages are set in type and anything is signed."""

import hashlib
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

    @property
    def name(self) -> str:
        """What the edition is called: one with envelopes is another one."""
        return self.edition.value if self.sealing is None else self.sealing.name(self.edition.value)


def parts_of(handle: HomeHandle, facts: Facts, production: Production, wanted: Wanted) -> Parts:
    """What a pack is made of.

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
    sealed: tuple[Envelope, ...] = ()
    if wanted.sealing is not None:
        origin = Origin(issue.number, issue.manifest_sha256, production.tables, at.note, facts.as_of)
        hidden = chosen(wanted.sealing, facts.exhibits, numbers, seen)
        sealed = envelopes(handle, wanted.sealing, hidden, numbers, origin)
    return Parts(
        facts=seen.facts,
        numbers=numbers,
        contents={each: _pages(each, seen, numbers, issue, len(sealed) // 2) for each in wanted.languages},
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
    language: str, seen: View, numbers: dict[int, int], issue: Issue, sealed: int
) -> Contents | RestrictedContents:
    """The report of an edition in one language; `sealed` exhibits go with it in envelopes."""
    with speaking(language):
        pages = assemble(seen.facts, numbers, issue)
        return pages if seen.whole else restricted(pages, seen, numbers, sealed=sealed)
