"""The use that a question is about: the recorded one, or why none can be had.

What a good is for decides its rule (19 CFR 182 App A s.13, s.14(18); SOR/2020-155 the same), and evidence of it is
recorded with it. A good recorded for several uses needs the one that is asked about to be said.
"""

from evidence.core.statements.use import UseClass, UseLine, VehicleClass
from evidence.errors import OriginError
from evidence.origin.choices import Choices
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.other_vehicle import is_other_vehicle

_USE, _CITATION = "use asked about", "19 CFR 182 App A s.13, s.14(18); SOR/2020-155 s.13, s.14(18)"


def recorded_use(inputs: Inputs, choices: Choices) -> tuple[Fact[UseLine] | None, str]:
    """The use in force over the whole period, or None and what is missing; a choice among several is noted.

    Raises:
        OriginError: the use asked about is not recorded.
    """
    asked = inputs.question
    found = [
        fact
        for fact in inputs.uses
        if (fact.value.owner, fact.value.part) == (asked.owner, asked.part)
        and fact.value.applies_from <= asked.period_from
        and (fact.value.applies_to is None or asked.period_to <= fact.value.applies_to)
    ]
    uses = tuple(sorted({fact.value.use.value for fact in found}))
    if asked.use is not None:
        found = [fact for fact in found if fact.value.use is asked.use]
    if asked.use is not None and not found:
        known = ", ".join(uses) or "none"
        raise OriginError(
            f"{asked.part} is not recorded for the use {asked.use.value} over {asked.period}; recorded: {known}. "
            "Ask about one of these, or record the use."
        )
    if not found:
        return (
            None,
            f"no use of {asked.part} is on file over {asked.period}; record what it is for, and what shows it",
        )
    if asked.use is None and len(uses) > 1:
        return (
            None,
            f"{asked.part} is recorded for several uses ({', '.join(uses)}); record one, or one part a use",
        )
    if len(uses) > 1:
        choices.note(_USE, found[-1].value.use.value, uses, _CITATION)
    of_no_class = found[-1].value.use is UseClass.VEHICLE and found[-1].value.vehicle_class is None
    if of_no_class and not is_other_vehicle(inputs, found[-1].value):
        return (
            None,
            f"{asked.part} is recorded as a vehicle of no class; record whether it is a passenger vehicle or truck, "
            "or the vehicle programme that says which other vehicle it is",
        )
    return found[-1], ""


def use_of_parts(use: Fact[UseLine] | None, *, other: bool) -> UseClass | None:
    """What the parts of a good are used for: original equipment of what it is, or the good's own use.

    Args:
        use: the use of the good; None where none can be had.
        other: whether the good is a vehicle of s.20 or a part for one.
    """
    if use is None:
        return None
    vehicle = use.value.vehicle_class if use.value.use is UseClass.VEHICLE else None
    if vehicle is VehicleClass.HEAVY_TRUCK:
        return UseClass.OE_HEAVY
    if vehicle is not None:
        return UseClass.OE_LIGHT
    return UseClass.OTHER_VEHICLE if other else use.value.use
