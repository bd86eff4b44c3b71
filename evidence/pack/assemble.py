"""From facts to pages: every value placed where a reader looks for it, none of them worked out here.

What page one says of a line follows from the latest claim on it: made, corrected, withdrawn, not made. Everything
recorded after the first claim is late, and everything that is missing, open, blocked, withheld or late stands among the
gaps (DESIGN.md sections 1, 3 and 6).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from evidence.core.encoding import from_base64
from evidence.core.statements.claim import Claim, ClaimAction, GateOutcome
from evidence.core.statements.own import KeyPurpose
from evidence.core.statements.shipment import Shipment
from evidence.ledger.keys import OrganisationKey
from evidence.pack import contents as c
from evidence.pack.exhibits import ExhibitFact
from evidence.pack.facts import EntryLine, Facts, bill_in_force
from evidence.pack.links import Exhibits, runs, span
from evidence.pack.numbering import exhibit_number, exhibit_path
from evidence.pack.pages import certification_page, schedule_page, vehicle_row, worksheet_page
from evidence.register.queries import Known

CONFIDENTIALITY = "Confidential business information, for the customs authority"
_STATUS = (
    "Working draft until a named person releases it; the release is a later ledger entry. "
    "The withdrawal or correction of anything beneath makes a later pack, which supersedes this one."
)
_STATES = {
    ClaimAction.MADE: c.ClaimState.CLAIMED,
    ClaimAction.NOT_MADE: c.ClaimState.NOT_CLAIMED,
    ClaimAction.CORRECTED: c.ClaimState.CORRECTED,
    ClaimAction.WITHDRAWN: c.ClaimState.WITHDRAWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What the pack is, apart from what it rests on."""

    number: str
    organisation_name: str
    organisation: OrganisationKey
    origin: str
    root: bytes
    checkpoint: bytes
    specimen: bool
    supersedes: str | None
    manifest_sha256: str


def assemble(facts: Facts, numbers: dict[int, int], issue: Issue) -> c.Contents:
    """The pages of a pack; `numbers` gives each exhibit's number by the entry of its receipt."""
    exhibits = Exhibits(numbers, {exhibit.receipt.seq: exhibit.supports for exhibit in facts.exhibits})
    worksheets = tuple(
        worksheet_page(facts, snapshot, place, exhibits) for place, snapshot in enumerate(facts.snapshots, 1)
    )
    crosswalk = _crosswalk(facts, exhibits)
    rows = tuple(sorted(_exhibit_rows(facts, numbers), key=lambda row: row.number))
    return c.Contents(
        pack=_head(facts, issue),
        opening=_opening(facts, worksheets, crosswalk, rows),
        crosswalk=crosswalk,
        certifications=tuple(
            certification_page(known, place, exhibits) for place, known in enumerate(facts.certifications, 1)
        ),
        vehicle_certifications=tuple(vehicle_row(known, exhibits) for known in facts.vehicle_certifications),
        worksheets=worksheets,
        schedules=tuple(
            schedule_page(facts, snapshot, place, exhibits) for place, snapshot in enumerate(facts.snapshots, 1)
        ),
        exhibits=rows,
        annex=_annex(facts, issue, exhibits),
    )


def _head(facts: Facts, issue: Issue) -> c.PackHead:
    return c.PackHead(
        number=issue.number,
        subject=facts.subject.words,
        shipment=facts.subject.code,
        edition="authority",
        confidentiality=CONFIDENTIALITY,
        organisation=issue.organisation_name,
        origin=issue.origin,
        as_of=facts.as_of,
        root=issue.root.hex(),
        moment=facts.moment,
        specimen=issue.specimen,
        supersedes=issue.supersedes,
    )


