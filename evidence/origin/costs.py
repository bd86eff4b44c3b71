"""The cost of a good over a period, from the producer's books: total cost, excluded costs, net cost, units made.

19 CFR 182 App A s.1(1), s.7(11)-(13) by way of `rules.net_cost`. Every day of the period must be covered by booked
costs and every month by a recorded volume; otherwise the cost is not known, and the reason says what is missing.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.base import Basis
from evidence.core.statements.cost import CostElement, CostLine, CostNature, Exclusion
from evidence.core.statements.election import Election
from evidence.core.statements.production import VolumeLine
from evidence.core.values import Period
from evidence.errors import MalformedValue, RuleError
from evidence.origin.allocated import Allocated, PoolFile
from evidence.origin.booked import AssistFile, Besides, Booked, for_units
from evidence.origin.cost_pools import each_once
from evidence.origin.fiscal import fiscal_year
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.loans import LoanFile
from evidence.origin.money import RateFile, carried, tidy
from evidence.rules.allocation import shared_once
from evidence.rules.cost_period import cost_period
from evidence.rules.exact import exact_sum, exactly
from evidence.rules.net_cost import CostElements, ExcludedCosts, after_exchange

TOTAL_COST_PERIOD = "total-cost period"
_PERIODS = {"one month": 1, "three months": 3, "six months": 6, "fiscal year": 12}


@dataclass(frozen=True, slots=True)
class CostSheet:
    """What is booked for one good at one plant over the period; `reason` says why it is not known where it is not.

    Attributes:
        elements: totals by element, excluded lines among them.
        excluded: totals by heading.
        material: booked material cost without excluded lines, which a bill must come up to.
        units: units made.
        known: the figures as the law adds them up; None where something is missing.
        allocated: what falls to the good of the costs of all goods; None where nothing does.
        gains: currency gains that come off total cost; losses: those that come on (s.1(6)).
        assists: costs of assists as they count in the value of materials; kept: payments under intellectual property
            agreements that are no excluded cost; left_out: what may not be allocated to a good.
    """

    currency: str
    elements: dict[CostElement, Decimal] = field(default_factory=dict)
    excluded: dict[Exclusion, Decimal] = field(default_factory=dict)
    material: Decimal | None = None
    units: Decimal | None = None
    known: CostElements | None = None
    element_refs: dict[CostElement, tuple[str, ...]] = field(default_factory=dict)
    excluded_refs: dict[Exclusion, tuple[str, ...]] = field(default_factory=dict)
    material_refs: tuple[str, ...] = ()
    cost_refs: tuple[str, ...] = ()
    volume_refs: tuple[str, ...] = ()
    reason: str = ""
    allocated: Allocated | None = None
    gains: Decimal = Decimal(0)
    losses: Decimal = Decimal(0)
    gain_refs: tuple[str, ...] = ()
    loss_refs: tuple[str, ...] = ()
    assists: tuple[Besides, ...] = ()
    kept: tuple[Besides, ...] = ()
    left_out: tuple[Besides, ...] = ()

    @property
    def net_cost(self) -> Decimal | None:
        """Total cost less excluded costs."""
        if self.known is None or self.total_cost is None:
            return None
        with exactly():
            return tidy(self.total_cost - self.known.excluded.total)

    @property
    def total_cost(self) -> Decimal | None:
        """What is booked, less the currency gains that are related to production, plus such losses (s.1(6))."""
        return None if self.known is None else tidy(after_exchange(self.known.total_cost, self.gains, self.losses))

    @property
    def unit_cost(self) -> Decimal | None:
        """Total cost of one unit, the value of a self-produced material (s.8(8))."""
        if self.total_cost is None or not self.units:
            return None
        return carried(Fraction(self.total_cost) / Fraction(self.units))

    @property
    def rests_on(self) -> tuple[str, ...]:
        return (*self.cost_refs, *self.volume_refs)


class CostFile:
    """Booked costs and volumes, ready to be asked for one good."""

    def __init__(self, inputs: Inputs, rates: RateFile, loans: LoanFile | None = None) -> None:
        self._costs: dict[tuple[str, str, str], list[Fact[CostLine]]] = defaultdict(list)
        for cost in each_once(inputs.costs):
            self._costs[cost.value.owner, cost.value.part, cost.value.plant].append(cost)
        self._volumes: dict[tuple[str, str, str], list[Fact[VolumeLine]]] = defaultdict(list)
        for volume in inputs.volumes:
            self._volumes[volume.value.owner, volume.value.part, volume.value.plant].append(volume)
        self._period = inputs.question.period
        self._months = _months(inputs.question.period)
        self._wrong_period = _wrong_period(inputs)
        self._basis = inputs.question.basis
        self._rates = rates
        self._loans = loans
        actual = self._basis is Basis.ACTUAL
        self._sorts = (Basis.ACTUAL,) if actual else (Basis.ESTIMATE, Basis.STANDARD, Basis.ACTUAL)
        self._pools = PoolFile(inputs, rates)
        self._assists = AssistFile(inputs, rates)
        self._shared = _shared_faults(inputs)

    def currency(self, owner: str, part: str, plant: str) -> str | None:
        """The currency of the good's books, which the worksheet is in (s.2)."""
        lines = self._lines(owner, part, plant) or self._pools.lines(owner, plant, self._sorts)
        return lines[0].value.currency if lines else None

    def sheet(self, owner: str, part: str, plant: str, currency: str) -> CostSheet:
        """The cost sheet of one good, in `currency`."""
        lines = self._lines(owner, part, plant)
        sorts = (lines[0].value.figures,) if lines else self._sorts
        own = [line.value for line in lines]
        allocated = self._pools.allocated(owner, part, plant, currency, sorts, own)
        units, volume_refs, missing = self._units(owner, part, plant)
        reason = missing or self._wrong_period or self._uncovered(own, allocated, part, plant)
        reason = reason or _booked_twice(lines, part, plant) or self._unallocated(lines)
        reason = reason or (allocated.reason if allocated is not None else "")
        booked = Booked(currency)
        for line in lines:
            conversion = self._rates.on(line.value.currency, currency, self._period.last)
            if conversion.rate is None:
                reason = reason or conversion.reason
            else:
                booked.add(line, conversion.rate, conversion.rests_on, self._assists)
        reason = reason or booked.reason or _gains_untold(booked, allocated)
        sheet = _sheet(booked, allocated, units)
        refs = booked.rate_refs
        if not reason and self._loans is not None:
            share = _interest_share(lines, allocated)
            reason, loan_refs = self._loans.missing(
                plant, _excluded(booked, allocated)[Exclusion.INTEREST], share, currency
            )
            refs += loan_refs
        known = None if reason else _known(booked, sheet)
        if known is None and not reason:
            reason = _impossible(lines, part, plant)
        cost_refs = (*(line.ref for line in lines), *(allocated.refs if allocated is not None else ()))
        return replace(
            sheet,
            material=None if reason else sheet.material,
            known=known,
            cost_refs=(*cost_refs, *dict.fromkeys(refs)),
            volume_refs=volume_refs,
            reason=reason,
        )

    def _lines(self, owner: str, part: str, plant: str) -> list[Fact[CostLine]]:
        """Cost lines within the period on the figures asked for; for an estimate the best sort on file, never two at
        once.
        """
        period = self._period
        within = [
            fact
            for fact in self._costs[owner, part, plant]
            if period.first <= fact.value.period_from and fact.value.period_to <= period.last
        ]
        for figures in self._sorts:
            if found := [fact for fact in within if fact.value.figures is figures]:
                return found
        return []

    def _unallocated(self, lines: list[Fact[CostLine]]) -> str:
        """Why what is allocated to the good is not reasonably allocated (Schedule V); empty where nothing says so."""
        bases: dict[tuple[str, ...], str] = {}
        for fact in lines:
            line = fact.value
            if fault := self._shared.get((*_pool(line), line.period_from, line.period_to)):
                return fault
            base = line.allocation_base
            if base is None:
                continue
            if (other := bases.setdefault(_pool(line), base)) != base:
                account = line.trial_balance_account or line.account
                return f"account {account} is allocated by {other} and by {base} within one fiscal year (Sched V s.6)"
        return ""

    def _uncovered(self, lines: list[CostLine], allocated: Allocated | None, part: str, plant: str) -> str:
        if not lines and allocated is None:
            sort = "actual" if self._basis is Basis.ACTUAL else "estimated, standard or actual"
            return f"no {sort} costs of {part} at {plant} are on file within {self._period}"
        of_all = allocated is not None and (allocated.material != 0 or bool(allocated.reason))
        if not of_all and not any(line.element is CostElement.MATERIAL for line in lines):
            return f"no material cost of {part} at {plant} is booked within {self._period}"
        spans = {Period(line.period_from, line.period_to) for line in lines}
        spans |= allocated.spans if allocated is not None else set()
        if any(span.first <= self._period.first and self._period.last <= span.last for span in spans):
            return ""
        for day in self._period.days():
            if not any(day in span for span in spans):
                return f"no costs of {part} at {plant} are booked for {day}"
        return ""

    def _units(self, owner: str, part: str, plant: str) -> tuple[Decimal | None, tuple[str, ...], str]:
        months = self._months
        found = [fact for fact in self._volumes.get((owner, part, plant), ()) if fact.value.month in months]
        refs = tuple(fact.ref for fact in found)
        if self._period.first.day != 1 or (self._period.last.toordinal() + 1) != _after(self._period.last).toordinal():
            return None, refs, f"the period {self._period} is not of whole months, in which volumes are recorded"
        if absent := [month for month in months if month not in {fact.value.month for fact in found}]:
            return None, refs, f"no volume of {part} at {plant} is on file for {', '.join(absent)}"
        if again := [fact for fact in found if [each.value.month for each in found].count(fact.value.month) > 1]:
            both = " and ".join(fact.ref for fact in again if fact.value.month == again[0].value.month)
            return None, refs, f"the volume of {part} at {plant} for {again[0].value.month} is on file twice ({both})"
        units = exact_sum(fact.value.made for fact in found)
        if units == 0:
            return None, refs, f"no unit of {part} was made at {plant} within {self._period}"
        return tidy(units), refs, ""


