"""Who sees what of one pack: the authority's, the producer's and the importer's edition (RECORDKEEPING.md, section 9).

All editions share a number, a manifest and a root, and each opens a part of what the manifest commits to. The
authority's opens everything that is not secret. The producer's opens what origin was worked out from, and nothing of
the importer's file. The importer's opens the importer's own file, the certification of origin and what the analyses
came to; of a supplier, a cost or a price paid in making the goods it opens nothing. What an edition does not open is
not in it: no entry and no name. The number of an exhibit and the place of an entry are those of the whole pack, so that
all editions speak of a thing by one number; what is missing between two numbers is seen.

A restricted edition is made by leaving out all but what is named here, so that a fact that a later version of the
program gathers stays out until somebody decides that it may be shown.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from evidence.core import canonical
from evidence.core.disclosure import SEALED, Tier
from evidence.core.statements.authority import Authority
from evidence.core.statements.average import Average
from evidence.core.statements.case import Extension, Notice, Reply, SubmissionReceipt
from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.claim import Claim
from evidence.core.statements.derived import DerivedDocument
from evidence.core.statements.handling import Delivery
from evidence.core.statements.opinion import Translation
from evidence.core.statements.own import DocumentReceived, Key
from evidence.core.statements.shipment import CustomsEntry, Shipment
from evidence.core.statements.snapshot import Snapshot
from evidence.errors import UsageError
from evidence.ledger.read import ReadEntry
from evidence.pack.form.carried import OF_BYTES
from evidence.pack.gathered.averaged import AverageFact, same_question
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.facts import Facts
from evidence.register.queries import Known


class Edition(StrEnum):
    """For whom a pack is written out."""

    AUTHORITY = "authority"
    PRODUCER = "producer"
    IMPORTER = "importer"


def edition_of(word: str) -> Edition:
    """The edition that a command names.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        return Edition(word)
    except ValueError as error:
        raise UsageError(f"There is no edition {word!r}. Name one of {', '.join(Edition)}.") from error


_OF_AN_AVERAGE = frozenset({"issuer", "basis", "period_from", "period_to", "outcome"})
"""What the importer is told of an average: not the goods that it is made of, nor of which of them it was asked."""
_OF_KEEPING = frozenset({"location", "contained_in"})
"""Where a document is kept, and the digest of the message that it came in, with whatever else was in that."""
_IMPORTERS_KINDS: Mapping[str, frozenset[str]] = {
    Shipment.kind: frozenset(),
    CustomsEntry.kind: frozenset(),
    Claim.kind: frozenset({"gate", "reason"}),  # they may name a supplier's declaration, or a part that was bought
    CertificationOfOrigin.kind: frozenset({"recipients"}),  # whom else it was given to
    Authority.kind: frozenset(),
    Key.kind: frozenset(),
    Snapshot.kind: frozenset({"plant", "worksheet", "worksheet_lines", "seed"}),  # how many lines: how many materials
    Average.kind: frozenset(Average.model_fields) - _OF_AN_AVERAGE,
    DocumentReceived.kind: _OF_KEEPING,
    DerivedDocument.kind: frozenset({"document"}),  # of a redacted copy: the digest of what was redacted
}
"""Kinds of statements in the importer's edition, and their fields that stay withheld."""
_IMPORTERS_FILE = frozenset({"shipment", "customs-entry", "claim"})
_MAIN = frozenset({Shipment.kind, CustomsEntry.kind, Claim.kind, CertificationOfOrigin.kind})
"""What a document of the importer's stands behind."""
_BESIDE = frozenset(
    kind.kind for kind in (Authority, Notice, Reply, Extension, SubmissionReceipt, Delivery, Translation)
)
"""What it may stand behind as well: who may sign, and what was written and handed in about the claim."""
_IMPORTERS_WORDS = (
    "commercial invoice", "packing list", "lading", "waybill", "transport document", "transit document",
    "entry summary", "accounting document", "pedimento", "value file", "payment for the good",
    "certification of origin", "post-importation statement",
)  # fmt: skip
"""What documents are called that authorities ask of the importer (RECORDKEEPING.md, section 3), and the one that the
importer must hold."""
_NOTHING: Mapping[str, frozenset[str]] = {}
_PRODUCERS_WITHHELD: Mapping[str, frozenset[str]] = {DocumentReceived.kind: _OF_KEEPING}


@dataclass(frozen=True, slots=True)
class View:
    """What one edition opens: the facts that it may know, and the fields of each statement that it shows."""

    edition: Edition
    facts: Facts
    fields: Mapping[int, frozenset[str]]
    copies: tuple[ExhibitFact, ...] = ()
    """Exhibits of which the edition carries the redacted copy; in a restricted one, in place of the document."""

    @property
    def whole(self) -> bool:
        """Whether every line of the manifest's tables is opened, which shows that nothing was left out."""
        return self.edition is Edition.AUTHORITY


