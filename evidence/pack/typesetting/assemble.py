"""From facts to pages: every value placed where a reader looks for it, none of them worked out here.

Everything recorded after the first claim is late (DESIGN.md sections 3 and 6). What page one says is for `page_one`,
what it lacks for `gaps`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from evidence.core.encoding import from_base64
from evidence.core.statements.claim import Claim
from evidence.ledger.organisation import OrganisationSigner
from evidence.pack.checklist.asked import checklist, is_vehicle, owners_of
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import crosswalk, party
from evidence.pack.contents.links import Exhibits, runs, span
from evidence.pack.gathered.exhibits import ExhibitFact
from evidence.pack.gathered.facts import Facts
from evidence.pack.gathered.numbering import exhibit_number, exhibit_path, redacted_path
from evidence.pack.report.answers import answers_pages
from evidence.pack.report.page_one import opening
from evidence.pack.report.pages import certification_page, vehicle_row
from evidence.pack.report.pages_authority import authority_page
from evidence.pack.report.pages_average import average_pages
from evidence.pack.report.pages_books import tie_pages
from evidence.pack.report.pages_history import history_page
from evidence.pack.report.pages_production import production_page
from evidence.pack.report.pages_rule import rule_pages
from evidence.pack.report.pages_sample import sample_pages
from evidence.pack.report.pages_schedule import schedule_pages
from evidence.pack.report.pages_support import support_page
from evidence.pack.report.pages_transport import transport_page
from evidence.pack.report.pages_worksheet import worksheet_page
from evidence.pack.words.kinds import kind
from evidence.pack.words.language import _, joined, marked
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import basis
from evidence.register.queries import Known

_CHANNELS = {
    "import": marked("loaded as a file"),
    "mail": marked("mail"),
    "portal": marked("portal"),
    "supplier portal": marked("supplier portal"),
    "dispatch system": marked("dispatch system"),
    "courier": marked("courier"),
    "post": marked("post"),
}
_ROLES = {"letter": marked("letter"), "receipt": marked("receipt"), "contract": marked("contract")}
"""Documents that are called by one word."""
_LISTED = 3
CONFIDENTIALITY = marked("Confidential business information, for the customs authority")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What the pack is, apart from what it rests on."""

    number: str
    organisation_name: str
    organisation: OrganisationSigner
    origin: str
    root: bytes
    checkpoint: bytes
    specimen: bool
    supersedes: str | None
    manifest_sha256: str
    edition: str = "authority"


def assemble(facts: Facts, numbers: dict[int, int], issue: Issue) -> c.Contents:
    """The pages of a pack; `numbers` gives each exhibit's number by the entry of its receipt."""
    exhibits = Exhibits(numbers, {exhibit.receipt.seq: exhibit.supports for exhibit in facts.exhibits})
    worksheets = tuple(
        worksheet_page(facts, snapshot, place, exhibits) for place, snapshot in enumerate(facts.snapshots, 1)
    )
    averages = average_pages(facts, exhibits)
    chain = crosswalk(facts, exhibits)
    rows = tuple(sorted(_exhibit_rows(facts, numbers), key=lambda row: row.number))
    owners = owners_of(facts, issue.organisation_name)
    called_for = checklist(facts, chain, exhibits, owners)
    page_one = opening(facts, worksheets, averages, called_for, chain, rows, exhibits, owners)
    stamps = {result.worksheet.to: result.stamp for result in page_one.results}
    return c.Contents(
        pack=_head(facts, issue),
        opening=page_one,
        checklist=called_for,
        crosswalk=chain,
        certifications=tuple(
            certification_page(facts, known, place, exhibits) for place, known in enumerate(facts.certifications, 1)
        ),
        vehicle_certifications=tuple(vehicle_row(facts, known, exhibits) for known in facts.vehicle_certifications),
        worksheets=tuple(
            replace(page, result=replace(page.result, stamp=stamps.get(page.anchor, ""))) for page in worksheets
        ),
        averages=averages,
        schedules=schedule_pages(facts, exhibits),
        exhibits=rows,
        annex=_annex(facts, issue, exhibits),
        vehicles=is_vehicle(facts),
        answers=answers_pages(facts, exhibits),
        authority=authority_page(facts, exhibits),
        rules=tuple(replace(page, stamp=stamps.get(page.worksheet.to, "")) for page in rule_pages(facts, exhibits)),
        ties=tie_pages(facts, exhibits),
        samples=sample_pages(facts, exhibits),
        support=support_page(facts, exhibits),
        production=production_page(facts, exhibits),
        transport=transport_page(facts, exhibits),
        history=history_page(facts, exhibits),
    )


def _head(facts: Facts, issue: Issue) -> c.PackHead:
    return c.PackHead(
        number=issue.number,
        subject=facts.subject.words,
        shipment=facts.subject.code,
        edition=issue.edition,
        confidentiality=_(CONFIDENTIALITY),
        organisation=issue.organisation_name,
        origin=issue.origin,
        as_of=facts.as_of,
        root=issue.root.hex(),
        moment=facts.moment,
        specimen=issue.specimen,
        supersedes=issue.supersedes,
    )


