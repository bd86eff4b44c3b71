"""The bill of materials in force over the whole of a period, level by level, each line with what values it.

Two revisions of one bill within the period leave the good without one answer: it is not determinable, and the reason is
to choose a shorter period. A bought line is valued by its purchases at the plant that uses it, a made line by its own
booked cost; a made line without booked cost of its own by its materials.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.base import Basis
from evidence.core.statements.bill import BillLine, MakeOrBuy
from evidence.core.statements.item import ItemLine, Nature
from evidence.core.statements.purchase import PurchaseLine
from evidence.core.values import Period
from evidence.errors import OriginError
from evidence.origin.codes import CodeFile, RecordedCode
from evidence.origin.costs import CostFile, CostSheet
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import RateFile, carried
from evidence.origin.paid import PaidFile, Value
from evidence.rules.exact import exactly
from evidence.rules.roll_up import MOST_LEVELS


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill with all beneath it.

    Attributes:
        id: its number on the worksheet, in the order of the bill.
        plant: the plant that uses it. made_at: the plant that makes it, None where it is bought.
        quantity: units in one unit of the good.
        fault: why what is inside a made line is not known.
        sheet: the booked cost of a made line, None where it has none of its own.
    """

    id: str
    level: int
    parent: str | None
    bill: Fact[BillLine]
    item: Fact[ItemLine] | None
    code: RecordedCode
    plant: str
    made_at: str | None
    quantity: Decimal
    value: Value
    children: tuple["Line", ...] = ()
    fault: str = ""
    sheet: CostSheet | None = None
    key: str = field(init=False, repr=False, compare=False)
    """How findings name it: its number and part number."""
    per_parent: Decimal = field(init=False, repr=False, compare=False)
    """How many of it one of its parent takes: what goes into it, and what is planned to be scrapped in making it.

    What is scrapped was used in the production too, so that it counts; its cost comes off what does not originate only
    where documents show it, less what the scrap is worth (19 CFR 182 App A s.8(2)(d)).
    """
    nature: Nature = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.id} {self.bill.value.child}")
        object.__setattr__(self, "per_parent", taken(self.bill.value))
        object.__setattr__(self, "nature", self.item.value.nature if self.item is not None else Nature.DIRECT)

    def all(self) -> "list[Line]":
        """The line and everything beneath it, in the order of the bill."""
        found = [self]
        for child in self.children:
            if child.children:
                found += child.all()
            else:
                found.append(child)
        return found


@dataclass(frozen=True, slots=True)
class Bill:
    """The exploded bill of the good; `fault` says why there is none."""

    revision: str | None
    lines: tuple[Line, ...]
    fault: str = ""

    def all(self) -> list[Line]:
        return [found for line in self.lines for found in line.all()]


