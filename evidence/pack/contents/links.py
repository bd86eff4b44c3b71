"""From what a figure rests on to the place in the report that shows it: a cell, a material, an exhibit, an entry."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from evidence.origin.worksheet import InputRef, MaterialRow, Worksheet
from evidence.pack.contents.contents import Link
from evidence.pack.gathered.numbering import exhibit_number
from evidence.pack.words.language import _, _n
from evidence.pack.words.recorded import recorded

_LISTED = 6


class Exhibits:
    """The numbers of the exhibits, and which of them stand behind which entry, or line of one."""

    def __init__(self, numbers: Mapping[int, int], supports: Mapping[int, Iterable[str]]) -> None:
        self._numbers = dict(numbers)
        self._behind: dict[str, list[int]] = {}
        self._anywhere: dict[int, set[int]] = {}
        for receipt, refs in supports.items():
            for ref in refs:
                self._behind.setdefault(ref, []).append(self._numbers[receipt])
                self._anywhere.setdefault(entry_of(ref), set()).add(self._numbers[receipt])

    def number(self, receipt: int) -> int:
        """The number of the exhibit whose receipt is entry `receipt`."""
        return self._numbers[receipt]

    def behind(self, seq: int) -> tuple[Link, ...]:
        """The exhibits behind one entry as a whole."""
        return self._links(self._behind.get(f"#{seq}", ()))

    def behind_any(self, seq: int) -> tuple[Link, ...]:
        """The exhibits behind one entry or any line of it."""
        return self._links(self._anywhere.get(seq, ()))

    def behind_refs(self, refs: Iterable[str]) -> tuple[Link, ...]:
        """The exhibits behind each of `refs`: for a line, its own and those of its entry."""
        found: dict[int, None] = {}
        for ref in refs:
            for name in (ref, f"#{entry_of(ref)}"):
                found.update(dict.fromkeys(self._behind.get(name, ())))
        return self._links(found)

    def _links(self, numbers: Iterable[int]) -> tuple[Link, ...]:
        return tuple(self.link(number) for number in sorted(numbers))

    @staticmethod
    def link(number: int) -> Link:
        return Link(exhibit_number(number), f"exhibit-{exhibit_number(number)}")


def entry_of(ref: str) -> int:
    """The entry that ``#12`` or ``#12:345`` names."""
    return int(ref.removeprefix("#").partition(":")[0])


