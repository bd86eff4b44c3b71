"""Cases worked out by hand from the rule texts, where the regulations print no example (identifiers DRV-…)."""

from datetime import date
from decimal import Decimal

import pytest

from evidence.rules.core_parts import CorePart, Way, by_any_way, each
from evidence.rules.de_minimis import excuses_content, tolerates_missed_shift
from evidence.rules.finding import Outcome
from evidence.rules.regional_value import by_net_cost
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()


@pytest.mark.parametrize(
    ("day", "non_originating", "threshold", "met", "figure"),
    [
        pytest.param(date(2023, 6, 30), "8400", "72", True, "72", id="DRV-PV-RVC-BOUNDARY-last-day-of-72"),
        pytest.param(date(2023, 7, 1), "8400", "75", False, "72", id="DRV-PV-RVC-BOUNDARY-first-day-of-75"),
        pytest.param(date(2023, 7, 1), "7500", "75", True, "75", id="DRV-PV-RVC-BOUNDARY-at-75"),
        pytest.param(date(2023, 7, 1), "7501", "75", False, "74.9966", id="DRV-PV-RVC-BOUNDARY-a-unit-short"),
    ],
)
def test_a_passenger_vehicle_is_held_to_the_percentage_of_its_day(
    day: date, non_originating: str, threshold: str, met: bool, figure: str
) -> None:
    found = by_net_cost(Decimal(30000), Decimal(non_originating), LAW.series("PV-RVC"), day)
    assert found.outcome is (Outcome.MET if met else Outcome.NOT_MET)
    assert found.bound == Decimal(threshold)
    assert found.figure == Decimal(figure)


def test_drv_core_a2_an_engine_originates_by_its_column_2_components_only() -> None:
    engine = CorePart("engine", "engine", Decimal(2000), Decimal(620), Decimal(430))
    day = date(2024, 1, 15)
    by_all = each(engine, Way.EACH_ALL, LAW.series("A2-NC"), day)
    by_components = each(engine, Way.EACH_COLUMN_2, LAW.series("A2-NC"), day)
    assert (by_all.figure, by_all.outcome) == (Decimal(69), Outcome.NOT_MET)
    assert (by_components.figure, by_components.outcome) == (Decimal("78.5"), Outcome.MET)
    assert by_all.bound == Decimal(75)
    assert by_any_way(engine, LAW.series("A2-NC"), day).met


@pytest.mark.parametrize(
    ("missed", "met"),
    [
        pytest.param("100", True, id="DRV-DEMINIMIS-at-the-limit"),
        pytest.param("100.01", False, id="DRV-DEMINIMIS-a-cent-over"),
    ],
)
def test_ten_per_cent_of_the_transaction_value_may_miss_the_shift(missed: str, met: bool) -> None:
    found = tolerates_missed_shift(Decimal(missed), Decimal(1000), LAW.series("DEMIN-CTC"), date(2024, 1, 15))
    assert found.met is met


def test_drv_deminimis_non_originating_materials_of_a_tenth_of_total_cost_excuse_the_content() -> None:
    limit = LAW.series("DEMIN-RVC")
    assert excuses_content(Decimal(90), Decimal(900), limit, date(2024, 1, 15)).met
    assert not excuses_content(Decimal("90.01"), Decimal(900), limit, date(2024, 1, 15)).met
