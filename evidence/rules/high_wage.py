"""High-wage materials and transport of labor value content: which count, each once.

19 CFR 182 App A s.12, s.18(3), (7)-(8), (20)-(21); SOR/2020-155 s.12, s.18. A material made in a qualifying plant
counts with its whole value, originating or not. One that is inside a counted material is in that value already; of the
two, whichever comes to more is counted (drawn from s.18(7)-(8), which let the producer gather in an order and stop).
One that is inside a part of which there is no line counts as nothing: that part may itself be inside a counted one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exact_sum, exactly
from evidence.rules.finding import Finding
from evidence.rules.roll_up import MOST_LEVELS
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.18(7)-(8), (20)-(21); SOR/2020-155 s.18(7)-(8), (20)-(21)"
TRANSPORT = "labor-transport"
"""The choice whether high-wage transport is part of the formulas."""


class Place(StrEnum):
    """Where a material stands in the order of s.18(7)."""

    SELF_PRODUCED = "self-produced"
    BOUGHT = "bought"
    WITHIN_SELF_PRODUCED = "inside a part used in an intermediate or self-produced part"
    WITHIN_BOUGHT = "inside another bought part"


_ORDER = tuple(Place)


@dataclass(frozen=True, slots=True)
class HighWageMaterial:
    """One line of a material; several lines of one material add up.

    Attributes:
        key: the caller's identifier of the line.
        material: the material, as `within` of another names it.
        value: its value by s.8 over the vehicles or the year; None where not known, and then it counts as nothing.
        wages: the finding that the plant that made it pays the rate and may be relied on.
        place: where it stands in the order.
        within: the material that it is inside, where it is named apart; None for none.
        freight_from_outside: of the value, freight from outside the region, which never counts.
        rests_on: identifiers of what this came from.
    """

    key: str
    material: str
    value: Decimal | None
    wages: Finding
    place: Place = Place.BOUGHT
    within: str | None = None
    freight_from_outside: Decimal = Decimal(0)
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        amount(f"freight from outside the region, {self.key}", self.freight_from_outside)
        if self.value is None:
            return
        amount(f"value of {self.key}", self.value)
        if self.freight_from_outside > self.value:
            raise MalformedValue(
                f"freight from outside the region, {self.key}",
                str(self.freight_from_outside),
                f"at most its value, {self.value}",
            )

    @property
    def known(self) -> Decimal:
        """Its value without freight from outside the region; nothing where it is not known."""
        with exactly():
            return Decimal(0) if self.value is None else self.value - self.freight_from_outside


@dataclass(frozen=True, slots=True)
class HighWageTransport:
    """Transport, logistics or handling of high-wage materials in the region (s.12, s.18(20)).

    Attributes:
        key: the caller's identifier.
        amount: what is attributed to the vehicles of costs that may be booked together; None where not known.
        wages: the finding that the provider pays the rate.
        in_material_value: whether it is in the value of a material already.
        in_region: whether it is transport within the region; freight from outside never counts.
        rests_on: identifiers of what this came from.
    """

    key: str
    amount: Decimal | None
    wages: Finding
    in_material_value: bool = False
    in_region: bool = True
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.amount is not None:
            amount(f"transport {self.key}", self.amount)


@dataclass(frozen=True, slots=True)
class Counted:
    """One line and what of it counts, with the reason; `within` where its value is counted as part of other lines."""

    key: str
    counted: Decimal
    reason: str
    within: bool = False


@dataclass(frozen=True, slots=True)
class HighWage:
    """What counts: the sums of materials (HWM, or APV of purchases) and transport, and each line."""

    materials: Decimal = Decimal(0)
    transport: Decimal = Decimal(0)
    lines: tuple[Counted, ...] = ()
    rests_on: tuple[str, ...] = ()


def gather(
    materials: Iterable[HighWageMaterial],
    transport: Iterable[HighWageTransport],
    law: RuleSet,
    reading: str | None = None,
) -> HighWage:
    """What counts of materials and transport, materials in the order of s.18(7); `reading` is of `labor-transport`.

    Raises:
        MalformedValue: one line twice, a material inside itself, or materials named inside another that come to more
            than the value of that one.
        RuleError: there is no such reading.
    """
    nest = _Nest(tuple(sorted(materials, key=lambda line: _ORDER.index(line.place))))
    lines = nest.counted()
    carried = tuple(_transport(line, law.choice(TRANSPORT, reading).name) for line in transport)
    keys = Counter(line.key for line in (*lines, *carried))
    if twice := next((key for key, count in keys.items() if count > 1), None):
        raise MalformedValue("high-wage lines", twice, "each line once")
    refs = [*nest.rests_on, *(ref for line in transport for ref in (*line.rests_on, *line.wages.rests_on))]
    with exactly():
        return HighWage(
            sum((line.counted for line in lines), Decimal(0)),
            sum((line.counted for line in carried), Decimal(0)),
            (*lines, *carried),
            tuple(dict.fromkeys(refs)),
        )


_Node = tuple[str, str | None]
"""A material, and what it is inside."""
_Aside = tuple[str, bool]
"""Why a material does not count, and whether it is because its value is counted in other lines."""


@dataclass
class _Nest:
    """Materials with those named inside them, and which of the two counts."""

    lines: tuple[HighWageMaterial, ...]
    own: dict[_Node, list[HighWageMaterial]] = field(default_factory=dict)
    inside: dict[_Node, list[_Node]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line in self.lines:
            self.own.setdefault((line.material, line.within), []).append(line)
        uses: dict[str, list[_Node]] = {}
        for node in self.own:
            uses.setdefault(node[0], []).append(node)
        for node in self.own:
            if node[1] is not None:
                self.inside.setdefault(self._outer(node[1], uses), []).append(node)
        for node in self.own:
            self._acyclic(node, ())
            self._contradiction(node)

    @property
    def rests_on(self) -> tuple[str, ...]:
        return tuple(ref for line in self.lines for ref in (*line.rests_on, *line.wages.rests_on))

    def counted(self) -> tuple[Counted, ...]:
        """Every line, in order, with what of it counts."""
        why_not: dict[_Node, _Aside] = {}
        for node in self.own:
            if node[1] is None:
                self._choose(node, why_not)
        for outer in self.inside:
            if outer not in self.own:
                self._set_aside(outer, (f"no line is of {outer[0]}, which may be inside a counted one", False), why_not)
        return tuple(self._line(line, why_not.get((line.material, line.within))) for line in self.lines)

    @staticmethod
    def _outer(name: str, uses: Mapping[str, list[_Node]]) -> _Node:
        """The part named `name`; one that no line is of stands for itself."""
        found = uses.get(name, [(name, None)])
        if len(found) > 1:
            places = ", ".join(sorted(within or "none" for _, within in found))
            raise MalformedValue(f"what {name} is inside", places, "one part, since another material is inside it")
        return found[0]

    def _choose(self, node: _Node, why_not: dict[_Node, _Aside]) -> None:
        """Note for each material under `node` why it does not count, where it does not."""
        children = self.inside.get(node, [])
        counts = self._qualifying(node)
        if counts and counts >= self._best_inside(node):
            self._set_aside(node, (f"it is inside {node[0]}, which is counted", True), why_not)
            return
        if counts:
            why_not[node] = ("the high-wage materials inside it come to more and are counted in its place", True)
        for child in children:
            self._choose(child, why_not)

    def _set_aside(self, node: _Node, reason: _Aside, why_not: dict[_Node, _Aside]) -> None:
        """Nothing inside `node` counts."""
        for child in self.inside.get(node, []):
            why_not[child] = reason
            self._set_aside(child, reason, why_not)

    def _qualifying(self, node: _Node) -> Decimal:
        return exact_sum(line.known for line in self.own.get(node, []) if line.wages.met)

    def _best_inside(self, node: _Node) -> Decimal:
        return exact_sum(self._best(child) for child in self.inside.get(node, []))

    def _best(self, node: _Node) -> Decimal:
        return max(self._qualifying(node), self._best_inside(node))

    def _acyclic(self, node: _Node, above: tuple[_Node, ...]) -> None:
        if node in above:
            found = " inside ".join(name for name, _ in (*above, node))
            raise MalformedValue("high-wage materials", found, "no material inside itself")
        if len(above) > MOST_LEVELS:
            raise MalformedValue("high-wage materials", f"{len(above)} inside one another", f"at most {MOST_LEVELS}")
        for child in self.inside.get(node, []):
            self._acyclic(child, (*above, node))

    def _contradiction(self, node: _Node) -> None:
        """Refuse materials named inside one that come to more than it does; an unknown value says nothing."""
        children = [line for child in self.inside.get(node, []) for line in self.own[child]]
        if not children or any(line.value is None for line in self.own[node]):
            return
        whole = exact_sum(line.known for line in self.own[node])
        named = exact_sum(line.known for line in children)
        if named > whole:
            raise MalformedValue(f"materials named inside {node[0]}", str(named), f"at most its own value, {whole}")

    @staticmethod
    def _line(line: HighWageMaterial, why_not: _Aside | None) -> Counted:
        if line.value is None:
            return Counted(line.key, Decimal(0), "its value is not known")
        if not line.wages.met:
            return Counted(line.key, Decimal(0), f"not shown to be made at the rate: {line.wages.reason}")
        if why_not is not None:
            reason, within = why_not
            return Counted(line.key, Decimal(0), reason, within)
        freight = f", less freight from outside the region of {line.freight_from_outside}"
        said = f"whole value{freight if line.freight_from_outside else ''}, {line.place.value}"
        return Counted(line.key, line.known, said)


def _transport(line: HighWageTransport, reading: str) -> Counted:
    if reading == "left-out":
        return Counted(line.key, Decimal(0), "the formulas are read as having no term for transport")
    if not line.in_region:
        return Counted(line.key, Decimal(0), "freight from outside the region never counts")
    if line.in_material_value:
        return Counted(line.key, Decimal(0), "it is in the value of a material already")
    if line.amount is None:
        return Counted(line.key, Decimal(0), "its amount is not known")
    if not line.wages.met:
        return Counted(line.key, Decimal(0), f"not shown to be carried at the rate: {line.wages.reason}")
    return Counted(line.key, line.amount, "transport within the region")
