"""What is on record of each topic that a request may name (`request.TOPICS`), as sentences with their exhibits."""

from collections.abc import Callable, Iterable, Iterator

from evidence.core.statements.cost import Exclusion
from evidence.origin.worksheet import Status
from evidence.pack.contents import contents as c
from evidence.pack.contents.links import Exhibits
from evidence.pack.contents.sample import population, population_value
from evidence.pack.gathered.facts import Facts
from evidence.pack.report.pages_books import tie_pages
from evidence.pack.report.pages_history import history_page
from evidence.pack.report.pages_production import production_page
from evidence.pack.report.pages_transport import addition, transport_page
from evidence.pack.words.language import _, _n, quoted
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import money

Lines = Iterator[c.AnswerLine]


def of_topic(topic: str, facts: Facts, exhibits: Exhibits) -> Lines:
    """What is on record of a topic; nothing where nothing is."""
    yield from TOPICS[topic](facts, exhibits)


def _line(said: str, *links: c.Link) -> c.AnswerLine:
    return c.AnswerLine(said=said, shown_at=tuple(dict.fromkeys(links)))


def _certification(facts: Facts, exhibits: Exhibits) -> Lines:
    for place, known in enumerate(facts.certifications, 1):
        it = known.value
        yield _line(
            _(
                "Certification of origin {number}, signed on {day} by {signer}.",
                number=it.number,
                day=it.signed_on,
                signer=it.signer,
            ),
            c.Link(_("its nine elements"), f"certification-{place}"),
            *exhibits.behind(known.seq),
        )


def _rule(facts: Facts, _exhibits: Exhibits) -> Lines:
    for place, fact in enumerate(facts.snapshots, 1):
        sheet = fact.worksheet
        yield _line(
            _("{good}: {summary}", good=sheet.good.part, summary=recorded(sheet.summary)),
            c.Link(_("rule"), f"rule-{place}"),
            c.Link(_("Worksheet {place}", place=place), f"worksheet-{place}"),
        )


def _relationship(facts: Facts, exhibits: Exhibits) -> Lines:
    for line in facts.lines:
        told = {"number": line.entry.value.number, "line": line.line.line}
        if line.line.related:
            said = _("On customs entry {number}, line {line}, buyer and seller are declared as related.", **told)
        else:
            said = _("On customs entry {number}, line {line}, buyer and seller are not declared as related.", **told)
        yield _line(said, c.Link(line.entry.ref), *exhibits.behind(line.entry.seq))
    for known in facts.particulars.relationships:
        yield from (row for row in transport_page(facts, exhibits).value if c.Link(known.ref) in row.shown_at)


def _price(facts: Facts, exhibits: Exhibits) -> Lines:
    page = transport_page(facts, exhibits)
    for row in page.rows:
        yield _line(
            _(
                "{entry}: invoiced {invoiced}, entered {entered}; {agree}.",
                entry=row.customs_line,
                invoiced=row.invoiced,
                entered=row.entered,
                agree=row.agree,
            ),
            c.Link(_("Transport, value and entry"), "transport"),
        )
    yield from _papers(facts, exhibits, ("commercial invoice",))


def _added(*names: str) -> Callable[[Facts, Exhibits], Lines]:
    """What the producer's sales state of additions to the price."""

    def found(facts: Facts, exhibits: Exhibits) -> Lines:
        for known in facts.particulars.sales:
            for said in (addition(known.value, name) for name in names):
                if said:
                    yield _line(said, c.Link(known.ref), *exhibits.behind(known.seq))

    return found


def _packing(facts: Facts, exhibits: Exhibits) -> Lines:
    yield from _added("packaging", "packing")(facts, exhibits)
    yield from _booked(facts, exhibits, Exclusion.SHIPPING_PACKING)


def _royalties(facts: Facts, exhibits: Exhibits) -> Lines:
    yield from _added("royalties")(facts, exhibits)
    yield from _booked(facts, exhibits, Exclusion.ROYALTIES)


def _booked(facts: Facts, exhibits: Exhibits, heading: Exclusion) -> Lines:
    """Lines of the producer's books under a heading that net cost leaves out."""
    for known in facts.particulars.costs.values():
        it = known.value
        if it.exclusion is heading:
            yield _line(
                _(
                    "In the producer's books for {part}, {first} to {last}: account {account}, {description}, "
                    "{amount} {currency}, left out of net cost.",
                    part=it.part,
                    first=it.period_from,
                    last=it.period_to,
                    account=it.account,
                    description=quoted(it.description),
                    amount=money(it.amount),
                    currency=it.currency,
                ),
                c.Link(known.ref),
                *exhibits.behind_refs((known.ref,)),
            )