def _opening(
    facts: Facts,
    worksheets: tuple[c.WorksheetPage, ...],
    crosswalk: c.CrosswalkPage,
    exhibits: tuple[c.ExhibitRow, ...],
) -> c.OpeningPage:
    claims = tuple(_claim_row(facts, line) for line in facts.lines)
    claimed = sum(claim.state is c.ClaimState.CLAIMED for claim in claims)
    if not claims:
        headline = "No customs entry line for it is on record."
    elif claimed == len(claims):
        headline = "Preferential tariff treatment is claimed."
    else:
        headline = f"Preferential tariff treatment is claimed on {claimed} of {len(claims)} lines."
    reasons = tuple(
        dict.fromkeys(
            f"{row.check}: {row.found} ({row.citation})"
            for claim in claims
            if claim.state is not c.ClaimState.CLAIMED and not claim.reason
            for row in claim.gate
            if row.outcome == GateOutcome.BLOCKED.value
        )
    )
    return c.OpeningPage(
        headline=headline,
        reasons=reasons,
        claims=claims,
        results=tuple(_results(facts, worksheets)),
        gaps=tuple(_gaps(facts, claims, crosswalk, exhibits)),
        status=_STATUS,
    )


def _results(facts: Facts, worksheets: tuple[c.WorksheetPage, ...]) -> Iterator[c.ResultRow]:
    asked = [
        (about.owner, about.part, about.plant, about.period_from, about.period_to)
        for about in (fact.snapshot.value for fact in facts.snapshots)
    ]
    for place, page in enumerate(worksheets):
        yield replace(page.result, former=asked[place] in asked[place + 1 :])


def _claim_row(facts: Facts, line: EntryLine) -> c.ClaimRow:
    entry, claim = line.entry.value, line.claim
    good = line.invoice_line
    described = facts.descriptions.get((good.owner, good.part), good.description) if good else "goods not on record"
    identifiers = (
        ("labour value", line.line.labour_value_id),
        ("steel", line.line.steel_id),
        ("aluminum", line.line.aluminum_id),
    )
    return c.ClaimRow(
        customs_entry=entry.number,
        line=line.line.line,
        country=entry.country,
        importer=_party(facts, entry.importer),
        imported_on=entry.imported_on,
        entered_on=entry.entered_on,
        goods=f"{good.part}, {described}" if good else described,
        quantity=line.line.quantity,
        value=line.line.value,
        currency=line.line.currency,
        tariff_item=line.line.tariff_item,
        hs_edition=line.line.hs_edition,
        preference_code=line.line.preference_code,
        identifiers=tuple(f"{kind} {name}" for kind, name in identifiers if name),
        state=_STATES[claim.value.action] if claim else c.ClaimState.NOT_CLAIMED,
        decided_on=claim.value.decided_on if claim else None,
        reason=claim.value.reason if claim else None,
        certification=_certification_link(facts, line),
        worksheet=_worksheet_link(facts, line),
        gate=tuple(_gate_row(check.model_dump(mode="json")) for check in claim.value.gate) if claim else (),
        position=f"#{claim.seq}" if claim else "",
        history=tuple(
            f"{known.value.action.value} on {known.value.decided_on} (#{known.seq})" for known in line.claims
        ),
    )


def _gate_row(check: dict[str, str]) -> c.GateRow:
    return c.GateRow(**check)


def _certification_link(facts: Facts, line: EntryLine) -> c.Link | None:
    """The certification that the latest claim names, or that covers the goods, with its line."""
    named = next((claim.value.certification for claim in reversed(line.claims) if claim.value.certification), None)
    for place, known in enumerate(facts.certifications, 1):
        goods = line.invoice_line
        numbered = next(
            (good.line for good in known.value.goods if goods and (good.owner, good.part) == (goods.owner, goods.part)),
            None,
        )
        if named in (None, known.statement_id, known.value.number) and numbered is not None:
            return c.Link(f"{known.value.number}, line {numbered}", f"certification-{place}")
    return None


def _worksheet_link(facts: Facts, line: EntryLine) -> c.Link | None:
    named = next((claim.value.snapshot for claim in reversed(line.claims) if claim.value.snapshot), None)
    good = line.invoice_line
    found = None
    for place, fact in enumerate(facts.snapshots, 1):
        about = fact.snapshot.value
        if fact.snapshot.statement_id == named:
            return c.Link(f"Worksheet {place}", f"worksheet-{place}")
        if named is None and good and (about.owner, about.part) == (good.owner, good.part):
            found = c.Link(f"Worksheet {place}", f"worksheet-{place}")
    return found


