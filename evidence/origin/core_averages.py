"""Recorded averages of core parts: where one exceeds the percentage, every part in it originates.

19 CFR 182 App A s.14(12), s.16(10); the same of SOR/2020-155. The average is that of `averages`, recorded with
`evidence average --record`. It speaks for a self-produced core part of the vehicle where the part is among its goods
and its period holds the whole period asked about. Of one category over one choice of units the last one recorded
stands; it speaks no more once one of its parts was determined again, or another rule set is in use. A super-core is
one part made of all core parts (s.14(10)): its average speaks only where every core part of the vehicle is in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence.core.statements.average import Average
from evidence.core.statements.base import Basis
from evidence.core.statements.snapshot import Snapshot
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.averaging import CORE_CITATION, Category, counted_text
from evidence.rules.averaging import Basis as Units
from evidence.rules.finding import Finding, Outcome, any_of, undetermined
from evidence.rules.ruleset import RuleSet

AVERAGED = "average of core parts"
CATEGORIES = (Category.CORE_GROUP.value, Category.SUPER_CORE.value)


def member(part: str, plant: str) -> str:
    """How an average names one of its goods."""
    return f"{part} at {plant}"


@dataclass
class CoreAverages:
    """The averages of core parts that are known on a question, ready to be asked about one part at a time."""

    inputs: Inputs
    law: RuleSet
    programme: str | None = None
    """The vehicle programme that the good is of: averages over parts for some vehicles are for those vehicles only."""

    def of(self, part: str, made_at: str | None, every: frozenset[str | None]) -> Finding | None:
        """What the averages say of a core part made at `made_at`; None where none holds it over the period.

        Args:
            every: all core parts of the vehicle as averages name them; None for one that is not made by its maker.
        """
        if made_at is None:
            return None
        standing: dict[tuple[str, str, tuple[str, ...]], Fact[Average]] = {}
        for fact in self._fitting(member(part, made_at)):
            standing[fact.value.category, fact.value.counts, fact.value.aim] = fact
        found = [self._finding(part, fact, every) for fact in standing.values()]
        return any_of(AVERAGED, found, citations=(CORE_CITATION,)) if len(found) > 1 else next(iter(found), None)

    def _fitting(self, named: str) -> Iterable[Fact[Average]]:
        """The averages of the part's whole period, those on actual figures last; on them alone where they decide."""
        asked = self.inputs.question
        kept = [
            fact
            for fact in self.inputs.core_averages
            if named in fact.value.members
            and fact.value.period_from <= asked.period_from
            and asked.period_to <= fact.value.period_to
            and self._of_these_units(fact.value)
            and (fact.value.basis is Basis.ACTUAL or asked.basis is not Basis.ACTUAL)
        ]
        return sorted(kept, key=lambda fact: (fact.value.basis is Basis.ACTUAL, fact.place))

    def _of_these_units(self, of: Average) -> bool:
        """Whether the vehicle's own parts are among the units that the average counts."""
        into = [
            counted_text(Units.ALL, category, self.programme) for category in Category if self.programme is not None
        ]
        return of.counts in (Units.ALL.value, *into)

    def _finding(self, part: str, fact: Fact[Average], every: frozenset[str | None]) -> Finding:
        of = fact.value
        test = f"{AVERAGED}, {of.category}, {of.counts}, {of.period_from} to {of.period_to}"
        rests_on = (fact.ref,)
        if of.rule_set != self.law.content_hash:
            reason = f"the average applied rule set {of.rule_set[:12]}, {self.law.content_hash[:12]} is in use"
            return undetermined(test, f"{reason}; average again", citations=(CORE_CITATION,), rests_on=rests_on)
        if later := self._later(fact):
            reason = f"the average is out of date: {later.value.part} was determined again in {later.ref}"
            return undetermined(
                test, f"{reason}; average again", citations=(CORE_CITATION,), rests_on=(*rests_on, later.ref)
            )
        if of.category == Category.SUPER_CORE.value and not every <= set(of.members):
            reason = "it leaves out a core part of the vehicle, and a super-core holds all of them (s.14(10))"
            return undetermined(test, reason, citations=(CORE_CITATION,), rests_on=rests_on)
        outcome = Outcome(of.outcome)
        said = {
            Outcome.MET: f"the average of {len(of.members)} goods, {part} among them, exceeds the percentage",
            Outcome.NOT_MET: "the average, its period or its election does not hold",
            Outcome.NOT_DETERMINABLE: "the average is not determinable",
        }[outcome]
        note = ", an estimate that actual figures must confirm" if of.basis is Basis.ESTIMATE else ""
        return Finding(test, outcome, None, None, said, (), f"{said}{note}: {of.id}", rests_on, (CORE_CITATION,))

    def _later(self, fact: Fact[Average]) -> Fact[Snapshot] | None:
        """The first determination of one of its parts that came after it and would have been counted."""
        of = fact.value
        for one in self.inputs.core_determinations:
            later = one.value
            if (
                one.seq >= of.as_of
                and (later.owner, member(later.part, later.plant) in of.members) == (of.owner, True)
                and of.period_from <= later.period_from
                and later.period_to <= of.period_to
                and later.basis in (of.basis, Basis.ACTUAL)
            ):
                return one
        return None