def _assists(facts: Facts, exhibits: Exhibits) -> Lines:
    yield from _added("assists")(facts, exhibits)
    refs = {known.ref for known in facts.particulars.assists}
    yield from (row for row in transport_page(facts, exhibits).value if {link.text for link in row.shown_at} & refs)


def _papers(facts: Facts, exhibits: Exhibits, words: Iterable[str]) -> Lines:
    """Exhibits by their titles; the data that a statement was read from is not the paper."""
    for exhibit in facts.exhibits:
        title = exhibit.title.lower()
        if any(word in title for word in words) and not title.endswith("data"):
            number = exhibits.number(exhibit.receipt.seq)
            yield _line(
                _("On file: {title}, {name}.", title=exhibit.title, name=exhibit.receipt.value.name),
                exhibits.link(number),
            )


def _titled(*words: str) -> Callable[[Facts, Exhibits], Lines]:
    return lambda facts, exhibits: _papers(facts, exhibits, words)


def _components(facts: Facts, _exhibits: Exhibits) -> Lines:
    for place, fact in enumerate(facts.snapshots, 1):
        lines = population(fact.worksheet)
        originating = sum(row.status is Status.ORIGINATING for row in lines)
        yield _line(
            _n(
                "{good}: {count} material bought, {originating} of them counted as originating, worth {value} "
                "{currency} in one unit.",
                "{good}: {count} materials bought, {originating} of them counted as originating, together worth "
                "{value} {currency} in one unit.",
                len(lines),
                good=fact.worksheet.good.part,
                originating=originating,
                value=money(population_value(fact.worksheet)),
                currency=fact.worksheet.currency,
            ),
            c.Link(_("material schedule"), f"schedule-{place}"),
        )


def _production(facts: Facts, exhibits: Exhibits) -> Lines:
    page = production_page(facts, exhibits)
    if page.rows:
        yield _line(
            _n(
                "{count} production record of a unit shipped.",
                "{count} production records of units shipped.",
                len(page.rows),
            ),
            c.Link(_("Production and inventory"), "production"),
            *page.exhibits,
        )
    yield from _papers(facts, exhibits, ("flow chart", "process flow", "technical description"))


def _costs(facts: Facts, exhibits: Exhibits) -> Lines:
    for page in tie_pages(facts, exhibits):
        for label, said in page.sums:
            yield _line(_("{label}: {said}.", label=label, said=said), c.Link(page.title, page.anchor))


def _inventory(facts: Facts, exhibits: Exhibits) -> Lines:
    for pool in production_page(facts, exhibits).pools:
        yield _line(
            _(
                "Pool {pool}: {method}, kept for {year}; {movements}.",
                pool=pool.pool,
                method=pool.method,
                year=pool.year,
                movements=pool.movements,
            ),
            *pool.exhibits,
        )


def _transport(facts: Facts, exhibits: Exhibits) -> Lines:
    for name, said in transport_page(facts, exhibits).movements:
        yield _line(_("{name}: {said}.", name=name, said=said), c.Link(_("Transport, value and entry"), "transport"))
    yield from _papers(facts, exhibits, ("lading", "waybill", "transit", "export"))


def _entry(facts: Facts, exhibits: Exhibits) -> Lines:
    for entry in {line.entry.seq: line.entry for line in facts.lines}.values():
        it = entry.value
        yield _line(
            _("Customs entry {number}, entered on {day} at {port}.", number=it.number, day=it.entered_on, port=it.port),
            c.Link(entry.ref),
            *exhibits.behind(entry.seq),
        )


def _corrections(facts: Facts, exhibits: Exhibits) -> Lines:
    for row in history_page(facts, exhibits).rows:
        if row.against:
            yield _line(f"{row.what}: {row.said}", c.Link(row.position), *row.shown_at)


TOPICS: dict[str, Callable[[Facts, Exhibits], Lines]] = {
    "certification": _certification,
    "rule": _rule,
    "relationship": _relationship,
    "price": _price,
    "packing": _packing,
    "commissions": _added("commissions"),
    "proceeds": _added("proceeds"),
    "assists": _assists,
    "royalties": _royalties,
    "contract": _titled("contract", "sales order", "order confirmation"),
    "components": _components,
    "production": _production,
    "costs": _costs,
    "inventory": _inventory,
    "transport": _transport,
    "payment": _titled("proof of payment", "payment for the good"),
    "entry": _entry,
    "corrections": _corrections,
}
