"""The report of a restricted edition: pages of what it opens, and on page one what it does not.

Every page is made from the facts that the edition opens (`editions.view`), never from the whole with parts struck out.
Page one says what is withheld by sort and not by number. The gaps and the checklist of the whole pack stand in the
authority's edition; made from a part, they would call missing what is only withheld.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from evidence.core.statements.average import Average
from evidence.core.statements.snapshot import Snapshot
from evidence.pack.contents import contents as c
from evidence.pack.gathered.averaged import same_question
from evidence.pack.gathered.editions import Edition, View
from evidence.pack.gathered.numbering import exhibit_number
from evidence.pack.typesetting.assemble import copy_path_of
from evidence.pack.words.language import _


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedResult:
    """What an analysis came to, without its figures."""

    position: str
    good: str
    period_from: date
    period_to: date
    outcome: str
    words: str
    former: bool
    """Whether a later analysis of the same good and period stands after it."""
    averaged: str = ""
    """The entry of the average that decides on the content, for the latest claim that names the analysis."""
    bar: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedAverage:
    """What an average came to that claims rest on, without its goods and its figures."""

    position: str
    claims: str
    """The claims that name it."""
    period_from: date
    period_to: date
    outcome: str
    words: str
    former: bool
    """Whether a later average of the same goods, units and period stands after it."""
    bar: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedOpening:
    """Page one of a restricted edition."""

    claims: tuple[c.ClaimRow, ...]
    """The importer's claims, in the importer's edition."""
    results: tuple[RestrictedResult, ...]
    shown: tuple[str, ...]
    withheld: tuple[str, ...]
    sealed: str
    """What goes with it in envelopes, in a sentence; empty where nothing does."""
    how: str
    """How what is withheld can be shown later."""
    status: str
    gaps: tuple[c.GapRow, ...] = ()
    averages: tuple[RestrictedAverage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsRow:
    """The units of an invoice line, and the customs entry line that they crossed in."""

    customs_line: str
    invoice: str
    certification: c.Link | None
    units: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportFacts:
    """How the goods moved, and what they were invoiced and entered at."""

    movements: tuple[tuple[str, str], ...]
    rows: tuple[c.ValuedRow, ...]
    units: tuple[UnitsRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """A redacted copy that stands in the place of a document."""

    number: str
    title: str
    pages: int
    note: str
    """What was hidden and why."""
    position: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedContents:
    """A report of an edition that withholds."""

    pack: c.PackHead
    opening: RestrictedOpening
    shipments: tuple[c.ShipmentFacts, ...]
    transport: TransportFacts | None
    """In the importer's edition."""
    certifications: tuple[c.CertificationPage, ...]
    worksheets: tuple[c.WorksheetPage, ...]
    averages: tuple[c.AveragePage, ...]
    schedules: tuple[c.SchedulePage, ...]
    copies: tuple[CopyRow, ...]
    exhibits: tuple[c.ExhibitRow, ...]
    annex: c.AnnexPage


def restricted(whole: c.Contents, seen: View, numbers: Mapping[int, int], sealed: bool = False) -> RestrictedContents:
    """The report of a restricted edition, from pages made of nothing but what it opens.

    Args:
        whole: pages of the facts that the edition opens.
        seen: those facts.
        numbers: of the exhibits, by the entry of their receipt.
        sealed: whether exhibits go with it in envelopes.
    """
    importer = seen.edition is Edition.IMPORTER
    return RestrictedContents(
        pack=replace(whole.pack, confidentiality=_for_importer() if importer else _for_producer()),
        opening=RestrictedOpening(
            claims=whole.opening.claims if importer else (),
            results=_results(seen),
            averages=_averages(seen) if importer else (),
            shown=_shown_to_importer() if importer else _shown_by_producer(),
            withheld=_withheld_from_importer() if importer else _withheld_by_producer(),
            sealed=_sealed() if sealed else "",
            how=_(
                "What is withheld is committed to in this pack, by the signed manifest or by a signed statement under "
                "the root that the annex prints. The issuer can open any of it later, and it can then be checked "
                "against the same root."
            ),
            status=_(
                "Working draft until a named person releases it. The checklist and the gaps of the whole pack stand "
                "in the authority's edition, under the same number."
            ),
        ),
        shipments=whole.crosswalk.shipments if importer else (),
        transport=_transport(whole) if importer else None,
        certifications=tuple(map(_for_one_importer, whole.certifications)) if importer else whole.certifications,
        worksheets=whole.worksheets,
        averages=whole.averages,
        schedules=whole.schedules,
        copies=_copies(seen, numbers) if importer else (),
        exhibits=whole.exhibits,
        annex=whole.annex,
    )


def _transport(whole: c.Contents) -> TransportFacts:
    """The importer's own file. How the units were made is withheld, and so is not looked for."""
    lines: dict[tuple[str, str], list[c.CrosswalkRow]] = {}
    for row in whole.crosswalk.rows:
        lines.setdefault((row.customs_line, row.invoice), []).append(row)
    return TransportFacts(
        movements=whole.transport.movements,
        rows=whole.transport.rows,
        units=tuple(
            UnitsRow(
                customs_line=customs_line,
                invoice=invoice,
                certification=rows[0].certification,
                units=", ".join(row.unit for row in rows),
            )
            for (customs_line, invoice), rows in lines.items()
        ),
    )


