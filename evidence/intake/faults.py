"""What is wrong with what came in: one line each, naming file, sheet, row, column, what was found, what was wanted."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_KEPT = 1000
"""Faults kept of one file. A wrong date format faults every row alike; past this many they are counted only."""

_LONGEST_FOUND = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one place. `row` and `column` are as the file's own program shows them."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    found: str
    wanted: str

    def place(self) -> str:
        """File, sheet, row and column in one phrase, as far as they are known."""
        parts = [self.file]
        parts += [f"sheet {self.sheet}"] if self.sheet is not None else []
        parts += [f"row {self.row}"] if self.row is not None else []
        parts += [f"column {self.column}"] if self.column is not None else []
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.place()}: found {self.found}, wanted {self.wanted}"


def shown(value: object) -> str:
    """Text from outside as a fault shows it: quoted, escaped, cut to a readable length."""
    if value is None or value == "":
        return "nothing"
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    if len(text) <= _LONGEST_FOUND:
        return text
    return f"{text[: _LONGEST_FOUND - 5]} ...{text[0]}"  # a text of that length begins with its quote


@dataclass(slots=True)
class Faults:
    """The faults of one file, collected while it is read; kept by sheet and row, and in one row as they were found."""

    file: str
    kept: list[Fault] = field(default_factory=list)
    count: int = 0
    _sheets: dict[str, int] = field(default_factory=dict, repr=False)

    def add(
        self, found: str, wanted: str, *, sheet: str | None = None, row: int | None = None, column: str | None = None
    ) -> None:
        """Add one; rows count from 1, and 0 is the one row of a form, which has no number."""
        self.count += 1
        fault = Fault(self.file, sheet, row or None, column, found, wanted)
        if len(self.kept) == MOST_KEPT:
            if self._place(fault) >= self._place(self.kept[-1]):
                return
            self.kept.pop()
        insort(self.kept, fault, key=self._place)

    def order(self, sheets: Iterable[str | None]) -> None:
        """Say in which order the sheets of the file stand; of others, those come first that had a fault first."""
        self._sheets = {}
        for sheet in sheets:
            self._rank(sheet)
        self.kept.sort(key=self._place)

    def _rank(self, sheet: str | None) -> int:
        return -1 if sheet is None else self._sheets.setdefault(sheet, len(self._sheets))

    def _place(self, fault: Fault) -> tuple[int, int]:
        return self._rank(fault.sheet), fault.row or 0

    def all(self) -> Iterable[Fault]:
        """The faults kept, and a last line for those that were only counted."""
        yield from self.kept
        if self.count > len(self.kept):
            rest = self.count - len(self.kept)
            yield Fault(self.file, None, None, None, f"{rest} faults more", "the faults above put right first")