def _gaps(
    facts: Facts, claims: tuple[c.ClaimRow, ...], crosswalk: c.CrosswalkPage, exhibits: tuple[c.ExhibitRow, ...]
) -> Iterator[c.GapRow]:
    """Everything that a reader must know before the rest: what defeats first."""
    rows = [*_missing(facts), *_of_claims(claims)]
    if crosswalk.broken:
        rows.append(
            _gap(
                "chain", f"{crosswalk.broken} units lack a link of the crosswalk.", "The row says which.", defeats=True
            )
        )
    first = facts.first_claim()
    late = [row.number for row in exhibits if row.late]
    if first and late:
        listed = ", ".join(late[:8]) + (f" and {len(late) - 8} more" if len(late) > 8 else "")
        rows.append(
            _gap(
                "late",
                f"Recorded after the claim of {first.value.decided_on} (#{first.seq}): {listed}.",
                "Shown as late; does not by itself block.",
            )
        )
    withheld = [row.number for row in exhibits if row.withheld]
    if withheld:
        rows.append(
            _gap(
                "withheld", f"Not in this edition: {', '.join(withheld)}.", "Named by commitment; can be opened later."
            )
        )
    yield from sorted(rows, key=lambda row: (not row.defeats, row.kind != "open"))


def _missing(facts: Facts) -> Iterator[c.GapRow]:
    if facts.lines and not facts.certifications:
        yield _gap(
            "missing",
            "No certification of origin is on record for these goods.",
            "No claim rests on one.",
            defeats=True,
        )
    if facts.lines and not facts.snapshots:
        yield _gap("missing", "No origin analysis is on record for these goods.", "Nothing shows origin.", defeats=True)
    seen = set()
    for fact in reversed(facts.snapshots):  # the latest analysis speaks for an earlier one of the same question
        for gap in fact.worksheet.gaps:
            if gap.what not in seen:
                seen.add(gap.what)
                yield c.GapRow(
                    kind="open" if gap.open else "missing",
                    what=gap.what,
                    owner=gap.owner,
                    due=gap.due,
                    effect=gap.effect,
                    defeats=gap.defeats,
                )


def _of_claims(claims: tuple[c.ClaimRow, ...]) -> Iterator[c.GapRow]:
    for claim in claims:
        for row in claim.gate:
            if row.outcome in (GateOutcome.BLOCKED.value, GateOutcome.WARNING.value):
                blocked = row.outcome == GateOutcome.BLOCKED.value
                yield _gap(
                    "gate",
                    f"{row.check}: {row.found}",
                    f"{'Blocks' if blocked else 'Warning on'} the claim on line {claim.line} ({row.citation}).",
                    defeats=blocked,
                )


def _gap(kind: str, what: str, effect: str, *, defeats: bool = False) -> c.GapRow:
    return c.GapRow(kind=kind, what=what, owner="trade compliance", due=None, effect=effect, defeats=defeats)


def _crosswalk(facts: Facts, exhibits: Exhibits) -> c.CrosswalkPage:
    rows = tuple(row for line in facts.lines for row in _crosswalk_rows(facts, line))
    return c.CrosswalkPage(
        shipments=tuple(_shipment(facts, known, exhibits) for known in facts.shipments),
        rows=rows,
        broken=sum(row.broken is not None for row in rows),
    )


def _crosswalk_rows(facts: Facts, line: EntryLine) -> Iterator[c.CrosswalkRow]:
    certification, worksheet = _certification_link(facts, line), _worksheet_link(facts, line)
    good = line.invoice_line
    for unit in good.units if good else ():
        built = facts.units.get(unit)
        bill = bill_in_force(facts, built) if built else None
        lacking = [
            words
            for words, found in (
                ("no production record", built),
                ("no bill in force on that day", bill),
                ("no origin analysis", worksheet),
                ("no certification line", certification),
            )
            if found is None
        ]
        yield c.CrosswalkRow(
            unit=unit,
            built_on=built.value.built_on if built else None,
            plant=built.value.plant if built else "unknown",
            bill=_bill(bill.value.parent_revision, bill.value.effective_from, bill.value.effective_to, bill.seq)
            if bill
            else "none on record",
            worksheet=worksheet,
            certification=certification,
            invoice=f"{line.line.invoice}, line {line.line.invoice_line}",
            customs_line=f"{line.entry.value.number}, line {line.line.line}",
            subheading=f"{line.line.tariff_item[:4]}.{line.line.tariff_item[4:6]}",
            broken="; ".join(lacking) or None,
        )


