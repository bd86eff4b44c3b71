"""The year-end true-up: what becomes of an estimate, and who is told."""

from dataclasses import replace
from datetime import date

import pytest

from evidence.core.values import Period
from evidence.errors import MalformedValue, NoValueInForce
from evidence.rules.finding import Finding, Outcome
from evidence.rules.ruleset import RuleSet
from evidence.rules.true_up import Figure, Recipient, Result, TrueUp, cost_submission_due, notices

LAW = RuleSet.load()
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
MET = Finding("content", Outcome.MET, None, None, "76 %", (), "76 % is not less than 75 %", ("#1",))
SHORT = replace(MET, outcome=Outcome.NOT_MET, reason="74 % is less than 75 %", rests_on=("#2",))
ESTIMATE = TrueUp(Figure.REGIONAL_VALUE, "EV1", YEAR, MET, None, covered=True)
OVERTURNED = replace(ESTIMATE, actual=SHORT)
DEALER = Recipient("dealer", "US", ("cert-1",))


def test_an_estimate_counts_until_the_year_is_over_and_not_after() -> None:
    assert ESTIMATE.finding(date(2025, 12, 31)).met
    over = ESTIMATE.finding(date(2026, 1, 1))
    assert over.outcome is Outcome.NOT_DETERMINABLE
    assert "ended on 2025-12-31" in over.reason


@pytest.mark.parametrize(
    ("estimated", "actual", "result", "outcome"),
    [
        pytest.param(MET, MET, Result.CONFIRMED, Outcome.MET, id="confirmed"),
        pytest.param(MET, SHORT, Result.OVERTURNED, Outcome.NOT_MET, id="overturned"),
        pytest.param(SHORT, MET, Result.IMPROVED, Outcome.MET, id="better"),
        pytest.param(SHORT, SHORT, Result.STILL_SHORT, Outcome.NOT_MET, id="short-both-times"),
    ],
)
def test_actual_figures_decide(estimated: Finding, actual: Finding, result: Result, outcome: Outcome) -> None:
    done = replace(ESTIMATE, estimated=estimated, actual=actual)
    assert done.result is result
    assert done.finding(date(2026, 2, 1)).outcome is outcome


def test_the_finding_rests_on_both_and_cites_the_texts() -> None:
    found = OVERTURNED.finding(date(2026, 2, 1))
    assert found.rests_on == ("#1", "#2")
    assert "19 CFR 182.102(a)" in found.texts()
    metals = replace(OVERTURNED, figure=Figure.STEEL)
    assert "s.17(11)" in metals.citations[0]
    assert replace(OVERTURNED, covered=False).citations == ("19 CFR 182 App A s.7(20); SOR/2020-155 s.7(20)",)


def test_a_notice_names_the_papers_that_were_given() -> None:
    customs, dealer = notices(OVERTURNED, [DEALER], [], date(2026, 1, 5), LAW)
    assert (customs.customs, customs.papers) == (True, ("cert-1",))
    assert (dealer.to, dealer.by, dealer.citation) == ("dealer", date(2026, 2, 4), "19 CFR 182.102(b)(2)")
    assert dealer.law[0].amount == 30


def test_customs_is_told_even_where_nobody_was_given_a_paper() -> None:
    (notice,) = notices(OVERTURNED, [], ["US"], date(2026, 1, 5), LAW)
    assert notice.to == "customs of US"
    assert notices(OVERTURNED, [], ["CA"], date(2026, 1, 5), LAW) == ()


def test_a_year_that_is_not_over_cannot_have_failed() -> None:
    with pytest.raises(MalformedValue, match="when the year ends"):
        notices(OVERTURNED, [DEALER], [], date(2025, 12, 31), LAW)
    assert notices(ESTIMATE, [DEALER], [], date(2025, 6, 1), LAW) == ()


def test_costs_of_a_year_before_the_section_bound_have_no_day() -> None:
    with pytest.raises(NoValueInForce):
        cost_submission_due(Period(date(2024, 1, 1), date(2024, 12, 31)), None, LAW)
