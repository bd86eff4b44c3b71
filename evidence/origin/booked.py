"""What the lines booked for one good come to: costs by element, excluded costs by heading, and what counts otherwise.

19 CFR 182 App A s.1(1), (6), s.7(13)(c), s.7(22) ex.8, Schedule V s.7; the same of SOR/2020-155. Gains in currency come
off total cost unless they are said to have nothing to do with production; losses come on only where they are said to
have. A payment under an intellectual property agreement is excluded by what it is for. The cost of an assist that the
maker of a material had free counts in the value of that material, and not beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.assist import AssistLine, AssistSpread
from evidence.core.statements.cost import CostElement, CostLine, CostNature, CostPoolLine, Exclusion
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import RateFile, tidy
from evidence.rules.allocation import PoolKind
from evidence.rules.carried import down
from evidence.rules.exact import exact_sum, exactly
from evidence.rules.material_value import assist_share
from evidence.rules.net_cost import place_assist, royalty_excluded

EXCHANGE = (CostNature.EXCHANGE_GAIN, CostNature.EXCHANGE_LOSS)
NOT_ALLOCABLE = {
    CostNature.UNRELATED_SERVICE: PoolKind.UNRELATED_SERVICE,
    CostNature.DISCONTINUED: PoolKind.DISCONTINUED,
    CostNature.ACCOUNTING_CHANGE: PoolKind.ACCOUNTING_CHANGE,
    CostNature.CAPITAL_ASSET: PoolKind.CAPITAL_ASSET,
}
"""What Schedule V s.7 does not let be allocated to a good."""


@dataclass(frozen=True, slots=True)
class Besides:
    """An amount on the books that counts otherwise than in its element: what it is, how much counts, and by which
    entries.
    """

    what: str
    booked: Decimal
    counted: Decimal
    rests_on: tuple[str, ...]
    unit: Decimal | None = None
    """Of an assist, what one unit of the good carries of it."""


@dataclass(slots=True)
class Booked:
    """The lines of one good, added up in one currency.

    Attributes:
        material: booked material cost without excluded lines.
        kept: payments under intellectual property agreements that are no excluded cost, whatever they are booked as.
        left_out: what may not be allocated to a good.
        gains_told: whether gains in currency are booked, be they nothing.
        assists: costs of assists, which count in the value of a material.
    """

    currency: str
    elements: dict[CostElement, Decimal] = field(default_factory=lambda: dict.fromkeys(CostElement, Decimal(0)))
    excluded: dict[Exclusion, Decimal] = field(
        default_factory=lambda: dict.fromkeys((each for each in Exclusion if each is not Exclusion.NONE), Decimal(0))
    )
    material: Decimal = Decimal(0)
    gains: Decimal = Decimal(0)
    losses: Decimal = Decimal(0)
    element_refs: dict[CostElement, tuple[str, ...]] = field(default_factory=dict)
    excluded_refs: dict[Exclusion, tuple[str, ...]] = field(default_factory=dict)
    material_refs: tuple[str, ...] = ()
    gain_refs: tuple[str, ...] = ()
    loss_refs: tuple[str, ...] = ()
    gains_told: bool = False
    kept: list[Besides] = field(default_factory=list)
    left_out: list[Besides] = field(default_factory=list)
    assists: list[Besides] = field(default_factory=list)
    rate_refs: list[str] = field(default_factory=list)
    reason: str = ""

    def add(self, fact: Fact[CostLine], rate: Decimal, rate_refs: tuple[str, ...], given: "AssistFile") -> None:
        """One line at the rate into the currency of the sheet."""
        line, mine = fact.value, (fact.ref, *rate_refs)
        self.rate_refs += rate_refs
        with exactly():
            amount = line.amount * rate
        if line.nature in EXCHANGE:
            self._exchange(line, amount, mine)
        elif line.nature in NOT_ALLOCABLE:
            self.left_out.append(Besides(f"{line.nature}, account {line.account}", amount, Decimal(0), mine))
        elif line.assist_reference is not None:
            self._assist(line, amount, mine, given)
        else:
            self._cost(line, amount, mine)

    def _cost(self, line: CostLine, amount: Decimal, mine: tuple[str, ...]) -> None:
        heading = heading_of(line)
        with exactly():
            self.elements[line.element] += amount
            self.element_refs[line.element] = (*self.element_refs.get(line.element, ()), *mine)
            if heading is not Exclusion.NONE:
                self.excluded[heading] += amount
                self.excluded_refs[heading] = (*self.excluded_refs.get(heading, ()), *mine)
            elif line.element is CostElement.MATERIAL:
                self.material += amount
                self.material_refs = (*self.material_refs, *mine)
        if line.paid_for is not None and heading is Exclusion.NONE:
            self.kept.append(Besides(f"{line.paid_for}, account {line.account}", amount, amount, mine))

    def _assist(self, line: CostLine, amount: Decimal, mine: tuple[str, ...], given: "AssistFile") -> None:
        if amount < 0:
            self.reason = self.reason or f"assist {line.assist_reference} is booked below zero (entry {mine[0]})"
        else:
            self.assists.append(given.placed(line, amount, mine, self.currency))

    def _exchange(self, line: CostLine, amount: Decimal, mine: tuple[str, ...]) -> None:
        self.gains_told = self.gains_told or line.nature is CostNature.EXCHANGE_GAIN
        if amount < 0:
            self.reason = self.reason or below_zero(line)
        elif not exchange_counts(line):
            what = f"{line.nature} not known to be related to production, account {line.account}"
            self.left_out.append(Besides(what, amount, Decimal(0), mine))
        elif line.nature is CostNature.EXCHANGE_GAIN:
            with exactly():
                self.gains += amount
            self.gain_refs = (*self.gain_refs, *mine)
        else:
            with exactly():
                self.losses += amount
            self.loss_refs = (*self.loss_refs, *mine)


def heading_of(line: CostLine | CostPoolLine) -> Exclusion:
    """The heading under which net cost leaves a line out: as booked, and a payment under an intellectual property
    agreement by what it is for (s.7(13)(c)).
    """
    if line.paid_for is None:
        return line.exclusion
    if royalty_excluded(line.paid_for, in_region=line.performed_in_region):
        return Exclusion.ROYALTIES if line.exclusion is Exclusion.NONE else line.exclusion
    return Exclusion.NONE if line.exclusion is Exclusion.ROYALTIES else line.exclusion


def exchange_counts(line: CostLine | CostPoolLine) -> bool:
    """Whether a gain or loss in currency changes total cost (s.1(6)); what is not known counts so that it hurts."""
    if line.nature is CostNature.EXCHANGE_GAIN:
        return line.production_related is not False
    return line.production_related is True


def below_zero(line: CostLine | CostPoolLine) -> str:
    """Why an amount below zero leaves cost unknown: a gain is booked as a gain, and not as a loss below zero."""
    return f"the {line.nature} of account {line.account} is below zero; book a gain as a gain and a loss as a loss"


class AssistFile:
    """The assists on file by their reference, with what the bills take of the materials that carry them."""

    def __init__(self, inputs: Inputs, rates: RateFile) -> None:
        self._rates, self._bills, self._period = rates, inputs.bills, inputs.question.period
        self._given: Mapping[str, list[Fact[AssistLine]]] = defaultdict(list)
        for fact in inputs.assists:
            self._given[fact.value.reference].append(fact)

    def placed(self, line: CostLine, booked: Decimal, rests_on: tuple[str, ...], currency: str) -> Besides:
        """How much of the booked cost of an assist counts in one unit of the good it is booked for.

        What is not on file, or was not given to somebody else, has no place in the value of a material and counts
        nowhere: it is booked as an assist, and so is no cost of the producer's own.
        """
        what = f"assist {line.assist_reference}, account {line.account}"
        name = line.assist_reference or ""
        given = [fact for fact in self._given.get(name, ()) if fact.value.receiver != line.owner]
        counted = exact_sum(self._of(fact, line, currency) for fact in _each_part_once(given))
        refs = (*rests_on, *(fact.ref for fact in given))
        return Besides(what, booked, counted, refs)

    def _of(self, fact: Fact[AssistLine], line: CostLine, currency: str) -> Decimal:
        """What one unit of the good carries of one assist, by what its bill takes of the material."""
        of = fact.value
        rate = self._rates.on(of.currency, currency, of.given_on)
        within = of.period_from <= self._period.first and self._period.last <= of.period_to
        if rate.rate is None or not within or of.spread_over is AssistSpread.FIRST_SHIPMENT:
            return Decimal(0)
        value = Fraction(of.value) * Fraction(rate.rate)
        return down(assist_share(value, of.spread_quantity, of.spread_over) * self._taken(line, of))

    def _taken(self, line: CostLine, of: AssistLine) -> Fraction:
        """Units of the material in one unit of the good, by the bill in force throughout; of several, the fewest."""
        by_revision: dict[str, Fraction] = defaultdict(Fraction)
        for fact in self._bills:
            bill = fact.value
            if (bill.owner, bill.parent, bill.plant) != (line.owner, line.part, line.plant):
                continue
            if (bill.owner, bill.child) == (of.owner, of.part) and of.revision in (None, bill.child_revision):
                by_revision[bill.parent_revision] += Fraction(bill.quantity) + Fraction(bill.scrap or 0)
        return min(by_revision.values(), default=Fraction(0))


def _each_part_once(given: Iterable[Fact[AssistLine]]) -> list[Fact[AssistLine]]:
    """Of an assist booked twice for one part, the one by which a unit carries less."""
    least: dict[tuple[str, str], Fact[AssistLine]] = {}
    for fact in given:
        of = fact.value
        before = least.get((of.owner, of.part))
        if before is None or _share(fact) < _share(before):
            least[of.owner, of.part] = fact
    return list(least.values())


def _share(fact: Fact[AssistLine]) -> Fraction:
    return Fraction(fact.value.value) / Fraction(fact.value.spread_quantity)


def for_units(assists: Iterable[Besides], units: Decimal | None) -> list[Besides]:
    """Each assist with what counts of it for all units made: never more than is booked."""
    found = []
    for each in assists:
        placed = place_assist(each.booked, each.counted, units or Decimal(0))
        found.append(Besides(each.what, each.booked, tidy(placed), each.rests_on, each.counted))
    return found
