"""Elections to average: complete, in time, and unchanged."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from evidence.core.values import Period
from evidence.errors import NoValueInForce
from evidence.rules.averaging import Basis, Category, Regime
from evidence.rules.elections import AveragingElection, Filing, binding, complete, filed_in_time, last_day_to_file
from evidence.rules.finding import Outcome
from evidence.rules.ruleset import RuleSet

LAW = RuleSet.load()
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
MADE = AveragingElection(
    "elect-1",
    date(2023, 12, 1),
    Regime.VEHICLES,
    Category.LINE_CLASS_PLANT,
    Basis.ALL,
    YEAR,
    producer="Maker Inc. (SPECIMEN)",
    address="1 Sample Street",
    signer="Authorised signer",
    estimated=Decimal("77.5"),
    plants=("P-1",),
    model_line="LINE",
    vehicle_class="d",
    filings=(Filing("US", date(2023, 12, 20)),),
)


def test_an_election_with_all_its_particulars_is_complete() -> None:
    assert complete(MADE).met


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        pytest.param({"address": ""}, "the producer's address", id="address"),
        pytest.param({"estimated": None}, "the estimated regional value content", id="estimate"),
        pytest.param({"signer": ""}, "an authorised signature", id="signature"),
        pytest.param({"model_line": ""}, "the model line", id="model-line"),
        pytest.param({"category": Category.CLASS_COUNTRY}, "the country", id="country"),
        pytest.param({"basis": Basis.EXPORTED}, "the countries exported to", id="countries"),
    ],
)
def test_an_election_that_lacks_something_names_it(change: dict[str, object], lacks: str) -> None:
    found = complete(replace(MADE, **change))
    assert found.outcome is Outcome.NOT_MET
    assert lacks in found.reason


def test_a_filing_is_held_against_each_importing_country() -> None:
    assert filed_in_time(MADE, ["US"], LAW).met
    late = replace(MADE, filings=(Filing("US", date(2023, 12, 23)),))
    assert filed_in_time(late, ["US"], LAW).outcome is Outcome.NOT_MET
    assert filed_in_time(MADE, ["US", "CA"], LAW).outcome is Outcome.NOT_DETERMINABLE
    assert filed_in_time(MADE, [], LAW).outcome is Outcome.NOT_DETERMINABLE


def test_a_second_filing_does_not_mend_the_first_nor_harm_it() -> None:
    twice = replace(MADE, filings=(Filing("US", date(2024, 2, 1)), Filing("US", date(2023, 12, 22))))
    assert filed_in_time(twice, ["US"], LAW).met


def test_no_election_is_filed_before_the_agreement() -> None:
    with pytest.raises(NoValueInForce):
        last_day_to_file(Period(date(2020, 1, 1), date(2020, 12, 31)), LAW)


def test_of_no_election_nothing_binds() -> None:
    first, found = binding([])
    assert first is None
    assert found.outcome is Outcome.NOT_DETERMINABLE


def test_a_withdrawal_and_a_change_are_findings_that_name_both() -> None:
    changed = replace(MADE, key="elect-2", made_on=date(2024, 3, 1), category=Category.CLASS_PLANT)
    first, found = binding([changed, MADE])
    assert first == MADE
    assert found.outcome is Outcome.NOT_MET
    assert "elect-2 of 2024-03-01" in found.reason
    assert "elect-1 of 2023-12-01" in found.reason
    first, found = binding([replace(MADE, withdrawn_on=date(2024, 5, 1))])
    assert first is not None
    assert found.outcome is Outcome.NOT_MET


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"plants": ("P-2",)}, id="another-plant"),
        pytest.param({"model_line": "ANOTHER"}, id="another-line"),
        pytest.param({"regime": Regime.OTHER_VEHICLES}, id="another-regime"),
        pytest.param({"period": Period(date(2025, 1, 1), date(2025, 12, 31))}, id="another-year"),
    ],
)
def test_elections_of_other_goods_or_years_do_not_contradict(change: dict[str, object]) -> None:
    other = replace(MADE, key="elect-2", made_on=date(2024, 3, 1), basis=Basis.EXPORTED, aim=("US",))
    assert binding([MADE, replace(other, **change)])[1].met
    assert not binding([MADE, other])[1].met
