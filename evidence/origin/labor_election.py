"""The election to average labor value content, read from recorded `election` statements (UR s.18(15)-(19)).

An election's `election` is ``labor value content averaging`` and its `choice` names its particulars::

    category=class, plant MX-PUE; basis=all vehicles; period=previous fiscal year; estimate=40.6;
    producer=Tern; address=1 Specimen Road, Sampleton

`valid_from` to `valid_to` is the fiscal year that it is for. One statement is made for each customs administration:
`filed_with` is its country or short name, the statement's event date the day. It cannot be taken back, so that of two
that differ the first one made stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from evidence.core.statements.election import Election
from evidence.core.values import decimal_from_text
from evidence.errors import MalformedValue
from evidence.origin.inputs import Fact, Inputs
from evidence.rules.finding import Finding, Outcome, all_of, undetermined
from evidence.rules.labor_periods import ELECTION, LaborElection, election_in_order
from evidence.rules.ruleset import RuleSet

AVERAGING = "labor value content averaging"
_NAMES = ("category", "basis", "period", "estimate", "producer", "address")
_CUSTOMS = {"CBP": "US", "CBSA": "CA", "SAT": "MX"}
_TEST = "election to average labor value content"


@dataclass(frozen=True, slots=True)
class ElectedAverage:
    """The election that stands, with the entries of it; `against` are later ones that differ, which change nothing."""

    election: LaborElection
    refs: tuple[str, ...]
    against: tuple[str, ...]

    def finding(self, importing: str | None, law: RuleSet) -> Finding:
        """Whether it says all that it must, was filed in time, and stayed as it was made."""
        country = importing or next(iter(self.election.filed_on), "")
        parts = [election_in_order(self.election, country, law, rests_on=self.refs)]
        if self.against:
            reason = f"{', '.join(self.against)} would change it, and the election of {self.refs[0]} stands"
            refs = (*self.refs, *self.against)
            changed = Finding(
                f"{_TEST}: unchanged", Outcome.NOT_MET, None, None, "changed", (), reason, refs, (ELECTION,)
            )
            parts.append(changed)
        return all_of(_TEST, parts, citations=(ELECTION,))


def elected_average(inputs: Inputs) -> ElectedAverage | None:
    """The election for the year of the days asked about; None where none is on file.

    Raises:
        MalformedValue: an election on file cannot be read.
    """
    facts = sorted(
        (fact for fact in inputs.elections if _bears(fact.value, inputs)), key=lambda fact: fact.value.made_on
    )
    if not facts:
        return None
    first = _said(facts[0])
    alike = [fact for fact in facts if _said(fact) == first]
    against = tuple(fact.ref for fact in facts if fact not in alike)
    form = facts[0].value
    estimate = first.get("estimate")
    producer = f"{first['producer']}, {first['address']}" if first.keys() >= {"producer", "address"} else None
    election = LaborElection(
        category=first.get("category"),
        basis=first.get("basis"),
        producer=producer,
        period=first.get("period"),
        estimate=decimal_from_text(estimate) if estimate is not None else None,
        signed_on=form.made_on if form.signer else None,
        filed_on=_filed(alike),
        year_from=form.valid_from or form.made_on,
    )
    return ElectedAverage(election, tuple(fact.ref for fact in alike), against)


def election_finding(inputs: Inputs, law: RuleSet) -> Finding | None:
    """What stands of the election on file, or None without one; one that cannot be read is not determinable."""
    try:
        found = elected_average(inputs)
    except MalformedValue as fault:
        return undetermined(_TEST, str(fault), citations=(ELECTION,))
    return None if found is None else found.finding(inputs.question.importing_country, law)


def _bears(form: Election, inputs: Inputs) -> bool:
    asked = inputs.question
    of_it = form.part in (None, asked.part) and form.plant in (None, asked.plant) and form.owner == asked.owner
    begun = form.valid_from is not None and form.valid_from <= asked.period_to
    over = form.valid_to is not None and form.valid_to < asked.period_from
    return form.election == AVERAGING and of_it and begun and not over


def _said(fact: Fact[Election]) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in filter(None, (each.strip() for each in fact.value.choice.split(";"))):
        name, equals, value = (each.strip() for each in piece.partition("="))
        if not equals or name not in _NAMES or not value or name in found:
            raise MalformedValue(f"election {fact.ref}", piece, f"name=value once each, of {', '.join(_NAMES)}")
        found[name] = value
    return found


def _filed(facts: Iterable[Fact[Election]]) -> dict[str, date]:
    filed: dict[str, date] = {}
    for fact in facts:
        if fact.value.filed_with is not None:
            name = fact.value.filed_with.split(" ")[0].strip(",")
            on = fact.value.event_date or fact.value.made_on
            country = _CUSTOMS.get(name, name)
            filed[country] = min(on, filed.get(country, on))
    return filed
