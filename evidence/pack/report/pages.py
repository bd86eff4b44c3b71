"""Pages that print one recorded thing each: a certification of origin, a vehicle certification."""

from collections.abc import Iterator

from evidence.core.statements.certification import CertificationOfOrigin, Contact, VehicleCertification
from evidence.pack.contents import contents as c
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import Facts
from evidence.pack.report.page_one import period_of
from evidence.pack.words.language import _, _n, joined, quoted
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import basis, day, dotted
from evidence.pack.words.wording import CERTIFYING, official
from evidence.register.queries import Known

_ISSUERS = {"US": "CBP", "CA": "CBSA", "MX": "SAT"}


def certification_page(
    facts: Facts, known: Known[CertificationOfOrigin], place: int, exhibits: Exhibits
) -> c.CertificationPage:
    """The nine elements of Annex 5-A, in their order, as the certification states them."""
    it = known.value
    window = _("none: a single shipment")
    if it.valid_from and it.valid_to:
        window = _("{first} to {last}", first=it.valid_from, last=it.valid_to)
    invoice = _("invoice {number}", number=it.invoice_number) if it.invoice_number else ""
    goods = _n("{count} line, below", "{count} lines, below", len(it.goods))
    signer = f"{it.signer}, {it.certifier_title}"
    criteria = [_("line {line}: {criterion}", line=good.line, criterion=good.criterion) for good in it.goods]
    elements = (
        ("1", _("Importer, exporter or producer certification"), (recorded(it.certifier_role.value),)),
        ("2", _("Certifier"), (signer, *_contact(it.certifier, ""))),
        ("3", _("Exporter"), _contact(it.exporter, _("as the certifier, or not stated"))),
        ("4", _("Producer"), _contact(it.producer, _stated(it.producer_note) or _("as the certifier or exporter"))),
        ("5", _("Importer"), _contact(it.importer, _stated(it.importer_note))),
        ("6", _("Description and HS classification of the goods"), (goods, invoice)),
        ("7", _("Origin criterion"), (", ".join(criteria),)),
        ("8", _("Blanket period"), (window,)),
        ("9", _("Authorised signature and date"), (signer, day(it.signed_on))),
    )
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
                part=_("{part} (buyer's part {other})", part=good.part, other=good.buyer_part)
                if good.buyer_part
                else good.part,
                description=quoted(good.description),
                code=f"{dotted(good.hs_code)} ({good.hs_edition})",
                criterion=good.criterion,
                rule=recorded(good.rule or ""),
                method=recorded(good.method or ""),
            )
            for good in it.goods
        ),
        statement=it.statement_text,
        language=it.statement_language,
        wording=_wording(it),
        signer=it.signer,
        title=it.certifier_title,
        signed_on=it.signed_on,
        received_on=it.received_on,
        received_basis=basis(it.received_basis),
        recorded_at=known.recorded_at,
        basis=recorded(it.certification_basis.value),
        carrier_document=_("a form of its own, completed in {country}", country=it.carrier_country)
        if it.number in it.carrier_document
        else joined("", (recorded(it.carrier_document), f" ({it.carrier_country})")),
        beside=tuple(_beside(facts, it)),
        recipients=it.recipients,
        position=f"#{known.seq}",
        exhibits=exhibits.behind(known.seq),
    )


def _wording(it: CertificationOfOrigin) -> str:
    """Whether the statement is in the official words; where those are not on file, none are made up."""
    match official(CERTIFYING, it.statement_language, it.statement_text):
        case True:
            return _("Its words are those of the agreement, to the letter, as they are on file.")
        case False:
            return _("Its words differ from those of the agreement that are on file.")
    return _("No official text of it is on file in that language; its words were not compared.")


def _beside(facts: Facts, it: CertificationOfOrigin) -> Iterator[str]:
    """Whether the certification was signed before each analysis in the pack: it cannot have rested on a later one."""
    for place, fact in enumerate(facts.snapshots, 1):
        made = fact.snapshot.recorded_at.date()
        if it.signed_on < made:
            yield _(
                "Worksheet {place}, recorded {day}: made before this analysis, and so not on it", place=place, day=made
            )
        else:
            yield _("Worksheet {place}, recorded {day}: made after this analysis", place=place, day=made)


def _stated(note: str | None) -> str:
    """A note that the certification bears in place of an element, as it bears it."""
    return recorded(note) if note else ""


def _contact(contact: Contact | None, otherwise: str) -> tuple[str, ...]:
    if contact is None:
        return (otherwise,)
    reach = ", ".join(part for part in (contact.email, contact.telephone) if part)
    return tuple(line for line in (contact.name, f"{contact.address}, {contact.country}", reach) if line)


def vehicle_row(facts: Facts, known: Known[VehicleCertification], exhibits: Exhibits) -> c.VehicleCertificationRow:
    """A vehicle certification on file; its identifier was issued on submission and approves nothing."""
    it = known.value
    return c.VehicleCertificationRow(
        kind=recorded(it.certification_kind.value),
        authority=_("issued by {authority} on submission", authority=_ISSUERS.get(it.authority, it.authority)),
        identifier=it.identifier,
        status=recorded(it.status.value),
        period=_("{first} to {last}", first=it.valid_from or _("open"), last=it.valid_to or _("open")),
        submitted_on=it.submitted_on,
        figures=recorded(it.figures),
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
    roles = [_("in force on entry, quoted on the line")] if it.identifier in quoted else []
    if places:
        listed = ", ".join(str(place) for place in places)
        roles.append(_("of the period of production, Worksheet {places}", places=listed))
    countries = {line.entry.value.country for line in facts.lines} - {it.authority}
    if countries:
        others = ", ".join(sorted(countries))
        told = _(
            "submitted in {authority}; none submitted in {others} is on file", authority=it.authority, others=others
        )
        roles.append(told)
    return "; ".join(roles) or _("on file; of another period")
