"""Other vehicles and their parts, as recorded: which group of s.20, on which percentage, with which tracing.

The group is that of the vehicle programme on record; what its code and the programme's facts say must not contradict
it. 50 percent after a new plant or refit needs the producer's own election, since only he can say what is new
(19 CFR 182 App A s.20; SOR/2020-155 s.20).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from evidence.core.statements.programme import Powertrain, ProgrammeClass, ProgrammeLine, RoadUse
from evidence.core.statements.use import UseClass, UseLine
from evidence.errors import MalformedValue, RuleError
from evidence.origin import summary
from evidence.origin.bill import Line
from evidence.origin.choices import Choices
from evidence.origin.codes import RecordedCode
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.worksheet import Outcome, View
from evidence.rules import batteries
from evidence.rules.finding import Finding
from evidence.rules.other_vehicles import (
    ENGINE_SHIFT,
    Group,
    VehicleFacts,
    group,
    part_routes,
    tracing_table,
    vehicle_routes,
)
from evidence.rules.reduced_content import CITATION as REDUCED_CITATION
from evidence.rules.reduced_content import Novelty, new_plant, refit
from evidence.rules.routes import Route, is_engine_or_gear_box, routes
from evidence.rules.ruleset import RuleSet
from evidence.rules.tracing import READING, TRACED

NEW_PLANT, REFIT = "reduced content, new plant", "reduced content, refit"
NEW = ("new class", "new marque", "new size category and underbody")
_NONE = "not elected"
_GROUPS = {ProgrammeClass.OTHER_S20_2: Group.S20_2, ProgrammeClass.OTHER_S20_3: Group.S20_3}
_DIESEL = (Powertrain.DIESEL, Powertrain.HYBRID_DIESEL, Powertrain.PLUG_IN_DIESEL)
_OWN_RULE = "870310"
_EXCUSE = "de-minimis-content-scope"
_SPECIAL = (RoadUse.MOTORHOME, RoadUse.AMBULANCE)


def programme_of(inputs: Inputs, use: UseLine, *, at_plant: bool) -> tuple[Fact[ProgrammeLine], ...]:
    """The programmes on record under the name that a use gives, over the whole period; of a vehicle, at its plant."""
    asked = inputs.question
    return tuple(
        fact
        for fact in inputs.programmes
        if fact.value.programme == use.programme
        and (not at_plant or fact.value.plant == asked.plant)
        and fact.value.applies_from <= asked.period_from
        and (fact.value.applies_to is None or asked.period_to <= fact.value.applies_to)
    )


def is_other_vehicle(inputs: Inputs, use: UseLine) -> bool:
    """Whether a vehicle recorded without a class is one of s.20 by its programme, or one of 8703.10 by its code."""
    found = programme_of(inputs, use, at_plant=True)
    of_s20 = any(fact.value.programme_class in _GROUPS for fact in found)
    codes = [fact.value.code for fact in inputs.classifications if fact.value.part == use.part]
    return use.vehicle_class is None and (of_s20 or any(code.startswith(_OWN_RULE) for code in codes))


@dataclass
class OtherVehicle:
    """The good of a determination where it is an other vehicle, or a part for one."""

    inputs: Inputs
    law: RuleSet
    choices: Choices
    code: RecordedCode
    use: UseLine
    days: tuple[date, ...]
    reading: str = ""
    """The reading of `other-vehicle-vnm` of a second view; empty for the one taken."""

    @classmethod
    def of(
        cls, inputs: Inputs, law: RuleSet, choices: Choices, code: RecordedCode, use: UseLine, days: tuple[date, ...],
        reading: str = "",
    ) -> "OtherVehicle | None":  # fmt: skip
        """None where the good is under the tables of passenger vehicles, trucks or the aftermarket."""
        vehicle = use.use is UseClass.VEHICLE and is_other_vehicle(inputs, use)
        if not vehicle and use.use is not UseClass.OTHER_VEHICLE:
            return None
        return cls(inputs, law, choices, code, use, days, reading)

    @property
    def is_vehicle(self) -> bool:
        """Whether the good is the vehicle itself."""
        return self.use.use is UseClass.VEHICLE

    @property
    def own_rule(self) -> bool:
        """Whether it is a vehicle of 8703.10, of which s.20 says nothing."""
        return self.is_vehicle and (self.code.rule_code or "").startswith(_OWN_RULE)

    @property
    def programmes(self) -> tuple[Fact[ProgrammeLine], ...]:
        """The programmes of the vehicle, or of the vehicles that the part goes into."""
        return programme_of(self.inputs, self.use, at_plant=self.is_vehicle)

    def vehicle_group(self) -> Group | None:
        """The group of the vehicle; of a part without a recorded programme None.

        Raises:
            RuleError: the programmes differ, or one contradicts the code of the vehicle or is of no group of s.20.
        """
        classes = {fact.value.programme_class for fact in self.programmes}
        if not classes:
            return None
        if len(classes) > 1 or not classes <= set(_GROUPS):
            found = ", ".join(sorted(classes))
            raise RuleError(
                f"Programme {self.use.programme} is recorded as {found}; wanted one of s.20(2) and s.20(3). Record one "
                "programme a group, or the use as original equipment of what it is."
            )
        recorded = _GROUPS[classes.pop()]
        if self.is_vehicle and self.code.rule_code is not None:
            self._not_contradicted(recorded)
        return recorded

    def _not_contradicted(self, recorded: Group) -> None:
        """Raises RuleError where the vehicle's code and facts make it one of another group."""
        for fact in self.programmes:
            line = fact.value
            facts = VehicleFacts(
                self.code.rule_code or "",
                persons=line.persons,
                diesel=None if line.powertrain is Powertrain.OTHER else line.powertrain in _DIESEL,
                off_road=line.road_use is RoadUse.OFF_ROAD,
                special=True if line.road_use in _SPECIAL else None,
            )
            by_facts = group(self.law, facts, self.days[-1])
            if by_facts.group not in (None, recorded):
                raise RuleError(
                    f"Programme {line.programme} is recorded as {recorded.value}, and by its code and facts it is a "
                    f"{by_facts.group}: {by_facts.reason}. Correct whichever is wrong."
                )

    def open_routes(self) -> tuple[Route, ...]:
        """The routes open to the good.

        Raises:
            RuleError: none is, or what decides is not recorded or contradicts itself.
        """
        code, roles = self.code.rule_code or "", self.code.roles
        if self.own_rule:
            return routes(self.law, code, UseClass.VEHICLE, scopes=roles)
        found = self.vehicle_group()
        if not self.is_vehicle:
            taken = [(ENGINE_SHIFT, self.choices.reading(ENGINE_SHIFT))] if is_engine_or_gear_box(code) else []
            kinds = batteries.scopes(code, UseClass.OTHER_VEHICLE, roles)
            return part_routes(self.law, code, found, scopes=kinds, table_roles=roles, choices=taken)
        if found is None:
            raise RuleError(f"no programme of {self.inputs.question.part} is on record for the whole period")
        excuse = [(_EXCUSE, self.choices.reading(_EXCUSE))] if self.choices.elected(_EXCUSE) is not None else []
        return vehicle_routes(self.law, code, found, scopes=roles, reduced=self.reduced(found), choices=excuse)

    def reduced(self, found: Group) -> Finding | None:
        """Whether 50 percent is enough on every day of law; None where the producer elected neither case."""
        cases = [(name, self.choices.elected(name)) for name in (NEW_PLANT, REFIT)]
        tried = []
        for name, what in cases:
            if what is None:
                continue
            if what not in NEW:
                raise RuleError(f"{name} is elected with {what!r}; wanted one of {', '.join(NEW)}. Elect it again.")
            self.choices.open_to_producer(name, _NONE, (*NEW, _NONE), REDUCED_CITATION)
            tried += [self._case(name, what, found, fact) for fact in self.programmes]
        met = [finding for finding in tried if finding.met]
        return next(iter((*met, *tried)), None)

    def _case(self, name: str, what: str, found: Group, fact: Fact[ProgrammeLine]) -> Finding:
        line, size = fact.value, what == NEW[2]
        novelty = Novelty(what == NEW[0], what == NEW[1], size, size)
        first = line.prototype_on if name == NEW_PLANT else line.refit_on
        if first is None:
            raise RuleError(f"{name} is elected, and programme {line.programme} has no day of the first prototype")
        try:
            on_days = [
                new_plant(
                    self.law, found, first, new_building=True, new_machinery=True, novelty=novelty, day=day,
                    rests_on=(fact.ref,),
                )
                if name == NEW_PLANT
                else refit(
                    self.law, found, first, closed_from=line.closed_from, closed_to=line.closed_to, novelty=novelty,
                    day=day, rests_on=(fact.ref,),
                )
                for day in dict.fromkeys(self.days)
            ]  # fmt: skip
        except MalformedValue as wrong:
            raise RuleError(f"{name} is elected, and programme {line.programme} does not fit it: {wrong}") from wrong
        against = [finding for finding in on_days if not finding.met]
        return (against or on_days)[0]

    def lower(self) -> Finding | None:
        """The finding of an elected reduced percentage; None of a part, where none is elected, or it cannot be had."""
        try:
            found = self.vehicle_group() if self.is_vehicle and not self.own_rule else None
            return None if found is None else self.reduced(found)
        except RuleError:
            return None

    def traced(self) -> bool:
        """Whether listed materials may be traced: of a part always, of a vehicle under the reading taken."""
        if self.own_rule:
            return False
        return not self.is_vehicle or (self.reading or self.choices.reading(READING)) == TRACED

    def table(self, line: Line) -> str:
        """The table by which a line may be traced; empty for none, or where its code is not known."""
        if line.code.rule_code is None:
            return ""
        return tracing_table(self.law, line.code.rule_code, line.code.roles)

    def other_reading(self) -> str:
        """The name of the reading of s.20(4)-(5) that is not taken; empty for a part, which has only one."""
        if not self.is_vehicle or self.own_rule:
            return ""
        taken = self.choices.reading(READING)
        return next(option.name for option in self.law.choices[READING].options if option.name != taken)


def views(good: OtherVehicle, under_other: Callable[[str], Finding]) -> Iterator[View]:
    """The product rule under the reading of s.20(4)-(5) that is not taken, and a reduced percentage that is elected and
    does not hold.

    Args:
        under_other: the product rule worked out anew under a reading.
    """
    other = good.other_reading()
    if other:
        option = good.law.choice(READING, other)
        title = good.law.choices[READING].title
        yield summary.view(title, other, under_other(other), f"{option.source} [{option.confidence}]")
    lower = good.lower()
    if lower is not None and not lower.met:
        outcome = Outcome(lower.outcome.value)
        yield View(
            name=lower.test, option="elected", outcome=outcome, shown=f"does not hold: {lower.reason}",
            citation=REDUCED_CITATION,
        )  # fmt: skip


def programmes_wanted(uses: Iterable[UseLine]) -> frozenset[str]:
    """The names of the programmes that a determination of an other vehicle or of its part looks at."""
    other = (UseClass.VEHICLE, UseClass.OTHER_VEHICLE)
    return frozenset(use.programme for use in uses if use.programme and use.use in other)
