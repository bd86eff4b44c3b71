"""Alternative staging: the transition that some vehicles were allowed, kept for looking back.

19 CFR 182 App A s.19, 19 CFR 182.106, 19 USC 4532(d) and SOR/2020-155 s.19. An approved producer's vehicles need a
content of 62.5 percent by net cost, steel and aluminum of 70 percent (unless the approval exempts the producer,
s.19(4)(c)) and a labor value content of 25; no core part is tested (s.19(5)). By default it ran from 2020-07-01 to
2025-06-30; an approval may set another period and other figures, and may be amended. The figures of an approval are
applied as recorded from it, and cited as such (`evidence.rules.staged`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from evidence.core.values import add_months
from evidence.errors import MalformedValue, RuleError
from evidence.rules.exact import amount, exactly, percent_up
from evidence.rules.finding import Finding, Outcome, all_of, undetermined
from evidence.rules.parameters import ENTRY_INTO_FORCE
from evidence.rules.ruleset import RuleSet

CITATION = "19 CFR 182 App A s.19; 19 CFR 182.106; SOR/2020-155 s.19"
NAFTA_CITATION = "19 CFR 182 App A s.19 (vehicles under NAFTA art. 403.6 on 2019-11-30); SOR/2020-155 s.19"
HEAVY_TRUCKS = "heavy-truck-staging"
_MONTHS_A_YEAR = 12
_BASE_YEARS = 3


class StagedClass(StrEnum):
    """The class of the vehicle; a heavy truck only under the reading `heavy-truck-staging=as-authorised`."""

    PASSENGER_VEHICLE = "passenger vehicle"
    LIGHT_TRUCK = "light truck"
    HEAVY_TRUCK = "heavy truck"


class Requirement(StrEnum):
    """What the regime asks for, by the ending of its series' names."""

    CONTENT = "RVC"
    STEEL = "STEEL"
    ALUMINUM = "ALUM"
    LABOR = "LVC"
    LABOR_MATERIALS = "LVCMM"
    LABOR_TECHNOLOGY = "LVCT"
    LABOR_ASSEMBLY = "LVCA"


SERIES_OF_CLASS = {
    StagedClass.PASSENGER_VEHICLE: "ASR-PV-",
    StagedClass.LIGHT_TRUCK: "ASR-LT-",
    StagedClass.HEAVY_TRUCK: "ASR-LT-",
}
"""For a heavy truck the figures of its authorisation replace these; its terms in general were not read."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an approval or of one amendment of it, as recorded.

    Attributes:
        reference: the number of the approval or amendment.
        since: the first day on which these terms hold.
        last: the last day of the regime under them; None leaves the regime's own last day.
        models: the model lines covered.
        figures: percentages that the approval sets in place of the regime's own.
        steel_exempt, aluminum_exempt: whether it exempts the producer (s.19(4)(c)).
        cap_units: the most vehicles that may use it; None where it sets none.
        nafta_until: the last day of the NAFTA art. 403.6 regime that the vehicles keep first; None for none.
        parts_percent: the content by net cost that it sets for parts of Table A.1; None leaves the regime's own.
    """

    reference: str
    since: date
    last: date | None
    models: tuple[str, ...]
    figures: Mapping[Requirement, Decimal]
    steel_exempt: bool = False
    aluminum_exempt: bool = False
    cap_units: Decimal | None = None
    nafta_until: date | None = None
    parts_percent: Decimal | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.since:
            raise MalformedValue(
                f"period of {self.reference}", f"{self.since} to {self.last}", "an end after its start"
            )
        for requirement, figure in self.figures.items():
            if not Decimal(0) <= figure <= Decimal(100):
                raise MalformedValue(f"{requirement.value} of {self.reference}", str(figure), "a percentage, 0 to 100")
        if self.cap_units is not None:
            amount(f"cap of {self.reference}", self.cap_units)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """An approval with its amendments, in order of the day from which each holds."""

    producer: str
    authority: str
    approved_on: date
    terms: tuple[Terms, ...]

    def __post_init__(self) -> None:
        days = [terms.since for terms in self.terms]
        if not days or days != sorted(set(days)):
            found = ", ".join(map(str, days)) or "no terms"
            raise MalformedValue("terms of the authorisation", found, "terms in order of their first days, each once")

    def on(self, day: date) -> Terms | None:
        """The terms that hold on `day`: of the approval, or of its latest amendment by then; None before the first."""
        holding = [terms for terms in self.terms if terms.since <= day]
        return holding[-1] if holding else None


