"""The figures of a worksheet as live formulas of its spreadsheet: from booked sums and material values to the content.

What a snapshot took from the records (booked costs, volumes, what counts of each material) stands as a number; what it
worked out from those calculates. A spreadsheet holds binary fractions: results agree to the cent, and a share is
rounded at nine decimals before it is cut at four.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evidence.origin.worksheet import Cell, MaterialRow, Status, Worksheet
from evidence.pack.spreadsheets.workbooks import criterion, in_formula
from evidence.pack.words.recorded import recorded

_SUMS = ("total_cost", "excluded")
_CENT = Decimal("0.01")
_MISSED = ("does not shift", "not told by its code")


@dataclass(frozen=True, slots=True)
class Place:
    """Where things stand in the workbook: rows from 1, columns by letter, sheets as they are named in formulas."""

    cells: Mapping[str, int]
    """The row of each cell on the sheet of figures."""
    materials: Mapping[str, int]
    """The row of each material on the sheet of materials."""
    shifts: int
    """The last row of the sheet of tariff changes."""
    materials_sheet: str
    shifts_sheet: str
    """How the two other sheets are called, in the language of the workbook."""

    FIGURES = "C"
    LEVEL, PARENT, QUANTITY, VALUE, COUNTED, WITHIN, COUNTED_WITHIN = "C", "D", "H", "K", "M", "N", "O"
    COLUMN_2 = "T"
    TEST, SHIFT_VALUE, SHIFT = "A", "F", "G"

    def cell(self, name: str) -> str:
        return f"{self.FIGURES}{self.cells[name]}"

    def material(self, name: str, column: str) -> str:
        return f"{in_formula(self.materials_sheet)}!{column}{self.materials[name]}"

    def column(self, column: str) -> str:
        return f"{in_formula(self.materials_sheet)}!{column}$2:{column}${len(self.materials) + 1}"

    def shift(self, column: str) -> str:
        return f"{in_formula(self.shifts_sheet)}!{column}$2:{column}${max(self.shifts, 2)}"


def formulas(sheet: Worksheet, place: Place) -> dict[str, str]:
    """A formula for each cell that is worked out from others; a cell without one is a recorded sum."""
    found = {cell.id: _formula(sheet, cell, place) for cell in sheet.cells}
    return {name: f"={formula}" for name, formula in found.items() if formula}


def _formula(sheet: Worksheet, cell: Cell, place: Place) -> str:
    if cell.id.startswith("shift."):
        return _shift(cell, place)
    part, _, name = cell.id.partition(".") if cell.id.startswith("M") else ("", "", cell.id)
    prefix = f"{part}." if part else ""
    if name in _SUMS:
        return "+".join(place.cell(each) for each in cell.rests_on if each in place.cells)
    if name == "net_cost":
        return "-".join(place.cell(each) for each in cell.rests_on)
    if name == "accumulated":
        return _accumulated(cell, place)
    if name == "tie.bill":
        return _bill(sheet, cell, place, part, prefix)
    if name == "tie.shortfall":
        return f"MAX({place.cell(f'{prefix}tie.booked')}-{place.cell(f'{prefix}tie.bill')},0)"
    if name == "vnm.unit":
        return _vnm(sheet, place, part, prefix)
    if name == "vnm":
        return f"{place.cell(f'{prefix}vnm.unit')}*{place.cell(f'{prefix}units')}"
    if name == "col2.unit":
        return _column_two(sheet, cell, place, part)
    if name == "col2":
        return f"{place.cell(f'{prefix}col2.unit')}*{place.cell(f'{prefix}units')}"
    if name == "content":
        return _content(place, "net_cost", "vnm")
    if name in ("content.vnm", "content.col2"):
        return _content(place, f"{prefix}net_cost", f"{prefix}{name.rpartition('.')[2]}")
    if name.startswith("super_core."):
        return _super_core(cell, place)
    return ""


def _content(place: Place, net_cost: str, counted: str) -> str:
    """A content in percent, cut after four decimals."""
    whole = place.cell(net_cost)
    return f"ROUNDDOWN(ROUND(({whole}-{place.cell(counted)})/{whole}*100,9),4)"


def _accumulated(cell: Cell, place: Place) -> str:
    """What stated net costs take off: of each line in one unit, for all units; or down to what the maker states."""
    *parts, last = cell.rests_on
    if last.endswith("units"):
        return f"({'+'.join(place.cell(each) for each in parts)})*{place.cell(last)}"
    return "-".join(place.cell(each) for each in cell.rests_on)


def _super_core(cell: Cell, place: Place) -> str:
    """A sum over the core parts of what each has in one vehicle, or the content that the sums come to.

    Nothing where a part's figures are those that its maker states, or where the snapshot took the figures of several
    vehicles, so that no division was left open.
    """
    way, _, name = cell.id.rpartition(".")
    if name == "content":
        return _content(place, f"{way}.net_cost", f"{way}.counted")
    if not cell.formula.endswith("one vehicle") or not all(each in place.cells for each in cell.rests_on):
        return ""
    wanted = "net_cost" if name == "net_cost" else way.rpartition(".")[2]
    terms = []
    for each in cell.rests_on:
        part, _, figure = each.partition(".")
        if figure == wanted:
            terms.append(f"{place.cell(each)}/{place.cell(f'{part}.units')}*{place.material(part, place.QUANTITY)}")
    return "+".join(terms)


def _bill(sheet: Worksheet, cell: Cell, place: Place, part: str, prefix: str) -> str:
    """The values of the lines directly beneath, per unit of the part, times units made."""
    named = {each for each in cell.rests_on if each in place.materials}
    beneath = {row.id for row in sheet.materials if row.parent == (part or None)}
    if named != beneath:
        total = "+".join(place.material(each, place.VALUE) for each in sorted(named)) or "0"
    elif part:
        total = f'SUMIFS({place.column(place.VALUE)},{place.column(place.PARENT)},"{part}")'
    else:
        total = f"SUMIFS({place.column(place.VALUE)},{place.column(place.LEVEL)},1)"
    of_one = f"/{place.material(part, place.QUANTITY)}" if part else ""
    return f"({total}){of_one}*{place.cell(f'{prefix}units')}"


def _vnm(sheet: Worksheet, place: Place, part: str, prefix: str) -> str:
    """What counts of each line, and the shortfall of each bill that is traced, for one unit."""
    counted = f"SUM({place.column(place.COUNTED)})"
    if part:
        counted = f'SUMIFS({place.column(place.COUNTED_WITHIN)},{place.column(place.WITHIN)},"{part}")'
    terms = [counted]
    if f"{prefix}tie.shortfall" in place.cells:
        terms.append(f"{place.cell(f'{prefix}tie.shortfall')}/{place.cell(f'{prefix}units')}")
    short = {cell.id.partition(".")[0] for cell in sheet.cells if cell.id.endswith(".tie.shortfall") and cell.value > 0}
    for row in _traced(sheet, part):
        if row.id in short:
            per_unit = f"{place.cell(f'{row.id}.tie.shortfall')}/{place.cell(f'{row.id}.units')}"
            of_one = f"/{place.material(part, place.QUANTITY)}" if part else ""
            terms.append(f"{per_unit}*{place.material(row.id, place.QUANTITY)}{of_one}")
    return "+".join(terms)


def _column_two(sheet: Worksheet, cell: Cell, place: Place, part: str) -> str:
    """What counts of each column 2 component for one unit of the part, and the shortfall of its bill.

    Nothing where these are not all that the snapshot counted, such as the shortfall of a bill further down.
    """
    recorded = {each.id: each.value for each in sheet.cells}
    short = Decimal(0)
    terms = [f'SUMIFS({place.column(place.COLUMN_2)},{place.column(place.WITHIN)},"{part}")']
    if recorded.get(f"{part}.tie.shortfall"):
        short = recorded[f"{part}.tie.shortfall"] / recorded[f"{part}.units"]
        terms.append(f"{place.cell(f'{part}.tie.shortfall')}/{place.cell(f'{part}.units')}")
    listed = sum((row.counted_column_2 or Decimal(0) for row in sheet.materials if row.within == part), Decimal(0))
    return "+".join(terms) if abs(listed + short - cell.value) < _CENT else ""


def _traced(sheet: Worksheet, part: str) -> Iterable[MaterialRow]:
    """The made lines beneath the part, or the good, that count by their own materials there."""
    rows = {row.id: row for row in sheet.materials}
    for row in sheet.materials:
        if row.made_at is None:
            continue
        above, at = [row], row.parent
        while at is not None and at != part:
            above.append(rows[at])
            at = rows[at].parent
        inside = at == part if part else at is None
        traced = (Status.ROLLED_UP, Status.ORIGINATING) if part else (Status.ROLLED_UP,)
        if inside and all(each.status in traced for each in above):
            yield row


def _shift(cell: Cell, place: Place) -> str:
    test, _, name = cell.id.rpartition(".")
    if name == "share":
        missed, total = place.cell(f"{test}.missed"), place.cell("total_cost")
        return f"ROUNDUP(ROUND({missed}/{total}*100,9),4)"
    values, tests, shifts = place.shift(place.SHIFT_VALUE), place.shift(place.TEST), place.shift(place.SHIFT)
    counted = [criterion(recorded(words)) for words in _MISSED]
    return "+".join(f'SUMIFS({values},{tests},"{test}",{shifts},{words})' for words in counted)
