"""Pages that print one recorded thing each: a certification of origin, a vehicle certification."""

from collections.abc import Iterator

from evidence.core.statements.certification import CertificationOfOrigin, Contact, VehicleCertification
from evidence.pack import contents as c
from evidence.pack.facts import Facts
from evidence.pack.links import Exhibits
from evidence.pack.page_one import period_of
from evidence.pack.shown import basis, dotted
from evidence.register.queries import Known

_ISSUERS = {"US": "CBP", "CA": "CBSA", "MX": "SAT"}


def certification_page(
    facts: Facts, known: Known[CertificationOfOrigin], place: int, exhibits: Exhibits
) -> c.CertificationPage:
    """The nine elements of Annex 5-A, in their order, as the certification states them."""
    it = known.value
    window = f"{it.valid_from} to {it.valid_to}" if it.valid_from and it.valid_to else "none: a single shipment"
    invoice = f"invoice {it.invoice_number}" if it.invoice_number else ""
    goods = f"{len(it.goods)} line{'s' if len(it.goods) != 1 else ''}, below"
    elements = (
        ("1", "Importer, exporter or producer certification", (it.certifier_role.value,)),
        ("2", "Certifier", (f"{it.signer}, {it.certifier_title}", *_contact(it.certifier, ""))),
        ("3", "Exporter", _contact(it.exporter, "as the certifier, or not stated")),
        ("4", "Producer", _contact(it.producer, it.producer_note or "as the certifier or exporter")),
        ("5", "Importer", _contact(it.importer, it.importer_note or "")),
        ("6", "Description and HS classification of the goods", (goods, invoice)),
        ("7", "Origin criterion", (", ".join(f"line {good.line}: {good.criterion}" for good in it.goods),)),
        ("8", "Blanket period", (window,)),
        ("9", "Authorised signature and date", (f"{it.signer}, {it.certifier_title}", it.signed_on.isoformat())),
    )  # fmt: skip
    return c.CertificationPage(
        anchor=f"certification-{place}",
        number=it.number,
        elements=tuple(
            c.Element(number=number, title=title, lines=tuple(line for line in lines if line))
            for number, title, lines in elements
        ),
        goods=tuple(
            c.CertifiedRow(
                line=good.line,
                part=good.part + (f" (buyer's part {good.buyer_part})" if good.buyer_part else ""),
                description=good.description,
                code=f"{dotted(good.hs_code)} ({good.hs_edition})",
                criterion=good.criterion,
                rule=good.rule or "",
                method=good.method or "",
            )
            for good in it.goods
        ),
        statement=it.statement_text,
        language=it.statement_language,
        signer=it.signer,
        title=it.certifier_title,
        signed_on=it.signed_on,
        received_on=it.received_on,
        received_basis=basis(it.received_basis),
        recorded_at=known.recorded_at,
        basis=it.certification_basis.value,
        carrier_document="a form of its own" + f", completed in {it.carrier_country}"
        if it.number in it.carrier_document
        else f"{it.carrier_document} ({it.carrier_country})",
        beside=tuple(_beside(facts, it)),
        recipients=it.recipients,
        position=f"#{known.seq}",
        exhibits=exhibits.behind(known.seq),
    )


def _beside(facts: Facts, it: CertificationOfOrigin) -> Iterator[str]:
    """Whether the certification was signed before each analysis in the pack: it cannot have rested on a later one."""
    for place, fact in enumerate(facts.snapshots, 1):
        made = fact.snapshot.recorded_at.date()
        before = "made before this analysis, and so not on it" if it.signed_on < made else "made after this analysis"
        yield f"Worksheet {place}, recorded {made}: {before}"


def _contact(contact: Contact | None, otherwise: str) -> tuple[str, ...]:
    if contact is None:
        return (otherwise,)
    reach = ", ".join(part for part in (contact.email, contact.telephone) if part)
    return tuple(line for line in (contact.name, f"{contact.address}, {contact.country}", reach) if line)


def vehicle_row(facts: Facts, known: Known[VehicleCertification], exhibits: Exhibits) -> c.VehicleCertificationRow:
    """A vehicle certification on file; its identifier was issued on submission and approves nothing."""
    it = known.value
    return c.VehicleCertificationRow(
        kind=it.certification_kind.value,
        authority=f"issued by {_ISSUERS.get(it.authority, it.authority)} on submission",
        identifier=it.identifier,
        status=it.status.value,
        period=f"{it.valid_from or 'open'} to {it.valid_to or 'open'}",
        submitted_on=it.submitted_on,
        figures=it.figures,
        role=_role(facts, it),
        position=f"#{known.seq}",
        exhibits=exhibits.behind(known.seq),
    )


def _role(facts: Facts, it: VehicleCertification) -> str:
    """What a vehicle certification is in the pack for."""
    quoted = {
        name
        for line in facts.lines
        for name in (line.line.labour_value_id, line.line.steel_id, line.line.aluminum_id)
        if name
    }
    places = period_of(facts, it)
    roles = ["in force on entry, quoted on the line"] if it.identifier in quoted else []
    if places:
        roles.append(f"of the period of production, Worksheet {', '.join(str(place) for place in places)}")
    countries = {line.entry.value.country for line in facts.lines} - {it.authority}
    if countries:
        roles.append(f"submitted in {it.authority}; none submitted in {', '.join(sorted(countries))} is on file")
    return "; ".join(roles) or "on file; of another period"
