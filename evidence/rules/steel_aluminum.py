"""Steel and aluminum purchases of a vehicle producer: two tests of value, each over the goods of Table S.

19 CFR 182 App A s.17 and SOR/2020-155 s.17. ``share = value of originating purchases / value of purchases * 100`` for
steel and for aluminum apart (the US text letters two tests; the Canadian English runs them together). Both values are
corporate, in the region, and in one currency. A purchase that is not shown to originate stays in the denominator; a
value that is not known leaves the share open.

From 2027-07-01 steel originates only if every step from first melting and mixing through coating was in the region
(s.17(5)(b)). Both figures are worked out for every day, so that the evidence is gathered before it decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from evidence.core.statements.metal import Metal, MetalForm
from evidence.errors import MalformedValue
from evidence.rules.codes import subheading
from evidence.rules.exact import amount, exactly, percent_down, total_of
from evidence.rules.finding import Finding, Outcome, undetermined
from evidence.rules.parameters import ENTRY_INTO_FORCE, Law, Parameter
from evidence.rules.roll_up import Origin
from evidence.rules.tables import Tables

TABLE = "S"
CITATION = "19 CFR 182 App A s.17(1)-(4), Table S; SOR/2020-155 s.17(1)-(4), Table S"
MELT_CITATION = "19 CFR 182 App A s.17(5)(b); SOR/2020-155 s.17(5)(b)"
MELT_SERIES = "STEEL-MELT"
MELT_CHOICE = "steel-melt-day"
REGION = frozenset({"US", "CA", "MX"})
_PART_CODES = frozenset({"870829", "870899"})
"""The parts of Table S of which only the listed metal in them counts (s.17(2))."""


SERIES: Mapping[Metal, str] = MappingProxyType({Metal.STEEL: "STEEL", Metal.ALUMINUM: "ALUM"})
"""How the dated threshold of a metal is named, after ``PV-``, ``LT-``, ``HT-`` or ``ASR-PV-``."""


class Purpose(StrEnum):
    """What the purchase is for: only the first is counted (s.17(4))."""

    COVERED_VEHICLES = "passenger vehicles, light trucks or heavy trucks"
    OTHER_VEHICLES = "other vehicles"
    TOOLS = "tools, dies or moulds"


class Scope(StrEnum):
    """Whether a purchase is within the plants, exports or category that the producer chose (s.17(9))."""

    WITHIN = "within the scope"
    OUTSIDE = "outside the scope"
    NOT_KNOWN = "not known to be within the scope"


@dataclass(frozen=True, slots=True)
class MetalPurchase:
    """One purchase, its value in the currency of the test.

    Attributes:
        key: the caller's identifier; no two purchases of one metal share one.
        code: the tariff code in the edition of the rules; None if it is not known.
        value: of the whole line, by s.17(6); None if not known.
        within_part: of a part of 8708.29 or 8708.99, the value of the listed metal in it (s.17(2)).
        origin: under its ordinary rule of origin, as far as that is shown; `told` says in words why it is no more.
        received_in: the country whose plant received it; None if not known, so that it is not shown to be a purchase
            in the region.
        melted_in, poured_in, finished_in: the country of each step of steelmaking, the last of rolling and coating;
            None where nothing shows it.
        contract: of a directed buy, whether the contract by which the producer names supplier and terms is on file.
        purpose: what it was bought for; None where nothing says, so that it supports nothing.
        scope: whether it belongs to what the producer chose to calculate over.
        rests_on: identifiers of what its figures came from.
    """

    key: str
    metal: Metal
    form: MetalForm
    code: str | None
    value: Decimal | None
    origin: Origin
    bought_on: date
    within_part: Decimal | None = None
    received_in: str | None = None
    melted_in: str | None = None
    poured_in: str | None = None
    finished_in: str | None = None
    contract: bool = False
    purpose: Purpose | None = Purpose.COVERED_VEHICLES
    scope: Scope = Scope.WITHIN
    told: str = ""
    roles: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.value is not None:
            amount(f"value of {self.key}", self.value)
        if self.within_part is not None:
            amount(f"value of metal within {self.key}", self.within_part)
            if self.value is not None and self.within_part > self.value:
                wanted = f"at most the value of the part, {self.value}"
                raise MalformedValue(f"value of metal within {self.key}", str(self.within_part), wanted)


@dataclass(frozen=True, slots=True)
class CountedPurchase:
    """How one purchase counts.

    Attributes:
        counts: whether it is in the denominator.
        value: what of it is; None where that is not known.
        originating: whether it originates under its ordinary rule (s.17(5)(a)).
        melted_and_poured: whether every step of steelmaking is shown to be in the region; of aluminum, for which the
            regulations have no such rule, always true.
        reason: one line on why.
    """

    purchase: MetalPurchase
    counts: bool
    value: Decimal | None
    originating: bool
    melted_and_poured: bool
    reason: str


def count(purchase: MetalPurchase, tables: Tables, region: Collection[str] = REGION) -> CountedPurchase:
    """Whether and how `purchase` counts: Table S, purpose, place, scope, form, then origin and steelmaking.

    Raises:
        MalformedValue: its code is no tariff code, or is listed for the other metal only.
    """
    out = _left_out(purchase, region)
    if not out and purchase.code is None:
        unknown = "its code in the edition of the rules is not known"
        return _counted(purchase, None, _doubts(purchase, region), unknown, region)
    doubts = _doubts(purchase, region)
    if not out and purchase.code is not None:
        listing = tables.listing(purchase.code, purchase.roles)
        listed = {row.column for row in listing.rows if row.table == TABLE}
        possible = listed | {row.column for row in listing.undecided if row.table == TABLE}
        if not possible:
            out = f"{purchase.code} is not in Table S"
        elif purchase.metal.value not in possible:
            wanted = f"a code of Table S for {purchase.metal.value}"
            raise MalformedValue(f"code of {purchase.key}", f"{purchase.code}, listed for {min(possible)}", wanted)
        elif purchase.metal.value not in listed and purchase.form is not MetalForm.MAJOR_STAMPING:
            doubts.append("Table S lists only some goods of its code, and it is not recorded as one of them")
    if out:
        return CountedPurchase(purchase, False, Decimal(0), False, False, f"left out: {out}")
    if purchase.code is not None and subheading(purchase.code) in _PART_CODES:
        value, unknown = purchase.within_part, "the value of the listed metal within the part is not known (s.17(2))"
    else:
        value, unknown = purchase.value, "its value is not known"
    return _counted(purchase, value, doubts, unknown if value is None else "", region)


def _left_out(purchase: MetalPurchase, region: Collection[str]) -> str:
    if purchase.purpose is not None and purchase.purpose is not Purpose.COVERED_VEHICLES:
        return f"bought for {purchase.purpose.value} (s.17(4))"
    if purchase.received_in is not None and purchase.received_in not in region:
        return f"bought for a plant in {purchase.received_in}, outside the region (s.17(1))"
    return "outside the scope elected (s.17(9))" if purchase.scope is Scope.OUTSIDE else ""


def _doubts(purchase: MetalPurchase, region: Collection[str]) -> list[str]:
    """What keeps a purchase from supporting the claim although it stays in the denominator."""
    found = []
    if purchase.origin is not Origin.ORIGINATING:
        why = f" ({purchase.told})" if purchase.told else ""
        found.append(f"{purchase.origin.value} under its ordinary rule{why}")
    if purchase.purpose is None:
        found.append("not shown to be bought for passenger vehicles, light trucks or heavy trucks (s.17(4))")
    if purchase.received_in is None:
        found.append(f"nothing shows that it was received in {', '.join(sorted(region))}")
    if purchase.scope is Scope.NOT_KNOWN:
        found.append("not shown to be within the scope elected (s.17(9))")
    if purchase.form is MetalForm.DIRECTED_BUY and not purchase.contract:
        found.append("no contract of the producer for a directed buy is on file (s.17(3))")
    return found


def _counted(
    purchase: MetalPurchase, value: Decimal | None, doubts: list[str], unknown: str, region: Collection[str]
) -> CountedPurchase:
    steps = {"melted": purchase.melted_in, "poured": purchase.poured_in, "finished": purchase.finished_in}
    if purchase.metal is Metal.ALUMINUM:
        steps = {}
    not_shown = [step for step, country in steps.items() if country not in region]
    told = [*doubts, *([unknown] if unknown else [])]
    if not told:
        told.append("originates under its ordinary rule (s.17(5)(a))")
    if not_shown:
        told.append(f"not shown to be {', '.join(not_shown)} in the region (s.17(5)(b))")
    originating = not doubts
    return CountedPurchase(purchase, True, value, originating, originating and not not_shown, "; ".join(told))


@dataclass(frozen=True, slots=True)
class MetalContent:
    """The figures of one metal; each None where a value that counts in it is not known.

    Attributes:
        total: value of the purchases that count.
        originating: of them, what originates under its ordinary rule.
        melted_and_poured: of that, what was also melted, poured and finished in the region.
        supporting: the keys of the purchases that count as originating on the day asked, under the reading taken.
        finding: the test on that day, under that reading.
        views: the same test under each other reading of which purchases stand under the melting rule.
    """

    metal: Metal
    total: Decimal | None
    originating: Decimal | None
    melted_and_poured: Decimal | None
    lines: tuple[CountedPurchase, ...]
    supporting: frozenset[str]
    finding: Finding
    views: tuple[tuple[str, Finding], ...]


BY_DAY_OF_TEST, BY_DAY_OF_PURCHASE = "test", "purchase"


def content(
    metal: Metal,
    purchases: Iterable[MetalPurchase],
    tables: Tables,
    threshold: Parameter,
    melt: Parameter,
    day: date,
    *,
    reading: str = BY_DAY_OF_TEST,
    region: Collection[str] = REGION,
) -> MetalContent:
    """The share of `metal` purchases that originates, against the threshold of `day`.

    Args:
        purchases: of the period chosen (s.17(7)); those of the other metal are passed over.
        threshold: such as ``PV-STEEL``.
        melt: ``STEEL-MELT``: above zero where the steelmaking rule binds.
        reading: of the choice ``steel-melt-day``: all purchases under the law of `day`, or each under that of the day
            on which it was bought.

    Raises:
        NoValueInForce: no threshold for `day`.
        MalformedValue: two purchases with one key, an unknown reading, or a code listed for the other metal only.
    """
    if reading not in (BY_DAY_OF_TEST, BY_DAY_OF_PURCHASE):
        raise MalformedValue(MELT_CHOICE, reading, f"{BY_DAY_OF_TEST} or {BY_DAY_OF_PURCHASE}")
    listed = Tables(tuple(row for row in tables.rows if row.table == TABLE))  # of hundreds of rows, the few asked about
    lines: dict[str, CountedPurchase] = {}
    for purchase in purchases:
        if purchase.metal is not metal:
            continue
        if purchase.key in lines:
            raise MalformedValue(f"{metal.value} purchases", f"{purchase.key} twice", "each purchase once")
        lines[purchase.key] = count(purchase, listed, region)
    counted = [line for line in lines.values() if line.counts]
    law, steel = threshold.on(day), metal is Metal.STEEL
    rests_on = tuple(dict.fromkeys(ref for line in counted for ref in line.purchase.rests_on))

    def tested(by: str) -> tuple[Finding, list[CountedPurchase]]:
        bound_on = {line.purchase.key: day if by == BY_DAY_OF_TEST else line.purchase.bought_on for line in counted}
        rules = {key: melt.on(max(when, ENTRY_INTO_FORCE)) for key, when in bound_on.items()} if steel else {}
        good = [
            line for line in counted
            if (line.melted_and_poured if _binds(rules.get(line.purchase.key)) else line.originating)
        ]  # fmt: skip
        return share(
            metal,
            total_of(line.value for line in counted),
            total_of(line.value for line in good),
            law,
            rests_on,
            tuple(dict.fromkeys(rules.values())),
        ), good

    finding, good = tested(reading)
    others = (BY_DAY_OF_TEST, BY_DAY_OF_PURCHASE) if steel else ()
    return MetalContent(
        metal=metal,
        total=total_of(line.value for line in counted),
        originating=total_of(line.value for line in counted if line.originating),
        melted_and_poured=total_of(line.value for line in counted if line.melted_and_poured),
        lines=tuple(lines.values()),
        supporting=frozenset(line.purchase.key for line in good),
        finding=finding,
        views=tuple((by, tested(by)[0]) for by in others if by != reading),
    )


def _binds(rule: Law | None) -> bool:
    return rule is not None and rule.amount > 0


def share(
    metal: Metal,
    total: Decimal | None,
    originating: Decimal | None,
    law: Law,
    rests_on: tuple[str, ...] = (),
    melt: tuple[Law, ...] = (),
) -> Finding:
    """Whether `originating` is at least the percentage of `total` that `law` asks: ``originating * 100 >= P * total``.

    No purchases at all are no share: not determinable.

    Raises:
        MalformedValue: a figure below zero, or more originating than bought.
    """
    test = f"{metal.value} purchases that originate"
    citations = (CITATION, *([MELT_CITATION] if any(map(_binds, melt)) else []))
    if total is None or originating is None:
        reason = f"the value of a {metal.value} purchase, or its code, is not known"
        return undetermined(test, reason, citations=(law.source, *citations), rests_on=rests_on)
    amount(f"{metal.value} purchases", total)
    if amount(f"{metal.value} purchases that originate", originating) > total:
        raise MalformedValue(f"{metal.value} purchases that originate", str(originating), f"at most the total, {total}")
    if total == 0:
        reason = f"no {metal.value} purchases of Table S are on file for the period"
        return undetermined(test, reason, citations=(law.source, *citations), rests_on=rests_on)
    with exactly():
        met = originating * 100 >= law.amount * total
    shown = percent_down(originating, total, 2)
    return Finding(
        test=test,
        outcome=Outcome.MET if met else Outcome.NOT_MET,
        figure=percent_down(originating, total),
        bound=law.amount,
        shown=f"{shown} % (at least {law.amount} %)",
        law=(law, *melt),
        reason=f"{shown} % {'is not less than' if met else 'is less than'} {law.amount} %",
        rests_on=rests_on,
        citations=citations,
        inputs=((f"{metal.value} purchases of Table S", total), ("of which originating", originating)),
    )
