"""The rows of a worksheet: figures as cells, findings flattened, materials with their support."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from evidence.core.statements.base import unchecked
from evidence.core.statements.cost import CostElement
from evidence.core.values import decimal_to_text
from evidence.origin import cost_rows
from evidence.origin.bill import Line
from evidence.origin.citations import citation
from evidence.origin.costs import CostSheet
from evidence.origin.counted import Counting
from evidence.origin.money import tidy
from evidence.origin.tested import Tested, counted_by_line
from evidence.origin.ties import NOT_TIED, Tie
from evidence.origin.worksheet import Cell, FindingRow, LawRef, MaterialRow, Outcome, ShiftTest, Status, Support
from evidence.rules.core_parts import CorePart, Way
from evidence.rules.exact import exactly, percent_up
from evidence.rules.finding import Finding
from evidence.rules.parameters import Law
from evidence.rules.regional_value import percent
from evidence.rules.roll_up import RollUp


def finding_rows(limb: str, finding: Finding) -> Iterator[FindingRow]:
    """A finding and, after it, each finding that it combines."""
    citations = tuple(
        LawRef(name="text", text="", source=text, first=None, last=None, checked=None, mark="")
        for text in finding.citations
    )
    yield FindingRow(
        limb=limb,
        test=finding.test,
        outcome=Outcome(finding.outcome.value),
        figure=finding.figure,
        bound=finding.bound,
        shown=finding.shown,
        reason=finding.reason,
        law=(*(_law(law) for law in finding.law), *citations),
        rests_on=tuple(dict.fromkeys(short(ref) for ref in finding.rests_on)),
    )
    for part in finding.parts:
        yield from finding_rows(limb, part)


def own_content(finding: Finding) -> Finding | None:
    """The comparison of a part's own content with its percentage, of the finding or among its parts."""
    if finding.bound is not None and finding.test.startswith(("core M", "core part", "regional value content")):
        return finding
    return next((found for part in finding.parts if (found := own_content(part)) is not None), None)


def short(ref: str) -> str:
    """A material by its number alone; entry references as they are."""
    return ref.split(" ", maxsplit=1)[0] if ref.startswith("M") else ref


def _law(law: Law) -> LawRef:
    return LawRef(
        name=law.name,
        text=f"{law.comparator} {law.amount} {law.unit}" + (f" ({law.condition})" if law.condition else ""),
        source=law.source,
        first=law.first,
        last=law.last,
        checked=law.checked,
        mark=law.confidence,
    )


@dataclass(frozen=True, slots=True)
class Fallen:
    """The net cost of a good once stated net costs take the place of what was booked for materials (s.9(2)(a)).

    `lines` has, by line of the bill, how far the stated net cost is under the value of what one unit of the good has.
    """

    net_cost: Decimal | None
    rests_on: tuple[str, ...]
    lines: dict[str, Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, net_cost: Decimal | None, rolled: RollUp | None, *itself: str) -> "Fallen":
        """`net_cost` with what the materials rest on whose net cost is stated, and the good `itself` where its is."""
        below = [each for each in rolled.contributions if each.less] if rolled is not None else []
        refs = [ref for each in below for ref in each.material.rests_on]
        lines: dict[str, Decimal] = {}
        with exactly():
            for each in below:
                lines[each.key] = lines.get(each.key, Decimal(0)) + each.less
        return cls(net_cost, tuple(dict.fromkeys([*refs, *itself])), lines)


