"""Reasonable allocation: how costs that belong to several goods are shared among them, and when a way is not allowed.

19 CFR 182 App A s.1(1) ("reasonably allocate"), Schedule V; the same of SOR/2020-155. A method that the producer uses
for its own management binds where it rests on benefit, cause or ability to bear. Otherwise any such method will do, or
one of Appendices A to C: a cost ratio, direct labor and direct material, or all direct costs. The arithmetic of sharing
is `net_cost.allocate`, whose parts tie to the whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evidence.core.statements.cost import AllocationGround, AllocationMethod
from evidence.errors import MalformedValue
from evidence.rules.exact import amount, exact_sum, exactly
from evidence.rules.finding import Finding, Outcome, all_of, both_texts, judged, undetermined

CITATION = "19 CFR 182 App A s.1(1), Sched V; SOR/2020-155 s.1(1), Sched V"


@dataclass(frozen=True, slots=True)
class Method:
    """One way of allocating.

    Attributes:
        name: as the producer calls it; a method is told from another by it.
        ratio: which of the schedule's ways it is.
        grounds: what it rests on; the schedule's own ratios need none said.
        only_to_qualify: whether it was taken up solely so that the good originates; None if it is not known.
    """

    name: str
    ratio: AllocationMethod
    grounds: frozenset[AllocationGround] = frozenset()
    only_to_qualify: bool | None = None

    @property
    def reasonable(self) -> bool:
        """Whether it rests on what the law lets it rest on."""
        return self.ratio is not AllocationMethod.OWN or bool(self.grounds)


def allowed(method: Method, *, internal: Method | None, in_year: Iterable[str]) -> Finding:
    """Whether costs may be allocated by `method` in a fiscal year.

    Args:
        method: the one used.
        internal: the producer's own method for its internal management; None where it has none.
        in_year: the name of every method by which the same costs were allocated in the fiscal year, `method` among
            them or not.
    """
    names = tuple(dict.fromkeys((method.name, *in_year)))
    parts = (
        _held(
            "the method rests on benefit, cause or ability to bear",
            method.reasonable,
            f"{method.name}: {', '.join(sorted(method.grounds)) or method.ratio}",
            f"{method.name} rests on none of them and is none of Appendices A to C",
            "Sched V",
        ),
        _held(
            "the producer's own management method is used where there is one",
            internal is None or not internal.reasonable or internal.name == method.name,
            "none has to be used" if internal is None or not internal.reasonable else f"{internal.name} is used",
            f"{internal.name if internal else ''} is used for internal management and must be used, not {method.name}",
            "Sched V",
        ),
        _held(
            "one method for the whole fiscal year",
            len(names) == 1,
            f"{method.name} throughout",
            f"{' and '.join(names)} are used in one fiscal year",
            "Sched V s.6",
        ),
        _not_to_qualify(method),
    )
    return all_of("costs reasonably allocated", parts, citations=(CITATION,))


class PoolKind(StrEnum):
    """What a cost is, as far as it decides whether it may be allocated at all (Schedule V s.7)."""

    ORDINARY = "ordinary cost"
    UNRELATED_SERVICE = "service to another that is unrelated to the good"
    DISCONTINUED = "gain or loss of a discontinued operation"
    ACCOUNTING_CHANGE = "cumulative effect of a change of accounting"
    CAPITAL_ASSET = "gain or loss of the sale of a capital asset"


@dataclass(frozen=True, slots=True)
class CostPool:
    """A cost on the producer's books, before it is allocated.

    Attributes:
        amount: below zero only for a gain or an effect of a kind that is not allocated.
        excluded: the part of it that is an excluded cost of net cost.
    """

    name: str
    amount: Decimal
    kind: PoolKind = PoolKind.ORDINARY
    excluded: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        amount(f"cost {self.name}", self.amount, may_be_negative=self.kind is not PoolKind.ORDINARY)
        amount(f"excluded part of {self.name}", self.excluded)
        if self.kind is PoolKind.ORDINARY and self.excluded > self.amount:
            raise MalformedValue(f"excluded part of {self.name}", str(self.excluded), f"at most {self.amount}")


@dataclass(frozen=True, slots=True)
class Allocable:
    """The pools that are allocated, what they come to with and without excluded costs, and what is left out and why."""

    pools: tuple[CostPool, ...]
    total: Decimal
    less_excluded: Decimal
    left_out: tuple[tuple[CostPool, str], ...]


def allocable(pools: Iterable[CostPool]) -> Allocable:
    """What of `pools` may be allocated to goods (Schedule V s.7).

    >>> found = allocable([CostPool("power", Decimal(40), excluded=Decimal(10)),
    ...     CostPool("plant sold", Decimal(-5), PoolKind.CAPITAL_ASSET)])
    >>> found.total, found.less_excluded, [reason for _, reason in found.left_out]
    (Decimal('40'), Decimal('30'), ['gain or loss of the sale of a capital asset'])
    """
    pools = tuple(pools)
    taken = tuple(pool for pool in pools if pool.kind is PoolKind.ORDINARY)
    with exactly():
        total = sum((pool.amount for pool in taken), Decimal(0))
        less = total - sum((pool.excluded for pool in taken), Decimal(0))
    return Allocable(taken, total, less, tuple((pool, pool.kind.value) for pool in pools if pool not in taken))


@dataclass(frozen=True, slots=True)
class DirectCosts:
    """The direct costs of one good, in one currency and over one period; each zero or more."""

    labor: Decimal
    material: Decimal
    overhead: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            amount(f"direct {name}", getattr(self, name))

    def base(self, ratio: AllocationMethod) -> Decimal:
        """What the good is weighed by: Appendix B leaves direct overhead out, Appendix C takes it in.

        Raises:
            MalformedValue: another ratio, which these costs are no base of.
        """
        with exactly():
            if ratio is AllocationMethod.LABOR_AND_MATERIAL:
                return self.labor + self.material
            if ratio is AllocationMethod.DIRECT_COST:
                return self.labor + self.material + self.overhead
        raise MalformedValue("ratio of direct costs", ratio.value, "Appendix B or Appendix C")


def shared_once(ratios: Mapping[str, Decimal], pool: str, *, rests_on: tuple[str, ...] = ()) -> Finding:
    """Whether the goods that share one cost pool share no more than the whole of it.

    Args:
        ratios: each good's share, from 0 to 1.
        pool: the cost shared.

    Raises:
        MalformedValue: a share below 0 or above 1.
    """
    for good, ratio in ratios.items():
        if amount(f"share of {good} in {pool}", ratio) > 1:
            raise MalformedValue(f"share of {good} in {pool}", str(ratio), "a share from 0 to 1")
    whole = exact_sum(ratios.values())
    met = whole <= 1
    said = " + ".join(f"{good} {ratio}" for good, ratio in ratios.items()) or "no good has a share"
    return Finding(
        test=f"{pool} allocated once",
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=whole,
        bound=Decimal(1),
        shown=f"{whole} of the cost (at most 1)",
        law=(),
        reason=f"{said} {'is not more than' if met else 'is more than'} the whole",
        rests_on=rests_on,
        citations=(CITATION,),
        inputs=tuple(ratios.items()),
    )


def _not_to_qualify(method: Method) -> Finding:
    test = "the method was not taken up solely so that the good originates"
    if method.only_to_qualify is None:
        why = f"nothing on file says why {method.name} was taken up"
        return undetermined(test, why, citations=(both_texts("Sched V s.8"),))
    why = f"{method.name} was taken up solely to qualify the good"
    return _held(test, not method.only_to_qualify, f"{method.name} serves other ends", why, "Sched V s.8")


def _held(test: str, met: bool, holds: str, fails: str, section: str) -> Finding:
    return judged(test, holds if met else fails, both_texts(section), met=met)
