"""What a worksheet says of averaging and of the year's end: that an average decides, and when estimates are trued up.

19 CFR 182 App A s.7(20), s.16(7), (9); SOR/2020-155 s.7(20), s.16(7), (9); 19 CFR 182.102.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from evidence.core.statements.base import Basis
from evidence.errors import MalformedValue
from evidence.origin.averaging_elections import read_elections
from evidence.origin.fiscal_years import fiscal_years
from evidence.origin.inputs import Inputs
from evidence.origin.worksheet import Outcome, View
from evidence.rules.elections import FIXED_CITATION

_DUE_CITATION = "19 CFR 182 App A s.7(20), s.16(9); SOR/2020-155 s.7(20), s.16(9); 19 CFR 182.102(a)"


def year_end_views(inputs: Inputs) -> Iterator[View]:
    """The elections to average that the good falls under and, of estimates, from when actual figures are owed."""
    yield from _averaged(inputs)
    if inputs.question.basis is Basis.ESTIMATE:
        yield _estimate(inputs)


def true_up_due(inputs: Inputs) -> date | None:
    """Of estimates, the first day after the fiscal year that they are for; None where that is not known."""
    return _year_end(inputs)[0] if inputs.question.basis is Basis.ESTIMATE else None


def _year_end(inputs: Inputs) -> tuple[date | None, str]:
    """The first day after the fiscal year of the producer that holds the end of the period, or why it is not known."""
    asked = inputs.question
    parties = {asked.owner, "self", *(fact.value.party for fact in inputs.sites if fact.value.site == asked.plant)}
    try:
        years = fiscal_years((fact.value for fact in inputs.calendars), parties, (asked.period_to,))
    except MalformedValue as fault:
        return None, str(fault)
    if not years:
        return None, "no fiscal calendar of the producer is on file; record it"
    return years[-1].span.last + timedelta(days=1), ""


def _estimate(inputs: Inputs) -> View:
    day, missing = _year_end(inputs)
    due = f"from {day} on" if day else "on a day that is not known"
    told = "once the fiscal year is over, actual figures confirm or overturn it: `evidence true-up`"
    return View(
        name="Estimate, to be confirmed by actual figures",
        option=f"actual figures due {due}",
        outcome=Outcome.NOT_DETERMINABLE,
        shown=missing or told,
        citation=_DUE_CITATION,
    )


def _averaged(inputs: Inputs) -> Iterator[View]:
    """That an election to average is on file for the plant and days asked about, so that the average decides.

    One good's worksheet cannot say what its category comes to; the view names the election and leaves it open.
    """
    asked = inputs.question
    read, faults = read_elections(fact for fact in inputs.elections if fact.value.part in (None, asked.part))
    for election in read:
        apart = bool(election.plants) and asked.plant not in election.plants
        if apart or election.period.last < asked.period_from or asked.period_to < election.period.first:
            continue
        yield View(
            name=f"Averaged by election {election.key}",
            option=f"{election.category.value}, {election.basis.value}, {election.period}",
            outcome=Outcome.NOT_DETERMINABLE,
            shown="the average of the category decides; `evidence average` works it out from its goods' snapshots",
            citation=FIXED_CITATION,
        )
    for fault in faults:
        shown = f"cannot be read: {fault.reason}"
        yield View(
            name=f"Averaged by election {fault.ref}",
            option="not read",
            outcome=Outcome.NOT_DETERMINABLE,
            shown=shown,
            citation=FIXED_CITATION,
        )
