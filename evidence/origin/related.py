"""Whether buyer and seller are related and that influenced the price: as the line says, or a relationship on record.

19 CFR 182 App A s.8(4), Schedule III s.2; 19 CFR 152.102(g), 152.103(l); the same of SOR/2020-155. A price between
related persons is a value only where it is known that the relationship did not influence it, and what shows that.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from evidence.core.statements.relationship import Relationship
from evidence.origin.fiscal import producers
from evidence.origin.inputs import Fact, Inputs
from evidence.origin.merged import Merged


@dataclass(frozen=True, slots=True)
class Between:
    """What is known of producer and another party: `influenced` is None where nobody has looked."""

    related: bool | None
    influenced: bool | None
    rests_on: tuple[str, ...] = ()


class RelatedFile:
    """The relationships on record between the good's producer and others."""

    def __init__(self, inputs: Inputs) -> None:
        self._same = Merged(inputs.same_as)
        own = {self._same.kept(party) for party in producers(inputs)}
        self._with: dict[str, list[Fact[Relationship]]] = defaultdict(list)
        for fact in inputs.relationships:
            pair = [self._same.kept(party) for party in (fact.value.party, fact.value.other_party)]
            for one, other in (pair, pair[::-1]):
                if one in own and other not in own:
                    self._with[other].append(fact)

    def of(self, party: str, day: date, related: bool | None, influenced: bool | None) -> Between:
        """What is known of `party` on `day`, of which a line says that it is related, or was influenced."""
        on_record = [
            fact
            for fact in self._with.get(self._same.kept(party), ())
            if (fact.value.valid_from is None or fact.value.valid_from <= day)
            and (fact.value.valid_to is None or day <= fact.value.valid_to)
        ]
        refs = tuple(fact.ref for fact in on_record)
        said = [influenced, *(_influenced(fact.value) for fact in on_record)]
        known = [each for each in said if each is not None]
        found = True if True in known else False if known else None
        return Between(True if on_record else related, found, refs)


def _influenced(relationship: Relationship) -> bool | None:
    """Whether it influenced prices; that it did not is known only where something shows it."""
    if relationship.price_influenced is False and not (relationship.price_support or relationship.support_document):
        return None
    return relationship.price_influenced
