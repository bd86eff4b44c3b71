"""What of the costs of all goods together falls to one good, by the route to net cost that the producer takes.

19 CFR 182 App A s.7(11), Schedule V; the same of SOR/2020-155, by way of `rules.net_cost` and `rules.allocation`. The
books give the whole of each cost (`cost-pool`) and what it is weighed by; each good says how much it has of that
(`allocation-base`). The goods must come to the whole of a base, or nothing is allocated by it: a good left out would
leave the others with too much.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from evidence.core.statements.base import Basis
from evidence.core.statements.cost import (
    AllocationGround,
    AllocationMethod,
    CostElement,
    CostLine,
    CostNature,
    CostPoolLine,
    Exclusion,
)
from evidence.core.values import Period
from evidence.errors import MalformedValue, RuleError
from evidence.origin.booked import EXCHANGE, NOT_ALLOCABLE, Besides, below_zero, exchange_counts, heading_of
from evidence.origin.cost_pools import (
    BookedPool,
    account,
    as_rule,
    by_base,
    by_pool,
    each_once,
    elements,
    one_a_method,
    require_complete,
    require_whole,
)
from evidence.origin.fiscal import fiscal_year
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.money import RateFile, carried
from evidence.origin.weights import NotKnown, WeightFile, Weights, good_name
from evidence.rules.allocation import Method, allocable, allowed
from evidence.rules.exact import exactly
from evidence.rules.finding import Finding
from evidence.rules.net_cost import (
    CostElements,
    Cut,
    Pool,
    allocate,
    allocate_each,
    allocate_then_deduct,
    deduct_then_allocate,
)

ROUTE = "net cost route"
DEDUCT_FIRST, ALLOCATE_FIRST, EACH_COST = ROUTES = (
    "deduct then allocate",
    "allocate then deduct",
    "allocate each cost",
)
PLACES = 6
"""Decimals of an allocated part: with many small costs, cents that a division leaves over would add up. What is left
over counts against the claim: a part of net cost is cut, and one that comes off it is carried up."""
ROUTE_CITATION = "19 CFR 182 App A s.7(11)(a)-(c); SOR/2020-155 s.7(11)(a)-(c)"


Parts = Mapping[str, Decimal]
"""What falls to each good."""


@dataclass(frozen=True, slots=True)
class Share:
    """One allocation: what is shared out, by what, and what the good has of it.

    Attributes:
        books: what is on the books for all goods.
        excluded: what of it is excluded cost.
        excluded_by: what that is weighed by, where it is another base.
        total: the good's part of `books`; net: its part without excluded cost; both cut.
        net_above: `net` carried up.
        exchange: whether it is a gain or a loss in currency.
    """

    label: str
    books: Decimal
    excluded: Decimal
    by: Weights
    excluded_by: Weights | None
    total: Decimal
    net: Decimal
    rests_on: tuple[str, ...]
    exchange: CostNature | None = None
    net_above: Decimal = Decimal(0)

    @property
    def off(self) -> Decimal:
        """The excluded cost that falls to the good."""
        with exactly():
            return self.total - self.net


@dataclass(slots=True)
class Allocated:
    """What falls to one good; `reason` says why it is not known where it is not.

    Attributes:
        material: what of the total is material that is not excluded.
        excluded: by heading.
        interest_share: the good's largest share of non-allowable interest; None where none is allocated.
        told: what besides ordinary cost is on the books, be it nothing.
    """

    good: str
    route: str
    shares: list[Share] = field(default_factory=list)
    material: Decimal = Decimal(0)
    excluded: dict[Exclusion, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    left_out: list[Besides] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    interest_share: Decimal | None = None
    spans: set[Period] = field(default_factory=set)
    told: frozenset[CostNature] = frozenset()
    refs: tuple[str, ...] = ()
    reason: str = ""

    def sum_of(self, nature: CostNature | None = None, *, net: bool = False) -> Decimal:
        """The good's part of what is of that nature; of ordinary cost without one."""
        with exactly():
            mine = (share for share in self.shares if share.exchange is nature)
            return sum((share.net if net else share.total for share in mine), Decimal(0))