def _exhibit_rows(facts: Facts, numbers: dict[int, int]) -> Iterator[c.ExhibitRow]:
    first: Known[Claim] | None = facts.first_claim()
    for exhibit in facts.exhibits:
        receipt, number = exhibit.receipt.value, numbers[exhibit.receipt.seq]
        yield c.ExhibitRow(
            anchor=f"exhibit-{exhibit_number(number)}",
            number=exhibit_number(number),
            title=_title(facts, exhibit),
            about=_about(facts, exhibit),
            tier=receipt.tier.value,
            name=receipt.name,
            path="" if exhibit.withheld else path_of(exhibit, number),
            sha256="" if exhibit.withheld else receipt.document,
            size=None if exhibit.withheld else receipt.size,
            document_class=receipt.document_class.value,
            received_on=receipt.received_on,
            received_basis=basis(receipt.received_basis),
            channel=_(_CHANNELS[receipt.channel]) if receipt.channel in _CHANNELS else recorded(receipt.channel),
            holder=recorded(receipt.holder),
            recorded_at=exhibit.receipt.recorded_at,
            position=f"#{exhibit.receipt.seq}",
            late=first is not None and exhibit.receipt.seq > first.seq,
            withheld=_("this edition opens no document of its tier; named by its commitment, its size not told")
            if exhibit.withheld
            else None,
        )


def _title(facts: Facts, exhibit: ExhibitFact) -> str:
    """The title, in the plural for a file of several declarations."""
    several = sum(known.ref in exhibit.supports for known in facts.declarations.values()) > 1
    if several:
        return _("Suppliers' declarations, their data")
    role = _ROLES.get(exhibit.title.lower())
    return _(role).capitalize() if role else recorded(exhibit.title)


def _about(facts: Facts, exhibit: ExhibitFact) -> str:
    """Of whom an exhibit is and what it refers to: the declarations, events and requests that it stands behind."""
    refs = set(exhibit.supports)
    declared = [known.value for known in facts.declarations.values() if known.ref in refs]
    states = [later.event for later in facts.later] + facts.ends
    ended = [
        facts.declarations[event.value.declaration].value
        for event in states
        if event.ref in refs and event.value.declaration in facts.declarations
    ]
    asked = [known.value for known in facts.requests if known.ref in refs]
    named = [
        _("{reference} of {supplier}", reference=one.reference, supplier=party(facts, one.supplier))
        for one in (*declared, *ended)
    ]
    named += [_("{request} to {supplier}", request=one.number, supplier=party(facts, one.supplier)) for one in asked]
    if not named:
        named = [name.partition(":")[2] for name in exhibit.receipt.value.relates_to]
    listed = list(dict.fromkeys(named))
    told = joined("; ", listed[:_LISTED])
    if len(listed) <= _LISTED:
        return told
    return _("{listed} and {count} more", listed=told, count=len(listed) - _LISTED)


def path_of(exhibit: ExhibitFact, number: int) -> str:
    """Where an exhibit lies in the pack."""
    return exhibit_path(number, exhibit.title, exhibit.receipt.value.name)


def copy_path_of(exhibit: ExhibitFact, number: int) -> str:
    """Where the redacted copy of an exhibit lies in the pack."""
    assert exhibit.redacted is not None, "asked of exhibits that have one"
    picture = exhibit.receipt.value.media_type != "application/pdf" and exhibit.redacted.value.pages == 1
    return redacted_path(number, exhibit.title, picture)


def _annex(facts: Facts, issue: Issue, exhibits: Exhibits) -> c.AnnexPage:
    from cryptography.hazmat.primitives.serialization import Encoding

    organisation = issue.organisation
    return c.AnnexPage(
        custody=tuple(_custody(facts, exhibits)),
        keys=tuple(
            c.KeyRow(
                key=known.value.key,
                purpose=recorded(known.value.purpose.value),
                role=recorded(known.value.holder),
                since=known.value.since,
                fingerprint=sha256(from_base64(known.value.public_key)).hexdigest(),
            )
            for known in facts.keys
        ),
        certificate=organisation.certificate.subject.rfc4514_string(),
        certificate_fingerprint=sha256(organisation.certificate.public_bytes(Encoding.DER)).hexdigest(),
        root_fingerprint=sha256(organisation.root.public_bytes(Encoding.DER)).hexdigest(),
        checkpoint=issue.checkpoint.decode("utf-8"),
        manifest_sha256=issue.manifest_sha256,
        rule_sets=_rule_sets(facts),
    )


def _rule_sets(facts: Facts) -> tuple[str, ...]:
    applied = [fact.worksheet.rule_set for fact in facts.snapshots]
    return tuple(dict.fromkeys([*applied, *(fact.sheet.rule_set for fact in facts.averages)]))


def _custody(facts: Facts, exhibits: Exhibits) -> Iterator[c.CustodyRow]:
    """Every entry of the pack; neighbours of one kind, key and support are one row."""
    receipts = {exhibit.receipt.seq for exhibit in facts.exhibits}

    def about(seq: int) -> str:
        behind = ", ".join(link.text for link in exhibits.behind_any(seq)) or _("the statement itself")
        if seq in receipts:
            return _("receipt of {exhibit}", exhibit=exhibit_number(exhibits.number(seq)))
        return behind

    for run in runs(facts.entries, lambda seq: (facts.entries[seq].kind, facts.entries[seq].leaf.actor, about(seq))):
        moments = [facts.entries[seq].leaf.recorded_at for seq in run]
        yield c.CustodyRow(
            position=span(run),
            kind=kind(facts.entries[run[0]].kind),
            recorded=(moments[0], moments[-1]) if moments[0] != moments[-1] else (moments[0],),
            actor=facts.entries[run[0]].leaf.actor,
            about=about(run[0]),
        )