def standing(
    law: RuleSet,
    authorisation: Authorisation,
    vehicle: StagedClass,
    day: date,
    *,
    producer: str,
    model_line: str | None,
    used_units: Decimal | None,
    reading: str | None = None,
    rests_on: tuple[str, ...] = (),
) -> Finding:
    """Whether a vehicle may use the regime on `day`.

    Args:
        producer: who makes the vehicle.
        model_line: the vehicle's model line; None where it is not recorded.
        used_units: vehicles that have used the regime under the cap so far, this one among them; None if not known.
        reading: the reading elected for `heavy-truck-staging`.

    Raises:
        RuleError: there is no such reading.
    """
    terms = authorisation.on(day)
    test = f"alternative staging, {authorisation.terms[0].reference}"
    if terms is None:
        return _no(test, f"its terms hold from {authorisation.terms[0].since} on, and not on {day}", rests_on)
    last = terms.last or _regular_last_day(law, vehicle)
    parts = [
        _if(producer == authorisation.producer, "producer", f"approved for {authorisation.producer}", rests_on),
        _model(terms, model_line, rests_on),
        _if(day <= last, "period", f"{terms.since} to {last} by {terms.reference}, asked about {day}", rests_on),
        _after_nafta(terms, day, rests_on),
        _cap(terms, used_units, rests_on),
    ]
    if vehicle is StagedClass.HEAVY_TRUCK:
        parts.append(_heavy(law, day, reading, rests_on))
    return all_of(test, parts, citations=(CITATION,))


def _regular_last_day(law: RuleSet, vehicle: StagedClass) -> date:
    last = law.series(f"{SERIES_OF_CLASS[vehicle]}{Requirement.CONTENT}").values[-1].last
    if last is None:
        raise RuleError("The content of alternative staging has no last day in the rule set; give its value `until`.")
    return last


def _if(met: bool, test: str, reason: str, rests_on: tuple[str, ...], citation: str = CITATION) -> Finding:
    outcome = Outcome.MET if met else Outcome.NOT_MET
    return Finding(test, outcome, None, None, reason, (), reason, rests_on, (citation,))


def _no(test: str, reason: str, rests_on: tuple[str, ...]) -> Finding:
    return _if(False, test, reason, rests_on)


def _model(terms: Terms, model_line: str | None, rests_on: tuple[str, ...]) -> Finding:
    if model_line is None:
        return undetermined("model line", "the vehicle's model line is not recorded", citations=(CITATION,))
    known = ", ".join(terms.models) or "none"
    return _if(model_line in terms.models, "model line", f"{model_line}; {terms.reference} covers {known}", rests_on)


def _after_nafta(terms: Terms, day: date, rests_on: tuple[str, ...]) -> Finding:
    until = terms.nafta_until
    if until is None or day > until:
        reason = "no earlier regime binds" if until is None else f"the regime of NAFTA art. 403.6 ended on {until}"
        return _if(True, "after the regime of NAFTA art. 403.6", reason, rests_on, NAFTA_CITATION)
    reason = f"the vehicle keeps the regime of NAFTA art. 403.6 to {until}, whose figures are not computed here"
    return undetermined("after the regime of NAFTA art. 403.6", reason, citations=(NAFTA_CITATION,), rests_on=rests_on)


