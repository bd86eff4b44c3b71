"""What a claim saves: the duty and fees that fall due if it fails, from duty measures on record (RECORDS.md 34).

Nothing is taken as nothing: a measure without a rate, one that turns on a quota or an exclusion, a rate for a unit that
the entry does not count in, or no ordinary duty on record leave the stake not computed, with the reason. Which fees and
other charges fall on an import is not known here: one of which no measure is on record is not in the stake; a fee on
record for other days alone leaves it not computed. Of a fee that one entry pays between a least and a most, what falls
due is what the whole entry then pays more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from evidence.core.statements.duty import DutyMeasureLine, MeasureKind
from evidence.register.queries import Known
from evidence.rules.exact import exactly

_A_HUNDREDTH: Final = Decimal("0.01")
_CURRENCY: Final = {"US": "USD", "CA": "CAD", "MX": "MXN"}
"""What the least and the most of a fee are in, where the measure names no currency."""
_ONE_OF: Final = (MeasureKind.ORDINARY, MeasureKind.PREFERENTIAL)
"""A good pays one of these, by the narrowest code; of other charges each by its name."""

Measure = Known[DutyMeasureLine]


@dataclass(frozen=True, slots=True)
class Dutiable:
    """A line of a customs entry as a measure sees it."""

    country: str
    tariff_item: str
    hs_edition: str
    origin: str | None
    """The country that the goods come from; None where it is not known."""
    value: Decimal
    currency: str
    quantity: Decimal
    unit: str | None
    entered_on: date


@dataclass(frozen=True, slots=True)
class Charge:
    """What one measure on record comes to; below zero for what is paid with the claim."""

    measure: str
    amount: Decimal
    currency: str
    citation: str
    checked_on: date
    ref: str


@dataclass(frozen=True, slots=True)
class Stake:
    """What falls due, measure by measure on record, and in `not_computed` why that is not all of it."""

    charges: tuple[Charge, ...] = ()
    not_computed: tuple[str, ...] = ()

    @property
    def amounts(self) -> tuple[tuple[str, Decimal], ...]:
        """The sum in each currency."""
        sums: dict[str, Decimal] = {}
        with exactly():
            for charge in self.charges:
                sums[charge.currency] = sums.get(charge.currency, Decimal(0)) + charge.amount
        return tuple(sorted(sums.items()))


def joined(stakes: Iterable[Stake]) -> Stake:
    """Several stakes as one."""
    found = list(stakes)
    charges = tuple(charge for stake in found for charge in stake.charges)
    return Stake(charges, tuple(dict.fromkeys(why for stake in found for why in stake.not_computed)))


def stake(falling: Sequence[Dutiable], paying: Sequence[Dutiable], measures: Sequence[Measure]) -> Stake:
    """What one customs entry pays more if preference fails on some of its lines.

    Args:
        falling: the lines on which it fails.
        paying: the lines of the same entry that pay already; they count towards the least and the most of a fee.
        measures: those of the importing country that stand on record.
    """
    sum_ = _Sum()
    bounded: dict[str, Measure] = {}
    with exactly():
        for line in falling:
            sum_.line(line, measures, bounded)
        for measure in bounded.values():
            sum_.whole_entry(measure, falling, paying)
    return Stake(tuple(sum_.charges), tuple(dict.fromkeys(sum_.wanting)))


@dataclass
class _Sum:
    """Adds up one entry."""

    charges: list[Charge] = field(default_factory=list)
    wanting: list[str] = field(default_factory=list)

    def line(self, line: Dutiable, measures: Sequence[Measure], bounded: dict[str, Measure]) -> None:
        """What each measure adds for one line; a fee with bounds is kept for the whole entry."""
        fitting = [known for known in measures if _falls_on(known.value, line)]
        if not any(known.value.measure_kind is MeasureKind.ORDINARY for known in fitting):
            self.wanting.append(
                f"no ordinary duty is on record for {line.tariff_item} ({line.hs_edition}) into {line.country} on the "
                "day of entry"
            )
        for name in _lapsed(measures, line):
            self.wanting.append(f"{name}: it is on record for other days, and not for the day of entry")
        for same in _alike(fitting):
            narrowest = _narrowest(same)
            measure = narrowest[0].value
            if measure.measure_kind is not MeasureKind.PREFERENTIAL and not measure.lifted_by_claim:
                continue
            if any(_rate(known.value) != _rate(measure) for known in narrowest):
                refs = ", ".join(known.ref for known in narrowest)
                self.wanting.append(f"{measure.measure}: the measures on record differ ({refs})")
            elif measure.origin_country is not None and line.origin is None:
                self.wanting.append(
                    f"{measure.measure} falls on goods of {measure.origin_country}; theirs is not known"
                )
            elif measure.condition is not None:
                self.wanting.append(f"{measure.measure} turns on {measure.condition}, which is not decided here")
            elif measure.least is not None or measure.most is not None:
                bounded.setdefault(narrowest[0].ref, narrowest[0])
            else:
                self._charge(narrowest[0], line)

    def _charge(self, known: Measure, line: Dutiable) -> None:
        measure = known.value
        amount, why = _amount(measure, line)
        if amount is None:
            self.wanting.append(f"{measure.measure}: {why}")
            return
        sign = -1 if measure.measure_kind is MeasureKind.PREFERENTIAL else 1
        self.charges.append(_charged(known, sign * amount, line.currency))

    def whole_entry(self, known: Measure, falling: Sequence[Dutiable], paying: Sequence[Dutiable]) -> None:
        """A fee with a least or a most: what the entry then pays, less what it pays already."""
        measure = known.value
        currency = measure.specific_currency or _CURRENCY.get(measure.country, "")
        on = [line for line in (*falling, *paying) if _falls_on(measure, line)]
        if any(line.currency != currency for line in on):
            self.wanting.append(
                f"{measure.measure}: its bounds are in {currency or 'no known currency'}, the entry is not"
            )
            return
        sums = []
        for lines in (on, [line for line in paying if _falls_on(measure, line)]):
            amounts = [_amount(measure, line) for line in lines]
            if why := next((reason for amount, reason in amounts if amount is None), ""):
                self.wanting.append(f"{measure.measure}: {why}")
                return
            total = sum((amount for amount, _ in amounts if amount is not None), Decimal(0))
            sums.append(_within(measure, total) if lines else Decimal(0))
        self.charges.append(_charged(known, sums[0] - sums[1], currency))


def _lapsed(measures: Iterable[Measure], line: Dutiable) -> list[str]:
    """The fees that a claim lifts and that are on record for such goods on other days alone."""
    fees = [known.value for known in measures if known.value.measure_kind is MeasureKind.FEE]
    such = [fee for fee in fees if _of_goods(fee, line)]
    held = {fee.measure for fee in such if _holds(fee, line)}
    return list(dict.fromkeys(fee.measure for fee in such if fee.lifted_by_claim and fee.measure not in held))


def _falls_on(measure: DutyMeasureLine, line: Dutiable) -> bool:
    return _holds(measure, line) and _of_goods(measure, line)


def _holds(measure: DutyMeasureLine, line: Dutiable) -> bool:
    last = measure.applies_to
    return measure.applies_from <= line.entered_on and (last is None or line.entered_on <= last)


def _of_goods(measure: DutyMeasureLine, line: Dutiable) -> bool:
    if measure.country != line.country:
        return False
    if line.origin is not None and measure.origin_country not in (None, line.origin):
        return False
    of_code = measure.tariff_code is None or line.tariff_item.startswith(measure.tariff_code)
    return of_code and measure.hs_edition in (None, line.hs_edition)


def _alike(fitting: Iterable[Measure]) -> Iterator[list[Measure]]:
    """Measures of which one applies."""
    groups: dict[object, list[Measure]] = {}
    for known in fitting:
        kind = known.value.measure_kind
        groups.setdefault(kind if kind in _ONE_OF else (kind, known.value.measure), []).append(known)
    yield from groups.values()


def _narrowest(same: list[Measure]) -> list[Measure]:
    """Those of the longest code; of these, those of the goods' own country."""

    def width(known: Measure) -> tuple[int, bool]:
        return len(known.value.tariff_code or ""), known.value.origin_country is not None

    widest = max(map(width, same))
    return [known for known in same if width(known) == widest]


