"""The drawings of a worksheet: content against its threshold, and value by origin. Lengths for bars, display only."""

from decimal import ROUND_HALF_EVEN, Decimal

from evidence.origin.worksheet import MaterialRow, Status, Worksheet
from evidence.pack.contents.contents import Bar, OriginBar
from evidence.pack.words.language import _
from evidence.pack.words.shown import percent

_WHOLE = 1000
_HUNDRED = Decimal(100)
_NOTHING = Decimal(0)


def bar(label: str, content: Decimal, threshold: Decimal, *, met: bool) -> Bar:
    """A bar for two shares in percent; what lies outside 0 to 100 is drawn at the edge and printed as it is."""
    return Bar(
        label=label,
        content=content,
        threshold=threshold,
        content_at=_place(content),
        threshold_at=_place(threshold),
        met=met,
    )


def _place(percent: Decimal) -> int:
    length = (percent * _WHOLE / 100).quantize(Decimal(1), ROUND_HALF_EVEN)
    return int(min(max(length, Decimal(0)), Decimal(_WHOLE)))


def origin_bar(sheet: Worksheet, threshold: Decimal | None) -> OriginBar | None:
    """The value of one unit by origin; None where nothing is known of it.

    What counts as non-originating comes first, so that the mark of the threshold shows how far it may reach. Where the
    content is of nothing else, the materials alone are the whole, and no threshold is of them.
    """
    cells = {cell.id: cell.value for cell in sheet.cells}
    parts = _by_origin(sheet, cells)
    materials = sum((value for _name, _colour, value in parts), _NOTHING)
    title, whole = _whole(sheet, cells)
    if whole is None or whole < materials or "vnm.unit" not in cells:
        title, whole, threshold = _("Materials of one unit by origin"), materials, None
    elif whole > materials:
        parts.append((_("labour, overhead and all else"), "rest", whole - materials))
    if not whole:
        return None
    return OriginBar(
        title=title,
        unit=sheet.currency,
        segments=tuple(_segments([part for part in parts if part[2] > 0], whole)),
        bound_at=_place(_HUNDRED - threshold) if threshold is not None else None,
        bound=_("Non-originating value may reach {share} of it.", share=percent(_HUNDRED - threshold))
        if threshold is not None
        else "",
    )


def _whole(sheet: Worksheet, cells: dict[str, Decimal]) -> tuple[str, Decimal | None]:
    """What the content of the good is a share of, for one unit; nothing where it has none."""
    if "transaction value" in sheet.method and "tv.unit" in cells:
        return _("Transaction value of one unit by origin"), cells["tv.unit"]
    if "net_cost" in cells and cells.get("units"):
        return _("Net cost of one unit by origin"), cells["net_cost"] / cells["units"]
    return "", None


def _segments(parts: list[tuple[str, str, Decimal]], whole: Decimal) -> list[tuple[str, str, Decimal, int, int]]:
    """Each part from where the one before it ends, so that rounding leaves no crack."""
    drawn, reached = [], _NOTHING
    for name, colour, value in parts:
        start, reached = _place(reached * 100 / whole), reached + value
        drawn.append((name, colour, value, start, _place(reached * 100 / whole) - start))
    return drawn


def _by_origin(sheet: Worksheet, cells: dict[str, Decimal]) -> list[tuple[str, str, Decimal]]:
    """The lines that stand for the whole bill, each value split into what counts and what does not."""
    counted = dict.fromkeys(Status, _NOTHING)
    originating = _NOTHING
    for row in _standing(sheet):
        value, counts = row.value or _NOTHING, row.counted or _NOTHING
        counted[row.status] += counts
        originating += value - counts
    known = sum(counted.values(), _NOTHING)
    besides = max(cells.get("vnm.unit", known) - known, _NOTHING)
    undetermined = counted[Status.UNDETERMINED]
    return [
        (_("non-originating"), "against", known - undetermined),
        (_("undetermined, counted as non-originating"), "open", undetermined),
        (_("booked and in no bill, counted as non-originating"), "besides", besides),
        (_("originating materials"), "for", originating),
    ]


def _standing(sheet: Worksheet) -> list[MaterialRow]:
    """Every line that counts by itself and lies beneath none that does: their values together are the whole bill."""
    rows = {row.id: row for row in sheet.materials}

    def by_its_own(row: MaterialRow) -> bool:
        return row.status is Status.ROLLED_UP

    def reached(row: MaterialRow) -> bool:
        above = rows.get(row.parent or "")
        return above is None or (by_its_own(above) and reached(above))

    return [row for row in sheet.materials if not by_its_own(row) and reached(row)]
