"""How each line of the bill counts: supported or not, rolled up or whole.

Worst case by default: one purchase without cover makes the whole material non-originating for the period. With the
election ``proration by purchases`` the uncovered share of the quantity counts, with ``actual lots`` and ``inventory
method`` what the stock's books say was issued.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from evidence.core.crosswalk.declared import tariff_inputs
from evidence.core.statements.declaration import SupplierDeclaration
from evidence.errors import MalformedValue
from evidence.origin.bill import Line
from evidence.origin.bought import (
    NATURES,
    NOT_ORIGINATING,
    Bought,
    Covered,
    by_pool,
    kinds,
    material_of,
    prorated,
    reason_of,
    status_of,
    worst_case,
)
from evidence.origin.choices import ACTUAL_LOTS, INVENTORY, PRORATION, Choices
from evidence.origin.codes import CodeFile
from evidence.origin.covered import CoverFile
from evidence.origin.inputs import Inputs
from evidence.origin.money import RateFile
from evidence.origin.nested import without_content
from evidence.origin.pools import PoolFile
from evidence.origin.recovered import RecoveredFile
from evidence.origin.support import Counts, Coverage, SupportFile
from evidence.origin.ties import shortfall, tie
from evidence.origin.worksheet import Status
from evidence.rules.accumulation import Form, Statement, for_tariff_change
from evidence.rules.finding import Finding
from evidence.rules.roll_up import Material, Origin, Treatment
from evidence.rules.roll_up import Nature as RuleNature
from evidence.rules.tariff_shift import TariffInput


class Counting:
    """Counts the lines of one bill."""

    def __init__(
        self,
        inputs: Inputs,
        support: SupportFile,
        rates: RateFile,
        currency: str,
        choices: Choices,
        *,
        listed: Callable[[Line], str] | None = None,
        codes: CodeFile | None = None,
        recovered: RecoveredFile | None = None,
    ) -> None:
        """`listed` gives the table, F or G, by which a line of a good of s.20 may be traced; `codes` reads the codes of
        inputs that suppliers state; `recovered` tells what a declaration that relies on s.4 is worth.
        """
        self._recovered = recovered
        self._listed = listed
        self._codes = codes
        self._support = support
        self._cover = CoverFile(inputs, support, rates, currency)
        self._choices = choices
        self._pools = PoolFile(inputs, rates, currency, self._cover.is_covered)
        self._bought: dict[str, Bought] = {}
        self._apart: dict[str, Bought | None] = {}

    def bought(self, line: Line) -> Bought:
        """How a bought line counts; worked out once."""
        if line.id not in self._bought:
            self._bought[line.id] = self._count(line)
        return self._bought[line.id]

    def apart(self, line: Line) -> Bought | None:
        """How a line made by another party than its user counts (s.9); None where it is bought or one party does both.

        With a statement of its producer it counts by its own materials; without, its whole booked cost counts, and
        where none is booked nothing tells what it is worth.
        """
        if line.made_at is None:
            return None
        if line.id not in self._apart:
            bill = line.bill.value
            coverage = self._support.of_made(bill.owner, bill.child, bill.child_revision, line.plant, line.made_at)
            self._apart[line.id] = None if coverage is None else self._count_apart(line, coverage)
        return self._apart[line.id]

    def _count_apart(self, line: Line, coverage: Coverage) -> Bought:
        booked = line.sheet.unit_cost if line.sheet is not None and not line.fault else None
        units = line.sheet.units if line.sheet is not None else None
        whole = coverage.counts is Counts.WHOLE
        declaration = coverage.declaration.value if coverage.declaration is not None else None
        refs = line.sheet.rests_on if line.sheet is not None else ()
        one = Covered(coverage, units or line.quantity, booked or Decimal(0), Decimal(0), declaration, (), refs)
        origin = Origin.NON_ORIGINATING if coverage.settled else Origin.UNDETERMINED
        counted = replace(material_of(line, line.per_parent, origin, None), unit_value=booked)
        status = Status.ROLLED_UP if not whole else status_of((one,))
        return Bought(status, coverage.reason, (one,), (self._cover.support_row([one]),), (counted,) if whole else ())

    def producer(self, plant: str) -> str:
        """Whose plant it is, under the number that is kept."""
        return self._support.party(plant)

    def materials(self, lines: Iterable[Line], tested: Mapping[str, Finding]) -> list[Material]:
        """The lines as the roll-up takes them; of the self-produced ones those count as a whole whose test is met."""
        found: list[Material] = []
        for line in lines:
            if line.made_at is None:
                found += self.bought(line).materials
                continue
            apart = self.apart(line)
            if apart is not None and apart.whole:
                found += apart.materials
                continue
            inside = [] if line.fault else self.materials(line.children, tested)
            if line.sheet is not None:
                inside += shortfall(line.key, tie(line.children, line.sheet))
            fallen = Decimal(0)
            if apart is not None:
                beyond, fallen = self._cover.of_made(line, apart.covered[0].coverage, inside)
                inside += beyond
            verdict = tested.get(line.id)
            originates = verdict is not None and verdict.met
            found.append(
                Material(
                    key=line.key,
                    quantity=line.per_parent,
                    unit_value=None if line.fault else line.value.unit_value,
                    origin=Origin.ORIGINATING if originates else Origin.UNDETERMINED,
                    self_produced=True,
                    designated=originates,
                    by_content=verdict is not None and not without_content(verdict),
                    producer=self.producer(line.made_at),
                    nature=NATURES[line.nature],
                    code=line.code.rule_code,
                    kinds=kinds(line),
                    children=() if line.fault else tuple(inside),
                    less=fallen,
                    rests_on=line.sheet.rests_on if line.sheet is not None and fallen else (),
                )
            )
        return found

    def _count(self, line: Line) -> Bought:
        nature = NATURES[line.nature]
        if nature in (RuleNature.INDIRECT, RuleNature.SHIPPING_PACKING):
            what = (
                "indirect material: originates (s.8(13))"
                if nature is RuleNature.INDIRECT
                else "packing for shipment: ignored"
            )
            one = material_of(line, line.per_parent, Origin.ORIGINATING, None)
            return Bought(Status.ORIGINATING, what, (), (), (one,))
        covered = self._within_law(line, self._cover.of_line(line))
        unit = line.value.unit_value
        if unit is None or not covered:
            one = material_of(line, line.per_parent, Origin.UNDETERMINED, None)
            return Bought(Status.UNDETERMINED, f"Value not known: {line.value.reason}.", covered, (), (one,))
        support = self._cover.support_rows(covered)
        several = self._choices.several_suppliers(line.bill.value.child)
        pooled = self._pools.of(line, lots=several == ACTUAL_LOTS) if several in (ACTUAL_LOTS, INVENTORY) else None
        if pooled is not None:
            return by_pool(line, pooled, covered, support)
        status = status_of(covered)
        inside = self._inside(line, covered)
        if inside is not None:
            reason = f"{reason_of(covered, 'worst case')} {Treatment.LISTED[0].upper()}{Treatment.LISTED[1:]}."
            one = replace(worst_case(line, unit, covered), inside=inside, inputs=self._inputs_of(covered))
            return Bought(status, reason, covered, support, (one,))
        if several == PRORATION and len({each.coverage.counts for each in covered}) > 1:
            return Bought(status, reason_of(covered, "by purchases"), covered, support, prorated(line, covered))
        one, stated = worst_case(line, unit, covered), self._inputs_of(covered)
        one = one if stated is None else replace(one, inputs=stated)
        how = "worst case"
        if several == ACTUAL_LOTS:
            how = f"{how}, since actual lots are elected and no lots of {line.bill.value.child} are on file"
        return Bought(status, reason_of(covered, how), covered, support, (one,))

    def _within_law(self, line: Line, covered: tuple[Covered, ...]) -> tuple[Covered, ...]:
        """The purchases, without the cover of declarations that rely on s.4 where that does not reach (`recovered`)."""
        if self._recovered is None:
            return covered
        found: list[Covered] = []
        for each in covered:
            nothing = each.coverage.counts is Counts.NOTHING
            why = self._recovered.shut(line, each.declaration) if nothing else ""
            shut = replace(each.coverage, counts=Counts.WHOLE, reason=why, failed="recovered material", open=True)
            found.append(replace(each, coverage=shut, counted=each.unit_price) if why else each)
        return tuple(found)

    def _inside(self, line: Line, covered: tuple[Covered, ...]) -> Decimal | None:
        """VNM in one unit of a listed material as its producer states it, the most of several; None where one does not.

        A statement of s.20(4) makes nothing originate: it says what is non-originating inside what does not.
        """
        whole = [each for each in covered if each.coverage.counts is Counts.WHOLE]
        if self._listed is None or not whole or not self._listed(line):
            return None
        figures = [
            self._cover.converted(each.declaration.non_originating_value, each.declaration)
            if each.declaration is not None and each.coverage.failed == NOT_ORIGINATING
            else None
            for each in whole
        ]
        known = [figure for figure in figures if figure is not None]
        stated = [each.counted for each in covered if each.coverage.counts is Counts.STATED]
        return max((*known, *stated)) if len(known) == len(whole) else None

    def _inputs_of(self, covered: tuple[Covered, ...]) -> tuple[TariffInput, ...] | None:
        """The non-originating inputs that producers state for a material (s.9(7)(a)(ii)); None where one that counts
        whole states none, or was not made in the region.
        """
        found: dict[tuple[str, str], TariffInput] = {}
        for each in covered:
            if each.coverage.counts is Counts.NOTHING:
                continue
            stated = [listed for fact in each.coverage.inputs if (listed := self._stated(fact.value)) is not None]
            if not stated or len(stated) < len(each.coverage.inputs):
                return None
            found |= {(one.key, one.code or ""): one for listed in stated for one in listed}
        return tuple(found.values()) or None

    def _stated(self, of: SupplierDeclaration) -> tuple[TariffInput, ...] | None:
        """The inputs that one statement gives a material for the tariff change; None where it does not hold."""
        try:
            listed = tariff_inputs(of)
        except MalformedValue:
            return None
        read = self._codes.read if self._codes is not None else None
        inputs = tuple(
            TariffInput(one.part, read(one.code, of.hs_edition).rule_code if read is not None else None, None)
            for one in listed
        )
        statement = Statement(
            Form.TARIFF_INPUTS, of.reference, inputs=inputs, wholly_in_region=of.country in self._support.region,
            giver_country=of.country or "", signed=of.signatory is not None and of.signed_on is not None,
        )  # fmt: skip
        return for_tariff_change(TariffInput(of.part, None, None), statement).inputs