class WorksheetLinks:
    """Links within one worksheet, the `place`-th of the report."""

    def __init__(self, worksheet: Worksheet, place: int, exhibits: Exhibits) -> None:
        self._exhibits = exhibits
        self.place = place
        self.schedule = f"schedule-{place}"
        """Where most of its materials stand."""
        self._cells = {cell.id: f"cell-{place}-{index}" for index, cell in enumerate(worksheet.cells, 1)}
        self._labels = {cell.id: cell.label for cell in worksheet.cells}
        self._grounds = {cell.id: cell.rests_on for cell in worksheet.cells}
        self._own: dict[str, str] = {}
        for name, anchor in self._cells.items():
            self._own.setdefault(name.partition(".")[0], anchor)
        self._under: dict[str, tuple[bool, frozenset[str]]] = {}
        self._order = {row.id: index for index, row in enumerate(worksheet.materials)}
        ranked = sorted(worksheet.materials, key=_by_value)
        self.materials = {row.id: f"material-{place}-{index}" for index, row in enumerate(ranked, 1)}
        self.ranked = ranked

    def cell(self, name: str) -> str:
        """The anchor of a cell."""
        return self._cells[name]

    def figures_of(self, material: str) -> Link | None:
        """The first of a made part's own figures; None where it has none."""
        of = self._own.get(material)
        return Link(_("its figures"), of) if of is not None else None

    def input(self, seq: int) -> str:
        """The anchor of an entry in the list of recorded inputs."""
        return f"input-{self.place}-{seq}"

    def to(self, rests_on: Iterable[str]) -> tuple[Link, ...]:
        """Links for what a row rests on; lines of one entry, and many materials, are drawn together."""
        cells: list[Link] = []
        materials: list[Link] = []
        entries: dict[int, list[int]] = {}
        for name in dict.fromkeys(rests_on):
            if name in self._cells:
                cells.append(Link(lower_first(recorded(self._labels[name])), self._cells[name]))
            elif name in self.materials:
                materials.append(Link(name, self.materials[name]))
            elif name.startswith("#"):
                seq, _, line = name[1:].partition(":")
                entries.setdefault(int(seq), []).extend([int(line)] if line else [])
            else:
                cells.append(Link(name))
        if len(materials) > _LISTED:
            materials = [Link(self._numbers(materials), self.schedule)]
        return (*cells, *materials, *self._entries(entries))

    def beneath(self, name: str) -> tuple[Link, ...]:
        """The exhibits on which the cells beneath a cell rest, however deep; materials are one link."""
        materials, entries = self._beneath(name)
        behind = self._exhibits.behind_refs(sorted(entries))
        if len(behind) > _LISTED:
            behind = (Link(_("{count} exhibits", count=len(behind)), f"inputs-{self.place}"),)
        schedule = (Link(_("material schedule"), self.schedule),) if materials else ()
        return (*schedule, *behind) or (Link(_("recorded inputs"), f"inputs-{self.place}"),)

    def _beneath(self, name: str) -> tuple[bool, frozenset[str]]:
        """Whether materials lie beneath a cell, and the entries that do; worked out once for each cell."""
        if name not in self._under:
            self._under[name] = (False, frozenset())  # a figure that were its own ground would end here
            materials, entries = False, set[str]()
            for ref in self._grounds.get(name, ()):
                if ref in self._cells:
                    some, more = self._beneath(ref)
                    materials, entries = materials or some, entries | more
                elif ref in self.materials:
                    materials = True
                elif ref.startswith("#"):
                    entries.add(ref)
            self._under[name] = (materials, frozenset(entries))
        return self._under[name]

    def _numbers(self, materials: Sequence[Link]) -> str:
        """``M0004, M0031 to M0176 (147 materials)``: each number, runs of the bill drawn together."""
        ids = sorted((link.text for link in materials), key=lambda name: self._order[name])
        order = [self._order[name] for name in ids]
        names = {place: name for name, place in zip(ids, order, strict=True)}
        drawn = [
            names[run[0]] if len(run) == 1 else _("{first} to {last}", first=names[run[0]], last=names[run[-1]])
            for run in runs(order, lambda _: True)
        ]
        return _("{listed} ({count} materials)", listed=", ".join(drawn), count=len(ids))

    def _entries(self, entries: Mapping[int, Sequence[int]]) -> Iterable[Link]:
        return entry_links(entries, self.input, f"inputs-{self.place}", self._exhibits)


def entry_links(
    entries: Mapping[int, Sequence[int]], anchor: Callable[[int], str], everything: str, exhibits: Exhibits
) -> Iterable[Link]:
    """Links to ledger entries and the exhibits behind them; many entries are one link to `everything`.

    Args:
        entries: the lines used of each entry; none where it is used whole.
        anchor: where an entry stands in the report.
    """
    if len(entries) > _LISTED:
        used = sum(len(each) for each in entries.values())
        yield Link(_("{count} ledger entries, {lines} lines", count=len(entries), lines=used), everything)
        return
    for seq, lines in sorted(entries.items()):
        drawn = [
            str(run[0]) if len(run) == 1 else _("{first} to {last}", first=run[0], last=run[-1])
            for run in runs(sorted(lines), bool)
        ]
        where = {"position": f"#{seq}", "lines": ", ".join(drawn)}
        shown = _n("{position} line {lines}", "{position} lines {lines}", len(lines), **where) if drawn else f"#{seq}"
        yield Link(shown, anchor(seq))
        yield from exhibits.behind(seq)


def by_line(refs: Iterable[str]) -> dict[int, list[int]]:
    """The lines that references name of each entry; none of one that they name whole."""
    found: dict[int, list[int]] = {}
    for ref in dict.fromkeys(refs):
        seq, _, line = ref.removeprefix("#").partition(":")
        found.setdefault(int(seq), []).extend([int(line)] if line else [])
    return found


def lower_first(text: str) -> str:
    """A label within a sentence; one that quotes is left as it is."""
    return text[:1].lower() + text[1:] if type(text) is str else text


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


def runs(seqs: Iterable[int], alike: Callable[[int], object]) -> Iterator[list[int]]:
    """Positions drawn together where neighbours are alike and nothing lies between them: a span names all it spans."""
    numbered = enumerate(seqs)
    for _alike, group in groupby(numbered, key=lambda pair: (pair[1] - pair[0], alike(pair[1]))):
        yield [seq for _place, seq in group]


def span(seqs: Sequence[int]) -> str:
    """``#12`` or ``#12 to #40 (29)``."""
    if len(seqs) == 1:
        return f"#{seqs[0]}"
    return _("{first} to {last} ({count})", first=f"#{seqs[0]}", last=f"#{seqs[-1]}", count=len(seqs))
