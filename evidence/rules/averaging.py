"""Averaged contents: the sums of net cost and of non-originating value over a category of goods and a period.

19 CFR 182 App A s.16(1)-(3), (8) (vehicles), s.16(10)-(11) and s.14(12) (automotive parts, core parts), s.20(6)-(7)
(other vehicles and their parts), s.7(15)-(16) (other goods); the same of SOR/2020-155. The content is
``(sum of NC - sum of VNM) / sum of NC * 100``, never a mean of percentages. Sums are exact: a share of the units made
is kept as a fraction until it is shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm

from evidence.core.values import Period
from evidence.errors import MalformedValue
from evidence.rules import carried
from evidence.rules.exact import amount
from evidence.rules.finding import Finding, Outcome, all_of, undetermined
from evidence.rules.parameters import Law, Parameter
from evidence.rules.regional_value import by_net_cost
from evidence.rules.ruleset import RuleSet

STEP_READING = "averaging-across-a-step"
CORE_READING = "core-average-bound"
PARTS_CITATION = "19 CFR 182 App A s.16(10)-(11); SOR/2020-155 s.16(10)-(11)"
CORE_CITATION = "19 CFR 182 App A s.14(12); SOR/2020-155 s.14(12)"

_DAY = timedelta(days=1)


class Regime(StrEnum):
    """The provisions under which goods are averaged."""

    VEHICLES = "vehicles"
    PARTS = "automotive parts"
    CORE_PARTS = "core parts"
    OTHER_VEHICLES = "other vehicles"
    OTHER_VEHICLE_PARTS = "parts of other vehicles"
    OTHER_GOODS = "other goods"


class Category(StrEnum):
    """What the goods of an average have in common."""

    LINE_CLASS_PLANT = "same model line, class and plant"
    CLASS_PLANT = "same class and plant"
    LINE_COUNTRY = "same model line in one country"
    CLASS_COUNTRY = "same class in one country"
    AGREED = "category agreed by the three countries"
    PLANT = "goods of one plant"
    CORE_GROUP = "one category of core parts"
    SUPER_CORE = "super-core"
    SIMILAR = "identical or similar goods of one plant"


class Basis(StrEnum):
    """Which units of the category are counted."""

    ALL = "all"
    EXPORTED = "exported"
    BUYER = "one buyer"


ALIKE: Mapping[Category, tuple[str, ...]] = {
    Category.LINE_CLASS_PLANT: ("model_line", "vehicle_class", "plant"),
    Category.CLASS_PLANT: ("vehicle_class", "plant"),
    Category.LINE_COUNTRY: ("model_line", "country"),
    Category.CLASS_COUNTRY: ("vehicle_class", "country"),
    Category.AGREED: (),
    Category.PLANT: ("plant", "kind"),
    Category.CORE_GROUP: ("kind",),
    Category.SUPER_CORE: (),
    Category.SIMILAR: ("plant", "kind"),
}
"""What must be the same of every good in a category. `kind` is the table, the group or the sort of similar goods."""

VEHICLE_CATEGORIES = (Category.LINE_CLASS_PLANT, Category.CLASS_PLANT, Category.LINE_COUNTRY, Category.CLASS_COUNTRY)
_PARTS = (Basis.ALL, Basis.EXPORTED, Basis.BUYER)
TERMS: Mapping[Regime, tuple[tuple[Category, ...], tuple[Basis, ...], str]] = {
    Regime.VEHICLES: (
        (*VEHICLE_CATEGORIES, Category.AGREED),
        (Basis.ALL, Basis.EXPORTED),
        "19 CFR 182 App A s.16(1)-(3), (8); SOR/2020-155 s.16(1)-(3), (8)",
    ),
    Regime.PARTS: (
        (Category.PLANT,),
        _PARTS,
        PARTS_CITATION,
    ),
    Regime.CORE_PARTS: (
        (Category.CORE_GROUP, Category.SUPER_CORE),
        _PARTS,
        "19 CFR 182 App A s.14(12), s.16(10)-(11); SOR/2020-155 s.14(12), s.16(10)-(11)",
    ),
    Regime.OTHER_VEHICLES: (
        (Category.LINE_CLASS_PLANT, Category.CLASS_PLANT, Category.LINE_COUNTRY),
        (Basis.ALL, Basis.EXPORTED),
        "19 CFR 182 App A s.20(6); SOR/2020-155 s.20(6)",
    ),
    Regime.OTHER_VEHICLE_PARTS: (
        (Category.PLANT,),
        _PARTS,
        "19 CFR 182 App A s.20(7); SOR/2020-155 s.20(7)",
    ),
    Regime.OTHER_GOODS: (
        (Category.SIMILAR,),
        (Basis.ALL,),
        "19 CFR 182 App A s.7(15)-(16); SOR/2020-155 s.7(15)-(16)",
    ),
}
"""Of each regime: its categories, the units that may be counted, and the text."""


@dataclass(frozen=True, slots=True)
class Member:
    """One good of a category over the whole period, at one plant; a figure that is None is not known.

    Attributes:
        key: the caller's identifier.
        net_cost: net cost of all units made in the period.
        non_originating: value of non-originating materials of the same units and in the same currency.
        made: units made in the period.
        counted: of these, the units on the basis chosen, such as those exported; None where not known.
        requirement: the series that the good must reach, such as ``PV-RVC``.
        kind: the table, the core group or the sort of similar goods.
        rests_on: identifiers of what the figures came from.
    """

    key: str
    requirement: str
    net_cost: Decimal | None
    non_originating: Decimal | None
    made: Decimal
    counted: Decimal | None
    model_line: str = ""
    vehicle_class: str = ""
    plant: str = ""
    country: str = ""
    kind: str = ""
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        amount(f"units made of {self.key}", self.made, above_zero=True)
        if self.counted is not None:
            amount(f"units counted of {self.key}", self.counted)
            if self.counted > self.made:
                raise MalformedValue(f"units counted of {self.key}", str(self.counted), f"at most {self.made}, as made")
        for name in ("net_cost", "non_originating"):
            if getattr(self, name) is not None:
                amount(f"{name.replace('_', ' ')} of {self.key}", getattr(self, name))

    @property
    def left_out(self) -> bool:
        """Whether no unit of it is counted, so that its figures are not needed."""
        return self.counted == 0

    def share_of(self, figure: Decimal) -> Fraction:
        """Of a figure for all units made, what the counted units have; `counted` is known."""
        assert self.counted is not None
        return Fraction(figure) * Fraction(self.counted) / Fraction(self.made)


@dataclass(frozen=True, slots=True)
class Terms:
    """How goods are averaged.

    Attributes:
        separately: goods of different required percentages are averaged apart, where s.16(2) allows it.
        agreement: of an agreed category, the text by which the three countries agreed it.
        aim: which units a basis other than all is of: the countries exported to, or the buyer.
        vehicles: of parts, the category of the vehicles that they go into, where only those units count (s.16(10)).
    """

    regime: Regime
    category: Category
    basis: Basis
    period: Period
    separately: bool = False
    agreement: str = ""
    aim: tuple[str, ...] = ()
    vehicles: Category | None = None

    def __post_init__(self) -> None:
        categories, bases, citation = TERMS[self.regime]
        if self.category not in categories:
            raise MalformedValue(
                f"category of {self.regime.value}", self.category.value, f"one of {_named(categories)} ({citation})"
            )
        if self.basis not in bases:
            raise MalformedValue(
                f"basis of {self.regime.value}", self.basis.value, f"one of {_named(bases)} ({citation})"
            )
        if self.separately and self.category not in (Category.LINE_COUNTRY, Category.CLASS_COUNTRY):
            raise MalformedValue(
                "separate averages", self.category.value, "a category of one country (19 CFR 182 App A s.16(2))"
            )
        if self.basis is not Basis.ALL and not self.aim:
            raise MalformedValue(f"basis {self.basis.value}", "nothing", "the countries exported to, or the buyer")
        if self.vehicles is not None:
            self._of_parts(self.vehicles)

    def _of_parts(self, vehicles: Category) -> None:
        """Raises MalformedValue where the goods may not be confined to those for a category of vehicles."""
        of = f"vehicles of {self.regime.value}"
        if self.regime not in (Regime.PARTS, Regime.CORE_PARTS):
            raise MalformedValue(of, vehicles.value, f"none: only {PARTS_CITATION} lets parts be averaged so")
        if vehicles not in VEHICLE_CATEGORIES:
            raise MalformedValue(of, vehicles.value, f"one of {_named(VEHICLE_CATEGORIES)} ({PARTS_CITATION})")
        if self.basis is Basis.EXPORTED:
            raise MalformedValue(of, "with exported units only", "all units that go into them, or those of one buyer")

    @property
    def citation(self) -> str:
        """The text under which these goods are averaged."""
        return TERMS[self.regime][2]


@dataclass(frozen=True, slots=True)
class Average:
    """One average, with the sums it was made of; where it is met, every unit counted originates by its content.

    `net_cost` is shown cut downwards and `non_originating` upwards after ten decimals; the comparison is exact. `steps`
    holds every percentage in force within the period where there is more than one.
    """

    finding: Finding
    members: tuple[str, ...]
    net_cost: Decimal | None
    non_originating: Decimal | None
    steps: tuple[Law, ...] = ()


def average(
    members: Iterable[Member], terms: Terms, law: RuleSet, *, readings: Mapping[str, str] | None = None
) -> tuple[Average, ...]:
    """The averages of a category: one, or one for each required percentage where they are taken separately.

    Goods of different required percentages that are not taken separately are held, as one average, to each of them.

    Args:
        members: every good of the category; one that is missing is the caller's fault, one without figures makes the
            average not determinable.
        readings: the readings of `averaging-across-a-step` and `core-average-bound`; defaults where absent.

    Raises:
        MalformedValue: no good, a good twice, or goods that the category does not hold together.
        NoValueInForce: no percentage is in force on some day of the period.
        RuleError: there is no such series or reading.
    """
    members = tuple(members)
    _alike(members, terms)
    readings = readings or {}
    by_requirement: dict[str, list[Member]] = {}
    for member in members:
        by_requirement.setdefault(member.requirement, []).append(member)
    if terms.separately:
        return tuple(_average(group, (name,), terms, law, readings) for name, group in by_requirement.items())
    return (_average(members, tuple(by_requirement), terms, law, readings),)


def strictest(requirement: Parameter, period: Period) -> tuple[Law, ...]:
    """Every value of `requirement` in force on a day of `period`, the highest first.

    Raises:
        NoValueInForce: none is on some day of it.
    """
    found: list[Law] = []
    day = period.first
    while not found or (found[-1].last is not None and found[-1].last < period.last):
        day = found[-1].last + _DAY if found and found[-1].last is not None else day
        found.append(requirement.on(day))
    return tuple(sorted(found, key=lambda law: (-law.amount, law.first)))


def counted_text(basis: Basis, vehicles: Category | None = None, programme: str | None = None) -> str:
    """Which units count, in the words that a recorded average has for it."""
    return basis.value if vehicles is None else f"{basis.value}, for vehicles of the {vehicles.value} as {programme}"


def _average(
    members: Iterable[Member],
    requirements: tuple[str, ...],
    terms: Terms,
    law: RuleSet,
    readings: Mapping[str, str],
) -> Average:
    members = tuple(members)
    into = f" for vehicles of the {terms.vehicles.value}" if terms.vehicles is not None else ""
    test = f"average content, {terms.category.value}{into}, {terms.basis.value}, {terms.period}"
    keys = tuple(member.key for member in members)
    rests_on = tuple(dict.fromkeys(source for member in members for source in member.rests_on))
    missing = _missing(members, terms)
    if missing:
        return Average(undetermined(test, missing, citations=(terms.citation,), rests_on=rests_on), keys, None, None)
    net_cost = sum((member.share_of(member.net_cost) for member in members if member.net_cost), Fraction(0))
    vnm = sum((member.share_of(member.non_originating) for member in members if member.non_originating), Fraction(0))
    whole = lcm(net_cost.denominator, vnm.denominator)
    shown = (carried.down(net_cost), carried.up(vnm))
    findings: list[Finding] = []
    steps: list[Law] = []
    for name in requirements:
        laws = strictest(law.series(name), terms.period)
        taken = laws[0] if law.choice(STEP_READING, readings.get(STEP_READING)).name == "strictest" else None
        day = terms.period.first if taken is None else max(taken.first, terms.period.first)
        found = by_net_cost(
            Decimal(int(net_cost * whole)), Decimal(int(vnm * whole)), law.series(name), day, test=test,
            rests_on=rests_on,
        )  # fmt: skip
        if terms.regime is Regime.CORE_PARTS:
            found = _exceeding(found, net_cost, vnm, law, readings)
        inputs = (("net cost", shown[0]), ("value of non-originating materials", shown[1])) if found.inputs else ()
        findings.append(replace(found, citations=(*found.citations, terms.citation), inputs=inputs))
        steps += laws if len(laws) > 1 else ()
    finding = findings[0] if len(findings) == 1 else all_of(test, findings, citations=(terms.citation,))
    return Average(finding, keys, *shown, tuple(steps))


def _alike(members: tuple[Member, ...], terms: Terms) -> None:
    if not members:
        raise MalformedValue("averaging category", "no good", "every good of the category made in the period")
    keys = [member.key for member in members]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise MalformedValue("averaging category", f"{', '.join(twice)} twice", "each good of a plant once")
    for name in ALIKE[terms.category]:
        values = sorted({str(getattr(member, name)) for member in members})
        words = name.replace("_", " ")
        if "" in values:
            without = next(member.key for member in members if not getattr(member, name))
            raise MalformedValue(f"{words} of {without}", "none", f"one, for the category {terms.category.value!r}")
        if len(values) > 1:
            raise MalformedValue(
                f"category {terms.category.value!r}", f"{words} {', '.join(values)}", f"goods of the same {words}"
            )


def _missing(members: Iterable[Member], terms: Terms) -> str:
    """Why the average cannot be made; empty where it can."""
    if terms.category is Category.AGREED and not terms.agreement:
        return "no text is on file by which the three countries agreed this category (s.16(1)(d))"
    wanted = [member for member in members if not member.left_out]
    if not wanted:
        return f"no unit counts on the basis {terms.basis.value!r}"
    unknown = [member.key for member in wanted if member.counted is None]
    if unknown:
        return f"how many units of {', '.join(unknown)} count on the basis {terms.basis.value!r} is not known"
    for name in ("net_cost", "non_originating"):
        unknown = [member.key for member in wanted if getattr(member, name) is None]
        if unknown:
            words = "net cost" if name == "net_cost" else "value of non-originating materials"
            return f"the {words} of {', '.join(unknown)} over {terms.period} is not known, and every unit counts"
    return ""


def _exceeding(found: Finding, net_cost: Fraction, vnm: Fraction, law: RuleSet, readings: Mapping[str, str]) -> Finding:
    """The average of core parts at the very percentage: s.14(12) says that it exceeds (`core-average-bound`)."""
    reading = law.choice(CORE_READING, readings.get(CORE_READING))
    at_bound = found.bound is not None and (net_cost - vnm) * 100 == Fraction(found.bound) * net_cost
    if not found.met or not at_bound:
        return found
    reason = (
        f"the average is exactly {found.bound} %, which {reading.name.replace('-', ' ')} decides: {reading.reading}"
    )
    outcome = Outcome.NOT_MET if reading.name == "exceeds" else found.outcome
    return replace(found, outcome=outcome, reason=reason, citations=(*found.citations, CORE_CITATION))


def _named(options: Iterable[StrEnum]) -> str:
    return ", ".join(repr(option.value) for option in options)
