"""The fiscal year of the vehicle's producer, from the calendars on file."""

from datetime import date

from evidence.errors import RuleError
from evidence.origin.inputs import Inputs
from evidence.origin.merged import Merged
from evidence.rules.periods import FiscalYear


def producers(inputs: Inputs) -> frozenset[str]:
    """The numbers under which the good's producer is on file: the owner, who runs the plant, and who certifies."""
    asked = inputs.question
    runs = {fact.value.party for fact in inputs.sites if fact.value.site == asked.plant}
    certifies = {fact.value.producer for fact in inputs.vehicle_certifications if asked.part in fact.value.parts}
    return frozenset({asked.owner, *runs, *certifies})


def fiscal_year(inputs: Inputs, day: date) -> FiscalYear:
    """The producer's fiscal year that holds `day`; of several calendars in force the last recorded.

    Raises:
        RuleError: no calendar is on file for that day.
    """
    same = Merged(inputs.same_as)
    mine = {same.kept(each) for each in producers(inputs)}
    for fact in reversed(inputs.calendars):
        calendar = fact.value
        begun = calendar.valid_from is None or calendar.valid_from <= day
        over = calendar.valid_to is not None and calendar.valid_to < day
        if same.kept(calendar.party) not in mine or not begun or over:
            continue
        if calendar.period_ends and calendar.valid_from is not None:
            return FiscalYear.of_month_ends(calendar.valid_from, map(date.fromisoformat, calendar.period_ends))
        return FiscalYear.containing(day, calendar.year_starts)
    raise RuleError(f"No fiscal calendar of the producer is on file for {day}; record it, or elect another period.")