def view(facts: Facts, edition: Edition) -> View:
    """What an edition opens of all the facts of a pack."""
    seen, withheld = facts, _NOTHING
    if edition is Edition.IMPORTER:
        seen, withheld = _importers(facts), _IMPORTERS_KINDS
    elif edition is Edition.PRODUCER:
        seen, withheld = _producers(facts), _PRODUCERS_WITHHELD
    copies = tuple(
        exhibit for exhibit in facts.exhibits if exhibit.redacted is not None and exhibit.redacted.seq in seen.entries
    )
    sealed = {exhibit.receipt.seq for exhibit in seen.exhibits if exhibit.withheld}
    secret = {exhibit.receipt.value.document for exhibit in facts.exhibits if exhibit.withheld}
    fields = {
        seq: frozenset(
            _shown(entry)
            - withheld.get(entry.kind, frozenset())
            - (OF_BYTES if seq in sealed else set())
            - _naming(entry, secret)
            - (_OF_ANY_STATEMENT if edition is Edition.IMPORTER else set())
        )
        for seq, entry in seen.entries.items()
    }
    if edition is not Edition.AUTHORITY:
        texts = _texts(seen, fields)
        seen.parties = {code: line for code, line in facts.parties.items() if code in texts}
    return View(edition, seen, fields, copies)


_OF_ANY_STATEMENT = frozenset({"source", "supersedes_reason"})
"""Withheld from the importer in every statement: the file and the row that it was read from, and a person's reasons."""


def _naming(entry: ReadEntry, documents: Collection[str]) -> set[str]:
    """The fields by which a copy of these documents, or what came inside of one, names it by its digest."""
    statement = entry.statement
    if isinstance(statement, DerivedDocument) and statement.document in documents:
        return {"document"}
    if isinstance(statement, DocumentReceived) and statement.contained_in in documents:
        return {"contained_in"}
    return set()


def _shown(entry: ReadEntry) -> set[str]:
    """The committed fields of an entry whose tier is not secret."""
    if entry.statement is None:
        return set()
    tiers = type(entry.statement).tiers()
    return {item.name for item in entry.disclosures if tiers[item.name] not in SEALED}


# --- the importer's edition ------------------------------------------------------------------------------------------


def _importers(facts: Facts) -> Facts:
    chosen = {Snapshot.kind, Average.kind, DocumentReceived.kind, DerivedDocument.kind}
    kept = _of_kinds(facts, _IMPORTERS_KINDS.keys() - chosen)
    kept |= {fact.snapshot.seq for fact in facts.snapshots} | {fact.average.seq for fact in _averages_claimed(facts)}
    names = _importers_names(facts)
    exhibits = [_behind(exhibit, kept) for exhibit in facts.exhibits if _is_importers(facts, exhibit, names)]
    lines = [replace(line, claims=tuple(map(_blanked, line.claims))) for line in facts.lines]
    shown = {exhibit.receipt.seq for exhibit in exhibits}
    copies = {
        exhibit.redacted.seq
        for exhibit in facts.exhibits
        if exhibit.redacted is not None and exhibit.receipt.seq not in shown
    }
    seen = _without(facts, kept | shown | copies, exhibits)
    seen.lines = lines
    seen.shipments = list(facts.shipments)
    seen.certifications = [
        replace(known, value=known.value.model_copy(update={"recipients": ()})) for known in facts.certifications
    ]
    return seen


def _averages_claimed(facts: Facts) -> list[AverageFact]:
    """The averages that claims rest on, with those of the same question; what parts come to on average is not told."""
    claims = {claim.value.average for line in facts.lines for claim in line.claims}
    named = [fact.average.value for fact in facts.averages if fact.average.statement_id in claims]
    return [fact for fact in facts.averages if any(same_question(fact.average.value, one) for one in named)]


def _blanked(claim: Known[Claim]) -> Known[Claim]:
    """A claim as the importer's edition shows it."""
    return replace(claim, value=claim.value.model_copy(update={"gate": (), "reason": None}))


def _importers_names(facts: Facts) -> frozenset[str]:
    """The importer's own file and the certifications, as receipts name what they relate to.

    The customs entries name the shipments that went with this one: a document of several of them is of each.
    """
    entries = [line.entry.value for line in facts.lines]
    shipments = {known.value.number for known in facts.shipments}
    shipments |= {line.shipment for entry in entries for line in entry.lines}
    return frozenset(
        {f"shipment:{number}" for number in shipments}
        | {f"{kind}:{entry.number}" for entry in entries for kind in (CustomsEntry.kind, Claim.kind)}
        | {f"certification:{known.value.number}" for known in facts.certifications}
    )