class PoolFile:
    """The costs of all goods on the books, ready to be allocated to one."""

    def __init__(self, inputs: Inputs, rates: RateFile) -> None:
        self._inputs, self._rates, self._period = inputs, rates, inputs.question.period
        self._pools = each_once(inputs.cost_pools)
        self._weights = WeightFile(inputs)
        self._divided: dict[tuple[object, ...], tuple[Parts, Parts, Parts]] = {}

    def lines(self, owner: str, plant: str, sorts: Sequence[Basis]) -> list[Fact[CostPoolLine]]:
        """The pools that goods of the plant share on a day of the period, of the first sort of figures on file."""
        mine = [
            fact
            for fact in self._pools
            if fact.value.owner == owner
            and fact.value.plant in (None, plant)
            and fact.value.period_from <= self._period.last
            and self._period.first <= fact.value.period_to
        ]
        for sort in sorts:
            if found := [fact for fact in mine if fact.value.figures is sort]:
                return found
        return []

    def allocated(
        self, owner: str, part: str, plant: str, currency: str, sorts: Sequence[Basis], own: Iterable[CostLine]
    ) -> Allocated | None:
        """What falls to the good of the pools on file; None where nothing does.

        Args:
            sorts: the sorts of figures that serve, the best first.
            own: the lines booked for the good alone.

        Raises:
            RuleError: the route elected is none of the three.
        """
        pools = self.lines(owner, plant, sorts)
        if not pools:
            return None
        found = Allocated(good_name(part, plant), self._route(part, plant))
        try:
            require_whole(pools, own, self._period)
            require_complete(pools)
            known = [self._converted(fact, currency) for fact in pools]
            self._allocate(found, known)
        except NotKnown as missing:
            found.reason = str(missing)
        except MalformedValue as fault:
            found.reason = f"costs of all goods cannot be allocated: {fault}"
        return found if found.shares or found.reason else None

    def _route(self, part: str, plant: str) -> str:
        """The route elected for the good, or for all; each cost by itself where none is."""
        asked = self._inputs.question
        elected = [
            fact.value
            for fact in self._inputs.elections
            if fact.value.election == ROUTE
            and fact.value.part in (None, part)
            and fact.value.plant in (None, plant)
            and (fact.value.valid_from is None or fact.value.valid_from <= asked.period_from)
            and (fact.value.valid_to is None or asked.period_to <= fact.value.valid_to)
        ]
        own = [each for each in elected if each.part == part]
        route = (own or elected)[-1].choice if elected else EACH_COST
        if route not in ROUTES:
            wanted = ", ".join(ROUTES)
            raise RuleError(f"The {ROUTE} elected is {route!r}; wanted one of {wanted}. Elect it again.")
        return route

    def _converted(self, fact: Fact[CostPoolLine], currency: str) -> BookedPool:
        line = fact.value
        rate = self._rates.on(line.currency, currency, self._period.last)
        if rate.rate is None:
            raise NotKnown(rate.reason)
        with exactly():
            return BookedPool(fact, line.amount * rate.rate, heading_of(line), (fact.ref, *rate.rests_on))

    def _allocate(self, found: Allocated, pools: list[BookedPool]) -> None:
        found.told = frozenset(pool.line.nature for pool in pools)
        found.spans = {Period(pool.line.period_from, pool.line.period_to) for pool in pools}
        ordinary = [pool for pool in pools if pool.line.nature is CostNature.ORDINARY]
        strange = allocable(as_rule(pool) for pool in pools if pool.line.nature not in EXCHANGE).left_out
        names = {pool.name for pool, _ in strange}
        for pool in pools:
            if pool.name in names and pool.line.nature in NOT_ALLOCABLE:
                found.left_out.append(Besides(f"{pool.line.nature}, {pool.name}", pool.amount, Decimal(0), pool.refs))
        exchange = [pool for pool in pools if pool.line.nature in EXCHANGE]
        found.findings = [self._allowed(pool) for pool in one_a_method([*ordinary, *exchange])]
        for finding in found.findings:
            if not finding.met:
                raise NotKnown(f"{finding.test}: {finding.reason} (Schedule V)")
        groups = by_pool(ordinary) if found.route == EACH_COST else by_base(ordinary)
        shares = [self._share(found, label, group) for label, group in groups]
        shares += [self._exchanged(found, pool) for pool in exchange if exchange_counts(pool.line)]
        found.shares = [share for share in shares if share is not None]
        refs = [ref for share in found.shares for ref in share.rests_on]
        refs += [ref for share in found.shares for ref in share.by.refs.get(found.good, ())]
        found.refs = tuple(dict.fromkeys(refs))

    def _allowed(self, pool: BookedPool) -> Finding:
        """Whether Schedule V lets the pool be allocated as it is."""
        line = pool.line
        ground = frozenset({line.ground}) if line.ground is not None else frozenset()
        method = Method(line.allocation_base, line.method, ground, line.to_qualify)
        internal = None
        if line.management_base is not None:
            internal = Method(line.management_base, AllocationMethod.OWN, frozenset(AllocationGround))
        finding = allowed(method, internal=internal, in_year=self._bases_of[account(line)])
        return replace(finding, test=f"{finding.test}: account {line.account} by {line.allocation_base}")

    @cached_property
    def _year(self) -> Period | None:
        """The fiscal year asked about; None where it is not known: then whatever is gathered is taken to be of it."""
        try:
            return fiscal_year(self._inputs, self._period.first).span
        except (RuleError, MalformedValue):
            return None

    def _same_year(self, line: CostPoolLine) -> bool:
        return self._year is None or (line.period_from <= self._year.last and self._year.first <= line.period_to)

    @cached_property
    def _bases_of(self) -> dict[tuple[object, ...], tuple[str, ...]]:
        """By what each account of all goods is allocated in the fiscal year."""
        found: dict[tuple[object, ...], dict[str, None]] = defaultdict(dict)
        for fact in self._inputs.cost_pools:
            if self._same_year(fact.value):
                found[account(fact.value)][fact.value.allocation_base] = None
        return {account: tuple(names) for account, names in found.items()}

    def _share(self, found: Allocated, label: str, pools: list[BookedPool]) -> Share | None:
        """What the good has of some pools that are shared out together, by the route."""
        by = self._weights.of(pools[0].line)
        excluded_by = self._excluded_weights(pools) if found.route == ALLOCATE_FIRST else None
        costs = elements(pools)
        if costs.total_cost == 0 or not by.of.get(found.good):
            return None
        key = (found.route, tuple(pool.fact.ref for pool in pools), costs.total_cost)
        if key not in self._divided:
            self._divided[key] = _divided(found.route, label, costs, by, excluded_by)
        total, net, above = (parts[found.good] for parts in self._divided[key])
        share = Share(
            label, costs.total_cost, costs.excluded.total, by, excluded_by, max(total, net), net,
            tuple(ref for pool in pools for ref in pool.refs), net_above=above,
        )  # fmt: skip
        self._split(found, share, pools)
        return share

    def _split(self, found: Allocated, share: Share, pools: list[BookedPool]) -> None:
        """The share by heading, tied to it, and what of it is material, in proportion to the books.

        Material is carried up, since a bill that does not come up to it counts what is short.
        """
        headings: dict[str, Decimal] = defaultdict(Decimal)
        kept: dict[str, Decimal] = defaultdict(Decimal)
        with exactly():
            for pool in pools:
                if pool.heading is not Exclusion.NONE:
                    headings[pool.heading.value] += pool.amount
                else:
                    kept["material" if pool.line.element is CostElement.MATERIAL else "other"] += pool.amount
            if share.off:
                for name, amount in allocate(share.off, headings, places=PLACES).items():
                    found.excluded[Exclusion(name)] += amount
            if kept.get("material"):
                found.material += allocate(share.net_above, kept, places=PLACES, cut=Cut.UP)["material"]
        if Exclusion.INTEREST.value in headings:
            by = share.excluded_by or share.by
            mine = carried(Fraction(by.of.get(found.good, Decimal(0))) / Fraction(by.whole))
            found.interest_share = max(mine, found.interest_share or Decimal(0))

    def _exchanged(self, found: Allocated, pool: BookedPool) -> Share | None:
        """What the good has of a gain or a loss in currency."""
        if pool.amount < 0:
            raise NotKnown(below_zero(pool.line))
        by = self._weights.of(pool.line)
        if pool.amount == 0 or not by.of.get(found.good):
            return None
        cut = Cut.UP if pool.line.nature is CostNature.EXCHANGE_GAIN else Cut.DOWN
        part = allocate(pool.amount, by.of, places=PLACES, cut=cut)[found.good]
        return Share(pool.name, pool.amount, Decimal(0), by, None, part, part, pool.refs, pool.line.nature)

    def _excluded_weights(self, pools: list[BookedPool]) -> Weights | None:
        """What the excluded costs among the pools are weighed by, where it is another base than the rest."""
        excluded = [pool for pool in pools if pool.heading is not Exclusion.NONE and pool.line.excluded_base]
        names = {pool.line.excluded_base for pool in excluded}
        without = [pool for pool in pools if pool.heading is not Exclusion.NONE and not pool.line.excluded_base]
        if not names:
            return None
        if len(names) > 1 or without:
            said = " and ".join(sorted({each or pools[0].line.allocation_base for each in names} | {"another base"}))
            raise NotKnown(f"excluded costs of one base are allocated by {said}; allocate each cost by itself")
        line = excluded[0].line
        if line.excluded_base_total is None:
            raise NotKnown(f"{line.excluded_base} of all goods is not recorded for {excluded[0].name}")
        return self._weights.base(line, line.excluded_base or "", line.excluded_base_total)


def _divided(
    route: str, label: str, costs: CostElements, by: Weights, excluded_by: Weights | None
) -> tuple[Parts, Parts, Parts]:
    """What falls to every good: of the whole, cut; and of it without excluded cost, cut and carried up."""
    total = allocate(costs.total_cost, by.of, places=PLACES, cut=Cut.DOWN)
    down, up = (_net(route, label, costs, by, excluded_by, cut) for cut in (Cut.DOWN, Cut.UP))
    return total, down, up


def _net(route: str, label: str, costs: CostElements, by: Weights, excluded_by: Weights | None, cut: Cut) -> Parts:
    if not costs.excluded.total:
        return allocate(costs.total_cost, by.of, places=PLACES, cut=cut)
    if route == DEDUCT_FIRST:
        return deduct_then_allocate(costs, by.of, places=PLACES, cut=cut)
    if route == ALLOCATE_FIRST:
        apart = excluded_by.of if excluded_by is not None else None
        return allocate_then_deduct(costs, by.of, apart, places=PLACES, cut=cut)
    pool = Pool(label, costs.total_cost, by.of, costs.excluded.total)
    return allocate_each([pool], places=PLACES, cut=cut)