def _rate(measure: DutyMeasureLine) -> tuple[object, ...]:
    specific = (measure.specific, measure.specific_currency, measure.specific_unit)
    return (measure.percent, *specific, measure.least, measure.most, measure.lifted_by_claim, measure.condition)


def _amount(measure: DutyMeasureLine, line: Dutiable) -> tuple[Decimal | None, str]:
    """What a measure comes to on a line, or why that is not computed."""
    if measure.percent is None and measure.specific is None:
        return None, "no rate is on record"
    share = measure.percent * _A_HUNDREDTH if measure.percent is not None else Decimal(0)
    amount = line.value * share
    if measure.specific is not None:
        if measure.specific_currency != line.currency:
            return None, f"its rate is in {measure.specific_currency or 'no currency'}, the entry in {line.currency}"
        if line.unit is None or measure.specific_unit is None or line.unit.lower() != measure.specific_unit.lower():
            return None, f"its rate is for one {measure.specific_unit}, the entry counts in {line.unit}"
        amount += line.quantity * measure.specific
    return amount, ""


def _within(measure: DutyMeasureLine, amount: Decimal) -> Decimal:
    at_least = amount if measure.least is None else max(amount, measure.least)
    return at_least if measure.most is None else min(at_least, measure.most)


def _charged(known: Measure, amount: Decimal, currency: str) -> Charge:
    measure = known.value
    return Charge(measure.measure, amount, currency, measure.citation, measure.checked_on, known.ref)
