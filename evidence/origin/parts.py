"""The parts of a good that are tested by themselves, and its materials with those parts as they count.

Core parts by the ways elected, designated materials by their own rule; a core part counts as wholly regional under one
of two readings, and both are asked for (`rules.core_roll_up`).
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from evidence.core.statements.use import UseClass
from evidence.origin import rows, views
from evidence.origin.bill import Bill, Line
from evidence.origin.choices import Choices
from evidence.origin.core_averages import CoreAverages
from evidence.origin.core_limb import CoreResult, core_results
from evidence.origin.counted import Counting
from evidence.origin.money import RateFile
from evidence.origin.nested import LIMB, nesting
from evidence.origin.recovered import RecoveredFile
from evidence.origin.staged_parts import A1_PARTS, PartsOfStaged
from evidence.origin.tested import Tested, Testing
from evidence.rules import batteries
from evidence.rules.core_parts import Reading
from evidence.rules.core_roll_up import as_counted, turns_on_reading
from evidence.rules.finding import Finding
from evidence.rules.roll_up import Material
from evidence.rules.ruleset import RuleSet


@dataclass
class Parts:
    """The parts of one bill; each figure once, when it is first wanted.

    Attributes:
        use: what the parts are used for.
        light_vehicle: whether the good is a passenger vehicle or light truck, so that Table A.2 has core parts of it.
        cells: the reading of `cells-classification` that the bill stands under.
        averages: the averages of core parts on record.
        regime: alternative staging, where the vehicle stands under it.
        recovered: the recovered materials of the bill.
    """

    bill: Bill
    counting: Counting
    choices: Choices
    law: RuleSet
    days: tuple[date, ...]
    use: UseClass | None
    light_vehicle: bool
    rates: RateFile
    currency: str
    cells: str
    averages: CoreAverages | None = None
    regime: PartsOfStaged | None = None
    recovered: RecoveredFile | None = None

    @cached_property
    def made(self) -> dict[str, Tested]:
        """The self-produced ones by line number, a core part with its figures only."""
        found = Testing(
            self.bill, self.counting, self.choices, self.law, self.days, self.use, self.light_vehicle, self.cells,
            self.recovered,
        ).parts()  # fmt: skip
        if self.regime is None:
            return found
        return {id_: each if each.group else self.regime.designated(each) for id_, each in found.items()}

    @cached_property
    def core(self) -> tuple[CoreResult, ...]:
        if not self.light_vehicle:
            return ()
        found = core_results(
            self.bill, self.counting, self.made, self.choices, self.law, self.days, self.rates, self.currency,
            self.averages,
        )  # fmt: skip
        return found if self.regime is None else tuple(self.regime.counted(each) for each in found)

    @cached_property
    def reading(self) -> Reading:
        """The reading taken of core parts in the content of the vehicle."""
        return Reading(self.choices.reading(views.CORE_READING)) if self.light_vehicle else Reading.US

    @property
    def other_reading(self) -> Reading:
        return next(reading for reading in Reading if reading is not self.reading)

    @cached_property
    def tested(self) -> dict[str, Tested]:
        """The self-produced ones by line number, a core part as it counts under the reading taken."""
        return self.made | {
            result.line.id: replace(
                result.tested, finding=result.finding, regional=result.outcome.regional(self.reading)
            )
            for result in self.core
            if result.tested is not None
        }

    @cached_property
    def turns_on_reading(self) -> bool:
        """Whether a core part counts otherwise under the reading that is not taken."""
        return bool(turns_on_reading(result.outcome for result in self.core))

    def materials(self, reading: Reading) -> tuple[Material, ...]:
        """The good's materials with its core parts counted under `reading`."""
        return as_counted(self._materials, {result.line.key: result.outcome for result in self.core}, reading)

    @cached_property
    def _materials(self) -> tuple[Material, ...]:
        designated = {key: each.finding for key, each in self.made.items() if not each.group}
        return batteries.under_reading(self.counting.materials(self.bill.lines, designated), self.cells)

    def nesting(self) -> list[tuple[str, Finding]]:
        """The designations that the limit on intermediate materials or a rescission shuts out, as findings by name."""
        makers = [line.made_at for line in self.bill.all() if line.made_at is not None and not self._whole(line)]
        elections = {
            each.line.key: (fact.ref,)
            for each in self.made.values()
            if (fact := self.choices.designated(each.line.bill.value.child, each.line.made_at or "")) is not None
        }
        producers = [self.counting.producer(each) for each in makers]
        shut = [(LIMB, found) for found in self.choices.shut.values()]
        return [*nesting(self._materials, producers, elections), *shut]

    def by_regime(self) -> list[tuple[str, Finding]]:
        """The parts of Table A.1 that originate by the percentage of alternative staging, as findings by name."""
        if self.regime is None:
            return []
        found = [self.regime.finding(each) for each in self.made.values()]
        return [(A1_PARTS, each) for each in found if each is not None and each.met]

    def _whole(self, line: Line) -> bool:
        apart = self.counting.apart(line)
        return apart is not None and apart.whole

    def add_cells(self, cells: rows.Cells) -> None:
        """The sums of the super-core, where they are known."""
        figured = [result for result in self.core if result.ways]
        figures = [result.part for result in figured if result.part is not None]
        for way, finding in figured[0].ways.items() if figured else ():
            if way.of_all_parts:
                cells.of_super_core(figures, way, finding)
