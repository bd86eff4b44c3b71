"""The samples of a material schedule, and their purchases from order to payment (parts 7 and 8)."""

from collections.abc import Iterator
from hashlib import sha256

from evidence.core.statements.purchase import PurchaseLine
from evidence.origin.worksheet import MaterialRow, Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents.crosswalk import party
from evidence.pack.contents.links import Exhibits
from evidence.pack.contents.sample import DRAWN, Sample, purchases_of, sample_of
from evidence.pack.gathered.facts import Facts, SnapshotFact
from evidence.pack.report.pages_schedule import population_words, schedule_links
from evidence.pack.spreadsheets.worksheets import materials_csv
from evidence.pack.words.language import _, _n
from evidence.pack.words.shown import money, number
from evidence.register.queries import Known

_EACH = 3
"""Purchases printed of one sampled material; the others are counted."""


def sample_pages(facts: Facts, exhibits: Exhibits) -> tuple[c.SamplePage, ...]:
    """A page for each schedule that is printed whole; an earlier one of the same bill is not sampled again."""
    return tuple(
        _page(facts, fact, place, exhibits)
        for place, fact in enumerate(facts.snapshots, 1)
        if fact.worksheet.materials and not _again(facts, place)
    )


def _again(facts: Facts, place: int) -> bool:
    """Whether a later analysis of the same good, plant and period stands after this one."""
    asked = _asked(facts)
    return asked[place - 1] in asked[place:]


def _asked(facts: Facts) -> list[tuple[object, ...]]:
    return [(one.worksheet.good.part, one.worksheet.plant, one.worksheet.period_from) for one in facts.snapshots]


def _page(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> c.SamplePage:
    sheet = fact.worksheet
    sample = sample_of(sheet, fact.snapshot.value.worksheet)
    anchors = schedule_links(facts, fact, place, exhibits).materials
    return c.SamplePage(
        anchor=f"sample-{place}",
        title=_("Samples of material schedule {place}", place=place),
        population=population_words(sheet),
        earlier=tuple(
            at for at, asked in enumerate(_asked(facts)[: place - 1], 1) if asked == _asked(facts)[place - 1]
        ),
        frame=_frame(fact, place),
        draws=tuple(
            c.Draw(name=name, drawn=tuple(c.Link(f"{row.id} {row.part}", anchors.get(row.id, "")) for row in rows))
            for name, rows in (
                (_("The {count} of the highest value", count=len(sample.by_value)), sample.by_value),
                (_("The {count} of the largest quantity", count=len(sample.by_volume)), sample.by_volume),
                (_("{count} at random", count=len(sample.random)), sample.random),
            )
        ),
        rows=tuple(row for one in sample.rows for row in _rows(facts, sheet, one, sample, anchors, exhibits)),
    )


def _frame(fact: SnapshotFact, place: int) -> tuple[tuple[str, str], ...]:
    """What the samples are drawn from and by: enough to draw them again."""
    return (
        (_("Frame"), f"worksheets/worksheet-{place}-materials.csv"),
        (_("SHA-256 of the frame"), sha256(materials_csv(fact.worksheet)).hexdigest()),
        (_("Lines in the frame, made ones included"), str(len(fact.worksheet.materials))),
        (_("Root over all its lines, in the ledger"), fact.snapshot.value.worksheet_root),
        (_("Seed: digest of the worksheet"), fact.snapshot.value.worksheet),
        (_("Random draw"), _("the {count} lines with the lowest SHA-256 of SEED:LINE, as text", count=DRAWN)),
    )


def _rows(
    facts: Facts, sheet: Worksheet, row: MaterialRow, sample: Sample, anchors: dict[str, str], exhibits: Exhibits
) -> Iterator[c.SampledRow]:
    """The first purchases of a material; one that was never bought in the period has a row that says so."""
    material, drawn = c.Link(row.id, anchors.get(row.id, "")), _drawn(row, sample)
    lines = {known.ref: known for known in facts.around.purchases}
    refs = list(purchases_of(sheet, row))
    found = [lines[ref] for ref in refs if ref in lines]
    if not found:
        yield c.SampledRow(
            material=material,
            part=row.part,
            drawn=drawn,
            supplier=_("no purchase is on record in the analysis"),
            order="",
            invoice="",
            received="",
            amount="",
            paid="",
            exhibits=(),
            lacking=True,
        )
    for place, known in enumerate(found[:_EACH]):
        more = len(found) - _EACH if place == _EACH - 1 and len(found) > _EACH else 0
        yield _purchase(facts, known, material if not place else c.Link(""), row.part, drawn, exhibits, more)


def _purchase(
    facts: Facts, known: Known[PurchaseLine], material: c.Link, part: str, drawn: str, exhibits: Exhibits, more: int
) -> c.SampledRow:
    it = known.value
    paid = _("{day}, {reference}", day=it.paid_on, reference=it.payment_reference or _("no reference"))
    supplier = party(facts, it.seller)
    if more:
        others = _n(" ({count} more purchase counted)", " ({count} more purchases counted)", more)
        supplier += others
    return c.SampledRow(
        material=material,
        part=part if material.text else "",
        drawn=drawn if material.text else "",
        supplier=supplier,
        order=it.order,
        invoice=_("{invoice}, line {line}, {day}", invoice=it.invoice, line=it.invoice_line, day=it.invoiced_on),
        received=_("{day}, {receipt}", day=it.received_on, receipt=it.receipt or _("no receipt number")),
        amount=_amount(it),
        paid=paid if it.paid_on else _("no payment is on record"),
        exhibits=(c.Link(known.ref), *exhibits.behind_refs((known.ref,))),
        lacking=it.paid_on is None,
    )


def _amount(it: PurchaseLine) -> str:
    per = f" / {number(it.price_per)}" if it.price_per != 1 else ""
    return f"{number(it.quantity)} {it.unit} × {money(it.price)} {it.currency}{per}"


def _drawn(row: MaterialRow, sample: Sample) -> str:
    draws = ((_("value"), sample.by_value), (_("volume"), sample.by_volume), (_("random"), sample.random))
    return ", ".join(word for word, rows in draws if row in rows)