@dataclass
class Cells:
    """The figures of a worksheet in the order in which a person adds them up."""

    currency: str
    found: list[Cell] = field(default_factory=list)

    def add(
        self, id_: str, label: str, value: Decimal | None, formula: str, rests_on: Iterable[str], unit: str = ""
    ) -> None:
        """One figure; nothing where it is not known, since a cell holds a figure and a finding says what is missing."""
        if value is None:
            return
        row = {
            "id": id_,
            "label": label,
            "value": tidy(value),
            "unit": unit or self.currency,
            "formula": formula,
            "rests_on": tuple(dict.fromkeys(rests_on)),
            "citation": citation(id_),
        }
        self.found += unchecked(Cell, (row,))

    def of_sheet(
        self, sheet: CostSheet, tie: Tie, lines: Iterable[Line], prefix: str, of: str, fallen: Fallen | None = None
    ) -> None:
        """The booked costs of one good, what stated net costs take off them, and the tie of its bill to them."""
        if sheet.units is not None:
            self.add(
                f"{prefix}units", f"Units made{of}", sheet.units, "sum of monthly volumes", sheet.volume_refs, "units"
            )
        if sheet.known is None:
            return
        for element in CostElement:
            label = f"Booked {element.value} cost{of}"
            refs = sheet.element_refs.get(element, ())
            said = "sum of cost lines" if refs else "none booked"
            self.add(f"{prefix}cost.{element.value}", label, sheet.elements[element], said, refs)
        parts = tuple(f"{prefix}cost.{element.value}" for element in CostElement)
        parts = (*parts, *cost_rows.total_cells(self.add, sheet, prefix, of))
        self.add(f"{prefix}total_cost", f"Total cost{of}", sheet.total_cost, " + ".join(parts), parts)
        headings = []
        for heading, amount in sheet.excluded.items():
            headings.append(f"{prefix}excluded.{heading.name.lower()}")
            refs = sheet.excluded_refs.get(heading, ())
            said = "sum of cost lines under the heading" if refs else "none booked"
            self.add(headings[-1], f"Excluded: {heading.value}{of}", amount, said, refs)
        headings += cost_rows.excluded_cells(self.add, sheet, prefix, of)
        excluded = sheet.known.excluded.total
        self.add(f"{prefix}excluded", f"Excluded costs{of}", excluded, " + ".join(headings), headings)
        names, net_cost = [f"{prefix}total_cost", f"{prefix}excluded"], sheet.net_cost
        if fallen is not None and net_cost is not None and fallen.net_cost not in (None, net_cost):
            self._accumulated(sheet, fallen, prefix, of)
            names.append(f"{prefix}accumulated")
            net_cost = fallen.net_cost
        self.add(f"{prefix}net_cost", f"Net cost{of}", net_cost, " - ".join(names), names)
        label = f"Booked material cost, not excluded{of}"
        said, refs = cost_rows.material(self.add, sheet, prefix, of)
        self.add(f"{prefix}tie.booked", label, tie.booked, said, refs)
        ids = tuple(line.id for line in lines if line.nature not in NOT_TIED)
        formula = f"sum of unit value x quantity of each line x {prefix}units"
        self.add(f"{prefix}tie.bill", f"Material value by the bill{of}", tie.by_bill, formula, (*ids, f"{prefix}units"))
        formula = f"{prefix}tie.booked - {prefix}tie.bill, if above zero; counted as non-originating"
        label = f"Shortfall of the bill against the books{of}"
        self.add(f"{prefix}tie.shortfall", label, tie.shortfall, formula, (f"{prefix}tie.booked", f"{prefix}tie.bill"))

    def _accumulated(self, sheet: CostSheet, fallen: Fallen, prefix: str, of: str) -> None:
        """What stated net costs take off the booked one: line by line, or by the one that the good's maker states."""
        if sheet.net_cost is None or fallen.net_cost is None or sheet.units is None:
            return
        with exactly():
            by = sheet.net_cost - fallen.net_cost
            below = sum(fallen.lines.values(), Decimal(0)) * sheet.units
        own = f"{prefix}accumulated"
        if by == below:
            rests = []
            for key, amount in fallen.lines.items():
                rests.append(f"{own}.{short(key)}")
                label = f"Value above the net cost stated for {key}, in one unit{of}"
                said = "value - net cost that its producer states, or what does not originate in it where that is more"
                self.add(rests[-1], label, amount, said, (short(key), *fallen.rests_on))
            formula = f"({' + '.join(rests)}) x {prefix}units"
            rests.append(f"{prefix}units")
        else:
            rests = [f"{prefix}total_cost", f"{prefix}excluded", f"{own}.stated"]
            label, said = f"Net cost that the maker states, all units made{of}", "net cost stated for one unit x units"
            self.add(rests[-1], label, fallen.net_cost, said, fallen.rests_on)
            formula = " - ".join(rests)
        label = f"Booked for materials above the net cost that their producers state{of}"
        self.add(own, label, by, formula, rests)

    def of_content(
        self, vnm: Decimal | None, units: Decimal | None, lines: Iterable[str], prefix: str, of: str
    ) -> None:
        """What counts as non-originating, for one unit and for all units made."""
        if vnm is None:
            return
        formula = "sum of what counts as non-originating of each line" + (
            f", and {prefix}tie.shortfall for one unit" if units is not None else ""
        )
        self.add(f"{prefix}vnm.unit", f"Value of non-originating materials in one unit{of}", vnm, formula, lines)
        if units is not None:
            with exactly():
                total = vnm * units
            of_cells = (f"{prefix}vnm.unit", f"{prefix}units")
            label = f"Value of non-originating materials{of}"
            self.add(f"{prefix}vnm", label, total, f"{prefix}vnm.unit x {prefix}units", of_cells)

    def of_core(self, tested: Tested) -> None:
        """What the column 2 components of a core part come to, and its content by each individual way."""
        part, col2, of = tested.part, tested.col2, f" of {tested.line.key}"
        if part is None or col2 is None:
            return
        prefix = f"{tested.line.id}."
        ids = tuple(each.key.split(" ")[0] for each in col2.lines if each.non_originating)
        label = f"Non-originating column 2 components in one unit{of}"
        formula = "sum of the whole value of each non-originating column 2 component"
        self.add(f"{prefix}col2.unit", label, col2.non_originating, formula, ids)
        if part.net_cost is None:
            return
        formula, rests = f"{prefix}col2.unit x {prefix}units", (f"{prefix}col2.unit", f"{prefix}units")
        self.add(f"{prefix}col2", f"Non-originating column 2 components{of}", part.vnm_col2, formula, rests)
        for way, name in ((Way.EACH_ALL, "vnm"), (Way.EACH_COLUMN_2, "col2")):
            counted = part.non_originating(way)
            if counted is not None and part.net_cost > 0:
                formula = f"({prefix}net_cost - {prefix}{name}) / {prefix}net_cost x 100, cut after four decimals"
                label = f"Content by {way.value}{of}"
                cells = (f"{prefix}net_cost", f"{prefix}{name}")
                self.add(f"{prefix}content.{name}", label, percent(part.net_cost, counted), formula, cells, "%")

    def of_super_core(self, parts: Iterable[CorePart], way: Way, finding: Finding) -> None:
        """The sums of a super-core: each part's figures for the units that one vehicle has of it."""
        if finding.figure is None or len(finding.inputs) != 2:
            return
        name = "col2" if way.column_2 else "vnm"
        prefix = f"super_core.{name}"
        numbers = [part.key.split(" ")[0] for part in parts]
        many = finding.test.rpartition("figures of ")[2] if "figures of " in finding.test else "one vehicle"
        rests = tuple(f"{each}.{what}" for each in numbers for what in ("net_cost", name))
        formula = f"sum over the core parts of figure / units x quantity in a vehicle, for {many}"
        for (label, value), cell in zip(finding.inputs, ("net_cost", "counted"), strict=True):
            self.add(f"{prefix}.{cell}", f"Super-core by {way.value}: {label}", value, formula, rests)
        formula = f"({prefix}.net_cost - {prefix}.counted) / {prefix}.net_cost x 100, cut after four decimals"
        cells = (f"{prefix}.net_cost", f"{prefix}.counted")
        self.add(f"{prefix}.content", f"Content by {way.value}", finding.figure, formula, cells, "%")

    def of_shift(self, test: ShiftTest, base: str = "total_cost") -> None:
        """What does not shift under one alternative, and its share of the cell `base`."""
        label = f"Materials that do not shift, {test.alternative.rpartition(', ')[2]}"
        formula = "sum of the values of what does not shift, for all units made"
        self.add(f"{test.id}.missed", label, test.missed, formula, test.rests_on)
        if test.missed is not None and test.base:
            share = percent_up(test.missed, test.base)
            of_cells = (f"{test.id}.missed", base)
            formula = f"{of_cells[0]} / {of_cells[1]} x 100, cut upwards after four decimals"
            whole = "total cost" if base == "total_cost" else "transaction value"
            self.add(f"{test.id}.share", f"{label}, share of {whole}", share, formula, of_cells, "%")


