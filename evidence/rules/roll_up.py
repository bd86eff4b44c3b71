"""VNM over a multi-level bill of materials: roll-up, tracing, intermediate materials and accumulation.

19 CFR 182 App A s.7(4)-(5), (21), s.8(1)-(12), s.9(2), s.14(1); the same of SOR/2020-155. A bought material that
originates counts as nothing (roll-up); one that does not, or whose origin is undetermined, counts with its value less
documented deductions; a self-produced one counts with what is non-originating inside it, unless it is designated and
originates. Missing counts against the claim: a self-produced material with no bill counts as if bought, and an
unknown value leaves VNM unknown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exactly
from evidence.rules.tariff_shift import TariffInput

MOST_LEVELS = 50


class Origin(StrEnum):
    """`undetermined` is valued as non-originating (s.8(2))."""

    ORIGINATING = "originating"
    NON_ORIGINATING = "non-originating"
    UNDETERMINED = "undetermined"


class Nature(StrEnum):
    """What a material is to the good (s.8(13)-(17))."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    SHIPPING_PACKING = "shipping packing"
    RETAIL_PACKAGING = "retail packaging"
    ACCESSORY = "accessory"


class AccumulationForm(StrEnum):
    """Which statement of s.9(2) the producer of the material gave."""

    NET_COST_AND_VNM = "9(2)(a)"
    AMOUNT_FREE_OF_VNM = "9(2)(b)"


@dataclass(frozen=True, slots=True)
class Accumulation:
    """A signed statement of the material's producer, per unit of the material.

    `figure` is the stated VNM under (a), the amount of net cost free of VNM under (b).
    """

    form: AccumulationForm
    figure: Decimal


@dataclass(frozen=True, slots=True)
class Material:
    """One line of a bill with all that is beneath it.

    Attributes:
        key: the caller's identifier of the line.
        quantity: units of it in one unit of its parent.
        unit_value: the value of one unit by s.8(1); None if not known.
        origin: as far as it is established for this good.
        self_produced: made by the producer of its parent.
        designated: designated as an intermediate material (s.8(6)).
        by_content: it qualified, or would qualify, through a regional value content; matters for the nesting limit.
        producer: who made it, in the caller's terms; matters for the nesting limit.
        deductions: documented deductions of s.8(2)-(3), per unit.
        accumulation: a statement under s.9(2), for a bought material.
        code: its tariff code in the edition of the rules, for the tariff shift; None if not known.
        kinds: what it is recorded to be, for the tariff shift (`TariffInput.kinds`).
        rests_on: identifiers of what its figures and origin came from.
        inside: of a bought material of Table F or G for a good of s.20, the VNM of one unit as its producer states it,
            where it is to be traced (s.20(4)); None counts its value.
        inputs: the non-originating inputs that its producer states for the tariff shift (`TariffInput.inputs`).
        less: where its figures are those that its producer states, how far the net cost stated for one unit, with the
            costs of s.8(2)(a)-(c) besides, is under its value: the user's net cost falls by it (s.9(2)(a)).
    """

    key: str
    quantity: Decimal
    unit_value: Decimal | None
    origin: Origin
    self_produced: bool = False
    designated: bool = False
    by_content: bool = False
    producer: str = ""
    nature: Nature = Nature.DIRECT
    deductions: Decimal = Decimal(0)
    accumulation: Accumulation | None = None
    code: str | None = None
    kinds: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    children: tuple["Material", ...] = ()
    inside: Decimal | None = None
    inputs: tuple[TariffInput, ...] | None = None
    less: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        amount(f"quantity of {self.key}", self.quantity)
        amount(f"deductions of {self.key}", self.deductions)
        amount(f"what net cost falls by for {self.key}", self.less)
        if self.accumulation is not None:
            amount(f"accumulation statement of {self.key}", self.accumulation.figure)
        if self.inside is not None:
            amount(f"value of non-originating materials in {self.key}", self.inside)
        if self.unit_value is None:
            return
        amount(f"value of {self.key}", self.unit_value)
        if self.deductions > self.unit_value:
            wanted = f"at most its value, {self.unit_value}"
            raise MalformedValue(f"deductions of {self.key}", str(self.deductions), wanted)