def _booked_twice(lines: list[Fact[CostLine]], part: str, plant: str) -> str:
    """Why one cost may be counted twice: booked over days that overlap and differ; lines of the same days add up."""
    seen: dict[tuple[str, ...], dict[Period, Fact[CostLine]]] = defaultdict(dict)
    for fact in lines:
        line = fact.value
        days = Period(line.period_from, line.period_to)
        alike = seen[(*_pool(line), line.account)]
        for other, earlier in alike.items():
            if other != days and days.first <= other.last and other.first <= days.last:
                entries = f"entries {earlier.ref} and {fact.ref}"
                booked = f"account {line.account} of {part} at {plant} is booked over days that overlap"
                return f"{booked} ({entries}); take one of them back"
        alike.setdefault(days, fact)
    return ""


def _impossible(lines: list[Fact[CostLine]], part: str, plant: str) -> str:
    """Why booked costs are none that the law adds up, with the entries below zero that make them so."""
    below = [f"{fact.ref} {fact.value.element.value} {fact.value.amount}" for fact in lines if fact.value.amount < 0]
    named = f" (below zero: {', '.join(below)})" if below else ""
    return f"the booked costs of {part} at {plant} hold an element or a heading below zero, or exclude too much{named}"


def _wrong_period(inputs: Inputs) -> str:
    """Why the period is none over which net cost may be worked out; empty where it is one.

    19 CFR 182 App A s.1(7)(b), (8)-(9): a month, three or six months, or the fiscal year; once chosen it stays for the
    rest of the fiscal year, so that an election on file binds.
    """
    asked = inputs.question
    months = len(_months(asked.period))
    try:
        year = fiscal_year(inputs, asked.period_from)
    except (RuleError, MalformedValue):
        year = None
    election = _elected_period(inputs, year.span if year is not None else None)
    if election is not None and _PERIODS.get(election.choice, months) != months:
        asked_for = f"the period asked has {months} months"
        return f"the total-cost period elected on {election.made_on} is {election.choice}, and {asked_for}"
    if months not in _PERIODS.values():
        return f"net cost is worked out over one, three, six or twelve months (s.1(7)(b)), not over {months} months"
    if year is None:
        what = f"no fiscal calendar of {asked.owner} is on file, which says how {months} months lie in its fiscal year"
        return "" if months == 1 else f"{what} (s.1(7)(b))"
    finding = cost_period(asked.period, year)
    return "" if finding.met else f"net cost may not be worked out over {asked.period} (s.1(7)(b)): {finding.reason}"


