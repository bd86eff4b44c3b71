"""The fiscal year of the vehicle's producer, from the calendars on file."""

from datetime import date

from evidence.errors import RuleError
from evidence.origin.fiscal_years import year_in
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
        if same.kept(fact.value.party) in mine and (year := year_in(fact.value, day)) is not None:
            return year
    raise RuleError(f"No fiscal calendar of the producer is on file for {day}; record it, or elect another period.")
