"""What every sheet of formulas refers to: the question, the copied files, and the sheets worked out so far."""

from dataclasses import dataclass, field
from datetime import date

from openpyxl import Workbook

from workbook.law import FIGURES, REGION
from workbook.sheets import Row, Table


@dataclass(frozen=True, slots=True)
class Good:
    """One good, the plant that makes it, and the days and currency of its books."""

    part: str
    plant: str
    first: date
    last: date
    currency: str
    use: str
    """``passenger vehicle``, ``heavy truck`` or ``Table B``."""

    @property
    def is_vehicle(self) -> bool:
        return self.use != "Table B"


@dataclass
class Frame:
    """A workbook being made. `rows` are those of a file that bear on the good, `data` their sheets, `calc` formulas."""

    book: Workbook
    good: Good
    rows: dict[str, list[Row]]
    data: dict[str, Table]
    calc: dict[str, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        good = self.good
        asked: tuple[tuple[str, object], ...] = (
            ("good", good.part),
            ("plant", good.plant),
            ("first day", good.first),
            ("last day", good.last),
            ("currency", good.currency),
            ("first month", good.first.isoformat()[:7]),
            ("last month", good.last.isoformat()[:7]),
        )
        question = Table(self.book, "question", ("what", "asked"), len(asked))
        for each in asked:
            question.add(each)
        self._cells = {name: question.at("asked", row) for row, (name, _) in enumerate(asked, start=1)}
        law = Table(self.book, "law", ("figure", "amount", "text"), len(FIGURES))
        for name, amount, text in FIGURES:
            law.add((name, amount, text))
        self._law = {name: law.at("amount", row) for row, (name, *_) in enumerate(FIGURES, start=1)}

    def asked(self, name: str) -> str:
        """A cell of the question."""
        return self._cells[name]

    @property
    def first(self) -> str:
        return self._cells["first day"]

    @property
    def last(self) -> str:
        return self._cells["last day"]

    def law(self, name: str) -> str:
        """A figure of the regulations."""
        return self._law[name]

    def elected(self, election: str, choice: str, part: str) -> str:
        """How many elections choose this for a part."""
        file = self.data["election"]
        return (
            f'COUNTIFS({file.column("election")},"{election}",{file.column("choice")},"{choice}",'
            f"{file.column('part')},{part})"
        )

    def rate(self, currency: str, day: str) -> str:
        """What one unit of a currency was worth in the good's on a day: the rate used to record it (s.2(1))."""
        rates, into = self.data["exchange-rate"], self._cells["currency"]
        found = (
            f"SUMIFS({rates.column('rate')},{rates.column('currency')},{currency},{rates.column('into')},{into},"
            f"{rates.column('day')},{day})"
        )
        return f"IF({currency}={into},1,{found})"


def in_region(cell: str) -> str:
    """The test that a country is in the region."""
    return "OR(" + ",".join(f'{cell}="{country}"' for country in REGION) + ")"