def with_shifts(
    found: Iterable[FindingRow], shifts: Iterable[ShiftTest], base: str = "total_cost"
) -> tuple[FindingRow, ...]:
    """The rows, those of de minimis naming the figures of the alternative that they stand under."""
    tests = {test.alternative: test for test in shifts}
    current: ShiftTest | None = None
    said: list[FindingRow] = []
    for row in found:
        if row.test.startswith(("rule for ", "own product rule")):
            current = tests.get(row.test)
        figures: dict[str, tuple[str, ...]] = {}
        if current is not None and row.test.startswith("de minimis") and not row.rests_on:
            figures = {"rests_on": (f"{current.id}.missed", base, *current.rests_on)}
        said.append(row.model_copy(update=figures))
    return tuple(said)


def material_rows(
    lines: Iterable[Line], counting: Counting, rolled: RollUp, tested: dict[str, Tested]
) -> Iterator[MaterialRow]:
    """One row a line of the bill, with what of it counts in the good."""
    counted = counted_by_line(rolled)
    lines = tuple(lines)
    whole = {line.id: line for line in lines if (apart := counting.apart(line)) is not None and apart.whole}
    regional = _around(each.line for each in tested.values() if each.regional)
    tested_around = _around(each.line for each in tested.values())
    whole_around = _around(whole.values())
    within = {each.line.id: (each.counted, each.counted_column_2) for each in tested.values()}
    components = {id_: finding for each in tested.values() for id_, finding in each.components.items()}
    for line in lines:
        amount = counted.get(line.key, Decimal(0))
        if line.made_at is not None and line.children and line.id not in whole:
            amount = Decimal(0)
        row = _material_row(line, counting, amount, regional.get(line.id), tested.get(line.id))
        counts = whole_around.get(line.id)
        if counts is not None:
            row["reason"] += f" It is inside {counts.key}, which counts as a whole."
        if line.id in components:
            by_own_rule = components[line.id]
            said = "originates" if by_own_rule.met else f"does not originate: {by_own_rule.reason}"
            row["reason"] += f" As a column 2 component, by its own rule, it {said}."
        outer = tested_around.get(line.id)
        if outer is not None:
            by_all, by_column_2 = within[outer.id]
            own, listed = by_all.get(line.key, Decimal(0)), by_column_2.get(line.key)
            row["within"], row["counted_within"] = outer.id, own if own is None else tidy(own)
            row["counted_column_2"] = listed if listed is None else tidy(listed)
        yield from unchecked(MaterialRow, (row,))


