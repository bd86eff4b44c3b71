"""Net cost: the total cost of a good less four kinds of cost that the law leaves out.

19 CFR 182 App A s.1(1), (6), s.7(11)-(13), Schedule V; the same of SOR/2020-155. Only costs on the producer's own
books are excluded; nothing is stripped out of a bought material, and an intermediate material is valued at its total
cost (s.8(8)).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from evidence.core.statements.cost import PaidFor
from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exact_sum, exactly

CITATION = "19 CFR 182 App A s.1(1), s.7(11)-(13); SOR/2020-155 s.1(1), s.7(11)-(13)"


@dataclass(frozen=True, slots=True)
class ExcludedCosts:
    """The four headings of s.1(1), "excluded costs", each zero or more."""

    sales_marketing_after_sales: Decimal = Decimal(0)
    royalties: Decimal = Decimal(0)
    shipping_packing: Decimal = Decimal(0)
    non_allowable_interest: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            amount(f"excluded cost, {name}", getattr(self, name))

    @property
    def total(self) -> Decimal:
        with exactly():
            return (
                self.sales_marketing_after_sales + self.royalties + self.shipping_packing + self.non_allowable_interest
            )


@dataclass(frozen=True, slots=True)
class CostElements:
    """The costs of a good or of all goods, per the same quantity and in one currency; each zero or more.

    `excluded` names the part of the other elements that is excluded; it is not a cost of its own.
    """

    originating_materials: Decimal
    non_originating_materials: Decimal
    other_product_costs: Decimal
    period_costs: Decimal
    other_costs: Decimal
    excluded: ExcludedCosts = ExcludedCosts()

    def __post_init__(self) -> None:
        for name in ("originating_materials", "non_originating_materials", *_BOOKED):
            amount(name.replace("_", " "), getattr(self, name))
        if self.excluded.total > self.booked:
            raise MalformedValue("excluded costs", str(self.excluded.total), f"at most the booked costs, {self.booked}")

    @property
    def booked(self) -> Decimal:
        """The costs other than materials, in which the excluded ones are contained (s.7(13)(b))."""
        with exactly():
            return self.other_product_costs + self.period_costs + self.other_costs

    @property
    def total_cost(self) -> Decimal:
        with exactly():
            return self.originating_materials + self.non_originating_materials + self.booked

    @property
    def net_cost(self) -> Decimal:
        """Total cost less excluded costs: s.7(11)(a), and (c) where the elements are already the good's own."""
        with exactly():
            return self.total_cost - self.excluded.total


_BOOKED = ("other_product_costs", "period_costs", "other_costs")


def after_exchange(total_cost: Decimal, gains: Decimal, losses: Decimal) -> Decimal:
    """Total cost less the currency gains, plus the losses, that are related to production (s.1(6); s.7(22) ex.9).

    Gains and losses not related to production stay out; VNM is not adjusted.

    >>> after_exchange(Decimal(45000), Decimal(7000), Decimal(6000))
    Decimal('44000')
    """
    amount("currency gains related to production", gains)
    amount("currency losses related to production", losses)
    with exactly():
        return amount("total cost", total_cost) - gains + losses


class Cut(StrEnum):
    """What becomes of what a division leaves over."""

    TIED = "the parts come to the whole"
    DOWN = "each part is cut"
    UP = "each part is carried up"


