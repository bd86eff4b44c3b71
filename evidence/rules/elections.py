"""Elections to average: what they must say, by when they are filed, and that they stay as they were made.

19 CFR 182 App A s.16(6)-(7), s.7(17)-(19); SOR/2020-155 s.16(6)-(7), s.7(17)-(19); 19 CFR 182.100, 182.101(c).
Producers of covered vehicles file; makers of parts and of other vehicles choose, and do not file (182.101(c)).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evidence.core.values import Period
from evidence.rules.averaging import Basis, Category, Regime
from evidence.rules.finding import Finding, Outcome, all_of, undetermined
from evidence.rules.parameters import ENTRY_INTO_FORCE, Law
from evidence.rules.ruleset import RuleSet

CONTENT_CITATION = "19 CFR 182 App A s.16(6); SOR/2020-155 s.16(6); 19 CFR 182.100"
FIXED_CITATION = "19 CFR 182 App A s.16(7), s.7(17); SOR/2020-155 s.16(7), s.7(17)"
NOT_FILED_CITATION = "19 CFR 182.101(c)"


@dataclass(frozen=True, slots=True)
class Filing:
    """That an election went to one customs administration (its country), on which day, and its receipt."""

    country: str
    on: date
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class AveragingElection:
    """One election as it was made. `plants`, `model_line`, `vehicle_class`, `country` and `kind` say for which goods;
    empty is for all of them.
    """

    key: str
    made_on: date
    regime: Regime
    category: Category
    basis: Basis
    period: Period
    producer: str = ""
    address: str = ""
    signer: str = ""
    estimated: Decimal | None = None
    plants: tuple[str, ...] = ()
    model_line: str = ""
    vehicle_class: str = ""
    country: str = ""
    kind: str = ""
    aim: tuple[str, ...] = ()
    filings: tuple[Filing, ...] = ()
    withdrawn_on: date | None = None
    vehicles: Category | None = None

    def meets(self, other: "AveragingElection") -> bool:
        """Whether both could be of the same goods on the same day: no detail tells them apart."""
        apart = [
            bool(mine and theirs and mine != theirs)
            for mine, theirs in (
                (self.producer, other.producer),
                (self.model_line, other.model_line),
                (self.vehicle_class, other.vehicle_class),
                (self.country, other.country),
                (self.kind, other.kind),
            )
        ]
        plants = not self.plants or not other.plants or bool(set(self.plants) & set(other.plants))
        days = self.period.first <= other.period.last and other.period.first <= self.period.last
        return self.regime is other.regime and days and plants and not any(apart)

    def terms(self) -> tuple[object, ...]:
        """What may not be changed: category (of parts also of the vehicles), basis with its aim, and period."""
        return (self.category, self.basis, tuple(sorted(self.aim)), self.period, self.vehicles)


def binding(elections: Iterable[AveragingElection]) -> tuple[AveragingElection | None, Finding]:
    """The election that binds among those of the same goods, and whether all agree with it.

    The first one made binds; neither a later one nor a withdrawal changes it (s.16(7)). Of one day, the first given.
    """
    test = "election unchanged"
    made = sorted(elections, key=lambda each: each.made_on)
    if not made:
        return None, undetermined(test, "no election to average is on file", citations=(FIXED_CITATION,))
    first = made[0]
    against = [each for each in made[1:] if each.meets(first) and each.terms() != first.terms()]
    reasons = [
        f"{each.key} of {each.made_on} elects {_said(each)}, and {first.key} of {first.made_on} had elected "
        f"{_said(first)}, which stands"
        for each in against
    ]
    reasons += [
        f"{each.key} was withdrawn on {each.withdrawn_on}, which has no effect" for each in made if each.withdrawn_on
    ]
    outcome = Outcome.NOT_MET if reasons else Outcome.MET
    reason = "; ".join(reasons) or f"{first.key} of {first.made_on} elects {_said(first)}, and nothing contradicts it"
    rests_on = tuple(each.key for each in made)
    return first, Finding(test, outcome, None, None, _said(first), (), reason, rests_on, (FIXED_CITATION,))


def complete(election: AveragingElection) -> Finding:
    """Whether the election of a covered vehicle's producer says all that it must."""
    test = "election complete"
    needed = {
        "the producer's name": election.producer,
        "the producer's address": election.address,
        "an authorised signature": election.signer,
        "the estimated regional value content": "given" if election.estimated is not None else "",
        **_goods(election),
    }
    if election.basis is not Basis.ALL:
        needed["the countries exported to, or the buyer"] = "given" if election.aim else ""
    absent = [what for what, given in needed.items() if not given]
    outcome = Outcome.NOT_MET if absent else Outcome.MET
    reason = f"it does not state {', '.join(absent)}" if absent else "it states all that it must"
    shown = "lacks " + ", ".join(absent) if absent else "complete"
    return Finding(test, outcome, None, None, shown, (), reason, (election.key,), (CONTENT_CITATION,))