def _elected_period(inputs: Inputs, year: Period | None) -> Election | None:
    """The election of a total-cost period that binds: the first of the fiscal year, which is not taken back (s.1(8)).

    Without one made for the fiscal year the latest that is still in force.
    """
    asked = inputs.question
    elected = [
        fact.value
        for fact in inputs.elections
        if fact.value.election == TOTAL_COST_PERIOD
        and fact.value.part in (None, asked.part)
        and fact.value.plant in (None, asked.plant)
        and (fact.value.valid_from is None or fact.value.valid_from <= asked.period_from)
        and (fact.value.valid_to is None or asked.period_to <= fact.value.valid_to)
    ]
    of_year = [each for each in elected if year is not None and (each.valid_from or each.made_on) in year]
    if of_year:
        return min(of_year, key=lambda each: each.made_on)
    return elected[-1] if elected else None


def _pool(line: CostLine) -> tuple[str, ...]:
    """What tells the cost pool that a line is a share of: goods that share one have all of this alike."""
    account = line.trial_balance_account or line.account
    return line.owner, line.plant, account, line.description, line.element, line.exclusion, line.figures


def _shared_faults(inputs: Inputs) -> dict[tuple[object, ...], str]:
    """Cost pools of which goods on file together have more than the whole."""
    pools: dict[tuple[object, ...], dict[str, Decimal]] = defaultdict(dict)
    accounts: dict[tuple[object, ...], str] = {}
    for fact in inputs.costs:
        line = fact.value
        if line.allocation_ratio is not None:
            pool = (*_pool(line), line.period_from, line.period_to)
            pools[pool][line.part] = line.allocation_ratio
            accounts[pool] = line.trial_balance_account or line.account
    found = {pool: shared_once(ratios, f"account {accounts[pool]}") for pool, ratios in pools.items()}
    return {
        pool: f"{finding.test}: {finding.reason} (Schedule V)" for pool, finding in found.items() if not finding.met
    }