def _copies(seen: View, numbers: Mapping[int, int]) -> tuple[CopyRow, ...]:
    found = []
    for exhibit in seen.copies:
        assert exhibit.redacted is not None, "as the view has them"
        copy, number = exhibit.redacted, numbers[exhibit.receipt.seq]
        found.append(
            CopyRow(
                number=f"{exhibit_number(number)}-redacted",
                title=exhibit.title,
                pages=copy.value.pages or 1,
                note=copy.value.note or "",
                position=copy.ref,
                path=copy_path_of(exhibit, number),
                sha256=copy.value.derived,
            )
        )
    return tuple(found)


def _for_one_importer(page: c.CertificationPage) -> c.CertificationPage:
    """A certification whose analyses and recipients are withheld, and so are not beside it; on record they are."""
    beside, given = _("The analyses are withheld in this edition."), _("The recipients are withheld in this edition.")
    return replace(page, beside=(beside,), recipients=(given,))


def _sealed() -> str:
    return _(
        "Sealed to the authority, under sealed/: exhibits, each with its proof, filled up and mixed with empty "
        "envelopes, so that their number and sizes are not told. Nobody else can open them; the bytes are forwarded as "
        "they are."
    )


def _for_importer() -> str:
    return _("Confidential: for the importer named on the claim")


def _for_producer() -> str:
    return _("Confidential: the producer's, for the customs authority")


def _shown_to_importer() -> tuple[str, ...]:
    return (
        _("The shipment, the customs entry and the claims on it, with the importer's own documents."),
        _("The certification of origin, as it was given to the importer."),
        _("What each origin analysis came to: of which good, over which period, with which outcome."),
    )


def _withheld_from_importer() -> tuple[str, ...]:
    return (
        _("The worksheets, the materials, their suppliers and their values."),
        _("Suppliers' declarations and the producer's records: their names and sizes too."),
        _("Whom else the certification was given to, and the other goods of an average."),
        _("What the claim gate found, where it speaks of what is withheld."),
    )


def _shown_by_producer() -> tuple[str, ...]:
    return (
        _("The origin analyses with their worksheets, and everything recorded that they rest on."),
        _("Suppliers' declarations and the producer's records, as received."),
        _("The certification of origin."),
    )


def _withheld_by_producer() -> tuple[str, ...]:
    return (
        _("The importer's file: the shipment, the customs entry, the claims, and the documents on them."),
        _("What suppliers gave sealed, or for nobody to see."),
    )


def _results(seen: View) -> tuple[RestrictedResult, ...]:
    """What the snapshots that the edition carries say of themselves, in the fields that it opens."""
    read = [
        (f"#{seq}", entry.statement)
        for seq, entry in seen.facts.entries.items()
        if isinstance(entry.statement, Snapshot) and seen.fields[seq] >= _RESULT
    ]
    asked = [(one.owner, one.part, one.plant, one.period_from, one.period_to) for _position, one in read]
    return tuple(
        RestrictedResult(
            position=position,
            good=one.part,
            period_from=one.period_from,
            period_to=one.period_to,
            outcome=one.outcome,
            words=_outcome(one.outcome),
            former=asked[place] in asked[place + 1 :],
            averaged=_averaged(seen, one.id),
        )
        for place, (position, one) in enumerate(read)
    )


_RESULT = frozenset({"part", "period_from", "period_to", "outcome"})


def _averaged(seen: View, snapshot: str) -> str:
    """The average that decides for the latest claim that names an analysis, by its entry; none where none does."""
    claims = [claim.value for line in seen.facts.lines for claim in line.claims if claim.value.snapshot == snapshot]
    named = claims[-1].average if claims else None
    return next((position for position, one in _averages_read(seen) if one.id == named), "")


def _averages_read(seen: View) -> list[tuple[str, Average]]:
    """The averages that the edition carries, by their entries, in ledger order."""
    entries = seen.facts.entries.items()
    return [(f"#{seq}", entry.statement) for seq, entry in entries if isinstance(entry.statement, Average)]


def _averages(seen: View) -> tuple[RestrictedAverage, ...]:
    """What the averages came to; one of them is called by the claims on it, for its goods may be anybody's."""
    read = _averages_read(seen)
    return tuple(
        RestrictedAverage(
            position=position,
            claims="; ".join(_claims_on(seen, one.id)),
            period_from=one.period_from,
            period_to=one.period_to,
            outcome=one.outcome,
            words=_on_average(one.outcome),
            former=any(same_question(one, later) for _position, later in read[place + 1 :]),
        )
        for place, (position, one) in enumerate(read)
    )


def _claims_on(seen: View, average: str) -> list[str]:
    """The customs entry lines that are claimed on an average."""
    return [
        _("{of}, line {line}", of=line.entry.value.number, line=line.line.line)
        for line in seen.facts.lines
        if any(claim.value.average == average for claim in line.claims)
    ]


def _on_average(outcome: str) -> str:
    if outcome == "met":
        return _("The goods of the category reach their content on average")
    if outcome == "not_met":
        return _("The average of the category does not carry its goods")
    return _("The average cannot be decided from what is on record")


def _outcome(outcome: str) -> str:
    if outcome == "met":
        return _("The goods originate, by this analysis.")
    if outcome == "not_met":
        return _("The goods do not originate, by this analysis.")
    return _("Whether the goods originate could not be decided.")