def last_day_to_file(period: Period, law: RuleSet) -> tuple[date, Law]:
    """The last day to file an election for `period`, and the figure applied.

    Ten days before the first day of the period; for one that begins when the agreement entered into force, the last
    day of July 2020 (s.16(6)).

    Raises:
        NoValueInForce: the period begins before the agreement.
    """
    if period.first == ENTRY_INTO_FORCE:
        first = law.series("AVG-FIRST-ELECTION").on(period.first)
        return period.first + timedelta(days=int(first.amount)), first
    before = law.series("AVG-ELECTION").on(period.first)
    return period.first - timedelta(days=int(before.amount)), before


def filed_in_time(election: AveragingElection, countries: Iterable[str], law: RuleSet) -> Finding:
    """Whether the election was filed with each importing country's customs in time.

    Args:
        countries: the countries into which the goods are imported with a claim, by two letters.
    """
    test = "election filed in time"
    if election.regime is not Regime.VEHICLES:
        reason = f"{election.regime.value} are averaged without filing an election"
        return Finding(
            test, Outcome.MET, None, None, "no filing needed", (), reason, (election.key,), (NOT_FILED_CITATION,)
        )
    last, figure = last_day_to_file(election.period, law)
    parts = [_filed(election, country, last, figure) for country in dict.fromkeys(countries)]
    return all_of(test, parts, citations=(CONTENT_CITATION,))


def _filed(election: AveragingElection, country: str, last: date, figure: Law) -> Finding:
    test = f"election filed with customs of {country}"
    filings = sorted((each for each in election.filings if each.country == country), key=lambda each: each.on)
    if not filings:
        reason = f"no filing of {election.key} is on record; the last day was {last}"
        return undetermined(test, reason, citations=(figure.source,), rests_on=(election.key,))
    on = filings[0].on
    met = on <= last
    reason = f"filed on {on}, {'by' if met else 'after'} {last}"
    outcome = Outcome.MET if met else Outcome.NOT_MET
    return Finding(test, outcome, None, None, f"{on} (by {last})", (figure,), reason, (election.key,))


def _goods(election: AveragingElection) -> dict[str, str]:
    """The details that the category itself needs, as given."""
    line, group = {"the model line": election.model_line}, {"the class of motor vehicles": election.vehicle_class}
    plants, country = {"the plant": " ".join(election.plants)}, {"the country": election.country}
    return {
        Category.LINE_CLASS_PLANT: line | group | plants,
        Category.CLASS_PLANT: group | plants,
        Category.LINE_COUNTRY: line | plants | country,
        Category.CLASS_COUNTRY: group | plants | country,
    }.get(election.category, {})


def _said(election: AveragingElection) -> str:
    aim = f" ({', '.join(election.aim)})" if election.aim else ""
    return f"{election.category.value}, {election.basis.value}{aim}, {election.period}"
