"""Averaging: periods, sums over a category, elections and the year-end true-up (UR s.7(15)-(20), s.14(12), s.16)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from evidence.core.values import Period
from evidence.rules.averaging import Basis, Category, Member, Regime, Terms, average
from evidence.rules.elections import AveragingElection, Filing, binding, filed_in_time, last_day_to_file
from evidence.rules.finding import Finding, Outcome
from evidence.rules.periods import FiscalYear, Kind, dividing_periods, first_period, same_for_the_rest, vehicle_periods
from evidence.rules.ruleset import RuleSet
from evidence.rules.true_up import Figure, Recipient, TrueUp, cost_submission_due, notices

LAW = RuleSet.load()


def _span(days: list[Any]) -> Period:
    return Period(days[0], days[1])


def _days(period: Period) -> list[Any]:
    return [period.first, period.last]


def _first_period(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The longer first period of a producer, if the fiscal year has one."""
    start = given["fiscal_year_start"]
    year = FiscalYear.containing(start, start.strftime("%m-%d"))
    found = first_period(year, LAW)
    if found is None:
        return {"period": None}
    first, last = found.period.first, found.period.last
    return {"period": _days(found.period), "months": (last.year - first.year) * 12 + last.month - first.month + 1}


def _vehicle_periods(given: Mapping[str, Any]) -> Mapping[str, Any]:
    years = [FiscalYear.containing(day, given["fiscal_year_starts"]) for day in given["years_holding"]]
    found = vehicle_periods(years, LAW, heavy=given["heavy"], reading=given.get("reading"))
    return {
        "fiscal_years": [_days(each.period) for each in found if each.kind is Kind.YEAR],
        "transitional": [_days(each.period) for each in found if each.kind is Kind.TRANSITIONAL],
    }


def _dividing(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The spans of some number of months that divide evenly into the rest of a fiscal year."""
    year = FiscalYear.containing(given["day"], given["fiscal_year_starts"])
    spans = [period for count, period in year.dividing() if count == given["months"]]
    return {"begin": [span.first for span in spans], "allowed": len(dividing_periods(year))}


def _rest_of_year(given: Mapping[str, Any]) -> Mapping[str, Any]:
    used = [_span(each) for each in given["used"]]
    year = FiscalYear.containing(used[0].first, given["fiscal_year_starts"])
    return {"outcome": same_for_the_rest(used, year).outcome.value}


def _member(number: int, given: Mapping[str, Any]) -> Member:
    made = Decimal(given["units"])
    return Member(
        key=f"good {number}",
        requirement=given["series"],
        net_cost=Decimal(given["net_cost"]) * made if "net_cost" in given else None,
        non_originating=Decimal(given["vnm"]) * made if "vnm" in given else None,
        made=made,
        counted=Decimal(given.get("counted", made)),
        model_line=given.get("model_line", "one line"),
        vehicle_class=given.get("class", "one class"),
        plant=given.get("plant", "one plant"),
        country=given.get("country", "one country"),
        kind=given.get("kind", "one kind"),
    )


def _average(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The average over a category; net cost and VNM of a good are per unit."""
    members = [_member(number, each) for number, each in enumerate(given["goods"], start=1)]
    terms = Terms(
        Regime(given["regime"]),
        Category(given["category"]),
        Basis(given.get("basis", "all")),
        _span(given["period"]),
        separately=given.get("separately", False),
        aim=tuple(given.get("aim", ())),
    )
    found = average(members, terms, LAW, readings=given.get("readings"))
    return {
        "threshold_percent": found[0].finding.bound,
        "rvc_percent": [each.finding.figure for each in found],
        "net_cost": [each.net_cost for each in found],
        "vnm": [each.non_originating for each in found],
        "outcome": [each.finding.outcome.value for each in found],
        "percentages_in_period": [law.amount for law in found[0].steps],
    }


def _election(number: int, given: Mapping[str, Any]) -> AveragingElection:
    filings = tuple(Filing(country, day) for country, day in given.get("filed", {}).items())
    return AveragingElection(
        f"election {number}",
        given.get("made_on", given["period"][0]),
        Regime(given.get("regime", "vehicles")),
        Category(given.get("category", "same class and plant")),
        Basis(given.get("basis", "all")),
        _span(given["period"]),
        plants=tuple(given.get("plants", ("P-1",))),
        aim=tuple(given.get("aim", ())),
        filings=filings,
    )


def _filing(given: Mapping[str, Any]) -> Mapping[str, Any]:
    election = _election(1, given)
    found = filed_in_time(election, given["countries"], LAW)
    last = last_day_to_file(election.period, LAW)[0] if election.regime is Regime.VEHICLES else None
    return {"last_day": last, "outcome": found.outcome.value}


def _binding(given: Mapping[str, Any]) -> Mapping[str, Any]:
    elections = [_election(number, each) for number, each in enumerate(given["elections"], start=1)]
    first, found = binding(elections)
    return {"binds": first.key if first is not None else None, "unchanged": found.outcome.value}


def _true_up(given: Mapping[str, Any]) -> Mapping[str, Any]:
    def finding(name: str) -> Finding:
        return Finding(name, Outcome(given[name]), None, None, "", (), "", ())

    done = TrueUp(
        Figure(given.get("figure", "regional value content")),
        "the category",
        _span(given["year"]),
        finding("estimated"),
        finding("actual") if "actual" in given else None,
        covered=given.get("covered", True),
    )
    recipients = [Recipient(name, country, ()) for name, country in given.get("recipients", {}).items()]
    due = notices(done, recipients, given.get("countries", ()), given["determined_on"], LAW)
    return {
        "result": done.result.value,
        "outcome": done.finding(given["determined_on"]).outcome.value,
        "notices": [{"to": each.to, "by": each.by, "at_once": each.at_once} for each in due],
    }


def _cost_submission(given: Mapping[str, Any]) -> Mapping[str, Any]:
    due, _ = cost_submission_due(_span(given["year"]), given.get("asked_on"), LAW)
    return {"due": due}


METHODS = {
    "averaging.first_period": _first_period,
    "averaging.vehicle_periods": _vehicle_periods,
    "averaging.dividing": _dividing,
    "averaging.rest_of_year": _rest_of_year,
    "averaging.average": _average,
    "averaging.filing": _filing,
    "averaging.binding": _binding,
    "averaging.true_up": _true_up,
    "averaging.cost_submission": _cost_submission,
}