def _interest_share(lines: list[Fact[CostLine]], allocated: Allocated | None) -> Decimal | None:
    """The good's share of non-allowable interest, the largest of several; None where one has none recorded."""
    shares = [fact.value.allocation_ratio for fact in lines if fact.value.exclusion is Exclusion.INTEREST]
    shares += [allocated.interest_share] if allocated is not None and allocated.interest_share is not None else []
    known = [share for share in shares if share is not None]
    return max(known) if known and len(known) == len(shares) else None


def _gains_untold(booked: Booked, allocated: Allocated | None) -> str:
    """Why currency losses may not be counted: nothing says what was gained in the same period."""
    gains, losses = booked.gains_told, booked.losses
    if allocated is not None:
        gains = gains or CostNature.EXCHANGE_GAIN in allocated.told
        losses += allocated.sum_of(CostNature.EXCHANGE_LOSS)
    untold = "currency losses are booked and no gains; book the gains too, 0 where there are none (s.1(6))"
    return untold if losses > 0 and not gains else ""


def _sheet(booked: Booked, allocated: Allocated | None, units: Decimal | None) -> CostSheet:
    """The sheet of a good with what is booked for it and what falls to it of the costs of all goods."""
    assists = for_units(booked.assists, units)
    gains, losses, material = booked.gains, booked.losses, booked.material
    gain_refs, loss_refs, left_out = booked.gain_refs, booked.loss_refs, booked.left_out
    with exactly():
        material += sum((each.counted for each in assists), Decimal(0))
        if allocated is not None:
            gains += allocated.sum_of(CostNature.EXCHANGE_GAIN)
            losses += allocated.sum_of(CostNature.EXCHANGE_LOSS)
            material += allocated.material
            left_out = [*left_out, *allocated.left_out]
    return CostSheet(
        booked.currency, booked.elements, booked.excluded, material, units, None,
        booked.element_refs, booked.excluded_refs, booked.material_refs,
        allocated=allocated, gains=gains, losses=losses, gain_refs=gain_refs, loss_refs=loss_refs,
        assists=tuple(assists), kept=tuple(booked.kept), left_out=tuple(left_out),
    )  # fmt: skip


def _excluded(booked: Booked, allocated: Allocated | None) -> dict[Exclusion, Decimal]:
    """Excluded costs by heading: as booked for the good, and as they fall to it."""
    if allocated is None:
        return booked.excluded
    with exactly():
        return {heading: amount + allocated.excluded[heading] for heading, amount in booked.excluded.items()}


def _known(booked: Booked, sheet: CostSheet) -> CostElements | None:
    """The figures as `rules.net_cost` takes them; materials are split into originating and not only in VNM."""
    elements, allocated = sheet.elements, sheet.allocated
    excluded = _excluded(booked, allocated)
    with exactly():
        material = elements[CostElement.MATERIAL] + sum((each.counted for each in sheet.assists), Decimal(0))
        product = elements[CostElement.LABOUR] + elements[CostElement.OVERHEAD]
        if allocated is not None:
            direct = min(allocated.material, allocated.sum_of())  # material is carried up, and the whole is cut
            material += direct
            product += allocated.sum_of() - direct
    try:
        known = CostElements(
            originating_materials=Decimal(0),
            non_originating_materials=material,
            other_product_costs=product,
            period_costs=elements[CostElement.PERIOD],
            other_costs=elements[CostElement.OTHER],
            excluded=ExcludedCosts(
                excluded[Exclusion.SALES_PROMOTION],
                excluded[Exclusion.ROYALTIES],
                excluded[Exclusion.SHIPPING_PACKING],
                excluded[Exclusion.INTEREST],
            ),
        )
    except MalformedValue:
        return None
    return known if after_exchange(known.net_cost, sheet.gains, sheet.losses) >= 0 else None


def _months(period: Period) -> tuple[str, ...]:
    return tuple(dict.fromkeys(day.isoformat()[:7] for day in period.days()))


def _after(day: date) -> date:
    """The first day of the month after `day`."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
