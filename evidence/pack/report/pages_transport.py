"""Part 10: how the goods moved, what they were invoiced and entered at, and the papers that show it."""

from collections.abc import Iterator

from evidence.core.statements.sale import ADDITIONS, SaleLine
from evidence.core.statements.shipment import Shipment
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import party
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import EntryLine, Facts
from evidence.pack.words.language import _
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import money, number
from evidence.register.queries import Known


def transport_page(facts: Facts, exhibits: Exhibits) -> c.TransportPage:
    """All shipments and customs entry lines in the pack's scope."""
    return c.TransportPage(
        movements=tuple(row for known in facts.shipments for row in _movement(facts, known)),
        rows=tuple(_valued(line, exhibits) for line in facts.lines),
        papers=tuple(_papers(facts, exhibits)),
        value=(*_relationships(facts, exhibits), *_sales(facts, exhibits), *_assists(facts, exhibits)),
    )


def _movement(facts: Facts, known: Known[Shipment]) -> Iterator[tuple[str, str]]:
    it = known.value
    site = facts.sites[it.shipped_from].name if it.shipped_from in facts.sites else it.shipped_from
    yield (
        _("Shipment {number}", number=it.number),
        _(
            "left {site} ({exporting}) on {day} for {importing}; transport document {document} ({position})",
            site=site,
            exporting=it.export_country,
            day=it.exported_on,
            importing=it.import_country,
            document=it.transport_document,
            position=known.ref,
        ),
    )
    yield _("Legs"), "; ".join(it.legs) or _("none stated")
    if not it.transit_countries:
        yield _("Other countries passed"), _("none stated")
        return
    yield _("Other countries passed"), ", ".join(it.transit_countries)
    yield _("Papers of the transit"), ", ".join(it.transit_documents) or _("none stated")
    yield _("Under customs control there"), ", ".join(it.transit_control) or _("not stated")
    yield _("Done to the goods there"), ", ".join(it.transit_operations) or _("not stated")


def _valued(line: EntryLine, exhibits: Exhibits) -> c.ValuedRow:
    it, good = line.line, line.invoice_line
    invoiced = good.quantity * good.unit_value if good else None
    if good is None or invoiced is None:
        told, agree = _("not on record"), _("nothing to compare with")
    else:
        told = _(
            "{quantity} × {value} = {total} {currency}",
            quantity=number(good.quantity),
            value=money(good.unit_value),
            total=money(invoiced),
            currency=good.currency,
        )
        agree = _agree(line)
    return c.ValuedRow(
        customs_line=_("{number}, line {line}", number=line.entry.value.number, line=it.line),
        invoice=_("{invoice}, line {line}", invoice=it.invoice, line=it.invoice_line),
        invoiced=told,
        entered=f"{money(it.value)} {it.currency}",
        related=_("declared as related") if it.related else _("not declared as related"),
        duties="; ".join(it.duties) or _("none recorded"),
        agree=agree,
        shown_at=(c.Link(line.entry.ref), *exhibits.behind_any(line.entry.seq)),
    )


def _agree(line: EntryLine) -> str:
    good = line.invoice_line
    if good is None or good.currency != line.line.currency:
        return _("in different currencies")
    if good.quantity * good.unit_value == line.line.value:
        return _("invoice and entry agree")
    return _("invoice and entry differ")


def _wanted() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each paper, and the words in an exhibit's title that show it."""
    return (
        (_("Commercial invoice"), ("commercial invoice",)),
        (_("Packing list"), ("packing list",)),
        (_("Transport document"), ("lading", "waybill", "transport document")),
        (_("Export document"), ("export", "pedimento")),
        (_("Entry summary or accounting document"), ("entry summary", "customs accounting document")),
        (_("Evidence of transit"), ("transit",)),
        (_("Payment for the good"), ("payment for the good",)),
        (_("Contract or order"), ("contract", "sales order", "purchase order for the good")),
    )