def _is_importers(facts: Facts, exhibit: ExhibitFact, names: frozenset[str]) -> bool:
    """Whether a document is open to all, or is of the importer's own file by what it is and what it stands behind.

    What it is called is somebody's word: a file that a supplier's declaration was read from is the supplier's, whatever
    its role says, and one that relates to another certification as well speaks of another customer.
    """
    receipt = exhibit.receipt.value
    if receipt.tier is not Tier.RESTRICTED:
        return receipt.tier is Tier.OPEN
    if not receipt.role:  # of a file that statements were read from, which may speak of others as well
        return False
    behind = {facts.entries[_entry_of(ref)].kind for ref in exhibit.supports}
    if not (behind & _MAIN and behind <= _MAIN | _BESIDE):
        return False
    return names.issuperset(receipt.relates_to) and any(word in receipt.role.lower() for word in _IMPORTERS_WORDS)


# --- the producer's edition ------------------------------------------------------------------------------------------


def _producers(facts: Facts) -> Facts:
    """What the analyses and averages rest on, with the documents behind it, but for the importer's file."""
    refs = {ref.ref for fact in facts.snapshots for ref in fact.worksheet.inputs}
    refs |= {ref for fact in facts.averages for ref in fact.refs}
    rests = {int(ref.removeprefix("#").partition(":")[0]) for ref in refs}
    own = {fact.snapshot.seq for fact in facts.snapshots} | {fact.average.seq for fact in facts.averages}
    own |= _of_kinds(facts, {CertificationOfOrigin.kind, Authority.kind, Key.kind})
    kept = {seq for seq in rests | own if facts.entries[seq].kind not in (Shipment.kind, CustomsEntry.kind, Claim.kind)}
    exhibits = [
        _behind(exhibit, kept)
        for exhibit in facts.exhibits
        if not _IMPORTERS_FILE & {target.partition(":")[0] for target in exhibit.receipt.value.relates_to}
        and any(_entry_of(ref) in kept for ref in exhibit.supports)
    ]
    seen = _without(facts, kept | {exhibit.receipt.seq for exhibit in exhibits}, exhibits)
    seen.used_lines = {
        seq: {int(ref.partition(":")[2]) for ref in refs if ":" in ref and _entry_of(ref) == seq}
        for seq in seen.entries
    }
    seen.snapshots, seen.averages = list(facts.snapshots), list(facts.averages)
    seen.certifications = list(facts.certifications)
    seen.sites, seen.descriptions = dict(facts.sites), dict(facts.descriptions)
    seen.declarations = {name: known for name, known in facts.declarations.items() if known.seq in kept}
    seen.requests = [known for known in facts.requests if known.seq in kept]
    seen.ends = [known for known in facts.ends if known.seq in kept]
    return seen


# --- both ------------------------------------------------------------------------------------------------------------


def _without(facts: Facts, kept: Collection[int], exhibits: list[ExhibitFact]) -> Facts:
    """Facts of these entries alone, and nothing gathered from them yet."""
    entries = {seq: entry for seq, entry in facts.entries.items() if seq in kept}
    return Facts(
        subject=facts.subject,
        as_of=facts.as_of,
        moment=facts.moment,
        exhibits=exhibits,
        keys=[known for known in facts.keys if known.seq in entries],
        entries=entries,
        used_lines={seq: set() for seq in entries},
    )


def _behind(exhibit: ExhibitFact, kept: Collection[int]) -> ExhibitFact:
    """An exhibit that stands behind nothing but what the edition shows."""
    return replace(exhibit, supports=tuple(ref for ref in exhibit.supports if _entry_of(ref) in kept))


def _of_kinds(facts: Facts, kinds: Collection[str]) -> set[int]:
    return {seq for seq, entry in facts.entries.items() if entry.kind in kinds}


def _entry_of(ref: str) -> int:
    return int(ref.removeprefix("#").partition(":")[0])


def _texts(seen: Facts, fields: Mapping[int, frozenset[str]]) -> frozenset[str]:
    """Every text in what is opened: a party is named in a restricted edition only where one of them is its code."""
    found: set[str] = set()
    for seq, entry in seen.entries.items():
        found.update(_strings([item.value for item in entry.disclosures if item.name in fields[seq]]))
    documents = [fact.document for fact in seen.snapshots] + [fact.document for fact in seen.averages]
    for document in documents:
        found.update(_strings(canonical.loads_whole(document)))
    return frozenset(found)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)
