"""Two numbers become one party: said by a person, and held against what both of them hold already.

A line that was loaded under either number counts twice from the merge on, since the two are one line of one party. The
merge is recorded all the same, being true; what is held twice is listed, and is work for somebody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.core.identifiers import Random, mint
from evidence.core.statements.base import EvidenceClass
from evidence.core.statements.load import Load
from evidence.core.statements.same_as import SameAs
from evidence.core.statements.work import WorkItem, WorkTopic
from evidence.errors import IntakeError
from evidence.intake.crosswalk import Crosswalk, canonical_party
from evidence.intake.on_record import ADDITIVE, KEYS, PARTIES
from evidence.intake.shape import UNIQUE
from evidence.intake.templates import template
from evidence.intake.work import new_item
from evidence.register.lookup import holding
from evidence.register.queries import Register

_MOST_TOLD = 20


def merge(register: Register, party: str, other: str, *, ground: str, by: str, now: datetime, random: Random) -> SameAs:
    """That `other` is the party `party`, to be recorded by the caller.

    Raises:
        IntakeError: they are one already, `other` is merged into a third, or neither number is on record.
    """
    same = canonical_party(register)
    known = same.one(party, other)
    if known.matched:
        raise IntakeError(f"{known}. A merge of them would close a ring and say nothing new.")
    if same.canonical(other) != other:
        kept = same.canonical(other)
        refs = ", ".join(same.through(other))
        raise IntakeError(
            f"{other} is merged into {kept} already ({refs}). Merge {kept}: 'parties merge {party} {kept}'."
        )
    crosswalk = Crosswalk(register)
    if missing := [number for number in (party, other) if not crosswalk.names_party(number)]:
        raise IntakeError(f"Nothing on record names the party {' or '.join(missing)}. See 'evidence parties list'.")
    return SameAs(
        id=mint(SameAs.prefix, now, random),
        issuer="self",
        evidence_class=EvidenceClass.TESTIMONY,
        party=party,
        other=other,
        ground=ground,
        by=by,
    )


@dataclass(frozen=True, slots=True)
class Twice:
    """What stands on record under both of two numbers."""

    what: str
    ref: str
    other_ref: str

    def __str__(self) -> str:
        return f"{self.what} ({self.ref} and {self.other_ref})"


def held_twice(register: Register, party: str, other: str) -> list[Twice]:
    """The lines that add up, and the numbered statements, that stand under a number of each of two parties.

    The numbers merged with `other` are those it has without `party`, where the merge of the two is on record already.
    """
    same = canonical_party(register)
    theirs = frozenset({other, *(() if same.one(party, other).matched else same.group(other))})
    ours = [number for number in same.group(party) if number not in theirs]
    return [*_lines(register, ours, theirs), *_statements(register, ours, theirs)]


def question(party: str, other: str, twice: list[Twice]) -> str:
    """What a person has to settle about a merge."""
    told = "; ".join(map(str, twice[:_MOST_TOLD]))
    more = f"; and {len(twice) - _MOST_TOLD} more" if len(twice) > _MOST_TOLD else ""
    return (
        f"{other} is {party}, and both hold {told}{more}. Each counts twice until one of the two loads is superseded "
        "by one without it, or one of the two declarations is ended."
    )


def work(party: str, other: str, twice: list[Twice], *, owner: str, now: datetime, random: Random) -> WorkItem:
    """The work that a merge leaves, to be recorded with it."""
    text = question(party, other, twice)
    return new_item(WorkTopic.COUNTED_TWICE, about(party, other), text, owner=owner, now=now, random=random)


def about(party: str, other: str) -> str:
    """How a merge is named as what something is about."""
    return f"merged:{party}:{other}"


def _lines(register: Register, ours: list[str], theirs: frozenset[str]) -> Iterator[Twice]:
    for name in sorted(ADDITIVE):
        kind, names = template(name).kind, UNIQUE[name]
        if not issubclass(kind, Load):
            continue
        found: dict[tuple[str, str], Twice] = {}
        for column in (each for each in names if each in PARTIES):
            equals: dict[str, Any] = {column: theirs}
            known = register.lines(kind.line, **equals)
            asked = []
            for each in known:
                value = each.value.model_dump(mode="json", include=set(names))
                asked += [(each, tuple(({**value, column: number})[one] for one in names)) for number in ours]
            for place, ref in holding(register, kind.line, names, (key for _, key in asked)):
                each, key = asked[place]
                what = f"{name} {', '.join(str(one) for one in key if one is not None)}"
                found.setdefault((each.ref, ref), Twice(what, ref, each.ref))
        yield from found.values()


def _statements(register: Register, ours: list[str], theirs: frozenset[str]) -> Iterator[Twice]:
    crosswalk = Crosswalk(register)
    for kind, names in KEYS.items():
        if names[0] not in PARTIES:
            continue
        mine = {
            tuple(getattr(each.value, one) for one in names[1:]): each
            for each in register.statements(kind, **{names[0]: frozenset(ours)})
        }
        for each in register.statements(kind, **{names[0]: theirs}):
            rest = tuple(getattr(each.value, one) for one in names[1:])
            if rest in mine and not any(crosswalk.ended(one.statement_id).matched for one in (each, mine[rest])):
                yield Twice(f"{kind.kind} {', '.join(map(str, rest))}", mine[rest].ref, each.ref)
