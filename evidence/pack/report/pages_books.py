"""The costs that an analysis counts, account by account, beside the trial balance (part 6).

The lines are those of the books as recorded. Their sums stand beside the worksheet's own figures, so that a reader can
see that nothing lies between; whether the trial balance agrees is for whoever holds it to see, and said as such.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from evidence.core.statements.cost import CostLine, CostPoolLine, Exclusion
from evidence.origin.worksheet import Worksheet
from evidence.pack.contents import contents as c
from evidence.pack.contents.links import Exhibits
from evidence.pack.gathered.facts import Facts, SnapshotFact
from evidence.pack.gathered.particulars import counted
from evidence.pack.words.language import _, _n, joined, quoted
from evidence.pack.words.recorded import recorded
from evidence.pack.words.shown import money
from evidence.register.queries import Known

_BOOKS = ("trial balance", "general ledger", "financial statement", "cost report")
Line = Known[CostLine] | Known[CostPoolLine]


def tie_pages(facts: Facts, exhibits: Exhibits) -> tuple[c.TiePage, ...]:
    """A page for each analysis that counts costs."""
    pages = (_page(facts, fact, place, exhibits) for place, fact in enumerate(facts.snapshots, 1))
    return tuple(page for page in pages if page is not None)


def _page(facts: Facts, fact: SnapshotFact, place: int, exhibits: Exhibits) -> c.TiePage | None:
    sheet = fact.worksheet
    lines = _lines(facts, sheet)
    if not lines:
        return None
    bare = [known for known in lines if not known.value.trial_balance_account]
    return c.TiePage(
        anchor=f"tie-{place}",
        title=_("Books beneath worksheet {place}", place=place),
        rows=tuple(_row(known, exhibits) for known in lines),
        sums=tuple(_sums(facts, sheet, place)),
        untied=_n(
            "{count} of the {lines} lines names no account of the trial balance.",
            "{count} of the {lines} lines name no account of the trial balance.",
            len(bare),
            lines=len(lines),
        )
        if bare
        else "",
        exhibits=tuple(_books(facts, exhibits)),
    )


def _lines(facts: Facts, sheet: Worksheet) -> list[Line]:
    """The lines of the good first, then those of parts made for it."""
    used = counted(sheet)
    inputs = {ref.ref for ref in sheet.inputs}
    costs = [known for ref, known in facts.particulars.costs.items() if ref in used]
    costs.sort(key=lambda known: (known.value.part != sheet.good.part, known.value.part, known.seq, known.line or 0))
    return [*costs, *(known for ref, known in facts.particulars.pools.items() if ref in inputs)]


def _row(known: Line, exhibits: Exhibits) -> c.AccountRow:
    it = known.value
    of = f"{it.part}: " if isinstance(it, CostLine) else ""
    return c.AccountRow(
        account=it.account,
        description=joined("", (of, quoted(it.description))),
        element=recorded(it.element.value),
        heading="" if it.exclusion is Exclusion.NONE else recorded(it.exclusion.value),
        amount=it.amount,
        currency=it.currency,
        figures=recorded(it.figures.value),
        trial_balance=it.trial_balance_account or _("none named"),
        position=known.ref,
        exhibits=exhibits.behind_refs((known.ref,)),
    )


def _sums(facts: Facts, sheet: Worksheet, place: int) -> Iterator[tuple[str, str]]:
    """Sums of the good's own lines beside the cells of the worksheet that came about from them."""
    used = counted(sheet)
    own = [
        known.value
        for ref, known in facts.particulars.costs.items()
        if ref in used and known.value.part == sheet.good.part and known.value.currency == sheet.currency
    ]
    cells = {cell.id: cell.value for cell in sheet.cells}
    left_out = [line for line in own if line.exclusion is not Exclusion.NONE]
    for label, cell, lines in (
        (_("Lines of {part}, all", part=sheet.good.part), "total_cost", own),
        (_("Lines of {part} under a heading that net cost leaves out", part=sheet.good.part), "excluded", left_out),
    ):
        if own and cell in cells:
            yield label, _beside(lines, cells[cell], sheet.currency, place)


def _beside(lines: Sequence[CostLine], recorded: Decimal, currency: str, place: int) -> str:
    total = sum((line.amount for line in lines), Decimal(0))
    said = {"total": money(total), "recorded": money(recorded), "currency": currency, "place": place}
    if total == recorded:
        return _("{total} {currency}; worksheet {place} has {recorded}: they agree", **said)
    return _(
        "{total} {currency}; worksheet {place} has {recorded}: they differ by what the worksheet adds or takes off",
        **said,
    )


def _books(facts: Facts, exhibits: Exhibits) -> Iterator[c.Link]:
    for exhibit in facts.exhibits:
        if any(words in exhibit.title.lower() for words in _BOOKS):
            link = exhibits.link(exhibits.number(exhibit.receipt.seq))
            yield c.Link(f"{link.text}, {exhibit.title}", link.to)