def _bill(revision: str, first: object, last: object, seq: int) -> str:
    return f"revision {revision}, {first} to {last or 'open'} (#{seq})"


def _shipment(facts: Facts, known: Known[Shipment], exhibits: Exhibits) -> c.ShipmentFacts:
    shipment = known.value
    documents = {exhibit.receipt.value.role: exhibit for exhibit in facts.exhibits if known.ref in exhibit.supports}
    carried = next((documents[role] for role in documents if role and "lading" in role.lower()), None)
    return c.ShipmentFacts(
        number=shipment.number,
        exporter=_party(facts, shipment.exporter),
        consignee=_party(facts, shipment.consignee),
        shipped_from=facts.sites[shipment.shipped_from].name
        if shipment.shipped_from in facts.sites
        else shipment.shipped_from,
        route=f"{shipment.export_country} to {shipment.import_country}",
        exported_on=shipment.exported_on,
        legs=shipment.legs,
        transport_document=c.Link(
            shipment.transport_document,
            exhibits.link(exhibits.number(carried.receipt.seq)).to if carried else "",
        ),
        position=f"#{known.seq}",
    )


def _party(facts: Facts, code: str) -> str:
    return facts.parties[code].name if code in facts.parties else code


def _exhibit_rows(facts: Facts, numbers: dict[int, int]) -> Iterator[c.ExhibitRow]:
    first: Known[Claim] | None = facts.first_claim()
    for exhibit in facts.exhibits:
        receipt, number = exhibit.receipt.value, numbers[exhibit.receipt.seq]
        yield c.ExhibitRow(
            anchor=f"exhibit-{exhibit_number(number)}",
            number=exhibit_number(number),
            title=exhibit.title,
            name=receipt.name,
            path="" if exhibit.withheld else path_of(exhibit, number),
            sha256="" if exhibit.withheld else receipt.document,
            size=receipt.size,
            document_class=receipt.document_class.value,
            received_on=receipt.received_on,
            received_basis=receipt.received_basis,
            channel=receipt.channel,
            holder=receipt.holder,
            recorded_at=exhibit.receipt.recorded_at,
            position=f"#{exhibit.receipt.seq}",
            late=first is not None and exhibit.receipt.seq > first.seq,
            withheld=f"{receipt.tier.value}: named by its commitment" if exhibit.withheld else None,
        )


def path_of(exhibit: ExhibitFact, number: int) -> str:
    """Where an exhibit lies in the pack."""
    return exhibit_path(number, exhibit.title, exhibit.receipt.value.name)


def _annex(facts: Facts, issue: Issue, exhibits: Exhibits) -> c.AnnexPage:
    from cryptography.hazmat.primitives.serialization import Encoding

    organisation = issue.organisation
    return c.AnnexPage(
        custody=tuple(_custody(facts, exhibits)),
        keys=tuple(
            c.KeyRow(
                key=known.value.key,
                purpose=known.value.purpose.value if known.value.purpose is not KeyPurpose.PERSON else "person",
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
    )


def _custody(facts: Facts, exhibits: Exhibits) -> Iterator[c.CustodyRow]:
    """Every entry of the pack; neighbours of one kind, key and support are one row."""
    receipts = {exhibit.receipt.seq for exhibit in facts.exhibits}

    def about(seq: int) -> str:
        behind = ", ".join(link.text for link in exhibits.behind_any(seq)) or "the statement itself"
        return f"receipt of {exhibit_number(exhibits.number(seq))}" if seq in receipts else behind

    for run in runs(facts.entries, lambda seq: (facts.entries[seq].kind, facts.entries[seq].leaf.actor, about(seq))):
        moments = [facts.entries[seq].leaf.recorded_at for seq in run]
        yield c.CustodyRow(
            position=span(run),
            kind=facts.entries[run[0]].kind.replace("-", " "),
            recorded=(moments[0], moments[-1]) if moments[0] != moments[-1] else (moments[0],),
            actor=facts.entries[run[0]].leaf.actor,
            about=about(run[0]),
        )
