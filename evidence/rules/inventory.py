"""Inventory methods: which units, and which of their values, leave a stock of goods that take each other's place.

Two uses. Identical non-originating materials under the transaction value method: 19 CFR 182 App A s.7(10), Schedule
VII. Fungible materials and goods, originating and not, kept together: s.8(18)-(22), Schedule VIII. The same of
SOR/2020-155. First in first out, last in first out, and the average, told at each issue; specific identification where
lots are kept apart. The method chosen stands for the fiscal year.

Units of origin not known count as non-originating; so does stock found too many. Units found missing are taken from the
originating ones first. What a ratio leaves over is rounded up on the non-originating side.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import product
from math import ceil, floor

from evidence.errors import MalformedValue
from evidence.rules.carried import down, up
from evidence.rules.exact import amount
from evidence.rules.finding import Finding, Outcome, undetermined

IDENTICAL_CITATION = "19 CFR 182 App A s.7(10), Sched VII; SOR/2020-155 s.7(10), Sched VII"
FUNGIBLE_CITATION = "19 CFR 182 App A s.8(18)-(22), Sched VIII; SOR/2020-155 s.8(18)-(22), Sched VIII"


_CARRIED = 40
_LONGEST = 10 ** (2 * _CARRIED)
"""The denominator from which a figure of the average method is carried at forty decimals."""


class Method(StrEnum):
    """How what leaves is told. Schedule VII knows no specific identification: its materials are identical."""

    SPECIFIC = "specific identification"
    FIFO = "first in, first out"
    LIFO = "last in, first out"
    AVERAGE = "average"


class Kind(StrEnum):
    """What happened to the stock."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    MISSING = "count difference"


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement, in the order in which it was booked: an opening layer is a receipt before all others.

    Attributes:
        originating: of a receipt; what is not known is not originating.
        unit_value: of a receipt, in the currency of the stock; None if not known.
        lot: of a receipt or, under specific identification, of an issue.
    """

    kind: Kind
    day: date
    units: Decimal
    originating: bool = False
    unit_value: Decimal | None = None
    lot: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        amount(f"units of the {self.kind.value} of {self.day}", self.units)
        if self.unit_value is not None:
            amount(f"unit value of the {self.kind.value} of {self.day}", self.unit_value)


@dataclass(frozen=True, slots=True)
class Issue:
    """What left at one issue.

    Attributes:
        originating, non_originating: units of each.
        value_non_originating: of the non-originating units, what counts in VNM; None where a value that counts is not
            known. By the average method it is their number by the average unit value of the whole stock.
        ratio_non_originating, unit_value: of the average method, as applied.
        left_originating, left_non_originating: units in stock afterwards.
    """

    movement: Movement
    originating: Decimal
    non_originating: Decimal
    value_non_originating: Decimal | None
    left_originating: Decimal
    left_non_originating: Decimal
    ratio_non_originating: Decimal | None = None
    unit_value: Decimal | None = None


@dataclass(slots=True)
class _Layer:
    units: Fraction
    originating: bool
    unit_value: Fraction | None
    lot: str


@dataclass(slots=True)
class _Stock:
    """The layers in the order in which they came, and their units of either origin, kept as they come and go."""

    layers: deque[_Layer] = field(default_factory=deque)
    originating: Fraction = Fraction(0)
    non_originating: Fraction = Fraction(0)

    @property
    def units(self) -> Fraction:
        return self.originating + self.non_originating

    def put(self, layer: _Layer) -> None:
        if layer.units:
            self.layers.append(layer)
            self._count(layer.originating, layer.units)

    def take(self, wanted: Fraction, *, last: bool) -> list[_Layer]:
        """The units that leave from one end, layer by layer; there are as many."""
        taken: list[_Layer] = []
        while wanted:
            layer = self.layers[-1 if last else 0]
            wanted -= self._leave(layer, wanted, taken)
            if not layer.units:
                (self.layers.pop if last else self.layers.popleft)()
        return taken

    def take_among(self, wanted: Fraction, order: Iterable[_Layer]) -> list[_Layer]:
        """The units that leave from some of the layers, in `order`; there are as many."""
        taken: list[_Layer] = []
        for layer in order:
            wanted -= self._leave(layer, wanted, taken)
            if not wanted:
                break
        self.layers = deque(layer for layer in self.layers if layer.units)
        return taken

    def _leave(self, layer: _Layer, wanted: Fraction, taken: list[_Layer]) -> Fraction:
        units = min(wanted, layer.units)
        layer.units -= units
        self._count(layer.originating, -units)
        if units:
            taken.append(_Layer(units, layer.originating, layer.unit_value, layer.lot))
        return units

    def _count(self, originating: bool, units: Fraction) -> None:
        if originating:
            self.originating += units
        else:
            self.non_originating += units


@dataclass(frozen=True, slots=True)
class Printed:
    """Decimals to which the average method's ratio and unit value are rounded before they are used.

    The printed examples of Schedule VIII round both to two; the rules themselves say nothing, so that without this
    nothing is rounded.
    """

    ratio_places: int
    value_places: int


def issues(movements: Iterable[Movement], method: Method, printed: Printed | None = None) -> tuple[Issue, ...]:
    """What left at each issue of one stock, told by `method`.

    Raises:
        MalformedValue: movements out of the order of their days, more issued or missing than was there, or a lot that
            is not in stock.
    """
    stock, found, before = _Stock(), [], None
    for movement in movements:
        if before is not None and movement.day < before:
            raise MalformedValue("order of movements", f"{movement.day} after {before}", "the order of their days")
        before = movement.day
        units = Fraction(movement.units)
        if movement.kind is Kind.RECEIPT:
            value = None if movement.unit_value is None else Fraction(movement.unit_value)
            stock.put(_Layer(units, movement.originating, value, movement.lot))
            continue
        if units > stock.units:
            what = f"{movement.kind.value} of {movement.day}"
            raise MalformedValue(what, f"{movement.units} units", f"at most the stock, {up(stock.units)} units")
        if movement.kind is Kind.MISSING:
            stock.take_among(units, sorted(stock.layers, key=lambda layer: not layer.originating))
        elif method is Method.AVERAGE:
            found.append(_averaged(stock, movement, printed))
        else:
            found.append(_told(stock, movement, method))
    return tuple(found)


def _told(stock: _Stock, movement: Movement, method: Method) -> Issue:
    units = Fraction(movement.units)
    if method is Method.SPECIFIC:
        order = [layer for layer in stock.layers if layer.lot and layer.lot == movement.lot]
        there = sum((layer.units for layer in order), Fraction(0))
        if there < units:
            what = f"issue of {movement.day} from lot {movement.lot or '(none named)'}"
            raise MalformedValue(what, f"{movement.units} units", f"at most what is left of it, {up(there)} units")
        taken = stock.take_among(units, order)
    else:
        taken = stock.take(units, last=method is Method.LIFO)
    foreign = [layer for layer in taken if not layer.originating]
    values = [layer.units * layer.unit_value for layer in foreign if layer.unit_value is not None]
    return Issue(
        movement=movement,
        originating=down(sum((layer.units for layer in taken if layer.originating), Fraction(0))),
        non_originating=up(sum((layer.units for layer in foreign), Fraction(0))),
        value_non_originating=up(sum(values, Fraction(0))) if len(values) == len(foreign) else None,
        left_originating=down(stock.originating),
        left_non_originating=up(stock.non_originating),
    )


def _averaged(stock: _Stock, movement: Movement, printed: Printed | None) -> Issue:
    """Origin by the ratio of the stock before the issue, value by its average; what is left keeps both."""
    units, whole = Fraction(movement.units), stock.units
    ratio = stock.non_originating / whole if whole else Fraction(0)
    values = [layer.units * layer.unit_value for layer in stock.layers if layer.unit_value is not None]
    value = sum(values, Fraction(0)) / whole if whole and len(values) == len(stock.layers) else None
    exact = value
    if printed is not None:
        ratio = _rounded(ratio, printed.ratio_places)
        value = None if value is None else _rounded(value, printed.value_places)
    non_originating, left = units * ratio, whole - units
    stock.layers.clear()
    stock.originating = stock.non_originating = Fraction(0)
    exact = None if exact is None else _bounded(exact)
    foreign = min(_bounded(left * ratio), left)
    stock.put(_Layer(left - foreign, True, exact, ""))
    stock.put(_Layer(foreign, False, exact, ""))
    worth = Fraction(0) if not non_originating else None if value is None else non_originating * value
    return Issue(
        movement=movement,
        originating=down(units - non_originating),
        non_originating=up(non_originating),
        value_non_originating=None if worth is None else up(worth),
        left_originating=down(left - foreign),
        left_non_originating=up(foreign),
        ratio_non_originating=up(ratio),
        unit_value=None if value is None else up(value),
    )


@dataclass(frozen=True, slots=True)
class Used:
    """The method used for one stock in one fiscal year, with how many movements rest on it; `what` names the stock."""

    what: str
    group: str
    year_from: date
    year_to: date
    method: str
    rests_on: tuple[str, ...] = ()


def one_method(used: Iterable[Used]) -> Finding:
    """Whether one method stands for each group of stocks through each fiscal year.

    A group is what the law holds together: for Schedule VIII the materials and goods of one inventory, for Schedule
    VII all identical non-originating materials of the producer, at every plant.
    """
    test = "one inventory method for the fiscal year"
    used = tuple(used)
    rests_on = tuple(dict.fromkeys(ref for each in used for ref in each.rests_on))
    citations = (IDENTICAL_CITATION, FUNGIBLE_CITATION)
    if not used:
        return undetermined(test, "no inventory is on file", citations=citations)
    against = [
        f"{one.what} by {one.method}, {other.what} by {other.method}"
        for one, other in product(used, repeat=2)
        if one.group == other.group and one.method < other.method and _meet(one, other)
    ]
    reason = "; ".join(dict.fromkeys(against)) or "each group of stocks is told by one method"
    outcome = Outcome.NOT_MET if against else Outcome.MET
    return Finding(test, outcome, None, None, outcome.value.replace("_", " "), (), reason, rests_on, citations)


def _meet(one: Used, other: Used) -> bool:
    return one.year_from <= other.year_to and other.year_from <= one.year_to


def _bounded(value: Fraction) -> Fraction:
    """`value`, rounded up at forty decimals once no shorter fraction writes it.

    An average of averages grows by the digits of every receipt, so that a year of them could not be worked out.
    """
    if value.denominator < _LONGEST:
        return value
    return Fraction(ceil(value * 10**_CARRIED), 10**_CARRIED)


def _rounded(value: Fraction, places: int) -> Fraction:
    """Half upwards: as the printed ratios and values are."""
    return Fraction(floor(value * 10**places + Fraction(1, 2)), 10**places)
