"""A worksheet as steps that a person follows with a calculator: each formula again with its figures in place of names.

Nothing is worked out here: the figures are those that the worksheet recorded, put where its formulas name them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evidence.core.values import decimal_to_text
from evidence.origin.worksheet import Cell, MaterialRow, Worksheet

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
_IN_ONE_UNIT, _COLUMN_2 = ".unit", "col2.unit"
_TIE, _SHIFT, _SUPER_CORE = "tie.bill", "shift.", "super_core."


@dataclass(frozen=True, slots=True)
class Step:
    """One figure of a worksheet. `figures` is empty where it is read off recorded entries, which `entries` then names.

    Attributes:
        figures: the formula with figures, as it is typed into a calculator; what follows a comma is said in words.
        entries: the ledger entries that the figure itself is read from.
    """

    id: str
    label: str
    value: Decimal
    unit: str
    formula: str
    figures: str
    citation: str
    entries: tuple[str, ...]


def steps(worksheet: Worksheet) -> tuple[Step, ...]:
    """Every figure in the order in which the worksheet adds them up."""
    found = _Figures(worksheet)
    return tuple(
        Step(
            id=cell.id,
            label=cell.label,
            value=cell.value,
            unit=cell.unit,
            formula=cell.formula,
            figures=found.of(cell),
            citation=cell.citation,
            entries=tuple(ref for ref in cell.rests_on if ref.startswith("#")),
        )
        for cell in worksheet.cells
    )


class _Figures:
    def __init__(self, worksheet: Worksheet) -> None:
        self._cells: Mapping[str, Cell] = {cell.id: cell for cell in worksheet.cells}
        self._materials: Mapping[str, MaterialRow] = {row.id: row for row in worksheet.materials}
        self._shifts = {test.id: test for test in worksheet.shifts}
        self._core = {part.rests_on[0]: part for part in worksheet.core_parts if part.rests_on}

    def of(self, cell: Cell) -> str:
        """The formula of `cell` with figures; empty where it names none."""
        if cell.id.endswith(_TIE):
            return self._tie(cell)
        if cell.id.endswith(_COLUMN_2):
            return _sum(row.counted_column_2 for row in self._rows(cell))
        if cell.id.endswith(f"vnm{_IN_ONE_UNIT}"):
            return self._vnm(cell)
        if cell.id.startswith(_SHIFT) and cell.id.endswith(".missed"):
            rows = self._shifts[cell.id.removesuffix(".missed")].rows
            return _sum(row.value for row in rows if row.material in cell.rests_on)
        if cell.id.startswith(_SUPER_CORE) and not cell.id.endswith(".content"):
            return self._super_core(cell)
        if cell.formula.startswith("sum of ") and any(name in self._cells for name in cell.rests_on):
            return _sum(self._cells[name].value for name in cell.rests_on if name in self._cells)
        return self._put(cell.formula) if _names(cell.formula) & self._cells.keys() else ""

    def _put(self, formula: str) -> str:
        """A formula with the figure of each cell that it names."""

        def figure(name: re.Match[str]) -> str:
            cell = self._cells.get(name[0])
            return name[0] if cell is None else _text(cell.value)

        return _NAME.sub(figure, formula)

    def _rows(self, cell: Cell) -> list[MaterialRow]:
        return [self._materials[name] for name in cell.rests_on if name in self._materials]

    def _tie(self, cell: Cell) -> str:
        """Unit value x quantity of the lines for one unit, times the units made."""
        prefix = cell.id.removesuffix(_TIE)
        outer = self._materials.get(prefix.rstrip("."))
        values = [row.value for row in self._rows(cell)]
        units = self._cells.get(f"{prefix}units")
        if units is None or any(value is None for value in values):
            return ""
        said = f"({_sum(values)}) x {_text(units.value)}"
        return said if outer is None or outer.quantity == 1 else f"{said} / {_text(outer.quantity)}"

    def _vnm(self, cell: Cell) -> str:
        """What counts of each line, in the good or within the part tested by itself, and the shortfall for one unit."""
        prefix = cell.id.removesuffix(f"vnm{_IN_ONE_UNIT}")
        rows = self._rows(cell)
        said = _sum(row.counted_within if prefix else row.counted for row in rows)
        short, units = self._cells.get(f"{prefix}tie.shortfall"), self._cells.get(f"{prefix}units")
        if short is not None and units is not None and short.value > 0:
            said += f" + {_text(short.value)} / {_text(units.value)}"
        return said

    def _super_core(self, cell: Cell) -> str:
        """Each core part's figure for the units that one vehicle has; of a bought one, as its maker states it."""
        terms, net = [], cell.id.endswith(".net_cost")
        for name in cell.rests_on:
            number = name.partition(".")[0]
            row, figure, units = self._materials.get(number), self._cells.get(name), self._cells.get(f"{number}.units")
            if row is None or name.endswith(".net_cost") is not net:
                continue
            stated = self._core.get(number)
            if figure is not None and units is not None:
                terms.append(f"{_text(figure.value)} / {_text(units.value)} x {_text(row.quantity)}")
            elif stated is not None and stated.net_cost is not None and stated.non_originating is not None:
                value = stated.net_cost if net else stated.non_originating
                terms.append(f"{_text(value)} x {_text(row.quantity)}")
            else:
                return ""
        return " + ".join(terms)


def _names(formula: str) -> set[str]:
    return set(_NAME.findall(formula))


def _sum(values: Iterable[Decimal | None]) -> str:
    """The values above zero as a sum; what is nothing is left out, so that nobody types it."""
    return " + ".join(_text(value) for value in values if value) or "0"


def _text(value: Decimal) -> str:
    said = decimal_to_text(value)
    return f"({said})" if value < 0 else said
