"""An average of heavy trucks with the points that their labor value content adds to it.

19 CFR 182 App A s.18(22), s.16(8); SOR/2020-155 the same. The labor value content of each truck is that of its recorded
snapshot, where it is computed and certified. Of several that differ the least is taken, since an average is one content
for all of them [inference]; a truck without one leaves none. The credit must be open over the whole period.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

from evidence.core.statements.certification import VehicleCertificationKind
from evidence.core.values import Period
from evidence.origin.average_goods import Good
from evidence.origin.worksheet import Outcome, Worksheet
from evidence.rules.averaging import Average
from evidence.rules.finding import Finding, any_of
from evidence.rules.finding import Outcome as Result
from evidence.rules.labor_value import FLOOR, HEAVY_CREDIT, heavy_truck_credit, with_heavy_truck_credit
from evidence.rules.ruleset import RuleSet

_SERIES = "HT-RVC"
_LIMB = VehicleCertificationKind.LABOUR_VALUE.value
_CITATION = "19 CFR 182 App A s.16(8); SOR/2020-155 s.16(8)"


def with_labor_credit(
    average: Average, goods: Iterable[Good], period: Period, law: RuleSet, reading: Callable[[str], str]
) -> Finding:
    """The finding of an average, with the credit where it is of heavy trucks and is not met alone.

    Args:
        average: the average of net cost and of non-originating value.
        goods: the goods that it holds.
        period: the days that it is over.
        law: the rule set.
        reading: gives the reading taken of an open question, and notes it.
    """
    found, base, vnm = average.finding, average.net_cost, average.non_originating
    goods = [good for good in goods if good.counted != 0]
    if found.outcome is not Result.NOT_MET or base is None or vnm is None or found.bound is None:
        return found
    if any(good.requirement != _SERIES for good in goods) or not found.law:
        return found
    sheets = [tile.worksheet for good in goods for tile in good.tiles]
    least = [_least(sheets, cell) for cell in ("lvc.share", "lvc.total")]
    if least[0] is None or least[1] is None or any(_outcome(sheet) is not Outcome.MET for sheet in sheets):
        return found
    bound_from = max(found.law[0].first, period.first)
    credits_ = [heavy_truck_credit(least[0], least[1], True, law, day) for day in (bound_from, period.last)]
    points, why = min(credits_, key=lambda each: each[0])
    if not points:
        return found
    refs = tuple(dict.fromkeys(tile.ref for good in goods for tile in good.tiles))
    why = f"{why}, by the least labor value content of the trucks averaged"
    series, test = law.series(_SERIES), f"{found.test}, alone or with the credit for labor value content"
    credited = with_heavy_truck_credit(
        base, vnm, (points, why), series, law, bound_from, reading(FLOOR), rests_on=refs
    )  # fmt: skip
    either = [credited, found] if credited.met else [found, credited]  # what decides stands first
    return any_of(test, either, citations=(HEAVY_CREDIT, _CITATION))


def _least(sheets: Iterable[Worksheet], id_: str) -> Fraction | None:
    """The least figure of that cell, as the worksheets print it, cut downwards; None where one has none."""
    found: list[Decimal] = []
    for sheet in sheets:
        value = next((cell.value for cell in sheet.cells if cell.id == id_), None)
        if value is None:
            return None
        found.append(value)
    return Fraction(min(found)) if found else None


def _outcome(sheet: Worksheet) -> Outcome | None:
    """Whether the labor value content is reached and certified: the first row of its limb."""
    return next((row.outcome for row in sheet.findings if row.limb == _LIMB), None)