@dataclass
class Explosion:
    """Reads the bill of the question from the inputs."""

    inputs: Inputs
    codes: CodeFile
    costs: CostFile
    rates: RateFile
    currency: str
    region: frozenset[str]
    _paid: PaidFile = field(init=False)
    _period: Period = field(init=False)
    _numbered: int = 0
    _bills: dict[tuple[str, str, str], list[Fact[BillLine]]] = field(default_factory=lambda: defaultdict(list))
    _items: dict[tuple[str, str, str], Fact[ItemLine]] = field(default_factory=dict)
    _purchases: dict[tuple[str, str, str, str], list[Fact[PurchaseLine]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        self._period = self.inputs.question.period
        self._paid = PaidFile(self.inputs, self.rates, self.currency, self.region)
        for bill in self.inputs.bills:
            self._bills[bill.value.owner, bill.value.parent, bill.value.plant].append(bill)
        for item in self.inputs.items:
            self._items[item.value.owner, item.value.part, item.value.revision] = item
        for purchase in self.inputs.purchases:
            line = purchase.value
            self._purchases[line.plant, line.owner, line.part, line.revision].append(purchase)

    def explode(self) -> Bill:
        """The whole bill of the good asked about."""
        asked = self.inputs.question
        found, fault = self._in_force(asked.owner, asked.part, asked.plant, None)
        lines = tuple(self._line(fact, 1, None, Decimal(1), asked.plant, (asked.part,)) for fact in found)
        return Bill(found[0].value.parent_revision if found else None, lines, fault)

    def item(self, owner: str, part: str, revision: str | None) -> Fact[ItemLine] | None:
        """The item on file: of that revision, or the last recorded where no revision is known."""
        if revision is not None:
            return self._items.get((owner, part, revision))
        found = [fact for (whose, number, _), fact in self._items.items() if (whose, number) == (owner, part)]
        return found[-1] if found else None

    def _in_force(self, owner: str, parent: str, plant: str, revision: str | None) -> tuple[list[Fact[BillLine]], str]:
        period = self.inputs.question.period
        meeting = [
            fact
            for fact in self._bills[owner, parent, plant]
            if fact.value.effective_from <= period.last
            and (fact.value.effective_to is None or period.first <= fact.value.effective_to)
            and revision in (None, fact.value.parent_revision)
        ]
        if not meeting:
            named = f"{parent} revision {revision}" if revision else parent
            return [], f"no bill of {named} at {plant} is in force over {period}"
        revisions = sorted({fact.value.parent_revision for fact in meeting})
        if len(revisions) > 1:
            return [], (
                f"{len(revisions)} revisions of the bill of {parent} at {plant} ({', '.join(revisions)}) are in force "
                f"within {period}; choose a shorter period"
            )
        for fact in meeting:
            ends = fact.value.effective_to
            if fact.value.effective_from > period.first or (ends is not None and ends < period.last):
                changes = fact.value.effective_from if fact.value.effective_from > period.first else ends
                return (
                    [],
                    f"the bill of {parent} at {plant} changes on {changes}, within {period}; choose a shorter period",
                )
        twice = _twice(meeting)
        return ([], f"the bill of {parent} at {plant} holds {twice}") if twice else (meeting, "")

    def _line(
        self, fact: Fact[BillLine], level: int, parent: str | None, units: Decimal, plant: str, above: tuple[str, ...]
    ) -> Line:
        if level > MOST_LEVELS:
            raise OriginError(
                f"The bill of {above[0]} is deeper than {MOST_LEVELS} levels at {fact.value.child}, entry {fact.ref}; "
                "correct the bill and load it again."
            )
        line = fact.value
        self._numbered += 1
        number = f"M{self._numbered:04d}"
        with exactly():
            quantity = units * taken(line)
        item = self._items.get((line.owner, line.child, line.child_revision))
        code = self.codes.of(line.owner, line.child)
        if line.make_or_buy is MakeOrBuy.BUY:
            value = self._bought(fact, plant)
            return Line(number, level, parent, fact, item, code, plant, None, quantity, value)
        made_at = line.made_at or plant
        if line.child in above:
            raise OriginError(
                f"The bill of {above[0]} holds {line.child} inside itself by entry {fact.ref}; "
                "correct the bill and load it again."
            )
        found, fault = self._in_force(line.owner, line.child, made_at, line.child_revision)
        path = (*above, line.child)
        children = tuple(self._line(each, level + 1, number, quantity, made_at, path) for each in found)
        sheet = self.costs.sheet(line.owner, line.child, made_at, self.currency)
        if sheet.known is None and not sheet.cost_refs:
            value = _by_materials(children, fault)
        else:
            value = Value(sheet.unit_cost, sheet.reason or "its own total cost (s.8(8))", rests_on=sheet.rests_on)
        booked = sheet if sheet.cost_refs else None
        return Line(number, level, parent, fact, item, code, plant, made_at, quantity, value, children, fault, booked)

    def _bought(self, fact: Fact[BillLine], plant: str) -> Value:
        line, asked, period = fact.value, self.inputs.question, self._period
        on_file = self._purchases[plant, line.owner, line.child, line.child_revision]
        chosen = [found for found in on_file if found.value.received_on in period]
        reason = f"weighted average of purchases received {asked.period_from} to {asked.period_to}"
        if not chosen:
            chosen = self._latest_earlier(on_file)
            if chosen:
                reason = (
                    f"no purchase received {asked.period_from} to {asked.period_to}: the latest earlier one of the "
                    f"fiscal year, received {chosen[0].value.received_on}"
                )
        if chosen:
            return self._paid.average(chosen, line, reason)
        if asked.basis is Basis.ESTIMATE and line.standard_value is not None:
            return self._standard(fact)
        return Value(
            None, f"no purchase of {line.child} revision {line.child_revision} at {plant} is on file for the period"
        )

    def _latest_earlier(self, on_file: list[Fact[PurchaseLine]]) -> list[Fact[PurchaseLine]]:
        """The purchases of the latest day before the period, if it is in the fiscal year in which the period begins."""
        begins = self._fiscal_year_start()
        first = self.inputs.question.period_from
        earlier = [found for found in on_file if begins is not None and begins.first <= found.value.received_on < first]
        latest = max((found.value.received_on for found in earlier), default=None)
        return [found for found in earlier if found.value.received_on == latest]

    def _fiscal_year_start(self) -> Period | None:
        """The fiscal year up to the period's first day, by the calendar of the plant's party or the owner."""
        asked = self.inputs.question
        parties = {site.value.party for site in self.inputs.sites if site.value.site == asked.plant} | {
            asked.owner,
            "self",
        }
        found = [fact for fact in self.inputs.calendars if fact.value.party in parties]
        if not found:
            return None
        first = asked.period_from
        month, day = (int(part) for part in found[-1].value.year_starts.split("-"))
        try:
            starts = [date(year, month, day) for year in (first.year, first.year - 1)]
        except ValueError:
            return None  # a day that not every year has begins no fiscal year
        return Period(next(start for start in starts if start <= first), first)

    def _standard(self, fact: Fact[BillLine]) -> Value:
        line = fact.value
        rate = self.rates.on(line.currency or self.currency, self.currency, self.inputs.question.period_from)
        if rate.rate is None or line.standard_value is None:
            return Value(None, rate.reason, rests_on=(fact.ref,))
        value = carried(Fraction(line.standard_value) * Fraction(rate.rate))
        return Value(
            value, "standard value of the bill; nothing is bought yet", (), (fact.ref, *rate.rests_on), standard=True
        )


def _twice(facts: Iterable[Fact[BillLine]]) -> str:
    """The first child that lines of one bill hold over days that overlap and differ; lines of the same days add up."""
    seen: dict[tuple[str, str], Fact[BillLine]] = {}
    for fact in facts:
        line = fact.value
        other = seen.setdefault((line.child, line.child_revision), fact)
        days = (line.effective_from, line.effective_to)
        if days != (other.value.effective_from, other.value.effective_to):
            return (
                f"{line.child} twice over days that overlap (entries {other.ref} and {fact.ref}); end the one before "
                "the other begins"
            )
    return ""


def taken(line: BillLine) -> Decimal:
    """How many of the child one of the parent takes: its quantity and its planned scrap."""
    if not line.scrap:
        return line.quantity
    with exactly():
        return line.quantity + line.scrap


def _by_materials(children: tuple[Line, ...], fault: str) -> Value:
    """A made line without booked cost of its own: its materials; what else it cost is booked with its parent."""
    if fault:
        return Value(None, fault)
    total = Fraction(0)
    for child in children:
        if child.value.unit_value is None:
            return Value(None, f"the value of {child.key} is not known")
        if child.nature not in (Nature.INDIRECT, Nature.PACKING):
            total += Fraction(child.value.unit_value) * Fraction(child.per_parent)
    return Value(carried(total), "its materials; its labour and overhead are booked with what it goes into")