def allocate(
    total: Decimal,
    bases: Mapping[str, Decimal],
    *,
    ratio_places: int | None = None,
    places: int = 2,
    cut: Cut = Cut.TIED,
) -> dict[str, Decimal]:
    """`total` shared in proportion to `bases` (Schedule V, Appendices A to C; s.7(11)(a)-(b)).

    The parts have `places` decimals, or as many as `total` has, and tie to it: what cutting leaves over goes, a unit
    at a time, to the largest remainders. With another `cut` every part is rounded alike, so that no good has more, or
    none less, than its exact part. With `ratio_places` each ratio is first rounded to that many decimals, as the
    printed examples of Appendix A do; the parts then tie only if the rounded ratios do.

    Raises:
        MalformedValue: no base, a base below zero, or bases that sum to nothing.

    >>> allocate(Decimal(30), {"A": Decimal(23), "B": Decimal(12)})
    {'A': Decimal('19.71'), 'B': Decimal('10.29')}
    """
    amount("amount to allocate", total)
    for name, base in bases.items():
        amount(f"allocation base of {name}", base)
    whole = exact_sum(bases.values())
    amount("sum of the allocation bases", whole, above_zero=True)
    if ratio_places is not None:
        step = Decimal(1).scaleb(-ratio_places)
        ratios = {name: (base / whole).quantize(step, ROUND_HALF_EVEN) for name, base in bases.items()}
        with exactly():
            return {name: total * ratio for name, ratio in ratios.items()}
    places = max(places, -int(total.as_tuple().exponent))
    with exactly():
        scale = max(-int(base.as_tuple().exponent) for base in (*bases.values(), whole))
        parts = int(whole.scaleb(scale))
        amounts = {name: int(total.scaleb(places)) * int(base.scaleb(scale)) for name, base in bases.items()}
        units = {name: share // parts for name, share in amounts.items()}
        over = int(total.scaleb(places)) - sum(units.values()) if cut is Cut.TIED else 0
        for name in sorted(amounts, key=lambda key: (-(amounts[key] % parts), key))[:over]:
            units[name] += 1
        if cut is Cut.UP:
            units = {name: -(-share // parts) for name, share in amounts.items()}
        return {name: Decimal(count).scaleb(-places) for name, count in units.items()}


def deduct_then_allocate(
    all_goods: CostElements, bases: Mapping[str, Decimal], *, places: int = 2, cut: Cut = Cut.TIED
) -> dict[str, Decimal]:
    """The net cost of each good by s.7(11)(a): total cost of all goods, less excluded costs, then allocated."""
    return allocate(all_goods.net_cost, bases, places=places, cut=cut)


def allocate_then_deduct(
    all_goods: CostElements,
    bases: Mapping[str, Decimal],
    excluded_bases: Mapping[str, Decimal] | None = None,
    *,
    places: int = 2,
    cut: Cut = Cut.TIED,
) -> dict[str, Decimal]:
    """The net cost of each good by s.7(11)(b): total cost of all goods allocated, less the excluded costs allocated.

    `excluded_bases` shares out the excluded costs where they fall on the goods in another proportion than the rest;
    without it both are shared alike, and each good has the net cost that (a) gives. Allocated parts tie to the whole,
    so that all goods together have the same net cost either way.

    Raises:
        MalformedValue: as of `allocate`; other goods in one mapping than in the other; or more excluded cost falls on
            a good than total cost.

    >>> costs = CostElements(*map(Decimal, (2000, 1000, 2400, 3200, 400)), ExcludedCosts(royalties=Decimal(1200)))
    >>> allocate_then_deduct(costs, {"A": Decimal(2), "B": Decimal(1)}, {"A": Decimal(1), "B": Decimal(1)})
    {'A': Decimal('5400.00'), 'B': Decimal('2400.00')}
    """
    if excluded_bases is None:
        return deduct_then_allocate(all_goods, bases, places=places, cut=cut)
    if set(excluded_bases) != set(bases):
        found = ", ".join(sorted(set(excluded_bases) ^ set(bases)))
        raise MalformedValue("allocation bases", f"{found} in one of them only", "the same goods for both")
    found_costs = _less(all_goods, bases, excluded_bases, places, Cut.TIED, Cut.TIED)
    for good, cost in found_costs.items():
        amount(f"total cost less excluded costs of {good}", cost)
    if cut is Cut.TIED:
        return found_costs
    other = Cut.UP if cut is Cut.DOWN else Cut.DOWN
    rounded = _less(all_goods, bases, excluded_bases, places, cut, other)
    return {good: max(cost, Decimal(0)) for good, cost in rounded.items()}


def _less(
    all_goods: CostElements,
    bases: Mapping[str, Decimal],
    excluded_bases: Mapping[str, Decimal],
    places: int,
    cut: Cut,
    cut_excluded: Cut,
) -> dict[str, Decimal]:
    total = allocate(all_goods.total_cost, bases, places=places, cut=cut)
    excluded = allocate(all_goods.excluded.total, excluded_bases, places=places, cut=cut_excluded)
    with exactly():
        return {good: total[good] - excluded[good] for good in bases}


@dataclass(frozen=True, slots=True)
class Pool:
    """One cost of several goods, with its own base of allocation (s.7(11)(c)).

    Attributes:
        cost: the whole cost; `excluded` is the part of it that is an excluded cost.
        bases: what each good is weighed by; one good alone bears the whole.
    """

    name: str
    cost: Decimal
    bases: Mapping[str, Decimal]
    excluded: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        amount(f"cost {self.name}", self.cost)
        if amount(f"excluded part of {self.name}", self.excluded) > self.cost:
            raise MalformedValue(f"excluded part of {self.name}", str(self.excluded), f"at most {self.cost}")


def allocate_each(pools: Iterable[Pool], *, places: int = 2, cut: Cut = Cut.TIED) -> dict[str, Decimal]:
    """The net cost of each good by s.7(11)(c): each cost allocated by itself, with excluded costs left out of it.

    >>> by_hours = {"A": Decimal(3), "B": Decimal(1)}
    >>> allocate_each([Pool("labor", Decimal(80), by_hours), Pool("steel of A", Decimal(7), {"A": Decimal(1)})])
    {'A': Decimal('67.00'), 'B': Decimal('20.00')}
    """
    found: dict[str, Decimal] = {}
    with exactly():
        for pool in pools:
            for good, share in allocate(pool.cost - pool.excluded, pool.bases, places=places, cut=cut).items():
                found[good] = found.get(good, Decimal(0)) + share
    return found


def royalty_excluded(payment_for: PaidFor, *, in_region: bool | None) -> bool:
    """Whether such a payment is an excluded cost.

    Training of personnel never is; services and research are not where they were performed in the region. Where that
    is not known (None) the payment is excluded, which is the side that hurts the claim.
    """
    if payment_for in (PaidFor.TECHNICAL_SERVICE, PaidFor.RESEARCH):
        return in_region is not True
    return payment_for is PaidFor.USE


def place_assist(booked: Decimal, unit_share: Decimal, units: Decimal) -> Decimal:
    """What counts in net cost of a mould, tool or other assist that the maker of a material had free, so that it counts
    once (s.7(22) ex.8, s.8(28) ex.8; Schedule VI s.4(1)(b)(ii)).

    It is part of the material's value, unit by unit of the material as it is used, and no cost of its own beside that.
    Kept by the producer, it is a cost of his own, when booked. For the maker of the material an indirect material that
    he received free has no value (s.8(28) ex.8).

    Args:
        booked: what the producer has booked for it in the period.
        unit_share: what the material in one unit of the good carries of it.
        units: units of the good made in the period; no more of the assist counts than is booked.

    >>> place_assist(Decimal(100), Decimal("0.50"), Decimal(60))
    Decimal('30.00')
    """
    amount("assist as booked", booked)
    amount("share of the assist in one unit", unit_share)
    amount("units of the good", units)
    with exactly():
        return min(booked, unit_share * units)
