"""The material schedule of a worksheet: every material with its support, or what differs from the deciding one.

Of several analyses of one good, plant and period the last decides. Its schedule is printed whole; an earlier one, of
the same bill, lists the lines that stood otherwise.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from evidence.origin.worksheet import MaterialRow, Status, Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents import names
from evidence.pack.contents.links import Exhibits, WorksheetLinks
from evidence.pack.contents.sample import population, population_value
from evidence.pack.gathered.facts import Facts, SnapshotFact
from evidence.pack.words.language import _, _n, joined, quoted
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import money

_OF_ONE = "vnm.unit"


def schedule_pages(facts: Facts, exhibits: Exhibits) -> tuple[c.SchedulePage, ...]:
    """A schedule for each worksheet: those printed whole first, then what differs from them."""
    pages = [schedule_page(facts, snapshot, place, exhibits) for place, snapshot in enumerate(facts.snapshots, 1)]
    return tuple(sorted(pages, key=lambda page: bool(page.note)))


def schedule_page(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> c.SchedulePage:
    """The materials of a worksheet by descending value, each with its support and exhibits."""
    sheet = fact.worksheet
    after = _decided_by(facts, place)
    links = schedule_links(facts, fact, place, exhibits)
    rows, note = links.ranked, ""
    if after is not None:
        differing = _differing(sheet, facts.snapshots[after - 1].worksheet)
        rows = [row for row in links.ranked if row.id in differing]
        note = _note(after, place, len(rows), len(sheet.materials))
    made_up = cumulative(sheet, links.ranked)
    return c.SchedulePage(
        anchor=f"schedule-{place}",
        title=_("Material schedule to worksheet {place}: what differs", place=place)
        if after is not None
        else _("Material schedule to worksheet {place}", place=place),
        currency=sheet.currency,
        lines=tuple(
            replace(_material(facts, row, number, links, exhibits), cumulative=made_up.get(row.id))
            for number, row in enumerate(rows, 1)
        ),
        note=note,
        totals=tuple(
            (c.Link(recorded(cell.label), links.cell(cell.id)), cell.value)
            for cell in sheet.cells
            if cell.id.endswith(_OF_ONE)
        ),
        population=population_words(sheet) if after is None else "",
    )


def _note(after: int, place: int, rows: int, lines: int) -> str:
    """How a schedule of differences relates to the one that decides."""
    told = {"after": after, "place": place, "rows": rows, "lines": lines}
    if rows:
        return _(
            "Worksheet {after} decides on the same good and period; its schedule is printed whole. {rows} of the "
            "{lines} lines stood otherwise in worksheet {place}, as follows. The spreadsheet of worksheet {place} "
            "holds them all.",
            **told,
        )
    return _(
        "Worksheet {after} decides on the same good and period; its schedule is printed whole. None of the {lines} "
        "lines stood otherwise in worksheet {place}. The spreadsheet of worksheet {place} holds them all.",
        **told,
    )


def cumulative(sheet: Worksheet, ranked: Sequence[MaterialRow]) -> dict[str, Decimal]:
    """Percent of the value of all lines bought that each of them and those before it make up, in the order printed.

    Nothing where the value of a line is not known: a share of what is not known is none.
    """
    whole = population_value(sheet)
    bought = {row.id for row in population(sheet)}
    if not whole or any(row.value is None for row in ranked if row.id in bought):
        return {}
    found, reached = {}, Decimal(0)
    for row in ranked:
        if row.id in bought:
            reached += row.value or Decimal(0)
            found[row.id] = reached * 100 / whole
    return found


def population_words(sheet: Worksheet) -> str:
    """How many lines were bought, and what they come to."""
    lines = population(sheet)
    unknown = sum(row.value is None for row in lines)
    told = _n(
        "{count} line was bought, worth {value} {currency} in one unit of the good.",
        "{count} lines were bought, together worth {value} {currency} in one unit of the good.",
        len(lines),
        value=money(population_value(sheet)),
        currency=sheet.currency,
    )
    if not unknown:
        return told
    rest = _n("The value of {count} of them is not known.", "The values of {count} of them are not known.", unknown)
    return f"{told} {rest}"


def schedule_links(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> WorksheetLinks:
    """Links of a worksheet; a line that only the deciding schedule prints is found there."""
    links = WorksheetLinks(fact.worksheet, place, exhibits)
    after = _decided_by(facts, place)
    if after is not None:
        other = facts.snapshots[after - 1].worksheet
        there = WorksheetLinks(other, after, exhibits).materials
        differing = _differing(fact.worksheet, other)
        links.schedule = f"schedule-{after}"
        for name in fact.worksheet.materials:
            if name.id not in differing:
                links.materials[name.id] = there[name.id]
    return links


def _decided_by(facts: Facts, place: int) -> int | None:
    """The place of the last analysis of the same good, plant and period with the same bill; None where this is it."""
    sheets = [fact.worksheet for fact in facts.snapshots]
    mine = _asked(sheets[place - 1])
    after = [other for other in range(len(sheets), place, -1) if _asked(sheets[other - 1]) == mine]
    return after[0] if after else None


def _asked(sheet: Worksheet) -> tuple[object, ...]:
    bill = tuple((row.id, row.part, row.revision, row.quantity) for row in sheet.materials)
    return sheet.good.owner, sheet.good.part, sheet.plant, sheet.period_from, sheet.period_to, bill


def _differing(sheet: Worksheet, other: Worksheet) -> frozenset[str]:
    """The lines that do not stand alike in both, whatever entries they rest on."""
    theirs = {row.id: _compared(row) for row in other.materials}
    return frozenset(row.id for row in sheet.materials if theirs.get(row.id) != _compared(row))


def _compared(row: MaterialRow) -> MaterialRow:
    support = tuple(one.model_copy(update={"rests_on": ()}) for one in row.support)
    return row.model_copy(update={"rests_on": (), "support": support})


def _material(facts: Facts, row: MaterialRow, number: int, links: WorksheetLinks, exhibits: Exhibits) -> c.MaterialLine:
    return c.MaterialLine(
        anchor=links.materials[row.id],
        number=number,
        level=row.level,
        part=row.part,
        description=quoted(row.description),
        code=row.code,
        quantity=row.quantity,
        unit=row.unit,
        value=row.value,
        status=recorded(row.status.value),
        originates=row.status in (Status.ORIGINATING, Status.ROLLED_UP),
        counted=row.counted,
        reason=recorded(row.reason),
        support=tuple(
            c.SupportRow(
                supplier=facts.parties[support.supplier].name
                if support.supplier in facts.parties
                else support.supplier,
                declaration=support.reference,
                grade=joined("", (names.grade(support.grade), _withheld(facts, support.rests_on, exhibits))),
                covers=support.covers,
                reason="" if support.reason.partition(" And ")[0] in row.reason else recorded(support.reason),
                exhibits=_behind(facts, support.declaration, support.rests_on, exhibits),
            )
            for support in row.support
        ),
        id=row.id,
        parent=row.parent,
        figures=links.figures_of(row.id),
        within=row.within,
        counted_within=row.counted_within,
    )


def _withheld(facts: Facts, rests_on: tuple[str, ...], exhibits: Exhibits) -> str:
    """Which of the documents that back a support this edition withholds; empty where it shows them."""
    refs = set(rests_on)
    kept = [one.receipt for one in facts.exhibits if one.withheld and one.receipt.ref in refs]
    named = [
        _(
            "{document} withheld, {exhibit}",
            document=recorded(one.value.role or "document"),
            exhibit=exhibits.link(exhibits.number(one.seq)).text,
        )
        for one in kept
    ]
    return f" ({'; '.join(named)})" if named else ""


def _behind(facts: Facts, declaration: str | None, rests_on: tuple[str, ...], exhibits: Exhibits) -> tuple[c.Link, ...]:
    """The exhibits of the declaration, then those of the purchases that the support rests on."""
    named = [facts.declarations[declaration].ref] if declaration in facts.declarations else []
    return exhibits.behind_refs([*named, *(ref for ref in rests_on if ref.startswith("#"))])
