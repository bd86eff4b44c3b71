"""From what a figure rests on to the place in the report that shows it: a cell, a material, an exhibit, an entry."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from evidence.origin.worksheet import InputRef, MaterialRow, Worksheet
from evidence.pack.contents import Link
from evidence.pack.numbering import exhibit_number

_LISTED = 6


class Exhibits:
    """The numbers of the exhibits, and which of them stand behind which ledger entry."""

    def __init__(self, numbers: Mapping[int, int], supports: Mapping[int, Iterable[int]]) -> None:
        self._numbers = dict(numbers)
        self._behind: dict[int, list[int]] = {}
        for receipt, entries in supports.items():
            for entry in entries:
                self._behind.setdefault(entry, []).append(self._numbers[receipt])

    def number(self, receipt: int) -> int:
        """The number of the exhibit whose receipt is entry `receipt`."""
        return self._numbers[receipt]

    def behind(self, seq: int) -> tuple[Link, ...]:
        """The exhibits behind one entry."""
        return tuple(self.link(number) for number in sorted(self._behind.get(seq, ())))

    @staticmethod
    def link(number: int) -> Link:
        return Link(exhibit_number(number), f"exhibit-{exhibit_number(number)}")


class WorksheetLinks:
    """Links within one worksheet, the `place`-th of the report."""

    def __init__(self, worksheet: Worksheet, place: int, exhibits: Exhibits) -> None:
        self._exhibits = exhibits
        self.place = place
        self._cells = {cell.id: f"cell-{place}-{index}" for index, cell in enumerate(worksheet.cells, 1)}
        ranked = sorted(worksheet.materials, key=_by_value)
        self.materials = {row.id: f"material-{place}-{index}" for index, row in enumerate(ranked, 1)}
        self.ranked = ranked
        self._kinds = {ref.ref: ref for ref in worksheet.inputs}

    def cell(self, name: str) -> str:
        """The anchor of a cell."""
        return self._cells[name]

    def input(self, seq: int) -> str:
        """The anchor of an entry in the list of recorded inputs."""
        return f"input-{self.place}-{seq}"

    def to(self, rests_on: Iterable[str]) -> tuple[Link, ...]:
        """Links for what a row rests on; lines of one entry, and many materials, are drawn together."""
        cells: list[Link] = []
        materials: list[Link] = []
        entries: dict[int, int] = {}
        for name in dict.fromkeys(rests_on):
            if name in self._cells:
                cells.append(Link(name, self._cells[name]))
            elif name in self.materials:
                materials.append(Link(name, self.materials[name]))
            elif name.startswith("#"):
                seq, _, line = name[1:].partition(":")
                entries[int(seq)] = entries.get(int(seq), 0) + bool(line)
            else:
                cells.append(Link(name))
        if len(materials) > _LISTED:
            materials = [Link(f"{len(materials)} materials", f"schedule-{self.place}")]
        return (*cells, *materials, *self._entries(entries))

    def _entries(self, entries: Mapping[int, int]) -> Iterable[Link]:
        if len(entries) > _LISTED:
            lines = sum(entries.values())
            yield Link(f"{len(entries)} ledger entries, {lines} lines", f"inputs-{self.place}")
            return
        for seq, lines in sorted(entries.items()):
            shown = f"#{seq}" + (f" ({lines} lines)" if lines > 1 else "")
            yield Link(shown, self.input(seq))
            yield from self._exhibits.behind(seq)


def _by_value(row: MaterialRow) -> tuple[bool, Decimal, str]:
    """Unknown values first, since nothing bounds them; then the largest."""
    return row.value is not None, -(row.value or Decimal(0)), row.id


def by_entry(inputs: Iterable[InputRef]) -> dict[int, tuple[str, int]]:
    """The entries that inputs name, with their kind and how many of their lines are used."""
    found: dict[int, tuple[str, int]] = {}
    for ref in inputs:
        seq, _, line = ref.ref.removeprefix("#").partition(":")
        kind, lines = found.get(int(seq), (ref.kind, 0))
        found[int(seq)] = (kind, lines + bool(line))
    return dict(sorted(found.items()))
