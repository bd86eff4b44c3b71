"""The crosswalk: from each unit, serial or lot to the invoice line and the customs entry line that it crossed in."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from evidence.core.statements.certification import CertificationOfOrigin
from evidence.core.statements.shipment import Shipment
from evidence.pack.contents import contents as c
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import EntryLine, Facts, SnapshotFact, bill_in_force
from evidence.pack.words.language import _
from evidence.pack.words.shown import number
from evidence.register.queries import Known


def certification_link(facts: Facts, line: EntryLine) -> c.Link | None:
    """The certification of a line, with the line of it."""
    known = certification_of(facts, line)
    if known is None:
        return None
    numbered, place = _certified_line(known, line), facts.certifications.index(known) + 1
    return c.Link(_("{of}, line {line}", of=known.value.number, line=numbered), f"certification-{place}")


def certification_of(facts: Facts, line: EntryLine) -> Known[CertificationOfOrigin] | None:
    """The certification that the latest claim names, or that covers the goods; of several, one that holds that day."""
    named = next((claim.value.certification for claim in reversed(line.claims) if claim.value.certification), None)
    found = [
        known
        for known in facts.certifications
        if named in (None, known.statement_id, known.value.number) and _certified_line(known, line) is not None
    ]
    return next((known for known in found if holds(known.value, line)), found[0] if found else None)


def holds(form: CertificationOfOrigin, line: EntryLine) -> bool:
    """Whether a certification is for a line: its period has the day of importation, or its invoice is the line's."""
    if form.valid_from is None or form.valid_to is None:
        return form.invoice_number == line.line.invoice
    return form.valid_from <= line.entry.value.imported_on <= form.valid_to


def _certified_line(known: Known[CertificationOfOrigin], line: EntryLine) -> int | None:
    good = line.invoice_line
    for one in known.value.goods if good else ():
        if good and (one.owner, one.part) == (good.owner, good.part):
            return one.line
    return None


def worksheet_link(facts: Facts, line: EntryLine) -> c.Link | None:
    """The analysis of a line."""
    fact = analysis_of(facts, line)
    if fact is None:
        return None
    place = facts.snapshots.index(fact) + 1
    return c.Link(_("Worksheet {place}", place=place), f"worksheet-{place}")


def analysis_of(facts: Facts, line: EntryLine) -> SnapshotFact | None:
    """The analysis that the latest claim names, or the latest of the good."""
    named = next((claim.value.snapshot for claim in reversed(line.claims) if claim.value.snapshot), None)
    if named is not None:
        return next((fact for fact in facts.snapshots if fact.snapshot.statement_id == named), None)
    good = line.invoice_line
    own = [
        fact
        for fact in facts.snapshots
        if good and (fact.snapshot.value.owner, fact.snapshot.value.part) == (good.owner, good.part)
    ]
    return own[-1] if own else None


def crosswalk(facts: Facts, exhibits: Exhibits) -> c.CrosswalkPage:
    """Every unit of every line in the pack's scope."""
    rows = tuple(row for line in facts.lines for row in _crosswalk_rows(facts, line))
    return c.CrosswalkPage(
        shipments=tuple(_shipment(facts, known, exhibits) for known in facts.shipments),
        rows=rows,
        broken=sum(row.broken is not None for row in rows),
        totals=tuple(_total(facts, line) for line in facts.lines),
    )


def _crosswalk_rows(facts: Facts, line: EntryLine) -> Iterator[c.CrosswalkRow]:
    certification, worksheet = certification_link(facts, line), worksheet_link(facts, line)
    good = line.invoice_line
    for unit in good.units if good else ():
        built = facts.units.get(unit)
        bill = bill_in_force(facts, built) if built else None
        lacking = [
            words
            for words, found in (
                (_("no production record"), built),
                (_("no bill in force on that day"), bill),
                (_("no origin analysis"), worksheet),
                (_("no certification line"), certification),
            )
            if found is None
        ]
        yield c.CrosswalkRow(
            unit=unit,
            quantity=built.value.quantity if built else None,
            built_on=built.value.built_on if built else None,
            plant=built.value.plant if built else _("unknown"),
            bill=_bill(bill.value.parent_revision, bill.value.effective_from, bill.value.effective_to, bill.seq)
            if bill
            else _("none on record"),
            worksheet=worksheet,
            certification=certification,
            invoice=_("{of}, line {line}", of=line.line.invoice, line=line.line.invoice_line),
            customs_line=_("{of}, line {line}", of=line.entry.value.number, line=line.line.line),
            subheading=f"{line.line.tariff_item[:4]}.{line.line.tariff_item[4:6]}",
            broken="; ".join(lacking) or None,
        )


def differing(facts: Facts, line: EntryLine) -> bool:
    """Whether the quantities of a line differ: entered, invoiced, and made by the records of its units."""
    return len(set(_quantities(facts, line))) > 1


def _quantities(facts: Facts, line: EntryLine) -> tuple[Decimal, Decimal | None, Decimal]:
    """Of one line: entered, invoiced, and made by the production records of the units named."""
    good = line.invoice_line
    units = [facts.units[unit].value for unit in (good.units if good else ()) if unit in facts.units]
    made = sum((unit.quantity for unit in units), Decimal(0))
    return line.line.quantity, good.quantity if good else None, made


def _total(facts: Facts, line: EntryLine) -> str:
    """The quantities of one line side by side; whether they agree is for the reader to see, and said."""
    entered, invoiced, made = _quantities(facts, line)
    told = {
        "entry": line.entry.value.number,
        "line": line.line.line,
        "invoiced": _("not on record") if invoiced is None else number(invoiced),
        "entered": number(entered),
        "made": number(made),
    }
    if invoiced == entered == made:
        return _(
            "{entry}, line {line}: invoiced {invoiced}, entered {entered}, by production records of the units named "
            "{made}; all three agree",
            **told,
        )
    return _(
        "{entry}, line {line}: invoiced {invoiced}, entered {entered}, by production records of the units named "
        "{made}; they do not agree",
        **told,
    )


def _bill(revision: str, first: date, last: date | None, seq: int) -> str:
    return _(
        "revision {revision}, {first} to {last} (#{position})",
        revision=revision,
        first=first,
        last=last or _("open"),
        position=seq,
    )


def _shipment(facts: Facts, known: Known[Shipment], exhibits: Exhibits) -> c.ShipmentFacts:
    shipment = known.value
    documents = {exhibit.receipt.value.role: exhibit for exhibit in facts.exhibits if known.ref in exhibit.supports}
    carried = next((documents[role] for role in documents if role and "lading" in role.lower()), None)
    return c.ShipmentFacts(
        number=shipment.number,
        exporter=party(facts, shipment.exporter),
        consignee=party(facts, shipment.consignee),
        shipped_from=facts.sites[shipment.shipped_from].name
        if shipment.shipped_from in facts.sites
        else shipment.shipped_from,
        route=_("{start} to {end}", start=shipment.export_country, end=shipment.import_country),
        exported_on=shipment.exported_on,
        legs=shipment.legs,
        transport_document=c.Link(
            shipment.transport_document,
            exhibits.link(exhibits.number(carried.receipt.seq)).to if carried else "",
        ),
        position=f"#{known.seq}",
    )


def party(facts: Facts, code: str) -> str:
    """A party's name, or its code where none is on record."""
    return facts.parties[code].name if code in facts.parties else code
