"""Classes of motor vehicles, wider than passenger vehicle, light truck and heavy truck (UR s.12)."""

from datetime import date

import pytest

from evidence.errors import MalformedValue
from evidence.rules.ruleset import RuleSet
from evidence.rules.vehicle_classes import class_of_motor_vehicles

LAW = RuleSet.load()
DAY = date(2024, 1, 15)


@pytest.mark.parametrize(
    ("code", "persons", "group"),
    [
        pytest.param("870120", None, "a", id="road-tractor"),
        pytest.param("870190", None, "b", id="other-tractor"),
        pytest.param("870210", 15, "c", id="bus-of-fifteen"),
        pytest.param("870210", 16, "a", id="bus-of-sixteen"),
        pytest.param("870210", None, "", id="bus-of-unknown-seats"),
        pytest.param("870310", None, "", id="golf-car"),
        pytest.param("870332", None, "d", id="diesel-car"),
        pytest.param("8704.21.00", None, "c", id="light-truck"),
        pytest.param("870422", None, "a", id="heavy-truck"),
        pytest.param("870590", None, "a", id="special-vehicle"),
        pytest.param("870600", None, "a", id="chassis"),
        pytest.param("870830", None, "", id="part"),
    ],
)
def test_a_vehicle_is_of_the_class_that_its_code_and_seats_say(code: str, persons: int | None, group: str) -> None:
    assert class_of_motor_vehicles(code, persons, DAY, LAW) == group


def test_what_is_no_code_is_refused() -> None:
    with pytest.raises(MalformedValue):
        class_of_motor_vehicles("car", None, DAY, LAW)
