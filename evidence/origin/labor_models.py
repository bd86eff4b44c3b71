"""The vehicles that labor value content is of: the one asked about, or every one of the category that is averaged.

19 CFR 182 App A s.18(6), (15)-(19); SOR/2020-155 the same. Over net cost, what is made at high wages must be of the
vehicles that the net cost is of. A figure that may be of another vehicle of the plant as well is therefore no figure of
this one, unless an election on file averages both: then the sum of what counts stands over the sum of their net costs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from evidence.core.statements.classification import ClassificationLine
from evidence.core.statements.labour import LabourInputLine
from evidence.core.statements.production import VolumeLine
from evidence.core.statements.programme import ProgrammeLine
from evidence.core.statements.use import UseClass, UseLine, VehicleClass
from evidence.errors import MalformedValue
from evidence.origin.averaging_elections import category
from evidence.origin.costs import CostFile, CostSheet
from evidence.origin.inputs import Inputs
from evidence.origin.labor_election import elected_average
from evidence.origin.loans import LoanFile
from evidence.origin.money import RateFile
from evidence.rules.averaging import Category
from evidence.rules.ruleset import RuleSet

_HEADINGS = ("8701", "8702", "8703", "8704", "8705", "8706")
_OF_ONE_PLANT = {
    Category.LINE_CLASS_PLANT: ("vehicle_class", "model_line"),
    Category.CLASS_PLANT: ("vehicle_class",),
}
"""The categories whose vehicles are all of the plant asked about, and what is the same of each of them."""
_WORDS = ("model line", "class", "plant", "country")
_IN_WORDS = {
    ("model line", "class", "plant"): Category.LINE_CLASS_PLANT,
    ("class", "plant"): Category.CLASS_PLANT,
    ("model line", "country"): Category.LINE_COUNTRY,
    ("class", "country"): Category.CLASS_COUNTRY,
}


@dataclass(frozen=True, slots=True)
class Model:
    """One good made at the plant that is a vehicle, or may be one as far as is recorded."""

    owner: str
    part: str
    programmes: frozenset[str]
    vehicle_class: VehicleClass | None
    model_line: str


class Models:
    """The vehicles of the plant asked about over the days asked about, and those that the content is of."""

    def __init__(self, inputs: Inputs, rates: RateFile, law: RuleSet, currency: str) -> None:
        self._inputs, self._rates, self._law, self._currency = inputs, rates, law, currency

    @cached_property
    def _volumes(self) -> list[VolumeLine]:
        return [fact.value for fact in (*self._inputs.volumes, *self._inputs.plant_volumes)]

    @cached_property
    def _uses(self) -> list[UseLine]:
        return [fact.value for fact in (*self._inputs.uses, *self._inputs.plant_uses)]

    @cached_property
    def _programmes(self) -> list[ProgrammeLine]:
        return [fact.value for fact in (*self._inputs.programmes, *self._inputs.plant_programmes)]

    @cached_property
    def asked(self) -> Model:
        """The vehicle asked about."""
        return self._model(self._inputs.question.owner, self._inputs.question.part)

    @cached_property
    def others(self) -> tuple[Model, ...]:
        """What else is made at the plant and is a vehicle, or may be one; nothing that is inside the one asked about.

        A vehicle without any volume is among them unless its programmes are all of other plants: none on file is not
        none made.
        """
        inputs, asked = self._inputs, self._inputs.question
        inside = {(fact.value.owner, fact.value.child) for fact in inputs.bills}
        volumes, uses = self._volumes, self._uses
        codes = [fact.value for fact in (*inputs.classifications, *inputs.plant_codes)]
        elsewhere = {line.programme for line in self._programmes} - {
            line.programme for line in self._programmes if line.plant == asked.plant
        }
        goods = {(use.owner, use.part) for use in uses if use.programme is None or use.programme not in elsewhere}
        goods -= {(line.owner, line.part) for line in volumes}
        goods |= {(line.owner, line.part) for line in volumes if line.plant == asked.plant and line.made > 0}
        return tuple(
            self._model(*good)
            for good in sorted(goods - inside - {(asked.owner, asked.part)})
            if may_be_vehicle(good, uses, codes, volumes)
        )

    @cached_property
    def _terms(self) -> tuple[Category | None, str]:
        """The category elected, and why the net cost of its vehicles cannot be told; None without an election."""
        try:
            found = elected_average(self._inputs)
        except MalformedValue:  # which is a finding of its own
            return None, ""
        if found is None:
            return None, ""
        said, basis = found.election.category or "", found.election.basis or ""
        elected = _category(said)
        if elected not in _OF_ONE_PLANT:
            wanted = "a (model line, class and plant) or b (class and plant)"
            return None, f"it is averaged over {said!r}, and net costs are added up here over category {wanted} alone"
        if not basis.startswith("all"):
            return None, f"it is averaged over {basis!r}, and the figures on file are of all vehicles"
        return elected, ""

    @property
    def lacking(self) -> str:
        """Why the net cost of the vehicles averaged cannot be told; empty where it can, or where none are."""
        elected, lacking = self._terms
        if elected is None or not self.others:
            return lacking
        for name in _OF_ONE_PLANT[elected]:
            open_ones = [each.part for each in (self.asked, *self.others) if not getattr(each, name)]
            if open_ones:
                words = name.replace("_", " ")
                return f"the {words} of {', '.join(open_ones)} is not on file, by which category {elected.value!r} goes"
        return ""

    @cached_property
    def covered(self) -> tuple[Model, ...]:
        """The vehicles that the content is of, the one asked about first."""
        elected, _ = self._terms
        if elected is None or self.lacking:
            return (self.asked,)
        alike = _OF_ONE_PLANT[elected]
        return (
            self.asked,
            *(each for each in self.others if all(getattr(each, name) == getattr(self.asked, name) for name in alike)),
        )

    @property
    def programmes(self) -> frozenset[str]:
        """The programmes of the vehicles that the content is of."""
        return frozenset().union(*(each.programmes for each in self.covered))

    def also_of(self, line: LabourInputLine) -> str:
        """Why a figure may be of a vehicle that the content is not of; empty where it is not.

        A material has to be one of the bill, and of no bill of another good: what is paid where it is made is then
        of this vehicle, wherever that is.
        """
        plant = self._inputs.question.plant
        if line.vehicle is not None:  # lines of vehicles that are not covered bear on nothing here
            return ""
        if aside := self._material_elsewhere(line):
            return aside
        outside = [each for each in self.others if each not in self.covered]
        if line.programme is not None and self.programmes:
            outside = [each for each in outside if not each.programmes or line.programme in each.programmes]
            said = f"it is of programme {line.programme}, of which {{0}}, made at {plant} too, may be"
        else:
            said = f"it names no programme, and {{0}} is made at {plant} too"
        return said.format(", ".join(each.part for each in outside)) if outside else ""

    def _material_elsewhere(self, line: LabourInputLine) -> str:
        """Why a material is none of this vehicle's, or not only; empty where it is, and where several are averaged."""
        if line.part is None or len(self.covered) > 1:
            return ""
        material = (line.owner, line.part)
        if material not in {(fact.value.owner, fact.value.child) for fact in self._inputs.bills}:
            return f"no bill of the vehicle names {line.part}"
        if line.programme is not None and self.programmes:
            return ""
        beside = [fact.value for fact in self._inputs.labor_bills if (fact.value.owner, fact.value.child) == material]
        parents = ", ".join(dict.fromkeys(each.parent for each in beside))
        return f"it names no programme, and {line.part} is built into {parents} too" if parents else ""

    def sheets(self) -> Iterator[tuple[Model, CostSheet]]:
        """The cost sheets of the other vehicles that are averaged with the one asked about."""
        inputs = self._inputs
        if len(self.covered) == 1:
            return
        beside = inputs.model_copy(
            update={"costs": (*inputs.costs, *inputs.plant_costs), "volumes": (*inputs.volumes, *inputs.plant_volumes)}
        )
        file = CostFile(beside, self._rates, LoanFile(beside, self._law, self._rates))
        for each in self.covered[1:]:
            yield each, file.sheet(each.owner, each.part, inputs.question.plant, self._currency)

    def _model(self, owner: str, part: str) -> Model:
        plant = self._inputs.question.plant
        uses = [use for use in self._uses if (use.owner, use.part, use.use) == (owner, part, UseClass.VEHICLE)]
        volumes = [line for line in self._volumes if (line.owner, line.part, line.plant) == (owner, part, plant)]
        named = frozenset(use.programme for use in uses if use.programme is not None)
        lines = [line.model_line for line in self._programmes if line.programme in named and line.plant == plant]
        lines += [volume.model_line for volume in volumes if volume.model_line]
        classes = [line.vehicle_class for line in volumes] + [use.vehicle_class for use in uses]
        classes = [each for each in classes if each is not None]
        return Model(owner, part, named, classes[-1] if classes else None, lines[-1] if lines else "")


def may_be_vehicle(
    good: tuple[str, str],
    uses: Iterable[UseLine],
    codes: Iterable[ClassificationLine],
    volumes: Iterable[VolumeLine],
) -> bool:
    """Whether a good is recorded as a vehicle in any way, or nothing at all is recorded on what it is.

    Args:
        good: owner and part number.
        uses, codes, volumes: what is on record of this and other goods.
    """
    said = {use.use for use in uses if (use.owner, use.part) == good}
    if said:
        return UseClass.VEHICLE in said
    own = [line.code for line in codes if (line.owner, line.part) == good]
    known = [line for line in volumes if (line.owner, line.part) == good]
    as_vehicle = any(line.vehicle_class or line.model_line for line in known)
    return as_vehicle or not own or any(code.replace(".", "").startswith(_HEADINGS) for code in own)


def _category(text: str) -> Category | None:
    """The category that an election names, by its letter, its full name or the words in it; None where by none."""
    try:
        return category(text)
    except MalformedValue:
        return _IN_WORDS.get(tuple(word for word in _WORDS if word in text.lower()))
