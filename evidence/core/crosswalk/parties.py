"""Parties that are one: merged by recorded `same-as` entries, never because two names look alike.

A merge keeps one number and names another that means the same party. Merges chain. One that would close a ring says
nothing new and is refused. What looks like one party, because both carry the same identifier, is proposed to a person.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from evidence.core.crosswalk import Answer, Noted, in_force
from evidence.core.statements.party import PartyLine
from evidence.core.statements.same_as import SameAs
from evidence.errors import MalformedValue

TELLING = frozenset({"EIN", "IOR", "BN", "RFC", "LEI", "CBP", "FILER"})
"""Schemes that give one number to one legal person. A MID is put together from name and address: two may share it."""

_IDENTIFIER = re.compile(
    r"(?P<scheme>[A-Za-z]+):(?P<value>[^\s:][^:]*?)"
    r"(\s+(?P<first>[0-9]{4}-[0-9]{2}-[0-9]{2})?\.\.(?P<last>[0-9]{4}-[0-9]{2}-[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that an authority or register gave a party, and the days on which it was the party's."""

    scheme: str
    value: str
    first: date | None = None
    last: date | None = None

    @property
    def plain(self) -> tuple[str, str]:
        """Scheme and value without the marks that one system writes and another leaves out."""
        return self.scheme.upper(), re.sub("[^A-Z0-9]", "", self.value.upper())

    def meets(self, other: "Identifier") -> bool:
        """Whether the two were in force on one day."""
        begins = self.first is None or other.last is None or self.first <= other.last
        return begins and (self.last is None or other.first is None or other.first <= self.last)

    @classmethod
    def parse(cls, text: str) -> "Identifier":
        """Read ``EIN:00-0000001`` or ``RFC:SPE000000XX0 2020-01-01..2023-12-31``; either end may be left out.

        Raises:
            MalformedValue: another form.
        """
        found = _IDENTIFIER.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError(text)
            days = [date.fromisoformat(found[name]) if found[name] else None for name in ("first", "last")]
        except ValueError as fault:
            wanted = "SCHEME:value, with FROM..TO behind it where it did not always hold"
            raise MalformedValue("identifier", text, wanted) from fault
        return cls(found["scheme"], found["value"], *days)


class SameParties:
    """Which numbers mean one party, on a day or (without one) at any time.

    `refused` are the entries that would have closed a ring.
    """

    def __init__(self, merges: Iterable[Noted[SameAs]], on: date | None = None) -> None:
        """Take merges in the order in which they were recorded; one that a later one supersedes counts for nothing."""
        listed = list(merges)
        gone = {each.value.supersedes for each in listed}
        self._kept: dict[str, tuple[str, str]] = {}
        self._members: dict[str, set[str]] = defaultdict(set)
        refused = []
        for each in listed:
            merge = each.value
            if merge.id in gone or not in_force(merge.valid_from, merge.valid_to, on):
                continue
            kept, other = self.canonical(merge.party), self.canonical(merge.other)
            if kept == other:
                refused.append(each.ref)
                continue
            self._kept[other] = (merge.party, each.ref)
            self._members[kept] |= {other, *self._members.pop(other, ())}
        self.refused = tuple(refused)

    def canonical(self, party: str) -> str:
        """The number kept for the party; the number itself where nothing was merged."""
        while party in self._kept:
            party = self._kept[party][0]
        return party

    def group(self, party: str) -> tuple[str, ...]:
        """Every number of the party, the kept one first."""
        kept = self.canonical(party)
        return (kept, *sorted(self._members.get(kept, ())))

    @property
    def merged(self) -> frozenset[str]:
        """Every number of a party that has several."""
        return frozenset(self._members).union(*self._members.values())

    def through(self, party: str) -> tuple[str, ...]:
        """The merges that lead from the number to the one kept."""
        refs = []
        while party in self._kept:
            party, ref = self._kept[party]
            refs.append(ref)
        return tuple(refs)

    def one(self, first: str, second: str) -> Answer[str]:
        """Whether two numbers mean one party; the number kept for it."""
        kept = self.canonical(first)
        if kept != self.canonical(second):
            return Answer(None, f"{first} and {second} are two parties as far as is recorded")
        if first == second:
            return Answer(kept, f"{first} on both")
        through = dict.fromkeys((*self.through(first), *self.through(second)))
        return Answer(kept, f"{first} and {second} are one party, kept as {kept}", tuple(through))


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two numbers whose records carry the same identifier at the same time: perhaps one party."""

    party: str
    other: str
    identifier: str
    through: tuple[str, str]

    @property
    def ground(self) -> str:
        return f"both carry {self.identifier}"


def propose(parties: Iterable[Noted[PartyLine]], same: SameParties) -> list[Proposal]:
    """The merges that equal identifiers speak for and nobody has recorded; a person decides on each.

    The number met first is proposed to be kept. An identifier that cannot be read speaks for nothing.
    """
    carried: dict[tuple[str, str], list[tuple[Identifier, str, str]]] = defaultdict(list)
    proposals: dict[tuple[str, str], Proposal] = {}
    for each in parties:
        for found in _telling(each.value):
            for earlier, party, ref in carried[found.plain]:
                pair = (party, each.value.party)
                if same.canonical(pair[0]) != same.canonical(pair[1]) and earlier.meets(found):
                    name = f"{found.scheme.upper()} {found.value}"
                    proposals.setdefault(pair, Proposal(*pair, name, (ref, each.ref)))
            carried[found.plain].append((found, each.value.party, each.ref))
    return list(proposals.values())


def _telling(party: PartyLine) -> Iterator[Identifier]:
    for text in party.identifiers:
        try:
            found = Identifier.parse(text)
        except MalformedValue:
            continue
        if found.scheme.upper() in TELLING:
            yield found
