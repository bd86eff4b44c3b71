"""Designations of intermediate materials as recorded: which stand beside what was rescinded.

19 CFR 182 App A s.8(6)-(12) by way of `rules.designations`. An election called `intermediate material` names a material
(`part`) and chooses `designated`, `not designated` or `rescinded`. A rescission names customs' notice by its number in
`receipt`; the final determination is the notice of that kind about the good. A designation that does not stand changes
nothing: the material counts by what is in it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from evidence.core.statements.case import NoticeKind
from evidence.core.statements.election import Election
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.designations import Rescission, may_designate
from evidence.rules.finding import Finding
from evidence.rules.ruleset import RuleSet

INTERMEDIATE = "intermediate material"
DESIGNATED, NOT_DESIGNATED, RESCINDED = "designated", "not designated", "rescinded"
_DAYS = "REDESIGNATION-DAYS"


@dataclass
class DesignationFile:
    """The rescissions that are known on a question, ready to be asked about one designation at a time."""

    inputs: Inputs
    law: RuleSet

    def judged(self, fact: Fact[Election]) -> Finding | None:
        """Whether a designation stands; None where nothing was rescinded before it."""
        made = fact.value
        rescinded = [each for each in self._rescissions if each.on <= made.made_on]
        if not rescinded:
            return None
        found = may_designate(made.part or "", made.made_on, rescinded, self.law.series(_DAYS))
        return replace(found, rests_on=(fact.ref, *self._refs))

    @cached_property
    def _elections(self) -> tuple[Fact[Election], ...]:
        """The rescissions of materials of the bill."""
        inside = {(fact.value.owner, fact.value.child) for fact in self.inputs.bills}
        return tuple(
            fact
            for fact in self.inputs.elections
            if fact.value.election == INTERMEDIATE
            and fact.value.choice == RESCINDED
            and (fact.value.owner, fact.value.part) in inside
        )

    @property
    def _refs(self) -> tuple[str, ...]:
        return tuple(fact.ref for fact in self._elections)

    @cached_property
    def _rescissions(self) -> tuple[Rescission, ...]:
        return tuple(self._rescission(fact.value) for fact in self._elections)

    def _rescission(self, made: Election) -> Rescission:
        notices = [fact.value for fact in self.inputs.notices]
        notified = [notice.received_on for notice in notices if made.receipt and notice.number == made.receipt]
        determined = [notice.received_on for notice in notices if notice.notice_kind is NoticeKind.DETERMINATION]
        after = [day for day in determined if notified and day >= notified[0]]
        return Rescission(made.part or "", made.made_on, notified[0] if notified else None, min(after, default=None))
