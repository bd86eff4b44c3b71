"""What drives a vehicle, and which core parts of Table A.2 it therefore has (19 CFR 182 App A s.14(4)).

The programme on file says it, and the code of the vehicle where that alone does: a hybrid has an engine, a transmission
and an advanced battery. Where nothing says it, an engine asks for a transmission, and one of engine and battery is
there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from evidence.core.statements.programme import Powertrain
from evidence.core.statements.use import UseLine
from evidence.origin.codes import RecordedCode
from evidence.origin.inputs import Inputs
from evidence.rules.codes import EDITION

ALWAYS_PRESENT = ("body_and_chassis", "axle", "suspension_system", "steering_system")
ENGINE, BATTERY, TRANSMISSION = "engine", "advanced_battery", "transmission"
_COMBUSTION = (Powertrain.SPARK_IGNITION, Powertrain.DIESEL)
_HYBRID = (
    Powertrain.HYBRID_SPARK,
    Powertrain.HYBRID_DIESEL,
    Powertrain.PLUG_IN_SPARK,
    Powertrain.PLUG_IN_DIESEL,
)
_HYBRID_CODES = ("870340", "870350", "870360", "870370", "870441", "870442", "870443", "870451", "870452")
_ELECTRIC_CODES = ("870380", "870460")
"""Subheadings of the editions after HS 2012, which name what drives the vehicle [K]."""


@dataclass(frozen=True, slots=True)
class Powered:
    """The groups that a vehicle has by what drives it; `missing` says what is named and not on file where the code
    does not tell it.
    """

    groups: tuple[str, ...] = ()
    missing: str = ""

    def wanted(self, recorded: Collection[str]) -> list[str]:
        """The groups of which the vehicle has a part and none is recorded."""
        driven = dict.fromkeys(self.groups)
        if ENGINE in recorded:
            driven[TRANSMISSION] = None
        wanted = [group for group in (*ALWAYS_PRESENT, *driven) if group not in recorded]
        if not {ENGINE, BATTERY} & {*driven, *recorded}:
            wanted.append(f"{ENGINE} or {BATTERY}")
        return wanted


def powered(inputs: Inputs, use: UseLine | None, code: RecordedCode) -> Powered:
    """What drives a vehicle of this use and code."""
    named = use.programme if use is not None else None
    kinds = [fact.value.powertrain for fact in inputs.programmes if fact.value.programme == named]
    groups = list(_by_code(code))
    for kind in kinds:
        groups += [ENGINE, TRANSMISSION] if kind in (*_COMBUSTION, *_HYBRID) else []
        groups += [BATTERY] if kind is Powertrain.ELECTRIC or kind in _HYBRID else []
    told = kinds or groups or not named
    missing = "" if told else f"programme {named}, which its use names, is not on record for the period"
    return Powered(tuple(dict.fromkeys(groups)), missing)


def _by_code(code: RecordedCode) -> Iterable[str]:
    if code.edition == EDITION:
        return ()
    if code.code.startswith(_HYBRID_CODES):
        return ENGINE, TRANSMISSION, BATTERY
    return (BATTERY,) if code.code.startswith(_ELECTRIC_CODES) else ()
