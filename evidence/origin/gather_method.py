"""Gathering what the method of regional value content turns on: its elections, sales, and what customs wrote."""

from typing import Any

from evidence.core.statements.case import Notice, NoticeKind
from evidence.core.statements.election import Election
from evidence.core.statements.sale import SaleLine
from evidence.origin.choices import METHOD
from evidence.origin.designations import INTERMEDIATE
from evidence.origin.facts import FactFile, in_order
from evidence.origin.inputs import Fact
from evidence.origin.question import Question


def of_method(facts: FactFile, asked: Question) -> dict[str, tuple[Fact[Any], ...]]:
    """The fields of `Inputs` that the method turns on."""
    return {
        "elections": elections(facts, asked),
        "sales": sales(facts, asked),
        "notices": notices(facts, asked),
    }


def elections(facts: FactFile, asked: Question) -> tuple[Fact[Election], ...]:
    """The owner's elections; those of a method also where a later one supersedes them, since a change counts."""
    methods = facts.ever(Election, owner=asked.owner, election=METHOD)
    return in_order([*facts.statements(Election, owner=asked.owner), *methods])


def sales(facts: FactFile, asked: Question) -> tuple[Fact[SaleLine], ...]:
    """What the plant sold of the good within the period."""
    lines = facts.of_places(SaleLine, [(asked.owner, asked.part, asked.plant)])
    return tuple(fact for fact in lines if fact.value.sold_on in asked.period)


def notices(facts: FactFile, asked: Question) -> tuple[Fact[Notice], ...]:
    """What customs wrote on the method of the good, its determination, and what a rescission of the owner names.

    A notice on the method that names no part is taken to be about each.
    """
    own = {f"part:{asked.part}", f"part:{asked.owner}:{asked.part}"}
    found: list[Fact[Notice]] = []
    for kind in (NoticeKind.VALUE_ADJUSTMENT, NoticeKind.CONTENT_SHORT):
        for fact in facts.statements(Notice, notice_kind=kind):
            about = {*fact.value.about, *(each for asks in fact.value.paragraphs for each in asks.about)}
            parts = {each for each in about if each.startswith("part:")}
            found += [fact] if not parts or parts & own else []
    elected = [fact.value for fact in facts.statements(Election, owner=asked.owner, election=INTERMEDIATE)]
    named = sorted({each.receipt for each in elected if each.receipt})
    if named:
        found += facts.statements_of(Notice, "number", named)
        determined = facts.statements(Notice, notice_kind=NoticeKind.DETERMINATION)
        found += [fact for fact in determined if own & {*fact.value.about}]
    return in_order(found)