def _cap(terms: Terms, used: Decimal | None, rests_on: tuple[str, ...]) -> Finding:
    if terms.cap_units is None:
        return _if(True, "cap", f"{terms.reference} sets none", rests_on)
    if used is None:
        return undetermined("cap", "how many vehicles have used it is not known", citations=(CITATION,))
    amount("vehicles that have used the regime", used)
    return _if(used <= terms.cap_units, "cap", f"{used} of at most {terms.cap_units} vehicles", rests_on)


def _heavy(law: RuleSet, day: date, reading: str | None, rests_on: tuple[str, ...]) -> Finding:
    option = law.choice(HEAVY_TRUCKS, reading)
    years = law.series("ASR-HT-YEARS").on(day)
    last = add_months(ENTRY_INTO_FORCE, int(years.amount) * _MONTHS_A_YEAR) - timedelta(days=1)
    test = "open to heavy trucks"
    citation = f"{HEAVY_TRUCKS}={option.name}: {option.source} [{option.confidence}]"
    if option.name == "not-open":
        return _if(False, test, option.reading, rests_on, citation)
    return _if(day <= last, test, f"as authorised, to {last} at the latest", rests_on, citation)


@dataclass(frozen=True, slots=True)
class BaseVolume:
    """Regional production that the share of s.19 is drawn on: the twelve months before entry into force, and the
    thirty-six; None is not known.
    """

    twelve_months: Decimal | None
    thirty_six_months: Decimal | None


def within_share(
    law: RuleSet, cap_units: Decimal | None, base: BaseVolume, day: date, *, credible_plan: bool | None = None
) -> Finding:
    """Whether the vehicles allowed are within the share of regional production, or a credible plan covers more.

    ``cap <= ASR-SHARE of max(twelve months, thirty-six months / 3)``, 19 USC 4532(d)(1)(C)(ii)-(iii), (2). One of the
    two volumes is enough where the cap is within the share of it, since the other could only raise the bound.

    Args:
        cap_units: vehicles that the approval allows in one year; None if not known.
        base: as `BaseVolume`.
        credible_plan: whether a detailed and credible plan was accepted for a larger share; None if not recorded.

    Raises:
        MalformedValue: a figure below zero.
    """
    share = law.series("ASR-SHARE").on(day)
    test = "share of the producer's regional production"
    twelve, many = base.twelve_months, base.thirty_six_months
    if cap_units is None or (twelve is None and many is None):
        return undetermined(test, "the cap or a base volume is not known", citations=(share.source,))
    amount("cap", cap_units)
    with exactly():
        larger = max(
            amount("production of 12 months", twelve or Decimal(0)) * _BASE_YEARS,
            amount("production of 36 months", many or Decimal(0)),
        )
        met = cap_units * _BASE_YEARS * 100 <= share.amount * larger
        figure = percent_up(cap_units * _BASE_YEARS, larger) if larger else None
    shown = "no production" if figure is None else f"{figure} % (at most {share.amount} %)"
    within = Finding(
        test, Outcome.MET if met else Outcome.NOT_MET, figure, share.amount, shown, (share,), shown,
        inputs=(("cap", cap_units), ("12 months", twelve or Decimal(0)), ("36 months", many or Decimal(0))),
    )  # fmt: skip
    if not met and credible_plan is not True and None in (twelve, many):
        which = "twelve" if twelve is None else "thirty-six"
        reason = f"{shown}, and the production of the {which} months before entry into force is not known"
        return undetermined(test, reason, citations=(share.source,))
    if met or credible_plan is False:
        return within
    reason = f"{shown}; a larger share needs a detailed and credible plan"
    if credible_plan is None:
        return undetermined(test, f"{reason}, and whether one was accepted is not recorded", citations=(share.source,))
    return Finding(
        test, Outcome.MET, figure, share.amount, shown, (share,), f"{reason}, which was accepted", inputs=within.inputs
    )