def _papers(facts: Facts, exhibits: Exhibits) -> Iterator[c.PapersRow]:
    shipping = {known.ref for known in facts.shipments} | {line.entry.ref for line in facts.lines}
    titled = [
        (exhibit.title.lower(), exhibits.link(exhibits.number(exhibit.receipt.seq)))
        for exhibit in facts.exhibits
        if not exhibit.withheld and shipping & set(exhibit.supports) and not exhibit.title.endswith("data")
    ]
    for what, words in _wanted():
        found = tuple(link for title, link in titled if any(word in title for word in words))
        yield c.PapersRow(what=what, shown_at=found)


def _relationships(facts: Facts, exhibits: Exhibits) -> Iterator[c.AnswerLine]:
    for known in facts.particulars.relationships:
        it = known.value
        told = {
            "one": party(facts, it.party),
            "other": party(facts, it.other_party),
            "ground": recorded(it.ground.value),
            "shown_by": recorded(it.shown_by),
        }
        if it.price_influenced is None:
            said = _(
                "{one} and {other} are related ({ground}; shown by {shown_by}). Whether that influenced the "
                "price, nobody has recorded.",
                **told,
            )
        elif it.price_influenced:
            said = _(
                "{one} and {other} are related ({ground}; shown by {shown_by}), and that influenced the price.", **told
            )
        else:
            said = _(
                "{one} and {other} are related ({ground}; shown by {shown_by}); that did not influence the price.",
                **told,
            )
        yield c.AnswerLine(said=said, shown_at=(c.Link(known.ref), *exhibits.behind(known.seq)))


def _sales(facts: Facts, exhibits: Exhibits) -> Iterator[c.AnswerLine]:
    """The producer's sale as recorded, and what is added to its price by name; what is not stated is said so."""
    for known in facts.particulars.sales:
        it = known.value
        yield c.AnswerLine(
            said=_(
                "Producer's invoice {invoice}, line {line}: {quantity} {unit} of {part} at {price} {currency} to "
                "{buyer}, {day}.",
                invoice=it.invoice,
                line=it.invoice_line,
                quantity=number(it.quantity),
                unit=it.unit,
                part=it.part,
                price=money(it.price),
                currency=it.currency,
                buyer=party(facts, it.buyer),
                day=it.sold_on,
            ),
            shown_at=(c.Link(known.ref), *exhibits.behind(known.seq)),
        )
        for name in (*ADDITIONS, "packing"):
            said = addition(it, name)
            if said:
                yield c.AnswerLine(said=said, shown_at=(c.Link(known.ref),))


def _word(name: str) -> str:
    return {
        "commissions": _("Commissions and brokerage"),
        "packaging": _("Packaging classified with the good"),
        "assists": _("Assists falling to the goods"),
        "royalties": _("Royalties paid as a condition of the sale"),
        "proceeds": _("Proceeds of resale that come back"),
        "inland_transport": _("Transport to the point of direct shipment"),
        "packing": _("Packing for shipment"),
    }[name]


def addition(it: SaleLine, name: str) -> str:
    """One addition to the price as recorded; nothing where none is stated, which is not the same as none."""
    amount = getattr(it, name)
    if amount is None:
        return ""
    held = getattr(it, f"{name}_in_price")
    told = {"what": _word(name), "amount": money(amount), "currency": it.currency}
    if held is None:
        return _("{what}: {amount} {currency}; whether the price holds it is not stated.", **told)
    if held:
        return _("{what}: {amount} {currency}, in the price.", **told)
    return _("{what}: {amount} {currency}, not in the price.", **told)


def _assists(facts: Facts, exhibits: Exhibits) -> Iterator[c.AnswerLine]:
    for known in facts.particulars.assists:
        it = known.value
        yield c.AnswerLine(
            said=_(
                "Assist {reference}: {kind}, {value} {currency} given by {giver} on {day} for {part}, spread over "
                "{quantity} units.",
                reference=it.reference,
                kind=recorded(it.assist_kind.value),
                value=money(it.value),
                currency=it.currency,
                giver=party(facts, it.giver),
                day=it.given_on,
                part=it.part,
                quantity=number(it.spread_quantity),
            ),
            shown_at=(c.Link(known.ref), *exhibits.behind(known.seq)),
        )