class Treatment(StrEnum):
    """How a line was counted, for the material schedule."""

    ROLLED_UP = "originating: nothing counts (s.7(4))"
    INTERMEDIATE = "designated intermediate material that originates: nothing counts (s.8(6)-(8))"
    TRACED = "self-produced: what is non-originating inside it counts (s.7(5)(a))"
    COUNTED = "non-originating: its value counts (s.8(1)-(2))"
    COUNTED_UNDETERMINED = "origin undetermined: its value counts (s.8(2))"
    COUNTED_WITHOUT_BILL = "self-produced without a bill of its own: its value counts"
    ACCUMULATED = "accumulated: the VNM that its producer states counts (s.9(2))"
    LISTED = "of Table F or G: what is non-originating inside it counts (s.20(4))"
    INDIRECT = "indirect material: originates (s.8(13))"
    IGNORED = "packing for shipment: ignored (s.8(14))"


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one line adds to VNM, per unit of the good.

    Attributes:
        path: keys from the good downwards, the line's own last.
        quantity: units in one unit of the good.
        value: their value, before deductions; None if not known.
        non_originating: what counts in VNM by this line itself; of a traced line nothing, since its own lines count;
            None where it counts and is not known.
        treatment: how it was counted, and by which text.
        material: the line itself.
    """

    path: tuple[str, ...]
    quantity: Decimal
    value: Decimal | None
    non_originating: Decimal | None
    treatment: Treatment
    material: Material

    @property
    def key(self) -> str:
        return self.material.key

    @property
    def level(self) -> int:
        return len(self.path)

    @property
    def less(self) -> Decimal:
        """What the net cost of one unit of the good falls by for it (s.9(2)(a))."""
        stated = self.treatment in {Treatment.ACCUMULATED, Treatment.TRACED}
        return self.material.less * self.quantity if stated else Decimal(0)


@dataclass(frozen=True, slots=True)
class RollUp:
    """VNM of one unit of the good; None where a value that counts is not known.

    `contributions` are in the order of the bill, each parent before its children; lines beneath one that counts as a
    whole are not among them. `unknown` are the keys of the lines whose value counts and is not known.
    `less` is what net costs stated by producers of materials take off the net cost of one unit (s.9(2)(a)).
    """

    non_originating: Decimal | None
    contributions: tuple[Contribution, ...]
    unknown: tuple[str, ...]
    less: Decimal = Decimal(0)


def roll_up(materials: Iterable[Material]) -> RollUp:
    """VNM of a good from the materials of its bill, exactly.

    Raises:
        MalformedValue: the bill is deeper than 50 levels, or an accumulation statement exceeds the material's value.
    """
    with exactly():
        lines = tuple(_lines(tuple(materials), (), Decimal(1)))
        unknown = tuple(line.key for line in lines if line.non_originating is None)
        known = [line.non_originating for line in lines if line.non_originating is not None]
        total = None if unknown else sum(known, Decimal(0))
        less = sum((line.less for line in lines), Decimal(0))
    return RollUp(total, lines, unknown, less)


def _lines(materials: tuple[Material, ...], above: tuple[str, ...], units: Decimal) -> Iterator[Contribution]:
    if len(above) >= MOST_LEVELS:
        raise MalformedValue("bill of materials", "/".join(above[:3]) + "/…", f"at most {MOST_LEVELS} levels")
    for material in materials:
        path = (*above, material.key)
        quantity = units * material.quantity
        value = None if material.unit_value is None else material.unit_value * quantity
        treatment = _treatment(material)
        yield Contribution(path, quantity, value, _counted(material, treatment, quantity), treatment, material)
        if treatment is Treatment.TRACED:
            yield from _lines(material.children, path, quantity)


def decided(material: Material, units: Decimal) -> tuple[Treatment, Decimal, bool]:
    """How a line counts, what of one unit of it does, and whether that is known where a good has `units` of it."""
    treatment = _treatment(material)
    known = _counted(material, treatment, units) is not None
    one = _counted(material, treatment, Decimal(1)) if known else None
    return treatment, one or Decimal(0), known


def _treatment(material: Material) -> Treatment:
    originating = material.origin is Origin.ORIGINATING
    if material.nature is Nature.INDIRECT:
        return Treatment.INDIRECT
    if material.nature is Nature.SHIPPING_PACKING:
        return Treatment.IGNORED
    if material.self_produced:
        if material.designated and originating:
            return Treatment.INTERMEDIATE
        return Treatment.TRACED if material.children else Treatment.COUNTED_WITHOUT_BILL
    if originating:
        return Treatment.ROLLED_UP
    if material.accumulation is not None:
        return Treatment.ACCUMULATED
    if material.inside is not None:
        return Treatment.LISTED
    return Treatment.COUNTED_UNDETERMINED if material.origin is Origin.UNDETERMINED else Treatment.COUNTED


def _counted(material: Material, treatment: Treatment, quantity: Decimal) -> Decimal | None:
    if treatment is Treatment.ACCUMULATED and material.accumulation is not None:
        return _accumulated(material, material.accumulation, quantity)
    if treatment is Treatment.LISTED and material.inside is not None:
        whole = material.inside if material.unit_value is None else material.unit_value - material.deductions
        return min(material.inside, whole) * quantity
    if treatment in {Treatment.COUNTED, Treatment.COUNTED_UNDETERMINED, Treatment.COUNTED_WITHOUT_BILL}:
        if quantity == 0:
            return Decimal(0)
        return None if material.unit_value is None else (material.unit_value - material.deductions) * quantity
    return Decimal(0)


def _accumulated(material: Material, statement: Accumulation, quantity: Decimal) -> Decimal | None:
    if statement.form is AccumulationForm.NET_COST_AND_VNM:
        return statement.figure * quantity
    if material.unit_value is None:
        return None
    if statement.figure > material.unit_value:
        found = f"{statement.figure} of {material.unit_value}"
        raise MalformedValue(f"amount free of VNM stated for {material.key}", found, "at most the material's value")
    return (material.unit_value - statement.figure) * quantity


def tariff_inputs(contributions: Iterable[Contribution]) -> tuple[TariffInput, ...]:
    """The non-originating materials of a rolled-up bill as the tariff shift sees them.

    Retail packaging and accessories classified with the good are disregarded for the shift (s.8(14)-(17)), while they
    count in VNM. An accumulated material enters whole, with its inputs where its producer states them (s.9(7)(a)(ii)).
    """
    counted = {
        Treatment.COUNTED,
        Treatment.COUNTED_UNDETERMINED,
        Treatment.COUNTED_WITHOUT_BILL,
        Treatment.ACCUMULATED,
        Treatment.LISTED,
    }
    return tuple(
        TariffInput("/".join(line.path), line.material.code, line.value, line.material.kinds, line.material.inputs)
        for line in contributions
        if line.treatment in counted and line.material.nature is Nature.DIRECT
    )


@dataclass(frozen=True, slots=True)
class NestedDesignation:
    """A designation that s.8(9) forbids: the inner material may not be designated inside the outer one."""

    outer: str
    inner: str
    citation: str = "19 CFR 182 App A s.8(6)-(9), s.8(28) ex.4-6, s.9(6); SOR/2020-155 s.8, s.9(6)"


def nested_designations(
    materials: Iterable[Material], producer: str, accumulating: Iterable[str] = ()
) -> tuple[NestedDesignation, ...]:
    """Designated materials that qualified by content and hold another such one of the same producer.

    The limit is on nesting, not on number, and binds one producer: a supplier's own designations are out of its reach
    unless producer and supplier accumulate (s.9(6)).

    Args:
        materials: the materials of the good's bill.
        producer: the producer of the good.
        accumulating: the producers that count as one with him.
    """
    bound = {producer, *accumulating}
    found: list[NestedDesignation] = []

    def visit(nodes: Iterable[Material], outer: str | None) -> None:
        for node in nodes:
            limited = node.designated and node.by_content and node.producer in bound
            if limited and outer is not None:
                found.append(NestedDesignation(outer, node.key))
            visit(node.children, node.key if limited else outer)

    visit(materials, None)
    return tuple(found)
