"""The units of a part that go into the vehicles of one category: what an average of parts may be confined to.

19 CFR 182 App A s.16(10) with the categories of s.16(1); the same of SOR/2020-155. A part's recorded uses say into
which vehicle programme how many units went, and the programme which model line, class, plant and country those
vehicles are of. A use that tells one of them too little leaves the number of units open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from evidence.core.statements.programme import ProgrammeClass, ProgrammeLine
from evidence.core.statements.use import UseClass, UseLine
from evidence.origin.average_inputs import AverageInputs
from evidence.rules.averaging import ALIKE, Basis
from evidence.rules.exact import exactly

_CLASSES = {
    ProgrammeClass.PASSENGER_VEHICLE: "d",
    ProgrammeClass.LIGHT_TRUCK: "c",
    ProgrammeClass.HEAVY_TRUCK: "a",
}
"""Of each programme the class of motor vehicles (s.12) that its vehicles are of."""
_FITTED = (UseClass.OE_LIGHT, UseClass.OE_HEAVY)


@dataclass(frozen=True, slots=True)
class _Vehicles:
    """What the categories of s.16(1) tell vehicles apart by; empty where it is not recorded."""

    model_line: str
    vehicle_class: str
    plant: str
    country: str


class IntoVehicles:
    """The recorded uses of parts, asked about the category of the vehicles that one programme is of."""

    def __init__(self, inputs: AverageInputs) -> None:
        self._inputs, self._asked = inputs, inputs.question
        self._countries = {fact.value.site: fact.value.country for fact in inputs.sites}

    def counted(self, part: str, made: Decimal) -> tuple[Decimal | None, str]:
        """How many units of `part` went into vehicles of the category within the period, or why that is not known."""
        asked = self._asked
        mine = self._programme(asked.programme or "")
        if not mine:
            return None, f"no vehicle programme {asked.programme} is on record over {asked.period}"
        total = Decimal(0)
        for line in self._fitted(part):
            alike = self._alike(mine, line)
            if alike is None:
                into = line.programme or "no programme"
                return None, f"whether what goes into {into} is for a vehicle of the category is not recorded"
            if not alike or (asked.basis is Basis.BUYER and line.channel not in asked.aim):
                continue
            ends = line.applies_to is not None and line.applies_to in asked.period
            if line.quantity is None or line.applies_from not in asked.period or not ends:
                return None, f"how many went into {line.programme} within the period is not recorded"
            with exactly():
                total += line.quantity
        if total > made:
            return None, f"{total} units are recorded to have gone into such vehicles, and {made} were made"
        return total, ""

    def _fitted(self, part: str) -> Iterable[UseLine]:
        """The uses of a part as original equipment that meet the period."""
        asked = self._asked
        for fact in self._inputs.uses:
            line = fact.value
            ends = line.applies_to is None or asked.period_from <= line.applies_to
            if line.part == part and line.use in _FITTED and line.applies_from <= asked.period_to and ends:
                yield line

    def _alike(self, mine: set[_Vehicles], line: UseLine) -> bool | None:
        """Whether all or none of a use's vehicles are of the category; None where it is not known, or some are."""
        theirs = self._programme(line.programme or "")
        assert self._asked.vehicles is not None
        names = ALIKE[self._asked.vehicles]
        kinds = {tuple(getattr(each, name) for name in names) for each in mine}
        found = {tuple(getattr(each, name) for name in names) for each in theirs}
        if not found or any("" in kind for kind in found | kinds) or len(kinds) > 1:
            return None
        return True if found == kinds else False if not found & kinds else None

    def _programme(self, name: str) -> set[_Vehicles]:
        """The vehicles built under a programme within the period."""
        asked = self._asked
        lines = [
            fact.value
            for fact in self._inputs.programmes
            if fact.value.programme == name
            and fact.value.applies_from <= asked.period_to
            and (fact.value.applies_to is None or asked.period_from <= fact.value.applies_to)
        ]
        return {self._vehicles(line) for line in lines}

    def _vehicles(self, line: ProgrammeLine) -> _Vehicles:
        group = _CLASSES.get(line.programme_class, "")
        return _Vehicles(line.model_line, group, line.plant, self._countries.get(line.plant, ""))