def _around(outer: Iterable[Line]) -> dict[str, Line]:
    """The first of `outer` that a line is inside of, by the line's number."""
    found: dict[str, Line] = {}
    for each in outer:
        for below in each.all()[1:]:
            found.setdefault(below.id, each)
    return found


def _material_row(
    line: Line, counting: Counting, counted: Decimal | None, inside: Line | None, tested: Tested | None
) -> dict[str, Any]:
    """The fields of a line's row, as they are without the parts that it is inside of."""
    bill = line.bill.value
    unit = line.value.unit_value
    if line.made_at is None:
        bought = counting.bought(line)
        status, reason, support = bought.status, bought.reason, bought.support
        if unit is not None:
            reason = f"{reason} Value: {line.value.reason}."
    else:
        status, reason, support = _made(line, tested)
        apart = counting.apart(line)
        if apart is not None:
            support = apart.support
            status, reason = (apart.status, apart.reason) if apart.whole else (status, f"{reason} {apart.reason}")
    if inside is not None:
        reason += f" It is inside {inside.key}, which originates, so that nothing of it counts."
    if bill.scrap:
        reason += (
            f" Its quantity holds {decimal_to_text(bill.scrap)} {bill.unit} of planned scrap in each {bill.parent}."
        )
    refs = [line.bill.ref, *([line.item.ref] if line.item else []), *line.code.rests_on, *line.value.rests_on]
    refs += [ref for row in support for ref in row.rests_on]
    refs += counting.bought(line).rests_on if line.made_at is None else ()
    with exactly():
        value = None if unit is None else tidy(unit * line.quantity)
    return {
        "id": line.id,
        "level": line.level,
        "parent": line.parent,
        "part": bill.child,
        "revision": bill.child_revision,
        "description": line.item.value.description if line.item is not None else "no item on file",
        "hs_edition": line.code.edition,
        "code": line.code.code,
        "made_at": line.made_at,
        "quantity": tidy(line.quantity),
        "unit": bill.unit,
        "unit_value": unit,
        "value": value,
        "status": status,
        "counted": None if counted is None else tidy(counted),
        "reason": reason,
        "support": support,
        "rests_on": tuple(dict.fromkeys(refs)),
        "within": None,
        "counted_within": None,
        "counted_column_2": None,
    }


def _made(line: Line, tested: Tested | None) -> tuple[Status, str, tuple[Support, ...]]:
    if line.fault:
        return Status.UNDETERMINED, f"Not known what is inside: {line.fault}.", ()
    if tested is None:
        return Status.ROLLED_UP, f"Made at {line.made_at}: what is non-originating inside it counts.", ()
    content = own_content(tested.finding)
    decides = content is not None and content.outcome is tested.finding.outcome
    reason = content.reason if content is not None and decides else tested.finding.reason
    what = f"Made at {line.made_at}; tested by itself: {reason}."
    if tested.finding.met and not tested.regional:
        what += " It counts by its own materials: under the reading taken of core parts only I-ALL makes it regional."
    return (Status.ORIGINATING if tested.regional else Status.ROLLED_UP), what, ()
