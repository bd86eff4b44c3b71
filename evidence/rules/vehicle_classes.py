"""Classes of motor vehicles, by which averages of vehicles are taken (19 CFR 182 App A s.12; SOR/2020-155 s.12).

They are wider than passenger vehicle, light truck and heavy truck: a diesel car is no passenger vehicle and yet of
class (d). Codes are those of HS 2012.
"""

from datetime import date

from evidence.rules.codes import subheading
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.12 (class of motor vehicles); SOR/2020-155 s.12"

_CLASS_A = ("870120", "870410", "870422", "870423", "870432", "870490", "8705", "8706")
_CLASS_C = ("870421", "870431")
_BUSES, _CARS, _TRACTORS, _OLD = "8702", "8703", "8701", "870310"


def class_of_motor_vehicles(code: str, persons: int | None, day: date, law: RuleSet) -> str:
    """``a``, ``b``, ``c`` or ``d``; empty for a good that is of no class, or a bus of which the seats are not known.

    Args:
        code: the tariff code in HS 2012, six digits or more.
        persons: how many it carries, of 87.02.

    Raises:
        MalformedValue: `code` is no tariff code.
    """
    digits = subheading(code)
    if digits.startswith(_BUSES):
        few = law.series("OV-PERSONS").on(day).amount
        return "" if persons is None else "c" if persons <= few else "a"
    if digits.startswith(_CLASS_A):
        return "a"
    if digits.startswith(_CLASS_C):
        return "c"
    if digits.startswith(_CARS):
        return "" if digits == _OLD else "d"
    return "b" if digits.startswith(_TRACTORS) else ""
